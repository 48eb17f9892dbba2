/*-------------------------------------------------------------------------
 *
 * update_item.c
 *	  UpdateItem: change attributes of an item, or create it.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "ops/item_write.h"
#include "ops/ops.h"
#include "ops/parameters.h"

#define UPDATE_ITEM_MEMBERS(M) \
	M(UPDATE_ITEM, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(UPDATE_ITEM, TableName, dy_shape_table_arn, true) \
	M(UPDATE_ITEM, ReturnItemCollectionMetrics, dy_shape_return_item_collection_metrics, false) \
	M(UPDATE_ITEM, ReturnValues, dy_shape_return_values, false) \
	M(UPDATE_ITEM, Key, dy_shape_item, true) \
	M(UPDATE_ITEM, ConditionalOperator, dy_shape_conditional_operator, false) \
	M(UPDATE_ITEM, Expected, dy_shape_expected, false) \
	M(UPDATE_ITEM, AttributeUpdates, dy_shape_attribute_updates, false) \
	M(UPDATE_ITEM, ReturnValuesOnConditionCheckFailure, dy_shape_return_on_failure, false) \
	M(UPDATE_ITEM, ConditionExpression, dy_shape_string, false) \
	M(UPDATE_ITEM, UpdateExpression, dy_shape_string, false) \
	M(UPDATE_ITEM, ExpressionAttributeValues, dy_shape_expression_values, false) \
	M(UPDATE_ITEM, ExpressionAttributeNames, dy_shape_expression_names, false)
DY_STRUCTURE_KNOWN(UPDATE_ITEM, update_item_input, UPDATE_ITEM_MEMBERS)

void
dy_op_update_item(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &update_item_input);
	DyWriteInput input = {
		.kind = DY_WRITE_UPDATE,
		.request = request,
		.table_name = dy_member(request, UPDATE_ITEM_TableName),
		.map = dy_member(request, UPDATE_ITEM_Key),
		.update_expression = dy_member(request, UPDATE_ITEM_UpdateExpression),
		.attribute_updates = dy_member(request, UPDATE_ITEM_AttributeUpdates),
		.condition_expression = dy_member(request, UPDATE_ITEM_ConditionExpression),
		.expected = dy_member(request, UPDATE_ITEM_Expected),
		.conditional_operator = dy_member(request, UPDATE_ITEM_ConditionalOperator),
		.names = dy_member(request, UPDATE_ITEM_ExpressionAttributeNames),
		.values = dy_member(request, UPDATE_ITEM_ExpressionAttributeValues),
		.return_values = dy_member(request, UPDATE_ITEM_ReturnValues),
		.return_on_failure = dy_member(request, UPDATE_ITEM_ReturnValuesOnConditionCheckFailure),
	};
	DyItemWrite write;

	dy_request_validate(request);
	dy_item_write_read(&input, &write);
	dy_item_write_answer(&write, dy_member(request, UPDATE_ITEM_ReturnConsumedCapacity),
						 dy_member(request, UPDATE_ITEM_ReturnItemCollectionMetrics), response);
}
