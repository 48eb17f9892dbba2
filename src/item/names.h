/*-------------------------------------------------------------------------
 *
 * names.h
 *	  Attribute names that items do not spell out.
 *
 * A database numbers the names that its items have again and again, once and
 * for all, and an item has the number instead.  README.md of this folder says
 * what follows from that; src/tables/names.c decides which names those are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_NAMES_H
#define DY_ITEM_NAMES_H

#include "item/value.h"

/*
 * No number is shorter than a name of one byte.  Longer names are rare; and
 * how much more a name counts than it takes has to have an end (size.c).
 */
#define DY_MIN_NUMBERED_NAME_BYTES	2
#define DY_MAX_NUMBERED_NAME_BYTES	64

/* The highest number: every session remembers all of them. */
#define DY_MAX_NUMBERED_NAMES		4096

/* The lowest number is 1. */
#define DY_NO_NUMBER				0

/* Columns of dynamo_internal.attribute_names; neither is ever null. */
#define DY_NAMES_number				1
#define DY_NAMES_name				2

/* What this process knows; names.c alone changes it. */
typedef struct DyNames
{
	DyBytes    *names;			/* by number - 1; data is NULL if unknown */
	uint32		count;			/* of that array */
	bool		current;		/* there were no others when last looked */
} DyNames;

extern DyNames dy_names;

extern Oid	dy_names_relid(void);	/* InvalidOid: the catalog has no numbers */
extern void dy_forget_names(void);	/* there may be others */

/* The number of a name, whose first bytes are prefix (dy_prefix), if it has one. */
extern uint32 dy_number_of_name(uint64 prefix, const char *name, uint32 len);

extern DyBytes dy_find_numbered_name(uint32 number);

/*
 * The name that has a number; it stays where it is for the life of the
 * process.  ERRCODE_DATA_CORRUPTED if there is none.
 */
static inline DyBytes
dy_numbered_name(uint32 number)
{
	if (likely(number - 1 < dy_names.count && dy_names.names[number - 1].data != NULL))
		return dy_names.names[number - 1];
	return dy_find_numbered_name(number);
}

#endif							/* DY_ITEM_NAMES_H */
