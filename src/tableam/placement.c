/*-------------------------------------------------------------------------
 *
 * placement.c
 *	  Clustered placement: rows of one item collection on common pages.
 *
 * Vocabulary.  A *neighbour* of a row is a row of the same collection, that
 * is with the same hk; rows of other collections are *strangers*.
 *
 * All that happens here is a choice: a page is picked and made the target
 * block which heap tries first.  Heap locks that page, looks for itself
 * whether the row fits, and takes another if it does not.  So whatever is
 * wrong here (a page that filled up meanwhile, a hash collision, an estimate)
 * costs clustering, never a row; and WAL, recovery and replication see
 * nothing but heap's ordinary inserts.
 *
 * The choice:
 *
 *	  1. The page where this backend last put a row of the collection, else a
 *		 page of the neighbours next to the row in the primary index: if it
 *		 has room.  Neighbours may fill a page up to its fillfactor.
 *	  2. Otherwise a page that is shared by collections of about the same
 *		 number of rows.  Each collection that enters is promised room for
 *		 half as many rows again as it has, so one of twenty rows shares a
 *		 page with one other, a larger one with nobody, and those with less
 *		 than MIN_ROWS_TO_GROW rows with anybody.  Whoever enters leaves
 *		 STRANGER_RESERVE_PERCENT beside what the fillfactor keeps free, so
 *		 that there is room for the neighbours to come.
 *	  3. If the shared page has no room left to promise, the free space map
 *		 is asked for another, before the table is extended.
 *
 * Room that was promised and not used is given away when VACUUM has entered
 * it in the free space map.
 *
 * Locking: nothing is held while heap works.  Pages, of the table or the
 * index, are looked at one at a time under a share lock.  A table cannot shrink while
 * we look: truncation needs a lock that conflicts with every writer's.
 *
 * What is remembered is local to the backend and only ever a hint: blocks
 * are compared with the length of the table before they are read.
 *
 * Not here: rows without a sort key (a collection of one), tables without
 * reserve (fillfactor over MAX_FILLFACTOR), rewrites and COPY FREEZE.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/nbtree.h"
#include "catalog/pg_am.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "storage/bufmgr.h"
#include "storage/freespace.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"

#include "base/guc.h"
#include "tableam/placement.h"
#include "tableam/tableam.h"

/* Columns hk and sk of an item table. */
#define ATT_HK				1
#define ATT_SK				2

/* Above it a page has no room to keep for anybody; heap's default is 100. */
#define MAX_FILLFACTOR		95

/* What strangers leave free on a page beside what the fillfactor says. */
#define STRANGER_RESERVE_PERCENT	10

/*
 * A collection of at least MIN_ROWS_TO_GROW rows that needs a page is expected
 * to grow by GROWTH_PERCENT, and gets that much of a page promised; but not more
 * than MAX_SHARE_PERCENT of one, from where on it shares it with nobody.
 */
#define MIN_ROWS_TO_GROW	4
#define GROWTH_PERCENT		50
#define MAX_SHARE_PERCENT	60

/* Collections of 1, 2-3, 4-7, ... rows share pages with their like. */
#define SIZE_CLASSES		6

/*
 * Rows of a collection that are counted, at most.  Enough that one of them is
 * on the page that another session is filling, wherever its sort key is: with
 * 32, eight sessions that load in random order make a table 13 % larger.
 */
#define MAX_ROWS_SEEN		128

/* A page with this much room counts as empty, as for heap (hio.c). */
#define EMPTY_PAGE_BYTES \
	(MaxHeapTupleSize - MaxHeapTuplesPerPage / 8 * sizeof(ItemIdData))

/*
 * Pages of neighbours that are looked at for one row.  Those of a small
 * collection are full as a rule, and it has to look for each row; a large one
 * does so once a page, and must find its holes.
 */
#define MIN_NEIGHBOUR_PAGES	2
#define MAX_NEIGHBOUR_PAGES	8
#define ROWS_PER_NEIGHBOUR_PAGE	4

/* Answers of the free space map that may turn out wrong, for one row. */
#define MAX_MAP_ANSWERS		16

/* Entries of the memory of last pages: 256 kB, taken when first needed. */
#define MEMORY_SIZE			16384

/* Tables whose shared pages are remembered. */
#define SHARED_PAGES		64

/* Where a collection's last row went. */
typedef struct Remembered
{
	uint64		tag;			/* collection_tag, 0 is a free entry */
	BlockNumber block;
	uint32		rows;			/* of the collection, as far as known */
} Remembered;

