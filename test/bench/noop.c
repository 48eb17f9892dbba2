/*-------------------------------------------------------------------------
 *
 * noop.c
 *	  An HTTP server that does nothing: it answers every request with the same
 *	  bytes.
 *
 * What it reaches is what the load program and TCP leave to any server, and
 * what lies between it and dynamo-bridge is what reading, checking and
 * answering a request costs.  It looks at nothing of a request: what arrives
 * at once is one, as the load program sends them.
 *
 * A thread for each processor, which takes the connections that come from its
 * own, as dynamo-bridge --cpus does.
 *
 *	  noop PORT ANSWER
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS			256
#define REQUEST_BYTES	65536

static int	port;
static const char *answer;
static size_t answer_len;

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static int
listen_on(int cpu)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t) port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	int			on = 1;
	int			fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu, sizeof(cpu));
	if (bind(fd, (struct sockaddr *) &address, sizeof(address)) != 0)
		die("bind");
	if (listen(fd, SOMAXCONN) != 0)
		die("listen");
	return fd;
}

static void
watch(int epoll_fd, int fd)
{
	struct epoll_event event = {.events = EPOLLIN,.data.fd = fd};

	if (fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
		die("epoll");
}

static void *
serve(void *argument)
{
	int			listen_fd = *(int *) argument;
	int			epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	int			on = 1;
	struct epoll_event events[EVENTS];
	char	   *request = malloc(REQUEST_BYTES);

	if (!request)
		die("malloc");
	watch(epoll_fd, listen_fd);
	for (;;)
	{
		int			n = epoll_wait(epoll_fd, events, EVENTS, -1);

		for (int i = 0; i < n; i++)
		{
			int			fd = events[i].data.fd;

			if (fd == listen_fd)
			{
				fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
				setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
				watch(epoll_fd, fd);
			}
			else if (recv(fd, request, REQUEST_BYTES, 0) <= 0 ||
					 send(fd, answer, answer_len, MSG_NOSIGNAL) != (ssize_t) answer_len)
				close(fd);
		}
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	cpu_set_t	cpus;
	int			fds[CPU_SETSIZE];

	if (argc != 3 || (port = atoi(argv[1])) <= 0)
	{
		fprintf(stderr, "usage: noop PORT ANSWER\n");
		return 2;
	}
	answer = argv[2];
	answer_len = strlen(answer);

	/* all listen before one of them accepts */
	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		die("sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &cpus))
			fds[cpu] = listen_on(cpu);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
	{
		pthread_t	thread;
		pthread_attr_t attributes;
		cpu_set_t	one;

		if (!CPU_ISSET(cpu, &cpus))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		pthread_attr_init(&attributes);
		pthread_attr_setaffinity_np(&attributes, sizeof(one), &one);
		if (pthread_create(&thread, &attributes, serve, &fds[cpu]) != 0)
			die("pthread_create");
	}
	for (;;)
		pause();
}
