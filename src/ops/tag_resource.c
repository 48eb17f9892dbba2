/*-------------------------------------------------------------------------
 *
 * tag_resource.c
 *	  TagResource
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/ops.h"
#include "ops/table_description.h"
#include "ops/table_request.h"
#include "tables/control.h"

#define TAG_RESOURCE_MEMBERS(M) \
	M(TAG_RESOURCE, ResourceArn, dy_shape_string, false) \
	M(TAG_RESOURCE, Tags, dy_shape_tags, true)
DY_STRUCTURE(TAG_RESOURCE, tag_resource_input, TAG_RESOURCE_MEMBERS)

void
dy_op_tag_resource(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &tag_resource_input);
	const DyNode *arn = dy_member(request, TAG_RESOURCE_ResourceArn);
	const DyNode *tags = dy_member(request, TAG_RESOURCE_Tags);
	DyBytes		name;
	DyControl	control;
	DyParameters p = {0};

	if (!arn->present)
		dy_validation("Invalid TableArn");
	dy_request_validate(request);
	name = dy_tagged_table(arn);
	if (tags->u.list.count == 0)
		dy_validation("Atleast one Tag needs to be provided as Input.");
	dy_check_tags(tags);

	dy_control_lock(name);
	if (dy_table_find(name) == NULL)
		dy_error(DY_ERR_RESOURCE_NOT_FOUND, "Requested resource not found: ResourceArn: %s not found",
				 dy_node_cstring(arn));

	dy_control_begin(&control);
	dy_insert_tags(name, tags);
	dy_add_text(&p, name);
	dy_add_integer(&p, DY_MAX_TAGS);
	if (dy_run("SELECT FROM dynamo_internal.tags WHERE table_name = $1 HAVING count(*) > $2", &p) > 0)
		dy_tag_limit();
	dy_control_end(&control);
}
