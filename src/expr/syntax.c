/*-------------------------------------------------------------------------
 *
 * syntax.c
 *	  What is refused by looking at the text of an expression alone.
 *
 * One walk over the tree, in the order of the text, operators before their
 * operands; the first mistake is raised.  That is the service's order:
 * "name = :v AND f(a)" is about the reserved word, "f(name)" about the
 * function.  A repeated section of an update comes after all of these.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/syntax.h"

/* Where a node stands decides which functions it may be. */
typedef enum Place
{
	PLACE_CONDITION,			/* a condition, or part of AND, OR, NOT */
	PLACE_CONDITION_OPERAND,
	PLACE_SET_VALUE,			/* all of the right-hand side */
	PLACE_SET_OPERAND			/* part of it */
} Place;

typedef struct Function
{
	const char *name;
	bool		in_updates;		/* else in conditions */
	Place		place;			/* the one it is for ... */
	bool		nests;			/* ... or also, in updates, as an operand */
} Function;

static const Function functions[] = {
	{"attribute_exists", false, PLACE_CONDITION, false},
	{"attribute_not_exists", false, PLACE_CONDITION, false},
	{"attribute_type", false, PLACE_CONDITION, false},
	{"begins_with", false, PLACE_CONDITION, false},
	{"contains", false, PLACE_CONDITION, false},
	{"size", false, PLACE_CONDITION_OPERAND, false},
	{"if_not_exists", true, PLACE_SET_VALUE, true},
	{"list_append", true, PLACE_SET_VALUE, false}
};

static int	check_node(const char *parameter, const DySyntax *node, Place place);
static void check_function(const char *parameter, DyBytes name, Place place);
static void check_path(const char *parameter, const DySyntax *path);
static void check_index(const char *parameter, DyBytes digits);
static void check_sections(const char *parameter, const List *sections);

/*
 * Check a whole tree and count its operators.
 *
 * Raises ValidationException.  (Tests: expr_syntax, expr_reserved.)
 */
void
dy_syntax_check(const char *parameter, DySyntaxTree *tree)
{
	ListCell   *lc;

	switch (tree->kind)
	{
		case DY_EXPR_CONDITION:
			tree->noperators = check_node(parameter, tree->condition, PLACE_CONDITION);
			break;
		case DY_EXPR_UPDATE:
			foreach(lc, tree->actions)
			{
				DySyntaxAction *action = lfirst(lc);

				check_path(parameter, action->path);
				if (action->value != NULL)
					action->noperators = check_node(parameter, action->value, PLACE_SET_VALUE);
			}
			check_sections(parameter, tree->sections);
			break;
		case DY_EXPR_PROJECTION:
			foreach(lc, tree->paths)
				check_path(parameter, lfirst(lc));
			break;
	}
}

/*
 * Returns the number of operators and functions.
 */
static int
check_node(const char *parameter, const DySyntax *node, Place place)
{
	Place		inner = PLACE_CONDITION_OPERAND;
	int			noperators = 1;
	ListCell   *lc;

	check_stack_depth();

	switch (node->kind)
	{
		case DY_SYNTAX_VALUE:
			return 0;
		case DY_SYNTAX_PATH:
			check_path(parameter, node);
			return 0;
		case DY_SYNTAX_CALL:
			check_function(parameter, node->text, place);
			if (place == PLACE_SET_VALUE || place == PLACE_SET_OPERAND)
				inner = PLACE_SET_OPERAND;
			break;
		case DY_SYNTAX_ARITHMETIC:
			inner = PLACE_SET_OPERAND;
			break;
		case DY_SYNTAX_COMPARISON:
			break;
		case DY_SYNTAX_LOGIC:
			inner = PLACE_CONDITION;
			break;
	}

	foreach(lc, node->args)
		noperators += check_node(parameter, lfirst(lc), inner);
	return noperators;
}

static void
check_function(const char *parameter, DyBytes name, Place place)
{
	bool		in_update = (place == PLACE_SET_VALUE || place == PLACE_SET_OPERAND);

	for (int i = 0; i < lengthof(functions); i++)
	{
		const Function *function = &functions[i];

		if (!dy_bytes_is(name, function->name))
			continue;
		if (function->in_updates != in_update)
			dy_expr_invalid(parameter, "The function is not allowed in %s expression; function: %s",
							in_update ? "an update" : "a condition", function->name);
		if (function->place != place && !function->nests)
			dy_expr_invalid(parameter,
							"The function is not allowed to be used this way in an expression; function: %s",
							function->name);
		return;
	}
	dy_expr_invalid(parameter, "Invalid function name; function: %.*s", DY_BYTES_ARGS(name));
}

static void
check_path(const char *parameter, const DySyntax *path)
{
	ListCell   *lc;

	foreach(lc, path->steps)
	{
		const DySyntaxStep *step = lfirst(lc);

		if (step->is_index)
			check_index(parameter, step->text);
		else if (!step->is_placeholder && dy_expr_is_reserved(step->text))
			dy_expr_invalid(parameter, "Attribute name is a reserved keyword; reserved keyword: %.*s",
							DY_BYTES_ARGS(step->text));
	}
}

/*
 * An index must fit in 31 bits.  The scanner allows no leading zeros.
 */
static void
check_index(const char *parameter, DyBytes digits)
{
	uint64		index = 0;

	for (uint32 i = 0; i < digits.len && index <= PG_INT32_MAX; i++)
		index = index * 10 + (digits.data[i] - '0');
	if (index > PG_INT32_MAX)
		dy_expr_invalid(parameter, "List index is not within the allowable range; index: [%.*s]",
						DY_BYTES_ARGS(digits));
}

static void
check_sections(const char *parameter, const List *sections)
{
	static const char *const names[] = {
		[DY_ACTION_SET] = "SET",[DY_ACTION_REMOVE] = "REMOVE",
		[DY_ACTION_ADD] = "ADD",[DY_ACTION_DELETE] = "DELETE"
	};
	bool		seen[lengthof(names)] = {false};
	ListCell   *lc;

	foreach(lc, sections)
	{
		DyActionKind kind = lfirst_int(lc);

		if (seen[kind])
			dy_expr_invalid(parameter, "The \"%s\" section can only be used once in an update expression;",
							names[kind]);
		seen[kind] = true;
	}
}
