/*-------------------------------------------------------------------------
 *
 * jsonb.c
 *	  Casts between items and jsonb in plain document form.
 *
 * Plain form has values without their types, as an application would write
 * them:
 *
 *	  S, B         string; a B in base64
 *	  N            number, exact
 *	  BOOL, NULL   true, false, null
 *	  L, SS, NS, BS  array
 *	  M            object
 *
 * So from an item to jsonb is a one-way street for B and for sets: coming
 * back, they are S and L.  jsonb cannot hold the character U+0000; such a
 * string is an error.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "item/jsonb.h"
#include "item/scan.h"
#include "item/text.h"

static JsonbValue *push_value(JsonbParseState **state, DyValue value,
							  JsonbIteratorToken token);
static void make_scalar(DyValue value, DyType type, JsonbValue *result);
static void set_string(JsonbValue *result, const char *data, uint32 len);
static void build_scalar(DyBuilder *b, const JsonbValue *scalar);
static void check_level(int level);

/* A value in plain form, as a jsonb of its own. */
Jsonb *
dy_value_to_jsonb(DyValue value)
{
	DyType		type = dy_value_type(value);
	JsonbParseState *state = NULL;
	JsonbValue	scalar;

	switch (type)
	{
		case DY_TYPE_L:
		case DY_TYPE_M:
		case DY_TYPE_SS:
		case DY_TYPE_NS:
		case DY_TYPE_BS:
			return JsonbValueToJsonb(push_value(&state, value, WJB_ELEM));
		default:
			make_scalar(value, type, &scalar);
			return JsonbValueToJsonb(&scalar);
	}
}

/*
 * An item from a plain document, which must be an object.  Raises
 * ValidationException for what no item can hold: a number beyond DynamoDB's,
 * an empty name, nesting beyond 32 levels.
 */
DyItem *
dy_item_from_jsonb(Jsonb *document)
{
	JsonbIterator *iter;
	JsonbIteratorToken token;
	JsonbValue	v;
	DyBuilder  *b = dy_build_create();
	int			level = 0;

	if (!JB_ROOT_IS_OBJECT(document))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("only a JSON object can become an item")));

	iter = JsonbIteratorInit(&document->root);
	while ((token = JsonbIteratorNext(&iter, &v, false)) != WJB_DONE)
	{
		switch (token)
		{
			case WJB_BEGIN_OBJECT:
				check_level(++level);
				dy_build_open(b, DY_TYPE_M);
				break;
			case WJB_BEGIN_ARRAY:
				check_level(++level);
				dy_build_open(b, DY_TYPE_L);
				break;
			case WJB_END_OBJECT:
			case WJB_END_ARRAY:
				level--;
				dy_build_close(b);
				break;
			case WJB_KEY:
				if (v.val.string.len == 0)
					dy_validation("Empty attribute name");
				dy_build_name(b, v.val.string.val, v.val.string.len);
				break;
			default:
				build_scalar(b, &v);
				break;
		}
	}
	return dy_build_item(b);
}

/*
 * Push a value into a jsonb under construction; token says where it goes
 * (WJB_ELEM or WJB_VALUE), which for a container follows from the state.
 */
static JsonbValue *
push_value(JsonbParseState **state, DyValue value, JsonbIteratorToken token)
{
	DyType		type = dy_value_type(value);
	DyIterator	iter;
	DyBytes		name;
	DyValue		child;
	JsonbValue	scalar;

	if (type <= DY_TYPE_NULL)
	{
		make_scalar(value, type, &scalar);
		return pushJsonbValue(state, token, &scalar);
	}

	check_stack_depth();
	iter = dy_iterate(value);
	if (type == DY_TYPE_M)
	{
		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		while (dy_map_next(&iter, &name, &child))
		{
			set_string(&scalar, name.data, name.len);
			pushJsonbValue(state, WJB_KEY, &scalar);
			push_value(state, child, WJB_VALUE);
		}
		return pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	while (dy_list_next(&iter, &child))
		push_value(state, child, WJB_ELEM);
	return pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

static void
make_scalar(DyValue value, DyType type, JsonbValue *result)
{
	DyBytes		bytes;
	DyNumber	number;
	char		string[DY_NUMBER_MAX_TEXT];
	char	   *base64;

	switch (type)
	{
		case DY_TYPE_S:
			bytes = dy_value_bytes(value);
			set_string(result, bytes.data, bytes.len);
			break;
		case DY_TYPE_N:
			number = dy_value_number(value);
			dy_number_format(&number, string);
			result->type = jbvNumeric;
			result->val.numeric =
				DatumGetNumeric(DirectFunctionCall3(numeric_in,
													CStringGetDatum(string),
													ObjectIdGetDatum(InvalidOid),
													Int32GetDatum(-1)));
			break;
		case DY_TYPE_B:
			bytes = dy_value_bytes(value);
			base64 = palloc(((Size) bytes.len + 2) / 3 * 4);
			set_string(result, base64,
					   dy_base64_encode((const uint8 *) bytes.data, bytes.len, base64));
			break;
		case DY_TYPE_BOOL:
			result->type = jbvBool;
			result->val.boolean = dy_value_bool(value);
			break;
		case DY_TYPE_NULL:
			result->type = jbvNull;
			break;
		default:
			elog(ERROR, "value is no scalar");
	}
}

/* jsonb holds the view itself until it is finished. */
static void
set_string(JsonbValue *result, const char *data, uint32 len)
{
	if (memchr(data, '\0', len) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("unsupported Unicode escape sequence"),
				 errdetail("\\u0000 cannot be converted to text.")));
	result->type = jbvString;
	result->val.string.val = unconstify(char *, data);
	result->val.string.len = len;
}

static void
build_scalar(DyBuilder *b, const JsonbValue *scalar)
{
	switch (scalar->type)
	{
		case jbvNull:
			dy_build_null(b);
			break;
		case jbvBool:
			dy_build_bool(b, scalar->val.boolean);
			break;
		case jbvString:
			dy_build_string(b, scalar->val.string.val, scalar->val.string.len);
			break;
		case jbvNumeric:
			{
				DyBytes		string;
				DyNumber	number;
				DyNumberError error;

				string.data = DatumGetCString(DirectFunctionCall1(numeric_out,
																  NumericGetDatum(scalar->val.numeric)));
				string.len = strlen(string.data);
				error = dy_number_parse(string.data, string.len, &number);
				if (error != DY_NUMBER_OK)
					dy_validation("%s", dy_number_error_text(error, string));
				dy_build_number(b, &number);
				break;
			}
		default:
			elog(ERROR, "unexpected jsonb value type %d", (int) scalar->type);
	}
}

static void
check_level(int level)
{
	if (level > DY_MAX_NESTING_LEVELS)
		dy_validation("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit");
}
