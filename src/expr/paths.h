/*-------------------------------------------------------------------------
 *
 * paths.h
 *	  Sorted paths.  Private to this folder; code in project.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_EXPR_PATHS_H
#define DY_EXPR_PATHS_H

#include "expr/ast.h"

extern int	dy_path_compare(const DyPath *a, const DyPath *b);
extern int	dy_path_step_compare(const DyPathStep *a, const DyPathStep *b);
extern bool dy_paths_project(const DyPath **paths, int n, DyValue item, DyBuilder *out);

#endif							/* DY_EXPR_PATHS_H */
