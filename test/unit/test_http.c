/*-------------------------------------------------------------------------
 *
 * test_http.c
 *	  The HTTP parser: what it takes, what it refuses, and that it does not
 *	  matter how the bytes come in pieces.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "bridge/http.h"
#include "tap.h"

/* Parse a copy without a NUL behind it, so that a sanitizer sees overruns. */
static DyHttpResult
parse(const char *text, DyHttpHead *head, int *status, char **copy)
{
	size_t		len = strlen(text);

	*copy = malloc(len > 0 ? len : 1);
	memcpy(*copy, text, len);
	return dy_http_parse_head(*copy, len, head, status);
}

static void
expect_bad(const char *text, int status, const char *name)
{
	DyHttpHead	head;
	char	   *copy;
	int			got = 0;
	DyHttpResult result = parse(text, &head, &got, &copy);

	if (!ok(result == DY_HTTP_BAD && got == status, "refused with %d: %s", status, name))
		printf("# result %d, status %d\n", (int) result, got);
	free(copy);
}

static void
expect_good(const char *text, const char *name)
{
	DyHttpHead	head;
	char	   *copy;
	int			status = 0;

	ok(parse(text, &head, &status, &copy) == DY_HTTP_OK, "taken: %s", name);
	free(copy);
}

#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

static void
test_request(void)
{
	DyHttpHead	head;
	char	   *copy;
	int			status;

	ok(parse("\r\nPOST /a/b?c=d&e HTTP/1.1\r\nHost: example\r\nContent-Length:  12 \r\n"
			 "X-Empty:\r\nExpect: 100-Continue\r\n\r\nrest", &head, &status, &copy) == DY_HTTP_OK,
	   "a request");
	ok(head.method == DY_HTTP_POST, "method");
	is_text(head.path.data, head.path.len, "/a/b", "path");
	is_text(head.query.data, head.query.len, "c=d&e", "query");
	ok(head.minor_version == 1 && head.keep_alive, "version and keep-alive");
	ok(head.content_length == 12 && !head.chunked && head.expect_continue, "body");
	ok(head.nheaders == 4, "number of headers");
	ok(dy_slice_eq(dy_http_header(&head, "content-LENGTH"), "12"), "header without case, trimmed");
	ok(dy_http_has_header(&head, "x-empty") && dy_http_header(&head, "x-empty").len == 0,
	   "empty header");
	ok(!dy_http_has_header(&head, "x-none"), "missing header");
	ok(strncmp(copy + head.head_bytes, "rest", 4) == 0, "length of the head");
	free(copy);

	ok(parse("GET http://example:8000?x HTTP/1.1\r\nHost: a\r\n\r\n", &head, &status, &copy) == DY_HTTP_OK &&
	   dy_slice_eq(head.path, "/") && dy_slice_eq(head.query, "x"), "absolute target without path");
	free(copy);
	ok(parse("GET https://example/p HTTP/1.1\r\nHost: a\r\n\r\n", &head, &status, &copy) == DY_HTTP_OK &&
	   dy_slice_eq(head.path, "/p") && head.query.len == 0, "absolute target");
	free(copy);
	ok(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", &head, &status, &copy) == DY_HTTP_OK &&
	   head.method == DY_HTTP_OPTIONS && dy_slice_eq(head.path, "*"), "asterisk target");
	free(copy);
	ok(parse("GET / HTTP/1.0\r\n\r\n", &head, &status, &copy) == DY_HTTP_OK && !head.keep_alive,
	   "HTTP/1.0 closes");
	free(copy);
	ok(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", &head, &status, &copy) == DY_HTTP_OK &&
	   head.keep_alive, "HTTP/1.0 with keep-alive");
	free(copy);
	ok(parse(POST "Connection: x, Close\r\n\r\n", &head, &status, &copy) == DY_HTTP_OK &&
	   !head.keep_alive, "Connection: close in a list");
	free(copy);
	ok(parse(POST "Transfer-Encoding: Chunked\r\n\r\n", &head, &status, &copy) == DY_HTTP_OK &&
	   head.chunked && head.content_length == 0, "chunked");
	free(copy);
}

