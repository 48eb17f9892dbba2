/*-------------------------------------------------------------------------
 *
 * key_condition.c
 *	  A condition that an index can answer.
 *
 * KeyConditionExpression has the grammar and all the checks of a condition.
 * Then it must be terms joined by AND, each of one top-level attribute and
 * constants, no attribute twice.  Of the mistakes of this second step only the
 * last has a text that starts with "Invalid KeyConditionExpression".
 *
 * Not here: whether the attributes are the keys of the index, whether the
 * partition keys are compared with =, how many terms there may be.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "expr/ast.h"
#include "expr/syntax.h"

static void add_terms(DyKeyCondition *key, const DyCondition *condition);
static void add_term(DyKeyCondition *key, const DyCondition *condition, DyKeyOperator op);
static void check_operator(const DyCondition *condition, DyKeyOperator *op);
static DyKeyOperator mirror(DyKeyOperator op);
static int	count_terms(const DyCondition *condition);

/*
 * Parse, check, bind and turn into terms, in the order of the text.
 *
 * Raises ValidationException.  (Test: expr_key_condition.)
 */
DyKeyCondition *
dy_key_condition_parse(DyBytes text, DyPlaceholders *p)
{
	return dy_key_condition_make(dy_condition_parse("KeyConditionExpression", text, p));
}

/*
 * The same for a condition that was made otherwise.
 */
DyKeyCondition *
dy_key_condition_make(const DyCondition *condition)
{
	DyKeyCondition *key = palloc0(sizeof(DyKeyCondition));

	key->terms = palloc0(sizeof(DyKeyTerm) * count_terms(condition));
	add_terms(key, condition);
	return key;
}

/*
 * An upper bound: whatever stands between ANDs.
 */
static int
count_terms(const DyCondition *condition)
{
	int			n = 0;

	check_stack_depth();

	if (condition->kind != DY_CONDITION_AND)
		return 1;
	for (int i = 0; i < condition->nargs; i++)
		n += count_terms(condition->args.conditions[i]);
	return n;
}

static void
add_terms(DyKeyCondition *key, const DyCondition *condition)
{
	DyKeyOperator op;

	check_stack_depth();

	if (condition->kind == DY_CONDITION_AND)
	{
		for (int i = 0; i < condition->nargs; i++)
			add_terms(key, condition->args.conditions[i]);
		return;
	}
	check_operator(condition, &op);
	add_term(key, condition, op);
}

/*
 * The operator, if a key condition may have it.
 */
static void
check_operator(const DyCondition *condition, DyKeyOperator *op)
{
	static const char *const refused[] = {
		[DY_CONDITION_OR] = "OR",[DY_CONDITION_NOT] = "NOT",
		[DY_CONDITION_NE] = "<>",[DY_CONDITION_IN] = "IN",
		[DY_CONDITION_EXISTS] = "attribute_exists",
		[DY_CONDITION_NOT_EXISTS] = "attribute_not_exists",
		[DY_CONDITION_TYPE] = "attribute_type",
		[DY_CONDITION_CONTAINS] = "contains"
	};
	const char *must_come_first = NULL;

	switch (condition->kind)
	{
		case DY_CONDITION_EQ:
			*op = DY_KEY_EQ;
			break;
		case DY_CONDITION_LT:
			*op = DY_KEY_LT;
			break;
		case DY_CONDITION_LE:
			*op = DY_KEY_LE;
			break;
		case DY_CONDITION_GT:
			*op = DY_KEY_GT;
			break;
		case DY_CONDITION_GE:
			*op = DY_KEY_GE;
			break;
		case DY_CONDITION_BETWEEN:
			*op = DY_KEY_BETWEEN;
			must_come_first = "BETWEEN";
			break;
		case DY_CONDITION_BEGINS_WITH:
			*op = DY_KEY_BEGINS_WITH;
			must_come_first = "begins_with";
			break;
		default:
			dy_validation("Invalid operator used in KeyConditionExpression: %s", refused[condition->kind]);
	}

	if (must_come_first != NULL && condition->args.operands[0]->kind == DY_OPERAND_VALUE)
		dy_validation("Invalid condition in KeyConditionExpression: "
					  "%s operator must have the key attribute as its first operand", must_come_first);
}

static void
add_term(DyKeyCondition *key, const DyCondition *condition, DyKeyOperator op)
{
	DyKeyTerm  *term = &key->terms[key->nterms];
	int			attribute = -1;
	int			nvalues = 0;

	for (int i = 0; i < condition->nargs; i++)
	{
		const DyOperand *operand = condition->args.operands[i];

		if (operand->kind == DY_OPERAND_VALUE)
			term->values[nvalues++] = operand->value;
		else if (operand->kind != DY_OPERAND_PATH)
			dy_validation("KeyConditionExpressions cannot contain nested operations");
		else if (attribute >= 0)
			dy_validation("Invalid condition in KeyConditionExpression: "
						  "Multiple attribute names used in one condition");
		else if (operand->path.nsteps > 1)
			dy_validation("KeyConditionExpressions cannot have conditions on nested attributes");
		else
		{
			attribute = i;
			term->attribute = operand->path.steps[0].name;
		}

		/* No attribute, two constants: the third of BETWEEN would not fit. */
		if (nvalues == 2 && condition->nargs == 2)
			dy_validation("Invalid condition in KeyConditionExpression: No key attribute specified");
	}

	for (int i = 0; i < key->nterms; i++)
	{
		if (dy_bytes_equal(key->terms[i].attribute, term->attribute))
			dy_validation("Invalid KeyConditionExpression: "
						  "KeyConditionExpressions must only contain one condition per key");
	}
	term->op = attribute == 0 ? op : mirror(op);
	key->nterms++;
}

/*
 * The operator with its sides exchanged: ":v < a" is "a > :v".
 */
static DyKeyOperator
mirror(DyKeyOperator op)
{
	switch (op)
	{
		case DY_KEY_LT:
			return DY_KEY_GT;
		case DY_KEY_LE:
			return DY_KEY_GE;
		case DY_KEY_GT:
			return DY_KEY_LT;
		case DY_KEY_GE:
			return DY_KEY_LE;
		default:
			return op;
	}
}
