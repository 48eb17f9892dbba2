/*-------------------------------------------------------------------------
 *
 * engine.h
 *	  What an operation does to rows.  No JSON here.
 *
 * Locking, for every writer (see DESIGN "How a write works"):
 *
 *	  1. the relation, RowExclusiveLock;
 *	  2. the key lock of every key, in the order of its hash, before any row
 *		 is looked at;
 *	  3. a snapshot taken after the key locks;
 *	  4. the row itself, through the access method.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ENGINE_ENGINE_H
#define DY_ENGINE_ENGINE_H

#include "expr/expr.h"
#include "tables/table.h"

/* ---- one row: read.c, write.c ---- */

/* The item under a key, detoasted into CurrentMemoryContext; absent if there is none. */
extern DyValue dy_read_item(const DyTable *table, const DyRowKey *key);

/* The same for many keys of one table under one snapshot (BatchGetItem, TransactGetItems). */
extern void dy_read_items(const DyTable *table, const DyRowKey *keys, int n, DyValue *items);

typedef enum DyWriteKind
{
	DY_WRITE_PUT,
	DY_WRITE_UPDATE,
	DY_WRITE_DELETE,
	DY_WRITE_CHECK				/* ConditionCheck: locks and looks, changes
								 * nothing */
} DyWriteKind;

typedef struct DyWrite
{
	/* what to do */
	DyWriteKind kind;
	const DyTable *table;
	DyRowKey	key;
	DyValue		key_map;		/* the key attributes as a map (UPDATE of a
								 * missing item) */
	DyValue		item;			/* PUT: the new item */
	const DyUpdate *update;		/* UPDATE; NULL: an upsert of the bare key */
	const DyCondition *condition;	/* NULL: none */

	/* what happened */
	bool		locked;			/* by dy_write_lock and its kin */
	bool		conflict;		/* a transaction holds the key: not locked */
	bool		condition_failed;	/* then nothing was changed */
	DyValue		old_item;		/* absent if there was none */
	DyValue		new_item;		/* absent if there is none now */
} DyWrite;

/* What the service says of it, as an error and as a cancellation reason. */
#define DY_TRANSACTION_CONFLICT_TEXT "Transaction is ongoing for the item"

/*
 * Take the key locks of single writes, in lock order, and wait for whoever
 * holds one, unless it is a transaction (below): then the write is marked as
 * a conflict.
 */
extern void dy_write_lock(DyWrite *const *writes, int n);

/*
 * Take the key locks of the actions of a transaction, in lock order, without
 * waiting.  Returns -1, or the position in writes of the first one that
 * somebody else holds (TransactionConflict).
 */
extern int	dy_write_lock_transaction(DyWrite *const *writes, int n);

/*
 * Instead of a key lock for each of very many single writes to a table, which
 * then are marked as locked.  They meet others at their rows.
 */
extern void dy_write_lock_load(const DyTable *table);

/*
 * Carry out one write; takes its key lock if nobody has tried to, and raises
 * TransactionConflictException if it is in conflict.  Checks the condition,
 * applies the update, checks item size ("Item size has exceeded the maximum
 * allowed size" / "Item size to update has exceeded the maximum allowed
 * size") and index keys, writes row and indexes.  The result is visible to
 * later reads of the transaction.
 *
 * Raises ERRCODE_T_R_SERIALIZATION_FAILURE under REPEATABLE READ and
 * SERIALIZABLE if the row changed after the transaction's snapshot.
 */
extern void dy_write(DyWrite *write);

/* ---- ranges: range.c ---- */

/* One end of the sort key range, order-preserving bytes. */
typedef struct DyBound
{
	bool		present;
	bool		inclusive;
	const char *data;
	uint32		len;
} DyBound;

/* Where a page ended: position in the index, all of it needed. */
typedef struct DyRangePosition
{
	bytea	   *hk;
	bytea	   *sk;
	bytea	   *x;				/* the index column; NULL for the primary
								 * index */
} DyRangePosition;

typedef struct DyRangeRequest
{
	const DyTable *table;
	const DyIndex *index;		/* NULL: the table itself */

	/* Query: the partition.  Scan: has_partition false. */
	bool		has_partition;
	uint8		partition[16];	/* digest of the (table's or GSI's) partition
								 * key */
	int			npartition;		/* the key values behind the digest, compared
								 * after the fetch */
	DyValue		partition_values[DY_MAX_INDEX_KEYS];

	DyBound		lower;			/* of the sort key part; after the digest for
								 * a GSI */
	DyBound		upper;
	bool		backward;		/* ScanIndexForward false */

	/*
	 * Scan: this segment of so many (total 1: everything).  Ranges of the
	 * leading digest.
	 */
	uint32		segment;
	uint32		total_segments;

	const DyRangePosition *after;	/* ExclusiveStartKey: continue behind it;
									 * NULL from the start */

	int64		limit;			/* no more items are wanted; 0: no limit */
} DyRangeRequest;

typedef struct DyRange DyRange;

/*
 * Items in index order, one at a time; memory does not grow with the
 * range.  The item is valid until the next call.  A row not in the index any more
 * (digest collision) is skipped.
 */
extern DyRange *dy_range_open(const DyRangeRequest *request);
extern bool dy_range_next(DyRange *range, DyValue *item);
extern void dy_range_close(DyRange *range);

/* Does a row whose index starts with these DY_DIGEST_BYTES belong to a segment of a Scan? */
extern bool dy_segment_contains(uint32 segment, uint32 total_segments, const uint8 *leading);

/* ---- capacity: capacity.c ---- */

extern double dy_read_units(uint64 bytes, bool consistent); /* at least 0.5 / 1.0 */
extern double dy_write_units(uint64 bytes); /* at least 1.0 */

/* What one write costs: the table, and each index it touches. */
typedef struct DyCapacity
{
	double		table;
	double	   *indexes;		/* table->nindexes entries */
	double		total;
} DyCapacity;

extern void dy_write_capacity(const DyWrite *write, DyCapacity *capacity);

/* The item as the index holds it: what its projection keeps.  Size for capacity, bytes for Query. */
extern uint32 dy_index_item_size(const DyTable *table, const DyIndex *index, DyValue item); /* 0: not in the index */
extern void dy_index_item(const DyTable *table, const DyIndex *index, DyValue item, DyBuilder *out);

#endif							/* DY_ENGINE_ENGINE_H */
