/*-------------------------------------------------------------------------
 *
 * execute.c
 *	  The door to all operations: from SQL and from the bridge.
 *
 * Everything here derives from operations.def: the table of operations, the
 * SQL functions dynamo.<operation>(request), and, through the Makefile, their
 * declarations.
 *
 * An operation runs in a memory context of its own, which ends with it; only
 * its response outlives it.
 *
 * Privileges: an operation does what its caller asks without looking at
 * privileges on relations.  The right to EXECUTE its SQL function is the
 * right to the operation, on all tables; it is granted to nobody at first.
 * dynamo_internal.execute gives all operations.
 *
 * dynamo_internal.execute_each runs many requests of one reading operation in
 * one statement.  Of the instructions of a GetItem, nearly half belong to the
 * messages, the portal and the transaction of its statement, not to the item.
 * The bridge sends the reads that come together this way.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/errors.h"
#include "ops/ops.h"

typedef enum Access
{
	ACCESS_READ,
	ACCESS_WRITE,
	ACCESS_CONTROL
} Access;

typedef struct Operation
{
	const char *name;
	DyOperation run;
	Access		access;
} Operation;

enum
{
#define DY_OPERATION(name, function, sql_name, access, page) OP_##name,
#include "ops/operations.def"
#undef DY_OPERATION
	N_OPERATIONS
};

static const Operation operations[N_OPERATIONS] = {
#define DY_OPERATION(name, function, sql_name, access, page) {#name, function, ACCESS_##access},
#include "ops/operations.def"
#undef DY_OPERATION
};

/* What execute_each keeps from one request to the next. */
typedef struct Each
{
	const Operation *operation;
	ArrayIterator requests;
	ArrayIterator principals;
} Each;

/* Empty, for the next operation; NULL while one runs. */
static MemoryContext kept_context = NULL;

/* The same by name, sorted on first use. */
static const Operation *by_name[N_OPERATIONS];

/*
 * What malloc may keep for the next operation instead of giving it back to
 * the kernel, and up to what size it takes memory from there.
 */
#define KEPT_BYTES			(4 * 1024 * 1024)
#define LARGE_BYTES			(2 * 1024 * 1024)

static Datum run(const Operation *operation, text *request, const char *principal, bool as_json);
static MemoryContext take_context(MemoryContext parent);
static void give_back_context(MemoryContext context);
static void prepare_session(void);
static Each *begin_each(FunctionCallInfo fcinfo);
static void check_list(ArrayType *array, const char *name);
static const Operation *get_operation(text *name);
static const Operation *find_operation(const char *name, Size len);
static int	compare_names(const void *a, const void *b);
static int	compare_name(const void *key, const void *element);

DY_SQL_FUNCTION(dynamo_execute);
DY_SQL_FUNCTION(dynamo_execute_each);

