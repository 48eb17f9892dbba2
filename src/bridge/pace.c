/*-------------------------------------------------------------------------
 *
 * pace.c
 *	  When the writes that wait get a transaction.
 *
 * The more writes share a transaction, the less each of them costs; but while
 * one waits for its flush there is a processor to work on the next.  So writes
 * gather while others are at work, until as many wait as are at work: clients
 * that wait for their answers then have half of their writes flushed and half
 * of them worked on, in batches as large as if one waited for the other.  Where
 * several threads write, a flush takes what all of them have ready.
 *
 * Two transactions at a time may want the same key, and one of them then waits
 * for the flush of the other; a single one with the writes of both does not.
 * So there is one at a time for a while after more transactions have met a lock
 * than have not.
 *
 * No writes wait for others that take long: those wait for a lock, perhaps.
 * What is long depends on what a transaction takes, for which slow disks and
 * standbys that must confirm make the difference.
 *
 *-------------------------------------------------------------------------
 */
#include "bridge/pace.h"

/* How long writes wait for others, at least and at most. */
#define MIN_PATIENCE_US 2000
#define MAX_PATIENCE_US 50000

/* Transactions at a time. */
#define MAX_TRANSACTIONS 4

/*
 * How many more transactions without a lock than with one are remembered; and
 * what follows when there were fewer: one transaction at a time for so long,
 * and then as if there had been some more.
 */
#define MAX_CALM 16
#define UNREST_US 50000
#define CALM_AGAIN 4

void
dy_pace_init(DyPace *pace)
{
	pace->patience_us = MIN_PATIENCE_US;
	pace->calm = CALM_AGAIN;
	pace->unrest_until_us = 0;
}

/*
 * A transaction has ended that took so long, and found a key locked or not.
 *
 * Patience becomes twice what transactions take.  One that waited for a lock
 * tells little about the others, so none counts for more than the patience it
 * met.
 */
void
dy_pace_learn(DyPace *pace, uint64_t now_us, uint64_t took_us, bool met_lock)
{
	uint64_t	twice = 2 * (took_us < pace->patience_us ? took_us : pace->patience_us);

	pace->patience_us = (15 * pace->patience_us + twice) / 16;
	if (pace->patience_us < MIN_PATIENCE_US)
		pace->patience_us = MIN_PATIENCE_US;
	if (pace->patience_us > MAX_PATIENCE_US)
		pace->patience_us = MAX_PATIENCE_US;

	pace->calm += met_lock ? -1 : 1;
	if (pace->calm > MAX_CALM)
		pace->calm = MAX_CALM;
	if (pace->calm < 0)
	{
		pace->calm = CALM_AGAIN;
		pace->unrest_until_us = now_us + UNREST_US;
	}
}

/*
 * May those that wait start a transaction, of depth writes at most, beside so
 * many that have so many writes at work?  Of these, only those count for which
 * patience has not ended.
 */
bool
dy_pace_may_start(const DyPace *pace, uint64_t now_us, int waiting, int at_work,
				  int transactions, int depth)
{
	if (transactions == 0)
		return true;
	return transactions < MAX_TRANSACTIONS && now_us >= pace->unrest_until_us &&
		waiting >= (at_work < depth ? at_work : depth);
}
