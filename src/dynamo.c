/*-------------------------------------------------------------------------
 *
 * dynamo.c
 *	  Entry point of the library.
 *
 * The library works in two ways.  Preloaded (shared_preload_libraries), it
 * owns everything it needs.  Loaded on first use, by a function of the
 * extension, what needs the postmaster is missing: background workers, and
 * settings that can only be made at server start.  Whatever needs
 * preloading says so when it is asked for.
 *
 * Nothing but the calls of the modules' own init functions belongs here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"

#include "base/guc.h"
#include "base/log.h"
#include "engine/throttle.h"
#include "jobs/jobs.h"
#include "tableam/hint.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

/*
 * Called by the server once per process, when it has loaded the library.
 */
void
_PG_init(void)
{
	dy_guc_init();
	dy_log_init();
	dy_throttle_init();
	dy_hint_init();
	if (process_shared_preload_libraries_in_progress)
		dy_jobs_init();
}
