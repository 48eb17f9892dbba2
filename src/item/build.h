/*-------------------------------------------------------------------------
 *
 * build.h
 *	  Writing encoded values, front to back, into one growing buffer.
 *
 * Values are written in the order they come; a container's directory is
 * written when it is closed.  A builder is reset and used again to spare
 * allocations.
 *
 *	  b = dy_build_create();
 *	  dy_build_open(b, DY_TYPE_M);
 *	  dy_build_name(b, "pk", 2);  dy_build_string(b, "x", 1);
 *	  dy_build_name(b, "tags", 4);
 *	  dy_build_open(b, DY_TYPE_L);  ...  dy_build_close(b);
 *	  dy_build_close(b);
 *	  item = dy_build_item(b);
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_BUILD_H
#define DY_ITEM_BUILD_H

#include "lib/stringinfo.h"
#include "item/value.h"

typedef struct DyBuilder DyBuilder;

extern DyBuilder *dy_build_create(void);	/* in CurrentMemoryContext */
extern void dy_build_reset(DyBuilder *b);

extern void dy_build_open(DyBuilder *b, DyType container);	/* M, L, SS, NS, BS */
extern void dy_build_close(DyBuilder *b);

/* The name of the next value, inside a map. */
extern void dy_build_name(DyBuilder *b, const char *name, uint32 len);

extern void dy_build_string(DyBuilder *b, const char *data, uint32 len);
extern void dy_build_binary(DyBuilder *b, const char *data, uint32 len);
extern void dy_build_number(DyBuilder *b, const DyNumber *number);
extern void dy_build_bool(DyBuilder *b, bool value);
extern void dy_build_null(DyBuilder *b);
extern void dy_build_copy(DyBuilder *b, DyValue value); /* as bytes */

/*
 * Inside a map: copy the attributes of another map from where the walk over it
 * stands to the first one whose name is not below limit (NULL: to its end);
 * the walk then stands there.
 */
extern void dy_build_copy_below(DyBuilder *b, DyIterator *from, const DyBytes *limit);

/*
 * What happens to a name given twice in a map, and to an equal element in a
 * set, is the caller's business before closing: closing a map keeps the last
 * of equal names; closing a set returns false from dy_build_close_set and
 * keeps one of equal elements.
 */
extern bool dy_build_close_set(DyBuilder *b);

/*
 * The finished value, inside the builder's buffer; or, if it is a map and the
 * only value written, as an item, which takes the buffer with it.
 */
extern DyValue dy_build_value(DyBuilder *b);
extern DyItem *dy_build_item(DyBuilder *b);

/* An item with all names spelled out; perhaps this one. */
extern DyItem *dy_item_portable(DyItem *item);

#endif							/* DY_ITEM_BUILD_H */
