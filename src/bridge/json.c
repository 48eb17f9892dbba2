/*-------------------------------------------------------------------------
 *
 * json.c
 *	  The little JSON that the bridge itself needs.
 *
 * Requests are read by the server; the bridge passes their text on as it
 * came.  Only when a request is refused before it reaches the server does it
 * matter here whether its body is JSON at all, because DynamoDB tells a
 * client about a broken body before it tells about a broken signature.
 *
 * Source: RFC 8259
 *
 *-------------------------------------------------------------------------
 */
#include "bridge/json.h"

/* Arrays and objects inside one another; deeper is called invalid. */
#define MAX_DEPTH 512

typedef struct JsonScan
{
	const char *p;
	const char *end;
} JsonScan;

static void skip_blanks(JsonScan *scan);
static bool scan_string(JsonScan *scan);
static bool scan_number(JsonScan *scan);
static bool scan_word(JsonScan *scan, const char *word);
static bool scan_scalar(JsonScan *scan);
static bool scan_digits(JsonScan *scan);
static size_t utf8_length(const char *bytes, size_t len);

/*
 * Is the text one well-formed JSON value?
 *
 * Runs in one pass with a bit for each level of nesting, so hostile input
 * costs neither stack nor memory.  Does not look at UTF-8.
 */
bool
dy_json_is_valid(DySlice text)
{
	JsonScan	scan = {text.data, text.data + text.len};
	bool		is_object[MAX_DEPTH];
	int			depth = 0;

	for (;;)
	{
		/* here a value must start */
		skip_blanks(&scan);
		if (scan.p == scan.end)
			return false;
		if (*scan.p == '{' || *scan.p == '[')
		{
			char		close = *scan.p == '{' ? '}' : ']';

			if (depth == MAX_DEPTH)
				return false;
			is_object[depth++] = close == '}';
			scan.p++;
			skip_blanks(&scan);
			if (scan.p < scan.end && *scan.p == close)
			{
				scan.p++;
				depth--;
			}
			else if (close == '}')
				goto member;
			else
				continue;
		}
		else if (!scan_scalar(&scan))
			return false;

		/* here a value has ended */
		for (;;)
		{
			skip_blanks(&scan);
			if (depth == 0)
				return scan.p == scan.end;
			if (scan.p == scan.end)
				return false;
			if (*scan.p == ',')
			{
				scan.p++;
				break;
			}
			if (*scan.p != (is_object[depth - 1] ? '}' : ']'))
				return false;
			scan.p++;
			depth--;
		}
		if (!is_object[depth - 1])
			continue;

member:
		skip_blanks(&scan);
		if (!scan_string(&scan))
			return false;
		skip_blanks(&scan);
		if (scan.p == scan.end || *scan.p != ':')
			return false;
		scan.p++;
	}
}

/*
 * Is the text UTF-8 without NUL, which is what Postgres takes?
 *
 * Eight bytes at a time as long as they are ASCII.
 */
bool
dy_json_is_utf8(DySlice text)
{
	size_t		i = 0;

	while (i < text.len)
	{
		uint64_t	word;
		size_t		length;

		if (text.len - i >= sizeof(word))
		{
			memcpy(&word, text.data + i, sizeof(word));
			/* no high bit, and none that comes from taking 1 from a NUL */
			if (((word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) == 0)
			{
				i += sizeof(word);
				continue;
			}
		}
		length = (unsigned char) text.data[i] < 0x80 ? text.data[i] != '\0'
			: utf8_length(text.data + i, text.len - i);
		if (length == 0)
			return false;
		i += length;
	}
	return true;
}

/*
 * Append the text as a JSON string, quotes included.  Bytes that are no
 * UTF-8, which only headers can hold, are taken for Latin-1: the result is
 * always JSON.
 */
void
dy_json_add_string(DyBuf *out, DySlice text)
{
	static const char hex[] = "0123456789abcdef";

	dy_buf_reserve(out, text.len + 2);
	dy_buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++)
	{
		unsigned char c = (unsigned char) text.data[i];

		switch (c)
		{
			case '"':
				dy_buf_add_str(out, "\\\"");
				break;
			case '\\':
				dy_buf_add_str(out, "\\\\");
				break;
			case '\n':
				dy_buf_add_str(out, "\\n");
				break;
			case '\r':
				dy_buf_add_str(out, "\\r");
				break;
			case '\t':
				dy_buf_add_str(out, "\\t");
				break;
			case '\b':
				dy_buf_add_str(out, "\\b");
				break;
			case '\f':
				dy_buf_add_str(out, "\\f");
				break;
			default:
				if (c < 0x20)
				{
					dy_buf_add_str(out, "\\u00");
					dy_buf_add_char(out, hex[c >> 4]);
					dy_buf_add_char(out, hex[c & 15]);
				}
				else if (c < 0x80)
					dy_buf_add_char(out, (char) c);
				else
				{
					size_t		length = utf8_length(text.data + i, text.len - i);

					if (length > 0)
						dy_buf_add(out, text.data + i, length);
					else
					{
						dy_buf_add_char(out, (char) (0xC0 | (c >> 6)));
						dy_buf_add_char(out, (char) (0x80 | (c & 0x3F)));
						length = 1;
					}
					i += length - 1;
				}
		}
	}
	dy_buf_add_char(out, '"');
}

