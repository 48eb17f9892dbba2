/*-------------------------------------------------------------------------
 *
 * tableam.h
 *	  The table access method `dynamo` and the key lock.
 *
 * See README.md of this folder.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_TABLEAM_TABLEAM_H
#define DY_TABLEAM_TABLEAM_H

#include "access/genam.h"
#include "access/tableam.h"
#include "catalog/index.h"
#include "nodes/execnodes.h"
#include "storage/lock.h"
#include "utils/rel.h"

#include "base/compat.h"

/* ---- the key lock: key_lock.c ---- */

/*
 * Does the relation have the leading columns hk and sk of an item table, so
 * that its writers take key locks?  Cached in the relcache entry.
 */
extern bool dy_tableam_has_key(Relation rel);

/*
 * A byte of the relcache entry for the layers above: 0 whenever the entry is
 * new, so what is derived from the relation may be remembered in it.
 */
extern uint8 *dy_tableam_memo(Relation rel);

/* What the lock is on: 64 bits of (relation, hk, sk).  Neither may be toasted. */
extern uint64 dy_tableam_key_hash(Oid relid, const struct varlena *hk, const struct varlena *sk);

/* The same from the columns of a slot; false if one of them is null. */
extern bool dy_tableam_slot_hash(Relation rel, TupleTableSlot *slot, uint64 *hash);

/*
 * Lock n keys of a relation for writing, until the end of the transaction.
 * Sorts hashes, so that callers with several keys cannot deadlock with each
 * other.  A transaction with very many of them takes the gate of the relation
 * instead, see key_lock.c.
 */
extern void dy_tableam_lock_keys(Oid relid, uint64 *hashes, int n);

/*
 * One key; mode is ExclusiveLock for writers, ShareLock for SELECT ... FOR
 * SHARE.  False if nowait and somebody else holds it.
 */
extern bool dy_tableam_lock_key(Oid relid, uint64 hash, LOCKMODE mode, bool nowait);

/*
 * One key, for a single write of the API: waits for everybody but the
 * transactions below; false if one of them holds it.
 */
extern bool dy_tableam_lock_key_for_write(Oid relid, uint64 hash);

/* How often this backend has had to wait in the function above. */
extern uint64 dy_tableam_waits_for_keys(void);

/*
 * One key, for a write of a transaction of the API: false if anybody else
 * holds it, or waits for it.
 */
extern bool dy_tableam_lock_key_for_transaction(Oid relid, uint64 hash);

/*
 * The same on behalf of an action that will not write the key, but relies on
 * nobody else writing it before the end of the transaction (ConditionCheck).
 * Always takes a lock, and keeps bulk loads out meanwhile.
 */
extern bool dy_tableam_lock_key_for_check(Oid relid, uint64 hash);

/* The part of it that keeps bulk loads out, for callers that lock several keys. */
extern bool dy_tableam_lock_gate_for_check(Oid relid);

/* The gate alone, for who is about to write very many keys; waits. */
extern void dy_tableam_lock_gate_for_load(Oid relid);

/*
 * The caller holds the key locks that the next insert, update or delete of
 * this relation needs: the callback shall not look for them.  To be said
 * directly before the call of the access method, nothing in between.
 */
extern void dy_tableam_key_is_locked(Relation rel);

/*
 * The same for an update, by a caller that has the page with the old row
 * pinned.
 */
extern void dy_tableam_row_is_pinned(Relation rel, Buffer page);

/*
 * For the callbacks: was that said, and what page was named?  Each
 * announcement counts once.
 */
extern bool dy_tableam_take_announcement(Relation rel, Buffer *page);

/* ---- one row by key: lookup.c ---- */

typedef enum DyLookup
{
	DY_LOOKUP_NONE,
	DY_LOOKUP_FOUND,
	DY_LOOKUP_UNSURE			/* an index scan has to say */
} DyLookup;

/*
 * The version of the row under (hk, sk) that the snapshot sees, through
 * primary, the btree on these two columns.  If it is found, buffer holds a
 * pin on its page, which tuple points into; the caller releases it.
 */
extern DyLookup dy_tableam_lookup(Relation rel, Relation primary, Snapshot snapshot,
								  const struct varlena *hk, const struct varlena *sk,
								  HeapTuple tuple, Buffer *buffer);

/* ---- the next version of a row: hot_update.c ---- */

/*
 * Put row beside the version at tid, whose page the caller has pinned, as its
 * next one.  The key lock is held and no indexed column has changed.  False:
 * nothing has happened, table_tuple_update() has to do it.
 */
extern bool dy_tableam_hot_update(Relation rel, Buffer page, ItemPointer tid,
								  HeapTuple row, CommandId cid);

/* ---- pages that a scan is about to need: read_ahead.c ---- */

typedef struct DyReadAhead
{
	BlockNumber leaf;			/* the page of the index that the scan is on */
	int			next;			/* the first of its entries not looked at yet */
	BlockNumber asked;			/* page of the table that was asked for last */
	BlockNumber reached;		/* and the one with the row that was reached */
	int			pages;			/* asked for, and not reached */
	bool		sibling_asked;	/* for the next page of the index? */
	int64		reads;			/* of pages, by this backend until now */
} DyReadAhead;

/* To be called before the scan of a btree reads its first page. */
extern void dy_tableam_read_ahead_init(DyReadAhead *ahead);

/*
 * To be called for each entry that the scan comes to, before its row is
 * fetched.  wanted is how many rows, this one included, will be read at most.
 */
extern void dy_tableam_read_ahead(IndexScanDesc scan, ScanDirection direction, int64 wanted,
								  DyReadAhead *ahead);

/* ---- callbacks that stand in files of their own: index_build.c ---- */

extern double dyam_index_build_range_scan(Relation heap, Relation index, IndexInfo *info,
										  bool allow_sync, bool anyvisible, bool progress,
										  BlockNumber start, BlockNumber nblocks,
										  IndexBuildCallback callback, void *callback_state,
										  TableScanDesc scan);
extern void dyam_index_validate_scan(Relation heap, Relation index, IndexInfo *info,
									 Snapshot snapshot, ValidateIndexState *state);

#endif							/* DY_TABLEAM_TABLEAM_H */
