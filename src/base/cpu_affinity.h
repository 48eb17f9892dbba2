/*-------------------------------------------------------------------------
 *
 * cpu_affinity.h
 *	  A session's process stays on one processor (dynamo.cpu_affinity).
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BASE_CPU_AFFINITY_H
#define DY_BASE_CPU_AFFINITY_H

#include "utils/guc.h"

/* Largest number of a processor that the system call's set has room for. */
#define DY_MAX_CPU 1023

extern bool dy_check_cpu_affinity(int *newval, void **extra, GucSource source);
extern void dy_assign_cpu_affinity(int newval, void *extra);

#endif							/* DY_BASE_CPU_AFFINITY_H */
