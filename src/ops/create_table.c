/*-------------------------------------------------------------------------
 *
 * create_table.c
 *	  CreateTable
 *
 * The table is there, and ACTIVE, when the transaction commits; the response
 * says CREATING, as the service's does.
 *
 * The checks come in the order in which the service makes them, so that a
 * request with several mistakes gets the same answer.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/ops.h"
#include "ops/table_description.h"
#include "ops/table_request.h"
#include "tables/control.h"

#define LOCAL_INDEX_MEMBERS(M) \
	M(LOCAL_INDEX, IndexName, dy_shape_index_name, true) \
	M(LOCAL_INDEX, KeySchema, dy_shape_key_schema, true) \
	M(LOCAL_INDEX, Projection, dy_shape_projection, true)
DY_STRUCTURE_NAMED(LOCAL_INDEX, local_index, "LocalSecondaryIndex", LOCAL_INDEX_MEMBERS)

#define GLOBAL_INDEX_MEMBERS(M) \
	M(GLOBAL_INDEX, IndexName, dy_shape_index_name, true) \
	M(GLOBAL_INDEX, KeySchema, dy_shape_global_key_schema, true) \
	M(GLOBAL_INDEX, Projection, dy_shape_projection, true) \
	M(GLOBAL_INDEX, ProvisionedThroughput, dy_shape_provisioned_throughput, false) \
	M(GLOBAL_INDEX, OnDemandThroughput, dy_shape_on_demand_throughput, false) \
	M(GLOBAL_INDEX, WarmThroughput, dy_shape_warm_throughput, false)
DY_STRUCTURE_NAMED(GLOBAL_INDEX, global_index, "GlobalSecondaryIndex", GLOBAL_INDEX_MEMBERS)

static const DyShape local_indexes = DY_LIST_OF(local_index, DY_NO_BOUND, DY_NO_BOUND);
static const DyShape global_indexes = DY_LIST_OF(global_index, DY_NO_BOUND, DY_NO_BOUND);

#define CREATE_TABLE_MEMBERS(M) \
	M(CREATE_TABLE, AttributeDefinitions, dy_shape_attribute_definitions, true) \
	M(CREATE_TABLE, TableName, dy_shape_table_name, true) \
	M(CREATE_TABLE, BillingMode, dy_shape_billing_mode, false) \
	M(CREATE_TABLE, ProvisionedThroughput, dy_shape_provisioned_throughput, false) \
	M(CREATE_TABLE, KeySchema, dy_shape_key_schema, true) \
	M(CREATE_TABLE, LocalSecondaryIndexes, local_indexes, false) \
	M(CREATE_TABLE, GlobalSecondaryIndexes, global_indexes, false) \
	M(CREATE_TABLE, StreamSpecification, dy_shape_stream_specification, false) \
	M(CREATE_TABLE, SSESpecification, dy_shape_sse_specification, false) \
	M(CREATE_TABLE, Tags, dy_shape_tags, false) \
	M(CREATE_TABLE, TableClass, dy_shape_table_class, false) \
	M(CREATE_TABLE, DeletionProtectionEnabled, dy_shape_boolean, false) \
	M(CREATE_TABLE, OnDemandThroughput, dy_shape_on_demand_throughput, false) \
	M(CREATE_TABLE, WarmThroughput, dy_shape_warm_throughput, false) \
	M(CREATE_TABLE, ResourcePolicy, dy_shape_string, false)
DY_STRUCTURE(CREATE_TABLE, create_table_input, CREATE_TABLE_MEMBERS)

static void check_request(const DyNode *request);
static void check_billing(const DyNode *request);
static void check_local_indexes(const DyNode *request);
static void check_global_indexes(const DyNode *request);
static void check_index_names(const DyNode *local, const DyNode *global);
static void check_definitions_distinct(const DyNode *definitions);
static void check_definitions_used(const DyNode *request);
static int	read_indexes(const DyNode *request, DyNewIndex **indexes);
static void insert_table(const DyNode *request, Oid relid);

void
dy_op_create_table(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &create_table_input);
	DyBytes		name;
	DyNewIndex *indexes;
	DyIndexColumn *columns;
	int			nindexes;
	DyControl	control;
	Oid			relid;
	int			position = 0;

	dy_request_validate(request);
	check_request(request);

	name = dy_node_text(dy_member(request, CREATE_TABLE_TableName));
	nindexes = read_indexes(request, &indexes);
	columns = palloc0(sizeof(DyIndexColumn) * Max(nindexes, 1));
	for (int i = 0; i < nindexes; i++)
	{
		snprintf(indexes[i].column, NAMEDATALEN, "x%d", i + 1);
		strlcpy(columns[i].column, indexes[i].column, NAMEDATALEN);
		columns[i].local = indexes[i].kind == DY_INDEX_LOCAL;
	}

	dy_control_lock(name);
	if (dy_table_find(name) != NULL)
		dy_error(DY_ERR_RESOURCE_IN_USE, "Table already exists: %.*s", (int) name.len, name.data);

	dy_control_begin(&control);
	relid = dy_ddl_create_table(pnstrdup(name.data, name.len), columns, nindexes);
	insert_table(request, relid);
	for (int i = 0; i < nindexes; i++)
		dy_insert_index(name, &indexes[i], position++, false);
	dy_insert_tags(name, dy_member(request, CREATE_TABLE_Tags));
	dy_control_end(&control);
	dy_table_invalidate(relid);
	CommandCounterIncrement();

	dy_response_open(response, '{');
	dy_response_name(response, "TableDescription");
	dy_describe_table(response, dy_table_get(name), DY_DESCRIBE_CREATING, NULL);
	dy_response_close(response, '}');
}

/*
 * What takes more than one member to decide.
 */
