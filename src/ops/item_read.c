/*-------------------------------------------------------------------------
 *
 * item_read.c
 *	  What the operations that read items by key have in common.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "ops/item_read.h"

static void read_target(const DyTable *table, const DyRowKey *key, DyThrottleTarget *target);

void
dy_projection_input_check(const DyProjectionInput *input)
{
	DyParameter expression = {"ProjectionExpression", input->projection_expression, true};
	DyParameter legacy = {"AttributesToGet", input->attributes_to_get};

	dy_parameters_check(&expression, 1, &legacy, input->attributes_to_get != NULL ? 1 : 0,
						input->names, NULL);
}

const DyProjection *
dy_projection_input_read(const DyProjectionInput *input)
{
	static const DyNode no_values = {0};
	DyPlaceholders placeholders;
	DyProjection *projection = NULL;

	if (input->attributes_to_get != NULL && input->attributes_to_get->present)
		projection = dy_legacy_attributes_to_get(input->attributes_to_get);
	if (!input->projection_expression->present)
		return projection;

	dy_placeholders_init(&placeholders, input->names, &no_values);
	projection = dy_projection_parse(dy_node_text(input->projection_expression),
									 &placeholders);
	dy_placeholders_check_used(&placeholders);
	return projection;
}

void
dy_write_projected(DyResponse *r, const DyProjection *projection, DyValue item)
{
	DyBuilder  *projected;

	if (projection == NULL)
	{
		dy_response_map(r, item);
		return;
	}
	projected = dy_build_create();
	dy_projection_apply(projection, item, projected);
	dy_response_map(r, dy_build_value(projected));
}

/*
 * Is throughput left to read this key?  If not, target says where.
 */
DyThrottleReason
dy_read_throttled(const DyTable *table, const DyRowKey *key, DyThrottleTarget *target)
{
	read_target(table, key, target);
	return dy_throttle_test(target);
}

/*
 * The same, raising the error.
 */
void
dy_throttle_read_admit(const DyTable *table, const DyRowKey *key)
{
	DyThrottleTarget target;

	read_target(table, key, &target);
	dy_throttle_admit(&target);
}

/*
 * Take what the read has cost.
 */
void
dy_throttle_read_charge(const DyTable *table, const DyRowKey *key, double units)
{
	DyThrottleTarget target;

	read_target(table, key, &target);
	dy_throttle_charge(&target, units);
}

static void
read_target(const DyTable *table, const DyRowKey *key, DyThrottleTarget *target)
{
	memset(target, 0, sizeof(DyThrottleTarget));
	target->table = table;
	target->kind = DY_THROUGHPUT_READ;
	target->has_partition = true;
	memcpy(target->partition, VARDATA(key->hk), sizeof(target->partition));
}
