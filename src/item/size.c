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

static uint32 number_size(DyValue value);

/* The size of a value without its name. */
uint32
dy_value_size(DyValue value)
{
	DyType		type = dy_value_type(value);
	DyIterator	iter;
	DyValue		child;
	uint32		size;

	switch (type)
	{
		case DY_TYPE_S:
		case DY_TYPE_B:
			return dy_value_bytes(value).len;
		case DY_TYPE_N:
			return number_size(value);
		case DY_TYPE_BOOL:
		case DY_TYPE_NULL:
			return 1;
		case DY_TYPE_M:
			return DY_NESTED_OVERHEAD_BYTES + DY_NESTED_ELEMENT_BYTES * dy_value_count(value) +
				dy_item_size(value);
		default:
			break;
	}
	check_stack_depth();
	iter = dy_iterate(value);
	size = type == DY_TYPE_L ? DY_NESTED_OVERHEAD_BYTES + DY_NESTED_ELEMENT_BYTES * iter.count : 0;
	while (dy_list_next(&iter, &child))
		size += dy_value_size(child);
	return size;
}

/* The size of an item: of all its names and values. */
uint32
dy_item_size(DyValue map)
{
	DyIterator	iter = dy_iterate(map);
	DyBytes		name;
	DyValue		value;
	uint32		size = 0;

	check_stack_depth();
	while (dy_map_next(&iter, &name, &value))
		size += dy_attribute_size(name, value);
	return size;
}

/* The size of one attribute. */
uint32
dy_attribute_size(DyBytes name, DyValue value)
{
	return name.len + dy_value_size(value);
}

/*
 * Pairs of digits aligned at the decimal point: with an even exponent the
 * first digit is alone in its pair.
 */
static uint32
number_size(DyValue value)
{
	DyNumber	number = dy_value_number(value);
	bool		first_alone = (number.exponent % 2) == 0;

	if (number.ndigits == 0)
		return 1;
	return 1 + (number.ndigits + (first_alone ? 1 : 0) + 1) / 2 + (number.negative ? 1 : 0);
}
