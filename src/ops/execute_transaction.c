/*-------------------------------------------------------------------------
 *
 * execute_transaction.c
 *	  ExecuteTransaction: up to 100 PartiQL statements, all or none.
 *
 * The statements are all reads or all writes (EXISTS counts as a write): a
 * TransactGetItems or a TransactWriteItems in other words.  What is wrong
 * with a statement as such fails the request, with the statement's number;
 * what is wrong between a statement and its table (no table, no complete
 * key) cancels the transaction, with a reason for each such statement.
 *
 * A transaction of writes answers with an empty list of Responses.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/idempotency.h"
#include "ops/item_read.h"
#include "ops/ops.h"
#include "ops/statement.h"
#include "ops/tables_used.h"
#include "ops/transaction.h"

#define MEMBER_MEMBERS(M) \
	M(MEMBER, Statement, dy_shape_statement, true) \
	M(MEMBER, Parameters, dy_shape_statement_parameters, false) \
	M(MEMBER, ReturnValuesOnConditionCheckFailure, dy_shape_return_on_failure, false)
DY_STRUCTURE_NAMED(MEMBER, member, "ParameterizedStatement", MEMBER_MEMBERS)

static const DyShape members = DY_LIST_OF(member, 1, DY_MAX_TRANSACT_ITEMS);
static const DyShape client_token = DY_STRING(1, DY_MAX_CLIENT_TOKEN_CHARS);

#define TRANSACTION_MEMBERS(M) \
	M(TRANSACTION, TransactStatements, members, true) \
	M(TRANSACTION, ClientRequestToken, client_token, false) \
	M(TRANSACTION, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false)
DY_STRUCTURE(TRANSACTION, transaction_input, TRANSACTION_MEMBERS)

/* A step of planning for one statement, and which. */
typedef struct Step
{
	void		(*run) (DyStatement *s);
	DyStatement *statement;
} Step;

/* What bind_read_key() takes and gives. */
typedef struct ReadKey
{
	const DyStatement *statement;
	DyRowKey	key;
} ReadKey;

static void read_statements(const DyNode *list, DyStatement *statements);
static void check_kinds(const DyStatement *statements, int n);
static void bind_statements(DyStatement *statements, int n, DyCancellationReason *reasons);
static void parse_and_prepare(DyStatement *s);
static void try_step(void (*run) (DyStatement *s), DyStatement *s, int number);
static void run_step(void *step);
static void run_reads(const DyNode *request, DyStatement *statements, int n, DyCancellationReason *reasons,
					  DyResponse *r);
static void bind_read_key(void *arg);
static void check_distinct_reads(const DyRowKey *keys, const DyStatement *statements, int n);
static void check_reads_payload(const DyValue *items, int n);
static void answer_reads(const DyStatement *statements, const DyRowKey *keys, const DyValue *items, int n,
						 DyConsumedDetail detail, DyResponse *r);
static void run_writes(const DyNode *request, DyStatement *statements, int n, DyCancellationReason *reasons,
					   DyResponse *r);
static void name_duplicates(const DyStatement *statements, DyTransaction *t);
static void answer_writes(const DyStatement *statements, const DyTransaction *t, bool replay,
						  DyConsumedDetail detail, DyResponse *r);

void
dy_op_execute_transaction(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &transaction_input);
	const DyNode *list = dy_member(request, TRANSACTION_TransactStatements);
	DyStatement *statements;
	DyCancellationReason *reasons;
	int			n;

	dy_request_validate(request);
	n = list->u.list.count;
	statements = palloc0(n * sizeof(DyStatement));
	reasons = palloc0(n * sizeof(DyCancellationReason));

	read_statements(list, statements);
	for (int i = 0; i < n; i++)
		try_step(parse_and_prepare, &statements[i], i);
	check_kinds(statements, n);
	bind_statements(statements, n, reasons);

	if (statements[0].plan.kind == DY_PLAN_SELECT)
		run_reads(request, statements, n, reasons, response);
	else
		run_writes(request, statements, n, reasons, response);
}

/*
 * Parameters of all statements come before the first statement.
 */
