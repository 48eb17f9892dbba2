/*-------------------------------------------------------------------------
 *
 * read_ahead.c
 *	  Pages that a range of rows is about to need, asked for in time.
 *
 * An index scan reads a page of the table when it comes to a row on it, and
 * waits for the disk each time.  But the scan has noted all entries of the
 * index page that it is on, so it is known where the next rows are.  The
 * kernel is told, and reads these pages side by side while the first of them
 * is waited for.
 *
 * That is of use only if they are not in memory, and would cost a search of
 * the shared buffers for each page if they are.  Whether they are is guessed
 * from the pages that were read before: the first that was not in the shared
 * buffers, be it one of the index, begins it, and each further one continues
 * it.  As long as all are there a row costs a few comparisons.
 *
 * Asked for are dynamo.read_ahead pages at a time, of no more rows than the
 * reader wants, and the index page that comes next.  A backward scan learns
 * where that one is only by going there.
 *
 * Source: BitmapPrefetch() in executor/nodeBitmapHeapscan.c, access/nbtree.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/nbtree.h"
#include "access/relscan.h"
#include "catalog/pg_am_d.h"
#include "executor/instrument.h"
#include "storage/bufmgr.h"

#include "base/guc.h"
#include "tableam/tableam.h"

static void enter_leaf(DyReadAhead *ahead, const BTScanPosData *position);
static void ask(IndexScanDesc scan, DyReadAhead *ahead, const BTScanPosData *position,
				ScanDirection direction, int64 wanted);

void
dy_tableam_read_ahead_init(DyReadAhead *ahead)
{
	ahead->leaf = InvalidBlockNumber;
	ahead->reached = InvalidBlockNumber;
	ahead->reads = pgBufferUsage.shared_blks_read;
}

void
dy_tableam_read_ahead(IndexScanDesc scan, ScanDirection direction, int64 wanted,
					  DyReadAhead *ahead)
{
	const BTScanPosData *position = &((BTScanOpaque) scan->opaque)->currPos;
	BlockNumber block = ItemPointerGetBlockNumber(&scan->xs_heaptid);

	Assert(scan->indexRelation->rd_rel->relam == BTREE_AM_OID);

	if (position->currPage != ahead->leaf)
		enter_leaf(ahead, position);
	if (block != ahead->reached)
	{
		ahead->reached = block;
		if (ahead->pages > 0)
			ahead->pages--;
	}
	if (likely(ahead->reads == pgBufferUsage.shared_blks_read))
		return;

	ahead->reads = pgBufferUsage.shared_blks_read;
	if (dy_read_ahead > 0)
		ask(scan, ahead, position, direction, wanted);
}

static void
enter_leaf(DyReadAhead *ahead, const BTScanPosData *position)
{
	ahead->leaf = position->currPage;
	ahead->next = position->itemIndex;
	ahead->asked = InvalidBlockNumber;
	ahead->pages = 0;
	ahead->sibling_asked = false;
}

/*
 * From the row that was reached to the end of the index page, as far as the
 * setting and the reader go.
 */
static void
ask(IndexScanDesc scan, DyReadAhead *ahead, const BTScanPosData *position,
	ScanDirection direction, int64 wanted)
{
	int			step = ScanDirectionIsForward(direction) ? 1 : -1;
	int			in_page = 1 + (ScanDirectionIsForward(direction) ?
							   position->lastItem - position->itemIndex :
							   position->itemIndex - position->firstItem);
	int			end = position->itemIndex + step * (int) Min(in_page, wanted);

	/* while all were in memory nothing was asked for */
	if (step * (position->itemIndex - ahead->next) > 0)
		ahead->next = position->itemIndex;

	for (; step * (end - ahead->next) > 0 && ahead->pages < dy_read_ahead; ahead->next += step)
	{
		BlockNumber block = ItemPointerGetBlockNumber(&position->items[ahead->next].heapTid);

		if (block == ahead->asked)
			continue;
		PrefetchBuffer(scan->heapRelation, MAIN_FORKNUM, block);
		ahead->asked = block;
		ahead->pages++;
	}

	if (ScanDirectionIsForward(direction) && position->moreRight &&
		position->nextPage != P_NONE && in_page < wanted && !ahead->sibling_asked)
	{
		PrefetchBuffer(scan->indexRelation, MAIN_FORKNUM, position->nextPage);
		ahead->sibling_asked = true;
	}
}
