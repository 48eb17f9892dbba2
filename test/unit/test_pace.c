/*-------------------------------------------------------------------------
 *
 * test_pace.c
 *	  When the writes that wait get a transaction.
 *
 *-------------------------------------------------------------------------
 */
#include "bridge/pace.h"
#include "tap.h"

#define DEPTH 64

static DyPace pace;
static uint64_t now;

/* So many transactions, one after the other, that took so long, and met a lock or not. */
static void
learn(int transactions, uint64_t took_us, bool met_lock)
{
	for (int i = 0; i < transactions; i++)
		dy_pace_learn(&pace, now += took_us, took_us, met_lock);
}

/* May so many that wait start one beside others with so many at work? */
static bool
may_start(int waiting, int at_work, int transactions)
{
	return dy_pace_may_start(&pace, now, waiting, at_work, transactions, DEPTH);
}

int
main(void)
{
	uint64_t	short_patience;

	dy_pace_init(&pace);
	ok(may_start(1, 0, 0), "nobody waits for nothing");
	ok(may_start(4, 4, 1), "two at a time, when as many wait as are at work");
	ok(!may_start(3, 4, 1), "but no smaller ones");
	ok(may_start(1, 1, 1), "of one write, too");
	ok(may_start(DEPTH, 2 * DEPTH, 2), "a full one does not wait for more");
	ok(!may_start(DEPTH - 1, 2 * DEPTH, 2), "one that is not full does");
	ok(!may_start(1000, 100, 100), "not any number at a time");

	learn(1000, 500, false);
	for (int i = 0; i < 1000; i++)
		learn(1, 500, i % 2 == 1);
	ok(may_start(4, 4, 1), "a lock in half of the transactions does not matter");
	learn(1000, 500, false);
	learn(3, 500, true);
	ok(may_start(4, 4, 1), "nor do some in a row");
	learn(100, 500, true);
	ok(!may_start(1000, 4, 1), "where most meet one there is one transaction at a time");
	ok(may_start(1, 0, 0), "but there is one");
	learn(1, 500, false);
	ok(!may_start(1000, 4, 1), "for a while");
	now += 1000000;
	ok(may_start(4, 4, 1), "and then two are tried again");
	learn(1, 500, true);
	ok(may_start(4, 4, 1), "with more than one chance");
	learn(10, 500, true);
	ok(!may_start(1000, 4, 1), "but few");

	short_patience = pace.patience_us;
	learn(1, 10000000, false);
	ok(pace.patience_us < 2 * short_patience, "a single one that is slow does not make others wait");
	learn(1000, 10000, false);
	ok(pace.patience_us > 15000 && pace.patience_us <= 20000, "where all are slow, patience is twice as long as they take");
	learn(1000, 10000000, false);
	ok(pace.patience_us < 100000, "within a limit");
	learn(1000, 500, false);
	ok(pace.patience_us == short_patience, "and it ends when they are fast again");
	return done_testing();
}
