/*-------------------------------------------------------------------------
 *
 * json.h
 *	  A pull reader over JSON text, and JSON string output.
 *
 * The reader walks the text once and allocates nothing but unescaped
 * strings; what it leaves in "text" is valid until the next token.  It does
 * not recurse: nesting is the caller's, and callers bound it.  Text is UTF-8;
 * invalid UTF-8, control characters inside strings, lone surrogates and
 * trailing garbage are syntax errors.  Every error is reported by the
 * DY_JSON_ERROR token, never raised, so that callers choose the exception.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_JSON_H
#define DY_ITEM_JSON_H

#include "lib/stringinfo.h"
#include "item/value.h"

typedef enum DyJsonToken
{
	DY_JSON_ERROR,
	DY_JSON_END,				/* end of the text */
	DY_JSON_OBJECT_OPEN,
	DY_JSON_OBJECT_CLOSE,
	DY_JSON_ARRAY_OPEN,
	DY_JSON_ARRAY_CLOSE,
	DY_JSON_NAME,				/* member name, its colon already read */
	DY_JSON_STRING,
	DY_JSON_NUMBER,
	DY_JSON_TRUE,
	DY_JSON_FALSE,
	DY_JSON_NULL
} DyJsonToken;

typedef struct DyJsonReader
{
	const char *start;
	const char *pos;
	const char *end;
	int			depth;			/* containers open now */
	uint64		in_object[8];	/* bit per level: object or array */
	uint8		state;			/* what may come next */
	DyBytes		text;			/* of the last NAME, STRING or NUMBER */
	StringInfoData scratch;		/* holds strings that had escapes */
} DyJsonReader;

#define DY_JSON_MAX_DEPTH	512

extern void dy_json_open(DyJsonReader *reader, const char *input, uint32 len);
extern DyJsonToken dy_json_next(DyJsonReader *reader);

/* The kind of the next token, without taking it. */
extern DyJsonToken dy_json_peek(DyJsonReader *reader);

/* Go to where a value begins, outside of any container. */
extern void dy_json_seek(DyJsonReader *reader, const char *pos);

/* Skip one whole value; false on error. */
extern bool dy_json_skip(DyJsonReader *reader);

/* Output: dest gets a quoted, escaped JSON string. */
extern void dy_json_write_string(StringInfo dest, const char *data, uint32 len);
extern void dy_json_write_base64(StringInfo dest, const char *data, uint32 len);

#endif							/* DY_ITEM_JSON_H */
