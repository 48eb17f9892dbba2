/*-------------------------------------------------------------------------
 *
 * load.c
 *	  From the metadata relations to a DyTable.
 *
 * The metadata is read as the server reads its catalogs: by index scans
 * under a catalog snapshot.  So it is as fresh as the relcache whatever the
 * isolation level, costs no planning, and needs no privilege of the user.
 *
 * What a dump and restore may change is never taken from the metadata:
 * column numbers come from the columns' names, and the btree of an index is
 * recognised by its definition (see find_btrees).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "nodes/primnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/uuid.h"

#include "tables/load.h"

/* AttributeDefinitions. */
typedef struct Definitions
{
	int			count;
	DyBytes    *names;
	DyBytes    *types;
} Definitions;

static DyTable *table_of_row(DyMetadataRow row, Oid relid);
static void load_indexes(DyTable *table, const Definitions *definitions);
static void index_of_row(DyIndex *index, DyMetadataRow row, const DyTable *table, const Definitions *definitions);
static void find_btrees(DyTable *table);
static bool is_expires_btree(const DyTable *table, HeapTuple index);
static bool is_btree(Oid indexoid);
static DyKeyAttribute key_attribute(const Definitions *definitions, DyBytes name);
static int	key_attributes(const Definitions *definitions, Datum names, DyKeyAttribute *result);
static int	compare_index_attnums(const void *a, const void *b);
static int64 limit_of(DyMetadataRow row, int units, int max_units, bool provisioned);

/*
 * Look a DynamoDB name up.
 */
