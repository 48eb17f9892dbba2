/*-------------------------------------------------------------------------
 *
 * row.h
 *	  Changing one row and its index entries.
 *
 * For the files of this folder.  write.c decides what the row shall be;
 * row.c and row_executor.c make it so.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ENGINE_ROW_H
#define DY_ENGINE_ROW_H

#include "access/tableam.h"

#include "engine/engine.h"

typedef enum DyRowResult
{
	DY_ROW_DONE,
	DY_ROW_LOST_RACE			/* somebody else changed the row: look again */
} DyRowResult;

/*
 * One change of one row.  The new row is given as values and as a tuple made
 * of them: the first is what indexes need, the second what the table needs.
 */
typedef struct DyRowChange
{
	const DyTable *table;
	Relation	rel;
	Relation	primary;		/* open index on (hk, sk) */
	HeapTupleData old_row;		/* the row as it is; not for an insert */
	Buffer		old_page;		/* where that lies, pinned; or invalid */
	Datum	   *old_values;		/* of old_row, natts each */
	bool	   *old_isnull;
	TupleTableSlot *new_slot;	/* the row as it shall be; not for a delete */
	Datum	   *values;			/* of new_slot, natts each */
	bool	   *isnull;
	bool		skipped;		/* a trigger has dropped the change */
} DyRowChange;

/* Raises an error where the transaction may not write. */
extern void dy_row_check_writable(const DyWrite *write);

/* Nothing on the relation but what this extension has put there? */
extern bool dy_row_is_plain(const DyTable *table, Relation rel);

/* Is it one of the columns that the extension fills? */
extern bool dy_row_is_own_column(const DyTable *table, AttrNumber attnum);

/*
 * The change itself.  The key lock is held and a snapshot is active.  An
 * update that is HOT and has nothing special about it needs no slot.
 */
extern DyRowResult dy_row_insert(DyRowChange *change);
extern DyRowResult dy_row_update(DyRowChange *change);
extern bool dy_row_update_hot(DyRowChange *change, HeapTuple row);
extern DyRowResult dy_row_delete(DyRowChange *change);

/* The same with all that the executor does: triggers, constraints, any index. */
extern DyRowResult dy_row_insert_executor(DyRowChange *change);
extern DyRowResult dy_row_update_executor(DyRowChange *change);
extern DyRowResult dy_row_delete_executor(DyRowChange *change);

/* For both: what the access method's answer means. */
extern DyRowResult dy_row_result(DyRowChange *change, TM_Result result);

/* For both: take back a row just inserted whose key has turned out to be taken, and wait for whoever took it. */
extern DyRowResult dy_row_give_way(DyRowChange *change);

/* For both: does a column of the new row differ from the old? */
extern bool dy_row_column_changed(DyRowChange *change, AttrNumber attnum);

/* Does one of those that are derived from the item, which has the same key? */
extern bool dy_row_derived_changed(DyRowChange *change);

extern void dy_row_raise_lost_race(void) pg_attribute_noreturn();

#endif							/* DY_ENGINE_ROW_H */
