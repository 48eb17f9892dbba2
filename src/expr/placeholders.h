/*-------------------------------------------------------------------------
 *
 * placeholders.h
 *	  Looking placeholders up.  Private to this folder.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_EXPR_PLACEHOLDERS_H
#define DY_EXPR_PLACEHOLDERS_H

#include "expr/expr.h"

extern DyBytes dy_placeholders_name(DyPlaceholders *p, const char *parameter, DyBytes placeholder);
extern DyValue dy_placeholders_value(DyPlaceholders *p, const char *parameter, DyBytes placeholder);

#endif							/* DY_EXPR_PLACEHOLDERS_H */
