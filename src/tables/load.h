/*-------------------------------------------------------------------------
 *
 * load.h
 *	  From the metadata relations to a DyTable.
 *
 * Private to this folder.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_TABLES_LOAD_H
#define DY_TABLES_LOAD_H

#include "access/htup.h"
#include "access/tupdesc.h"

#include "tables/table.h"

/* Columns of dynamo_internal.tables, as in 30_tables.sql. */
enum
{
	TABLES_name = 1,
	TABLES_relation,
	TABLES_id,
	TABLES_created,
	TABLES_attribute_names,
	TABLES_attribute_types,
	TABLES_hash_name,
	TABLES_range_name,
	TABLES_billing_mode,
	TABLES_read_units,
	TABLES_write_units,
	TABLES_max_read_units,
	TABLES_max_write_units,
	TABLES_ttl_attribute,
	TABLES_last_on_demand,
	TABLES_last_increase,
	TABLES_last_decrease,
	TABLES_decreases,
	TABLES_warm_read_units,
	TABLES_warm_write_units,
	TABLES_stream_view_type,
	TABLES_stream_label,
	TABLES_sse_type,
	TABLES_kms_key,
	TABLES_table_class,
	TABLES_table_class_changed,
	TABLES_deletion_protection,
	TABLES_ttl_changed,
	TABLES_resource_policy
};

/* Columns of dynamo_internal.indexes. */
enum
{
	INDEXES_table_name = 1,
	INDEXES_name,
	INDEXES_kind,
	INDEXES_column_name,
	INDEXES_hash_names,
	INDEXES_range_names,
	INDEXES_projection,
	INDEXES_include,
	INDEXES_status,
	INDEXES_backfilling,
	INDEXES_read_units,
	INDEXES_write_units,
	INDEXES_max_read_units,
	INDEXES_max_write_units,
	INDEXES_position,
	INDEXES_last_increase,
	INDEXES_last_decrease,
	INDEXES_decreases,
	INDEXES_warm_read_units,
	INDEXES_warm_write_units
};

/* One row, taken apart: by attribute number - 1. */
typedef struct DyMetadataRow
{
	Datum	   *values;
	bool	   *nulls;
} DyMetadataRow;

/* The relation behind a DynamoDB name; InvalidOid if there is none. */
extern Oid	dy_load_relation_of(DyBytes name);

/*
 * The description of an item table, in context.  The caller holds a lock on
 * relid.  NULL if relid is no item table.
 */
extern DyTable *dy_load_table(Oid relid, MemoryContext context);

/* A relation of dynamo_internal by name; InvalidOid while the extension is being made. */
extern Oid	dy_metadata_relid(const char *relname);

extern DyMetadataRow dy_metadata_row(HeapTuple tuple, TupleDesc desc, int expected);
extern DyBytes dy_metadata_text(Datum datum);
extern bool dy_metadata_is(Datum datum, const char *value);
extern int	dy_metadata_array(Datum array, DyBytes **result);

#endif							/* DY_TABLES_LOAD_H */
