/*-------------------------------------------------------------------------
 *
 * value.h
 *	  Attribute values as views on encoded bytes.
 *
 * There is one representation of an attribute value in the server: its
 * encoded bytes, whether they lie in a stored row, in a request or in an
 * expression's operand.  A DyValue points at them; it owns nothing.  See
 * README.md of this folder for the format.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_VALUE_H
#define DY_ITEM_VALUE_H

#include "fmgr.h"

#include "base/compat.h"
#include "base/limits.h"
#include "item/number.h"

/* The types of DynamoDB.  The numbers are on disk: never change them. */
typedef enum DyType
{
	DY_TYPE_S = 1,
	DY_TYPE_N = 2,
	DY_TYPE_B = 3,
	DY_TYPE_BOOL = 4,
	DY_TYPE_NULL = 5,
	DY_TYPE_L = 6,
	DY_TYPE_M = 7,
	DY_TYPE_SS = 8,
	DY_TYPE_NS = 9,
	DY_TYPE_BS = 10
} DyType;

/*
 * One encoded value: type tag first, then what the type needs.  Whoever
 * makes a DyValue from bytes of unknown origin must have run
 * dy_value_check() over the whole item (item_recv and dy_item_get do); the
 * readers below still check every length against len, and raise
 * ERRCODE_DATA_CORRUPTED.
 */
typedef struct DyValue
{
	const uint8 *data;
	uint32		len;
} DyValue;

/* A view on bytes that are text, binary or an attribute name. */
typedef struct DyBytes
{
	const char *data;
	uint32		len;
} DyBytes;

/* A function, since pg_bsd_indent mangles compound literals among arguments. */
static inline DyBytes
dy_bytes(const char *data, uint32 len)
{
	DyBytes		bytes = {data, len};

	return bytes;
}

/* A DyBytes as the two arguments of "%.*s". */
#define DY_BYTES_ARGS(b)	(int) (b).len, (b).data

static inline bool
dy_bytes_equal(DyBytes a, DyBytes b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static inline bool
dy_bytes_is(DyBytes a, const char *text)
{
	return a.len == strlen(text) && memcmp(a.data, text, a.len) == 0;
}

/* The absent value. */
#define DY_NO_VALUE				((DyValue) {NULL, 0})
#define dy_value_present(v)		((v).data != NULL)

/*
 * The stored item (SQL type dynamo.item): varlena header, a version byte and
 * flags, then one value of type M.
 */
typedef struct varlena DyItem;

/*
 * Version 1 had no flat containers, version 2 spelled all names out.  What they
 * wrote is valid still, and version 2 is what goes to other databases.
 */
#define DY_ITEM_VERSION			3
#define DY_ITEM_PORTABLE_VERSION	2
#define DY_ITEM_OLDEST_VERSION	1

/*
 * Detoasted, but a short varlena header stays short: only dy_item_value()
 * may look inside.
 */
#define DatumGetDyItemP(d)		((DyItem *) PG_DETOAST_DATUM_PACKED(d))
#define PG_GETARG_DY_ITEM_P(n)	DatumGetDyItemP(PG_GETARG_DATUM(n))
#define PG_RETURN_DY_ITEM_P(x)	return PointerGetDatum(x)

/* Walks the attributes of a map, or the elements of a list or set. */
typedef struct DyIterator
{
	DyValue		container;
	uint32		next;			/* index of the next element */
	uint32		count;
	uint8		width;			/* the rest is the container taken apart */
	const uint8 *body;
	const uint8 *end;			/* flat: of the last element met */
	const uint8 *directory;
} DyIterator;

/* value.c: reading; check.c: dy_value_check */
extern DyValue dy_item_value(const DyItem *item);	/* its map */
extern DyItem *dy_item_make(DyValue map);	/* palloc'd item around a map */
extern void dy_value_check(DyValue value);	/* deep check; corrupt raises */
extern void dy_value_check_portable(DyValue value); /* names spelled out, too */

extern DyType dy_value_type(DyValue value);
extern const char *dy_type_name(DyType type);	/* "S", "NS", ... */
extern DyBytes dy_value_bytes(DyValue value);	/* of an S or B */
extern DyNumber dy_value_number(DyValue value); /* of an N */
extern DyBytes dy_value_number_key(DyValue value);	/* of an N */
extern bool dy_value_bool(DyValue value);	/* of a BOOL */
extern uint32 dy_value_count(DyValue value);	/* of an L, M or set */

extern DyValue dy_list_get(DyValue list, uint32 index); /* absent beyond the end */

/* O(log n); absent if there is no such name. */
extern DyValue dy_map_get(DyValue map, const char *name, uint32 len);
extern DyValue dy_map_get_near(DyValue map, const char *name, uint32 len, uint32 *place);

/*
 * Elements of a set come as S, N or B values.  Maps are walked in
 * the order of their directory (sorted by name bytes).
 */
extern DyIterator dy_iterate(DyValue container);
extern bool dy_map_next(DyIterator *iter, DyBytes *name, DyValue *value);
extern bool dy_list_next(DyIterator *iter, DyValue *value); /* L and sets */

extern bool dy_set_contains(DyValue set, DyValue element);

/* An N value written to room, which holds DY_NUMBER_VALUE_BYTES. */
#define DY_NUMBER_VALUE_BYTES	(2 + DY_NUMBER_MAX_BYTES)
extern DyValue dy_value_of_number(const DyNumber *number, uint8 *room);

/* A BOOL value written to room, which holds one byte. */
extern DyValue dy_value_of_bool(bool boolean, uint8 *room);

/*
 * Levels of lists and maps, which sets are not: 0 for a scalar.  An item,
 * itself the first level, may have DY_MAX_NESTING_LEVELS.
 */
extern int	dy_value_levels(DyValue value);

/* compare.c */
extern bool dy_value_equal(DyValue a, DyValue b);	/* deep; sets and maps
													 * without order; numbers
													 * by value */
extern bool dy_value_comparable(DyValue a, DyValue b);	/* both S, both N or
														 * both B */
extern int	dy_value_compare(DyValue a, DyValue b); /* only if comparable */
extern uint32 dy_value_hash(DyValue value); /* equal values hash equal */
extern uint64 dy_value_hash_extended(DyValue value, uint64 seed);
extern bool dy_value_contains(DyValue a, DyValue b);	/* SQL's "@>" */

/* size.c: bytes as DynamoDB counts them */
extern uint32 dy_value_size(DyValue value); /* without the name */
extern uint32 dy_item_size(DyValue map);	/* names and values */
extern bool dy_item_is_too_large(DyValue map);	/* the 400 KB rule */
extern uint32 dy_attribute_size(DyBytes name, DyValue value);

#endif							/* DY_ITEM_VALUE_H */