/* What the primary index says about the surroundings of a key. */
typedef struct Neighbours
{
	int			rows;			/* index entries seen, MAX_ROWS_SEEN at most */
	int			nblocks;
	BlockNumber blocks[MAX_NEIGHBOUR_PAGES];	/* the newest, then the
												 * nearest other */
} Neighbours;

/* A row that needs a page. */
typedef struct Row
{
	TupleTableSlot *slot;
	struct varlena *hk;
	struct varlena *sk;
	uint64		tag;
	Size		length;			/* on the page, line pointer included */
} Row;

/* Rows of a batch that were promised to a page, but not put there yet. */
typedef struct Promise
{
	BlockNumber block;
	Size		bytes;
} Promise;

/* A page that collections of a size class share. */
typedef struct SharedPage
{
	BlockNumber block;
	Size		left;			/* bytes not promised to anybody */
} SharedPage;

static Remembered *memory = NULL;

/* The shared pages of each table, by a hash of its file. */
static struct
{
	uint64		table;
	SharedPage	pages[SIZE_CLASSES];
}			shared_pages[SHARED_PAGES];

static void direct_heap(DyPlacement *placement, Relation rel, const Row *row);
static bool is_clustered(Relation rel, int options);
static bool describe_row(Relation rel, TupleTableSlot *slot, Row *row);
static Size row_length(Relation rel, TupleTableSlot *slot);
static uint64 table_tag(Relation rel);
static uint64 collection_tag(Relation rel, const struct varlena *hk);
static Remembered *recall(uint64 tag);
static void remember(uint64 tag, BlockNumber block, uint32 rows);
static BlockNumber choose_page(Relation rel, const Row *row, const Promise *promise);
static void look_around(Relation rel, const Row *row, Neighbours *found);
static void look_at_leaf(Relation index, BTScanInsert key, Page page, const Row *row,
						 Neighbours *found);
static bool note_neighbour(Relation index, Page page, OffsetNumber offset, const Row *row,
						   Neighbours *found);
static BlockNumber find_shared_page(Relation rel, const Row *row, int rows, BlockNumber nblocks,
									const Promise *promise);
static BlockNumber find_in_map(Relation rel, Size needed, BlockNumber nblocks);
static BlockNumber extend(Relation rel);
static Size room_needed(Relation rel, const Row *row, int percent_more);
static Size free_space(Relation rel, BlockNumber block, BlockNumber nblocks);
static Size glance_at_room(Relation rel, BlockNumber block, Buffer pinned);
static bool has_room(Relation rel, BlockNumber block, Size needed, BlockNumber nblocks,
					 const Promise *promise);
static int	compare_rows(const void *a, const void *b);
static int	compare_bytes(const struct varlena *a, const struct varlena *b);

void
dy_placement_begin(DyPlacement *placement, Relation rel, TupleTableSlot *slot, int options)
{
	Row			row;

	placement->active = false;
	if (!is_clustered(rel, options) || !describe_row(rel, slot, &row))
		return;

	direct_heap(placement, rel, &row);
}

/*
 * Heap keeps the next version on the page of the old one if there is room to
 * the last byte.  That is the best place, so it is left alone.  This is on the
 * way of every update, so it only takes a glance.
 */
void
dy_placement_begin_update(DyPlacement *placement, Relation rel, ItemPointer otid,
						  Buffer page, TupleTableSlot *slot)
{
	Row			row;

	placement->active = false;
	if (!is_clustered(rel, 0) ||
		glance_at_room(rel, ItemPointerGetBlockNumber(otid), page) >= row_length(rel, slot) ||
		!describe_row(rel, slot, &row))
		return;

	direct_heap(placement, rel, &row);
}

void
dy_placement_end(DyPlacement *placement, Relation rel, ItemPointer tid)
{
	Remembered *entry;

	if (!placement->active)
		return;
	RelationSetTargetBlock(rel, placement->heap_target);
	entry = recall(placement->collection);
	if (entry != NULL)
		entry->block = ItemPointerGetBlockNumber(tid);
}

/*
 * A batch of rows.  Neighbouring rows that go to one page are given to heap
 * together; they make one WAL record.
 */
