/*-------------------------------------------------------------------------
 *
 * update.c
 *	  SET and REMOVE clauses to an update.
 *
 * set_add() and set_delete() are no functions of a value but actions of
 * their own (ADD, DELETE), so they must stand alone and name their target:
 * SET a = set_add(a, <<...>>).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "expr/ast.h"
#include "expr/check.h"
#include "partiql/tree.h"

static void read_action(const DyPartiqlBinding *b, const DyPartiqlAction *from, DyAction *action);
static void read_set_action(const DyPartiqlBinding *b, const DyPartiqlNode *call, DyAction *action);
static DyOperand *operand(const DyPartiqlBinding *b, const DyPartiqlNode *node);
static DyOperand *arithmetic(const DyPartiqlBinding *b, const DyPartiqlNode *node);
static DyOperand *function(const DyPartiqlBinding *b, const DyPartiqlNode *node);

/*
 * The update of the statement's SET and REMOVE clauses.  Raises
 * ValidationException for what the service refuses without looking at a
 * table.
 */
DyUpdate *
dy_partiql_update(const DyPartiqlBinding *b)
{
	DyUpdate   *update = dy_update_make(list_length(b->statement->actions));
	DyPathSet  *paths = dy_path_set_create();
	int			n = 0;
	const ListCell *cell;

	foreach(cell, b->statement->actions)
		read_action(b, lfirst(cell), &update->actions[n++]);
	for (int i = 0; i < n; i++)
		dy_path_set_add(NULL, paths, &update->actions[i].path);
	return update;
}

static void
read_action(const DyPartiqlBinding *b, const DyPartiqlAction *from, DyAction *action)
{
	const DyPartiqlNode *value = from->value;

	action->path = dy_partiql_path(b, from->target);
	if (value == NULL)
		action->kind = DY_ACTION_REMOVE;
	else if (value->kind == DY_NODE_CALL &&
			 (dy_bytes_is(value->text, "set_add") || dy_bytes_is(value->text, "set_delete")))
		read_set_action(b, value, action);
	else
	{
		action->kind = DY_ACTION_SET;
		action->operand = operand(b, value);
	}
}

/*
 * SET path = set_add(path, set) or set_delete(path, set).
 */
static void
read_set_action(const DyPartiqlBinding *b, const DyPartiqlNode *call, DyAction *action)
{
	bool		is_add = dy_bytes_is(call->text, "set_add");
	const char *name = is_add ? "SET_ADD" : "SET_DELETE";
	const DyPartiqlNode *first;
	const DyPartiqlNode *second;
	DyPath		path;
	DyType		type;

	if (list_length(call->args) != 2)
		dy_partiql_fail_at(b->statement, &call->token, "%s must have exactly two arguments", name);
	first = linitial(call->args);
	second = lsecond(call->args);

	if (dy_partiql_is_path(first))
		path = dy_partiql_path(b, first);
	if (!dy_partiql_is_path(first) || !dy_path_equal(&path, &action->path))
		dy_partiql_fail_at(b->statement, &call->token,
						   "The first argument to %s must equal the assignment value", name);

	action->kind = is_add ? DY_ACTION_ADD : DY_ACTION_DELETE;
	if (dy_partiql_is_constant(second))
	{
		action->value = dy_partiql_value(b, second);
		type = dy_value_type(action->value);
		if (type == DY_TYPE_SS || type == DY_TYPE_NS || type == DY_TYPE_BS)
			return;
	}
	dy_partiql_fail_at(b->statement, &first->token,
					   "The second argument to %s must be a value with type SET", name);
}

/*
 * The right-hand side of SET, or an argument of a function there.
 */
static DyOperand *
operand(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	check_stack_depth();
	if (dy_partiql_is_constant(node))
		return dy_operand_value(dy_partiql_value(b, node));
	switch (node->kind)
	{
		case DY_NODE_NAME:
		case DY_NODE_PATH:
			return dy_operand_path(dy_partiql_path(b, node));
		case DY_NODE_MISSING:
			dy_validation("MISSING must be compared using IS operator");
		case DY_NODE_IS:
			dy_validation("IS operator is not supported in update expressions");
		case DY_NODE_OPERATION:
			return arithmetic(b, node);
		case DY_NODE_CALL:
			return function(b, node);
		case DY_NODE_SELECT:
			dy_partiql_fail_at(b->statement, &node->token, "Unsupported token in expression: SELECT");
		case DY_NODE_AGGREGATE:
			dy_partiql_fail_at(b->statement, &node->token, "Unsupported token in expression: %.*s",
							   DY_BYTES_ARGS(node->text));
		default:
			dy_partiql_fail_at(b->statement, &node->token, "Unsupported token in expression: %s",
							   dy_partiql_node_name(node));
	}
	return NULL;				/* keep the compiler quiet */
}

/*
 * a + b, a - b.
 */
static DyOperand *
arithmetic(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	const char *name = dy_partiql_operator_name(node->op);
	DyOperand  *result;

	if (node->op != DY_OP_PLUS && node->op != DY_OP_MINUS)
		dy_validation("Unsupported operator in Update Expression. Operator: %s", name);
	if (list_length(node->args) != 2)
		dy_validation("Incorrect number of operands for operator or function; operator or function: %s, "
					  "number of operands: %d", name, list_length(node->args));
	result = dy_operand_function(node->op == DY_OP_PLUS ? DY_OPERAND_PLUS : DY_OPERAND_MINUS,
								 operand(b, linitial(node->args)), operand(b, lsecond(node->args)));
	dy_check_function(NULL, name, result);
	return result;
}

static DyOperand *
function(const DyPartiqlBinding *b, const DyPartiqlNode *node)
{
	static const char *const of_conditions[] = {
		"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"
	};
	const char *name = pnstrdup(node->text.data, node->text.len);
	DyOperandKind kind;
	DyOperand  *result;

	for (int i = 0; i < lengthof(of_conditions); i++)
	{
		if (strcmp(of_conditions[i], name) == 0)
			dy_validation("The function is not allowed in an update expression; function: %s", name);
	}
	if (strcmp(name, "list_append") == 0)
		kind = DY_OPERAND_LIST_APPEND;
	else if (strcmp(name, "if_not_exists") == 0)
		kind = DY_OPERAND_IF_NOT_EXISTS;
	else
		dy_partiql_fail_at(b->statement, &node->token, "Unrecognized function: %s", name);

	if (list_length(node->args) != 2)
		dy_validation("Incorrect number of operands for operator or function; operator or function: %s, "
					  "number of operands: %d", name, list_length(node->args));
	result = dy_operand_function(kind, operand(b, linitial(node->args)), operand(b, lsecond(node->args)));
	dy_check_function(NULL, name, result);
	return result;
}
