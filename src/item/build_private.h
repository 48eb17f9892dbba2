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

/* An open container. */
typedef struct DyBuildFrame
{
	DyType		type;
	uint32		start;			/* of its header in the buffer */
	uint32		first_entry;	/* on the stack of entries */
} DyBuildFrame;

struct DyBuilder
{
	uint8	   *data;
	uint32		len;
	uint32		capacity;
	DyBuildEntry *entries;		/* of all open containers */
	uint32		nentries;
	uint32		max_entries;
	uint32		value_start;	/* of the last value outside; 0: none */
	int			depth;			/* containers open */
	bool		named;			/* a name waits for its value */
	DyBuildFrame frames[DY_FORMAT_MAX_LEVELS];
};

/* A state of a builder to go back to. */
typedef struct DyBuildMark
{
	uint32		len;
	uint32		nentries;
	int			depth;
	bool		named;
} DyBuildMark;

extern DyBuildMark dy_build_mark(const DyBuilder *b);
extern void dy_build_rollback(DyBuilder *b, const DyBuildMark *mark);
extern uint8 *dy_build_binary_room(DyBuilder *b, uint32 len);

#endif							/* DY_ITEM_BUILD_PRIVATE_H */
