/*-------------------------------------------------------------------------
 *
 * page.c
 *	  What Query and Scan have in common: one page of a range.
 *
 * A page ends when Limit items have been looked at, or when what has been
 * looked at reaches 1 MB, both before the filter; then it has a
 * LastEvaluatedKey, even if the range happens to end there too (unless it
 * can have but one item: a Query of a table without sort key).  Items are
 * written to the answer as they come: nothing but the answer grows.
 *
 * An index has no storage of its own for what it projects: the whole item
 * is at hand, and what the index does not project is left out here.  A local
 * index gives all attributes on request; the service then fetches each item
 * from the table, which is charged.
 *
 * Sources:
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ThroughputConsiderations.Reads
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "engine/throttle.h"
#include "ops/page.h"

/* What reading a page has met. */
typedef struct PageCounters
{
	int64		scanned;
	int64		matched;
	uint64		bytes;			/* of the items or index entries looked at */
	uint64		fetched_bytes;	/* of items fetched for a local index */
	double		fetched_units;
} PageCounters;

static DySelect read_select(const DyNode *node);
static void sort_names(DyPathHeads *names);
static bool index_projects(const DyTable *table, const DyIndex *index, DyBytes name);
static char *unprojected_names(const DyPage *page, DyPathHeads *heads);
static bool is_single(const DyRangeRequest *request);
static bool look_at_item(const DyPage *page, DyValue item, DyBuilder *scratch,
						 PageCounters *counters, DyResponse *r);
static void write_page_capacity(const DyPage *page, const PageCounters *counters, DyResponse *r);
static void page_target(const DyPage *page, DyThrottleTarget *target);

/*
 * FilterExpression.  (The legacy filters are read by the operations: their
 * place in the order differs.)
 */
void
dy_page_read_filter(DyPage *page, DyPlaceholders *placeholders)
{
	const DyNode *node = page->input.filter_expression;

	if (node->present)
		page->filter = dy_condition_parse("FilterExpression", dy_node_text(node), placeholders);
}

/*
 * ProjectionExpression, and then Select, which must agree with it.
 */
void
dy_page_read_projection(DyPage *page, DyPlaceholders *placeholders)
{
	const DyPageInput *input = &page->input;
	const char *parameter = input->attributes_to_get->present ?
	"AttributesToGet" : "ProjectionExpression";

	if (input->projection_expression->present)
		page->projection = dy_projection_parse(dy_node_text(input->projection_expression),
											   placeholders);

	page->select = read_select(input->select);
	switch (page->select)
	{
		case DY_SELECT_DEFAULT:
			break;
		case DY_SELECT_SPECIFIC_ATTRIBUTES:
			if (page->projection == NULL)
				dy_validation("Must specify the AttributesToGet or ProjectionExpression "
							  "when choosing to get SPECIFIC_ATTRIBUTES");
			break;
		case DY_SELECT_ALL_ATTRIBUTES:
			if (page->projection != NULL)
				dy_validation("Cannot specify the %s when choosing to get ALL_ATTRIBUTES",
							  parameter);
			break;
		case DY_SELECT_ALL_PROJECTED_ATTRIBUTES:
			if (page->projection != NULL)
				dy_validation("Cannot specify the %s when choosing to get "
							  "ALL_PROJECTED_ATTRIBUTES", parameter);
			if (!input->index_name->present)
				dy_validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying "
							  "using an IndexName");
			break;
		case DY_SELECT_COUNT:
			if (page->projection != NULL)
				dy_validation("Cannot specify the %s when choosing to get only the Count",
							  parameter);
			break;
	}
}

/*
 * Table and index, and whether the index can be read as asked.
 */
void
dy_page_bind_index(DyPage *page)
{
	const DyPageInput *input = &page->input;
	const DyTable *table = dy_table_get(dy_node_table_name(input->table_name));

	page->range.table = table;
	page->range.total_segments = 1;
	page->range.limit = dy_node_integer(input->limit, 0);
	page->consistent = dy_node_boolean(input->consistent_read, false);

	if (input->index_name->present)
	{
		DyBytes		name = dy_node_text(input->index_name);
		const DyIndex *index = dy_table_index(table, name);

		if (index == NULL)
			dy_validation("The table does not have the specified index: %.*s",
						  DY_BYTES_ARGS(name));
		if (index->kind == DY_INDEX_GLOBAL && page->consistent)
			dy_validation("Consistent reads are not supported on global secondary indexes");
		if (index->status == DY_INDEX_CREATING)
			dy_validation("Cannot read from backfilling global secondary index: %.*s",
						  DY_BYTES_ARGS(name));
		if (index->status == DY_INDEX_DELETING)
			dy_validation("The table does not have the specified index: %.*s",
						  DY_BYTES_ARGS(name));
		page->range.index = index;
	}
}

