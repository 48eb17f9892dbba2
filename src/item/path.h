/*-------------------------------------------------------------------------
 *
 * path.h
 *	  Document paths: a.b[3].c
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ITEM_PATH_H
#define DY_ITEM_PATH_H

#include "lib/stringinfo.h"
#include "item/value.h"

/* One step: into a map by name, or into a list by index. */
typedef struct DyPathStep
{
	bool		is_index;
	uint32		index;			/* if is_index */
	DyBytes		name;			/* otherwise */
} DyPathStep;

typedef struct DyPath
{
	uint16		nsteps;			/* at least 1, at most DY_MAX_PATH_STEPS; the first is a name */
	DyPathStep *steps;
} DyPath;

#define DY_MAX_PATH_STEPS	32

extern DyValue dy_path_get(DyValue map, const DyPath *path);	/* absent if any step fails */
extern bool dy_path_equal(const DyPath *a, const DyPath *b);
extern bool dy_path_is_prefix(const DyPath *prefix, const DyPath *path);	/* also if equal */
extern void dy_path_write(StringInfo dest, const DyPath *path); /* [a, b, [3], c]: as error texts show it */

#endif							/* DY_ITEM_PATH_H */
