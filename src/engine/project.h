/*-------------------------------------------------------------------------
 *
 * project.h
 *	  What an index keeps of an item.  For the files of this folder; the
 *	  public functions of project.c are in engine.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_ENGINE_PROJECT_H
#define DY_ENGINE_PROJECT_H

#include "engine/engine.h"

/* Do two items look the same in the index? */
extern bool dy_index_entry_equal(const DyTable *table, const DyIndex *index, DyValue a, DyValue b);

#endif							/* DY_ENGINE_PROJECT_H */
