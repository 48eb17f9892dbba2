/*-------------------------------------------------------------------------
 *
 * json.c
 *	  A pull reader over JSON text, and JSON string output.
 *
 * The reader is a state machine over the text: its state says what may come
 * next, two bit words say which of the open containers are objects.  Strings
 * without escapes are views on the text; others are unescaped into scratch.
 *
 * The grammar is RFC 8259's, nothing more: no comments, no trailing commas,
 * no bare words.  Text must be UTF-8; a string may hold \u0000.
 *
 * text.c reads values past the reader, on the text itself, for speed; it
 * takes over and hands back with dy_json_begin_value() and
 * dy_json_end_value().
 *
 * Source: https://www.rfc-editor.org/rfc/rfc8259
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "item/scan.h"

/* DyJsonReader.state: what may come next */
enum
{
	BEFORE_VALUE,				/* a value: at the start, or behind a name */
	AFTER_OPEN,					/* the first name or element, or the close */
	AFTER_VALUE,				/* a comma, the close, or the end */
	BROKEN						/* nothing: an error was found */
};

static void write_escape(StringInfo dest, char c);
static bool in_object(const DyJsonReader *reader);
static DyJsonToken open_container(DyJsonReader *reader, const char *p, bool object);
static DyJsonToken close_container(DyJsonReader *reader, const char *p);
static DyJsonToken read_name(DyJsonReader *reader, const char *p);
static DyJsonToken read_value(DyJsonReader *reader, const char *p);
static DyJsonToken read_literal(DyJsonReader *reader, const char *p,
								const char *literal, DyJsonToken token);
static DyJsonToken broken(DyJsonReader *reader);
static pg_noinline const char *scan_odd_string(const char *start, const char *p, const char *end,
											   StringInfo scratch, DyBytes *result);
static const char *unescape(const char *p, const char *end, StringInfo scratch);
static const char *read_hex4(const char *p, const char *end, pg_wchar *code);

/*
 * Start reading a text, which must stay where it is.  Nothing needs to be
 * closed afterwards.
 */
void
dy_json_open(DyJsonReader *reader, const char *input, uint32 len)
{
	reader->start = input;
	reader->pos = input;
	reader->end = input + len;
	reader->depth = 0;
	reader->state = BEFORE_VALUE;
	reader->text.data = NULL;
	reader->text.len = 0;
	reader->scratch.data = NULL;
	reader->scratch.len = 0;
	reader->scratch.maxlen = 0;
	reader->scratch.cursor = 0;
}

/* See json.h. */
void
dy_json_seek(DyJsonReader *reader, const char *pos)
{
	reader->pos = pos;
	reader->depth = 0;
	reader->state = BEFORE_VALUE;
}

/*
 * The next token.  NAME, STRING and NUMBER leave their text in reader->text,
 * valid until the next call.  After DY_JSON_ERROR every further call returns
 * it again; reader->pos is where the error was found.
 */
DyJsonToken
dy_json_next(DyJsonReader *reader)
{
	const char *end = reader->end;
	const char *p = dy_scan_space(reader->pos, end);

	reader->pos = p;
	switch (reader->state)
	{
		case BEFORE_VALUE:
			return read_value(reader, p);
		case AFTER_OPEN:
			if (p == end)
				return broken(reader);
			if (in_object(reader))
				return *p == '}' ? close_container(reader, p) : read_name(reader, p);
			return *p == ']' ? close_container(reader, p) : read_value(reader, p);
		case AFTER_VALUE:
			if (reader->depth == 0)
				return p == end ? DY_JSON_END : broken(reader);
			if (p == end)
				return broken(reader);
			if (*p == ',')
			{
				p = dy_scan_space(p + 1, end);
				reader->pos = p;
				return in_object(reader) ? read_name(reader, p) : read_value(reader, p);
			}
			if (*p == (in_object(reader) ? '}' : ']'))
				return close_container(reader, p);
			return broken(reader);
		default:
			return DY_JSON_ERROR;
	}
}

/*
 * What kind of token comes next, without taking it.  Told from its first
 * character, so taking it may still turn out to be an error.
 */
