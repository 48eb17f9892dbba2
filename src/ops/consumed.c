/*-------------------------------------------------------------------------
 *
 * consumed.c
 *	  ConsumedCapacity and ItemCollectionMetrics of an answer.
 *
 * Sources:
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ItemCollectionMetrics.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/limits.h"
#include "item/key.h"
#include "ops/consumed.h"

/*
 * Up to so many bytes an item collection is measured, to tell that it is
 * below a gigabyte.  Larger ones are reported with the widest bounds there
 * are: reading gigabytes to say more would cost more than it tells.
 */
#define DY_MEASURED_COLLECTION_BYTES	(8 * 1024 * 1024)
#define DY_GIGABYTE						(1024.0 * 1024 * 1024)

static void write_units(DyResponse *r, double units, DyConsumedKind kind);
static void write_indexes(DyResponse *r, const DyConsumed *consumed, DyIndexKind kind,
						  const char *member, DyConsumedKind units_kind);
static bool collection_is_small(const DyTable *table, DyValue partition_value);

DyConsumedDetail
dy_consumed_detail(const DyNode *return_consumed_capacity)
{
	if (dy_node_is(return_consumed_capacity, "TOTAL"))
		return DY_CONSUMED_TOTAL;
	if (dy_node_is(return_consumed_capacity, "INDEXES"))
		return DY_CONSUMED_INDEXES;
	return DY_CONSUMED_NONE;
}

void
dy_consumed_init(DyConsumed *consumed, const DyTable *table, DyBytes table_name)
{
	consumed->table = table;
	consumed->table_name = table_name;
	consumed->table_units = 0;
	consumed->index_units = NULL;
}

void
dy_consumed_add_index(DyConsumed *consumed, const DyIndex *index, double units)
{
	if (consumed->index_units == NULL)
		consumed->index_units = palloc0(consumed->table->nindexes * sizeof(double));
	consumed->index_units[index - consumed->table->indexes] += units;
}

/*
 * Add what a write that was carried out has cost; factor is 2 in
 * transactions.
 */
void
dy_consumed_add_write(DyConsumed *consumed, const DyWrite *write, double factor)
{
	DyCapacity	capacity;

	dy_write_capacity(write, &capacity);
	consumed->table_units += capacity.table * factor;
	/* by position: the write may have another copy of the table's description */
	Assert(write->table->nindexes == consumed->table->nindexes);
	for (int i = 0; i < write->table->nindexes; i++)
		if (capacity.indexes[i] > 0)
			dy_consumed_add_index(consumed, &consumed->table->indexes[i],
								  capacity.indexes[i] * factor);
}

double
dy_consumed_total(const DyConsumed *consumed)
{
	double		total = consumed->table_units;

	if (consumed->index_units != NULL)
		for (int i = 0; i < consumed->table->nindexes; i++)
			total += consumed->index_units[i];
	return total;
}

/*
 * One ConsumedCapacity object.  TOTAL has the sum only; INDEXES adds the
 * table and each index that was touched.
 */
void
dy_consumed_write(DyResponse *r, const DyConsumed *consumed,
				  DyConsumedDetail detail, DyConsumedKind kind)
{
	Assert(detail != DY_CONSUMED_NONE);

	dy_response_open(r, '{');
	write_units(r, dy_consumed_total(consumed), kind);
	dy_response_name(r, "TableName");
	dy_response_bytes(r, consumed->table_name);
	if (detail == DY_CONSUMED_INDEXES)
	{
		dy_response_name(r, "Table");
		dy_response_open(r, '{');
		write_units(r, consumed->table_units, kind);
		dy_response_close(r, '}');
		if (consumed->index_units != NULL)
		{
			write_indexes(r, consumed, DY_INDEX_LOCAL, "LocalSecondaryIndexes", kind);
			write_indexes(r, consumed, DY_INDEX_GLOBAL, "GlobalSecondaryIndexes", kind);
		}
	}
	dy_response_close(r, '}');
}

/*
 * Was ReturnItemCollectionMetrics SIZE, and does the table have a local
 * secondary index?  Without one the service sends nothing.
 */
bool
dy_collection_wanted(const DyNode *return_item_collection_metrics, const DyTable *table)
{
	if (!dy_node_is(return_item_collection_metrics, "SIZE"))
		return false;
	for (int i = 0; i < table->nindexes; i++)
		if (table->indexes[i].kind == DY_INDEX_LOCAL)
			return true;
	return false;
}

/*
 * One ItemCollectionMetrics object for the item collection of a key (or of
 * an item; only its partition key is looked at).
 */
void
dy_collection_write(DyResponse *r, const DyTable *table, DyValue key)
{
	DyValue		value = dy_map_get(key, table->hash.name.data, table->hash.name.len);
	bool		small = collection_is_small(table, value);

	dy_response_open(r, '{');
	dy_response_name(r, "ItemCollectionKey");
	dy_response_open(r, '{');
	dy_response_name_bytes(r, table->hash.name);
	dy_response_value(r, value);
	dy_response_close(r, '}');
	dy_response_name(r, "SizeEstimateRangeGB");
	dy_response_open(r, '[');
	dy_response_units(r, 0);
	dy_response_units(r, small ? 1 : DY_MAX_COLLECTION_BYTES / DY_GIGABYTE);
	dy_response_close(r, ']');
	dy_response_close(r, '}');
}

static void
write_units(DyResponse *r, double units, DyConsumedKind kind)
{
	dy_response_name(r, "CapacityUnits");
	dy_response_units(r, units);
	if (kind != DY_CONSUMED_PLAIN)
	{
		dy_response_name(r, kind == DY_CONSUMED_TRANSACT_READ ?
						 "ReadCapacityUnits" : "WriteCapacityUnits");
		dy_response_units(r, units);
	}
}

/*
 * The indexes of one kind that were touched, by name; nothing if none was.
 */
static void
write_indexes(DyResponse *r, const DyConsumed *consumed, DyIndexKind kind,
			  const char *member, DyConsumedKind units_kind)
{
	bool		open = false;

	for (int i = 0; i < consumed->table->nindexes; i++)
	{
		const DyIndex *index = &consumed->table->indexes[i];

		if (index->kind != kind || consumed->index_units[i] <= 0)
			continue;
		if (!open)
		{
			dy_response_name(r, member);
			dy_response_open(r, '{');
			open = true;
		}
		dy_response_name_bytes(r, index->name);
		dy_response_open(r, '{');
		write_units(r, consumed->index_units[i], units_kind);
		dy_response_close(r, '}');
	}
	if (open)
		dy_response_close(r, '}');
}

/*
 * Is the item collection of this partition key value, items and their
 * entries in local indexes, surely below a gigabyte?
 */
static bool
collection_is_small(const DyTable *table, DyValue partition_value)
{
	DyRangeRequest request = {0};
	DyRange    *range;
	DyValue		item;
	uint64		bytes = 0;

	request.table = table;
	request.has_partition = true;
	dy_key_digest(&partition_value, 1, request.partition);
	request.npartition = 1;
	request.partition_values[0] = partition_value;
	request.total_segments = 1;

	range = dy_range_open(&request);
	while (bytes < DY_MEASURED_COLLECTION_BYTES && dy_range_next(range, &item))
	{
		bytes += dy_item_size(item);
		for (int i = 0; i < table->nindexes; i++)
			if (table->indexes[i].kind == DY_INDEX_LOCAL)
				bytes += dy_index_item_size(table, &table->indexes[i], item);
	}
	dy_range_close(range);
	return bytes < DY_MEASURED_COLLECTION_BYTES;
}