static void
test_refusals(void)
{
	char		many[DY_HTTP_MAX_HEADERS * 8 + 64];

	expect_good(POST "X: \x80\xff\r\n\r\n", "bytes above 127 in a value");
	expect_good("PATCH / HTTP/1.1\r\nHost: a\r\n\r\n", "a method without use");
	expect_bad("GET / HTTP/1.1\n\n", 400, "bare line feeds");
	expect_bad("GET / HTTP/1.1\r\nHost: a\n\r\n", 400, "one bare line feed");
	expect_bad("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400, "bare carriage return");
	expect_bad(POST "X : y\r\n\r\n", 400, "blank before the colon");
	expect_bad(POST " folded\r\n\r\n", 400, "folded line");
	expect_bad(POST "\tfolded: x\r\n\r\n", 400, "line folded with a tab");
	expect_bad(POST ": y\r\n\r\n", 400, "header without name");
	expect_bad(POST "no colon\r\n\r\n", 400, "header without colon");
	expect_bad(POST "X: a\001b\r\n\r\n", 400, "control character in a value");
	expect_bad("GET /\r\nHost: a\r\n\r\n", 400, "no version");
	expect_bad("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "two blanks");
	expect_bad("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, "blank behind");
	expect_bad(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "blank in front");
	expect_bad("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method that is no token");
	expect_bad("GET /\001 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "control character in the target");
	expect_bad("GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "relative target");
	expect_bad("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "HTTP/2.0");
	expect_bad("GET / HTTP/1.x\r\nHost: a\r\n\r\n", 400, "version that is none");
	expect_bad("GET / HTTP/1.1\r\n\r\n", 400, "HTTP/1.1 without Host");
	expect_bad("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "two Hosts");
	expect_bad(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400, "two lengths");
	expect_bad(POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "length and chunks");
	expect_bad(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501, "two codings");
	expect_bad(POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "another coding");
	expect_bad("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "chunks in HTTP/1.0");
	expect_bad(POST "Content-Length: -1\r\n\r\n", 400, "negative length");
	expect_bad(POST "Content-Length: +1\r\n\r\n", 400, "signed length");
	expect_bad(POST "Content-Length: 1 1\r\n\r\n", 400, "length of two words");
	expect_bad(POST "Content-Length: 0x1\r\n\r\n", 400, "hexadecimal length");
	expect_bad(POST "Content-Length:\r\n\r\n", 400, "empty length");
	expect_bad(POST "Content-Length: 9999999999999999999\r\n\r\n", 400, "length over 64 bits");

	strcpy(many, POST);
	for (int i = 0; i < DY_HTTP_MAX_HEADERS; i++)
		strcat(many, "a: b\r\n");
	strcat(many, "\r\n");
	expect_bad(many, 431, "too many headers");
}

/* Byte by byte, the end of the head must be found at the same place. */
static void
test_pieces(void)
{
	static const char text[] = "\r\n" POST "Content-Length: 3\r\n\r\nabc";
	size_t		want = sizeof(text) - 1 - 3;
	size_t		from = 0;
	size_t		found = 0;
	size_t		len;
	DyHttpHead	head;
	int			status;
	bool		early = false;

	for (len = 0; len < sizeof(text) && found == 0; len++)
	{
		if (len < want && dy_http_parse_head(text, len, &head, &status) != DY_HTTP_MORE)
			early = true;
		found = dy_http_head_length(text, len, from);
		from = len;
	}
	ok(!early, "incomplete heads are incomplete");
	ok(found == want && len == want + 1, "the end of a head that drips in");
}

/* Decode in pieces of a size; returns the body or NULL. */
static char *
decode(const char *text, size_t len, size_t piece, size_t *body_len, size_t *used_up)
{
	DyChunkDecoder decoder = {0};
	char	   *body = malloc(len + 1);
	size_t		at = 0;

	*body_len = 0;
	while (at < len)
	{
		size_t		n = len - at < piece ? len - at : piece;
		size_t		used = 0;
		DySlice		data;

		switch (dy_http_decode_chunk(&decoder, text + at, n, &used, &data))
		{
			case DY_CHUNKS_DATA:
				memcpy(body + *body_len, data.data, data.len);
				*body_len += data.len;
				break;
			case DY_CHUNKS_DONE:
				*used_up = at + used;
				return body;
			case DY_CHUNKS_BAD:
				free(body);
				return NULL;
			case DY_CHUNKS_MORE:
				break;
		}
		at += used;
	}
	free(body);
	return NULL;
}

static void
test_chunks(void)
{
	static const char text[] = "5\r\nhello\r\n1;ext=\"x\"\r\n \r\n00005 \r\nwor\r\n\r\n0\r\nTrailer: x\r\n\r\nnext";
	static const char *const bad[] = {
		"g\r\n", "\r\n", "5\nhello", "5\r\nhelloX", "5\r\nhello\rX", "-1\r\n", "0x5\r\n",
		"11111111111111111111\r\n", "5;\n", "0\r\nX\n", "0\r\n\rX"
	};
	char		endless[8192];
	size_t		len;
	size_t		used;

	for (size_t piece = 1; piece <= sizeof(text); piece++)
	{
		char	   *body = decode(text, sizeof(text) - 1, piece, &len, &used);

		ok(body != NULL && len == 11 && memcmp(body, "hello wor\r\n", 11) == 0 &&
		   strcmp(text + used, "next") == 0, "chunks in pieces of %zu", piece);
		free(body);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		DyChunkDecoder decoder = {0};
		DySlice		data;
		DyChunkResult result;
		size_t		at = 0;

		do
		{
			used = 0;
			result = dy_http_decode_chunk(&decoder, bad[i] + at, strlen(bad[i]) - at, &used, &data);
			at += used;
		} while (result == DY_CHUNKS_DATA);
		ok(result == DY_CHUNKS_BAD, "bad chunks %zu", i);
	}
	memset(endless, 'x', sizeof(endless));
	memcpy(endless, "5;", 2);
	ok(decode(endless, sizeof(endless), sizeof(endless), &len, &used) == NULL,
	   "an endless extension is refused");
}

int
main(void)
{
	test_request();
	test_refusals();
	test_pieces();
	test_chunks();
	return done_testing();
}
