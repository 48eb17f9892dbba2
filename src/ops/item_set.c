/*-------------------------------------------------------------------------
 *
 * item_set.c
 *	  dynamo.query() and dynamo.scan() as sets of items, dynamo.relation().
 *
 * They take the parameters of the operations Query and Scan one by one and
 * check them as these do, but know no pages: rows come one at a time from
 * the index, as many as the caller takes, and memory does not grow with
 * them.  (In FROM the server itself collects the rows of any function first;
 * in the select list it does not.)
 *
 * Throughput limits do not hold for them: they are SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "ops/page.h"

typedef void (*PrepareFunction) (const char *text, uint32 len, DyPage *page);

/* State between calls, in the multi-call memory context. */
typedef struct ItemSet
{
	DyPage		page;
	DyRange    *range;			/* NULL once closed */
	DyBuilder  *scratch;
	MemoryContext filter_context;	/* reset with every item looked at */
	int64		left;			/* rows still to return; negative: no limit */
} ItemSet;

/* Parameters in the order of the SQL declarations. */
enum QueryArgument
{
	QUERY_TABLE, QUERY_KEY_CONDITION, QUERY_VALUES, QUERY_NAMES, QUERY_INDEX,
	QUERY_FILTER, QUERY_PROJECTION, QUERY_FORWARD, QUERY_LIMIT
};
enum ScanArgument
{
	SCAN_TABLE, SCAN_FILTER, SCAN_VALUES, SCAN_NAMES, SCAN_INDEX,
	SCAN_PROJECTION, SCAN_SEGMENT, SCAN_TOTAL_SEGMENTS, SCAN_LIMIT
};

static Datum next_item(FunctionCallInfo fcinfo, PrepareFunction prepare,
					   void (*write_request) (FunctionCallInfo, DyResponse *), int limit_argument);
static bool passes_filter(ItemSet *set, DyValue item);
static void close_item_set(Datum arg);
static void write_query_request(FunctionCallInfo fcinfo, DyResponse *r);
static void write_scan_request(FunctionCallInfo fcinfo, DyResponse *r);
static void write_text(FunctionCallInfo fcinfo, int argument, DyResponse *r, const char *name);
static void write_item_argument(FunctionCallInfo fcinfo, int argument, DyResponse *r, const char *name);
static void write_jsonb_argument(FunctionCallInfo fcinfo, int argument, DyResponse *r, const char *name);
static void write_integer(FunctionCallInfo fcinfo, int argument, DyResponse *r, const char *name);

PG_FUNCTION_INFO_V1(dynamo_query_items);
PG_FUNCTION_INFO_V1(dynamo_scan_items);
PG_FUNCTION_INFO_V1(dynamo_relation);

extern PGDLLEXPORT Datum dynamo_query_items(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum dynamo_scan_items(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum dynamo_relation(PG_FUNCTION_ARGS);

/*
 * dynamo.query("table" text, key_condition text, "values" dynamo.item, names
 * jsonb, index text, filter text, projection text, forward boolean, "limit"
 * bigint) returns setof dynamo.item
 *
 * limit counts rows that are returned, as in SQL.
 */
Datum
dynamo_query_items(PG_FUNCTION_ARGS)
{
	return next_item(fcinfo, dy_query_prepare, write_query_request, QUERY_LIMIT);
}

/*
 * dynamo.scan("table" text, filter text, "values" dynamo.item, names jsonb,
 * index text, projection text, segment integer, total_segments integer,
 * "limit" bigint) returns setof dynamo.item
 */
Datum
dynamo_scan_items(PG_FUNCTION_ARGS)
{
	return next_item(fcinfo, dy_scan_prepare, write_scan_request, SCAN_LIMIT);
}

/*
 * dynamo.relation("table" text) returns regclass: the relation that holds
 * the items of a table.
 */
Datum
dynamo_relation(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	DyBytes		bytes = {VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)};

	PG_RETURN_OID(dy_table_get(bytes)->relid);
}

/*
 * One call of a set-returning function: the next item, or the end.
 */
static Datum
next_item(FunctionCallInfo fcinfo, PrepareFunction prepare,
		  void (*write_request) (FunctionCallInfo, DyResponse *), int limit_argument)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	FuncCallContext *call;
	ItemSet    *set;
	DyValue		item;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext caller;
		DyResponse	request;

		call = SRF_FIRSTCALL_INIT();
		caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		set = palloc0(sizeof(ItemSet));
		dy_response_init(&request);
		dy_response_open(&request, '{');
		write_request(fcinfo, &request);
		dy_response_close(&request, '}');
		prepare(request.text.data, request.text.len, &set->page);
		set->left = PG_ARGISNULL(limit_argument) ? -1 : PG_GETARG_INT64(limit_argument);
		if (set->page.filter == NULL)
			set->page.range.limit = Max(set->left, 0);
		set->scratch = dy_build_create();
		set->filter_context = AllocSetContextCreate(CurrentMemoryContext, "dynamo filter",
													ALLOCSET_SMALL_SIZES);
		set->range = dy_range_open(&set->page.range);
		/* the caller may stop asking before the end */
		RegisterExprContextCallback(info->econtext, close_item_set, PointerGetDatum(set));
		call->user_fctx = set;
		MemoryContextSwitchTo(caller);
	}

	call = SRF_PERCALL_SETUP();
	set = call->user_fctx;
	while (set->left != 0 && dy_range_next(set->range, &item))
	{
		if (!passes_filter(set, item))
			continue;
		if (set->left > 0)
			set->left--;
		item = dy_page_item(&set->page, item, set->scratch);
		SRF_RETURN_NEXT(call, PointerGetDatum(dy_item_make(item)));
	}

	UnregisterExprContextCallback(info->econtext, close_item_set, PointerGetDatum(set));
	close_item_set(PointerGetDatum(set));
	SRF_RETURN_DONE(call);
}