DyJsonToken
dy_json_peek(DyJsonReader *reader)
{
	const char *end = reader->end;
	const char *p = dy_scan_space(reader->pos, end);
	bool		name = false;

	if (reader->state == BROKEN)
		return DY_JSON_ERROR;
	if (reader->state == AFTER_VALUE && reader->depth == 0)
		return p == end ? DY_JSON_END : DY_JSON_ERROR;
	if (reader->state != BEFORE_VALUE)
	{
		if (p < end && *p == (in_object(reader) ? '}' : ']'))
			return in_object(reader) ? DY_JSON_OBJECT_CLOSE : DY_JSON_ARRAY_CLOSE;
		if (reader->state == AFTER_VALUE)
		{
			if (p == end || *p != ',')
				return DY_JSON_ERROR;
			p = dy_scan_space(p + 1, end);
		}
		name = in_object(reader);
	}
	if (p == end)
		return DY_JSON_ERROR;
	if (name)
		return *p == '"' ? DY_JSON_NAME : DY_JSON_ERROR;
	switch (*p)
	{
		case '{':
			return DY_JSON_OBJECT_OPEN;
		case '[':
			return DY_JSON_ARRAY_OPEN;
		case '"':
			return DY_JSON_STRING;
		case 't':
			return DY_JSON_TRUE;
		case 'f':
			return DY_JSON_FALSE;
		case 'n':
			return DY_JSON_NULL;
		default:
			return *p == '-' || (*p >= '0' && *p <= '9') ?
				DY_JSON_NUMBER : DY_JSON_ERROR;
	}
}

/*
 * Skip the value that comes next, whatever is in it; false on an error, and
 * where no value comes next.
 */
bool
dy_json_skip(DyJsonReader *reader)
{
	int			depth = reader->depth;

	do
	{
		switch (dy_json_next(reader))
		{
			case DY_JSON_ERROR:
			case DY_JSON_END:
				return false;
			case DY_JSON_NAME:
			case DY_JSON_OBJECT_CLOSE:
			case DY_JSON_ARRAY_CLOSE:
				if (reader->depth < depth ||
					(reader->depth == depth && reader->state == BEFORE_VALUE))
				{
					(void) broken(reader);
					return false;
				}
				break;
			default:
				break;
		}
	} while (reader->depth > depth);
	return true;
}

/*
 * Take the text over where a value begins: its first character, or NULL if
 * no value can come here.  The caller must then call dy_json_end_value().
 */
const char *
dy_json_begin_value(DyJsonReader *reader)
{
	const char *p = dy_scan_space(reader->pos, reader->end);

	if (reader->state == BROKEN ||
		(reader->state == AFTER_VALUE && reader->depth == 0) ||
		(reader->state != BEFORE_VALUE && in_object(reader)))
	{
		(void) broken(reader);
		return NULL;
	}
	if (reader->state == AFTER_VALUE)
	{
		if (p == reader->end || *p != ',')
		{
			(void) broken(reader);
			return NULL;
		}
		p = dy_scan_space(p + 1, reader->end);
	}
	reader->pos = p;
	return p;
}

/* Hand the text back behind a value; NULL if it was found wrong. */
void
dy_json_end_value(DyJsonReader *reader, const char *p)
{
	if (p == NULL)
	{
		(void) broken(reader);
		return;
	}
	reader->pos = p;
	reader->state = AFTER_VALUE;
}

/*
 * Scan the rest of a string, p being behind its opening quote.  Returns the
 * place behind the closing quote, or NULL if the string is not valid.  *result
 * is a view on the input, or on scratch if something had to be unescaped.
 */
const char *
dy_json_scan_string(const char *p, const char *end, StringInfo scratch, DyBytes *result)
{
	const char *start = p;

	p = dy_scan_plain(p, end);
	if (likely(p < end && *p == '"'))
	{
		result->data = start;
		result->len = p - start;
		return p + 1;
	}
	return scan_odd_string(start, p, end, scratch, result);
}

/*
 * The same for a string that is not all plain characters; up to p it is.
 */
static const char *
scan_odd_string(const char *start, const char *p, const char *end, StringInfo scratch, DyBytes *result)
{
	const char *run = start;
	bool		escaped = false;

	for (;;)
	{
		p = dy_scan_plain(p, end);
		if (p == end || (uint8) *p < 0x20)
			return NULL;
		if (*p == '"')
			break;
		if (*p == '\\')
		{
			if (!escaped)
			{
				escaped = true;
				if (scratch->data == NULL)
					initStringInfo(scratch);
				resetStringInfo(scratch);
			}
			appendBinaryStringInfo(scratch, run, p - run);
			p = unescape(p + 1, end, scratch);
			run = p;
		}
		else
			p = dy_scan_multibyte(p, end);
		if (p == NULL)
			return NULL;
	}
	if (escaped)
	{
		appendBinaryStringInfo(scratch, run, p - run);
		result->data = scratch->data;
		result->len = scratch->len;
	}
	else
	{
		result->data = start;
		result->len = p - start;
	}
	return p + 1;
}

