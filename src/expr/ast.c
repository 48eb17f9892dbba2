/*-------------------------------------------------------------------------
 *
 * ast.c
 *	  Making bound nodes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "expr/ast.h"

/*
 * The path of a top-level attribute.
 */
DyPath
dy_path_of_name(DyBytes name)
{
	DyPath		path;

	path.nsteps = 1;
	path.steps = palloc0(sizeof(DyPathStep));
	path.steps[0].name = name;
	return path;
}

/*
 * What stands at path.
 */
DyOperand *
dy_operand_path(DyPath path)
{
	DyOperand  *operand = palloc0(sizeof(DyOperand));

	operand->kind = DY_OPERAND_PATH;
	operand->path = path;
	return operand;
}

/*
 * A constant.
 */
DyOperand *
dy_operand_value(DyValue value)
{
	DyOperand  *operand = palloc0(sizeof(DyOperand));

	operand->kind = DY_OPERAND_VALUE;
	operand->value = value;
	return operand;
}

/*
 * Whether a condition holds.
 */
DyOperand *
dy_operand_condition(DyCondition *condition)
{
	DyOperand  *operand = palloc0(sizeof(DyOperand));

	operand->kind = DY_OPERAND_CONDITION;
	operand->condition = condition;
	return operand;
}

/*
 * A function of one or two operands.
 */
DyOperand *
dy_operand_function(DyOperandKind kind, DyOperand *arg0, DyOperand *arg1)
{
	DyOperand  *operand = palloc0(sizeof(DyOperand));

	Assert(kind >= DY_OPERAND_SIZE);
	operand->kind = kind;
	operand->args[0] = arg0;
	operand->args[1] = arg1;
	return operand;
}

/*
 * The type an operand has whatever the item; 0 if that is not known.
 */
DyType
dy_operand_type(const DyOperand *operand)
{
	switch (operand->kind)
	{
		case DY_OPERAND_VALUE:
			return dy_value_type(operand->value);
		case DY_OPERAND_CONDITION:
			return DY_TYPE_BOOL;
		case DY_OPERAND_SIZE:
		case DY_OPERAND_PLUS:
		case DY_OPERAND_MINUS:
			return DY_TYPE_N;
		case DY_OPERAND_LIST_APPEND:
			return DY_TYPE_L;
		case DY_OPERAND_PATH:
		case DY_OPERAND_IF_NOT_EXISTS:
			break;
	}
	return 0;
}

/*
 * AND or OR of n conditions.  The array becomes part of the node.
 */
DyCondition *
dy_condition_list(DyConditionKind kind, DyCondition **conditions, int n)
{
	DyCondition *condition = palloc0(sizeof(DyCondition));

	Assert(kind == DY_CONDITION_AND || kind == DY_CONDITION_OR);
	condition->kind = kind;
	condition->nargs = n;
	condition->args.conditions = conditions;
	return condition;
}

/*
 * Both must hold; NULL holds always.
 */
DyCondition *
dy_condition_both(DyCondition *a, DyCondition *b)
{
	DyCondition **conditions;

	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	conditions = palloc(sizeof(DyCondition *) * 2);
	conditions[0] = a;
	conditions[1] = b;
	return dy_condition_list(DY_CONDITION_AND, conditions, 2);
}

/*
 * NOT.
 */
DyCondition *
dy_condition_not(DyCondition *condition)
{
	DyCondition *negated = palloc0(sizeof(DyCondition));

	negated->kind = DY_CONDITION_NOT;
	negated->nargs = 1;
	negated->args.conditions = palloc(sizeof(DyCondition *));
	negated->args.conditions[0] = condition;
	return negated;
}

/*
 * A comparison or function.  The array becomes part of the node.
 */
DyCondition *
dy_condition_operands(DyConditionKind kind, DyOperand **operands, int n)
{
	DyCondition *condition = palloc0(sizeof(DyCondition));

	Assert(kind >= DY_CONDITION_EQ);
	condition->kind = kind;
	condition->nargs = n;
	condition->args.operands = operands;
	return condition;
}

/*
 * The same for one operand (b is NULL) or two.
 */
DyCondition *
dy_condition_of(DyConditionKind kind, DyOperand *a, DyOperand *b)
{
	DyOperand **operands = palloc(sizeof(DyOperand *) * 2);

	operands[0] = a;
	operands[1] = b;
	return dy_condition_operands(kind, operands, b != NULL ? 2 : 1);
}

/*
 * attribute_type(operand, type).
 */
DyCondition *
dy_condition_type(DyOperand *operand, DyType type)
{
	DyCondition *condition = dy_condition_of(DY_CONDITION_TYPE, operand, NULL);

	condition->type = type;
	return condition;
}

/*
 * An update with room for so many actions.
 */
DyUpdate *
dy_update_make(int nactions)
{
	DyUpdate   *update = palloc0(sizeof(DyUpdate));

	update->nactions = nactions;
	update->actions = palloc0(sizeof(DyAction) * Max(nactions, 1));
	return update;
}

/*
 * A projection with room for so many paths.
 */
DyProjection *
dy_projection_make(int npaths)
{
	DyProjection *projection = palloc0(sizeof(DyProjection));

	projection->npaths = npaths;
	projection->paths = palloc0(sizeof(DyPath) * Max(npaths, 1));
	return projection;
}
