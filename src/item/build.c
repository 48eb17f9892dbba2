/*-------------------------------------------------------------------------
 *
 * build.c
 *	  Writing encoded values.
 *
 * A value is written front to back into one buffer.  When a container is
 * opened, room for a narrow header is left; when it is closed, its entries
 * are sorted (lists apart), and either put into that order, or the directory
 * is written behind them, and the header is filled in.  Where that is longer
 * or shorter than a narrow one, the entries are moved; nothing inside a value
 * says where it is, so nothing in them changes.
 *
 * Often the attributes of a map come in the order of their names: an update
 * copies them from a map that has them so.  As long as they do, nobody needs
 * to know where each of them is.  With the first that does not, and for a
 * directory, they are noted after all: on one stack with those of all open
 * containers.  Each entry carries the first bytes of its name as an integer,
 * so that sorting rarely touches the names themselves.
 *
 * In front of the first value there is room for what an item has before its
 * map.
 *
 * Misuse (a value without a name inside a map, a close too many) is a bug of
 * the caller and raises an internal error.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "item/build_private.h"
#include "item/scan.h"

#define FIRST_VALUE			(VARHDRSZ + DY_ITEM_HEADER_BYTES)
#define NARROW_HEADER		3
#define WIDE_HEADER			5
#define INITIAL_BYTES		1024
#define INITIAL_ENTRIES		32
#define INSERTION_SORT_MAX	16

static void enlarge(DyBuilder *b, uint32 needed);
static void begin_value(DyBuilder *b);
static DyBuildFrame *named_frame(DyBuilder *b);
static void push_entry(DyBuilder *b, uint32 pos, uint64 prefix);
static void enlarge_entries(DyBuilder *b);
static void note_entries(DyBuilder *b, DyBuildFrame *frame);
static bool is_behind(const DyBuilder *b, const DyBuildFrame *frame, uint64 prefix, DyBytes name);
static bool copy_run(DyBuilder *b, DyBuildFrame *frame, DyIterator *from, const DyBytes *limit);
static void spell_out(DyBuilder *b, DyValue value);
static uint8 *append_payload(DyBuilder *b, DyType type, uint32 len);
static bool close_container(DyBuilder *b);
static void measure_entries(DyBuilder *b, DyBuildEntry *entries, uint32 n);
static void finish_flat(DyBuilder *b, const DyBuildFrame *frame, const DyBuildEntry *entries, uint32 n);
static bool fits_flat(const DyBuilder *b, const DyBuildFrame *frame, uint32 n);
static void sort_entries(DyBuilder *b, DyBuildEntry *entries, uint32 n);
static uint32 drop_duplicates(DyBuilder *b, DyBuildEntry *entries, uint32 n);
static DyBytes entry_key(const DyBuilder *b, const DyBuildEntry *entry);
static DyBytes written_name(const uint8 **p, const uint8 *end);

/*
 * A new, empty builder in CurrentMemoryContext.  Its buffer grows there,
 * too; it is freed with the context.
 */
DyBuilder *
dy_build_create(void)
{
	DyBuilder  *b = palloc(sizeof(DyBuilder));

	b->capacity = INITIAL_BYTES;
	b->data = palloc(b->capacity);
	b->max_entries = 0;
	b->entries = NULL;
	b->context = CurrentMemoryContext;
	b->spell_out = false;
	dy_build_reset(b);
	return b;
}

/* Forget everything written, keep the memory. */
void
dy_build_reset(DyBuilder *b)
{
	b->len = FIRST_VALUE;
	b->nentries = 0;
	b->depth = 0;
	b->named = false;
	b->value_start = 0;
}

/*
 * Begin a container; what is written until its close is in it.
 */
void
dy_build_open(DyBuilder *b, DyType container)
{
	DyBuildFrame *frame;

	Assert(dy_is_container(container));
	if (b->depth >= DY_FORMAT_MAX_LEVELS)
		elog(ERROR, "values nest too deep");
	begin_value(b);
	frame = &b->frames[b->depth++];
	frame->type = container;
	frame->in_order = !dy_is_set(container);
	frame->start = b->len;
	frame->first_entry = b->nentries;
	frame->count = 0;
	enlarge(b, NARROW_HEADER);
	b->len += NARROW_HEADER;
}

/*
 * End the container opened last.  Of equal names in a map the last stays,
 * of equal elements in a set one.
 */
