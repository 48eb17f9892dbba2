/*-------------------------------------------------------------------------
 *
 * sigv4.h
 *	  Verifying AWS Signature Version 4.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_SIGV4_H
#define DY_BRIDGE_SIGV4_H

#include <time.h>

#include "bridge/buf.h"
#include "bridge/faults.h"
#include "bridge/http.h"
#include "bridge/keyset.h"

/* Clock difference that is forgiven, either way. */
#define DY_SIGV4_SKEW_SECONDS 900

/* Hash contexts and signing keys of one thread, for one region and service. */
typedef struct DySigner DySigner;

/* All that went wrong, or who signed. */
typedef struct DySigResult
{
	DyFault		fault;			/* DY_FAULT_NONE: the signature is good */
	DyBuf		message;		/* for the client; the caller frees it */
	const DyAccessKey *key;		/* of the key set, if good */
} DySigResult;

extern DySigner *dy_signer_create(const char *region, const char *service);
extern void dy_signer_free(DySigner *signer);
extern bool dy_sigv4_verify(DySigner *signer, const DyHttpHead *head, DySlice body,
							const DyKeySet *keys, time_t now, DySigResult *result)
			__attribute__((warn_unused_result));
extern void dy_sigv4_canonical_request(DySigner *signer, const DyHttpHead *head,
									   DySlice signed_headers, DySlice body,
									   DyBuf *out);
extern bool dy_sigv4_parse_basic_date(DySlice text, time_t *when);

#endif							/* DY_BRIDGE_SIGV4_H */
