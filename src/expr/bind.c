/*-------------------------------------------------------------------------
 *
 * bind.c
 *	  Syntax trees to bound nodes: names and values take the placeholders'
 *	  places, and what only then shows to be wrong is refused.
 *
 * Order of the service, which decides what a text with several mistakes is
 * told: a condition is bound from left to right, each comparison and
 * function checked as soon as its operands are bound; an update binds the
 * paths it writes, the last action first, then its right-hand sides, again
 * the last first; a projection binds the last path first.  The number of
 * operators is looked at when a condition, or one right-hand side, is bound.
 *
 * Nodes live in the current memory context and point into the request (its
 * text, names and values), not into the cached tree.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/check.h"
#include "expr/placeholders.h"
#include "expr/syntax.h"

typedef struct Binder
{
	const char *parameter;
	const DySyntaxTree *tree;
	DyBytes		text;			/* the request's, equal to the tree's */
	DyPlaceholders *placeholders;
} Binder;

/* The functions and what they become. */
typedef struct ConditionFunction
{
	const char *name;
	DyConditionKind kind;
	int			noperands;
} ConditionFunction;

typedef struct OperandFunction
{
	const char *name;
	DyOperandKind kind;
	int			noperands;
} OperandFunction;

static const ConditionFunction condition_functions[] = {
	{"attribute_exists", DY_CONDITION_EXISTS, 1},
	{"attribute_not_exists", DY_CONDITION_NOT_EXISTS, 1},
	{"attribute_type", DY_CONDITION_TYPE, 2},
	{"begins_with", DY_CONDITION_BEGINS_WITH, 2},
	{"contains", DY_CONDITION_CONTAINS, 2}
};

static const OperandFunction operand_functions[] = {
	{"size", DY_OPERAND_SIZE, 1},
	{"if_not_exists", DY_OPERAND_IF_NOT_EXISTS, 2},
	{"list_append", DY_OPERAND_LIST_APPEND, 2}
};

static void start(Binder *binder, const char *parameter, DyExprKind kind, DyBytes text, DyPlaceholders *p);
static DyBytes in_request(const Binder *binder, DyBytes text);
static DyCondition *bind_condition(Binder *binder, const DySyntax *node);
static DyCondition *bind_logic(Binder *binder, const DySyntax *node);
static int	chain_length(const DySyntax *node, DyConditionKind kind);
static void bind_chain(Binder *binder, const DySyntax *node, DyConditionKind kind, DyCondition **conditions, int *n);
static DyCondition *bind_comparison(Binder *binder, const DySyntax *node);
static DyCondition *bind_condition_call(Binder *binder, const DySyntax *node);
static DyOperand **bind_operands(Binder *binder, const List *nodes);
static DyOperand *bind_operand(Binder *binder, const DySyntax *node);
static DyOperand *bind_operand_call(Binder *binder, const DySyntax *node);
static DyPath bind_path(Binder *binder, const DySyntax *node);
static void check_count(const Binder *binder, const DySyntax *call, int expected);
static void check_operators(const Binder *binder, int noperators);

/*
 * Parse, check and bind a condition or filter.
 *
 * parameter is the name of the request's member and must outlive the result.
 * Raises ValidationException.  (Tests: expr_syntax, expr_check.)
 */
DyCondition *
dy_condition_parse(const char *parameter, DyBytes text, DyPlaceholders *p)
{
	Binder		binder;
	DyCondition *condition;

	start(&binder, parameter, DY_EXPR_CONDITION, text, p);
	condition = bind_condition(&binder, binder.tree->condition);
	check_operators(&binder, binder.tree->noperators);
	return condition;
}

/*
 * The same for UpdateExpression.
 */