Oid
dy_load_relation_of(DyBytes name)
{
	Oid			meta = dy_metadata_relid("tables");
	Oid			result = InvalidOid;
	Relation	rel;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;

	/* text cannot hold a NUL, so no table has one in its name */
	if (!OidIsValid(meta) || memchr(name.data, '\0', name.len) != NULL)
		return InvalidOid;

	rel = table_open(meta, AccessShareLock);
	ScanKeyInit(&key, TABLES_name, BTEqualStrategyNumber, F_TEXTEQ,
				PointerGetDatum(cstring_to_text_with_len(name.data, name.len)));
	key.sk_collation = TupleDescAttr(RelationGetDescr(rel), TABLES_name - 1)->attcollation;
	scan = systable_beginscan(rel, dy_metadata_relid("tables_pkey"), true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;

		result = DatumGetObjectId(heap_getattr(tuple, TABLES_relation, RelationGetDescr(rel), &isnull));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return result;
}

/*
 * Describe an item table.
 */
DyTable *
dy_load_table(Oid relid, MemoryContext context)
{
	Oid			meta = dy_metadata_relid("tables");
	DyTable    *table = NULL;
	MemoryContext old_context;
	Relation	rel;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;

	if (!OidIsValid(meta) || !SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		return NULL;

	old_context = MemoryContextSwitchTo(context);
	rel = table_open(meta, AccessShareLock);
	ScanKeyInit(&key, TABLES_relation, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, dy_metadata_relid("tables_relation_key"), true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		table = table_of_row(dy_metadata_row(tuple, RelationGetDescr(rel), TABLES_resource_policy), relid);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	MemoryContextSwitchTo(old_context);
	return table;
}

/*
 * A relation of dynamo_internal.
 */
Oid
dy_metadata_relid(const char *relname)
{
	Oid			schema = get_namespace_oid("dynamo_internal", true);

	return OidIsValid(schema) ? get_relname_relid(relname, schema) : InvalidOid;
}

/*
 * A row of dynamo_internal.tables, and all that hangs on it.
 */
static DyTable *
table_of_row(DyMetadataRow row, Oid relid)
{
	DyTable    *table = palloc0(sizeof(DyTable));
	Definitions definitions;
	Datum		id;

	definitions.count = dy_metadata_array(row.values[TABLES_attribute_names - 1], &definitions.names);
	if (dy_metadata_array(row.values[TABLES_attribute_types - 1], &definitions.types) != definitions.count)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("attribute definitions of relation %u are inconsistent", relid)));

	table->relid = relid;
	table->name = dy_metadata_text(row.values[TABLES_name - 1]);
	id = DirectFunctionCall1(uuid_out, row.values[TABLES_id - 1]);
	strlcpy(table->id, DatumGetCString(id), sizeof(table->id));
	table->hash = key_attribute(&definitions, dy_metadata_text(row.values[TABLES_hash_name - 1]));
	table->has_range = !row.nulls[TABLES_range_name - 1];
	if (table->has_range)
		table->range = key_attribute(&definitions, dy_metadata_text(row.values[TABLES_range_name - 1]));
	table->provisioned = dy_metadata_is(row.values[TABLES_billing_mode - 1], "PROVISIONED");
	table->read_units = limit_of(row, TABLES_read_units, TABLES_max_read_units, table->provisioned);
	table->write_units = limit_of(row, TABLES_write_units, TABLES_max_write_units, table->provisioned);
	table->expires_attnum = get_attnum(relid, "expires");
	if (!row.nulls[TABLES_ttl_attribute - 1] && table->expires_attnum != InvalidAttrNumber)
		table->ttl_attribute = dy_metadata_text(row.values[TABLES_ttl_attribute - 1]);
	table->active = true;

	load_indexes(table, &definitions);
	find_btrees(table);
	return table;
}

/*
 * The rows of dynamo_internal.indexes, in order of their columns.
 */
static void
load_indexes(DyTable *table, const Definitions *definitions)
{
	Relation	rel = table_open(dy_metadata_relid("indexes"), AccessShareLock);
	int			capacity = 0;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;

	ScanKeyInit(&key, INDEXES_table_name, BTEqualStrategyNumber, F_TEXTEQ,
				PointerGetDatum(cstring_to_text_with_len(table->name.data, table->name.len)));
	key.sk_collation = TupleDescAttr(RelationGetDescr(rel), INDEXES_table_name - 1)->attcollation;
	scan = systable_beginscan(rel, dy_metadata_relid("indexes_pkey"), true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (table->nindexes == capacity)
		{
			capacity = capacity ? capacity * 2 : 4;
			table->indexes = table->indexes ?
				repalloc(table->indexes, capacity * sizeof(DyIndex)) :
				palloc(capacity * sizeof(DyIndex));
		}
		index_of_row(&table->indexes[table->nindexes++],
					 dy_metadata_row(tuple, RelationGetDescr(rel), INDEXES_warm_write_units),
					 table, definitions);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);

	if (table->nindexes > 1)
		qsort(table->indexes, table->nindexes, sizeof(DyIndex), compare_index_attnums);
}

static void
index_of_row(DyIndex *index, DyMetadataRow row, const DyTable *table, const Definitions *definitions)
{
	Name		column = DatumGetName(row.values[INDEXES_column_name - 1]);

	memset(index, 0, sizeof(DyIndex));
	index->name = dy_metadata_text(row.values[INDEXES_name - 1]);
	index->kind = DatumGetChar(row.values[INDEXES_kind - 1]) == 'L' ? DY_INDEX_LOCAL : DY_INDEX_GLOBAL;
	index->status = dy_metadata_is(row.values[INDEXES_status - 1], "ACTIVE") ? DY_INDEX_ACTIVE :
		dy_metadata_is(row.values[INDEXES_status - 1], "CREATING") ? DY_INDEX_CREATING : DY_INDEX_DELETING;
	index->backfilling = DatumGetBool(row.values[INDEXES_backfilling - 1]);
	index->nhash = key_attributes(definitions, row.values[INDEXES_hash_names - 1], index->hash);
	index->nrange = key_attributes(definitions, row.values[INDEXES_range_names - 1], index->range);
	index->projection = dy_metadata_is(row.values[INDEXES_projection - 1], "ALL") ? DY_PROJECT_ALL :
		dy_metadata_is(row.values[INDEXES_projection - 1], "INCLUDE") ? DY_PROJECT_INCLUDE : DY_PROJECT_KEYS_ONLY;
	index->ninclude = dy_metadata_array(row.values[INDEXES_include - 1], &index->include);
	index->read_units = limit_of(row, INDEXES_read_units, INDEXES_max_read_units, table->provisioned);
	index->write_units = limit_of(row, INDEXES_write_units, INDEXES_max_write_units, table->provisioned);
	index->attnum = get_attnum(table->relid, NameStr(*column));
	if (index->attnum == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("item table \"%s\" has no column \"%s\"",
						get_rel_name(table->relid), NameStr(*column))));
}

/*
 * Which btree serves what: unique on (hk, sk) the primary key, on (x, hk,
 * sk) a global and on (hk, x, sk) a local index.  Half-built ones do not
 * count; those that a REINDEX CONCURRENTLY leaves for a moment beside the
 * old one do, and either will do.
 *
 * That of expires counts half-built too, because nobody reads by it here:
 * writers make its entries as soon as it is ready for them.
 */
static void
find_btrees(DyTable *table)
{
	Relation	rel = table_open(table->relid, NoLock);
	List	   *oids = RelationGetIndexList(rel);
	ListCell   *cell;

	foreach(cell, oids)
	{
		Oid			oid = lfirst_oid(cell);
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(oid));
		Form_pg_index form;

		if (!HeapTupleIsValid(tuple))
			continue;
		form = (Form_pg_index) GETSTRUCT(tuple);
		if (is_expires_btree(table, tuple) &&
			(form->indisvalid || !OidIsValid(table->expires_indexoid)))
			table->expires_indexoid = oid;
		if (form->indisvalid && form->indisready)
		{
			int16	   *keys = form->indkey.values;

			if (form->indisunique && form->indnkeyatts == 2 &&
				keys[0] == DY_ATT_HK && keys[1] == DY_ATT_SK)
				table->primary_indexoid = oid;
			for (int i = 0; i < table->nindexes; i++)
			{
				DyIndex    *index = &table->indexes[i];

				if (form->indnkeyatts == 3 && keys[2] == DY_ATT_SK &&
					(index->kind == DY_INDEX_GLOBAL ?
					 keys[0] == index->attnum && keys[1] == DY_ATT_HK :
					 keys[0] == DY_ATT_HK && keys[1] == index->attnum))
					index->indexoid = oid;
			}
		}
		ReleaseSysCache(tuple);
	}
	list_free(oids);
	table_close(rel, NoLock);

	if (!OidIsValid(table->primary_indexoid))
		ereport(ERROR,
				(errcode(ERRCODE_INDEX_CORRUPTED),
				 errmsg("item table \"%s\" has no unique index on (hk, sk)",
						get_rel_name(table->relid))));
}

