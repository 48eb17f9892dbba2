/*-------------------------------------------------------------------------
 *
 * batch_write_item.c
 *	  BatchWriteItem: up to 25 puts and deletes in several tables.
 *
 * For DynamoDB the writes of a batch are independent of each other.  Here
 * they are parts of one SQL call and so of one transaction: they succeed or
 * fail together, which no client can tell from each succeeding.  All key
 * locks are taken first, in lock order, waiting; so batches cannot
 * deadlock with each other.
 *
 * Writes whose item a transaction holds come back as UnprocessedItems, as do
 * those that are throttled, unless all are throttled.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/item_write.h"
#include "ops/ops.h"
#include "ops/parameters.h"
#include "ops/tables_used.h"

#define DELETE_MEMBERS(M) \
	M(DELETE, Key, dy_shape_item, true)
DY_STRUCTURE_NAMED(DELETE, delete_request, "DeleteRequest", DELETE_MEMBERS)

#define PUT_MEMBERS(M) \
	M(PUT, Item, dy_shape_item, true)
DY_STRUCTURE_NAMED(PUT, put_request, "PutRequest", PUT_MEMBERS)

#define WRITE_MEMBERS(M) \
	M(WRITE, PutRequest, put_request, false) \
	M(WRITE, DeleteRequest, delete_request, false)
DY_STRUCTURE_NAMED(WRITE, write_request, "WriteRequest", WRITE_MEMBERS)

static const DyShape write_requests = DY_LIST_OF(write_request, 1, DY_MAX_BATCH_WRITE_ITEMS);

static const DyShape request_items = {
	.kind = DY_SHAPE_MAP,.element = &write_requests,.key = &dy_shape_table_arn,
	.min = DY_NO_BOUND,.max = DY_NO_BOUND
};

#define BATCH_MEMBERS(M) \
	M(BATCH, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(BATCH, ReturnItemCollectionMetrics, dy_shape_return_item_collection_metrics, false) \
	M(BATCH, RequestItems, request_items, true)
DY_STRUCTURE(BATCH, batch_input, BATCH_MEMBERS)

typedef struct BatchWrite
{
	DyBytes		name;			/* of the table, as the request said it */
	DyWrite		write;
	bool		unprocessed;
} BatchWrite;

static int	count_writes(const DyNode *items);
static void read_write(const DyNode *node, BatchWrite *w);
static void bind_writes(BatchWrite *writes, int n);
static void check_item_keys(const DyTable *table, DyValue item);
static void check_throughput(BatchWrite *writes, int n);
static void run_writes(BatchWrite *writes, int n);
static void answer(const BatchWrite *writes, int n, const DyNode *request, DyResponse *r);
static void write_unprocessed(const BatchWrite *writes, int n, DyResponse *r);
static void write_unprocessed_one(const BatchWrite *w, DyResponse *r);

void
dy_op_batch_write_item(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &batch_input);
	const DyNode *items = dy_member(request, BATCH_RequestItems);
	BatchWrite *writes;
	int			n;
	int			next = 0;

	dy_request_validate(request);
	n = count_writes(items);
	writes = palloc0(n * sizeof(BatchWrite));
	for (int i = 0; i < items->u.list.count; i++)
	{
		const DyNode *list = dy_member(items, i);

		for (int k = 0; k < list->u.list.count; k++)
		{
			writes[next].name = items->u.list.names[i];
			read_write(dy_member(list, k), &writes[next++]);
		}
	}
	bind_writes(writes, n);
	if (dy_throttling)
		check_throughput(writes, n);
	run_writes(writes, n);
	answer(writes, n, request, response);
}

static int
count_writes(const DyNode *items)
{
	int			n = 0;

	if (items->u.list.count == 0)
		dy_validation("The requestItems parameter is required for BatchWriteItem");
	for (int i = 0; i < items->u.list.count; i++)
		n += dy_member(items, i)->u.list.count;
	if (n > DY_MAX_BATCH_WRITE_ITEMS)
		dy_validation("Too many items requested for the BatchWriteItem call");
	return n;
}

/*
 * One WriteRequest: a put or a delete.
 */
static void
read_write(const DyNode *node, BatchWrite *w)
{
	const DyNode *put = dy_member(node, WRITE_PutRequest);
	const DyNode *delete = dy_member(node, WRITE_DeleteRequest);

	if (put->present == delete->present)
		dy_validation("Supplied AttributeValue has more than one datatypes set, "
					  "must contain exactly one of the supported datatypes");
	if (put->present)
	{
		w->write.kind = DY_WRITE_PUT;
		w->write.item = dy_node_value(dy_member(put, PUT_Item));
		if (dy_item_is_too_large(w->write.item))
			dy_validation("Item size has exceeded the maximum allowed size");
	}
	else
	{
		w->write.kind = DY_WRITE_DELETE;
		w->write.key_map = dy_node_value(dy_member(delete, DELETE_Key));
	}
}

/*
 * Find the tables, check the keys against their schemas; no item twice.
 */
