/*-------------------------------------------------------------------------
 *
 * evaluate.c
 *	  Does a condition hold for an item?
 *
 * Nothing is allocated: operands are views on the item or on the request,
 * and what a function computes is written to a small buffer of the caller.  So
 * a filter may run over millions of items in one memory context.
 *
 * Logic is two-valued, see ast.h.  AND and OR stop at the first operand that
 * decides.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "expr/evaluate.h"

static bool holds(const DyCondition *condition, DyValue item);
static bool compare_holds(DyConditionKind kind, DyValue a, DyValue b);
static bool between_holds(DyValue value, DyValue lower, DyValue upper);
static bool in_holds(const DyCondition *condition, DyValue item, DyValue value);
static bool begins_with(DyValue value, DyValue prefix);
static bool contains(DyValue value, DyValue part);
static bool contains_bytes(DyBytes text, DyBytes part);
static DyValue size_of(DyValue value, uint8 *room);
static int64 utf16_length(DyBytes text);
static void operand_paths(const DyOperand *operand, DyPathVisitor visit, void *arg);

/*
 * Does the condition hold?  item may be absent: then every path is.  A NULL
 * condition holds.
 *
 * Raises nothing but errors about corrupt items.  (Test: expr_evaluate.)
 */
bool
dy_condition_holds(const DyCondition *condition, DyValue item)
{
	return condition == NULL || holds(condition, item);
}

/*
 * Call visit for every path in the condition, from left to right.
 */
void
dy_condition_paths(const DyCondition *condition, DyPathVisitor visit, void *arg)
{
	if (condition == NULL)
		return;
	check_stack_depth();
	for (int i = 0; i < condition->nargs; i++)
	{
		if (condition->kind <= DY_CONDITION_NOT)
			dy_condition_paths(condition->args.conditions[i], visit, arg);
		else
			operand_paths(condition->args.operands[i], visit, arg);
	}
}

/*
 * The value of an operand of a condition; absent if there is none.  room
 * must hold DY_NUMBER_VALUE_BYTES and may be what the result points at.
 */
DyValue
dy_operand_get(const DyOperand *operand, DyValue item, uint8 *room)
{
	switch (operand->kind)
	{
		case DY_OPERAND_VALUE:
			return operand->value;
		case DY_OPERAND_PATH:
			return dy_value_present(item) ? dy_path_get(item, &operand->path) : DY_NO_VALUE;
		case DY_OPERAND_CONDITION:
			return dy_value_of_bool(holds(operand->condition, item), room);
		case DY_OPERAND_SIZE:
			check_stack_depth();
			return size_of(dy_operand_get(operand->args[0], item, room), room);
		default:
			break;
	}
	elog(ERROR, "operand %d does not belong into a condition", operand->kind);
}

static bool
holds(const DyCondition *condition, DyValue item)
{
	uint8		rooms[3][DY_NUMBER_VALUE_BYTES];
	DyValue		values[3] = {DY_NO_VALUE, DY_NO_VALUE, DY_NO_VALUE};

	check_stack_depth();

	switch (condition->kind)
	{
		case DY_CONDITION_AND:
		case DY_CONDITION_OR:
			for (int i = 0; i < condition->nargs; i++)
			{
				if (holds(condition->args.conditions[i], item) == (condition->kind == DY_CONDITION_OR))
					return condition->kind == DY_CONDITION_OR;
			}
			return condition->kind == DY_CONDITION_AND;
		case DY_CONDITION_NOT:
			return !holds(condition->args.conditions[0], item);
		default:
			break;
	}

	for (int i = 0; i < Min(condition->nargs, lengthof(values)); i++)
		values[i] = dy_operand_get(condition->args.operands[i], item, rooms[i]);

	switch (condition->kind)
	{
		case DY_CONDITION_BETWEEN:
			return between_holds(values[0], values[1], values[2]);
		case DY_CONDITION_IN:
			return in_holds(condition, item, values[0]);
		case DY_CONDITION_EXISTS:
			return dy_value_present(values[0]);
		case DY_CONDITION_NOT_EXISTS:
			return !dy_value_present(values[0]);
		case DY_CONDITION_TYPE:
			return dy_value_present(values[0]) && dy_value_type(values[0]) == condition->type;
		case DY_CONDITION_BEGINS_WITH:
			return begins_with(values[0], values[1]);
		case DY_CONDITION_CONTAINS:
			return contains(values[0], values[1]);
		default:
			return compare_holds(condition->kind, values[0], values[1]);
	}
}

