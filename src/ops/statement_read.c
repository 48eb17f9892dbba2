/*-------------------------------------------------------------------------
 *
 * statement_read.c
 *	  One page of a SELECT.
 *
 * The ranges of the plan are read one after the other, each like a Query.
 * As with Query a page ends when Limit items have been looked at, or when
 * what has been looked at reaches 1 MB, both before the filter.  Each range
 * that was touched is charged on its own.
 *
 * Sources:
 *	  https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/limits.h"
#include "engine/throttle.h"
#include "item/key.h"
#include "ops/item_read.h"
#include "ops/statement.h"

typedef struct Reader
{
	DyStatementPage *page;
	DyStatementEmit emit;
	void	   *arg;
	DyBuilder  *view;			/* the item as the index holds it */
	DyBuilder  *columns;
	int64		looked_at;
	uint64		page_bytes;
	uint64		range_bytes;
} Reader;

static void read_item(Reader *reader);
static bool read_range(Reader *reader, const DyPlanRange *range);
static void describe_range(const DyStatementPage *page, const DyPlanRange *range, DyRangeRequest *request);
static DyBound bound(const DyPlanBound *from);
static bool look_at_item(Reader *reader, DyValue item);
static void remember_position(Reader *reader, DyValue item);
static DyValue key_attributes(const DyPlan *plan, DyValue item);
static void copy_attribute(DyBuilder *builder, const DyKeyAttribute *attribute, DyValue item);
static void throttle_target(const DyRangeRequest *request, DyThrottleTarget *target);

/*
 * Read the page; emit is called with each row.
 */
void
dy_statement_read(DyStatementPage *page, DyStatementEmit emit, void *arg)
{
	const DyPlan *plan = page->plan;
	Reader		reader = {page, emit, arg, dy_build_create(), dy_build_create()};

	page->more = false;
	switch (plan->access)
	{
		case DY_ACCESS_ITEM:
			read_item(&reader);
			break;
		case DY_ACCESS_RANGES:
			while (page->range < plan->nranges)
			{
				if (!read_range(&reader, &plan->ranges[page->range]))
					break;
				page->range++;
				page->after = NULL;
			}
			break;
		case DY_ACCESS_SCAN:
			(void) read_range(&reader, NULL);
			break;
	}
}

/*
 * One item by its key.
 */
static void
read_item(Reader *reader)
{
	DyStatementPage *page = reader->page;
	const DyTable *table = page->plan->table;
	DyRowKey	key = dy_key_of_key(table, page->plan->key);
	DyValue		item;

	/* the page before ended with this very item */
	if (page->after != NULL)
	{
		page->units = dy_read_units(0, page->consistent);
		return;
	}
	if (dy_throttling)
		dy_throttle_read_admit(table, &key);
	item = dy_read_item(table, &key);
	if (dy_value_present(item) && !look_at_item(reader, item))
		remember_position(reader, item);
	page->units = dy_read_units(reader->range_bytes, page->consistent);
	if (dy_throttling)
		dy_throttle_read_charge(table, &key, page->units);
}

/*
 * A range of the plan, or everything (range NULL).  False: the page ends
 * here.
 */
static bool
read_range(Reader *reader, const DyPlanRange *range)
{
	DyStatementPage *page = reader->page;
	DyRangeRequest request;
	DyThrottleTarget target;
	DyRange    *rows;
	DyValue		item;
	double		units;
	double		fetched = page->fetched_units;
	bool		more = false;

	describe_range(page, range, &request);
	throttle_target(&request, &target);
	if (dy_throttling)
		dy_throttle_admit(&target);

	if (page->limit > 0 && !page->whole)
		request.limit = page->limit - reader->looked_at;
	reader->range_bytes = 0;
	rows = dy_range_open(&request);
	while (!more && dy_range_next(rows, &item))
		more = !look_at_item(reader, item);
	if (more)
		remember_position(reader, item);
	dy_range_close(rows);

	units = dy_read_units(reader->range_bytes, page->consistent);
	page->units += units;
	if (dy_throttling)
		dy_throttle_charge(&target, units + page->fetched_units - fetched);
	return !more;
}

