/*-------------------------------------------------------------------------
 *
 * update_table.c
 *	  UpdateTable
 *
 * Settings are changed when the transaction commits; the response says
 * UPDATING, as the service's does.  A new global secondary index is CREATING
 * until a background worker has filled it (src/jobs/backfill.c); a deleted
 * one is gone at the commit.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "pgtime.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/limits.h"
#include "jobs/jobs.h"
#include "ops/ops.h"
#include "ops/table_description.h"
#include "ops/table_request.h"
#include "tables/control.h"

/* After so many decreases on a day there is one an hour. */
#define FREE_DECREASES		4
#define HOUR_SECONDS		3600

/* Switches to on-demand in 24 hours. */
#define MAX_ON_DEMAND_SWITCHES	4

#define MAX_INDEX_UNITS		INT64CONST(1000000000000)

#define UPDATE_INDEX_MEMBERS(M) \
	M(UPDATE_INDEX, IndexName, dy_shape_index_name, true) \
	M(UPDATE_INDEX, ProvisionedThroughput, dy_shape_provisioned_throughput, false) \
	M(UPDATE_INDEX, OnDemandThroughput, dy_shape_on_demand_throughput, false) \
	M(UPDATE_INDEX, WarmThroughput, dy_shape_warm_throughput, false)
DY_STRUCTURE_NAMED(UPDATE_INDEX, update_index, "UpdateGlobalSecondaryIndexAction", UPDATE_INDEX_MEMBERS)

#define CREATE_INDEX_MEMBERS(M) \
	M(CREATE_INDEX, IndexName, dy_shape_index_name, true) \
	M(CREATE_INDEX, KeySchema, dy_shape_global_key_schema, true) \
	M(CREATE_INDEX, Projection, dy_shape_projection, true) \
	M(CREATE_INDEX, ProvisionedThroughput, dy_shape_provisioned_throughput, false) \
	M(CREATE_INDEX, OnDemandThroughput, dy_shape_on_demand_throughput, false) \
	M(CREATE_INDEX, WarmThroughput, dy_shape_warm_throughput, false)
DY_STRUCTURE_NAMED(CREATE_INDEX, create_index, "CreateGlobalSecondaryIndexAction", CREATE_INDEX_MEMBERS)

#define DELETE_INDEX_MEMBERS(M) \
	M(DELETE_INDEX, IndexName, dy_shape_index_name, true)
DY_STRUCTURE_NAMED(DELETE_INDEX, delete_index, "DeleteGlobalSecondaryIndexAction", DELETE_INDEX_MEMBERS)

#define INDEX_UPDATE_MEMBERS(M) \
	M(INDEX_UPDATE, Update, update_index, false) \
	M(INDEX_UPDATE, Create, create_index, false) \
	M(INDEX_UPDATE, Delete, delete_index, false)
DY_STRUCTURE_NAMED(INDEX_UPDATE, index_update, "GlobalSecondaryIndexUpdate", INDEX_UPDATE_MEMBERS)

static const DyShape index_updates = DY_LIST_OF(index_update, DY_NO_BOUND, DY_NO_BOUND);

#define UPDATE_TABLE_MEMBERS(M) \
	M(UPDATE_TABLE, AttributeDefinitions, dy_shape_attribute_definitions, false) \
	M(UPDATE_TABLE, TableName, dy_shape_required_table_arn, true) \
	M(UPDATE_TABLE, BillingMode, dy_shape_billing_mode, false) \
	M(UPDATE_TABLE, ProvisionedThroughput, dy_shape_provisioned_throughput, false) \
	M(UPDATE_TABLE, GlobalSecondaryIndexUpdates, index_updates, false) \
	M(UPDATE_TABLE, StreamSpecification, dy_shape_stream_specification, false) \
	M(UPDATE_TABLE, SSESpecification, dy_shape_sse_specification, false) \
	M(UPDATE_TABLE, TableClass, dy_shape_table_class, false) \
	M(UPDATE_TABLE, DeletionProtectionEnabled, dy_shape_boolean, false) \
	M(UPDATE_TABLE, OnDemandThroughput, dy_shape_on_demand_throughput, false) \
	M(UPDATE_TABLE, WarmThroughput, dy_shape_warm_throughput, false)
DY_STRUCTURE(UPDATE_TABLE, update_table_input, UPDATE_TABLE_MEMBERS)

/* The table as it is, and as it shall be billed. */
typedef struct Update
{
	const DyNode *request;
	const DyTable *table;
	const DyTableSettings *settings;
	bool		on_demand;		/* after the update */
} Update;

static void check_request(const DyNode *request);
static void check_combination(const DyNode *request);
static bool has_index_action(const DyNode *request, int action);
static bool is_given(const DyNode *request, int member);
static void check_index_updates(const DyNode *updates);
static const DyNode *index_name_of(const DyNode *update);
static void check_against_table(const Update *u);
static void check_throughput(const Update *u);
static void check_warm(const Update *u, const DyNode *warm, const DyThroughput *t, const char *what);
static void check_warm_units(int64 wanted, int64 current, const char *member, const char *what);
static void check_index_throughput(const Update *u);
static void check_decreases(const DyThroughput *t, const DyNode *provisioned);
static void check_switch(const Update *u);
static void check_index_actions(const Update *u);
static const DyIndex *find_global_index(const Update *u, DyBytes name, const char *verb);
static void check_new_index(const Update *u, const DyNode *create);
static void check_types(const Update *u, const DyNode *key_schema);
static bool schema_has(const DyNode *key_schema, DyBytes name);
static char *old_schema_text(const DyTable *table, DyBytes name);
static char *new_schema_text(const DyNode *key_schema, const DyNode *definitions);
static void append_schema_element(StringInfo s, DyBytes name, const char *type, const char *kind);
static void update_settings(const Update *u);
static void update_throughput(const char *relation, const char *condition, DyBytes table_name, DyBytes index_name,
							  const DyThroughput *old, const DyNode *provisioned, const DyNode *on_demand,
							  const DyNode *warm);
