/*-------------------------------------------------------------------------
 *
 * faults.h
 *	  The errors of errors.def as the bridge sees them.
 *
 * A fault is an error that goes to the client.  Most are raised by the
 * server and arrive as a SQLSTATE; those about HTTP, signatures and overload
 * are the bridge's own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_FAULTS_H
#define DY_BRIDGE_FAULTS_H

#include "bridge/buf.h"

typedef enum DyFault
{
#define DY_ERROR(symbol, sqlstate, prefix, name, status) DY_FAULT_##symbol,
#include "base/errors.def"
#undef DY_ERROR
	DY_FAULT_COUNT,
	DY_FAULT_NONE = DY_FAULT_COUNT	/* no error */
} DyFault;

extern DyFault dy_fault_of_sqlstate(const char *sqlstate);
extern const char *dy_fault_name(DyFault fault);
extern int	dy_fault_status(DyFault fault);
extern void dy_fault_body(DyBuf *out, DyFault fault, DySlice message, DySlice extra);

#endif							/* DY_BRIDGE_FAULTS_H */