static void
describe_range(const DyStatementPage *page, const DyPlanRange *range, DyRangeRequest *request)
{
	const DyPlan *plan = page->plan;

	memset(request, 0, sizeof(DyRangeRequest));
	request->table = plan->table;
	request->index = plan->index;
	request->total_segments = 1;
	request->after = page->after;
	if (range == NULL)
		return;
	request->has_partition = true;
	request->npartition = 1;
	request->partition_values[0] = range->partition;
	dy_key_digest(&range->partition, 1, request->partition);
	request->lower = bound(&range->lower);
	request->upper = bound(&range->upper);
	request->backward = plan->backward;
}

static DyBound
bound(const DyPlanBound *from)
{
	return (DyBound)
	{
		from->present, from->inclusive, from->key.data, from->key.len
	};
}

/*
 * Count an item, and emit it if it passes the filter.  A filter sees what
 * the index holds.  False: the page ends with this item.
 */
static bool
look_at_item(Reader *reader, DyValue item)
{
	DyStatementPage *page = reader->page;
	const DyPlan *plan = page->plan;
	const DyIndex *index = plan->index;
	DyValue		view = item;
	uint32		size;

	if (index == NULL)
		size = dy_item_size(item);
	else
		size = dy_index_item_size(plan->table, index, item);
	if (index != NULL && index->projection != DY_PROJECT_ALL)
	{
		dy_build_reset(reader->view);
		dy_index_item(plan->table, index, item, reader->view);
		view = dy_build_value(reader->view);
	}

	reader->looked_at++;
	reader->range_bytes += size;
	reader->page_bytes += size;
	if (plan->fetch)
	{
		uint32		whole = dy_item_size(item);

		reader->page_bytes += whole;
		page->fetched_units += dy_read_units(whole, page->consistent);
	}

	if (dy_condition_holds(plan->filter, view))
	{
		if (plan->ncolumns > 0)
		{
			dy_build_reset(reader->columns);
			dy_plan_project(plan, plan->fetch ? item : view, reader->columns);
			view = dy_build_value(reader->columns);
		}
		reader->emit(reader->arg, view);
	}
	return page->whole || !((page->limit > 0 && reader->looked_at >= page->limit) ||
							reader->page_bytes >= DY_MAX_PAGE_BYTES);
}

/*
 * The page ends with this item, wherever the statement does.
 */
static void
remember_position(Reader *reader, DyValue item)
{
	DyStatementPage *page = reader->page;
	const DyPlan *plan = page->plan;
	DyRowKey	key = dy_key_of_item(plan->table, item);

	page->more = true;
	page->stopped.hk = key.hk;
	page->stopped.sk = key.sk;
	page->stopped.x = plan->index != NULL ? dy_index_key_of_item(plan->table, plan->index, item) : NULL;
	page->last_key = key_attributes(plan, item);
}

/*
 * The key attributes of table and index: LastEvaluatedKey.
 */
static DyValue
key_attributes(const DyPlan *plan, DyValue item)
{
	DyBuilder  *builder = dy_build_create();
	const DyTable *table = plan->table;
	const DyIndex *index = plan->index;

	dy_build_open(builder, DY_TYPE_M);
	copy_attribute(builder, &table->hash, item);
	if (table->has_range)
		copy_attribute(builder, &table->range, item);
	if (index != NULL)
	{
		if (!dy_table_is_key(table, index->hash[0].name))
			copy_attribute(builder, &index->hash[0], item);
		if (index->nrange > 0 && !dy_table_is_key(table, index->range[0].name))
			copy_attribute(builder, &index->range[0], item);
	}
	dy_build_close(builder);
	return dy_build_value(builder);
}

static void
copy_attribute(DyBuilder *builder, const DyKeyAttribute *attribute, DyValue item)
{
	dy_build_name(builder, attribute->name.data, attribute->name.len);
	dy_build_copy(builder, dy_map_get(item, attribute->name.data, attribute->name.len));
}

static void
throttle_target(const DyRangeRequest *request, DyThrottleTarget *target)
{
	memset(target, 0, sizeof(DyThrottleTarget));
	target->table = request->table;
	if (request->index != NULL && request->index->kind == DY_INDEX_GLOBAL)
		target->index = request->index;
	target->kind = DY_THROUGHPUT_READ;
	target->has_partition = request->has_partition;
	memcpy(target->partition, request->partition, sizeof(target->partition));
}
