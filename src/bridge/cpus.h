/*-------------------------------------------------------------------------
 *
 * cpus.h
 *	  Processors that threads stay on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_CPUS_H
#define DY_BRIDGE_CPUS_H

#include <sched.h>
#include <stdbool.h>

#include "bridge/buf.h"

extern bool dy_cpus_parse(const char *list, cpu_set_t *cpus, DyBuf *error);
extern int	dy_cpus_nth(const cpu_set_t *cpus, int n);
extern bool dy_cpus_stay_on(int cpu);

#endif							/* DY_BRIDGE_CPUS_H */
