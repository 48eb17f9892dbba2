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

#include "bridge/buf.h"

/* The smallest allocation of a buffer, bytes. */
#define BUF_MIN_BYTES 256

static inline uint64_t to_lower(uint64_t word);
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

/*
 * Are len bytes the same, ASCII letters compared without case?
 *
 * Eight at a time; the last eight may overlap those before.
 */
bool
dy_bytes_eq_nocase(const char *a, const char *b, size_t len)
{
	uint64_t	left = 0;
	uint64_t	right = 0;

	if (len < sizeof(uint64_t))
	{
		for (size_t i = 0; i < len; i++)
		{
			left = left << 8 | (unsigned char) a[i];
			right = right << 8 | (unsigned char) b[i];
		}
		return to_lower(left) == to_lower(right);
	}
	for (size_t at = 0;; at += sizeof(uint64_t))
	{
		if (at > len - sizeof(uint64_t))
			at = len - sizeof(uint64_t);
		memcpy(&left, a + at, sizeof(left));
		memcpy(&right, b + at, sizeof(right));
		if (left != right && to_lower(left) != to_lower(right))
			return false;
		if (at == len - sizeof(uint64_t))
			return true;
	}
}

/* Append the text, its ASCII letters made small. */
void
dy_buf_add_lower(DyBuf *buf, DySlice text)
{
	char	   *p;
	uint64_t	word;

	dy_buf_add(buf, text.data, text.len);
	p = buf->data + buf->len - text.len;
	if (text.len < sizeof(word))
	{
		for (size_t i = 0; i < text.len; i++)
			p[i] = p[i] >= 'A' && p[i] <= 'Z' ? (char) (p[i] + ('a' - 'A')) : p[i];
		return;
	}
	for (size_t at = 0;; at += sizeof(word))
	{
		if (at > text.len - sizeof(word))
			at = text.len - sizeof(word);
		memcpy(&word, p + at, sizeof(word));
		word = to_lower(word);
		memcpy(p + at, &word, sizeof(word));
		if (at == text.len - sizeof(word))
			return;
	}
}

/* Eight bytes with their ASCII letters made small. */
static inline uint64_t
to_lower(uint64_t word)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t	seven = word & each * 0x7f;

	/* the high bit of each byte that is 'A' to 'Z' */
	uint64_t	large = ((seven + each * (0x80 - 'A')) ^ (seven + each * (0x7f - 'Z'))) & ~word & each * 0x80;

	return word | large >> 2;
}

static void
out_of_memory(void)
{
	fputs("dynamo-bridge: out of memory\n", stderr);
	abort();
}
