/*-------------------------------------------------------------------------
 *
 * expr_sql.c
 *	  Expressions from SQL, for tests and for finding out.
 *
 * Each function takes the members of a request that belong to expressions
 * ({"FilterExpression": "a = :a", "ExpressionAttributeValues": {...}}) and
 * runs them on an item, without a table.  They are in schema
 * dynamo_internal; nobody is granted anything on them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/compat.h"
#include "base/errors.h"
#include "expr/ast.h"
#include "expr/syntax.h"

DY_SQL_FUNCTION(dynamo_expr_condition);
DY_SQL_FUNCTION(dynamo_expr_update);
DY_SQL_FUNCTION(dynamo_expr_touched);
DY_SQL_FUNCTION(dynamo_expr_projection);
DY_SQL_FUNCTION(dynamo_expr_key_condition);

#define REQUEST_MEMBERS(M) \
	M(REQUEST, ConditionExpression, dy_shape_string, false) \
	M(REQUEST, FilterExpression, dy_shape_string, false) \
	M(REQUEST, KeyConditionExpression, dy_shape_string, false) \
	M(REQUEST, UpdateExpression, dy_shape_string, false) \
	M(REQUEST, ProjectionExpression, dy_shape_string, false) \
	M(REQUEST, ExpressionAttributeNames, dy_shape_expression_names, false) \
	M(REQUEST, ExpressionAttributeValues, dy_shape_expression_values, false) \
	M(REQUEST, Expected, dy_shape_expected, false) \
	M(REQUEST, ScanFilter, dy_shape_conditions, false) \
	M(REQUEST, KeyConditions, dy_shape_conditions, false) \
	M(REQUEST, ConditionalOperator, dy_shape_conditional_operator, false) \
	M(REQUEST, AttributeUpdates, dy_shape_attribute_updates, false) \
	M(REQUEST, AttributesToGet, dy_shape_attribute_names, false)
DY_STRUCTURE(REQUEST, request_shape, REQUEST_MEMBERS)

static const DyNode *read_request(FunctionCallInfo fcinfo, DyPlaceholders *p);
static DyValue item_argument(FunctionCallInfo fcinfo, int n);
static DyUpdate *parse_update(const DyNode *request, DyPlaceholders *p);

/* expr_condition(request text, item dynamo.item) returns boolean; item may be NULL */
Datum
dynamo_expr_condition(PG_FUNCTION_ARGS)
{
	DyPlaceholders p;
	const DyNode *request = read_request(fcinfo, &p);
	const DyNode *operator = dy_member(request, REQUEST_ConditionalOperator);
	DyCondition *condition;

	if (dy_present(request, REQUEST_ConditionExpression))
		condition = dy_condition_parse("ConditionExpression",
									   dy_node_text(dy_member(request, REQUEST_ConditionExpression)), &p);
	else if (dy_present(request, REQUEST_FilterExpression))
		condition = dy_condition_parse("FilterExpression",
									   dy_node_text(dy_member(request, REQUEST_FilterExpression)), &p);
	else if (dy_present(request, REQUEST_ScanFilter))
		condition = dy_legacy_filter("ScanFilter", dy_member(request, REQUEST_ScanFilter), operator);
	else
		condition = dy_legacy_expected(dy_member(request, REQUEST_Expected), operator);
	dy_placeholders_check_used(&p);
	PG_RETURN_BOOL(dy_condition_holds(condition, item_argument(fcinfo, 1)));
}

/* expr_update(request text, old dynamo.item, key dynamo.item) returns dynamo.item; old may be NULL */
Datum
dynamo_expr_update(PG_FUNCTION_ARGS)
{
	DyPlaceholders p;
	const DyNode *request = read_request(fcinfo, &p);
	DyUpdate   *update = parse_update(request, &p);
	DyBuilder  *b = dy_build_create();

	dy_placeholders_check_used(&p);
	(void) dy_update_apply(update, item_argument(fcinfo, 1), item_argument(fcinfo, 2), b);
	PG_RETURN_DY_ITEM_P(dy_build_item(b));
}

