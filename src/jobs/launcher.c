/*-------------------------------------------------------------------------
 *
 * launcher.c
 *	  Starting the workers that do background work.
 *
 * Work is a row in dynamo_internal.backfills.  A worker belongs to one
 * database, does all the work it finds there and exits.  It is started
 *
 *	  - at the commit of the transaction that made the row;
 *	  - by the launcher, which looks at every database when the server
 *		starts and then once a minute: it finds what a crash, a full table of
 *		workers or an error has left behind.
 *
 * The launcher exists only if the library is preloaded.  Without it a worker
 * that failed is started again by the postmaster, but work that waits when
 * the server stops waits until the next row is made.
 *
 * Workers of one database exclude each other with a lock (backfill.c), so
 * one too many does no harm.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "jobs/jobs.h"
#include "tables/control.h"

#define LAUNCHER_NAPTIME_MS		60000
#define RESTART_SECONDS			10

static bool start_worker(Oid database, int restart_seconds);
static List *databases(void);
static void transaction_ended(XactEvent event, void *arg);

static bool preloaded = false;
static bool start_at_commit = false;

extern PGDLLEXPORT void dynamo_launcher_main(Datum arg);

void
dy_jobs_init(void)
{
	BackgroundWorker worker = {0};

	preloaded = true;
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = RESTART_SECONDS;
	strlcpy(worker.bgw_library_name, "dynamo", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "dynamo_launcher_main", BGW_MAXLEN);
	strlcpy(worker.bgw_name, "dynamo launcher", BGW_MAXLEN);
	strlcpy(worker.bgw_type, "dynamo launcher", BGW_MAXLEN);
	RegisterBackgroundWorker(&worker);
}

void
dy_backfill_at_commit(void)
{
	static bool registered = false;

	if (!registered)
	{
		RegisterXactCallback(transaction_ended, NULL);
		registered = true;
	}
	start_at_commit = true;
}

void
dy_backfill_interrupt(DyBytes table_name)
{
	Oid			type = TEXTOID;
	Datum		value = PointerGetDatum(cstring_to_text_with_len(table_name.data, table_name.len));

	if (dy_control_run("SELECT FROM dynamo_internal.backfills WHERE table_name = $1",
					   1, &type, &value, NULL) == 0)
		return;
	dy_control_run("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
				   " WHERE backend_type = 'dynamo backfill'"
				   " AND datname OPERATOR(pg_catalog.=) pg_catalog.current_database()",
				   0, NULL, NULL, NULL);
	dy_backfill_at_commit();
}

/*
 * The launcher's life.  It belongs to no database.
 */
void
dynamo_launcher_main(Datum arg)
{
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);

	while (!ShutdownRequestPending)
	{
		ListCell   *cell;
		List	   *oids = databases();

		/* what finds no slot now is tried again in a minute */
		foreach(cell, oids)
			(void) start_worker(lfirst_oid(cell), BGW_NEVER_RESTART);
		list_free(oids);

		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 LAUNCHER_NAPTIME_MS, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
	}
	proc_exit(0);
}

/*
 * Every database that accepts connections.  The list is made in
 * TopMemoryContext.
 */
static List *
databases(void)
{
	List	   *result = NIL;
	Relation	rel;
	TableScanDesc scan;
	HeapTuple	tuple;
	MemoryContext old_context;

	StartTransactionCommand();
	(void) GetTransactionSnapshot();
	rel = table_open(DatabaseRelationId, AccessShareLock);
	scan = table_beginscan_catalog(rel, 0, NULL);
	while (HeapTupleIsValid(tuple = heap_getnext(scan, ForwardScanDirection)))
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);

		if (!database->datallowconn || database->datistemplate)
			continue;
		old_context = MemoryContextSwitchTo(TopMemoryContext);
		result = lappend_oid(result, database->oid);
		MemoryContextSwitchTo(old_context);
	}
	table_endscan(scan);
	table_close(rel, AccessShareLock);
	CommitTransactionCommand();
	return result;
}

/*
 * False if there is no slot for another worker.
 */
static bool
start_worker(Oid database, int restart_seconds)
{
	BackgroundWorker worker = {0};

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = restart_seconds;
	strlcpy(worker.bgw_library_name, "dynamo", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "dynamo_backfill_main", BGW_MAXLEN);
	snprintf(worker.bgw_name, BGW_MAXLEN, "dynamo backfill of database %u", database);
	strlcpy(worker.bgw_type, "dynamo backfill", BGW_MAXLEN);
	worker.bgw_main_arg = ObjectIdGetDatum(database);
	return RegisterDynamicBackgroundWorker(&worker, NULL);
}

/*
 * The work can be seen by others from now on.  After a prepared transaction
 * it is the launcher that finds it.
 */
static void
transaction_ended(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			if (start_at_commit)
			{
				start_at_commit = false;
				if (!start_worker(MyDatabaseId, preloaded ? BGW_NEVER_RESTART : RESTART_SECONDS))
					ereport(WARNING,
							(errmsg("no free background worker to fill a new index"),
							 errhint("You might need to increase max_worker_processes.")));
			}
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			start_at_commit = false;
			break;
		default:
			break;
	}
}
