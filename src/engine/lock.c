/*-------------------------------------------------------------------------
 *
 * lock.c
 *	  The key locks of one or many writes.
 *
 * Whoever locks more than one key does it here, in one global order: first
 * the gates of ConditionChecks, then all keys sorted by hash.  The hash
 * contains the relation, so the order holds over several tables; relations
 * are locked already, in a mode that writers share.  Callers that wait
 * therefore cannot deadlock with each other, and nobody waits for a
 * transaction of the API: for single writes it is a conflict, see
 * tableam/key_lock.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"

#include "engine/row.h"
#include "tableam/tableam.h"

typedef struct KeyToLock
{
	uint64		hash;
	int			position;		/* in the caller's array */
} KeyToLock;

static void put_in_order(DyWrite *const *writes, int n, KeyToLock *keys);
static bool lock_key_for_transaction(const DyWrite *write, uint64 hash);
static int	compare_keys(const void *a, const void *b);

/*
 * Lock the keys of n single writes; see engine.h.
 *
 * Held by test/isolation/write_vs_transact.spec.
 */
void
dy_write_lock(DyWrite *const *writes, int n)
{
	KeyToLock	single;
	KeyToLock  *keys = n == 1 ? &single : palloc(n * sizeof(KeyToLock));

	put_in_order(writes, n, keys);
	for (int i = 0; i < n; i++)
	{
		DyWrite    *write = writes[keys[i].position];

		write->locked = dy_tableam_lock_key_for_write(write->table->relid, keys[i].hash);
		write->conflict = !write->locked;
	}
	if (keys != &single)
		pfree(keys);
}

/*
 * Lock the keys of a transaction's n actions; see engine.h.  After a conflict
 * the locks taken so far stay until the caller's error ends the transaction.
 *
 * Held by test/isolation/transact_vs_put.spec and check_vs_put.spec.
 */
int
dy_write_lock_transaction(DyWrite *const *writes, int n)
{
	KeyToLock  *keys = palloc(n * sizeof(KeyToLock));

	put_in_order(writes, n, keys);
	for (int i = 0; i < n; i++)
	{
		if (writes[i]->kind == DY_WRITE_CHECK &&
			!dy_tableam_lock_gate_for_check(writes[i]->table->relid))
			return i;
	}
	for (int i = 0; i < n; i++)
	{
		DyWrite    *write = writes[keys[i].position];

		if (!lock_key_for_transaction(write, keys[i].hash))
			return keys[i].position;
		write->locked = true;
	}
	pfree(keys);
	return -1;
}

/*
 * Keep ConditionChecks out, as a transaction beyond its limit of key locks
 * does; see engine.h.
 */
void
dy_write_lock_load(const DyTable *table)
{
	dy_tableam_lock_gate_for_load(table->relid);
}

/*
 * Refuse what the server would refuse for an INSERT, with the same
 * SQLSTATEs.  RecoveryInProgress is asked first: on a standby every
 * transaction is read only, and that alone would explain nothing.
 */
void
dy_row_check_writable(const DyWrite *write)
{
	static const char *const names[] = {
		[DY_WRITE_PUT] = "PutItem",
		[DY_WRITE_UPDATE] = "UpdateItem",
		[DY_WRITE_DELETE] = "DeleteItem",
		[DY_WRITE_CHECK] = "ConditionCheck"
	};

	PreventCommandDuringRecovery(names[write->kind]);
	PreventCommandIfReadOnly(names[write->kind]);
	PreventCommandIfParallelMode(names[write->kind]);
}

/*
 * The hashes of the keys, in lock order.
 */
static void
put_in_order(DyWrite *const *writes, int n, KeyToLock *keys)
{
	for (int i = 0; i < n; i++)
	{
		const DyWrite *write = writes[i];

		dy_row_check_writable(write);
		keys[i].hash = dy_tableam_key_hash(write->table->relid, write->key.hk, write->key.sk);
		keys[i].position = i;
	}
	if (n > 1)
		qsort(keys, n, sizeof(KeyToLock), compare_keys);
}

static bool
lock_key_for_transaction(const DyWrite *write, uint64 hash)
{
	if (write->kind == DY_WRITE_CHECK)
		return dy_tableam_lock_key_for_check(write->table->relid, hash);
	return dy_tableam_lock_key_for_transaction(write->table->relid, hash);
}

static int
compare_keys(const void *a, const void *b)
{
	const KeyToLock *x = a;
	const KeyToLock *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->position - y->position;
}
