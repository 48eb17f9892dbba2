/*-------------------------------------------------------------------------
 *
 * execute_statement.c
 *	  ExecuteStatement: one PartiQL statement.
 *
 * The answer to a write without RETURNING is an empty Items list, too.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "ops/next_token.h"
#include "ops/ops.h"
#include "ops/statement.h"

#define STATEMENT_MEMBERS(M) \
	M(STATEMENT, Statement, dy_shape_statement, true) \
	M(STATEMENT, Parameters, dy_shape_statement_parameters, false) \
	M(STATEMENT, ConsistentRead, dy_shape_boolean, false) \
	M(STATEMENT, NextToken, dy_shape_next_token, false) \
	M(STATEMENT, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(STATEMENT, Limit, dy_shape_positive_integer, false) \
	M(STATEMENT, ReturnValuesOnConditionCheckFailure, dy_shape_return_on_failure, false)
DY_STRUCTURE(STATEMENT, statement_input, STATEMENT_MEMBERS)

static void answer_read(const DyStatement *s, const DyNode *request, DyResponse *r);
static void emit_row(void *response, DyValue item);
static void answer_write(DyStatement *s, const DyNode *request, DyResponse *r);

void
dy_op_execute_statement(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &statement_input);
	DyStatement s = {.mode = DY_MODE_STATEMENT};

	dy_request_validate(request);
	s.text = dy_node_text(dy_member(request, STATEMENT_Statement));
	s.consistent = dy_node_boolean(dy_member(request, STATEMENT_ConsistentRead), false);
	dy_statement_parameters(&s, dy_member(request, STATEMENT_Parameters));
	dy_statement_parse(&s);
	dy_statement_prepare(&s);
	dy_statement_check_table(&s);
	dy_statement_bind(&s);

	dy_response_open(response, '{');
	if (s.plan.kind == DY_PLAN_SELECT)
		answer_read(&s, request, response);
	else
		answer_write(&s, request, response);
	dy_response_close(response, '}');
}

static void
answer_read(const DyStatement *s, const DyNode *request, DyResponse *r)
{
	const DyPlan *plan = &s->plan;
	const DyNode *token = dy_member(request, STATEMENT_NextToken);
	DyConsumedDetail detail = dy_consumed_detail(dy_member(request, STATEMENT_ReturnConsumedCapacity));
	DyStatementPage page = {.plan = plan,.consistent = s->consistent};
	DyConsumed	consumed;

	page.limit = dy_node_integer(dy_member(request, STATEMENT_Limit), 0);
	if (token->present)
		dy_next_token_read(dy_node_text(token), s, &page);

	dy_response_name(r, "Items");
	dy_response_open(r, '[');
	dy_statement_read(&page, emit_row, r);
	dy_response_close(r, ']');
	if (page.more)
	{
		dy_response_name(r, "NextToken");
		dy_next_token_write(r, s, &page);
		dy_response_name(r, "LastEvaluatedKey");
		dy_response_map(r, page.last_key);
	}
	if (detail == DY_CONSUMED_NONE)
		return;

	dy_consumed_init(&consumed, plan->table, plan->table_name);
	if (plan->index == NULL)
		consumed.table_units = page.units;
	else
	{
		consumed.table_units = page.fetched_units;
		dy_consumed_add_index(&consumed, plan->index, page.units);
	}
	dy_response_name(r, "ConsumedCapacity");
	dy_consumed_write(r, &consumed, detail, DY_CONSUMED_PLAIN);
}

static void
emit_row(void *response, DyValue item)
{
	dy_response_map(response, item);
}

static void
answer_write(DyStatement *s, const DyNode *request, DyResponse *r)
{
	DyWrite    *write = &s->write.write;
	DyConsumedDetail detail = dy_consumed_detail(dy_member(request, STATEMENT_ReturnConsumedCapacity));
	DyValue		returned;

	s->write.return_old_on_failure =
		dy_node_is(dy_member(request, STATEMENT_ReturnValuesOnConditionCheckFailure), "ALL_OLD");
	dy_item_write_bind_key(&s->write);
	dy_item_write_carry_out(&s->write);
	if (dy_statement_is_duplicate(s))
		dy_error(DY_ERR_DUPLICATE_ITEM, DY_DUPLICATE_ITEM_TEXT);
	if (write->condition_failed)
		dy_item_write_raise_failed(&s->write);

	returned = dy_statement_returned(s, dy_build_create());
	dy_response_name(r, "Items");
	dy_response_open(r, '[');
	if (dy_value_present(returned))
		dy_response_map(r, returned);
	dy_response_close(r, ']');
	if (detail != DY_CONSUMED_NONE)
	{
		DyConsumed	consumed;

		dy_consumed_init(&consumed, write->table, s->plan.table_name);
		dy_consumed_add_write(&consumed, write, 1);
		dy_response_name(r, "ConsumedCapacity");
		dy_consumed_write(r, &consumed, detail, DY_CONSUMED_PLAIN);
	}
}
