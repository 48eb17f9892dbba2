/*-------------------------------------------------------------------------
 *
 * table_request.c
 *	  What requests about tables have in common: shapes, checks, SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/limits.h"
#include "ops/table_request.h"
#include "tables/control.h"

/* Above this the service does not even look at the account's quota. */
#define MAX_UNITS		INT64CONST(1000000000000)

static const char *const attribute_type_values[] = {"B", "N", "S", NULL};
static const char *const key_type_values[] = {"HASH", "RANGE", NULL};
static const char *const projection_type_values[] = {"ALL", "INCLUDE", "KEYS_ONLY", NULL};
static const char *const billing_mode_values[] = {"PROVISIONED", "PAY_PER_REQUEST", NULL};
static const char *const stream_view_type_values[] = {"NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY", NULL};
static const char *const sse_type_values[] = {"AES256", "KMS", NULL};
static const char *const table_class_values[] = {"STANDARD", "STANDARD_INFREQUENT_ACCESS", NULL};

static const DyShape key_attribute_name = DY_STRING(1, DY_MAX_KEY_ATTRIBUTE_NAME_BYTES);
static const DyShape attribute_type = DY_ENUM(attribute_type_values);
static const DyShape key_type = DY_ENUM(key_type_values);
static const DyShape projection_type = DY_ENUM(projection_type_values);
static const DyShape non_key_attributes = DY_LIST_OF(key_attribute_name, 1, DY_MAX_INDEX_INCLUDED);
static const DyShape positive_long = DY_LONG(1, DY_NO_BOUND);
static const DyShape stream_view_type = DY_ENUM(stream_view_type_values);
static const DyShape sse_type = DY_ENUM(sse_type_values);

#define ATTRIBUTE_MEMBERS(M) \
	M(ATTRIBUTE, AttributeName, key_attribute_name, true) \
	M(ATTRIBUTE, AttributeType, attribute_type, true)
DY_STRUCTURE_NAMED(ATTRIBUTE, attribute_definition, "AttributeDefinition", ATTRIBUTE_MEMBERS)

#define KEY_ELEMENT_MEMBERS(M) \
	M(KEY_ELEMENT, AttributeName, key_attribute_name, true) \
	M(KEY_ELEMENT, KeyType, key_type, true)
DY_STRUCTURE_NAMED(KEY_ELEMENT, key_schema_element, "KeySchemaElement", KEY_ELEMENT_MEMBERS)

#define TAG_MEMBERS(M) \
	M(TAG, Key, dy_shape_string, false) \
	M(TAG, Value, dy_shape_string, false)
DY_STRUCTURE_NAMED(TAG, tag, "Tag", TAG_MEMBERS)

