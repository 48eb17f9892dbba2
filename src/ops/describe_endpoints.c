/*-------------------------------------------------------------------------
 *
 * describe_endpoints.c
 *	  DescribeEndpoints
 *
 * Clients with endpoint discovery ask where to send their requests.  The
 * server does not know under which name the bridge is reached; it names the
 * service's endpoint of the region, as the service does.  Discovery is off
 * in every SDK unless switched on.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/guc.h"
#include "ops/ops.h"

/* As the service answers. */
#define CACHE_MINUTES	1440

static const DyShape describe_endpoints_input = {
	.kind = DY_SHAPE_STRUCTURE,.min = DY_NO_BOUND,.max = DY_NO_BOUND
};

void
dy_op_describe_endpoints(const char *text, uint32 len, DyResponse *response)
{
	(void) dy_request_read(text, len, &describe_endpoints_input);

	dy_response_open(response, '{');
	dy_response_name(response, "Endpoints");
	dy_response_open(response, '[');
	dy_response_open(response, '{');
	dy_response_name(response, "Address");
	dy_response_string(response, psprintf("dynamodb.%s.amazonaws.com", dy_region));
	dy_response_name(response, "CachePeriodInMinutes");
	dy_response_integer(response, CACHE_MINUTES);
	dy_response_close(response, '}');
	dy_response_close(response, ']');
	dy_response_close(response, '}');
}
