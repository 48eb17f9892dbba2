/*-------------------------------------------------------------------------
 *
 * legacy.c
 *	  The request fields from before expressions, as conditions and updates.
 *
 * Expected, QueryFilter, ScanFilter and KeyConditions all come down to an
 * attribute, one of thirteen operators and a list of values.  Names are
 * attribute names as they are: "a.b" is no path.  Every text the service gives
 * for a malformed field is raised here, in its order: field by field in the
 * order of the request, within one field what may not stand together, then
 * values, their number, their types, the order of bounds.
 *
 * NOT_CONTAINS is not quite the opposite of CONTAINS: both are false if
 * the attribute is missing.
 *
 * Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Condition.html
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExpectedAttributeValue.html
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValueUpdate.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/ast.h"
#include "expr/syntax.h"

#define INVALID		"One or more parameter values were invalid: "

/* Sets of types as bits. */
#define TYPE(t)			(1 << (t))
#define ANY_TYPE		(~0)
#define SCALAR_TYPES	(TYPE(DY_TYPE_S) | TYPE(DY_TYPE_N) | TYPE(DY_TYPE_B))
#define SET_TYPES		(TYPE(DY_TYPE_SS) | TYPE(DY_TYPE_NS) | TYPE(DY_TYPE_BS))
#define ELEMENT_TYPES	(SCALAR_TYPES | TYPE(DY_TYPE_BOOL) | TYPE(DY_TYPE_NULL))

typedef struct Operator
{
	const char *name;
	int			min_values;
	int			max_values;
	int			types;			/* allowed for its values */
	DyConditionKind kind;
	DyKeyOperator key;
} Operator;

static const Operator operators[] = {
	{"EQ", 1, 1, ANY_TYPE, DY_CONDITION_EQ, DY_KEY_EQ},
	{"NE", 1, 1, ANY_TYPE, DY_CONDITION_NE, DY_KEY_UNSUPPORTED},
	{"LT", 1, 1, SCALAR_TYPES, DY_CONDITION_LT, DY_KEY_LT},
	{"LE", 1, 1, SCALAR_TYPES, DY_CONDITION_LE, DY_KEY_LE},
	{"GT", 1, 1, SCALAR_TYPES, DY_CONDITION_GT, DY_KEY_GT},
	{"GE", 1, 1, SCALAR_TYPES, DY_CONDITION_GE, DY_KEY_GE},
	{"BETWEEN", 2, 2, SCALAR_TYPES, DY_CONDITION_BETWEEN, DY_KEY_BETWEEN},
	{"BEGINS_WITH", 1, 1, TYPE(DY_TYPE_S) | TYPE(DY_TYPE_B), DY_CONDITION_BEGINS_WITH, DY_KEY_BEGINS_WITH},
	{"CONTAINS", 1, 1, ELEMENT_TYPES, DY_CONDITION_CONTAINS, DY_KEY_UNSUPPORTED},
	{"NOT_CONTAINS", 1, 1, ELEMENT_TYPES, DY_CONDITION_NOT, DY_KEY_UNSUPPORTED},
	{"IN", 1, PG_INT32_MAX, SCALAR_TYPES, DY_CONDITION_IN, DY_KEY_UNSUPPORTED},
	{"NULL", 0, 0, ANY_TYPE, DY_CONDITION_NOT_EXISTS, DY_KEY_UNSUPPORTED},
	{"NOT_NULL", 0, 0, ANY_TYPE, DY_CONDITION_EXISTS, DY_KEY_UNSUPPORTED}
};

static DyCondition *make_expected(DyBytes name, const DyNode *expected);
static DyCondition *make_condition(DyBytes name, const Operator *op, const DyValue *values, int nvalues);
static DyCondition *combine(DyCondition **conditions, int n, const DyNode *conditional_operator);
static void check_conditional_operator(const DyNode *conditions, const DyNode *conditional_operator);
static void check_name(DyBytes name);
static const Operator *find_operator(const DyNode *node);
static int	take_values(const DyNode *list, const DyNode *single, DyValue **values);
static void check_values(const Operator *op, const DyValue *values, int nvalues);
static void make_action(DyAction *action, DyBytes name, const DyNode *update);

