/*-------------------------------------------------------------------------
 *
 * backfill.c
 *	  Filling a new column of an item table, and building its btree.
 *
 * Adding a global secondary index goes like this:
 *
 *	  1. UpdateTable adds a column x without a value, and metadata that say
 *		 CREATING.  From the moment it commits every writer fills x.
 *	  2. The worker here walks the rows in the order of the primary key and
 *		 fills x where it is not what the item gives, some rows a
 *		 transaction.  x is not indexed yet, so these updates are HOT.
 *	  3. It builds the btree with CREATE INDEX CONCURRENTLY.
 *	  4. It sets the index ACTIVE.
 *
 * The column "expires", when TTL is switched on, is filled in the same way.
 *
 * State: the row of dynamo_internal.backfills holds the key of the last row
 * done and is written in the transaction that does the rows, so a crash
 * costs nothing.  Step 3 leaves an invalid index behind when it fails; it is
 * dropped before the next attempt.  Step 4 and the removal of the row are
 * one transaction.
 *
 * Rows that come, go or move to other keys meanwhile are their writers'
 * business: they know the column.
 *
 * Locks: the relation first, then the metadata, then keys and rows (as
 * UpdateTable and DROP TABLE).  One worker a database at a time, by a lock
 * of the session.
 *
 * The session runs as the bootstrap superuser, but fires no trigger of
 * anybody (session_replication_role) and has an empty search path.  Each of
 * its transactions emits a logical message, by which a decoder knows that no
 * item has changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/parser.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "replication/message.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "tcop/cmdtag.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "jobs/jobs.h"
#include "tables/control.h"
#include "tables/load.h"
#include "tables/table.h"

/*
 * Tells the worker's lock from users' advisory locks and from the other
 * locks of ours (src/tableam/key_lock.c, src/ops/idempotency.c).
 */
#define WORKER_LOCK_FIELD	0xD4

/* Rows looked at, and key locks held, in one transaction. */
#define BATCH_ROWS		100

/* One column to be filled. */
typedef struct Backfill
{
	char	   *table_name;
	char	   *column;
} Backfill;

static bool find_work(Backfill *work);
static void work_on(const Backfill *work);
static bool fill_batch(const Backfill *work);
static const DyTable *lock_work(const Backfill *work, AttrNumber *attnum);
static bool fill_row(const DyTable *table, AttrNumber attnum, const char *relation, const char *column,
					 Datum hk, Datum sk);
static Datum wanted_value(const DyTable *table, AttrNumber attnum, Datum item, bool *isnull);
static bool is_wanted(AttrNumber attnum, const DyTable *table, Datum wanted, bool wanted_null, uint64 row);
static void build_index(const Backfill *work);
static char *index_statement(const Backfill *work);
static void finish(const Backfill *work);
static void begin(void);
static void commit(void);
static void run_top_level(const char *sql);

extern PGDLLEXPORT void dynamo_backfill_main(Datum arg);

/*
 * The worker's life: all the work of one database, then the end.
 */
void
dynamo_backfill_main(Datum arg)
{
	Oid			database = DatumGetObjectId(arg);
	LOCKTAG		tag;
	MemoryContext context;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);

	SetConfigOption("session_replication_role", "replica", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_OVERRIDE);
	SetConfigOption("synchronous_commit", "off", PGC_USERSET, PGC_S_OVERRIDE);
	SetConfigOption("statement_timeout", "0", PGC_USERSET, PGC_S_OVERRIDE);
	SetConfigOption("lock_timeout", "0", PGC_USERSET, PGC_S_OVERRIDE);
	SetConfigOption("default_transaction_isolation", "read committed", PGC_USERSET, PGC_S_OVERRIDE);
	SetConfigOption("application_name", "dynamo backfill", PGC_USERSET, PGC_S_OVERRIDE);

	StartTransactionCommand();
	if (!OidIsValid(dy_metadata_relid("backfills")))
	{
		/* no such extension in this database */
		CommitTransactionCommand();
		proc_exit(0);
	}
	CommitTransactionCommand();

	/*
	 * of the advisory kind because only those end with the session, however
	 * it ends
	 */
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, 0, WORKER_LOCK_FIELD);
	(void) LockAcquire(&tag, ExclusiveLock, true, false);

	context = AllocSetContextCreate(TopMemoryContext, "dynamo backfill", ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		Backfill	work;

		MemoryContextReset(context);
		MemoryContextSwitchTo(context);
		if (!find_work(&work))
			break;
		work_on(&work);
	}
	proc_exit(0);
}

