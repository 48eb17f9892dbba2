/*-------------------------------------------------------------------------
 *
 * index_build.c
 *	  Feeding an index from a table of ours.
 *
 * Storage is heap's, so heap's own two callbacks would do, did they not
 * insist (through heap_getnext) that the relation's routine is heap's. To
 * lend them that pointer for the time of the call does not work: any
 * relcache rebuild in the middle, which a GRANT elsewhere is enough for, puts
 * ours back.  So the two scans are here, over table_scan_getnextslot.
 *
 * What they have to get right is HOT (access/heap/README.HOT):
 *
 *	  * An index entry points at the root line pointer of a chain, and
 *		holds the columns of the chain's live member.
 *	  * A dead member that a live one follows is left out; older snapshots
 *		that could still see it must not use the index (ii_BrokenHotChain).
 *
 * Slots are of the buffer-heap kind: the tuple and the pinned buffer it lies
 * in are taken from them.
 *
 * Held by test/tap/004_index_build.pl (builds of every kind under concurrent
 * DDL and writes, then amcheck with heapallindexed).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "commands/progress.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "storage/procarray.h"
#include "utils/snapmgr.h"
#include "utils/tuplesort.h"

#include "tableam/tableam.h"

/* What both scans need to make index entries of rows. */
typedef struct RowSource
{
	Relation	heap;
	Relation	index;
	IndexInfo  *info;
	TableScanDesc scan;
	TupleTableSlot *slot;
	EState	   *estate;
	ExprContext *econtext;
	ExprState  *predicate;
	bool		progress;
	BlockNumber start_block;	/* where the scan began, and ... */
	BlockNumber nblocks;		/* ... how many there are, for progress */

	/* the page that the current row is on */
	BlockNumber block;
	OffsetNumber roots[MaxHeapTuplesPerPage];

	Datum		values[INDEX_MAX_KEYS];
	bool		isnull[INDEX_MAX_KEYS];
} RowSource;

/* What an index build does with a row version. */
typedef enum RowFate
{
	ROW_SKIP,					/* no entry */
	ROW_DEAD,					/* an entry, which no uniqueness check looks
								 * at */
	ROW_ALIVE					/* an entry */
} RowFate;

static void open_source(RowSource *source, Relation heap, Relation index, IndexInfo *info);
static void close_source(RowSource *source);
static bool next_row(RowSource *source);
static HeapTuple current_tuple(RowSource *source);
static Buffer current_buffer(RowSource *source);
static void read_roots(RowSource *source);
static void root_of_row(RowSource *source, ItemPointer root);
static bool make_entry(RowSource *source);
static RowFate judge_row(RowSource *source, TransactionId oldest_xmin,
						 bool anyvisible, double *live_rows);

/*
 * The callback behind CREATE INDEX and REINDEX: gives every row that the index
 * must know to callback.  Returns the number of live rows.
 *
 * scan is given in a parallel build, one for each worker; it is closed here,
 * as heap does.  In a concurrent build rows are judged by a snapshot, else
 * one by one, because those that are dead but visible to somebody go into
 * the index too.
 */
double
dyam_index_build_range_scan(Relation heap, Relation index, IndexInfo *info,
							bool allow_sync, bool anyvisible, bool progress,
							BlockNumber start, BlockNumber nblocks,
							IndexBuildCallback callback, void *callback_state,
							TableScanDesc scan)
{
	RowSource	source;
	Snapshot	own_snapshot = NULL;
	TransactionId oldest_xmin = InvalidTransactionId;
	double		live_rows = 0;

	open_source(&source, heap, index, info);
	source.progress = progress;

	if (!info->ii_Concurrent)
		oldest_xmin = GetOldestNonRemovableTransactionId(heap);

	if (scan == NULL)
	{
		Snapshot	snapshot = SnapshotAny;

		if (info->ii_Concurrent)
			snapshot = own_snapshot = RegisterSnapshot(GetTransactionSnapshot());
		scan = table_beginscan_strat(heap, snapshot, 0, NULL, true, allow_sync);
	}
	if (!allow_sync)
		heap_setscanlimits(scan, start, nblocks);
	source.scan = scan;

	if (scan->rs_parallel != NULL)
	{
		ParallelBlockTableScanDesc parallel = (ParallelBlockTableScanDesc) scan->rs_parallel;

		source.nblocks = parallel->phs_nblocks;
	}
	else
		source.nblocks = ((HeapScanDesc) scan)->rs_nblocks;
	if (progress)
		pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_TOTAL, source.nblocks);

	while (next_row(&source))
	{
		RowFate		fate = ROW_ALIVE;
		ItemPointerData root;

		if (scan->rs_snapshot == SnapshotAny)
			fate = judge_row(&source, oldest_xmin, anyvisible, &live_rows);
		else
			live_rows += 1;		/* the scan has judged by its snapshot */

		if (fate == ROW_SKIP || !make_entry(&source))
			continue;

		root_of_row(&source, &root);
		callback(index, &root, source.values, source.isnull, fate == ROW_ALIVE,
				 callback_state);
	}

	if (progress)
		pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_DONE, source.nblocks);

	close_source(&source);
	if (own_snapshot)
		UnregisterSnapshot(own_snapshot);

	return live_rows;
}

