/*-------------------------------------------------------------------------
 *
 * table.c
 *	  The cache of table descriptions.
 *
 * One entry per relation, found by oid or by DynamoDB name.  An entry is
 * never changed: when the relcache entry of its relation is invalidated it
 * is marked stale, and the next look-up builds another.  Stale descriptions
 * are freed at the end of the transaction, because callers hold pointers.
 *
 * Freshness.  Looking a name up locks the relation and looks again, since
 * the lock may have waited for whoever was changing the table; from there on
 * the lock keeps columns and indexes as they are.  Settings that are changed
 * without a strong lock (throughput, tags) may be seen late by transactions
 * that run already.
 *
 * An entry is put into the cache, marked good, before its description is
 * built: an invalidation that arrives while building marks it stale, and the
 * build is repeated.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "storage/lmgr.h"
#include "utils/catcache.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/limits.h"
#include "tables/load.h"
#include "tables/table.h"

typedef struct CacheEntry
{
	Oid			relid;			/* hash key */
	bool		good;			/* not invalidated since it was built */
	bool		building;		/* its description is being read */
	DyTable    *table;			/* NULL: no item table */
	MemoryContext context;		/* of table; NULL if table is */
} CacheEntry;

/* From name to relation.  May be out of date: the entry's name decides. */
typedef struct NameEntry
{
	char		name[DY_MAX_TABLE_NAME_CHARS + 1];	/* hash key */
	Oid			relid;
} NameEntry;

/* A description that was replaced, but may be in use. */
typedef struct Retired
{
	MemoryContext context;
	struct Retired *next;
} Retired;

static const DyTable *must_exist(const DyTable *table);
static const DyTable *find_and_lock(DyBytes name, LOCKMODE lockmode);
static void prepare_cache(void);
static CacheEntry *find_by_name(DyBytes name);
static CacheEntry *find_by_relid(Oid relid);
static void build(CacheEntry *entry);
static void retire(CacheEntry *entry);
static bool has_name(const CacheEntry *entry, DyBytes name);
static void relation_changed(Datum arg, Oid relid);
static void transaction_ended(XactEvent event, void *arg);

static HTAB *entries = NULL;
static HTAB *names = NULL;
static CacheEntry *last_entry = NULL;	/* of the last look-up by name */
static Retired *retired = NULL;
static bool something_to_free = false;	/* a stale entry or one without a
										 * table */

/*
 * The table of that name; raises ResourceNotFoundException if there is none.
 */
const DyTable *
dy_table_get(DyBytes name)
{
	return must_exist(dy_table_find(name));
}

const DyTable *
dy_table_get_to_write(DyBytes name)
{
	return must_exist(dy_table_find_to_write(name));
}

/*
 * The table of that name; NULL if there is none.
 */
const DyTable *
dy_table_find(DyBytes name)
{
	return find_and_lock(name, AccessShareLock);
}

const DyTable *
dy_table_find_to_write(DyBytes name)
{
	return find_and_lock(name, RowExclusiveLock);
}

/*
 * The item table that a relation is, or NULL.  The caller holds a lock on
 * the relation.
 */
const DyTable *
dy_table_of_relation(Oid relid)
{
	prepare_cache();
	return find_by_relid(relid)->table;
}

/*
 * Make every session read the metadata of a table again, once this
 * transaction commits; this one at once.
 */
void
dy_table_invalidate(Oid relid)
{
	CacheInvalidateRelcacheByRelid(relid);
}

/*
 * An index by name, or NULL.
 */
const DyIndex *
dy_table_index(const DyTable *table, DyBytes name)
{
	for (int i = 0; i < table->nindexes; i++)
	{
		const DyIndex *index = &table->indexes[i];

		if (index->name.len == name.len && memcmp(index->name.data, name.data, name.len) == 0)
			return index;
	}
	return NULL;
}

/*
 * Is attribute part of the primary key?
 */
bool
dy_table_is_key(const DyTable *table, DyBytes attribute)
{
	return (table->hash.name.len == attribute.len &&
			memcmp(table->hash.name.data, attribute.data, attribute.len) == 0) ||
		(table->has_range && table->range.name.len == attribute.len &&
		 memcmp(table->range.name.data, attribute.data, attribute.len) == 0);
}

static const DyTable *
must_exist(const DyTable *table)
{
	if (table == NULL)
		dy_error(DY_ERR_RESOURCE_NOT_FOUND, "Requested resource not found");
	return table;
}

/*
 * The table of that name, its relation locked until the end of the
 * transaction; NULL if there is none.
 */
static const DyTable *
find_and_lock(DyBytes name, LOCKMODE lockmode)
{
	if (name.len == 0 || name.len > DY_MAX_TABLE_NAME_CHARS)
		return NULL;
	prepare_cache();

	for (;;)
	{
		CacheEntry *entry;
		Oid			relid;

		if (last_entry != NULL && last_entry->good && has_name(last_entry, name))
			entry = last_entry;
		else
			entry = find_by_name(name);

		relid = entry ? entry->relid : dy_load_relation_of(name);
		if (!OidIsValid(relid))
			return NULL;

		LockRelationOid(relid, lockmode);
		if (entry != NULL && entry->good)
		{
			last_entry = entry;
			return entry->table;
		}

		/* It was dropped before we had the lock, or the metadata dangles. */
		if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		{
			UnlockRelationOid(relid, lockmode);
			if (dy_load_relation_of(name) == relid)
				return NULL;
			continue;
		}

		entry = find_by_relid(relid);
		if (entry->table != NULL && has_name(entry, name))
		{
			NameEntry  *by_name;
			char		key[DY_MAX_TABLE_NAME_CHARS + 1];

			memcpy(key, name.data, name.len);
			key[name.len] = '\0';
			by_name = hash_search(names, key, HASH_ENTER, NULL);
			by_name->relid = relid;
			last_entry = entry;
			return entry->table;
		}

		/* Its row vanished or got another name in the meantime: look again. */
		UnlockRelationOid(relid, lockmode);
		if (dy_load_relation_of(name) == relid && entry->table == NULL)
			return NULL;
	}
}

