/*-------------------------------------------------------------------------
 *
 * execute.h
 *	  Running an operation by its name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_EXECUTE_H
#define DY_OPS_EXECUTE_H

#include "ops/ops.h"

typedef enum DyAccess
{
	DY_ACCESS_READ,
	DY_ACCESS_WRITE,
	DY_ACCESS_CONTROL
} DyAccess;

/* A line of operations.def. */
typedef struct DyExecutable
{
	const char *name;
	DyOperation run;
	DyAccess	access;
} DyExecutable;

/* Raises UnknownOperationException for a name that is no operation. */
extern const DyExecutable *dy_execute_find(const text *name);

/* The response, a text, in the caller's memory context. */
extern Datum dy_execute_run(const DyExecutable *operation, text *request,
							const char *principal);

#endif							/* DY_OPS_EXECUTE_H */
