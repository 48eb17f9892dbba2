/*-------------------------------------------------------------------------
 *
 * pool.c
 *	  The connections of one thread to Postgres, in lanes.
 *
 * A lane is a set of connections with a queue in front:
 *
 *	  read		GetItem; few connections with many requests in flight on each,
 *				of which one does all the work as long as it is fast enough
 *	  write		PutItem, UpdateItem, DeleteItem; those that come while others are
 *				at work share the next transaction
 *	  general	everything that may take long; one in flight on each
 *
 * so no request waits behind a slow one of another client.
 *
 * While a lane has no connection, the pool asks for the first one of each
 * only.  So where Postgres has too few for all, each lane gets one before any
 * lane gets many (test/tap/305_bridge_exhausted.pl).  The others follow few at
 * a time (test/tap/313_bridge_connects.pl).
 *
 * libpq connects, authenticates and sets the session up (link.c).  After
 * that the pool itself writes Bind, Execute, Sync and reads the answers on
 * libpq's socket (or its TLS session).  The reason is batching: libpq 15
 * makes a system call for every PQpipelineSync, while here all requests of a
 * turn of the event loop leave with one write (dy_pool_flush) and one read
 * takes all answers that are there.  README.md has the numbers.
 *
 * What is sent as one statement, and so is one transaction, is a *batch*.
 * Reads and writes gather in the queue while others are at work, and then
 * all of them become one statement that answers with a row for each; the
 * busier the server, the more there are, and the less each of them costs.  If
 * a batch takes long (an item that has to come from disk, a lock), those that
 * come after it take another connection (choose_for_reads, choose_idle).
 *
 * A read is answered when its row comes.  If one fails, it is the first that
 * has no row yet.  The server does not run the rest of its batch; those are
 * sent again, each alone, so that nobody pays more than once for the mistake
 * of another.
 *
 * The answer of a write is kept until the ReadyForQuery, for only that says
 * that the transaction has been committed.  In a batch of writes each has a
 * row, with its result or its error; one that fails has undone what it did
 * and nothing else.  Errors of the API are answered.  What would have had to
 * wait for a lock is sent again with the next batch, and then alone; what
 * failed in another way, alone; and if the transaction fails, all of them.
 *
 * Answers of one connection come in the order of its requests.
 *
 * When a connection is lost, what was in flight on it is answered with
 * InternalServerError (the SDKs retry it; it may or may not have been done,
 * as with the service), and what was waiting goes on waiting for a
 * connection until queue_timeout.
 *
 * Single statements that fail with a serialization failure or deadlock have
 * changed nothing and are run again some times.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "bridge/link.h"
#include "bridge/log.h"
#include "bridge/pace.h"
#include "bridge/pgwire.h"
#include "bridge/pool.h"

/* Times a statement is tried that fails with 40001 or 40P01. */
#define MAX_ATTEMPTS 4

/* Room made for one read, and what an idle buffer may keep. */
#define READ_BYTES 65536
#define KEEP_BYTES 262144

/* A connection with that much unsent gets no more requests for now. */
#define MAX_UNSENT_BYTES (1024 * 1024)

/* A batch with that much in it takes no more requests. */
#define MAX_BATCH_BYTES (256 * 1024)

/*
 * Reads gather as long as a connection is at work, but no longer than this:
 * then they take another one.  A full batch of what is in memory takes a
 * quarter of it.  (pace.c has the patience of writes.)
 */
#define PATIENCE_US 2000

/* Connections that are being made at a time. */
#define MAX_CONNECTING 4

typedef struct PoolConn
{
	DyLink		link;
	DyPool	   *pool;
	struct Lane *lane;
	struct event *readable;
	struct event *writable;
	SSL		   *tls;			/* NULL without TLS */
	int			fd;
	DyRequest  *first;			/* in flight, oldest first */
	DyRequest  *last;
	int			in_flight;
	int			batches;		/* the statements they are in */
	bool		alone;			/* the last of them runs alone */
	uint64_t	at_work_since_us;	/* on the oldest of them */
	DyBuf		out;
	size_t		out_sent;
	bool		out_blocked;	/* waits for the socket to take more */
	struct PoolConn *next_dirty;	/* with something to flush in this turn */
	bool		dirty;
	bool		doomed;			/* give up after the answer that is being read */

	/* the answer that is being read; offsets are into in.data */
	DyBuf		in;
	size_t		in_start;		/* where the answer starts */
	size_t		in_read;		/* messages up to here have been read */
	bool		bound;			/* its batch has begun to run */
	bool		answered;		/* all requests of its batch are */
	bool		has_row;
	size_t		row_at;			/* the result */
	size_t		row_len;
	bool		has_error;
	size_t		error_at;		/* the ErrorResponse */
	size_t		error_len;
} PoolConn;

typedef struct Lane
{
	DyPool	   *pool;
	DyLaneId	id;
	PoolConn   *conns;
	int			conn_count;
	int			depth;			/* requests in flight on a connection */
	int			ready;
	int			in_flight;
	DyRequest  *first;			/* waiting, oldest first */
	DyRequest  *last;
	int			queued;
	DyPace		pace;			/* of writes */
} Lane;

