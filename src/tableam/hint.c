/*-------------------------------------------------------------------------
 *
 * hint.c
 *	  Where rows, and pages of an index and its table, were found last.
 *
 * A look-up that begins at the root reads three or four pages of the index
 * for the one it is after, and finds each of them through the hash table of
 * the shared buffers.  Keys begin with a digest, so they are spread evenly,
 * and the range of the first 64 bits can be cut into stretches that have about
 * half a leaf page each.  For each stretch is remembered the leftmost leaf
 * page that a search has come to, and in which buffer it was.
 *
 * Hints are never told of changes, and written without a lock, so they may be
 * wrong in every way: old, or half of one and half of another.  What makes
 * them safe:
 *
 *	  * ReadRecentBuffer() looks whether the buffer still holds that block of
 *		that relation, and otherwise gives no page.  No file is touched.
 *	  * A page of a btree covers the keys from the high key of its left sibling
 *		to its own.  So the reader accepts a page that is alive and of the right
 *		level if it has an entry below the key, or nothing left of it, and a high
 *		key above the key, or nothing right of it.  Such a page is the one
 *		that a search from the root would come to.
 *	  * A page whose high key is below the key may be left to the right, as any
 *		search does that meets a split.
 *
 * A page that was recycled for other keys fails the second test; everything
 * that fails is searched from the root.
 *
 * An index with more leaves than there are hints gets them for the pages one
 * level above.
 *
 * Where the pages of tables are is remembered too: to find one in the hash
 * table of the shared buffers means to wait for memory two or three times.
 *
 * Best of all is not to read the index: every page of it that has not been
 * read lately means to wait for memory a dozen times.  So for the hash of a
 * key is remembered in which buffer the page of its row was, and at which
 * line pointer the row's versions begin.  Such a hint, too, may be wrong: the
 * reader has to see that the row there is one of this key, and alive for its
 * snapshot.
 *
 * If the library is preloaded, all backends share what each of them finds, so
 * a new one knows everything at once, and there is room in proportion to the
 * shared buffers: 70 to 140 bytes for each of 8 kB, 256 kB more at most where
 * there are few.  Otherwise each has 1.3 MB of its own, of which only what is
 * used is ever touched.
 *
 * Source: access/nbtree/README (Lehman and Yao), ReadRecentBuffer() and
 * PinBuffer() in storage/buffer/bufmgr.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/nbtree.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "port/pg_bitutils.h"
#include "storage/buf_internals.h"
#include "storage/bufmgr.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "base/compat.h"
#include "tableam/hint.h"

/*
 * How many hints, row pages, and sets of rows, a backend has for itself; powers
 * of two.  With assertions there are few, shared or not, so that tests with
 * small tables meet hints about inner pages and sets that are full.
 */
#define OWN_HINTS		16384
#define OWN_ROW_PAGES	131072
#define OWN_ROW_SETS	8192
#define TEST_HINTS		64
#define TEST_ROW_SETS	64
#define N_INDEXES		64

/* One page in so many of the shared buffers may be one of an index with hints. */
#define BUFFERS_PER_HINT	8

/* An inner page has at least so many pages below it, as a rule. */
#define MIN_FANOUT		64

/* After so many searches from the root, the size of the index is asked again. */
#define SEARCHES_PER_SIZE	1024

/* A hint as it is remembered; see DyHint. */
typedef struct DyHintPlace
{
	pg_atomic_uint32 tag;
	pg_atomic_uint32 block;
	pg_atomic_uint32 buffer;
	pg_atomic_uint32 right;
} DyHintPlace;

/* How the keys of an index are cut into stretches. */
typedef struct Stretches
{
	Oid			file;
	uint32		level;			/* the pages that hints are about */
	int			shift;			/* of a key's head, to make it a stretch */
	int			searches;		/* until the size is asked again */
} Stretches;

/*
 * Where the rows are whose keys fall on one place: a line of the processor's
 * cache.  Each is, from the highest bit, 20 bits of the hash of its key, 14
 * for the line pointer and 30 for the buffer, which are enough for any; 0 is
 * none.
 */
