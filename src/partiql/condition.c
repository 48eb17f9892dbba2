/*-------------------------------------------------------------------------
 *
 * condition.c
 *	  WHERE to a condition.
 *
 * PartiQL lets a condition stand where a comparison wants a value:
 * attribute_exists(a) = false, (n BETWEEN 0 AND 5) = flag.
 *
 * What the service checks of an expression's operands it checks of PartiQL
 * too, with the same texts but for the opening (expr/check.h).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/ast.h"
#include "expr/check.h"
#include "partiql/tree.h"

typedef struct Function
{
	const char *name;
	DyConditionKind kind;
	int			nargs;
} Function;

static const Function functions[] = {
	{"attribute_exists", DY_CONDITION_EXISTS, 1},
	{"attribute_not_exists", DY_CONDITION_NOT_EXISTS, 1},
	{"attribute_type", DY_CONDITION_TYPE, 2},
	{"begins_with", DY_CONDITION_BEGINS_WITH, 2},
	{"contains", DY_CONDITION_CONTAINS, 2},
};

static DyCondition *boolean(const DyPartiqlBinding *b, const DyPartiqlNode *node);
static DyCondition *logic(const DyPartiqlBinding *b, DyConditionKind kind, const DyPartiqlNode *node);
static DyCondition *comparison(const DyPartiqlBinding *b, DyConditionKind kind, const DyPartiqlNode *node);
static DyCondition *equality(const DyPartiqlBinding *b, const DyPartiqlNode *node);
static DyCondition *in_list(const DyPartiqlBinding *b, const DyPartiqlNode *node);
static DyCondition *function(const DyPartiqlBinding *b, const DyPartiqlNode *node);
static DyCondition *is_type(const DyPartiqlBinding *b, const DyPartiqlNode *node);
static DyOperand *comparand(const DyPartiqlBinding *b, const DyPartiqlNode *node);
static DyOperand *operand(const DyPartiqlBinding *b, const DyPartiqlNode *node);
static void check_count(const DyPartiqlNode *node, int want);
static DyType read_type_name(const DyPartiqlBinding *b, const DyPartiqlNode *node);

/*
 * The condition of the statement's WHERE clause; NULL if it has none.
 * Raises ValidationException for what the service refuses without looking
 * at a table.
 */
DyCondition *
dy_partiql_where(const DyPartiqlBinding *b)
{
	const DyPartiqlNode *where = b->statement->where;

	if (where == NULL)
		return NULL;
	if (!dy_partiql_is_boolean(where))
	{
		if (where->kind == DY_NODE_AGGREGATE || where->kind == DY_NODE_SELECT)
			(void) operand(b, where);
		dy_validation("WHERE clause must contain an expression that resolves to a boolean");
	}
	return boolean(b, where);
}

/*
 * Is it true or false (rather than a value)?
 */
bool
dy_partiql_is_boolean(const DyPartiqlNode *node)
{
	return node->kind == DY_NODE_OPERATION || node->kind == DY_NODE_IS ||
		(node->kind == DY_NODE_CALL && !dy_bytes_is(node->text, "size"));
}

static DyCondition *
boolean(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	check_stack_depth();
	if (node->kind == DY_NODE_IS)
		return is_type(b, node);
	if (node->kind == DY_NODE_CALL)
		return function(b, node);

	switch (node->op)
	{
		case DY_OP_AND:
			return logic(b, DY_CONDITION_AND, node);
		case DY_OP_OR:
			return logic(b, DY_CONDITION_OR, node);
		case DY_OP_NOT:
			if (!dy_partiql_is_boolean(linitial(node->args)))
				dy_validation("The argument to NOT must be a Type or Expression");
			return dy_condition_not(boolean(b, linitial(node->args)));
		case DY_OP_EQ:
			return equality(b, node);
		case DY_OP_NE:
			return dy_condition_not(equality(b, node));
		case DY_OP_LT:
			return comparison(b, DY_CONDITION_LT, node);
		case DY_OP_LE:
			return comparison(b, DY_CONDITION_LE, node);
		case DY_OP_GT:
			return comparison(b, DY_CONDITION_GT, node);
		case DY_OP_GE:
			return comparison(b, DY_CONDITION_GE, node);
		case DY_OP_BETWEEN:
			return comparison(b, DY_CONDITION_BETWEEN, node);
		case DY_OP_IN:
			return in_list(b, node);
		default:
			dy_validation("Unsupported operator in Condition Expression. Operator: %s",
						  dy_partiql_operator_name(node->op));
	}
	return NULL;				/* keep the compiler quiet */
}

