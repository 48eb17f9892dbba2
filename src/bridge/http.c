/*-------------------------------------------------------------------------
 *
 * http.c
 *	  Reading HTTP/1.1: the head of a request and chunked bodies.
 *
 * The parser is strict, because a lenient one behind a proxy that reads the
 * same bytes differently is how requests are smuggled:
 *
 *	- lines end in CR LF; a bare LF or CR anywhere in the head is refused
 *	- no folded lines, no blank before the colon, names are tokens
 *	- Content-Length and Transfer-Encoding together are refused, so are
 *	  repeated or unequal lengths and every coding but one "chunked"
 *	- HTTP/1.1 needs exactly one Host
 *
 * It is lenient where the RFC asks for it: empty lines before a request, and
 * the absolute form of the target (its authority is ignored).
 *
 * Not here: limits on the size of head and body (server.c), the meaning of
 * the headers (gate.c).
 *
 * Source: RFC 9110, RFC 9112
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <string.h>

#include "bridge/http.h"

/* Framing bytes allowed between two data bytes of a chunked body. */
#define MAX_CHUNK_OVERHEAD 4096

/* Bytes of a method or a field's name: tchar of RFC 9110. */
static const bool is_token_char[256] = {
	['0'...'9'] = true,['A'...'Z'] = true,['a'...'z'] = true,
	['!'] = true,['#'] = true,['$'] = true,['%'] = true,['&'] = true,['\''] = true,['*'] = true,['+'] = true,
	['-'] = true,['.'] = true,['^'] = true,['_'] = true,['`'] = true,['|'] = true,['~'] = true
};

static bool parse_lines(const char *p, const char *end, DyHttpHead *head, int *status);
static bool is_line(const char *p, const char *end);
static const char *parse_request_line(const char *p, const char *end,
									  DyHttpHead *head, int *status);
static bool parse_target(DySlice target, DyHttpHead *head);
static const char *parse_field(const char *p, const char *end, DyHttpHeader *field);
static const char *skip_token(const char *p, const char *end);
static const char *skip_value(const char *p, const char *end);
static bool digest_fields(DyHttpHead *head, int *status);
static bool parse_length(DySlice value, uint64_t *length);
static bool has_token(DySlice list, const char *token);
static int	hex_digit(char c);

/*
 * Parse the head of a request.
 *
 * bytes[0..len) starts at the first byte of a request (empty lines before it
 * are skipped and counted in head_bytes).  On DY_HTTP_BAD *status is what to
 * answer with; the bytes after a bad head cannot be understood, so the
 * connection must be closed.
 *
 * Reads nothing outside the bytes (test/fuzz/fuzz_http.c).
 */
DyHttpResult
dy_http_parse_head(const char *bytes, size_t len, DyHttpHead *head, int *status)
{
	const char *p = bytes;
	const char *end = bytes + len;

	head->nheaders = 0;
	*status = 400;
	while (end - p >= 2 && p[0] == '\r' && p[1] == '\n')
		p += 2;
	head->head_bytes = (size_t) (p - bytes);

	/* what is wrong with a head is only told when all of it is here */
	if (parse_lines(p, end, head, status))
		return digest_fields(head, status) ? DY_HTTP_OK : DY_HTTP_BAD;
	return dy_http_head_length(bytes, len, 0) == 0 ? DY_HTTP_MORE : DY_HTTP_BAD;
}

/*
 * Length of the head that starts at bytes, its last empty line included, or
 * 0 if it is not complete.
 *
 * from is where to go on looking: the length at an earlier call, so that a
 * head that drips in is not searched again from its start.
 */
size_t
dy_http_head_length(const char *bytes, size_t len, size_t from)
{
	size_t		start = 0;
	const char *p;

	while (len - start >= 2 && bytes[start] == '\r' && bytes[start + 1] == '\n')
		start += 2;
	if (from > start + 3)
		start = from - 3;
	p = bytes + start;
	while ((p = memchr(p, '\n', (size_t) (bytes + len - p))) != NULL)
	{
		/* CR LF CR LF; a bare LF LF also ends it, to be refused at once */
		if (p - bytes >= 3 && p[-1] == '\r' && p[-2] == '\n')
			return (size_t) (p - bytes) + 1;
		if (p - bytes >= 1 && p[-1] == '\n')
			return (size_t) (p - bytes) + 1;
		p++;
		if (p == bytes + len)
			break;
	}
	return 0;
}