/* The shapes of structures that others name are not static. */
#define SHARED_STRUCTURE(prefix, variable, class_name, LIST) \
	enum { LIST(DY_MEMBER_ENUM) prefix##_MEMBERS }; \
	static const DyMember variable##_members[] = { LIST(DY_MEMBER_ENTRY) }; \
	const DyShape variable = { .kind = DY_SHAPE_STRUCTURE, \
		.members = variable##_members, .nmembers = prefix##_MEMBERS, \
		.min = DY_NO_BOUND, .max = DY_NO_BOUND, .name = class_name };

#define PROJECTION_MEMBERS(M) \
	M(PROJECTION, ProjectionType, projection_type, false) \
	M(PROJECTION, NonKeyAttributes, non_key_attributes, false)
SHARED_STRUCTURE(PROJECTION, dy_shape_projection, "Projection", PROJECTION_MEMBERS)

#define PROVISIONED_MEMBERS(M) \
	M(PROVISIONED, WriteCapacityUnits, positive_long, true) \
	M(PROVISIONED, ReadCapacityUnits, positive_long, true)
SHARED_STRUCTURE(PROVISIONED, dy_shape_provisioned_throughput, "ProvisionedThroughput", PROVISIONED_MEMBERS)

#define ON_DEMAND_MEMBERS(M) \
	M(ON_DEMAND, MaxReadRequestUnits, dy_shape_long, false) \
	M(ON_DEMAND, MaxWriteRequestUnits, dy_shape_long, false)
SHARED_STRUCTURE(ON_DEMAND, dy_shape_on_demand_throughput, "OnDemandThroughput", ON_DEMAND_MEMBERS)

#define WARM_MEMBERS(M) \
	M(WARM, ReadUnitsPerSecond, positive_long, false) \
	M(WARM, WriteUnitsPerSecond, positive_long, false)
SHARED_STRUCTURE(WARM, dy_shape_warm_throughput, "WarmThroughput", WARM_MEMBERS)

#define STREAM_MEMBERS(M) \
	M(STREAM, StreamEnabled, dy_shape_boolean, true) \
	M(STREAM, StreamViewType, stream_view_type, false)
SHARED_STRUCTURE(STREAM, dy_shape_stream_specification, "StreamSpecification", STREAM_MEMBERS)

#define SSE_MEMBERS(M) \
	M(SSE, Enabled, dy_shape_boolean, false) \
	M(SSE, SSEType, sse_type, false) \
	M(SSE, KMSMasterKeyId, dy_shape_string, false)
SHARED_STRUCTURE(SSE, dy_shape_sse_specification, "SSESpecification", SSE_MEMBERS)

const DyShape dy_shape_attribute_definitions = DY_LIST_OF(attribute_definition, DY_NO_BOUND, DY_NO_BOUND);
const DyShape dy_shape_key_schema = DY_LIST_OF(key_schema_element, 1, 2);
const DyShape dy_shape_global_key_schema = DY_LIST_OF(key_schema_element, 1, 2 * DY_MAX_INDEX_KEYS);
const DyShape dy_shape_tags = DY_LIST_OF(tag, DY_NO_BOUND, DY_NO_BOUND);
const DyShape dy_shape_billing_mode = DY_ENUM(billing_mode_values);
const DyShape dy_shape_table_class = DY_ENUM(table_class_values);

StaticAssertDecl((int) ATTRIBUTE_AttributeType == (int) DY_ATTRIBUTE_AttributeType &&
				 (int) KEY_ELEMENT_KeyType == (int) DY_KEY_ELEMENT_KeyType &&
				 (int) PROJECTION_NonKeyAttributes == (int) DY_PROJECTION_NonKeyAttributes &&
				 (int) PROVISIONED_ReadCapacityUnits == (int) DY_PROVISIONED_ReadCapacityUnits &&
				 (int) ON_DEMAND_MaxWriteRequestUnits == (int) DY_ON_DEMAND_MaxWriteRequestUnits &&
				 (int) WARM_WriteUnitsPerSecond == (int) DY_WARM_WriteUnitsPerSecond &&
				 (int) STREAM_StreamViewType == (int) DY_STREAM_StreamViewType &&
				 (int) SSE_KMSMasterKeyId == (int) DY_SSE_KMSMasterKeyId &&
				 (int) TAG_Value == (int) DY_TAG_Value,
				 "member order of shared structures");

static const char *tag_text(const DyNode *text);
static bool is_tag_text(const DyNode *node, int max_chars);
static void check_distinct(const DyNode *names);
static bool is_defined(const DyNode *definitions, DyBytes name);
static void add(DyParameters *p, Oid type, Datum value, bool isnull);
static Datum text_datum(DyBytes text);

/*
 * A key schema that has been checked.
 */
DyKeySchema
dy_read_key_schema(const DyNode *key_schema)
{
	DyKeySchema result = {0};

	for (int i = 0; i < key_schema->u.list.count; i++)
	{
		const DyNode *element = dy_member(key_schema, i);
		DyBytes		name = dy_node_text(dy_member(element, DY_KEY_ELEMENT_AttributeName));

		if (dy_node_is(dy_member(element, DY_KEY_ELEMENT_KeyType), "HASH"))
			result.hash[result.nhash++] = name;
		else
			result.range[result.nrange++] = name;
	}
	return result;
}

/*
 * The rules of key schemas, in the order in which the service looks.
 */
void
dy_check_key_schema(const DyNode *key_schema, const DyNode *definitions, bool is_global_index)
{
	int			n = key_schema->u.list.count;
	int			nhash = 0;

	for (int i = 0; i < n; i++)
	{
		DyBytes		name = dy_node_text(dy_member(dy_member(key_schema, i), DY_KEY_ELEMENT_AttributeName));

		if (!is_defined(definitions, name))
			dy_validation("One or more parameter values were invalid: Some index key attributes are not defined in "
						  "AttributeDefinitions. Keys: %s, AttributeDefinitions: %s",
						  dy_attribute_name_list(key_schema, DY_KEY_ELEMENT_AttributeName),
						  dy_attribute_name_list(definitions, DY_ATTRIBUTE_AttributeName));
	}

	for (int i = 0; i < n; i++)
	{
		DyBytes		name = dy_node_text(dy_member(dy_member(key_schema, i), DY_KEY_ELEMENT_AttributeName));

		for (int j = i + 1; j < n; j++)
			if (dy_node_is(dy_member(dy_member(key_schema, j), DY_KEY_ELEMENT_AttributeName),
						   pnstrdup(name.data, name.len)))
				dy_validation("Both the Hash Key and the Range Key element in the KeySchema have the same name");
	}

	if (!dy_node_is(dy_member(dy_member(key_schema, 0), DY_KEY_ELEMENT_KeyType), "HASH"))
		dy_validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
	if (n == 2 && !is_global_index &&
		!dy_node_is(dy_member(dy_member(key_schema, 1), DY_KEY_ELEMENT_KeyType), "RANGE"))
		dy_validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");

	if (!is_global_index)
		return;
	for (int i = 0; i < n; i++)
	{
		bool		is_hash = dy_node_is(dy_member(dy_member(key_schema, i), DY_KEY_ELEMENT_KeyType), "HASH");

		if (is_hash && i > nhash)
			dy_validation("Invalid KeySchema: All HASH key types must precede all RANGE key types");
		if (is_hash)
			nhash++;
	}
	if (nhash > DY_MAX_INDEX_KEYS)
		dy_validation("Invalid KeySchema: Number of HASH key attributes exceeds the limit of %d", DY_MAX_INDEX_KEYS);
	if (n - nhash > DY_MAX_INDEX_KEYS)
		dy_validation("Invalid KeySchema: Number of RANGE key attributes exceeds the limit of %d", DY_MAX_INDEX_KEYS);
}

void
dy_check_projection(const DyNode *projection)
{
	const DyNode *type = dy_member(projection, DY_PROJECTION_ProjectionType);
	bool		has_attributes = dy_present(projection, DY_PROJECTION_NonKeyAttributes);

	if (!type->present)
		dy_validation("One or more parameter values were invalid: Unknown ProjectionType: null");
	if (has_attributes && !dy_node_is(type, "INCLUDE"))
		dy_validation("One or more parameter values were invalid: ProjectionType is %s, but NonKeyAttributes is specified",
					  dy_node_cstring(type));
	if (!has_attributes && dy_node_is(type, "INCLUDE"))
		dy_validation("One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
	if (has_attributes)
		check_distinct(dy_member(projection, DY_PROJECTION_NonKeyAttributes));
}

void
dy_check_units(const DyNode *provisioned_throughput)
{
	int64		read_units = dy_node_integer(dy_member(provisioned_throughput, DY_PROVISIONED_ReadCapacityUnits), 0);
	int64		write_units = dy_node_integer(dy_member(provisioned_throughput, DY_PROVISIONED_WriteCapacityUnits), 0);

	if (read_units > MAX_UNITS)
		dy_validation("Given value " INT64_FORMAT " for ReadCapacityUnits is out of bounds", read_units);
	if (write_units > MAX_UNITS)
		dy_validation("Given value " INT64_FORMAT " for WriteCapacityUnits is out of bounds", write_units);
}

void
dy_check_stream_specification(const DyNode *specification)
{
	bool		enabled;
	bool		has_view_type;

	if (!specification->present)
		return;
	enabled = dy_node_boolean(dy_member(specification, DY_STREAM_StreamEnabled), false);
	has_view_type = dy_present(specification, DY_STREAM_StreamViewType);
	if (enabled && !has_view_type)
		dy_validation("One or more parameter values were invalid: Invalid StreamViewType: "
					  "StreamViewType must not be null or empty when enabling streams.");
	if (!enabled && has_view_type)
		dy_validation("One or more parameter values were invalid: "
					  "Table is being created with a stream disabled, UpdateViewType should not be specified");
}

/*
 * Tags of a request.
 */
void
dy_check_tags(const DyNode *tags)
{
	if (!tags->present)
		return;
	if (tags->u.list.count > DY_MAX_TAGS)
		dy_tag_limit();
	for (int i = 0; i < tags->u.list.count; i++)
	{
		const DyNode *key = dy_member(dy_member(tags, i), DY_TAG_Key);
		const DyNode *value = dy_member(dy_member(tags, i), DY_TAG_Value);
		DyBytes		text = dy_node_text(key);

		dy_check_tag_key(key);
		if (!is_tag_text(value, DY_MAX_TAG_VALUE_CHARS))
			dy_validation("The Tag Value provided is invalid, Value: %s", tag_text(value));
		if (text.len >= 4 && pg_strncasecmp(text.data, "aws:", 4) == 0)
			dy_validation("Tag Key cannot be prefixed with aws:, Key: %s", tag_text(key));
		for (int j = i + 1; j < tags->u.list.count; j++)
			if (dy_bytes_equal(dy_node_text(dy_member(dy_member(tags, j), DY_TAG_Key)), text))
				dy_validation("Duplicate Tag Keys provided as input: Duplicate Tag Key found %s", tag_text(key));
	}
}

void
dy_check_tag_key(const DyNode *key)
{
	if (!is_tag_text(key, DY_MAX_TAG_KEY_CHARS) || dy_node_text(key).len == 0)
		dy_validation("The Tag Key provided is invalid, Key: %s", tag_text(key));
}

void
dy_tag_limit(void)
{
	dy_validation("Number of Tags exceed the current limit for the provided ResourceArn");
}

static const char *
tag_text(const DyNode *text)
{
	return text->present ? dy_node_cstring(text) : "null";
}

/*
 * Letters, digits and spaces of any script, and a few signs.  Of what is not
 * ASCII everything is taken.
 */
static bool
is_tag_text(const DyNode *node, int max_chars)
{
	DyBytes		text = dy_node_text(node);
	int			chars = 0;

	for (uint32 i = 0; i < text.len; i++)
	{
		unsigned char c = text.data[i];

		if (c < 0x80 && !isalnum(c) && (c == '\0' || strchr(" +-=._:/@", c) == NULL))
			return false;
		if ((c & 0xC0) != 0x80)
			chars++;
	}
	return node->present && chars <= max_chars;
}

void
dy_read_index(DyNewIndex *index, DyIndexKind kind, const DyNode *name, const DyNode *key_schema,
			  const DyNode *projection, const DyNode *provisioned, const DyNode *on_demand,
			  const DyNode *warm)
{
	const DyNode *include = dy_member(projection, DY_PROJECTION_NonKeyAttributes);

	memset(index, 0, sizeof(DyNewIndex));
	index->name = dy_node_text(name);
	index->kind = kind;
	index->keys = dy_read_key_schema(key_schema);
	index->projection = dy_node_cstring(dy_member(projection, DY_PROJECTION_ProjectionType));
	if (include->present)
	{
		index->ninclude = include->u.list.count;
		index->include = palloc(sizeof(DyBytes) * Max(index->ninclude, 1));
		for (int i = 0; i < index->ninclude; i++)
			index->include[i] = dy_node_text(dy_member(include, i));
	}
	index->throughput = dy_read_throughput(provisioned, on_demand, warm);
}

/*
 * Maxima of the table or, with a name, of an index.
 */
void
dy_check_on_demand(const DyNode *on_demand, bool is_on_demand, const char *index_name)
{
	static const struct
	{
		int			member;
		const char *name;
	}			members[] = {
		{DY_ON_DEMAND_MaxReadRequestUnits, "MaxReadRequestUnits"},
		{DY_ON_DEMAND_MaxWriteRequestUnits, "MaxWriteRequestUnits"},
	};
	const char *of_index = index_name ? psprintf(" for index : %s", index_name) : NULL;

	for (int i = 0; on_demand->present && i < lengthof(members); i++)
	{
		int64		units = dy_node_integer(dy_member(on_demand, members[i].member), -1);

		if (!dy_present(on_demand, members[i].member))
			continue;
		if (!is_on_demand)
			dy_validation("One or more parameter values were invalid: %s for OnDemandThroughput%s "
						  "cannot be specified when the table BillingMode is PROVISIONED",
						  members[i].name, of_index ? of_index : "");
		if (units < 1 && units != -1)
			dy_validation("One or more parameter values were invalid: Requested %s for OnDemandThroughput%s "
						  "is outside of valid range", members[i].name, of_index ? of_index : " for table");
	}
}

/*
 * The nodes may be NULL or absent.
 */
DyThroughput
dy_read_throughput(const DyNode *provisioned, const DyNode *on_demand, const DyNode *warm)
{
	DyThroughput t = {0};

	t.max_read_units = t.max_write_units = t.warm_read_units = t.warm_write_units = -1;
	if (provisioned != NULL && provisioned->present)
	{
		t.read_units = dy_node_integer(dy_member(provisioned, DY_PROVISIONED_ReadCapacityUnits), 0);
		t.write_units = dy_node_integer(dy_member(provisioned, DY_PROVISIONED_WriteCapacityUnits), 0);
	}
	if (on_demand != NULL && on_demand->present)
	{
		t.max_read_units = dy_node_integer(dy_member(on_demand, DY_ON_DEMAND_MaxReadRequestUnits), -1);
		t.max_write_units = dy_node_integer(dy_member(on_demand, DY_ON_DEMAND_MaxWriteRequestUnits), -1);
	}
	if (warm != NULL && warm->present)
	{
		t.warm_read_units = dy_node_integer(dy_member(warm, DY_WARM_ReadUnitsPerSecond), -1);
		t.warm_write_units = dy_node_integer(dy_member(warm, DY_WARM_WriteUnitsPerSecond), -1);
	}
	return t;
}

char *
dy_attribute_name_list(const DyNode *list, int member)
{
	StringInfoData s;

	initStringInfo(&s);
	appendStringInfoChar(&s, '[');
	for (int i = 0; list->present && i < list->u.list.count; i++)
	{
		DyBytes		name = dy_node_text(dy_member(dy_member(list, i), member));

		if (i > 0)
			appendStringInfoString(&s, ", ");
		appendBinaryStringInfo(&s, name.data, name.len);
	}
	appendStringInfoChar(&s, ']');
	return s.data;
}

void
dy_add_text(DyParameters *p, DyBytes text)
{
	add(p, TEXTOID, text_datum(text), false);
}

void
dy_add_text_or_null(DyParameters *p, DyBytes text)
{
	add(p, TEXTOID, text.len > 0 ? text_datum(text) : (Datum) 0, text.len == 0);
}

void
dy_add_cstring(DyParameters *p, const char *text)
{
	add(p, TEXTOID, text ? CStringGetTextDatum(text) : (Datum) 0, text == NULL);
}

void
dy_add_integer(DyParameters *p, int64 value)
{
	add(p, INT8OID, Int64GetDatum(value), false);
}

void
dy_add_units(DyParameters *p, int64 units)
{
	add(p, INT8OID, Int64GetDatum(units), units < 0);
}

void
dy_add_boolean(DyParameters *p, bool value)
{
	add(p, BOOLOID, BoolGetDatum(value), false);
}

void
dy_add_texts(DyParameters *p, const DyBytes *texts, int n)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		elements[i] = text_datum(texts[i]);
	add(p, TEXTARRAYOID,
		PointerGetDatum(construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT)), false);
}

