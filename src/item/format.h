/*-------------------------------------------------------------------------
 *
 * format.h
 *	  The bytes of encoded values; private to this folder.
 *
 * README.md draws the format.  The functions here are the only ones that
 * take it apart: each looks at no byte it has not checked to be there, and
 * says false where the bytes are wrong.  Callers then raise.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_FORMAT_H
#define DY_ITEM_FORMAT_H

#include "item/names.h"
#include "item/value.h"

/* The first byte of a value: type below, what the type makes of it above. */
#define DY_TAG_TYPE(tag)		((tag) & 0x0F)
#define DY_TAG_HIGH(tag)		((tag) >> 4)
#define DY_TAG(type, high)		((uint8) ((type) | ((high) << 4)))

/* S, B, N: the high half is the length, or this if a length follows. */
#define DY_LONG_LENGTH			15

/*
 * Containers: the high half is the form.  Narrow and wide ones have a
 * directory, whose offsets, like length and count, take so many bytes.  Flat
 * ones have none; the high half is the count, on top of DY_FLAT, or says
 * that the count follows the length.
 */
#define DY_NARROW				0	/* 2 bytes */
#define DY_WIDE					1	/* 4 bytes */
#define DY_FLAT					2
#define DY_FLAT_COUNTED			15
#define DY_FLAT_MAX_IN_TAG		(DY_FLAT_COUNTED - DY_FLAT - 1)

/* What is flat: few entries, because they are searched one after the other,
 * and not too long, because the builder moves them into their order. */
#define DY_FLAT_MAX_ENTRIES		32
#define DY_FLAT_MAX_BYTES		16000

/* Lengths are 7 bits a byte, low ones first, at most four bytes. */
#define DY_MAX_LENGTH			((1U << 28) - 1)
#define DY_MAX_LENGTH_BYTES		4

/* In place of the length of a name, which is never empty. */
#define DY_NUMBER_FOLLOWS		0

/* What precedes the map of an item: version and flags. */
#define DY_ITEM_HEADER_BYTES	2
#define DY_ITEM_FLAGS_KNOWN		0x00

/*
 * An item counts for so many times the bytes of its encoding, at most: if all
 * there is to it are BOOLs with long names that are not spelled out.
 */
#define DY_MOST_PER_BYTE \
	((DY_MAX_NUMBERED_NAME_BYTES + 1 + DY_NESTED_ELEMENT_BYTES) / 3)

/* How many containers a builder can have open: some more than are valid. */
#define DY_FORMAT_MAX_LEVELS	(DY_MAX_NESTING_LEVELS + 8)

/*
 * A container taken apart.  The entries fill the bytes from body to
 * directory; a flat one has nothing there, its directory is its end.
 */
typedef struct DyContainer
{
	DyType		type;
	uint8		width;			/* of an offset; 0: flat */
	uint32		count;
	const uint8 *body;
	const uint8 *directory;
	const uint8 *next;			/* flat: the entry that dy_read_entry reads */
} DyContainer;

static inline uint32
dy_read16(const uint8 *p)
{
	uint16		x;

	memcpy(&x, p, 2);
#ifdef WORDS_BIGENDIAN
	x = pg_bswap16(x);
#endif
	return x;
}

static inline uint32
dy_read32(const uint8 *p)
{
	uint32		x;

	memcpy(&x, p, 4);
#ifdef WORDS_BIGENDIAN
	x = pg_bswap32(x);
#endif
	return x;
}

static inline void
dy_write16(uint8 *p, uint32 value)
{
	p[0] = value & 0xFF;
	p[1] = value >> 8;
}

static inline void
dy_write32(uint8 *p, uint32 value)
{
	dy_write16(p, value & 0xFFFF);
	dy_write16(p + 2, value >> 16);
}

/*
 * Read a length at *p and step over it.  Only the shortest form is right.
 */
