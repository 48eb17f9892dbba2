/*-------------------------------------------------------------------------
 *
 * placement.h
 *	  Clustered placement: rows of one item collection on common pages.
 *
 * For handler.c.  The idea and the figures are in README.md of this folder.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_TABLEAM_PLACEMENT_H
#define DY_TABLEAM_PLACEMENT_H

#include "access/tableam.h"
#include "utils/rel.h"

/* One row on its way to heap, between dy_placement_begin and _end. */
typedef struct DyPlacement
{
	bool		active;			/* heap was told a page */
	BlockNumber heap_target;	/* the page heap would have tried */
	uint64		collection;		/* tag of the row's item collection */
} DyPlacement;

/*
 * Choose a page for a new row, and make heap try it first.  If there is no
 * reason to interfere, placement->active is false and nothing has changed.
 * options are those of tuple_insert.
 */
extern void dy_placement_begin(DyPlacement *placement, Relation rel,
							   TupleTableSlot *slot, int options);

/*
 * The same for the next version of the row at otid, whose page may be pinned
 * already.
 */
extern void dy_placement_begin_update(DyPlacement *placement, Relation rel,
									  ItemPointer otid, Buffer page,
									  TupleTableSlot *slot);

/* The row went to tid: remember this, and give heap its own target back. */
extern void dy_placement_end(DyPlacement *placement, Relation rel, ItemPointer tid);

/*
 * multi_insert with the rows in key order, each collection on its pages.
 * Returns false, and has done nothing, if there is no reason to interfere.
 */
extern bool dy_placement_multi_insert(const TableAmRoutine *heap, Relation rel,
									  TupleTableSlot **slots, int nslots,
									  CommandId cid, int options);

#endif							/* DY_TABLEAM_PLACEMENT_H */
