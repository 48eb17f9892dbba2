/*-------------------------------------------------------------------------
 *
 * http.h
 *	  Reading HTTP/1.1: the head of a request and chunked bodies.
 *
 * Pure functions over bytes: no I/O, no allocation, no state but what the
 * caller passes in.  See http.c for what is accepted and what is not.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_HTTP_H
#define DY_BRIDGE_HTTP_H

#include "bridge/buf.h"

/* Header fields in one request; more are refused with 431. */
#define DY_HTTP_MAX_HEADERS 64

typedef enum DyHttpMethod
{
	DY_HTTP_GET,
	DY_HTTP_POST,
	DY_HTTP_HEAD,
	DY_HTTP_OPTIONS,
	DY_HTTP_OTHER				/* a well-formed method that has no use here */
} DyHttpMethod;

typedef struct DyHttpHeader
{
	DySlice		name;			/* as sent; compare without case */
	DySlice		value;			/* without blanks at its ends */
} DyHttpHeader;

/* All slices point into the bytes that were parsed. */
typedef struct DyHttpHead
{
	DyHttpMethod method;
	DySlice		method_name;
	DySlice		path;			/* "/" and so on, not decoded */
	DySlice		query;			/* after '?', not decoded; empty if none */
	int			minor_version;	/* HTTP/1.x */
	int			nheaders;
	DyHttpHeader headers[DY_HTTP_MAX_HEADERS];
	size_t		head_bytes;		/* with the empty line that ends it */

	/* what follows the head */
	bool		chunked;
	uint64_t	content_length; /* 0 if chunked or absent */
	bool		expect_continue;
	bool		keep_alive;
} DyHttpHead;

typedef enum DyHttpResult
{
	DY_HTTP_OK,
	DY_HTTP_MORE,				/* the head is not complete yet */
	DY_HTTP_BAD					/* answer with *status and close */
} DyHttpResult;

typedef enum DyChunkState
{
	DY_CHUNK_SIZE_FIRST,		/* a first digit of the size must come */
	DY_CHUNK_SIZE,				/* more digits, an extension, or CR */
	DY_CHUNK_EXTENSION,			/* ignored up to CR */
	DY_CHUNK_SIZE_LF,
	DY_CHUNK_DATA,
	DY_CHUNK_DATA_CR,
	DY_CHUNK_DATA_LF,
	DY_CHUNK_TRAILER_START,		/* at the start of a trailer line */
	DY_CHUNK_TRAILER,			/* inside a trailer line, ignored */
	DY_CHUNK_TRAILER_LF,
	DY_CHUNK_END_LF,
	DY_CHUNK_END
} DyChunkState;

/* All zeroes is the start of a body. */
typedef struct DyChunkDecoder
{
	DyChunkState state;
	uint64_t	left;			/* data bytes left in this chunk */
	uint32_t	overhead;		/* framing bytes since the last data byte */
} DyChunkDecoder;

typedef enum DyChunkResult
{
	DY_CHUNKS_MORE,				/* input used up */
	DY_CHUNKS_DATA,				/* *data is the next piece of the body */
	DY_CHUNKS_DONE,				/* the body is complete */
	DY_CHUNKS_BAD				/* not chunked coding */
} DyChunkResult;

extern DyHttpResult dy_http_parse_head(const char *bytes, size_t len,
									   DyHttpHead *head, int *status)
			__attribute__((warn_unused_result));
extern size_t dy_http_head_length(const char *bytes, size_t len, size_t from);
extern DySlice dy_http_find_header(const DyHttpHead *head, DySlice name);
extern DyChunkResult dy_http_decode_chunk(DyChunkDecoder *decoder,
										  const char *bytes, size_t len,
										  size_t *used, DySlice *data)
			__attribute__((warn_unused_result));
extern const char *dy_http_reason(int status);

static inline DySlice
dy_http_header(const DyHttpHead *head, const char *name)
{
	return dy_http_find_header(head, dy_slice_str(name));
}

static inline bool
dy_http_has_header(const DyHttpHead *head, const char *name)
{
	return dy_http_header(head, name).data != NULL;
}

#endif							/* DY_BRIDGE_HTTP_H */