static void update_stream(const Update *u);
static void update_indexes(const Update *u);
static void add_index(const Update *u, const DyNode *create);
static void drop_index(const Update *u, const DyIndex *index);
static void add_definitions(const Update *u, const DyKeySchema *keys);
static void drop_unused_definitions(DyBytes table_name);
static const DyIndex *index_to_delete(const Update *u);
static const char *clock_text(TimestampTz time);

void
dy_op_update_table(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &update_table_input);
	DyBytes		name;
	Update		u;
	const DyIndex *deleting;
	DyControl	control;

	dy_request_validate(request);
	check_request(request);

	name = dy_node_table_name(dy_member(request, UPDATE_TABLE_TableName));
	dy_control_lock(name);
	u.request = request;
	u.table = dy_table_find(name);
	if (u.table == NULL)
		dy_error(DY_ERR_RESOURCE_NOT_FOUND, "Requested resource not found: Table: %.*s not found",
				 (int) name.len, name.data);
	u.settings = dy_table_settings(u.table);
	u.on_demand = dy_present(request, UPDATE_TABLE_BillingMode) ?
		dy_node_is(dy_member(request, UPDATE_TABLE_BillingMode), "PAY_PER_REQUEST") : !u.table->provisioned;
	check_against_table(&u);

	dy_control_begin(&control);
	deleting = index_to_delete(&u);
	if (deleting != NULL && deleting->status == DY_INDEX_CREATING)
		dy_backfill_interrupt(name);
	/* the relation before the metadata, as everybody does */
	if (dy_present(request, UPDATE_TABLE_GlobalSecondaryIndexUpdates))
		LockRelationOid(u.table->relid, AccessExclusiveLock);

	update_settings(&u);
	update_stream(&u);
	update_indexes(&u);
	dy_table_invalidate(u.table->relid);
	CommandCounterIncrement();

	dy_response_open(response, '{');
	dy_response_name(response, "TableDescription");
	u.table = dy_table_get(name);
	dy_describe_table(response, u.table, DY_DESCRIBE_UPDATING,
					  deleting ? dy_table_index(u.table, deleting->name) : NULL);
	dy_response_close(response, '}');

	if (deleting != NULL)
	{
		drop_index(&u, deleting);
		dy_table_invalidate(u.table->relid);
	}
	dy_control_end(&control);
}

/*
 * What can be said without the table.
 */
static void
check_request(const DyNode *request)
{
	const DyNode *provisioned = dy_member(request, UPDATE_TABLE_ProvisionedThroughput);
	const DyNode *updates = dy_member(request, UPDATE_TABLE_GlobalSecondaryIndexUpdates);
	bool		any = false;

	for (int i = 0; i < UPDATE_TABLE_MEMBERS; i++)
		if (i != UPDATE_TABLE_TableName && i != UPDATE_TABLE_AttributeDefinitions &&
			i != UPDATE_TABLE_GlobalSecondaryIndexUpdates && dy_present(request, i))
			any = true;
	if (!any && (!updates->present || updates->u.list.count == 0))
		dy_validation("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
					  "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
					  "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, "
					  "OnDemandThroughput, WarmThroughput or TableClass is required");

	if (dy_node_is(dy_member(request, UPDATE_TABLE_BillingMode), "PROVISIONED") && !provisioned->present)
		dy_validation("One or more parameter values were invalid: "
					  "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
	if (provisioned->present)
		dy_check_units(provisioned);
	if (updates->present)
		check_index_updates(updates);
	check_combination(request);
}

/*
 * A request changes one thing.
 */
static void
check_combination(const DyNode *request)
{
	static const struct
	{
		int			member;
		const char *text;
	}			alone[] = {
		{UPDATE_TABLE_SSESpecification, "Server-Side Encryption modification"},
		{UPDATE_TABLE_TableClass, "TableClass modification"},
		{UPDATE_TABLE_DeletionProtectionEnabled, "DeletionProtection modification"},
		{UPDATE_TABLE_WarmThroughput, "WarmThroughput"},
	};
	bool		create = has_index_action(request, INDEX_UPDATE_Create);
	bool		iops = dy_present(request, UPDATE_TABLE_ProvisionedThroughput);
	bool		stream = dy_present(request, UPDATE_TABLE_StreamSpecification);

	if (is_given(request, UPDATE_TABLE_OnDemandThroughput) &&
		(stream || is_given(request, UPDATE_TABLE_WarmThroughput)))
		dy_validation("One or more parameter values were invalid: "
					  "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request");
	for (int i = 0; i < lengthof(alone); i++)
	{
		if (!is_given(request, alone[i].member))
			continue;
		if (alone[i].member == UPDATE_TABLE_WarmThroughput && create)
			dy_validation("One or more parameter values were invalid: "
						  "Create global secondary index cannot be specified when updating WarmThroughput");
		for (int k = 0; k < UPDATE_TABLE_MEMBERS; k++)
			if (k != UPDATE_TABLE_TableName && k != UPDATE_TABLE_AttributeDefinitions &&
				k != alone[i].member && is_given(request, k))
				dy_validation("One or more parameter values were invalid: "
							  "%s must be the only operation in the request", alone[i].text);
	}

	if (stream && iops)
		dy_validation("One or more parameter values were invalid: "
					  "You cannot modify stream status while updating table IOPS");
	if (!create && !has_index_action(request, INDEX_UPDATE_Delete))
		return;
	if (iops && !dy_present(request, UPDATE_TABLE_BillingMode))
		dy_validation("One or more parameter values were invalid: "
					  "You cannot create or delete index while updating table IOPS");
	if (stream)
		dy_validation("One or more parameter values were invalid: "
					  "You cannot create or delete index while changing stream status");
}

static bool
has_index_action(const DyNode *request, int action)
{
	const DyNode *updates = dy_member(request, UPDATE_TABLE_GlobalSecondaryIndexUpdates);

	for (int i = 0; updates->present && i < updates->u.list.count; i++)
		if (dy_present(dy_member(updates, i), action))
			return true;
	return false;
}

/*
 * Empty throughputs and an empty list count as nothing.
 */
static bool
is_given(const DyNode *request, int member)
{
	const DyNode *node = dy_member(request, member);

	if (!node->present)
		return false;
	switch (member)
	{
		case UPDATE_TABLE_OnDemandThroughput:
			return dy_present(node, DY_ON_DEMAND_MaxReadRequestUnits) ||
				dy_present(node, DY_ON_DEMAND_MaxWriteRequestUnits);
		case UPDATE_TABLE_WarmThroughput:
			return dy_present(node, DY_WARM_ReadUnitsPerSecond) || dy_present(node, DY_WARM_WriteUnitsPerSecond);
		case UPDATE_TABLE_GlobalSecondaryIndexUpdates:
			return node->u.list.count > 0;
		default:
			return true;
	}
}

static void
check_index_updates(const DyNode *updates)
{
	for (int i = 0; i < updates->u.list.count; i++)
	{
		const DyNode *update = dy_member(updates, i);
		const DyNode *name = index_name_of(update);
		int			nactions = 0;

		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < INDEX_UPDATE_MEMBERS; k++)
			nactions += dy_present(update, k);
		if (nactions > 1)
			dy_validation("One or more parameter values were invalid: "
						  "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object");
		if (name == NULL)
			dy_validation("One or more parameter values were invalid: One of GlobalSecondaryIndexUpdate.Update, "
						  "GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null");
		for (int j = 0; j < i; j++)
			if (dy_node_is(index_name_of(dy_member(updates, j)), dy_node_cstring(name)))
				dy_validation("One or more parameter values were invalid: Only one global secondary index update "
							  "per index is allowed simultaneously. Index: %s", dy_node_cstring(name));
	}
}

