/*-------------------------------------------------------------------------
 *
 * pool.h
 *	  The connections of one thread to Postgres, in lanes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_POOL_H
#define DY_BRIDGE_POOL_H

#include <event2/event.h>

#include "bridge/config.h"
#include "bridge/metrics.h"
#include "bridge/request.h"

typedef struct DyPool DyPool;

/* Called once for each submitted request; the request is the callee's. */
typedef void (*DyPoolDone) (DyRequest *request, const DyReply *reply, void *owner);

extern DyPool *dy_pool_create(struct event_base *base, const DyConfig *config,
							  const int lane_connections[DY_LANE_COUNT], int cpu,
							  DyMetrics *metrics, DyPoolDone done, void *owner);
extern void dy_pool_submit(DyPool *pool, DyRequest *request);
extern void dy_pool_flush(DyPool *pool);
extern void dy_pool_expire(DyPool *pool);
extern bool dy_pool_is_up(const DyPool *pool);
extern void dy_pool_free(DyPool *pool);

extern uint64_t dy_now_us(void);

#endif							/* DY_BRIDGE_POOL_H */