static void
check_request(const DyNode *request)
{
	const DyNode *definitions = dy_member(request, CREATE_TABLE_AttributeDefinitions);
	const DyNode *key_schema = dy_member(request, CREATE_TABLE_KeySchema);
	const DyNode *local = dy_member(request, CREATE_TABLE_LocalSecondaryIndexes);
	const DyNode *global = dy_member(request, CREATE_TABLE_GlobalSecondaryIndexes);

	check_billing(request);
	if (key_schema->u.list.count > definitions->u.list.count)
		dy_validation("Invalid KeySchema: Some index key attribute have no definition");
	check_definitions_distinct(definitions);
	dy_check_key_schema(key_schema, definitions, false);
	if (!local->present && !global->present &&
		key_schema->u.list.count != definitions->u.list.count)
		dy_validation("One or more parameter values were invalid: Number of attributes in KeySchema does not "
					  "exactly match number of attributes defined in AttributeDefinitions");
	check_local_indexes(request);
	check_global_indexes(request);
	check_index_names(local, global);
	check_definitions_used(request);
	dy_check_stream_specification(dy_member(request, CREATE_TABLE_StreamSpecification));
	dy_check_tags(dy_member(request, CREATE_TABLE_Tags));
}

static void
check_billing(const DyNode *request)
{
	const DyNode *provisioned = dy_member(request, CREATE_TABLE_ProvisionedThroughput);

	if (dy_node_is(dy_member(request, CREATE_TABLE_BillingMode), "PAY_PER_REQUEST"))
	{
		if (provisioned->present)
			dy_validation("One or more parameter values were invalid: Neither ReadCapacityUnits nor "
						  "WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST");
		return;
	}
	if (!provisioned->present)
		dy_validation("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits "
					  "must both be specified when BillingMode is PROVISIONED");
	dy_check_on_demand(dy_member(request, CREATE_TABLE_OnDemandThroughput), false, NULL);
	dy_check_units(provisioned);
}

static void
check_local_indexes(const DyNode *request)
{
	const DyNode *local = dy_member(request, CREATE_TABLE_LocalSecondaryIndexes);
	const DyNode *key_schema = dy_member(request, CREATE_TABLE_KeySchema);
	DyBytes		table_hash;

	if (!local->present)
		return;
	if (local->u.list.count == 0)
		dy_validation("One or more parameter values were invalid: List of LocalSecondaryIndexes is empty");
	if (key_schema->u.list.count != 2)
		dy_validation("One or more parameter values were invalid: Table KeySchema does not have a range key, "
					  "which is required when specifying a LocalSecondaryIndex");

	table_hash = dy_node_text(dy_member(dy_member(key_schema, 0), DY_KEY_ELEMENT_AttributeName));
	for (int i = 0; i < local->u.list.count; i++)
	{
		const DyNode *index = dy_member(local, i);
		const DyNode *keys = dy_member(index, LOCAL_INDEX_KeySchema);
		DyBytes		name = dy_node_text(dy_member(index, LOCAL_INDEX_IndexName));
		DyBytes		hash;

		dy_check_key_schema(keys, dy_member(request, CREATE_TABLE_AttributeDefinitions), false);
		if (keys->u.list.count != 2)
			dy_validation("One or more parameter values were invalid: Index KeySchema does not have a range key for index: %.*s",
						  (int) name.len, name.data);
		hash = dy_node_text(dy_member(dy_member(keys, 0), DY_KEY_ELEMENT_AttributeName));
		if (hash.len != table_hash.len || memcmp(hash.data, table_hash.data, hash.len) != 0)
			dy_validation("One or more parameter values were invalid: Index KeySchema does not have the same leading "
						  "hash key as table KeySchema for index: %.*s. index hash key: %.*s, table hash key: %.*s",
						  (int) name.len, name.data, (int) hash.len, hash.data,
						  (int) table_hash.len, table_hash.data);
		dy_check_projection(dy_member(index, LOCAL_INDEX_Projection));
	}
}

