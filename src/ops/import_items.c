/*-------------------------------------------------------------------------
 *
 * import_items.c
 *	  dynamo.import_items(): the items of a query, put in the order of their
 *	  keys.
 *
 * Items that come in random order have the page of their collection looked
 * for again and again, and leave it on two to four times as many pages as
 * need be, and gaps in the primary index (src/tableam/README.md).  COPY
 * can do nothing about that: it wants to know the place of a row before it
 * reads the next.  So here all items are read first and sorted as the primary
 * index is, on disk if they do not fit into maintenance_work_mem, and then
 * put one by one, as PutItem does, but without a key lock for each: there may
 * be millions.
 *
 * Throughput limits do not hold: it is SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplesort.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "engine/engine.h"

/* Items taken from the query at a time; each may have 400 kB. */
#define FETCH_ITEMS 100

/* Columns that are sorted: by the first three, which no two rows share. */
enum
{
	SORT_HK = 1,
	SORT_SK,
	SORT_POSITION,				/* in the query's result */
	SORT_ITEM,
	N_SORT_COLUMNS = SORT_ITEM,
	N_SORT_KEYS = SORT_POSITION
};

typedef struct Import
{
	DyBytes		table_name;
	Oid			relid;
	Oid			item_type;
	Tuplesortstate *sort;
	TupleTableSlot *to_sort;
	TupleTableSlot *sorted;
	int64		count;
	MemoryContext item_context; /* reset with every item */
} Import;

static void begin_sort(Import *import);
static void read_items(Import *import, const char *query);
static void check_columns(const Import *import, TupleDesc desc);
static void sort_item(Import *import, const DyTable *table, Datum item, bool isnull);
static void put_items(Import *import);

DY_SQL_FUNCTION(dynamo_import_items);

/*
 * dynamo.import_items("table" text, query text) returns bigint
 *
 * Puts what the query returns, one column of type dynamo.item, into the
 * table; returns how many items that were.  An item replaces the one that has
 * its key, of several with one key the last of the query stays.  The query
 * runs with the caller's rights and sees the table as it was before; it may
 * take items out of the table itself (DELETE ... RETURNING item).
 *
 * All or nothing: an item that PutItem would refuse raises PutItem's error.
 * From when all are sorted to the end of the transaction a ConditionCheck on
 * the table is a conflict, and whoever writes one of the keys waits.
 */
Datum
dynamo_import_items(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	Import		import = {
		.table_name = {VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)},
	};

	PreventCommandDuringRecovery("import_items()");
	PreventCommandIfReadOnly("import_items()");

	SPI_connect();
	import.relid = dy_table_get_to_write(import.table_name)->relid;
	import.item_type = get_atttype(import.relid, DY_ATT_ITEM);
	import.item_context = AllocSetContextCreate(CurrentMemoryContext, "dynamo import", ALLOCSET_DEFAULT_SIZES);
	begin_sort(&import);
	read_items(&import, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	put_items(&import);
	ExecDropSingleTupleTableSlot(import.to_sort);
	ExecDropSingleTupleTableSlot(import.sorted);
	tuplesort_end(import.sort);
	SPI_finish();

	PG_RETURN_INT64(import.count);
}