/*
 * IndexName of whatever the update is; NULL if it is nothing.
 */
static const DyNode *
index_name_of(const DyNode *update)
{
	StaticAssertStmt((int) UPDATE_INDEX_IndexName == (int) CREATE_INDEX_IndexName &&
					 (int) UPDATE_INDEX_IndexName == (int) DELETE_INDEX_IndexName, "position of IndexName");

	for (int i = 0; i < INDEX_UPDATE_MEMBERS; i++)
		if (dy_present(update, i))
			return dy_member(dy_member(update, i), UPDATE_INDEX_IndexName);
	return NULL;
}

static void
check_against_table(const Update *u)
{
	if (dy_present(u->request, UPDATE_TABLE_ProvisionedThroughput) && u->on_demand)
		dy_validation("One or more parameter values were invalid: Neither ReadCapacityUnits nor "
					  "WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST");
	dy_check_on_demand(dy_member(u->request, UPDATE_TABLE_OnDemandThroughput), u->on_demand, NULL);
	check_warm(u, dy_member(u->request, UPDATE_TABLE_WarmThroughput), &u->settings->throughput, "table");
	check_index_actions(u);
	check_index_throughput(u);
	check_throughput(u);
	check_switch(u);
}

static void
check_throughput(const Update *u)
{
	const DyNode *provisioned = dy_member(u->request, UPDATE_TABLE_ProvisionedThroughput);
	const DyThroughput *t = &u->settings->throughput;
	DyThroughput wanted = dy_read_throughput(provisioned, NULL, NULL);

	if (!provisioned->present || !u->table->provisioned)
		return;
	if (wanted.read_units == t->read_units && wanted.write_units == t->write_units)
		dy_validation("The provisioned throughput for the table will not change. The requested value equals the current value. "
					  "Current ReadCapacityUnits provisioned for the table: " INT64_FORMAT ". "
					  "Requested ReadCapacityUnits: " INT64_FORMAT ". "
					  "Current WriteCapacityUnits provisioned for the table: " INT64_FORMAT ". "
					  "Requested WriteCapacityUnits: " INT64_FORMAT ". "
					  "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
					  t->read_units, wanted.read_units, t->write_units, wanted.write_units);
	check_decreases(t, provisioned);
}

/*
 * Warm throughput never gets less.
 */
static void
check_warm(const Update *u, const DyNode *warm, const DyThroughput *t, const char *what)
{
	DyThroughput wanted = dy_read_throughput(NULL, NULL, warm);
	DyThroughput current = dy_warm_throughput(u->table, t);

	check_warm_units(wanted.warm_read_units, current.warm_read_units, "ReadUnitsPerSecond", what);
	check_warm_units(wanted.warm_write_units, current.warm_write_units, "WriteUnitsPerSecond", what);
}

static void
check_warm_units(int64 wanted, int64 current, const char *member, const char *what)
{
	if (wanted >= 0 && wanted < current)
		dy_validation("One or more parameter values were invalid: Requested %s for WarmThroughput for %s is "
					  "lower than current WarmThroughput, decreasing WarmThroughput is not supported", member, what);
}

/*
 * Updates of indexes, and, when the table leaves on-demand, that each of
 * them gets its units.
 */