struct DyPool
{
	struct event_base *base;
	const DyConfig *config;
	DyMetrics  *metrics;
	DyPoolDone	done;
	void	   *owner;
	char		setup[2048];	/* what each session runs first */
	Lane		lanes[DY_LANE_COUNT];
	DySlice    *operations;		/* scratch for the statement of a batch */
	DySlice    *requests;
	DySlice    *principals;
	PoolConn   *dirty;
	struct event *impatience;	/* makes a turn of the loop after PATIENCE_US */
	uint64_t	last_complaint_us;
};

static DySlice *alloc_slices(const DyConfig *config);
static void init_conn(PoolConn *conn, Lane *lane);
static void format_setup(DyPool *pool, int cpu);
static void on_ready(void *arg);
static void start_held(DyPool *pool);
static bool may_connect(void *arg);
static int	count_connecting(const DyPool *pool);
static void on_readable(evutil_socket_t fd, short events, void *arg);
static void on_writable(evutil_socket_t fd, short events, void *arg);
static void on_impatience(evutil_socket_t fd, short events, void *arg);
static PoolConn *choose_conn(const Lane *lane);
static PoolConn *choose_for_reads(const Lane *lane);
static PoolConn *choose_idle(const Lane *lane);
static void send_batch(PoolConn *conn);
static void append(PoolConn *conn, DyRequest *request);
static void enqueue(Lane *lane, DyRequest *request);
static void enqueue_first(Lane *lane, DyRequest *request);
static DyRequest *dequeue(Lane *lane);
static void pump(Lane *lane);
static bool flush_conn(PoolConn *conn);
static ssize_t conn_write(PoolConn *conn, const char *bytes, size_t len);
static ssize_t conn_read(PoolConn *conn, char *bytes, size_t len);
static bool read_messages(PoolConn *conn);
static void forget_finished(PoolConn *conn);
static bool read_message(PoolConn *conn, const DyWireMessage *message);
static DyRequest *take_first(PoolConn *conn);
static void answer_row(PoolConn *conn);
static bool is_batch_of_writes(const PoolConn *conn);
static bool answer_writes(PoolConn *conn);
static void send_again(PoolConn *conn, DyRequest *request, bool met_lock);
static DyFault fault_of_column(DySlice sqlstate);
static bool finish_batch(PoolConn *conn, char transaction_status);
static void fail_batch(PoolConn *conn);
static void send_again_alone(PoolConn *conn);
static void reply_error(PoolConn *conn, DyRequest *request, const DyWireError *error);
static DyFault map_sqlstate(const DyRequest *request, const char *sqlstate,
							DySlice *message);
static bool is_retryable(const char *sqlstate);
static bool ends_session(const char *sqlstate);
static void complain(DyPool *pool, const DyRequest *request, const char *sqlstate);
static void lose_conn(PoolConn *conn);
static DyRequest *detach_conn(PoolConn *conn);
static void answer_lost(DyPool *pool, DyRequest *request);
static void answer(DyPool *pool, DyRequest *request, DyFault fault, DySlice message);

/*
 * Monotonic clock in us.
 */
uint64_t
dy_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}

/*
 * Make the pool of a thread and begin to connect.  If cpu is not -1, sessions
 * on this machine stay on that processor.
 *
 * done is called from dy_pool_submit, dy_pool_flush, dy_pool_expire and the
 * event loop.
 */
DyPool *
dy_pool_create(struct event_base *base, const DyConfig *config,
			   const int lane_connections[DY_LANE_COUNT], int cpu, DyMetrics *metrics,
			   DyPoolDone done, void *owner)
{
	DyPool	   *pool = dy_buf_zalloc(sizeof(DyPool));

	pool->base = base;
	pool->config = config;
	pool->metrics = metrics;
	pool->done = done;
	pool->owner = owner;
	pool->operations = alloc_slices(config);
	pool->requests = alloc_slices(config);
	pool->principals = alloc_slices(config);
	pool->impatience = event_new(base, -1, 0, on_impatience, NULL);
	format_setup(pool, cpu);
	for (int i = 0; i < DY_LANE_COUNT; i++)
	{
		Lane	   *lane = &pool->lanes[i];

		lane->pool = pool;
		lane->id = (DyLaneId) i;
		lane->depth = i == DY_LANE_READ ? config->read_depth :
			i == DY_LANE_WRITE ? config->write_depth : 1;
		dy_pace_init(&lane->pace);
		lane->conn_count = lane_connections[i];
		lane->conns = dy_buf_zalloc(sizeof(PoolConn) * (size_t) lane->conn_count);
		dy_count(&metrics->pool_size[i], lane->conn_count);
		for (int j = 0; j < lane->conn_count; j++)
			init_conn(&lane->conns[j], lane);
	}
	return pool;
}

/*
 * Run the request on its lane, or let it wait, or refuse it if too many
 * wait.  The pool owns the request until it calls done for it.
 */
void
dy_pool_submit(DyPool *pool, DyRequest *request)
{
	Lane	   *lane = &pool->lanes[request->route->lane];

	request->attempts = 0;
	request->met_lock = false;
	request->alone = lane->depth == 1;
	if (lane->in_flight + lane->queued < lane->ready * lane->depth + pool->config->queue_limit)
		enqueue(lane, request);
	else
		answer(pool, request, DY_FAULT_THROTTLING,
			   DY_SLICE("Rate of requests exceeds the allowed throughput."));
}