static void
check_global_indexes(const DyNode *request)
{
	const DyNode *global = dy_member(request, CREATE_TABLE_GlobalSecondaryIndexes);
	bool		on_demand = dy_node_is(dy_member(request, CREATE_TABLE_BillingMode), "PAY_PER_REQUEST");

	if (!global->present)
		return;
	if (global->u.list.count == 0)
		dy_validation("One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty");

	for (int i = 0; i < global->u.list.count; i++)
	{
		const DyNode *index = dy_member(global, i);
		const DyNode *provisioned = dy_member(index, GLOBAL_INDEX_ProvisionedThroughput);
		DyBytes		name = dy_node_text(dy_member(index, GLOBAL_INDEX_IndexName));

		dy_check_key_schema(dy_member(index, GLOBAL_INDEX_KeySchema),
							dy_member(request, CREATE_TABLE_AttributeDefinitions), true);
		dy_check_projection(dy_member(index, GLOBAL_INDEX_Projection));
		if (on_demand && provisioned->present)
			dy_validation("One or more parameter values were invalid: ProvisionedThroughput should not be "
						  "specified for index: %.*s when BillingMode is PAY_PER_REQUEST",
						  (int) name.len, name.data);
		if (!on_demand && !provisioned->present)
			dy_validation("One or more parameter values were invalid: "
						  "ProvisionedThroughput must be specified for index: %.*s",
						  (int) name.len, name.data);
		if (provisioned->present)
			dy_check_units(provisioned);
	}
}

/*
 * Names are unique over both kinds; then how many there may be.
 */
static void
check_index_names(const DyNode *local, const DyNode *global)
{
	int			nlocal = local->present ? local->u.list.count : 0;
	int			nglobal = global->present ? global->u.list.count : 0;
	int			included = 0;

	for (int i = 0; i < nlocal + nglobal; i++)
	{
		const DyNode *index = i < nlocal ? dy_member(local, i) : dy_member(global, i - nlocal);
		const char *name = dy_node_cstring(dy_member(index, LOCAL_INDEX_IndexName));
		const DyNode *projection = dy_member(index, i < nlocal ?
											 (int) LOCAL_INDEX_Projection : (int) GLOBAL_INDEX_Projection);
		const DyNode *include = dy_member(projection, DY_PROJECTION_NonKeyAttributes);

		for (int j = 0; j < i; j++)
		{
			const DyNode *other = j < nlocal ? dy_member(local, j) : dy_member(global, j - nlocal);

			if (dy_node_is(dy_member(other, LOCAL_INDEX_IndexName), name))
				dy_validation("One or more parameter values were invalid: Duplicate index name: %s", name);
		}
		if (include->present)
			included += include->u.list.count;
	}
	if (nlocal > DY_MAX_LOCAL_INDEXES)
		dy_validation("One or more parameter values were invalid: "
					  "Number of LocalSecondaryIndexes exceeds per-table limit of %d", DY_MAX_LOCAL_INDEXES);
	if (nglobal > DY_MAX_GLOBAL_INDEXES)
		dy_validation("One or more parameter values were invalid: "
					  "GlobalSecondaryIndex count exceeds the per-table limit of %d", DY_MAX_GLOBAL_INDEXES);
	if (included > DY_MAX_TABLE_INCLUDED)
		dy_validation("One or more parameter values were invalid: "
					  "Number of NonKeyAttributes projected in all indexes exceeds the per-table limit of %d",
					  DY_MAX_TABLE_INCLUDED);
}

/*
 * The two share their position, so that check_index_names may use either.
 */
