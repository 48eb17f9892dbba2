/*-------------------------------------------------------------------------
 *
 * batch_get_item.c
 *	  BatchGetItem: up to 100 items of several tables by their keys.
 *
 * An answer holds 16 MB of items; keys that it has no room for come back as
 * UnprocessedKeys, and so do keys that are throttled, unless all are.
 * Items come back in the order of their keys, which the service does not
 * promise; keys without an item are left out.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/item_read.h"
#include "ops/ops.h"
#include "ops/tables_used.h"

static const DyShape keys = DY_LIST_OF(dy_shape_item, DY_NO_BOUND, DY_NO_BOUND);

#define TABLE_MEMBERS(M) \
	M(TABLE, Keys, keys, true) \
	M(TABLE, AttributesToGet, dy_shape_attribute_names, false) \
	M(TABLE, ConsistentRead, dy_shape_boolean, false) \
	M(TABLE, ProjectionExpression, dy_shape_string, false) \
	M(TABLE, ExpressionAttributeNames, dy_shape_expression_names, false)
DY_STRUCTURE_NAMED(TABLE, table_keys, "KeysAndAttributes", TABLE_MEMBERS)

static const DyShape request_items = {
	.kind = DY_SHAPE_MAP,.element = &table_keys,.key = &dy_shape_table_arn,
	.min = DY_NO_BOUND,.max = DY_NO_BOUND
};

#define BATCH_MEMBERS(M) \
	M(BATCH, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(BATCH, RequestItems, request_items, true)
DY_STRUCTURE(BATCH, batch_input, BATCH_MEMBERS)

/* What is asked of one table. */
typedef struct TableRequest
{
	DyBytes		name;			/* as the request said it */
	const DyNode *node;
	const DyTable *table;
	const DyProjection *projection;
	bool		consistent;
	int			n;
	DyRowKey   *keys;
	DyValue    *items;
	bool	   *unprocessed;
} TableRequest;

static void check_counts(const DyNode *items);
static void read_table(DyBytes name, const DyNode *node, TableRequest *t);
static void check_distinct(const DyNode *list);
static void bind_table(TableRequest *t);
static void check_throughput(TableRequest *tables, int ntables);
static void read_items(TableRequest *t);
static void write_responses(TableRequest *tables, int ntables, DyTablesUsed *used, DyResponse *r);
static void write_unprocessed(const TableRequest *tables, int ntables, DyResponse *r);
static void write_unprocessed_table(const TableRequest *t, DyResponse *r);

void
dy_op_batch_get_item(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &batch_input);
	const DyNode *items = dy_member(request, BATCH_RequestItems);
	DyTablesUsed used = {0};
	TableRequest *tables;
	int			ntables;

	dy_request_validate(request);
	check_counts(items);
	ntables = items->u.list.count;
	tables = palloc0(ntables * sizeof(TableRequest));
	for (int i = 0; i < ntables; i++)
		read_table(items->u.list.names[i], dy_member(items, i), &tables[i]);
	for (int i = 0; i < ntables; i++)
		bind_table(&tables[i]);
	if (dy_throttling)
		check_throughput(tables, ntables);
	for (int i = 0; i < ntables; i++)
		read_items(&tables[i]);

	dy_response_open(response, '{');
	write_responses(tables, ntables, &used, response);
	write_unprocessed(tables, ntables, response);
	dy_tables_used_write_answer(response, &used,
								dy_consumed_detail(dy_member(request, BATCH_ReturnConsumedCapacity)),
								DY_CONSUMED_PLAIN);
	dy_response_close(response, '}');
}

/*
 * At least one table, at least one key of each, and no more than 100 keys.
 */
