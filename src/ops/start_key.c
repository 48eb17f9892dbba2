/*-------------------------------------------------------------------------
 *
 * start_key.c
 *	  ExclusiveStartKey and LastEvaluatedKey.
 *
 * Such a key names a position: the attributes of the table's primary key
 * and, in an index, those of the index.  The item need not exist any more.
 * A key that clients made up themselves must be refused in every form that
 * is not exactly a position.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "item/build.h"
#include "ops/parameters.h"
#include "ops/start_key.h"

#define PREFIX	"The provided starting key is invalid"

static bool lacks_prefix(const char *fault);
static int	count_names(const DyTable *table, const DyIndex *index);
static bool table_has_key(const DyTable *table, DyBytes name);
static char *key_attribute_fault(const DyKeyAttribute *attribute, bool hash, DyValue map);
static void copy_attribute(DyBuilder *b, const DyKeyAttribute *attribute, DyValue map);
static void write_attribute(DyResponse *r, const DyKeyAttribute *attribute, DyValue item);

/*
 * The keys that a Query or Scan goes by.  For a local index the partition
 * key is the table's.
 */
DyReadKeys
dy_read_keys(const DyTable *table, const DyIndex *index)
{
	DyReadKeys	keys;

	if (index == NULL)
	{
		keys.nhash = 1;
		keys.hash = &table->hash;
		keys.nrange = table->has_range ? 1 : 0;
		keys.range = &table->range;
	}
	else
	{
		keys.nhash = index->nhash;
		keys.hash = index->hash;
		keys.nrange = index->nrange;
		keys.range = index->range;
	}
	return keys;
}

/*
 * The map of an ExclusiveStartKey; absent if there is none.  Values that
 * break a rule are reported with a prefix, except for the rules the service
 * forgot it for.
 */
DyValue
dy_start_key_value(const DyNode *node)
{
	if (node->present && node->u.value.fault.message != NULL)
	{
		const char *fault = node->u.value.fault.message;

		dy_validation("%s%s", lacks_prefix(fault) ? "" : PREFIX ": ", fault);
	}
	return dy_node_value(node);
}

/*
 * As many attributes as the keys have, or message.
 */
void
dy_start_key_check_count(const DyTable *table, const DyIndex *index, DyValue map,
						 const char *message)
{
	if (dy_value_count(map) != count_names(table, index))
		dy_validation("%s", message);
}

/*
 * One attribute of the keys that are read by.
 */
void
dy_start_key_check_attribute(const DyKeyAttribute *attribute, bool hash, DyValue map)
{
	char	   *fault;

	if (!dy_value_present(dy_map_get(map, attribute->name.data, attribute->name.len)))
		dy_validation(PREFIX);
	fault = key_attribute_fault(attribute, hash, map);
	if (fault != NULL)
		dy_validation("%s", fault);
}

/*
 * The attributes of the table's primary key.
 */
void
dy_start_key_check_table_key(const DyTable *table, DyValue map)
{
	char	   *fault = key_attribute_fault(&table->hash, true, map);

	if (fault == NULL && table->has_range)
		fault = key_attribute_fault(&table->range, false, map);
	if (fault != NULL)
		dy_validation(PREFIX ": %s", fault);
}

/*
 * A checked key as a position in the index (or the table).
 */
DyRangePosition *
dy_start_key_position(const DyTable *table, const DyIndex *index, DyValue map)
{
	DyRangePosition *position = palloc0(sizeof(DyRangePosition));
	DyRowKey	key;

	if (index == NULL)
		key = dy_key_of_key(table, map);
	else
	{
		DyBuilder  *b = dy_build_create();

		dy_build_open(b, DY_TYPE_M);
		copy_attribute(b, &table->hash, map);
		if (table->has_range)
			copy_attribute(b, &table->range, map);
		dy_build_close(b);
		key = dy_key_of_key(table, dy_build_value(b));
		position->x = dy_index_key_of_item(table, index, map);
	}
	position->hk = key.hk;
	position->sk = key.sk;
	return position;
}

/*
 * The position of an item, as the service would write it.
 */
void
dy_last_key_write(DyResponse *r, const DyTable *table, const DyIndex *index, DyValue item)
{
	dy_response_open(r, '{');
	write_attribute(r, &table->hash, item);
	if (table->has_range)
		write_attribute(r, &table->range, item);
	if (index != NULL)
	{
		DyReadKeys	keys = dy_read_keys(table, index);

		for (int i = 0; i < keys.nhash; i++)
			if (!table_has_key(table, keys.hash[i].name))
				write_attribute(r, &keys.hash[i], item);
		for (int i = 0; i < keys.nrange; i++)
			if (!table_has_key(table, keys.range[i].name))
				write_attribute(r, &keys.range[i], item);
	}
	dy_response_close(r, '}');
}

static bool
lacks_prefix(const char *fault)
{
	static const char *const parts[] = {
		"contains duplicates", "number set", "numeric value",
		"significant digits", "number with magnitude"
	};

	for (int i = 0; i < lengthof(parts); i++)
		if (strstr(fault, parts[i]) != NULL)
			return true;
	return false;
}

/*
 * How many attributes a position has: index keys may be table keys too.
 */
static int
count_names(const DyTable *table, const DyIndex *index)
{
	int			n = table->has_range ? 2 : 1;

	if (index != NULL)
	{
		DyReadKeys	keys = dy_read_keys(table, index);

		for (int i = 0; i < keys.nhash; i++)
			n += !table_has_key(table, keys.hash[i].name);
		for (int i = 0; i < keys.nrange; i++)
			n += !table_has_key(table, keys.range[i].name);
	}
	return n;
}

static bool
table_has_key(const DyTable *table, DyBytes name)
{
	return dy_bytes_equal(table->hash.name, name) ||
		(table->has_range && dy_bytes_equal(table->range.name, name));
}

/*
 * What is wrong with one key attribute of a map, as the service says it;
 * NULL if nothing is.
 */
static char *
key_attribute_fault(const DyKeyAttribute *attribute, bool hash, DyValue map)
{
	DyValue		value = dy_map_get(map, attribute->name.data, attribute->name.len);
	uint32		len;

	if (!dy_value_present(value) || dy_value_type(value) != attribute->type)
		return "The provided key element does not match the schema";
	if (attribute->type == DY_TYPE_N)
		return NULL;

	len = dy_value_bytes(value).len;
	if (len == 0)
		return psprintf("One or more parameter values were invalid: The AttributeValue for a "
						"key attribute cannot contain an empty %s value. Key: %.*s",
						attribute->type == DY_TYPE_S ? "string" : "binary",
						DY_BYTES_ARGS(attribute->name));
	if (hash && len > DY_MAX_PARTITION_KEY_BYTES)
		return "One or more parameter values were invalid: "
			"Size of hashkey has exceeded the maximum size limit of2048 bytes";
	if (!hash && len > DY_MAX_SORT_KEY_BYTES)
		return "One or more parameter values were invalid: "
			"Aggregated size of all range keys has exceeded the size limit of 1024 bytes";
	return NULL;
}

static void
copy_attribute(DyBuilder *b, const DyKeyAttribute *attribute, DyValue map)
{
	dy_build_name(b, attribute->name.data, attribute->name.len);
	dy_build_copy(b, dy_map_get(map, attribute->name.data, attribute->name.len));
}

static void
write_attribute(DyResponse *r, const DyKeyAttribute *attribute, DyValue item)
{
	dy_response_name_bytes(r, attribute->name);
	dy_response_value(r, dy_map_get(item, attribute->name.data, attribute->name.len));
}