/*
 * Expected.  NULL, which holds, if there is nothing to expect.
 *
 * Call it also if only ConditionalOperator is present: that is a mistake.
 * Raises ValidationException.  (Test: expr_legacy.)
 */
DyCondition *
dy_legacy_expected(const DyNode *expected, const DyNode *conditional_operator)
{
	DyCondition **conditions;
	int			n;

	check_conditional_operator(expected, conditional_operator);
	if (expected == NULL || !expected->present)
		return NULL;

	n = expected->u.list.count;
	conditions = palloc(sizeof(DyCondition *) * Max(n, 1));
	for (int i = 0; i < n; i++)
		conditions[i] = make_expected(expected->u.list.names[i], &expected->u.list.nodes[i]);
	return combine(conditions, n, conditional_operator);
}

/*
 * QueryFilter or ScanFilter (parameter); as above.
 */
DyCondition *
dy_legacy_filter(const char *parameter, const DyNode *filter, const DyNode *conditional_operator)
{
	DyCondition **conditions;
	int			n;

	check_conditional_operator(filter, conditional_operator);
	if (filter == NULL || !filter->present)
		return NULL;

	n = filter->u.list.count;
	conditions = palloc(sizeof(DyCondition *) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		const DyNode *node = &filter->u.list.nodes[i];
		const Operator *op;
		DyValue    *values;
		int			nvalues;

		check_name(filter->u.list.names[i]);
		nvalues = take_values(dy_member(node, DY_CONDITION_AttributeValueList), NULL, &values);
		op = find_operator(dy_member(node, DY_CONDITION_ComparisonOperator));
		check_values(op, values, nvalues);
		conditions[i] = make_condition(filter->u.list.names[i], op, values, nvalues);
	}
	return combine(conditions, n, conditional_operator);
}

/*
 * KeyConditions.  Operators that no index can answer become
 * DY_KEY_UNSUPPORTED: the service complains about them only when it has found
 * the table.
 */
DyKeyCondition *
dy_legacy_key_conditions(const DyNode *conditions)
{
	DyKeyCondition *key = palloc0(sizeof(DyKeyCondition));

	key->nterms = conditions->u.list.count;
	key->terms = palloc0(sizeof(DyKeyTerm) * Max(key->nterms, 1));
	for (int i = 0; i < key->nterms; i++)
	{
		const DyNode *node = &conditions->u.list.nodes[i];
		DyKeyTerm  *term = &key->terms[i];
		const Operator *op;
		DyValue    *values;
		int			nvalues;

		check_name(conditions->u.list.names[i]);
		nvalues = take_values(dy_member(node, DY_CONDITION_AttributeValueList), NULL, &values);
		op = find_operator(dy_member(node, DY_CONDITION_ComparisonOperator));
		check_values(op, values, nvalues);

		term->attribute = conditions->u.list.names[i];
		term->op = op->key;
		for (int v = 0; v < Min(nvalues, lengthof(term->values)); v++)
			term->values[v] = values[v];
	}
	return key;
}

/*
 * AttributeUpdates.
 */
DyUpdate *
dy_legacy_attribute_updates(const DyNode *updates)
{
	DyUpdate   *update = dy_update_make(updates->u.list.count);

	update->legacy = true;
	for (int i = 0; i < update->nactions; i++)
		make_action(&update->actions[i], updates->u.list.names[i], &updates->u.list.nodes[i]);
	return update;
}

/*
 * AttributesToGet.
 */
DyProjection *
dy_legacy_attributes_to_get(const DyNode *names)
{
	DyProjection *projection = dy_projection_make(names->u.list.count);

	for (int i = 0; i < projection->npaths; i++)
	{
		DyBytes		name = names->u.list.nodes[i].u.text;

		check_name(name);
		for (int before = 0; before < i; before++)
		{
			if (dy_bytes_equal(projection->paths[before].steps[0].name, name))
				dy_validation(INVALID "Duplicate value in attribute name: %.*s", DY_BYTES_ARGS(name));
		}
		projection->paths[i] = dy_path_of_name(name);
	}
	return projection;
}

