/*-------------------------------------------------------------------------
 *
 * control.c
 *	  Keeps the access keys of this process up to date.
 *
 * One connection, on the main thread, listens for the notification that a
 * trigger on dynamo_internal.access_keys sends, and reads the whole table
 * after each, and every key_refresh seconds in any case (a standby cannot
 * LISTEN).  All keys are held in memory: a signature can then be checked
 * without asking Postgres.
 *
 * While Postgres cannot be reached the last keys stay; no request could be
 * run in that time anyway.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "bridge/control.h"
#include "bridge/keyset.h"
#include "bridge/link.h"
#include "bridge/log.h"

#define SETUP \
	"SET search_path = pg_catalog;" \
	"SET client_min_messages = error;" \
	"SET idle_session_timeout = 0;" \
	"SET statement_timeout = '30s';" \
	"DO $$ BEGIN" \
	" IF NOT pg_is_in_recovery() THEN LISTEN dynamo_access_keys; END IF;" \
	" END $$"

#define READ_KEYS \
	"SELECT access_key_id, secret_access_key, principal" \
	" FROM dynamo_internal.access_keys WHERE enabled"

struct DyControl
{
	DyLink		link;
	const DyConfig *config;
	struct event *readable;		/* while the link is ready */
	struct event *refresh;
	bool		reading;		/* READ_KEYS is under way */
	bool		stale;			/* read again when it is done */
	bool		failed_before;	/* has been logged */
};

static void on_ready(void *arg);
static void on_readable(evutil_socket_t fd, short events, void *arg);
static void on_refresh(evutil_socket_t fd, short events, void *arg);
static void read_keys(DyControl *control);
static void take_input(DyControl *control);
static bool take_result(DyControl *control, PGresult *result);
static void lose(DyControl *control);

/*
 * Begin to read keys, on the event base of the calling thread.
 */
DyControl *
dy_control_create(struct event_base *base, const DyConfig *config)
{
	DyControl  *control = dy_buf_zalloc(sizeof(DyControl));
	struct timeval interval = {config->key_refresh, 0};

	control->config = config;
	control->refresh = event_new(base, -1, EV_PERSIST, on_refresh, control);
	event_add(control->refresh, &interval);
	dy_link_init(&control->link, base, config, SETUP, on_ready, control);
	dy_link_start(&control->link);
	return control;
}

void
dy_control_free(DyControl *control)
{
	if (control->readable != NULL)
		event_free(control->readable);
	event_free(control->refresh);
	dy_link_stop(&control->link);
	free(control);
}

static void
on_ready(void *arg)
{
	DyControl  *control = arg;

	control->readable = event_new(control->link.base, PQsocket(control->link.pg),
								  EV_READ | EV_PERSIST, on_readable, control);
	event_add(control->readable, NULL);
	control->reading = false;
	read_keys(control);
}

static void
on_readable(evutil_socket_t fd, short events, void *arg)
{
	(void) fd;
	(void) events;
	take_input(arg);
}

static void
on_refresh(evutil_socket_t fd, short events, void *arg)
{
	DyControl  *control = arg;

	(void) fd;
	(void) events;
	if (control->link.state == DY_LINK_READY)
		read_keys(control);
}

/* Ask for all keys, or remember to. */
static void
read_keys(DyControl *control)
{
	if (control->reading)
	{
		control->stale = true;
		return;
	}
	/* the query is short, so a socket that takes none of it is broken */
	if (!PQsendQuery(control->link.pg, READ_KEYS) || PQflush(control->link.pg) != 0)
	{
		lose(control);
		return;
	}
	control->reading = true;
	control->stale = false;
}

static void
take_input(DyControl *control)
{
	PGconn	   *pg = control->link.pg;
	PGnotify   *notify;
	bool		changed = false;

	if (!PQconsumeInput(pg))
	{
		lose(control);
		return;
	}
	while (control->reading && !PQisBusy(pg))
	{
		PGresult   *result = PQgetResult(pg);
		bool		ok;

		if (result == NULL)
		{
			control->reading = false;
			break;
		}
		ok = take_result(control, result);
		PQclear(result);
		if (!ok)
		{
			lose(control);
			return;
		}
	}
	while ((notify = PQnotifies(pg)) != NULL)
	{
		changed = true;
		PQfreemem(notify);
	}
	if (changed || (control->stale && !control->reading))
		read_keys(control);
}

static bool
take_result(DyControl *control, PGresult *result)
{
	DyKeySet   *keys;
	int			count = PQntuples(result);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
	{
		const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

		if (!control->failed_before)
			dy_log(DY_LOG_ERROR, "could not read the access keys: SQLSTATE %s",
				   sqlstate != NULL ? sqlstate : "none");
		control->failed_before = true;
		return false;
	}
	control->failed_before = false;
	keys = dy_keyset_create(count);
	for (int i = 0; i < count; i++)
		dy_keyset_add(keys, PQgetvalue(result, i, 0), PQgetvalue(result, i, 1),
					  PQgetvalue(result, i, 2));
	dy_keyset_publish(keys);
	return true;
}

static void
lose(DyControl *control)
{
	if (control->readable != NULL)
		event_free(control->readable);
	control->readable = NULL;
	control->reading = false;
	dy_link_fail(&control->link);
}