/*
 * AND or OR of two or more.
 */
static DyCondition *
logic(const DyPartiqlBinding *b, DyConditionKind kind, const DyPartiqlNode *node)
{
	DyCondition **conditions = palloc(list_length(node->args) * sizeof(DyCondition *));
	int			n = 0;
	const ListCell *cell;

	foreach(cell, node->args)
	{
		const DyPartiqlNode *arg = lfirst(cell);

		if (!dy_partiql_is_boolean(arg))
			dy_validation("The arguments to AND/OR must be Expressions");
		conditions[n++] = boolean(b, arg);
	}
	return dy_condition_list(kind, conditions, n);
}

/*
 * <, <=, >, >=, BETWEEN.
 */
static DyCondition *
comparison(const DyPartiqlBinding *b, DyConditionKind kind, const DyPartiqlNode *node)
{
	DyOperand **operands = palloc(list_length(node->args) * sizeof(DyOperand *));
	int			n = 0;
	const ListCell *cell;
	DyCondition *condition;

	foreach(cell, node->args)
		operands[n++] = comparand(b, lfirst(cell));
	condition = dy_condition_operands(kind, operands, n);
	dy_check_condition(NULL, dy_partiql_operator_name(node->op), condition);
	return condition;
}

/*
 * left = right.  (<> is its opposite: an absent operand makes it true.)
 */
static DyCondition *
equality(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	DyOperand  *left = comparand(b, linitial(node->args));
	DyOperand  *right = comparand(b, lsecond(node->args));
	DyCondition *condition = dy_condition_of(DY_CONDITION_EQ, left, right);

	dy_check_condition(NULL, "=", condition);
	return condition;
}

/*
 * x IN [...], (...) or <<...>>.
 */
static DyCondition *
in_list(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	const DyPartiqlNode *left = linitial(node->args);
	const DyPartiqlNode *right = lsecond(node->args);
	const List *elements = right->args;
	int			n;
	DyOperand **operands;
	const ListCell *cell;

	if (right->grouped)
		elements = list_make1((void *) right);
	else if ((right->kind != DY_NODE_LIST && right->kind != DY_NODE_BAG) || elements == NIL)
		dy_validation("IN operator must have a left hand argument of type Variable Reference and "
					  "right hand argument of type Seq with at least one member");
	n = list_length(elements);
	if (n > DY_MAX_IN_OPERANDS)
		dy_validation("The IN operator is provided with too many operands; number of operands: %d", n);

	operands = palloc((n + 1) * sizeof(DyOperand *));
	operands[0] = comparand(b, left);
	n = 1;
	foreach(cell, elements)
	{
		operands[n] = comparand(b, lfirst(cell));
		dy_check_condition(NULL, "=", dy_condition_of(DY_CONDITION_EQ, operands[0], operands[n]));
		n++;
	}
	return dy_condition_operands(DY_CONDITION_IN, operands, n);
}

static DyCondition *
function(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	const Function *f = NULL;
	const char *name = pnstrdup(node->text.data, node->text.len);
	DyOperand **operands;
	DyCondition *condition;

	for (int i = 0; i < lengthof(functions); i++)
	{
		if (strcmp(functions[i].name, name) == 0)
			f = &functions[i];
	}
	if (f == NULL)
	{
		/* EXISTS(SELECT ...) is refused for what is in it */
		if (list_length(node->args) == 1 && ((DyPartiqlNode *) linitial(node->args))->kind == DY_NODE_SELECT)
			(void) operand(b, linitial(node->args));
		dy_partiql_fail_at(b->statement, &node->token, "Unrecognized function: %s", name);
	}
	check_count(node, f->nargs);

	operands = palloc(2 * sizeof(DyOperand *));
	operands[0] = operand(b, linitial(node->args));
	if (f->kind == DY_CONDITION_TYPE)
	{
		const DyPartiqlNode *type = lsecond(node->args);

		if (dy_partiql_is_path(type))
		{
			operands[1] = operand(b, type);
			dy_check_condition(NULL, name, dy_condition_operands(f->kind, operands, 2));
		}
		return dy_condition_type(operands[0], read_type_name(b, type));
	}
	if (f->nargs == 2)
		operands[1] = operand(b, lsecond(node->args));
	condition = dy_condition_operands(f->kind, operands, f->nargs);
	dy_check_condition(NULL, name, condition);
	return condition;
}

/*
 * x IS [NOT] type.
 */
