/*-------------------------------------------------------------------------
 *
 * key_lock.c
 *	  The lock that serialises the writers of one key, existing or not.
 *
 * A key lock is a heavyweight lock of the advisory method, held until the
 * end of the transaction, on a 64-bit hash of (relation, hk, sk).  Locks that
 * users take with pg_advisory_lock have 1 or 2 in the tag's fourth field; ours
 * have the numbers below, so the two never meet.  pg_locks shows the number
 * as objsubid.
 *
 * Two keys with one hash only wait for each other without need.
 *
 * Modes.  A writer holds the key in ExclusiveLock, a transaction of the API
 * (TransactWriteItems) in AccessExclusiveLock.  Both shut everybody else out;
 * the difference is told by AccessShareLock, which conflicts with the second
 * only.  So a single write of the API that does not get the key at once asks
 * for AccessShareLock: refused, a transaction holds the key, and the write is
 * a conflict; granted, it waits.  It keeps that lock, so that no transaction
 * gets between its asking and its waiting, and never waits for one.
 *
 * Nobody waits for AccessExclusiveLock: transactions do not wait.  Hence
 * AccessShareLock is never refused for the sake of somebody in the queue, and
 * holding it can be part of no deadlock.
 *
 * Order: the relation's own lock first, then the gate (below), then keys in
 * the order of their hash, then rows.
 *
 * The lock table has a fixed size, so a transaction takes a limited number
 * of key locks.  Beyond it, its rows are guarded by what guards the rows of
 * every table, row locks and the unique index; the engine copes with writers
 * that hold no key lock (engine/write.c).  What these cannot give is the
 * promise of a ConditionCheck, which wants a key to stay as it is without
 * writing it.  So there is a gate for each relation: a transaction beyond
 * its limit, or an import, holds it in ShareLock, a ConditionCheck in
 * RowExclusiveLock;
 * these two conflict with each other and neither with itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "lib/qunique.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/memutils.h"

#include "tableam/tableam.h"

/* The fourth field of our lock tags. */
#define KEY_LOCK_FIELD		0xD1
#define GATE_LOCK_FIELD		0xD2

/* Columns hk and sk of an item table. */
#define ATT_HK				1
#define ATT_SK				2

/*
 * A backend's fair share of the lock table is max_locks_per_transaction; a
 * few may take more, and a TransactWriteItems of 100 actions must fit.
 */
#define MAX_KEY_LOCKS_PER_TRANSACTION	(4 * Max(max_locks_per_xact, 32))

/* What rd_amcache of our relations points at. */
typedef struct RelationInfo
{
	bool		has_key;
	uint8		memo;			/* dy_tableam_memo */
} RelationInfo;

/* Key locks taken by the transaction with this local id. */
static LocalTransactionId counted_lxid = InvalidLocalTransactionId;
static int	locks_taken = 0;

static uint64 waits_for_keys = 0;

/* Set by dy_tableam_key_is_locked, taken back by the next callback. */
static Oid	announced_relid = InvalidOid;
static Buffer announced_page = InvalidBuffer;

static RelationInfo *relation_info(Relation rel);
static bool is_key_column(TupleDesc desc, int attnum, const char *name);
static bool within_limit(int n);
static void set_key_tag(LOCKTAG *tag, uint64 hash);
static bool acquire_key(uint64 hash, LOCKMODE mode, bool nowait);
static bool acquire_key_for_transaction(uint64 hash);
static bool acquire_gate(Oid relid, LOCKMODE mode, bool nowait);
static int	compare_hashes(const void *a, const void *b);

/*
 * Whether the writers of this relation take key locks: its first columns
 * are hk and sk, both bytea.  Tables of any other shape work as plain heap
 * tables.  Temporary tables have no other writers.
 */
bool
dy_tableam_has_key(Relation rel)
{
	return relation_info(rel)->has_key;
}

/*
 * The pointer is good until the next lock or catalog access.
 */
uint8 *
dy_tableam_memo(Relation rel)
{
	return &relation_info(rel)->memo;
}

/*
 * The hash that is locked.  hk is a digest as a rule, but nothing here
 * depends on it.
 */
uint64
dy_tableam_key_hash(Oid relid, const struct varlena *hk, const struct varlena *sk)
{
	uint64		hash;

	hash = hash_bytes_extended((const unsigned char *) VARDATA_ANY(hk),
							   VARSIZE_ANY_EXHDR(hk), relid);
	return hash_bytes_extended((const unsigned char *) VARDATA_ANY(sk),
							   VARSIZE_ANY_EXHDR(sk), hash);
}

bool
dy_tableam_slot_hash(Relation rel, TupleTableSlot *slot, uint64 *hash)
{
	struct varlena *hk;
	struct varlena *sk;

	slot_getsomeattrs(slot, ATT_SK);
	if (slot->tts_isnull[ATT_HK - 1] || slot->tts_isnull[ATT_SK - 1])
		return false;

	/* what SQL hands over may be compressed or stored out of line */
	hk = PG_DETOAST_DATUM_PACKED(slot->tts_values[ATT_HK - 1]);
	sk = PG_DETOAST_DATUM_PACKED(slot->tts_values[ATT_SK - 1]);
	*hash = dy_tableam_key_hash(RelationGetRelid(rel), hk, sk);
	return true;
}

