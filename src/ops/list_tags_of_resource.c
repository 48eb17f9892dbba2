/*-------------------------------------------------------------------------
 *
 * list_tags_of_resource.c
 *	  ListTagsOfResource
 *
 * A table has at most 50 tags, so there is one page.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "ops/ops.h"
#include "ops/table_description.h"
#include "ops/table_request.h"
#include "tables/control.h"

#define LIST_TAGS_OF_RESOURCE_MEMBERS(M) \
	M(LIST_TAGS_OF_RESOURCE, ResourceArn, dy_shape_string, false) \
	M(LIST_TAGS_OF_RESOURCE, NextToken, dy_shape_string, false)
DY_STRUCTURE(LIST_TAGS_OF_RESOURCE, list_tags_of_resource_input, LIST_TAGS_OF_RESOURCE_MEMBERS)

void
dy_op_list_tags_of_resource(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &list_tags_of_resource_input);
	const DyNode *arn = dy_member(request, LIST_TAGS_OF_RESOURCE_ResourceArn);
	DyBytes		name;
	DyControl	control;
	DyParameters p = {0};
	uint64		n;

	if (!arn->present)
		dy_validation("Invalid TableArn");
	dy_request_validate(request);
	name = dy_tagged_table(arn);
	if (dy_table_find(name) == NULL)
		dy_error(DY_ERR_RESOURCE_NOT_FOUND, "Requested resource not found: ResourceArn: %s not found",
				 dy_node_cstring(arn));

	dy_response_open(response, '{');
	dy_response_name(response, "Tags");
	dy_response_open(response, '[');
	dy_control_begin(&control);
	dy_add_text(&p, name);
	n = dy_run("SELECT key, value FROM dynamo_internal.tags WHERE table_name = $1 ORDER BY key", &p);
	for (uint64 i = 0; i < n; i++)
	{
		dy_response_open(response, '{');
		dy_response_name(response, "Key");
		dy_response_string(response, dy_control_text(i, "key"));
		dy_response_name(response, "Value");
		dy_response_string(response, dy_control_text(i, "value"));
		dy_response_close(response, '}');
	}
	dy_control_end(&control);
	dy_response_close(response, ']');
	dy_response_close(response, '}');
}
