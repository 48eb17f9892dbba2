/*-------------------------------------------------------------------------
 *
 * transact_write_items.c
 *	  TransactWriteItems: up to 100 writes and checks, all or none.
 *
 * The actions run in the transaction of the SQL call; an error aborts it,
 * which is what makes them all or none.
 *
 * All key locks are taken first, without waiting: one that another
 * transaction holds cancels this one with TransactionConflict, as in
 * DynamoDB, so transactions cannot deadlock.  Then the actions run in their
 * order; since no two of them may be on one item, the order does not matter.
 * After the first failure the others run on only to find their reasons.
 *
 * A transaction costs twice what its writes cost alone; a ConditionCheck
 * costs what a write would.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/cancellation.h"
#include "ops/idempotency.h"
#include "ops/item_write.h"
#include "ops/ops.h"
#include "ops/parameters.h"
#include "ops/tables_used.h"

#define CHECK_MEMBERS(M) \
	M(CHECK, Key, dy_shape_item, true) \
	M(CHECK, TableName, dy_shape_table_arn, true) \
	M(CHECK, ConditionExpression, dy_shape_string, true) \
	M(CHECK, ExpressionAttributeNames, dy_shape_expression_names, false) \
	M(CHECK, ExpressionAttributeValues, dy_shape_expression_values, false) \
	M(CHECK, ReturnValuesOnConditionCheckFailure, dy_shape_return_on_failure, false)
DY_STRUCTURE_NAMED(CHECK, condition_check, "ConditionCheck", CHECK_MEMBERS)

#define PUT_MEMBERS(M) \
	M(PUT, Item, dy_shape_item, true) \
	M(PUT, TableName, dy_shape_table_arn, true) \
	M(PUT, ConditionExpression, dy_shape_string, false) \
	M(PUT, ExpressionAttributeNames, dy_shape_expression_names, false) \
	M(PUT, ExpressionAttributeValues, dy_shape_expression_values, false) \
	M(PUT, ReturnValuesOnConditionCheckFailure, dy_shape_return_on_failure, false)
DY_STRUCTURE_NAMED(PUT, put, "Put", PUT_MEMBERS)

#define DELETE_MEMBERS(M) \
	M(DELETE, Key, dy_shape_item, true) \
	M(DELETE, TableName, dy_shape_table_arn, true) \
	M(DELETE, ConditionExpression, dy_shape_string, false) \
	M(DELETE, ExpressionAttributeNames, dy_shape_expression_names, false) \
	M(DELETE, ExpressionAttributeValues, dy_shape_expression_values, false) \
	M(DELETE, ReturnValuesOnConditionCheckFailure, dy_shape_return_on_failure, false)
DY_STRUCTURE_NAMED(DELETE, delete, "Delete", DELETE_MEMBERS)

#define UPDATE_MEMBERS(M) \
	M(UPDATE, Key, dy_shape_item, true) \
	M(UPDATE, UpdateExpression, dy_shape_string, true) \
	M(UPDATE, TableName, dy_shape_table_arn, true) \
	M(UPDATE, ConditionExpression, dy_shape_string, false) \
	M(UPDATE, ExpressionAttributeNames, dy_shape_expression_names, false) \
	M(UPDATE, ExpressionAttributeValues, dy_shape_expression_values, false) \
	M(UPDATE, ReturnValuesOnConditionCheckFailure, dy_shape_return_on_failure, false)
DY_STRUCTURE_NAMED(UPDATE, update, "Update", UPDATE_MEMBERS)

#define ACTION_MEMBERS(M) \
	M(ACTION, ConditionCheck, condition_check, false) \
	M(ACTION, Put, put, false) \
	M(ACTION, Delete, delete, false) \
	M(ACTION, Update, update, false)
DY_STRUCTURE_NAMED(ACTION, action, "TransactWriteItem", ACTION_MEMBERS)

static const DyShape actions = DY_LIST_OF(action, 1, DY_MAX_TRANSACT_ITEMS);
static const DyShape client_token = DY_STRING(1, DY_MAX_CLIENT_TOKEN_CHARS);

#define TRANSACT_MEMBERS(M) \
	M(TRANSACT, TransactItems, actions, true) \
	M(TRANSACT, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(TRANSACT, ReturnItemCollectionMetrics, dy_shape_return_item_collection_metrics, false) \
	M(TRANSACT, ClientRequestToken, client_token, false)
DY_STRUCTURE(TRANSACT, transact_input, TRANSACT_MEMBERS)

/* Reads and writes of a transaction cost twice as much. */
#define TRANSACT_FACTOR 2.0

typedef struct Transaction
{
	const DyNode *request;
	int			n;
	DyItemWrite *writes;
	DyCancellationReason *reasons;
} Transaction;

