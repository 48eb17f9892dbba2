/*-------------------------------------------------------------------------
 *
 * log.c
 *	  What the program tells its operator, on stderr; see log.h.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "bridge/log.h"

/* Longest line; what is longer is cut. */
#define LINE_BYTES 1024

/*
 * Write one line, at once, so that lines of several threads do not mix.
 */
void
dy_log(DyLogLevel level, const char *fmt,...)
{
	static const char *const names[] = {"INFO", "WARNING", "ERROR"};
	char		line[LINE_BYTES];
	struct timespec now;
	struct tm	tm;
	size_t		used;
	int			added;
	va_list		args;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	used = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &tm);
	used += (size_t) snprintf(line + used, sizeof(line) - used, ".%03ldZ dynamo-bridge[%d] %s: ",
							  now.tv_nsec / 1000000, (int) getpid(), names[level]);
	va_start(args, fmt);
	added = vsnprintf(line + used, sizeof(line) - used - 1, fmt, args);
	va_end(args);
	if (added > 0)
		used += (size_t) added < sizeof(line) - used - 1 ? (size_t) added : sizeof(line) - used - 2;
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0)
		return;					/* nobody is listening */
}