static DyCondition *
is_type(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	static const struct
	{
		const char *name;
		DyType		type;
	}			supported[] = {
		{"NULL", DY_TYPE_NULL}, {"BOOLEAN", DY_TYPE_BOOL}, {"BLOB", DY_TYPE_B},
		{"STRING", DY_TYPE_S}, {"NUMERIC", DY_TYPE_N}, {"STRUCT", DY_TYPE_M},
		{"TUPLE", DY_TYPE_M}, {"LIST", DY_TYPE_L},
	};
	const DyPartiqlNode *left = linitial(node->args);
	DyOperand  *value;
	DyCondition *condition = NULL;

	if (!dy_partiql_is_path(left) && !dy_partiql_is_constant(left))
		dy_validation("The left hand side argument to IS must be a Variable Reference, Literal, or Path");
	value = operand(b, left);
	if (dy_bytes_is(node->text, "MISSING"))
	{
		/* a value is never missing */
		condition = value->kind == DY_OPERAND_PATH ?
			dy_condition_of(DY_CONDITION_NOT_EXISTS, value, NULL) :
			dy_condition_list(DY_CONDITION_OR, NULL, 0);
	}
	for (int i = 0; i < lengthof(supported); i++)
	{
		if (dy_bytes_is(node->text, supported[i].name))
			condition = dy_condition_type(value, supported[i].type);
	}
	if (condition == NULL)
		dy_partiql_fail_at(b->statement, &node->token,
						   "Unsupported data type for IS operator: %.*s. Supported data types are "
						   "[MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]",
						   DY_BYTES_ARGS(node->text));
	return node->negated ? dy_condition_not(condition) : condition;
}

/*
 * What can be compared: a value or a condition.
 */
static DyOperand *
comparand(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	return dy_partiql_is_boolean(node) ? dy_operand_condition(boolean(b, node)) : operand(b, node);
}

/*
 * A value: constant, path or size().
 */
static DyOperand *
operand(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	DyOperand  *size;

	if (dy_partiql_is_constant(node))
		return dy_operand_value(dy_partiql_value(b, node));
	switch (node->kind)
	{
		case DY_NODE_NAME:
		case DY_NODE_PATH:
			return dy_operand_path(dy_partiql_path(b, node));
		case DY_NODE_MISSING:
			dy_validation("MISSING must be compared using IS operator");
		case DY_NODE_AGGREGATE:
			dy_partiql_fail_at(b->statement, &node->token, "Unsupported token in expression: %.*s",
							   DY_BYTES_ARGS(node->text));
		case DY_NODE_SELECT:
			dy_partiql_fail_at(b->statement, &node->token, "Unsupported token in expression: SELECT");
		case DY_NODE_OPERATION:
			dy_validation("Unsupported operator in Condition Expression. Operator: %s",
						  dy_partiql_operator_name(node->op));
		case DY_NODE_CALL:
			if (!dy_bytes_is(node->text, "size"))
				dy_partiql_fail_at(b->statement, &node->token, "Unrecognized function: %.*s",
								   DY_BYTES_ARGS(node->text));
			check_count(node, 1);
			size = dy_operand_function(DY_OPERAND_SIZE, operand(b, linitial(node->args)), NULL);
			dy_check_function(NULL, "size", size);
			return size;
		default:
			dy_partiql_fail_at(b->statement, &node->token, "Unsupported token in expression: %s",
							   dy_partiql_node_name(node));
	}
	return NULL;				/* keep the compiler quiet */
}

static void
check_count(const DyPartiqlNode *node, int want)
{
	if (list_length(node->args) != want)
		dy_validation("Incorrect number of operands for operator or function; operator or function: %.*s, "
					  "number of operands: %d", DY_BYTES_ARGS(node->text), list_length(node->args));
}

/*
 * The second operand of attribute_type().
 */
static DyType
read_type_name(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	DyOperand  *value = operand(b, node);
	DyType		type = dy_operand_type(value);
	DyBytes		name;

	if (value->kind != DY_OPERAND_VALUE || type != DY_TYPE_S)
		dy_validation("Incorrect operand type for operator or function; "
					  "operator or function: attribute_type, operand type: %s",
					  type == 0 ? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}" : dy_type_name(type));
	name = dy_value_bytes(value->value);
	for (type = DY_TYPE_S; type <= DY_TYPE_BS; type++)
	{
		if (dy_bytes_is(name, dy_type_name(type)))
			return type;
	}
	dy_validation("Invalid attribute type name found; type: %.*s, valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}",
				  DY_BYTES_ARGS(name));
}
