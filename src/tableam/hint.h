/*-------------------------------------------------------------------------
 *
 * hint.h
 *	  Where pages of an index and its table were found last.
 *
 * For lookup.c.  Everything in here is a guess that the reader of the page
 * has to check; see hint.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_TABLEAM_HINT_H
#define DY_TABLEAM_HINT_H

#include "storage/buf.h"
#include "utils/rel.h"

/* The page of an index where a stretch of keys begins. */
typedef struct DyHint
{
	uint32		tag;			/* of index and stretch */
	BlockNumber block;
	Buffer		buffer;			/* where it was; invalid if there is no hint */
	Buffer		right;			/* where its right sibling was, or invalid */
} DyHint;

/*
 * The place for the hint about keys whose first eight bytes are head.  The
 * hint is about a page of this level of the btree, 0 being the leaves.
 */
extern DyHint *dy_hint_find(Relation index, uint64 head, uint32 *level);

/*
 * The page that the hint is about, locked for reading; InvalidBuffer if there
 * is no hint or the page has left the buffer.
 */
extern Buffer dy_hint_page(Relation index, const DyHint *hint);

/* From there to its right sibling, locked for reading. */
extern Buffer dy_hint_step_right(Relation index, DyHint *hint, Buffer buffer);

/* A search from the root has come to this page. */
extern void dy_hint_remember(Relation index, DyHint *hint, Buffer buffer);

/* ReadBuffer() for a page of the table, the short way if it is where it was. */
extern Buffer dy_hint_read_row_page(Relation rel, BlockNumber block);

#endif							/* DY_TABLEAM_HINT_H */
