/*-------------------------------------------------------------------------
 *
 * statement.c
 *	  One PartiQL statement of a request: parameters, plan, write.
 *
 * A write becomes the same DyItemWrite as PutItem's, UpdateItem's or
 * DeleteItem's:
 *
 *	  INSERT	put, on condition that there is no item
 *	  UPDATE	update, on condition that WHERE holds, so that there is an item
 *	  DELETE	delete, on condition that there is no item or WHERE holds
 *	  EXISTS	check, on condition that WHERE holds
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/ast.h"
#include "ops/statement.h"

#define DY_MAX_NEXT_TOKEN_CHARS 32768

const DyShape dy_shape_statement = DY_STRING(1, DY_MAX_STATEMENT_CHARS);
const DyShape dy_shape_statement_parameters = DY_LIST_OF(dy_shape_value, 1, DY_NO_BOUND);
const DyShape dy_shape_next_token = DY_STRING(1, DY_MAX_NEXT_TOKEN_CHARS);

static void fill_write(DyStatement *s);
static DyCondition *item_is_missing(const DyTable *table);

/*
 * The values of Parameters.  Raises ValidationException for the first that
 * breaks a rule, before the statement is looked at.
 */
void
dy_statement_parameters(DyStatement *s, const DyNode *parameters)
{
	if (!parameters->present)
		return;
	s->nparameters = parameters->u.list.count;
	s->parameters = palloc(s->nparameters * sizeof(DyValue));
	for (int i = 0; i < s->nparameters; i++)
		s->parameters[i] = dy_node_value(dy_member(parameters, i));
}

/*
 * The syntax tree.
 */
void
dy_statement_parse(DyStatement *s)
{
	s->tree = dy_partiql_statement(s->text);
}

/*
 * Everything that needs no key.  The table may be missing.
 */
void
dy_statement_prepare(DyStatement *s)
{
	const DyTable *table;
	DyBytes		name;

	dy_plan_open(&s->plan, s->tree, s->mode);
	name = dy_table_name_of_resource(s->plan.table_name);
	table = s->plan.kind == DY_PLAN_SELECT ? dy_table_find(name) : dy_table_find_to_write(name);
	dy_plan_prepare(&s->plan, table != NULL && table->active ? table : NULL, s->parameters, s->nparameters);
}

/*
 * ResourceNotFoundException, if it is missing.
 */
void
dy_statement_check_table(const DyStatement *s)
{
	if (s->plan.table == NULL)
		(void) dy_table_get(dy_table_name_of_resource(s->plan.table_name));
}

/*
 * Keys and access path; the write, but for its condition on the table's
 * state.  The table must exist.  In a transaction what is wrong with the
 * keys goes to plan.key_fault.
 */
void
dy_statement_bind(DyStatement *s)
{
	dy_plan_keys(&s->plan, s->parameters, s->nparameters, s->consistent);
	if (s->plan.kind != DY_PLAN_SELECT && s->plan.key_fault == NULL)
		fill_write(s);
}

static void
fill_write(DyStatement *s)
{
	static const DyWriteKind kinds[] = {
		[DY_PLAN_INSERT] = DY_WRITE_PUT,
		[DY_PLAN_UPDATE] = DY_WRITE_UPDATE,
		[DY_PLAN_DELETE] = DY_WRITE_DELETE,
		[DY_PLAN_CHECK] = DY_WRITE_CHECK
	};
	DyWrite    *write = &s->write.write;
	const DyPlan *plan = &s->plan;

	memset(write, 0, sizeof(DyWrite));
	write->kind = kinds[plan->kind];
	write->table = plan->table;
	write->item = plan->item;
	write->key_map = plan->key;
	write->update = plan->update;
	write->condition = plan->condition;

	if (plan->kind == DY_PLAN_INSERT)
	{
		if (dy_item_is_too_large(plan->item))
			dy_validation("Item size has exceeded the maximum allowed size");
		write->condition = item_is_missing(plan->table);
	}
	else if (plan->kind == DY_PLAN_DELETE)
	{
		DyCondition **either = palloc(2 * sizeof(DyCondition *));

		either[0] = item_is_missing(plan->table);
		either[1] = (DyCondition *) plan->condition;
		write->condition = dy_condition_list(DY_CONDITION_OR, either, 2);
	}
}

static DyCondition *
item_is_missing(const DyTable *table)
{
	return dy_condition_of(DY_CONDITION_NOT_EXISTS, dy_operand_path(dy_path_of_name(table->hash.name)), NULL);
}

/*
 * RETURNING ALL gives the item, MODIFIED only what the update touched; if
 * nothing of that is there, no item at all.
 */
DyValue
dy_statement_returned(const DyStatement *s, DyBuilder *scratch)
{
	const DyWrite *write = &s->write.write;
	DyValue		item;

	switch (s->plan.returning)
	{
		case DY_RETURNING_NONE:
			break;
		case DY_RETURNING_ALL_OLD:
			return write->old_item;
		case DY_RETURNING_ALL_NEW:
			return write->new_item;
		case DY_RETURNING_MODIFIED_OLD:
		case DY_RETURNING_MODIFIED_NEW:
			item = s->plan.returning == DY_RETURNING_MODIFIED_OLD ? write->old_item : write->new_item;
			dy_build_reset(scratch);
			if (dy_value_present(item) && dy_update_touched(s->plan.update, item, scratch))
				return dy_build_value(scratch);
			break;
	}
	return DY_NO_VALUE;
}

bool
dy_statement_is_duplicate(const DyStatement *s)
{
	return s->plan.kind == DY_PLAN_INSERT && s->write.write.condition_failed;
}