/*
 * One attribute of Expected: either Value and Exists, or an operator.
 */
static DyCondition *
make_expected(DyBytes name, const DyNode *expected)
{
	const DyNode *value = dy_member(expected, DY_EXPECTED_Value);
	const DyNode *exists = dy_member(expected, DY_EXPECTED_Exists);
	const DyNode *comparison = dy_member(expected, DY_EXPECTED_ComparisonOperator);
	const DyNode *list = dy_member(expected, DY_EXPECTED_AttributeValueList);
	const Operator *op;
	DyValue    *values;
	int			nvalues;

	check_name(name);
	if (list->present && value->present)
		dy_validation(INVALID "Value and AttributeValueList cannot be used together for Attribute: %.*s",
					  DY_BYTES_ARGS(name));

	if (comparison->present)
	{
		if (exists->present)
			dy_validation(INVALID "Exists and ComparisonOperator cannot be used together for Attribute: %.*s",
						  DY_BYTES_ARGS(name));
		op = find_operator(comparison);
		if (op->min_values > 0 && !list->present && !value->present)
			dy_validation(INVALID "Value or AttributeValueList must be used with ComparisonOperator: %s for Attribute: %.*s",
						  op->name, DY_BYTES_ARGS(name));
		nvalues = take_values(list, value, &values);
		check_values(op, values, nvalues);
		return make_condition(name, op, values, nvalues);
	}

	if (list->present)
		dy_validation(INVALID "AttributeValueList can only be used with a ComparisonOperator for Attribute: %.*s",
					  DY_BYTES_ARGS(name));
	if (dy_node_boolean(exists, true))
	{
		if (!value->present)
			dy_validation(INVALID "Value must be provided when Exists is %s for Attribute: %.*s",
						  exists->present ? "true" : "null", DY_BYTES_ARGS(name));
		return dy_condition_of(DY_CONDITION_EQ, dy_operand_path(dy_path_of_name(name)),
							   dy_operand_value(dy_node_value(value)));
	}
	if (value->present)
		dy_validation(INVALID "Value cannot be used when Exists is false for Attribute: %.*s",
					  DY_BYTES_ARGS(name));
	return dy_condition_of(DY_CONDITION_NOT_EXISTS, dy_operand_path(dy_path_of_name(name)), NULL);
}

static DyCondition *
make_condition(DyBytes name, const Operator *op, const DyValue *values, int nvalues)
{
	DyOperand **operands = palloc(sizeof(DyOperand *) * (nvalues + 1));

	operands[0] = dy_operand_path(dy_path_of_name(name));
	for (int i = 0; i < nvalues; i++)
		operands[i + 1] = dy_operand_value(values[i]);

	if (op->kind == DY_CONDITION_NOT)
		return dy_condition_both(dy_condition_of(DY_CONDITION_EXISTS, operands[0], NULL),
								 dy_condition_not(dy_condition_operands(DY_CONDITION_CONTAINS, operands, nvalues + 1)));
	return dy_condition_operands(op->kind, operands, nvalues + 1);
}

/*
 * All of them, or with ConditionalOperator OR at least one.
 */
static DyCondition *
combine(DyCondition **conditions, int n, const DyNode *conditional_operator)
{
	bool		any = conditional_operator != NULL && dy_node_is(conditional_operator, "OR");

	if (n == 0)
		return NULL;
	return dy_condition_list(any ? DY_CONDITION_OR : DY_CONDITION_AND, conditions, n);
}

/*
 * ConditionalOperator needs something to combine.
 */
