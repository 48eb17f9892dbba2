/*-------------------------------------------------------------------------
 *
 * tap.h
 *	  Test results in the form that prove reads.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_UNIT_TAP_H
#define DY_UNIT_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int	tap_count;
static int	tap_failures;

/* One result; name is a printf format. */
__attribute__((format(printf, 2, 3))) static inline bool
ok(bool good, const char *name,...)
{
	va_list		args;

	printf("%sok %d - ", good ? "" : "not ", ++tap_count);
	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	putchar('\n');
	if (!good)
		tap_failures++;
	return good;
}

/* Are len bytes those of the C string?  Shows both if not. */
static inline bool
is_text(const char *got, size_t len, const char *want, const char *name)
{
	bool		good = len == strlen(want) && memcmp(got, want, len) == 0;

	ok(good, "%s", name);
	if (!good)
		printf("# got:  %.*s\n# want: %s\n", (int) len, got, want);
	return good;
}

static inline int
done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures > 0 ? 1 : 0;
}

#endif							/* DY_UNIT_TAP_H */
