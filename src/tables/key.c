/*-------------------------------------------------------------------------
 *
 * key.c
 *	  The columns of an item table, from an item.
 *
 *	  hk		digest of the partition key
 *	  sk		order-preserving bytes of the sort key; empty without one
 *	  x (GSI)	digest of its partition key attributes, then the bytes of its
 *				sort key attributes: all but the last self-delimiting
 *	  x (LSI)	order-preserving bytes of its sort key
 *	  expires	value of the TTL attribute
 *
 * An item that lacks a key attribute of an index is not in the index: its x
 * is null.  One whose attribute has another type than the key, or is empty,
 * is refused.
 *
 * The length limits keep every btree entry under a third of a page: hk, sk
 * and x together.  Only a GSI with several sort key attributes full of zero
 * bytes could come out longer, which MAX_INDEX_SORT_BYTES prevents.
 *
 * Source of limits: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "item/key.h"
#include "tables/table.h"

/* Encoded sort key attributes of a GSI. */
#define MAX_INDEX_SORT_BYTES	1500

/* How to complain about an index key. */
typedef enum Mode
{
	MODE_PUT,					/* a whole new item */
	MODE_UPDATE,				/* by an UpdateExpression */
	MODE_LEGACY_UPDATE			/* by AttributeUpdates, or plain SQL */
} Mode;

static DyRowKey make_key(const DyTable *table, DyValue hash, DyValue range);
static void check_key_value(const DyKeyAttribute *attribute, DyValue value, bool is_hash);
static bool has_empty(const DyKeyAttribute *attribute, DyValue map);
static void refuse_empty_key(const DyKeyAttribute *attribute);
static void check_hash_length(DyValue value);
static void derive_row(const DyTable *table, const DyRowKey *known, DyValue old_map, DyValue map, Mode mode,
					   Datum *values, bool *isnull);
static bytea *index_key(const DyIndex *index, DyValue old_map, DyValue map, Mode mode);
static bool was_the_same(const DyKeyAttribute *attribute, DyValue old_map, DyValue value);
static bool find_index_attribute(const DyIndex *index, const DyKeyAttribute *attribute, bool is_hash,
								 DyValue old_map, DyValue map, Mode mode, DyValue *value);
static void refuse_index_type(const DyIndex *index, const DyKeyAttribute *attribute, DyValue value, Mode mode);
static void refuse_empty_index_key(const DyIndex *index, const DyKeyAttribute *attribute, Mode mode);
static StringInfoData start_bytea(Size room);
static bytea *finish_bytea(StringInfo s);
static bool is_empty(DyValue value);

/*
 * Primary key of a whole item.
 *
 * Raises ValidationException if a key attribute is missing, or is not what a
 * key may be.  The result is palloc'd.
 */
DyRowKey
dy_key_of_item(const DyTable *table, DyValue map)
{
	const DyKeyAttribute *parts[2] = {&table->hash, &table->range};
	DyValue		values[2] = {DY_NO_VALUE, DY_NO_VALUE};

	for (int i = 0; i < (table->has_range ? 2 : 1); i++)
	{
		const DyKeyAttribute *part = parts[i];

		values[i] = dy_map_get(map, part->name.data, part->name.len);
		if (!dy_value_present(values[i]))
			dy_validation("One or more parameter values were invalid: Missing the key %.*s in the item",
						  (int) part->name.len, part->name.data);
		if (dy_value_type(values[i]) != part->type)
			dy_validation("One or more parameter values were invalid: Type mismatch for key %.*s expected: %s actual: %s",
						  (int) part->name.len, part->name.data, dy_type_name(part->type),
						  dy_type_name(dy_value_type(values[i])));
		check_key_value(part, values[i], i == 0);
	}
	return make_key(table, values[0], values[1]);
}

/*
 * Primary key from a Key parameter, which has the key attributes and no
 * others.
 */
