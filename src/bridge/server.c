/*-------------------------------------------------------------------------
 *
 * server.c
 *	  The HTTP connections of one thread.
 *
 * A connection serves one request at a time; requests that a client sends
 * ahead (pipelining) wait in its input, which is bounded, and are answered
 * in their order.  POST is not idempotent, so running them side by side is
 * not allowed (RFC 9112, 9.3.2).
 *
 *	  idle -> head -> body -> busy -> idle ...
 *		\________\_______\______\___-> linger -> closed
 *
 *	  idle		no byte of a request yet
 *	  head		some bytes, but not the whole head
 *	  body		the head is read, the body is coming
 *	  busy		the request is with the pool
 *	  linger	answered for the last time; what still comes is thrown away,
 *				so that the client reads the answer and not a reset
 *	  closed	only memory is left, until the callbacks on the stack return
 *
 * Every state but busy has a deadline (on the whole state, not on single
 * bytes, so that dripping bytes does not help), which dy_server_tick checks.
 *
 * Memory of an idle connection: DyHttpConn and an event of libevent's, less
 * than 1 kB.  Input is read up to INPUT_BYTES ahead.  Bodies and unread
 * answers of all threads together are limited by max_buffered_mb: when there
 * is more, no request is begun.
 *
 * A request takes two system calls on its connection and mostly no memory of
 * its own.  Input is read into one buffer for all connections and worked on
 * there; what is left of it, because more must come first, is copied to the
 * connection.  Answers are sent at once while nothing else waits in the output;
 * what the socket does not take waits for it to be writable.
 *
 *-------------------------------------------------------------------------
 */
#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "bridge/crc32.h"
#include "bridge/gate.h"
#include "bridge/log.h"
#include "bridge/server.h"

/* Bytes read ahead of what is being processed; a head must fit. */
#define INPUT_BYTES 65536

/* A client with that much of its answers unread gets no more for now. */
#define OUTPUT_BYTES (1024 * 1024)

/* How long and how much is read from a client that is being closed. */
#define LINGER_US 2000000
#define LINGER_BYTES (32 * 1024 * 1024)

/* Pause of accepting when the process is out of file descriptors. */
#define ACCEPT_PAUSE_US 200000
#define ACCEPT_COMPLAINT_US 10000000

#define REQUEST_ID_CHARS 52

/* Bodies up to this size are copied behind their heads to be sent. */
#define COPY_BYTES 4096

/* Requests kept for the next ones, and the largest body buffer one may keep. */
#define SPARE_REQUESTS 256
#define SPARE_BODY_BYTES 4096

typedef enum HttpState
{
	HTTP_IDLE,
	HTTP_HEAD,
	HTTP_BODY,
	HTTP_BUSY,
	HTTP_LINGER,
	HTTP_CLOSED
} HttpState;

struct DyHttpConn
{
	HttpState	state;
	bool		processing;		/* process() is on the stack */
	bool		close_after;	/* no more requests after this answer */
	DyServer   *server;
	int			fd;
	struct event *readable;
	bool		reading;
	struct event *writable;		/* made when first needed */
	DyBuf		output;			/* answers the socket has not taken */
	size_t		output_sent;	/* what it has taken of them since */
	DySlice		input;			/* in server->input or in kept */
	DyBuf		kept;			/* input between events */
	DyRequest  *request;		/* from head to answer */
	DyHttpConn *next;
	DyHttpConn *prev;
	size_t		scanned;		/* input already searched for the head's end */
	size_t		discarded;		/* while lingering */
	size_t		unread;			/* of output, counted in buffered_bytes */
	uint64_t	deadline_us;	/* of the state; 0 = none */
};

struct DyServer
{
	struct event_base *base;
	const DyConfig *config;
	struct evconnlistener *listener;	/* NULL while draining */
	uint64_t	accept_again_us;	/* 0 = accepting */
	uint64_t	accept_complaint_us;	/* when a failure was last logged */
	DyPool	   *pool;
	DyGate		gate;
	DyMetrics  *metrics;
	DyPeers    *peers;
	int			thread;			/* among them */
	struct event *given;		/* connections that others have accepted */
	DyHttpConn *conns;
	int			conn_count;
	size_t		input_bytes;	/* INPUT_BYTES, or more for larger heads */
	bool		draining;
	uint64_t	random[2];		/* for request ids */
	time_t		date_at;		/* what date_text says */
	char		date_text[40];
	char	   *input;			/* what was read last, input_bytes at most */
	DyRequest  *spare;			/* requests to be used again */
	int			spare_count;
	DyBuf		head;			/* scratch for answers */
	DyBuf		body;
};

/* Bodies and unread answers in memory, of all threads. */
static _Atomic int64_t buffered_bytes;

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
					  struct sockaddr *address, int len, void *arg);
