/*-------------------------------------------------------------------------
 *
 * text_write.c
 *	  Encoded values to DynamoDB JSON, in one pass.  (The other way:
 *	  text.c.)
 *
 * A page of a Query is a megabyte of this, so it is written with as few
 * steps a byte as can be: values are taken apart where they lie, strings are
 * looked at for characters to escape while they are copied, room is made
 * once a value.
 *
 * On the way an item's size as size.c defines it is added up: its parts are
 * all at hand, and whoever answers with an item has to charge for it.
 *
 * Writing recurses as deep as the value goes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "item/format.h"
#include "item/scan.h"
#include "item/text.h"

/* More than any of the fixed texts around a value. */
#define FRAME_BYTES			32

/* Text being written.  dest does not know of it before finish(). */
typedef struct TextWriter
{
	StringInfo	dest;
	char	   *to;
	uint32		size;			/* of the values written so far */
} TextWriter;

static TextWriter start(StringInfo dest);
static void finish(TextWriter *w);
static void reserve(TextWriter *w, uint32 needed);
static const uint8 *write_value(TextWriter *w, const uint8 *p, const uint8 *end);
static uint32 write_map(TextWriter *w, DyValue map);
static void write_list(TextWriter *w, DyValue list);
static const uint8 *write_payload(TextWriter *w, DyType type, const uint8 *p, const uint8 *end);
static void write_string(TextWriter *w, DyBytes string);
static void write_number(TextWriter *w, DyBytes payload);
static void write_binary(TextWriter *w, DyBytes binary);

/* What opens a value, and how much of it counts. */
static const struct
{
	char		text[8];
	int			len;
}			heads[] = {
	[DY_TYPE_S] = {"{\"S\":", 5},
	[DY_TYPE_N] = {"{\"N\":", 5},
	[DY_TYPE_B] = {"{\"B\":", 5},
	[DY_TYPE_L] = {"{\"L\":", 5},
	[DY_TYPE_M] = {"{\"M\":", 5},
	[DY_TYPE_SS] = {"{\"SS\":", 6},
	[DY_TYPE_NS] = {"{\"NS\":", 6},
	[DY_TYPE_BS] = {"{\"BS\":", 6}
};

/* Append a value as DynamoDB JSON, without white space. */
void
dy_text_write_value(StringInfo dest, DyValue value)
{
	TextWriter	w = start(dest);

	write_value(&w, value.data, value.data + value.len);
	finish(&w);
}

/*
 * Append a map as a JSON object of attribute values, names in byte order.
 * Returns what dy_item_size() would; fuzz_item_bytes.c and
 * sql/ops_capacity.sql compare the two.
 */
uint32
dy_text_write_map(StringInfo dest, DyValue map)
{
	TextWriter	w = start(dest);

	(void) write_map(&w, map);
	finish(&w);
	return w.size;
}

static TextWriter
start(StringInfo dest)
{
	TextWriter	w;

	w.dest = dest;
	w.to = dest->data + dest->len;
	w.size = 0;
	return w;
}

/* Every reserve() has left room for the NUL. */
static void
finish(TextWriter *w)
{
	*w->to = '\0';
	w->dest->len = w->to - w->dest->data;
}

/* Make room for so many more bytes. */
static inline void
reserve(TextWriter *w, uint32 needed)
{
	StringInfo	dest = w->dest;

	if (unlikely(needed >= dest->maxlen - (w->to - dest->data)))
	{
		dest->len = w->to - dest->data;
		enlargeStringInfo(dest, needed);
		w->to = dest->data + dest->len;
	}
}

/* The value that starts at p and must end at or before end; where it ends. */
static const uint8 *
write_value(TextWriter *w, const uint8 *p, const uint8 *end)
{
	DyType		type;
	DyValue		value;

	reserve(w, FRAME_BYTES);
	if (p >= end)
		dy_corrupt_item("A value is empty.");
	type = DY_TAG_TYPE(*p);
	switch (type)
	{
		case DY_TYPE_BOOL:
			if (DY_TAG_HIGH(*p) != 0)
			{
				memcpy(w->to, "{\"BOOL\":true}", 13);
				w->to += 13;
			}
			else
			{
				memcpy(w->to, "{\"BOOL\":false}", 14);
				w->to += 14;
			}
			w->size++;
			return p + 1;
		case DY_TYPE_NULL:
			memcpy(w->to, "{\"NULL\":true}", 13);
			w->to += 13;
			w->size++;
			return p + 1;
		case DY_TYPE_S:
		case DY_TYPE_N:
		case DY_TYPE_B:
		case DY_TYPE_L:
		case DY_TYPE_M:
		case DY_TYPE_SS:
		case DY_TYPE_NS:
		case DY_TYPE_BS:
			break;
		default:
			dy_corrupt_item("A value has an unknown type.");
	}

	memcpy(w->to, heads[type].text, sizeof(heads[type].text));
	w->to += heads[type].len;
	if (dy_is_container(type))
	{
		if (!dy_read_value(p, end, &value))
			dy_corrupt_item("A value is longer than its container.");
		if (type == DY_TYPE_M)
			w->size += DY_NESTED_OVERHEAD_BYTES + DY_NESTED_ELEMENT_BYTES * write_map(w, value);
		else
			write_list(w, value);
		p = value.data + value.len;
	}
	else
		p = write_payload(w, type, p, end);
	*w->to++ = '}';
	return p;
}