static void
read_statements(const DyNode *list, DyStatement *statements)
{
	for (int i = 0; i < list->u.list.count; i++)
	{
		const DyNode *node = dy_member(list, i);
		DyStatement *s = &statements[i];

		s->mode = DY_MODE_TRANSACTION;
		s->consistent = true;
		s->text = dy_node_text(dy_member(node, MEMBER_Statement));
		s->write.return_old_on_failure =
			dy_node_is(dy_member(node, MEMBER_ReturnValuesOnConditionCheckFailure), "ALL_OLD");
		dy_statement_parameters(s, dy_member(node, MEMBER_Parameters));
	}
}

static void
check_kinds(const DyStatement *statements, int n)
{
	for (int i = 1; i < n; i++)
		if ((statements[i].plan.kind == DY_PLAN_SELECT) != (statements[0].plan.kind == DY_PLAN_SELECT))
			dy_validation("ExecuteTransaction API does not support both read and write operations in the same request.");
}

/*
 * Tables and keys.  Their absence is a reason.
 */
static void
bind_statements(DyStatement *statements, int n, DyCancellationReason *reasons)
{
	for (int i = 0; i < n; i++)
	{
		DyStatement *s = &statements[i];

		if (s->plan.table == NULL)
		{
			reasons[i].code = "ResourceNotFound";
			reasons[i].message = "Requested resource not found";
			continue;
		}
		try_step(dy_statement_bind, s, i);
		if (s->plan.key_fault != NULL)
		{
			reasons[i].code = "ValidationError";
			reasons[i].message = s->plan.key_fault;
		}
	}
}

static void
parse_and_prepare(DyStatement *s)
{
	dy_statement_parse(s);
	dy_statement_prepare(s);
}

/*
 * Run a step; a ValidationException says which statement it is about.
 */
static void
try_step(void (*run) (DyStatement *s), DyStatement *s, int number)
{
	Step		step = {run, s};
	DyCancellationReason reason;

	if (!dy_cancellation_try(run_step, &step, &reason))
		dy_validation("Validation failed in TransactStatements[%d]: %s", number, reason.message);
}

static void
run_step(void *step)
{
	((Step *) step)->run(((Step *) step)->statement);
}

/* ---- reads ---- */

static void
run_reads(const DyNode *request, DyStatement *statements, int n, DyCancellationReason *reasons, DyResponse *r)
{
	DyRowKey   *keys = palloc0(n * sizeof(DyRowKey));
	DyValue    *items = palloc0(n * sizeof(DyValue));

	for (int i = 0; i < n; i++)
	{
		ReadKey		read = {&statements[i]};

		if (reasons[i].code == NULL)
			dy_cancellation_try(bind_read_key, &read, &reasons[i]);
		keys[i] = read.key;
	}
	if (!dy_cancellation_any(reasons, n))
		check_distinct_reads(keys, statements, n);
	for (int i = 0; i < n && dy_throttling; i++)
	{
		DyThrottleTarget target;
		DyThrottleReason throttled;

		if (reasons[i].code != NULL)
			continue;
		throttled = dy_read_throttled(statements[i].plan.table, &keys[i], &target);
		if (throttled != DY_NOT_THROTTLED)
			reasons[i] = dy_reason_throttled(&target, throttled);
	}
	if (dy_cancellation_any(reasons, n))
		dy_cancellation_raise(reasons, n);

	for (int i = 0; i < n; i++)
		items[i] = dy_read_item(statements[i].plan.table, &keys[i]);
	check_reads_payload(items, n);
	answer_reads(statements, keys, items, n,
				 dy_consumed_detail(dy_member(request, TRANSACTION_ReturnConsumedCapacity)), r);
}

static void
bind_read_key(void *arg)
{
	ReadKey    *read = arg;

	read->key = dy_key_of_key(read->statement->plan.table, read->statement->plan.key);
}

static void
check_distinct_reads(const DyRowKey *keys, const DyStatement *statements, int n)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < i; k++)
			if (statements[i].plan.table == statements[k].plan.table &&
				dy_row_key_equal(&keys[i], &keys[k]))
				dy_validation("Transaction request cannot include multiple operations on one item");
}

static void
check_reads_payload(const DyValue *items, int n)
{
	uint64		bytes = 0;

	for (int i = 0; i < n; i++)
		if (dy_value_present(items[i]))
			bytes += dy_item_size(items[i]);
	if (bytes > DY_MAX_TRANSACT_BYTES)
		dy_validation("Transaction payload size cannot exceed 4MB. Payload Size: " UINT64_FORMAT, bytes);
}

