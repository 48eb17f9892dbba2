/*-------------------------------------------------------------------------
 *
 * test_cpus.c
 *	  Lists of processors: what is in them, and what is refused.
 *
 *-------------------------------------------------------------------------
 */
#include "bridge/cpus.h"
#include "tap.h"

static void
expect_error(const char *list, const char *want)
{
	cpu_set_t	cpus;
	DyBuf		error = {0};

	ok(!dy_cpus_parse(list, &cpus, &error), "refused");
	is_text(error.data, error.len, want, want);
	dy_buf_free(&error);
}

int
main(void)
{
	cpu_set_t	all;
	cpu_set_t	cpus;
	DyBuf		error = {0};
	char		list[64];
	char		want[128];
	int			first;

	sched_getaffinity(0, sizeof(all), &all);
	first = dy_cpus_nth(&all, 0);

	ok(dy_cpus_parse("", &cpus, &error) && CPU_COUNT(&cpus) == 0, "an empty list");
	ok(dy_cpus_nth(&cpus, 3) == -1, "of which there is none");

	snprintf(list, sizeof(list), "%d-%d,%d", first, first, first);
	ok(dy_cpus_parse(list, &cpus, &error) && CPU_COUNT(&cpus) == 1, "a range and a number");
	ok(dy_cpus_nth(&cpus, 0) == first && dy_cpus_nth(&cpus, 1) == first, "they begin again");

	/* more by hand than this machine may have */
	CPU_ZERO(&cpus);
	CPU_SET(2, &cpus);
	CPU_SET(70, &cpus);
	ok(dy_cpus_nth(&cpus, 0) == 2 && dy_cpus_nth(&cpus, 1) == 70 && dy_cpus_nth(&cpus, 4) == 2,
	   "by turns");

	for (int i = 0; i < 9; i++)
	{
		static const char *const bad[] = {"a", ",", "-1", "0-", "1-0", "0,", "0 1", "0;1",
		"99999999999999999999"};

		snprintf(want, sizeof(want), "cpus must be a list of processors like 0-3,8, not \"%s\"", bad[i]);
		if (CPU_ISSET(0, &all))
			expect_error(bad[i], want);
	}
	expect_error("1023", "cpus: there is no processor 1023 for this process");
	expect_error("4096", "cpus: there is no processor 4096 for this process");

	ok(dy_cpus_stay_on(first), "stay on one");
	sched_getaffinity(0, sizeof(cpus), &cpus);
	ok(CPU_COUNT(&cpus) == 1 && CPU_ISSET((size_t) first, &cpus), "which is that one");
	ok(!dy_cpus_stay_on(CPU_SETSIZE - 1), "not on one that is not there");
	dy_buf_free(&error);
	return done_testing();
}
