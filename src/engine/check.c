/*-------------------------------------------------------------------------
 *
 * check.c
 *	  dynamo.check(): does everything derived from the items agree with them?
 *
 * What is derived is the key columns, the index columns and the entries of the
 * btrees.  All of it is computed again and compared, under one snapshot:
 *
 *	  row		the item is well-formed, fits the table, and every column is
 *				what the item gives
 *	  missing	each row is found through each index that it belongs to,
 *				by its full key
 *	  extra		each entry of each index that leads to a visible row has that
 *				row's key, and no row is reached twice
 *
 * "Extra" is told by the number of entries: if every row is found and there
 * are as many entries as rows, there is none too many.  The number is all that
 * is asked of the index on expires, besides right entries: so many rows may
 * have one time of expiry that looking for each among them would take too long.
 *
 * pg_amcheck and verify_heapam refuse relations of other access methods than
 * heap; this is our own.  The inside of a btree is checked by bt_index_check.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relscan.h"
#include "access/stratnum.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/errors.h"
#include "engine/storage.h"
#include "wire/request.h"

#define CHECK_COLUMNS		5

/* An index under check. */
typedef struct CheckedIndex
{
	const DyIndex *index;		/* NULL: the primary, or that of expires */
	const char *name;
	Relation	rel;
	IndexScanDesc probe;		/* NULL: rows are not looked for */
	TupleTableSlot *slot;
	int			ncolumns;
	AttrNumber	columns[3];		/* of the table, in the order of the index */
	int64		expected;		/* entries that the rows call for */
} CheckedIndex;

typedef struct Check
{
	const DyTable *table;
	ReturnSetInfo *result;
	Relation	rel;
	Snapshot	snapshot;
	MemoryContext row_context;
	bool		expires_backfilling;
	int			nindexes;
	CheckedIndex *indexes;
} Check;

DY_SQL_FUNCTION(dynamo_check);

static void open_indexes(Check *check);
static void close_indexes(Check *check);
static void close_index(CheckedIndex *checked);
static void add_index(Check *check, const DyIndex *index, Oid indexoid);
static void add_expires_index(Check *check);
static CheckedIndex *open_index(Check *check, Oid indexoid, int ncolumns, const AttrNumber *columns);
static bool is_expires_backfilling(const DyTable *table);
static void check_rows(Check *check);
static void check_row(Check *check, TupleTableSlot *slot);
static bool derive_again(Check *check, TupleTableSlot *slot, Datum *values, bool *isnull);
static bool column_is_right(Check *check, TupleTableSlot *slot, AttrNumber attnum,
							const Datum *values, const bool *isnull);
static void probe_index(Check *check, CheckedIndex *checked, TupleTableSlot *slot);
static void check_entries(Check *check, CheckedIndex *checked);
static bool entry_is_right(CheckedIndex *checked, IndexTuple entry, TupleTableSlot *slot);
static void report(Check *check, const char *problem, const DyIndex *index,
				   TupleTableSlot *slot, const char *detail);

/*
 * dynamo.check(table_name text) returns setof record
 */
Datum
dynamo_check(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	DyBytes		name_bytes = {VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)};
	Check		check = {0};

	InitMaterializedSRF(fcinfo, 0);
	check.result = (ReturnSetInfo *) fcinfo->resultinfo;

	check.table = dy_table_get(dy_table_name_of_resource(name_bytes));
	check.expires_backfilling = is_expires_backfilling(check.table);
	check.snapshot = dy_storage_read_snapshot();
	check.rel = dy_storage_open(check.table);
	check.row_context = AllocSetContextCreate(CurrentMemoryContext, "dynamo check",
											  ALLOCSET_DEFAULT_SIZES);
	open_indexes(&check);

	check_rows(&check);
	for (int i = 0; i < check.nindexes; i++)
		check_entries(&check, &check.indexes[i]);

	close_indexes(&check);
	dy_storage_close(check.rel);
	UnregisterSnapshot(check.snapshot);
	return (Datum) 0;
}

/*
 * Indexes that are not built yet, or whose column is still being filled, say
 * nothing.
 */
static void
open_indexes(Check *check)
{
	const DyTable *table = check->table;

	check->indexes = palloc0((table->nindexes + 2) * sizeof(CheckedIndex));
	add_index(check, NULL, table->primary_indexoid);
	for (int i = 0; i < table->nindexes; i++)
	{
		const DyIndex *index = &table->indexes[i];

		if (OidIsValid(index->indexoid) && !index->backfilling)
			add_index(check, index, index->indexoid);
	}
	if (OidIsValid(table->expires_indexoid))
		add_expires_index(check);
}

