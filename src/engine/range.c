/*-------------------------------------------------------------------------
 *
 * range.c
 *	  Items in index order: what Query and Scan read.
 *
 * Three kinds of btree, all on columns of type bytea:
 *
 *	  primary	(hk, sk)
 *	  GSI		(x, hk, sk)		x = digest of the partition key, then the sort
 *								key; a partition is the range of x that starts
 *								with its digest
 *	  LSI		(hk, x, sk)		x = sort key of the index
 *
 * A range has two ends.  The end where it begins is either a bound or the
 * position after which to go on, which is a row comparison over all columns
 * that may differ within the range ((x, hk, sk) > (a, b, c)); the btree
 * starts at exactly that place, whether or not the row is still there.  So a
 * page of a Query costs the same wherever it starts.  Never both: btree would
 * start at the looser of the two and filter.
 *
 * A Scan is split into segments by the leading digest, a number that is
 * evenly spread: segment i of n covers [i/n, (i+1)/n) of its range.  All
 * segments together read the index once.
 *
 * One snapshot for the whole range, one row at a time; memory does not grow.
 * Rows are read in place: an item view points into the page that the slot
 * has pinned, or into memory that the next call resets.
 *
 * A GSI's or LSI's x is null for items that are not in the index, and these
 * are not in the btree.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relscan.h"
#include "access/stratnum.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "engine/storage.h"
#include "item/key.h"
#include "tableam/tableam.h"

/* Columns by position in the index. */
typedef enum RangeLayout
{
	LAYOUT_PRIMARY,				/* hk, sk */
	LAYOUT_GLOBAL,				/* x, hk, sk */
	LAYOUT_LOCAL				/* hk, x, sk */
} RangeLayout;

#define MAX_RANGE_KEYS		4	/* partition, two bounds, and one to spare */
#define MAX_ROW_COLUMNS		3

struct DyRange
{
	const DyTable *table;
	const DyIndex *index;
	MemoryContext context;		/* everything that lives as long as the range */
	MemoryContext row_context;	/* reset with every row */
	Relation	rel;
	Relation	index_rel;
	Snapshot	snapshot;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	ScanDirection direction;
	DyReadAhead ahead;
	int64		wanted;			/* so many rows more, at most */

	/* the partition whose rows are wanted; 0 values: any */
	int			npartition;
	DyValue		partition_values[DY_MAX_INDEX_KEYS];
	uint32		partition_places[DY_MAX_INDEX_KEYS];	/* in the last item */

	/* keys of the scan; row comparisons have their members apart */
	int			nkeys;
	ScanKeyData keys[MAX_RANGE_KEYS];
	ScanKeyData row_members[MAX_ROW_COLUMNS];
};

static RangeLayout layout_of(const DyIndex *index);
static void make_keys(DyRange *range, const DyRangeRequest *request);
static void make_partition_key(DyRange *range, const DyRangeRequest *request, RangeLayout layout);
static void make_end(DyRange *range, const DyRangeRequest *request, RangeLayout layout, bool upper);
static bytea *end_value(const DyRangeRequest *request, RangeLayout layout, bool upper, bool *inclusive);
static bytea *bound_value(const DyRangeRequest *request, const DyBound *bound, bool upper, bool *inclusive);
static bytea *segment_value(const DyRangeRequest *request, bool upper);
static bool segment_boundary(uint64 number, uint64 total, uint64 *boundary);
static bool is_start(const DyRangeRequest *request, bool upper);
static bool position_is_inside(const DyRangeRequest *request, RangeLayout layout,
							   const bytea *end, bool inclusive, bool upper);
static void add_position(DyRange *range, const DyRangeRequest *request, RangeLayout layout);
static void add_key(DyRange *range, AttrNumber attnum, StrategyNumber strategy, bytea *value);
static bool next_row(DyRange *range);
static bool partition_matches(DyRange *range, DyValue item);
static bytea *make_bytea(const char *first, uint32 first_len, const char *second, uint32 second_len);
static int	compare_bytea(const bytea *a, const bytea *b);

/*
 * Start to read a range.  The request may be freed after the call; values
 * of the partition key and the table's description must stay.
 */
