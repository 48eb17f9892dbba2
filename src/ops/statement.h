/*-------------------------------------------------------------------------
 *
 * statement.h
 *	  One PartiQL statement of a request, from its text to its effect.
 *
 * ExecuteStatement, BatchExecuteStatement, ExecuteTransaction and
 * dynamo.partiql() share what is here; see src/partiql for how a statement
 * becomes a plan.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_STATEMENT_H
#define DY_OPS_STATEMENT_H

#include "ops/item_write.h"
#include "partiql/partiql.h"
#include "wire/request.h"

/* The text of a statement, its parameters and a NextToken. */
extern const DyShape dy_shape_statement;
extern const DyShape dy_shape_statement_parameters;
extern const DyShape dy_shape_next_token;

typedef struct DyStatement
{
	DyBytes		text;
	int			nparameters;
	DyValue    *parameters;
	DyPlanMode	mode;
	bool		consistent;		/* ConsistentRead */
	const DyPartiqlStatement *tree;
	DyPlan		plan;
	DyItemWrite write;			/* all but SELECT, after dy_statement_bind */
} DyStatement;

/* Steps, in the order of the service. */
extern void dy_statement_parameters(DyStatement *s, const DyNode *parameters);
extern void dy_statement_parse(DyStatement *s);
extern void dy_statement_prepare(DyStatement *s);
extern void dy_statement_check_table(const DyStatement *s);
extern void dy_statement_bind(DyStatement *s);

/* What a write gives back: the item of RETURNING, absent if there is none. */
extern DyValue dy_statement_returned(const DyStatement *s, DyBuilder *scratch);

/* Has an INSERT met an item with its key? */
extern bool dy_statement_is_duplicate(const DyStatement *s);
#define DY_DUPLICATE_ITEM_TEXT	"Duplicate primary key exists in table"

/*
 * One page of a SELECT.  Set plan, consistent, limit, and where to go on;
 * the rest is the result.
 */
typedef void (*DyStatementEmit) (void *arg, DyValue item);

typedef struct DyStatementPage
{
	const DyPlan *plan;
	bool		consistent;
	bool		whole;			/* everything: no limit and no 1 MB */
	int64		limit;			/* of items looked at; 0: none */
	int			range;			/* which range of the plan to go on in */
	DyRangePosition *after;		/* NULL: from its start */

	bool		more;			/* the page ended before the statement */
	DyRangePosition stopped;	/* then: the last item looked at, in range */
	DyValue		last_key;		/* and its key attributes */
	double		units;			/* of the table or index */
	double		fetched_units;	/* of the table, for items a local index was
								 * left for */
} DyStatementPage;

extern void dy_statement_read(DyStatementPage *page, DyStatementEmit emit, void *arg);

#endif							/* DY_OPS_STATEMENT_H */
