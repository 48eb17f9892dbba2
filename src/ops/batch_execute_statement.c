/*-------------------------------------------------------------------------
 *
 * batch_execute_statement.c
 *	  BatchExecuteStatement: up to 25 PartiQL statements, each for itself.
 *
 * What is wrong with a statement, or fails when it runs, is an Error in its
 * place of the answer; the others are carried out all the same.  A statement
 * that was refused before it ran does not name its table in the answer.  The
 * item that failed a condition is not returned, although the API has a member
 * for it and one to ask for it: the service does not.
 *
 * Every write runs in a subtransaction, so that one that fails leaves
 * nothing behind.  The key locks of all writes are taken beforehand, in lock
 * order and waiting: batches cannot deadlock.  A write whose item a
 * transaction holds fails with TransactionConflict.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/item_read.h"
#include "ops/ops.h"
#include "ops/parameters.h"
#include "ops/statement.h"
#include "ops/tables_used.h"

#define MEMBER_MEMBERS(M) \
	M(MEMBER, Statement, dy_shape_statement, true) \
	M(MEMBER, Parameters, dy_shape_statement_parameters, false) \
	M(MEMBER, ConsistentRead, dy_shape_boolean, false) \
	M(MEMBER, ReturnValuesOnConditionCheckFailure, dy_shape_return_on_failure, false)
DY_STRUCTURE_NAMED(MEMBER, member, "BatchStatementRequest", MEMBER_MEMBERS)

static const DyShape members = DY_LIST_OF(member, 1, DY_MAX_BATCH_STATEMENTS);

#define BATCH_MEMBERS(M) \
	M(BATCH, Statements, members, true) \
	M(BATCH, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false)
DY_STRUCTURE(BATCH, batch_input, BATCH_MEMBERS)

/* One statement of the batch. */
typedef struct Member
{
	const DyNode *node;
	DyStatement statement;
	DyRowKey	key;			/* of a read */
	bool		opened;			/* it could be read: its kind is known */
	bool		bound;			/* it may run */
	bool		ran;			/* it has run, with or without success */
	const char *error_code;		/* NULL: none */
	const char *error_message;
	DyValue		item;			/* what it gives back; absent: nothing */
	double		read_units;
} Member;

static void open_member(void *arg);
static void bind_member(void *arg);
static void try_step(void (*step) (void *arg), Member *m);
static bool catch_error(Member *m, MemoryContext context);
static const char *batch_error_code(DyErrorCode code);
static void check_kinds(const Member *list, int n);
static void check_distinct(const Member *list, int n);
static const DyRowKey *member_key(const Member *m);
static void run_read(void *arg);
static void keep_row(void *arg, DyValue item);
static void run_writes(Member *list, int n);
static void run_write(Member *m);
static void answer(const Member *list, int n, DyConsumedDetail detail, DyResponse *r);
static void answer_member(const Member *m, DyResponse *r);
static void answer_capacity(const Member *list, int n, DyConsumedDetail detail, DyResponse *r);
static bool table_had_success(const Member *list, int n, const DyTable *table);

void
dy_op_batch_execute_statement(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &batch_input);
	const DyNode *statements = dy_member(request, BATCH_Statements);
	Member	   *list;
	int			n;

	dy_request_validate(request);
	n = statements->u.list.count;
	list = palloc0(n * sizeof(Member));
	for (int i = 0; i < n; i++)
	{
		list[i].node = dy_member(statements, i);
		try_step(open_member, &list[i]);
	}
	check_kinds(list, n);
	for (int i = 0; i < n; i++)
		if (list[i].opened)
			try_step(bind_member, &list[i]);
	check_distinct(list, n);

	for (int i = 0; i < n; i++)
		if (list[i].bound && list[i].statement.plan.kind == DY_PLAN_SELECT)
			try_step(run_read, &list[i]);
	run_writes(list, n);
	answer(list, n, dy_consumed_detail(dy_member(request, BATCH_ReturnConsumedCapacity)), response);
}

/*
 * Parameters and syntax.
 */
