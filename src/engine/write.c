/*-------------------------------------------------------------------------
 *
 * write.c
 *	  One write: look at the row, decide, change it.
 *
 * The steps are those of engine.h.  What makes them safe:
 *
 *	  * The key lock is held before the row is looked at, so that every
 *		other writer of this key has ended its transaction, or waits.
 *	  * The snapshot is taken after the lock, so the row seen is the one that
 *		the last of them has left.
 *
 * Hence, as a rule, nothing changes between the look and the change, and
 * attribute_not_exists needs no loop.  The exception are writers that hold no
 * key lock, transactions with thousands of rows (tableam/key_lock.c): they
 * are met at the row or in the unique index, waited for, and the row is
 * looked at again.  Each turn of that loop means that somebody else's
 * transaction has ended in between.
 *
 * Under REPEATABLE READ and SERIALIZABLE the snapshot is older than the lock.
 * So the row is looked at twice, with the transaction's snapshot and with
 * the latest, and if they do not see the same the race is lost: 40001.  That
 * holds for failing conditions and ConditionChecks as well.
 *
 * A write that would leave the row as it is, column by column, is not
 * carried out (unless somebody has put a trigger on the table): it would
 * only make a dead row, and the service too sends no stream record for it.
 *
 * Source: execReplication.c for writing without a plan.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/snapmgr.h"

#include "base/errors.h"
#include "base/limits.h"
#include "engine/row.h"
#include "engine/storage.h"
#include "expr/ast.h"
#include "item/build.h"

static DyRowResult try_write(DyWrite *write, DyRowChange *change);
static bool look_up(const DyWrite *write, DyRowChange *change);
static void forget_old_row(DyRowChange *change);
static void check_latest_row(const DyWrite *write, DyRowChange *change, bool found);
static void check_partition_key(const DyWrite *write);
static DyItem *make_new_item(DyWrite *write, bool *differs);
static void fill_new_row(DyWrite *write, DyRowChange *change, DyItem *item);
static bool row_is_unchanged(const DyWrite *write, DyRowChange *change);
static DyRowResult change_row(DyWrite *write, DyRowChange *change);

/*
 * Carry out one write; see engine.h.
 *
 * Item views in write (old_item, new_item) live in CurrentMemoryContext.
 *
 * Held by test/isolation (put_vs_*, update_vs_*, lost_race_*) and
 * test/tap/001_crash.pl.
 */
void
dy_write(DyWrite *write)
{
	DyRowChange change = {.table = write->table};

	if (!write->locked && !write->conflict)
		dy_write_lock(&write, 1);
	if (write->conflict)
		dy_error(DY_ERR_TRANSACTION_CONFLICT, DY_TRANSACTION_CONFLICT_TEXT);

	change.rel = dy_storage_open(write->table);
	Assert(CheckRelationLockedByMe(change.rel, RowExclusiveLock, true));
	change.primary = dy_storage_open_index(write->table->primary_indexoid, RowExclusiveLock);
	change.old_page = InvalidBuffer;

	for (;;)
	{
		DyRowResult result;

		PushActiveSnapshot(GetTransactionSnapshot());
		result = try_write(write, &change);
		PopActiveSnapshot();
		if (result == DY_ROW_DONE)
			break;
		CHECK_FOR_INTERRUPTS();
	}

	if (change.new_slot)
		ExecDropSingleTupleTableSlot(change.new_slot);
	forget_old_row(&change);
	dy_storage_close(change.primary);
	dy_storage_close(change.rel);
}

/*
 * One look and, if the condition holds, one change.
 */
static DyRowResult
try_write(DyWrite *write, DyRowChange *change)
{
	bool		found = look_up(write, change);
	bool		differs;
	DyItem	   *item = NULL;
	DyRowResult result;

	write->condition_failed = false;
	write->old_item = DY_NO_VALUE;
	write->new_item = DY_NO_VALUE;

	if (found)
	{
		write->old_item = dy_storage_item_copy(change->old_values[DY_ATT_ITEM - 1],
											   change->old_isnull[DY_ATT_ITEM - 1]);
		check_partition_key(write);
	}

	if (!dy_condition_holds(write->condition, write->old_item))
	{
		write->condition_failed = true;
		return DY_ROW_DONE;
	}

	switch (write->kind)
	{
		case DY_WRITE_CHECK:
			write->new_item = write->old_item;
			return DY_ROW_DONE;

		case DY_WRITE_DELETE:
			if (!found)
				return DY_ROW_DONE;
			break;

		case DY_WRITE_UPDATE:
			if (!found && write->update != NULL && !dy_update_creates(write->update))
				return DY_ROW_DONE;
			/* FALLTHROUGH */

		case DY_WRITE_PUT:
			item = make_new_item(write, &differs);
			fill_new_row(write, change, item);
			if (found && !differs && row_is_unchanged(write, change))
				return DY_ROW_DONE;
			break;
	}

	result = change_row(write, change);
	if (result == DY_ROW_DONE)
		CommandCounterIncrement();
	return result;
}

/*
 * Find the row with the active snapshot.
 */
static bool
look_up(const DyWrite *write, DyRowChange *change)
{
	TupleDesc	desc = RelationGetDescr(change->rel);
	bool		found;

	forget_old_row(change);
	found = dy_storage_fetch(change->rel, change->primary, GetActiveSnapshot(),
							 &write->key, &change->old_row, &change->old_page);
	if (IsolationUsesXactSnapshot())
		check_latest_row(write, change, found);

	if (change->values == NULL)
	{
		change->values = palloc(2 * desc->natts * sizeof(Datum));
		change->old_values = change->values + desc->natts;
		change->isnull = palloc(2 * desc->natts * sizeof(bool));
		change->old_isnull = change->isnull + desc->natts;
	}
	if (found)
		heap_deform_tuple(&change->old_row, desc, change->old_values, change->old_isnull);
	return found;
}

