/*-------------------------------------------------------------------------
 *
 * storage.c
 *	  Where the rows of a table are: relations, snapshots, one row by key.
 *
 * dy_storage_open is the only place that goes from a DynamoDB table to a
 * relation: where rows are spread over shards, it is the one to change.
 *
 * Indexes are read directly, without a planner that would look at them, so
 * what the planner checks is checked here: that an index is not too young for
 * the snapshots of this transaction (one that was built over broken HOT
 * chains, see access/heap/README.HOT).  Whether it is valid was looked at
 * when the DyTable was made, under the lock on the table that is still held.
 * By now REINDEX CONCURRENTLY may have put another in its place and marked it
 * invalid; but it is maintained, and stays, as long as that lock does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "executor/tuptable.h"
#include "storage/bufmgr.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "engine/storage.h"
#include "tableam/tableam.h"

static DyLookup look_up(Relation rel, Relation primary, Snapshot snapshot,
						const DyRowKey *key, HeapTuple tuple, Buffer *buffer);
static bool scan_for_key(Relation rel, Relation primary, Snapshot snapshot,
						 const DyRowKey *key, TupleTableSlot *slot);

/*
 * Without a lock: whoever found the table holds one until the end of the
 * transaction, to read it or to write it (tables/table.h).
 */
Relation
dy_storage_open(const DyTable *table)
{
	return table_open(table->relid, NoLock);
}

Relation
dy_storage_open_index(Oid indexoid, LOCKMODE lockmode)
{
	Relation	index;

	if (!OidIsValid(indexoid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("an index of the item table is missing"),
				 errhint("Delete the secondary index with UpdateTable and create it again.")));
	index = index_open(indexoid, lockmode);

	if (index->rd_index->indcheckxmin &&
		!TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data),
							   TransactionXmin))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("index \"%s\" is younger than the snapshot of this transaction",
						RelationGetRelationName(index))));
	return index;
}

/*
 * The lock stays: whatever was read of the table holds until the end of the
 * transaction.
 */
void
dy_storage_close(Relation rel)
{
	relation_close(rel, NoLock);
}

/*
 * The snapshot of the running statement was taken after the request came in,
 * so it is as good as a new one, unless this statement has written since.
 * Under REPEATABLE READ and above there is only one anyway.
 */
Snapshot
dy_storage_read_snapshot(void)
{
	if (ActiveSnapshotSet())
	{
		Snapshot	active = GetActiveSnapshot();

		if (active->curcid == GetCurrentCommandId(false))
			return RegisterSnapshot(active);
	}
	return RegisterSnapshot(GetTransactionSnapshot());
}

bool
dy_storage_fetch(Relation rel, Relation primary, Snapshot snapshot,
				 const DyRowKey *key, HeapTuple row, Buffer *page)
{
	TupleTableSlot *slot;
	bool		found;

	switch (look_up(rel, primary, snapshot, key, row, page))
	{
		case DY_LOOKUP_FOUND:
			return true;
		case DY_LOOKUP_NONE:
			*page = InvalidBuffer;
			return false;
		case DY_LOOKUP_UNSURE:
			*page = InvalidBuffer;
			break;
	}
	slot = table_slot_create(rel, NULL);
	Assert(TTS_IS_BUFFERTUPLE(slot));
	found = scan_for_key(rel, primary, snapshot, key, slot);
	if (found)
	{
		*row = *((BufferHeapTupleTableSlot *) slot)->base.tuple;
		*page = ((BufferHeapTupleTableSlot *) slot)->buffer;
		IncrBufferRefCount(*page);
	}
	ExecDropSingleTupleTableSlot(slot);
	return found;
}

DyValue
dy_storage_fetch_item(Relation rel, Relation primary, Snapshot snapshot, const DyRowKey *key)
{
	HeapTupleData row;
	Buffer		page;
	Datum		datum;
	bool		isnull;
	DyValue		item;

	if (!dy_storage_fetch(rel, primary, snapshot, key, &row, &page))
		return DY_NO_VALUE;
	datum = heap_getattr(&row, DY_ATT_ITEM, RelationGetDescr(rel), &isnull);
	item = dy_storage_item_copy(datum, isnull);
	ReleaseBuffer(page);
	return item;
}

/*
 * The straight way is tableam/lookup.c; where that is not sure, the caller
 * takes an index scan.  What it is sure of, a build with assertions compares
 * with what the index scan says, for every look-up of every test.
 */
static DyLookup
look_up(Relation rel, Relation primary, Snapshot snapshot,
		const DyRowKey *key, HeapTuple tuple, Buffer *buffer)
{
	DyLookup	result = dy_tableam_lookup(rel, primary, snapshot, key->hk, key->sk,
										   tuple, buffer);

#ifdef USE_ASSERT_CHECKING
	if (result != DY_LOOKUP_UNSURE)
	{
		TupleTableSlot *slot = table_slot_create(rel, NULL);
		bool		found = scan_for_key(rel, primary, snapshot, key, slot);

		Assert(found == (result == DY_LOOKUP_FOUND));
		Assert(!found || ItemPointerEquals(&slot->tts_tid, &tuple->t_self));
		ExecDropSingleTupleTableSlot(slot);
	}
#endif
	return result;
}

static bool
scan_for_key(Relation rel, Relation primary, Snapshot snapshot,
			 const DyRowKey *key, TupleTableSlot *slot)
{
	IndexScanDesc scan = index_beginscan(rel, primary, snapshot, 2, 0);
	ScanKeyData keys[2];
	bool		found;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_BYTEAEQ, PointerGetDatum(key->hk));
	ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_BYTEAEQ, PointerGetDatum(key->sk));
	index_rescan(scan, keys, 2, NULL, 0);
	found = index_getnext_slot(scan, ForwardScanDirection, slot);
	index_endscan(scan);
	return found;
}

DyValue
dy_storage_item_copy(Datum item, bool isnull)
{
	if (isnull)
		return DY_NO_VALUE;
	return dy_item_value((DyItem *) PG_DETOAST_DATUM_COPY(item));
}

/*
 * An item that is stored in line and not compressed is not copied at all:
 * the view points into the page that the slot has pinned.
 */
DyValue
dy_storage_item_view(TupleTableSlot *slot)
{
	bool		isnull;
	Datum		datum = slot_getattr(slot, DY_ATT_ITEM, &isnull);

	if (isnull)
		return DY_NO_VALUE;
	return dy_item_value(DatumGetDyItemP(datum));
}
