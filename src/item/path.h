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
	uint16		nsteps;			/* 1 to DY_MAX_PATH_STEPS; the first is a name */
	DyPathStep *steps;
} DyPath;

#define DY_MAX_PATH_STEPS	32

/* Absent if any step fails. */
extern DyValue dy_path_get(DyValue map, const DyPath *path);
extern bool dy_path_equal(const DyPath *a, const DyPath *b);
extern bool dy_path_is_prefix(const DyPath *prefix, const DyPath *path);	/* also if equal */

/* As error texts show it: [a, b, [3], c] */
extern void dy_path_write(StringInfo dest, const DyPath *path);

#endif							/* DY_ITEM_PATH_H */