/*
 * Make the hash tables and hook them up, once per process.
 */
static void
prepare_cache(void)
{
	HASHCTL		ctl;

	if (names != NULL)
		return;
	if (CacheMemoryContext == NULL)
		CreateCacheMemoryContext();

	if (entries == NULL)
	{
		ctl.keysize = sizeof(Oid);
		ctl.entrysize = sizeof(CacheEntry);
		ctl.hcxt = CacheMemoryContext;
		entries = hash_create("dynamo tables", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
		RegisterXactCallback(transaction_ended, NULL);
	}
	ctl.keysize = sizeof(((NameEntry *) NULL)->name);
	ctl.entrysize = sizeof(NameEntry);
	ctl.hcxt = CacheMemoryContext;
	names = hash_create("dynamo table names", 64, &ctl, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

/*
 * A good entry of that name, if the cache has one.
 */
static CacheEntry *
find_by_name(DyBytes name)
{
	char		key[DY_MAX_TABLE_NAME_CHARS + 1];
	NameEntry  *by_name;
	CacheEntry *entry;

	memcpy(key, name.data, name.len);
	key[name.len] = '\0';
	by_name = hash_search(names, key, HASH_FIND, NULL);
	if (by_name == NULL)
		return NULL;
	entry = hash_search(entries, &by_name->relid, HASH_FIND, NULL);
	return entry != NULL && entry->good && has_name(entry, name) ? entry : NULL;
}

/*
 * The entry of a relation, built if need be.
 */
static CacheEntry *
find_by_relid(Oid relid)
{
	bool		found;
	CacheEntry *entry = hash_search(entries, &relid, HASH_ENTER, &found);

	if (!found)
	{
		entry->good = false;
		entry->building = false;
		entry->table = NULL;
		entry->context = NULL;
	}
	while (!entry->good)
		build(entry);
	return entry;
}

/*
 * Describe the relation of an entry.  The entry may be stale again when this
 * returns.
 */
static void
build(CacheEntry *entry)
{
	MemoryContext context;
	DyTable    *table;

	retire(entry);
	something_to_free = true;	/* should building fail */
	entry->good = true;
	entry->building = true;
	context = AllocSetContextCreate(CurrentMemoryContext, "dynamo table", ALLOCSET_SMALL_SIZES);
	PG_TRY();
	{
		table = dy_load_table(entry->relid, context);
	}
	PG_CATCH();
	{
		entry->good = false;
		entry->building = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	entry->building = false;

	if (table == NULL)
		MemoryContextDelete(context);
	else
	{
		MemoryContextSetParent(context, CacheMemoryContext);
		entry->table = table;
		entry->context = context;
	}
}

/*
 * Take the description from an entry, to be freed when nobody can hold a
 * pointer to it.
 */
static void
retire(CacheEntry *entry)
{
	if (entry->context != NULL)
	{
		Retired    *r = MemoryContextAlloc(entry->context, sizeof(Retired));

		r->context = entry->context;
		r->next = retired;
		retired = r;
	}
	entry->context = NULL;
	entry->table = NULL;
}

static bool
has_name(const CacheEntry *entry, DyBytes name)
{
	return entry->table != NULL && entry->table->name.len == name.len &&
		memcmp(entry->table->name.data, name.data, name.len) == 0;
}

/*
 * Relcache callback; relid 0 stands for all relations.  Runs wherever
 * invalidations are accepted: it must not fail or free anything.
 *
 * With debug_discard_caches everything is invalidated with every lock, so an
 * entry would be built for ever; RelationCacheInvalidate() of Postgres spares
 * what is being built, too.
 */
static void
relation_changed(Datum arg, Oid relid)
{
	CacheEntry *entry;

	if (OidIsValid(relid))
	{
		entry = hash_search(entries, &relid, HASH_FIND, NULL);
		if (entry != NULL)
		{
			entry->good = false;
			something_to_free = true;
		}
	}
	else
	{
		HASH_SEQ_STATUS status;

		hash_seq_init(&status, entries);
		while ((entry = hash_seq_search(&status)) != NULL)
			entry->good = entry->good && entry->building && debug_discard_caches > 0;
		something_to_free = true;
	}
}

/*
 * End of a transaction: nobody holds pointers any more.  Entries without a
 * table go too, because a table may come to be (by a restore) without an
 * invalidation.
 */
static void
transaction_ended(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT &&
		event != XACT_EVENT_PREPARE && event != XACT_EVENT_PARALLEL_COMMIT &&
		event != XACT_EVENT_PARALLEL_ABORT)
		return;

	while (retired != NULL)
	{
		MemoryContext context = retired->context;

		retired = retired->next;	/* lies in that context */
		MemoryContextDelete(context);
	}

	if (something_to_free)
	{
		HASH_SEQ_STATUS status;
		CacheEntry *entry;

		hash_seq_init(&status, entries);
		while ((entry = hash_seq_search(&status)) != NULL)
		{
			if (entry->good && entry->table != NULL)
				continue;
			if (entry->context != NULL)
				MemoryContextDelete(entry->context);
			hash_search(entries, &entry->relid, HASH_REMOVE, NULL);
		}
		last_entry = NULL;
		something_to_free = false;
	}
}