/*
 * What stands between the braces of a JSON object, without blanks at its
 * ends; empty if the text is no object or an empty one.
 */
DySlice
dy_json_object_members(DySlice object)
{
	JsonScan	scan;

	if (object.len == 0 || !dy_json_is_valid(object))
		return dy_slice(NULL, 0);
	scan.p = object.data;
	scan.end = object.data + object.len;
	skip_blanks(&scan);
	if (*scan.p != '{')
		return dy_slice(NULL, 0);
	scan.p++;
	skip_blanks(&scan);
	while (scan.end[-1] != '}')
		scan.end--;
	scan.end--;
	while (scan.end > scan.p && strchr(" \t\r\n", scan.end[-1]) != NULL)
		scan.end--;
	return dy_slice(scan.p, (size_t) (scan.end - scan.p));
}

static void
skip_blanks(JsonScan *scan)
{
	while (scan->p < scan->end && (*scan->p == ' ' || *scan->p == '\t' ||
								   *scan->p == '\r' || *scan->p == '\n'))
		scan->p++;
}

static bool
scan_scalar(JsonScan *scan)
{
	switch (*scan->p)
	{
		case '"':
			return scan_string(scan);
		case 't':
			return scan_word(scan, "true");
		case 'f':
			return scan_word(scan, "false");
		case 'n':
			return scan_word(scan, "null");
		default:
			return scan_number(scan);
	}
}

static bool
scan_string(JsonScan *scan)
{
	if (scan->p == scan->end || *scan->p != '"')
		return false;
	scan->p++;
	while (scan->p < scan->end)
	{
		unsigned char c = (unsigned char) *scan->p++;

		if (c == '"')
			return true;
		if (c < 0x20)
			return false;
		if (c != '\\')
			continue;
		if (scan->p == scan->end)
			return false;
		c = (unsigned char) *scan->p++;
		if (c == 'u')
		{
			for (int i = 0; i < 4; i++, scan->p++)
			{
				if (scan->p == scan->end || *scan->p == '\0' ||
					strchr("0123456789abcdefABCDEF", *scan->p) == NULL)
					return false;
			}
		}
		else if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
			return false;
	}
	return false;
}

static bool
scan_number(JsonScan *scan)
{
	if (*scan->p == '-')
		scan->p++;
	if (scan->p < scan->end && *scan->p == '0')
		scan->p++;
	else if (!scan_digits(scan))
		return false;
	if (scan->p < scan->end && *scan->p == '.')
	{
		scan->p++;
		if (!scan_digits(scan))
			return false;
	}
	if (scan->p < scan->end && (*scan->p == 'e' || *scan->p == 'E'))
	{
		scan->p++;
		if (scan->p < scan->end && (*scan->p == '+' || *scan->p == '-'))
			scan->p++;
		if (!scan_digits(scan))
			return false;
	}
	return true;
}

/* One digit or more. */
static bool
scan_digits(JsonScan *scan)
{
	const char *start = scan->p;

	while (scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9')
		scan->p++;
	return scan->p > start;
}

/*
 * Bytes of the character above 127 that is there, 0 if it is no UTF-8.
 *
 * Source: RFC 3629, 4
 */
static size_t
utf8_length(const char *bytes, size_t len)
{
	const unsigned char *b = (const unsigned char *) bytes;
	size_t		length = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;

	if (b[0] < 0xC2 || b[0] > 0xF4 || length > len)
		return 0;
	for (size_t i = 1; i < length; i++)
	{
		if ((b[i] & 0xC0) != 0x80)
			return 0;
	}
	if ((b[0] == 0xE0 && b[1] < 0xA0) || (b[0] == 0xED && b[1] > 0x9F) ||
		(b[0] == 0xF0 && b[1] < 0x90) || (b[0] == 0xF4 && b[1] > 0x8F))
		return 0;
	return length;
}

static bool
scan_word(JsonScan *scan, const char *word)
{
	size_t		len = strlen(word);

	if ((size_t) (scan->end - scan->p) < len || memcmp(scan->p, word, len) != 0)
		return false;
	scan->p += len;
	return true;
}
