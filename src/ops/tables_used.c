/*-------------------------------------------------------------------------
 *
 * tables_used.c
 *	  The tables of a request that may name several, and what it has used
 *	  of each.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "ops/parameters.h"
#include "ops/tables_used.h"

static void add_collection(DyTableUse *use, DyValue key);
static bool has_collections(const DyTablesUsed *used);
static void write_collections(DyResponse *r, const DyTablesUsed *used);

/* A request has at most this many actions (BatchGetItem, TransactWriteItems). */
#define MAX_COLLECTIONS		100

DyTableUse *
dy_tables_used(DyTablesUsed *used, const DyTable *table, DyBytes name)
{
	DyTableUse *use;

	for (int i = 0; i < used->n; i++)
		if (used->uses[i].consumed.table->relid == table->relid)
			return &used->uses[i];

	if (used->n == used->allocated)
	{
		used->allocated = Max(4, used->allocated * 2);
		used->uses = used->uses == NULL ?
			palloc_array(DyTableUse, used->allocated) :
			repalloc_array(used->uses, DyTableUse, used->allocated);
	}
	use = &used->uses[used->n++];
	memset(use, 0, sizeof(DyTableUse));
	dy_consumed_init(&use->consumed, table, name);
	return use;
}

void
dy_tables_used_write(DyTablesUsed *used, const DyWrite *write, DyBytes name,
					 double factor, bool collection_metrics)
{
	DyTableUse *use = dy_tables_used(used, write->table, name);

	dy_consumed_add_write(&use->consumed, write, factor);
	if (collection_metrics && write->kind != DY_WRITE_CHECK)
		add_collection(use, write->kind == DY_WRITE_PUT ? write->item : write->key_map);
}

void
dy_tables_used_write_answer(DyResponse *r, const DyTablesUsed *used,
							DyConsumedDetail detail, DyConsumedKind kind)
{
	if (detail != DY_CONSUMED_NONE)
	{
		dy_response_name(r, "ConsumedCapacity");
		dy_response_open(r, '[');
		for (int i = 0; i < used->n; i++)
			dy_consumed_write(r, &used->uses[i].consumed, detail, kind);
		dy_response_close(r, ']');
	}
	if (has_collections(used))
		write_collections(r, used);
}

/*
 * Remember the partition of a key, once.
 */
static void
add_collection(DyTableUse *use, DyValue key)
{
	DyBytes		name = use->consumed.table->hash.name;
	DyValue		value = dy_map_get(key, name.data, name.len);

	for (int i = 0; i < use->ncollections; i++)
		if (dy_value_equal(dy_map_get(use->collections[i], name.data, name.len), value))
			return;
	if (use->collections == NULL)
		use->collections = palloc_array(DyValue, MAX_COLLECTIONS);
	Assert(use->ncollections < MAX_COLLECTIONS);
	use->collections[use->ncollections++] = key;
}

static bool
has_collections(const DyTablesUsed *used)
{
	for (int i = 0; i < used->n; i++)
		if (used->uses[i].ncollections > 0)
			return true;
	return false;
}

/*
 * ItemCollectionMetrics of a request with several tables: a list by table.
 */
static void
write_collections(DyResponse *r, const DyTablesUsed *used)
{
	dy_response_name(r, "ItemCollectionMetrics");
	dy_response_open(r, '{');
	for (int i = 0; i < used->n; i++)
	{
		const DyTableUse *use = &used->uses[i];

		if (use->ncollections == 0)
			continue;
		dy_response_name_bytes(r, use->consumed.table_name);
		dy_response_open(r, '[');
		for (int k = 0; k < use->ncollections; k++)
			dy_collection_write(r, use->consumed.table, use->collections[k]);
		dy_response_close(r, ']');
	}
	dy_response_close(r, '}');
}
