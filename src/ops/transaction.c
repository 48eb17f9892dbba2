/*-------------------------------------------------------------------------
 *
 * transaction.c
 *	  The writes of a transaction, from keys to reasons.
 *
 * All key locks are taken first, without waiting: one that another
 * transaction holds cancels this one with TransactionConflict, as in
 * DynamoDB, so transactions cannot deadlock.  Then the actions run in their
 * order; since no two of them may be on one item, the order does not matter.
 * After the first failure the others run on only to find their reasons.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/parameters.h"
#include "ops/transaction.h"

static void bind_key(void *arg);
static void check_throughput(DyTransaction *t);
static void lock_keys(DyTransaction *t);
static void run_actions(DyTransaction *t);
static void run_action(void *arg);
static void charge(DyTransaction *t);

/*
 * The items of a transaction may have 4 MB together.  What an update makes
 * of its item is counted when it is known.
 */
void
dy_transaction_check_payload(const DyTransaction *t)
{
	uint64		bytes = 0;

	for (int i = 0; i < t->n; i++)
	{
		const DyWrite *write = &t->writes[i].write;

		if (write->kind == DY_WRITE_PUT)
			bytes += dy_item_size(write->item);
		else
			bytes += Max(dy_value_present(write->new_item) ? dy_item_size(write->new_item) : 0,
						 dy_item_size(write->key_map));
		if (bytes > DY_MAX_TRANSACT_BYTES)
			dy_validation("Transaction payload size cannot exceed 4MB. "
						  "Payload Size: " UINT64_FORMAT, bytes);
	}
}

/*
 * The keys of all actions; what is wrong with one is a reason.  An action
 * that has one already is left alone.
 */
void
dy_transaction_bind_keys(DyTransaction *t)
{
	for (int i = 0; i < t->n; i++)
		if (t->reasons[i].code == NULL)
			dy_cancellation_try(bind_key, &t->writes[i], &t->reasons[i]);
}

/*
 * No item twice.
 */
void
dy_transaction_check_distinct(const DyTransaction *t)
{
	for (int i = 0; i < t->n; i++)
		for (int k = 0; k < i; k++)
			if (t->reasons[i].code == NULL && t->reasons[k].code == NULL &&
				t->writes[i].write.table->relid == t->writes[k].write.table->relid &&
				dy_row_key_equal(&t->writes[i].write.key, &t->writes[k].write.key))
				dy_validation("Transaction request cannot include multiple operations on one item");
}

/*
 * Take the locks and run the actions.  Raises TransactionCanceledException
 * if nothing could be started; a failure of an action is left in reasons.
 */
void
dy_transaction_carry_out(DyTransaction *t)
{
	if (dy_throttling)
		check_throughput(t);
	lock_keys(t);
	run_actions(t);
	if (dy_throttling)
		charge(t);
}

/*
 * TransactionCanceledException, if there is any reason.
 */
void
dy_transaction_cancel_if_failed(const DyTransaction *t)
{
	if (dy_cancellation_any(t->reasons, t->n))
		dy_cancellation_raise(t->reasons, t->n);
}

static void
bind_key(void *arg)
{
	dy_item_write_bind_key(arg);
}

/*
 * Throughput left for every action?
 */
static void
check_throughput(DyTransaction *t)
{
	for (int i = 0; i < t->n; i++)
	{
		DyThrottleTarget target;
		DyThrottleReason throttled = dy_write_throttled(&t->writes[i].write, &target);

		if (throttled != DY_NOT_THROTTLED)
			t->reasons[i] = dy_reason_throttled(&target, throttled);
	}
	dy_transaction_cancel_if_failed(t);
}

/*
 * All key locks, or a conflict.
 */
static void
lock_keys(DyTransaction *t)
{
	DyWrite   **writes = palloc_array(DyWrite *, t->n);
	int			conflict;

	for (int i = 0; i < t->n; i++)
		writes[i] = &t->writes[i].write;
	conflict = dy_write_lock_transaction(writes, t->n);
	if (conflict >= 0)
		t->reasons[conflict] = dy_reason_conflict();
	dy_transaction_cancel_if_failed(t);
}

static void
run_actions(DyTransaction *t)
{
	bool		failed = false;

	for (int i = 0; i < t->n; i++)
	{
		DyItemWrite *w = &t->writes[i];

		/* only reasons count now, so no need to write for nothing */
		if (failed && (w->write.kind == DY_WRITE_PUT || w->write.kind == DY_WRITE_DELETE))
		{
			if (w->write.kind == DY_WRITE_PUT)
				w->write.key_map = w->write.item;
			w->write.kind = DY_WRITE_CHECK;
		}

		if (!dy_cancellation_try(run_action, &w->write, &t->reasons[i]))
			failed = true;
		else if (w->write.condition_failed)
		{
			t->reasons[i] = dy_reason_condition_failed(w->return_old_on_failure ?
													   w->write.old_item : DY_NO_VALUE);
			failed = true;
		}
	}
	if (!failed)
		dy_transaction_check_payload(t);
}

static void
run_action(void *arg)
{
	dy_write(arg);
}

/*
 * Take what the actions have cost, failed or not.
 */
static void
charge(DyTransaction *t)
{
	bool		failed = dy_cancellation_any(t->reasons, t->n);

	for (int i = 0; i < t->n; i++)
	{
		DyThrottleTarget target;
		DyThrottleReason throttled;

		/* an error may have left it half done */
		if (t->reasons[i].code != NULL && !t->writes[i].write.condition_failed)
			continue;
		throttled = dy_write_charge(&t->writes[i].write, DY_TRANSACT_FACTOR, &target);
		if (throttled != DY_NOT_THROTTLED && !failed)
			t->reasons[i] = dy_reason_throttled(&target, throttled);
	}
}
