/*-------------------------------------------------------------------------
 *
 * shapes.c
 *	  Shapes that many operations share.
 *
 * The order of enum values is that of the service's error texts, which is
 * neither the documentation's nor alphabetical.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Types_Amazon_DynamoDB.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "wire/shape.h"

#define SIMPLE(shape_kind) \
	{.kind = shape_kind, .min = DY_NO_BOUND, .max = DY_NO_BOUND}

#define NAME_PATTERN	"[a-zA-Z0-9_.-]+"

static bool matches_name(const char *text, uint32 len);

const DyShape dy_shape_string = SIMPLE(DY_SHAPE_STRING);
const DyShape dy_shape_boolean = SIMPLE(DY_SHAPE_BOOLEAN);
const DyShape dy_shape_integer = SIMPLE(DY_SHAPE_INTEGER);
const DyShape dy_shape_long = SIMPLE(DY_SHAPE_LONG);
const DyShape dy_shape_value = SIMPLE(DY_SHAPE_VALUE);
const DyShape dy_shape_item = SIMPLE(DY_SHAPE_ITEM);
const DyShape dy_shape_positive_integer = DY_INTEGER(1, DY_NO_BOUND);

const DyShape dy_shape_table_name = {
	.kind = DY_SHAPE_STRING,.min = 3,.max = 255,
	.pattern = NAME_PATTERN,.matches = matches_name,
	.table = DY_NAMES_NEW_TABLE
};

const DyShape dy_shape_table_arn = {
	.kind = DY_SHAPE_STRING,.min = 3,.max = 255,
	.pattern = NAME_PATTERN,.matches = matches_name,
	.table = DY_NAMES_TABLE
};

const DyShape dy_shape_required_table_arn = {
	.kind = DY_SHAPE_STRING,.min = 3,.max = 255,
	.pattern = NAME_PATTERN,.matches = matches_name,
	.table = DY_NAMES_REQUIRED_TABLE
};

const DyShape dy_shape_index_name = {
	.kind = DY_SHAPE_STRING,.min = 3,.max = 255,
	.pattern = NAME_PATTERN,.matches = matches_name
};

const DyShape dy_shape_attribute_names = DY_LIST_OF(dy_shape_string, 1, DY_NO_BOUND);
const DyShape dy_shape_expression_names = DY_MAP_OF(dy_shape_string, DY_NO_BOUND, DY_NO_BOUND);
const DyShape dy_shape_expression_values = DY_MAP_OF(dy_shape_value, DY_NO_BOUND, DY_NO_BOUND);

static const char *const return_consumed_capacity_values[] = {"INDEXES", "TOTAL", "NONE", NULL};
static const char *const return_item_collection_metrics_values[] = {"SIZE", "NONE", NULL};
static const char *const return_values_values[] = {"ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW", NULL};
static const char *const return_on_failure_values[] = {"ALL_OLD", "NONE", NULL};
static const char *const conditional_operator_values[] = {"OR", "AND", NULL};
static const char *const select_values[] = {"SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", NULL};
static const char *const action_values[] = {"ADD", "PUT", "DELETE", NULL};
static const char *const comparison_operator_values[] = {
	"IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL",
	"NE", "LE", "BEGINS_WITH", "GE", "CONTAINS", NULL
};

const DyShape dy_shape_return_consumed_capacity = DY_ENUM(return_consumed_capacity_values);
const DyShape dy_shape_return_item_collection_metrics = DY_ENUM(return_item_collection_metrics_values);
const DyShape dy_shape_return_values = DY_ENUM(return_values_values);
const DyShape dy_shape_return_on_failure = DY_ENUM(return_on_failure_values);
const DyShape dy_shape_conditional_operator = DY_ENUM(conditional_operator_values);
const DyShape dy_shape_select = DY_ENUM(select_values);

static const DyShape action = DY_ENUM(action_values);
static const DyShape comparison_operator = DY_ENUM(comparison_operator_values);
static const DyShape value_list = DY_LIST_OF(dy_shape_value, DY_NO_BOUND, DY_NO_BOUND);

#define EXPECTED_MEMBERS(M) \
	M(EXPECTED, Value, dy_shape_value, false) \
	M(EXPECTED, Exists, dy_shape_boolean, false) \
	M(EXPECTED, ComparisonOperator, comparison_operator, false) \
	M(EXPECTED, AttributeValueList, value_list, false)
DY_STRUCTURE_NAMED(EXPECTED, expected_value, "ExpectedAttributeValue", EXPECTED_MEMBERS)

#define CONDITION_MEMBERS(M) \
	M(CONDITION, AttributeValueList, value_list, false) \
	M(CONDITION, ComparisonOperator, comparison_operator, true)
DY_STRUCTURE_NAMED(CONDITION, condition, "Condition", CONDITION_MEMBERS)

#define ATTRIBUTE_UPDATE_MEMBERS(M) \
	M(ATTRIBUTE_UPDATE, Value, dy_shape_value, false) \
	M(ATTRIBUTE_UPDATE, Action, action, false)
DY_STRUCTURE_NAMED(ATTRIBUTE_UPDATE, attribute_update, "AttributeValueUpdate", ATTRIBUTE_UPDATE_MEMBERS)

const DyShape dy_shape_expected = DY_MAP_OF(expected_value, DY_NO_BOUND, DY_NO_BOUND);
const DyShape dy_shape_conditions = DY_MAP_OF(condition, DY_NO_BOUND, DY_NO_BOUND);
const DyShape dy_shape_attribute_updates = DY_MAP_OF(attribute_update, DY_NO_BOUND, DY_NO_BOUND);

/* The header promises these positions. */
StaticAssertDecl((int) EXPECTED_AttributeValueList == (int) DY_EXPECTED_AttributeValueList &&
				 (int) CONDITION_ComparisonOperator == (int) DY_CONDITION_ComparisonOperator &&
				 (int) ATTRIBUTE_UPDATE_Action == (int) DY_ATTRIBUTE_UPDATE_Action,
				 "member order of shared structures");

/*
 * NAME_PATTERN.
 */
static bool
matches_name(const char *text, uint32 len)
{
	for (uint32 i = 0; i < len; i++)
	{
		char		c = text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			  (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-'))
			return false;
	}
	return len > 0;
}
