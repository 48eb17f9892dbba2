/*-------------------------------------------------------------------------
 *
 * gate.h
 *	  What to do with a complete request.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_GATE_H
#define DY_BRIDGE_GATE_H

#include "bridge/config.h"
#include "bridge/request.h"
#include "bridge/sigv4.h"

typedef enum DyVerdict
{
	DY_VERDICT_EXECUTE,			/* hand it to the pool */
	DY_VERDICT_FAULT,			/* answer with fault and text */
	DY_VERDICT_HEALTH,			/* GET */
	DY_VERDICT_METRICS,			/* GET /metrics */
	DY_VERDICT_PREFLIGHT,		/* OPTIONS with an Origin */
	DY_VERDICT_NOT_FOUND		/* the 404 of the service */
} DyVerdict;

typedef struct DyGate
{
	const DyConfig *config;
	DySigner   *signer;
	DyKeySet   *keys;			/* a reference; NULL until keys are known */

	/* of the last DY_VERDICT_FAULT */
	DyFault		fault;
	DyBuf		text;
} DyGate;

extern DyVerdict dy_gate_check(DyGate *gate, DyRequest *request);

#endif							/* DY_BRIDGE_GATE_H */
