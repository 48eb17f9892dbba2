/*-------------------------------------------------------------------------
 *
 * syntax.h
 *	  Expression text as parsed, before it meets a request.  Private to
 *	  this folder.
 *
 * A syntax tree still holds placeholders, so it depends on the text alone
 * and can be kept (expr_cache.c).  Everything the service refuses by looking
 * at the text alone is refused before a tree is kept: syntax, redundant
 * parentheses, reserved words, names and places of functions, list indexes
 * out of range, repeated sections.  What needs names and values is refused by
 * bind.c, in the order of the service.
 *
 * Nodes and the texts they point at live in one memory context per tree.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_EXPR_SYNTAX_H
#define DY_EXPR_SYNTAX_H

#include "nodes/pg_list.h"

#include "expr/ast.h"

/* What a text is to be read as; chooses the entry point of the grammar. */
typedef enum DyExprKind
{
	DY_EXPR_CONDITION,			/* also filters and key conditions */
	DY_EXPR_UPDATE,
	DY_EXPR_PROJECTION
} DyExprKind;

typedef enum DySyntaxKind
{
	DY_SYNTAX_PATH,				/* steps */
	DY_SYNTAX_VALUE,			/* text: ":v" */
	DY_SYNTAX_CALL,				/* text: name of the function; args */
	DY_SYNTAX_ARITHMETIC,		/* operand: PLUS or MINUS; text; two args */
	DY_SYNTAX_COMPARISON,		/* condition: comparison, BETWEEN or IN; text:
								 * as error texts name it; args */
	DY_SYNTAX_LOGIC				/* condition: AND, OR, NOT; args */
} DySyntaxKind;

/* One step of a path. */
typedef struct DySyntaxStep
{
	bool		is_index;
	bool		is_placeholder; /* text is "#name" */
	DyBytes		text;			/* the name or the digits */
} DySyntaxStep;

typedef struct DySyntax
{
	DySyntaxKind kind;
	DyConditionKind condition;
	DyOperandKind operand;
	bool		in_parentheses;
	DyBytes		text;
	List	   *args;			/* of DySyntax */
	List	   *steps;			/* of DySyntaxStep */
} DySyntax;

/* One action of an update expression. */
typedef struct DySyntaxAction
{
	DyActionKind kind;
	DySyntax   *path;
	DySyntax   *value;			/* SET: any; ADD, DELETE: a VALUE; REMOVE:
								 * NULL */
	int			noperators;		/* in value */
} DySyntaxAction;

typedef struct DySyntaxTree
{
	DyExprKind	kind;
	const char *text;			/* what the tree's texts point into */
	DySyntax   *condition;		/* CONDITION */
	List	   *actions;		/* UPDATE: of DySyntaxAction, as written */
	List	   *sections;		/* UPDATE: DyActionKind of each section, as
								 * written */
	List	   *paths;			/* PROJECTION: of DySyntax */
	int			noperators;		/* CONDITION: as the service counts them */
} DySyntaxTree;

/* ---- what the scanner and the grammar share ---- */

typedef struct DyExprParser
{
	const char *parameter;		/* opens error texts */
	DyExprKind	kind;
	const char *text;
	uint32		len;
	void	   *scanner;
	bool		mode_sent;		/* the token that chooses the entry point */
	int			ntokens;		/* tokens of the text read so far */
	uint32		previous;		/* start of the token before the last one */
	uint32		start;			/* of the last token */
	uint32		end;			/* up to here the text was read */
	bool		at_end;			/* the end of the text was read */
	DySyntaxTree *tree;			/* the result */
} DyExprParser;

extern DySyntaxTree *dy_syntax_parse(const char *parameter, DyExprKind kind, const char *text, uint32 len);

/* Static checks over a whole tree (syntax.c). */
extern void dy_syntax_check(const char *parameter, DySyntaxTree *tree);

/* Parsed and checked; from the cache if it is there (expr_cache.c). */
extern const DySyntaxTree *dy_syntax_get(const char *parameter, DyExprKind kind, DyBytes text);

/* reserved.c */
extern bool dy_expr_is_reserved(DyBytes word);

/* ---- raising ---- */

/* "Invalid FilterExpression: ", or nothing for PartiQL, whose errors have no such opening. */
static inline const char *
dy_expr_opening(const char *parameter)
{
	return parameter == NULL ? "" : psprintf("Invalid %s: ", parameter);
}

#define dy_expr_invalid(parameter, fmt, ...) \
	dy_validation("%s" fmt, dy_expr_opening(parameter), ##__VA_ARGS__)

#endif							/* DY_EXPR_SYNTAX_H */
