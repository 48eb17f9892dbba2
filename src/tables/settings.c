/*-------------------------------------------------------------------------
 *
 * settings.c
 *	  What is known of a table beyond what the data plane needs.
 *
 * Read in the same way as load.c reads, not cached: descriptions are asked
 * for seldom enough, and a scan of two small indexes costs some microseconds.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "tables/load.h"
#include "tables/settings.h"

static void index_settings(DyTableSettings *settings, const DyTable *table);
static DyBytes text_or_empty(DyMetadataRow row, int column);
static TimestampTz time_or_zero(DyMetadataRow row, int column);
static int64 units_or_none(DyMetadataRow row, int column);
static int64 reltuples_of(Oid relid);
static int64 main_fork_bytes(Oid relid);

/*
 * All settings of a table, whose relation is locked.
 */
DyTableSettings *
dy_table_settings(const DyTable *table)
{
	DyTableSettings *settings = palloc0(sizeof(DyTableSettings));
	Relation	rel = table_open(dy_metadata_relid("tables"), AccessShareLock);
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;
	DyMetadataRow row;
	DyThroughput *t = &settings->throughput;

	ScanKeyInit(&key, TABLES_relation, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table->relid));
	scan = systable_beginscan(rel, dy_metadata_relid("tables_relation_key"), true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "metadata of relation %u has vanished", table->relid);
	row = dy_metadata_row(tuple, RelationGetDescr(rel), TABLES_resource_policy);

	settings->nattributes = dy_metadata_array(row.values[TABLES_attribute_names - 1], &settings->attribute_names);
	(void) dy_metadata_array(row.values[TABLES_attribute_types - 1], &settings->attribute_types);
	settings->created = DatumGetTimestampTz(row.values[TABLES_created - 1]);
	t->read_units = units_or_none(row, TABLES_read_units);
	t->write_units = units_or_none(row, TABLES_write_units);
	t->max_read_units = units_or_none(row, TABLES_max_read_units);
	t->max_write_units = units_or_none(row, TABLES_max_write_units);
	t->warm_read_units = units_or_none(row, TABLES_warm_read_units);
	t->warm_write_units = units_or_none(row, TABLES_warm_write_units);
	t->last_increase = time_or_zero(row, TABLES_last_increase);
	t->last_decrease = time_or_zero(row, TABLES_last_decrease);
	t->decreases = DatumGetInt32(row.values[TABLES_decreases - 1]);
	settings->last_on_demand = time_or_zero(row, TABLES_last_on_demand);
	settings->stream_view_type = text_or_empty(row, TABLES_stream_view_type);
	settings->stream_label = text_or_empty(row, TABLES_stream_label);
	settings->sse_type = text_or_empty(row, TABLES_sse_type);
	settings->kms_key = text_or_empty(row, TABLES_kms_key);
	settings->table_class = text_or_empty(row, TABLES_table_class);
	settings->table_class_changed = time_or_zero(row, TABLES_table_class_changed);
	settings->deletion_protection = DatumGetBool(row.values[TABLES_deletion_protection - 1]);
	settings->ttl_attribute = text_or_empty(row, TABLES_ttl_attribute);
	settings->ttl_changed = time_or_zero(row, TABLES_ttl_changed);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);

	index_settings(settings, table);
	return settings;
}

/*
 * Rows of a table: what the statistics collector counts, or, after a crash
 * has emptied that, what the last VACUUM or ANALYZE found.
 */
int64
dy_table_item_count(const DyTable *table)
{
	int64		live = DatumGetInt64(DirectFunctionCall1(pg_stat_get_live_tuples,
														 ObjectIdGetDatum(table->relid)));

	return live > 0 ? live : reltuples_of(table->relid);
}

/*
 * Bytes of the rows on disk, values out of line included.
 */
int64
dy_table_bytes(const DyTable *table)
{
	Oid			toast = InvalidOid;
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table->relid));

	if (HeapTupleIsValid(tuple))
	{
		toast = ((Form_pg_class) GETSTRUCT(tuple))->reltoastrelid;
		ReleaseSysCache(tuple);
	}
	return main_fork_bytes(table->relid) + (OidIsValid(toast) ? main_fork_bytes(toast) : 0);
}

int64
dy_index_item_count(const DyIndex *index)
{
	return OidIsValid(index->indexoid) ? reltuples_of(index->indexoid) : 0;
}

/*
 * Bytes of a btree but for its first page, which an empty one has too.
 */
int64
dy_index_bytes(const DyIndex *index)
{
	if (!OidIsValid(index->indexoid))
		return 0;
	return Max(main_fork_bytes(index->indexoid) - BLCKSZ, 0);
}

