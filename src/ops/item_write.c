/*-------------------------------------------------------------------------
 *
 * item_write.c
 *	  What PutItem, UpdateItem, DeleteItem and the actions of a transaction
 *	  have in common.
 *
 * A write goes through four steps, in the order in which the service
 * reports mistakes:
 *
 *	  read			the request alone: parameters, values, expressions
 *	  bind table	the table exists
 *	  bind key		keys, paths and index keys fit its schema
 *	  answer		carry it out, raise or write the answer (single writes)
 *
 * The first gives the same for requests that differ only in values, so it
 * is kept with a known request (wire/known.c) and its values are exchanged.
 *
 * In a transaction a mistake of the first two steps fails the request, one
 * of the third is reported as the cancellation reason of its action.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/errors.h"
#include "base/limits.h"
#include "engine/throttle.h"
#include "expr/ast.h"
#include "ops/item_write.h"
#include "ops/parameters.h"

/* A write as it was read, for the next one that differs only in values. */
typedef struct KnownWrite
{
	DyItemWrite write;
	DyValuePlaces places;		/* of values in its update and condition */
} KnownWrite;

static bool take_known_write(const DyWriteInput *input, const KnownWrite *known, DyItemWrite *w);
static void read_and_keep(const DyWriteInput *input, DyKnownRequest *request, DyItemWrite *w);
static void read_write(const DyWriteInput *input, DyItemWrite *w);
static void read_return_values(const DyWriteInput *input, DyItemWrite *w);
static void check_parameters(const DyWriteInput *input);
static void add_parameter(DyParameter *parameters, int *n, const char *name, const DyNode *node);
static void check_updated_attributes(const DyTable *table, const DyUpdate *update);
static void check_updated_index_key(const DyIndex *index, const DyKeyAttribute *attribute,
									const DyUpdate *update);
static void write_attributes(const DyItemWrite *w, DyResponse *r);
static void partition_target(const DyWrite *write, DyThrottleTarget *target);

/* A parameter that an operation does not have. */
static const DyNode absent_node = {0};

#define NODE_OR_ABSENT(node) ((node) != NULL ? (node) : &absent_node)

/*
 * Read and check a write as far as that needs no table.
 */
void
dy_item_write_read(const DyWriteInput *input, DyItemWrite *w)
{
	DyKnownRequest *request = input->request != NULL ? dy_request_known(input->request) : NULL;

	if (request != NULL && request->kept != NULL && take_known_write(input, request->kept, w))
		return;
	if (request != NULL && !request->decided)
		read_and_keep(input, request, w);
	else
		read_write(input, w);
}

static bool
take_known_write(const DyWriteInput *input, const KnownWrite *known, DyItemWrite *w)
{
	if (input->map->u.value.fault.message != NULL || !dy_value_places_fill(&known->places))
		return false;
	*w = known->write;
	if (input->kind != DY_WRITE_PUT)
		w->write.key_map = input->map->u.value.value;
	else if (!dy_item_is_too_large(input->map->u.value.value))
		w->write.item = input->map->u.value.value;
	else
		return false;
	return true;
}

static void
read_and_keep(const DyWriteInput *input, DyKnownRequest *request, DyItemWrite *w)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynamo known write",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	KnownWrite *known = palloc(sizeof(KnownWrite));

	read_write(input, w);
	known->write = *w;
	request->decided = true;
	/* legacy parameters contain values */
	if (!NODE_OR_ABSENT(input->expected)->present &&
		!NODE_OR_ABSENT(input->attribute_updates)->present &&
		dy_value_places_find(&known->places, (DyUpdate *) w->write.update,
							 (DyCondition *) w->write.condition, input->values))
		dy_request_keep(request, known, context);
	MemoryContextSwitchTo(caller);
}

