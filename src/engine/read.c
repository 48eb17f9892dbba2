/*-------------------------------------------------------------------------
 *
 * read.c
 *	  Single items by key.
 *
 * The index is scanned directly, no SPI and no planner.  A read takes no key
 * lock and waits for nobody; what it sees is what its snapshot sees.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

#include "engine/storage.h"

/*
 * The item under a key, detoasted into CurrentMemoryContext; absent if there
 * is none.
 */
DyValue
dy_read_item(const DyTable *table, const DyRowKey *key)
{
	DyValue		item;

	dy_read_items(table, key, 1, &item);
	return item;
}

/*
 * The same for n keys of one table under one snapshot; items[i] belongs to
 * keys[i].
 */
void
dy_read_items(const DyTable *table, const DyRowKey *keys, int n, DyValue *items)
{
	Snapshot	snapshot = dy_storage_read_snapshot();
	Relation	rel = dy_storage_open(table);
	Relation	primary = dy_storage_open_index(table->primary_indexoid, AccessShareLock);

	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();

		items[i] = dy_storage_fetch_item(rel, primary, snapshot, &keys[i]);
	}

	dy_storage_close(primary);
	dy_storage_close(rel);
	UnregisterSnapshot(snapshot);
}
