/*-------------------------------------------------------------------------
 *
 * link.c
 *	  Getting and keeping a connection to Postgres; see link.h.
 *
 * A server that has vanished from the network without a word is noticed by
 * TCP: the keepalive settings below are far shorter than the system's.
 *
 * A host name in the connection string is resolved by libpq, which blocks
 * the calling thread meanwhile; an address or a socket directory does not.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bridge/link.h"
#include "bridge/log.h"

/* Pause after the first failure, and the longest one. */
#define MIN_PAUSE_MS 50
#define MAX_PAUSE_MS 2000

/* A connection that has lasted that long was a good one: start over with short pauses. */
#define GOOD_SECONDS 5

/* Longest time for connecting and setup. */
#define CONNECT_TIMEOUT_SECONDS 10

/* One line in the log when Postgres goes away and one when it is back. */
static atomic_bool reachable = true;

static void begin(DyLink *link);
static void watch(DyLink *link, short events);
static void on_io(evutil_socket_t fd, short events, void *arg);
static void on_timer(evutil_socket_t fd, short events, void *arg);
static void advance_connect(DyLink *link);
static void advance_setup(DyLink *link);
static void report_failure(const char *reason);
static time_t monotonic_seconds(void);

/*
 * setup must live as long as the link; on_ready is called each time the
 * connection is up.
 */
void
dy_link_init(DyLink *link, struct event_base *base, const DyConfig *config,
			 const char *setup, void (*on_ready) (void *), void *owner)
{
	memset(link, 0, sizeof(*link));
	link->base = base;
	link->config = config;
	link->setup = setup;
	link->on_ready = on_ready;
	link->owner = owner;
	link->pause_ms = MIN_PAUSE_MS;
	link->timer = evtimer_new(base, on_timer, link);
}

/* Begin to connect, as soon as the owner's may_connect allows it. */
void
dy_link_start(DyLink *link)
{
	assert(link->state == DY_LINK_STOPPED || link->state == DY_LINK_HELD);
	begin(link);
}

/*
 * Give the connection up, whatever state it is in, and connect again after a
 * pause.
 */
void
dy_link_fail(DyLink *link)
{
	struct timeval pause;
	int			ms;

	if (link->state == DY_LINK_READY && monotonic_seconds() - link->ready_since >= GOOD_SECONDS)
		link->pause_ms = MIN_PAUSE_MS;
	if (link->state == DY_LINK_READY)
		report_failure(PQstatus(link->pg) == CONNECTION_BAD ? PQerrorMessage(link->pg)
					   : "connection lost\n");
	if (link->io != NULL)
		event_free(link->io);
	link->io = NULL;
	PQfinish(link->pg);
	link->pg = NULL;
	link->state = DY_LINK_WAITING;

	/* up to half more, so that all connections do not knock at one moment */
	ms = link->pause_ms + (int) (random() % (link->pause_ms / 2 + 1));
	pause.tv_sec = ms / 1000;
	pause.tv_usec = (ms % 1000) * 1000;
	evtimer_add(link->timer, &pause);
	link->pause_ms *= 2;
	if (link->pause_ms > MAX_PAUSE_MS)
		link->pause_ms = MAX_PAUSE_MS;
}

/* Close for good. */
void
dy_link_stop(DyLink *link)
{
	if (link->io != NULL)
		event_free(link->io);
	if (link->timer != NULL)
		event_free(link->timer);
	link->io = NULL;
	link->timer = NULL;
	PQfinish(link->pg);
	link->pg = NULL;
	link->state = DY_LINK_STOPPED;
}