DyRange *
dy_range_open(const DyRangeRequest *request)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynamo range",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old_context = MemoryContextSwitchTo(context);
	DyRange    *range = palloc0(sizeof(DyRange));
	const DyIndex *index = request->index;

	range->table = request->table;
	range->index = index;
	range->context = context;
	range->row_context = AllocSetContextCreate(context, "dynamo row", ALLOCSET_DEFAULT_SIZES);
	range->direction = request->backward ? BackwardScanDirection : ForwardScanDirection;
	range->npartition = request->has_partition ? request->npartition : 0;
	memcpy(range->partition_values, request->partition_values, sizeof(range->partition_values));
	range->wanted = request->limit > 0 ? request->limit : PG_INT64_MAX;

	range->snapshot = dy_storage_read_snapshot();
	range->rel = dy_storage_open(request->table);
	range->index_rel = dy_storage_open_index(index ? index->indexoid :
											 request->table->primary_indexoid,
											 AccessShareLock);
	range->slot = table_slot_create(range->rel, NULL);

	make_keys(range, request);
	dy_tableam_read_ahead_init(&range->ahead);
	range->scan = index_beginscan(range->rel, range->index_rel, range->snapshot,
								  range->nkeys, 0);
	index_rescan(range->scan, range->keys, range->nkeys, NULL, 0);

	MemoryContextSwitchTo(old_context);
	return range;
}

/*
 * The next item; false at the end of the range.  The item is valid until the
 * next call.
 */
bool
dy_range_next(DyRange *range, DyValue *item)
{
	MemoryContext old_context = MemoryContextSwitchTo(range->context);
	bool		found = false;

	/* the scan keeps what it allocates, the item is gone with the next row */
	while (!found && next_row(range))
	{
		CHECK_FOR_INTERRUPTS();

		range->wanted--;
		MemoryContextReset(range->row_context);
		MemoryContextSwitchTo(range->row_context);
		*item = dy_storage_item_view(range->slot);
		found = partition_matches(range, *item);
		MemoryContextSwitchTo(range->context);
	}

	MemoryContextSwitchTo(old_context);
	return found;
}

void
dy_range_close(DyRange *range)
{
	index_endscan(range->scan);
	ExecDropSingleTupleTableSlot(range->slot);
	dy_storage_close(range->index_rel);
	dy_storage_close(range->rel);
	UnregisterSnapshot(range->snapshot);
	MemoryContextDelete(range->context);
}

/*
 * Does a row belong to a segment of a Scan?  leading: the first bytes of its
 * entry in the index that is scanned, at least eight.
 */
bool
dy_segment_contains(uint32 segment, uint32 total_segments, const uint8 *leading)
{
	uint64		number = 0;
	uint64		boundary;

	for (int i = 0; i < 8; i++)
		number = number << 8 | leading[i];

	if (segment_boundary(segment, total_segments, &boundary) && number < boundary)
		return false;
	if (segment_boundary((uint64) segment + 1, total_segments, &boundary) && number >= boundary)
		return false;
	return true;
}

static RangeLayout
layout_of(const DyIndex *index)
{
	if (index == NULL)
		return LAYOUT_PRIMARY;
	return index->kind == DY_INDEX_GLOBAL ? LAYOUT_GLOBAL : LAYOUT_LOCAL;
}

static void
make_keys(DyRange *range, const DyRangeRequest *request)
{
	RangeLayout layout = layout_of(request->index);

	make_partition_key(range, request, layout);
	make_end(range, request, layout, false);
	make_end(range, request, layout, true);
}

/*
 * hk = digest, where hk leads.  In a GSI the digest is part of x, and the
 * ends of the range take care of it.
 */
static void
make_partition_key(DyRange *range, const DyRangeRequest *request, RangeLayout layout)
{
	if (request->has_partition && layout != LAYOUT_GLOBAL)
		add_key(range, 1, BTEqualStrategyNumber,
				make_bytea((const char *) request->partition, DY_DIGEST_BYTES, NULL, 0));
}

/*
 * One end of the range, as a comparison of the column that the range is
 * over, or of the whole position where the range goes on.
 */