static void
check_conditional_operator(const DyNode *conditions, const DyNode *conditional_operator)
{
	int			n = conditions != NULL && conditions->present ? conditions->u.list.count : 0;

	if (conditional_operator == NULL || !conditional_operator->present)
		return;
	if (n == 0)
		dy_validation("ConditionalOperator cannot be used without Filter or Expected");
	if (n == 1)
		dy_validation("ConditionalOperator can only be used when Filter or Expected has two or more elements");
}

static void
check_name(DyBytes name)
{
	if (name.len == 0)
		dy_validation("Empty attribute name");
	if (name.len > DY_MAX_ATTRIBUTE_NAME_BYTES)
		dy_validation("Attribute name is too large, must be less than 65536 bytes");
}

/*
 * The shapes let only these names through.
 */
static const Operator *
find_operator(const DyNode *node)
{
	for (int i = 0; i < lengthof(operators); i++)
	{
		if (dy_node_is(node, operators[i].name))
			return &operators[i];
	}
	elog(ERROR, "unknown comparison operator");
}

/*
 * The values of a list, or a single one; single may be NULL.  Raises their
 * faults.
 */
static int
take_values(const DyNode *list, const DyNode *single, DyValue **values)
{
	int			n = 0;

	if (list->present)
	{
		*values = palloc(sizeof(DyValue) * Max(list->u.list.count, 1));
		for (int i = 0; i < list->u.list.count; i++)
			(*values)[n++] = dy_node_value(&list->u.list.nodes[i]);
		return n;
	}
	*values = palloc(sizeof(DyValue));
	if (single != NULL && single->present)
		(*values)[n++] = dy_node_value(single);
	return n;
}

static void
check_values(const Operator *op, const DyValue *values, int nvalues)
{
	if (nvalues < op->min_values || nvalues > op->max_values)
		dy_validation(INVALID "Invalid number of argument(s) for the %s ComparisonOperator", op->name);
	for (int i = 1; i < nvalues; i++)
	{
		if (dy_value_type(values[i]) != dy_value_type(values[0]))
			dy_validation(INVALID "AttributeValues inside AttributeValueList must be of same type");
	}
	for (int i = 0; i < nvalues; i++)
	{
		DyType		type = dy_value_type(values[i]);

		if ((op->types & TYPE(type)) == 0)
			dy_validation(INVALID "ComparisonOperator %s is not valid for %s AttributeValue type",
						  op->name, dy_type_name(type));
	}
	if (op->kind == DY_CONDITION_BETWEEN && dy_value_compare(values[0], values[1]) > 0)
		dy_validation("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound");
}

/*
 * One attribute of AttributeUpdates.
 */
static void
make_action(DyAction *action, DyBytes name, const DyNode *update)
{
	const DyNode *kind = dy_member(update, DY_ATTRIBUTE_UPDATE_Action);
	const DyNode *node = dy_member(update, DY_ATTRIBUTE_UPDATE_Value);
	bool		is_delete = kind->present && dy_node_is(kind, "DELETE");
	DyValue		value = dy_node_value(node);
	DyType		type;

	check_name(name);
	action->path = dy_path_of_name(name);
	if (!node->present)
	{
		if (!is_delete)
			dy_validation(INVALID "Only DELETE action is allowed when no attribute value is specified");
		action->kind = DY_ACTION_REMOVE;
		return;
	}

	type = dy_value_type(value);
	action->value = value;
	if (is_delete)
	{
		if ((SET_TYPES & TYPE(type)) == 0)
			dy_validation(INVALID "DELETE action with value is not supported for the type %s", dy_type_name(type));
		action->kind = DY_ACTION_DELETE;
	}
	else if (kind->present && dy_node_is(kind, "ADD"))
	{
		if (((SET_TYPES | TYPE(DY_TYPE_N) | TYPE(DY_TYPE_L)) & TYPE(type)) == 0)
			dy_validation(INVALID "ADD action is not supported for the type %s", dy_type_name(type));
		action->kind = DY_ACTION_ADD;
	}
	else
	{
		action->kind = DY_ACTION_SET;
		action->operand = dy_operand_value(value);
	}
}
