/*-------------------------------------------------------------------------
 *
 * usage.h
 *	  CPU time of the servers and of the machine.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BENCH_USAGE_H
#define DY_BENCH_USAGE_H

#include <stdint.h>
#include <sys/types.h>

#define USAGE_SERVERS		8
#define USAGE_PROCESSES		4096

typedef struct Usage
{
	int			n;
	pid_t		pids[USAGE_PROCESSES];	/* the servers and all below them */
	uint64_t	ns[USAGE_PROCESSES];
	uint64_t	machine_ns;		/* busy, all processors */
} Usage;

/* The process and all below it count as servers.  At most USAGE_SERVERS. */
extern void usage_add_server(pid_t pid);

extern void usage_read(Usage *usage);

/* Nanoseconds that the servers used between the two; a process that is new counts from 0. */
extern uint64_t usage_servers(const Usage *begin, const Usage *end);

#endif
