/*-------------------------------------------------------------------------
 *
 * build_private.h
 *	  The builder's inside; private to this folder.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_BUILD_PRIVATE_H
#define DY_ITEM_BUILD_PRIVATE_H

#include "item/build.h"
#include "item/format.h"

/* An entry of an open container. */
typedef struct DyBuildEntry
{
	uint64		prefix;			/* first bytes of what it is sorted by */
	uint32		pos;			/* where it starts in the buffer */
	uint32		len;			/* in a container that is being closed */
} DyBuildEntry;

/*
 * An open container.  As long as its entries come in their order, as those of
 * a list always do, they are only counted.
 */
typedef struct DyBuildFrame
{
	DyType		type;
	bool		in_order;		/* no entry is on the stack */
	uint32		start;			/* of its header in the buffer */
	uint32		first_entry;	/* on the stack of entries */
	uint32		count;			/* in order: of the entries */
	uint32		last;			/* a map in order: where the last entry
								 * starts, */
	uint64		last_prefix;	/* and the first bytes of its name */
} DyBuildFrame;

struct DyBuilder
{
	uint8	   *data;
	uint32		len;
	uint32		capacity;
	DyBuildEntry *entries;		/* of all open containers; NULL until there is
								 * one */
	uint32		nentries;
	uint32		max_entries;
	MemoryContext context;		/* of the builder */
	uint32		value_start;	/* of the last value outside; 0: none */
	int			depth;			/* containers open */
	bool		named;			/* a name waits for its value */
	bool		spell_out;		/* all names */
	DyBuildFrame frames[DY_FORMAT_MAX_LEVELS];
};

/* A state of a builder to go back to. */
typedef struct DyBuildMark
{
	uint32		len;
	uint32		nentries;
	uint32		count;			/* of the innermost container */
	int			depth;
	bool		named;
} DyBuildMark;

extern DyBuildMark dy_build_mark(const DyBuilder *b);
extern void dy_build_rollback(DyBuilder *b, const DyBuildMark *mark);
extern uint8 *dy_build_binary_room(DyBuilder *b, uint32 len);

#endif							/* DY_ITEM_BUILD_PRIVATE_H */