static void
open_member(void *arg)
{
	Member	   *m = arg;
	DyStatement *s = &m->statement;

	s->mode = DY_MODE_BATCH;
	s->text = dy_node_text(dy_member(m->node, MEMBER_Statement));
	s->consistent = dy_node_boolean(dy_member(m->node, MEMBER_ConsistentRead), false);
	dy_statement_parameters(s, dy_member(m->node, MEMBER_Parameters));
	dy_statement_parse(s);
	dy_statement_prepare(s);
	m->opened = true;
}

/*
 * Table and key.
 */
static void
bind_member(void *arg)
{
	Member	   *m = arg;
	DyStatement *s = &m->statement;

	dy_statement_check_table(s);
	dy_statement_bind(s);
	if (s->plan.kind == DY_PLAN_SELECT)
		m->key = dy_key_of_key(s->plan.table, s->plan.key);
	else
		dy_item_write_bind_key(&s->write);
	m->bound = true;
}

/*
 * Run a step that changes nothing and holds nothing when it fails; an error
 * of the client becomes the statement's.
 */
static void
try_step(void (*step) (void *arg), Member *m)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		step(m);
	}
	PG_CATCH();
	{
		if (!catch_error(m, context))
			PG_RE_THROW();
	}
	PG_END_TRY();
}

/*
 * Inside PG_CATCH: note an error that a statement can have.  False: it is
 * none.
 */
static bool
catch_error(Member *m, MemoryContext context)
{
	ErrorData  *error;
	DyErrorCode code;

	if (!dy_error_lookup(geterrcode(), &code) || batch_error_code(code) == NULL)
		return false;
	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	m->error_code = batch_error_code(code);
	m->error_message = error->message;
	return true;
}

/*
 * Error codes of a statement in a batch; NULL for errors of the request.
 */
static const char *
batch_error_code(DyErrorCode code)
{
	switch (code)
	{
		case DY_ERR_VALIDATION:
			return "ValidationError";
		case DY_ERR_RESOURCE_NOT_FOUND:
			return "ResourceNotFound";
		case DY_ERR_CONDITIONAL_CHECK_FAILED:
			return "ConditionalCheckFailed";
		case DY_ERR_DUPLICATE_ITEM:
			return "DuplicateItem";
		case DY_ERR_ITEM_COLLECTION_SIZE:
			return "ItemCollectionSizeLimitExceeded";
		case DY_ERR_PROVISIONED_THROUGHPUT:
			return "ProvisionedThroughputExceeded";
		case DY_ERR_REQUEST_LIMIT:
			return "RequestLimitExceeded";
		case DY_ERR_THROTTLING:
			return "ThrottlingError";
		case DY_ERR_TRANSACTION_CONFLICT:
			return "TransactionConflict";
		case DY_ERR_ACCESS_DENIED:
			return "AccessDenied";
		default:
			return NULL;
	}
}

static void
check_kinds(const Member *list, int n)
{
	bool		reads = false;
	bool		writes = false;

	for (int i = 0; i < n; i++)
	{
		if (!list[i].opened)
			continue;
		reads |= list[i].statement.plan.kind == DY_PLAN_SELECT;
		writes |= list[i].statement.plan.kind != DY_PLAN_SELECT;
	}
	if (reads && writes)
		dy_validation("Read and write requests together in the same batch is not supported.");
}

static void
check_distinct(const Member *list, int n)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < i; k++)
			if (list[i].bound && list[k].bound &&
				list[i].statement.plan.table == list[k].statement.plan.table &&
				dy_row_key_equal(member_key(&list[i]), member_key(&list[k])))
				dy_validation("Provided list of item keys contains duplicates");
}

static const DyRowKey *
member_key(const Member *m)
{
	return m->statement.plan.kind == DY_PLAN_SELECT ? &m->key : &m->statement.write.write.key;
}

/* ---- running ---- */

static void
run_read(void *arg)
{
	Member	   *m = arg;
	DyStatementPage page = {.plan = &m->statement.plan,.consistent = m->statement.consistent,.whole = true};

	dy_statement_read(&page, keep_row, m);
	m->read_units = page.units;
	m->ran = true;
}