/*
 * The second pass of a concurrent build: rows that snapshot sees and the
 * index does not have yet are added.  state->tuplesort gives the TIDs that
 * the index has, in order.
 *
 * Rows come in the order of their own TIDs, the index has the TIDs of their
 * roots.  Both are of the same page, so while a page is read, the index's
 * TIDs already passed on this page are remembered in a set.
 */
void
dyam_index_validate_scan(Relation heap, Relation index, IndexInfo *info,
						 Snapshot snapshot, ValidateIndexState *state)
{
	RowSource	source;
	BlockNumber page = InvalidBlockNumber;
	bool		passed[MaxHeapTuplesPerPage + 1];	/* by offset number */
	ItemPointerData indexed;	/* next TID of the index */
	bool		have_indexed = false;
	bool		at_end = false;

	open_source(&source, heap, index, info);

	/* no synchronized scan: the merge needs TID order */
	source.scan = table_beginscan_strat(heap, snapshot, 0, NULL, true, false);
	source.progress = true;
	source.nblocks = ((HeapScanDesc) source.scan)->rs_nblocks;
	pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_TOTAL, source.nblocks);

	while (next_row(&source))
	{
		ItemPointerData root;

		state->htups += 1;
		root_of_row(&source, &root);

		if (source.block != page)
		{
			page = source.block;
			memset(passed, 0, sizeof(passed));
		}

		/* walk the index's TIDs up to this root */
		while (!at_end &&
			   (!have_indexed || ItemPointerCompare(&indexed, &root) < 0))
		{
			Datum		datum;
			bool		isnull;

			if (have_indexed && ItemPointerGetBlockNumber(&indexed) == page)
				passed[ItemPointerGetOffsetNumber(&indexed)] = true;

			if (dy_tuplesort_getdatum(state->tuplesort, &datum, &isnull))
			{
				itemptr_decode(&indexed, DatumGetInt64(datum));
				have_indexed = true;
			}
			else
				at_end = true;
		}

		if (!at_end && ItemPointerEquals(&indexed, &root))
			continue;
		if (passed[ItemPointerGetOffsetNumber(&root)])
			continue;
		if (!make_entry(&source))
			continue;

		/*
		 * Uniqueness must be checked even for a row that is dead by now: its
		 * root stands for the whole chain, and whoever updated it in the
		 * chain counted on this index having an entry already.
		 */
		index_insert(index, source.values, source.isnull, &root, heap,
					 info->ii_Unique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO,
					 false, info);
		state->tups_inserted += 1;
	}

	close_source(&source);
}

/* Everything but the scan itself. */
static void
open_source(RowSource *source, Relation heap, Relation index, IndexInfo *info)
{
	memset(source, 0, offsetof(RowSource, roots));
	source->heap = heap;
	source->index = index;
	source->info = info;
	source->block = InvalidBlockNumber;
	source->start_block = InvalidBlockNumber;
	source->slot = table_slot_create(heap, NULL);
	source->estate = CreateExecutorState();
	source->econtext = GetPerTupleExprContext(source->estate);
	source->econtext->ecxt_scantuple = source->slot;
	source->predicate = ExecPrepareQual(info->ii_Predicate, source->estate);
}

static void
close_source(RowSource *source)
{
	table_endscan(source->scan);
	ExecDropSingleTupleTableSlot(source->slot);
	FreeExecutorState(source->estate);

	/* they lived in that state */
	source->info->ii_ExpressionsState = NIL;
	source->info->ii_PredicateState = NULL;
}

/*
 * Step to the next row version that the scan gives.  On a new page, the root
 * of each row on it is looked up and progress is reported.  The map of roots
 * stays right while the page is read: the pin keeps pruning away, and whether
 * a member of a chain is alive does not move the root.
 */
static bool
next_row(RowSource *source)
{
	BlockNumber block;

	CHECK_FOR_INTERRUPTS();

	if (!table_scan_getnextslot(source->scan, ForwardScanDirection, source->slot))
		return false;

	block = ItemPointerGetBlockNumber(&source->slot->tts_tid);
	if (block != source->block)
	{
		source->block = block;
		read_roots(source);

		if (source->start_block == InvalidBlockNumber)
			source->start_block = block;
		if (source->progress)
		{
			/* a synchronized scan starts in the middle and wraps around */
			BlockNumber done = block >= source->start_block ?
			block - source->start_block :
			source->nblocks - source->start_block + block;

			pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_DONE, done);
		}
	}
	return true;
}

static HeapTuple
current_tuple(RowSource *source)
{
	return ((BufferHeapTupleTableSlot *) source->slot)->base.tuple;
}

