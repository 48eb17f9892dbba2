/*-------------------------------------------------------------------------
 *
 * cancellation.h
 *	  Why a transaction was cancelled: one reason for each of its actions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_CANCELLATION_H
#define DY_OPS_CANCELLATION_H

#include "engine/throttle.h"
#include "item/value.h"

typedef struct DyCancellationReason
{
	const char *code;			/* NULL: None, this action is not to blame */
	const char *message;
	DyValue		item;			/* absent unless asked for */
} DyCancellationReason;

extern bool dy_cancellation_any(const DyCancellationReason *reasons, int n);
extern void dy_cancellation_raise(const DyCancellationReason *reasons, int n)
			pg_attribute_noreturn();

/* The reasons an action can give. */
extern DyCancellationReason dy_reason_condition_failed(DyValue item);
extern DyCancellationReason dy_reason_conflict(void);
extern DyCancellationReason dy_reason_throttled(const DyThrottleTarget *target,
												DyThrottleReason reason);

/*
 * Call step(arg).  A ValidationException it raises becomes a reason; any
 * other error goes on.  See cancellation.c for what may be done after one.
 */
extern bool dy_cancellation_try(void (*step) (void *arg), void *arg,
								DyCancellationReason *reason);

#endif							/* DY_OPS_CANCELLATION_H */
