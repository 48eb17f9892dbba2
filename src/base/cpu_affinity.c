/*-------------------------------------------------------------------------
 *
 * cpu_affinity.c
 *	  A session's process stays on one processor (dynamo.cpu_affinity).
 *
 * Client and server take turns: while one is at work the other waits for it.
 * On one processor they find what they share in its caches, and waking one
 * another takes no interrupt of another processor.  The scheduler cannot know
 * that; dynamo-bridge --cpus does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#ifdef __linux__
#include <sched.h>
#endif

#include "miscadmin.h"

#include "base/cpu_affinity.h"

#ifdef __linux__
static cpu_set_t *get_allowed(void);
#endif

/*
 * The server must be allowed to use it, as taskset(1) and control groups have
 * it.
 */
bool
dy_check_cpu_affinity(int *newval, void **extra, GucSource source)
{
	if (*newval < 0)
		return true;
#ifdef __linux__
	StaticAssertStmt(DY_MAX_CPU < CPU_SETSIZE, "set of processors is too small");
	if (CPU_ISSET(*newval, get_allowed()))
		return true;
#endif
	GUC_check_errdetail("There is no processor %d for this server.", *newval);
	return false;
}

/*
 * Only processes that serve a client move: settings reach the postmaster, and
 * through it and a leader the workers, too.
 */
void
dy_assign_cpu_affinity(int newval, void *extra)
{
#ifdef __linux__
	static bool pinned = false;
	cpu_set_t	only;

	if (MyProcPort == NULL || (newval < 0 && !pinned))
		return;
	CPU_ZERO(&only);
	if (newval >= 0)
		CPU_SET(newval, &only);
	/* It fails only if the processor has gone meanwhile. */
	(void) sched_setaffinity(0, sizeof(cpu_set_t), newval < 0 ? get_allowed() : &only);
	pinned = newval >= 0;
#endif
}

#ifdef __linux__
/* Those that this process was allowed before it was told to stay on one. */
static cpu_set_t *
get_allowed(void)
{
	static cpu_set_t allowed;
	static bool known = false;

	if (!known && sched_getaffinity(0, sizeof(cpu_set_t), &allowed) != 0)
		CPU_ZERO(&allowed);
	known = true;
	return &allowed;
}
#endif
