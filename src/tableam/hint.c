/*-------------------------------------------------------------------------
 *
 * hint.c
 *	  Where pages of an index and its table were found last.
 *
 * A look-up that begins at the root reads three or four pages of the index
 * for the one it is after, and finds each of them through the hash table of
 * the shared buffers.  Keys begin with a digest, so they are spread evenly,
 * and the range of the first 64 bits can be cut into stretches that have about
 * half a leaf page each.  For each stretch a backend remembers the leftmost
 * leaf page that a search has come to, and in which buffer it was.
 *
 * Hints are never told of changes, so they may be wrong in every way.  What
 * makes them safe:
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
 * Where the pages of tables are is remembered too, for a gigabyte of them: to
 * find one in the hash table of the shared buffers means to wait for memory two
 * or three times.
 *
 * Memory: static, only what is used of it is ever touched, 790 kB at most.
 *
 * Source: access/nbtree/README (Lehman and Yao), ReadRecentBuffer() and
 * PinBuffer() in storage/buffer/bufmgr.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/nbtree.h"
#include "pgstat.h"
#include "port/pg_bitutils.h"
#include "storage/buf_internals.h"
#include "storage/bufmgr.h"

#include "base/compat.h"
#include "tableam/hint.h"

/*
 * Powers of two.  With assertions there are few hints, so that tests with
 * small tables meet those about inner pages.
 */
#ifdef USE_ASSERT_CHECKING
#define HINT_BITS		6
#else
#define HINT_BITS		14
#endif
#define N_HINTS			(1 << HINT_BITS)
#define N_ROW_PAGES		131072
#define N_INDEXES		64

/* An inner page has at least so many pages below it, as a rule. */
#define MIN_FANOUT		64

/* After so many searches from the root, the size of the index is asked again. */
#define SEARCHES_PER_SIZE	1024

/* How the keys of an index are cut into stretches. */
typedef struct Stretches
{
	Oid			file;
	uint32		level;			/* the pages that hints are about */
	int			shift;			/* of a key's head, to make it a stretch */
	int			searches;		/* until the size is asked again */
} Stretches;

static DyHint hints[N_HINTS];
static Buffer row_pages[N_ROW_PAGES];
static Stretches stretches[N_INDEXES];

static void cut_into_stretches(Stretches *cut, Relation index);
static Buffer read_recent(Relation rel, BlockNumber block, Buffer buffer);

DyHint *
dy_hint_find(Relation index, uint64 head, uint32 *level)
{
	Oid			file = dy_relation_file(index);
	Stretches  *cut = &stretches[file % N_INDEXES];
	uint32		stretch;
	uint32		tag;
	DyHint	   *hint;

	if (cut->file != file || cut->searches <= 0)
		cut_into_stretches(cut, index);

	stretch = (uint32) (head >> cut->shift);
	tag = file ^ (stretch << (32 - HINT_BITS));
	hint = &hints[(stretch + file * 0x9E3779B1U) % N_HINTS];
	if (hint->tag != tag)
	{
		hint->tag = tag;
		hint->buffer = InvalidBuffer;
	}
	*level = cut->level;
	return hint;
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
dy_hint_step_right(Relation index, DyHint *hint, Buffer buffer)
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
	hint->right = BufferIsLocal(buffer) ? InvalidBuffer : buffer;
	return buffer;
}

void
dy_hint_remember(Relation index, DyHint *hint, Buffer buffer)
{
	stretches[dy_relation_file(index) % N_INDEXES].searches--;
	hint->block = BufferGetBlockNumber(buffer);
	hint->buffer = BufferIsLocal(buffer) ? InvalidBuffer : buffer;
	hint->right = InvalidBuffer;
}

/*
 * Only the buffer is kept: whether it has this page or another one that falls
 * on the same place is seen from its header.
 */
Buffer
dy_hint_read_row_page(Relation rel, BlockNumber block)
{
	Buffer	   *place = &row_pages[(block + dy_relation_file(rel) * 0x9E3779B1U) % N_ROW_PAGES];
	Buffer		buffer;

	if (BufferIsValid(*place))
	{
		buffer = read_recent(rel, block, *place);
		if (BufferIsValid(buffer))
			return buffer;
	}
	buffer = ReadBuffer(rel, block);
	*place = BufferIsLocal(buffer) ? InvalidBuffer : buffer;
	return buffer;
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
	if (pages >= N_HINTS / 2)
	{
		cut->level = 1;
		pages /= MIN_FANOUT;
	}
	pages = Min(Max(pages, 1), N_HINTS / 2 - 1);
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