/*
 * Scan a number; NULL if it is none.  *is_integer is false if it has a
 * fraction or an exponent.
 */
const char *
dy_json_scan_number(const char *p, const char *end, bool *is_integer)
{
#define IS_DIGIT(p)	((p) < end && *(p) >= '0' && *(p) <= '9')
	*is_integer = true;
	if (p < end && *p == '-')
		p++;
	if (!IS_DIGIT(p))
		return NULL;
	if (*p == '0')
		p++;
	else
	{
		while (IS_DIGIT(p))
			p++;
	}
	if (p < end && *p == '.')
	{
		*is_integer = false;
		p++;
		if (!IS_DIGIT(p))
			return NULL;
		while (IS_DIGIT(p))
			p++;
	}
	if (p < end && (*p == 'e' || *p == 'E'))
	{
		*is_integer = false;
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (!IS_DIGIT(p))
			return NULL;
		while (IS_DIGIT(p))
			p++;
	}
#undef IS_DIGIT
	return p;
}

/*
 * Append a JSON string.  data is UTF-8 and may hold NUL.  Only what JSON
 * demands is escaped: quotes, backslashes and control characters.
 */
void
dy_json_write_string(StringInfo dest, const char *data, uint32 len)
{
	const char *end = data + len;

	dy_reserve(dest, len + 2);
	dest->data[dest->len++] = '"';
	if (likely(dy_copy_unescaped(dest->data + dest->len, data, len)))
		dest->len += len;
	else
	{
		while (data < end)
		{
			const char *run = data;

			data = dy_scan_unescaped(run, end);
			appendBinaryStringInfo(dest, run, data - run);
			if (data < end)
				write_escape(dest, *data++);
		}
		dy_reserve(dest, 1);
	}
	dest->data[dest->len++] = '"';
	dest->data[dest->len] = '\0';
}

/* Append bytes as a JSON string of padded base64. */
void
dy_json_write_base64(StringInfo dest, const char *data, uint32 len)
{
	Size		needed = ((Size) len + 2) / 3 * 4 + 2;

	if (needed >= MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("binary value is too large")));
	enlargeStringInfo(dest, needed);
	dest->data[dest->len++] = '"';
	dest->len += dy_base64_encode((const uint8 *) data, len, dest->data + dest->len);
	dest->data[dest->len++] = '"';
	dest->data[dest->len] = '\0';
}

/* The escape of a quote, backslash or control character. */
static void
write_escape(StringInfo dest, char c)
{
	static const char hex[] = "0123456789abcdef";

	dy_reserve(dest, 6);
	dest->data[dest->len++] = '\\';
	switch (c)
	{
		case '"':
		case '\\':
			dest->data[dest->len++] = c;
			break;
		case '\b':
			dest->data[dest->len++] = 'b';
			break;
		case '\f':
			dest->data[dest->len++] = 'f';
			break;
		case '\n':
			dest->data[dest->len++] = 'n';
			break;
		case '\r':
			dest->data[dest->len++] = 'r';
			break;
		case '\t':
			dest->data[dest->len++] = 't';
			break;
		default:
			dest->data[dest->len++] = 'u';
			dest->data[dest->len++] = '0';
			dest->data[dest->len++] = '0';
			dest->data[dest->len++] = hex[(uint8) c >> 4];
			dest->data[dest->len++] = hex[c & 0x0F];
			break;
	}
}

/* Is the innermost open container an object? */
static inline bool
in_object(const DyJsonReader *reader)
{
	int			level = reader->depth - 1;

	return level >= 0 && ((reader->in_object[level / 64] >> (level % 64)) & 1) != 0;
}

static DyJsonToken
open_container(DyJsonReader *reader, const char *p, bool object)
{
	int			level = reader->depth;
	uint64		bit = UINT64CONST(1) << (level % 64);

	if (level == DY_JSON_MAX_DEPTH)
		return broken(reader);
	if (object)
		reader->in_object[level / 64] |= bit;
	else
		reader->in_object[level / 64] &= ~bit;
	reader->depth++;
	reader->pos = p + 1;
	reader->state = AFTER_OPEN;
	return object ? DY_JSON_OBJECT_OPEN : DY_JSON_ARRAY_OPEN;
}

static DyJsonToken
close_container(DyJsonReader *reader, const char *p)
{
	bool		object = in_object(reader);

	reader->depth--;
	reader->pos = p + 1;
	reader->state = AFTER_VALUE;
	return object ? DY_JSON_OBJECT_CLOSE : DY_JSON_ARRAY_CLOSE;
}

