/*-------------------------------------------------------------------------
 *
 * tree.h
 *	  Syntax trees of PartiQL statements, as the grammar builds them.
 *
 * A tree says what was written, nothing of what it means: no table has been
 * looked up, no parameter has a value, literals are still text.  So a tree
 * depends on the statement's text alone and is kept by it (cache.c).  A tree
 * is read-only once it is built.
 *
 * Every node remembers the token that errors of the service point at ("at
 * 1:8:5": line, column and length in characters): the first token of a path
 * or literal, the operator of an operation.
 *
 * Private to this folder.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_PARTIQL_TREE_H
#define DY_PARTIQL_TREE_H

#include "item/value.h"
#include "nodes/pg_list.h"
#include "partiql/partiql.h"

/* Deepest nesting of parentheses, literals and operators that is parsed. */
#define DY_PARTIQL_MAX_DEPTH	256

/* A token: a view on the statement's text. */
typedef struct DyPartiqlToken
{
	DyBytes		text;			/* name or string content without quotes;
								 * otherwise as written */
	int			offset;			/* of its first byte in the statement */
	int			length;			/* in bytes, quotes included */
} DyPartiqlToken;

/* What the service calls the node in its errors stands behind it. */
typedef enum DyPartiqlNodeKind
{
	DY_NODE_NAME,				/* text: an attribute.  VariableReference */
	DY_NODE_PATH,				/* args: a NAME, then the steps.  Path */
	DY_NODE_WILDCARD,			/* a step [*] */
	DY_NODE_UNPIVOT,			/* a step .* */
	DY_NODE_STRING,				/* text.  Literal; also a step .name or
								 * ['name'] */
	DY_NODE_NUMBER,				/* text without sign, negative.  Literal; also
								 * a step [1] */
	DY_NODE_BOOLEAN,			/* boolean.  Literal */
	DY_NODE_NULL,				/* Literal */
	DY_NODE_MISSING,			/* LiteralMissing */
	DY_NODE_ION,				/* text between backquotes.  Literal */
	DY_NODE_PARAMETER,			/* index: 0 for the first ?.  Parameter */
	DY_NODE_LIST,				/* [...] or (a, b).  Seq */
	DY_NODE_BAG,				/* <<...>>.  Seq */
	DY_NODE_STRUCT,				/* args: name, value, name, value, ...  Struct */
	DY_NODE_OPERATION,			/* op, args.  NAry */
	DY_NODE_CALL,				/* text: lower-case function, args.  NAry */
	DY_NODE_AGGREGATE,			/* text: count, sum, ...  CallAgg */
	DY_NODE_IS,					/* text: canonical type, args[0], negated.
								 * Typed */
	DY_NODE_SELECT				/* statement.  Select */
} DyPartiqlNodeKind;

typedef enum DyPartiqlOperator
{
	DY_OP_OR,					/* two or more operands */
	DY_OP_AND,					/* two or more operands */
	DY_OP_NOT,
	DY_OP_EQ,
	DY_OP_NE,
	DY_OP_LT,
	DY_OP_LE,
	DY_OP_GT,
	DY_OP_GE,
	DY_OP_BETWEEN,				/* operand, lower, upper */
	DY_OP_IN,
	DY_OP_LIKE,
	DY_OP_PLUS,					/* one operand: sign */
	DY_OP_MINUS,
	DY_OP_CONCAT,
	DY_OP_TIMES,
	DY_OP_DIVIDE,
	DY_OP_MODULO
} DyPartiqlOperator;

typedef struct DyPartiqlNode DyPartiqlNode;

struct DyPartiqlNode
{
	DyPartiqlNodeKind kind;
	DyPartiqlToken token;		/* where errors point */
	int			depth;			/* levels below and including this node */
	bool		grouped;		/* stood alone in parentheses */
	bool		aliased;		/* of a column: AS or a second name followed */
	bool		negative;		/* NUMBER */
	bool		negated;		/* IS NOT */
	bool		boolean;		/* BOOLEAN */
	int			index;			/* PARAMETER */
	DyPartiqlOperator op;		/* OPERATION */
	DyBytes		text;
	List	   *args;			/* of DyPartiqlNode */
	DyPartiqlStatement *statement;	/* SELECT */
};

typedef struct DyPartiqlSource
{
	DyPartiqlNode *path;		/* NAME or PATH */
	bool		alias;			/* AS, or a second name, or AT */
} DyPartiqlSource;

typedef struct DyPartiqlOrder
{
	DyPartiqlNode *by;
	bool		descending;
} DyPartiqlOrder;

/* One SET path = value, or one REMOVE path (value NULL). */
typedef struct DyPartiqlAction
{
	DyPartiqlNode *target;
	DyPartiqlNode *value;
} DyPartiqlAction;

typedef struct DyPartiqlReturningItem
{
	bool		modified;		/* else all */
	bool		is_new;			/* else old */
	bool		star;			/* else a name followed */
} DyPartiqlReturningItem;

/* A clause that parses and is refused. */
typedef struct DyPartiqlUnsupported
{
	const char *name;			/* "LIMIT", "GROUP BY", ...; NULL: none */
	bool		has_position;
	DyPartiqlToken token;
} DyPartiqlUnsupported;

typedef enum DyPartiqlStatementKind
{
	DY_PARTIQL_SELECT,
	DY_PARTIQL_INSERT,
	DY_PARTIQL_UPDATE,			/* both forms: UPDATE ... and FROM ... */
	DY_PARTIQL_DELETE,
	DY_PARTIQL_EXPRESSION		/* anything else that parses; EXISTS(SELECT
								 * ...) is legal in a transaction */
} DyPartiqlStatementKind;

