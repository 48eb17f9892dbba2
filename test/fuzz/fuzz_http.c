/*-------------------------------------------------------------------------
 *
 * fuzz_http.c
 *	  The HTTP parser on hostile bytes.
 *
 * The first byte is the size of the pieces in which the rest arrives.  Both
 * parsers must give the same result however the bytes are cut, and all
 * slices must lie within the input.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "bridge/http.h"
#include "bridge/json.h"

#define CHECK(condition) do { if (!(condition)) abort(); } while (0)

static void
check_slice(DySlice slice, const char *bytes, size_t len)
{
	if (slice.len > 0 && !dy_slice_eq(slice, "/"))
		CHECK(slice.data >= bytes && slice.data + slice.len <= bytes + len);
}

static void
check_head(const char *bytes, size_t len, size_t piece)
{
	DyHttpHead	head;
	int			status = 0;
	DyHttpResult whole = dy_http_parse_head(bytes, len, &head, &status);
	size_t		length = dy_http_head_length(bytes, len, 0);
	size_t		from = 0;
	size_t		found = 0;

	CHECK((whole == DY_HTTP_MORE) == (length == 0));
	for (size_t at = piece; found == 0; at += piece)
	{
		if (at > len)
			at = len;
		found = dy_http_head_length(bytes, at, from);
		from = at;
		if (at == len)
			break;
	}
	CHECK(found == length);
	if (whole == DY_HTTP_BAD)
		CHECK(status >= 400 && status <= 505);
	if (whole != DY_HTTP_OK)
		return;
	CHECK(head.head_bytes == length && !(head.chunked && head.content_length > 0));
	check_slice(head.path, bytes, len);
	check_slice(head.query, bytes, len);
	for (int i = 0; i < head.nheaders; i++)
	{
		check_slice(head.headers[i].name, bytes, len);
		check_slice(head.headers[i].value, bytes, len);
		CHECK(memchr(head.headers[i].value.data, '\n', head.headers[i].value.len) == NULL);
	}
}

/* The body and the end of chunked coding, hashed. */
static uint64_t
decode(const char *bytes, size_t len, size_t piece)
{
	DyChunkDecoder decoder = {0};
	uint64_t	hash = 14695981039346656037ULL;
	size_t		at = 0;

	while (at < len)
	{
		size_t		n = len - at < piece ? len - at : piece;
		size_t		used = 0;
		DySlice		data;
		DyChunkResult result = dy_http_decode_chunk(&decoder, bytes + at, n, &used, &data);

		if (result == DY_CHUNKS_BAD)
			return hash ^ 1;
		CHECK(used > 0 && used <= n);
		if (result == DY_CHUNKS_DATA)
		{
			check_slice(data, bytes + at, n);
			for (size_t i = 0; i < data.len; i++)
				hash = (hash ^ (unsigned char) data.data[i]) * 1099511628211ULL;
		}
		at += used;
		if (result == DY_CHUNKS_DONE)
			return hash ^ (at << 2);
	}
	return hash ^ 2;
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const char *bytes = (const char *) input + 1;
	size_t		len = size - 1;
	size_t		piece;

	if (size == 0)
		return 0;
	piece = (size_t) input[0] % 32 + 1;
	check_head(bytes, len, piece);
	CHECK(decode(bytes, len, len > 0 ? len : 1) == decode(bytes, len, piece));
	(void) dy_json_is_valid(dy_slice(bytes, len));
	return 0;
}
