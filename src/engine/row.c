/*-------------------------------------------------------------------------
 *
 * row.c
 *	  Changing one row and its index entries, the short way.
 *
 * The short way serves a relation that has nothing on it but what the
 * extension has put there: no trigger other than the one that derives
 * columns, no CHECK, no generated column, no index of anybody else.  It does
 * what the executor would do, minus an EState, IndexInfos and compiled
 * predicates for each call.  Any other relation goes through row_executor.c.
 *
 * The rules of HOT are heap's: tuple_update says whether indexes need new
 * entries, and compares indexed columns itself.  An update that changes none of
 * them, with nothing else in its way, does without it (tableam/hot_update.c).
 *
 * A writer that holds no key lock (a bulk load beyond its limit, see
 * tableam/key_lock.c) can insert the key between our look and our insert.
 * So the primary index is asked for a tentative entry
 * (UNIQUE_CHECK_PARTIAL): on a conflict it does not raise an error but says
 * so, the row is taken back, and the caller looks again.  This costs
 * nothing if there is no conflict.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "engine/row.h"
#include "engine/storage.h"
#include "tableam/tableam.h"

/* Values of the relation's memo (dy_tableam_memo); 0 is "not yet looked". */
#define MEMO_PLAIN			1
#define MEMO_NOT_PLAIN		2

/* What index_insert wants to be given, and btree never looks at. */
static IndexInfo no_info = {.type = T_IndexInfo};

static bool look_whether_plain(const DyTable *table, Relation rel);
static void insert_index_entries(DyRowChange *change, bool update);
static void insert_index_entry(DyRowChange *change, Oid indexoid, Datum *values, AttrNumber attnum, bool update);
static void wait_for_rival(DyRowChange *change);

/*
 * Nothing on the relation but what this extension has put there?  Remembered
 * in the relcache entry, which is rebuilt when that changes.
 */
bool
dy_row_is_plain(const DyTable *table, Relation rel)
{
	uint8		memo = *dy_tableam_memo(rel);

	if (memo == 0)
	{
		memo = look_whether_plain(table, rel) ? MEMO_PLAIN : MEMO_NOT_PLAIN;
		*dy_tableam_memo(rel) = memo;
	}
	return memo == MEMO_PLAIN;
}

DyRowResult
dy_row_insert(DyRowChange *change)
{
	TupleTableSlot *slot = change->new_slot;

	dy_tableam_key_is_locked(change->rel);
	table_tuple_insert(change->rel, slot, GetCurrentCommandId(true), 0, NULL);

	if (!index_insert(change->primary, change->values, change->isnull,
					  &slot->tts_tid, change->rel, UNIQUE_CHECK_PARTIAL,
					  false, &no_info))
		return dy_row_give_way(change);

	insert_index_entries(change, false);
	return DY_ROW_DONE;
}

DyRowResult
dy_row_update(DyRowChange *change)
{
	TM_FailureData failure;
	LockTupleMode lockmode;
	TU_UpdateIndexes update_indexes;
	DyRowResult result;

	CheckCmdReplicaIdentity(change->rel, CMD_UPDATE);

	dy_tableam_row_is_pinned(change->rel, change->old_page);
	result = dy_row_result(change,
						   table_tuple_update(change->rel, &change->old_row.t_self,
											  change->new_slot,
											  GetCurrentCommandId(true),
											  GetActiveSnapshot(), InvalidSnapshot,
											  true, &failure, &lockmode,
											  &update_indexes));
	if (result == DY_ROW_DONE && update_indexes != TU_None)
		insert_index_entries(change, true);
	return result;
}

/*
 * The same, if it can be done without more ado; else false, and nothing has
 * changed.
 */
bool
dy_row_update_hot(DyRowChange *change, HeapTuple row)
{
	if (dy_row_derived_changed(change))
		return false;

	CheckCmdReplicaIdentity(change->rel, CMD_UPDATE);
	return dy_tableam_hot_update(change->rel, change->old_page, &change->old_row.t_self, row,
								 GetCurrentCommandId(true));
}

