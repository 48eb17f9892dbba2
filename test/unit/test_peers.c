/*-------------------------------------------------------------------------
 *
 * test_peers.c
 *	  Which thread gets a connection, and how it is passed on.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "bridge/peers.h"
#include "tap.h"

int
main(void)
{
	DyPeers    *peers = dy_peers_create(3);
	int			count[3] = {0, 0, 0};
	int			fd[2];

	/* all come to thread 1 */
	for (int i = 0; i < 90; i++)
		count[dy_peers_enter(peers, 1, 100)]++;
	ok(count[0] >= 25 && count[2] >= 25 && count[1] >= 30 && count[1] <= 38,
	   "who has a quarter and one above its share gets no more: %d, %d, %d", count[0], count[1], count[2]);

	/* they come as they should */
	for (int i = 0; i < 3; i++)
		while (count[i] > 0)
		{
			dy_peers_leave(peers, i);
			count[i]--;
		}
	for (int i = 0; i < 90; i++)
		count[i % 3] += dy_peers_enter(peers, i % 3, 100) == i % 3;
	ok(count[0] == 30 && count[1] == 30 && count[2] == 30, "who has its share keeps its own");

	for (int i = 0; i < 10; i++)
		dy_peers_enter(peers, 0, 100);
	ok(dy_peers_enter(peers, 0, 100) == -1 && dy_peers_enter(peers, 2, 100) == -1, "no more than the limit");
	dy_peers_leave(peers, 2);
	ok(dy_peers_enter(peers, 2, 100) == 2, "until one leaves");

	ok(dy_peers_take(peers, 2) == -1, "nothing was given");
	ok(pipe(fd) == 0 && dy_peers_give(peers, 2, fd[0]) && dy_peers_give(peers, 2, fd[1]), "two are given");
	ok(dy_peers_take(peers, 1) == -1, "to no other");
	ok(dy_peers_take(peers, 2) == fd[0], "the first comes first");
	dy_peers_free(peers);
	ok(fcntl(fd[1], F_GETFD) == -1 && errno == EBADF, "what nobody took is closed");
	ok(fcntl(fd[0], F_GETFD) != -1, "what was taken is not");
	close(fd[0]);
	return done_testing();
}