DyUpdate *
dy_update_parse(DyBytes text, DyPlaceholders *p)
{
	Binder		binder;
	DyUpdate   *update;
	DyPathSet  *paths = dy_path_set_create();
	int			noperators = 0;

	start(&binder, "UpdateExpression", DY_EXPR_UPDATE, text, p);
	update = dy_update_make(list_length(binder.tree->actions));

	for (int i = update->nactions - 1; i >= 0; i--)
	{
		const DySyntaxAction *syntax = list_nth(binder.tree->actions, i);
		DyAction   *action = &update->actions[i];

		action->kind = syntax->kind;
		action->path = bind_path(&binder, syntax->path);
		dy_path_set_add(binder.parameter, paths, &action->path);
	}

	for (int i = update->nactions - 1; i >= 0; i--)
	{
		const DySyntaxAction *syntax = list_nth(binder.tree->actions, i);
		DyAction   *action = &update->actions[i];

		if (action->kind == DY_ACTION_SET)
		{
			action->operand = bind_operand(&binder, syntax->value);
			noperators += syntax->noperators;
			check_operators(&binder, noperators);
		}
		else if (action->kind != DY_ACTION_REMOVE)
		{
			action->value = dy_placeholders_value(p, binder.parameter, syntax->value->text);
			dy_check_action(binder.parameter, action);
		}
	}
	return update;
}

/*
 * The same for ProjectionExpression.
 */
DyProjection *
dy_projection_parse(DyBytes text, DyPlaceholders *p)
{
	Binder		binder;
	DyProjection *projection;
	DyPathSet  *paths = dy_path_set_create();

	start(&binder, "ProjectionExpression", DY_EXPR_PROJECTION, text, p);
	projection = dy_projection_make(list_length(binder.tree->paths));

	for (int i = projection->npaths - 1; i >= 0; i--)
	{
		projection->paths[i] = bind_path(&binder, list_nth(binder.tree->paths, i));
		dy_path_set_add(binder.parameter, paths, &projection->paths[i]);
	}
	return projection;
}

static void
start(Binder *binder, const char *parameter, DyExprKind kind, DyBytes text, DyPlaceholders *p)
{
	binder->parameter = parameter;
	binder->tree = dy_syntax_get(parameter, kind, text);
	binder->text = text;

	binder->placeholders = p;
}

/*
 * The same piece of text in the request, which lives as long as the result.
 */
static DyBytes
in_request(const Binder *binder, DyBytes text)
{
	return dy_bytes(binder->text.data + (text.data - binder->tree->text), text.len);
}

static DyCondition *
bind_condition(Binder *binder, const DySyntax *node)
{
	check_stack_depth();

	switch (node->kind)
	{
		case DY_SYNTAX_LOGIC:
			return bind_logic(binder, node);
		case DY_SYNTAX_COMPARISON:
			return bind_comparison(binder, node);
		case DY_SYNTAX_CALL:
			return bind_condition_call(binder, node);
		default:
			break;
	}
	elog(ERROR, "unexpected node %d in a condition", node->kind);
}

/*
 * A chain of the same operator becomes one node, so that depth is nesting.
 */
static DyCondition *
bind_logic(Binder *binder, const DySyntax *node)
{
	DyCondition **conditions;
	int			n = 0;

	if (node->condition == DY_CONDITION_NOT)
		return dy_condition_not(bind_condition(binder, linitial(node->args)));

	conditions = palloc(sizeof(DyCondition *) * chain_length(node, node->condition));
	bind_chain(binder, node, node->condition, conditions, &n);
	return dy_condition_list(node->condition, conditions, n);
}

static int
chain_length(const DySyntax *node, DyConditionKind kind)
{
	ListCell   *lc;
	int			length = 0;

	check_stack_depth();

	if (node->kind != DY_SYNTAX_LOGIC || node->condition != kind)
		return 1;
	foreach(lc, node->args)
		length += chain_length(lfirst(lc), kind);
	return length;
}

static void
bind_chain(Binder *binder, const DySyntax *node, DyConditionKind kind, DyCondition **conditions, int *n)
{
	ListCell   *lc;

	if (node->kind != DY_SYNTAX_LOGIC || node->condition != kind)
	{
		conditions[(*n)++] = bind_condition(binder, node);
		return;
	}
	foreach(lc, node->args)
		bind_chain(binder, lfirst(lc), kind, conditions, n);
}

static DyCondition *
bind_comparison(Binder *binder, const DySyntax *node)
{
	DyCondition *condition = dy_condition_operands(node->condition,
												   bind_operands(binder, node->args),
												   list_length(node->args));

	/* The text of an operator is a constant. */
	dy_check_condition(binder->parameter, node->text.data, condition);
	return condition;
}

