/*-------------------------------------------------------------------------
 *
 * usage.c
 *	  CPU time of the servers and of the machine.
 *
 * The kernel keeps the CPU time of every process to the nanosecond, all
 * threads together, and lets anybody read it as a clock.  The time of the
 * machine comes in ticks of 10 ms.  A process that ends between two readings
 * is lost; servers keep theirs while a connection is open.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "usage.h"

static pid_t roots[USAGE_SERVERS];
static int	nroots;

void
usage_add_server(pid_t pid)
{
	if (nroots < USAGE_SERVERS)
		roots[nroots++] = pid;
}

/* CPU time of all threads of any process. */
static uint64_t
process_ns(pid_t pid)
{
	struct timespec ts;
	clockid_t	clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &ts) != 0)
		return 0;
	return (uint64_t) ts.tv_sec * 1000000000u + (uint64_t) ts.tv_nsec;
}

static pid_t
parent_of(pid_t pid)
{
	char		path[40],
				line[512];
	const char *p;
	FILE	   *f;
	int			parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f) && (p = strrchr(line, ')')) != NULL)
		sscanf(p, ") %*c %d", &parent);
	fclose(f);
	return (pid_t) parent;
}

static bool
is_server(pid_t pid)
{
	for (int depth = 0; pid > 1 && depth < 8; depth++)
	{
		for (int i = 0; i < nroots; i++)
			if (pid == roots[i])
				return true;
		pid = parent_of(pid);
	}
	return false;
}

static uint64_t
machine_busy_ns(void)
{
	unsigned long long user = 0,
				nice = 0,
				kernel = 0,
				irq = 0,
				softirq = 0;
	FILE	   *f = fopen("/proc/stat", "r");

	if (f)
	{
		if (fscanf(f, "cpu %llu %llu %llu %*u %*u %llu %llu", &user, &nice, &kernel, &irq, &softirq) < 5)
			user = 0;
		fclose(f);
	}
	return (user + nice + kernel + irq + softirq) * (1000000000u / (uint64_t) sysconf(_SC_CLK_TCK));
}

void
usage_read(Usage *usage)
{
	DIR		   *proc = nroots > 0 ? opendir("/proc") : NULL;
	struct dirent *entry;

	usage->n = 0;
	while (proc && (entry = readdir(proc)) != NULL)
	{
		pid_t		pid = (pid_t) atoi(entry->d_name);

		if (!isdigit((unsigned char) entry->d_name[0]) || !is_server(pid) || usage->n >= USAGE_PROCESSES)
			continue;
		usage->pids[usage->n] = pid;
		usage->ns[usage->n++] = process_ns(pid);
	}
	if (proc)
		closedir(proc);
	usage->machine_ns = machine_busy_ns();
}

uint64_t
usage_servers(const Usage *begin, const Usage *end)
{
	uint64_t	sum = 0;

	for (int i = 0; i < end->n; i++)
	{
		sum += end->ns[i];
		for (int j = 0; j < begin->n; j++)
			if (begin->pids[j] == end->pids[i])
				sum -= begin->ns[j];
	}
	return sum;
}