/*
 * A global index gives only what it projects.
 */
void
dy_page_check_select(DyPage *page)
{
	const DyIndex *index = page->range.index;

	if (index == NULL || index->projection == DY_PROJECT_ALL ||
		page->select != DY_SELECT_ALL_ATTRIBUTES)
		return;
	if (index->kind == DY_INDEX_GLOBAL)
		dy_validation("One or more parameter values were invalid: Select type ALL_ATTRIBUTES "
					  "is not supported for global secondary index %.*s because its projection "
					  "type is not ALL", DY_BYTES_ARGS(index->name));
	page->fetch = true;
}

/*
 * A filter sees what the index projects, not the item.
 */
void
dy_page_check_filter_projected(const DyPage *page)
{
	const DyIndex *index = page->range.index;
	DyPathHeads heads = {0};
	char	   *names;

	if (index == NULL || index->projection == DY_PROJECT_ALL || page->filter == NULL)
		return;
	dy_condition_paths(page->filter, dy_path_heads_add, &heads);
	names = unprojected_names(page, &heads);
	if (names != NULL)
		dy_validation("One or more parameter values were invalid: Secondary index %.*s does "
					  "not project one or more filter attributes: [%s]",
					  DY_BYTES_ARGS(index->name), names);
}

/*
 * A projection of attributes that the index does not hold: refused by a
 * global index, fetched from the table by a local one.
 */
void
dy_page_check_projection(DyPage *page)
{
	const DyIndex *index = page->range.index;
	DyPathHeads heads = {0};
	char	   *names;

	if (index == NULL || index->projection == DY_PROJECT_ALL || page->projection == NULL)
		return;
	dy_projection_paths(page->projection, dy_path_heads_add, &heads);
	names = unprojected_names(page, &heads);
	if (names == NULL)
		return;
	if (index->kind == DY_INDEX_GLOBAL)
		dy_validation("One or more parameter values were invalid: Global secondary index %.*s "
					  "does not project [%s]", DY_BYTES_ARGS(index->name), names);
	page->fetch = true;
}

/*
 * What of an item is to be seen: the projection, or what the index holds.
 * Valid until the next call with the same scratch.
 */
DyValue
dy_page_item(const DyPage *page, DyValue item, DyBuilder *scratch)
{
	const DyIndex *index = page->range.index;

	if (page->projection != NULL)
	{
		dy_build_reset(scratch);
		dy_projection_apply(page->projection, item, scratch);
		return dy_build_value(scratch);
	}
	if (index != NULL && index->projection != DY_PROJECT_ALL && !page->fetch)
	{
		dy_build_reset(scratch);
		dy_index_item(page->range.table, index, item, scratch);
		return dy_build_value(scratch);
	}
	return item;
}

/*
 * Read the page and write the answer.
 */
void
dy_page_answer(const DyPage *page, DyResponse *r)
{
	const DyRangeRequest *request = &page->range;
	PageCounters counters = {0};
	DyBuilder  *scratch = dy_build_create();
	DyThrottleTarget target;
	DyRange    *range;
	DyValue		item;
	bool		more = false;

	if (dy_throttling)
	{
		page_target(page, &target);
		dy_throttle_admit(&target);
	}

	dy_response_open(r, '{');
	if (page->select != DY_SELECT_COUNT)
	{
		dy_response_name(r, "Items");
		dy_response_open(r, '[');
	}
	range = dy_range_open(request);
	while (!more && dy_range_next(range, &item))
		more = !look_at_item(page, item, scratch, &counters, r);
	if (page->select != DY_SELECT_COUNT)
		dy_response_close(r, ']');

	dy_response_name(r, "Count");
	dy_response_integer(r, counters.matched);
	dy_response_name(r, "ScannedCount");
	dy_response_integer(r, counters.scanned);
	if (more && !is_single(request))
	{
		dy_response_name(r, "LastEvaluatedKey");
		dy_last_key_write(r, request->table, request->index, item);
	}
	dy_range_close(range);

	write_page_capacity(page, &counters, r);
	dy_response_close(r, '}');
}

/*
 * A partition of one item: nothing can follow it.
 */
static bool
is_single(const DyRangeRequest *request)
{
	return request->has_partition && request->index == NULL && !request->table->has_range;
}

/*
 * Count an item, and write it if it passes the filter.  False: the page ends
 * with this item.
 */