bool
dy_placement_multi_insert(const TableAmRoutine *heap, Relation rel, TupleTableSlot **slots,
						  int nslots, CommandId cid, int options)
{
	BlockNumber heap_target;
	TupleTableSlot **sorted;
	Row		   *rows;
	Promise		promise = {.block = InvalidBlockNumber};
	int			begin = 0;

	if (nslots == 0 || !is_clustered(rel, options))
		return false;

	rows = palloc(nslots * sizeof(Row));
	for (int i = 0; i < nslots; i++)
	{
		if (!describe_row(rel, slots[i], &rows[i]))
		{
			pfree(rows);
			return false;
		}
	}
	qsort(rows, nslots, sizeof(Row), compare_rows);
	sorted = palloc(nslots * sizeof(TupleTableSlot *));
	for (int i = 0; i < nslots; i++)
		sorted[i] = rows[i].slot;

	heap_target = RelationGetTargetBlock(rel);
	for (int i = 0; i <= nslots; i++)
	{
		BlockNumber block = InvalidBlockNumber;

		if (i < nslots)
			block = choose_page(rel, &rows[i], &promise);

		if (i > begin && block != promise.block)
		{
			RelationSetTargetBlock(rel, promise.block);
			heap->multi_insert(rel, sorted + begin, i - begin, cid, options, NULL);
			for (int done = begin; done < i; done++)
			{
				Remembered *entry = recall(rows[done].tag);

				/* the row to come may have gone on to another page already */
				if (entry != NULL && (i == nslots || entry->tag != rows[i].tag))
					entry->block = ItemPointerGetBlockNumber(&sorted[done]->tts_tid);
			}
			begin = i;
		}
		if (i == begin)
		{
			promise.block = block;
			promise.bytes = 0;
		}
		if (i < nslots)
			promise.bytes += rows[i].length;
	}
	RelationSetTargetBlock(rel, heap_target);

	pfree(sorted);
	pfree(rows);
	return true;
}

/*
 * Have heap put the next row where this one belongs.
 *
 * The page is chosen first, in a statement of its own: choosing it takes
 * locks, which may have the relation's SMgrRelation closed and its memory
 * given to another relation.  RelationSetTargetBlock() is a macro that may
 * look the place to write to up before it evaluates its argument, and then
 * the index would be told a block of the table.
 */
static void
direct_heap(DyPlacement *placement, Relation rel, const Row *row)
{
	BlockNumber block = choose_page(rel, row, NULL);

	placement->collection = row->tag;
	placement->heap_target = RelationGetTargetBlock(rel);
	RelationSetTargetBlock(rel, block);
	placement->active = true;
}

/*
 * Placement needs room that is kept for neighbours, so the table's own
 * fillfactor is its switch.  Whoever skips the free space map or freezes
 * rows rewrites the table and brings the rows in an order of his own.
 */
static bool
is_clustered(Relation rel, int options)
{
	return dy_clustered_placement &&
		(options & (TABLE_INSERT_SKIP_FSM | TABLE_INSERT_FROZEN)) == 0 &&
		RelationGetFillFactor(rel, HEAP_DEFAULT_FILLFACTOR) <= MAX_FILLFACTOR &&
		dy_tableam_has_key(rel);
}

/* False if the row has no sort key. */
static bool
describe_row(Relation rel, TupleTableSlot *slot, Row *row)
{
	/* may move the columns, so it comes first */
	row->length = row_length(rel, slot);

	slot_getsomeattrs(slot, ATT_SK);
	if (slot->tts_isnull[ATT_HK - 1] || slot->tts_isnull[ATT_SK - 1])
		return false;

	row->slot = slot;
	row->hk = PG_DETOAST_DATUM_PACKED(slot->tts_values[ATT_HK - 1]);
	row->sk = PG_DETOAST_DATUM_PACKED(slot->tts_values[ATT_SK - 1]);
	row->tag = collection_tag(rel, row->hk);
	return VARSIZE_ANY_EXHDR(row->sk) > 0;
}

/*
 * The room a row will take.  A row that is too long for a page in any case
 * is made shorter by heap, to about the threshold.
 */
static Size
row_length(Relation rel, TupleTableSlot *slot)
{
	Size		length;

	if (slot->tts_ops->get_heap_tuple != NULL)
		length = slot->tts_ops->get_heap_tuple(slot)->t_len;
	else
	{
		slot_getallattrs(slot);
		length = MAXALIGN(SizeofHeapTupleHeader + BITMAPLEN(slot->tts_tupleDescriptor->natts)) +
			heap_compute_data_size(slot->tts_tupleDescriptor, slot->tts_values,
								   slot->tts_isnull);
	}
	return Min(MAXALIGN(length), MAXALIGN(TOAST_TUPLE_THRESHOLD)) + sizeof(ItemIdData);
}