static void
answer_reads(const DyStatement *statements, const DyRowKey *keys, const DyValue *items, int n,
			 DyConsumedDetail detail, DyResponse *r)
{
	DyTablesUsed used = {0};
	DyBuilder  *columns = dy_build_create();

	dy_response_open(r, '{');
	dy_response_name(r, "Responses");
	dy_response_open(r, '[');
	for (int i = 0; i < n; i++)
	{
		const DyPlan *plan = &statements[i].plan;
		DyValue		item = items[i];
		double		units = DY_TRANSACT_FACTOR * dy_read_units(dy_value_present(item) ? dy_item_size(item) : 0, true);

		dy_tables_used(&used, plan->table, plan->table_name)->consumed.table_units += units;
		if (dy_throttling)
			dy_throttle_read_charge(plan->table, &keys[i], units);

		dy_response_open(r, '{');
		if (dy_value_present(item))
		{
			if (plan->ncolumns > 0)
			{
				dy_build_reset(columns);
				dy_plan_project(plan, item, columns);
				item = dy_build_value(columns);
			}
			dy_response_name(r, "Item");
			dy_response_map(r, item);
		}
		dy_response_close(r, '}');
	}
	dy_response_close(r, ']');
	dy_tables_used_write_answer(r, &used, detail, DY_CONSUMED_TRANSACT_READ);
	dy_response_close(r, '}');
}

/* ---- writes ---- */

static void
run_writes(const DyNode *request, DyStatement *statements, int n, DyCancellationReason *reasons, DyResponse *r)
{
	const DyNode *token = dy_member(request, TRANSACTION_ClientRequestToken);
	DyConsumedDetail detail = dy_consumed_detail(dy_member(request, TRANSACTION_ReturnConsumedCapacity));
	DyTransaction t = {n, palloc(n * sizeof(DyItemWrite)), reasons};
	uint8		digest[DY_REQUEST_DIGEST_BYTES];

	for (int i = 0; i < n; i++)
		t.writes[i] = statements[i].write;
	dy_transaction_bind_keys(&t);
	dy_transaction_cancel_if_failed(&t);
	dy_transaction_check_payload(&t);
	dy_transaction_check_distinct(&t);

	if (token->present)
	{
		dy_request_digest(dy_member(request, TRANSACTION_TransactStatements), digest);
		if (dy_token_claim(dy_node_text(token), digest))
		{
			answer_writes(statements, &t, true, detail, r);
			return;
		}
	}
	dy_transaction_carry_out(&t);
	name_duplicates(statements, &t);
	dy_transaction_cancel_if_failed(&t);
	if (token->present)
		dy_token_record(dy_node_text(token), digest);
	answer_writes(statements, &t, false, detail, r);
}

/*
 * The condition of an INSERT has a name of its own.
 */
static void
name_duplicates(const DyStatement *statements, DyTransaction *t)
{
	for (int i = 0; i < t->n; i++)
	{
		if (statements[i].plan.kind != DY_PLAN_INSERT || !t->writes[i].write.condition_failed)
			continue;
		t->reasons[i].code = "DuplicateItem";
		t->reasons[i].message = DY_DUPLICATE_ITEM_TEXT;
	}
}

/*
 * A replay costs what reading the items costs.
 */
static void
answer_writes(const DyStatement *statements, const DyTransaction *t, bool replay,
			  DyConsumedDetail detail, DyResponse *r)
{
	DyTablesUsed used = {0};

	for (int i = 0; i < t->n && detail != DY_CONSUMED_NONE; i++)
	{
		const DyWrite *write = &t->writes[i].write;
		DyBytes		name = statements[i].plan.table_name;

		if (!replay)
			dy_tables_used_write(&used, write, name, DY_TRANSACT_FACTOR, false);
		else
		{
			DyValue		item = dy_read_item(write->table, &write->key);

			dy_tables_used(&used, write->table, name)->consumed.table_units += DY_TRANSACT_FACTOR *
				dy_read_units(dy_value_present(item) ? dy_item_size(item) : 0, true);
		}
	}
	dy_response_open(r, '{');
	dy_response_name(r, "Responses");
	dy_response_open(r, '[');
	dy_response_close(r, ']');
	dy_tables_used_write_answer(r, &used, detail, replay ? DY_CONSUMED_TRANSACT_READ : DY_CONSUMED_TRANSACT_WRITE);
	dy_response_close(r, '}');
}
