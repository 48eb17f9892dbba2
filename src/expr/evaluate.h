/*-------------------------------------------------------------------------
 *
 * evaluate.h
 *	  Values of operands.  Private to this folder.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_EXPR_EVALUATE_H
#define DY_EXPR_EVALUATE_H

#include "expr/ast.h"

extern DyValue dy_operand_get(const DyOperand *operand, DyValue item, uint8 *room);

#endif							/* DY_EXPR_EVALUATE_H */
