/*-------------------------------------------------------------------------
 *
 * table_description.c
 *	  The structure TableDescription, in the responses of many operations.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guc.h"
#include "base/limits.h"
#include "ops/table_description.h"

typedef struct Describing
{
	DyResponse *r;
	const DyTable *table;
	const DyTableSettings *settings;
	DyDescribeAs as;
	const DyIndex *deleting;
} Describing;

static void describe_attributes(Describing *d);
static void describe_key_schema(DyResponse *r, const DyKeyAttribute *hash, int nhash,
								const DyKeyAttribute *range, int nrange);
static void describe_indexes(Describing *d, DyIndexKind kind, const char *member);
static void describe_index(Describing *d, int i);
static void describe_projection(DyResponse *r, const DyIndex *index);
static void describe_throughput(Describing *d, const DyThroughput *t);
static void describe_warm_throughput(Describing *d, const DyThroughput *t);
static void describe_stream(Describing *d);
static void describe_encryption(Describing *d);
static void string_member(DyResponse *r, const char *name, const char *value);
static void bytes_member(DyResponse *r, const char *name, DyBytes value);
static void integer_member(DyResponse *r, const char *name, int64 value);
static void time_member(DyResponse *r, const char *name, TimestampTz value);

/*
 * Write one TableDescription.
 */
void
dy_describe_table(DyResponse *r, const DyTable *table, DyDescribeAs as, const DyIndex *deleting)
{
	DyTableSettings *settings = dy_table_settings(table);
	Describing	d = {r, table, settings, as, deleting};
	static const char *const status[] = {"ACTIVE", "CREATING", "UPDATING", "DELETING"};
	bool		fresh = as == DY_DESCRIBE_CREATING;

	dy_response_open(r, '{');
	if (as != DY_DESCRIBE_DELETING)
		describe_attributes(&d);
	bytes_member(r, "TableName", table->name);
	if (as != DY_DESCRIBE_DELETING)
	{
		dy_response_name(r, "KeySchema");
		describe_key_schema(r, &table->hash, 1, &table->range, table->has_range ? 1 : 0);
	}
	string_member(r, "TableStatus", status[as]);
	if (as != DY_DESCRIBE_DELETING)
		time_member(r, "CreationDateTime", settings->created);
	describe_throughput(&d, &settings->throughput);
	integer_member(r, "TableSizeBytes", fresh ? 0 : dy_table_bytes(table));
	integer_member(r, "ItemCount", fresh ? 0 : dy_table_item_count(table));
	string_member(r, "TableArn", dy_table_arn(table->name));
	string_member(r, "TableId", table->id);
	if (settings->last_on_demand != 0 || !table->provisioned)
	{
		dy_response_name(r, "BillingModeSummary");
		dy_response_open(r, '{');
		string_member(r, "BillingMode", table->provisioned ? "PROVISIONED" : "PAY_PER_REQUEST");
		if (!fresh)
			time_member(r, "LastUpdateToPayPerRequestDateTime", settings->last_on_demand);
		dy_response_close(r, '}');
	}
	if (as != DY_DESCRIBE_DELETING)
	{
		describe_indexes(&d, DY_INDEX_LOCAL, "LocalSecondaryIndexes");
		describe_indexes(&d, DY_INDEX_GLOBAL, "GlobalSecondaryIndexes");
		describe_stream(&d);
		describe_encryption(&d);
		describe_warm_throughput(&d, &settings->throughput);
	}
	if (settings->table_class.len > 0)
	{
		dy_response_name(r, "TableClassSummary");
		dy_response_open(r, '{');
		bytes_member(r, "TableClass", settings->table_class);
		if (settings->table_class_changed != 0)
			time_member(r, "LastUpdateDateTime", settings->table_class_changed);
		dy_response_close(r, '}');
	}
	dy_response_name(r, "DeletionProtectionEnabled");
	dy_response_boolean(r, settings->deletion_protection);
	dy_response_close(r, '}');
}

char *
dy_table_arn(DyBytes name)
{
	return psprintf("arn:aws:dynamodb:%s:%s:table/%.*s", dy_region, dy_account_id, (int) name.len, name.data);
}

/*
 * Raises ValidationException for a text that is no table's ARN, and
 * AccessDeniedException for one of another account.
 */
