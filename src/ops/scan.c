/*-------------------------------------------------------------------------
 *
 * scan.c
 *	  Scan: all items of a table or an index, or of one segment of it.
 *
 * A segment is a range of partition key digests, so that n segments read the
 * table once between them.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/ops.h"
#include "ops/page.h"

static const DyShape segment = DY_INTEGER(0, DY_MAX_SCAN_SEGMENTS - 1);
static const DyShape total_segments = DY_INTEGER(1, DY_MAX_SCAN_SEGMENTS);

#define SCAN_MEMBERS(M) \
	M(SCAN, Select, dy_shape_select, false) \
	M(SCAN, IndexName, dy_shape_index_name, false) \
	M(SCAN, TotalSegments, total_segments, false) \
	M(SCAN, ReturnConsumedCapacity, dy_shape_return_consumed_capacity, false) \
	M(SCAN, TableName, dy_shape_table_arn, true) \
	M(SCAN, ConditionalOperator, dy_shape_conditional_operator, false) \
	M(SCAN, ScanFilter, dy_shape_conditions, false) \
	M(SCAN, Segment, segment, false) \
	M(SCAN, Limit, dy_shape_positive_integer, false) \
	M(SCAN, AttributesToGet, dy_shape_attribute_names, false) \
	M(SCAN, ExclusiveStartKey, dy_shape_item, false) \
	M(SCAN, ConsistentRead, dy_shape_boolean, false) \
	M(SCAN, FilterExpression, dy_shape_string, false) \
	M(SCAN, ProjectionExpression, dy_shape_string, false) \
	M(SCAN, ExpressionAttributeValues, dy_shape_expression_values, false) \
	M(SCAN, ExpressionAttributeNames, dy_shape_expression_names, false)
DY_STRUCTURE(SCAN, scan_input, SCAN_MEMBERS)

static void read_request(const DyNode *request, DyPage *page);
static void check_parameters(const DyNode *request);
static void check_segments(const DyNode *request);
static void bind_keys(DyPage *page);
static void bind_start_key(DyPage *page);

void
dy_op_scan(const char *text, uint32 len, DyResponse *response)
{
	DyPage		page;

	dy_scan_prepare(text, len, &page);
	dy_page_answer(&page, response);
}

/*
 * Read and check a request; page is then ready to be answered, or its range
 * to be read by other means.
 */
void
dy_scan_prepare(const char *text, uint32 len, DyPage *page)
{
	const DyNode *request = dy_request_read(text, len, &scan_input);
	DyPageInput *input = &page->input;

	memset(page, 0, sizeof(DyPage));
	input->table_name = dy_member(request, SCAN_TableName);
	input->index_name = dy_member(request, SCAN_IndexName);
	input->select = dy_member(request, SCAN_Select);
	input->limit = dy_member(request, SCAN_Limit);
	input->start_key = dy_member(request, SCAN_ExclusiveStartKey);
	input->consistent_read = dy_member(request, SCAN_ConsistentRead);
	input->attributes_to_get = dy_member(request, SCAN_AttributesToGet);
	input->projection_expression = dy_member(request, SCAN_ProjectionExpression);
	input->filter_expression = dy_member(request, SCAN_FilterExpression);
	input->legacy_filter = dy_member(request, SCAN_ScanFilter);
	input->conditional_operator = dy_member(request, SCAN_ConditionalOperator);
	input->names = dy_member(request, SCAN_ExpressionAttributeNames);
	input->values = dy_member(request, SCAN_ExpressionAttributeValues);
	input->return_consumed_capacity = dy_member(request, SCAN_ReturnConsumedCapacity);

	dy_request_validate(request);
	read_request(request, page);
	dy_page_bind_index(page);
	page->range.segment = dy_node_integer(dy_member(request, SCAN_Segment), 0);
	page->range.total_segments = dy_node_integer(dy_member(request, SCAN_TotalSegments), 1);
	bind_keys(page);
}

/*
 * Everything that can be checked without the table.
 */