static void
begin_sort(Import *import)
{
	TupleDesc	desc = CreateTemplateTupleDesc(N_SORT_COLUMNS);
	Oid			bytes_less = lookup_type_cache(BYTEAOID, TYPECACHE_LT_OPR)->lt_opr;
	Oid			number_less = lookup_type_cache(INT8OID, TYPECACHE_LT_OPR)->lt_opr;
	AttrNumber	columns[N_SORT_KEYS] = {SORT_HK, SORT_SK, SORT_POSITION};
	Oid			operators[N_SORT_KEYS] = {bytes_less, bytes_less, number_less};
	Oid			collations[N_SORT_KEYS] = {InvalidOid, InvalidOid, InvalidOid};
	bool		nulls_first[N_SORT_KEYS] = {false, false, false};

	TupleDescInitEntry(desc, SORT_HK, "hk", BYTEAOID, -1, 0);
	TupleDescInitEntry(desc, SORT_SK, "sk", BYTEAOID, -1, 0);
	TupleDescInitEntry(desc, SORT_POSITION, "position", INT8OID, -1, 0);
	TupleDescInitEntry(desc, SORT_ITEM, "item", import->item_type, -1, 0);

	/* a DyRowKey has no short headers */
	TupleDescAttr(desc, SORT_HK - 1)->attstorage = TYPSTORAGE_PLAIN;
	TupleDescAttr(desc, SORT_SK - 1)->attstorage = TYPSTORAGE_PLAIN;

	import->sort = tuplesort_begin_heap(desc, N_SORT_KEYS, columns, operators, collations, nulls_first,
										maintenance_work_mem, NULL, TUPLESORT_NONE);
	import->to_sort = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	import->sorted = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
}

/* Give the items of the query to the sort. */
static void
read_items(Import *import, const char *query)
{
	const DyTable *table = dy_table_get_to_write(import->table_name);
	SPIParseOpenOptions options = {.read_only = false};
	Portal		portal = SPI_cursor_parse_open(NULL, query, &options);

	check_columns(import, portal->tupDesc);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, FETCH_ITEMS);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			bool		isnull;
			Datum		item = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);

			sort_item(import, table, item, isnull);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);

	/* what it has changed is to be seen by what follows */
	CommandCounterIncrement();
}

static void
check_columns(const Import *import, TupleDesc desc)
{
	if (desc->natts != 1 || TupleDescAttr(desc, 0)->atttypid != import->item_type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the query must return one column of type dynamo.item"),
				 errhint("Cast DynamoDB JSON to dynamo.item; dynamo.to_item() makes an item of a plain document.")));
}

static void
sort_item(Import *import, const DyTable *table, Datum item, bool isnull)
{
	MemoryContext caller = MemoryContextSwitchTo(import->item_context);
	Datum	   *values = import->to_sort->tts_values;
	DyItem	   *detoasted;
	DyRowKey	key;

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the query must not return null")));
	detoasted = DatumGetDyItemP(item);
	key = dy_key_of_item(table, dy_item_value(detoasted));

	/* those that the query has yet to make can do with numbers */
	dy_meet_names(dy_item_value(detoasted));

	ExecClearTuple(import->to_sort);
	values[SORT_HK - 1] = PointerGetDatum(key.hk);
	values[SORT_SK - 1] = PointerGetDatum(key.sk);
	values[SORT_POSITION - 1] = Int64GetDatum(import->count++);
	values[SORT_ITEM - 1] = PointerGetDatum(detoasted);
	memset(import->to_sort->tts_isnull, false, N_SORT_COLUMNS * sizeof(bool));
	ExecStoreVirtualTuple(import->to_sort);
	tuplesort_puttupleslot(import->sort, import->to_sort);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(import->item_context);
}

/* Put them, in the order of their keys. */
static void
put_items(Import *import)
{
	/* the query may have changed the table's description */
	const DyTable *table = dy_table_get_to_write(import->table_name);
	const Datum *values = import->sorted->tts_values;
	MemoryContext caller;

	if (table->relid != import->relid)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("the query has replaced the table")));
	tuplesort_performsort(import->sort);
	dy_write_lock_load(table);
	caller = MemoryContextSwitchTo(import->item_context);
	while (tuplesort_gettupleslot(import->sort, true, false, import->sorted, NULL))
	{
		DyWrite		write = {.kind = DY_WRITE_PUT,.table = table,.locked = true};

		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(import->sorted);
		write.key.hk = (bytea *) DatumGetPointer(values[SORT_HK - 1]);
		write.key.sk = (bytea *) DatumGetPointer(values[SORT_SK - 1]);
		write.item = dy_item_value((DyItem *) DatumGetPointer(values[SORT_ITEM - 1]));
		dy_write(&write);
		MemoryContextReset(import->item_context);
	}
	MemoryContextSwitchTo(caller);
}
