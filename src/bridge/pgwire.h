/*-------------------------------------------------------------------------
 *
 * pgwire.h
 *	  The few messages of Postgres' protocol that a request takes.
 *
 * Pure functions over bytes.  Connecting, authentication and session setup
 * are libpq's business; see pool.c for why the rest is not.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_PGWIRE_H
#define DY_BRIDGE_PGWIRE_H

#include "bridge/buf.h"

/* Names of the prepared statements every session has; see pool.c. */
#define DY_WIRE_STATEMENT "dynamo_execute"
#define DY_WIRE_EACH_STATEMENT "dynamo_execute_each"
#define DY_WIRE_WRITES_STATEMENT "dynamo_execute_writes"

/* response, sqlstate, message, detail */
#define DY_WIRE_WRITES_COLUMNS 4

/* The SQLSTATE of who met a lock: beside a response it was had in the end. */
#define DY_WIRE_LOCK_NOT_AVAILABLE "55P03"

typedef enum DyWireResult
{
	DY_WIRE_OK,
	DY_WIRE_MORE,				/* the message is not complete yet */
	DY_WIRE_BAD					/* not Postgres' protocol */
} DyWireResult;

typedef struct DyWireMessage
{
	char		type;
	DySlice		body;			/* without type and length */
	size_t		bytes;			/* with them */
} DyWireMessage;

typedef struct DyWireError
{
	char		sqlstate[6];
	DySlice		message;
	DySlice		detail;
} DyWireError;

extern void dy_wire_add_execute(DyBuf *out, DySlice operation, DySlice request,
								DySlice principal);
extern void dy_wire_add_execute_each(DyBuf *out, DySlice operation, const DySlice *requests,
									 const DySlice *principals, int count);
extern void dy_wire_add_execute_writes(DyBuf *out, const DySlice *operations,
									   const DySlice *requests, const DySlice *principals,
									   int count);
extern void dy_wire_add_sync(DyBuf *out);
extern DyWireResult dy_wire_next(const char *bytes, size_t len, DyWireMessage *message)
			__attribute__((warn_unused_result));
extern bool dy_wire_read_row(DySlice body, DySlice *columns, int count)
			__attribute__((warn_unused_result));
extern bool dy_wire_read_error(DySlice body, DyWireError *error)
			__attribute__((warn_unused_result));

#endif							/* DY_BRIDGE_PGWIRE_H */
