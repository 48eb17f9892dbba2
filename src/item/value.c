/*-------------------------------------------------------------------------
 *
 * value.c
 *	  Reading encoded values.
 *
 * README.md draws the format.  A DyValue is a view; nothing here copies or
 * allocates.  Every function checks what it reads against the length of the
 * view it was given, and raises ERRCODE_DATA_CORRUPTED where the bytes are
 * not as they must be, so that even unchecked bytes lead to an error and
 * never beyond the buffer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bswap.h"

#include "base/compat.h"
#include "item/format.h"

static DyValue search_flat_map(const DyContainer *c, const char *name, uint32 len);
static DyContainer open_container(DyValue value);
static DyContainer iterated_container(const DyIterator *iter);
static DyBytes open_payload(DyValue value, DyType type, DyType other);
static DyValue element_at(const DyContainer *c, uint32 i);
static void entry_at(const DyContainer *c, uint32 i, DyBytes *name, DyValue *value);

/*
 * Bytes are not what an item's must be.  what is a short English clause.
 */
void
dy_corrupt_item(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("corrupt item"),
			 errdetail_internal("%s", what)));
	pg_unreachable();
}

/* An item is of a version that we, or the place it came from, cannot have. */
void
dy_unsupported_version(int version)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("unsupported item format version %d", version)));
	pg_unreachable();
}

/*
 * The map inside an item.  item may have a short varlena header, but must
 * not be compressed or out of line.  The view lives as long as item.
 */
DyValue
dy_item_value(const DyItem *item)
{
	const uint8 *data = (const uint8 *) VARDATA_ANY(item);
	const uint8 *end = data + VARSIZE_ANY_EXHDR(item);
	DyValue		map;

	if (end - data < DY_ITEM_HEADER_BYTES)
		dy_corrupt_item("It is too short.");
	if (data[0] < DY_ITEM_OLDEST_VERSION || data[0] > DY_ITEM_VERSION)
		dy_unsupported_version(data[0]);
	if ((data[1] & ~DY_ITEM_FLAGS_KNOWN) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("unsupported item flags 0x%02x", data[1])));
	data += DY_ITEM_HEADER_BYTES;
	if (!dy_read_value(data, end, &map) || map.data + map.len != end)
		dy_corrupt_item("Its length is wrong.");
	if (DY_TAG_TYPE(*map.data) != DY_TYPE_M)
		dy_corrupt_item("It is not a map.");
	return map;
}

/*
 * An item around a copy of a map, palloc'd in CurrentMemoryContext.
 */
DyItem *
dy_item_make(DyValue map)
{
	Size		size = VARHDRSZ + DY_ITEM_HEADER_BYTES + (Size) map.len;
	DyItem	   *item;
	uint8	   *data;

	if (dy_value_type(map) != DY_TYPE_M)
		elog(ERROR, "only a map can be made an item");
	item = palloc(size);
	SET_VARSIZE(item, size);
	data = dy_write_item_header(item);
	memcpy(data, map.data, map.len);
	return item;
}

/* The type of a value that is present. */
DyType
dy_value_type(DyValue value)
{
	DyType		type;

	if (value.len == 0)
		dy_corrupt_item("A value is empty.");
	type = DY_TAG_TYPE(*value.data);
	if (type < DY_TYPE_S || type > DY_TYPE_BS)
		dy_corrupt_item("A value has an unknown type.");
	return type;
}

/* The name of a type as DynamoDB JSON has it. */
const char *
dy_type_name(DyType type)
{
	static const char *const names[] = {
		[DY_TYPE_S] = "S",
		[DY_TYPE_N] = "N",
		[DY_TYPE_B] = "B",
		[DY_TYPE_BOOL] = "BOOL",
		[DY_TYPE_NULL] = "NULL",
		[DY_TYPE_L] = "L",
		[DY_TYPE_M] = "M",
		[DY_TYPE_SS] = "SS",
		[DY_TYPE_NS] = "NS",
		[DY_TYPE_BS] = "BS"
	};

	if (type < DY_TYPE_S || type > DY_TYPE_BS)
		elog(ERROR, "unknown attribute type %d", (int) type);
	return names[type];
}

/* The bytes of an S or B, inside the value. */
DyBytes
dy_value_bytes(DyValue value)
{
	return open_payload(value, DY_TYPE_S, DY_TYPE_B);
}

/* The order-preserving bytes of an N, inside the value. */
DyBytes
dy_value_number_key(DyValue value)
{
	return open_payload(value, DY_TYPE_N, DY_TYPE_N);
}

