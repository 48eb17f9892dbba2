/*-------------------------------------------------------------------------
 *
 * settings.h
 *	  What is known of a table beyond what the data plane needs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_TABLES_SETTINGS_H
#define DY_TABLES_SETTINGS_H

#include "datatype/timestamp.h"

#include "tables/table.h"

/* Points of time that never came are 0; units that are not set, -1. */
typedef struct DyThroughput
{
	int64		read_units;		/* provisioned; 0 on demand */
	int64		write_units;
	int64		max_read_units; /* on demand */
	int64		max_write_units;
	int64		warm_read_units;
	int64		warm_write_units;
	TimestampTz last_increase;
	TimestampTz last_decrease;
	int			decreases;		/* on the day of last_decrease */
} DyThroughput;

typedef struct DyIndexSettings
{
	int			position;		/* in the order in which indexes were given */
	DyThroughput throughput;
} DyIndexSettings;

typedef struct DyTableSettings
{
	int			nattributes;	/* AttributeDefinitions, in the order given */
	DyBytes    *attribute_names;
	DyBytes    *attribute_types;
	TimestampTz created;
	DyThroughput throughput;
	TimestampTz last_on_demand;
	DyBytes		stream_view_type;	/* empty: no stream */
	DyBytes		stream_label;	/* empty: never was one */
	DyBytes		sse_type;		/* empty: the default */
	DyBytes		kms_key;
	DyBytes		table_class;	/* empty: never set */
	TimestampTz table_class_changed;
	bool		deletion_protection;
	DyBytes		ttl_attribute;	/* empty: off */
	TimestampTz ttl_changed;
	DyIndexSettings *indexes;	/* table->nindexes, in the same order */
} DyTableSettings;

/* Read afresh, palloc'd. */
extern DyTableSettings *dy_table_settings(const DyTable *table);

/* Cheap counts, a while old, as the service's: rows and bytes. */
extern int64 dy_table_item_count(const DyTable *table);
extern int64 dy_table_bytes(const DyTable *table);
extern int64 dy_index_item_count(const DyIndex *index);
extern int64 dy_index_bytes(const DyIndex *index);

/* Names of tables in order, those behind after (empty: from the start), at most limit. */
extern int	dy_table_names(DyBytes after, int limit, DyBytes *names);

/* Seconds since 1970, for responses. */
extern double dy_epoch_seconds(TimestampTz time);

#endif							/* DY_TABLES_SETTINGS_H */