static void
check_index_throughput(const Update *u)
{
	const DyNode *updates = dy_member(u->request, UPDATE_TABLE_GlobalSecondaryIndexUpdates);
	int			n = updates->present ? updates->u.list.count : 0;
	StringInfoData missing;

	for (int i = 0; i < n; i++)
	{
		const DyNode *update = dy_member(dy_member(updates, i), INDEX_UPDATE_Update);
		const DyNode *provisioned;
		const DyNode *on_demand;
		const DyNode *warm;
		const DyIndex *index;
		const DyThroughput *t;
		DyThroughput wanted;
		const char *name;

		if (!update->present)
			continue;
		provisioned = dy_member(update, UPDATE_INDEX_ProvisionedThroughput);
		on_demand = dy_member(update, UPDATE_INDEX_OnDemandThroughput);
		warm = dy_member(update, UPDATE_INDEX_WarmThroughput);
		name = dy_node_cstring(dy_member(update, UPDATE_INDEX_IndexName));
		wanted = dy_read_throughput(provisioned, NULL, NULL);
		if (wanted.read_units > MAX_INDEX_UNITS || wanted.write_units > MAX_INDEX_UNITS)
			dy_validation("This operation cannot be performed with given input values. "
						  "Please contact DynamoDB service team for more info: Action Blocked: IndexUpdate");
		if (provisioned->present && u->on_demand)
			dy_validation("One or more parameter values were invalid: Neither ReadCapacityUnits nor "
						  "WriteCapacityUnits can be specified for index: %s when BillingMode is PAY_PER_REQUEST",
						  name);
		if (u->on_demand && !on_demand->present && !warm->present)
			dy_validation("One or more parameter values were invalid: The only Updates for index: %s when "
						  "TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput",
						  name);
		index = find_global_index(u, dy_node_text(dy_member(update, UPDATE_INDEX_IndexName)), "update");
		dy_check_on_demand(on_demand, u->on_demand, name);
		check_warm(u, warm, &u->settings->indexes[index - u->table->indexes].throughput,
				   psprintf("index %s", name));
		if (index->status == DY_INDEX_CREATING)
			dy_error(DY_ERR_RESOURCE_IN_USE,
					 "Attempt to change a resource which is still in use: Index is being created. "
					 "Table: %.*s Index: %.*s", (int) u->table->name.len, u->table->name.data,
					 (int) index->name.len, index->name.data);
		if (!provisioned->present || !u->table->provisioned)
			continue;
		t = &u->settings->indexes[index - u->table->indexes].throughput;
		if (wanted.read_units == t->read_units && wanted.write_units == t->write_units)
			dy_validation("The provisioned throughput for the index %.*s will not change. The requested value equals the current value. "
						  "Current ReadCapacityUnits provisioned for the index: " INT64_FORMAT ". "
						  "Requested ReadCapacityUnits: " INT64_FORMAT ". "
						  "Current WriteCapacityUnits provisioned for the index: " INT64_FORMAT ". "
						  "Requested WriteCapacityUnits: " INT64_FORMAT ". "
						  "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
						  (int) index->name.len, index->name.data,
						  t->read_units, wanted.read_units, t->write_units, wanted.write_units);
		check_decreases(t, provisioned);
	}

	if (u->on_demand || u->table->provisioned)
		return;
	initStringInfo(&missing);
	for (int i = 0; i < u->table->nindexes; i++)
	{
		const DyIndex *index = &u->table->indexes[i];
		bool		given = false;

		if (index->kind != DY_INDEX_GLOBAL)
			continue;
		for (int j = 0; j < n; j++)
		{
			const DyNode *update = dy_member(dy_member(updates, j), INDEX_UPDATE_Update);

			if (update->present && dy_present(update, UPDATE_INDEX_ProvisionedThroughput) &&
				dy_node_is(dy_member(update, UPDATE_INDEX_IndexName), pnstrdup(index->name.data, index->name.len)))
				given = true;
		}
		if (!given)
			appendStringInfo(&missing, "%s%.*s", missing.len > 0 ? "," : "", (int) index->name.len, index->name.data);
	}
	if (missing.len > 0)
		dy_validation("One or more parameter values were invalid: "
					  "ProvisionedThroughput must be specified for index: %s", missing.data);
}

/*
 * Four decreases a day whenever one likes, then one an hour.
 */
static void
check_decreases(const DyThroughput *t, const DyNode *provisioned)
{
	DyThroughput wanted = dy_read_throughput(provisioned, NULL, NULL);
	TimestampTz now = GetCurrentTimestamp();

	if (wanted.read_units >= t->read_units && wanted.write_units >= t->write_units)
		return;
	if (t->last_decrease == 0 || t->last_decrease / USECS_PER_DAY != now / USECS_PER_DAY ||
		t->decreases < FREE_DECREASES || now - t->last_decrease >= HOUR_SECONDS * USECS_PER_SEC)
		return;
	dy_error(DY_ERR_LIMIT_EXCEEDED,
			 "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. "
			 "After the first %d decreases, each subsequent decrease in the same UTC day can be performed at most "
			 "once every %d seconds. Number of decreases today: %d. Last decrease at %s. "
			 "Next decrease can be made at %s",
			 FREE_DECREASES, HOUR_SECONDS, t->decreases, clock_text(t->last_decrease),
			 clock_text(t->last_decrease + HOUR_SECONDS * USECS_PER_SEC));
}

/*
 * From provisioned to on-demand four times in 24 hours.
 */
static void
check_switch(const Update *u)
{
	DyParameters p = {0};
	DyControl	control;

	if (!u->on_demand || !u->table->provisioned)
		return;
	dy_control_begin(&control);
	dy_add_text(&p, u->table->name);
	dy_add_integer(&p, MAX_ON_DEMAND_SWITCHES);
	if (dy_run("SELECT 1 FROM dynamo_internal.tables WHERE name = $1 AND"
			   " on_demand_switches[$2::pg_catalog.int4] > pg_catalog.clock_timestamp() - interval '24 hours'", &p) > 0)
		dy_error(DY_ERR_LIMIT_EXCEEDED,
				 "Subscriber limit exceeded: Update to PayPerRequest mode are limited to %d in 1 day(s). Last update at %s.",
				 MAX_ON_DEMAND_SWITCHES, clock_text(u->settings->last_on_demand));
	dy_control_end(&control);
}