/* dynamo.<operation>(request dynamo.request) returns json */
#define DY_OPERATION(name, function, sql_name, access, page) \
	DY_SQL_FUNCTION(dynamo_##sql_name); \
	Datum dynamo_##sql_name(PG_FUNCTION_ARGS) \
	{ return run(&operations[OP_##name], PG_GETARG_TEXT_PP(0), NULL, true); }
#include "ops/operations.def"
#undef DY_OPERATION

/*
 * dynamo_internal.execute(operation text, request text, principal text)
 * returns text
 *
 * Raises UnknownOperationException for a name that is no operation.
 */
Datum
dynamo_execute(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();

	return run(get_operation(PG_GETARG_TEXT_PP(0)), PG_GETARG_TEXT_PP(1),
			   PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2)), false);
}

/*
 * dynamo_internal.execute_each(operation text, requests text[], principals
 * text[]) returns setof text
 *
 * As many rows as there are requests, in their order; principals[i] asks
 * requests[i].  A row is computed when it is asked for, so in a select list
 * it is on its way to the client before the next request is looked at: if one
 * fails, those before it are answered, and it is the first that is not.
 *
 * Only for operations that read: what one request wrote would be undone by
 * the failure of another.  All read with the snapshot of the statement, which
 * is younger than every request in it.
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
	SRF_RETURN_NEXT(call, run(each->operation, DatumGetTextPP(request),
							  TextDatumGetCString(principal), false));
}

/* Look at the arguments of execute_each, once for all requests. */
static Each *
begin_each(FunctionCallInfo fcinfo)
{
	Each	   *each = palloc(sizeof(Each));
	text	   *name = PG_GETARG_TEXT_PP(0);
	ArrayType  *requests = PG_GETARG_ARRAYTYPE_P(1);
	ArrayType  *principals = PG_GETARG_ARRAYTYPE_P(2);

	each->operation = get_operation(name);
	if (each->operation->access != ACCESS_READ)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s does not read only", each->operation->name)));
	check_list(requests, "requests");
	check_list(principals, "principals");
	if (ArrayGetNItems(ARR_NDIM(requests), ARR_DIMS(requests)) !=
		ArrayGetNItems(ARR_NDIM(principals), ARR_DIMS(principals)))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there must be as many principals as requests")));
	each->requests = array_create_iterator(requests, 0, NULL);
	each->principals = array_create_iterator(principals, 0, NULL);
	return each;
}

static void
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
}

/*
 * Run one operation.  The response is written behind room for a varlena
 * header, so that it needs no copy.  Some operations answer with no body at
 * all, which is not JSON.
 */
static Datum
run(const Operation *operation, text *request, const char *principal, bool as_json)
{
	DyCaller	outer_caller = dy_caller;
	MemoryContext caller_context = CurrentMemoryContext;
	MemoryContext context;
	DyResponse	response;

	prepare_session();
	if (operation->access != ACCESS_READ)
		PreventCommandDuringRecovery(operation->name);

	dy_response_init(&response);
	appendStringInfoSpaces(&response.text, VARHDRSZ);

	/* an error leaves the caller's name behind, until the next operation */
	dy_caller.operation = operation->name;
	dy_caller.principal = principal;

	context = take_context(caller_context);
	MemoryContextSwitchTo(context);
	operation->run(VARDATA_ANY(request), VARSIZE_ANY_EXHDR(request), &response);
	MemoryContextSwitchTo(caller_context);
	give_back_context(context);

	if (as_json && response.text.len == VARHDRSZ)
		appendStringInfoString(&response.text, "{}");
	dy_caller = outer_caller;
	SET_VARSIZE(response.text.data, response.text.len);
	return PointerGetDatum(response.text.data);
}

/*
 * The memory of an operation belongs to the caller's, so that an error frees
 * it.  Between operations one context is kept for the next.
 */
static MemoryContext
take_context(MemoryContext parent)
{
	MemoryContext context = kept_context;

	if (context == NULL)
		return AllocSetContextCreate(parent, "dynamo operation", ALLOCSET_DEFAULT_SIZES);
	kept_context = NULL;
	MemoryContextSetParent(context, parent);
	return context;
}

static void
give_back_context(MemoryContext context)
{
	if (kept_context != NULL)
	{
		MemoryContextDelete(context);
		return;
	}
	MemoryContextReset(context);
	MemoryContextSetParent(context, TopMemoryContext);
	kept_context = context;
}

/*
 * Once a backend.
 *
 * An answer of some hundred kilobytes lives in three buffers, one after the
 * other: ours, its text for the client, the message.  By its defaults malloc
 * hands such memory back to the kernel when it is freed, and every answer
 * pays for dozens of page faults (a quarter of the time of a Query of 100
 * items).  So the backend's malloc keeps a few megabytes.
 */
static void
prepare_session(void)
{
#ifdef __GLIBC__
	static bool prepared = false;

	if (prepared)
		return;
	prepared = true;
	(void) mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	(void) mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
#endif
}

/* Raises UnknownOperationException. */
static const Operation *
get_operation(text *name)
{
	const Operation *operation = find_operation(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (operation == NULL)
		dy_error(DY_ERR_UNKNOWN_OPERATION, "%s", "");
	return operation;
}

static const Operation *
find_operation(const char *name, Size len)
{
	DyBytes		key = {name, len};
	const Operation **found;

	if (by_name[0] == NULL)
	{
		for (int i = 0; i < N_OPERATIONS; i++)
			by_name[i] = &operations[i];
		qsort(by_name, N_OPERATIONS, sizeof(by_name[0]), compare_names);
	}
	found = bsearch(&key, by_name, N_OPERATIONS, sizeof(by_name[0]), compare_name);
	return found ? *found : NULL;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp((*(const Operation *const *) a)->name, (*(const Operation *const *) b)->name);
}

/*
 * bsearch: a DyBytes against a name.
 */
static int
compare_name(const void *key, const void *element)
{
	const DyBytes *text = key;
	const char *name = (*(const Operation *const *) element)->name;
	int			order = strncmp(text->data, name, text->len);

	return order != 0 ? order : (name[text->len] == '\0' ? 0 : -1);
}