static void
forget_old_row(DyRowChange *change)
{
	if (BufferIsValid(change->old_page))
		ReleaseBuffer(change->old_page);
	change->old_page = InvalidBuffer;
}

/*
 * Has the transaction's snapshot seen what is there now?  If not, the race is
 * lost.
 */
static void
check_latest_row(const DyWrite *write, DyRowChange *change, bool found)
{
	Snapshot	latest = RegisterSnapshot(GetLatestSnapshot());
	HeapTupleData row;
	Buffer		page;
	bool		found_latest = dy_storage_fetch(change->rel, change->primary, latest,
												&write->key, &row, &page);

	if (found != found_latest ||
		(found && !ItemPointerEquals(&change->old_row.t_self, &row.t_self)))
		dy_row_raise_lost_race();
	if (found_latest)
		ReleaseBuffer(page);
	UnregisterSnapshot(latest);
}

/*
 * Rows are found by the digest of their partition key.  Two keys with one
 * digest are not to be expected from SHA-256; still, no item shall ever
 * pass for another.
 */
static void
check_partition_key(const DyWrite *write)
{
	const DyKeyAttribute *hash = &write->table->hash;
	DyValue		keys = write->kind == DY_WRITE_PUT ? write->item : write->key_map;
	DyValue		mine = dy_map_get(keys, hash->name.data, hash->name.len);
	DyValue		stored = dy_map_get(write->old_item, hash->name.data, hash->name.len);

	if (!dy_value_present(mine))
		return;					/* the caller has only the key's bytes */
	if (!dy_value_present(stored) || !dy_value_equal(mine, stored))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the row under a partition key's digest has another partition key")));
}

/*
 * The item that a PUT or UPDATE makes, its size checked; and whether it is
 * plain that this is not the old one.
 */
static DyItem *
make_new_item(DyWrite *write, bool *differs)
{
	DyItem	   *item;

	*differs = false;
	if (write->kind == DY_WRITE_PUT)
		item = dy_item_make(write->item);
	else if (write->update != NULL)
	{
		DyBuilder  *builder = dy_build_create();

		*differs = dy_update_apply(write->update, write->old_item, write->key_map, builder);
		item = dy_build_item(builder);
	}
	else
		item = dy_item_make(dy_value_present(write->old_item) ?
							write->old_item : write->key_map);

	write->new_item = dy_item_value(item);
	if (dy_item_is_too_large(write->new_item))
	{
		if (write->kind == DY_WRITE_PUT)
			dy_validation("Item size has exceeded the maximum allowed size");
		dy_validation("Item size to update has exceeded the maximum allowed size");
	}
	return item;
}

/*
 * All columns of the new row: ours from the item, anybody else's as they
 * were.
 */
static void
fill_new_row(DyWrite *write, DyRowChange *change, DyItem *item)
{
	TupleDesc	desc = RelationGetDescr(change->rel);
	bool		found = dy_value_present(write->old_item);

	if (found)
	{
		memcpy(change->values, change->old_values, desc->natts * sizeof(Datum));
		memcpy(change->isnull, change->old_isnull, desc->natts * sizeof(bool));
	}
	else
	{
		memset(change->values, 0, desc->natts * sizeof(Datum));
		memset(change->isnull, true, desc->natts * sizeof(bool));
	}

	if (write->kind == DY_WRITE_UPDATE)
		dy_row_derive_update(write->table, &write->key, found ? write->old_item : write->key_map,
							 write->new_item,
							 write->update == NULL || !write->update->legacy,
							 change->values, change->isnull);
	else
		dy_row_derive(write->table, &write->key, write->new_item, change->values, change->isnull);

	if (!found)
		dy_meet_names(write->new_item);
	change->values[DY_ATT_ITEM - 1] = PointerGetDatum(item);
	change->isnull[DY_ATT_ITEM - 1] = false;
}

/*
 * Would the write leave every column as it is?
 */
static bool
row_is_unchanged(const DyWrite *write, DyRowChange *change)
{
	return dy_row_is_plain(write->table, change->rel) &&
		dy_value_equal(write->old_item, write->new_item) &&
		!dy_row_derived_changed(change);
}

static DyRowResult
change_row(DyWrite *write, DyRowChange *change)
{
	bool		found = dy_value_present(write->old_item);
	bool		plain = dy_row_is_plain(write->table, change->rel);
	TupleDesc	desc = RelationGetDescr(change->rel);
	HeapTuple	row;
	DyRowResult result;

	if (write->kind == DY_WRITE_DELETE)
	{
		result = plain ? dy_row_delete(change) : dy_row_delete_executor(change);
		if (change->skipped)
			write->new_item = write->old_item;
		return result;
	}

	row = heap_form_tuple(desc, change->values, change->isnull);
	if (plain && found && dy_row_update_hot(change, row))
		return DY_ROW_DONE;

	if (change->new_slot == NULL)
		change->new_slot = MakeSingleTupleTableSlot(desc, &TTSOpsHeapTuple);
	ExecStoreHeapTuple(row, change->new_slot, true);
	if (plain)
		return found ? dy_row_update(change) : dy_row_insert(change);

	result = found ? dy_row_update_executor(change) : dy_row_insert_executor(change);
	if (result == DY_ROW_DONE)
	{
		bool		isnull;
		Datum		datum = slot_getattr(change->new_slot, DY_ATT_ITEM, &isnull);

		/* a trigger may have made another item of it, or none */
		write->new_item = change->skipped ? write->old_item :
			dy_storage_item_copy(datum, isnull);
	}
	return result;
}
