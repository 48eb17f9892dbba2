/*-------------------------------------------------------------------------
 *
 * project.c
 *	  What an index keeps of an item.
 *
 * Index entries are not stored: an index is a btree over the rows themselves.
 * But clients must see, and pay for, what the projection says: the key of
 * the table, the key of the index, and for INCLUDE the attributes named.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "engine/engine.h"
#include "engine/project.h"
#include "item/build.h"

static bool in_index(const DyIndex *index, DyValue item);
static bool is_projected(const DyTable *table, const DyIndex *index, DyBytes name);
static bool is_among(const DyKeyAttribute *keys, int n, DyBytes name);
static bool same_name(DyBytes a, DyBytes b);

/*
 * Bytes of an item as an index holds it; 0 if the item is not in the index.
 */
uint32
dy_index_item_size(const DyTable *table, const DyIndex *index, DyValue item)
{
	DyIterator	iter;
	DyBytes		name;
	DyValue		value;
	uint32		size = 0;

	if (!in_index(index, item))
		return 0;
	if (index->projection == DY_PROJECT_ALL)
		return dy_item_size(item);

	iter = dy_iterate(item);
	while (dy_map_next(&iter, &name, &value))
	{
		if (is_projected(table, index, name))
			size += dy_attribute_size(name, value);
	}
	return size;
}

/*
 * Write an item as an index holds it to out, one M value.
 */
void
dy_index_item(const DyTable *table, const DyIndex *index, DyValue item, DyBuilder *out)
{
	DyIterator	iter;
	DyBytes		name;
	DyValue		value;

	if (index->projection == DY_PROJECT_ALL)
	{
		dy_build_copy(out, item);
		return;
	}

	dy_build_open(out, DY_TYPE_M);
	iter = dy_iterate(item);
	while (dy_map_next(&iter, &name, &value))
	{
		if (is_projected(table, index, name))
		{
			dy_build_name(out, name.data, name.len);
			dy_build_copy(out, value);
		}
	}
	dy_build_close(out);
}

/*
 * Maps are walked in the order of their names, so two items are merged.
 */
bool
dy_index_entry_equal(const DyTable *table, const DyIndex *index, DyValue a, DyValue b)
{
	DyIterator	iter_a;
	DyIterator	iter_b;

	if (index->projection == DY_PROJECT_ALL)
		return dy_value_equal(a, b);

	iter_a = dy_iterate(a);
	iter_b = dy_iterate(b);
	for (;;)
	{
		DyBytes		name_a;
		DyBytes		name_b;
		DyValue		value_a;
		DyValue		value_b;
		bool		more_a;
		bool		more_b;

		while ((more_a = dy_map_next(&iter_a, &name_a, &value_a)) &&
			   !is_projected(table, index, name_a))
			;
		while ((more_b = dy_map_next(&iter_b, &name_b, &value_b)) &&
			   !is_projected(table, index, name_b))
			;
		if (!more_a || !more_b)
			return more_a == more_b;
		if (!same_name(name_a, name_b) || !dy_value_equal(value_a, value_b))
			return false;
	}
}

/*
 * An item is in an index if it has all of the index key's attributes, with
 * the type that the index wants.  (Writes refuse other types; such values can
 * only be older than the index.)
 */
static bool
in_index(const DyIndex *index, DyValue item)
{
	for (int i = 0; i < index->nhash + index->nrange; i++)
	{
		const DyKeyAttribute *key = i < index->nhash ?
		&index->hash[i] : &index->range[i - index->nhash];
		DyValue		value = dy_map_get(item, key->name.data, key->name.len);

		if (!dy_value_present(value) || dy_value_type(value) != key->type)
			return false;
	}
	return true;
}

static bool
is_projected(const DyTable *table, const DyIndex *index, DyBytes name)
{
	if (same_name(name, table->hash.name) ||
		(table->has_range && same_name(name, table->range.name)) ||
		is_among(index->hash, index->nhash, name) ||
		is_among(index->range, index->nrange, name))
		return true;

	for (int i = 0; i < index->ninclude; i++)
	{
		if (same_name(name, index->include[i]))
			return true;
	}
	return false;
}

static bool
is_among(const DyKeyAttribute *keys, int n, DyBytes name)
{
	for (int i = 0; i < n; i++)
	{
		if (same_name(keys[i].name, name))
			return true;
	}
	return false;
}

static bool
same_name(DyBytes a, DyBytes b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}
