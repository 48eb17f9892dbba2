/*-------------------------------------------------------------------------
 *
 * parameters.h
 *	  Rules about request parameters that many operations share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_PARAMETERS_H
#define DY_OPS_PARAMETERS_H

#include "expr/expr.h"
#include "tables/table.h"
#include "wire/request.h"

/* A parameter of a request, with the name error texts give it. */
typedef struct DyParameter
{
	const char *name;
	const DyNode *node;
	bool		no_values;		/* a ProjectionExpression: it has no use for
								 * values */
} DyParameter;

/* Member of a request structure as a DyParameter. */
#define DY_PARAMETER(request, prefix, member) \
	{#member, dy_member(request, prefix##_##member), false}
#define DY_PARAMETER_NO_VALUES(request, prefix, member) \
	{#member, dy_member(request, prefix##_##member), true}

extern void dy_parameters_check(const DyParameter *expressions, int nexpressions,
								const DyParameter *legacy, int nlegacy,
								const DyNode *names, const DyNode *values);

/* Key attributes are scalars: no path may reach into one (after the table is known). */
extern void dy_check_condition_keys(const DyTable *table, const DyCondition *condition);
extern void dy_check_update_keys(const DyTable *table, const DyUpdate *update);
extern void dy_check_projection_keys(const DyTable *table, const DyProjection *projection);

/* The visit of all paths of an expression, for the check of several at once. */
typedef struct DyPathHeads
{
	int			n;
	int			allocated;
	DyBytes    *heads;
} DyPathHeads;

extern void dy_path_heads_add(const DyPath *path, void *heads);
extern bool dy_path_heads_contain(const DyPathHeads *heads, DyBytes name);

/* Are two primary keys of one table the same? */
static inline bool
dy_row_key_equal(const DyRowKey *a, const DyRowKey *b)
{
	return VARSIZE(a->hk) == VARSIZE(b->hk) && VARSIZE(a->sk) == VARSIZE(b->sk) &&
		memcmp(a->hk, b->hk, VARSIZE(a->hk)) == 0 &&
		memcmp(a->sk, b->sk, VARSIZE(a->sk)) == 0;
}

#endif							/* DY_OPS_PARAMETERS_H */
