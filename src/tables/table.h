/*-------------------------------------------------------------------------
 *
 * table.h
 *	  Which DynamoDB tables exist, as the data plane sees them.
 *
 * A DyTable is a read-only description cached per backend and thrown away
 * when the relcache entry of its relation is invalidated; whoever changes
 * the metadata invalidates that relation (dy_table_invalidate).  Pointers
 * into it stay valid until the end of the statement: the cache frees
 * nothing while in use.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_TABLES_TABLE_H
#define DY_TABLES_TABLE_H

#include "item/value.h"
#include "lib/stringinfo.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"

#define DY_MAX_INDEX_KEYS	4	/* attributes in each half of a GSI's key */

typedef struct DyKeyAttribute
{
	DyBytes		name;
	DyType		type;			/* S, N or B */
} DyKeyAttribute;

typedef enum DyIndexKind
{
	DY_INDEX_LOCAL,
	DY_INDEX_GLOBAL
} DyIndexKind;

typedef enum DyIndexStatus
{
	DY_INDEX_CREATING,			/* maintained by writers, not yet readable */
	DY_INDEX_ACTIVE,
	DY_INDEX_DELETING
} DyIndexStatus;

typedef enum DyProjectionType
{
	DY_PROJECT_ALL,
	DY_PROJECT_KEYS_ONLY,
	DY_PROJECT_INCLUDE
} DyProjectionType;

typedef struct DyIndex
{
	DyBytes		name;
	DyIndexKind kind;
	DyIndexStatus status;
	bool		backfilling;
	int			nhash;			/* LSI: 1, the table's partition key */
	int			nrange;			/* may be 0 for a GSI */
	DyKeyAttribute hash[DY_MAX_INDEX_KEYS];
	DyKeyAttribute range[DY_MAX_INDEX_KEYS];
	DyProjectionType projection;
	int			ninclude;
	DyBytes    *include;
	AttrNumber	attnum;			/* of its column x1, x2, ... */
	Oid			indexoid;		/* its btree; InvalidOid while not built */
	int64		read_units;		/* provisioned, or on-demand maximum; -1 = no
								 * limit */
	int64		write_units;
} DyIndex;

typedef struct DyTable
{
	Oid			relid;
	Oid			primary_indexoid;	/* unique btree on (hk, sk) */
	DyBytes		name;			/* the DynamoDB name */
	char		id[37];			/* TableId, a UUID */
	DyKeyAttribute hash;
	bool		has_range;
	DyKeyAttribute range;
	int			nindexes;		/* in order of attnum; LSIs and GSIs */
	DyIndex    *indexes;
	bool		provisioned;	/* else PAY_PER_REQUEST */
	int64		read_units;		/* provisioned units, or on-demand maximum; -1
								 * = no limit */
	int64		write_units;
	AttrNumber	expires_attnum; /* column "expires"; InvalidAttrNumber if TTL
								 * never was on */
	Oid			expires_indexoid;	/* its btree, if only one in the making */
	DyBytes		ttl_attribute;	/* empty: TTL is off */
	bool		active;			/* TableStatus ACTIVE or UPDATING: reads and
								 * writes are served */
} DyTable;

/* Fixed columns of every item table. */
#define DY_ATT_HK		1
#define DY_ATT_SK		2
#define DY_ATT_ITEM		3
#define DY_FIRST_INDEX_ATT 4

/*
 * The table of that name.  missing: ResourceNotFoundException with the
 * service's text ("Requested resource not found"); dy_table_find returns
 * NULL instead.
 */
extern const DyTable *dy_table_get(DyBytes name);
extern const DyTable *dy_table_find(DyBytes name);
extern const DyTable *dy_table_get_to_write(DyBytes name);
extern const DyTable *dy_table_find_to_write(DyBytes name);
extern const DyTable *dy_table_of_relation(Oid relid);	/* NULL: no item table */
extern void dy_table_invalidate(Oid relid);

/*
 * These lock the relation until the end of the transaction, so its columns
 * and indexes stay as described: in AccessShareLock, or to write its rows in
 * RowExclusiveLock.  For dy_table_of_relation the caller holds a lock.
 */

extern const DyIndex *dy_table_index(const DyTable *table, DyBytes name);	/* NULL if there is none */
extern bool dy_table_is_key(const DyTable *table, DyBytes attribute);	/* of the primary key */

/*
 * The columns that an item gives.  Buffers belong to the struct and are
 * reused; bytea images (with varlena header) ready for a tuple slot.
 */
typedef struct DyRowKey
{
	bytea	   *hk;
	bytea	   *sk;
} DyRowKey;

/*
 * Primary key of an item or of a Key parameter.
 *
 * dy_key_of_item: map is a whole item; raises "One or more parameter values
 * were invalid: Missing the key pk in the item" and its kin (type mismatch,
 * empty value, too long).
 * dy_key_of_key: map must have the key attributes and nothing else; raises
 * "The provided key element does not match the schema" and its kin.
 */
extern DyRowKey dy_key_of_item(const DyTable *table, DyValue map);
extern DyRowKey dy_key_of_key(const DyTable *table, DyValue map);

/*
 * Refuse key attributes that are empty strings or binaries, whatever else may
 * be wrong with the map: those of the primary key; those of the indexes, in
 * an item or in what an UpdateExpression sets.
 */
extern void dy_refuse_empty_keys(const DyTable *table, DyValue map);
extern void dy_refuse_empty_index_keys(const DyTable *table, DyValue map, bool update);

/*
 * The column of one index for an item: NULL if the item is not in the index.
 * Raises for an index key attribute of the wrong type or an empty one, as
 * the service does.
 */
extern bytea *dy_index_key_of_item(const DyTable *table, const DyIndex *index, DyValue map);

/*
 * Checks and columns of a whole row: values/isnull have the relation's
 * natts entries; hk, sk, x*, expires are filled (item and dropped columns
 * are the caller's).  key is the primary key if the caller has it, which
 * spares the digest; NULL: it is taken from map.
 */
extern void dy_row_derive(const DyTable *table, const DyRowKey *key, DyValue map, Datum *values, bool *isnull);

/*
 * The same for an update of old_map to map.  An index key attribute that the
 * update has left alone is never complained about (it may have been there
 * before the index was); the item then is not in the index.  by_expression:
 * texts of UpdateExpression; else those of PutItem and AttributeUpdates.
 */
extern void dy_row_derive_update(const DyTable *table, const DyRowKey *key, DyValue old_map, DyValue map,
								 bool by_expression, Datum *values, bool *isnull);

/*
 * The column of one index for an item that lies in the table already:
 * whatever is unfit for the index leaves the item out of it.
 */
extern bytea *dy_index_key_of_stored(const DyIndex *index, DyValue map);

/* The same for column expires; false: null. */
extern bool dy_expires_of_item(const DyTable *table, DyValue map, int64 *expires);

/*
 * Plain SQL writes get their columns from a BEFORE ROW trigger, which an
 * engine that calls dy_row_derive has no need of.  True if desc has no other
 * row trigger than that one, so that a caller may do without triggers.
 */
extern bool dy_derive_trigger_only(const TriggerDesc *desc);

/*
 * names.c: to be called with each new item, before it is stored; gives numbers
 * to attribute names that are met often.
 */
extern void dy_meet_names(DyValue map);

#endif							/* DY_TABLES_TABLE_H */