#define ROWS_PER_SET	8

typedef struct RowSet
{
	pg_atomic_uint64 rows[ROWS_PER_SET];
} RowSet;

#define NO_ROW				0
#define ROW_TAG_SHIFT		44
#define ROW_OFFSET_SHIFT	30
#define ROW_OFFSET(row)		((OffsetNumber) ((row) >> ROW_OFFSET_SHIFT & 0x3FFF))
#define ROW_BUFFER(row)		((Buffer) ((row) & 0x3FFFFFFF))

StaticAssertDecl(MaxOffsetNumber <= 0x3FFF, "a line pointer's number must fit into 14 bits");

static DyHintPlace own_hints[OWN_HINTS];
static pg_atomic_uint32 own_row_pages[OWN_ROW_PAGES];
static RowSet own_rows[OWN_ROW_SETS] pg_attribute_aligned(sizeof(RowSet));

static DyHintPlace *hints = own_hints;
static uint32 n_hints = OWN_HINTS;
static pg_atomic_uint32 *row_pages = own_row_pages;
static uint32 n_row_pages = OWN_ROW_PAGES;
static RowSet *rows = own_rows;
static uint32 n_row_sets = OWN_ROW_SETS;
static Stretches stretches[N_INDEXES];

static shmem_request_hook_type next_shmem_request_hook = NULL;
static shmem_startup_hook_type next_shmem_startup_hook = NULL;

static void request_shmem(void);
static void startup_shmem(void);
static uint32 shared_hints(void);
static uint32 shared_row_pages(void);
static uint32 shared_row_sets(void);
static uint64 find_row(uint64 hash);
static void cut_into_stretches(Stretches *cut, Relation index);
static Buffer read_recent(Relation rel, BlockNumber block, Buffer buffer);

/*
 * Have room for hints in shared memory; only while the postmaster preloads the
 * library.
 */
void
dy_hint_init(void)
{
#ifdef USE_ASSERT_CHECKING
	n_hints = TEST_HINTS;
	n_row_sets = TEST_ROW_SETS;
#endif
	if (!process_shared_preload_libraries_in_progress)
		return;
	next_shmem_request_hook = shmem_request_hook;
	shmem_request_hook = request_shmem;
	next_shmem_startup_hook = shmem_startup_hook;
	shmem_startup_hook = startup_shmem;
}

static void
request_shmem(void)
{
	if (next_shmem_request_hook)
		next_shmem_request_hook();
	RequestAddinShmemSpace(mul_size(shared_hints(), sizeof(DyHintPlace)));
	RequestAddinShmemSpace(mul_size(shared_row_pages(), sizeof(pg_atomic_uint32)));
	RequestAddinShmemSpace(mul_size(shared_row_sets(), sizeof(RowSet)));
}

/*
 * Zeroes are the tag of no index and the number of no buffer.
 */
static void
startup_shmem(void)
{
	bool		found;

	if (next_shmem_startup_hook)
		next_shmem_startup_hook();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	n_hints = shared_hints();
	hints = ShmemInitStruct("dynamo hints", n_hints * sizeof(DyHintPlace), &found);
	if (!found)
		memset(hints, 0, n_hints * sizeof(DyHintPlace));
	n_row_pages = shared_row_pages();
	row_pages = ShmemInitStruct("dynamo row pages", n_row_pages * sizeof(pg_atomic_uint32), &found);
	if (!found)
		memset(row_pages, 0, n_row_pages * sizeof(pg_atomic_uint32));
	n_row_sets = shared_row_sets();
	rows = ShmemInitStruct("dynamo rows", n_row_sets * sizeof(RowSet), &found);
	if (!found)
		memset(rows, 0, n_row_sets * sizeof(RowSet));
	LWLockRelease(AddinShmemInitLock);
}

