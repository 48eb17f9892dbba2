/*-------------------------------------------------------------------------
 *
 * execute_many.c
 *	  Many requests in one statement.
 *
 * Of what the server does for a request of one item, about half is not the
 * item but its statement: messages, portal, transaction, and for a write the
 * flush of the log.  So the bridge sends the requests that come together as
 * one statement.  They come from clients that know nothing of each other, so
 * what one of them does must not depend on another's mistake:
 *
 *	  execute_each		reads; a row is on its way before the next request is
 *						looked at, and the first request without a row is the
 *						one that has failed
 *	  execute_writes	writes, one transaction for all; each in a
 *						subtransaction of its own, so that a failed one undoes
 *						nothing but itself
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "ops/execute.h"
#include "tableam/tableam.h"

/* What execute_each keeps from one request to the next. */
typedef struct Each
{
	const DyExecutable *operation;
	ArrayIterator requests;
	ArrayIterator principals;
} Each;

/* The columns of execute_writes. */
enum
{
	COLUMN_RESPONSE,
	COLUMN_SQLSTATE,
	COLUMN_MESSAGE,
	COLUMN_DETAIL,
	N_COLUMNS
};

static Each *begin_each(FunctionCallInfo fcinfo);
static void write_apart(const text *name, text *request, const char *principal,
						Datum *values, bool *isnull);
static void report_sqlstate(int code, Datum *values, bool *isnull);
static void report_failure(const ErrorData *error, Datum *values, bool *isnull);
static int	check_list(ArrayType *array, const char *name);
static void check_lengths(int requests, int others, const char *name);

DY_SQL_FUNCTION(dynamo_execute_each);
DY_SQL_FUNCTION(dynamo_execute_writes);

/*
 * dynamo_internal.execute_each(operation text, requests text[], principals
 * text[]) returns setof text
 *
 * As many rows as there are requests, in their order; principals[i] asks
 * requests[i].  A row is computed when it is asked for, so in a select list
 * it is on its way to the client before the next request is looked at: if one
 * fails, those before it are answered, and it is the first that is not.
 *
 * Only for operations that read.  All read with the snapshot of the
 * statement, which is younger than every request in it.
 */
Datum
dynamo_execute_each(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Each	   *each;
	Datum		request;
	Datum		principal;
	bool		isnull;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext caller;

		call = SRF_FIRSTCALL_INIT();
		caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		call->user_fctx = begin_each(fcinfo);
		MemoryContextSwitchTo(caller);
	}

	call = SRF_PERCALL_SETUP();
	each = call->user_fctx;
	if (!array_iterate(each->requests, &request, &isnull) ||
		!array_iterate(each->principals, &principal, &isnull))
		SRF_RETURN_DONE(call);
	CHECK_FOR_INTERRUPTS();
	SRF_RETURN_NEXT(call, dy_execute_run(each->operation, DatumGetTextPP(request),
										 TextDatumGetCString(principal)));
}

/* Look at the arguments of execute_each, once for all requests. */
static Each *
begin_each(FunctionCallInfo fcinfo)
{
	Each	   *each = palloc(sizeof(Each));
	text	   *name = PG_GETARG_TEXT_PP(0);
	ArrayType  *requests = PG_GETARG_ARRAYTYPE_P(1);
	ArrayType  *principals = PG_GETARG_ARRAYTYPE_P(2);

	each->operation = dy_execute_find(name);
	if (each->operation->access != DY_ACCESS_READ)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s does not read only", each->operation->name)));
	check_lengths(check_list(requests, "requests"),
				  check_list(principals, "principals"), "principals");
	each->requests = array_create_iterator(requests, 0, NULL);
	each->principals = array_create_iterator(principals, 0, NULL);
	return each;
}

/*
 * dynamo_internal.execute_writes(operations text[], requests text[],
 * principals text[], OUT response text, OUT sqlstate text, OUT message text,
 * OUT detail text) returns setof record
 *
 * As many rows as there are requests, in their order: the response, or what
 * execute() would have raised, whose effects are undone.  A request sees what
 * those before it have written.  A response that had to wait for the lock of
 * a key has the SQLSTATE 55P03 beside it.
 *
 * The key locks stay until the end of the transaction, so a request that has
 * to wait for a lock would make others wait that have nothing to do with it,
 * and two such statements could wait for each other.  The declaration sets
 * lock_timeout to next to nothing: what cannot have its lock fails with
 * 55P03, and the caller runs it by itself.
 *
 * Only for operations that write.  A cancelled statement and an error at
 * commit end all of them, with nothing done.
 */