/*
 * Value of the first field of that name; data is NULL if there is none.
 */
DySlice
dy_http_find_header(const DyHttpHead *head, DySlice name)
{
	for (int i = 0; i < head->nheaders; i++)
	{
		DySlice		candidate = head->headers[i].name;

		if (candidate.len == name.len && dy_bytes_eq_nocase(candidate.data, name.data, name.len))
			return head->headers[i].value;
	}
	return dy_slice(NULL, 0);
}

/*
 * Decode the next piece of a chunked body.
 *
 * Call it again with the rest of the bytes (*used on) until it answers MORE,
 * DONE or BAD.  Trailer fields are read and thrown away.
 */
DyChunkResult
dy_http_decode_chunk(DyChunkDecoder *decoder, const char *bytes, size_t len,
					 size_t *used, DySlice *data)
{
	size_t		i = 0;

	while (i < len)
	{
		char		c = bytes[i];
		int			digit;

		if (decoder->state == DY_CHUNK_DATA)
		{
			size_t		n = len - i;

			if (n > decoder->left)
				n = (size_t) decoder->left;
			data->data = bytes + i;
			data->len = n;
			decoder->left -= n;
			decoder->overhead = 0;
			if (decoder->left == 0)
				decoder->state = DY_CHUNK_DATA_CR;
			*used = i + n;
			return DY_CHUNKS_DATA;
		}

		i++;
		if (++decoder->overhead > MAX_CHUNK_OVERHEAD)
			return DY_CHUNKS_BAD;
		switch (decoder->state)
		{
			case DY_CHUNK_SIZE_FIRST:
			case DY_CHUNK_SIZE:
				digit = hex_digit(c);
				if (digit >= 0)
				{
					if (decoder->left > (UINT64_MAX >> 8))
						return DY_CHUNKS_BAD;
					decoder->left = decoder->left * 16 + (uint64_t) digit;
					decoder->state = DY_CHUNK_SIZE;
				}
				else if (decoder->state == DY_CHUNK_SIZE_FIRST)
					return DY_CHUNKS_BAD;
				else if (c == '\r')
					decoder->state = DY_CHUNK_SIZE_LF;
				else if (c == ';' || c == ' ' || c == '\t')
					decoder->state = DY_CHUNK_EXTENSION;
				else
					return DY_CHUNKS_BAD;
				break;
			case DY_CHUNK_EXTENSION:
				if (c == '\r')
					decoder->state = DY_CHUNK_SIZE_LF;
				else if (c == '\n')
					return DY_CHUNKS_BAD;
				break;
			case DY_CHUNK_SIZE_LF:
				if (c != '\n')
					return DY_CHUNKS_BAD;
				decoder->state = decoder->left > 0 ? DY_CHUNK_DATA
					: DY_CHUNK_TRAILER_START;
				break;
			case DY_CHUNK_DATA_CR:
				if (c != '\r')
					return DY_CHUNKS_BAD;
				decoder->state = DY_CHUNK_DATA_LF;
				break;
			case DY_CHUNK_DATA_LF:
				if (c != '\n')
					return DY_CHUNKS_BAD;
				decoder->state = DY_CHUNK_SIZE_FIRST;
				break;
			case DY_CHUNK_TRAILER_START:
				if (c == '\n')
					return DY_CHUNKS_BAD;
				decoder->state = c == '\r' ? DY_CHUNK_END_LF : DY_CHUNK_TRAILER;
				break;
			case DY_CHUNK_TRAILER:
				if (c == '\n')
					return DY_CHUNKS_BAD;
				if (c == '\r')
					decoder->state = DY_CHUNK_TRAILER_LF;
				break;
			case DY_CHUNK_TRAILER_LF:
				if (c != '\n')
					return DY_CHUNKS_BAD;
				decoder->state = DY_CHUNK_TRAILER_START;
				break;
			case DY_CHUNK_END_LF:
				if (c != '\n')
					return DY_CHUNKS_BAD;
				decoder->state = DY_CHUNK_END;
				*used = i;
				return DY_CHUNKS_DONE;
			case DY_CHUNK_DATA:
			case DY_CHUNK_END:
				assert(false);
				return DY_CHUNKS_BAD;
		}
	}
	*used = len;
	return DY_CHUNKS_MORE;
}

/*
 * The reason phrase of a status this program sends.
 */
