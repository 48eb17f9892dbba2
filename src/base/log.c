/*-------------------------------------------------------------------------
 *
 * log.c
 *	  Keeping the mistakes of API clients out of the server log.
 *
 * A failed condition or a malformed request is normal traffic of a DynamoDB
 * client, and its text may hold the client's data.  Such errors carry a
 * SQLSTATE of class KV; they reach the client as ever but are not written to
 * the server log, unless dynamo.log_client_errors is on.
 *
 * The hook works in every session once the library is preloaded; otherwise
 * only in sessions which have called a function of the extension.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/guc.h"
#include "base/log.h"

static void silence_client_error(ErrorData *edata);

static emit_log_hook_type next_emit_log_hook = NULL;

/*
 * Put the hook in place, once per process.
 */
void
dy_log_init(void)
{
	next_emit_log_hook = emit_log_hook;
	emit_log_hook = silence_client_error;
}

/*
 * emit_log_hook: may only switch output off (see EmitErrorReport).
 */
static void
silence_client_error(ErrorData *edata)
{
	if (!dy_log_client_errors && dy_error_is_client(edata->sqlerrcode))
		edata->output_to_server = false;

	if (next_emit_log_hook)
		next_emit_log_hook(edata);
}