static uint32
shared_hints(void)
{
#ifdef USE_ASSERT_CHECKING
	return TEST_HINTS;
#else
	return pg_nextpower2_32(Max(NBuffers / BUFFERS_PER_HINT, OWN_HINTS));
#endif
}

static uint32
shared_row_pages(void)
{
	return pg_nextpower2_32(NBuffers);
}

static uint32
shared_row_sets(void)
{
#ifdef USE_ASSERT_CHECKING
	return TEST_ROW_SETS;
#else
	return pg_nextpower2_32(NBuffers);
#endif
}

void
dy_hint_find(Relation index, uint64 head, DyHint *hint)
{
	Oid			file = dy_relation_file(index);
	Stretches  *cut = &stretches[file % N_INDEXES];
	uint32		stretch;
	DyHintPlace *place;

	if (cut->file != file || cut->searches <= 0)
		cut_into_stretches(cut, index);

	stretch = (uint32) (head >> cut->shift);
	place = &hints[(stretch + file * 0x9E3779B1U) & (n_hints - 1)];

	hint->place = place;
	hint->tag = file ^ (stretch << 8) ^ ((uint32) cut->shift << 26);
	hint->level = cut->level;
	hint->block = pg_atomic_read_u32(&place->block);
	hint->right = pg_atomic_read_u32(&place->right);
	hint->buffer = pg_atomic_read_u32(&place->tag) == hint->tag ?
		pg_atomic_read_u32(&place->buffer) : InvalidBuffer;
}

Buffer
dy_hint_page(Relation index, const DyHint *hint)
{
	Buffer		buffer;

	if (!BufferIsValid(hint->buffer))
		return InvalidBuffer;
	buffer = read_recent(index, hint->block, hint->buffer);
	if (BufferIsValid(buffer))
	{
		_bt_lockbuf(index, buffer, BT_READ);
		_bt_checkpage(index, buffer);
	}
	return buffer;
}

Buffer
dy_hint_step_right(Relation index, const DyHint *hint, Buffer buffer)
{
	BlockNumber block = BTPageGetOpaque(BufferGetPage(buffer))->btpo_next;

	if (BufferIsValid(hint->right))
	{
		Buffer		right;

		_bt_relbuf(index, buffer);
		right = read_recent(index, block, hint->right);
		if (BufferIsValid(right))
		{
			_bt_lockbuf(index, right, BT_READ);
			_bt_checkpage(index, right);
			return right;
		}
		buffer = _bt_getbuf(index, block, BT_READ);
	}
	else
		buffer = _bt_relandgetbuf(index, buffer, block, BT_READ);
	pg_atomic_write_u32(&hint->place->right, BufferIsLocal(buffer) ? InvalidBuffer : buffer);
	return buffer;
}

void
dy_hint_remember(Relation index, const DyHint *hint, Buffer buffer)
{
	DyHintPlace *place = hint->place;

	stretches[dy_relation_file(index) % N_INDEXES].searches--;
	pg_atomic_write_u32(&place->block, BufferGetBlockNumber(buffer));
	pg_atomic_write_u32(&place->buffer, BufferIsLocal(buffer) ? InvalidBuffer : buffer);
	pg_atomic_write_u32(&place->right, InvalidBuffer);
	pg_atomic_write_u32(&place->tag, hint->tag);
}

/*
 * Only the buffer is kept: whether it has this page or another one that falls
 * on the same place is seen from its header.
 */
Buffer
dy_hint_read_row_page(Relation rel, BlockNumber block)
{
	pg_atomic_uint32 *place = &row_pages[(block + dy_relation_file(rel) * 0x9E3779B1U) & (n_row_pages - 1)];
	Buffer		buffer = pg_atomic_read_u32(place);

	if (BufferIsValid(buffer))
	{
		buffer = read_recent(rel, block, buffer);
		if (BufferIsValid(buffer))
			return buffer;
	}
	buffer = ReadBuffer(rel, block);
	pg_atomic_write_u32(place, BufferIsLocal(buffer) ? InvalidBuffer : buffer);
	return buffer;
}

