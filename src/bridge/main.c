/*-------------------------------------------------------------------------
 *
 * main.c
 *	  dynamo-bridge: the DynamoDB wire protocol in front of PostgreSQL.
 *
 * The main thread reads the configuration, opens the sockets, starts the
 * threads, keeps the access keys and waits for signals.  SIGTERM and SIGINT
 * drain: no new connections, requests under way are finished.  A second one
 * ends at once.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "bridge/config.h"
#include "bridge/control.h"
#include "bridge/cpus.h"
#include "bridge/log.h"
#include "bridge/worker.h"

#ifndef DY_VERSION
#error "DY_VERSION comes from dynamo.control, through the Makefile"
#endif

/* Most threads when the number is left to us. */
#define MAX_DEFAULT_THREADS 4
#define MAX_THREADS 64			/* as options.def has it */

#define LISTEN_BACKLOG 1024

/* Open files beside connections: sockets that listen, event loops, libraries. */
#define SPARE_FILES 64

typedef struct Program
{
	DyConfig	config;
	cpu_set_t	cpus;			/* for threads to stay on; may be empty */
	struct event_base *base;
	DyControl  *control;
	DyWorker  **workers;
	DyPeers    *peers;
	int			thread_count;
	bool		draining;
} Program;

extern char **environ;

static void load_config(Program *program, int argc, char **argv);
static void start_threads(Program *program);
static int	open_listener(const DyConfig *config, int *port, bool share);
static int	try_listen(const struct addrinfo *address, int *port, bool share);
static int	count_threads(const Program *program);
static void prefer_clients_on(int listen_fd, int cpu);
static void fit_file_limit(Program *program);
static void on_signal(evutil_socket_t fd, short events, void *arg);

int
main(int argc, char **argv)
{
	Program		program;
	struct event *terminate;
	struct event *interrupt;

	memset(&program, 0, sizeof(program));
	load_config(&program, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);	/* there is nothing to read again */
	fit_file_limit(&program);
	srandom((unsigned int) (time(NULL) ^ getpid()));

	program.base = event_base_new();
	if (program.base == NULL)
	{
		dy_log(DY_LOG_ERROR, "could not create an event base");
		return EXIT_FAILURE;
	}
	terminate = evsignal_new(program.base, SIGTERM, on_signal, &program);
	interrupt = evsignal_new(program.base, SIGINT, on_signal, &program);
	event_add(terminate, NULL);
	event_add(interrupt, NULL);

	start_threads(&program);
	if (program.config.development)
		dy_log(DY_LOG_WARNING, "development mode: signatures are not checked");
	else
		program.control = dy_control_create(program.base, &program.config);

	event_base_dispatch(program.base);

	for (int i = 0; i < program.thread_count; i++)
		dy_worker_join(program.workers[i]);
	dy_log(DY_LOG_INFO, "stopped");
	if (program.control != NULL)
		dy_control_free(program.control);
	event_free(terminate);
	event_free(interrupt);
	event_base_free(program.base);
	free(program.workers);
	dy_peers_free(program.peers);
	dy_config_free(&program.config);
	return EXIT_SUCCESS;
}

/* Read the settings, or print what was asked for and leave. */
static void
load_config(Program *program, int argc, char **argv)
{
	DyConfig   *config = &program->config;
	DyBuf		text = {0};
	int			status = EXIT_SUCCESS;
	DyConfigResult result = dy_config_load(config, argc, argv, environ, &text);

	if (result == DY_CONFIG_OK && !dy_cpus_parse(config->cpus, &program->cpus, &text))
		result = DY_CONFIG_ERROR;
	switch (result)
	{
		case DY_CONFIG_OK:
			dy_buf_free(&text);
			return;
		case DY_CONFIG_HELP:
			dy_config_help(&text);
			break;
		case DY_CONFIG_VERSION:
			dy_buf_add_str(&text, "dynamo-bridge " DY_VERSION "\n");
			break;
		case DY_CONFIG_MAN:
			dy_config_man(&text);
			break;
		case DY_CONFIG_ERROR:
			fprintf(stderr, "dynamo-bridge: %.*s\nTry \"dynamo-bridge --help\".\n",
					(int) text.len, text.data);
			text.len = 0;
			status = EXIT_FAILURE;
			break;
	}
	fwrite(text.data, 1, text.len, stdout);
	dy_buf_free(&text);
	dy_config_free(config);
	exit(status);
}

/*
 * One listening socket and one thread each.  The port must be free, unless
 * it is to be shared: the first socket is opened without SO_REUSEPORT for
 * that, and closed again.
 */
