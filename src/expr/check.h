/*-------------------------------------------------------------------------
 *
 * check.h
 *	  What the service refuses before it looks at an item, for bound nodes.
 *
 * parameter opens the error text ("Invalid UpdateExpression: ..."); NULL: no
 * opening, for PartiQL.  All raise ValidationException.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_EXPR_CHECK_H
#define DY_EXPR_CHECK_H

#include "expr/ast.h"

/*
 * A comparison or function of a condition: operands in the order of the
 * text; name as the text of errors has it ("=", "BETWEEN", "begins_with").
 * Number of operands of a function is not checked here.
 */
extern void dy_check_condition(const char *parameter, const char *name, const DyCondition *condition);

/* The type operand of attribute_type(): the type it names. */
extern DyType dy_check_type_name(const char *parameter, const DyOperand *operand);

/* A function or + or - on the right-hand side of SET, or size(). */
extern void dy_check_function(const char *parameter, const char *name, const DyOperand *operand);

/* The value of ADD or DELETE. */
extern void dy_check_action(const char *parameter, const DyAction *action);

/*
 * A set of paths that are written or projected together.  None may be equal
 * to, or a prefix of, another ("overlap"), nor may two use one thing as map
 * and as list ("conflict").  Put the last path of a text in first, as the
 * service does, so that a text with several mistakes gives the same one.
 * (Of more than two clashing paths the service may name another second one:
 * it takes one in the order of a hash table.)
 */
typedef struct DyPathSet DyPathSet;

extern DyPathSet *dy_path_set_create(void);
extern void dy_path_set_add(const char *parameter, DyPathSet *set, const DyPath *path); /* path is kept */

#endif							/* DY_EXPR_CHECK_H */