DyBytes
dy_tagged_table(const DyNode *node)
{
	DyBytes		text = dy_node_text(node);
	DyTableArn	arn;

	if (text.len < 4 || memcmp(text.data, "arn:", 4) != 0)
		dy_validation("One or more parameter values were invalid: ARNs must start with 'arn:': %.*s",
					  DY_BYTES_ARGS(text));
	if (!dy_table_arn_parse(text, &arn) || arn.name.len < DY_MIN_TABLE_NAME_CHARS)
		dy_validation("Invalid TableArn: Invalid ResourceArn provided as input %.*s", (int) text.len, text.data);
	return dy_table_name_of_resource(text);
}

static void
describe_attributes(Describing *d)
{
	DyResponse *r = d->r;

	dy_response_name(r, "AttributeDefinitions");
	dy_response_open(r, '[');
	for (int i = 0; i < d->settings->nattributes; i++)
	{
		dy_response_open(r, '{');
		bytes_member(r, "AttributeName", d->settings->attribute_names[i]);
		bytes_member(r, "AttributeType", d->settings->attribute_types[i]);
		dy_response_close(r, '}');
	}
	dy_response_close(r, ']');
}

static void
describe_key_schema(DyResponse *r, const DyKeyAttribute *hash, int nhash,
					const DyKeyAttribute *range, int nrange)
{
	dy_response_open(r, '[');
	for (int i = 0; i < nhash + nrange; i++)
	{
		dy_response_open(r, '{');
		bytes_member(r, "AttributeName", i < nhash ? hash[i].name : range[i - nhash].name);
		string_member(r, "KeyType", i < nhash ? "HASH" : "RANGE");
		dy_response_close(r, '}');
	}
	dy_response_close(r, ']');
}

/*
 * All indexes of a kind, in the order in which they were given.
 */
static void
describe_indexes(Describing *d, DyIndexKind kind, const char *member)
{
	int			last = -1;
	bool		any = false;

	for (;;)
	{
		int			next = -1;

		for (int i = 0; i < d->table->nindexes; i++)
		{
			int			position = d->settings->indexes[i].position;

			if (d->table->indexes[i].kind == kind && position > last &&
				(next < 0 || position < d->settings->indexes[next].position))
				next = i;
		}
		if (next < 0)
			break;
		if (!any)
		{
			dy_response_name(d->r, member);
			dy_response_open(d->r, '[');
			any = true;
		}
		describe_index(d, next);
		last = d->settings->indexes[next].position;
	}
	if (any)
		dy_response_close(d->r, ']');
}

static void
describe_index(Describing *d, int i)
{
	DyResponse *r = d->r;
	const DyIndex *index = &d->table->indexes[i];
	const DyThroughput *t = &d->settings->indexes[i].throughput;
	bool		fresh = d->as == DY_DESCRIBE_CREATING;

	dy_response_open(r, '{');
	bytes_member(r, "IndexName", index->name);
	dy_response_name(r, "KeySchema");
	describe_key_schema(r, index->hash, index->nhash, index->range, index->nrange);
	describe_projection(r, index);
	if (index->kind == DY_INDEX_GLOBAL)
	{
		string_member(r, "IndexStatus",
					  index == d->deleting ? "DELETING" :
					  fresh || index->status == DY_INDEX_CREATING ? "CREATING" :
					  index->status == DY_INDEX_DELETING ? "DELETING" : "ACTIVE");
		if (!fresh && index != d->deleting && index->status == DY_INDEX_CREATING)
		{
			dy_response_name(r, "Backfilling");
			dy_response_boolean(r, index->backfilling);
		}
		describe_throughput(d, t);
	}
	integer_member(r, "IndexSizeBytes", fresh ? 0 : dy_index_bytes(index));
	integer_member(r, "ItemCount", fresh ? 0 : dy_index_item_count(index));
	string_member(r, "IndexArn", psprintf("%s/index/%.*s", dy_table_arn(d->table->name),
										  (int) index->name.len, index->name.data));
	if (index->kind == DY_INDEX_GLOBAL)
		describe_warm_throughput(d, t);
	dy_response_close(r, '}');
}

static void
describe_projection(DyResponse *r, const DyIndex *index)
{
	dy_response_name(r, "Projection");
	dy_response_open(r, '{');
	string_member(r, "ProjectionType",
				  index->projection == DY_PROJECT_ALL ? "ALL" :
				  index->projection == DY_PROJECT_KEYS_ONLY ? "KEYS_ONLY" : "INCLUDE");
	if (index->ninclude > 0)
	{
		dy_response_name(r, "NonKeyAttributes");
		dy_response_open(r, '[');
		for (int i = 0; i < index->ninclude; i++)
			dy_response_bytes(r, index->include[i]);
		dy_response_close(r, ']');
	}
	dy_response_close(r, '}');
}

