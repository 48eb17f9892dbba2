/*-------------------------------------------------------------------------
 *
 * buf.c
 *	  Slices and growable byte buffers; see buf.h.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "bridge/buf.h"

/* The smallest allocation of a buffer, bytes. */
#define BUF_MIN_BYTES 256

static void out_of_memory(void) __attribute__((noreturn));

/*
 * Allocate size bytes; never returns NULL.  The caller frees with free().
 */
void *
dy_buf_alloc(size_t size)
{
	void	   *p = malloc(size > 0 ? size : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

/*
 * Allocate size zeroed bytes; never returns NULL.
 */
void *
dy_buf_zalloc(size_t size)
{
	void	   *p = calloc(1, size > 0 ? size : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

/*
 * The part of dy_buf_reserve that allocates.  Grows geometrically, so that
 * appending n bytes costs O(n) in all.
 */
void
dy_buf_grow(DyBuf *buf, size_t more)
{
	size_t		need;
	size_t		cap = buf->cap > 0 ? buf->cap : BUF_MIN_BYTES;
	char	   *data;

	if (more > SIZE_MAX / 4 - buf->len)
		out_of_memory();
	need = buf->len + more;
	if (need <= buf->cap)
		return;
	while (cap < need)
		cap *= 2;
	data = realloc(buf->data, cap);
	if (data == NULL)
		out_of_memory();
	buf->data = data;
	buf->cap = cap;
}

/* Append formatted text. */
void
dy_buf_printf(DyBuf *buf, const char *fmt,...)
{
	va_list		args;
	int			needed;

	va_start(args, fmt);
	needed = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (needed < 0)
		return;
	dy_buf_reserve(buf, (size_t) needed + 1);
	va_start(args, fmt);
	vsnprintf(buf->data + buf->len, (size_t) needed + 1, fmt, args);
	va_end(args);
	buf->len += (size_t) needed;
}

/* Give the memory back; the buffer is empty and usable afterwards. */
void
dy_buf_free(DyBuf *buf)
{
	free(buf->data);
	memset(buf, 0, sizeof(*buf));
}

/* Are the bytes those of the C string? */
bool
dy_slice_eq(DySlice a, const char *b)
{
	size_t		len = strlen(b);

	return a.len == len && memcmp(a.data, b, len) == 0;
}

/* The same, ASCII letters compared without case. */
bool
dy_slice_eq_nocase(DySlice a, const char *b)
{
	size_t		len = strlen(b);

	return a.len == len && strncasecmp(a.data, b, len) == 0;
}

/* The slice without blanks and tabs at its ends. */
DySlice
dy_slice_trim(DySlice s)
{
	while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t'))
	{
		s.data++;
		s.len--;
	}
	while (s.len > 0 && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static void
out_of_memory(void)
{
	fputs("dynamo-bridge: out of memory\n", stderr);
	abort();
}