static bool
compare_holds(DyConditionKind kind, DyValue a, DyValue b)
{
	bool		both = dy_value_present(a) && dy_value_present(b);
	int			order;

	if (kind == DY_CONDITION_EQ)
		return both && dy_value_equal(a, b);
	if (kind == DY_CONDITION_NE)
		return !(both && dy_value_equal(a, b));
	if (!both || !dy_value_comparable(a, b))
		return false;

	order = dy_value_compare(a, b);
	switch (kind)
	{
		case DY_CONDITION_LT:
			return order < 0;
		case DY_CONDITION_LE:
			return order <= 0;
		case DY_CONDITION_GT:
			return order > 0;
		case DY_CONDITION_GE:
			return order >= 0;
		default:
			break;
	}
	elog(ERROR, "unexpected condition %d", kind);
}

static bool
between_holds(DyValue value, DyValue lower, DyValue upper)
{
	return compare_holds(DY_CONDITION_GE, value, lower) &&
		compare_holds(DY_CONDITION_LE, value, upper);
}

static bool
in_holds(const DyCondition *condition, DyValue item, DyValue value)
{
	uint8		room[DY_NUMBER_VALUE_BYTES];

	for (int i = 1; i < condition->nargs; i++)
	{
		if (compare_holds(DY_CONDITION_EQ, value,
						  dy_operand_get(condition->args.operands[i], item, room)))
			return true;
	}
	return false;
}

static bool
begins_with(DyValue value, DyValue prefix)
{
	DyBytes		text;
	DyBytes		start;
	DyType		type;

	if (!dy_value_present(value) || !dy_value_present(prefix))
		return false;
	type = dy_value_type(value);
	if (type != dy_value_type(prefix) || (type != DY_TYPE_S && type != DY_TYPE_B))
		return false;
	text = dy_value_bytes(value);

	start = dy_value_bytes(prefix);
	return text.len >= start.len && memcmp(text.data, start.data, start.len) == 0;
}

static bool
contains(DyValue value, DyValue part)
{
	DyIterator	iter;
	DyValue		element;

	if (!dy_value_present(value) || !dy_value_present(part))
		return false;
	switch (dy_value_type(value))
	{
		case DY_TYPE_S:
		case DY_TYPE_B:
			return dy_value_type(part) == dy_value_type(value) &&
				contains_bytes(dy_value_bytes(value), dy_value_bytes(part));
		case DY_TYPE_SS:
		case DY_TYPE_NS:
		case DY_TYPE_BS:
			return dy_set_contains(value, part);
		case DY_TYPE_L:
			iter = dy_iterate(value);
			while (dy_list_next(&iter, &element))
			{
				if (dy_value_equal(element, part))
					return true;
			}
			return false;
		default:
			return false;
	}
}

/*
 * UTF-8 never matches in the middle of a character, so bytes will do.
 */
static bool
contains_bytes(DyBytes text, DyBytes part)
{
	return part.len == 0 || memmem(text.data, text.len, part.data, part.len) != NULL;
}

/*
 * size(): characters of an S as Java counts them, bytes of a B, elements of
 * everything that has some.
 */
static DyValue
size_of(DyValue value, uint8 *room)
{
	DyNumber	number;
	int64		size;

	if (!dy_value_present(value))
		return DY_NO_VALUE;
	switch (dy_value_type(value))
	{
		case DY_TYPE_S:
			size = utf16_length(dy_value_bytes(value));
			break;
		case DY_TYPE_B:
			size = dy_value_bytes(value).len;
			break;
		case DY_TYPE_L:
		case DY_TYPE_M:
		case DY_TYPE_SS:
		case DY_TYPE_NS:
		case DY_TYPE_BS:
			size = dy_value_count(value);
			break;
		default:
			return DY_NO_VALUE;
	}
	dy_number_from_int64(size, &number);
	return dy_value_of_number(&number, room);
}

static int64
utf16_length(DyBytes text)
{
	int64		length = 0;

	for (uint32 i = 0; i < text.len; i++)
	{
		uint8		c = text.data[i];

		if ((c & 0xC0) != 0x80)
			length += c >= 0xF0 ? 2 : 1;
	}
	return length;
}

static void
operand_paths(const DyOperand *operand, DyPathVisitor visit, void *arg)
{
	check_stack_depth();
	if (operand->kind == DY_OPERAND_PATH)
		visit(&operand->path, arg);
	if (operand->kind == DY_OPERAND_CONDITION)
		dy_condition_paths(operand->condition, visit, arg);
	for (int i = 0; i < lengthof(operand->args); i++)
	{
		if (operand->args[i] != NULL)
			operand_paths(operand->args[i], visit, arg);
	}
}