bool
dy_hint_row(Relation rel, uint64 hash, ItemPointer tid, Buffer *buffer)
{
	uint64		row = find_row(hash);
	Page		page;
	BlockNumber block;

	if (row == NO_ROW)
		return false;

	/* all that is needed next, while the header of the buffer is waited for */
	page = BufferGetPage(ROW_BUFFER(row));
	__builtin_prefetch(page);
	__builtin_prefetch(PageGetItemId(page, ROW_OFFSET(row)));

	block = GetBufferDescriptor(ROW_BUFFER(row) - 1)->tag.blockNum;
	*buffer = read_recent(rel, block, ROW_BUFFER(row));
	ItemPointerSet(tid, block, ROW_OFFSET(row));
	return BufferIsValid(*buffer);
}

static uint64
find_row(uint64 hash)
{
	RowSet	   *set = &rows[hash & (n_row_sets - 1)];

	for (int i = 0; i < ROWS_PER_SET; i++)
	{
		uint64		row = pg_atomic_read_u64(&set->rows[i]);

		if (row >> ROW_TAG_SHIFT == hash >> ROW_TAG_SHIFT && row != NO_ROW)
			return row;
	}
	return NO_ROW;
}

/*
 * In the place of another one, if need be.  Which one does not matter much:
 * it is the index that is read then.
 */
void
dy_hint_remember_row(uint64 hash, Buffer buffer, OffsetNumber offset)
{
	RowSet	   *set = &rows[hash & (n_row_sets - 1)];
	int			place = hash >> 32 & (ROWS_PER_SET - 1);

	if (BufferIsLocal(buffer))
		return;
	for (int i = 0; i < ROWS_PER_SET; i++)
	{
		uint64		row = pg_atomic_read_u64(&set->rows[i]);

		if (row >> ROW_TAG_SHIFT == hash >> ROW_TAG_SHIFT)
		{
			place = i;
			break;
		}
		if (row == NO_ROW)
			place = i;
	}
	pg_atomic_write_u64(&set->rows[place],
						hash >> ROW_TAG_SHIFT << ROW_TAG_SHIFT |
						(uint64) offset << ROW_OFFSET_SHIFT | (uint64) buffer);
}

/*
 * Two to four stretches for each page of the level, so that a page begins in
 * every second one at most.
 */
static void
cut_into_stretches(Stretches *cut, Relation index)
{
	BlockNumber pages = RelationGetNumberOfBlocks(index);

	cut->level = 0;
	if (pages >= n_hints / 2)
	{
		cut->level = 1;
		pages /= MIN_FANOUT;
	}
	pages = Min(Max(pages, 1), n_hints / 2 - 1);
	cut->shift = 64 - (pg_leftmost_one_pos32(pages) + 2);
	cut->file = dy_relation_file(index);
	cut->searches = SEARCHES_PER_SIZE;
}

/*
 * Pin a block in the buffer where it was; InvalidBuffer if it is there no
 * more.  ReadRecentBuffer() does not tell the clock sweep that the page was
 * used, as ReadBuffer() does, so the count is raised here: as in PinBuffer(),
 * but if somebody else is at the header this once is not counted.
 */
static Buffer
read_recent(Relation rel, BlockNumber block, Buffer buffer)
{
	BufferDesc *header;
	uint32		state;

	if (!ReadRecentBuffer(dy_relation_locator(rel), MAIN_FORKNUM, block, buffer))
		return InvalidBuffer;
	pgstat_count_buffer_read(rel);
	pgstat_count_buffer_hit(rel);

	header = GetBufferDescriptor(buffer - 1);
	state = pg_atomic_read_u32(&header->state);
	if (!(state & BM_LOCKED) && BUF_STATE_GET_USAGECOUNT(state) < BM_MAX_USAGE_COUNT)
		(void) pg_atomic_compare_exchange_u32(&header->state, &state,
											  state + BUF_USAGECOUNT_ONE);
	return buffer;
}