static void read_action(const DyNode *node, DyItemWrite *w);
static void describe_action(const DyNode *node, DyWriteInput *input);
static void check_payload(const Transaction *t);
static void bind_keys(Transaction *t);
static void bind_key(void *arg);
static void check_distinct(const Transaction *t);
static void check_throughput(Transaction *t);
static void lock_keys(Transaction *t);
static void run_actions(Transaction *t);
static void run_action(void *arg);
static void charge(Transaction *t);
static void answer(const Transaction *t, DyResponse *r);
static void answer_replay(const Transaction *t, DyResponse *r);
static void cancel_if_failed(const Transaction *t);

void
dy_op_transact_write_items(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &transact_input);
	const DyNode *items = dy_member(request, TRANSACT_TransactItems);
	const DyNode *token = dy_member(request, TRANSACT_ClientRequestToken);
	uint8		digest[DY_REQUEST_DIGEST_BYTES];
	Transaction t = {.request = request};

	dy_request_validate(request);
	t.n = items->u.list.count;
	t.writes = palloc_array(DyItemWrite, t.n);
	t.reasons = palloc0(t.n * sizeof(DyCancellationReason));
	for (int i = 0; i < t.n; i++)
		read_action(dy_member(items, i), &t.writes[i]);
	check_payload(&t);
	for (int i = 0; i < t.n; i++)
		dy_item_write_bind_table(&t.writes[i]);
	bind_keys(&t);
	check_distinct(&t);
	cancel_if_failed(&t);

	if (token->present)
	{
		dy_request_digest(items, digest);
		if (dy_token_claim(dy_node_text(token), digest))
		{
			answer_replay(&t, response);
			return;
		}
	}

	if (dy_throttling)
		check_throughput(&t);
	lock_keys(&t);
	run_actions(&t);
	if (dy_throttling)
		charge(&t);
	cancel_if_failed(&t);

	if (token->present)
		dy_token_record(dy_node_text(token), digest);
	answer(&t, response);
}

/*
 * One element of TransactItems: exactly one kind of action.
 */
static void
read_action(const DyNode *node, DyItemWrite *w)
{
	DyWriteInput input = {0};
	int			nactions = 0;

	for (int i = 0; i < lengthof(action_members); i++)
		nactions += dy_present(node, i);
	if (nactions == 0)
		dy_validation("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request");
	if (nactions > 1)
		dy_validation("TransactItems can only contain one of Check, Put, Update or Delete");

	describe_action(node, &input);
	dy_item_write_read(&input, w);
}