Datum
dynamo_execute_writes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ArrayType  *names = PG_GETARG_ARRAYTYPE_P(0);
	ArrayType  *requests = PG_GETARG_ARRAYTYPE_P(1);
	ArrayType  *principals = PG_GETARG_ARRAYTYPE_P(2);
	int			n = check_list(requests, "requests");
	ArrayIterator next_name;
	ArrayIterator next_request;
	ArrayIterator next_principal;
	MemoryContext context;
	MemoryContext caller;

	check_lengths(n, check_list(names, "operations"), "operations");
	check_lengths(n, check_list(principals, "principals"), "principals");
	InitMaterializedSRF(fcinfo, 0);

	next_name = array_create_iterator(names, 0, NULL);
	next_request = array_create_iterator(requests, 0, NULL);
	next_principal = array_create_iterator(principals, 0, NULL);
	context = AllocSetContextCreate(CurrentMemoryContext, "dynamo write", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	for (int i = 0; i < n; i++)
	{
		Datum		name;
		Datum		request;
		Datum		principal;
		bool		isnull[N_COLUMNS];
		Datum		values[N_COLUMNS];

		CHECK_FOR_INTERRUPTS();
		if (!array_iterate(next_name, &name, &isnull[0]) ||
			!array_iterate(next_request, &request, &isnull[0]) ||
			!array_iterate(next_principal, &principal, &isnull[0]))
			break;
		write_apart(DatumGetTextPP(name), DatumGetTextPP(request), TextDatumGetCString(principal),
					values, isnull);
		tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return (Datum) 0;
}

/*
 * One request in its own subtransaction, and the row for it.
 */
static void
write_apart(const text *name, text *request, const char *principal,
			Datum *values, bool *isnull)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	uint64		waits = dy_tableam_waits_for_keys();

	memset(values, 0, N_COLUMNS * sizeof(Datum));
	memset(isnull, true, N_COLUMNS * sizeof(bool));

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		const DyExecutable *operation = dy_execute_find(name);

		if (operation->access != DY_ACCESS_WRITE)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("%s does not write items", operation->name)));
		values[COLUMN_RESPONSE] = dy_execute_run(operation, request, principal);
		isnull[COLUMN_RESPONSE] = false;
		if (dy_tableam_waits_for_keys() > waits)
			report_sqlstate(ERRCODE_LOCK_NOT_AVAILABLE, values, isnull);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			ReThrowError(error);
		isnull[COLUMN_RESPONSE] = true;
		report_failure(error, values, isnull);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
}

static void
report_sqlstate(int code, Datum *values, bool *isnull)
{
	values[COLUMN_SQLSTATE] = CStringGetTextDatum(unpack_sql_state(code));
	isnull[COLUMN_SQLSTATE] = false;
}

/*
 * Such an error is raised nowhere, so dynamo.log_client_errors needs help.
 */
static void
report_failure(const ErrorData *error, Datum *values, bool *isnull)
{
	report_sqlstate(error->sqlerrcode, values, isnull);
	values[COLUMN_MESSAGE] = CStringGetTextDatum(error->message ? error->message : "");
	isnull[COLUMN_MESSAGE] = false;
	if (error->detail != NULL)
	{
		values[COLUMN_DETAIL] = CStringGetTextDatum(error->detail);
		isnull[COLUMN_DETAIL] = false;
	}
	if (dy_log_client_errors && dy_error_is_client(error->sqlerrcode))
		ereport(LOG,
				(errcode(error->sqlerrcode),
				 errmsg_internal("%s", error->message),
				 error->detail ? errdetail_internal("%s", error->detail) : 0));
}

/* The number of elements. */
static int
check_list(ArrayType *array, const char *name)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must have one dimension", name)));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name)));
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

static void
check_lengths(int requests, int others, const char *name)
{
	if (requests != others)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there must be as many %s as requests", name)));
}