static void
check_counts(const DyNode *items)
{
	static const char *const text = "1 validation error detected: Value at "
	"'RequestItems.%.*s.member.Keys' failed to satisfy constraint: "
	"Member must have length %s than or equal to %d";
	int			total = 0;

	if (items->u.list.count == 0)
		dy_validation("The requestItems parameter is required for BatchGetItem");
	for (int i = 0; i < items->u.list.count; i++)
	{
		int			n = dy_member(dy_member(items, i), TABLE_Keys)->u.list.count;
		DyBytes		name = items->u.list.names[i];

		if (n < 1)
			dy_validation(text, DY_BYTES_ARGS(name), "greater", 1);
		if (n > DY_MAX_BATCH_GET_KEYS)
			dy_validation(text, DY_BYTES_ARGS(name), "less", DY_MAX_BATCH_GET_KEYS);
		total += n;
	}
	if (total > DY_MAX_BATCH_GET_KEYS)
		dy_validation("Too many items requested for the BatchGetItem call");
}

/*
 * The keys of one table, as far as they can be checked without it.
 */
static void
read_table(DyBytes name, const DyNode *node, TableRequest *t)
{
	const DyNode *list = dy_member(node, TABLE_Keys);
	DyProjectionInput input = {
		.projection_expression = dy_member(node, TABLE_ProjectionExpression),
		.attributes_to_get = dy_member(node, TABLE_AttributesToGet),
		.names = dy_member(node, TABLE_ExpressionAttributeNames),
	};

	t->name = name;
	t->node = node;
	t->consistent = dy_node_boolean(dy_member(node, TABLE_ConsistentRead), false);
	t->n = list->u.list.count;
	dy_projection_input_check(&input);
	t->projection = dy_projection_input_read(&input);
	check_distinct(list);
}

/*
 * No key twice.  Raises the faults of the keys, too.
 */
static void
check_distinct(const DyNode *list)
{
	int			n = list->u.list.count;
	uint32	   *hashes = palloc_array(uint32, n);

	for (int i = 0; i < n; i++)
	{
		DyValue		key = dy_node_value(dy_member(list, i));

		hashes[i] = dy_value_hash(key);
		for (int k = 0; k < i; k++)
			if (hashes[i] == hashes[k] &&
				dy_value_equal(key, dy_node_value(dy_member(list, k))))
				dy_validation("Provided list of item keys contains duplicates");
	}
	pfree(hashes);
}

/*
 * Find the table and check the keys against its schema.
 */
static void
bind_table(TableRequest *t)
{
	const DyNode *list = dy_member(t->node, TABLE_Keys);

	t->table = dy_table_get(dy_table_name_of_resource(t->name));
	t->keys = palloc_array(DyRowKey, t->n);
	t->items = palloc0(t->n * sizeof(DyValue));
	t->unprocessed = palloc0(t->n * sizeof(bool));
	for (int i = 0; i < t->n; i++)
		t->keys[i] = dy_key_of_key(t->table, dy_node_value(dy_member(list, i)));
	dy_check_projection_keys(t->table, t->projection);
}

/*
 * Keys without throughput are not processed; if that holds for all, the
 * request fails.
 */
static void
check_throughput(TableRequest *tables, int ntables)
{
	DyThrottleTarget target;
	DyThrottleReason throttled = DY_NOT_THROTTLED;
	bool		any = false;

	for (int i = 0; i < ntables; i++)
		for (int k = 0; k < tables[i].n; k++)
		{
			DyThrottleTarget here;
			DyThrottleReason reason =
			dy_read_throttled(tables[i].table, &tables[i].keys[k], &here);

			if (reason == DY_NOT_THROTTLED)
				any = true;
			else
			{
				tables[i].unprocessed[k] = true;
				throttled = reason;
				target = here;
			}
		}
	if (!any)
		dy_throttle_raise(&target, throttled);
}

/*
 * All items of a table under one snapshot, except those of throttled keys.
 */
