/*-------------------------------------------------------------------------
 *
 * item_sql.c
 *	  The SQL type dynamo.item: its functions and operators.
 *
 * Text in and out is DynamoDB JSON.  Binary in and out is the stored form
 * behind its varlena header: version, flags, map, with all names spelled out;
 * what comes in is checked deeply.  Everything read by attribute (->, ->>) is in plain form, see
 * jsonb.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/compat.h"
#include "base/errors.h"
#include "item/build.h"
#include "item/format.h"
#include "item/jsonb.h"
#include "item/key.h"
#include "item/text.h"

DY_SQL_FUNCTION(dynamo_item_in);
DY_SQL_FUNCTION(dynamo_item_out);
DY_SQL_FUNCTION(dynamo_item_recv);
DY_SQL_FUNCTION(dynamo_item_send);
DY_SQL_FUNCTION(dynamo_item_from_bytes);
DY_SQL_FUNCTION(dynamo_item_to_jsonb);
DY_SQL_FUNCTION(dynamo_to_item);
DY_SQL_FUNCTION(dynamo_item_get);
DY_SQL_FUNCTION(dynamo_item_get_text);
DY_SQL_FUNCTION(dynamo_item_exists);
DY_SQL_FUNCTION(dynamo_item_contains);
DY_SQL_FUNCTION(dynamo_item_contained);
DY_SQL_FUNCTION(dynamo_item_eq);
DY_SQL_FUNCTION(dynamo_item_ne);
DY_SQL_FUNCTION(dynamo_item_hash);
DY_SQL_FUNCTION(dynamo_item_hash_extended);
DY_SQL_FUNCTION(dynamo_size);
DY_SQL_FUNCTION(dynamo_key_bytes);
DY_SQL_FUNCTION(dynamo_key_digest);
DY_SQL_FUNCTION(dynamo_number_add);
DY_SQL_FUNCTION(dynamo_number_subtract);

static DyItem *receive_item(const char *bytes, int len);
static DyValue get_attribute(FunctionCallInfo fcinfo);
static bool items_equal(FunctionCallInfo fcinfo);
static DyNumber parse_number(text *arg);
static Datum number_result(DyNumberError error, const DyNumber *number);

/* item_in(cstring) returns item */
Datum
dynamo_item_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);

	PG_RETURN_DY_ITEM_P(dy_item_from_text(string, strlen(string)));
}

/* item_out(item) returns cstring */
Datum
dynamo_item_out(PG_FUNCTION_ARGS)
{
	DyValue		map = dy_item_value(PG_GETARG_DY_ITEM_P(0));
	StringInfoData string;

	initStringInfo(&string);
	enlargeStringInfo(&string, map.len * 2);
	dy_text_write_map(&string, map);
	PG_RETURN_CSTRING(string.data);
}

/* item_recv(internal) returns item */
Datum
dynamo_item_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			len = message->len - message->cursor;

	PG_RETURN_DY_ITEM_P(receive_item(pq_getmsgbytes(message, len), len));
}

/* item_from_bytes(bytea) returns item: the reverse of item_send */
Datum
dynamo_item_from_bytes(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);

	PG_RETURN_DY_ITEM_P(receive_item(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)));
}