/*
 * Write what this turn of the event loop has gathered; call it at the end of
 * each turn.
 */
void
dy_pool_flush(DyPool *pool)
{
	PoolConn   *conn;

	for (int i = 0; i < DY_LANE_COUNT; i++)
		pump(&pool->lanes[i]);

	/* losing a connection may put more requests on others */
	while ((conn = pool->dirty) != NULL)
	{
		pool->dirty = conn->next_dirty;
		conn->dirty = false;
		if (conn->link.state == DY_LINK_READY && !conn->out_blocked && !flush_conn(conn))
			lose_conn(conn);
	}
}

/*
 * Answer what has waited too long; call it some times a second.
 */
void
dy_pool_expire(DyPool *pool)
{
	uint64_t	now = dy_now_us();
	uint64_t	patience = (uint64_t) pool->config->queue_timeout * 1000;

	for (int i = 0; i < DY_LANE_COUNT; i++)
	{
		Lane	   *lane = &pool->lanes[i];

		while (lane->first != NULL && lane->first->queued_us + patience < now)
		{
			DyRequest  *request = dequeue(lane);

			if (lane->ready > 0)
				answer(pool, request, DY_FAULT_THROTTLING,
					   DY_SLICE("Rate of requests exceeds the allowed throughput."));
			else
				answer(pool, request, DY_FAULT_SERVICE_UNAVAILABLE,
					   DY_SLICE("The service is currently unavailable or busy."));
		}
	}
}

/* Has every lane a connection that works? */
bool
dy_pool_is_up(const DyPool *pool)
{
	for (int i = 0; i < DY_LANE_COUNT; i++)
	{
		if (pool->lanes[i].ready == 0)
			return false;
	}
	return true;
}

/*
 * Close all connections.  Requests that are still there are answered with an
 * error first.
 */
void
dy_pool_free(DyPool *pool)
{
	for (int i = 0; i < DY_LANE_COUNT; i++)
	{
		Lane	   *lane = &pool->lanes[i];
		DyRequest  *request;

		while ((request = dequeue(lane)) != NULL)
			answer(pool, request, DY_FAULT_SERVICE_UNAVAILABLE,
				   DY_SLICE("The service is currently unavailable or busy."));
		for (int j = 0; j < lane->conn_count; j++)
		{
			PoolConn   *conn = &lane->conns[j];

			if (conn->link.state == DY_LINK_READY)
				answer_lost(pool, detach_conn(conn));
			dy_link_stop(&conn->link);
		}
		free(lane->conns);
	}
	event_free(pool->impatience);
	free(pool->operations);
	free(pool->requests);
	free(pool->principals);
	free(pool);
}

/* One for each request of the largest batch. */
static DySlice *
alloc_slices(const DyConfig *config)
{
	int			reads = config->read_depth;
	int			writes = config->write_depth;

	return dy_buf_alloc(sizeof(DySlice) * (size_t) (reads > writes ? reads : writes));
}

static void
init_conn(PoolConn *conn, Lane *lane)
{
	conn->lane = lane;
	conn->pool = lane->pool;
	dy_link_init(&conn->link, lane->pool->base, lane->pool->config, lane->pool->setup,
				 on_ready, conn);
	conn->link.may_connect = may_connect;
	dy_link_start(&conn->link);
}

/*
 * What each session runs first.  The statements are planned once: a function
 * call has only one plan.
 *
 * An extension of an earlier version, or one that has not been updated yet,
 * has no execute_each; the same can be said without it, for a few percent
 * more.  Without execute_writes every write of a batch is told to go alone.
 *
 * Sessions on this machine, which those at a Unix-domain socket are, stay on
 * the thread's processor cpu unless that is -1.  It may be too old a library
 * for that, or not be given that processor: then they do not.
 */
static void
format_setup(DyPool *pool, int cpu)
{
	int			len;

	len = snprintf(pool->setup, sizeof(pool->setup),
				   "SET search_path = pg_catalog;"
				   "SET default_transaction_isolation = 'read committed';"
				   "SET default_transaction_read_only = off;"
				   "SET client_min_messages = error;"
				   "SET plan_cache_mode = force_generic_plan;"
				   "SET idle_session_timeout = 0;"
				   "SET lock_timeout = %d;"
				   "SET statement_timeout = %d;"
				   "PREPARE " DY_WIRE_STATEMENT "(text, text, text) AS"
				   " SELECT dynamo_internal.execute($1, $2, $3);"
				   "DO $$BEGIN EXECUTE 'PREPARE " DY_WIRE_EACH_STATEMENT "(text, text[], text[]) AS SELECT ' ||"
				   " CASE WHEN to_regprocedure('dynamo_internal.execute_each(text, text[], text[])') IS NULL"
				   " THEN 'dynamo_internal.execute($1, request, principal)"
				   " FROM unnest($2, $3) AS each (request, principal)'"
				   " ELSE 'dynamo_internal.execute_each($1, $2, $3)' END;"
				   " EXECUTE 'PREPARE " DY_WIRE_WRITES_STATEMENT "(text[], text[], text[]) AS SELECT ' ||"
				   " CASE WHEN to_regprocedure('dynamo_internal.execute_writes(text[], text[], text[])') IS NULL"
				   " THEN 'NULL, ''0A000'', NULL, NULL FROM unnest($1, $2, $3)'"
				   " ELSE '* FROM dynamo_internal.execute_writes($1, $2, $3)' END; END$$;",
				   pool->config->lock_timeout, pool->config->statement_timeout);
	if (cpu >= 0)
		snprintf(pool->setup + len, sizeof(pool->setup) - (size_t) len,
				 "DO $$BEGIN IF inet_client_addr() IS NULL THEN"
				 " PERFORM set_config('dynamo.cpu_affinity', '%d', false); END IF;"
				 "EXCEPTION WHEN invalid_name OR invalid_parameter_value THEN NULL; END$$", cpu);
}