static void
keep_row(void *arg, DyValue item)
{
	Member	   *m = arg;
	uint8	   *copy = palloc(item.len);

	memcpy(copy, item.data, item.len);
	m->item = (DyValue)
	{
		copy, item.len
	};
}

static void
run_writes(Member *list, int n)
{
	DyWrite   **writes = palloc(n * sizeof(DyWrite *));
	int			nwrites = 0;

	for (int i = 0; i < n; i++)
		if (list[i].bound && list[i].statement.plan.kind != DY_PLAN_SELECT)
			writes[nwrites++] = &list[i].statement.write.write;
	if (nwrites == 0)
		return;
	dy_write_lock(writes, nwrites);
	for (int i = 0; i < n; i++)
		if (list[i].bound)
			run_write(&list[i]);
}

/*
 * One write, in a subtransaction.
 */
static void
run_write(Member *m)
{
	DyStatement *s = &m->statement;
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	m->ran = true;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		dy_item_write_carry_out(&s->write);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		if (!catch_error(m, context))
			PG_RE_THROW();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_END_TRY();

	if (m->error_code != NULL)
		return;
	if (dy_statement_is_duplicate(s))
	{
		m->error_code = "DuplicateItem";
		m->error_message = DY_DUPLICATE_ITEM_TEXT;
	}
	else if (s->write.write.condition_failed)
	{
		m->error_code = "ConditionalCheckFailed";
		m->error_message = "The conditional request failed";
	}
	else
		m->item = dy_statement_returned(s, dy_build_create());
}

/* ---- the answer ---- */

static void
answer(const Member *list, int n, DyConsumedDetail detail, DyResponse *r)
{
	dy_response_open(r, '{');
	dy_response_name(r, "Responses");
	dy_response_open(r, '[');
	for (int i = 0; i < n; i++)
		answer_member(&list[i], r);
	dy_response_close(r, ']');
	if (detail != DY_CONSUMED_NONE)
		answer_capacity(list, n, detail, r);
	dy_response_close(r, '}');
}

static void
answer_member(const Member *m, DyResponse *r)
{
	dy_response_open(r, '{');
	if (m->error_code != NULL)
	{
		dy_response_name(r, "Error");
		dy_response_open(r, '{');
		dy_response_name(r, "Code");
		dy_response_string(r, m->error_code);
		dy_response_name(r, "Message");
		dy_response_string(r, m->error_message);
		dy_response_close(r, '}');
	}
	if (m->ran)
	{
		dy_response_name(r, "TableName");
		dy_response_bytes(r, m->statement.plan.table_name);
	}
	if (dy_value_present(m->item))
	{
		dy_response_name(r, "Item");
		dy_response_map(r, m->item);
	}
	dy_response_close(r, '}');
}

/*
 * A write that failed has cost what it tried, but a table on which nothing
 * succeeded is left out, and so is the member if that was all.
 */
static void
answer_capacity(const Member *list, int n, DyConsumedDetail detail, DyResponse *r)
{
	DyTablesUsed used = {0};

	for (int i = 0; i < n; i++)
	{
		const Member *m = &list[i];
		const DyPlan *plan = &m->statement.plan;

		if (!m->ran || !table_had_success(list, n, plan->table))
			continue;
		if (plan->kind == DY_PLAN_SELECT)
			dy_tables_used(&used, plan->table, plan->table_name)->consumed.table_units += m->read_units;
		else if (m->error_code == NULL || m->statement.write.write.condition_failed)
			dy_tables_used_write(&used, &m->statement.write.write, plan->table_name, 1, false);
	}
	if (used.n > 0)
		dy_tables_used_write_answer(r, &used, detail, DY_CONSUMED_PLAIN);
}

static bool
table_had_success(const Member *list, int n, const DyTable *table)
{
	for (int i = 0; i < n; i++)
		if (list[i].ran && list[i].error_code == NULL && list[i].statement.plan.table == table)
			return true;
	return false;
}