static void
read_write(const DyWriteInput *input, DyItemWrite *w)
{
	DyPlaceholders placeholders;
	DyValue		map;

	check_parameters(input);

	memset(w, 0, sizeof(DyItemWrite));
	w->write.kind = input->kind;
	w->table_name = input->table_name;

	map = dy_node_value(input->map);
	read_return_values(input, w);

	if (input->kind == DY_WRITE_PUT)
	{
		if (dy_item_is_too_large(map))
			dy_validation("Item size has exceeded the maximum allowed size");
		w->write.item = map;
	}
	else
		w->write.key_map = map;

	if (NODE_OR_ABSENT(input->attribute_updates)->present)
		w->write.update = dy_legacy_attribute_updates(input->attribute_updates);
	if (!NODE_OR_ABSENT(input->condition_expression)->present)
		w->write.condition = dy_legacy_expected(NODE_OR_ABSENT(input->expected),
												NODE_OR_ABSENT(input->conditional_operator));

	dy_placeholders_init(&placeholders, input->names, input->values);
	if (NODE_OR_ABSENT(input->update_expression)->present)
		w->write.update = dy_update_parse(dy_node_text(input->update_expression),
										  &placeholders);
	if (NODE_OR_ABSENT(input->condition_expression)->present)
		w->write.condition = dy_condition_parse("ConditionExpression",
												dy_node_text(input->condition_expression),
												&placeholders);
	dy_placeholders_check_used(&placeholders);
}

/*
 * Find the table; ResourceNotFoundException.
 */
void
dy_item_write_bind_table(DyItemWrite *w)
{
	w->write.table = dy_table_get_to_write(dy_node_table_name(w->table_name));
}

/*
 * Check key and expressions against the schema of the table.
 */
void
dy_item_write_bind_key(DyItemWrite *w)
{
	DyWrite    *write = &w->write;

	if (write->kind == DY_WRITE_PUT)
	{
		write->key = dy_key_of_item(write->table, write->item);

		/* what indexes refuse comes before the condition */
		for (int i = 0; write->condition != NULL && i < write->table->nindexes; i++)
			(void) dy_index_key_of_item(write->table, &write->table->indexes[i], write->item);
	}
	else
		write->key = dy_key_of_key(write->table, write->key_map);

	if (write->update != NULL)
	{
		check_updated_attributes(write->table, write->update);
		dy_check_update_keys(write->table, write->update);
	}
	dy_check_condition_keys(write->table, write->condition);
}

/*
 * Carry out a single write and write the members of its answer.
 */
void
dy_item_write_answer(DyItemWrite *w, const DyNode *return_consumed_capacity,
					 const DyNode *return_item_collection_metrics, DyResponse *r)
{
	DyWrite    *write = &w->write;
	DyConsumedDetail detail = dy_consumed_detail(return_consumed_capacity);

	dy_item_write_bind_table(w);
	dy_item_write_bind_key(w);
	dy_item_write_carry_out(w);
	if (write->condition_failed)
		dy_item_write_raise_failed(w);

	dy_response_open(r, '{');
	write_attributes(w, r);
	if (detail != DY_CONSUMED_NONE)
	{
		DyConsumed	consumed;

		dy_consumed_init(&consumed, write->table, dy_node_text(w->table_name));
		dy_consumed_add_write(&consumed, write, 1);
		dy_response_name(r, "ConsumedCapacity");
		dy_consumed_write(r, &consumed, detail, DY_CONSUMED_PLAIN);
	}
	if (dy_collection_wanted(return_item_collection_metrics, write->table))
	{
		dy_response_name(r, "ItemCollectionMetrics");
		dy_collection_write(r, write->table,
							write->kind == DY_WRITE_PUT ? write->item : write->key_map);
	}
	dy_response_close(r, '}');
}

/*
 * Carry out a write whose key is bound, within the throughput limits.
 */
void
dy_item_write_carry_out(DyItemWrite *w)
{
	DyWrite    *write = &w->write;
	DyThrottleTarget target;
	DyThrottleReason throttled;

	if (dy_throttling)
	{
		throttled = dy_write_throttled(write, &target);
		if (throttled != DY_NOT_THROTTLED)
			dy_throttle_raise(&target, throttled);
	}
	dy_write(write);
	if (dy_throttling)
	{
		throttled = dy_write_charge(write, 1, &target);
		if (throttled != DY_NOT_THROTTLED)
			dy_throttle_raise(&target, throttled);
	}
}