static DyCondition *
bind_condition_call(Binder *binder, const DySyntax *node)
{
	DyOperand **operands = bind_operands(binder, node->args);
	const ConditionFunction *function = condition_functions;
	DyCondition *condition;

	while (!dy_bytes_is(node->text, function->name))
		function++;
	Assert(function < condition_functions + lengthof(condition_functions));

	check_count(binder, node, function->noperands);
	condition = dy_condition_operands(function->kind, operands, function->noperands);
	dy_check_condition(binder->parameter, function->name, condition);
	if (condition->kind == DY_CONDITION_TYPE)
	{
		condition->type = dy_check_type_name(binder->parameter, operands[1]);
		condition->nargs = 1;
	}
	return condition;
}

static DyOperand **
bind_operands(Binder *binder, const List *nodes)
{
	DyOperand **operands = palloc(sizeof(DyOperand *) * list_length(nodes));
	int			n = 0;
	ListCell   *lc;

	foreach(lc, nodes)
		operands[n++] = bind_operand(binder, lfirst(lc));
	return operands;
}

static DyOperand *
bind_operand(Binder *binder, const DySyntax *node)
{
	DyOperand **args;
	DyOperand  *operand;

	check_stack_depth();

	switch (node->kind)
	{
		case DY_SYNTAX_PATH:
			return dy_operand_path(bind_path(binder, node));
		case DY_SYNTAX_VALUE:
			return dy_operand_value(dy_placeholders_value(binder->placeholders, binder->parameter, node->text));
		case DY_SYNTAX_CALL:
			return bind_operand_call(binder, node);
		case DY_SYNTAX_ARITHMETIC:
			args = bind_operands(binder, node->args);
			operand = dy_operand_function(node->operand, args[0], args[1]);
			dy_check_function(binder->parameter, node->operand == DY_OPERAND_PLUS ? "+" : "-", operand);
			return operand;
		default:
			break;
	}
	elog(ERROR, "unexpected node %d as an operand", node->kind);
}

static DyOperand *
bind_operand_call(Binder *binder, const DySyntax *node)
{
	DyOperand **args = bind_operands(binder, node->args);
	const OperandFunction *function = operand_functions;
	DyOperand  *operand;

	while (!dy_bytes_is(node->text, function->name))
		function++;
	Assert(function < operand_functions + lengthof(operand_functions));

	check_count(binder, node, function->noperands);
	operand = dy_operand_function(function->kind, args[0], function->noperands > 1 ? args[1] : NULL);
	dy_check_function(binder->parameter, function->name, operand);
	return operand;
}

static DyPath
bind_path(Binder *binder, const DySyntax *node)
{
	DyPath		path;
	int			nsteps = list_length(node->steps);
	ListCell   *lc;

	if (nsteps > DY_MAX_PATH_STEPS)
		dy_expr_invalid(binder->parameter,
						"The document path has too many nesting levels; nesting levels: %d", nsteps);

	path.steps = palloc0(sizeof(DyPathStep) * nsteps);
	path.nsteps = 0;
	foreach(lc, node->steps)
	{
		const DySyntaxStep *step = lfirst(lc);
		DyPathStep *bound = &path.steps[path.nsteps++];

		if (step->is_index)
		{
			/* dy_syntax_check() has seen that it fits. */
			bound->is_index = true;
			for (uint32 i = 0; i < step->text.len; i++)
				bound->index = bound->index * 10 + (step->text.data[i] - '0');
		}
		else if (step->is_placeholder)
			bound->name = dy_placeholders_name(binder->placeholders, binder->parameter, step->text);
		else
			bound->name = in_request(binder, step->text);
	}
	return path;
}

static void
check_count(const Binder *binder, const DySyntax *call, int expected)
{
	if (list_length(call->args) != expected)
		dy_expr_invalid(binder->parameter,
						"Incorrect number of operands for operator or function; "
						"operator or function: %.*s, number of operands: %d",
						DY_BYTES_ARGS(call->text), list_length(call->args));
}

/*
 * The service stops counting at the first operator too many.
 */
static void
check_operators(const Binder *binder, int noperators)
{
	if (noperators > DY_MAX_EXPRESSION_OPERATORS)
		dy_expr_invalid(binder->parameter, "The expression contains too many operators; operator count: %d",
						DY_MAX_EXPRESSION_OPERATORS + 1);
}
