/*-------------------------------------------------------------------------
 *
 * storage.h
 *	  Where the rows of a table are: relations, snapshots, one row by key.
 *
 * For the files of this folder.  Nobody else opens an item table.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ENGINE_STORAGE_H
#define DY_ENGINE_STORAGE_H

#include "access/tableam.h"
#include "utils/snapshot.h"

#include "engine/engine.h"

/*
 * The relation with the rows of a table, which is locked already, and an
 * index of it, which is locked here until the end of the transaction.
 * dy_storage_close closes either.
 */
extern Relation dy_storage_open(const DyTable *table);
extern Relation dy_storage_open_index(Oid indexoid, LOCKMODE lockmode);
extern void dy_storage_close(Relation rel);

/* The snapshot for one read operation; registered, to be unregistered by the caller. */
extern Snapshot dy_storage_read_snapshot(void);

/*
 * The row under a key, as the snapshot sees it; false if there is none.  If
 * there is one, it lies on page, which is pinned and must be released; if
 * not, page is invalid.
 */
extern bool dy_storage_fetch(Relation rel, Relation primary, Snapshot snapshot,
							 const DyRowKey *key, HeapTuple row, Buffer *page);

/* Only its item: a copy in CurrentMemoryContext, detoasted; absent if there is none. */
extern DyValue dy_storage_fetch_item(Relation rel, Relation primary, Snapshot snapshot,
									 const DyRowKey *key);

/* What a column item holds, detoasted: a copy in CurrentMemoryContext, or a view that lives as long as the slot's row. */
extern DyValue dy_storage_item_copy(Datum item, bool isnull);
extern DyValue dy_storage_item_view(TupleTableSlot *slot);

#endif							/* DY_ENGINE_STORAGE_H */
