/*-------------------------------------------------------------------------
 *
 * peers.h
 *	  What the threads of the program know of each other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_PEERS_H
#define DY_BRIDGE_PEERS_H

#include <stdbool.h>

#include "bridge/metrics.h"

typedef struct DyPeers DyPeers;

extern DyPeers *dy_peers_create(int count);
extern int	dy_peers_count(const DyPeers *peers);
extern DyMetrics *dy_peers_metrics(const DyPeers *peers, int thread);
extern DyMetrics *const *dy_peers_all_metrics(const DyPeers *peers);
extern int	dy_peers_enter(DyPeers *peers, int thread, int limit);
extern void dy_peers_leave(DyPeers *peers, int thread);
extern bool dy_peers_give(DyPeers *peers, int thread, int fd);
extern int	dy_peers_take(DyPeers *peers, int thread);
extern int	dy_peers_given(const DyPeers *peers, int thread);
extern void dy_peers_free(DyPeers *peers);

#endif							/* DY_BRIDGE_PEERS_H */