const char *
dy_http_reason(int status)
{
	switch (status)
	{
		case 200:
			return "OK";
		case 400:
			return "Bad Request";
		case 404:
			return "Not Found";
		case 408:
			return "Request Timeout";
		case 413:
			return "Request Entity Too Large";
		case 431:
			return "Request Header Fields Too Large";
		case 500:
			return "Internal Server Error";
		case 501:
			return "Not Implemented";
		case 503:
			return "Service Unavailable";
		case 505:
			return "HTTP Version Not Supported";
		default:
			return "Unknown";
	}
}

/*
 * Request line and fields, up to the empty line that ends them; false if there
 * is something wrong with them or they are not complete.  Adds to head_bytes
 * what it has read.
 */
static bool
parse_lines(const char *p, const char *end, DyHttpHead *head, int *status)
{
	const char *start = p;

	p = parse_request_line(p, end, head, status);
	while (p != NULL && (end - p < 2 || p[0] != '\r' || p[1] != '\n'))
	{
		if (head->nheaders == DY_HTTP_MAX_HEADERS)
		{
			if (is_line(p, end))
				*status = 431;
			return false;
		}
		p = parse_field(p, end, &head->headers[head->nheaders]);
		head->nheaders++;
	}
	if (p == NULL)
		return false;
	head->head_bytes += (size_t) (p + 2 - start);
	return true;
}

/* Does the line at p end in CR LF and hold no other CR or LF? */
static bool
is_line(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t) (end - p));

	return lf != NULL && memchr(p, '\r', (size_t) (lf - p)) == lf - 1;
}

/* "POST / HTTP/1.1": one blank between the parts.  Returns the next line. */
static const char *
parse_request_line(const char *p, const char *end, DyHttpHead *head, int *status)
{
	const char *blank = skip_token(p, end);
	DySlice		target;

	if (blank == p || blank == end || *blank != ' ')
		return NULL;
	head->method_name = dy_slice(p, (size_t) (blank - p));
	if (dy_slice_eq(head->method_name, "POST"))
		head->method = DY_HTTP_POST;
	else if (dy_slice_eq(head->method_name, "GET"))
		head->method = DY_HTTP_GET;
	else if (dy_slice_eq(head->method_name, "OPTIONS"))
		head->method = DY_HTTP_OPTIONS;
	else if (dy_slice_eq(head->method_name, "HEAD"))
		head->method = DY_HTTP_HEAD;
	else
		head->method = DY_HTTP_OTHER;

	p = blank + 1;
	for (blank = p; blank < end && (unsigned char) *blank > ' ' && *blank != 127;)
		blank++;
	if (blank == p || blank == end || *blank != ' ')
		return NULL;
	target = dy_slice(p, (size_t) (blank - p));
	if (!parse_target(target, head))
		return NULL;

	p = blank + 1;
	if (end - p < 10 || memcmp(p, "HTTP/", 5) != 0 || p[6] != '.' ||
		p[5] < '0' || p[5] > '9' || p[7] < '0' || p[7] > '9' || p[8] != '\r' || p[9] != '\n')
		return NULL;
	if (p[5] != '1')
	{
		*status = 505;
		return NULL;
	}
	head->minor_version = p[7] - '0';
	return p + 10;
}

/* "/path?query", "http://host/path?query" or "*"; no blanks in it. */
static bool
parse_target(DySlice target, DyHttpHead *head)
{
	size_t		path = 0;		/* offsets into the target */
	size_t		mark;

	head->query = dy_slice(target.data + target.len, 0);
	head->path = target;
	if (dy_slice_eq(target, "*"))
		return true;
	if (target.data[0] != '/')
	{
		if (target.len > 7 && memcmp(target.data, "http://", 7) == 0)
			path = 7;
		else if (target.len > 8 && memcmp(target.data, "https://", 8) == 0)
			path = 8;
		else
			return false;
		while (path < target.len && target.data[path] != '/' && target.data[path] != '?')
			path++;
	}
	for (mark = path; mark < target.len && target.data[mark] != '?'; mark++)
		;
	if (mark < target.len)
		head->query = dy_slice(target.data + mark + 1, target.len - mark - 1);
	head->path = mark > path ? dy_slice(target.data + path, mark - path) : DY_SLICE("/");
	return true;
}

/*
 * "Name: value".  Returns the next line.  A folded line starts with a blank,
 * which is in no name.
 */
