/*-------------------------------------------------------------------------
 *
 * item_read.h
 *	  What the operations that read items by key have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_ITEM_READ_H
#define DY_OPS_ITEM_READ_H

#include "engine/throttle.h"
#include "ops/parameters.h"
#include "wire/response.h"

/* The parameters of a projection; what an operation does not have is NULL. */
typedef struct DyProjectionInput
{
	const DyNode *projection_expression;
	const DyNode *attributes_to_get;
	const DyNode *names;
} DyProjectionInput;

/* Mixed parameters; then, after the keys were looked at, the projection (NULL: everything). */
extern void dy_projection_input_check(const DyProjectionInput *input);
extern const DyProjection *dy_projection_input_read(const DyProjectionInput *input);

/* An item, or what the projection leaves of it. */
extern void dy_write_projected(DyResponse *r, const DyProjection *projection, DyValue item);

/* Throttling around a read by key, while dynamo.throttling is on. */
extern DyThrottleReason dy_read_throttled(const DyTable *table, const DyRowKey *key,
										  DyThrottleTarget *target);
extern void dy_throttle_read_admit(const DyTable *table, const DyRowKey *key);
extern void dy_throttle_read_charge(const DyTable *table, const DyRowKey *key, double units);

#endif							/* DY_OPS_ITEM_READ_H */
