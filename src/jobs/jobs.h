/*-------------------------------------------------------------------------
 *
 * jobs.h
 *	  Background work.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_JOBS_JOBS_H
#define DY_JOBS_JOBS_H

#include "item/value.h"

/* Called once while the library is preloaded: starts the launcher with the server. */
extern void dy_jobs_init(void);

/* The metadata has work in dynamo_internal.backfills: begin when this transaction commits. */
extern void dy_backfill_at_commit(void);

/*
 * If there is such work for a table, end the worker of this database now and
 * begin again when this transaction commits.  For whoever is about to lock
 * the table: the build of an index waits for every transaction that might
 * use it, and would wait for the one that waits for it.  Between
 * dy_control_begin and dy_control_end.
 */
extern void dy_backfill_interrupt(DyBytes table_name);

#endif							/* DY_JOBS_JOBS_H */