void
dy_tableam_lock_keys(Oid relid, uint64 *hashes, int n)
{
	if (n > 1)
	{
		qsort(hashes, n, sizeof(uint64), compare_hashes);
		n = qunique(hashes, n, sizeof(uint64), compare_hashes);
	}

	if (!within_limit(n))
	{
		(void) acquire_gate(relid, ShareLock, false);
		return;
	}
	for (int i = 0; i < n; i++)
		(void) acquire_key(hashes[i], ExclusiveLock, false);
}

bool
dy_tableam_lock_key(Oid relid, uint64 hash, LOCKMODE mode, bool nowait)
{
	if (!within_limit(1))
		return acquire_gate(relid, ShareLock, nowait);
	return acquire_key(hash, mode, nowait);
}

/*
 * Held by test/isolation/write_vs_transact.spec.
 */
bool
dy_tableam_lock_key_for_write(Oid relid, uint64 hash)
{
	LOCKTAG		tag;

	if (!within_limit(1))
		return acquire_gate(relid, ShareLock, false);
	if (acquire_key(hash, ExclusiveLock, true))
		return true;

	set_key_tag(&tag, hash);
	if (LockAcquire(&tag, AccessShareLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return false;
	waits_for_keys++;
	return acquire_key(hash, ExclusiveLock, false);
}

uint64
dy_tableam_waits_for_keys(void)
{
	return waits_for_keys;
}

bool
dy_tableam_lock_key_for_transaction(Oid relid, uint64 hash)
{
	if (!within_limit(1))
		return acquire_gate(relid, ShareLock, true);
	return acquire_key_for_transaction(hash);
}

bool
dy_tableam_lock_key_for_check(Oid relid, uint64 hash)
{
	return dy_tableam_lock_gate_for_check(relid) && acquire_key_for_transaction(hash);
}

bool
dy_tableam_lock_gate_for_check(Oid relid)
{
	return acquire_gate(relid, RowExclusiveLock, true);
}

void
dy_tableam_lock_gate_for_load(Oid relid)
{
	(void) acquire_gate(relid, ShareLock, false);
}

void
dy_tableam_key_is_locked(Relation rel)
{
	dy_tableam_row_is_pinned(rel, InvalidBuffer);
}

void
dy_tableam_row_is_pinned(Relation rel, Buffer page)
{
	announced_relid = RelationGetRelid(rel);
	announced_page = page;
}

bool
dy_tableam_take_announcement(Relation rel, Buffer *page)
{
	bool		announced = (announced_relid == RelationGetRelid(rel));

	*page = announced ? announced_page : InvalidBuffer;
	announced_relid = InvalidOid;
	return announced;
}

static RelationInfo *
relation_info(Relation rel)
{
	RelationInfo *info = (RelationInfo *) rel->rd_amcache;

	if (info == NULL)
	{
		TupleDesc	desc = RelationGetDescr(rel);

		/* freed by the relcache when the entry is rebuilt */
		info = MemoryContextAllocZero(CacheMemoryContext, sizeof(RelationInfo));
		info->has_key = !RelationUsesLocalBuffers(rel) &&
			is_key_column(desc, ATT_HK, "hk") &&
			is_key_column(desc, ATT_SK, "sk");
		rel->rd_amcache = info;
	}
	return info;
}

static bool
is_key_column(TupleDesc desc, int attnum, const char *name)
{
	Form_pg_attribute att;

	if (desc->natts < attnum)
		return false;
	att = TupleDescAttr(desc, attnum - 1);
	return !att->attisdropped && att->atttypid == BYTEAOID &&
		strcmp(NameStr(att->attname), name) == 0;
}

/*
 * May this transaction take n more key locks?  If not, it must hold the gate
 * from now on.
 */
static bool
within_limit(int n)
{
	LocalTransactionId lxid = DY_MY_LXID;

	if (counted_lxid != lxid)
	{
		counted_lxid = lxid;
		locks_taken = 0;
	}

	return locks_taken + n <= MAX_KEY_LOCKS_PER_TRANSACTION;
}

static void
set_key_tag(LOCKTAG *tag, uint64 hash)
{
	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId,
						 (uint32) (hash >> 32), (uint32) hash, KEY_LOCK_FIELD);
}

/* False only if nowait and somebody else holds it, or waits for it. */
static bool
acquire_key(uint64 hash, LOCKMODE mode, bool nowait)
{
	LOCKTAG		tag;

	set_key_tag(&tag, hash);
	switch (LockAcquire(&tag, mode, false, nowait))
	{
		case LOCKACQUIRE_NOT_AVAIL:
			return false;
		case LOCKACQUIRE_OK:
			locks_taken++;
			return true;
		default:				/* held before */
			return true;
	}
}

/*
 * A key that this backend holds as a writer may be refused in the stronger
 * mode, because others wait for it.  It is ours all the same; only those who
 * come next will wait as well.
 *
 * Held by test/isolation/transact_vs_put.spec.
 */
static bool
acquire_key_for_transaction(uint64 hash)
{
	LOCKTAG		tag;

	if (acquire_key(hash, AccessExclusiveLock, true))
		return true;

	set_key_tag(&tag, hash);
	return dy_lock_held_by_me(&tag, ExclusiveLock);
}

/* False only if nowait and somebody else holds it in the other mode. */
static bool
acquire_gate(Oid relid, LOCKMODE mode, bool nowait)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, relid, 0, GATE_LOCK_FIELD);
	return LockAcquire(&tag, mode, false, nowait) != LOCKACQUIRE_NOT_AVAIL;
}

static int
compare_hashes(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	return x < y ? -1 : x > y;
}
