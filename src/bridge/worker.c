/*-------------------------------------------------------------------------
 *
 * worker.c
 *	  A thread that serves requests.
 *
 * Each has its own event base, listening socket (the kernel spreads new
 * connections over them), HTTP connections and connections to Postgres.
 * Threads share the configuration, the key set and the count of buffered
 * bytes; peers.c says what they know of each other.
 *
 * The loop runs in turns: wait, run what is ready, write to Postgres what
 * has come together.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/eventfd.h>

#include <event2/event.h>

#include "bridge/cpus.h"
#include "bridge/log.h"
#include "bridge/pool.h"
#include "bridge/server.h"
#include "bridge/worker.h"

/* How often deadlines are looked at. */
#define TICK_US 100000

struct DyWorker
{
	pthread_t	thread;
	const DyConfig *config;
	int			cpu;			/* to stay on, or -1 */
	struct event_base *base;
	DyServer   *server;
	DyPool	   *pool;
	struct event *tick;
	struct event *wake;
	int			wake_fd;
	bool		draining;
	uint64_t	drain_until_us;
	bool		done;
};

static void *run(void *arg);
static void on_tick(evutil_socket_t fd, short events, void *arg);
static void on_wake(evutil_socket_t fd, short events, void *arg);
static int	share(int total, int thread, int thread_count);

/*
 * Start a thread on a listening socket, which stays on the processor cpu
 * unless that is -1.  Ends the program if it cannot.
 */
DyWorker *
dy_worker_start(const DyConfig *config, int listen_fd, int cpu, DyPeers *peers, int thread)
{
	int			thread_count = dy_peers_count(peers);
	DyWorker   *worker = dy_buf_zalloc(sizeof(DyWorker));
	struct timeval tick = {0, TICK_US};
	int			connections[DY_LANE_COUNT];

	connections[DY_LANE_READ] = config->read_connections;
	connections[DY_LANE_WRITE] = share(config->write_connections, thread, thread_count);
	connections[DY_LANE_GENERAL] = share(config->general_connections, thread, thread_count);

	worker->config = config;
	worker->cpu = cpu;
	worker->base = event_base_new();
	worker->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->base == NULL || worker->wake_fd < 0)
		goto failed;
	worker->server = dy_server_create(worker->base, config, listen_fd, peers, thread);
	worker->pool = dy_pool_create(worker->base, config, connections, cpu,
								  dy_peers_metrics(peers, thread), dy_server_done,
								  worker->server);
	dy_server_set_pool(worker->server, worker->pool);
	worker->tick = event_new(worker->base, -1, EV_PERSIST, on_tick, worker);
	worker->wake = event_new(worker->base, worker->wake_fd, EV_READ | EV_PERSIST,
							 on_wake, worker);
	event_add(worker->tick, &tick);
	event_add(worker->wake, NULL);
	if (pthread_create(&worker->thread, NULL, run, worker) == 0)
		return worker;

failed:
	dy_log(DY_LOG_ERROR, "could not start a thread: %s", strerror(errno));
	exit(EXIT_FAILURE);
}

/*
 * Finish what is under way and end; returns at once.  Any thread may call it.
 */
void
dy_worker_drain(DyWorker *worker)
{
	uint64_t	one = 1;

	if (write(worker->wake_fd, &one, sizeof(one)) < 0)
		dy_log(DY_LOG_ERROR, "could not wake a thread: %s", strerror(errno));
}

/* Wait for the end of the thread. */
void
dy_worker_join(DyWorker *worker)
{
	pthread_join(worker->thread, NULL);
	close(worker->wake_fd);
	free(worker);
}

static void *
run(void *arg)
{
	DyWorker   *worker = arg;

	if (worker->cpu >= 0 && !dy_cpus_stay_on(worker->cpu))
		dy_log(DY_LOG_WARNING, "a thread does not stay on processor %d: %s", worker->cpu,
			   strerror(errno));
	while (!worker->done)
	{
		if (event_base_loop(worker->base, EVLOOP_ONCE) < 0)
			break;
		dy_pool_flush(worker->pool);
		if (worker->draining && dy_server_open_connections(worker->server) == 0)
			worker->done = true;
	}
	dy_pool_free(worker->pool);
	dy_server_free(worker->server);
	event_free(worker->tick);
	event_free(worker->wake);
	event_base_free(worker->base);
	return NULL;
}

static void
on_tick(evutil_socket_t fd, short events, void *arg)
{
	DyWorker   *worker = arg;

	(void) fd;
	(void) events;
	dy_pool_expire(worker->pool);
	dy_server_tick(worker->server);
	if (worker->draining && dy_now_us() >= worker->drain_until_us)
		worker->done = true;
}

/* The main thread wants us to end. */
static void
on_wake(evutil_socket_t fd, short events, void *arg)
{
	DyWorker   *worker = arg;
	uint64_t	count;

	(void) events;
	if (read(fd, &count, sizeof(count)) < 0 || worker->draining)
		return;
	worker->draining = true;
	worker->drain_until_us = dy_now_us() + (uint64_t) worker->config->drain_timeout * 1000;
	dy_server_drain(worker->server);
}

/* This thread's part of a number of connections, one at least. */
static int
share(int total, int thread, int thread_count)
{
	int			part = total / thread_count + (thread < total % thread_count ? 1 : 0);

	return part > 0 ? part : 1;
}