struct DyPartiqlStatement
{
	DyPartiqlStatementKind kind;
	DyBytes		text;			/* the whole statement, even of a nested
								 * SELECT */

	List	   *sources;		/* of DyPartiqlSource; one, but for SELECT
								 * FROM a, b */
	DyPartiqlNode *where;		/* NULL: none */
	List	   *returning;		/* of DyPartiqlReturningItem */
	DyPartiqlUnsupported unsupported;

	/* SELECT */
	DyPartiqlToken token;		/* the word SELECT */
	bool		distinct;
	bool		select_value;	/* SELECT VALUE x */
	bool		star;			/* SELECT * */
	List	   *columns;		/* of DyPartiqlNode */
	List	   *order;			/* of DyPartiqlOrder */

	/* INSERT */
	DyPartiqlNode *item;
	bool		bulk;			/* INSERT INTO t x, without VALUE */

	/* UPDATE */
	List	   *actions;		/* of DyPartiqlAction */

	/* EXPRESSION */
	DyPartiqlNode *expression;
};

/* ---- parse.c ---- */

/*
 * What scanner and grammar share during one parse.  All memory is the
 * current context's.
 */
typedef struct DyPartiqlParse
{
	DyBytes		text;
	void	   *scanner;		/* yyscan_t */
	int			position;		/* of the scanner, in bytes */
	int			nparameters;
	bool		saw_action;		/* a SET or REMOVE has been read */
	bool		saw_returning;	/* RETURNING has been read */
	int			first_token;	/* of the statement; 0 before it */
	int			previous;		/* the token before the last one */
	int			last;			/* the last token handed to the grammar */
	bool		has_ahead;		/* one token is read ahead */
	int			ahead;
	DyPartiqlToken ahead_token;
	DyPartiqlStatement *statement;	/* the result */
} DyPartiqlParse;

extern DyPartiqlStatement *dy_partiql_parse(DyBytes text);
extern void dy_partiql_not_well_formed(const char *detail) pg_attribute_noreturn();
extern void dy_partiql_fail_at(const DyPartiqlStatement *statement, const DyPartiqlToken *token, const char *fmt,...)
			pg_attribute_printf(3, 4) pg_attribute_noreturn();

extern DyPartiqlNode *dy_partiql_node(DyPartiqlNodeKind kind, DyPartiqlToken token);
extern DyPartiqlNode *dy_partiql_container(DyPartiqlNodeKind kind, DyPartiqlToken token, List *args);
extern DyPartiqlNode *dy_partiql_operation(DyPartiqlOperator op, DyPartiqlToken token, DyPartiqlNode *a, DyPartiqlNode *b);
extern DyPartiqlNode *dy_partiql_between(DyPartiqlToken token, DyPartiqlNode *operand, DyPartiqlNode *lower, DyPartiqlNode *upper);
extern DyPartiqlNode *dy_partiql_is(DyPartiqlToken is, DyPartiqlNode *operand, DyPartiqlToken type, DyPartiqlToken more, bool negated);
extern const char *dy_partiql_operator_name(DyPartiqlOperator op);
extern const char *dy_partiql_node_name(const DyPartiqlNode *node);
extern DyBytes dy_partiql_lower(DyBytes text);

/* ---- words.c ---- */

extern int	dy_partiql_word(const char *text, int len);
extern const char *dy_partiql_type(DyBytes word, DyBytes second);

/* ---- cache.c ---- */

extern const DyPartiqlStatement *dy_partiql_statement(DyBytes text);

/* ---- literal.c ---- */

/* What a statement is planned with. */
typedef struct DyPartiqlBinding
{
	const DyPartiqlStatement *statement;
	const DyValue *parameters;
	int			nparameters;
} DyPartiqlBinding;

extern bool dy_partiql_is_constant(const DyPartiqlNode *node);
extern DyValue dy_partiql_value(const DyPartiqlBinding *b, const DyPartiqlNode *node);
extern DyValue dy_partiql_item(const DyPartiqlBinding *b, const DyPartiqlNode *node);
extern bool dy_partiql_is_path(const DyPartiqlNode *node);
extern DyPath dy_partiql_path(const DyPartiqlBinding *b, const DyPartiqlNode *node);

/* ---- condition.c ---- */

extern DyCondition *dy_partiql_where(const DyPartiqlBinding *b);
extern bool dy_partiql_is_boolean(const DyPartiqlNode *node);

/* ---- update.c ---- */

extern DyUpdate *dy_partiql_update(const DyPartiqlBinding *b);


/* ---- keys.c ---- */

extern void dy_partiql_item_key(const DyPartiqlBinding *b, DyPlan *plan);
extern void dy_partiql_insert_key(DyPlan *plan);
extern void dy_partiql_check_key_paths(const DyPlan *plan);

/* ---- ranges.c ---- */

extern void dy_partiql_ranges(const DyPartiqlBinding *b, DyPlan *plan);

/* ---- projected.c ---- */

extern bool dy_partiql_index_holds(const DyTable *table, const DyIndex *index, DyBytes attribute);
extern int *dy_partiql_java_order(const DyBytes *texts, int n);
extern char *dy_partiql_join_names(const DyBytes *names, int n);

/* ---- key attributes of what a SELECT reads ---- */

static inline const DyKeyAttribute *
dy_plan_hash(const DyPlan *plan)
{
	return plan->index != NULL ? &plan->index->hash[0] : &plan->table->hash;
}

/* NULL if there is no sort key. */
static inline const DyKeyAttribute *
dy_plan_range(const DyPlan *plan)
{
	if (plan->index != NULL)
		return plan->index->nrange > 0 ? &plan->index->range[0] : NULL;
	return plan->table->has_range ? &plan->table->range : NULL;
}

#endif							/* DY_PARTIQL_TREE_H */