/*
 * The oldest work there is.  Strings are made in the caller's context.
 */
static bool
find_work(Backfill *work)
{
	MemoryContext context = CurrentMemoryContext;
	bool		found;

	begin();
	found = dy_control_run("SELECT table_name, column_name FROM dynamo_internal.backfills"
						   " ORDER BY started, table_name, column_name LIMIT 1",
						   0, NULL, NULL, NULL) > 0;
	if (found)
	{
		work->table_name = MemoryContextStrdup(context, dy_control_text(0, "table_name"));
		work->column = MemoryContextStrdup(context, dy_control_text(0, "column_name"));
	}
	commit();
	MemoryContextSwitchTo(context);
	return found;
}

static void
work_on(const Backfill *work)
{
	while (fill_batch(work))
		CHECK_FOR_INTERRUPTS();
	build_index(work);
	finish(work);
}

/*
 * The next rows.  False if there are no more, or the work has gone away.
 */
static bool
fill_batch(const Backfill *work)
{
	Oid			types[2] = {BYTEAOID, BYTEAOID};
	Datum		after[2];
	bool		nulls[2] = {false, false};
	const DyTable *table;
	AttrNumber	attnum;
	char	   *relation;
	uint64		rows = 0;
	MemoryContext context = CurrentMemoryContext;

	begin();
	table = lock_work(work, &attnum);
	if (table != NULL)
	{
		SPITupleTable *batch;
		TupleDesc	desc;

		for (int i = 0; i < 2; i++)
			after[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &nulls[i]);

		relation = quote_qualified_identifier(get_namespace_name(get_rel_namespace(table->relid)),
											  get_rel_name(table->relid));
		rows = dy_control_run(psprintf("SELECT hk, sk, item, %s FROM %s %s ORDER BY hk, sk LIMIT %d",
									   quote_identifier(work->column), relation,
									   nulls[0] ? "" : "WHERE (hk, sk) > ($1, $2)", BATCH_ROWS),
							  nulls[0] ? 0 : 2, types, after, NULL);
		batch = SPI_tuptable;
		desc = batch->tupdesc;
		(void) dy_log_logical_message("dynamo", "backfill");
		for (uint64 i = 0; i < rows; i++)
		{
			bool		isnull;
			bool		wanted_null;
			Datum		item = SPI_getbinval(batch->vals[i], desc, 3, &isnull);
			Datum		wanted = wanted_value(table, attnum, item, &wanted_null);

			for (int k = 0; k < 2; k++)
				after[k] = SPI_getbinval(batch->vals[i], desc, k + 1, &isnull);
			SPI_tuptable = batch;
			if (!is_wanted(attnum, table, wanted, wanted_null, i))
				fill_row(table, attnum, relation, work->column, after[0], after[1]);
		}

		if (rows > 0)
		{
			Oid			update_types[5] = {BYTEAOID, BYTEAOID, INT8OID, TEXTOID, TEXTOID};
			Datum		values[5];

			values[0] = after[0];
			values[1] = after[1];
			values[2] = Int64GetDatum(rows);
			values[3] = CStringGetTextDatum(work->table_name);
			values[4] = CStringGetTextDatum(work->column);
			dy_control_run("UPDATE dynamo_internal.backfills SET hk = $1, sk = $2, scanned = scanned + $3"
						   " WHERE table_name = $4 AND column_name = $5::pg_catalog.name",
						   5, update_types, values, NULL);
		}
	}
	commit();
	MemoryContextSwitchTo(context);
	return rows == BATCH_ROWS;
}

/*
 * Lock the relation of the work, then its row.  The row's hk and sk are the
 * last result.  NULL if the work has gone away: index or table were deleted.
 */