/* A rewritten or truncated table has a new file and begins anew. */
static uint64
table_tag(Relation rel)
{
	uint64		file = dy_relation_file(rel);

	return hash_bytes_extended((const unsigned char *) &file, sizeof(file), MyDatabaseId);
}

static uint64
collection_tag(Relation rel, const struct varlena *hk)
{
	uint64		tag = hash_bytes_extended((const unsigned char *) VARDATA_ANY(hk),
										  VARSIZE_ANY_EXHDR(hk), table_tag(rel));

	return tag != 0 ? tag : 1;
}

/* NULL if nothing is known of the collection. */
static Remembered *
recall(uint64 tag)
{
	Remembered *entry;

	if (memory == NULL)
		return NULL;
	entry = &memory[tag % MEMORY_SIZE];
	return entry->tag == tag ? entry : NULL;
}

/* Drives out another collection, if need be. */
static void
remember(uint64 tag, BlockNumber block, uint32 rows)
{
	Remembered *entry;

	if (memory == NULL)
		memory = MemoryContextAllocZero(TopMemoryContext, MEMORY_SIZE * sizeof(Remembered));
	entry = &memory[tag % MEMORY_SIZE];
	entry->tag = tag;
	entry->block = block;
	entry->rows = rows;
}

/*
 * The page for a row; never an invalid one.  promise is what a batch has in
 * store for a page, or NULL.
 */
static BlockNumber
choose_page(Relation rel, const Row *row, const Promise *promise)
{
	BlockNumber nblocks = RelationGetNumberOfBlocks(rel);
	Size		needed = room_needed(rel, row, 0);
	Remembered *entry = recall(row->tag);
	BlockNumber last = InvalidBlockNumber;
	Neighbours	found;
	BlockNumber block;
	int			looks;
	int			rows;

	if (entry != NULL)
	{
		last = entry->block;
		if (has_room(rel, last, needed, nblocks, promise))
		{
			entry->rows++;
			return last;
		}
	}

	look_around(rel, row, &found);
	looks = Max(MIN_NEIGHBOUR_PAGES, found.rows / ROWS_PER_NEIGHBOUR_PAGE);
	for (int i = 0; i < Min(found.nblocks, looks); i++)
	{
		block = found.blocks[i];
		if (block != last && has_room(rel, block, needed, nblocks, promise))
		{
			remember(row->tag, block, found.rows + 1);
			return block;
		}
	}

	/* rows of a batch that are not in the index yet are in our memory */
	rows = found.rows;
	if (promise != NULL && entry != NULL)
		rows = Max(rows, (int) entry->rows);

	block = find_shared_page(rel, row, rows, nblocks, promise);
	remember(row->tag, block, rows + 1);
	return block;
}

/*
 * Ask the primary index which pages the neighbours are on: first those
 * before the row, because sort keys tend to grow, then those behind it.
 *
 * One descent to one leaf page, as an insert would make it; an index scan
 * costs four times as much.  Only places are wanted, whoever may see the
 * rows, and neighbours on other leaf pages do not matter.
 */
static void
look_around(Relation rel, const Row *row, Neighbours *found)
{
	Oid			indexoid = RelationGetPrimaryKeyIndex(rel);
	Relation	index;

	found->rows = 0;
	found->nblocks = 0;
	if (!OidIsValid(indexoid))
		return;

	index = index_open(indexoid, AccessShareLock);
	if (index->rd_rel->relam == BTREE_AM_OID &&
		index->rd_index->indisvalid &&
		index->rd_index->indnkeyatts == 2 &&
		index->rd_index->indkey.values[0] == ATT_HK &&
		index->rd_index->indkey.values[1] == ATT_SK)
	{
		BTScanInsert key = _bt_mkscankey(index, NULL);
		Buffer		buffer;

		_bt_metaversion(index, &key->heapkeyspace, &key->allequalimage);
		key->keysz = 2;
		key->anynullkeys = false;
		for (int i = 0; i < 2; i++)
		{
			key->scankeys[i].sk_flags &= ~SK_ISNULL;
			key->scankeys[i].sk_argument = PointerGetDatum(i == 0 ? row->hk : row->sk);
		}

		_bt_freestack(dy_bt_search(index, rel, key, &buffer));
		if (BufferIsValid(buffer))
		{
			look_at_leaf(index, key, BufferGetPage(buffer), row, found);
			_bt_relbuf(index, buffer);
		}
		pfree(key);
	}
	index_close(index, AccessShareLock);
}