static void
make_end(DyRange *range, const DyRangeRequest *request, RangeLayout layout, bool upper)
{
	bool		inclusive = true;
	bytea	   *end = end_value(request, layout, upper, &inclusive);
	StrategyNumber strategy;

	if (request->after != NULL && is_start(request, upper) &&
		position_is_inside(request, layout, end, inclusive, upper))
	{
		add_position(range, request, layout);
		return;
	}
	if (end == NULL)
		return;

	if (upper)
		strategy = inclusive ? BTLessEqualStrategyNumber : BTLessStrategyNumber;
	else
		strategy = inclusive ? BTGreaterEqualStrategyNumber : BTGreaterStrategyNumber;
	add_key(range, request->has_partition && layout != LAYOUT_GLOBAL ? 2 : 1, strategy, end);
}

/*
 * The value at one end, NULL if it is open: of the sort key column for a
 * Query, of the leading column for a Scan.
 */
static bytea *
end_value(const DyRangeRequest *request, RangeLayout layout, bool upper, bool *inclusive)
{
	const DyBound *bound = upper ? &request->upper : &request->lower;

	if (!request->has_partition)
	{
		*inclusive = !upper;
		return segment_value(request, upper);
	}

	if (layout == LAYOUT_GLOBAL)
		return bound_value(request, bound, upper, inclusive);

	if (!bound->present)
		return NULL;
	*inclusive = bound->inclusive;
	return make_bytea(bound->data, bound->len, NULL, 0);
}

/*
 * An end of a partition of a GSI: digest, then bound.  Without a bound the
 * partition's own end: its digest, or what follows all strings that start with
 * it (nothing does if the digest is all ones).
 */
static bytea *
bound_value(const DyRangeRequest *request, const DyBound *bound, bool upper, bool *inclusive)
{
	const char *digest = (const char *) request->partition;
	StringInfoData buffer;

	if (bound->present)
	{
		*inclusive = bound->inclusive;
		return make_bytea(digest, DY_DIGEST_BYTES, bound->data, bound->len);
	}
	if (!upper)
	{
		*inclusive = true;
		return make_bytea(digest, DY_DIGEST_BYTES, NULL, 0);
	}

	initStringInfo(&buffer);
	appendBinaryStringInfo(&buffer, digest, DY_DIGEST_BYTES);
	if (!dy_key_prefix_end(&buffer))
		return NULL;
	*inclusive = false;
	return make_bytea(buffer.data, buffer.len, NULL, 0);
}

/*
 * Where a segment begins (inclusive) or ends (exclusive), NULL at the two ends
 * of the whole.
 */
static bytea *
segment_value(const DyRangeRequest *request, bool upper)
{
	uint64		boundary;
	char		bytes[8];

	if (!segment_boundary((uint64) request->segment + (upper ? 1 : 0), request->total_segments,
						  &boundary))
		return NULL;

	for (int i = 0; i < 8; i++)
		bytes[i] = (char) (boundary >> (56 - 8 * i));
	return make_bytea(bytes, sizeof(bytes), NULL, 0);
}

/*
 * Segments divide the leading 64 bits of the digest evenly: segment i has
 * [boundary(i), boundary(i + 1)).  False at the two ends of the whole.
 */
static bool
segment_boundary(uint64 number, uint64 total, uint64 *boundary)
{
	if (number == 0 || number >= total)
		return false;

	/* floor(number * 2^64 / total) */
	*boundary = (uint64) (((unsigned __int128) number << 64) / total);
	return true;
}

/* Is this end of the range the one where reading starts? */
static bool
is_start(const DyRangeRequest *request, bool upper)
{
	return upper == request->backward;
}

/*
 * Does the position lie beyond the end at which reading starts?  Then it is
 * the start.  (A position outside of the range, which only a client with
 * ideas of its own sends, must not widen the range.)
 */
static bool
position_is_inside(const DyRangeRequest *request, RangeLayout layout,
				   const bytea *end, bool inclusive, bool upper)
{
	const DyRangePosition *after = request->after;
	const bytea *column;
	int			order;

	if (end == NULL)
		return true;

	if (layout == LAYOUT_GLOBAL)
		column = after->x;
	else if (!request->has_partition)
		column = after->hk;
	else
		column = layout == LAYOUT_LOCAL ? after->x : after->sk;

	order = compare_bytea(column, end);
	if (upper)
		order = -order;
	return order > 0 || (order == 0 && inclusive);
}

/*
 * Everything behind (or, backward, before) the position.  A Query of the
 * table or an LSI has hk fixed already, and compares the rest.
 */
