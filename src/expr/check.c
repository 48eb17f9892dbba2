/*-------------------------------------------------------------------------
 *
 * check.c
 *	  What the service refuses before it looks at an item.
 *
 * Within one operator or function the order is: number of operands, first
 * operand distinct from the others, operand types; BETWEEN has the last two
 * the other way round.
 *
 * Source of the texts: the service's answers.  Where the service prints a
 * set of types in the arbitrary order of a hash table, one observed order is
 * kept.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/check.h"
#include "expr/syntax.h"

/* Sets of types as bits. */
#define TYPE(t)			(1 << (t))
#define SCALAR_TYPES	(TYPE(DY_TYPE_S) | TYPE(DY_TYPE_N) | TYPE(DY_TYPE_B))
#define SET_TYPES		(TYPE(DY_TYPE_SS) | TYPE(DY_TYPE_NS) | TYPE(DY_TYPE_BS))
#define SIZED_TYPES		(SET_TYPES | TYPE(DY_TYPE_S) | TYPE(DY_TYPE_B) | TYPE(DY_TYPE_L) | TYPE(DY_TYPE_M))

/*
 * A set of paths as a tree.  A node is a map or a list by the kind of step
 * that leads out of it; without children it is where a path ends.
 */
struct DyPathSet
{
	DyPathStep	step;			/* leads here */
	const DyPath *path;			/* the first path put in that goes through
								 * here */
	DyPathSet  *children;
	DyPathSet  *next;			/* sibling */
};

static void check_distinct(const char *parameter, const char *name, DyOperand *const *operands, int n);
static void check_types(const char *parameter, const char *name, DyOperand *const *operands, int n, int allowed);
static void check_path_operand(const char *parameter, const char *name, const DyOperand *operand);
static void check_bounds(const char *parameter, const DyOperand *lower, const DyOperand *upper);
static void raise_paths(const char *parameter, const char *what, const DyPath *one, const DyPath *two) pg_attribute_noreturn();
static void write_value(StringInfo dest, DyValue value);

/*
 * See check.h.  (Test: expr_check.)
 */
void
dy_check_condition(const char *parameter, const char *name, const DyCondition *condition)
{
	DyOperand **operands = condition->args.operands;
	int			n = condition->nargs;

	if (condition->kind == DY_CONDITION_BETWEEN)
		check_types(parameter, name, operands, n, SCALAR_TYPES);
	check_distinct(parameter, name, operands, n);

	switch (condition->kind)
	{
		case DY_CONDITION_LT:
		case DY_CONDITION_LE:
		case DY_CONDITION_GT:
		case DY_CONDITION_GE:
			check_types(parameter, name, operands, n, SCALAR_TYPES);
			break;
		case DY_CONDITION_BETWEEN:
			check_bounds(parameter, operands[1], operands[2]);
			break;
		case DY_CONDITION_IN:
			if (n - 1 > DY_MAX_IN_OPERANDS)
				dy_expr_invalid(parameter,
								"The IN operator is provided with too many operands; number of operands: %d",
								n - 1);
			break;
		case DY_CONDITION_EXISTS:
		case DY_CONDITION_NOT_EXISTS:
			check_path_operand(parameter, name, operands[0]);
			break;
		case DY_CONDITION_BEGINS_WITH:
			check_types(parameter, name, operands, n, TYPE(DY_TYPE_S) | TYPE(DY_TYPE_B));
			break;
		default:
			break;
	}
}

/*
 * See check.h.
 */
DyType
dy_check_type_name(const char *parameter, const DyOperand *operand)
{
	DyType		type = dy_operand_type(operand);
	DyBytes		name;

	if (type != DY_TYPE_S)
		dy_expr_invalid(parameter,
						"Incorrect operand type for operator or function; "
						"operator or function: attribute_type, operand type: %s",
						type == 0 ? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}" : dy_type_name(type));
	name = dy_value_bytes(operand->value);
	for (type = DY_TYPE_S; type <= DY_TYPE_BS; type++)
	{
		if (dy_bytes_is(name, dy_type_name(type)))
			return type;
	}
	dy_expr_invalid(parameter,
					"Invalid attribute type name found; type: %.*s, "
					"valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
					DY_BYTES_ARGS(name));
}

/*
 * See check.h.
 */
void
dy_check_function(const char *parameter, const char *name, const DyOperand *operand)
{
	DyOperand  *const *args = operand->args;

	switch (operand->kind)
	{
		case DY_OPERAND_SIZE:
			check_types(parameter, name, args, 1, SIZED_TYPES);
			break;
		case DY_OPERAND_IF_NOT_EXISTS:
			check_distinct(parameter, name, args, 2);
			check_path_operand(parameter, name, args[0]);
			break;
		case DY_OPERAND_LIST_APPEND:
			check_types(parameter, name, args, 2, TYPE(DY_TYPE_L));
			break;
		case DY_OPERAND_PLUS:
		case DY_OPERAND_MINUS:
			check_types(parameter, name, args, 2, TYPE(DY_TYPE_N));
			break;
		default:
			break;
	}
}

/*
 * See check.h.
 */