void
dy_build_close(DyBuilder *b)
{
	(void) close_container(b);
}

/*
 * End the set opened last.  Returns false if it had equal elements; one of
 * them stays.
 */
bool
dy_build_close_set(DyBuilder *b)
{
	Assert(b->depth > 0 && dy_is_set(b->frames[b->depth - 1].type));
	return close_container(b);
}

/* The name of the next value, inside a map. */
void
dy_build_name(DyBuilder *b, const char *name, uint32 len)
{
	DyBuildFrame *frame = named_frame(b);
	uint64		prefix = dy_prefix(name, len);
	uint32		number;

	if (len > DY_MAX_LENGTH)
		elog(ERROR, "attribute name is too long");
	if (frame->in_order && !is_behind(b, frame, prefix, dy_bytes(name, len)))
		note_entries(b, frame);
	if (frame->in_order)
	{
		frame->count++;
		frame->last = b->len;
		frame->last_prefix = prefix;
	}
	else
		push_entry(b, b->len, prefix);

	enlarge(b, 1 + DY_MAX_LENGTH_BYTES + len);
	number = b->spell_out ? DY_NO_NUMBER : dy_number_of_name(prefix, name, len);
	if (number != DY_NO_NUMBER)
	{
		b->data[b->len++] = DY_NUMBER_FOLLOWS;
		b->len += dy_write_length(b->data + b->len, number);
	}
	else
	{
		b->len += dy_write_length(b->data + b->len, len);
		dy_copy(b->data + b->len, name, len);
		b->len += len;
	}
	b->named = true;
}

/* data is UTF-8; the caller has checked it. */
void
dy_build_string(DyBuilder *b, const char *data, uint32 len)
{
	dy_copy(append_payload(b, DY_TYPE_S, len), data, len);
}

void
dy_build_binary(DyBuilder *b, const char *data, uint32 len)
{
	memcpy(append_payload(b, DY_TYPE_B, len), data, len);
}

/*
 * A binary whose bytes the caller writes to the place returned, at once:
 * the next call may move it.
 */
uint8 *
dy_build_binary_room(DyBuilder *b, uint32 len)
{
	return append_payload(b, DY_TYPE_B, len);
}

void
dy_build_number(DyBuilder *b, const DyNumber *number)
{
	uint8		bytes[DY_NUMBER_MAX_BYTES];
	uint32		len = dy_number_encode(number, bytes);

	dy_copy(append_payload(b, DY_TYPE_N, len), bytes, len);
}

void
dy_build_bool(DyBuilder *b, bool value)
{
	begin_value(b);
	enlarge(b, 1);
	b->data[b->len++] = DY_TAG(DY_TYPE_BOOL, value ? 1 : 0);
}

void
dy_build_null(DyBuilder *b)
{
	begin_value(b);
	enlarge(b, 1);
	b->data[b->len++] = DY_TAG(DY_TYPE_NULL, 0);
}

/* A value that is encoded already, with all that is in it. */
void
dy_build_copy(DyBuilder *b, DyValue value)
{
	Assert(dy_value_present(value));
	begin_value(b);
	enlarge(b, value.len);
	memcpy(b->data + b->len, value.data, value.len);
	b->len += value.len;
}

/*
 * Copy neighbouring attributes of another map; see build.h.
 */
void
dy_build_copy_below(DyBuilder *b, DyIterator *from, const DyBytes *limit)
{
	DyIterator	ahead = *from;
	DyBytes		name;
	DyValue		value;

	if (from->width == 0 && copy_run(b, named_frame(b), from, limit))
		return;

	while (dy_map_next(&ahead, &name, &value) &&
		   (limit == NULL ||
			dy_compare_bytes(name.data, name.len, limit->data, limit->len) < 0))
	{
		dy_build_name(b, name.data, name.len);
		dy_build_copy(b, value);
		*from = ahead;
	}
}

/*
 * The value finished last outside of any container.  It lies in the
 * builder's buffer: the next thing written may move it, a reset ends it.
 */
DyValue
dy_build_value(DyBuilder *b)
{
	DyValue		value;

	if (b->depth != 0 || b->value_start == 0)
		elog(ERROR, "no value is finished");
	value.data = b->data + b->value_start;
	value.len = b->len - b->value_start;
	return value;
}

