/*-------------------------------------------------------------------------
 *
 * transact_write_items.c
 *	  TransactWriteItems: up to 100 writes and checks, all or none.
 *
 * The actions run in the transaction of the SQL call; an error aborts it,
 * which is what makes them all or none.
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
#include "expr/ast.h"
#include "item/build.h"
#include "ops/idempotency.h"
#include "ops/item_write.h"
#include "ops/ops.h"
#include "ops/parameters.h"
#include "ops/tables_used.h"
#include "ops/transaction.h"

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
	M(TRANSACT, ClientRequestToken, client_token, false) \
	M(TRANSACT, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(TRANSACT, ReturnItemCollectionMetrics, dy_shape_return_item_collection_metrics, false)
DY_STRUCTURE(TRANSACT, transact_input, TRANSACT_MEMBERS)

static void read_action(const DyNode *node, DyItemWrite *w);
static void describe_action(const DyNode *node, DyWriteInput *input);
static void refuse_empty_keys(const DyWrite *write);
static DyValue constants_set(const DyUpdate *update);
static void keep_first_reason(DyTransaction *t);
static void answer(const DyTransaction *t, const DyNode *request, DyResponse *r);
static void answer_replay(const DyTransaction *t, const DyNode *request, DyResponse *r);

void
dy_op_transact_write_items(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &transact_input);
	const DyNode *items = dy_member(request, TRANSACT_TransactItems);
	const DyNode *token = dy_member(request, TRANSACT_ClientRequestToken);
	uint8		digest[DY_REQUEST_DIGEST_BYTES];
	DyTransaction t = {0};

	dy_request_validate(request);
	t.n = items->u.list.count;
	t.writes = palloc_array(DyItemWrite, t.n);
	t.reasons = palloc0(t.n * sizeof(DyCancellationReason));
	for (int i = 0; i < t.n; i++)
		read_action(dy_member(items, i), &t.writes[i]);
	dy_transaction_check_payload(&t);
	for (int i = 0; i < t.n; i++)
		dy_item_write_bind_table(&t.writes[i]);
	for (int i = 0; i < t.n; i++)
		refuse_empty_keys(&t.writes[i].write);
	dy_transaction_bind_keys(&t);
	dy_transaction_check_distinct(&t);
	keep_first_reason(&t);
	dy_transaction_cancel_if_failed(&t);

	if (token->present)
	{
		dy_request_digest(items, digest);
		if (dy_token_claim(dy_node_text(token), digest))
		{
			answer_replay(&t, request, response);
			return;
		}
	}

	dy_transaction_carry_out(&t);
	dy_transaction_cancel_if_failed(&t);

	if (token->present)
		dy_token_record(dy_node_text(token), digest);
	answer(&t, request, response);
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
 * An empty key fails the request; what else may be wrong with a key is a
 * reason of its action.
 */
static void
refuse_empty_keys(const DyWrite *write)
{
	if (write->kind == DY_WRITE_PUT)
	{
		dy_refuse_empty_keys(write->table, write->item);
		dy_refuse_empty_index_keys(write->table, write->item, false);
		return;
	}
	dy_refuse_empty_keys(write->table, write->key_map);
	if (write->update != NULL)
		dy_refuse_empty_index_keys(write->table, constants_set(write->update), true);
}

/*
 * What an update sets to constants: a map.
 */
static DyValue
constants_set(const DyUpdate *update)
{
	DyBuilder  *b = dy_build_create();

	dy_build_open(b, DY_TYPE_M);
	for (int i = 0; i < update->nactions; i++)
	{
		const DyAction *action = &update->actions[i];

		if (action->kind != DY_ACTION_SET || action->path.nsteps != 1 ||
			action->operand->kind != DY_OPERAND_VALUE)
			continue;
		dy_build_name(b, action->path.steps[0].name.data, action->path.steps[0].name.len);
		dy_build_copy(b, action->operand->value);
	}
	dy_build_close(b);
	return dy_build_value(b);
}

/*
 * The service stops at the first key that is wrong.
 */
static void
keep_first_reason(DyTransaction *t)
{
	bool		found = false;

	for (int i = 0; i < t->n; i++)
	{
		if (found)
			memset(&t->reasons[i], 0, sizeof(DyCancellationReason));
		else
			found = t->reasons[i].code != NULL;
	}
}

static void
answer(const DyTransaction *t, const DyNode *request, DyResponse *r)
{
	DyConsumedDetail detail =
	dy_consumed_detail(dy_member(request, TRANSACT_ReturnConsumedCapacity));
	const DyNode *metrics = dy_member(request, TRANSACT_ReturnItemCollectionMetrics);
	DyTablesUsed used = {0};

	dy_response_open(r, '{');
	if (detail != DY_CONSUMED_NONE || metrics->present)
	{
		for (int i = 0; i < t->n; i++)
		{
			const DyItemWrite *w = &t->writes[i];

			dy_tables_used_write(&used, &w->write, dy_node_text(w->table_name), DY_TRANSACT_FACTOR,
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
answer_replay(const DyTransaction *t, const DyNode *request, DyResponse *r)
{
	DyConsumedDetail detail =
	dy_consumed_detail(dy_member(request, TRANSACT_ReturnConsumedCapacity));
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

			use->consumed.table_units += DY_TRANSACT_FACTOR *
				dy_read_units(dy_value_present(item) ? dy_item_size(item) : 0, true);
		}
		dy_tables_used_write_answer(r, &used, detail, DY_CONSUMED_TRANSACT_READ);
	}
	dy_response_close(r, '}');
}
