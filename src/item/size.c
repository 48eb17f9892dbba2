/*-------------------------------------------------------------------------
 *
 * size.c
 *	  The size of items as DynamoDB counts it.
 *
 * It is what the 400 KB limit, the 1 MB of a page of results and the
 * capacity units are measured in, and has nothing to do with our bytes:
 *
 *	  name      its UTF-8 bytes
 *	  S, B      their bytes (UTF-8, decoded)
 *	  N         1, and one for every two significant digits, counted in
 *				pairs from the decimal point outwards; 1 if negative; zero is 1
 *	  BOOL, NULL  1
 *	  L, M      3, and for each element 1 and its size, and in a map the name
 *	  SS, NS, BS  the sum of the elements
 *
 * AWS calls the size of a number approximate.  Counting pairs from the point
 * (123 is 01 23, two pairs; 1.2 is 01 20, two pairs; 12 is one) is what the
 * service has been observed to do.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "item/format.h"

static uint32 entries_size(const DyContainer *c);
static uint32 number_size(DyBytes payload);

/* The size of a value without its name. */
uint32
dy_value_size(DyValue value)
{
	DyContainer c;
	DyType		type = dy_value_type(value);

	switch (type)
	{
		case DY_TYPE_S:
		case DY_TYPE_B:
			return dy_value_bytes(value).len;
		case DY_TYPE_N:
			return number_size(dy_value_number_key(value));
		case DY_TYPE_BOOL:
		case DY_TYPE_NULL:
			return 1;
		default:
			break;
	}
	if (!dy_read_container(value, &c))
		dy_corrupt_item("A directory is longer than its value.");
	if (dy_is_set(type))
		return entries_size(&c);
	return DY_NESTED_OVERHEAD_BYTES + DY_NESTED_ELEMENT_BYTES * c.count + entries_size(&c);
}

/* The size of an item: of all its names and values. */
uint32
dy_item_size(DyValue map)
{
	DyContainer c;

	Assert(dy_value_type(map) == DY_TYPE_M);
	if (!dy_read_container(map, &c))
		dy_corrupt_item("A directory is longer than its value.");
	return entries_size(&c);
}

/*
 * Is an item larger than an item may be?  Most need not be measured.
 */
bool
dy_item_is_too_large(DyValue map)
{
	return map.len > DY_MAX_ITEM_BYTES / DY_MOST_PER_BYTE && dy_item_size(map) > DY_MAX_ITEM_BYTES;
}

/* The size of one attribute. */
uint32
dy_attribute_size(DyBytes name, DyValue value)
{
	return name.len + dy_value_size(value);
}

/*
 * Names and values of a container.  Every item that is read or written is
 * measured, so this walks the entries as they lie, without the directory.
 */
static uint32
entries_size(const DyContainer *c)
{
	const uint8 *p = c->body;
	uint32		size = 0;

	check_stack_depth();
	while (p < c->directory)
	{
		DyBytes		bytes;
		DyValue		value;

		if (c->type == DY_TYPE_M)
		{
			if (!dy_read_name(&p, c->directory, &bytes) || p >= c->directory)
				dy_corrupt_item("A name is longer than its map.");
			size += bytes.len;
		}
		switch (DY_TAG_TYPE(*p))
		{
			case DY_TYPE_S:
			case DY_TYPE_B:
			case DY_TYPE_N:
				if (!dy_read_payload(p, c->directory, &bytes))
					dy_corrupt_item("A value is longer than its container.");
				size += DY_TAG_TYPE(*p) == DY_TYPE_N ? number_size(bytes) : bytes.len;
				p = (const uint8 *) bytes.data + bytes.len;
				break;
			case DY_TYPE_BOOL:
			case DY_TYPE_NULL:
				size++;
				p++;
				break;
			default:
				if (!dy_read_value(p, c->directory, &value))
					dy_corrupt_item("A value is too long or has an unknown type.");
				size += dy_value_size(value);
				p = value.data + value.len;
				break;
		}
	}
	return size;
}

static uint32
number_size(DyBytes payload)
{
	DyNumber	number;

	if (!dy_number_measure((const uint8 *) payload.data, payload.len, &number))
		dy_corrupt_item("A number is malformed.");
	return dy_number_size(&number);
}