/* An N taken apart. */
DyNumber
dy_value_number(DyValue value)
{
	DyBytes		key = open_payload(value, DY_TYPE_N, DY_TYPE_N);
	DyNumber	number;

	if (!dy_number_decode((const uint8 *) key.data, key.len, &number))
		dy_corrupt_item("A number is malformed.");
	return number;
}

bool
dy_value_bool(DyValue value)
{
	if (dy_value_type(value) != DY_TYPE_BOOL)
		elog(ERROR, "value is no BOOL");
	return DY_TAG_HIGH(*value.data) != 0;
}

/* How many attributes a map, or elements a list or set has. */
uint32
dy_value_count(DyValue value)
{
	return open_container(value).count;
}

/*
 * The element of a list at an index counted from 0; absent beyond the end.
 * Also works for sets, whose order is that of their directory.
 */
DyValue
dy_list_get(DyValue list, uint32 index)
{
	DyContainer c = open_container(list);
	const uint8 *p;
	DyValue		value;

	if (c.type == DY_TYPE_M)
		elog(ERROR, "value is no list");
	if (index >= c.count)
		return DY_NO_VALUE;
	if (!dy_seek_entry(&c, index, &p) || !dy_read_value(p, c.directory, &value))
		dy_corrupt_item("A list's entries are wrong.");
	return value;
}

/*
 * The attribute of a map that has exactly this name; absent if there is
 * none.  Binary search in the directory, if there is one.
 */
DyValue
dy_map_get(DyValue map, const char *name, uint32 len)
{
	uint32		no_place = PG_UINT32_MAX;

	return dy_map_get_near(map, name, len, &no_place);
}

/*
 * The same, looking at *place first, where the attribute was found in the
 * map before: items of one collection tend to have the same attributes.
 * Any number may stand there at first.
 */