static void
add_index(Check *check, const DyIndex *index, Oid indexoid)
{
	CheckedIndex *checked;
	AttrNumber	columns[3];
	int			n = 0;

	if (index != NULL && index->kind == DY_INDEX_GLOBAL)
		columns[n++] = index->attnum;
	columns[n++] = DY_ATT_HK;
	if (index != NULL && index->kind == DY_INDEX_LOCAL)
		columns[n++] = index->attnum;
	columns[n++] = DY_ATT_SK;

	checked = open_index(check, indexoid, n, columns);
	checked->index = index;
	checked->name = index == NULL ? "primary key" : pnstrdup(index->name.data, index->name.len);
	checked->probe = index_beginscan(check->rel, checked->rel, check->snapshot, n, 0);
}

/* An invalid one says nothing: its build goes on, or has failed. */
static void
add_expires_index(Check *check)
{
	CheckedIndex *checked = open_index(check, check->table->expires_indexoid, 1,
									   &check->table->expires_attnum);

	checked->name = "expires";
	if (!checked->rel->rd_index->indisvalid)
	{
		close_index(checked);
		check->nindexes--;
	}
}

static CheckedIndex *
open_index(Check *check, Oid indexoid, int ncolumns, const AttrNumber *columns)
{
	CheckedIndex *checked = &check->indexes[check->nindexes++];

	checked->ncolumns = ncolumns;
	memcpy(checked->columns, columns, ncolumns * sizeof(AttrNumber));
	checked->rel = dy_storage_open_index(indexoid, AccessShareLock);
	checked->slot = table_slot_create(check->rel, NULL);
	return checked;
}

static void
close_indexes(Check *check)
{
	for (int i = 0; i < check->nindexes; i++)
		close_index(&check->indexes[i]);
}

static void
close_index(CheckedIndex *checked)
{
	if (checked->probe != NULL)
		index_endscan(checked->probe);
	ExecDropSingleTupleTableSlot(checked->slot);
	dy_storage_close(checked->rel);
}

/* While TTL is being switched on, older rows have no expires yet. */
static bool
is_expires_backfilling(const DyTable *table)
{
	Oid			types[] = {TEXTOID};
	Datum		arguments[] = {PointerGetDatum(cstring_to_text_with_len(table->name.data,
																		table->name.len))};
	bool		found;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	SPI_execute_with_args("SELECT FROM dynamo_internal.backfills"
						  " WHERE table_name = $1 AND column_name = 'expires'",
						  1, types, arguments, NULL, true, 1);
	found = SPI_processed > 0;
	SPI_finish();
	return found;
}

static void
check_rows(Check *check)
{
	TupleTableSlot *slot = table_slot_create(check->rel, NULL);
	TableScanDesc scan = table_beginscan(check->rel, check->snapshot, 0, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		MemoryContext old_context;

		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(slot);
		for (int i = 0; i < check->nindexes; i++)
			probe_index(check, &check->indexes[i], slot);

		old_context = MemoryContextSwitchTo(check->row_context);
		check_row(check, slot);
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(check->row_context);
	}

	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

/* The columns of a row against its item. */
static void
check_row(Check *check, TupleTableSlot *slot)
{
	TupleDesc	desc = RelationGetDescr(check->rel);
	Datum	   *values = palloc0(desc->natts * sizeof(Datum));
	bool	   *isnull = palloc(desc->natts * sizeof(bool));

	memset(isnull, true, desc->natts * sizeof(bool));
	if (!derive_again(check, slot, values, isnull))
		return;
	for (AttrNumber attnum = 1; attnum <= desc->natts; attnum++)
	{
		if (!column_is_right(check, slot, attnum, values, isnull))
			report(check, "wrong column", NULL, slot,
				   NameStr(TupleDescAttr(desc, attnum - 1)->attname));
	}
}

/*
 * What the item's columns should be; false, and a report, if it is no item
 * of this table.
 */
static bool
derive_again(Check *check, TupleTableSlot *slot, Datum *values, bool *isnull)
{
	MemoryContext context = CurrentMemoryContext;
	DyValue		item = DY_NO_VALUE;
	volatile bool derived = false;

	if (!slot->tts_isnull[DY_ATT_ITEM - 1])
	{
		/*
		 * No subtransaction is needed to go on after an error of the item:
		 * what finds it only computes.  Detoasting, which takes locks, comes
		 * before.  Attribute names may have to be read inside, which can be
		 * cancelled; such an error is not ours to stop.
		 */
		DyItem	   *stored = (DyItem *) PG_DETOAST_DATUM(slot->tts_values[DY_ATT_ITEM - 1]);

		PG_TRY();
		{
			item = dy_item_value(stored);
			dy_value_check(item);
			dy_row_derive_update(check->table, NULL, item, item, true, values, isnull);
			derived = true;
		}
		PG_CATCH();
		{
			ErrorData  *error;
			DyErrorCode code;

			if (geterrcode() != ERRCODE_DATA_CORRUPTED && !dy_error_lookup(geterrcode(), &code))
				PG_RE_THROW();
			MemoryContextSwitchTo(context);
			error = CopyErrorData();
			FlushErrorState();
			report(check, "invalid item", NULL, slot, error->message);
		}
		PG_END_TRY();
	}
	return derived;
}

/* Columns that are not ours are always right. */
static bool
column_is_right(Check *check, TupleTableSlot *slot, AttrNumber attnum,
				const Datum *values, const bool *isnull)
{
	const DyTable *table = check->table;
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(check->rel), attnum - 1);
	bool		stored_null = slot->tts_isnull[attnum - 1];
	bool		ours = attnum == DY_ATT_HK || attnum == DY_ATT_SK;
	bool		filling = false;

	if (attnum == table->expires_attnum)
	{
		ours = true;
		filling = check->expires_backfilling;
	}
	for (int i = 0; i < table->nindexes; i++)
	{
		if (table->indexes[i].attnum == attnum)
		{
			ours = true;
			filling = table->indexes[i].backfilling;
		}
	}

	if (!ours || (filling && stored_null))
		return true;
	if (stored_null || isnull[attnum - 1])
		return stored_null == isnull[attnum - 1];
	return datum_image_eq(slot->tts_values[attnum - 1], values[attnum - 1],
						  att->attbyval, att->attlen);
}