/*
 * ProvisionedThroughput, and OnDemandThroughput where there is a maximum.
 */
static void
describe_throughput(Describing *d, const DyThroughput *t)
{
	DyResponse *r = d->r;
	bool		today = t->last_decrease != 0 &&
	t->last_decrease / USECS_PER_DAY == GetCurrentTimestamp() / USECS_PER_DAY;

	dy_response_name(r, "ProvisionedThroughput");
	dy_response_open(r, '{');
	if (t->last_increase != 0)
		time_member(r, "LastIncreaseDateTime", t->last_increase);
	if (t->last_decrease != 0)
		time_member(r, "LastDecreaseDateTime", t->last_decrease);
	integer_member(r, "NumberOfDecreasesToday", today ? t->decreases : 0);
	integer_member(r, "ReadCapacityUnits", t->read_units);
	integer_member(r, "WriteCapacityUnits", t->write_units);
	dy_response_close(r, '}');

	if (!d->table->provisioned && (t->max_read_units >= 0 || t->max_write_units >= 0))
	{
		dy_response_name(r, "OnDemandThroughput");
		dy_response_open(r, '{');
		integer_member(r, "MaxReadRequestUnits", t->max_read_units);
		integer_member(r, "MaxWriteRequestUnits", t->max_write_units);
		dy_response_close(r, '}');
	}
}

/*
 * What the table or the index is warm for: what was asked for, or what it has
 * or had anyway.
 */
DyThroughput
dy_warm_throughput(const DyTable *table, const DyThroughput *t)
{
	DyThroughput warm = *t;

	warm.warm_read_units = Max(t->warm_read_units, table->provisioned ? t->read_units : DY_WARM_READ_UNITS);
	warm.warm_write_units = Max(t->warm_write_units, table->provisioned ? t->write_units : DY_WARM_WRITE_UNITS);
	return warm;
}

static void
describe_warm_throughput(Describing *d, const DyThroughput *t)
{
	DyResponse *r = d->r;
	DyThroughput warm = dy_warm_throughput(d->table, t);

	dy_response_name(r, "WarmThroughput");
	dy_response_open(r, '{');
	integer_member(r, "ReadUnitsPerSecond", warm.warm_read_units);
	integer_member(r, "WriteUnitsPerSecond", warm.warm_write_units);
	string_member(r, "Status", d->as == DY_DESCRIBE_CREATING ? "UPDATING" : "ACTIVE");
	dy_response_close(r, '}');
}

/*
 * The label of a stream stays when the stream is switched off.
 */
static void
describe_stream(Describing *d)
{
	DyResponse *r = d->r;
	const DyTableSettings *s = d->settings;

	if (s->stream_view_type.len > 0)
	{
		dy_response_name(r, "StreamSpecification");
		dy_response_open(r, '{');
		dy_response_name(r, "StreamEnabled");
		dy_response_boolean(r, true);
		bytes_member(r, "StreamViewType", s->stream_view_type);
		dy_response_close(r, '}');
	}
	if (s->stream_label.len > 0)
	{
		bytes_member(r, "LatestStreamLabel", s->stream_label);
		string_member(r, "LatestStreamArn", psprintf("%s/stream/%.*s", dy_table_arn(d->table->name),
													 (int) s->stream_label.len, s->stream_label.data));
	}
}

static void
describe_encryption(Describing *d)
{
	DyResponse *r = d->r;

	if (d->settings->sse_type.len == 0)
		return;
	dy_response_name(r, "SSEDescription");
	dy_response_open(r, '{');
	string_member(r, "Status", d->as == DY_DESCRIBE_CREATING ? "ENABLING" : "ENABLED");
	bytes_member(r, "SSEType", d->settings->sse_type);
	if (d->settings->kms_key.len > 0)
		bytes_member(r, "KMSMasterKeyArn", d->settings->kms_key);
	dy_response_close(r, '}');
}

static void
string_member(DyResponse *r, const char *name, const char *value)
{
	dy_response_name(r, name);
	dy_response_string(r, value);
}

static void
bytes_member(DyResponse *r, const char *name, DyBytes value)
{
	dy_response_name(r, name);
	dy_response_bytes(r, value);
}

static void
integer_member(DyResponse *r, const char *name, int64 value)
{
	dy_response_name(r, name);
	dy_response_integer(r, value);
}

static void
time_member(DyResponse *r, const char *name, TimestampTz value)
{
	dy_response_name(r, name);
	dy_response_timestamp(r, dy_epoch_seconds(value));
}
