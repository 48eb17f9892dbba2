/*-------------------------------------------------------------------------
 *
 * handler.c
 *	  The routine of the table access method `dynamo`.
 *
 * Storage is heap's: the routine starts as a copy of heap's own, so WAL,
 * crash recovery, replication, vacuum and logical decoding are untouched.
 * (The plainest updates of the engine do not come through here; what they
 * leave is the same, see hot_update.c.)  What is replaced, and why:
 *
 *	  tuple_insert, tuple_insert_speculative, multi_insert, tuple_update,
 *	  tuple_delete, tuple_lock
 *		  take the key lock first, whoever the writer is; those that bring a
 *		  row choose its page, see placement.c
 *	  relation_toast_am
 *		  toast tables stay plain heap
 *	  index_build_range_scan, index_validate_scan
 *		  heap's insist on heap's routine; see index_build.c
 *
 * Locking: the key lock comes before any row lock.  SELECT ... FOR UPDATE,
 * the row triggers' own lock and ON CONFLICT all come through tuple_lock, so
 * every road to a row passes here before it locks the row, or comes from the
 * engine, which has the key lock by then.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/xlog.h"
#include "catalog/pg_am.h"
#include "fmgr.h"
#include "storage/bufmgr.h"
#include "utils/snapmgr.h"

#include "tableam/placement.h"
#include "tableam/tableam.h"

static const TableAmRoutine *heap_routine;
static TableAmRoutine routine;

static const TableAmRoutine *get_routine(void);

DY_SQL_FUNCTION(dynamo_tableam_handler);

/*
 * The handler function of the access method.  The server calls it once for
 * each relcache entry it builds and keeps the pointer, so the answer must
 * stay where it is for the life of the process.
 */
Datum
dynamo_tableam_handler(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(get_routine());
}

/*
 * On a standby the row could not be locked, let alone be written, and the
 * server's own message would speak of transaction ids.
 */
static void
refuse_during_recovery(Relation rel)
{
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("cannot write to table \"%s\" during recovery",
						RelationGetRelationName(rel)),
				 errhint("Writes must go to the primary server.")));
}

/* Lock the key that the slot is about to bring into the table. */
static void
lock_new_key(Relation rel, TupleTableSlot *slot)
{
	uint64		hash;

	refuse_during_recovery(rel);
	if (dy_tableam_has_key(rel) && dy_tableam_slot_hash(rel, slot, &hash))
		(void) dy_tableam_lock_key(RelationGetRelid(rel), hash, ExclusiveLock, false);
}

/*
 * The hash of the key in the row version at tid; false if there is none.
 * The caller has seen that version, so vacuum cannot have taken it away
 * unless it was dead already, and then there is nothing to lock.
 */
static bool
hash_of_tid(Relation rel, ItemPointer tid, uint64 *hash)
{
	HeapTupleData tuple;
	Buffer		buffer;
	bool		found = false;

	tuple.t_self = *tid;
	if (heap_fetch(rel, SnapshotAny, &tuple, &buffer, false))
	{
		TupleDesc	desc = RelationGetDescr(rel);
		bool		hk_null;
		bool		sk_null;
		Datum		hk = heap_getattr(&tuple, 1, desc, &hk_null);
		Datum		sk = heap_getattr(&tuple, 2, desc, &sk_null);

		if (!hk_null && !sk_null)
		{
			*hash = dy_tableam_key_hash(RelationGetRelid(rel),
										PG_DETOAST_DATUM_PACKED(hk),
										PG_DETOAST_DATUM_PACKED(sk));
			found = true;
		}
		ReleaseBuffer(buffer);
	}
	return found;
}

static void
dyam_tuple_insert(Relation rel, TupleTableSlot *slot, CommandId cid,
				  int options, BulkInsertState bistate)
{
	DyPlacement placement;
	Buffer		no_page;

	if (!dy_tableam_take_announcement(rel, &no_page))
		lock_new_key(rel, slot);
	dy_placement_begin(&placement, rel, slot, options);
	heap_routine->tuple_insert(rel, slot, cid, options,
							   placement.active ? NULL : bistate);
	dy_placement_end(&placement, rel, &slot->tts_tid);
}

static void
dyam_tuple_insert_speculative(Relation rel, TupleTableSlot *slot, CommandId cid,
							  int options, BulkInsertState bistate, uint32 token)
{
	DyPlacement placement;

	lock_new_key(rel, slot);
	dy_placement_begin(&placement, rel, slot, options);
	heap_routine->tuple_insert_speculative(rel, slot, cid, options,
										   placement.active ? NULL : bistate, token);
	dy_placement_end(&placement, rel, &slot->tts_tid);
}

/*
 * COPY and its like: all keys of the batch, in lock order.
 */
static void
dyam_multi_insert(Relation rel, TupleTableSlot **slots, int nslots, CommandId cid,
				  int options, BulkInsertState bistate)
{
	refuse_during_recovery(rel);
	if (dy_tableam_has_key(rel))
	{
		uint64	   *hashes = palloc(nslots * sizeof(uint64));
		int			n = 0;

		for (int i = 0; i < nslots; i++)
		{
			if (dy_tableam_slot_hash(rel, slots[i], &hashes[n]))
				n++;
		}
		dy_tableam_lock_keys(RelationGetRelid(rel), hashes, n);
		pfree(hashes);
	}
	if (!dy_placement_multi_insert(heap_routine, rel, slots, nslots, cid, options))
		heap_routine->multi_insert(rel, slots, nslots, cid, options, bistate);
}

