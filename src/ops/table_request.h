/*-------------------------------------------------------------------------
 *
 * table_request.h
 *	  What requests about tables have in common: shapes and checks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_OPS_TABLE_REQUEST_H
#define DY_OPS_TABLE_REQUEST_H

#include "tables/settings.h"
#include "wire/request.h"

/* ---- shapes (table_request.c), and the members of their structures ---- */

enum
{
	DY_ATTRIBUTE_AttributeName, DY_ATTRIBUTE_AttributeType
};
enum
{
	DY_KEY_ELEMENT_AttributeName, DY_KEY_ELEMENT_KeyType
};
enum
{
	DY_PROJECTION_ProjectionType, DY_PROJECTION_NonKeyAttributes
};
enum
{
	DY_PROVISIONED_WriteCapacityUnits, DY_PROVISIONED_ReadCapacityUnits
};
enum
{
	DY_ON_DEMAND_MaxReadRequestUnits, DY_ON_DEMAND_MaxWriteRequestUnits
};
enum
{
	DY_WARM_ReadUnitsPerSecond, DY_WARM_WriteUnitsPerSecond
};
enum
{
	DY_STREAM_StreamEnabled, DY_STREAM_StreamViewType
};
enum
{
	DY_SSE_Enabled, DY_SSE_SSEType, DY_SSE_KMSMasterKeyId
};
enum
{
	DY_TAG_Key, DY_TAG_Value
};

extern const DyShape dy_shape_attribute_definitions;
extern const DyShape dy_shape_key_schema;	/* 1 or 2 elements */
extern const DyShape dy_shape_global_key_schema;	/* 1 to 8 */
extern const DyShape dy_shape_projection;
extern const DyShape dy_shape_provisioned_throughput;
extern const DyShape dy_shape_on_demand_throughput;
extern const DyShape dy_shape_warm_throughput;
extern const DyShape dy_shape_stream_specification;
extern const DyShape dy_shape_sse_specification;
extern const DyShape dy_shape_tags;
extern const DyShape dy_shape_billing_mode;
extern const DyShape dy_shape_table_class;

/* ---- what a request says, taken apart ---- */

/* A key schema; attributes point into the request. */
typedef struct DyKeySchema
{
	int			nhash;
	int			nrange;
	DyBytes		hash[DY_MAX_INDEX_KEYS];
	DyBytes		range[DY_MAX_INDEX_KEYS];
} DyKeySchema;

/* One index to be made. */
typedef struct DyNewIndex
{
	DyBytes		name;
	DyIndexKind kind;
	DyKeySchema keys;
	const char *projection;		/* "ALL", ... */
	int			ninclude;
	DyBytes    *include;
	DyThroughput throughput;
	char		column[NAMEDATALEN];	/* given when it is made */
} DyNewIndex;

extern DyKeySchema dy_read_key_schema(const DyNode *key_schema);

/* Is every key attribute among the definitions, with the right number of HASH and RANGE? */
extern void dy_check_key_schema(const DyNode *key_schema, const DyNode *definitions, bool is_global_index);
extern void dy_check_projection(const DyNode *projection);
extern void dy_check_units(const DyNode *provisioned_throughput);
extern void dy_check_on_demand(const DyNode *on_demand, bool is_on_demand, const char *index_name);
extern void dy_check_stream_specification(const DyNode *specification);
extern void dy_check_tags(const DyNode *tags);
extern void dy_check_tag_key(const DyNode *key);
extern void dy_tag_limit(void) pg_attribute_noreturn();

extern void dy_read_index(DyNewIndex *index, DyIndexKind kind, const DyNode *name, const DyNode *key_schema,
						  const DyNode *projection, const DyNode *provisioned, const DyNode *on_demand,
						  const DyNode *warm);
extern DyThroughput dy_read_throughput(const DyNode *provisioned, const DyNode *on_demand, const DyNode *warm);

/* "[a, b]" of the AttributeName members of a list. */
extern char *dy_attribute_name_list(const DyNode *list, int member);

/* ---- parameters of SQL statements; all but text NULL for a missing one ---- */

typedef struct DyParameters
{
	int			count;
	Oid			types[32];
	Datum		values[32];
	bool		nulls[32];
} DyParameters;

extern void dy_add_text(DyParameters *p, DyBytes text);
extern void dy_add_text_or_null(DyParameters *p, DyBytes text); /* empty is null */
extern void dy_add_cstring(DyParameters *p, const char *text);
extern void dy_add_integer(DyParameters *p, int64 value);
extern void dy_add_units(DyParameters *p, int64 units); /* -1 is null */
extern void dy_add_boolean(DyParameters *p, bool value);
extern void dy_add_texts(DyParameters *p, const DyBytes *texts, int n);
extern uint64 dy_run(const char *sql, const DyParameters *p);

extern void dy_insert_index(DyBytes table_name, const DyNewIndex *index, int position, bool creating);
extern void dy_insert_tags(DyBytes table_name, const DyNode *tags);

/* A stream's label: the time of its making. */
extern char *dy_new_stream_label(void);

#endif							/* DY_OPS_TABLE_REQUEST_H */
