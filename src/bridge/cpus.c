/*-------------------------------------------------------------------------
 *
 * cpus.c
 *	  Processors that threads stay on.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdlib.h>

#include "bridge/cpus.h"

static bool parse_number(const char **at, long *number);

/*
 * Read a list as taskset(1) has it: numbers and ranges, with commas between,
 * as in "0-3,8".  The empty list is the empty set.  Otherwise *error says
 * what is wrong with it: its form, or a processor that this process may not
 * use.
 */
bool
dy_cpus_parse(const char *list, cpu_set_t *cpus, DyBuf *error)
{
	const char *at = list;
	cpu_set_t	allowed;

	CPU_ZERO(cpus);
	if (*list == '\0')
		return true;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		CPU_ZERO(&allowed);
	for (;;)
	{
		long		first;
		long		last;

		if (!parse_number(&at, &first))
			break;
		last = first;
		if (*at == '-')
		{
			at++;
			if (!parse_number(&at, &last) || last < first)
				break;
		}
		for (long cpu = first; cpu <= last; cpu++)
		{
			if (cpu >= CPU_SETSIZE || !CPU_ISSET((size_t) cpu, &allowed))
			{
				dy_buf_printf(error, "cpus: there is no processor %ld for this process", cpu);
				return false;
			}
			CPU_SET((size_t) cpu, cpus);
		}
		if (*at == '\0')
			return true;
		if (*at++ != ',')
			break;
	}
	dy_buf_printf(error, "cpus must be a list of processors like 0-3,8, not \"%s\"", list);
	return false;
}

/* The nth of them from 0, which begins again after the last; -1 if there are none. */
int
dy_cpus_nth(const cpu_set_t *cpus, int n)
{
	int			count = CPU_COUNT(cpus);

	if (count == 0)
		return -1;
	n %= count;
	for (int cpu = 0;; cpu++)
	{
		if (CPU_ISSET((size_t) cpu, cpus) && n-- == 0)
			return cpu;
	}
}

/* The calling thread runs on this one only. */
bool
dy_cpus_stay_on(int cpu)
{
	cpu_set_t	only;

	CPU_ZERO(&only);
	CPU_SET((size_t) cpu, &only);
	return sched_setaffinity(0, sizeof(only), &only) == 0;
}

static bool
parse_number(const char **at, long *number)
{
	char	   *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*number = strtol(*at, &end, 10);
	*at = end;
	return errno == 0;
}
