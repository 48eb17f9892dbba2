/*-------------------------------------------------------------------------
 *
 * peers.c
 *	  What the threads of the program know of each other.
 *
 * That is each other's metrics and how many HTTP connections each has.  The
 * kernel decides which thread gets to accept a client, by where its packets
 * come in or by a hash, and either may be one thread for all of them.  So a
 * thread that has more than its share gives the next ones to the thread with
 * the fewest, through a pipe whose bytes are file descriptors.
 *
 * A connection is counted for the thread it is meant for as soon as that is
 * decided, so that many that come at once are spread, too.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "bridge/peers.h"

typedef struct Peer
{
	_Atomic int connections;
	int			given[2];		/* pipe of the connections given to it */
} Peer;

struct DyPeers
{
	int			count;
	_Atomic int connections;	/* of all threads */
	Peer	   *peers;
	DyMetrics **metrics;
};

/* For that many threads; NULL, and errno, if there are no files for them. */
DyPeers *
dy_peers_create(int count)
{
	DyPeers    *peers = dy_buf_zalloc(sizeof(DyPeers));

	peers->peers = dy_buf_zalloc(sizeof(Peer) * (size_t) count);
	peers->metrics = dy_buf_zalloc(sizeof(DyMetrics *) * (size_t) count);
	for (int i = 0; i < count; i++)
	{
		if (pipe2(peers->peers[i].given, O_CLOEXEC | O_NONBLOCK) < 0)
		{
			int			error = errno;

			dy_peers_free(peers);
			errno = error;
			return NULL;
		}
		peers->metrics[i] = dy_buf_zalloc(sizeof(DyMetrics));
		peers->count++;
	}
	return peers;
}

int
dy_peers_count(const DyPeers *peers)
{
	return peers->count;
}

/* Those of one thread, the only one to write them. */
DyMetrics *
dy_peers_metrics(const DyPeers *peers, int thread)
{
	return peers->metrics[thread];
}

/* Those of all threads, to be read. */
DyMetrics  *const *
dy_peers_all_metrics(const DyPeers *peers)
{
	return peers->metrics;
}

/*
 * A thread has accepted a connection: count it and say which thread shall have
 * it; -1 if there are limit connections already.
 *
 * The one that has accepted it, unless it has a quarter and one more than its
 * share.  That much is left to the kernel's choice, which may have had a
 * reason.
 */
int
dy_peers_enter(DyPeers *peers, int thread, int limit)
{
	int			all = atomic_fetch_add(&peers->connections, 1);
	int			share = all / peers->count;
	int			chosen = thread;

	if (all >= limit)
	{
		atomic_fetch_sub(&peers->connections, 1);
		return -1;
	}
	if (peers->peers[thread].connections > share + share / 4 + 1)
	{
		for (int i = 0; i < peers->count; i++)
		{
			if (peers->peers[i].connections < peers->peers[chosen].connections)
				chosen = i;
		}
	}
	atomic_fetch_add(&peers->peers[chosen].connections, 1);
	return chosen;
}

/* A connection of a thread is no more. */
void
dy_peers_leave(DyPeers *peers, int thread)
{
	atomic_fetch_sub(&peers->peers[thread].connections, 1);
	atomic_fetch_sub(&peers->connections, 1);
}

/*
 * Give a connection to a thread, which will find it with dy_peers_take.  False
 * if thousands wait there already.
 */
bool
dy_peers_give(DyPeers *peers, int thread, int fd)
{
	return write(peers->peers[thread].given[1], &fd, sizeof(fd)) == sizeof(fd);
}

/* The next connection given to this thread, or -1. */
int
dy_peers_take(DyPeers *peers, int thread)
{
	int			fd;

	return read(peers->peers[thread].given[0], &fd, sizeof(fd)) == sizeof(fd) ? fd : -1;
}

/* A file to be read when a connection was given to this thread. */
int
dy_peers_given(const DyPeers *peers, int thread)
{
	return peers->peers[thread].given[0];
}

/* The threads have ended; closes what was given and not taken. */
void
dy_peers_free(DyPeers *peers)
{
	for (int i = 0; i < peers->count; i++)
	{
		int			fd;

		while ((fd = dy_peers_take(peers, i)) >= 0)
			close(fd);
		close(peers->peers[i].given[0]);
		close(peers->peers[i].given[1]);
		free(peers->metrics[i]);
	}
	free(peers->peers);
	free(peers->metrics);
	free(peers);
}
