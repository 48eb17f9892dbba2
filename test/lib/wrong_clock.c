/*-------------------------------------------------------------------------
 *
 * wrong_clock.c
 *	  A clock that somebody sets; for LD_PRELOAD.
 *
 * DY_WRONG_CLOCK names a file with a number of seconds.  While it exists the
 * time of day is wrong by that much.  The monotonic clock is right, as when
 * the clock of a machine is set.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/time.h>

#define REAL(name) ((__typeof__(&(name))) dlsym(RTLD_NEXT, #name))

static long
seconds_wrong(void)
{
	const char *control = getenv("DY_WRONG_CLOCK");
	int			fd = control != NULL ? open(control, O_RDONLY | O_CLOEXEC) : -1;
	char		text[32];
	ssize_t		len;

	if (fd < 0)
		return 0;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len < 0)
		return 0;
	text[len] = '\0';
	return strtol(text, NULL, 10);
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int			result = REAL(clock_gettime) (clock, now);

	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += seconds_wrong();
	return result;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	int			result = REAL(gettimeofday) (now, zone);

	if (result == 0)
		now->tv_sec += seconds_wrong();
	return result;
}

time_t
time(time_t *where)
{
	time_t		now = REAL(time) (NULL) + seconds_wrong();

	if (where != NULL)
		*where = now;
	return now;
}