/*
 * One index may be made or deleted at a time.
 */
static void
check_index_actions(const Update *u)
{
	const DyNode *updates = dy_member(u->request, UPDATE_TABLE_GlobalSecondaryIndexUpdates);
	int			n = updates->present ? updates->u.list.count : 0;
	int			actions = 0;

	for (int i = 0; i < n; i++)
		if (dy_present(dy_member(updates, i), INDEX_UPDATE_Create) ||
			dy_present(dy_member(updates, i), INDEX_UPDATE_Delete))
			actions++;
	if (actions > 1)
		dy_error(DY_ERR_LIMIT_EXCEEDED,
				 "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");

	for (int i = 0; i < n; i++)
	{
		const DyNode *create = dy_member(dy_member(updates, i), INDEX_UPDATE_Create);
		const DyNode *delete = dy_member(dy_member(updates, i), INDEX_UPDATE_Delete);
		const DyIndex *deleted = NULL;

		if (delete->present)
			deleted = find_global_index(u, dy_node_text(dy_member(delete, DELETE_INDEX_IndexName)), "delete");
		if (create->present &&
			dy_table_index(u->table, dy_node_text(dy_member(create, CREATE_INDEX_IndexName))) != NULL)
			dy_validation("Attempting to create an index which already exists");
		for (int k = 0; (create->present || delete->present) && k < u->table->nindexes; k++)
			if (u->table->indexes[k].status == DY_INDEX_CREATING && &u->table->indexes[k] != deleted)
				dy_error(DY_ERR_LIMIT_EXCEEDED,
						 "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");
		if (create->present)
			check_new_index(u, create);
	}
}

static const DyIndex *
find_global_index(const Update *u, DyBytes name, const char *verb)
{
	const DyIndex *index = dy_table_index(u->table, name);

	if (index == NULL)
		dy_error(DY_ERR_RESOURCE_NOT_FOUND, "Requested resource not found: Index %.*s for table %.*s",
				 DY_BYTES_ARGS(name), DY_BYTES_ARGS(u->table->name));
	if (index->kind != DY_INDEX_GLOBAL)
		dy_validation("Cannot %s an index that is not a GlobalSecondaryIndex: %.*s", verb, DY_BYTES_ARGS(name));
	return index;
}

static void
check_new_index(const Update *u, const DyNode *create)
{
	const DyNode *provisioned = dy_member(create, CREATE_INDEX_ProvisionedThroughput);
	const DyNode *projection = dy_member(create, CREATE_INDEX_Projection);
	DyBytes		name = dy_node_text(dy_member(create, CREATE_INDEX_IndexName));
	const DyNode *include = dy_member(projection, DY_PROJECTION_NonKeyAttributes);
	int			nglobal = 0;
	int			included = include->present ? include->u.list.count : 0;

	/* the keys must be defined in the request even if the table knows them */
	dy_check_key_schema(dy_member(create, CREATE_INDEX_KeySchema),
						dy_member(u->request, UPDATE_TABLE_AttributeDefinitions), true);
	check_types(u, dy_member(create, CREATE_INDEX_KeySchema));
	dy_check_projection(projection);
	if (u->on_demand && provisioned->present)
		dy_validation("One or more parameter values were invalid: ProvisionedThroughput should not be "
					  "specified for index: %.*s when BillingMode is PAY_PER_REQUEST", (int) name.len, name.data);
	if (!u->on_demand && !provisioned->present)
		dy_validation("One or more parameter values were invalid: "
					  "ProvisionedThroughput must be specified for index: %.*s", (int) name.len, name.data);
	if (provisioned->present)
		dy_check_units(provisioned);

	for (int i = 0; i < u->table->nindexes; i++)
	{
		included += u->table->indexes[i].ninclude;
		if (u->table->indexes[i].kind == DY_INDEX_GLOBAL)
			nglobal++;
	}
	if (nglobal >= DY_MAX_GLOBAL_INDEXES)
		dy_error(DY_ERR_LIMIT_EXCEEDED, "Subscriber limit exceeded: "
				 "Number of global secondary indexes exceeds per-table limit of %d", DY_MAX_GLOBAL_INDEXES);
	if (included > DY_MAX_TABLE_INCLUDED)
		dy_validation("One or more parameter values were invalid: "
					  "Number of NonKeyAttributes projected in all indexes exceeds the per-table limit of %d",
					  DY_MAX_TABLE_INCLUDED);
}

/*
 * A key of the new index that is a key already has the type it has.  Other
 * keys may be given another type in the request, which means nothing.
 */
static void
check_types(const Update *u, const DyNode *key_schema)
{
	const DyNode *definitions = dy_member(u->request, UPDATE_TABLE_AttributeDefinitions);
	const DyTableSettings *settings = u->settings;

	for (int i = 0; definitions->present && i < definitions->u.list.count; i++)
	{
		DyBytes		name = dy_node_text(dy_member(dy_member(definitions, i), DY_ATTRIBUTE_AttributeName));
		DyBytes		type = dy_node_text(dy_member(dy_member(definitions, i), DY_ATTRIBUTE_AttributeType));

		CHECK_FOR_INTERRUPTS();
		if (!schema_has(key_schema, name))
			continue;
		for (int k = 0; k < settings->nattributes; k++)
			if (dy_bytes_equal(settings->attribute_names[k], name) &&
				!dy_bytes_equal(settings->attribute_types[k], type))
				dy_validation("One or more parameter values were invalid: Attributes cannot be redefined. "
							  "Please check that your attribute has the same type as previously defined. "
							  "Existing schema: %s New schema: %s",
							  old_schema_text(u->table, name), new_schema_text(key_schema, definitions));
	}
}