static void on_accept_error(struct evconnlistener *listener, void *arg);
static void on_given(evutil_socket_t fd, short events, void *arg);
static void add_conn(DyServer *server, evutil_socket_t fd);
static void on_readable(evutil_socket_t fd, short events, void *arg);
static void on_writable(evutil_socket_t fd, short events, void *arg);
static void process(DyHttpConn *conn);
static void keep_input(DyHttpConn *conn);
static void control_input(DyHttpConn *conn);
static void take_input(DyHttpConn *conn, size_t n);
static bool process_head(DyHttpConn *conn);
static void keep_head(DyRequest *request);
static bool process_body(DyHttpConn *conn);
static bool body_length_is(DyHttpConn *conn, size_t length, bool *complete);
static bool process_chunks(DyHttpConn *conn, bool *complete);
static bool account_body(DyRequest *request, size_t limit);
static void account_answer(DyHttpConn *conn);
static void send_continue(DyHttpConn *conn);
static void handle(DyHttpConn *conn);
static void discard_input(DyHttpConn *conn);
static void answer_fault(DyHttpConn *conn, DyFault fault, DySlice message, DySlice extra);
static void answer_health(DyHttpConn *conn);
static void answer_metrics(DyHttpConn *conn);
static void answer_preflight(DyHttpConn *conn);
static void answer_too_large(DyHttpConn *conn);
static void answer_malformed(DyHttpConn *conn, int status);
static void begin_answer(DyHttpConn *conn, int status, const char *content_type);
static void add_origin(DyHttpConn *conn);
static void add_number(DyBuf *out, uint64_t number);
static void finish_answer(DyHttpConn *conn, DySlice body);
static void end_request(DyHttpConn *conn);
static void send_bytes(DyHttpConn *conn, DySlice head, DySlice body);
static void wait_for_output(DyHttpConn *conn);
static void enter(DyHttpConn *conn, HttpState state);
static uint64_t about_now_us(void);
static void close_conn(DyHttpConn *conn);
static void free_conn(DyHttpConn *conn);
static DyRequest *new_request(DyServer *server);
static void free_request(DyServer *server, DyRequest *request);
static void release_request(DyRequest *request);
static void make_request_id(DyServer *server, char *id);
static const char *http_date(DyServer *server);

/*
 * Serve on a listening socket, which the server will close, and what the
 * others give to this thread.
 */
DyServer *
dy_server_create(struct event_base *base, const DyConfig *config, int listen_fd,
				 DyPeers *peers, int thread)
{
	DyServer   *server = dy_buf_zalloc(sizeof(DyServer));

	server->base = base;
	server->config = config;
	server->peers = peers;
	server->thread = thread;
	server->metrics = dy_peers_metrics(peers, thread);
	server->input_bytes = INPUT_BYTES;
	if (server->input_bytes < (size_t) config->max_head_bytes)
		server->input_bytes = (size_t) config->max_head_bytes;
	server->input = dy_buf_alloc(server->input_bytes);
	server->gate.config = config;
	server->gate.signer = dy_signer_create(config->region, "dynamodb");
	if (getrandom(server->random, sizeof(server->random), 0) != sizeof(server->random))
		server->random[0] = dy_now_us();
	server->random[1] |= 1;
	server->listener = evconnlistener_new(base, on_accept, server,
										  LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
										  0, listen_fd);
	if (server->listener != NULL)
		evconnlistener_set_error_cb(server->listener, on_accept_error);
	server->given = event_new(base, dy_peers_given(peers, thread), EV_READ | EV_PERSIST,
							  on_given, server);
	event_add(server->given, NULL);
	return server;
}

/* Must be called before the event loop runs. */
void
dy_server_set_pool(DyServer *server, DyPool *pool)
{
	server->pool = pool;
}

/*
 * The pool has finished a request: answer the client, if it is still there.
 */
void
dy_server_done(DyRequest *request, const DyReply *reply, void *arg)
{
	DyServer   *server = arg;
	DyHttpConn *conn = request->conn;

	dy_metrics_request(server->metrics, request->route->operation,
					   dy_now_us() - request->received_us, reply->fault);
	if (conn == NULL)
	{
		free_request(server, request);
		return;
	}
	assert(conn->state == HTTP_BUSY && conn->request == request);
	if (reply->fault == DY_FAULT_NONE)
	{
		begin_answer(conn, 200, request->content_type);
		finish_answer(conn, reply->body);
	}
	else
		answer_fault(conn, reply->fault, reply->message, reply->extra);
	process(conn);
}

/*
 * Close what is over its deadline; call it some times a second.
 */
void
dy_server_tick(DyServer *server)
{
	uint64_t	now = dy_now_us();
	DyHttpConn *next;

	for (DyHttpConn *conn = server->conns; conn != NULL; conn = next)
	{
		next = conn->next;
		if (conn->deadline_us == 0 || conn->deadline_us > now)
			continue;
		if (conn->state == HTTP_BODY)
		{
			answer_malformed(conn, 408);
			process(conn);
		}
		else
			close_conn(conn);
	}
	if (server->listener != NULL && server->accept_again_us != 0 &&
		server->accept_again_us <= now)
	{
		server->accept_again_us = 0;
		evconnlistener_enable(server->listener);
	}
}

