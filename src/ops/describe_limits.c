/*-------------------------------------------------------------------------
 *
 * describe_limits.c
 *	  DescribeLimits
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/limits.h"
#include "ops/ops.h"

static const DyShape describe_limits_input = {
	.kind = DY_SHAPE_STRUCTURE,.min = DY_NO_BOUND,.max = DY_NO_BOUND
};

void
dy_op_describe_limits(const char *text, uint32 len, DyResponse *response)
{
	(void) dy_request_read(text, len, &describe_limits_input);

	dy_response_open(response, '{');
	dy_response_name(response, "AccountMaxReadCapacityUnits");
	dy_response_integer(response, DY_ACCOUNT_READ_UNITS);
	dy_response_name(response, "AccountMaxWriteCapacityUnits");
	dy_response_integer(response, DY_ACCOUNT_WRITE_UNITS);
	dy_response_name(response, "TableMaxReadCapacityUnits");
	dy_response_integer(response, DY_TABLE_READ_UNITS);
	dy_response_name(response, "TableMaxWriteCapacityUnits");
	dy_response_integer(response, DY_TABLE_WRITE_UNITS);
	dy_response_close(response, '}');
}