static const DyTable *
lock_work(const Backfill *work, AttrNumber *attnum)
{
	DyBytes		name = {work->table_name, strlen(work->table_name)};
	const DyTable *table = dy_table_find(name);
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2];

	if (table == NULL)
		return NULL;
	LockRelationOid(table->relid, RowExclusiveLock);
	*attnum = get_attnum(table->relid, work->column);
	if (*attnum == InvalidAttrNumber)
		return NULL;

	values[0] = CStringGetTextDatum(work->table_name);
	values[1] = CStringGetTextDatum(work->column);
	if (dy_control_run("SELECT hk, sk FROM dynamo_internal.backfills"
					   " WHERE table_name = $1 AND column_name = $2::pg_catalog.name FOR UPDATE",
					   2, types, values, NULL) == 0)
		return NULL;
	return table;
}

/*
 * Fill one row, as it is now.
 */
static bool
fill_row(const DyTable *table, AttrNumber attnum, const char *relation, const char *column,
		 Datum hk, Datum sk)
{
	bool		is_expires = attnum == table->expires_attnum;
	Oid			types[3] = {BYTEAOID, BYTEAOID, is_expires ? INT8OID : BYTEAOID};
	Datum		values[3] = {hk, sk, (Datum) 0};
	bool		nulls[3] = {false, false, false};
	bool		isnull;
	Datum		item;

	/* takes the key lock before the row lock */
	if (dy_control_run(psprintf("SELECT item, %s FROM %s WHERE hk = $1 AND sk = $2 FOR NO KEY UPDATE",
								quote_identifier(column), relation), 2, types, values, NULL) == 0)
		return false;
	item = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	values[2] = wanted_value(table, attnum, item, &nulls[2]);
	dy_control_run(psprintf("UPDATE %s SET %s = $3 WHERE hk = $1 AND sk = $2", relation, quote_identifier(column)),
				   3, types, values, nulls);
	return true;
}

/*
 * What the column should be for an item.
 */
static Datum
wanted_value(const DyTable *table, AttrNumber attnum, Datum item, bool *isnull)
{
	DyValue		map = dy_item_value(DatumGetDyItemP(item));

	*isnull = true;
	if (attnum == table->expires_attnum)
	{
		int64		expires = 0;

		*isnull = !dy_expires_of_item(table, map, &expires);
		return Int64GetDatum(expires);
	}
	for (int i = 0; i < table->nindexes; i++)
	{
		if (table->indexes[i].attnum == attnum)
		{
			bytea	   *x = dy_index_key_of_stored(&table->indexes[i], map);

			*isnull = x == NULL;
			return PointerGetDatum(x);
		}
	}
	return (Datum) 0;
}

/*
 * Is the fourth column of a row of the last result what it should be?
 */
static bool
is_wanted(AttrNumber attnum, const DyTable *table, Datum wanted, bool wanted_null, uint64 row)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 4, &isnull);

	if (isnull || wanted_null)
		return isnull == wanted_null;
	if (attnum == table->expires_attnum)
		return DatumGetInt64(value) == DatumGetInt64(wanted);
	else
	{
		bytea	   *x = DatumGetByteaPP(value);
		bytea	   *y = DatumGetByteaPP(wanted);

		return VARSIZE_ANY_EXHDR(x) == VARSIZE_ANY_EXHDR(y) &&
			memcmp(VARDATA_ANY(x), VARDATA_ANY(y), VARSIZE_ANY_EXHDR(x)) == 0;
	}
}

/*
 * Drop what an attempt before has left, then build.
 */
