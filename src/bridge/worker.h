/*-------------------------------------------------------------------------
 *
 * worker.h
 *	  A thread that serves requests.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_WORKER_H
#define DY_BRIDGE_WORKER_H

#include "bridge/config.h"
#include "bridge/peers.h"

typedef struct DyWorker DyWorker;

extern DyWorker *dy_worker_start(const DyConfig *config, int listen_fd, int cpu,
								 DyPeers *peers, int thread);
extern void dy_worker_drain(DyWorker *worker);
extern void dy_worker_join(DyWorker *worker);

#endif							/* DY_BRIDGE_WORKER_H */
