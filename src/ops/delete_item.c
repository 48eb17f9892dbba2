/*-------------------------------------------------------------------------
 *
 * delete_item.c
 *	  DeleteItem: delete an item by its key.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "ops/item_write.h"
#include "ops/ops.h"
#include "ops/parameters.h"

#define DELETE_ITEM_MEMBERS(M) \
	M(DELETE_ITEM, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(DELETE_ITEM, TableName, dy_shape_table_arn, true) \
	M(DELETE_ITEM, ReturnValues, dy_shape_return_values, false) \
	M(DELETE_ITEM, ReturnItemCollectionMetrics, dy_shape_return_item_collection_metrics, false) \
	M(DELETE_ITEM, Key, dy_shape_item, true) \
	M(DELETE_ITEM, ConditionalOperator, dy_shape_conditional_operator, false) \
	M(DELETE_ITEM, Expected, dy_shape_expected, false) \
	M(DELETE_ITEM, ReturnValuesOnConditionCheckFailure, dy_shape_return_on_failure, false) \
	M(DELETE_ITEM, ConditionExpression, dy_shape_string, false) \
	M(DELETE_ITEM, ExpressionAttributeValues, dy_shape_expression_values, false) \
	M(DELETE_ITEM, ExpressionAttributeNames, dy_shape_expression_names, false)
DY_STRUCTURE_KNOWN(DELETE_ITEM, delete_item_input, DELETE_ITEM_MEMBERS)

void
dy_op_delete_item(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &delete_item_input);
	DyWriteInput input = {
		.kind = DY_WRITE_DELETE,
		.request = request,
		.table_name = dy_member(request, DELETE_ITEM_TableName),
		.map = dy_member(request, DELETE_ITEM_Key),
		.condition_expression = dy_member(request, DELETE_ITEM_ConditionExpression),
		.expected = dy_member(request, DELETE_ITEM_Expected),
		.conditional_operator = dy_member(request, DELETE_ITEM_ConditionalOperator),
		.names = dy_member(request, DELETE_ITEM_ExpressionAttributeNames),
		.values = dy_member(request, DELETE_ITEM_ExpressionAttributeValues),
		.return_values = dy_member(request, DELETE_ITEM_ReturnValues),
		.return_on_failure = dy_member(request, DELETE_ITEM_ReturnValuesOnConditionCheckFailure),
	};
	DyItemWrite write;

	dy_request_validate(request);
	dy_item_write_read(&input, &write);
	dy_item_write_answer(&write, dy_member(request, DELETE_ITEM_ReturnConsumedCapacity),
						 dy_member(request, DELETE_ITEM_ReturnItemCollectionMetrics), response);
}