static bool
look_at_item(const DyPage *page, DyValue item, DyBuilder *scratch,
			 PageCounters *counters, DyResponse *r)
{
	const DyTable *table = page->range.table;
	const DyIndex *index = page->range.index;
	bool		is_whole = index == NULL || index->projection == DY_PROJECT_ALL;
	uint32		size = 0;		/* of the item; 0: not known yet */

	counters->scanned++;
	if (dy_condition_holds(page->filter, item))
	{
		counters->matched++;
		if (page->select != DY_SELECT_COUNT)
		{
			DyValue		shown = dy_page_item(page, item, scratch);
			uint32		written = dy_response_map(r, shown);

			if (shown.data == item.data)
				size = written;
		}
	}
	if (size == 0 && (is_whole || page->fetch))
		size = dy_item_size(item);

	counters->bytes += is_whole ? size : dy_index_item_size(table, index, item);
	if (page->fetch)
	{
		counters->fetched_bytes += size;
		counters->fetched_units += dy_read_units(size, page->consistent);
	}
	return !((page->range.limit > 0 && counters->scanned >= page->range.limit) ||
			 counters->bytes + counters->fetched_bytes >= DY_MAX_PAGE_BYTES);
}

/*
 * Charge the page and report it.  A page that met nothing costs what reading
 * one small item costs.
 */
static void
write_page_capacity(const DyPage *page, const PageCounters *counters, DyResponse *r)
{
	DyConsumedDetail detail = dy_consumed_detail(page->input.return_consumed_capacity);
	double		units = dy_read_units(counters->bytes, page->consistent);
	DyConsumed	consumed;

	if (dy_throttling)
	{
		DyThrottleTarget target;

		page_target(page, &target);
		dy_throttle_charge(&target, units + counters->fetched_units);
	}
	if (detail == DY_CONSUMED_NONE)
		return;

	dy_consumed_init(&consumed, page->range.table, dy_node_text(page->input.table_name));
	if (page->range.index == NULL)
		consumed.table_units = units;
	else
	{
		consumed.table_units = counters->fetched_units;
		dy_consumed_add_index(&consumed, page->range.index, units);
	}
	dy_response_name(r, "ConsumedCapacity");
	dy_consumed_write(r, &consumed, detail, DY_CONSUMED_PLAIN);
}

static void
page_target(const DyPage *page, DyThrottleTarget *target)
{
	memset(target, 0, sizeof(DyThrottleTarget));
	target->table = page->range.table;
	if (page->range.index != NULL && page->range.index->kind == DY_INDEX_GLOBAL)
		target->index = page->range.index;
	target->kind = DY_THROUGHPUT_READ;
	target->has_partition = page->range.has_partition;
	memcpy(target->partition, page->range.partition, sizeof(target->partition));
}

static DySelect
read_select(const DyNode *node)
{
	if (dy_node_is(node, "ALL_ATTRIBUTES"))
		return DY_SELECT_ALL_ATTRIBUTES;
	if (dy_node_is(node, "ALL_PROJECTED_ATTRIBUTES"))
		return DY_SELECT_ALL_PROJECTED_ATTRIBUTES;
	if (dy_node_is(node, "SPECIFIC_ATTRIBUTES"))
		return DY_SELECT_SPECIFIC_ATTRIBUTES;
	if (dy_node_is(node, "COUNT"))
		return DY_SELECT_COUNT;
	return DY_SELECT_DEFAULT;
}

/*
 * Does the index hold this attribute: keys of the table, its own keys, or an
 * included one?
 */
static bool
index_projects(const DyTable *table, const DyIndex *index, DyBytes name)
{
	if (index->projection == DY_PROJECT_ALL || dy_table_is_key(table, name))
		return true;
	for (int i = 0; i < index->nhash; i++)
		if (dy_bytes_equal(index->hash[i].name, name))
			return true;
	for (int i = 0; i < index->nrange; i++)
		if (dy_bytes_equal(index->range[i].name, name))
			return true;
	for (int i = 0; i < index->ninclude; i++)
		if (dy_bytes_equal(index->include[i], name))
			return true;
	return false;
}

/*
 * Those of the attributes that the index does not hold, sorted, with commas;
 * NULL if it holds all.  heads is used up.
 */
static char *
unprojected_names(const DyPage *page, DyPathHeads *heads)
{
	StringInfoData text;
	int			n = 0;

	for (int i = 0; i < heads->n; i++)
		if (!index_projects(page->range.table, page->range.index, heads->heads[i]))
			heads->heads[n++] = heads->heads[i];
	if (n == 0)
		return NULL;
	heads->n = n;
	sort_names(heads);

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(&text, ", ");
		appendBinaryStringInfo(&text, heads->heads[i].data, heads->heads[i].len);
	}
	return text.data;
}

static int
compare_names(const void *a, const void *b)
{
	const DyBytes *left = a;
	const DyBytes *right = b;
	int			order = memcmp(left->data, right->data, Min(left->len, right->len));

	if (order != 0)
		return order;
	return left->len < right->len ? -1 : left->len > right->len;
}

static void
sort_names(DyPathHeads *names)
{
	qsort(names->heads, names->n, sizeof(DyBytes), compare_names);
}