static void
add_position(DyRange *range, const DyRangeRequest *request, RangeLayout layout)
{
	const DyRangePosition *after = request->after;
	StrategyNumber strategy = request->backward ? BTLessStrategyNumber : BTGreaterStrategyNumber;
	bytea	   *columns[MAX_ROW_COLUMNS];
	int			ncolumns = 0;
	AttrNumber	first = 1;
	ScanKey		header;

	if (layout == LAYOUT_GLOBAL)
		columns[ncolumns++] = after->x;
	if (layout == LAYOUT_GLOBAL || !request->has_partition)
		columns[ncolumns++] = after->hk;
	else
		first = 2;
	if (layout == LAYOUT_LOCAL)
		columns[ncolumns++] = after->x;
	columns[ncolumns++] = after->sk;

	/* copies: the request may not live as long as the range */
	for (int i = 0; i < ncolumns; i++)
		columns[i] = make_bytea(VARDATA_ANY(columns[i]), VARSIZE_ANY_EXHDR(columns[i]), NULL, 0);

	if (ncolumns == 1)
	{
		add_key(range, first, strategy, columns[0]);
		return;
	}

	for (int i = 0; i < ncolumns; i++)
	{
		ScanKey		member = &range->row_members[i];

		ScanKeyEntryInitialize(member,
							   SK_ROW_MEMBER | (i == ncolumns - 1 ? SK_ROW_END : 0),
							   first + i, strategy, InvalidOid, InvalidOid,
							   F_BYTEACMP, PointerGetDatum(columns[i]));
	}

	header = &range->keys[range->nkeys++];
	MemSet(header, 0, sizeof(ScanKeyData));
	header->sk_flags = SK_ROW_HEADER;
	header->sk_attno = first;
	header->sk_strategy = strategy;
	header->sk_argument = PointerGetDatum(range->row_members);
}

static void
add_key(DyRange *range, AttrNumber attnum, StrategyNumber strategy, bytea *value)
{
	static const RegProcedure procedures[] = {
		[BTLessStrategyNumber] = F_BYTEALT,
		[BTLessEqualStrategyNumber] = F_BYTEALE,
		[BTEqualStrategyNumber] = F_BYTEAEQ,
		[BTGreaterEqualStrategyNumber] = F_BYTEAGE,
		[BTGreaterStrategyNumber] = F_BYTEAGT
	};

	Assert(range->nkeys < MAX_RANGE_KEYS);
	ScanKeyInit(&range->keys[range->nkeys++], attnum, strategy, procedures[strategy],
				PointerGetDatum(value));
}

/*
 * index_getnext_slot(), with a look at what comes next before each row is
 * fetched.
 */
static bool
next_row(DyRange *range)
{
	IndexScanDesc scan = range->scan;

	for (;;)
	{
		if (!scan->xs_heap_continue)
		{
			if (index_getnext_tid(scan, range->direction) == NULL)
				return false;
			dy_tableam_read_ahead(scan, range->direction, range->wanted, &range->ahead);
		}
		if (index_fetch_heap(scan, range->slot))
			return true;
	}
}

/*
 * Rows are found by digest; compare the partition key itself.
 */
static bool
partition_matches(DyRange *range, DyValue item)
{
	const DyKeyAttribute *keys = &range->table->hash;

	if (range->index != NULL)
		keys = range->index->hash;

	for (int i = 0; i < range->npartition; i++)
	{
		DyValue		value = dy_map_get_near(item, keys[i].name.data, keys[i].name.len,
											&range->partition_places[i]);

		if (!dy_value_present(value) || !dy_value_equal(value, range->partition_values[i]))
			return false;
	}
	return true;
}

static bytea *
make_bytea(const char *first, uint32 first_len, const char *second, uint32 second_len)
{
	bytea	   *result = palloc(VARHDRSZ + first_len + second_len);

	SET_VARSIZE(result, VARHDRSZ + first_len + second_len);
	if (first_len > 0)
		memcpy(VARDATA(result), first, first_len);
	if (second_len > 0)
		memcpy(VARDATA(result) + first_len, second, second_len);
	return result;
}

static int
compare_bytea(const bytea *a, const bytea *b)
{
	uint32		a_len = VARSIZE_ANY_EXHDR(a);
	uint32		b_len = VARSIZE_ANY_EXHDR(b);
	int			order = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_len, b_len));

	if (order != 0)
		return order;
	return a_len < b_len ? -1 : a_len > b_len;
}