/*
 * ConditionalCheckFailedException, with the item if it was asked for.
 */
void
dy_item_write_raise_failed(const DyItemWrite *w)
{
	static const char *const text = "The conditional request failed";
	DyResponse	extra;

	if (!w->return_old_on_failure || !dy_value_present(w->write.old_item))
		dy_error(DY_ERR_CONDITIONAL_CHECK_FAILED, "%s", text);

	dy_response_init(&extra);
	dy_response_open(&extra, '{');
	dy_response_name(&extra, "Item");
	dy_response_map(&extra, w->write.old_item);
	dy_response_close(&extra, '}');
	dy_error_extra(DY_ERR_CONDITIONAL_CHECK_FAILED, extra.text.data, "%s", text);
}

/*
 * Is throughput left on the table and for this partition key?  If not,
 * target says where.
 */
DyThrottleReason
dy_write_throttled(const DyWrite *write, DyThrottleTarget *target)
{
	partition_target(write, target);
	return dy_throttle_test(target);
}

/*
 * Take what the write has cost, from the table and from the global indexes
 * it touched; factor is 2 in transactions.  An index without units left
 * refuses the write, which is why this must be called before anything is
 * committed; target then says which.
 */
DyThrottleReason
dy_write_charge(const DyWrite *write, double factor, DyThrottleTarget *target)
{
	DyCapacity	capacity;

	dy_write_capacity(write, &capacity);
	partition_target(write, target);
	dy_throttle_charge(target, capacity.table * factor);

	for (int i = 0; i < write->table->nindexes; i++)
	{
		DyThrottleReason throttled;

		if (capacity.indexes[i] <= 0)
			continue;
		memset(target, 0, sizeof(DyThrottleTarget));
		target->table = write->table;
		target->kind = DY_THROUGHPUT_WRITE;
		if (write->table->indexes[i].kind == DY_INDEX_GLOBAL)
		{
			target->index = &write->table->indexes[i];
			throttled = dy_throttle_test(target);
			if (throttled != DY_NOT_THROTTLED)
				return throttled;
		}
		dy_throttle_charge(target, capacity.indexes[i] * factor);
	}
	return DY_NOT_THROTTLED;
}

static void
check_parameters(const DyWriteInput *input)
{
	DyParameter expressions[2];
	DyParameter legacy[3];
	int			nexpressions = 0;
	int			nlegacy = 0;

	add_parameter(expressions, &nexpressions, "UpdateExpression", input->update_expression);
	add_parameter(expressions, &nexpressions, "ConditionExpression", input->condition_expression);
	add_parameter(legacy, &nlegacy, "AttributeUpdates", input->attribute_updates);
	add_parameter(legacy, &nlegacy, "Expected", input->expected);
	add_parameter(legacy, &nlegacy, "ConditionalOperator", input->conditional_operator);
	dy_parameters_check(expressions, nexpressions, legacy, nlegacy,
						input->names, input->values);
}

/*
 * A parameter that the operation has.
 */
static void
add_parameter(DyParameter *parameters, int *n, const char *name, const DyNode *node)
{
	if (node == NULL)
		return;
	parameters[*n].name = name;
	parameters[*n].node = node;
	parameters[*n].no_values = false;
	(*n)++;
}