StaticAssertDecl((int) LOCAL_INDEX_IndexName == (int) GLOBAL_INDEX_IndexName, "member order");

/*
 * One definition of each name.
 */
static void
check_definitions_distinct(const DyNode *definitions)
{
	for (int i = 0; i < definitions->u.list.count; i++)
	{
		DyBytes		name = dy_node_text(dy_member(dy_member(definitions, i), DY_ATTRIBUTE_AttributeName));

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < i; j++)
			if (dy_bytes_equal(dy_node_text(dy_member(dy_member(definitions, j), DY_ATTRIBUTE_AttributeName)), name))
				dy_validation("Attribute Name is duplicated: %.*s", DY_BYTES_ARGS(name));
	}
}

/*
 * Every definition is a key of something.
 */
static void
check_definitions_used(const DyNode *request)
{
	const DyNode *definitions = dy_member(request, CREATE_TABLE_AttributeDefinitions);
	const DyNode *schemas[1 + DY_MAX_LOCAL_INDEXES + DY_MAX_GLOBAL_INDEXES];
	const DyNode *local = dy_member(request, CREATE_TABLE_LocalSecondaryIndexes);
	const DyNode *global = dy_member(request, CREATE_TABLE_GlobalSecondaryIndexes);
	int			nschemas = 0;
	bool		all_used = true;
	StringInfoData used;

	schemas[nschemas++] = dy_member(request, CREATE_TABLE_KeySchema);
	for (int i = 0; local->present && i < local->u.list.count; i++)
		schemas[nschemas++] = dy_member(dy_member(local, i), LOCAL_INDEX_KeySchema);
	for (int i = 0; global->present && i < global->u.list.count; i++)
		schemas[nschemas++] = dy_member(dy_member(global, i), GLOBAL_INDEX_KeySchema);

	initStringInfo(&used);
	for (int i = 0; i < definitions->u.list.count; i++)
	{
		const char *name = dy_node_cstring(dy_member(dy_member(definitions, i), DY_ATTRIBUTE_AttributeName));
		bool		is_used = false;

		CHECK_FOR_INTERRUPTS();
		for (int s = 0; s < nschemas; s++)
			for (int k = 0; k < schemas[s]->u.list.count; k++)
				if (dy_node_is(dy_member(dy_member(schemas[s], k), DY_KEY_ELEMENT_AttributeName), name))
					is_used = true;
		if (is_used)
			appendStringInfo(&used, "%s%s", used.len > 0 ? ", " : "", name);
		else
			all_used = false;
	}
	if (!all_used)
		dy_validation("One or more parameter values were invalid: Some AttributeDefinitions are not used. "
					  "AttributeDefinitions: %s, keys used: [%s]",
					  dy_attribute_name_list(definitions, DY_ATTRIBUTE_AttributeName), used.data);
}

static int
read_indexes(const DyNode *request, DyNewIndex **indexes)
{
	const DyNode *local = dy_member(request, CREATE_TABLE_LocalSecondaryIndexes);
	const DyNode *global = dy_member(request, CREATE_TABLE_GlobalSecondaryIndexes);
	int			n = 0;

	*indexes = palloc0(sizeof(DyNewIndex) * (DY_MAX_LOCAL_INDEXES + DY_MAX_GLOBAL_INDEXES));
	for (int i = 0; local->present && i < local->u.list.count; i++)
	{
		const DyNode *node = dy_member(local, i);

		dy_read_index(&(*indexes)[n++], DY_INDEX_LOCAL, dy_member(node, LOCAL_INDEX_IndexName),
					  dy_member(node, LOCAL_INDEX_KeySchema), dy_member(node, LOCAL_INDEX_Projection),
					  NULL, NULL, NULL);
	}
	for (int i = 0; global->present && i < global->u.list.count; i++)
	{
		const DyNode *node = dy_member(global, i);

		dy_read_index(&(*indexes)[n++], DY_INDEX_GLOBAL, dy_member(node, GLOBAL_INDEX_IndexName),
					  dy_member(node, GLOBAL_INDEX_KeySchema), dy_member(node, GLOBAL_INDEX_Projection),
					  dy_member(node, GLOBAL_INDEX_ProvisionedThroughput),
					  dy_member(node, GLOBAL_INDEX_OnDemandThroughput),
					  dy_member(node, GLOBAL_INDEX_WarmThroughput));
	}
	return n;
}

