/*-------------------------------------------------------------------------
 *
 * transaction.h
 *	  The writes of a transaction: TransactWriteItems, ExecuteTransaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_TRANSACTION_H
#define DY_OPS_TRANSACTION_H

#include "ops/cancellation.h"
#include "ops/item_write.h"

/* Reads and writes of a transaction cost twice as much. */
#define DY_TRANSACT_FACTOR 2.0

typedef struct DyTransaction
{
	int			n;
	DyItemWrite *writes;		/* n of them, their tables known */
	DyCancellationReason *reasons;	/* n of them, zero to begin with */
} DyTransaction;

extern void dy_transaction_check_payload(const DyTransaction *t);
extern void dy_transaction_bind_keys(DyTransaction *t);
extern void dy_transaction_check_distinct(const DyTransaction *t);
extern void dy_transaction_carry_out(DyTransaction *t);
extern void dy_transaction_cancel_if_failed(const DyTransaction *t);

#endif							/* DY_OPS_TRANSACTION_H */