static void
read_request(const DyNode *request, DyPage *page)
{
	const DyPageInput *input = &page->input;
	DyPlaceholders placeholders;

	check_parameters(request);
	if (input->attributes_to_get->present)
		page->projection = dy_legacy_attributes_to_get(input->attributes_to_get);
	if (!input->filter_expression->present)
		page->filter = dy_legacy_filter("ScanFilter", input->legacy_filter,
										input->conditional_operator);
	page->start_key = dy_start_key_value(input->start_key);
	check_segments(request);

	dy_placeholders_init(&placeholders, input->names, input->values);
	dy_page_read_filter(page, &placeholders);
	dy_page_read_projection(page, &placeholders);
	dy_placeholders_check_used(&placeholders);
}

static void
check_parameters(const DyNode *request)
{
	DyParameter expressions[] = {
		DY_PARAMETER_NO_VALUES(request, SCAN, ProjectionExpression),
		DY_PARAMETER(request, SCAN, FilterExpression)
	};
	DyParameter legacy[] = {
		DY_PARAMETER(request, SCAN, AttributesToGet),
		DY_PARAMETER(request, SCAN, ScanFilter),
		DY_PARAMETER(request, SCAN, ConditionalOperator)
	};

	dy_parameters_check(expressions, lengthof(expressions), legacy, lengthof(legacy),
						dy_member(request, SCAN_ExpressionAttributeNames),
						dy_member(request, SCAN_ExpressionAttributeValues));
}

static void
check_segments(const DyNode *request)
{
	const DyNode *segment_node = dy_member(request, SCAN_Segment);
	const DyNode *total_node = dy_member(request, SCAN_TotalSegments);
	int64		segment_number = dy_node_integer(segment_node, 0);
	int64		total = dy_node_integer(total_node, 1);

	if (segment_node->present && !total_node->present)
		dy_validation("The TotalSegments parameter is required but was not present in the "
					  "request when Segment parameter is present");
	if (total_node->present && !segment_node->present)
		dy_validation("The Segment parameter is required but was not present in the "
					  "request when parameter TotalSegments is present");
	if (segment_number >= total)
		dy_validation("The Segment parameter is zero-based and must be less than parameter "
					  "TotalSegments: Segment: " INT64_FORMAT " is not less than "
					  "TotalSegments: " INT64_FORMAT, segment_number, total);
}

/*
 * Check starting key and expressions against the keys of what is read.
 */
static void
bind_keys(DyPage *page)
{
	DyRangeRequest *request = &page->range;
	DyReadKeys	keys = dy_read_keys(request->table, request->index);

	if (dy_value_present(page->start_key))
	{
		dy_start_key_check_count(request->table, request->index, page->start_key,
								 request->index != NULL ?
								 "The provided starting key is invalid" :
								 "The provided starting key is invalid: "
								 "The provided key element does not match the schema");
		if (request->index != NULL)
		{
			for (int i = 0; i < keys.nhash; i++)
				dy_start_key_check_attribute(&keys.hash[i], true, page->start_key);
			for (int i = 0; i < keys.nrange; i++)
				dy_start_key_check_attribute(&keys.range[i], false, page->start_key);
		}
	}
	dy_page_check_select(page);
	if (dy_value_present(page->start_key))
		bind_start_key(page);
	dy_check_projection_keys(request->table, page->projection);
	dy_check_condition_keys(request->table, page->filter);
	dy_page_check_filter_projected(page);
	dy_page_check_projection(page);
}

/*
 * The position to go on from, which must lie in the segment.
 */
static void
bind_start_key(DyPage *page)
{
	DyRangeRequest *request = &page->range;
	DyRangePosition *position;
	const bytea *leading;

	dy_start_key_check_table_key(request->table, page->start_key);
	position = dy_start_key_position(request->table, request->index, page->start_key);

	leading = request->index != NULL && request->index->kind == DY_INDEX_GLOBAL ?
		position->x : position->hk;
	if (!dy_segment_contains(request->segment, request->total_segments,
							 (const uint8 *) VARDATA(leading)))
		dy_validation("The provided starting key is invalid: Invalid ExclusiveStartKey. "
					  "Please use ExclusiveStartKey with correct Segment. "
					  "TotalSegments: %u Segment: %u",
					  request->total_segments, request->segment);
	request->after = position;
}
