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
 * Many requests in one statement: execute_many.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/errors.h"
#include "ops/execute.h"

enum
{
#define DY_OPERATION(name, function, sql_name, access, page) OP_##name,
#include "ops/operations.def"
#undef DY_OPERATION
	N_OPERATIONS
};

static const DyExecutable operations[N_OPERATIONS] = {
#define DY_OPERATION(name, function, sql_name, access, page) {#name, function, DY_ACCESS_##access},
#include "ops/operations.def"
#undef DY_OPERATION
};

/* Empty, for the next operation; NULL while one runs. */
static MemoryContext kept_context = NULL;

/* The same by name, sorted on first use. */
static const DyExecutable *by_name[N_OPERATIONS];

/*
 * What malloc may keep for the next operation instead of giving it back to
 * the kernel, and up to what size it takes memory from there.
 */
#define KEPT_BYTES			(4 * 1024 * 1024)
#define LARGE_BYTES			(2 * 1024 * 1024)

/*
 * What the context of operations keeps: enough for one on a small item, which
 * then asks malloc for nothing.
 */
#define FIRST_BLOCK_BYTES	(16 * 1024)

static Datum run(const DyExecutable *operation, text *request, const char *principal, bool as_json);
static void run_for_caller(const DyExecutable *operation, text *request, const char *principal,
						   DyResponse *response);
static MemoryContext take_context(MemoryContext parent);
static void give_back_context(MemoryContext context);
static void prepare_session(void);
static const DyExecutable *find_operation(const char *name, Size len);
static int	compare_names(const void *a, const void *b);
static int	compare_name(const void *key, const void *element);

DY_SQL_FUNCTION(dynamo_execute);

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

	return run(dy_execute_find(PG_GETARG_TEXT_PP(0)), PG_GETARG_TEXT_PP(1),
			   PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2)), false);
}

/* Raises UnknownOperationException. */
const DyExecutable *
dy_execute_find(const text *name)
{
	const DyExecutable *operation = find_operation(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (operation == NULL)
		dy_error(DY_ERR_UNKNOWN_OPERATION, "%s", "");
	return operation;
}

Datum
dy_execute_run(const DyExecutable *operation, text *request, const char *principal)
{
	return run(operation, request, principal, false);
}

/*
 * Run one operation.  The response is written behind room for a varlena
 * header, so that it needs no copy.  Some operations answer with no body at
 * all, which is not JSON.
 */
static Datum
run(const DyExecutable *operation, text *request, const char *principal, bool as_json)
{
	MemoryContext caller_context = CurrentMemoryContext;
	MemoryContext context;
	DyResponse	response;

	prepare_session();
	if (operation->access != DY_ACCESS_READ)
		PreventCommandDuringRecovery(operation->name);

	dy_response_init(&response);
	appendStringInfoSpaces(&response.text, VARHDRSZ);

	context = take_context(caller_context);
	MemoryContextSwitchTo(context);
	run_for_caller(operation, request, principal, &response);
	MemoryContextSwitchTo(caller_context);
	give_back_context(context);

	if (as_json && response.text.len == VARHDRSZ)
		appendStringInfoString(&response.text, "{}");
	SET_VARSIZE(response.text.data, response.text.len);
	return PointerGetDatum(response.text.data);
}

/*
 * Error texts name who asks for what.  The principal's memory does not
 * outlive an error.
 */
static void
run_for_caller(const DyExecutable *operation, text *request, const char *principal, DyResponse *response)
{
	DyCaller	outer_caller = dy_caller;

	dy_caller.operation = operation->name;
	dy_caller.principal = principal;
	dy_caller.nested = outer_caller.operation != NULL;
	PG_TRY();
	{
		operation->run(VARDATA_ANY(request), VARSIZE_ANY_EXHDR(request), response);
	}
	PG_FINALLY();
	{
		dy_caller = outer_caller;
	}
	PG_END_TRY();
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
		return AllocSetContextCreate(parent, "dynamo operation", ALLOCSET_DEFAULT_MINSIZE,
									 FIRST_BLOCK_BYTES, ALLOCSET_DEFAULT_MAXSIZE);
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

static const DyExecutable *
find_operation(const char *name, Size len)
{
	DyBytes		key = {name, len};
	const DyExecutable **found;

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
	return strcmp((*(const DyExecutable *const *) a)->name, (*(const DyExecutable *const *) b)->name);
}

/*
 * bsearch: a DyBytes against a name.
 */
static int
compare_name(const void *key, const void *element)
{
	const DyBytes *text = key;
	const char *name = (*(const DyExecutable *const *) element)->name;
	int			order = strncmp(text->data, name, text->len);

	return order != 0 ? order : (name[text->len] == '\0' ? 0 : -1);
}
