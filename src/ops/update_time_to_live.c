/*-------------------------------------------------------------------------
 *
 * update_time_to_live.c
 *	  UpdateTimeToLive
 *
 * The setting, the column that holds each item's time, and the work of
 * filling it.  The deleting itself is a job.  A column that was there is kept
 * when TTL is switched off, and filled anew when it comes back.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "storage/lmgr.h"

#include "base/errors.h"
#include "base/limits.h"
#include "jobs/jobs.h"
#include "ops/ops.h"
#include "ops/table_request.h"
#include "tables/control.h"

static const DyShape ttl_attribute_name = DY_STRING(1, 255);

#define TTL_MEMBERS(M) \
	M(TTL, Enabled, dy_shape_boolean, true) \
	M(TTL, AttributeName, ttl_attribute_name, true)
DY_STRUCTURE_NAMED(TTL, time_to_live_specification, "TimeToLiveSpecification", TTL_MEMBERS)

#define UPDATE_TIME_TO_LIVE_MEMBERS(M) \
	M(UPDATE_TIME_TO_LIVE, TableName, dy_shape_required_table_arn, true) \
	M(UPDATE_TIME_TO_LIVE, TimeToLiveSpecification, time_to_live_specification, true)
DY_STRUCTURE(UPDATE_TIME_TO_LIVE, update_time_to_live_input, UPDATE_TIME_TO_LIVE_MEMBERS)

static void set_attribute(const DyTable *table, DyBytes attribute);
static bool is_settled(const DyTable *table);

void
dy_op_update_time_to_live(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &update_time_to_live_input);
	const DyNode *specification;
	DyBytes		name;
	const DyTable *table;
	DyBytes		attribute;
	DyBytes		none = {"", 0};
	bool		enable;

	dy_request_validate(request);
	name = dy_node_table_name(dy_member(request, UPDATE_TIME_TO_LIVE_TableName));
	specification = dy_member(request, UPDATE_TIME_TO_LIVE_TimeToLiveSpecification);
	enable = dy_node_boolean(dy_member(specification, TTL_Enabled), false);
	attribute = dy_node_text(dy_member(specification, TTL_AttributeName));

	dy_control_lock(name);
	table = dy_table_find(name);
	if (table == NULL)
		dy_error(DY_ERR_RESOURCE_NOT_FOUND, "Requested resource not found: Table: %.*s not found",
				 (int) name.len, name.data);

	if (enable && table->ttl_attribute.len > 0)
	{
		if (table->ttl_attribute.len != attribute.len ||
			memcmp(table->ttl_attribute.data, attribute.data, attribute.len) != 0)
			dy_validation("TimeToLive is active on a different AttributeName: current AttributeName is %.*s",
						  (int) table->ttl_attribute.len, table->ttl_attribute.data);
		dy_validation("TimeToLive is already enabled");
	}
	if (!enable && table->ttl_attribute.len == 0)
		dy_validation("TimeToLive is already disabled");
	if (!enable && (table->ttl_attribute.len != attribute.len ||
					memcmp(table->ttl_attribute.data, attribute.data, attribute.len) != 0))
		dy_validation("TimeToLive is active on a different AttributeName: current AttributeName is %.*s",
					  (int) table->ttl_attribute.len, table->ttl_attribute.data);

	/* columns first, then metadata: the lock order of UpdateTable */
	LockRelationOid(table->relid, AccessExclusiveLock);
	if (!is_settled(table))
		dy_validation("Time to live has been modified multiple times within a fixed interval");
	set_attribute(table, enable ? attribute : none);

	dy_response_open(response, '{');
	dy_response_name(response, "TimeToLiveSpecification");
	dy_response_open(response, '{');
	dy_response_name(response, "AttributeName");
	dy_response_bytes(response, attribute);
	dy_response_name(response, "Enabled");
	dy_response_boolean(response, enable);
	dy_response_close(response, '}');
	dy_response_close(response, '}');
}

/*
 * attribute empty: off.
 */
static void
set_attribute(const DyTable *table, DyBytes attribute)
{
	DyControl	control;
	DyParameters p = {0};
	DyParameters q = {0};

	dy_control_begin(&control);
	dy_add_text(&p, table->name);
	dy_add_text_or_null(&p, attribute);
	dy_run("UPDATE dynamo_internal.tables SET ttl_attribute = $2, ttl_changed = pg_catalog.clock_timestamp()"
		   " WHERE name = $1", &p);
	dy_add_text(&q, table->name);
	if (attribute.len > 0)
	{
		if (table->expires_attnum == InvalidAttrNumber)
			dy_ddl_add_expires_column(table->relid);
		dy_run("INSERT INTO dynamo_internal.backfills (table_name, column_name) VALUES ($1, 'expires')", &q);
		dy_backfill_at_commit();
	}
	else
		dy_run("DELETE FROM dynamo_internal.backfills WHERE table_name = $1 AND column_name = 'expires'", &q);
	dy_table_invalidate(table->relid);
	dy_control_end(&control);
}

/*
 * Is the change before this one done?
 */
static bool
is_settled(const DyTable *table)
{
	DyControl	control;
	DyParameters p = {0};
	bool		result;

	dy_control_begin(&control);
	dy_add_text(&p, table->name);
	result = dy_run("SELECT FROM dynamo_internal.backfills WHERE table_name = $1 AND column_name = 'expires'", &p) == 0;
	dy_control_end(&control);
	return result;
}
