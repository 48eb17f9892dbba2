/*-------------------------------------------------------------------------
 *
 * partiql.c
 *	  dynamo.partiql(): a PartiQL statement as a set of items.
 *
 * The parameters are SQL values of any type:
 *
 *	  numbers					N
 *	  boolean					BOOL
 *	  bytea						B
 *	  dynamo.item				M
 *	  json, jsonb				the document: S, N, BOOL, NULL, L or M
 *	  arrays					a set of their elements: NS, BS or SS
 *	  NULL						NULL
 *	  everything else			S, its text
 *
 * A SELECT gives all its items, not a page of them; a write gives what its
 * RETURNING says.  Throughput limits do not hold: it is SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

#include "base/errors.h"
#include "item/jsonb.h"
#include "ops/statement.h"

static void read_arguments(FunctionCallInfo fcinfo, DyStatement *s);
static void read_array_of_arguments(FunctionCallInfo fcinfo, DyStatement *s);
static DyValue argument_value(Oid item_type, Oid type, Datum value);
static DyValue array_value(Oid element_type, Datum value);
static void build_scalar(DyBuilder *builder, Oid type, Datum value);
static DyValue jsonb_value(Jsonb *document);
static char *output_text(Oid type, Datum value);
static void put_item(void *result, DyValue item);

PG_FUNCTION_INFO_V1(dynamo_partiql);

extern PGDLLEXPORT Datum dynamo_partiql(PG_FUNCTION_ARGS);

/*
 * dynamo.partiql(statement text, VARIADIC parameters "any") returns setof
 * dynamo.item
 */
Datum
dynamo_partiql(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	DyStatement s = {.mode = DY_MODE_STATEMENT,.consistent = false};
	text	   *statement;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (PG_ARGISNULL(0))
		return (Datum) 0;

	statement = PG_GETARG_TEXT_PP(0);
	s.text = dy_bytes(VARDATA_ANY(statement), VARSIZE_ANY_EXHDR(statement));
	read_arguments(fcinfo, &s);
	dy_statement_parse(&s);
	dy_statement_prepare(&s);
	dy_statement_check_table(&s);
	dy_statement_bind(&s);

	if (s.plan.kind == DY_PLAN_SELECT)
	{
		DyStatementPage page = {.plan = &s.plan,.whole = true};

		dy_statement_read(&page, put_item, result);
	}
	else
	{
		DyValue		item;

		dy_item_write_bind_key(&s.write);
		dy_write(&s.write.write);
		if (dy_statement_is_duplicate(&s))
			dy_error(DY_ERR_DUPLICATE_ITEM, DY_DUPLICATE_ITEM_TEXT);
		if (s.write.write.condition_failed)
			dy_item_write_raise_failed(&s.write);
		item = dy_statement_returned(&s, dy_build_create());
		if (dy_value_present(item))
			put_item(result, item);
	}
	return (Datum) 0;
}

/*
 * The arguments behind the statement.
 */
static void
read_arguments(FunctionCallInfo fcinfo, DyStatement *s)
{
	Oid			item_type = get_fn_expr_rettype(fcinfo->flinfo);

	if (get_fn_expr_variadic(fcinfo->flinfo))
	{
		read_array_of_arguments(fcinfo, s);
		return;
	}
	s->nparameters = PG_NARGS() - 1;
	s->parameters = palloc(PG_NARGS() * sizeof(DyValue));
	for (int i = 1; i < PG_NARGS(); i++)
	{
		Oid			type = PG_ARGISNULL(i) ? InvalidOid : get_fn_expr_argtype(fcinfo->flinfo, i);

		s->parameters[i - 1] = argument_value(item_type, type,
											  PG_ARGISNULL(i) ? (Datum) 0 : PG_GETARG_DATUM(i));
	}
}

/*
 * VARIADIC array: its elements are the arguments.
 */
static void
read_array_of_arguments(FunctionCallInfo fcinfo, DyStatement *s)
{
	ArrayType  *array;
	Datum	   *values;
	bool	   *nulls;
	int16		len;
	bool		by_value;
	char		align;
	Oid			item_type = get_fn_expr_rettype(fcinfo->flinfo);

	if (PG_ARGISNULL(1))
		return;
	array = PG_GETARG_ARRAYTYPE_P(1);
	get_typlenbyvalalign(ARR_ELEMTYPE(array), &len, &by_value, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), len, by_value, align, &values, &nulls, &s->nparameters);
	s->parameters = palloc((s->nparameters + 1) * sizeof(DyValue));
	for (int i = 0; i < s->nparameters; i++)
		s->parameters[i] = argument_value(item_type, nulls[i] ? InvalidOid : ARR_ELEMTYPE(array), values[i]);
}

