/*-------------------------------------------------------------------------
 *
 * get_item.c
 *	  GetItem: read an item by its key.
 *
 * Without a projection the answer is written straight from the stored bytes.
 *
 * ConsistentRead makes no difference to what is read here, only to what it
 * costs: a read of the primary is always consistent.  The bridge may send
 * reads that need not be consistent to a standby.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "engine/throttle.h"
#include "ops/consumed.h"
#include "ops/item_read.h"
#include "ops/ops.h"

#define GET_ITEM_MEMBERS(M) \
	M(GET_ITEM, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(GET_ITEM, AttributesToGet, dy_shape_attribute_names, false) \
	M(GET_ITEM, TableName, dy_shape_table_arn, true) \
	M(GET_ITEM, Key, dy_shape_item, true) \
	M(GET_ITEM, ConsistentRead, dy_shape_boolean, false) \
	M(GET_ITEM, ProjectionExpression, dy_shape_string, false) \
	M(GET_ITEM, ExpressionAttributeNames, dy_shape_expression_names, false)
DY_STRUCTURE_KNOWN(GET_ITEM, get_item_input, GET_ITEM_MEMBERS)

void
dy_op_get_item(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &get_item_input);
	DyProjectionInput projection_input = {
		.projection_expression = dy_member(request, GET_ITEM_ProjectionExpression),
		.attributes_to_get = dy_member(request, GET_ITEM_AttributesToGet),
		.names = dy_member(request, GET_ITEM_ExpressionAttributeNames),
	};
	const DyNode *table_name = dy_member(request, GET_ITEM_TableName);
	bool		consistent = dy_node_boolean(dy_member(request, GET_ITEM_ConsistentRead), false);
	DyConsumedDetail detail;
	const DyProjection *projection;
	const DyTable *table;
	DyRowKey	key;
	DyValue		key_map;
	DyValue		item;
	double		units = 0;

	dy_request_validate(request);
	dy_projection_input_check(&projection_input);
	key_map = dy_node_value(dy_member(request, GET_ITEM_Key));
	projection = dy_projection_input_read(&projection_input);

	table = dy_table_get(dy_node_table_name(table_name));
	key = dy_key_of_key(table, key_map);
	dy_check_projection_keys(table, projection);

	if (dy_throttling)
		dy_throttle_read_admit(table, &key);
	item = dy_read_item(table, &key);
	detail = dy_consumed_detail(dy_member(request, GET_ITEM_ReturnConsumedCapacity));
	if (dy_throttling || detail != DY_CONSUMED_NONE)
		units = dy_read_units(dy_value_present(item) ? dy_item_size(item) : 0, consistent);
	if (dy_throttling)
		dy_throttle_read_charge(table, &key, units);

	dy_response_open(response, '{');
	if (dy_value_present(item))
	{
		dy_response_name(response, "Item");
		dy_write_projected(response, projection, item);
	}
	if (detail != DY_CONSUMED_NONE)
	{
		DyConsumed	consumed;

		dy_consumed_init(&consumed, table, dy_node_text(table_name));
		consumed.table_units = units;
		dy_response_name(response, "ConsumedCapacity");
		dy_consumed_write(response, &consumed, detail, DY_CONSUMED_PLAIN);
	}
	dy_response_close(response, '}');
}