DyValue
dy_map_get_near(DyValue map, const char *name, uint32 len, uint32 *place)
{
	DyContainer c = open_container(map);
	uint32		low = 0;
	uint32		high = c.count;
	uint32		middle = *place;

	if (c.type != DY_TYPE_M)
		elog(ERROR, "value is no map");
	if (likely(c.width == 0))
		return search_flat_map(&c, name, len);
	if (middle >= high)
		middle = high / 2;
	while (low < high)
	{
		const uint8 *p;
		DyBytes		found;
		int			order;

		if (!dy_read_entry(&c, middle, &p) || !dy_read_name(&p, c.directory, &found))
			dy_corrupt_item("A map's directory is wrong.");
		order = dy_compare_bytes(name, len, found.data, found.len);
		if (order == 0)
		{
			DyValue		value;

			if (!dy_read_value(p, c.directory, &value))
				dy_corrupt_item("A value is too long.");
			*place = middle;
			return value;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
		middle = low + (high - low) / 2;
	}
	return DY_NO_VALUE;
}

/* Start a walk over a map, list or set. */
DyIterator
dy_iterate(DyValue container)
{
	DyContainer c = open_container(container);
	DyIterator	iter;

	iter.container = container;
	iter.next = 0;
	iter.count = c.count;
	iter.width = c.width;
	iter.body = c.body;
	iter.directory = c.directory;
	iter.end = c.next;
	return iter;
}

/*
 * The next attribute of a map, in the order of names' bytes; false at the
 * end.  name or value may be NULL if not wanted.
 */
bool
dy_map_next(DyIterator *iter, DyBytes *name, DyValue *value)
{
	DyContainer c = iterated_container(iter);
	DyBytes		entry_name;
	DyValue		entry_value;

	if (iter->next >= iter->count)
		return false;
	if (c.type != DY_TYPE_M)
		elog(ERROR, "value is no map");
	entry_at(&c, iter->next++, &entry_name, &entry_value);
	iter->end = entry_value.data + entry_value.len;
	if (name)
		*name = entry_name;
	if (value)
		*value = entry_value;
	return true;
}

/*
 * The next element of a list, in its order, or of a set, in the order of
 * the elements' bytes; false at the end.
 */
bool
dy_list_next(DyIterator *iter, DyValue *value)
{
	DyContainer c = iterated_container(iter);

	if (iter->next >= iter->count)
		return false;
	if (c.type == DY_TYPE_M)
		elog(ERROR, "value is no list");
	*value = element_at(&c, iter->next++);
	iter->end = value->data + value->len;
	return true;
}

/*
 * Does the set have this element?  False, too, if the element is of another
 * type than the set's.  Binary search: sets are sorted.
 */
bool
dy_set_contains(DyValue set, DyValue element)
{
	DyContainer c = open_container(set);
	DyType		type = dy_element_type(c.type);
	uint32		low = 0;
	uint32		high = c.count;
	DyBytes		wanted;

	if (!dy_is_set(c.type))
		elog(ERROR, "value is no set");
	if (dy_value_type(element) != type)
		return false;
	wanted = open_payload(element, type, type);
	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;
		DyBytes		found = open_payload(dy_list_get(set, middle), type, type);
		int			order = dy_compare_bytes(wanted.data, wanted.len,
											 found.data, found.len);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/*
 * Encode a number as a value of its own, without a builder.
 */
DyValue
dy_value_of_number(const DyNumber *number, uint8 *room)
{
	uint8		bytes[DY_NUMBER_MAX_BYTES];
	uint32		len = dy_number_encode(number, bytes);
	uint32		header = 1;
	DyValue		value;

	room[0] = DY_TAG(DY_TYPE_N, Min(len, DY_LONG_LENGTH));
	if (len >= DY_LONG_LENGTH)
		header += dy_write_length(room + 1, len);
	memcpy(room + header, bytes, len);
	value.data = room;
	value.len = header + len;
	return value;
}

/*
 * Encode a BOOL as a value of its own, without a builder.
 */
DyValue
dy_value_of_bool(bool boolean, uint8 *room)
{
	DyValue		value;

	room[0] = DY_TAG(DY_TYPE_BOOL, boolean ? 1 : 0);
	value.data = room;
	value.len = 1;
	return value;
}

/*
 * How many levels of lists and maps a value has; 0 for a scalar or a set.
 * An item's map is a level of its own: a valid item has at most
 * DY_MAX_NESTING_LEVELS.
 */
int
dy_value_levels(DyValue value)
{
	DyType		type = dy_value_type(value);
	DyIterator	iter;
	DyValue		child;
	int			deepest = 0;

	if (type != DY_TYPE_L && type != DY_TYPE_M)
		return 0;
	check_stack_depth();
	iter = dy_iterate(value);
	while (type == DY_TYPE_M ? dy_map_next(&iter, NULL, &child) :
		   dy_list_next(&iter, &child))
	{
		int			levels = dy_value_levels(child);

		deepest = Max(deepest, levels);
	}
	return deepest + 1;
}

/*
 * The attribute of a flat map that has this name: its entries lie in the
 * order of their names.
 */
static DyValue
search_flat_map(const DyContainer *c, const char *name, uint32 len)
{
	const uint8 *p = c->body;
	const uint8 *end = c->directory;

	while (p < end)
	{
		DyBytes		found;
		DyValue		value;

		if (!dy_read_name(&p, end, &found) || p >= end)
			dy_corrupt_item("A map's entries are wrong.");
		if (found.len == len && memcmp(found.data, name, len) == 0)
		{
			if (!dy_read_value(p, end, &value))
				dy_corrupt_item("A value is too long.");
			return value;
		}
		if (!dy_skip_value(&p, end))
			dy_corrupt_item("A value is too long.");
	}
	return DY_NO_VALUE;
}

static DyContainer
open_container(DyValue value)
{
	DyContainer c;

	if (!dy_is_container(dy_value_type(value)))
		elog(ERROR, "value is no container");
	if (!dy_read_container(value, &c))
		dy_corrupt_item("A directory is longer than its value.");
	return c;
}

/* What dy_iterate() has found. */
static inline DyContainer
iterated_container(const DyIterator *iter)
{
	DyContainer c;

	c.type = DY_TAG_TYPE(*iter->container.data);
	c.width = iter->width;
	c.count = iter->count;
	c.body = iter->body;
	c.directory = iter->directory;
	c.next = iter->end;
	return c;
}

static DyBytes
open_payload(DyValue value, DyType type, DyType other)
{
	DyBytes		payload;
	DyType		actual = dy_value_type(value);

	if (actual != type && actual != other)
		elog(ERROR, "value of type %s where %s was expected",
			 dy_type_name(actual), dy_type_name(type));
	if (!dy_read_payload(value.data, value.data + value.len, &payload))
		dy_corrupt_item("A value is too long.");
	return payload;
}

static DyValue
element_at(const DyContainer *c, uint32 i)
{
	const uint8 *p;
	DyValue		value;

	if (!dy_read_entry(c, i, &p) || !dy_read_value(p, c->directory, &value))
		dy_corrupt_item("A list's directory is wrong.");
	return value;
}

static void
entry_at(const DyContainer *c, uint32 i, DyBytes *name, DyValue *value)
{
	const uint8 *p;

	if (!dy_read_entry(c, i, &p) || !dy_read_name(&p, c->directory, name) ||
		!dy_read_value(p, c->directory, value))
		dy_corrupt_item("A map's directory is wrong.");
}