uint64
dy_run(const char *sql, const DyParameters *p)
{
	return dy_control_run(sql, p->count, p->types, p->values, p->nulls);
}

/*
 * The metadata of an index; its column must have been named.
 */
void
dy_insert_index(DyBytes table_name, const DyNewIndex *index, int position, bool creating)
{
	DyParameters p = {0};
	const DyThroughput *t = &index->throughput;

	dy_add_text(&p, table_name);
	dy_add_text(&p, index->name);
	dy_add_cstring(&p, index->kind == DY_INDEX_LOCAL ? "L" : "G");
	dy_add_cstring(&p, index->column);
	dy_add_texts(&p, index->keys.hash, index->keys.nhash);
	dy_add_texts(&p, index->keys.range, index->keys.nrange);
	dy_add_cstring(&p, index->projection);
	dy_add_texts(&p, index->include, index->ninclude);
	dy_add_cstring(&p, creating ? "CREATING" : "ACTIVE");
	dy_add_boolean(&p, creating);
	dy_add_integer(&p, t->read_units);
	dy_add_integer(&p, t->write_units);
	dy_add_units(&p, t->max_read_units);
	dy_add_units(&p, t->max_write_units);
	dy_add_integer(&p, position);
	dy_add_units(&p, t->warm_read_units);
	dy_add_units(&p, t->warm_write_units);
	dy_run("INSERT INTO dynamo_internal.indexes (table_name, name, kind, column_name, hash_names, range_names,"
		   " projection, include, status, backfilling, read_units, write_units, max_read_units, max_write_units,"
		   " position, warm_read_units, warm_write_units)"
		   " VALUES ($1, $2, $3::pg_catalog.\"char\", $4::pg_catalog.name, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
		   " $15, $16, $17)", &p);
}

