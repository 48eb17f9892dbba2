/*-------------------------------------------------------------------------
 *
 * untag_resource.c
 *	  UntagResource
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "ops/ops.h"
#include "ops/table_description.h"
#include "ops/table_request.h"
#include "tables/control.h"

static const DyShape tag_keys = DY_LIST_OF(dy_shape_string, DY_NO_BOUND, DY_NO_BOUND);

#define UNTAG_RESOURCE_MEMBERS(M) \
	M(UNTAG_RESOURCE, ResourceArn, dy_shape_string, false) \
	M(UNTAG_RESOURCE, TagKeys, tag_keys, true)
DY_STRUCTURE(UNTAG_RESOURCE, untag_resource_input, UNTAG_RESOURCE_MEMBERS)

void
dy_op_untag_resource(const char *text, uint32 len, DyResponse *response)
{
	DyNode	   *request = dy_request_read(text, len, &untag_resource_input);
	const DyNode *arn = dy_member(request, UNTAG_RESOURCE_ResourceArn);
	const DyNode *keys = dy_member(request, UNTAG_RESOURCE_TagKeys);
	DyBytes		name;
	DyBytes    *texts;
	DyControl	control;
	DyParameters p = {0};

	if (!arn->present)
		dy_validation("Invalid TableArn");
	dy_request_validate(request);
	name = dy_tagged_table(arn);
	if (keys->u.list.count == 0)
		dy_validation("Atleast one Tag Key needs to be provided as Input.");
	if (keys->u.list.count > DY_MAX_TAGS)
		dy_tag_limit();
	for (int i = 0; i < keys->u.list.count; i++)
		dy_check_tag_key(dy_member(keys, i));

	dy_control_lock(name);
	if (dy_table_find(name) == NULL)
		dy_error(DY_ERR_RESOURCE_NOT_FOUND, "Requested resource not found: ResourceArn: %s not found",
				 dy_node_cstring(arn));

	texts = palloc(sizeof(DyBytes) * keys->u.list.count);
	for (int i = 0; i < keys->u.list.count; i++)
		texts[i] = dy_node_text(dy_member(keys, i));
	dy_control_begin(&control);
	dy_add_text(&p, name);
	dy_add_texts(&p, texts, keys->u.list.count);
	dy_run("DELETE FROM dynamo_internal.tags WHERE table_name = $1 AND key = ANY ($2)", &p);
	dy_control_end(&control);
}
