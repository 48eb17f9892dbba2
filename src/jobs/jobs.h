/*-------------------------------------------------------------------------
 *
 * jobs.h
 *	  Background work.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_JOBS_JOBS_H
#define DY_JOBS_JOBS_H

/* Called once while the library is preloaded: starts the launcher with the server. */
extern void dy_jobs_init(void);

/* The metadata has work in dynamo_internal.backfills: begin when this transaction commits. */
extern void dy_backfill_at_commit(void);

#endif							/* DY_JOBS_JOBS_H */
