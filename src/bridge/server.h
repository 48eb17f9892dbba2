/*-------------------------------------------------------------------------
 *
 * server.h
 *	  The HTTP connections of one thread.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_SERVER_H
#define DY_BRIDGE_SERVER_H

#include <event2/event.h>

#include "bridge/config.h"
#include "bridge/peers.h"
#include "bridge/pool.h"
#include "bridge/request.h"

typedef struct DyServer DyServer;
typedef struct DyHttpConn DyHttpConn;

extern DyServer *dy_server_create(struct event_base *base, const DyConfig *config,
								  int listen_fd, DyPeers *peers, int thread);
extern void dy_server_set_pool(DyServer *server, DyPool *pool);
extern void dy_server_done(DyRequest *request, const DyReply *reply, void *server);
extern void dy_server_tick(DyServer *server);
extern void dy_server_drain(DyServer *server);
extern int	dy_server_open_connections(const DyServer *server);
extern void dy_server_free(DyServer *server);

#endif							/* DY_BRIDGE_SERVER_H */