static void
read_items(TableRequest *t)
{
	DyRowKey   *wanted = palloc_array(DyRowKey, t->n);
	DyValue    *found = palloc0(t->n * sizeof(DyValue));
	int			n = 0;

	for (int i = 0; i < t->n; i++)
		if (!t->unprocessed[i])
			wanted[n++] = t->keys[i];
	dy_read_items(t->table, wanted, n, found);
	n = 0;
	for (int i = 0; i < t->n; i++)
		if (!t->unprocessed[i])
			t->items[i] = found[n++];
}

/*
 * The member Responses; keys whose items have no room any more become
 * unprocessed.
 */
static void
write_responses(TableRequest *tables, int ntables, DyTablesUsed *used, DyResponse *r)
{
	uint64		bytes = 0;

	dy_response_name(r, "Responses");
	dy_response_open(r, '{');
	for (int i = 0; i < ntables; i++)
	{
		TableRequest *t = &tables[i];
		DyTableUse *use = dy_tables_used(used, t->table, t->name);

		dy_response_name_bytes(r, t->name);
		dy_response_open(r, '[');
		for (int k = 0; k < t->n; k++)
		{
			uint32		size = dy_value_present(t->items[k]) ? dy_item_size(t->items[k]) : 0;
			double		units;

			if (bytes + size > DY_MAX_BATCH_GET_BYTES)
				t->unprocessed[k] = true;
			if (t->unprocessed[k])
				continue;
			bytes += size;
			units = dy_read_units(size, t->consistent);
			use->consumed.table_units += units;
			if (dy_throttling)
				dy_throttle_read_charge(t->table, &t->keys[k], units);
			if (dy_value_present(t->items[k]))
				dy_write_projected(r, t->projection, t->items[k]);
		}
		dy_response_close(r, ']');
	}
	dy_response_close(r, '}');
}

/*
 * The member UnprocessedKeys: ready to be sent as RequestItems.
 */
static void
write_unprocessed(const TableRequest *tables, int ntables, DyResponse *r)
{
	dy_response_name(r, "UnprocessedKeys");
	dy_response_open(r, '{');
	for (int i = 0; i < ntables; i++)
		for (int k = 0; k < tables[i].n; k++)
			if (tables[i].unprocessed[k])
			{
				dy_response_name_bytes(r, tables[i].name);
				write_unprocessed_table(&tables[i], r);
				break;
			}
	dy_response_close(r, '}');
}

static void
write_unprocessed_table(const TableRequest *t, DyResponse *r)
{
	const DyNode *attributes = dy_member(t->node, TABLE_AttributesToGet);
	const DyNode *names = dy_member(t->node, TABLE_ExpressionAttributeNames);

	dy_response_open(r, '{');
	dy_response_name(r, "Keys");
	dy_response_open(r, '[');
	for (int k = 0; k < t->n; k++)
		if (t->unprocessed[k])
			dy_response_map(r, dy_node_value(dy_member(dy_member(t->node, TABLE_Keys), k)));
	dy_response_close(r, ']');

	if (attributes->present)
	{
		dy_response_name(r, "AttributesToGet");
		dy_response_open(r, '[');
		for (int i = 0; i < attributes->u.list.count; i++)
			dy_response_bytes(r, dy_node_text(dy_member(attributes, i)));
		dy_response_close(r, ']');
	}
	if (dy_present(t->node, TABLE_ConsistentRead))
	{
		dy_response_name(r, "ConsistentRead");
		dy_response_boolean(r, t->consistent);
	}
	if (dy_present(t->node, TABLE_ProjectionExpression))
	{
		dy_response_name(r, "ProjectionExpression");
		dy_response_bytes(r, dy_node_text(dy_member(t->node, TABLE_ProjectionExpression)));
	}
	if (names->present)
	{
		dy_response_name(r, "ExpressionAttributeNames");
		dy_response_open(r, '{');
		for (int i = 0; i < names->u.list.count; i++)
		{
			dy_response_name_bytes(r, names->u.list.names[i]);
			dy_response_bytes(r, dy_node_text(dy_member(names, i)));
		}
		dy_response_close(r, '}');
	}
	dy_response_close(r, '}');
}