static DyJsonToken
read_name(DyJsonReader *reader, const char *p)
{
	const char *end = reader->end;

	if (p == end || *p != '"')
		return broken(reader);
	p = dy_json_scan_string(p + 1, end, &reader->scratch, &reader->text);
	if (p == NULL)
		return broken(reader);
	p = dy_scan_space(p, end);
	if (p == end || *p != ':')
		return broken(reader);
	reader->pos = p + 1;
	reader->state = BEFORE_VALUE;
	return DY_JSON_NAME;
}

static DyJsonToken
read_value(DyJsonReader *reader, const char *p)
{
	const char *end = reader->end;
	bool		is_integer;

	if (p == end)
		return broken(reader);
	switch (*p)
	{
		case '{':
			return open_container(reader, p, true);
		case '[':
			return open_container(reader, p, false);
		case '"':
			p = dy_json_scan_string(p + 1, end, &reader->scratch, &reader->text);
			if (p == NULL)
				return broken(reader);
			dy_json_end_value(reader, p);
			return DY_JSON_STRING;
		case 't':
			return read_literal(reader, p, "true", DY_JSON_TRUE);
		case 'f':
			return read_literal(reader, p, "false", DY_JSON_FALSE);
		case 'n':
			return read_literal(reader, p, "null", DY_JSON_NULL);
		default:
			reader->text.data = p;
			p = dy_json_scan_number(p, end, &is_integer);
			if (p == NULL)
				return broken(reader);
			reader->text.len = p - reader->text.data;
			dy_json_end_value(reader, p);
			return DY_JSON_NUMBER;
	}
}

static DyJsonToken
read_literal(DyJsonReader *reader, const char *p, const char *literal,
			 DyJsonToken token)
{
	Size		len = strlen(literal);

	if (reader->end - p < len || memcmp(p, literal, len) != 0)
		return broken(reader);
	dy_json_end_value(reader, p + len);
	return token;
}

static DyJsonToken
broken(DyJsonReader *reader)
{
	reader->state = BROKEN;
	return DY_JSON_ERROR;
}

/*
 * Append what the escape stands for whose letter p is at; returns the place
 * behind it, or NULL if it is none.
 */
static const char *
unescape(const char *p, const char *end, StringInfo scratch)
{
	pg_wchar	code;
	pg_wchar	low;
	unsigned char utf8[4];

	if (p == end)
		return NULL;
	switch (*p++)
	{
		case '"':
			appendStringInfoCharMacro(scratch, '"');
			return p;
		case '\\':
			appendStringInfoCharMacro(scratch, '\\');
			return p;
		case '/':
			appendStringInfoCharMacro(scratch, '/');
			return p;
		case 'b':
			appendStringInfoCharMacro(scratch, '\b');
			return p;
		case 'f':
			appendStringInfoCharMacro(scratch, '\f');
			return p;
		case 'n':
			appendStringInfoCharMacro(scratch, '\n');
			return p;
		case 'r':
			appendStringInfoCharMacro(scratch, '\r');
			return p;
		case 't':
			appendStringInfoCharMacro(scratch, '\t');
			return p;
		case 'u':
			p = read_hex4(p, end, &code);
			if (p == NULL || (code >= 0xDC00 && code <= 0xDFFF))
				return NULL;
			if (code >= 0xD800 && code <= 0xDBFF)
			{
				if (end - p < 2 || p[0] != '\\' || p[1] != 'u')
					return NULL;
				p = read_hex4(p + 2, end, &low);
				if (p == NULL || low < 0xDC00 || low > 0xDFFF)
					return NULL;
				code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
			}
			unicode_to_utf8(code, utf8);
			appendBinaryStringInfo(scratch, (char *) utf8, pg_utf_mblen(utf8));
			return p;
		default:
			return NULL;
	}
}

static const char *
read_hex4(const char *p, const char *end, pg_wchar *code)
{
	*code = 0;
	if (end - p < 4)
		return NULL;
	for (int i = 0; i < 4; i++, p++)
	{
		int			digit;

		if (*p >= '0' && *p <= '9')
			digit = *p - '0';
		else if (*p >= 'a' && *p <= 'f')
			digit = *p - 'a' + 10;
		else if (*p >= 'A' && *p <= 'F')
			digit = *p - 'A' + 10;
		else
			return NULL;
		*code = *code * 16 + digit;
	}
	return p;
}
