/*-------------------------------------------------------------------------
 *
 * pace.h
 *	  When the writes that wait get a transaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_PACE_H
#define DY_BRIDGE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* What a lane has learnt from its transactions. */
typedef struct DyPace
{
	uint64_t	patience_us;	/* how long others wait for one of them */
	int			calm;			/* of late: transactions that met no lock,
								 * less those that did */
	uint64_t	unrest_until_us;	/* one at a time until then */
} DyPace;

extern void dy_pace_init(DyPace *pace);
extern void dy_pace_learn(DyPace *pace, uint64_t now_us, uint64_t took_us, bool met_lock);
extern bool dy_pace_may_start(const DyPace *pace, uint64_t now_us, int waiting, int at_work,
							  int transactions, int depth);

#endif							/* DY_BRIDGE_PACE_H */