static inline bool
dy_read_length(const uint8 **p, const uint8 *end, uint32 *length)
{
	const uint8 *q = *p;
	uint32		value;

	if (likely(q < end && q[0] < 0x80))
	{
		*length = q[0];
		*p = q + 1;
		return true;
	}
	value = 0;
	for (int shift = 0; shift < 7 * DY_MAX_LENGTH_BYTES; shift += 7)
	{
		if (q >= end)
			return false;
		value |= (uint32) (*q & 0x7F) << shift;
		if (*q++ < 0x80)
		{
			if (q[-1] == 0)
				return false;
			*length = value;
			*p = q;
			return true;
		}
	}
	return false;
}

/* Write a length of at most DY_MAX_LENGTH; returns the bytes used. */
static inline uint32
dy_write_length(uint8 *p, uint32 length)
{
	uint32		n = 0;

	while (length >= 0x80)
	{
		p[n++] = length | 0x80;
		length >>= 7;
	}
	p[n++] = length;
	return n;
}

/* Write what precedes the map of an item; returns where that belongs. */
static inline uint8 *
dy_write_item_header(DyItem *item)
{
	uint8	   *data = (uint8 *) VARDATA(item);

	data[0] = DY_ITEM_VERSION;
	data[1] = 0;
	return data + DY_ITEM_HEADER_BYTES;
}

/*
 * The payload of the S, B or N that starts at p and lies before end.
 */
static inline bool
dy_read_payload(const uint8 *p, const uint8 *end, DyBytes *payload)
{
	uint32		length = DY_TAG_HIGH(*p);

	p++;
	if (length == DY_LONG_LENGTH)
	{
		if (!dy_read_length(&p, end, &length) || length < DY_LONG_LENGTH)
			return false;
	}
	if (length > end - p)
		return false;
	payload->data = (const char *) p;
	payload->len = length;
	return true;
}

/*
 * Find where the value at p ends, which must be before end.  Only its own
 * header is looked at, not what a container contains.
 */
static inline bool
dy_read_value(const uint8 *p, const uint8 *end, DyValue *value)
{
	DyBytes		payload;
	uint32		length;

	if (p >= end)
		return false;
	value->data = p;
	switch (DY_TAG_TYPE(*p))
	{
		case DY_TYPE_S:
		case DY_TYPE_N:
		case DY_TYPE_B:
			if (!dy_read_payload(p, end, &payload))
				return false;
			value->len = (const uint8 *) payload.data + payload.len - p;
			return true;
		case DY_TYPE_BOOL:
		case DY_TYPE_NULL:
			value->len = 1;
			return true;
		case DY_TYPE_L:
		case DY_TYPE_M:
		case DY_TYPE_SS:
		case DY_TYPE_NS:
		case DY_TYPE_BS:
			if (likely(DY_TAG_HIGH(*p) >= DY_FLAT))
			{
				p++;
				if (!dy_read_length(&p, end, &length))
					return false;
			}
			else if (DY_TAG_HIGH(*p) == DY_NARROW)
			{
				if (end - p < 3)
					return false;
				length = dy_read16(p + 1);
				p += 3;
			}
			else
			{
				if (end - p < 5)
					return false;
				length = dy_read32(p + 1);
				p += 5;
			}
			if (length > end - p)
				return false;
			value->len = p + length - value->data;
			return true;
		default:
			return false;
	}
}

/* Step over the value at *p, as dy_read_value() does; short scalars quickly. */
static inline bool
dy_skip_value(const uint8 **p, const uint8 *end)
{
	DyType		type = DY_TAG_TYPE(**p);
	uint32		high = DY_TAG_HIGH(**p);
	DyValue		value;

	if (type >= DY_TYPE_S && type <= DY_TYPE_B && high != DY_LONG_LENGTH)
	{
		if (high >= end - *p)
			return false;
		*p += 1 + high;
		return true;
	}
	if (!dy_read_value(*p, end, &value))
		return false;
	*p = value.data + value.len;
	return true;
}