static void
read_return_values(const DyWriteInput *input, DyItemWrite *w)
{
	static const struct
	{
		const char *text;
		DyReturnValues value;
	}			names[] = {
		{"ALL_OLD", DY_RETURN_ALL_OLD},
		{"UPDATED_OLD", DY_RETURN_UPDATED_OLD},
		{"ALL_NEW", DY_RETURN_ALL_NEW},
		{"UPDATED_NEW", DY_RETURN_UPDATED_NEW}
	};

	w->returns = DY_RETURN_NONE;
	if (input->return_values != NULL && input->return_values->present)
		for (int i = 0; i < lengthof(names); i++)
			if (dy_node_is(input->return_values, names[i].text))
				w->returns = names[i].value;

	if (input->kind != DY_WRITE_UPDATE && w->returns > DY_RETURN_ALL_OLD)
		dy_validation("ReturnValues can only be ALL_OLD or NONE");

	w->return_old_on_failure = input->return_on_failure != NULL &&
		input->return_on_failure->present &&
		dy_node_is(input->return_on_failure, "ALL_OLD");
}

/*
 * An update may not touch the primary key, and may not set an index key to a
 * constant of the wrong type.  What it computes is checked when it is
 * known, by the engine.
 */
static void
check_updated_attributes(const DyTable *table, const DyUpdate *update)
{
	static const char *const text = "One or more parameter values were invalid: "
	"Cannot update attribute %.*s. This attribute is part of the key";
	DyPathHeads heads = {0};

	dy_update_paths(update, dy_path_heads_add, &heads);
	if (dy_path_heads_contain(&heads, table->hash.name))
		dy_validation(text, DY_BYTES_ARGS(table->hash.name));
	if (table->has_range && dy_path_heads_contain(&heads, table->range.name))
		dy_validation(text, DY_BYTES_ARGS(table->range.name));

	for (int i = 0; i < table->nindexes; i++)
	{
		const DyIndex *index = &table->indexes[i];

		if (index->kind == DY_INDEX_GLOBAL)
			for (int k = 0; k < index->nhash; k++)
				check_updated_index_key(index, &index->hash[k], update);
		for (int k = 0; k < index->nrange; k++)
			check_updated_index_key(index, &index->range[k], update);
	}
}

static void
check_updated_index_key(const DyIndex *index, const DyKeyAttribute *attribute,
						const DyUpdate *update)
{
	for (int i = 0; i < update->nactions; i++)
	{
		const DyAction *action = &update->actions[i];
		DyType		type = 0;

		if (action->path.nsteps != 1 ||
			!dy_bytes_equal(action->path.steps[0].name, attribute->name))
			continue;
		if (action->kind == DY_ACTION_SET)
			type = dy_operand_type(action->operand);
		else if (dy_value_present(action->value))
			type = dy_value_type(action->value);
		if (type != 0 && type != attribute->type)
			dy_validation("One or more parameter values were invalid: Type mismatch for "
						  "Index Key %.*s Expected: %s Actual: %s IndexName: %.*s",
						  DY_BYTES_ARGS(attribute->name), dy_type_name(attribute->type),
						  dy_type_name(type), DY_BYTES_ARGS(index->name));
	}
}

static void
partition_target(const DyWrite *write, DyThrottleTarget *target)
{
	memset(target, 0, sizeof(DyThrottleTarget));
	target->table = write->table;
	target->kind = DY_THROUGHPUT_WRITE;
	target->has_partition = true;
	memcpy(target->partition, VARDATA(write->key.hk), sizeof(target->partition));
}

/*
 * The member Attributes, as ReturnValues asks for it; none if there is
 * nothing to return.
 */
static void
write_attributes(const DyItemWrite *w, DyResponse *r)
{
	bool		old = w->returns == DY_RETURN_ALL_OLD || w->returns == DY_RETURN_UPDATED_OLD;
	DyValue		item = old ? w->write.old_item : w->write.new_item;

	if (w->returns == DY_RETURN_NONE || !dy_value_present(item))
		return;

	if (w->returns == DY_RETURN_UPDATED_OLD || w->returns == DY_RETURN_UPDATED_NEW)
	{
		DyBuilder  *touched;

		if (w->write.update == NULL)
			return;
		touched = dy_build_create();
		if (!dy_update_touched(w->write.update, item, touched))
			return;
		item = dy_build_value(touched);
	}
	dy_response_name(r, "Attributes");
	dy_response_map(r, item);
}
