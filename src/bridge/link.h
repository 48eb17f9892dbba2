/*-------------------------------------------------------------------------
 *
 * link.h
 *	  Getting and keeping a connection to Postgres.
 *
 * A link connects without blocking, runs a setup script, hands the
 * connection to its owner, and after a failure does all of it again, with
 * pauses that grow.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_LINK_H
#define DY_BRIDGE_LINK_H

#include <time.h>

#include <event2/event.h>
#include <libpq-fe.h>

#include "bridge/config.h"

/*
 *	   stopped -> connecting -> setup -> ready
 *					  ^  |		   |	   |
 *					  |  v		   v	   v
 *					  waiting <------------'	(dy_link_fail)
 *
 * An attempt whose time has come, but that the owner does not want yet, is
 * held until the owner calls dy_link_start.
 */
typedef enum DyLinkState
{
	DY_LINK_STOPPED,
	DY_LINK_WAITING,			/* for the time of the next attempt */
	DY_LINK_HELD,				/* for the owner */
	DY_LINK_CONNECTING,
	DY_LINK_SETUP,
	DY_LINK_READY				/* the connection is the owner's */
} DyLinkState;

typedef struct DyLink
{
	DyLinkState state;
	struct event_base *base;
	const DyConfig *config;
	const char *setup;			/* SQL run once on each new connection */
	void		(*on_ready) (void *owner);
	bool		(*may_connect) (void *owner);	/* NULL: always */
	void	   *owner;
	PGconn	   *pg;
	struct event *io;			/* until ready */
	struct event *timer;
	int			pause_ms;		/* before the next attempt */
	time_t		ready_since;	/* CLOCK_MONOTONIC, seconds */
} DyLink;

extern void dy_link_init(DyLink *link, struct event_base *base, const DyConfig *config,
						 const char *setup, void (*on_ready) (void *), void *owner);
extern void dy_link_start(DyLink *link);
extern void dy_link_fail(DyLink *link);
extern void dy_link_stop(DyLink *link);

#endif							/* DY_BRIDGE_LINK_H */
