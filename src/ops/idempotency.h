/*-------------------------------------------------------------------------
 *
 * idempotency.h
 *	  ClientRequestToken: a transaction that is sent again is not carried
 *	  out again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_IDEMPOTENCY_H
#define DY_OPS_IDEMPOTENCY_H

#include "common/cryptohash.h"

#include "wire/request.h"

#define DY_REQUEST_DIGEST_BYTES 32

/* SHA-256 of what a request asks for, however its JSON is laid out. */
extern void dy_request_digest(const DyNode *node, uint8 *digest);

/* The part of a digest that an attribute value is, however it is coded. */
extern void dy_digest_value(pg_cryptohash_ctx *context, DyValue value);

/*
 * Claim a token until the end of the transaction.  True: this request was
 * carried out within the last ten minutes, and must not be again.  Raises
 * TransactionInProgressException while another session has the token, and
 * IdempotentParameterMismatchException if it stood for another request.
 * False: record it with dy_token_record once the request has succeeded.
 */
extern bool dy_token_claim(DyBytes token, const uint8 *digest);
extern void dy_token_record(DyBytes token, const uint8 *digest);

#endif							/* DY_OPS_IDEMPOTENCY_H */