/* The link is up: take the connection over from libpq. */
static void
on_ready(void *arg)
{
	PoolConn   *conn = arg;
	DyPool	   *pool = conn->pool;

	conn->fd = PQsocket(conn->link.pg);
	conn->tls = PQsslInUse(conn->link.pg) ? PQsslStruct(conn->link.pg, "OpenSSL") : NULL;
	conn->readable = event_new(pool->base, conn->fd, EV_READ | EV_PERSIST, on_readable, conn);
	conn->writable = event_new(pool->base, conn->fd, EV_WRITE, on_writable, conn);
	event_add(conn->readable, NULL);
	conn->out.len = conn->out_sent = 0;
	conn->in.len = conn->in_start = conn->in_read = 0;
	conn->has_row = conn->has_error = false;
	conn->bound = conn->answered = false;
	conn->out_blocked = conn->doomed = false;
	conn->lane->ready++;
	dy_count(&pool->metrics->pool_ready[conn->lane->id], 1);
	start_held(pool);
}

/*
 * Begin those connections that had to wait for others, until one has to go on
 * waiting: then so have the rest.
 */
static void
start_held(DyPool *pool)
{
	for (int i = 0; i < DY_LANE_COUNT; i++)
	{
		for (int j = 0; j < pool->lanes[i].conn_count; j++)
		{
			DyLink	   *link = &pool->lanes[i].conns[j].link;

			if (link->state != DY_LINK_HELD)
				continue;
			dy_link_start(link);
			if (link->state == DY_LINK_HELD)
				return;
		}
	}
}

/*
 * While some lane has no connection, only the first of each is to be made.
 * After that few at a time: all of them at once keep a slow server so busy
 * that it gets none done before it is given up, and the server works on for
 * those, too.
 */
static bool
may_connect(void *arg)
{
	PoolConn   *conn = arg;

	return conn == &conn->lane->conns[0] ||
		(dy_pool_is_up(conn->pool) && count_connecting(conn->pool) < MAX_CONNECTING);
}

static int
count_connecting(const DyPool *pool)
{
	int			count = 0;

	for (int i = 0; i < DY_LANE_COUNT; i++)
	{
		for (int j = 0; j < pool->lanes[i].conn_count; j++)
		{
			DyLinkState state = pool->lanes[i].conns[j].link.state;

			count += state == DY_LINK_CONNECTING || state == DY_LINK_SETUP;
		}
	}
	return count;
}

static void
on_readable(evutil_socket_t fd, short events, void *arg)
{
	PoolConn   *conn = arg;
	ssize_t		got;

	(void) fd;
	(void) events;
	do
	{
		dy_buf_reserve(&conn->in, READ_BYTES);
		got = conn_read(conn, conn->in.data + conn->in.len, conn->in.cap - conn->in.len);
		if (got < 0)
		{
			lose_conn(conn);
			return;
		}
		conn->in.len += (size_t) got;
		if (got > 0 && !read_messages(conn))
		{
			lose_conn(conn);
			return;
		}
		/* what TLS has decrypted already makes no event */
	} while (got > 0 && conn->tls != NULL);
}

static void
on_writable(evutil_socket_t fd, short events, void *arg)
{
	PoolConn   *conn = arg;

	(void) fd;
	(void) events;
	conn->out_blocked = false;
	if (!flush_conn(conn))
		lose_conn(conn);
}

/* dy_pool_flush at the end of this turn sends what has waited long enough. */
static void
on_impatience(evutil_socket_t fd, short events, void *arg)
{
	(void) fd;
	(void) events;
	(void) arg;
}

/*
 * The connection for what waits first, or NULL if it has to go on waiting.
 */
static PoolConn *
choose_conn(const Lane *lane)
{
	return lane->id == DY_LANE_READ ? choose_for_reads(lane) : choose_idle(lane);
}

/*
 * Reads that may share a statement take a connection each as long as there
 * are enough.  When there are more reads, they gather for the first connection
 * that is at work, until as many wait as it has in flight: so it gets the next
 * batch before it is done with this one.
 */
