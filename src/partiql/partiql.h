/*-------------------------------------------------------------------------
 *
 * partiql.h
 *	  From the text of a PartiQL statement to a plan.
 *
 * A plan says in the words of the rest of the server (keys, ranges,
 * conditions, updates) what a statement does; the operations carry it out.
 * README.md has the map of statement forms to operations.
 *
 * Planning has steps, because the service reports mistakes in this order,
 * and because a transaction reports what is wrong with a statement as such
 * (the request fails) differently from what is wrong between statement and
 * table (a cancellation reason):
 *
 *	  dy_partiql_statement(text)	parse, or find in the cache
 *	  dy_plan_open(...)				kind; names of table and index
 *	  dy_table_find(...)			the caller's business
 *	  dy_plan_prepare(...)			parameters, literals: everything that needs no key
 *	  dy_plan_keys(...)				keys, access path
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_PARTIQL_PARTIQL_H
#define DY_PARTIQL_PARTIQL_H

#include "expr/expr.h"
#include "tables/table.h"

typedef struct DyPartiqlStatement DyPartiqlStatement;

/* Reads of one statement, of 25, or of a transaction differ in what they may ask for. */
typedef enum DyPlanMode
{
	DY_MODE_STATEMENT,
	DY_MODE_BATCH,
	DY_MODE_TRANSACTION
} DyPlanMode;

typedef enum DyPlanKind
{
	DY_PLAN_SELECT,
	DY_PLAN_INSERT,				/* PutItem on condition that the item is new */
	DY_PLAN_UPDATE,				/* UpdateItem on condition that the item
								 * exists */
	DY_PLAN_DELETE,				/* DeleteItem; nothing there is no error */
	DY_PLAN_CHECK				/* EXISTS(SELECT ...): ConditionCheck,
								 * transactions only */
} DyPlanKind;

/* How a SELECT gets at its items; decided once, in dy_plan_keys. */
typedef enum DyPlanAccess
{
	DY_ACCESS_ITEM,				/* one item of the table by its whole key:
								 * GetItem */
	DY_ACCESS_RANGES,			/* one or more partitions or parts of them:
								 * Query each */
	DY_ACCESS_SCAN				/* everything: Scan */
} DyPlanAccess;

/* An end of a range, in order-preserving bytes of the sort key (item/key.h). */
typedef struct DyPlanBound
{
	bool		present;
	bool		inclusive;
	DyBytes		key;
} DyPlanBound;

/* One partition, or an interval of its sort keys.  Ranges of a plan do not overlap. */
typedef struct DyPlanRange
{
	DyValue		partition;
	DyPlanBound lower;
	DyPlanBound upper;
} DyPlanRange;

/* One column of SELECT: what stands at path comes back as an attribute of that name. */
typedef struct DyPlanColumn
{
	DyPath		path;
	DyBytes		name;
} DyPlanColumn;

typedef enum DyReturning
{
	DY_RETURNING_NONE,
	DY_RETURNING_ALL_OLD,
	DY_RETURNING_ALL_NEW,
	DY_RETURNING_MODIFIED_OLD,
	DY_RETURNING_MODIFIED_NEW
} DyReturning;

/*
 * Everything lives in the context that was current during planning, or
 * points into the request or the cached statement.
 */
typedef struct DyPlan
{
	/* by dy_plan_open */
	DyPlanKind	kind;
	DyPlanMode	mode;
	const DyPartiqlStatement *statement;	/* of CHECK: the SELECT inside */
	DyBytes		table_name;		/* or an ARN */
	DyBytes		index_name;		/* empty: the table itself */

	/* by dy_plan_prepare */
	const DyTable *table;		/* NULL: there is none of that name */
	const DyIndex *index;		/* NULL: the table itself, or none of that
								 * name */
	const DyCondition *condition;	/* WHERE as a whole, keys included; NULL:
									 * no WHERE */
	DyReturning returning;
	DyValue		item;			/* INSERT */
	const DyUpdate *update;		/* UPDATE */
	int			ncolumns;		/* SELECT: 0 for * */
	DyPlanColumn *columns;

	/* by dy_plan_keys */
	const char *key_fault;		/* transactions: why the keys do not fit the
								 * table; then nothing below is set */
	DyValue		key;			/* the key attributes as a map: UPDATE,
								 * DELETE, CHECK, DY_ACCESS_ITEM */
	DyPlanAccess access;		/* SELECT */
	bool		key_only;		/* SELECT: WHERE is the primary key and
								 * nothing else */
	int			nranges;		/* DY_ACCESS_RANGES; may be 0 if WHERE
								 * contradicts itself */
	DyPlanRange *ranges;		/* in the order in which they are to be read */
	bool		backward;		/* each range from its end */
	const DyCondition *filter;	/* SELECT: what the access path leaves to
								 * check; NULL: nothing */
	bool		fetch;			/* SELECT: columns that the (local) index does
								 * not hold */
} DyPlan;

/*
 * The syntax tree of a statement, from this backend's cache if it is there.
 * Valid until as many other statements have been asked for as a request may
 * have.  Raises ValidationException: "Statement wasn't well formed, ...".
 */
extern const DyPartiqlStatement *dy_partiql_statement(DyBytes text);

/* Is it SELECT?  (Reads and writes do not mix in a batch or transaction.) */
extern bool dy_partiql_is_read(const DyPartiqlStatement *statement);

/* What kind of statement it is, and which table and index it names. */
extern void dy_plan_open(DyPlan *plan, const DyPartiqlStatement *statement, DyPlanMode mode);

/*
 * What can be said without the keys.  table is NULL if there is none: the
 * service reports some mistakes before it misses the table.
 */
extern void dy_plan_prepare(DyPlan *plan, const DyTable *table, const DyValue *parameters, int nparameters);

/* The rest.  The table must exist. */
extern void dy_plan_keys(DyPlan *plan, const DyValue *parameters, int nparameters, bool consistent);

/* The columns of a SELECT, of one item: one M value to out. */
extern void dy_plan_project(const DyPlan *plan, DyValue item, DyBuilder *out);

#endif							/* DY_PARTIQL_PARTIQL_H */
