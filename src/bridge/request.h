/*-------------------------------------------------------------------------
 *
 * request.h
 *	  One request, from the last byte of its head to its answer.
 *
 * The HTTP connection makes it; while it is with the pool the pool owns it,
 * and the connection only knows it.  A client that goes away leaves its
 * request with conn == NULL; the pool finishes it and nobody is told.
 *
 * The head points into the connection's input as long as that is read, and
 * into head_bytes once the body is waited for.  When the request is with the
 * pool, its fields are gone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BRIDGE_REQUEST_H
#define DY_BRIDGE_REQUEST_H

#include "bridge/faults.h"
#include "bridge/http.h"
#include "bridge/keyset.h"
#include "bridge/routes.h"

typedef enum DyRequestState
{
	DY_REQUEST_READING,			/* the body is coming in */
	DY_REQUEST_QUEUED,			/* waits for a connection of its lane */
	DY_REQUEST_SENT,			/* at Postgres */
	DY_REQUEST_DONE
} DyRequestState;

typedef struct DyRequest
{
	DyRequestState state;
	struct DyHttpConn *conn;	/* NULL once the client is gone */
	struct DyRequest *next;		/* in the queue or flight list it is on */

	DySlice		raw_head;		/* what head points into, see above */
	char	   *head_bytes;		/* its copy; NULL as long as there is none */
	bool		has_origin;		/* a browser wants to know who may read */
	DyBuf		plain;			/* decompressed, if it was compressed */
	size_t		accounted;		/* bytes counted in the server's total */
	DyChunkDecoder chunks;

	const DyRoute *route;		/* NULL until known */
	const char *content_type;	/* of the answer */
	int			attempts;		/* at Postgres */
	bool		alone;			/* shares no statement, see pool.c */
	bool		ends_batch;		/* the last one of its statement */
	bool		met_lock;		/* in a batch of writes */
	uint64_t	received_us;	/* when it was complete */
	uint64_t	queued_us;

	/* a new request is zero up to here; these are set when they are known */
	DyHttpHead	head;
	char		principal[DY_MAX_PRINCIPAL_BYTES + 1];
	DyBuf		body;			/* as it came over the wire */
} DyRequest;

/* What Postgres said, or what became of the request instead. */
typedef struct DyReply
{
	DyFault		fault;			/* DY_FAULT_NONE: body is the result */
	DySlice		body;
	DySlice		message;		/* of the fault */
	DySlice		extra;			/* of the fault, a JSON object or empty */
} DyReply;

static inline DySlice
dy_request_body(const DyRequest *request)
{
	return dy_buf_slice(request->plain.data != NULL ? &request->plain : &request->body);
}

#endif							/* DY_BRIDGE_REQUEST_H */