static PoolConn *
choose_for_reads(const Lane *lane)
{
	bool		alone = lane->first->alone;
	bool		crowded = lane->in_flight + lane->queued > lane->ready;
	PoolConn   *best = NULL;

	for (int i = 0; i < lane->conn_count; i++)
	{
		PoolConn   *conn = &lane->conns[i];

		if (conn->link.state != DY_LINK_READY || conn->doomed ||
			conn->out.len - conn->out_sent > MAX_UNSENT_BYTES)
			continue;
		if (conn->in_flight == 0)
			return conn;
		if (alone)
		{
			if (conn->in_flight < lane->depth &&
				(best == NULL || conn->in_flight < best->in_flight))
				best = conn;
		}
		else if (crowded && dy_now_us() - conn->at_work_since_us < PATIENCE_US)
			return lane->queued >= conn->in_flight && conn->in_flight < lane->depth ? conn : NULL;
	}
	return best;
}

/*
 * Writes gather while others are at work (pace.c), so that they share a
 * transaction.  They never follow others on the same connection: one that
 * runs alone may have to wait for a lock.
 */
static PoolConn *
choose_idle(const Lane *lane)
{
	int			transactions = 0;
	int			at_work = 0;
	uint64_t	now = dy_now_us();
	PoolConn   *idle = NULL;

	for (int i = 0; i < lane->conn_count; i++)
	{
		PoolConn   *conn = &lane->conns[i];

		if (conn->link.state != DY_LINK_READY || conn->doomed)
			continue;
		if (conn->in_flight == 0)
			idle = idle != NULL ? idle : conn;
		else if (!conn->alone && now - conn->at_work_since_us < lane->pace.patience_us)
		{
			transactions++;
			at_work += conn->in_flight;
		}
	}
	if (lane->first->alone ||
		dy_pace_may_start(&lane->pace, now, lane->queued, at_work, transactions, lane->depth))
		return idle;
	return NULL;
}

/*
 * Take from the queue what may go in one statement, and put that into the
 * connection's buffer; dy_pool_flush sends it.
 */
static void
send_batch(PoolConn *conn)
{
	Lane	   *lane = conn->lane;
	DyPool	   *pool = conn->pool;
	DyRequest  *request;
	size_t		bytes = 0;
	int			count = 0;

	do
	{
		request = dequeue(lane);
		if (request->conn == NULL)
		{
			answer(pool, request, DY_FAULT_INTERNAL_SERVER, DY_SLICE(""));
			continue;
		}
		append(conn, request);
		pool->operations[count] = request->route->name;
		pool->requests[count] = dy_request_body(request);
		pool->principals[count] = dy_slice_str(request->principal);
		bytes += pool->requests[count].len;
		count++;
		if (request->alone)
			break;
	} while (lane->first != NULL && !lane->first->alone &&
			 conn->in_flight < lane->depth && bytes < MAX_BATCH_BYTES);
	if (count == 0)
		return;

	if (count == 1)
		dy_wire_add_execute(&conn->out, conn->last->route->name, pool->requests[0],
							pool->principals[0]);
	else if (lane->id == DY_LANE_WRITE)
		dy_wire_add_execute_writes(&conn->out, pool->operations, pool->requests,
								   pool->principals, count);
	else
		dy_wire_add_execute_each(&conn->out, conn->last->route->name, pool->requests,
								 pool->principals, count);
	dy_wire_add_sync(&conn->out);
	conn->last->ends_batch = true;
	conn->alone = conn->last->alone;
	if (conn->batches++ == 0)
		conn->at_work_since_us = dy_now_us();
	if (!conn->dirty)
	{
		conn->dirty = true;
		conn->next_dirty = pool->dirty;
		pool->dirty = conn;
	}
}

/* The request is in flight from now on. */
static void
append(PoolConn *conn, DyRequest *request)
{
	request->state = DY_REQUEST_SENT;
	request->attempts++;
	request->ends_batch = false;
	request->next = NULL;
	if (conn->last != NULL)
		conn->last->next = request;
	else
		conn->first = request;
	conn->last = request;
	conn->in_flight++;
	conn->lane->in_flight++;
	dy_count(&conn->pool->metrics->pool_in_flight[conn->lane->id], 1);
}

static void
enqueue(Lane *lane, DyRequest *request)
{
	request->state = DY_REQUEST_QUEUED;
	request->queued_us = request->received_us;
	request->next = NULL;
	if (lane->last != NULL)
		lane->last->next = request;
	else
		lane->first = request;
	lane->last = request;
	lane->queued++;
	dy_count(&lane->pool->metrics->pool_queued[lane->id], 1);
}

/* Before all others: for a statement that is run again. */
static void
enqueue_first(Lane *lane, DyRequest *request)
{
	request->state = DY_REQUEST_QUEUED;
	request->queued_us = dy_now_us();
	request->next = lane->first;
	lane->first = request;
	if (lane->last == NULL)
		lane->last = request;
	lane->queued++;
	dy_count(&lane->pool->metrics->pool_queued[lane->id], 1);
}

static DyRequest *
dequeue(Lane *lane)
{
	DyRequest  *request = lane->first;

	if (request == NULL)
		return NULL;
	lane->first = request->next;
	if (lane->first == NULL)
		lane->last = NULL;
	request->next = NULL;
	lane->queued--;
	dy_count(&lane->pool->metrics->pool_queued[lane->id], -1);
	return request;
}