/* expr_touched(request text, item dynamo.item) returns dynamo.item */
Datum
dynamo_expr_touched(PG_FUNCTION_ARGS)
{
	DyPlaceholders p;
	const DyNode *request = read_request(fcinfo, &p);
	DyUpdate   *update = parse_update(request, &p);
	DyBuilder  *b = dy_build_create();

	if (!dy_update_touched(update, item_argument(fcinfo, 1), b))
		PG_RETURN_NULL();
	PG_RETURN_DY_ITEM_P(dy_build_item(b));
}

/* expr_projection(request text, item dynamo.item) returns dynamo.item */
Datum
dynamo_expr_projection(PG_FUNCTION_ARGS)
{
	DyPlaceholders p;
	const DyNode *request = read_request(fcinfo, &p);
	DyProjection *projection;
	DyBuilder  *b = dy_build_create();

	if (dy_present(request, REQUEST_ProjectionExpression))
		projection = dy_projection_parse(dy_node_text(dy_member(request, REQUEST_ProjectionExpression)), &p);
	else
		projection = dy_legacy_attributes_to_get(dy_member(request, REQUEST_AttributesToGet));
	dy_placeholders_check_used(&p);
	dy_projection_apply(projection, item_argument(fcinfo, 1), b);
	PG_RETURN_DY_ITEM_P(dy_build_item(b));
}

/* expr_key_condition(request text) returns text: its terms */
Datum
dynamo_expr_key_condition(PG_FUNCTION_ARGS)
{
	static const char *const operators[] = {
		[DY_KEY_EQ] = "=",[DY_KEY_LT] = "<",[DY_KEY_LE] = "<=",
		[DY_KEY_GT] = ">",[DY_KEY_GE] = ">=",[DY_KEY_BETWEEN] = "BETWEEN",
		[DY_KEY_BEGINS_WITH] = "begins_with",[DY_KEY_UNSUPPORTED] = "?"
	};
	DyPlaceholders p;
	const DyNode *request = read_request(fcinfo, &p);
	DyKeyCondition *key;
	StringInfoData text;

	if (dy_present(request, REQUEST_KeyConditionExpression))
		key = dy_key_condition_parse(dy_node_text(dy_member(request, REQUEST_KeyConditionExpression)), &p);
	else
		key = dy_legacy_key_conditions(dy_member(request, REQUEST_KeyConditions));
	dy_placeholders_check_used(&p);

	initStringInfo(&text);
	for (int i = 0; i < key->nterms; i++)
	{
		const DyKeyTerm *term = &key->terms[i];

		appendStringInfo(&text, "%s%.*s %s", i > 0 ? ", " : "",
						 DY_BYTES_ARGS(term->attribute), operators[term->op]);
		for (int v = 0; v < 2 && dy_value_present(term->values[v]); v++)
		{
			appendStringInfoChar(&text, ' ');
			dy_text_write_value(&text, term->values[v]);
		}
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text.data, text.len));
}

static const DyNode *
read_request(FunctionCallInfo fcinfo, DyPlaceholders *p)
{
	text	   *arg;
	const DyNode *request;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("request must not be null")));
	arg = PG_GETARG_TEXT_PP(0);
	request = dy_request_read(VARDATA_ANY(arg), VARSIZE_ANY_EXHDR(arg), &request_shape);
	dy_request_validate(request);
	dy_placeholders_init(p, dy_member(request, REQUEST_ExpressionAttributeNames),
						 dy_member(request, REQUEST_ExpressionAttributeValues));
	return request;
}

static DyValue
item_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? DY_NO_VALUE : dy_item_value(PG_GETARG_DY_ITEM_P(n));
}

static DyUpdate *
parse_update(const DyNode *request, DyPlaceholders *p)
{
	if (dy_present(request, REQUEST_UpdateExpression))
		return dy_update_parse(dy_node_text(dy_member(request, REQUEST_UpdateExpression)), p);
	if (!dy_present(request, REQUEST_AttributeUpdates))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("request must have UpdateExpression or AttributeUpdates")));
	return dy_legacy_attribute_updates(dy_member(request, REQUEST_AttributeUpdates));
}
