/*-------------------------------------------------------------------------
 *
 * full_disk.c
 *	  A disk that is full while a file says so; for LD_PRELOAD.
 *
 * DY_FULL_DISK names the file.  While it exists, whatever would make a file
 * longer fails with ENOSPC, as on a full disk; writing over what is there
 * succeeds.  Only files are meant whose paths hold one of the texts that the
 * file lists, one a line ("/base/", "/pg_wal/").
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/uio.h>

#define REAL(name) ((__typeof__(&(name))) dlsym(RTLD_NEXT, #name))

/* Does the control file list a part of this file's path? */
static bool
is_meant(int fd)
{
	const char *control = getenv("DY_FULL_DISK");
	char		link[64];
	char		path[4096];
	char		part[256];
	ssize_t		len;
	FILE	   *file;
	bool		found = false;

	if (control == NULL || access(control, F_OK) != 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	file = fopen(control, "r");
	if (len < 0 || file == NULL)
		return false;
	path[len] = '\0';
	while (!found && fgets(part, sizeof(part), file) != NULL)
	{
		part[strcspn(part, "\n")] = '\0';
		found = part[0] != '\0' && strstr(path, part) != NULL;
	}
	fclose(file);
	return found;
}

/* Sets errno if there is no room for the file to be that long. */
static bool
has_room(int fd, off_t end)
{
	struct stat status;
	int			saved_errno = errno;

	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || end <= status.st_size || !is_meant(fd))
	{
		errno = saved_errno;
		return true;
	}
	errno = ENOSPC;
	return false;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	off_t		at = lseek(fd, 0, SEEK_CUR);

	if (at >= 0 && !has_room(fd, at + (off_t) len))
		return -1;
	return REAL(write) (fd, bytes, len);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return has_room(fd, at + (off_t) len) ? REAL(pwrite) (fd, bytes, len, at) : -1;
}

ssize_t
pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
	off_t		end = at;

	for (int i = 0; i < count; i++)
		end += (off_t) parts[i].iov_len;
	return has_room(fd, end) ? REAL(pwritev) (fd, parts, count, at) : -1;
}

int
posix_fallocate(int fd, off_t at, off_t len)
{
	return has_room(fd, at + len) ? REAL(posix_fallocate) (fd, at, len) : ENOSPC;
}