/*
 * The finished map as an item, in the builder's memory context.  There is
 * room for what comes in front of the map, so it need not be copied; but the
 * builder has no buffer then, and is of no use any more.
 */
DyItem *
dy_build_item(DyBuilder *b)
{
	DyValue		map = dy_build_value(b);
	DyItem	   *item = (DyItem *) b->data;

	if (dy_value_type(map) != DY_TYPE_M || b->value_start != FIRST_VALUE)
		elog(ERROR, "only a map can be made an item");
	SET_VARSIZE(item, b->len);
	dy_write_item_header(item);
	b->data = NULL;
	b->capacity = 0;
	return item;
}

/*
 * An item as another database may have it: names spelled out.
 */
DyItem *
dy_item_portable(DyItem *item)
{
	DyBuilder  *b;
	DyItem	   *portable;

	if (*VARDATA_ANY(item) <= DY_ITEM_PORTABLE_VERSION)
		return item;
	b = dy_build_create();
	b->spell_out = true;
	spell_out(b, dy_item_value(item));
	portable = dy_build_item(b);
	*VARDATA(portable) = DY_ITEM_PORTABLE_VERSION;
	return portable;
}

/*
 * Remember where the builder stands, before a value is written.
 */
DyBuildMark
dy_build_mark(const DyBuilder *b)
{
	DyBuildMark mark = {
		.len = b->len,
		.nentries = b->nentries,
		.count = b->depth > 0 ? b->frames[b->depth - 1].count : 0,
		.depth = b->depth,
		.named = b->named
	};

	return mark;
}

/*
 * Take back what was written since the mark, open containers included, but
 * not the name that stood before it.
 */
void
dy_build_rollback(DyBuilder *b, const DyBuildMark *mark)
{
	Assert(mark->depth <= b->depth);
	b->len = mark->len;
	b->nentries = mark->nentries;
	b->depth = mark->depth;
	if (b->depth > 0)
		b->frames[b->depth - 1].count = mark->count;
	b->named = mark->named;
}

/* Make room for so many more bytes. */
static inline void
enlarge(DyBuilder *b, uint32 needed)
{
	Size		wanted = (Size) b->len + needed;

	if (likely(wanted <= b->capacity))
		return;
	if (wanted > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("item is too large")));
	wanted = Max(wanted, Min(2 * (Size) b->capacity, MaxAllocSize));
	b->data = repalloc(b->data, wanted);
	b->capacity = wanted;
}

/* A value begins here: note it with the container it is in. */
static inline void
begin_value(DyBuilder *b)
{
	if (b->depth == 0)
		b->value_start = b->len;
	else
	{
		DyBuildFrame *frame = &b->frames[b->depth - 1];

		if (frame->type == DY_TYPE_M)
		{
			if (!b->named)
				elog(ERROR, "a value in a map has no name");
		}
		else if (frame->in_order)
			frame->count++;
		else
			push_entry(b, b->len, 0);
	}
	b->named = false;
}

/* The innermost container, which must be a map that waits for a name. */
static inline DyBuildFrame *
named_frame(DyBuilder *b)
{
	if (b->depth == 0 || b->frames[b->depth - 1].type != DY_TYPE_M || b->named)
		elog(ERROR, "a name does not belong here");
	return &b->frames[b->depth - 1];
}

static inline void
push_entry(DyBuilder *b, uint32 pos, uint64 prefix)
{
	DyBuildEntry *entry;

	if (unlikely(b->nentries == b->max_entries))
		enlarge_entries(b);
	entry = &b->entries[b->nentries++];
	entry->prefix = prefix;
	entry->pos = pos;
}

static void
enlarge_entries(DyBuilder *b)
{
	if (b->entries == NULL)
	{
		b->max_entries = INITIAL_ENTRIES;
		b->entries = MemoryContextAlloc(b->context, b->max_entries * sizeof(DyBuildEntry));
		return;
	}
	b->max_entries *= 2;
	b->entries = repalloc_huge(b->entries,
							   (Size) b->max_entries * sizeof(DyBuildEntry));
}

/*
 * Note the entries of the innermost container, of which there is none on the
 * stack yet.
 */