/* {"a":{"S":"x"},"b":...}  Returns how many attributes there are. */
static uint32
write_map(TextWriter *w, DyValue map)
{
	DyContainer c;

	check_stack_depth();
	if (dy_value_type(map) != DY_TYPE_M)
		elog(ERROR, "value is no map");
	if (!dy_read_container(map, &c))
		dy_corrupt_item("A directory is longer than its value.");

	reserve(w, FRAME_BYTES);
	*w->to++ = '{';
	for (uint32 i = 0; i < c.count; i++)
	{
		const uint8 *p;
		DyBytes		name;

		if (!dy_read_entry(&c, i, &p) || !dy_read_name(&p, c.directory, &name))
			dy_corrupt_item("A map's directory is wrong.");
		reserve(w, name.len + FRAME_BYTES);
		if (i > 0)
			*w->to++ = ',';
		write_string(w, name);
		*w->to++ = ':';
		w->size += name.len;
		dy_entry_ends(&c, write_value(w, p, c.directory));
	}
	reserve(w, FRAME_BYTES);
	*w->to++ = '}';
	return c.count;
}

/* A list, [{"S":"x"},...], or a set, ["x",...] */
static void
write_list(TextWriter *w, DyValue list)
{
	DyContainer c;

	check_stack_depth();
	if (!dy_read_container(list, &c))
		dy_corrupt_item("A directory is longer than its value.");

	if (c.type == DY_TYPE_L)
		w->size += DY_NESTED_OVERHEAD_BYTES + DY_NESTED_ELEMENT_BYTES * c.count;
	reserve(w, FRAME_BYTES);
	*w->to++ = '[';
	for (uint32 i = 0; i < c.count; i++)
	{
		const uint8 *p;

		if (!dy_read_entry(&c, i, &p))
			dy_corrupt_item("A list's directory is wrong.");
		reserve(w, FRAME_BYTES);
		if (i > 0)
			*w->to++ = ',';
		if (dy_is_set(c.type))
			p = write_payload(w, dy_element_type(c.type), p, c.directory);
		else
			p = write_value(w, p, c.directory);
		dy_entry_ends(&c, p);
	}
	reserve(w, FRAME_BYTES);
	*w->to++ = ']';
}

/*
 * The text of an S, N or B, and room for what closes it.  Where it ends.
 */
static inline const uint8 *
write_payload(TextWriter *w, DyType type, const uint8 *p, const uint8 *end)
{
	DyBytes		payload;

	if (DY_TAG_TYPE(*p) != type || !dy_read_payload(p, end, &payload))
		dy_corrupt_item("A value has the wrong type or is longer than its container.");
	reserve(w, payload.len + FRAME_BYTES);
	switch (type)
	{
		case DY_TYPE_S:
			write_string(w, payload);
			w->size += payload.len;
			break;
		case DY_TYPE_N:
			write_number(w, payload);
			break;
		default:
			write_binary(w, payload);
			w->size += payload.len;
			break;
	}
	return (const uint8 *) payload.data + payload.len;
}

/*
 * A JSON string.  There is room for it, unless something in it must be
 * escaped, and room for a frame is left.
 */
static inline void
write_string(TextWriter *w, DyBytes string)
{
	if (likely(dy_copy_unescaped(w->to + 1, string.data, string.len)))
	{
		*w->to = '"';
		w->to += string.len + 1;
		*w->to++ = '"';
		return;
	}
	finish(w);
	dy_json_write_string(w->dest, string.data, string.len);
	w->to = w->dest->data + w->dest->len;
	reserve(w, FRAME_BYTES);
}

/* DynamoDB's numbers are strings. */
static void
write_number(TextWriter *w, DyBytes payload)
{
	DyNumber	measured;
	uint32		len;

	reserve(w, DY_NUMBER_MAX_TEXT + FRAME_BYTES);
	*w->to++ = '"';
	len = dy_number_write((const uint8 *) payload.data, payload.len, w->to, &measured);
	if (len == 0)
		dy_corrupt_item("A number is malformed.");
	w->to += len;
	*w->to++ = '"';
	w->size += dy_number_size(&measured);
}

static void
write_binary(TextWriter *w, DyBytes binary)
{
	finish(w);
	dy_json_write_base64(w->dest, binary.data, binary.len);
	w->to = w->dest->data + w->dest->len;
	reserve(w, FRAME_BYTES);
}
