/*-------------------------------------------------------------------------
 *
 * metrics.h
 *	  What the program counts, and the Prometheus text of it.
 *
 * Every thread has its own DyMetrics and is the only one that writes it; the
 * thread that answers GET /metrics reads all of them.  Relaxed atomics are
 * enough: a reader may be a moment behind, and sums never go back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_METRICS_H
#define DY_BRIDGE_METRICS_H

#include <stdatomic.h>

#include "bridge/buf.h"
#include "bridge/faults.h"
#include "bridge/routes.h"

/* Upper bounds of the latency histogram; metrics.c lists them. */
#define DY_LATENCY_BUCKETS 14

typedef _Atomic uint64_t DyCounter;

typedef struct DyMetrics
{
	/* by operation */
	DyCounter	requests[DY_OP_COUNT];
	DyCounter	latency_us[DY_OP_COUNT];
	DyCounter	latency_bucket[DY_OP_COUNT][DY_LATENCY_BUCKETS + 1];

	/* by operation and error; the last row is requests without an operation */
	DyCounter	faults[DY_OP_COUNT + 1][DY_FAULT_COUNT];

	DyCounter	http_malformed; /* heads and bodies that were no HTTP */
	DyCounter	http_accepted;
	DyCounter	http_refused;	/* connections over max_connections */
	DyCounter	http_open;		/* gauge */
	DyCounter	retries;		/* of statements, after 40001 or 40P01 */

	/* by lane */
	DyCounter	pool_size[DY_LANE_COUNT];	/* gauges from here */
	DyCounter	pool_ready[DY_LANE_COUNT];
	DyCounter	pool_in_flight[DY_LANE_COUNT];
	DyCounter	pool_queued[DY_LANE_COUNT];
	DyCounter	pool_lost[DY_LANE_COUNT];	/* connections lost, a counter */
} DyMetrics;

static inline void
dy_count(DyCounter *counter, int64_t delta)
{
	uint64_t	value = atomic_load_explicit(counter, memory_order_relaxed);

	atomic_store_explicit(counter, value + (uint64_t) delta, memory_order_relaxed);
}

extern void dy_metrics_request(DyMetrics *metrics, DyOperation operation,
							   uint64_t latency_us, DyFault fault);
extern void dy_metrics_text(DyMetrics *const *all, int count, uint64_t buffered_bytes,
							DyBuf *out);

#endif							/* DY_BRIDGE_METRICS_H */
