/*-------------------------------------------------------------------------
 *
 * hint.h
 *	  Where rows, and pages of an index and its table, were found last.
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

/* The page of an index where a stretch of keys begins, as it was known. */
typedef struct DyHint
{
	struct DyHintPlace *place;	/* where it is remembered */
	uint32		tag;			/* of index and stretch */
	uint32		level;			/* of the page, 0 being the leaves */
	BlockNumber block;
	Buffer		buffer;			/* where it was; invalid if there is no hint */
	Buffer		right;			/* where its right sibling was, or invalid */
} DyHint;

/* Share hints among backends, if the library is being preloaded. */
extern void dy_hint_init(void);

/* The hint about keys whose first eight bytes are head. */
extern void dy_hint_find(Relation index, uint64 head, DyHint *hint);

/*
 * The page that the hint is about, locked for reading; InvalidBuffer if there
 * is no hint or the page has left the buffer.
 */
extern Buffer dy_hint_page(Relation index, const DyHint *hint);

/* From there to its right sibling, locked for reading. */
extern Buffer dy_hint_step_right(Relation index, const DyHint *hint, Buffer buffer);

/* A search from the root has come to this page. */
extern void dy_hint_remember(Relation index, const DyHint *hint, Buffer buffer);

/* ReadBuffer() for a page of the table, the short way if it is where it was. */
extern Buffer dy_hint_read_row_page(Relation rel, BlockNumber block);

/*
 * The page where the row under a key with this hash was found last, pinned,
 * and which line pointer it began at.  False if that is not known.
 */
extern bool dy_hint_row(Relation rel, uint64 hash, ItemPointer tid, Buffer *buffer);

/* It was found through this line pointer. */
extern void dy_hint_remember_row(uint64 hash, Buffer buffer, OffsetNumber offset);

#endif							/* DY_TABLEAM_HINT_H */
