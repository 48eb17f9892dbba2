/*-------------------------------------------------------------------------
 *
 * delete_table.c
 *	  DeleteTable
 *
 * The table is gone when the transaction commits; the response says
 * DELETING, as the service's does.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/lmgr.h"

#include "base/errors.h"
#include "jobs/jobs.h"
#include "ops/ops.h"
#include "ops/table_description.h"
#include "ops/table_request.h"
#include "tables/control.h"

#define DELETE_TABLE_MEMBERS(M) \
	M(DELETE_TABLE, TableName, dy_shape_required_table_arn, true)
DY_STRUCTURE(DELETE_TABLE, delete_table_input, DELETE_TABLE_MEMBERS)

void
dy_op_delete_table(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &delete_table_input);
	DyBytes		name;
	const DyTable *table;
	Oid			relid;
	DyParameters p = {0};
	DyControl	control;

	dy_request_validate(request);
	name = dy_node_table_name(dy_member(request, DELETE_TABLE_TableName));

	dy_control_lock(name);
	table = dy_table_find(name);
	if (table == NULL)
		dy_error(DY_ERR_RESOURCE_NOT_FOUND, "Requested resource not found: Table: %.*s not found",
				 (int) name.len, name.data);
	if (dy_table_settings(table)->deletion_protection)
		dy_validation("Resource cannot be deleted as it is currently protected against deletion. "
					  "Disable deletion protection first.");

	dy_response_open(response, '{');
	dy_response_name(response, "TableDescription");
	dy_describe_table(response, table, DY_DESCRIBE_DELETING, NULL);
	dy_response_close(response, '}');

	relid = table->relid;
	dy_control_begin(&control);
	dy_backfill_interrupt(name);
	/* the relation before the metadata, as everybody does */
	LockRelationOid(relid, AccessExclusiveLock);
	dy_add_text(&p, name);
	dy_run("DELETE FROM dynamo_internal.tables WHERE name = $1", &p);
	dy_ddl_drop_table(relid);
	dy_control_end(&control);
}
