/*-------------------------------------------------------------------------
 *
 * throttle.h
 *	  Throughput limits: token buckets of tables, indexes and partition keys.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ENGINE_THROTTLE_H
#define DY_ENGINE_THROTTLE_H

#include "base/guc.h"
#include "engine/engine.h"

typedef enum DyThroughput
{
	DY_THROUGHPUT_READ,
	DY_THROUGHPUT_WRITE
} DyThroughput;

/* What is drawn from.  Zero the struct, then set what applies. */
typedef struct DyThrottleTarget
{
	const DyTable *table;
	const DyIndex *index;		/* a GSI; NULL: the table, which local indexes
								 * draw from too */
	DyThroughput kind;
	bool		has_partition;
	uint8		partition[16];	/* digest of the partition key */
} DyThrottleTarget;

/* Why a request is refused. */
typedef enum DyThrottleReason
{
	DY_NOT_THROTTLED,
	DY_THROTTLED_PROVISIONED,	/* units of the table or index */
	DY_THROTTLED_ON_DEMAND_MAXIMUM, /* OnDemandThroughput of the table or
									 * index */
	DY_THROTTLED_KEY_RANGE		/* 3,000 read or 1,000 write units of one
								 * partition key */
} DyThrottleReason;

extern void dy_throttle_init(void);

/* Are there units left?  Always, while dynamo.throttling is off. */
extern DyThrottleReason dy_throttle_test(const DyThrottleTarget *target);

/* The same, raising the service's error for the reason. */
extern void dy_throttle_admit(const DyThrottleTarget *target);
extern void dy_throttle_raise(const DyThrottleTarget *target, DyThrottleReason reason)
			pg_attribute_noreturn();
extern const char *dy_throttle_message(const DyThrottleTarget *target, DyThrottleReason reason);

/* Take what was used; a bucket may go below zero. */
extern void dy_throttle_charge(const DyThrottleTarget *target, double units);

#endif							/* DY_ENGINE_THROTTLE_H */
