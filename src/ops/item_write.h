/*-------------------------------------------------------------------------
 *
 * item_write.h
 *	  What PutItem, UpdateItem, DeleteItem and the actions of a transaction
 *	  have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_ITEM_WRITE_H
#define DY_OPS_ITEM_WRITE_H

#include "engine/throttle.h"
#include "ops/consumed.h"

/* ReturnValues */
typedef enum DyReturnValues
{
	DY_RETURN_NONE,
	DY_RETURN_ALL_OLD,
	DY_RETURN_UPDATED_OLD,
	DY_RETURN_ALL_NEW,
	DY_RETURN_UPDATED_NEW
} DyReturnValues;

/*
 * The parameters of a write, wherever they stand in its request.  What an
 * operation does not have is NULL.
 */
typedef struct DyWriteInput
{
	DyWriteKind kind;
	const DyNode *request;		/* that consists of this write; NULL: a part
								 * of one */
	const DyNode *table_name;
	const DyNode *map;			/* Item or Key */
	const DyNode *update_expression;
	const DyNode *attribute_updates;
	const DyNode *condition_expression;
	const DyNode *expected;
	const DyNode *conditional_operator;
	const DyNode *names;
	const DyNode *values;
	const DyNode *return_values;
	const DyNode *return_on_failure;
} DyWriteInput;

/* A write, read and checked, and what its answer shall hold. */
typedef struct DyItemWrite
{
	DyWrite		write;
	const DyNode *table_name;
	DyReturnValues returns;
	bool		return_old_on_failure;
} DyItemWrite;

extern void dy_item_write_read(const DyWriteInput *input, DyItemWrite *w);
extern void dy_item_write_bind_table(DyItemWrite *w);
extern void dy_item_write_bind_key(DyItemWrite *w);
extern void dy_item_write_answer(DyItemWrite *w, const DyNode *return_consumed_capacity,
								 const DyNode *return_item_collection_metrics, DyResponse *r);
extern void dy_item_write_carry_out(DyItemWrite *w);
extern void dy_item_write_raise_failed(const DyItemWrite *w) pg_attribute_noreturn();

/* Throttling around a write, while dynamo.throttling is on. */
extern DyThrottleReason dy_write_throttled(const DyWrite *write, DyThrottleTarget *target);
extern DyThrottleReason dy_write_charge(const DyWrite *write, double factor,
										DyThrottleTarget *target);

#endif							/* DY_OPS_ITEM_WRITE_H */