static bool
schema_has(const DyNode *key_schema, DyBytes name)
{
	for (int i = 0; i < key_schema->u.list.count; i++)
		if (dy_bytes_equal(dy_node_text(dy_member(dy_member(key_schema, i), DY_KEY_ELEMENT_AttributeName)), name))
			return true;
	return false;
}

/*
 * The key schema, of the table or of an index, that has the attribute.
 */
static char *
old_schema_text(const DyTable *table, DyBytes name)
{
	StringInfoData s;

	initStringInfo(&s);
	if (dy_bytes_equal(table->hash.name, name) ||
		(table->has_range && dy_bytes_equal(table->range.name, name)))
	{
		append_schema_element(&s, table->hash.name, dy_type_name(table->hash.type), "HASH");
		if (table->has_range)
			append_schema_element(&s, table->range.name, dy_type_name(table->range.type), "RANGE");
	}
	for (int i = 0; s.len == 0 && i < table->nindexes; i++)
	{
		const DyIndex *index = &table->indexes[i];
		bool		has = false;

		for (int k = 0; k < index->nhash + index->nrange; k++)
			has |= dy_bytes_equal(k < index->nhash ? index->hash[k].name :
								  index->range[k - index->nhash].name, name);
		for (int k = 0; has && k < index->nhash; k++)
			append_schema_element(&s, index->hash[k].name, dy_type_name(index->hash[k].type), "HASH");
		for (int k = 0; has && k < index->nrange; k++)
			append_schema_element(&s, index->range[k].name, dy_type_name(index->range[k].type), "RANGE");
	}
	return psprintf("Schema:[%s]", s.data);
}

static char *
new_schema_text(const DyNode *key_schema, const DyNode *definitions)
{
	StringInfoData s;

	initStringInfo(&s);
	for (int i = 0; i < key_schema->u.list.count; i++)
	{
		const DyNode *element = dy_member(key_schema, i);
		DyBytes		name = dy_node_text(dy_member(element, DY_KEY_ELEMENT_AttributeName));

		for (int k = 0; k < definitions->u.list.count; k++)
		{
			const DyNode *definition = dy_member(definitions, k);

			if (!dy_bytes_equal(dy_node_text(dy_member(definition, DY_ATTRIBUTE_AttributeName)), name))
				continue;
			append_schema_element(&s, name,
								  dy_node_cstring(dy_member(definition, DY_ATTRIBUTE_AttributeType)),
								  dy_node_cstring(dy_member(element, DY_KEY_ELEMENT_KeyType)));
			break;
		}
	}
	return psprintf("Schema:[%s]", s.data);
}

static void
append_schema_element(StringInfo s, DyBytes name, const char *type, const char *kind)
{
	appendStringInfo(s, "%sSchemaElement: key{%.*s:%s:%s}", s->len > 0 ? ", " : "",
					 DY_BYTES_ARGS(name), type, kind);
}

/* What was provisioned stays warm. */
#define STAYS_WARM \
	" warm_read_units = greatest(warm_read_units, read_units)," \
	" warm_write_units = greatest(warm_write_units, write_units)"

/*
 * Everything that is a column of dynamo_internal.tables.
 */
static void
update_settings(const Update *u)
{
	const DyNode *request = u->request;
	const DyNode *sse = dy_member(request, UPDATE_TABLE_SSESpecification);
	DyBytes		name = u->table->name;
	DyBytes		no_index = {NULL, 0};
	DyParameters p = {0};

	if (u->on_demand != !u->table->provisioned)
	{
		dy_add_text(&p, name);
		if (u->on_demand)
		{
			dy_run("UPDATE dynamo_internal.tables SET billing_mode = 'PAY_PER_REQUEST', read_units = 0, write_units = 0,"
				   STAYS_WARM ","
				   " last_on_demand = pg_catalog.clock_timestamp(),"
				   " on_demand_switches = (pg_catalog.clock_timestamp() || on_demand_switches)[1:4]"
				   " WHERE name = $1", &p);
			dy_run("UPDATE dynamo_internal.indexes SET read_units = 0, write_units = 0,"
				   STAYS_WARM
				   " WHERE table_name = $1", &p);
		}
		else
		{
			dy_add_integer(&p, DY_WARM_READ_UNITS);
			dy_add_integer(&p, DY_WARM_WRITE_UNITS);
			dy_run("UPDATE dynamo_internal.tables SET billing_mode = 'PROVISIONED',"
				   " max_read_units = NULL, max_write_units = NULL,"
				   " warm_read_units = greatest(warm_read_units, $2), warm_write_units = greatest(warm_write_units, $3)"
				   " WHERE name = $1", &p);
			dy_run("UPDATE dynamo_internal.indexes SET max_read_units = NULL, max_write_units = NULL,"
				   " warm_read_units = greatest(warm_read_units, $2), warm_write_units = greatest(warm_write_units, $3)"
				   " WHERE table_name = $1", &p);
		}
	}

	update_throughput("tables", "name = $1", name, no_index, &u->settings->throughput,
					  dy_member(request, UPDATE_TABLE_ProvisionedThroughput),
					  dy_member(request, UPDATE_TABLE_OnDemandThroughput),
					  dy_member(request, UPDATE_TABLE_WarmThroughput));

	if (dy_present(request, UPDATE_TABLE_DeletionProtectionEnabled))
	{
		DyParameters q = {0};

		dy_add_text(&q, name);
		dy_add_boolean(&q, dy_node_boolean(dy_member(request, UPDATE_TABLE_DeletionProtectionEnabled), false));
		dy_run("UPDATE dynamo_internal.tables SET deletion_protection = $2 WHERE name = $1", &q);
	}
	if (dy_present(request, UPDATE_TABLE_TableClass))
	{
		DyParameters q = {0};

		dy_add_text(&q, name);
		dy_add_text(&q, dy_node_text(dy_member(request, UPDATE_TABLE_TableClass)));
		dy_run("UPDATE dynamo_internal.tables SET table_class = $2, table_class_changed = pg_catalog.clock_timestamp()"
			   " WHERE name = $1", &q);
	}
	if (sse->present)
	{
		DyParameters q = {0};
		bool		encrypted = dy_node_boolean(dy_member(sse, DY_SSE_Enabled), false);

		dy_add_text(&q, name);
		dy_add_cstring(&q, encrypted ? "KMS" : NULL);
		dy_add_cstring(&q, encrypted ? dy_node_cstring(dy_member(sse, DY_SSE_KMSMasterKeyId)) : NULL);
		dy_run("UPDATE dynamo_internal.tables SET sse_type = $2, kms_key = $3 WHERE name = $1", &q);
	}
}

