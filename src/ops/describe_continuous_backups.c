/*-------------------------------------------------------------------------
 *
 * describe_continuous_backups.c
 *	  DescribeContinuousBackups
 *
 * Point-in-time recovery of a database is Postgres' own and not a setting of
 * a table, so a table by itself has none.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "ops/ops.h"

#define DESCRIBE_CONTINUOUS_BACKUPS_MEMBERS(M) \
	M(DESCRIBE_CONTINUOUS_BACKUPS, TableName, dy_shape_required_table_arn, true)
DY_STRUCTURE(DESCRIBE_CONTINUOUS_BACKUPS, describe_continuous_backups_input, DESCRIBE_CONTINUOUS_BACKUPS_MEMBERS)

void
dy_op_describe_continuous_backups(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &describe_continuous_backups_input);
	DyBytes		name;

	dy_request_validate(request);
	name = dy_node_table_name(dy_member(request, DESCRIBE_CONTINUOUS_BACKUPS_TableName));
	if (dy_table_find(name) == NULL)
		dy_error(DY_ERR_TABLE_NOT_FOUND, "Table not found: %.*s", (int) name.len, name.data);

	dy_response_open(response, '{');
	dy_response_name(response, "ContinuousBackupsDescription");
	dy_response_open(response, '{');
	dy_response_name(response, "ContinuousBackupsStatus");
	dy_response_string(response, "ENABLED");
	dy_response_name(response, "PointInTimeRecoveryDescription");
	dy_response_open(response, '{');
	dy_response_name(response, "PointInTimeRecoveryStatus");
	dy_response_string(response, "DISABLED");
	dy_response_close(response, '}');
	dy_response_close(response, '}');
	dy_response_close(response, '}');
}
