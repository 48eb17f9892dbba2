/*-------------------------------------------------------------------------
 *
 * consumed.h
 *	  ConsumedCapacity and ItemCollectionMetrics of an answer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_CONSUMED_H
#define DY_OPS_CONSUMED_H

#include "engine/engine.h"
#include "wire/request.h"
#include "wire/response.h"

/* ReturnConsumedCapacity */
typedef enum DyConsumedDetail
{
	DY_CONSUMED_NONE,
	DY_CONSUMED_TOTAL,
	DY_CONSUMED_INDEXES
} DyConsumedDetail;

/* Which of the additional members of a transaction's answer to write. */
typedef enum DyConsumedKind
{
	DY_CONSUMED_PLAIN,
	DY_CONSUMED_TRANSACT_READ,
	DY_CONSUMED_TRANSACT_WRITE
} DyConsumedKind;

/* Units that an operation has used on one table. */
typedef struct DyConsumed
{
	const DyTable *table;
	DyBytes		table_name;		/* as the request said it: name or ARN */
	double		table_units;
	double	   *index_units;	/* table->nindexes entries; NULL while all are
								 * 0 */
} DyConsumed;

extern DyConsumedDetail dy_consumed_detail(const DyNode *return_consumed_capacity);

extern void dy_consumed_init(DyConsumed *consumed, const DyTable *table, DyBytes table_name);
extern void dy_consumed_add_index(DyConsumed *consumed, const DyIndex *index, double units);
extern void dy_consumed_add_write(DyConsumed *consumed, const DyWrite *write, double factor);
extern double dy_consumed_total(const DyConsumed *consumed);

/* The value of a ConsumedCapacity member: one object. */
extern void dy_consumed_write(DyResponse *r, const DyConsumed *consumed,
							  DyConsumedDetail detail, DyConsumedKind kind);

/* ReturnItemCollectionMetrics: only tables with an LSI have item collections to speak of. */
extern bool dy_collection_wanted(const DyNode *return_item_collection_metrics,
								 const DyTable *table);
extern void dy_collection_write(DyResponse *r, const DyTable *table, DyValue key);

#endif							/* DY_OPS_CONSUMED_H */