static void
bind_writes(BatchWrite *writes, int n)
{
	for (int i = 0; i < n; i++)
	{
		DyWrite    *write = &writes[i].write;

		if (i > 0 && dy_bytes_equal(writes[i].name, writes[i - 1].name))
			write->table = writes[i - 1].write.table;
		else
			write->table = dy_table_get_to_write(dy_table_name_of_resource(writes[i].name));

		if (write->kind == DY_WRITE_DELETE)
			write->key = dy_key_of_key(write->table, write->key_map);
		else
		{
			check_item_keys(write->table, write->item);
			write->key = dy_key_of_item(write->table, write->item);
		}

		for (int k = 0; k < i; k++)
			if (writes[k].write.table->relid == write->table->relid &&
				dy_row_key_equal(&writes[k].write.key, &write->key))
				dy_validation("Provided list of item keys contains duplicates");
	}
}

/*
 * A batch says less than PutItem about an item without its keys.
 */
static void
check_item_keys(const DyTable *table, DyValue item)
{
	const DyKeyAttribute *keys[] = {&table->hash, &table->range};

	for (int i = 0; i < (table->has_range ? 2 : 1); i++)
	{
		DyValue		value = dy_map_get(item, keys[i]->name.data, keys[i]->name.len);

		if (!dy_value_present(value) || dy_value_type(value) != keys[i]->type)
			dy_validation("The provided key element does not match the schema");
	}
}

/*
 * Writes without throughput are not processed; if that holds for all, the
 * request fails.
 */
static void
check_throughput(BatchWrite *writes, int n)
{
	DyThrottleTarget target;
	DyThrottleReason throttled = DY_NOT_THROTTLED;
	bool		any = false;

	for (int i = 0; i < n; i++)
	{
		DyThrottleTarget here;
		DyThrottleReason reason = dy_write_throttled(&writes[i].write, &here);

		if (reason == DY_NOT_THROTTLED)
			any = true;
		else
		{
			writes[i].unprocessed = true;
			throttled = reason;
			target = here;
		}
	}
	if (!any)
		dy_throttle_raise(&target, throttled);
}

static void
run_writes(BatchWrite *writes, int n)
{
	DyWrite   **locks = palloc_array(DyWrite *, n);
	int			nlocks = 0;

	for (int i = 0; i < n; i++)
		if (!writes[i].unprocessed)
			locks[nlocks++] = &writes[i].write;
	dy_write_lock(locks, nlocks);

	for (int i = 0; i < n; i++)
	{
		if (writes[i].write.conflict)
			writes[i].unprocessed = true;
		if (writes[i].unprocessed)
			continue;
		dy_write(&writes[i].write);
		if (dy_throttling)
		{
			DyThrottleTarget target;
			DyThrottleReason throttled = dy_write_charge(&writes[i].write, 1, &target);

			if (throttled != DY_NOT_THROTTLED)
				dy_throttle_raise(&target, throttled);
		}
	}
}

static void
answer(const BatchWrite *writes, int n, const DyNode *request, DyResponse *r)
{
	DyConsumedDetail detail =
	dy_consumed_detail(dy_member(request, BATCH_ReturnConsumedCapacity));
	const DyNode *metrics = dy_member(request, BATCH_ReturnItemCollectionMetrics);

	dy_response_open(r, '{');
	write_unprocessed(writes, n, r);
	if (detail != DY_CONSUMED_NONE || metrics->present)
	{
		DyTablesUsed used = {0};

		for (int i = 0; i < n; i++)
			if (!writes[i].unprocessed)
				dy_tables_used_write(&used, &writes[i].write, writes[i].name, 1,
									 dy_collection_wanted(metrics, writes[i].write.table));
		dy_tables_used_write_answer(r, &used, detail, DY_CONSUMED_PLAIN);
	}
	dy_response_close(r, '}');
}

/*
 * The member UnprocessedItems: ready to be sent as RequestItems.  The writes
 * of a table stand together.
 */
static void
write_unprocessed(const BatchWrite *writes, int n, DyResponse *r)
{
	const BatchWrite *last = NULL;

	dy_response_name(r, "UnprocessedItems");
	dy_response_open(r, '{');
	for (int i = 0; i < n; i++)
	{
		if (!writes[i].unprocessed)
			continue;
		if (last == NULL || !dy_bytes_equal(last->name, writes[i].name))
		{
			if (last != NULL)
				dy_response_close(r, ']');
			dy_response_name_bytes(r, writes[i].name);
			dy_response_open(r, '[');
		}
		write_unprocessed_one(&writes[i], r);
		last = &writes[i];
	}
	if (last != NULL)
		dy_response_close(r, ']');
	dy_response_close(r, '}');
}

static void
write_unprocessed_one(const BatchWrite *w, DyResponse *r)
{
	bool		put = w->write.kind == DY_WRITE_PUT;

	dy_response_open(r, '{');
	dy_response_name(r, put ? "PutRequest" : "DeleteRequest");
	dy_response_open(r, '{');
	dy_response_name(r, put ? "Item" : "Key");
	dy_response_map(r, put ? w->write.item : w->write.key_map);
	dy_response_close(r, '}');
	dy_response_close(r, '}');
}
