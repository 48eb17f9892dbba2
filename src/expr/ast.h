/*-------------------------------------------------------------------------
 *
 * ast.h
 *	  Bound conditions, updates and projections, as trees.
 *
 * Whatever a client wrote (expression text, legacy request fields, PartiQL)
 * ends as the nodes below; evaluate.c, apply.c and project.c know nothing
 * else.  "Bound" means: placeholders are gone, names are the attributes'
 * names, values are encoded bytes.  Nodes are plain structs, made by hand or
 * with the helpers at the end of this file, in CurrentMemoryContext; they
 * point at names and values and copy neither.
 *
 * A tree that is made by hand is not checked again when it runs: what the
 * service refuses before it looks at the item (overlapping paths, operand
 * types that are known beforehand) must be refused by whoever makes the
 * tree; check.h has those rules.  Every tree is safe to run all the same.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_EXPR_AST_H
#define DY_EXPR_AST_H

#include "expr/expr.h"

/* ---- operands ---- */

/* The last four stand only on the right-hand side of SET. */
typedef enum DyOperandKind
{
	DY_OPERAND_PATH,			/* path: what stands there in the item; absent
								 * if nothing does */
	DY_OPERAND_VALUE,			/* value: a constant */
	DY_OPERAND_CONDITION,		/* condition: BOOL, whether it holds.  PartiQL
								 * only */
	DY_OPERAND_SIZE,			/* size(args[0]): N, absent if the argument is
								 * absent or has no size */
	DY_OPERAND_IF_NOT_EXISTS,	/* args[0], a path, if present, else args[1] */
	DY_OPERAND_LIST_APPEND,		/* lists args[0] and args[1] concatenated */
	DY_OPERAND_PLUS,			/* numbers args[0] + args[1] */
	DY_OPERAND_MINUS			/* numbers args[0] - args[1] */
} DyOperandKind;

typedef struct DyOperand DyOperand;

struct DyOperand
{
	DyOperandKind kind;
	DyPath		path;			/* PATH */
	DyValue		value;			/* VALUE */
	DyCondition *condition;		/* CONDITION */
	DyOperand  *args[2];		/* the functions; unused ones are NULL */
};

/* ---- conditions ---- */

/*
 * Logic is two-valued: a condition that cannot be decided, because an
 * operand is absent or has a type the operator does not take, is false, and
 * its NOT is true.  The one comparison that holds for operands that are
 * absent or of different types is <>.
 */
typedef enum DyConditionKind
{
	/* of conditions: args.conditions */
	DY_CONDITION_AND,			/* any number; none: true */
	DY_CONDITION_OR,			/* any number; none: false */
	DY_CONDITION_NOT,			/* exactly one */

	/* of operands: args.operands */
	DY_CONDITION_EQ,			/* 2; any types, deep */
	DY_CONDITION_NE,			/* 2; the opposite of EQ */
	DY_CONDITION_LT,			/* 2; both S, both N or both B */
	DY_CONDITION_LE,
	DY_CONDITION_GT,
	DY_CONDITION_GE,
	DY_CONDITION_BETWEEN,		/* 3: operand, lower bound, upper bound; both
								 * inclusive */
	DY_CONDITION_IN,			/* 2 or more: operand, then the list */
	DY_CONDITION_EXISTS,		/* 1, a path */
	DY_CONDITION_NOT_EXISTS,	/* 1, a path.  PartiQL: IS MISSING */
	DY_CONDITION_TYPE,			/* 1, and type: attribute_type().  PartiQL: IS
								 * NULL is type DY_TYPE_NULL */
	DY_CONDITION_BEGINS_WITH,	/* 2; both S or both B */
	DY_CONDITION_CONTAINS		/* 2: S in S, B in B, an element in a set or
								 * list */
} DyConditionKind;

struct DyCondition
{
	DyConditionKind kind;
	DyType		type;			/* TYPE */
	int			nargs;
	union
	{
		DyCondition **conditions;	/* AND, OR, NOT */
		DyOperand **operands;	/* the others */
	}			args;
};

/* ---- updates ---- */

typedef enum DyActionKind
{
	DY_ACTION_SET,				/* path = operand */
	DY_ACTION_REMOVE,			/* path; nothing there is no error */
	DY_ACTION_ADD,				/* number: add; set: union.  PartiQL: set_add.
								 * Legacy requests also: list append */
	DY_ACTION_DELETE			/* set: difference.  PartiQL: set_delete */
} DyActionKind;

typedef struct DyAction
{
	DyActionKind kind;
	DyPath		path;
	DyOperand  *operand;		/* SET; NULL otherwise */
	DyValue		value;			/* ADD, DELETE */
} DyAction;

/*
 * Actions in the order of the request.  No path may be equal to or a prefix
 * of another (dy_path_set_add), so their order does not matter, except
 * that several SETs beyond the end of one list append in the order of their
 * indexes.
 */
struct DyUpdate
{
	int			nactions;
	DyAction   *actions;
	bool		legacy;			/* AttributeUpdates: its error texts, list ADD */
};

/* ---- projections ---- */

struct DyProjection
{
	int			npaths;
	DyPath	   *paths;			/* none equal to or a prefix of another */
};

/* ---- making them (ast.c); every result is palloc'd ---- */

extern DyPath dy_path_of_name(DyBytes name);	/* a path of one step */

extern DyOperand *dy_operand_path(DyPath path);
extern DyOperand *dy_operand_value(DyValue value);
extern DyOperand *dy_operand_condition(DyCondition *condition);
extern DyOperand *dy_operand_function(DyOperandKind kind, DyOperand *arg0, DyOperand *arg1);	/* arg1 NULL for SIZE */

extern DyCondition *dy_condition_list(DyConditionKind kind, DyCondition **conditions, int n);	/* AND, OR; array is
																								 * kept */
extern DyCondition *dy_condition_both(DyCondition *a, DyCondition *b);	/* AND; either may be
																		 * NULL (holds always) */
extern DyCondition *dy_condition_not(DyCondition *condition);
extern DyCondition *dy_condition_operands(DyConditionKind kind, DyOperand **operands, int n);	/* array is kept */
extern DyCondition *dy_condition_of(DyConditionKind kind, DyOperand *a, DyOperand *b);	/* one or two operands;
																						 * b may be NULL */
extern DyCondition *dy_condition_type(DyOperand *operand, DyType type);

extern DyUpdate *dy_update_make(int nactions);	/* room for so many actions,
												 * zeroed */
extern DyProjection *dy_projection_make(int npaths);

/* The operand's type if it is known without an item; 0 if it is not. */
extern DyType dy_operand_type(const DyOperand *operand);

#endif							/* DY_EXPR_AST_H */
