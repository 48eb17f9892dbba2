/*-------------------------------------------------------------------------
 *
 * tables_used.h
 *	  The tables of a request that may name several, and what it has used
 *	  of each.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_TABLES_USED_H
#define DY_OPS_TABLES_USED_H

#include "ops/consumed.h"

typedef struct DyTableUse
{
	DyConsumed	consumed;
	int			ncollections;	/* partition keys written, for
								 * ItemCollectionMetrics */
	DyValue    *collections;	/* keys or items of them, each partition once */
} DyTableUse;

/*
 * In the order in which they were met.  Zero it to begin with.  Tables are told
 * apart by relation: the cache may have made a description anew meanwhile.
 */
typedef struct DyTablesUsed
{
	int			n;
	int			allocated;
	DyTableUse *uses;
} DyTablesUsed;

/* The entry of a table, made if need be.  Valid until the next call. */
extern DyTableUse *dy_tables_used(DyTablesUsed *used, const DyTable *table, DyBytes name);

/* A write that was carried out; factor is 2 in transactions. */
extern void dy_tables_used_write(DyTablesUsed *used, const DyWrite *write, DyBytes name,
								 double factor, bool collection_metrics);

/* The members ConsumedCapacity and ItemCollectionMetrics, as far as they are wanted. */
extern void dy_tables_used_write_answer(DyResponse *r, const DyTablesUsed *used,
										DyConsumedDetail detail, DyConsumedKind kind);

#endif							/* DY_OPS_TABLES_USED_H */