static void
build_index(const Backfill *work)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *leftovers = NIL;
	ListCell   *cell;
	char	   *statement = NULL;
	AttrNumber	attnum;
	const DyTable *table;

	begin();
	table = lock_work(work, &attnum);
	if (table != NULL)
	{
		Oid			types[2] = {OIDOID, INT2OID};
		Datum		values[2] = {ObjectIdGetDatum(table->relid), Int16GetDatum(attnum)};
		uint64		n;
		bool		have_valid = false;

		n = dy_control_run("SELECT i.indisvalid AS valid, i.indexrelid::pg_catalog.regclass::pg_catalog.text AS name"
						   " FROM pg_catalog.pg_index i WHERE i.indrelid = $1"
						   " AND $2 = ANY (i.indkey::pg_catalog.int2[])",
						   2, types, values, NULL);
		for (uint64 i = 0; i < n; i++)
		{
			if (dy_control_boolean(i, "valid"))
				have_valid = true;
			else
			{
				MemoryContext old_context = MemoryContextSwitchTo(context);

				leftovers = lappend(leftovers, pstrdup(dy_control_text(i, "name")));
				MemoryContextSwitchTo(old_context);
			}
		}
		if (!have_valid)
			statement = MemoryContextStrdup(context, index_statement(work));
	}
	commit();
	MemoryContextSwitchTo(context);

	foreach(cell, leftovers)
		run_top_level(psprintf("DROP INDEX CONCURRENTLY %s", (char *) lfirst(cell)));
	if (statement != NULL)
		run_top_level(statement);
	MemoryContextSwitchTo(context);
}

/*
 * CREATE INDEX for the column of the work, whose table is locked.
 */
static char *
index_statement(const Backfill *work)
{
	DyBytes		name = {work->table_name, strlen(work->table_name)};
	const DyTable *table = dy_table_get(name);
	DyIndexColumn column = {0};

	strlcpy(column.column, work->column, NAMEDATALEN);
	if (get_attnum(table->relid, work->column) == table->expires_attnum)
		return dy_ddl_expires_index_statement(table->relid);
	return dy_ddl_index_statement(table->relid, &column, true);
}

/*
 * The index may be read from now on.
 */
static void
finish(const Backfill *work)
{
	AttrNumber	attnum;
	const DyTable *table;

	begin();
	table = lock_work(work, &attnum);
	if (table != NULL)
	{
		Oid			types[2] = {TEXTOID, TEXTOID};
		Datum		values[2];

		values[0] = CStringGetTextDatum(work->table_name);
		values[1] = CStringGetTextDatum(work->column);
		dy_control_run("UPDATE dynamo_internal.indexes SET status = 'ACTIVE', backfilling = false"
					   " WHERE table_name = $1 AND column_name = $2::pg_catalog.name",
					   2, types, values, NULL);
		dy_control_run("DELETE FROM dynamo_internal.backfills"
					   " WHERE table_name = $1 AND column_name = $2::pg_catalog.name",
					   2, types, values, NULL);
		dy_table_invalidate(table->relid);
	}
	commit();
}

static void
begin(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	PushActiveSnapshot(GetTransactionSnapshot());
	pgstat_report_activity(STATE_RUNNING, "filling a column of an item table");
}

static void
commit(void)
{
	SPI_finish();
	PopActiveSnapshot();
	CommitTransactionCommand();
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
}

/*
 * Run a utility statement that manages transactions itself.  The text, what
 * it is parsed to and what the statement makes of it before its first commit
 * outlive them: they lie in the caller's context, which must not be a
 * transaction's and plays the part of the portal's.
 */
static void
run_top_level(const char *sql)
{
	MemoryContext context = CurrentMemoryContext;
	RawStmt    *raw = linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT));
	PlannedStmt *statement = makeNode(PlannedStmt);

	statement->commandType = CMD_UTILITY;
	statement->canSetTag = true;
	statement->utilityStmt = raw->stmt;
	statement->stmt_location = raw->stmt_location;
	statement->stmt_len = raw->stmt_len;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	pgstat_report_activity(STATE_RUNNING, sql);
	PortalContext = context;
	MemoryContextSwitchTo(context);
	ProcessUtility(statement, sql, false, PROCESS_UTILITY_TOPLEVEL, NULL, NULL,
				   None_Receiver, NULL);
	if (ActiveSnapshotSet())
		PopActiveSnapshot();
	CommitTransactionCommand();
	PortalContext = NULL;
	MemoryContextSwitchTo(context);
	pgstat_report_activity(STATE_IDLE, NULL);
}