static void
start_threads(Program *program)
{
	const DyConfig *config = &program->config;
	int			port = config->port;
	int		   *sockets;

	program->thread_count = count_threads(program);
	if (!config->share_port)
		close(open_listener(config, &port, false));
	sockets = dy_buf_alloc(sizeof(int) * (size_t) program->thread_count);
	for (int i = 0; i < program->thread_count; i++)
		sockets[i] = open_listener(config, &port, true);

	program->workers = dy_buf_zalloc(sizeof(DyWorker *) * (size_t) program->thread_count);
	program->peers = dy_peers_create(program->thread_count);
	if (program->peers == NULL)
	{
		dy_log(DY_LOG_ERROR, "could not start threads: %s", strerror(errno));
		exit(EXIT_FAILURE);
	}
	for (int i = 0; i < program->thread_count; i++)
	{
		int			cpu = dy_cpus_nth(&program->cpus, i);

		if (cpu >= 0)
			prefer_clients_on(sockets[i], cpu);
		program->workers[i] = dy_worker_start(config, sockets[i], cpu, program->peers, i);
	}
	free(sockets);
	dy_log(DY_LOG_INFO, "version " DY_VERSION " listens on %s port %d with %d thread%s",
		   config->listen_address, port, program->thread_count,
		   program->thread_count == 1 ? "" : "s");
}

/*
 * As many as are asked for, or one for each processor that they shall stay
 * on, or one for two of the machine's: the others are for Postgres.
 */
static int
count_threads(const Program *program)
{
	long		processors = sysconf(_SC_NPROCESSORS_ONLN);
	int			cpus = CPU_COUNT(&program->cpus);

	if (program->config.threads > 0)
		return program->config.threads;
	if (cpus > 0)
		return cpus < MAX_THREADS ? cpus : MAX_THREADS;
	return processors < 4 ? 1
		: processors / 2 > MAX_DEFAULT_THREADS ? MAX_DEFAULT_THREADS : (int) (processors / 2);
}

/* Ends the program if it cannot.  *port is set to the port taken. */
static int
open_listener(const DyConfig *config, int *port, bool share)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,.ai_flags = AI_PASSIVE};
	struct addrinfo *addresses = NULL;
	int			error = getaddrinfo(config->listen_address, NULL, &hints, &addresses);
	int			fd = -1;

	if (error != 0)
	{
		dy_log(DY_LOG_ERROR, "could not resolve \"%s\": %s", config->listen_address,
			   gai_strerror(error));
		exit(EXIT_FAILURE);
	}
	for (struct addrinfo *a = addresses; a != NULL && fd < 0; a = a->ai_next)
		fd = try_listen(a, port, share);
	if (fd < 0)
	{
		dy_log(DY_LOG_ERROR, "could not listen on %s port %d: %s", config->listen_address,
			   *port, strerror(errno));
		exit(EXIT_FAILURE);
	}
	freeaddrinfo(addresses);
	return fd;
}

static int
try_listen(const struct addrinfo *address, int *port, bool share)
{
	struct sockaddr_storage bound;
	socklen_t	len = address->ai_addrlen;
	int			on = 1;
	int			fd;

	memcpy(&bound, address->ai_addr, len);
	if (bound.ss_family == AF_INET)
		((struct sockaddr_in *) &bound)->sin_port = htons((uint16_t) *port);
	else
		((struct sockaddr_in6 *) &bound)->sin6_port = htons((uint16_t) *port);
	fd = socket(bound.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (share)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *) &bound, len) < 0 ||
		(share && listen(fd, LISTEN_BACKLOG) < 0) ||
		getsockname(fd, (struct sockaddr *) &bound, &len) < 0)
	{
		int			error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	*port = ntohs(bound.ss_family == AF_INET ? ((struct sockaddr_in *) &bound)->sin_port
				  : ((struct sockaddr_in6 *) &bound)->sin6_port);
	return fd;
}

/*
 * Of the sockets that share the port, this one is to get the clients whose
 * first packet comes in on the processor cpu.  Best effort: kernels before 6.2
 * spread them over all.
 */
static void
prefer_clients_on(int listen_fd, int cpu)
{
	setsockopt(listen_fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu, sizeof(cpu));
}

/*
 * Every HTTP connection takes a file descriptor: take all we may have.  If
 * these are too few, clients get fewer connections; those to Postgres must
 * be possible at any time.
 */
static void
fit_file_limit(Program *program)
{
	DyConfig   *config = &program->config;
	struct rlimit limit;
	int			threads = count_threads(program);
	rlim_t		ours = SPARE_FILES + (rlim_t) threads * (rlim_t) (config->read_connections + 4) +
	(rlim_t) (config->write_connections + config->general_connections);
	int			room = 1;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	if (limit.rlim_cur < limit.rlim_max)
	{
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0)
			return;
	}
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= ours + (rlim_t) config->max_connections)
		return;
	if (limit.rlim_cur > ours)
		room = (int) (limit.rlim_cur - ours);
	dy_log(DY_LOG_WARNING, "only %d HTTP connections at a time, not %d: the limit of open files is %llu",
		   room, config->max_connections, (unsigned long long) limit.rlim_cur);
	config->max_connections = room;
}

static void
on_signal(evutil_socket_t fd, short events, void *arg)
{
	Program    *program = arg;

	(void) events;
	if (program->draining)
	{
		dy_log(DY_LOG_WARNING, "second signal, stopping at once");
		_exit(EXIT_FAILURE);
	}
	program->draining = true;
	dy_log(DY_LOG_INFO, "received signal %d, finishing requests", (int) fd);
	for (int i = 0; i < program->thread_count; i++)
		dy_worker_drain(program->workers[i]);
	event_base_loopbreak(program->base);
}