/* Take a container apart.  value is one, and its length is right. */
static inline bool
dy_read_container(DyValue value, DyContainer *c)
{
	const uint8 *end = value.data + value.len;
	uint32		high = DY_TAG_HIGH(*value.data);
	uint32		width;

	c->type = DY_TAG_TYPE(*value.data);
	if (likely(high >= DY_FLAT))
	{
		const uint8 *p = value.data + 1;
		uint32		length;

		if (!dy_read_length(&p, end, &length))
			return false;
		c->count = high - DY_FLAT;
		if (high == DY_FLAT_COUNTED)
		{
			if (p >= end)
				return false;
			c->count = *p++;
		}
		c->width = 0;
		c->body = p;
		c->next = p;
		c->directory = end;
		return true;
	}
	width = high == DY_WIDE ? 4 : 2;
	c->width = width;
	c->body = value.data + 1 + width;
	c->next = NULL;
	if (value.len < 1 + 2 * width)
		return false;
	c->count = width == 4 ? dy_read32(end - 4) : dy_read16(end - 2);
	end -= width;
	if (c->count > (end - c->body) / width)
		return false;
	c->directory = end - (Size) c->count * width;
	return true;
}

/*
 * Where entry i starts; i < count.  Entries are asked for one after the
 * other, from the first on, and dy_entry_ends() is told of each; for another
 * order there is dy_seek_entry().
 */
static inline bool
dy_read_entry(const DyContainer *c, uint32 i, const uint8 **start)
{
	uint32		offset;

	if (likely(c->width == 0))
	{
		*start = c->next;
		return c->next < c->directory;
	}
	offset = c->width == 4 ? dy_read32(c->directory + 4 * (Size) i) :
		dy_read16(c->directory + 2 * (Size) i);
	if (offset == 0 || offset > c->directory - c->body)
		return false;
	*start = c->directory - offset;
	return true;
}

/* The entry read last ends here. */
static inline void
dy_entry_ends(DyContainer *c, const uint8 *end)
{
	c->next = end;
}

/*
 * The name of a map's entry, which ends before end; *p steps over it to the
 * value.  A name that is not spelled out lies elsewhere.
 */
static inline bool
dy_read_name(const uint8 **p, const uint8 *end, DyBytes *name)
{
	uint32		length;

	if (!dy_read_length(p, end, &length) || length > end - *p)
		return false;
	if (length == DY_NUMBER_FOLLOWS)
	{
		if (!dy_read_length(p, end, &length))
			return false;
		*name = dy_numbered_name(length);
		return true;
	}
	name->data = (const char *) *p;
	name->len = length;
	*p += length;
	return true;
}

/*
 * The same as dy_read_entry() in any order; i < count.
 */
static inline bool
dy_seek_entry(const DyContainer *c, uint32 i, const uint8 **start)
{
	const uint8 *p = c->body;

	if (c->width != 0)
		return dy_read_entry(c, i, start);
	for (; i > 0; i--)
	{
		DyBytes		name;

		if ((c->type == DY_TYPE_M && !dy_read_name(&p, c->directory, &name)) ||
			p >= c->directory || !dy_skip_value(&p, c->directory))
			return false;
	}
	*start = p;
	return p < c->directory;
}

static inline bool
dy_is_container(DyType type)
{
	return type >= DY_TYPE_L && type <= DY_TYPE_BS;
}

static inline bool
dy_is_set(DyType type)
{
	return type >= DY_TYPE_SS && type <= DY_TYPE_BS;
}

/* What the elements of a set are. */
static inline DyType
dy_element_type(DyType set)
{
	return set - DY_TYPE_SS + DY_TYPE_S;
}

/*
 * What size.c counts for a number that has been measured.  Pairs of digits
 * are aligned at the decimal point: with an even exponent the first digit is
 * alone in its pair.
 */
static inline uint32
dy_number_size(const DyNumber *number)
{
	bool		first_alone = (number->exponent % 2) == 0;

	if (number->ndigits == 0)
		return 1;
	return 1 + (number->ndigits + (first_alone ? 1 : 0) + 1) / 2 + (number->negative ? 1 : 0);
}

static inline int
dy_compare_bytes(const void *a, uint32 alen, const void *b, uint32 blen)
{
	int			result = memcmp(a, b, Min(alen, blen));

	if (result != 0)
		return result;
	return (alen > blen) - (alen < blen);
}

extern void dy_corrupt_item(const char *what) pg_attribute_noreturn();
extern void dy_unsupported_version(int version) pg_attribute_noreturn();

#endif							/* DY_ITEM_FORMAT_H */