/*
 * Accept no more, close what is idle, and close the others after the answer
 * they wait for.
 */
void
dy_server_drain(DyServer *server)
{
	DyHttpConn *next;

	if (server->draining)
		return;
	server->draining = true;
	if (server->listener != NULL)
		evconnlistener_free(server->listener);
	server->listener = NULL;
	for (DyHttpConn *conn = server->conns; conn != NULL; conn = next)
	{
		next = conn->next;
		if (conn->state == HTTP_IDLE && conn->unread == 0)
			close_conn(conn);
	}
}

int
dy_server_open_connections(const DyServer *server)
{
	return server->conn_count;
}

/* Closes everything; the pool must have finished its requests. */
void
dy_server_free(DyServer *server)
{
	while (server->conns != NULL)
		close_conn(server->conns);
	if (server->listener != NULL)
		evconnlistener_free(server->listener);
	event_free(server->given);
	dy_signer_free(server->gate.signer);
	dy_keyset_release(server->gate.keys);
	dy_buf_free(&server->gate.text);
	dy_buf_free(&server->head);
	dy_buf_free(&server->body);
	while (server->spare != NULL)
	{
		DyRequest  *request = server->spare;

		server->spare = request->next;
		release_request(request);
	}
	free(server->input);
	free(server);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
		  struct sockaddr *address, int len, void *arg)
{
	DyServer   *server = arg;
	int			thread = dy_peers_enter(server->peers, server->thread,
										server->config->max_connections);