DyRowKey
dy_key_of_key(const DyTable *table, DyValue map)
{
	const DyKeyAttribute *parts[2] = {&table->hash, &table->range};
	DyValue		values[2] = {DY_NO_VALUE, DY_NO_VALUE};
	int			n = table->has_range ? 2 : 1;

	if (dy_value_count(map) != n)
		dy_validation("The provided key element does not match the schema");
	for (int i = 0; i < n; i++)
	{
		values[i] = dy_map_get(map, parts[i]->name.data, parts[i]->name.len);
		if (!dy_value_present(values[i]) || dy_value_type(values[i]) != parts[i]->type)
			dy_validation("The provided key element does not match the schema");
		check_key_value(parts[i], values[i], i == 0);
	}
	return make_key(table, values[0], values[1]);
}

/*
 * The column of one index; NULL if the item is not in the index.  Raises
 * ValidationException as for a put.
 */
bytea *
dy_index_key_of_item(const DyTable *table, const DyIndex *index, DyValue map)
{
	return index_key(index, DY_NO_VALUE, map, MODE_PUT);
}

/*
 * All derived columns of a new row.
 */
void
dy_row_derive(const DyTable *table, const DyRowKey *key, DyValue map, Datum *values, bool *isnull)
{
	derive_row(table, key, DY_NO_VALUE, map, MODE_PUT, values, isnull);
}

/*
 * All derived columns of a changed row.
 */
void
dy_row_derive_update(const DyTable *table, const DyRowKey *key, DyValue old_map, DyValue map,
					 bool by_expression, Datum *values, bool *isnull)
{
	derive_row(table, key, old_map, map, by_expression ? MODE_UPDATE : MODE_LEGACY_UPDATE,
			   values, isnull);
}

/*
 * The column of one index for an item that was there before the index.
 */
bytea *
dy_index_key_of_stored(const DyIndex *index, DyValue map)
{
	return index_key(index, map, map, MODE_LEGACY_UPDATE);
}

/*
 * The TTL attribute as a number of seconds.  Anything else than a whole
 * number is as good as none.
 */
bool
dy_expires_of_item(const DyTable *table, DyValue map, int64 *expires)
{
	DyValue		value;
	DyNumber	number;

	if (table->ttl_attribute.len == 0)
		return false;
	value = dy_map_get(map, table->ttl_attribute.data, table->ttl_attribute.len);
	if (!dy_value_present(value) || dy_value_type(value) != DY_TYPE_N)
		return false;
	number = dy_value_number(value);
	return dy_number_to_int64(&number, expires);
}

/*
 * hk and sk of values that have been checked.
 */
static DyRowKey
make_key(const DyTable *table, DyValue hash, DyValue range)
{
	DyRowKey	key;

	key.hk = palloc(VARHDRSZ + DY_DIGEST_BYTES);
	SET_VARSIZE(key.hk, VARHDRSZ + DY_DIGEST_BYTES);
	dy_key_digest(&hash, 1, (uint8 *) VARDATA(key.hk));

	if (table->has_range)
	{
		StringInfoData s = start_bytea(range.len);

		dy_key_encode(&s, range);
		key.sk = finish_bytea(&s);
	}
	else
	{
		key.sk = palloc(VARHDRSZ);
		SET_VARSIZE(key.sk, VARHDRSZ);
	}
	return key;
}

/*
 * See table.h.
 */
void
dy_refuse_empty_keys(const DyTable *table, DyValue map)
{
	if (has_empty(&table->hash, map))
		refuse_empty_key(&table->hash);
	if (table->has_range && has_empty(&table->range, map))
		refuse_empty_key(&table->range);
}

/*
 * See table.h.
 */
void
dy_refuse_empty_index_keys(const DyTable *table, DyValue map, bool update)
{
	Mode		mode = update ? MODE_UPDATE : MODE_PUT;

	for (int i = 0; i < table->nindexes; i++)
	{
		const DyIndex *index = &table->indexes[i];

		for (int k = 0; k < index->nhash; k++)
			if (has_empty(&index->hash[k], map))
				refuse_empty_index_key(index, &index->hash[k], mode);
		for (int k = 0; k < index->nrange; k++)
			if (has_empty(&index->range[k], map))
				refuse_empty_index_key(index, &index->range[k], mode);
	}
}