static TM_Result
dyam_tuple_delete(Relation rel, ItemPointer tid, CommandId cid, Snapshot snapshot,
				  Snapshot crosscheck, bool wait, TM_FailureData *tmfd,
				  bool changing_part)
{
	Buffer		no_page;

	if (!dy_tableam_take_announcement(rel, &no_page))
	{
		uint64		hash;

		refuse_during_recovery(rel);
		if (dy_tableam_has_key(rel) && hash_of_tid(rel, tid, &hash))
			(void) dy_tableam_lock_key(RelationGetRelid(rel), hash, ExclusiveLock, false);
	}
	return heap_routine->tuple_delete(rel, tid, cid, snapshot, crosscheck, wait,
									  tmfd, changing_part);
}

/*
 * An UPDATE in SQL may change the key: both the old and the new are locked.
 */
static TM_Result
dyam_tuple_update(Relation rel, ItemPointer otid, TupleTableSlot *slot,
				  CommandId cid, Snapshot snapshot, Snapshot crosscheck,
				  bool wait, TM_FailureData *tmfd, LockTupleMode *lockmode,
				  TU_UpdateIndexes * update_indexes)
{
	DyPlacement placement;
	TM_Result	result;
	Buffer		page;

	if (!dy_tableam_take_announcement(rel, &page))
	{
		refuse_during_recovery(rel);
		if (dy_tableam_has_key(rel))
		{
			uint64		hashes[2];
			int			n = 0;

			if (dy_tableam_slot_hash(rel, slot, &hashes[n]))
				n++;
			if (hash_of_tid(rel, otid, &hashes[n]))
				n++;
			dy_tableam_lock_keys(RelationGetRelid(rel), hashes, n);
		}
	}
	dy_placement_begin_update(&placement, rel, otid, page, slot);
	result = heap_routine->tuple_update(rel, otid, slot, cid, snapshot, crosscheck,
										wait, tmfd, lockmode, update_indexes);
	dy_placement_end(&placement, rel, result == TM_Ok ? &slot->tts_tid : otid);
	return result;
}

/*
 * A row lock that keeps writers out takes the key lock in the same spirit.
 * FOR KEY SHARE (the check of a foreign key) lets writers through that leave
 * the key alone, as all of the engine's updates do, so it takes none.
 *
 * If the search for the last version ends at a row whose key was changed on
 * the way, that key is locked after the row.  The order is wrong then; at
 * worst the deadlock detector has to solve it.
 */
static TM_Result
dyam_tuple_lock(Relation rel, ItemPointer tid, Snapshot snapshot,
				TupleTableSlot *slot, CommandId cid, LockTupleMode mode,
				LockWaitPolicy wait_policy, uint8 flags, TM_FailureData *tmfd)
{
	LOCKMODE	key_mode = (mode == LockTupleShare) ? ShareLock : ExclusiveLock;
	bool		nowait = (wait_policy != LockWaitBlock);
	uint64		before = 0;
	uint64		after;
	bool		have_before = false;
	TM_Result	result;

	refuse_during_recovery(rel);
	if (mode == LockTupleKeyShare || !dy_tableam_has_key(rel))
		return heap_routine->tuple_lock(rel, tid, snapshot, slot, cid, mode,
										wait_policy, flags, tmfd);

	have_before = hash_of_tid(rel, tid, &before);
	if (have_before &&
		!dy_tableam_lock_key(RelationGetRelid(rel), before, key_mode, nowait))
	{
		if (wait_policy == LockWaitSkip)
			return TM_WouldBlock;
		ereport(ERROR,
				(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
				 errmsg("could not obtain the key lock of a row of table \"%s\"",
						RelationGetRelationName(rel))));
	}

	result = heap_routine->tuple_lock(rel, tid, snapshot, slot, cid, mode,
									  wait_policy, flags, tmfd);

	if (result == TM_Ok && tmfd->traversed &&
		dy_tableam_slot_hash(rel, slot, &after) &&
		(!have_before || after != before))
		(void) dy_tableam_lock_key(RelationGetRelid(rel), after, key_mode, false);

	return result;
}

/* Large items are stored out of line in ordinary toast tables. */
static Oid
dyam_relation_toast_am(Relation rel)
{
	return HEAP_TABLE_AM_OID;
}

static const TableAmRoutine *
get_routine(void)
{
	if (heap_routine == NULL)
	{
		const TableAmRoutine *heap = GetHeapamTableAmRoutine();

		routine = *heap;
		routine.tuple_insert = dyam_tuple_insert;
		routine.tuple_insert_speculative = dyam_tuple_insert_speculative;
		routine.multi_insert = dyam_multi_insert;
		routine.tuple_delete = dyam_tuple_delete;
		routine.tuple_update = dyam_tuple_update;
		routine.tuple_lock = dyam_tuple_lock;
		routine.relation_toast_am = dyam_relation_toast_am;
		routine.index_build_range_scan = dyam_index_build_range_scan;
		routine.index_validate_scan = dyam_index_validate_scan;
		heap_routine = heap;
	}
	return &routine;
}
