/*-------------------------------------------------------------------------
 *
 * capacity.c
 *	  What reads and writes cost in capacity units.
 *
 * The rules, with the service's own words for sizes (item/size.c):
 *
 *	  read		one unit for each 4 KB begun, half of it if eventually
 *				consistent; at least one unit even for an item that is missing
 *	  write		one unit for each 1 KB begun of the larger of the old and the
 *				new item; at least one unit, also if the condition failed or
 *				there was nothing to delete; a failed condition is charged by
 *				the existing item
 *	  index		nothing if the item's entry stays as it is; one write if it
 *				is added, removed, or other projected attributes change; two
 *				(delete and put) if the index key changes
 *
 * The entry of an index is what its projection keeps: the table's key, the
 * index key and the attributes included.
 *
 * Transactions cost twice; that is the caller's business.
 *
 * Sources:
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html (Storage and throughput considerations)
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/limits.h"
#include "engine/engine.h"
#include "engine/project.h"

static uint32 size_of(DyValue item);
static double index_units(const DyTable *table, const DyIndex *index, const DyWrite *write);
static bool key_is_equal(const DyIndex *index, DyValue a, DyValue b);

double
dy_read_units(uint64 bytes, bool consistent)
{
	uint64		units = Max((bytes + DY_READ_UNIT_BYTES - 1) / DY_READ_UNIT_BYTES, 1);

	return consistent ? (double) units : units / 2.0;
}

double
dy_write_units(uint64 bytes)
{
	return (double) Max((bytes + DY_WRITE_UNIT_BYTES - 1) / DY_WRITE_UNIT_BYTES, 1);
}

/*
 * What a write that has been carried out costs.  capacity->indexes is
 * palloc'd, one entry for each index of the table.
 */
void
dy_write_capacity(const DyWrite *write, DyCapacity *capacity)
{
	const DyTable *table = write->table;

	capacity->table = dy_write_units(Max(size_of(write->old_item), size_of(write->new_item)));
	capacity->total = capacity->table;
	capacity->indexes = palloc0(Max(table->nindexes, 1) * sizeof(double));

	if (write->condition_failed || write->kind == DY_WRITE_CHECK)
		return;

	for (int i = 0; i < table->nindexes; i++)
	{
		capacity->indexes[i] = index_units(table, &table->indexes[i], write);
		capacity->total += capacity->indexes[i];
	}
}

/* 0 if it is absent. */
static uint32
size_of(DyValue item)
{
	return dy_value_present(item) ? dy_item_size(item) : 0;
}

static double
index_units(const DyTable *table, const DyIndex *index, const DyWrite *write)
{
	uint32		old_size = 0;
	uint32		new_size = 0;

	if (dy_value_present(write->old_item))
		old_size = dy_index_item_size(table, index, write->old_item);
	if (dy_value_present(write->new_item))
		new_size = dy_index_item_size(table, index, write->new_item);

	if (old_size == 0 && new_size == 0)
		return 0;
	if (old_size == 0 || new_size == 0)
		return dy_write_units(Max(old_size, new_size));

	if (!key_is_equal(index, write->old_item, write->new_item))
		return dy_write_units(old_size) + dy_write_units(new_size);
	if (dy_index_entry_equal(table, index, write->old_item, write->new_item))
		return 0;
	return dy_write_units(Max(old_size, new_size));
}

/* Do two items of the index have the same index key? */
static bool
key_is_equal(const DyIndex *index, DyValue a, DyValue b)
{
	for (int i = 0; i < index->nhash; i++)
	{
		const DyKeyAttribute *key = &index->hash[i];

		if (!dy_value_equal(dy_map_get(a, key->name.data, key->name.len),
							dy_map_get(b, key->name.data, key->name.len)))
			return false;
	}
	for (int i = 0; i < index->nrange; i++)
	{
		const DyKeyAttribute *key = &index->range[i];

		if (!dy_value_equal(dy_map_get(a, key->name.data, key->name.len),
							dy_map_get(b, key->name.data, key->name.len)))
			return false;
	}
	return true;
}