/* item_send(item) returns bytea */
Datum
dynamo_item_send(PG_FUNCTION_ARGS)
{
	DyItem	   *item = dy_item_portable(PG_GETARG_DY_ITEM_P(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, VARDATA_ANY(item), VARSIZE_ANY_EXHDR(item));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* item_to_jsonb(item) returns jsonb: the plain document */
Datum
dynamo_item_to_jsonb(PG_FUNCTION_ARGS)
{
	DyValue		map = dy_item_value(PG_GETARG_DY_ITEM_P(0));

	PG_RETURN_JSONB_P(dy_value_to_jsonb(map));
}

/* to_item(document jsonb) returns item */
Datum
dynamo_to_item(PG_FUNCTION_ARGS)
{
	PG_RETURN_DY_ITEM_P(dy_item_from_jsonb(PG_GETARG_JSONB_P(0)));
}

/* item_get(item, attribute text) returns jsonb: "->" */
Datum
dynamo_item_get(PG_FUNCTION_ARGS)
{
	DyValue		value = get_attribute(fcinfo);

	if (!dy_value_present(value))
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(dy_value_to_jsonb(value));
}

/*
 * item_get_text(item, attribute text) returns text: "->>"
 *
 * Scalars as they are in plain form, without quotes; NULL is null; lists,
 * maps and sets as JSON.
 */
Datum
dynamo_item_get_text(PG_FUNCTION_ARGS)
{
	DyValue		value = get_attribute(fcinfo);
	DyBytes		bytes;
	DyNumber	number;
	StringInfoData string;

	if (!dy_value_present(value))
		PG_RETURN_NULL();
	switch (dy_value_type(value))
	{
		case DY_TYPE_S:
			bytes = dy_value_bytes(value);
			if (memchr(bytes.data, '\0', bytes.len) != NULL)
				ereport(ERROR,
						(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
						 errmsg("unsupported Unicode escape sequence"),
						 errdetail("\\u0000 cannot be converted to text.")));
			PG_RETURN_TEXT_P(cstring_to_text_with_len(bytes.data, bytes.len));
		case DY_TYPE_N:
			number = dy_value_number(value);
			initStringInfo(&string);
			enlargeStringInfo(&string, DY_NUMBER_MAX_TEXT);
			dy_number_format(&number, string.data);
			PG_RETURN_TEXT_P(cstring_to_text(string.data));
		case DY_TYPE_B:
			bytes = dy_value_bytes(value);
			initStringInfo(&string);
			dy_json_write_base64(&string, bytes.data, bytes.len);
			/* without the quotes */
			PG_RETURN_TEXT_P(cstring_to_text_with_len(string.data + 1, string.len - 2));
		case DY_TYPE_BOOL:
			PG_RETURN_TEXT_P(cstring_to_text(dy_value_bool(value) ? "true" : "false"));
		case DY_TYPE_NULL:
			PG_RETURN_NULL();
		default:
			{
				Jsonb	   *document = dy_value_to_jsonb(value);

				PG_RETURN_TEXT_P(cstring_to_text(JsonbToCString(NULL, &document->root,
																VARSIZE(document))));
			}
	}
}

/* item_exists(item, attribute text) returns boolean: "?" */
Datum
dynamo_item_exists(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dy_value_present(get_attribute(fcinfo)));
}

/* item_contains(item, item) returns boolean: "@>" */
Datum
dynamo_item_contains(PG_FUNCTION_ARGS)
{
	DyValue		a = dy_item_value(PG_GETARG_DY_ITEM_P(0));
	DyValue		b = dy_item_value(PG_GETARG_DY_ITEM_P(1));

	PG_RETURN_BOOL(dy_value_contains(a, b));
}

/* item_contained(item, item) returns boolean: "<@" */
Datum
dynamo_item_contained(PG_FUNCTION_ARGS)
{
	DyValue		a = dy_item_value(PG_GETARG_DY_ITEM_P(0));
	DyValue		b = dy_item_value(PG_GETARG_DY_ITEM_P(1));

	PG_RETURN_BOOL(dy_value_contains(b, a));
}

/* item_eq(item, item) returns boolean: "=" */
Datum
dynamo_item_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(items_equal(fcinfo));
}

/* item_ne(item, item) returns boolean: "<>" */
Datum
dynamo_item_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!items_equal(fcinfo));
}

/* item_hash(item) returns integer */
Datum
dynamo_item_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(dy_value_hash(dy_item_value(PG_GETARG_DY_ITEM_P(0))));
}

/* item_hash_extended(item, seed bigint) returns bigint */
Datum
dynamo_item_hash_extended(PG_FUNCTION_ARGS)
{
	DyValue		map = dy_item_value(PG_GETARG_DY_ITEM_P(0));

	PG_RETURN_INT64(dy_value_hash_extended(map, PG_GETARG_INT64(1)));
}

/* size(item) returns integer: bytes as DynamoDB counts them */
Datum
dynamo_size(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(dy_item_size(dy_item_value(PG_GETARG_DY_ITEM_P(0))));
}