static void
note_entries(DyBuilder *b, DyBuildFrame *frame)
{
	const uint8 *p = b->data + frame->start + NARROW_HEADER;
	const uint8 *end = b->data + b->len;

	Assert(frame->in_order && b->nentries == frame->first_entry);
	for (uint32 i = 0; i < frame->count; i++)
	{
		uint32		pos = p - b->data;
		uint64		prefix = 0;

		if (frame->type == DY_TYPE_M)
		{
			DyBytes		name = written_name(&p, end);

			prefix = dy_prefix(name.data, name.len);
		}
		if (p >= end || !dy_skip_value(&p, end))
			elog(ERROR, "builder is corrupt");
		push_entry(b, pos, prefix);
	}
	frame->in_order = false;
}

/* Is a name behind the last one of a map in order? */
static inline bool
is_behind(const DyBuilder *b, const DyBuildFrame *frame, uint64 prefix, DyBytes name)
{
	const uint8 *p = b->data + frame->last;
	DyBytes		last;

	if (frame->count == 0)
		return true;
	if (likely(prefix != frame->last_prefix))
		return prefix > frame->last_prefix;
	last = written_name(&p, b->data + b->len);
	return dy_compare_bytes(name.data, name.len, last.data, last.len) > 0;
}

/*
 * What lies in order in a flat map is copied in one piece.  False, and
 * nothing is done, if it would not be in order here.
 */
static bool
copy_run(DyBuilder *b, DyBuildFrame *frame, DyIterator *from, const DyBytes *limit)
{
	uint64		limit_prefix = limit != NULL ? dy_prefix(limit->data, limit->len) : 0;
	const uint8 *start = from->end;
	const uint8 *end = start;
	uint32		n = 0;
	uint32		last = 0;
	uint64		last_prefix = 0;

	while (n < from->count - from->next)
	{
		const uint8 *p = end;
		DyBytes		name;
		uint64		prefix;

		if (!dy_read_name(&p, from->directory, &name))
			dy_corrupt_item("A map's entries are wrong.");
		prefix = dy_prefix(name.data, name.len);
		if (limit != NULL &&
			(prefix != limit_prefix ? prefix > limit_prefix :
			 dy_compare_bytes(name.data, name.len, limit->data, limit->len) >= 0))
			break;
		if (n == 0 && (!frame->in_order || !is_behind(b, frame, prefix, name)))
			return false;
		if (p >= from->directory || !dy_skip_value(&p, from->directory))
			dy_corrupt_item("A value is too long.");
		last = end - start;
		last_prefix = prefix;
		end = p;
		n++;
	}
	if (n == 0)
		return true;

	enlarge(b, end - start);
	memcpy(b->data + b->len, start, end - start);
	frame->count += n;
	frame->last = b->len + last;
	frame->last_prefix = last_prefix;
	b->len += end - start;
	from->next += n;
	from->end = end;
	return true;
}

/* Copy a value name by name. */
static void
spell_out(DyBuilder *b, DyValue value)
{
	DyType		type = dy_value_type(value);
	DyIterator	iter;
	DyBytes		name;
	DyValue		child;

	if (type != DY_TYPE_L && type != DY_TYPE_M)
	{
		dy_build_copy(b, value);
		return;
	}
	check_stack_depth();
	dy_build_open(b, type);
	iter = dy_iterate(value);
	while (type == DY_TYPE_M ? dy_map_next(&iter, &name, &child) : dy_list_next(&iter, &child))
	{
		if (type == DY_TYPE_M)
			dy_build_name(b, name.data, name.len);
		spell_out(b, child);
	}
	dy_build_close(b);
}

/* Write the head of an S, N or B; returns where its bytes belong. */
static inline uint8 *
append_payload(DyBuilder *b, DyType type, uint32 len)
{
	uint8	   *payload;

	begin_value(b);
	if (len > DY_MAX_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("attribute value is too large")));
	enlarge(b, 1 + DY_MAX_LENGTH_BYTES + len);
	if (len < DY_LONG_LENGTH)
		b->data[b->len++] = DY_TAG(type, len);
	else
	{
		b->data[b->len++] = DY_TAG(type, DY_LONG_LENGTH);
		b->len += dy_write_length(b->data + b->len, len);
	}
	payload = b->data + b->len;
	b->len += len;
	return payload;
}