/*
 * Is it what dy_ddl_expires_index_statement makes: a btree on expires alone,
 * of the rows that have it, without a constraint?  index is the row of
 * pg_index.
 */
static bool
is_expires_btree(const DyTable *table, HeapTuple index)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(index);
	bool		isnull;
	Datum		predicate;
	Node	   *node;
	NullTest   *test;

	if (table->expires_attnum == InvalidAttrNumber ||
		form->indnatts != 1 || form->indkey.values[0] != table->expires_attnum ||
		form->indisunique || form->indisexclusion || !is_btree(form->indexrelid))
		return false;

	predicate = SysCacheGetAttr(INDEXRELID, index, Anum_pg_index_indpred, &isnull);
	if (isnull)
		return false;
	node = stringToNode(TextDatumGetCString(predicate));
	if (!IsA(node, NullTest))
		return false;
	test = (NullTest *) node;
	return test->nulltesttype == IS_NOT_NULL && IsA(test->arg, Var) &&
		((Var *) test->arg)->varattno == table->expires_attnum;
}

static bool
is_btree(Oid indexoid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(indexoid));
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	result = ((Form_pg_class) GETSTRUCT(tuple))->relam == BTREE_AM_OID;
	ReleaseSysCache(tuple);
	return result;
}

/*
 * A key attribute with the type that its definition gives.
 */
static DyKeyAttribute
key_attribute(const Definitions *definitions, DyBytes name)
{
	DyKeyAttribute result;

	for (int i = 0; i < definitions->count; i++)
	{
		if (definitions->names[i].len != name.len ||
			memcmp(definitions->names[i].data, name.data, name.len) != 0)
			continue;
		result.name = name;
		result.type = definitions->types[i].data[0] == 'S' ? DY_TYPE_S :
			definitions->types[i].data[0] == 'N' ? DY_TYPE_N : DY_TYPE_B;
		return result;
	}
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("a key attribute has no definition")));
}

static int
key_attributes(const Definitions *definitions, Datum names, DyKeyAttribute *result)
{
	DyBytes    *elements;
	int			count = dy_metadata_array(names, &elements);

	if (count > DY_MAX_INDEX_KEYS)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("an index has %d key attributes of one kind", count)));
	for (int i = 0; i < count; i++)
		result[i] = key_attribute(definitions, elements[i]);
	return count;
}

static int
compare_index_attnums(const void *a, const void *b)
{
	return ((const DyIndex *) a)->attnum - ((const DyIndex *) b)->attnum;
}

/*
 * A row of the metadata, with at least the expected columns; palloc'd.
 */
DyMetadataRow
dy_metadata_row(HeapTuple tuple, TupleDesc desc, int expected)
{
	DyMetadataRow row;

	if (desc->natts < expected)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the metadata of extension \"dynamo\" is older than its library"),
				 errhint("Run ALTER EXTENSION dynamo UPDATE.")));
	row.values = palloc(desc->natts * sizeof(Datum));
	row.nulls = palloc(desc->natts * sizeof(bool));
	heap_deform_tuple(tuple, desc, row.values, row.nulls);
	return row;
}

/*
 * A copy of a text.
 */
DyBytes
dy_metadata_text(Datum datum)
{
	char	   *copy = TextDatumGetCString(datum);

	return dy_bytes(copy, strlen(copy));
}

/*
 * Is a text equal to value?
 */
bool
dy_metadata_is(Datum datum, const char *value)
{
	char	   *copy = TextDatumGetCString(datum);
	bool		result = strcmp(copy, value) == 0;

	pfree(copy);
	return result;
}

/*
 * Copies of the elements of a text[], and their number.
 */
int
dy_metadata_array(Datum array, DyBytes **result)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &count);
	*result = palloc(Max(count, 1) * sizeof(DyBytes));
	for (int i = 0; i < count; i++)
		(*result)[i] = dy_metadata_text(elements[i]);
	return count;
}

/*
 * Units a second: what is provisioned, or the maximum on demand, or -1.
 */
static int64
limit_of(DyMetadataRow row, int units, int max_units, bool provisioned)
{
	if (provisioned)
		return DatumGetInt64(row.values[units - 1]);
	return row.nulls[max_units - 1] ? -1 : DatumGetInt64(row.values[max_units - 1]);
}
