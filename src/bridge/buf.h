/*-------------------------------------------------------------------------
 *
 * buf.h
 *	  Slices (borrowed bytes) and growable byte buffers (owned bytes).
 *
 * A DySlice never owns what it points at and is not NUL-terminated.  A DyBuf
 * owns its bytes; all zeroes is a valid empty buffer.
 *
 * Memory: what grows with network input is bounded by its caller (limits in
 * config.h), so running out of memory is not a state that a request can
 * bring about; the allocation functions end the process when it happens.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_BUF_H
#define DY_BRIDGE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct DySlice
{
	const char *data;
	size_t		len;
} DySlice;

typedef struct DyBuf
{
	char	   *data;
	size_t		len;			/* bytes in use */
	size_t		cap;			/* bytes allocated */
} DyBuf;

#define DY_SLICE(literal) dy_slice((literal), sizeof(literal) - 1)

extern void *dy_buf_alloc(size_t size);
extern void *dy_buf_zalloc(size_t size);
extern void dy_buf_grow(DyBuf *buf, size_t more);
extern void dy_buf_printf(DyBuf *buf, const char *fmt,...)
			__attribute__((format(printf, 2, 3)));
extern void dy_buf_free(DyBuf *buf);
extern void dy_buf_add_lower(DyBuf *buf, DySlice text);
extern bool dy_bytes_eq_nocase(const char *a, const char *b, size_t len);

static inline DySlice
dy_slice(const char *data, size_t len)
{
	DySlice		slice = {data, len};

	return slice;
}

static inline DySlice
dy_slice_str(const char *str)
{
	return dy_slice(str, strlen(str));
}

static inline DySlice
dy_buf_slice(const DyBuf *buf)
{
	return dy_slice(buf->data, buf->len);
}

/*
 * Make room for more bytes after the ones in use.
 */
static inline void
dy_buf_reserve(DyBuf *buf, size_t more)
{
	if (more > buf->cap - buf->len)
		dy_buf_grow(buf, more);
}

/* Append len bytes. */
static inline void
dy_buf_add(DyBuf *buf, const void *data, size_t len)
{
	if (len == 0)
		return;
	dy_buf_reserve(buf, len);
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
}

/* Append a C string, without its NUL. */
static inline void
dy_buf_add_str(DyBuf *buf, const char *str)
{
	dy_buf_add(buf, str, strlen(str));
}

/* Append one byte. */
static inline void
dy_buf_add_char(DyBuf *buf, char c)
{
	dy_buf_reserve(buf, 1);
	buf->data[buf->len++] = c;
}

/* Are the bytes those of the C string? */
static inline bool
dy_slice_eq(DySlice a, const char *b)
{
	size_t		len = strlen(b);

	return a.len == len && memcmp(a.data, b, len) == 0;
}

/* The same, ASCII letters compared without case. */
static inline bool
dy_slice_eq_nocase(DySlice a, const char *b)
{
	size_t		len = strlen(b);

	return a.len == len && dy_bytes_eq_nocase(a.data, b, len);
}

/* The slice without blanks and tabs at its ends. */
static inline DySlice
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

#endif							/* DY_BRIDGE_BUF_H */