DyRowResult
dy_row_delete(DyRowChange *change)
{
	TM_FailureData failure;

	CheckCmdReplicaIdentity(change->rel, CMD_DELETE);

	dy_tableam_key_is_locked(change->rel);
	return dy_row_result(change,
						 table_tuple_delete(change->rel, &change->old_row.t_self,
											GetCurrentCommandId(true),
											GetActiveSnapshot(), InvalidSnapshot,
											true, &failure, false));
}

/*
 * What the access method's answer to an update, delete or lock means.  The
 * row was visible to our snapshot and the key is locked, so the only
 * company it can have had is a writer without key lock.
 */
DyRowResult
dy_row_result(DyRowChange *change, TM_Result result)
{
	switch (result)
	{
		case TM_Ok:
			return DY_ROW_DONE;

		case TM_Updated:
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				dy_row_raise_lost_race();
			return DY_ROW_LOST_RACE;

		case TM_SelfModified:
			ereport(ERROR,
					(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
					 errmsg("row to be written was already modified by a trigger of the same operation")));
			break;

		default:
			elog(ERROR, "unexpected answer %d to a write of table \"%s\"",
				 (int) result, RelationGetRelationName(change->rel));
	}
	return DY_ROW_DONE;			/* not reached */
}

/*
 * The key of the row just inserted is taken, or about to be: delete the row,
 * wait until the other's transaction has ended.
 */
DyRowResult
dy_row_give_way(DyRowChange *change)
{
	/* what this command has inserted, only a later one can delete */
	CommandCounterIncrement();
	dy_tableam_key_is_locked(change->rel);
	simple_table_tuple_delete(change->rel, &change->new_slot->tts_tid, GetActiveSnapshot());
	CommandCounterIncrement();

	if (IsolationUsesXactSnapshot())
		dy_row_raise_lost_race();

	wait_for_rival(change);
	return DY_ROW_LOST_RACE;
}

/*
 * Under REPEATABLE READ and SERIALIZABLE: the same error and text as for a
 * plain UPDATE, so that clients know what to do.
 */
void
dy_row_raise_lost_race(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent update")));
}

static bool
look_whether_plain(const DyTable *table, Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	List	   *indexes;
	int			nindexes = 1;
	bool		plain;

	if (rel->trigdesc != NULL && !dy_derive_trigger_only(rel->trigdesc))
		return false;
	if (rel->rd_rel->relispartition)
		return false;
	if (desc->constr != NULL &&
		(desc->constr->num_check > 0 || desc->constr->has_generated_stored))
		return false;

	for (AttrNumber attnum = 1; attnum <= desc->natts; attnum++)
	{
		if (!TupleDescAttr(desc, attnum - 1)->attisdropped &&
			!dy_row_is_own_column(table, attnum))
			return false;
	}

	indexes = RelationGetIndexList(rel);
	plain = list_member_oid(indexes, table->primary_indexoid);
	for (int i = 0; i < table->nindexes && plain; i++)
	{
		if (OidIsValid(table->indexes[i].indexoid))
		{
			nindexes++;
			plain = list_member_oid(indexes, table->indexes[i].indexoid);
		}
	}
	if (OidIsValid(table->expires_indexoid) && plain)
	{
		nindexes++;
		plain = list_member_oid(indexes, table->expires_indexoid);
	}
	plain = plain && list_length(indexes) == nindexes;
	list_free(indexes);
	return plain;
}

/*
 * Is it one of the columns that the extension fills?
 */
bool
dy_row_is_own_column(const DyTable *table, AttrNumber attnum)
{
	if (attnum <= DY_ATT_ITEM || attnum == table->expires_attnum)
		return true;
	for (int i = 0; i < table->nindexes; i++)
	{
		if (table->indexes[i].attnum == attnum)
			return true;
	}
	return false;
}