static void
begin(DyLink *link)
{
	/* what comes before the connection string can be changed by it */
	const char *const keywords[] = {
		"fallback_application_name", "keepalives_idle", "keepalives_interval",
		"keepalives_count", "tcp_user_timeout", "dbname", "client_encoding", "gssencmode", NULL
	};
	const char *const values[] = {
		"dynamo-bridge", "30", "5", "3", "30000", link->config->database, "UTF8", "disable", NULL
	};

	if (link->may_connect != NULL && !link->may_connect(link->owner))
	{
		link->state = DY_LINK_HELD;
		return;
	}
	link->state = DY_LINK_CONNECTING;
	link->pg = PQconnectStartParams(keywords, values, 1);
	if (link->pg == NULL || PQstatus(link->pg) == CONNECTION_BAD)
	{
		report_failure(link->pg != NULL ? PQerrorMessage(link->pg) : "out of memory\n");
		dy_link_fail(link);
		return;
	}
	watch(link, EV_WRITE);
}

/* Wait for the socket; libpq may have changed it since the last time. */
static void
watch(DyLink *link, short events)
{
	struct timeval timeout = {CONNECT_TIMEOUT_SECONDS, 0};

	if (link->io != NULL)
		event_free(link->io);
	link->io = event_new(link->base, PQsocket(link->pg), events, on_io, link);
	event_add(link->io, &timeout);
}

static void
on_io(evutil_socket_t fd, short events, void *arg)
{
	DyLink	   *link = arg;

	(void) fd;
	if (events & EV_TIMEOUT)
	{
		report_failure("timeout\n");
		dy_link_fail(link);
	}
	else if (link->state == DY_LINK_CONNECTING)
		advance_connect(link);
	else
		advance_setup(link);
}

static void
on_timer(evutil_socket_t fd, short events, void *arg)
{
	(void) fd;
	(void) events;
	begin(arg);
}

static void
advance_connect(DyLink *link)
{
	const char *encoding;

	switch (PQconnectPoll(link->pg))
	{
		case PGRES_POLLING_READING:
			watch(link, EV_READ);
			return;
		case PGRES_POLLING_WRITING:
			watch(link, EV_WRITE);
			return;
		case PGRES_POLLING_OK:
			break;
		default:
			report_failure(PQerrorMessage(link->pg));
			dy_link_fail(link);
			return;
	}
	encoding = PQparameterStatus(link->pg, "server_encoding");
	if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
	{
		report_failure("the database's encoding is not UTF8\n");
		dy_link_fail(link);
		return;
	}
	PQsetnonblocking(link->pg, 1);
	link->state = DY_LINK_SETUP;
	if (!PQsendQuery(link->pg, link->setup))
	{
		report_failure(PQerrorMessage(link->pg));
		dy_link_fail(link);
		return;
	}
	advance_setup(link);
}

static void
advance_setup(DyLink *link)
{
	int			unsent = PQflush(link->pg);
	PGresult   *result;
	bool		failed;

	if (unsent < 0 || !PQconsumeInput(link->pg))
	{
		report_failure(PQerrorMessage(link->pg));
		dy_link_fail(link);
		return;
	}
	while (!PQisBusy(link->pg))
	{
		result = PQgetResult(link->pg);
		if (result == NULL)
		{
			event_free(link->io);
			link->io = NULL;
			link->state = DY_LINK_READY;
			link->ready_since = monotonic_seconds();
			if (!atomic_exchange(&reachable, true))
				dy_log(DY_LOG_INFO, "connected to Postgres again");
			link->on_ready(link->owner);
			return;
		}
		failed = PQresultStatus(result) == PGRES_FATAL_ERROR;
		PQclear(result);
		if (failed)
		{
			report_failure(PQerrorMessage(link->pg));
			dy_link_fail(link);
			return;
		}
	}
	watch(link, unsent ? EV_READ | EV_WRITE : EV_READ);
}

/* reason is libpq's, about connecting or setup: it holds nothing of a client. */
static void
report_failure(const char *reason)
{
	const char *end = strchr(reason, '\n');

	if (atomic_exchange(&reachable, false))
		dy_log(DY_LOG_WARNING, "no connection to Postgres, will go on trying: %.*s",
			   end != NULL ? (int) (end - reason) : (int) strlen(reason), reason);
}

static time_t
monotonic_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}