/*
 * Units of the table or of one index.  Members left out stay as they are;
 * an on-demand maximum of -1 takes it away.
 */
static void
update_throughput(const char *relation, const char *condition, DyBytes table_name, DyBytes index_name,
				  const DyThroughput *old, const DyNode *provisioned, const DyNode *on_demand,
				  const DyNode *warm)
{
	DyThroughput t = dy_read_throughput(provisioned, on_demand, warm);
	DyParameters p = {0};
	bool		increase = t.read_units > old->read_units || t.write_units > old->write_units;
	bool		decrease = t.read_units < old->read_units || t.write_units < old->write_units;
	bool		today = old->last_decrease != 0 &&
	old->last_decrease / USECS_PER_DAY == GetCurrentTimestamp() / USECS_PER_DAY;

	dy_add_text(&p, table_name);
	if (index_name.data != NULL)
		dy_add_text(&p, index_name);
	else
		dy_add_cstring(&p, NULL);

	if (provisioned->present)
	{
		DyParameters q = p;

		dy_add_integer(&q, t.read_units);
		dy_add_integer(&q, t.write_units);
		dy_add_boolean(&q, increase);
		dy_add_boolean(&q, decrease);
		dy_add_integer(&q, today ? old->decreases + 1 : 1);
		dy_run(psprintf("UPDATE dynamo_internal.%s SET read_units = $3, write_units = $4," STAYS_WARM ","
						" last_increase = CASE WHEN $5 THEN pg_catalog.clock_timestamp() ELSE last_increase END,"
						" last_decrease = CASE WHEN $6 THEN pg_catalog.clock_timestamp() ELSE last_decrease END,"
						" decreases = CASE WHEN $6 THEN $7 ELSE decreases END"
						" WHERE %s AND ($2 IS NULL OR name = $2)", relation, condition), &q);
	}
	if (on_demand->present)
	{
		DyParameters q = p;

		dy_add_units(&q, t.max_read_units);
		dy_add_units(&q, t.max_write_units);
		dy_add_boolean(&q, dy_present(on_demand, DY_ON_DEMAND_MaxReadRequestUnits));
		dy_add_boolean(&q, dy_present(on_demand, DY_ON_DEMAND_MaxWriteRequestUnits));
		dy_run(psprintf("UPDATE dynamo_internal.%s SET"
						" max_read_units = CASE WHEN $5 THEN $3 ELSE max_read_units END,"
						" max_write_units = CASE WHEN $6 THEN $4 ELSE max_write_units END"
						" WHERE %s AND ($2 IS NULL OR name = $2)", relation, condition), &q);
	}
	if (warm->present)
	{
		DyParameters q = p;

		dy_add_units(&q, t.warm_read_units);
		dy_add_units(&q, t.warm_write_units);
		dy_run(psprintf("UPDATE dynamo_internal.%s SET"
						" warm_read_units = coalesce($3, warm_read_units),"
						" warm_write_units = coalesce($4, warm_write_units)"
						" WHERE %s AND ($2 IS NULL OR name = $2)", relation, condition), &q);
	}
}

static void
update_stream(const Update *u)
{
	const DyNode *stream = dy_member(u->request, UPDATE_TABLE_StreamSpecification);
	DyBytes		name = u->table->name;
	bool		has_stream = u->settings->stream_view_type.len > 0;
	bool		enable;
	DyParameters p = {0};

	if (!stream->present)
		return;
	enable = dy_node_boolean(dy_member(stream, DY_STREAM_StreamEnabled), false);
	if (enable && has_stream)
		dy_validation("Table already has an enabled stream: TableName: %.*s", (int) name.len, name.data);
	if (!enable && !has_stream)
		dy_validation("Table has no stream to disable: TableName: %.*s", (int) name.len, name.data);
	dy_check_stream_specification(stream);

	dy_add_text(&p, name);
	dy_add_cstring(&p, enable ? dy_node_cstring(dy_member(stream, DY_STREAM_StreamViewType)) : NULL);
	dy_add_cstring(&p, enable ? dy_new_stream_label() : NULL);
	dy_run("UPDATE dynamo_internal.tables SET stream_view_type = $2, stream_label = coalesce($3, stream_label)"
		   " WHERE name = $1", &p);
}

/*
 * Updates and creations; a deletion comes after the description.
 */
