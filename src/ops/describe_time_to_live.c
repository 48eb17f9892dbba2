/*-------------------------------------------------------------------------
 *
 * describe_time_to_live.c
 *	  DescribeTimeToLive
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "ops/ops.h"

#define DESCRIBE_TIME_TO_LIVE_MEMBERS(M) \
	M(DESCRIBE_TIME_TO_LIVE, TableName, dy_shape_required_table_arn, true)
DY_STRUCTURE(DESCRIBE_TIME_TO_LIVE, describe_time_to_live_input, DESCRIBE_TIME_TO_LIVE_MEMBERS)

void
dy_op_describe_time_to_live(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &describe_time_to_live_input);
	DyBytes		name;
	const DyTable *table;

	dy_request_validate(request);
	name = dy_node_table_name(dy_member(request, DESCRIBE_TIME_TO_LIVE_TableName));
	table = dy_table_find(name);
	if (table == NULL)
		dy_error(DY_ERR_RESOURCE_NOT_FOUND, "Requested resource not found: Table: %.*s not found",
				 (int) name.len, name.data);

	dy_response_open(response, '{');
	dy_response_name(response, "TimeToLiveDescription");
	dy_response_open(response, '{');
	if (table->ttl_attribute.len > 0)
	{
		dy_response_name(response, "AttributeName");
		dy_response_bytes(response, table->ttl_attribute);
	}
	dy_response_name(response, "TimeToLiveStatus");
	dy_response_string(response, table->ttl_attribute.len > 0 ? "ENABLED" : "DISABLED");
	dy_response_close(response, '}');
	dy_response_close(response, '}');
}