/*
 * Tags that have been checked; those of a key that is there are replaced.
 */
void
dy_insert_tags(DyBytes table_name, const DyNode *tags)
{
	for (int i = 0; tags->present && i < tags->u.list.count; i++)
	{
		DyParameters p = {0};

		dy_add_text(&p, table_name);
		dy_add_text(&p, dy_node_text(dy_member(dy_member(tags, i), DY_TAG_Key)));
		dy_add_text(&p, dy_node_text(dy_member(dy_member(tags, i), DY_TAG_Value)));
		dy_run("INSERT INTO dynamo_internal.tags (table_name, key, value) VALUES ($1, $2, $3)"
			   " ON CONFLICT (table_name, key) DO UPDATE SET value = EXCLUDED.value", &p);
	}
}

char *
dy_new_stream_label(void)
{
	struct pg_tm tm;
	fsec_t		fsec;

	if (timestamp2tm(GetCurrentTimestamp(), NULL, &tm, &fsec, NULL, NULL) != 0)
		elog(ERROR, "the clock is out of range");
	return psprintf("%04d-%02d-%02dT%02d:%02d:%02d.%03d",
					tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int) (fsec / 1000));
}

static void
check_distinct(const DyNode *names)
{
	for (int i = 1; i < names->u.list.count; i++)
		for (int j = 0; j < i; j++)
			if (dy_bytes_equal(dy_node_text(dy_member(names, i)), dy_node_text(dy_member(names, j))))
				dy_validation("One or more parameter values were invalid: Duplicate value in attribute name: %.*s",
							  DY_BYTES_ARGS(dy_node_text(dy_member(names, i))));
}

static bool
is_defined(const DyNode *definitions, DyBytes name)
{
	for (int i = 0; definitions->present && i < definitions->u.list.count; i++)
	{
		DyBytes		defined = dy_node_text(dy_member(dy_member(definitions, i), DY_ATTRIBUTE_AttributeName));

		if (defined.len == name.len && memcmp(defined.data, name.data, name.len) == 0)
			return true;
	}
	return false;
}

static void
add(DyParameters *p, Oid type, Datum value, bool isnull)
{
	Assert(p->count < lengthof(p->types));
	p->types[p->count] = type;
	p->values[p->count] = value;
	p->nulls[p->count] = isnull;
	p->count++;
}

/*
 * The server's text type cannot hold a NUL.
 */
static Datum
text_datum(DyBytes text)
{
	if (memchr(text.data, '\0', text.len) != NULL)
		dy_validation("One or more parameter values were invalid: "
					  "Names and tags with a NUL character are not supported");
	return PointerGetDatum(cstring_to_text_with_len(text.data, text.len));
}
