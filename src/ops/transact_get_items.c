/*-------------------------------------------------------------------------
 *
 * transact_get_items.c
 *	  TransactGetItems: up to 100 items, as they are at one moment.
 *
 * All items are read under one snapshot, which is all it takes to see them
 * as of one moment: no write is ever in the way, so that this operation
 * knows no TransactionConflict.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/snapmgr.h"

#include "base/errors.h"
#include "base/limits.h"
#include "engine/throttle.h"
#include "item/build.h"
#include "ops/item_read.h"
#include "ops/ops.h"
#include "ops/tables_used.h"
#include "ops/transaction.h"

#define GET_MEMBERS(M) \
	M(GET, Key, dy_shape_item, true) \
	M(GET, TableName, dy_shape_table_arn, true) \
	M(GET, ProjectionExpression, dy_shape_string, false) \
	M(GET, ExpressionAttributeNames, dy_shape_expression_names, false)
DY_STRUCTURE_NAMED(GET, get, "Get", GET_MEMBERS)

#define ACTION_MEMBERS(M) \
	M(ACTION, Get, get, true)
DY_STRUCTURE_NAMED(ACTION, action, "TransactGetItem", ACTION_MEMBERS)

static const DyShape actions = DY_LIST_OF(action, 1, DY_MAX_TRANSACT_ITEMS);

#define TRANSACT_MEMBERS(M) \
	M(TRANSACT, TransactItems, actions, true) \
	M(TRANSACT, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false)
DY_STRUCTURE(TRANSACT, transact_input, TRANSACT_MEMBERS)

typedef struct Get
{
	const DyNode *table_name;
	const DyTable *table;
	DyValue		key_map;
	DyRowKey	key;
	const DyProjection *projection;
	DyValue		item;
} Get;

static void read_get(const DyNode *node, Get *g);
static void bind_key(void *arg);
static void check_distinct(const Get *gets, const DyCancellationReason *reasons, int n);
static void check_throughput(const Get *gets, DyCancellationReason *reasons, int n);
static void check_payload(const Get *gets, int n);
static void answer(const Get *gets, int n, DyConsumedDetail detail, DyResponse *r);
static void answer_item(const Get *g, DyResponse *r);

void
dy_op_transact_get_items(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &transact_input);
	const DyNode *items = dy_member(request, TRANSACT_TransactItems);
	DyCancellationReason *reasons;
	Get		   *gets;
	int			n;

	dy_request_validate(request);
	n = items->u.list.count;
	gets = palloc0(n * sizeof(Get));
	reasons = palloc0(n * sizeof(DyCancellationReason));

	for (int i = 0; i < n; i++)
		read_get(dy_member(dy_member(items, i), ACTION_Get), &gets[i]);
	for (int i = 0; i < n; i++)
		gets[i].table = dy_table_get(dy_node_table_name(gets[i].table_name));
	for (int i = 0; i < n; i++)
		dy_refuse_empty_keys(gets[i].table, gets[i].key_map);
	for (int i = 0; i < n; i++)
		dy_cancellation_try(bind_key, &gets[i], &reasons[i]);
	check_distinct(gets, reasons, n);
	if (dy_throttling)
		check_throughput(gets, reasons, n);
	if (dy_cancellation_any(reasons, n))
		dy_cancellation_raise(reasons, n);

	/* the snapshot of all reads below */
	PushActiveSnapshot(GetTransactionSnapshot());
	for (int i = 0; i < n; i++)
		gets[i].item = dy_read_item(gets[i].table, &gets[i].key);
	PopActiveSnapshot();
	check_payload(gets, n);
	answer(gets, n, dy_consumed_detail(dy_member(request, TRANSACT_ReturnConsumedCapacity)),
		   response);
}

static void
read_get(const DyNode *node, Get *g)
{
	DyProjectionInput input = {
		.projection_expression = dy_member(node, GET_ProjectionExpression),
		.names = dy_member(node, GET_ExpressionAttributeNames),
	};

	dy_projection_input_check(&input);
	g->table_name = dy_member(node, GET_TableName);
	g->key_map = dy_node_value(dy_member(node, GET_Key));
	g->projection = dy_projection_input_read(&input);
}

static void
bind_key(void *arg)
{
	Get		   *g = arg;

	g->key = dy_key_of_key(g->table, g->key_map);
	dy_check_projection_keys(g->table, g->projection);
}

static void
check_distinct(const Get *gets, const DyCancellationReason *reasons, int n)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < i; k++)
			if (reasons[i].code == NULL && reasons[k].code == NULL &&
				gets[i].table->relid == gets[k].table->relid &&
				dy_row_key_equal(&gets[i].key, &gets[k].key))
				dy_validation("Transaction request cannot include multiple operations on one item");
}

static void
check_throughput(const Get *gets, DyCancellationReason *reasons, int n)
{
	for (int i = 0; i < n; i++)
	{
		DyThrottleTarget target;
		DyThrottleReason throttled;

		if (reasons[i].code != NULL)
			continue;
		throttled = dy_read_throttled(gets[i].table, &gets[i].key, &target);
		if (throttled != DY_NOT_THROTTLED)
			reasons[i] = dy_reason_throttled(&target, throttled);
	}
}

/*
 * The items may have 4 MB together, whatever the projections leave of them.
 */
static void
check_payload(const Get *gets, int n)
{
	uint64		bytes = 0;

	for (int i = 0; i < n; i++)
		if (dy_value_present(gets[i].item))
			bytes += dy_item_size(gets[i].item);
	if (bytes > DY_MAX_TRANSACT_BYTES)
		dy_validation("Transaction payload size cannot exceed 4MB. "
					  "Payload Size: " UINT64_FORMAT, bytes);
}

static void
answer(const Get *gets, int n, DyConsumedDetail detail, DyResponse *r)
{
	DyTablesUsed used = {0};

	dy_response_open(r, '{');
	dy_response_name(r, "Responses");
	dy_response_open(r, '[');
	for (int i = 0; i < n; i++)
	{
		const Get  *g = &gets[i];
		DyTableUse *use = dy_tables_used(&used, g->table, dy_node_text(g->table_name));
		double		units;

		units = DY_TRANSACT_FACTOR *
			dy_read_units(dy_value_present(g->item) ? dy_item_size(g->item) : 0, true);
		use->consumed.table_units += units;
		if (dy_throttling)
			dy_throttle_read_charge(g->table, &g->key, units);

		dy_response_open(r, '{');
		if (dy_value_present(g->item))
			answer_item(g, r);
		dy_response_close(r, '}');
	}
	dy_response_close(r, ']');
	dy_tables_used_write_answer(r, &used, detail, DY_CONSUMED_TRANSACT_READ);
	dy_response_close(r, '}');
}

/*
 * The member Item; none if the projection leaves nothing, unlike in GetItem.
 */
static void
answer_item(const Get *g, DyResponse *r)
{
	DyValue		item = g->item;

	if (g->projection != NULL)
	{
		DyBuilder  *projected = dy_build_create();

		dy_projection_apply(g->projection, g->item, projected);
		item = dy_build_value(projected);
		if (dy_value_count(item) == 0)
			return;
	}
	dy_response_name(r, "Item");
	dy_response_map(r, item);
}