/*
 * Note the neighbours on both sides of where the key would stand.
 */
static void
look_at_leaf(Relation index, BTScanInsert key, Page page, const Row *row, Neighbours *found)
{
	OffsetNumber first = P_FIRSTDATAKEY(BTPageGetOpaque(page));
	OffsetNumber last = PageGetMaxOffsetNumber(page);
	OffsetNumber low = first;
	OffsetNumber high = last + 1;

	/* the first entry that is not before the key, as in _bt_binsrch */
	while (low < high)
	{
		OffsetNumber middle = low + (high - low) / 2;

		if (_bt_compare(index, key, page, middle) > 0)
			low = middle + 1;
		else
			high = middle;
	}

	for (OffsetNumber i = low; i > first; i--)
	{
		if (!note_neighbour(index, page, i - 1, row, found))
			break;
	}
	for (OffsetNumber i = low; i <= last; i++)
	{
		if (!note_neighbour(index, page, i, row, found))
			break;
	}
}

/* False if there is no point in going on in this direction. */
static bool
note_neighbour(Relation index, Page page, OffsetNumber offset, const Row *row,
			   Neighbours *found)
{
	ItemId		item = PageGetItemId(page, offset);
	IndexTuple	tuple = (IndexTuple) PageGetItem(page, item);
	BlockNumber block;
	bool		isnull;
	Datum		hk;
	int			i;

	if (found->rows >= MAX_ROWS_SEEN)
		return false;
	if (ItemIdIsDead(item))
		return true;

	hk = index_getattr(tuple, 1, RelationGetDescr(index), &isnull);
	if (isnull || compare_bytes(DatumGetByteaPP(hk), row->hk) != 0)
		return false;

	block = ItemPointerGetBlockNumber(BTreeTupleGetHeapTID(tuple));
	found->rows++;
	for (i = 0; i < found->nblocks; i++)
	{
		if (found->blocks[i] == block)
			return true;
	}

	/* the page with the highest number is likely to be the one being filled */
	if (found->nblocks > 0 && block > found->blocks[0])
	{
		BlockNumber swap = found->blocks[0];

		found->blocks[0] = block;
		block = swap;
	}
	if (found->nblocks < MAX_NEIGHBOUR_PAGES)
		found->blocks[found->nblocks++] = block;
	return true;
}

/*
 * A page for a collection whose pages are full, or that has none.
 */
static BlockNumber
find_shared_page(Relation rel, const Row *row, int rows, BlockNumber nblocks,
				 const Promise *promise)
{
	uint64		table = table_tag(rel);
	int			i = table % SHARED_PAGES;
	int			size_class = 0;
	SharedPage *page;
	Size		reserve = room_needed(rel, row, STRANGER_RESERVE_PERCENT) - row->length;
	Size		share = row->length;
	Size		needed;
	bool		known;
	BlockNumber block;

	if (rows >= MIN_ROWS_TO_GROW)
	{
		size_class = Min(pg_leftmost_one_pos32(rows), SIZE_CLASSES - 1);
		share = Max(share, row->length * rows * GROWTH_PERCENT / 100);
		share = Min(share, BLCKSZ * MAX_SHARE_PERCENT / 100);
	}
	page = &shared_pages[i].pages[size_class];
	needed = Min(share + reserve, EMPTY_PAGE_BYTES);

	if (shared_pages[i].table != table)
	{
		shared_pages[i].table = table;
		for (int j = 0; j < SIZE_CLASSES; j++)
			shared_pages[i].pages[j].block = InvalidBlockNumber;
	}

	known = page->block != InvalidBlockNumber;
	if (known && page->left >= share &&
		has_room(rel, page->block, room_needed(rel, row, STRANGER_RESERVE_PERCENT), nblocks, promise))
	{
		page->left -= share;
		return page->block;
	}

	/*
	 * Where rows come and go, pages that are nearly empty are rare.  Three
	 * quarters of the share will do, or the table would grow beside its
	 * holes.
	 */
	block = find_in_map(rel, Max(needed - share / 4, room_needed(rel, row, 0)), nblocks);

	/*
	 * A backend that has just started knows nothing.  If each took a new page
	 * for its first row, short sessions would leave a page behind each.
	 */
	if (block == InvalidBlockNumber && !known && nblocks > 0 &&
		has_room(rel, nblocks - 1, needed, nblocks, promise))
		block = nblocks - 1;

	if (block == InvalidBlockNumber)
	{
		block = extend(rel);
		nblocks = block + 1;
	}

	page->block = block;
	page->left = free_space(rel, block, nblocks);
	page->left -= Min(page->left, needed);
	return block;
}