/*
 * Entries in the indexes: all but the primary for an insert, all for an
 * update that was not HOT; none where the index leaves the row out.  An
 * update tells each index whether its columns are as before, which lets
 * btree clean up old versions instead of splitting pages.
 */
static void
insert_index_entries(DyRowChange *change, bool update)
{
	const DyTable *table = change->table;
	Datum		hk = change->values[DY_ATT_HK - 1];
	Datum		sk = change->values[DY_ATT_SK - 1];

	if (update)
		index_insert(change->primary, change->values, change->isnull,
					 &change->new_slot->tts_tid, change->rel, UNIQUE_CHECK_YES, true, &no_info);

	for (int i = 0; i < table->nindexes; i++)
	{
		const DyIndex *index = &table->indexes[i];
		Datum		values[3];

		if (!OidIsValid(index->indexoid) || change->isnull[index->attnum - 1])
			continue;

		if (index->kind == DY_INDEX_GLOBAL)
		{
			values[0] = change->values[index->attnum - 1];
			values[1] = hk;
			values[2] = sk;
		}
		else
		{
			values[0] = hk;
			values[1] = change->values[index->attnum - 1];
			values[2] = sk;
		}
		insert_index_entry(change, index->indexoid, values, index->attnum, update);
	}

	if (OidIsValid(table->expires_indexoid) && !change->isnull[table->expires_attnum - 1])
		insert_index_entry(change, table->expires_indexoid,
						   &change->values[table->expires_attnum - 1], table->expires_attnum, update);
}

/*
 * One entry in an index of column attnum, with the values of the index's own
 * columns.  An index that is being built or dropped may want none.
 */
static void
insert_index_entry(DyRowChange *change, Oid indexoid, Datum *values, AttrNumber attnum, bool update)
{
	static bool not_null[3] = {false, false, false};
	Relation	index = index_open(indexoid, RowExclusiveLock);

	if (index->rd_index->indisready)
		index_insert(index, values, not_null, &change->new_slot->tts_tid, change->rel, UNIQUE_CHECK_NO,
					 update && !dy_row_column_changed(change, attnum), &no_info);
	index_close(index, NoLock);
}

/*
 * Does a column (of type bytea or bigint) of the new row differ from the old?
 */
bool
dy_row_column_changed(DyRowChange *change, AttrNumber attnum)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(change->rel), attnum - 1);
	int			i = attnum - 1;

	if (change->old_isnull[i] || change->isnull[i])
		return change->old_isnull[i] != change->isnull[i];
	return !datum_image_eq(change->old_values[i], change->values[i],
						   att->attbyval, att->attlen);
}

bool
dy_row_derived_changed(DyRowChange *change)
{
	for (AttrNumber attnum = DY_ATT_ITEM + 1; attnum <= RelationGetDescr(change->rel)->natts; attnum++)
	{
		if (dy_row_column_changed(change, attnum))
			return true;
	}
	return false;
}

/*
 * Wait for the end of the transaction that is inserting or deleting a row
 * with our key.  A dirty snapshot shows such rows and tells who it is.
 */
static void
wait_for_rival(DyRowChange *change)
{
	DyRowKey	key;
	bool		waited;

	key.hk = DatumGetByteaPP(change->values[DY_ATT_HK - 1]);
	key.sk = DatumGetByteaPP(change->values[DY_ATT_SK - 1]);

	do
	{
		SnapshotData dirty;
		TransactionId rival = InvalidTransactionId;
		HeapTupleData row;
		Buffer		page;

		waited = false;
		InitDirtySnapshot(dirty);
		if (dy_storage_fetch(change->rel, change->primary, &dirty, &key, &row, &page))
		{
			rival = TransactionIdIsValid(dirty.xmin) ? dirty.xmin : dirty.xmax;
			ReleaseBuffer(page);
		}

		if (TransactionIdIsValid(rival))
		{
			XactLockTableWait(rival, NULL, NULL, XLTW_None);
			waited = true;
		}
		CHECK_FOR_INTERRUPTS();
	} while (waited);
}