static void
describe_action(const DyNode *node, DyWriteInput *input)
{
#define DESCRIBE(PREFIX, action_node, map_member) \
	do { \
		input->table_name = dy_member(action_node, PREFIX##_TableName); \
		input->map = dy_member(action_node, PREFIX##_##map_member); \
		input->condition_expression = dy_member(action_node, PREFIX##_ConditionExpression); \
		input->names = dy_member(action_node, PREFIX##_ExpressionAttributeNames); \
		input->values = dy_member(action_node, PREFIX##_ExpressionAttributeValues); \
		input->return_on_failure = \
			dy_member(action_node, PREFIX##_ReturnValuesOnConditionCheckFailure); \
	} while (0)

	if (dy_present(node, ACTION_ConditionCheck))
	{
		input->kind = DY_WRITE_CHECK;
		DESCRIBE(CHECK, dy_member(node, ACTION_ConditionCheck), Key);
	}
	else if (dy_present(node, ACTION_Put))
	{
		input->kind = DY_WRITE_PUT;
		DESCRIBE(PUT, dy_member(node, ACTION_Put), Item);
	}
	else if (dy_present(node, ACTION_Delete))
	{
		input->kind = DY_WRITE_DELETE;
		DESCRIBE(DELETE, dy_member(node, ACTION_Delete), Key);
	}
	else
	{
		const DyNode *update_node = dy_member(node, ACTION_Update);

		input->kind = DY_WRITE_UPDATE;
		DESCRIBE(UPDATE, update_node, Key);
		input->update_expression = dy_member(update_node, UPDATE_UpdateExpression);
	}
#undef DESCRIBE
}

/*
 * The items of a transaction may have 4 MB together.  What an update makes
 * of its item is counted when it is known.
 */
static void
check_payload(const Transaction *t)
{
	uint64		bytes = 0;

	for (int i = 0; i < t->n; i++)
	{
		const DyWrite *write = &t->writes[i].write;

		if (write->kind == DY_WRITE_PUT)
			bytes += dy_item_size(write->item);
		else
			bytes += Max(write->new_size, dy_item_size(write->key_map));
		if (bytes > DY_MAX_TRANSACT_BYTES)
			dy_validation("Transaction payload size cannot exceed 4MB. "
						  "Payload Size: " UINT64_FORMAT, bytes);
	}
}

static void
bind_keys(Transaction *t)
{
	for (int i = 0; i < t->n; i++)
		dy_cancellation_try(bind_key, &t->writes[i], &t->reasons[i]);
}

static void
bind_key(void *arg)
{
	dy_item_write_bind_key(arg);
}

/*
 * No item twice.
 */
static void
check_distinct(const Transaction *t)
{
	for (int i = 0; i < t->n; i++)
		for (int k = 0; k < i; k++)
			if (t->reasons[i].code == NULL && t->reasons[k].code == NULL &&
				t->writes[i].write.table == t->writes[k].write.table &&
				dy_row_key_equal(&t->writes[i].write.key, &t->writes[k].write.key))
				dy_validation("Transaction request cannot include multiple operations on one item");
}

/*
 * Throughput left for every action?
 */
static void
check_throughput(Transaction *t)
{
	for (int i = 0; i < t->n; i++)
	{
		DyThrottleTarget target;
		DyThrottleReason throttled = dy_write_throttled(&t->writes[i].write, &target);

		if (throttled != DY_NOT_THROTTLED)
			t->reasons[i] = dy_reason_throttled(&target, throttled);
	}
	cancel_if_failed(t);
}

/*
 * All key locks, or a conflict.
 */
static void
lock_keys(Transaction *t)
{
	DyWrite   **writes = palloc_array(DyWrite *, t->n);
	int			conflict;

	for (int i = 0; i < t->n; i++)
		writes[i] = &t->writes[i].write;
	conflict = dy_write_lock(writes, t->n, true);
	if (conflict >= 0)
		t->reasons[conflict] = dy_reason_conflict();
	cancel_if_failed(t);
}

static void
run_actions(Transaction *t)
{
	bool		failed = false;

	for (int i = 0; i < t->n; i++)
	{
		DyItemWrite *w = &t->writes[i];

		/* only reasons count now, so no need to write for nothing */
		if (failed && (w->write.kind == DY_WRITE_PUT || w->write.kind == DY_WRITE_DELETE))
		{
			if (w->write.kind == DY_WRITE_PUT)
				w->write.key_map = w->write.item;
			w->write.kind = DY_WRITE_CHECK;
		}

		if (!dy_cancellation_try(run_action, &w->write, &t->reasons[i]))
			failed = true;
		else if (w->write.condition_failed)
		{
			t->reasons[i] = dy_reason_condition_failed(w->return_old_on_failure ?
													   w->write.old_item : DY_NO_VALUE);
			failed = true;
		}
	}
	if (!failed)
		check_payload(t);
}

static void
run_action(void *arg)
{
	dy_write(arg);
}

/*
 * Take what the actions have cost, failed or not.
 */
static void
charge(Transaction *t)
{
	bool		failed = dy_cancellation_any(t->reasons, t->n);

	for (int i = 0; i < t->n; i++)
	{
		DyThrottleTarget target;
		DyThrottleReason throttled;

		/* an error may have left it half done */
		if (t->reasons[i].code != NULL && !t->writes[i].write.condition_failed)
			continue;
		throttled = dy_write_charge(&t->writes[i].write, TRANSACT_FACTOR, &target);
		if (throttled != DY_NOT_THROTTLED && !failed)
			t->reasons[i] = dy_reason_throttled(&target, throttled);
	}
}

static void
cancel_if_failed(const Transaction *t)
{
	if (dy_cancellation_any(t->reasons, t->n))
		dy_cancellation_raise(t->reasons, t->n);
}

static void
answer(const Transaction *t, DyResponse *r)
{
	DyConsumedDetail detail =
		dy_consumed_detail(dy_member(t->request, TRANSACT_ReturnConsumedCapacity));
	const DyNode *metrics = dy_member(t->request, TRANSACT_ReturnItemCollectionMetrics);
	DyTablesUsed used = {0};

	dy_response_open(r, '{');
	if (detail != DY_CONSUMED_NONE || metrics->present)
	{
		for (int i = 0; i < t->n; i++)
		{
			const DyItemWrite *w = &t->writes[i];

			dy_tables_used_write(&used, &w->write, dy_node_text(w->table_name), TRANSACT_FACTOR,
								 dy_collection_wanted(metrics, w->write.table));
		}
		dy_tables_used_write_answer(r, &used, detail, DY_CONSUMED_TRANSACT_WRITE);
	}
	dy_response_close(r, '}');
}

/*
 * The answer to a request that was carried out before: it costs what reading
 * the items costs.
 */
static void
answer_replay(const Transaction *t, DyResponse *r)
{
	DyConsumedDetail detail =
		dy_consumed_detail(dy_member(t->request, TRANSACT_ReturnConsumedCapacity));
	DyTablesUsed used = {0};

	dy_response_open(r, '{');
	if (detail != DY_CONSUMED_NONE)
	{
		for (int i = 0; i < t->n; i++)
		{
			const DyWrite *write = &t->writes[i].write;
			DyTableUse *use = dy_tables_used(&used, write->table,
											 dy_node_text(t->writes[i].table_name));
			DyValue		item = dy_read_item(write->table, &write->key);

			use->consumed.table_units += TRANSACT_FACTOR *
				dy_read_units(dy_value_present(item) ? dy_item_size(item) : 0, true);
		}
		dy_tables_used_write_answer(r, &used, detail, DY_CONSUMED_TRANSACT_READ);
	}
	dy_response_close(r, '}');
}