/* Send what waits as long as there is room. */
static void
pump(Lane *lane)
{
	static const struct timeval patience = {0, PATIENCE_US};

	while (lane->first != NULL)
	{
		PoolConn   *conn = choose_conn(lane);

		if (conn == NULL)
		{
			if (!lane->first->alone && !event_pending(lane->pool->impatience, EV_TIMEOUT, NULL))
				event_add(lane->pool->impatience, &patience);
			return;
		}
		send_batch(conn);
	}
}

/* Write as much as the socket takes; false if the connection is lost. */
static bool
flush_conn(PoolConn *conn)
{
	while (conn->out_sent < conn->out.len)
	{
		ssize_t		sent = conn_write(conn, conn->out.data + conn->out_sent,
									  conn->out.len - conn->out_sent);

		if (sent < 0)
			return false;
		if (sent == 0)
		{
			conn->out_blocked = true;
			event_add(conn->writable, NULL);
			return true;
		}
		conn->out_sent += (size_t) sent;
	}
	conn->out.len = conn->out_sent = 0;
	if (conn->out.cap > KEEP_BYTES)
		dy_buf_free(&conn->out);
	return true;
}

/* Bytes written, 0 if it would block, -1 if the connection is lost. */
static ssize_t
conn_write(PoolConn *conn, const char *bytes, size_t len)
{
	ssize_t		n;

	if (conn->tls != NULL)
	{
		int			chunk = len > INT32_MAX / 2 ? INT32_MAX / 2 : (int) len;
		int			error;

		ERR_clear_error();
		n = SSL_write(conn->tls, bytes, chunk);
		if (n > 0)
			return n;
		error = SSL_get_error(conn->tls, (int) n);
		return error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ ? 0 : -1;
	}
	do
		n = send(conn->fd, bytes, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	return n;
}

/* Bytes read, 0 if there are none now, -1 if the connection is lost. */
static ssize_t
conn_read(PoolConn *conn, char *bytes, size_t len)
{
	ssize_t		n;

	if (conn->tls != NULL)
	{
		int			chunk = len > INT32_MAX / 2 ? INT32_MAX / 2 : (int) len;
		int			error;

		ERR_clear_error();
		n = SSL_read(conn->tls, bytes, chunk);
		if (n > 0)
			return n;
		error = SSL_get_error(conn->tls, (int) n);
		return error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ ? 0 : -1;
	}
	do
		n = recv(conn->fd, bytes, len, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	return n == 0 ? -1 : n;
}

/* Read all complete messages; false if the connection must be given up. */
static bool
read_messages(PoolConn *conn)
{
	DyWireMessage message;

	for (;;)
	{
		switch (dy_wire_next(conn->in.data + conn->in_read,
							 conn->in.len - conn->in_read, &message))
		{
			case DY_WIRE_MORE:
				forget_finished(conn);
				return true;
			case DY_WIRE_BAD:
				return false;
			case DY_WIRE_OK:
				break;
		}
		conn->in_read += message.bytes;
		if (!read_message(conn, &message))
			return false;
	}
}

/* Move the unfinished answer to the start of the buffer. */
static void
forget_finished(PoolConn *conn)
{
	size_t		done = conn->in_start;

	if (done > 0)
	{
		conn->in.len -= done;
		memmove(conn->in.data, conn->in.data + done, conn->in.len);
		conn->in_start = 0;
		conn->in_read -= done;
		conn->row_at -= conn->has_row ? done : 0;
		conn->error_at -= conn->has_error ? done : 0;
	}
	if (conn->in.len == 0 && conn->in.cap > KEEP_BYTES)
		dy_buf_free(&conn->in);
}

/* Take one message; false if the connection must be given up. */
static bool
read_message(PoolConn *conn, const DyWireMessage *message)
{
	DySlice		column;

	switch (message->type)
	{
		case '2':				/* BindComplete */
			conn->bound = true;
			return true;
		case 'C':				/* CommandComplete */
		case 'N':				/* NoticeResponse */
		case 'S':				/* ParameterStatus */
		case 'A':				/* NotificationResponse */
			return true;
		case 'D':				/* DataRow */
			if (conn->batches == 0 || conn->answered)
				return false;
			if (is_batch_of_writes(conn))
				return true;	/* answer_writes reads it again */
			if (conn->has_row || !dy_wire_read_row(message->body, &column, 1) ||
				column.data == NULL)
				return false;
			conn->has_row = true;
			conn->row_at = (size_t) (column.data - conn->in.data);
			conn->row_len = column.len;
			if (conn->lane->id == DY_LANE_READ)
				answer_row(conn);
			return true;
		case 'E':				/* ErrorResponse */
			if (conn->batches == 0 || conn->answered)
				return false;	/* the session is being ended */
			conn->has_error = true;
			conn->error_at = (size_t) (message->body.data - conn->in.data);
			conn->error_len = message->body.len;
			return true;
		case 'Z':				/* ReadyForQuery */
			return message->body.len == 1 && finish_batch(conn, message->body.data[0]);
		default:
			return false;
	}
}

/* The oldest request in flight, which is not in flight any more. */
static DyRequest *
take_first(PoolConn *conn)
{
	DyRequest  *request = conn->first;

	conn->first = request->next;
	if (conn->first == NULL)
		conn->last = NULL;
	request->next = NULL;
	conn->in_flight--;
	conn->lane->in_flight--;
	dy_count(&conn->pool->metrics->pool_in_flight[conn->lane->id], -1);
	conn->answered = request->ends_batch;
	return request;
}

/* The oldest request in flight has its result. */
static void
answer_row(PoolConn *conn)
{
	DyReply		reply = {0};
	DyRequest  *request = take_first(conn);

	reply.fault = DY_FAULT_NONE;
	reply.body = dy_slice(conn->in.data + conn->row_at, conn->row_len);
	request->state = DY_REQUEST_DONE;
	conn->pool->done(request, &reply, conn->pool->owner);
	conn->has_row = false;
	conn->in_start = conn->in_read;
}

/* Does the oldest request in flight share a transaction with other writes? */
static bool
is_batch_of_writes(const PoolConn *conn)
{
	return conn->lane->id == DY_LANE_WRITE && conn->first != NULL && !conn->first->ends_batch;
}

/*
 * The writes of a batch have been committed: read the rows that have been
 * waiting for that in the buffer.  Did one of them meet a lock?
 */
static bool
answer_writes(PoolConn *conn)
{
	DyPool	   *pool = conn->pool;
	size_t		at = conn->in_start;
	DyWireMessage message;
	bool		met_lock = false;

	while (!conn->answered &&
		   dy_wire_next(conn->in.data + at, conn->in_read - at, &message) == DY_WIRE_OK)
	{
		DySlice		columns[DY_WIRE_WRITES_COLUMNS];
		DyReply		reply = {0};
		DyRequest  *request;
		bool		waited;

		at += message.bytes;
		if (message.type != 'D')
			continue;
		if (!dy_wire_read_row(message.body, columns, DY_WIRE_WRITES_COLUMNS))
			break;
		request = take_first(conn);
		reply.body = columns[0];
		reply.fault = DY_FAULT_NONE;
		waited = dy_slice_eq(columns[1], DY_WIRE_LOCK_NOT_AVAILABLE);
		met_lock = met_lock || waited;
		if (columns[0].data == NULL)
		{
			reply.fault = fault_of_column(columns[1]);
			reply.message = columns[2];
			reply.extra = columns[3];
			if (reply.fault == DY_FAULT_NONE)
			{
				send_again(conn, request, waited);
				continue;
			}
		}
		request->state = DY_REQUEST_DONE;
		pool->done(request, &reply, pool->owner);
	}
	return met_lock;
}

/*
 * A write of a batch has failed, and not with an error of the API.  If it met
 * a lock, it goes with the next batch the first time, for most are given back
 * soon; otherwise it goes alone.
 */
static void
send_again(PoolConn *conn, DyRequest *request, bool met_lock)
{
	request->alone = !met_lock || request->met_lock;
	request->met_lock = met_lock;
	request->attempts--;
	enqueue_first(conn->lane, request);
}

/* DY_FAULT_NONE unless it is the SQLSTATE of an exception of the API. */
static DyFault
fault_of_column(DySlice sqlstate)
{
	char		text[6] = "";

	if (sqlstate.len == 5)
		memcpy(text, sqlstate.data, 5);
	return dy_fault_of_sqlstate(text);
}

/*
 * The end of a transaction: of the oldest request in flight, or of a batch of
 * reads, whose results have been answered.
 */
static bool
finish_batch(PoolConn *conn, char transaction_status)
{
	uint64_t	now = dy_now_us();
	bool		met_lock = false;

	if (conn->batches == 0)
		return false;
	if (conn->has_error)
		fail_batch(conn);
	else if (is_batch_of_writes(conn))
		met_lock = answer_writes(conn);
	else if (conn->has_row)
		answer_row(conn);
	if (!conn->answered)
		return false;
	if (conn->lane->id == DY_LANE_WRITE && !conn->alone)
		dy_pace_learn(&conn->lane->pace, now, now - conn->at_work_since_us, met_lock);
	if (--conn->batches > 0)
		conn->at_work_since_us = now;
	conn->has_row = conn->has_error = false;
	conn->bound = conn->answered = false;
	conn->in_start = conn->in_read;

	/* a transaction left open would swallow the requests that follow */
	return transaction_status == 'I' && !conn->doomed;
}

/*
 * The oldest request in flight has failed, and with it the rest of its batch.
 * Where the batch has not even begun to run (a parameter is no text of the
 * server's encoding, say), nobody knows which request is to blame: then all
 * of them are sent again.
 */
static void
fail_batch(PoolConn *conn)
{
	DyRequest  *request = conn->first;
	DyWireError error;

	if (!dy_wire_read_error(dy_slice(conn->in.data + conn->error_at, conn->error_len),
							&error))
		strcpy(error.sqlstate, "XX000");
	if (ends_session(error.sqlstate))
		conn->doomed = true;
	if (!request->ends_batch && (!conn->bound || conn->lane->id == DY_LANE_WRITE))
	{
		send_again_alone(conn);
		return;
	}
	take_first(conn);
	send_again_alone(conn);
	reply_error(conn, request, &error);
}

/*
 * The rest of a batch, which the server has not run.  It goes to the front of
 * the queue, in its order.
 */
static void
send_again_alone(PoolConn *conn)
{
	DyRequest  *skipped = NULL; /* the last of them first */

	while (!conn->answered)
	{
		DyRequest  *request = take_first(conn);

		request->alone = true;
		request->attempts--;
		request->next = skipped;
		skipped = request;
	}
	while (skipped != NULL)
	{
		DyRequest  *request = skipped;

		skipped = request->next;
		enqueue_first(conn->lane, request);
	}
}

/* The statement failed: run it again, or tell the client. */
static void
reply_error(PoolConn *conn, DyRequest *request, const DyWireError *error)
{
	DyPool	   *pool = conn->pool;
	DyReply		reply = {0};

	if (is_retryable(error->sqlstate) && request->attempts < MAX_ATTEMPTS)
	{
		dy_count(&pool->metrics->retries, 1);
		enqueue_first(conn->lane, request);
		return;
	}
	reply.fault = dy_fault_of_sqlstate(error->sqlstate);
	if (reply.fault != DY_FAULT_NONE)
	{
		reply.message = error->message;
		reply.extra = error->detail;
	}
	else
	{
		reply.fault = map_sqlstate(request, error->sqlstate, &reply.message);
		if (reply.fault != DY_FAULT_SERIALIZATION)
			complain(pool, request, error->sqlstate);
	}
	request->state = DY_REQUEST_DONE;
	pool->done(request, &reply, pool->owner);
}

/*
 * What a SQLSTATE that is not the API's own means to a client.  The text of
 * the server stays here: it may tell about the inside.
 */
static DyFault
map_sqlstate(const DyRequest *request, const char *sqlstate, DySlice *message)
{
	/* bytes that are no text of the database's encoding, NUL among them */
	if (strcmp(sqlstate, "22021") == 0 || strcmp(sqlstate, "22P05") == 0)
		return DY_FAULT_SERIALIZATION;

	/* lost against other writers, again and again or for too long */
	if ((is_retryable(sqlstate) || strcmp(sqlstate, DY_WIRE_LOCK_NOT_AVAILABLE) == 0) &&
		request->route->lane == DY_LANE_WRITE)
	{
		*message = DY_SLICE("Transaction is ongoing for the item");
		return DY_FAULT_TRANSACTION_CONFLICT;
	}

	/* not now: shutting down, standby, no resources */
	if (ends_session(sqlstate) || strncmp(sqlstate, "53", 2) == 0)
	{
		*message = DY_SLICE("The service is currently unavailable or busy.");
		return DY_FAULT_SERVICE_UNAVAILABLE;
	}
	*message = DY_SLICE("Internal server error");
	return DY_FAULT_INTERNAL_SERVER;
}

/* Serialization failure and deadlock: nothing was done. */
static bool
is_retryable(const char *sqlstate)
{
	return strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0;
}

/*
 * Errors after which a connection is of no use: the server goes down, is a
 * standby, or the prepared statement is gone.
 */
static bool
ends_session(const char *sqlstate)
{
	static const char *const states[] = {"57P01", "57P02", "57P03", "57P05",
	"25006", "26000"};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
	{
		if (strcmp(states[i], sqlstate) == 0)
			return true;
	}
	return strncmp(sqlstate, "08", 2) == 0;
}

/* Tell the operator, at most once a second. */
static void
complain(DyPool *pool, const DyRequest *request, const char *sqlstate)
{
	uint64_t	now = dy_now_us();

	if (now - pool->last_complaint_us < 1000000)
		return;
	pool->last_complaint_us = now;
	dy_log(DY_LOG_WARNING, "%s failed in Postgres with SQLSTATE %s",
		   request->route->name.data, sqlstate);
}

/*
 * The connection is of no use any more: answer what was in flight and
 * connect again.
 */
static void
lose_conn(PoolConn *conn)
{
	DyRequest  *orphans = detach_conn(conn);

	dy_count(&conn->pool->metrics->pool_lost[conn->lane->id], 1);
	dy_link_fail(&conn->link);
	answer_lost(conn->pool, orphans);
}

/* Stop using a connection; gives back what was in flight on it. */
static DyRequest *
detach_conn(PoolConn *conn)
{
	DyMetrics  *metrics = conn->pool->metrics;
	DyRequest  *orphans = conn->first;

	event_free(conn->readable);
	event_free(conn->writable);
	conn->readable = conn->writable = NULL;
	conn->lane->ready--;
	dy_count(&metrics->pool_ready[conn->lane->id], -1);
	dy_count(&metrics->pool_in_flight[conn->lane->id], -conn->in_flight);
	conn->first = conn->last = NULL;
	conn->lane->in_flight -= conn->in_flight;
	conn->in_flight = conn->batches = 0;
	dy_buf_free(&conn->in);
	dy_buf_free(&conn->out);
	return orphans;
}

/* Nobody knows whether these were done: the client must try again. */
static void
answer_lost(DyPool *pool, DyRequest *request)
{
	while (request != NULL)
	{
		DyRequest  *next = request->next;

		answer(pool, request, DY_FAULT_INTERNAL_SERVER, DY_SLICE("Internal server error"));
		request = next;
	}
}

/* Finish a request without Postgres. */
static void
answer(DyPool *pool, DyRequest *request, DyFault fault, DySlice message)
{
	DyReply		reply = {0};

	reply.fault = fault;
	reply.message = message;
	request->state = DY_REQUEST_DONE;
	pool->done(request, &reply, pool->owner);
}
