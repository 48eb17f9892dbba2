/*-------------------------------------------------------------------------
 *
 * describe_table.c
 *	  DescribeTable
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "ops/ops.h"
#include "ops/table_description.h"

#define DESCRIBE_TABLE_MEMBERS(M) \
	M(DESCRIBE_TABLE, TableName, dy_shape_required_table_arn, true)
DY_STRUCTURE(DESCRIBE_TABLE, describe_table_input, DESCRIBE_TABLE_MEMBERS)

void
dy_op_describe_table(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &describe_table_input);
	DyBytes		name;
	const DyTable *table;

	dy_request_validate(request);
	name = dy_node_table_name(dy_member(request, DESCRIBE_TABLE_TableName));
	table = dy_table_find(name);
	if (table == NULL)
		dy_error(DY_ERR_RESOURCE_NOT_FOUND, "Requested resource not found: Table: %.*s not found",
				 (int) name.len, name.data);

	dy_response_open(response, '{');
	dy_response_name(response, "Table");
	dy_describe_table(response, table, DY_DESCRIBE_PRESENT, NULL);
	dy_response_close(response, '}');
}