/*
 * A page of table names, in byte order; returns how many.  Names whose
 * relation is gone do not count.
 */
int
dy_table_names(DyBytes after, int limit, DyBytes *names)
{
	Oid			meta = dy_metadata_relid("tables");
	Relation	rel = table_open(meta, AccessShareLock);
	Relation	index = index_open(dy_metadata_relid("tables_pkey"), AccessShareLock);
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;
	int			count = 0;

	ScanKeyInit(&key, TABLES_name, BTGreaterStrategyNumber, F_TEXT_GT,
				PointerGetDatum(cstring_to_text_with_len(after.data, after.len)));
	key.sk_collation = TupleDescAttr(RelationGetDescr(rel), TABLES_name - 1)->attcollation;
	scan = systable_beginscan_ordered(rel, index, NULL, 1, &key);
	while (count < limit &&
		   HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		DyMetadataRow row = dy_metadata_row(tuple, RelationGetDescr(rel), TABLES_resource_policy);

		if (SearchSysCacheExists1(RELOID, row.values[TABLES_relation - 1]))
			names[count++] = dy_metadata_text(row.values[TABLES_name - 1]);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
	return count;
}

double
dy_epoch_seconds(TimestampTz time)
{
	return time / 1000000.0 + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (double) SECS_PER_DAY;
}

/*
 * The settings of all indexes, in the order of table->indexes.
 */
static void
index_settings(DyTableSettings *settings, const DyTable *table)
{
	Relation	rel = table_open(dy_metadata_relid("indexes"), AccessShareLock);
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;

	settings->indexes = palloc0(Max(table->nindexes, 1) * sizeof(DyIndexSettings));
	ScanKeyInit(&key, INDEXES_table_name, BTEqualStrategyNumber, F_TEXTEQ,
				PointerGetDatum(cstring_to_text_with_len(table->name.data, table->name.len)));
	key.sk_collation = TupleDescAttr(RelationGetDescr(rel), INDEXES_table_name - 1)->attcollation;
	scan = systable_beginscan(rel, dy_metadata_relid("indexes_pkey"), true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		DyMetadataRow row = dy_metadata_row(tuple, RelationGetDescr(rel), INDEXES_warm_write_units);
		const DyIndex *index = dy_table_index(table, dy_metadata_text(row.values[INDEXES_name - 1]));
		DyIndexSettings *s;
		DyThroughput *t;

		/* an index that the cached description does not know yet */
		if (index == NULL)
			continue;
		s = &settings->indexes[index - table->indexes];
		t = &s->throughput;
		s->position = DatumGetInt32(row.values[INDEXES_position - 1]);
		t->read_units = units_or_none(row, INDEXES_read_units);
		t->write_units = units_or_none(row, INDEXES_write_units);
		t->max_read_units = units_or_none(row, INDEXES_max_read_units);
		t->max_write_units = units_or_none(row, INDEXES_max_write_units);
		t->warm_read_units = units_or_none(row, INDEXES_warm_read_units);
		t->warm_write_units = units_or_none(row, INDEXES_warm_write_units);
		t->last_increase = time_or_zero(row, INDEXES_last_increase);
		t->last_decrease = time_or_zero(row, INDEXES_last_decrease);
		t->decreases = DatumGetInt32(row.values[INDEXES_decreases - 1]);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static DyBytes
text_or_empty(DyMetadataRow row, int column)
{
	if (row.nulls[column - 1])
		return dy_bytes("", 0);
	return dy_metadata_text(row.values[column - 1]);
}

static TimestampTz
time_or_zero(DyMetadataRow row, int column)
{
	return row.nulls[column - 1] ? 0 : DatumGetTimestampTz(row.values[column - 1]);
}

static int64
units_or_none(DyMetadataRow row, int column)
{
	return row.nulls[column - 1] ? -1 : DatumGetInt64(row.values[column - 1]);
}

/*
 * pg_class.reltuples; 0 while it is unknown.
 */
static int64
reltuples_of(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	float4		reltuples = 0;

	if (HeapTupleIsValid(tuple))
	{
		reltuples = ((Form_pg_class) GETSTRUCT(tuple))->reltuples;
		ReleaseSysCache(tuple);
	}
	return reltuples > 0 ? (int64) reltuples : 0;
}

static int64
main_fork_bytes(Oid relid)
{
	return DatumGetInt64(DirectFunctionCall2(pg_relation_size, ObjectIdGetDatum(relid),
											 PointerGetDatum(cstring_to_text("main"))));
}
