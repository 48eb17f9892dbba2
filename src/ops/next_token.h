/*-------------------------------------------------------------------------
 *
 * next_token.h
 *	  NextToken of ExecuteStatement.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_NEXT_TOKEN_H
#define DY_OPS_NEXT_TOKEN_H

#include "ops/statement.h"

extern void dy_next_token_write(DyResponse *r, const DyStatement *s, const DyStatementPage *page);
extern void dy_next_token_read(DyBytes token, const DyStatement *s, DyStatementPage *page);

#endif							/* DY_OPS_NEXT_TOKEN_H */