static Buffer
current_buffer(RowSource *source)
{
	return ((BufferHeapTupleTableSlot *) source->slot)->buffer;
}

static void
read_roots(RowSource *source)
{
	Buffer		buffer = current_buffer(source);

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	heap_get_root_tuples(BufferGetPage(buffer), source->roots);
	LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
}

/*
 * The TID that an index entry of the current row has.  In a concurrent build
 * rows may have joined a chain since the page was first read: then the
 * map is read again.
 */
static void
root_of_row(RowSource *source, ItemPointer root)
{
	HeapTuple	tuple = current_tuple(source);
	OffsetNumber offset = ItemPointerGetOffsetNumber(&tuple->t_self);

	*root = tuple->t_self;
	if (!HeapTupleIsHeapOnly(tuple))
		return;

	if (!OffsetNumberIsValid(source->roots[offset - 1]))
		read_roots(source);
	if (!OffsetNumberIsValid(source->roots[offset - 1]))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg_internal("row (%u,%u) of table \"%s\" belongs to no update chain",
								 source->block, offset,
								 RelationGetRelationName(source->heap))));
	ItemPointerSetOffsetNumber(root, source->roots[offset - 1]);
}

/* The columns of the entry; false if a partial index leaves the row out. */
static bool
make_entry(RowSource *source)
{
	MemoryContextReset(source->econtext->ecxt_per_tuple_memory);

	if (source->predicate && !ExecQual(source->predicate, source->econtext))
		return false;

	FormIndexDatum(source->info, source->slot, source->estate,
				   source->values, source->isnull);
	return true;
}

/*
 * What becomes of the current row version in a build that is not concurrent.
 * The table is locked against writers, so versions in progress are our own
 * transaction's as a rule; still, where another transaction's outcome
 * decides (uniqueness, or which member of a chain is the live one), it is
 * waited for.
 *
 * anyvisible (BRIN): whatever anybody may see counts as alive, no waiting.
 *
 * Counts live rows as ANALYZE does: own insertions, and rows that another
 * transaction is deleting.
 */
static RowFate
judge_row(RowSource *source, TransactionId oldest_xmin, bool anyvisible,
		  double *live_rows)
{
	HeapTuple	tuple = current_tuple(source);
	Buffer		buffer = current_buffer(source);
	bool		unique = source->info->ii_Unique ||
	source->info->ii_ExclusionOps != NULL;

	for (;;)
	{
		bool		in_chain;
		TransactionId writer;
		HTSV_Result state;

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		state = HeapTupleSatisfiesVacuum(tuple, oldest_xmin, buffer);
		in_chain = HeapTupleIsHotUpdated(tuple);
		if (state == HEAPTUPLE_INSERT_IN_PROGRESS)
			writer = HeapTupleHeaderGetXmin(tuple->t_data);
		else if (state == HEAPTUPLE_DELETE_IN_PROGRESS)
			writer = HeapTupleHeaderGetUpdateXid(tuple->t_data);
		else
			writer = InvalidTransactionId;
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);

		switch (state)
		{
			case HEAPTUPLE_DEAD:
				return ROW_SKIP;

			case HEAPTUPLE_LIVE:
				*live_rows += 1;
				return ROW_ALIVE;

			case HEAPTUPLE_RECENTLY_DEAD:
				break;

			case HEAPTUPLE_INSERT_IN_PROGRESS:
				if (anyvisible || TransactionIdIsCurrentTransactionId(writer))
				{
					*live_rows += 1;
					return ROW_ALIVE;
				}
				elog(WARNING, "concurrent insert in progress within table \"%s\"",
					 RelationGetRelationName(source->heap));
				if (!unique)
					return ROW_ALIVE;
				XactLockTableWait(writer, source->heap, &tuple->t_self,
								  XLTW_InsertIndexUnique);
				CHECK_FOR_INTERRUPTS();
				continue;		/* and judge again */

			case HEAPTUPLE_DELETE_IN_PROGRESS:
				if (anyvisible)
				{
					*live_rows += 1;
					return ROW_DEAD;
				}
				if (TransactionIdIsCurrentTransactionId(writer))
					break;
				elog(WARNING, "concurrent delete in progress within table \"%s\"",
					 RelationGetRelationName(source->heap));
				if (!unique && !in_chain)
				{
					*live_rows += 1;
					return ROW_DEAD;
				}
				XactLockTableWait(writer, source->heap, &tuple->t_self,
								  XLTW_InsertIndexUnique);
				CHECK_FOR_INTERRUPTS();
				continue;
		}

		/*
		 * Dead to us, but some snapshot may still see it.  If a later member
		 * of its chain is alive, that one gets the entry, and such snapshots
		 * must stay away from this index.
		 */
		if (in_chain)
		{
			source->info->ii_BrokenHotChain = true;
			return ROW_SKIP;
		}
		return ROW_DEAD;
	}
}
