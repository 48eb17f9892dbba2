/*-------------------------------------------------------------------------
 *
 * check.c
 *	  Are these bytes a value?
 *
 * Bytes that did not come from the builder (COPY BINARY, a binary
 * parameter) are checked once, deeply, before they become an item.  They are to
 * be portable: what a number stands for in another database, nobody knows.  After
 * that: every length lies inside what it belongs to; names and strings are
 * UTF-8; numbers are in their one encoding; names in a map and elements in a
 * set are in strict order; the entries of a container fill it exactly, so
 * that no byte is hidden and, whatever the directory says, walking it costs
 * no more than its bytes; nothing is nested too deep; no set is empty.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "item/format.h"
#include "item/scan.h"

/* The bytes of an entry. */
typedef struct Extent
{
	const uint8 *start;
	uint32		len;
} Extent;

static void check(DyValue value, bool portable);
static void check_value(DyValue value, int level, bool portable);
static void check_container(DyValue value, DyType type, int level, bool portable);
static void check_extents(Extent *extents, uint32 n);
static int	compare_extents(const void *x, const void *y);
static Extent check_entry(DyContainer *c, uint32 i, DyBytes *key, int level, bool portable);

/*
 * Raise ERRCODE_DATA_CORRUPTED unless the bytes of value are exactly one
 * well-formed value.  Recurses to at most DY_MAX_NESTING_LEVELS.
 */
void
dy_value_check(DyValue value)
{
	check(value, false);
}

/* The same, and all names must be spelled out. */
void
dy_value_check_portable(DyValue value)
{
	check(value, true);
}

static void
check(DyValue value, bool portable)
{
	DyValue		read;

	if (!dy_read_value(value.data, value.data + value.len, &read) ||
		read.len != value.len)
		dy_corrupt_item("The length of a value is wrong.");
	check_value(value, 1, portable);
}

/* value spans exactly the bytes its header says. */
static void
check_value(DyValue value, int level, bool portable)
{
	const uint8 *end = value.data + value.len;
	DyType		type = dy_value_type(value);
	DyBytes		payload;
	DyNumber	number;

	switch (type)
	{
		case DY_TYPE_S:
			if (!dy_read_payload(value.data, end, &payload) ||
				!dy_scan_utf8(payload.data, payload.len))
				dy_corrupt_item("A string is not UTF-8.");
			break;
		case DY_TYPE_N:
			if (!dy_read_payload(value.data, end, &payload) ||
				!dy_number_decode((const uint8 *) payload.data, payload.len, &number))
				dy_corrupt_item("A number is malformed.");
			break;
		case DY_TYPE_B:
			break;
		case DY_TYPE_BOOL:
			if (DY_TAG_HIGH(*value.data) > 1)
				dy_corrupt_item("A BOOL is malformed.");
			break;
		case DY_TYPE_NULL:
			if (DY_TAG_HIGH(*value.data) != 0)
				dy_corrupt_item("A NULL is malformed.");
			break;
		default:
			check_container(value, type, level, portable);
			break;
	}
}

static void
check_container(DyValue value, DyType type, int level, bool portable)
{
	DyContainer c;
	DyBytes		key = {NULL, 0};
	Size		filled = 0;
	Extent	   *extents = NULL;

	if (level > DY_MAX_NESTING_LEVELS && !dy_is_set(type))
		dy_corrupt_item("It is nested too deep.");
	if (!dy_read_container(value, &c))
		dy_corrupt_item("A directory is longer than its value.");
	if (c.width == 0 && (c.count > DY_FLAT_MAX_ENTRIES || c.directory - c.body > DY_FLAT_MAX_BYTES ||
						 (DY_TAG_HIGH(*value.data) == DY_FLAT_COUNTED) != (c.count > DY_FLAT_MAX_IN_TAG)))
		dy_corrupt_item("A container has the wrong form.");
	if (dy_is_set(type) && c.count == 0)
		dy_corrupt_item("A set is empty.");

	if (c.width != 0 && type != DY_TYPE_L)
		extents = repalloc_huge(palloc(sizeof(Extent)), Max(c.count, 1) * sizeof(Extent));
	for (uint32 i = 0; i < c.count; i++)
	{
		DyBytes		previous = key;
		Extent		extent;

		extent = check_entry(&c, i, &key, level, portable);
		filled += extent.len;
		if (extents != NULL)
			extents[i] = extent;
		if (type == DY_TYPE_L)
		{
			/* entries of a list lie in its order */
			if ((const uint8 *) key.data != c.body + filled)
				dy_corrupt_item("A list is not in order.");
		}
		else if (i > 0 && dy_compare_bytes(previous.data, previous.len,
										   key.data, key.len) >= 0)
			dy_corrupt_item("A directory is not in order.");
	}
	if (filled != c.directory - c.body)
		dy_corrupt_item("A container is not filled exactly.");
	if (extents != NULL)
	{
		check_extents(extents, c.count);
		pfree(extents);
	}
}

/*
 * A directory could point to one entry in the middle of another and leave
 * as many bytes to none.
 */
static void
check_extents(Extent *extents, uint32 n)
{
	qsort(extents, n, sizeof(Extent), compare_extents);
	for (uint32 i = 1; i < n; i++)
	{
		if (extents[i].start != extents[i - 1].start + extents[i - 1].len)
			dy_corrupt_item("A container is not filled exactly.");
	}
}

static int
compare_extents(const void *x, const void *y)
{
	const uint8 *xstart = ((const Extent *) x)->start;
	const uint8 *ystart = ((const Extent *) y)->start;

	return (xstart > ystart) - (xstart < ystart);
}

/*
 * Check one entry and all in it; returns where it lies.  *key is what its
 * container is ordered by; for a list, the end of the entry.
 */
static Extent
check_entry(DyContainer *c, uint32 i, DyBytes *key, int level, bool portable)
{
	Extent		extent;
	const uint8 *start;
	const uint8 *p;
	DyValue		value;

	if (!dy_read_entry(c, i, &start))
		dy_corrupt_item("A directory points outside of its container.");
	p = start;
	if (c->type == DY_TYPE_M)
	{
		if ((portable && p < c->directory && *p == DY_NUMBER_FOLLOWS) ||
			!dy_read_name(&p, c->directory, key) ||
			!dy_scan_utf8(key->data, key->len))
			dy_corrupt_item("A name is empty, too long or not UTF-8.");
	}
	if (!dy_read_value(p, c->directory, &value))
		dy_corrupt_item("A value is too long or has an unknown type.");
	if (dy_is_set(c->type))
	{
		if (DY_TAG_TYPE(*p) != dy_element_type(c->type) ||
			!dy_read_payload(p, c->directory, key))
			dy_corrupt_item("An element does not fit its set.");
	}
	else if (c->type == DY_TYPE_L)
	{
		key->data = (const char *) value.data + value.len;
		key->len = 0;
	}
	check_value(value, level + 1, portable);
	dy_entry_ends(c, value.data + value.len);
	extent.start = start;
	extent.len = value.data + value.len - start;
	return extent;
}