void
dy_check_action(const char *parameter, const DyAction *action)
{
	static const char *const type_names[] = {
		[DY_TYPE_S] = "STRING",[DY_TYPE_N] = "NUMBER",[DY_TYPE_B] = "BINARY",
		[DY_TYPE_BOOL] = "BOOLEAN",[DY_TYPE_NULL] = "NULL",
		[DY_TYPE_L] = "LIST",[DY_TYPE_M] = "MAP"
	};
	bool		is_add = (action->kind == DY_ACTION_ADD);
	DyType		type = dy_value_type(action->value);

	if ((SET_TYPES & TYPE(type)) != 0 || (is_add && type == DY_TYPE_N))
		return;
	dy_expr_invalid(parameter,
					"Incorrect operand type for operator or function; operator: %s, operand type: %s, "
					"typeSet: ALLOWED_FOR_%s_OPERAND",
					is_add ? "ADD" : "DELETE", type_names[type], is_add ? "ADD" : "DELETE");
}

/*
 * See check.h.
 */
DyPathSet *
dy_path_set_create(void)
{
	return palloc0(sizeof(DyPathSet));
}

/*
 * See check.h.  Siblings are searched in a row: texts are short.
 */
void
dy_path_set_add(const char *parameter, DyPathSet *set, const DyPath *path)
{
	DyPathSet  *node = set;

	for (int i = 0; i < path->nsteps; i++)
	{
		const DyPathStep *step = &path->steps[i];
		bool		is_last = (i == path->nsteps - 1);
		DyPathSet  *child;

		/* Only below the root, whose children are all names. */
		if (node->children != NULL && node->children->step.is_index != step->is_index)
			raise_paths(parameter, "conflict", path, node->path);

		for (child = node->children; child != NULL; child = child->next)
		{
			if (step->is_index ? child->step.index == step->index :
				dy_bytes_equal(child->step.name, step->name))
				break;
		}
		if (child != NULL && (is_last || child->children == NULL))
			raise_paths(parameter, "overlap", path, child->path);
		if (child == NULL)
		{
			child = palloc0(sizeof(DyPathSet));
			child->step = *step;
			child->path = path;
			child->next = node->children;
			node->children = child;
		}
		node = child;
	}
}

static void
check_distinct(const char *parameter, const char *name, DyOperand *const *operands, int n)
{
	StringInfoData path;

	if (operands[0]->kind != DY_OPERAND_PATH)
		return;
	for (int i = 1; i < n; i++)
	{
		if (operands[i]->kind != DY_OPERAND_PATH ||
			!dy_path_equal(&operands[0]->path, &operands[i]->path))
			continue;
		initStringInfo(&path);
		dy_path_write(&path, &operands[0]->path);
		dy_expr_invalid(parameter,
						"The first operand must be distinct from the remaining operands for this "
						"operator or function; operator: %s, first operand: %s",
						name, path.data);
	}
}

/*
 * Types that are known beforehand must be among the allowed ones.
 */
static void
check_types(const char *parameter, const char *name, DyOperand *const *operands, int n, int allowed)
{
	for (int i = 0; i < n; i++)
	{
		DyType		type = dy_operand_type(operands[i]);

		if (type != 0 && (allowed & TYPE(type)) == 0)
			dy_expr_invalid(parameter,
							"Incorrect operand type for operator or function; "
							"operator or function: %s, operand type: %s",
							name, dy_type_name(type));
	}
}

static void
check_path_operand(const char *parameter, const char *name, const DyOperand *operand)
{
	if (operand->kind != DY_OPERAND_PATH)
		dy_expr_invalid(parameter,
						"Operator or function requires a document path; operator or function: %s", name);
}

/*
 * The bounds of BETWEEN, if both are values.
 */
static void
check_bounds(const char *parameter, const DyOperand *lower, const DyOperand *upper)
{
	const char *rule;
	StringInfoData bounds;

	if (lower->kind != DY_OPERAND_VALUE || upper->kind != DY_OPERAND_VALUE)
		return;
	if (!dy_value_comparable(lower->value, upper->value))
		rule = "same data type for lower and upper bounds";
	else if (dy_value_compare(lower->value, upper->value) > 0)
		rule = "upper bound to be greater than or equal to lower bound";
	else
		return;

	initStringInfo(&bounds);
	appendStringInfoString(&bounds, "lower bound operand: AttributeValue: ");
	write_value(&bounds, lower->value);
	appendStringInfoString(&bounds, ", upper bound operand: AttributeValue: ");
	write_value(&bounds, upper->value);
	dy_expr_invalid(parameter, "The BETWEEN operator requires %s; %s", rule, bounds.data);
}

/*
 * A scalar as the service's Java prints it.
 */
static void
write_value(StringInfo dest, DyValue value)
{
	DyNumber	number;
	char		text[DY_NUMBER_MAX_TEXT];
	DyBytes		bytes;

	switch (dy_value_type(value))
	{
		case DY_TYPE_N:
			number = dy_value_number(value);
			dy_number_format(&number, text);
			appendStringInfo(dest, "{N:%s}", text);
			break;
		case DY_TYPE_B:
			bytes = dy_value_bytes(value);
			appendStringInfo(dest, "{B:java.nio.HeapByteBuffer[pos=0 lim=%u cap=%u]}", bytes.len, bytes.len);
			break;
		default:
			bytes = dy_value_bytes(value);
			appendStringInfo(dest, "{S:%.*s}", DY_BYTES_ARGS(bytes));
			break;
	}
}

static void
raise_paths(const char *parameter, const char *what, const DyPath *one, const DyPath *two)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "path one: ");
	dy_path_write(&text, one);
	appendStringInfoString(&text, ", path two: ");
	dy_path_write(&text, two);
	dy_expr_invalid(parameter,
					"Two document paths %s with each other; must remove or rewrite one of these paths; %s",
					what, text.data);
}