/* Sort, choose the form, fill in the header. */
static bool
close_container(DyBuilder *b)
{
	DyBuildFrame *frame;
	DyBuildEntry *entries;
	uint32		n;
	bool		distinct = true;
	Size		length;
	uint8	   *p;

	if (b->depth == 0 || b->named)
		elog(ERROR, "no container can be closed here");
	frame = &b->frames[--b->depth];
	if (frame->in_order)
	{
		if (fits_flat(b, frame, frame->count))
		{
			finish_flat(b, frame, NULL, frame->count);
			return true;
		}
		note_entries(b, frame);
	}
	entries = b->entries + frame->first_entry;
	n = b->nentries - frame->first_entry;
	b->nentries = frame->first_entry;
	measure_entries(b, entries, n);

	if (frame->type != DY_TYPE_L && n > 1)
	{
		uint32		left;

		if (frame->type != DY_TYPE_M)
		{
			for (uint32 i = 0; i < n; i++)
			{
				DyBytes		key = entry_key(b, &entries[i]);

				entries[i].prefix = dy_prefix(key.data, key.len);
			}
		}
		sort_entries(b, entries, n);
		left = drop_duplicates(b, entries, n);
		distinct = (left == n);
		n = left;
	}

	if (fits_flat(b, frame, n))
	{
		finish_flat(b, frame, entries, n);
		return distinct;
	}

	length = (Size) (b->len - frame->start - NARROW_HEADER) + 2 * ((Size) n + 1);
	if (length <= PG_UINT16_MAX)
	{
		uint32		directory = b->len;

		enlarge(b, 2 * (n + 1));
		p = b->data + directory;
		for (uint32 i = 0; i < n; i++, p += 2)
			dy_write16(p, directory - entries[i].pos);
		dy_write16(p, n);
		b->len += 2 * (n + 1);
		p = b->data + frame->start;
		p[0] = DY_TAG(frame->type, DY_NARROW);
		dy_write16(p + 1, length);
	}
	else
	{
		uint32		directory = b->len;
		Size		grow = (Size) (WIDE_HEADER - NARROW_HEADER) + 4 * ((Size) n + 1);

		if (grow > MaxAllocSize)
			grow = MaxAllocSize;
		enlarge(b, grow);
		p = b->data + frame->start;
		memmove(p + WIDE_HEADER, p + NARROW_HEADER,
				directory - frame->start - NARROW_HEADER);
		p[0] = DY_TAG(frame->type, DY_WIDE);
		dy_write32(p + 1, directory - frame->start - NARROW_HEADER + 4 * (n + 1));
		p = b->data + directory + (WIDE_HEADER - NARROW_HEADER);
		for (uint32 i = 0; i < n; i++, p += 4)
			dy_write32(p, directory - entries[i].pos);
		dy_write32(p, n);
		b->len += grow;
	}
	return distinct;
}

/*
 * The lengths of the entries of a container, which are still in the order
 * in which they lie.
 */
static inline void
measure_entries(DyBuilder *b, DyBuildEntry *entries, uint32 n)
{
	uint32		end = b->len;

	for (uint32 i = n; i-- > 0;)
	{
		entries[i].len = end - entries[i].pos;
		end = entries[i].pos;
	}
}

static inline bool
fits_flat(const DyBuilder *b, const DyBuildFrame *frame, uint32 n)
{
	return n <= DY_FLAT_MAX_ENTRIES && b->len - frame->start - NARROW_HEADER <= DY_FLAT_MAX_BYTES;
}

/*
 * Put the entries into their order, which they are in if entries is NULL, and
 * write the header of a flat container in front of them.
 */
static void
finish_flat(DyBuilder *b, const DyBuildFrame *frame, const DyBuildEntry *entries, uint32 n)
{
	uint32		body = frame->start + NARROW_HEADER;
	uint32		size = b->len - body;
	bool		counted = n > DY_FLAT_MAX_IN_TAG;
	uint8		header[2 + DY_MAX_LENGTH_BYTES];
	uint32		header_len;
	uint32		to;
	uint32		i;

	header[0] = DY_TAG(frame->type, counted ? DY_FLAT_COUNTED : DY_FLAT + n);
	header_len = 1 + dy_write_length(header + 1, size + (counted ? 1 : 0));
	if (counted)
		header[header_len++] = n;
	to = frame->start + header_len;

	/* for the longer header, and for a copy of the entries behind it */
	enlarge(b, header_len + size);

	for (i = 1; entries != NULL && i < n; i++)
	{
		if (entries[i].pos < entries[i - 1].pos)
			break;
	}
	if (entries == NULL || i >= n)
		memmove(b->data + to, b->data + body, size);
	else
	{
		const uint8 *copy = b->data + b->len + header_len - body;

		memcpy(b->data + b->len + header_len, b->data + body, size);
		for (i = 0; i < n; i++)
		{
			dy_copy(b->data + to, copy + entries[i].pos, entries[i].len);
			to += entries[i].len;
		}
	}
	memcpy(b->data + frame->start, header, header_len);
	b->len = frame->start + header_len + size;
}