static const char *
parse_field(const char *p, const char *end, DyHttpHeader *field)
{
	const char *colon = skip_token(p, end);
	const char *eol;

	if (colon == p || colon == end || *colon != ':')
		return NULL;
	eol = skip_value(colon + 1, end);
	if (end - eol < 2 || eol[0] != '\r' || eol[1] != '\n')
		return NULL;
	field->name = dy_slice(p, (size_t) (colon - p));
	field->value = dy_slice_trim(dy_slice(colon + 1, (size_t) (eol - colon - 1)));
	return eol + 2;
}

/* The first byte that is in no token. */
static const char *
skip_token(const char *p, const char *end)
{
	while (p < end && is_token_char[(unsigned char) *p])
		p++;
	return p;
}

/*
 * The first byte that is in no field's value: control characters but tab.
 * Eight at a time as long as there are none.
 */
static const char *
skip_value(const char *p, const char *end)
{
	const uint64_t each = UINT64_C(0x0101010101010101);

	while (p < end)
	{
		size_t		n = sizeof(uint64_t);

		if ((size_t) (end - p) >= n)
		{
			uint64_t	word;
			uint64_t	below;	/* high bits: bytes below blank ... */
			uint64_t	del;	/* ... and DEL, or byte above one of those */

			memcpy(&word, p, n);
			below = word - each * ' ';
			del = (word ^ each * 127) - each;
			if (((below | del) & ~word & each * 0x80) == 0)
			{
				p += n;
				continue;
			}
		}
		else
			n = (size_t) (end - p);
		for (size_t i = 0; i < n; i++, p++)
		{
			if (((unsigned char) *p < ' ' && *p != '\t') || *p == 127)
				return p;
		}
	}
	return p;
}

/* Work out from the fields how long the body is and what comes after it. */
static bool
digest_fields(DyHttpHead *head, int *status)
{
	int			hosts = 0;
	int			lengths = 0;
	int			encodings = 0;
	bool		close = false;
	bool		keep = false;

	head->chunked = false;
	head->content_length = 0;
	head->expect_continue = false;
	for (int i = 0; i < head->nheaders; i++)
	{
		DySlice		name = head->headers[i].name;
		DySlice		value = head->headers[i].value;

		switch (name.len)
		{
			case 4:
				if (dy_slice_eq_nocase(name, "host"))
					hosts++;
				break;
			case 6:
				if (dy_slice_eq_nocase(name, "expect"))
					head->expect_continue = dy_slice_eq_nocase(value, "100-continue");
				break;
			case 10:
				if (dy_slice_eq_nocase(name, "connection"))
				{
					close = close || has_token(value, "close");
					keep = keep || has_token(value, "keep-alive");
				}
				break;
			case 14:
				if (dy_slice_eq_nocase(name, "content-length"))
				{
					if (++lengths > 1 || !parse_length(value, &head->content_length))
						return false;
				}
				break;
			case 17:
				if (dy_slice_eq_nocase(name, "transfer-encoding"))
				{
					if (++encodings > 1 || !dy_slice_eq_nocase(value, "chunked"))
					{
						*status = 501;
						return false;
					}
					head->chunked = true;
				}
				break;
			default:
				break;
		}
	}
	if (head->chunked && (lengths > 0 || head->minor_version == 0))
		return false;
	if (hosts > 1 || (hosts == 0 && head->minor_version > 0))
		return false;
	if (head->minor_version == 0)
	{
		head->expect_continue = false;
		head->keep_alive = keep && !close;
	}
	else
		head->keep_alive = !close;
	return true;
}

/* Digits only, no sign, no overflow. */
static bool
parse_length(DySlice value, uint64_t *length)
{
	uint64_t	n = 0;

	if (value.len == 0 || value.len > 18)
		return false;
	for (size_t i = 0; i < value.len; i++)
	{
		if (value.data[i] < '0' || value.data[i] > '9')
			return false;
		n = n * 10 + (uint64_t) (value.data[i] - '0');
	}
	*length = n;
	return true;
}

/* Is the token an element of the comma-separated list? */
static bool
has_token(DySlice list, const char *token)
{
	const char *p = list.data;
	const char *end = p + list.len;

	while (p < end)
	{
		const char *comma = memchr(p, ',', (size_t) (end - p));
		const char *stop = comma != NULL ? comma : end;

		if (dy_slice_eq_nocase(dy_slice_trim(dy_slice(p, (size_t) (stop - p))), token))
			return true;
		p = stop + 1;
	}
	return false;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}