/*
 * Ask the free space map for a page with this much room, and tell it the
 * truth about its wrong answers.  InvalidBlockNumber if there is none.
 */
static BlockNumber
find_in_map(Relation rel, Size needed, BlockNumber nblocks)
{
	BlockNumber block = GetPageWithFreeSpace(rel, needed);

	for (int i = 0; i < MAX_MAP_ANSWERS && block != InvalidBlockNumber; i++)
	{
		Size		space;

		/* it may have been added a moment ago */
		if (block >= nblocks)
			nblocks = RelationGetNumberOfBlocks(rel);

		space = free_space(rel, block, nblocks);
		if (space >= needed)
			return block;
		CHECK_FOR_INTERRUPTS();
		block = RecordAndGetPageWithFreeSpace(rel, block, space, needed);
	}
	return InvalidBlockNumber;
}

/*
 * A new page at the end.  It stays all zeroes until heap writes to it, like
 * those that heap itself adds in advance; nobody else looks for it before
 * VACUUM has found it.
 */
static BlockNumber
extend(Relation rel)
{
	Buffer		buffer;
	BlockNumber block;

	LockRelationForExtension(rel, ExclusiveLock);
	buffer = ReadBufferExtended(rel, MAIN_FORKNUM, P_NEW, RBM_ZERO_AND_LOCK, NULL);
	UnlockRelationForExtension(rel, ExclusiveLock);
	block = BufferGetBlockNumber(buffer);
	UnlockReleaseBuffer(buffer);
	return block;
}

/*
 * How much room a page must have for the row to enter: its length, what the
 * fillfactor keeps free, and more.  An empty page has enough in any case.
 */
static Size
room_needed(Relation rel, const Row *row, int percent_more)
{
	Size		needed = RelationGetTargetPageFreeSpace(rel, HEAP_DEFAULT_FILLFACTOR);

	needed += row->length + BLCKSZ * percent_more / 100;
	return Min(needed, Max(row->length, EMPTY_PAGE_BYTES));
}

/*
 * Room on a page, 0 if it does not exist.  Dead versions are cleared away
 * first, as every reader of the page would do.
 */
static Size
free_space(Relation rel, BlockNumber block, BlockNumber nblocks)
{
	Buffer		buffer;
	Page		page;
	Size		space;

	if (block >= nblocks)
		return 0;

	buffer = ReadBuffer(rel, block);
	heap_page_prune_opt(rel, buffer);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	if (PageIsNew(page))
		space = BLCKSZ - SizeOfPageHeaderData;
	else if (PageGetHeapFreeSpace(page) == 0)
		space = 0;
	else
		space = PageGetExactFreeSpace(page);
	UnlockReleaseBuffer(buffer);
	return space;
}

/*
 * Room on a page that exists, as it looks to somebody who neither locks the
 * page nor clears it: whoever fetched the row to be updated has just done
 * that.
 */
static Size
glance_at_room(Relation rel, BlockNumber block, Buffer pinned)
{
	Buffer		buffer = BufferIsValid(pinned) ? pinned : ReadBuffer(rel, block);
	Size		space = PageGetHeapFreeSpace(BufferGetPage(buffer));

	Assert(BufferGetBlockNumber(buffer) == block);
	if (!BufferIsValid(pinned))
		ReleaseBuffer(buffer);
	return space + sizeof(ItemIdData);
}

static bool
has_room(Relation rel, BlockNumber block, Size needed, BlockNumber nblocks,
		 const Promise *promise)
{
	if (promise != NULL && promise->block == block)
		needed += promise->bytes;
	return free_space(rel, block, nblocks) >= needed;
}

static int
compare_rows(const void *a, const void *b)
{
	const Row  *x = a;
	const Row  *y = b;
	int			result = compare_bytes(x->hk, y->hk);

	return result != 0 ? result : compare_bytes(x->sk, y->sk);
}

static int
compare_bytes(const struct varlena *a, const struct varlena *b)
{
	Size		a_length = VARSIZE_ANY_EXHDR(a);
	Size		b_length = VARSIZE_ANY_EXHDR(b);
	int			result = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_length, b_length));

	if (result != 0)
		return result;
	return a_length < b_length ? -1 : a_length > b_length;
}
