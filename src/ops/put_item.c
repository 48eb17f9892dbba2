/*-------------------------------------------------------------------------
 *
 * put_item.c
 *	  PutItem: create or replace an item.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "ops/item_write.h"
#include "ops/ops.h"
#include "ops/parameters.h"

#define PUT_ITEM_MEMBERS(M) \
	M(PUT_ITEM, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(PUT_ITEM, TableName, dy_shape_table_arn, true) \
	M(PUT_ITEM, Item, dy_shape_item, true) \
	M(PUT_ITEM, ConditionalOperator, dy_shape_conditional_operator, false) \
	M(PUT_ITEM, Expected, dy_shape_expected, false) \
	M(PUT_ITEM, ReturnValues, dy_shape_return_values, false) \
	M(PUT_ITEM, ReturnItemCollectionMetrics, dy_shape_return_item_collection_metrics, false) \
	M(PUT_ITEM, ReturnValuesOnConditionCheckFailure, dy_shape_return_on_failure, false) \
	M(PUT_ITEM, ConditionExpression, dy_shape_string, false) \
	M(PUT_ITEM, ExpressionAttributeValues, dy_shape_expression_values, false) \
	M(PUT_ITEM, ExpressionAttributeNames, dy_shape_expression_names, false)
DY_STRUCTURE_KNOWN(PUT_ITEM, put_item_input, PUT_ITEM_MEMBERS)

void
dy_op_put_item(const char *text, uint32 len, DyResponse *response)
{
	const DyNode *request = dy_request_read(text, len, &put_item_input);
	DyWriteInput input = {
		.kind = DY_WRITE_PUT,
		.request = request,
		.table_name = dy_member(request, PUT_ITEM_TableName),
		.map = dy_member(request, PUT_ITEM_Item),
		.condition_expression = dy_member(request, PUT_ITEM_ConditionExpression),
		.expected = dy_member(request, PUT_ITEM_Expected),
		.conditional_operator = dy_member(request, PUT_ITEM_ConditionalOperator),
		.names = dy_member(request, PUT_ITEM_ExpressionAttributeNames),
		.values = dy_member(request, PUT_ITEM_ExpressionAttributeValues),
		.return_values = dy_member(request, PUT_ITEM_ReturnValues),
		.return_on_failure = dy_member(request, PUT_ITEM_ReturnValuesOnConditionCheckFailure),
	};
	DyItemWrite write;

	dy_request_validate(request);
	dy_item_write_read(&input, &write);
	dy_item_write_answer(&write, dy_member(request, PUT_ITEM_ReturnConsumedCapacity),
						 dy_member(request, PUT_ITEM_ReturnItemCollectionMetrics), response);
}