static void
update_indexes(const Update *u)
{
	const DyNode *updates = dy_member(u->request, UPDATE_TABLE_GlobalSecondaryIndexUpdates);

	for (int i = 0; updates->present && i < updates->u.list.count; i++)
	{
		const DyNode *create = dy_member(dy_member(updates, i), INDEX_UPDATE_Create);
		const DyNode *update = dy_member(dy_member(updates, i), INDEX_UPDATE_Update);

		if (create->present)
			add_index(u, create);
		if (update->present)
		{
			DyBytes		name = dy_node_text(dy_member(update, UPDATE_INDEX_IndexName));
			const DyIndex *index = dy_table_index(u->table, name);

			update_throughput("indexes", "table_name = $1", u->table->name, name,
							  &u->settings->indexes[index - u->table->indexes].throughput,
							  dy_member(update, UPDATE_INDEX_ProvisionedThroughput),
							  dy_member(update, UPDATE_INDEX_OnDemandThroughput),
							  dy_member(update, UPDATE_INDEX_WarmThroughput));
		}
	}
}

static void
add_index(const Update *u, const DyNode *create)
{
	DyNewIndex	index;
	DyParameters p = {0};
	int			position = 0;

	dy_read_index(&index, DY_INDEX_GLOBAL, dy_member(create, CREATE_INDEX_IndexName),
				  dy_member(create, CREATE_INDEX_KeySchema), dy_member(create, CREATE_INDEX_Projection),
				  dy_member(create, CREATE_INDEX_ProvisionedThroughput),
				  dy_member(create, CREATE_INDEX_OnDemandThroughput),
				  dy_member(create, CREATE_INDEX_WarmThroughput));
	for (int i = 0; i < u->table->nindexes; i++)
		position = Max(position, u->settings->indexes[i].position + 1);

	dy_ddl_add_index_column(u->table->relid, index.column);
	add_definitions(u, &index.keys);
	dy_insert_index(u->table->name, &index, position, true);
	dy_add_text(&p, u->table->name);
	dy_add_cstring(&p, index.column);
	dy_run("INSERT INTO dynamo_internal.backfills (table_name, column_name) VALUES ($1, $2::pg_catalog.name)", &p);
	dy_backfill_at_commit();
}

static void
drop_index(const Update *u, const DyIndex *index)
{
	char	   *column = get_attname(u->table->relid, index->attnum, false);
	DyParameters p = {0};
	DyParameters q = {0};

	dy_add_text(&p, u->table->name);
	dy_add_text(&p, index->name);
	dy_run("DELETE FROM dynamo_internal.indexes WHERE table_name = $1 AND name = $2", &p);
	dy_add_text(&q, u->table->name);
	dy_add_cstring(&q, column);
	dy_run("DELETE FROM dynamo_internal.backfills WHERE table_name = $1 AND column_name = $2::pg_catalog.name", &q);
	drop_unused_definitions(u->table->name);
	dy_ddl_drop_index_column(u->table->relid, column);
}

/*
 * Those of the new index's key attributes that the table does not have.
 */
static void
add_definitions(const Update *u, const DyKeySchema *keys)
{
	const DyNode *definitions = dy_member(u->request, UPDATE_TABLE_AttributeDefinitions);

	for (int i = 0; i < keys->nhash + keys->nrange; i++)
	{
		DyBytes		name = i < keys->nhash ? keys->hash[i] : keys->range[i - keys->nhash];

		for (int k = 0; definitions->present && k < definitions->u.list.count; k++)
		{
			const DyNode *definition = dy_member(definitions, k);
			DyParameters p = {0};

			if (!dy_node_is(dy_member(definition, DY_ATTRIBUTE_AttributeName), pnstrdup(name.data, name.len)))
				continue;
			dy_add_text(&p, u->table->name);
			dy_add_text(&p, name);
			dy_add_text(&p, dy_node_text(dy_member(definition, DY_ATTRIBUTE_AttributeType)));
			dy_run("UPDATE dynamo_internal.tables SET attribute_names = attribute_names || $2,"
				   " attribute_types = attribute_types || $3"
				   " WHERE name = $1 AND $2 <> ALL (attribute_names)", &p);
		}
	}
}

/*
 * An attribute that is no key any more loses its definition.
 */
static void
drop_unused_definitions(DyBytes table_name)
{
	DyParameters p = {0};

	dy_add_text(&p, table_name);
	dy_run("UPDATE dynamo_internal.tables t SET (attribute_names, attribute_types) ="
		   " (SELECT pg_catalog.array_agg(d.name ORDER BY d.i), pg_catalog.array_agg(d.type ORDER BY d.i)"
		   "  FROM ROWS FROM (pg_catalog.unnest(t.attribute_names), pg_catalog.unnest(t.attribute_types))"
		   "   WITH ORDINALITY AS d(name, type, i)"
		   "  WHERE d.name = t.hash_name OR d.name = t.range_name OR EXISTS"
		   "   (SELECT FROM dynamo_internal.indexes x WHERE x.table_name = t.name"
		   "     AND d.name = ANY (x.hash_names || x.range_names)))"
		   " WHERE t.name = $1", &p);
}

/*
 * The index that a Delete of the request names, or NULL.
 */
static const DyIndex *
index_to_delete(const Update *u)
{
	const DyNode *updates = dy_member(u->request, UPDATE_TABLE_GlobalSecondaryIndexUpdates);

	for (int i = 0; updates->present && i < updates->u.list.count; i++)
	{
		const DyNode *delete = dy_member(dy_member(updates, i), INDEX_UPDATE_Delete);

		if (delete->present)
			return dy_table_index(u->table, dy_node_text(dy_member(delete, DELETE_INDEX_IndexName)));
	}
	return NULL;
}

/*
 * As the service writes points of time in messages.
 */
static const char *
clock_text(TimestampTz time)
{
	pg_time_t	seconds = timestamptz_to_time_t(time);
	char	   *text = palloc(100);

	pg_strftime(text, 100, "%A, %B %d, %Y at %I:%M:%S %p Coordinated Universal Time", pg_gmtime(&seconds));
	return text;
}