	(void) listener;
	(void) address;
	(void) len;
	if (thread < 0)
	{
		DySlice		full = DY_SLICE("HTTP/1.1 503 Service Unavailable\r\n"
									"Content-Length: 0\r\nConnection: close\r\n\r\n");

		dy_count(&server->metrics->http_refused, 1);
		if (send(fd, full.data, full.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			errno = 0;			/* it is closed in any case */
		evutil_closesocket(fd);
	}
	else if (thread == server->thread)
		add_conn(server, fd);
	else if (!dy_peers_give(server->peers, thread, fd))
	{
		dy_peers_leave(server->peers, thread);
		evutil_closesocket(fd);
	}
}

/* Other threads had more clients than they should. */
static void
on_given(evutil_socket_t pipe, short events, void *arg)
{
	DyServer   *server = arg;
	int			fd;

	(void) pipe;
	(void) events;
	while ((fd = dy_peers_take(server->peers, server->thread)) >= 0)
	{
		if (!server->draining)
			add_conn(server, fd);
		else
		{
			dy_peers_leave(server->peers, server->thread);
			evutil_closesocket(fd);
		}
	}
}

/* Serve a connection, which has been counted for this thread. */
static void
add_conn(DyServer *server, evutil_socket_t fd)
{
	DyHttpConn *conn = dy_buf_zalloc(sizeof(DyHttpConn));
	int			on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	conn->server = server;
	conn->fd = fd;
	conn->readable = event_new(server->base, fd, EV_READ | EV_CLOSED | EV_PERSIST | EV_ET,
							   on_readable, conn);
	if (conn->readable == NULL || event_add(conn->readable, NULL) != 0)
	{
		if (conn->readable != NULL)
			event_free(conn->readable);
		evutil_closesocket(fd);
		free(conn);
		dy_peers_leave(server->peers, server->thread);
		return;
	}
	conn->reading = true;
	conn->next = server->conns;
	if (conn->next != NULL)
		conn->next->prev = conn;
	server->conns = conn;
	server->conn_count++;
	dy_count(&server->metrics->http_open, 1);
	dy_count(&server->metrics->http_accepted, 1);

	enter(conn, HTTP_IDLE);
}

/* Mostly: no file descriptors left.  Wait instead of running in circles. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	DyServer   *server = arg;

	const char *reason = strerror(errno);
	uint64_t	now = dy_now_us();

	if (now - server->accept_complaint_us > ACCEPT_COMPLAINT_US)
	{
		dy_log(DY_LOG_WARNING, "could not accept a connection: %s", reason);
		server->accept_complaint_us = now;
	}
	evconnlistener_disable(listener);
	server->accept_again_us = now + ACCEPT_PAUSE_US;
}

/*
 * Something has come.  The event is edge-triggered, which spares the kernel a
 * second look at the socket: what is there and not read makes no event of its
 * own, unless the event is made anew.
 */
static void
on_readable(evutil_socket_t fd, short events, void *arg)
{
	DyHttpConn *conn = arg;
	DyServer   *server = conn->server;
	size_t		room = server->input_bytes - conn->input.len;
	ssize_t		n;

	do
		n = recv(fd, server->input, room, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
	{
		if ((size_t) n == room || (events & EV_CLOSED))
		{
			event_del(conn->readable);
			event_add(conn->readable, NULL);
		}
		if (conn->input.len == 0)
			conn->input = dy_slice(server->input, (size_t) n);
		else
		{
			/* behind what is there already, and that to the start */
			memmove(conn->kept.data, conn->input.data, conn->input.len);
			conn->kept.len = conn->input.len;
			dy_buf_add(&conn->kept, server->input, (size_t) n);
			conn->input = dy_buf_slice(&conn->kept);
		}
		process(conn);
	}
	else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
		close_conn(conn);
}

/* The socket takes more of the output, or has not for too long. */
static void
on_writable(evutil_socket_t fd, short events, void *arg)
{
	DyHttpConn *conn = arg;
	DyBuf	   *output = &conn->output;
	ssize_t		n;

	if (events & EV_TIMEOUT)
	{
		close_conn(conn);
		return;
	}
	while (conn->output_sent < output->len)
	{
		n = send(fd, output->data + conn->output_sent, output->len - conn->output_sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
		{
			if (errno != EAGAIN && errno != EWOULDBLOCK)
				close_conn(conn);
			return;
		}
		conn->output_sent += (size_t) n;
	}
	event_del(conn->writable);
	dy_buf_free(output);
	conn->output_sent = 0;
	account_answer(conn);
	if (conn->state == HTTP_LINGER)
		enter(conn, HTTP_LINGER);
	process(conn);
}

/* Go as far as the input allows. */
static void
process(DyHttpConn *conn)
{
	bool		more = true;

	if (conn->processing)
		return;
	conn->processing = true;
	while (more)
	{
		switch (conn->state)
		{
			case HTTP_IDLE:
			case HTTP_HEAD:
				more = process_head(conn);
				break;
			case HTTP_BODY:
				more = process_body(conn);
				break;
			case HTTP_LINGER:
				discard_input(conn);
				more = false;
				break;
			case HTTP_BUSY:
			case HTTP_CLOSED:
				more = false;
				break;
		}
	}
	conn->processing = false;
	if (conn->state == HTTP_CLOSED)
	{
		free_conn(conn);
		return;
	}
	keep_input(conn);
	control_input(conn);
}

/* What is left of the input must outlive the buffer it was read into. */
static void
keep_input(DyHttpConn *conn)
{
	if (conn->input.len == 0)
	{
		if (conn->kept.data != NULL)
			dy_buf_free(&conn->kept);
	}
	else if (conn->kept.data == NULL)
	{
		dy_buf_add(&conn->kept, conn->input.data, conn->input.len);
		conn->input = dy_buf_slice(&conn->kept);
	}
}

/* Read no more while the input is full. */
static void
control_input(DyHttpConn *conn)
{
	bool		full = conn->input.len >= conn->server->input_bytes;

	if (full && conn->reading)
		event_del(conn->readable);
	else if (!full && !conn->reading)
		event_add(conn->readable, NULL);
	conn->reading = !full;
}

/* That much of the input has been processed. */
static void
take_input(DyHttpConn *conn, size_t n)
{
	conn->input.data += n;
	conn->input.len -= n;
}

/* Read a head; false if there is no more to do now. */
static bool
process_head(DyHttpConn *conn)
{
	DyServer   *server = conn->server;
	DySlice		bytes = conn->input;
	size_t		limit = (size_t) server->config->max_head_bytes;
	DyHttpResult result = DY_HTTP_MORE;
	DyRequest  *request;
	int			status = 0;

	if (bytes.len == 0)
	{
		if (server->draining && conn->unread == 0)
			close_conn(conn);
		return false;
	}
	if (conn->output.len - conn->output_sent > OUTPUT_BYTES)
		return false;			/* on_writable comes back here */
	if (bytes.len > limit)
		bytes.len = limit;

	request = new_request(server);
	if (conn->scanned == 0 || dy_http_head_length(bytes.data, bytes.len, conn->scanned) > 0)
		result = dy_http_parse_head(bytes.data, bytes.len, &request->head, &status);
	if (result == DY_HTTP_MORE)
	{
		free_request(server, request);
		conn->scanned = bytes.len;
		if (bytes.len == limit)
		{
			answer_malformed(conn, 431);
			return true;
		}
		if (conn->state == HTTP_IDLE)
			enter(conn, HTTP_HEAD);
		return false;
	}

	request->conn = conn;
	conn->request = request;
	conn->scanned = 0;
	if (result == DY_HTTP_BAD)
	{
		answer_malformed(conn, status);
		return true;
	}
	request->raw_head = dy_slice(bytes.data, request->head.head_bytes);
	request->has_origin = dy_http_has_header(&request->head, "origin");
	take_input(conn, request->head.head_bytes);
	conn->close_after = !request->head.keep_alive || server->draining;
	if (request->head.content_length > (uint64_t) server->config->max_body_bytes)
	{
		answer_too_large(conn);
		return true;
	}
	enter(conn, HTTP_BODY);
	if (request->head.expect_continue && conn->input.len == 0 &&
		(request->head.chunked || request->head.content_length > 0))
		send_continue(conn);
	return true;
}

/* The head must outlive the input it was read from. */
static void
keep_head(DyRequest *request)
{
	size_t		len = request->raw_head.len;
	int			status;

	if (request->head_bytes != NULL)
		return;
	request->head_bytes = dy_buf_alloc(len);
	memcpy(request->head_bytes, request->raw_head.data, len);
	if (dy_http_parse_head(request->head_bytes, len, &request->head, &status) != DY_HTTP_OK)
		abort();				/* it was one */
}

/* Read the body as far as it is here; false if more must come first. */
static bool
process_body(DyHttpConn *conn)
{
	DyRequest  *request = conn->request;
	bool		complete = false;
	bool		ok;

	if (request->head.chunked)
		ok = process_chunks(conn, &complete);
	else
		ok = body_length_is(conn, (size_t) request->head.content_length, &complete);
	if (!ok)
		return true;			/* it was answered */
	if (!complete)
	{
		keep_head(request);
		return false;
	}
	handle(conn);
	return true;
}

/* A body of known length. */
static bool
body_length_is(DyHttpConn *conn, size_t length, bool *complete)
{
	DyRequest  *request = conn->request;
	size_t		n = conn->input.len;

	if (n > length - request->body.len)
		n = length - request->body.len;
	if (n > 0)
	{
		dy_buf_reserve(&request->body, n);
		if (!account_body(request, (size_t) conn->server->config->max_buffered_mb))
		{
			answer_malformed(conn, 503);
			return false;
		}
		dy_buf_add(&request->body, conn->input.data, n);
		take_input(conn, n);
	}
	*complete = request->body.len == length;
	return true;
}

/* A body in chunks. */
static bool
process_chunks(DyHttpConn *conn, bool *complete)
{
	DyRequest  *request = conn->request;
	size_t		limit = (size_t) conn->server->config->max_body_bytes;

	while (conn->input.len > 0)
	{
		size_t		used = 0;
		DySlice		data;
		DyChunkResult result = dy_http_decode_chunk(&request->chunks, conn->input.data,
													conn->input.len, &used, &data);

		switch (result)
		{
			case DY_CHUNKS_DATA:
				if (data.len > limit - request->body.len)
				{
					answer_too_large(conn);
					return false;
				}
				dy_buf_add(&request->body, data.data, data.len);
				if (!account_body(request, (size_t) conn->server->config->max_buffered_mb))
				{
					answer_malformed(conn, 503);
					return false;
				}
				break;
			case DY_CHUNKS_BAD:
				answer_malformed(conn, 400);
				return false;
			case DY_CHUNKS_DONE:
				*complete = true;
				break;
			case DY_CHUNKS_MORE:
				break;
		}
		take_input(conn, used);
		if (*complete)
			break;
	}
	return true;
}

/* Count what the body takes now; false if that is too much for all. */
static bool
account_body(DyRequest *request, size_t limit_mb)
{
	size_t		holds = request->body.cap + request->plain.cap;
	int64_t		more = (int64_t) (holds - request->accounted);
	int64_t		total = atomic_load(&buffered_bytes);

	if (more != 0)
		total = atomic_fetch_add(&buffered_bytes, more) + more;
	request->accounted = holds;
	return total <= (int64_t) limit_mb * 1024 * 1024;
}

/* Count what the client has not taken yet of its answers; mostly nothing. */
static void
account_answer(DyHttpConn *conn)
{
	size_t		unread = conn->output.len - conn->output_sent;

	if (unread == conn->unread)
		return;
	atomic_fetch_add(&buffered_bytes, (int64_t) unread - (int64_t) conn->unread);
	conn->unread = unread;
}

static void
send_continue(DyHttpConn *conn)
{
	send_bytes(conn, DY_SLICE("HTTP/1.1 100 Continue\r\n\r\n"), DY_SLICE(""));
}

/* The request is complete. */
static void
handle(DyHttpConn *conn)
{
	DyServer   *server = conn->server;
	DyRequest  *request = conn->request;
	DyVerdict	verdict;

	request->received_us = dy_now_us();
	server->gate.keys = dy_keyset_current(server->gate.keys);
	verdict = dy_gate_check(&server->gate, request);
	switch (verdict)
	{
		case DY_VERDICT_EXECUTE:
			if (account_body(request, (size_t) server->config->max_buffered_mb))
			{
				/* the input goes, and with it the head */
				request->head.nheaders = 0;
				free(request->head_bytes);
				request->head_bytes = NULL;
				enter(conn, HTTP_BUSY);
				dy_pool_submit(server->pool, request);
			}
			else
				answer_malformed(conn, 503);
			break;
		case DY_VERDICT_FAULT:
			dy_count(&server->metrics->faults[request->route != NULL
											  ? (int) request->route->operation : DY_OP_COUNT]
					 [server->gate.fault], 1);
			answer_fault(conn, server->gate.fault, dy_buf_slice(&server->gate.text),
						 dy_slice(NULL, 0));
			break;
		case DY_VERDICT_HEALTH:
			answer_health(conn);
			break;
		case DY_VERDICT_METRICS:
			answer_metrics(conn);
			break;
		case DY_VERDICT_PREFLIGHT:
			answer_preflight(conn);
			break;
		case DY_VERDICT_NOT_FOUND:
			begin_answer(conn, 404, NULL);
			finish_answer(conn, DY_SLICE("<UnknownOperationException/>\n"));
			break;
	}
}

/* While lingering: read on, up to a limit, and throw it away. */
static void
discard_input(DyHttpConn *conn)
{
	conn->discarded += conn->input.len;
	take_input(conn, conn->input.len);
	if (conn->discarded > LINGER_BYTES)
		close_conn(conn);
}

static void
answer_fault(DyHttpConn *conn, DyFault fault, DySlice message, DySlice extra)
{
	DyBuf	   *body = &conn->server->body;

	body->len = 0;
	dy_fault_body(body, fault, message, extra);
	begin_answer(conn, dy_fault_status(fault), conn->request->content_type);
	finish_answer(conn, dy_buf_slice(body));
}

/* The service's answer to a load balancer, blank at the end included. */
static void
answer_health(DyHttpConn *conn)
{
	DyServer   *server = conn->server;
	bool		up = server->config->development || server->gate.keys != NULL;

	up = up && dy_pool_is_up(server->pool);
	server->body.len = 0;
	dy_buf_printf(&server->body, "%s: dynamodb.%s.amazonaws.com ",
				  up ? "healthy" : "unhealthy", server->config->region);
	begin_answer(conn, up ? 200 : 503, NULL);
	finish_answer(conn, dy_buf_slice(&server->body));
}

static void
answer_metrics(DyHttpConn *conn)
{
	DyServer   *server = conn->server;

	server->body.len = 0;
	dy_metrics_text(dy_peers_all_metrics(server->peers), dy_peers_count(server->peers),
					(uint64_t) atomic_load(&buffered_bytes), &server->body);
	begin_answer(conn, 200, "text/plain; version=0.0.4; charset=utf-8");
	finish_answer(conn, dy_buf_slice(&server->body));
}

static void
answer_preflight(DyHttpConn *conn)
{
	DyBuf	   *head = &conn->server->head;
	DySlice		headers = dy_http_header(&conn->request->head, "access-control-request-headers");
	DySlice		method = dy_http_header(&conn->request->head, "access-control-request-method");

	begin_answer(conn, 200, NULL);
	if (headers.len > 0)
	{
		dy_buf_add_str(head, "Access-Control-Allow-Headers: ");
		dy_buf_add(head, headers.data, headers.len);
		dy_buf_add_str(head, "\r\n");
	}
	if (method.len > 0)
	{
		dy_buf_add_str(head, "Access-Control-Allow-Methods: ");
		dy_buf_add(head, method.data, method.len);
		dy_buf_add_str(head, "\r\n");
	}
	dy_buf_add_str(head, "Access-Control-Max-Age: 172800\r\n");
	finish_answer(conn, DY_SLICE(""));
}

/* As the service: no length, no request id. */
static void
answer_too_large(DyHttpConn *conn)
{
	dy_count(&conn->server->metrics->http_malformed, 1);
	conn->close_after = true;
	send_bytes(conn, DY_SLICE("HTTP/1.1 413 Request Entity Too Large\r\n"
							  "Transfer-Encoding: chunked\r\n"
							  "Connection: close\r\n\r\n0\r\n\r\n"), DY_SLICE(""));
	end_request(conn);
}

/* What came is no request that can be answered: say so and close. */
static void
answer_malformed(DyHttpConn *conn, int status)
{
	DyBuf	   *head = &conn->server->head;

	dy_count(&conn->server->metrics->http_malformed, 1);
	conn->close_after = true;
	head->len = 0;
	dy_buf_printf(head, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
				  status, dy_http_reason(status));
	send_bytes(conn, dy_buf_slice(head), DY_SLICE(""));
	end_request(conn);
}

/*
 * Start the head of an answer in server->head; more fields may be added
 * before finish_answer.
 */
static void
begin_answer(DyHttpConn *conn, int status, const char *content_type)
{
	DyServer   *server = conn->server;
	DyBuf	   *head = &server->head;
	char		id[REQUEST_ID_CHARS];

	make_request_id(server, id);
	head->len = 0;
	if (status == 200)
		dy_buf_add_str(head, "HTTP/1.1 200 OK");
	else
	{
		dy_buf_add_str(head, "HTTP/1.1 ");
		add_number(head, (uint64_t) status);
		dy_buf_add_char(head, ' ');
		dy_buf_add_str(head, dy_http_reason(status));
	}
	dy_buf_add_str(head, "\r\nServer: Server\r\nDate: ");
	dy_buf_add_str(head, http_date(server));
	if (content_type != NULL)
	{
		dy_buf_add_str(head, "\r\nContent-Type: ");
		dy_buf_add_str(head, content_type);
	}
	dy_buf_add_str(head, "\r\nx-amzn-RequestId: ");
	dy_buf_add(head, id, sizeof(id));
	dy_buf_add_str(head, "\r\n");
	add_origin(conn);
}

/* A browser of any origin may read the answer, as with the service. */
static void
add_origin(DyHttpConn *conn)
{
	if (conn->request->has_origin)
		dy_buf_add_str(&conn->server->head, "Access-Control-Allow-Origin: *\r\n");
}

static void
add_number(DyBuf *out, uint64_t number)
{
	char		digits[20];
	int			at = sizeof(digits);

	for (; number >= 100; number /= 100)
	{
		digits[--at] = (char) ('0' + number % 100 % 10);
		digits[--at] = (char) ('0' + number % 100 / 10);
	}
	do
		digits[--at] = (char) ('0' + number % 10);
	while ((number /= 10) > 0);
	dy_buf_add(out, digits + at, sizeof(digits) - (size_t) at);
}

/* Send the answer that begin_answer started, and be done with the request. */
static void
finish_answer(DyHttpConn *conn, DySlice body)
{
	DyBuf	   *head = &conn->server->head;

	if (conn->server->draining)
		conn->close_after = true;
	dy_buf_add_str(head, "Content-Length: ");
	add_number(head, body.len);
	if (body.len > 0)
	{
		dy_buf_add_str(head, "\r\nx-amz-crc32: ");
		add_number(head, dy_crc32(body));
	}
	dy_buf_add_str(head, conn->close_after ? "\r\nConnection: close\r\n\r\n"
				   : "\r\nConnection: keep-alive\r\n\r\n");
	if (conn->request->head.method == DY_HTTP_HEAD)
		body.len = 0;			/* its length was told, that is all */
	if (body.len <= COPY_BYTES)
	{
		dy_buf_add(head, body.data, body.len);
		body.len = 0;
	}
	send_bytes(conn, dy_buf_slice(head), body);
	end_request(conn);
}

/* The answer is on its way: forget the request and go on or stop. */
static void
end_request(DyHttpConn *conn)
{
	if (conn->request != NULL)
		free_request(conn->server, conn->request);
	conn->request = NULL;
	conn->scanned = 0;
	if (conn->state == HTTP_CLOSED)
		return;
	if (!conn->close_after)
	{
		enter(conn, HTTP_IDLE);
		return;
	}
	enter(conn, HTTP_LINGER);
}

/* Send at once what the socket takes, and the rest when it takes more. */
static void
send_bytes(DyHttpConn *conn, DySlice head, DySlice body)
{
	DyBuf	   *output = &conn->output;
	size_t		sent = 0;

	if (output->len == 0)
	{
		ssize_t		n;

		if (body.len == 0)
			n = send(conn->fd, head.data, head.len, MSG_NOSIGNAL | MSG_DONTWAIT);
		else
		{
			struct iovec parts[2] = {{(void *) head.data, head.len}, {(void *) body.data, body.len}};
			struct msghdr message = {.msg_iov = parts,.msg_iovlen = 2};

			n = sendmsg(conn->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		}
		/* an error will show up again when the rest is sent */
		if (n > 0)
			sent = (size_t) n;
		if (sent == head.len + body.len)
			return;
	}
	if (sent < head.len)
	{
		dy_buf_add(output, head.data + sent, head.len - sent);
		sent = head.len;
	}
	dy_buf_add(output, body.data + (sent - head.len), head.len + body.len - sent);
	account_answer(conn);
	wait_for_output(conn);
}

/* Until the socket takes some of the output, but not for ever. */
static void
wait_for_output(DyHttpConn *conn)
{
	const DyConfig *config = conn->server->config;
	struct timeval timeout = {config->write_timeout / 1000, (config->write_timeout % 1000) * 1000};

	if (conn->writable == NULL)
		conn->writable = event_new(conn->server->base, conn->fd, EV_WRITE | EV_PERSIST | EV_ET,
								   on_writable, conn);
	if (!event_pending(conn->writable, EV_WRITE, NULL))
		event_add(conn->writable, &timeout);
}

/* The only place that changes the state of a connection. */
static void
enter(DyHttpConn *conn, HttpState state)
{
	const DyConfig *config = conn->server->config;
	bool		unread = conn->unread > 0;
	uint64_t	life_us = 0;

	assert(conn->state != HTTP_CLOSED);
	switch (state)
	{
		case HTTP_IDLE:
			life_us = (uint64_t) (config->idle_timeout + (unread ? config->write_timeout : 0)) * 1000;
			break;
		case HTTP_HEAD:
			life_us = (uint64_t) config->head_timeout * 1000;
			break;
		case HTTP_BODY:
			life_us = (uint64_t) config->body_timeout * 1000;
			break;
		case HTTP_LINGER:
			/* first the answer must be taken, then the time to linger begins */
			if (unread)
				life_us = (uint64_t) (config->idle_timeout + config->write_timeout) * 1000;
			else
			{
				shutdown(conn->fd, SHUT_WR);
				life_us = LINGER_US;
			}
			break;
		case HTTP_BUSY:
		case HTTP_CLOSED:
			break;
	}
	conn->state = state;
	conn->deadline_us = life_us > 0 ? about_now_us() + life_us : 0;
}

/* dy_now_us() of the last tick of the kernel's clock, which costs a quarter. */
static uint64_t
about_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}

/*
 * Close the socket.  A request that is with the pool stays there, and the
 * memory of the connection until process() has returned.
 */
static void
close_conn(DyHttpConn *conn)
{
	DyServer   *server = conn->server;

	if (conn->state == HTTP_CLOSED)
		return;
	if (conn->request != NULL)
	{
		conn->request->conn = NULL;
		if (conn->state != HTTP_BUSY)
			free_request(server, conn->request);
		conn->request = NULL;
	}
	enter(conn, HTTP_CLOSED);
	dy_buf_free(&conn->output);
	conn->output_sent = 0;
	account_answer(conn);
	event_free(conn->readable);
	if (conn->writable != NULL)
		event_free(conn->writable);
	evutil_closesocket(conn->fd);
	if (conn->prev != NULL)
		conn->prev->next = conn->next;
	else
		server->conns = conn->next;
	if (conn->next != NULL)
		conn->next->prev = conn->prev;
	server->conn_count--;
	dy_peers_leave(server->peers, server->thread);
	dy_count(&server->metrics->http_open, -1);
	if (!conn->processing)
		free_conn(conn);
}

static void
free_conn(DyHttpConn *conn)
{
	assert(conn->state == HTTP_CLOSED && conn->request == NULL);
	dy_buf_free(&conn->kept);
	free(conn);
}

/* Used before or new; see DyRequest for what is set. */
static DyRequest *
new_request(DyServer *server)
{
	DyRequest  *request = server->spare;

	if (request != NULL)
	{
		server->spare = request->next;
		server->spare_count--;
	}
	else
	{
		request = dy_buf_alloc(sizeof(DyRequest));
		memset(&request->body, 0, sizeof(request->body));
	}
	memset(request, 0, offsetof(DyRequest, head));
	request->body.len = 0;
	return request;
}

static void
free_request(DyServer *server, DyRequest *request)
{
	if (request->accounted > 0)
		atomic_fetch_sub(&buffered_bytes, (int64_t) request->accounted);
	free(request->head_bytes);
	dy_buf_free(&request->plain);
	if (server->spare_count == SPARE_REQUESTS || request->body.cap > SPARE_BODY_BYTES)
	{
		release_request(request);
		return;
	}
	request->next = server->spare;
	server->spare = request;
	server->spare_count++;
}

static void
release_request(DyRequest *request)
{
	dy_buf_free(&request->body);
	free(request);
}

/*
 * 52 characters in the style of the service: 256 random bits in base 32.
 * xorshift128+ is enough, nothing depends on them being hard to guess.
 */
static void
make_request_id(DyServer *server, char *id)
{
	const uint64_t each = UINT64_C(0x0101010101010101);

	for (int i = 0; i < REQUEST_ID_CHARS; i += 8)
	{
		uint64_t	a = server->random[0];
		uint64_t	b = server->random[1];
		uint64_t	digits;

		server->random[0] = b;
		a ^= a << 23;
		server->random[1] = a ^ b ^ (a >> 17) ^ (b >> 26);

		/* eight numbers below 32; those above 9 are letters */
		digits = (server->random[1] + b) & each * 31;
		digits += each * '0' + ((digits + each * 22) >> 5 & each) * ('A' - '0' - 10);
		memcpy(id + i, &digits, REQUEST_ID_CHARS - i < 8 ? REQUEST_ID_CHARS % 8 : 8);
	}
	/* 51 characters hold 255 bits, the last one holds one more */
	id[REQUEST_ID_CHARS - 1] = server->random[1] & 1 ? 'G' : '0';
}

/* "Sun, 22 Nov 2026 20:00:00 GMT", made once a second. */
static const char *
http_date(DyServer *server)
{
	time_t		now = time(NULL);

	if (now != server->date_at)
	{
		struct tm	tm;

		gmtime_r(&now, &tm);
		strftime(server->date_text, sizeof(server->date_text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		server->date_at = now;
	}
	return server->date_text;
}