/*
 * A SQL value as an attribute value; type InvalidOid is NULL, item_type is
 * that of dynamo.item.
 */
static DyValue
argument_value(Oid item_type, Oid type, Datum value)
{
	DyBuilder  *builder;
	Oid			base = OidIsValid(type) ? getBaseType(type) : InvalidOid;
	Oid			element;

	switch (base)
	{
		case JSONBOID:
			return jsonb_value(DatumGetJsonbP(value));
		case JSONOID:
			return jsonb_value(DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
																  CStringGetDatum(TextDatumGetCString(value)))));
		default:
			break;
	}
	if (OidIsValid(base) && base == item_type)
		return dy_item_value(DatumGetDyItemP(value));
	element = OidIsValid(base) ? get_element_type(base) : InvalidOid;
	if (OidIsValid(element))
		return array_value(element, value);

	builder = dy_build_create();
	build_scalar(builder, base, value);
	return dy_build_value(builder);
}

/*
 * An array as a set.
 */
static DyValue
array_value(Oid element_type, Datum value)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	DyBuilder  *builder = dy_build_create();
	Datum	   *values;
	bool	   *nulls;
	int			n;
	int16		len;
	bool		by_value;
	char		align;

	get_typlenbyvalalign(element_type, &len, &by_value, &align);
	deconstruct_array(array, element_type, len, by_value, align, &values, &nulls, &n);
	if (n == 0)
		dy_validation("Empty bags are not supported");
	switch (element_type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			dy_build_open(builder, DY_TYPE_NS);
			break;
		case BYTEAOID:
			dy_build_open(builder, DY_TYPE_BS);
			break;
		case BOOLOID:
			dy_validation("A set cannot hold values of type boolean");
		default:
			dy_build_open(builder, DY_TYPE_SS);
			break;
	}
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			dy_validation("A set cannot hold null");
		build_scalar(builder, element_type, values[i]);
	}
	if (!dy_build_close_set(builder))
		dy_validation("One or more parameter values were invalid: Input collection contains duplicates.");
	return dy_build_value(builder);
}

/*
 * Append S, N, B, BOOL or NULL.
 */
static void
build_scalar(DyBuilder *builder, Oid type, Datum value)
{
	DyNumber	number;
	DyNumberError error;
	char	   *text;
	bytea	   *bytes;

	switch (type)
	{
		case InvalidOid:
			dy_build_null(builder);
			break;
		case BOOLOID:
			dy_build_bool(builder, DatumGetBool(value));
			break;
		case BYTEAOID:
			bytes = DatumGetByteaPP(value);
			dy_build_binary(builder, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
			break;
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			text = output_text(type, value);

			error = dy_number_parse(text, strlen(text), &number);
			if (error != DY_NUMBER_OK)
				dy_validation("%s", dy_number_error_text(error, dy_bytes(text, strlen(text))));
			dy_build_number(builder, &number);
			break;
		case UNKNOWNOID:
			text = DatumGetCString(value);

			dy_build_string(builder, text, strlen(text));
			break;
		default:
			text = output_text(type, value);

			dy_build_string(builder, text, strlen(text));
			break;
	}
}

/*
 * A document of any kind.
 */
static DyValue
jsonb_value(Jsonb *document)
{
	JsonbParseState *state = NULL;
	JsonbValue	part;
	JsonbIterator *iterator = JsonbIteratorInit(&document->root);
	DyItem	   *item;
	JsonbValue *object;

	/* items are made of objects: {"value": document} */
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	part.type = jbvString;
	part.val.string.val = "value";
	part.val.string.len = strlen("value");
	pushJsonbValue(&state, WJB_KEY, &part);
	if (JB_ROOT_IS_SCALAR(document))
	{
		(void) JsonbIteratorNext(&iterator, &part, true);
		(void) JsonbIteratorNext(&iterator, &part, true);
	}
	else
	{
		part.type = jbvBinary;
		part.val.binary.data = &document->root;
		part.val.binary.len = VARSIZE(document) - VARHDRSZ;
	}
	pushJsonbValue(&state, WJB_VALUE, &part);
	object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	item = dy_item_from_jsonb(JsonbValueToJsonb(object));
	return dy_map_get(dy_item_value(item), "value", strlen("value"));
}

static char *
output_text(Oid type, Datum value)
{
	Oid			output;
	bool		is_varlena;

	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

static void
put_item(void *result, DyValue item)
{
	ReturnSetInfo *info = result;
	Datum		datum = PointerGetDatum(dy_item_make(item));
	bool		null = false;

	tuplestore_putvalues(info->setResult, info->setDesc, &datum, &null);
	pfree(DatumGetPointer(datum));
}