/*
 * Does the filter hold?  A set may have any number of items that do not pass,
 * so what evaluation leaves behind is freed each time.
 */
static bool
passes_filter(ItemSet *set, DyValue item)
{
	MemoryContext caller = MemoryContextSwitchTo(set->filter_context);
	bool		holds = dy_condition_holds(set->page.filter, item);

	MemoryContextSwitchTo(caller);
	MemoryContextReset(set->filter_context);
	return holds;
}

static void
close_item_set(Datum arg)
{
	ItemSet    *set = (ItemSet *) DatumGetPointer(arg);

	if (set->range != NULL)
		dy_range_close(set->range);
	set->range = NULL;
}

static void
write_query_request(FunctionCallInfo fcinfo, DyResponse *r)
{
	write_text(fcinfo, QUERY_TABLE, r, "TableName");
	write_text(fcinfo, QUERY_KEY_CONDITION, r, "KeyConditionExpression");
	write_item_argument(fcinfo, QUERY_VALUES, r, "ExpressionAttributeValues");
	write_jsonb_argument(fcinfo, QUERY_NAMES, r, "ExpressionAttributeNames");
	write_text(fcinfo, QUERY_INDEX, r, "IndexName");
	write_text(fcinfo, QUERY_FILTER, r, "FilterExpression");
	write_text(fcinfo, QUERY_PROJECTION, r, "ProjectionExpression");
	dy_response_name(r, "ScanIndexForward");
	dy_response_boolean(r, PG_ARGISNULL(QUERY_FORWARD) || PG_GETARG_BOOL(QUERY_FORWARD));
}

static void
write_scan_request(FunctionCallInfo fcinfo, DyResponse *r)
{
	write_text(fcinfo, SCAN_TABLE, r, "TableName");
	write_text(fcinfo, SCAN_FILTER, r, "FilterExpression");
	write_item_argument(fcinfo, SCAN_VALUES, r, "ExpressionAttributeValues");
	write_jsonb_argument(fcinfo, SCAN_NAMES, r, "ExpressionAttributeNames");
	write_text(fcinfo, SCAN_INDEX, r, "IndexName");
	write_text(fcinfo, SCAN_PROJECTION, r, "ProjectionExpression");
	write_integer(fcinfo, SCAN_SEGMENT, r, "Segment");
	write_integer(fcinfo, SCAN_TOTAL_SEGMENTS, r, "TotalSegments");
}

/*
 * Arguments as members of a request; one that is null is left out.
 */
static void
write_text(FunctionCallInfo fcinfo, int argument, DyResponse *r, const char *name)
{
	text	   *value;
	DyBytes		bytes;

	if (PG_ARGISNULL(argument))
		return;
	value = PG_GETARG_TEXT_PP(argument);
	bytes.data = VARDATA_ANY(value);
	bytes.len = VARSIZE_ANY_EXHDR(value);
	dy_response_name(r, name);
	dy_response_bytes(r, bytes);
}

static void
write_item_argument(FunctionCallInfo fcinfo, int argument, DyResponse *r, const char *name)
{
	if (PG_ARGISNULL(argument))
		return;
	dy_response_name(r, name);
	dy_response_map(r, dy_item_value(PG_GETARG_DY_ITEM_P(argument)));
}

static void
write_jsonb_argument(FunctionCallInfo fcinfo, int argument, DyResponse *r, const char *name)
{
	Jsonb	   *value;
	char	   *json;

	if (PG_ARGISNULL(argument))
		return;
	value = PG_GETARG_JSONB_P(argument);
	json = JsonbToCString(NULL, &value->root, VARSIZE(value));
	dy_response_name(r, name);
	dy_response_json(r, json, strlen(json));
}

static void
write_integer(FunctionCallInfo fcinfo, int argument, DyResponse *r, const char *name)
{
	if (PG_ARGISNULL(argument))
		return;
	dy_response_name(r, name);
	dy_response_integer(r, PG_GETARG_INT32(argument));
}