/* What an entry is sorted by: its name in a map, its payload in a set. */
static inline DyBytes
entry_key(const DyBuilder *b, const DyBuildEntry *entry)
{
	const uint8 *p = b->data + entry->pos;
	const uint8 *end = b->data + b->len;
	DyBytes		key = {NULL, 0};

	if (b->frames[b->depth].type == DY_TYPE_M)
		return written_name(&p, end);
	(void) dy_read_payload(p, end, &key);
	return key;
}

/* A name that was written here; *p steps over it. */
static inline DyBytes
written_name(const uint8 **p, const uint8 *end)
{
	DyBytes		name;

	if (!dy_read_name(p, end, &name))
		elog(ERROR, "builder is corrupt");
	return name;
}

static int
compare_entries(const DyBuilder *b, const DyBuildEntry *x, const DyBuildEntry *y)
{
	DyBytes		xkey;
	DyBytes		ykey;
	int			order;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	xkey = entry_key(b, x);
	ykey = entry_key(b, y);
	order = dy_compare_bytes(xkey.data, xkey.len, ykey.data, ykey.len);
	if (order != 0)
		return order;
	/* equal ones stay in the order they came */
	return (x->pos > y->pos) - (x->pos < y->pos);
}

static int
compare_entries_arg(const void *x, const void *y, void *builder)
{
	return compare_entries(builder, x, y);
}

/* Sort by key; mostly there are few, and often they are sorted already. */
static void
sort_entries(DyBuilder *b, DyBuildEntry *entries, uint32 n)
{
	if (n > INSERTION_SORT_MAX)
	{
		/* qsort looks itself whether all is sorted already */
		qsort_arg(entries, n, sizeof(DyBuildEntry), compare_entries_arg, b);
		return;
	}
	for (uint32 i = 1; i < n; i++)
	{
		DyBuildEntry entry = entries[i];
		uint32		j = i;

		while (j > 0 && compare_entries(b, &entry, &entries[j - 1]) < 0)
		{
			entries[j] = entries[j - 1];
			j--;
		}
		entries[j] = entry;
	}
}

static int
compare_positions(const void *x, const void *y)
{
	uint32		xpos = ((const DyBuildEntry *) x)->pos;
	uint32		ypos = ((const DyBuildEntry *) y)->pos;

	return (xpos > ypos) - (xpos < ypos);
}

/*
 * Of sorted entries with equal keys keep the last, and close the gaps that
 * the others leave in the buffer.  Returns how many are left.
 */
static uint32
drop_duplicates(DyBuilder *b, DyBuildEntry *entries, uint32 n)
{
	uint32		left = 0;
	uint32		to;

	for (uint32 i = 0; i < n; i++)
	{
		if (i + 1 < n && entries[i].prefix == entries[i + 1].prefix)
		{
			DyBytes		key = entry_key(b, &entries[i]);
			DyBytes		next = entry_key(b, &entries[i + 1]);

			if (key.len == next.len && memcmp(key.data, next.data, key.len) == 0)
				continue;
		}
		if (left != i)
			entries[left] = entries[i];
		left++;
	}
	if (left == n)
		return n;

	qsort(entries, left, sizeof(DyBuildEntry), compare_positions);
	to = b->frames[b->depth].start + NARROW_HEADER;
	for (uint32 i = 0; i < left; i++)
	{
		const uint8 *start = b->data + entries[i].pos;
		const uint8 *p = start;
		const uint8 *end = b->data + b->len;
		DyValue		value;
		uint32		size;

		if (b->frames[b->depth].type == DY_TYPE_M)
			(void) written_name(&p, end);
		if (!dy_read_value(p, end, &value))
			elog(ERROR, "builder is corrupt");
		size = value.data + value.len - start;
		memmove(b->data + to, start, size);
		entries[i].pos = to;
		to += size;
	}
	b->len = to;
	sort_entries(b, entries, left);
	return left;
}