/*
 * The metadata of the table itself.  A row whose relation has been dropped
 * behind our back is replaced.
 */
static void
insert_table(const DyNode *request, Oid relid)
{
	const DyNode *definitions = dy_member(request, CREATE_TABLE_AttributeDefinitions);
	const DyNode *stream = dy_member(request, CREATE_TABLE_StreamSpecification);
	const DyNode *sse = dy_member(request, CREATE_TABLE_SSESpecification);
	DyKeySchema keys = dy_read_key_schema(dy_member(request, CREATE_TABLE_KeySchema));
	DyThroughput t = dy_read_throughput(dy_member(request, CREATE_TABLE_ProvisionedThroughput),
										dy_member(request, CREATE_TABLE_OnDemandThroughput),
										dy_member(request, CREATE_TABLE_WarmThroughput));
	int			n = definitions->u.list.count;
	DyBytes    *names = palloc(sizeof(DyBytes) * n);
	DyBytes    *types = palloc(sizeof(DyBytes) * n);
	bool		on_demand = dy_node_is(dy_member(request, CREATE_TABLE_BillingMode), "PAY_PER_REQUEST");
	bool		streams = stream->present && dy_node_boolean(dy_member(stream, DY_STREAM_StreamEnabled), false);
	bool		encrypted = sse->present && dy_node_boolean(dy_member(sse, DY_SSE_Enabled), false);
	DyBytes		name = dy_node_text(dy_member(request, CREATE_TABLE_TableName));
	DyParameters p = {0};

	for (int i = 0; i < n; i++)
	{
		names[i] = dy_node_text(dy_member(dy_member(definitions, i), DY_ATTRIBUTE_AttributeName));
		types[i] = dy_node_text(dy_member(dy_member(definitions, i), DY_ATTRIBUTE_AttributeType));
	}

	dy_add_text(&p, name);
	dy_run("DELETE FROM dynamo_internal.tables WHERE name = $1", &p);

	dy_add_integer(&p, relid);
	dy_add_texts(&p, names, n);
	dy_add_texts(&p, types, n);
	dy_add_text(&p, keys.hash[0]);
	dy_add_text_or_null(&p, keys.nrange > 0 ? keys.range[0] : dy_bytes("", 0));
	dy_add_cstring(&p, on_demand ? "PAY_PER_REQUEST" : "PROVISIONED");
	dy_add_integer(&p, t.read_units);
	dy_add_integer(&p, t.write_units);
	dy_add_units(&p, t.max_read_units);
	dy_add_units(&p, t.max_write_units);
	dy_add_boolean(&p, on_demand);
	dy_add_units(&p, t.warm_read_units);
	dy_add_units(&p, t.warm_write_units);
	dy_add_cstring(&p, streams ? dy_node_cstring(dy_member(stream, DY_STREAM_StreamViewType)) : NULL);
	dy_add_cstring(&p, streams ? dy_new_stream_label() : NULL);
	dy_add_cstring(&p, encrypted ? "KMS" : NULL);
	dy_add_cstring(&p, encrypted ? dy_node_cstring(dy_member(sse, DY_SSE_KMSMasterKeyId)) : NULL);
	dy_add_cstring(&p, dy_node_cstring(dy_member(request, CREATE_TABLE_TableClass)));
	dy_add_boolean(&p, dy_node_boolean(dy_member(request, CREATE_TABLE_DeletionProtectionEnabled), false));
	dy_add_cstring(&p, dy_node_cstring(dy_member(request, CREATE_TABLE_ResourcePolicy)));
	dy_run("INSERT INTO dynamo_internal.tables (name, relation, id, created, attribute_names, attribute_types,"
		   " hash_name, range_name, billing_mode, read_units, write_units, max_read_units, max_write_units,"
		   " last_on_demand, warm_read_units, warm_write_units, stream_view_type, stream_label,"
		   " sse_type, kms_key, table_class, deletion_protection, resource_policy)"
		   " VALUES ($1, $2::pg_catalog.oid::pg_catalog.regclass, pg_catalog.gen_random_uuid(),"
		   " pg_catalog.date_trunc('milliseconds', pg_catalog.clock_timestamp()), $3, $4, $5, $6, $7, $8, $9, $10, $11,"
		   " CASE WHEN $12 THEN pg_catalog.date_trunc('milliseconds', pg_catalog.clock_timestamp()) END,"
		   " $13, $14, $15, $16, $17, $18, $19, $20, $21)", &p);
}