/*
 * key_bytes(item, attribute text, delimited boolean) returns bytea
 *
 * The order-preserving bytes of an attribute; null if it is missing.
 */
Datum
dynamo_key_bytes(PG_FUNCTION_ARGS)
{
	DyValue		value = get_attribute(fcinfo);
	StringInfoData key;
	bytea	   *result;

	if (!dy_value_present(value))
		PG_RETURN_NULL();
	initStringInfo(&key);
	if (PG_GETARG_BOOL(2))
		dy_key_encode_delimited(&key, value);
	else
		dy_key_encode(&key, value);
	result = palloc(VARHDRSZ + key.len);
	SET_VARSIZE(result, VARHDRSZ + key.len);
	memcpy(VARDATA(result), key.data, key.len);
	PG_RETURN_BYTEA_P(result);
}

/* key_digest(item, attribute text) returns bytea: null if it is missing */
Datum
dynamo_key_digest(PG_FUNCTION_ARGS)
{
	DyValue		value = get_attribute(fcinfo);
	bytea	   *result;

	if (!dy_value_present(value))
		PG_RETURN_NULL();
	result = palloc(VARHDRSZ + DY_DIGEST_BYTES);
	SET_VARSIZE(result, VARHDRSZ + DY_DIGEST_BYTES);
	dy_key_digest(&value, 1, (uint8 *) VARDATA(result));
	PG_RETURN_BYTEA_P(result);
}

/* number_add(text, text) returns text: as an update expression adds */
Datum
dynamo_number_add(PG_FUNCTION_ARGS)
{
	DyNumber	a = parse_number(PG_GETARG_TEXT_PP(0));
	DyNumber	b = parse_number(PG_GETARG_TEXT_PP(1));
	DyNumber	sum;

	return number_result(dy_number_add(&a, &b, &sum), &sum);
}

/* number_subtract(text, text) returns text */
Datum
dynamo_number_subtract(PG_FUNCTION_ARGS)
{
	DyNumber	a = parse_number(PG_GETARG_TEXT_PP(0));
	DyNumber	b = parse_number(PG_GETARG_TEXT_PP(1));
	DyNumber	difference;

	return number_result(dy_number_subtract(&a, &b, &difference), &difference);
}

/* Bytes from outside as an item, if they are one. */
static DyItem *
receive_item(const char *bytes, int len)
{
	DyItem	   *item = palloc(VARHDRSZ + len);

	SET_VARSIZE(item, VARHDRSZ + len);
	memcpy(VARDATA(item), bytes, len);
	if (len > 0 && (uint8) bytes[0] > DY_ITEM_PORTABLE_VERSION)
		dy_unsupported_version((uint8) bytes[0]);
	dy_value_check_portable(dy_item_value(item));
	return item;
}

/* Argument 1's attribute of argument 0's item. */
static DyValue
get_attribute(FunctionCallInfo fcinfo)
{
	DyValue		map = dy_item_value(PG_GETARG_DY_ITEM_P(0));
	text	   *name = PG_GETARG_TEXT_PP(1);

	return dy_map_get(map, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

static bool
items_equal(FunctionCallInfo fcinfo)
{
	DyValue		a = dy_item_value(PG_GETARG_DY_ITEM_P(0));
	DyValue		b = dy_item_value(PG_GETARG_DY_ITEM_P(1));

	return dy_value_equal(a, b);
}

static DyNumber
parse_number(text *arg)
{
	DyBytes		string = {VARDATA_ANY(arg), VARSIZE_ANY_EXHDR(arg)};
	DyNumber	number;
	DyNumberError error = dy_number_parse(string.data, string.len, &number);

	if (error != DY_NUMBER_OK)
		dy_validation("%s", dy_number_error_text(error, string));
	return number;
}

static Datum
number_result(DyNumberError error, const DyNumber *number)
{
	char		string[DY_NUMBER_MAX_TEXT];
	DyBytes		none = {"", 0};

	if (error != DY_NUMBER_OK)
		dy_validation("%s", dy_number_error_text(error, none));
	dy_number_format(number, string);
	PG_RETURN_TEXT_P(cstring_to_text(string));
}