/*
 * Has the map this attribute, of the right type, without a byte in it?
 */
static bool
has_empty(const DyKeyAttribute *attribute, DyValue map)
{
	DyValue		value = dy_map_get(map, attribute->name.data, attribute->name.len);

	return dy_value_present(value) && attribute->type != DY_TYPE_N &&
		dy_value_type(value) == attribute->type && is_empty(value);
}

static void
refuse_empty_key(const DyKeyAttribute *attribute)
{
	dy_validation("One or more parameter values are not valid. The AttributeValue for a key attribute "
				  "cannot contain an empty %s value. Key: %.*s",
				  attribute->type == DY_TYPE_S ? "string" : "binary",
				  (int) attribute->name.len, attribute->name.data);
}

/*
 * Neither empty nor too long.
 */
static void
check_key_value(const DyKeyAttribute *attribute, DyValue value, bool is_hash)
{
	if (attribute->type == DY_TYPE_N)
		return;
	if (is_empty(value))
		refuse_empty_key(attribute);
	if (is_hash)
		check_hash_length(value);
	else if (dy_value_bytes(value).len > DY_MAX_SORT_KEY_BYTES)
		dy_validation("One or more parameter values were invalid: "
					  "Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
}

static void
check_hash_length(DyValue value)
{
	/* the missing space is the service's */
	if (dy_value_type(value) != DY_TYPE_N && dy_value_bytes(value).len > DY_MAX_PARTITION_KEY_BYTES)
		dy_validation("One or more parameter values were invalid: "
					  "Size of hashkey has exceeded the maximum size limit of2048 bytes");
}

static void
derive_row(const DyTable *table, const DyRowKey *known, DyValue old_map, DyValue map, Mode mode,
		   Datum *values, bool *isnull)
{
	DyRowKey	key = known != NULL ? *known : dy_key_of_item(table, map);

	values[DY_ATT_HK - 1] = PointerGetDatum(key.hk);
	isnull[DY_ATT_HK - 1] = false;
	values[DY_ATT_SK - 1] = PointerGetDatum(key.sk);
	isnull[DY_ATT_SK - 1] = false;

	for (int i = 0; i < table->nindexes; i++)
	{
		const DyIndex *index = &table->indexes[i];
		bytea	   *x = index_key(index, old_map, map, mode);

		values[index->attnum - 1] = PointerGetDatum(x);
		isnull[index->attnum - 1] = x == NULL;
	}

	if (table->expires_attnum != InvalidAttrNumber)
	{
		int			i = table->expires_attnum - 1;
		int64		expires = 0;

		isnull[i] = !dy_expires_of_item(table, map, &expires);
		values[i] = Int64GetDatum(expires);
	}
}

/*
 * x of one index, or NULL.  old_map is what the row was, or absent.
 */
static bytea *
index_key(const DyIndex *index, DyValue old_map, DyValue map, Mode mode)
{
	DyValue		hash[DY_MAX_INDEX_KEYS];
	DyValue		range[DY_MAX_INDEX_KEYS];
	bool		in_index = true;
	bool		same_range = true;
	Size		range_bytes = 0;
	StringInfoData s;

	/* look at all of them even if one is missing: the others may be wrong */
	if (index->kind == DY_INDEX_GLOBAL)
	{
		for (int i = 0; i < index->nhash; i++)
			if (!find_index_attribute(index, &index->hash[i], true, old_map, map, mode, &hash[i]))
				in_index = false;
	}
	for (int i = 0; i < index->nrange; i++)
	{
		if (!find_index_attribute(index, &index->range[i], false, old_map, map, mode, &range[i]))
		{
			in_index = false;
			continue;
		}
		if (index->range[i].type != DY_TYPE_N)
			range_bytes += dy_value_bytes(range[i]).len;
		if (!was_the_same(&index->range[i], old_map, range[i]))
			same_range = false;
	}
	if (!in_index)
		return NULL;

	s = start_bytea(DY_DIGEST_BYTES + range_bytes + 32 * index->nrange);
	if (index->kind == DY_INDEX_GLOBAL)
	{
		dy_key_digest(hash, index->nhash, (uint8 *) s.data + s.len);
		s.len += DY_DIGEST_BYTES;
	}
	for (int i = 0; i < index->nrange; i++)
	{
		if (i < index->nrange - 1)
			dy_key_encode_delimited(&s, range[i]);
		else
			dy_key_encode(&s, range[i]);
	}
	if (range_bytes > DY_MAX_SORT_KEY_BYTES ||
		s.len > VARHDRSZ + DY_DIGEST_BYTES + MAX_INDEX_SORT_BYTES)
	{
		if (same_range)
			return NULL;
		dy_validation("One or more parameter values were invalid: "
					  "Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
	}
	return finish_bytea(&s);
}

/*
 * The value of a key attribute of an index.  False if the item has none, or
 * one that is unfit but was so before.
 */
static bool
find_index_attribute(const DyIndex *index, const DyKeyAttribute *attribute, bool is_hash,
					 DyValue old_map, DyValue map, Mode mode, DyValue *value)
{
	bool		unfit_type;
	bool		unfit_length;

	*value = dy_map_get(map, attribute->name.data, attribute->name.len);
	if (!dy_value_present(*value))
		return false;

	unfit_type = dy_value_type(*value) != attribute->type;
	unfit_length = !unfit_type && attribute->type != DY_TYPE_N &&
		(is_empty(*value) || (is_hash && dy_value_bytes(*value).len > DY_MAX_PARTITION_KEY_BYTES));
	if (!unfit_type && !unfit_length)
		return true;

	if (was_the_same(attribute, old_map, *value))
		return false;
	if (unfit_type)
		refuse_index_type(index, attribute, *value, mode);
	if (is_empty(*value))
		refuse_empty_index_key(index, attribute, mode);
	check_hash_length(*value);
	return false;
}

/*
 * Had the row this value before?
 */
static bool
was_the_same(const DyKeyAttribute *attribute, DyValue old_map, DyValue value)
{
	DyValue		old;

	if (!dy_value_present(old_map))
		return false;
	old = dy_map_get(old_map, attribute->name.data, attribute->name.len);
	return dy_value_present(old) && dy_value_equal(old, value);
}

static void
refuse_index_type(const DyIndex *index, const DyKeyAttribute *attribute, DyValue value, Mode mode)
{
	if (mode == MODE_UPDATE)
		dy_validation("The update expression attempted to update the secondary index key to unsupported type");
	dy_validation("One or more parameter values were invalid: Type mismatch for Index Key %.*s "
				  "Expected: %s Actual: %s IndexName: %.*s",
				  (int) attribute->name.len, attribute->name.data,
				  dy_type_name(attribute->type), dy_type_name(dy_value_type(value)),
				  (int) index->name.len, index->name.data);
}

static void
refuse_empty_index_key(const DyIndex *index, const DyKeyAttribute *attribute, Mode mode)
{
	const char *kind = attribute->type == DY_TYPE_S ? "string" : "binary";

	if (mode == MODE_UPDATE)
		dy_validation("The update expression attempted to update a secondary index key to a value that is not supported. "
					  "The AttributeValue for a key attribute cannot contain an empty %s value.", kind);
	dy_validation("One or more parameter values are not valid. "
				  "A value specified for a secondary index key is not supported. "
				  "The AttributeValue for a key attribute cannot contain an empty %s value. "
				  "IndexName: %.*s, IndexKey: %.*s", kind,
				  (int) index->name.len, index->name.data,
				  (int) attribute->name.len, attribute->name.data);
}

/*
 * A buffer that becomes a bytea in place.
 */
static StringInfoData
start_bytea(Size room)
{
	StringInfoData s;

	s.maxlen = VARHDRSZ + room + 8;
	s.data = palloc(s.maxlen);
	s.len = VARHDRSZ;
	s.cursor = 0;
	return s;
}

static bytea *
finish_bytea(StringInfo s)
{
	SET_VARSIZE(s->data, s->len);
	return (bytea *) s->data;
}

/*
 * An S or B without content.
 */
static bool
is_empty(DyValue value)
{
	return dy_value_bytes(value).len == 0;
}
