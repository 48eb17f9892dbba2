/*-------------------------------------------------------------------------
 *
 * ops.h
 *	  Operations: request text in, response text out.
 *
 * Every operation of the API is one file with one function of the type
 * below, listed in operations.def.  The caller's memory context is the
 * operation's own: nothing needs freeing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_OPS_H
#define DY_OPS_OPS_H

#include "engine/engine.h"
#include "wire/request.h"
#include "wire/response.h"

/* Reads the request, does the work, writes one JSON object to response. */
typedef void (*DyOperation) (const char *request, uint32 len, DyResponse *response);

#define DY_OPERATION(name, function, sql_name, access, page) \
	extern void function(const char *request, uint32 len, DyResponse *response);
#include "ops/operations.def"
#undef DY_OPERATION

#endif							/* DY_OPS_OPS_H */
