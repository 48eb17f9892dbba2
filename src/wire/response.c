/*-------------------------------------------------------------------------
 *
 * response.c
 *	  Writing a response: JSON text, front to back.
 *
 * need_comma is the whole state: the next name or value must be preceded by
 * a comma because a value stands before it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "wire/response.h"

static void before_value(DyResponse *r);
static void write_decimal(DyResponse *r, double value, int digits, bool keep_point);

/*
 * Begin an empty response; its text is palloc'd in the current context.
 */
void
dy_response_init(DyResponse *r)
{
	initStringInfo(&r->text);
	r->need_comma = false;
}

void
dy_response_open(DyResponse *r, char bracket)
{
	Assert(bracket == '{' || bracket == '[');
	before_value(r);
	appendStringInfoChar(&r->text, bracket);
	r->need_comma = false;
}

void
dy_response_close(DyResponse *r, char bracket)
{
	Assert(bracket == '}' || bracket == ']');
	appendStringInfoChar(&r->text, bracket);
	r->need_comma = true;
}

/*
 * A member name of the API, which needs no escaping; its value comes next.
 */
void
dy_response_name(DyResponse *r, const char *name)
{
	before_value(r);
	appendStringInfoChar(&r->text, '"');
	appendStringInfoString(&r->text, name);
	appendStringInfoString(&r->text, "\":");
	r->need_comma = false;
}

/*
 * A member name that is data: a table's, an attribute's.
 */
void
dy_response_name_bytes(DyResponse *r, DyBytes name)
{
	before_value(r);
	dy_json_write_string(&r->text, name.data, name.len);
	appendStringInfoChar(&r->text, ':');
	r->need_comma = false;
}

void
dy_response_string(DyResponse *r, const char *text)
{
	dy_response_bytes(r, dy_bytes(text, strlen(text)));
}

void
dy_response_bytes(DyResponse *r, DyBytes text)
{
	before_value(r);
	dy_json_write_string(&r->text, text.data, text.len);
	r->need_comma = true;
}

void
dy_response_integer(DyResponse *r, int64 value)
{
	before_value(r);
	appendStringInfo(&r->text, INT64_FORMAT, value);
	r->need_comma = true;
}

/*
 * Capacity units: as short as exact, but always with a fraction (1.0).
 */
void
dy_response_units(DyResponse *r, double units)
{
	before_value(r);
	write_decimal(r, units, 3, true);
	r->need_comma = true;
}

void
dy_response_boolean(DyResponse *r, bool value)
{
	before_value(r);
	appendStringInfoString(&r->text, value ? "true" : "false");
	r->need_comma = true;
}

/*
 * A point of time in seconds, with milliseconds where there are any.
 */
void
dy_response_timestamp(DyResponse *r, double epoch_seconds)
{
	before_value(r);
	write_decimal(r, epoch_seconds, 3, false);
	r->need_comma = true;
}

/*
 * An attribute value: {"S":"x"}
 */
void
dy_response_value(DyResponse *r, DyValue value)
{
	before_value(r);
	dy_text_write_value(&r->text, value);
	r->need_comma = true;
}

/*
 * An item: {"pk":{"S":"x"}}.  Returns its size as dy_item_size() counts it.
 */
uint32
dy_response_map(DyResponse *r, DyValue map)
{
	before_value(r);
	r->need_comma = true;
	return dy_text_write_map(&r->text, map);
}

/*
 * One value that is JSON already.
 */
void
dy_response_json(DyResponse *r, const char *json, int len)
{
	before_value(r);
	appendBinaryStringInfo(&r->text, json, len);
	r->need_comma = true;
}

static void
before_value(DyResponse *r)
{
	if (r->need_comma)
		appendStringInfoChar(&r->text, ',');
}

/*
 * A number without exponent and without trailing zeros; keep_point leaves at
 * least one digit after the point.
 */
static void
write_decimal(DyResponse *r, double value, int digits, bool keep_point)
{
	StringInfo	text = &r->text;

	appendStringInfo(text, "%.*f", digits, value);
	while (text->data[text->len - 1] == '0')
		text->len--;

	if (text->data[text->len - 1] == '.')
	{
		if (keep_point)
			text->len++;		/* the zero is still there */

		else
			text->len--;
	}
	text->data[text->len] = '\0';
}
