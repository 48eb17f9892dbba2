/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  Equality, order, hash and containment of values.
 *
 * Scalars have one encoding each, so they are equal exactly if their bytes
 * are.  Containers do not: the values of a map lie in the order they came.
 * But maps and sets are walked in sorted order, so equal ones are walked
 * alike.
 *
 * All of it recurses as deep as the values nest.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"

#include "item/format.h"

static bool list_contains(DyValue list, DyValue element);

/*
 * Deep equality as DynamoDB's "=" has it: values of different types differ,
 * numbers compare by value, maps and sets without order, lists with.
 */
bool
dy_value_equal(DyValue a, DyValue b)
{
	DyType		type = dy_value_type(a);
	DyIterator	aiter;
	DyIterator	biter;
	DyBytes		aname;
	DyBytes		bname;
	DyValue		achild;
	DyValue		bchild;

	if (type != dy_value_type(b))
		return false;
	if (a.len == b.len && memcmp(a.data, b.data, a.len) == 0)
		return true;
	if (!dy_is_container(type))
		return false;

	check_stack_depth();
	aiter = dy_iterate(a);
	biter = dy_iterate(b);
	if (aiter.count != biter.count)
		return false;
	if (type != DY_TYPE_M)
	{
		while (dy_list_next(&aiter, &achild) && dy_list_next(&biter, &bchild))
		{
			if (!dy_value_equal(achild, bchild))
				return false;
		}
		return true;
	}
	while (dy_map_next(&aiter, &aname, &achild) &&
		   dy_map_next(&biter, &bname, &bchild))
	{
		if (aname.len != bname.len ||
			memcmp(aname.data, bname.data, aname.len) != 0 ||
			!dy_value_equal(achild, bchild))
			return false;
	}
	return true;
}

/* Is there an order between the two: are both S, both N or both B? */
bool
dy_value_comparable(DyValue a, DyValue b)
{
	DyType		type = dy_value_type(a);

	return type == dy_value_type(b) &&
		(type == DY_TYPE_S || type == DY_TYPE_N || type == DY_TYPE_B);
}

/*
 * Order of two comparable values: negative, zero or positive.  Strings by
 * their UTF-8 bytes, binaries by unsigned bytes, numbers by value.
 */
int
dy_value_compare(DyValue a, DyValue b)
{
	DyBytes		abytes;
	DyBytes		bbytes;

	if (!dy_value_comparable(a, b))
		elog(ERROR, "values are not comparable");
	if (dy_value_type(a) == DY_TYPE_N)
	{
		abytes = dy_value_number_key(a);
		bbytes = dy_value_number_key(b);
	}
	else
	{
		abytes = dy_value_bytes(a);
		bbytes = dy_value_bytes(b);
	}
	return dy_compare_bytes(abytes.data, abytes.len, bbytes.data, bbytes.len);
}

/* A hash; values that are equal have the same. */
uint32
dy_value_hash(DyValue value)
{
	return (uint32) dy_value_hash_extended(value, 0);
}

/*
 * A 64-bit hash with a seed, as Postgres' hash operator classes want it: with
 * seed 0 its low half is dy_value_hash().
 */
uint64
dy_value_hash_extended(DyValue value, uint64 seed)
{
	DyType		type = dy_value_type(value);
	DyIterator	iter;
	DyBytes		name;
	DyValue		child;
	uint64		hash;

	if (!dy_is_container(type))
		return hash_bytes_extended(value.data, value.len, seed);

	check_stack_depth();
	hash = hash_combine64(seed, type);
	iter = dy_iterate(value);
	if (type != DY_TYPE_M)
	{
		while (dy_list_next(&iter, &child))
			hash = hash_combine64(hash, dy_value_hash_extended(child, seed));
		return hash;
	}
	while (dy_map_next(&iter, &name, &child))
	{
		hash = hash_combine64(hash, hash_bytes_extended((const unsigned char *) name.data,
														name.len, seed));
		hash = hash_combine64(hash, dy_value_hash_extended(child, seed));
	}
	return hash;
}

/*
 * Does a have all that b has?  The rule of jsonb's "@>": a map must have the
 * other's attributes, each containing the other's; a list must have, for
 * each element of the other, one that contains it; a set must have the
 * other's elements; scalars must be equal.
 */
bool
dy_value_contains(DyValue a, DyValue b)
{
	DyType		type = dy_value_type(a);
	DyIterator	iter;
	DyBytes		name;
	DyValue		child;

	if (type != dy_value_type(b))
		return false;
	if (!dy_is_container(type))
		return dy_value_equal(a, b);

	check_stack_depth();
	iter = dy_iterate(b);
	if (type == DY_TYPE_M)
	{
		while (dy_map_next(&iter, &name, &child))
		{
			DyValue		mine = dy_map_get(a, name.data, name.len);

			if (!dy_value_present(mine) || !dy_value_contains(mine, child))
				return false;
		}
		return true;
	}
	while (dy_list_next(&iter, &child))
	{
		if (!(type == DY_TYPE_L ? list_contains(a, child) :
			  dy_set_contains(a, child)))
			return false;
	}
	return true;
}

/* Does the list have an element that contains this one? */
static bool
list_contains(DyValue list, DyValue element)
{
	DyIterator	iter = dy_iterate(list);
	DyValue		child;

	CHECK_FOR_INTERRUPTS();
	while (dy_list_next(&iter, &child))
	{
		if (dy_value_contains(child, element))
			return true;
	}
	return false;
}