/*
 * Is the row found by its full key, at its own place?
 */
static void
probe_index(Check *check, CheckedIndex *checked, TupleTableSlot *slot)
{
	ScanKeyData keys[3];
	bool		found = false;

	for (int i = 0; i < checked->ncolumns; i++)
	{
		if (slot->tts_isnull[checked->columns[i] - 1])
			return;				/* not in this index */
	}
	checked->expected++;
	if (checked->probe == NULL)
		return;

	for (int i = 0; i < checked->ncolumns; i++)
		ScanKeyInit(&keys[i], i + 1, BTEqualStrategyNumber, F_BYTEAEQ,
					slot->tts_values[checked->columns[i] - 1]);
	index_rescan(checked->probe, keys, checked->ncolumns, NULL, 0);
	while (!found && index_getnext_slot(checked->probe, ForwardScanDirection, checked->slot))
		found = ItemPointerEquals(&checked->slot->tts_tid, &slot->tts_tid);
	ExecClearTuple(checked->slot);

	if (!found)
		report(check, "missing index entry", checked->index, slot, checked->name);
}

/*
 * All of an index: entries must have the key of the row they lead to, and
 * there must be as many as rows want.
 */
static void
check_entries(Check *check, CheckedIndex *checked)
{
	IndexScanDesc scan = index_beginscan(check->rel, checked->rel, check->snapshot, 0, 0);
	int64		found = 0;

	scan->xs_want_itup = true;
	index_rescan(scan, NULL, 0, NULL, 0);
	while (index_getnext_slot(scan, ForwardScanDirection, checked->slot))
	{
		CHECK_FOR_INTERRUPTS();

		found++;
		slot_getallattrs(checked->slot);
		if (!entry_is_right(checked, scan->xs_itup, checked->slot))
			report(check, "wrong index entry", checked->index, checked->slot,
				   checked->name);
	}

	if (found != checked->expected)
		report(check, "wrong number of index entries", checked->index, NULL,
			   psprintf("%s: " INT64_FORMAT " entries for " INT64_FORMAT " rows",
						checked->name, found, checked->expected));

	ExecClearTuple(checked->slot);
	index_endscan(scan);
}

static bool
entry_is_right(CheckedIndex *checked, IndexTuple entry, TupleTableSlot *slot)
{
	TupleDesc	desc = RelationGetDescr(checked->rel);

	for (int i = 0; i < checked->ncolumns; i++)
	{
		bool		isnull;
		Datum		value = index_getattr(entry, i + 1, desc, &isnull);
		AttrNumber	attnum = checked->columns[i];
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (isnull || slot->tts_isnull[attnum - 1] ||
			!datum_image_eq(value, slot->tts_values[attnum - 1], att->attbyval, att->attlen))
			return false;
	}
	return true;
}

/* One row of the result; slot, the row with the problem, may be NULL. */
static void
report(Check *check, const char *problem, const DyIndex *index,
	   TupleTableSlot *slot, const char *detail)
{
	Datum		values[CHECK_COLUMNS] = {0};
	bool		isnull[CHECK_COLUMNS] = {false, true, true, true, true};

	values[0] = CStringGetTextDatum(problem);
	if (index != NULL)
	{
		values[1] = PointerGetDatum(cstring_to_text_with_len(index->name.data, index->name.len));
		isnull[1] = false;
	}
	if (slot != NULL)
	{
		slot_getsomeattrs(slot, DY_ATT_SK);
		values[2] = slot->tts_values[DY_ATT_HK - 1];
		isnull[2] = slot->tts_isnull[DY_ATT_HK - 1];
		values[3] = slot->tts_values[DY_ATT_SK - 1];
		isnull[3] = slot->tts_isnull[DY_ATT_SK - 1];
	}
	if (detail != NULL)
	{
		values[4] = CStringGetTextDatum(detail);
		isnull[4] = false;
	}
	tuplestore_putvalues(check->result->setResult, check->result->setDesc, values, isnull);
}
