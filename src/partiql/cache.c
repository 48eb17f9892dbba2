/*-------------------------------------------------------------------------
 *
 * cache.c
 *	  Syntax trees of statements, kept per backend by text.
 *
 * Applications send the same statements with ever new parameters.  An entry
 * owns a memory context with a copy of its text and the tree made from it.
 * When the cache is full, the entry goes that was used the longest time
 * ago; it holds more than a request may have statements, so whatever one
 * request has looked up stays valid until it ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/ilist.h"
#include "utils/memutils.h"

#include "base/limits.h"
#include "partiql/tree.h"

#define DY_CACHE_BUCKETS	256		/* a power of two */
#define DY_CACHE_ENTRIES	512

StaticAssertDecl(DY_CACHE_ENTRIES > 2 * DY_MAX_TRANSACT_ITEMS,
				 "the statements of a request must fit the cache");

typedef struct CacheEntry
{
	dlist_node	bucket;
	dlist_node	use;
	MemoryContext context;		/* holds this entry too */
	uint32		hash;
	DyBytes		text;
	DyPartiqlStatement *statement;
} CacheEntry;

typedef struct Cache
{
	MemoryContext context;
	int			nentries;
	dlist_head	uses;			/* most recently used first */
	dlist_head	buckets[DY_CACHE_BUCKETS];
} Cache;

static Cache *cache = NULL;

static void create_cache(void);
static CacheEntry *find(DyBytes text, uint32 hash);
static CacheEntry *add(DyBytes text, uint32 hash);

/*
 * See partiql.h.
 */
const DyPartiqlStatement *
dy_partiql_statement(DyBytes text)
{
	uint32		hash = hash_bytes((const unsigned char *) text.data, text.len);
	CacheEntry *entry;

	if (cache == NULL)
		create_cache();
	entry = find(text, hash);
	if (entry == NULL)
		entry = add(text, hash);
	dlist_move_head(&cache->uses, &entry->use);
	return entry->statement;
}

static void
create_cache(void)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "dynamo PartiQL statements",
												  ALLOCSET_DEFAULT_SIZES);
	Cache	   *made = MemoryContextAllocZero(context, sizeof(Cache));

	made->context = context;
	dlist_init(&made->uses);
	for (int i = 0; i < DY_CACHE_BUCKETS; i++)
		dlist_init(&made->buckets[i]);
	cache = made;
}

static CacheEntry *
find(DyBytes text, uint32 hash)
{
	dlist_iter	iter;

	dlist_foreach(iter, &cache->buckets[hash % DY_CACHE_BUCKETS])
	{
		CacheEntry *entry = dlist_container(CacheEntry, bucket, iter.cur);

		if (entry->hash == hash && dy_bytes_equal(entry->text, text))
			return entry;
	}
	return NULL;
}

/*
 * Parse in a context below the caller's, which an error frees, and move it
 * below the cache's when all went well.
 */
static CacheEntry *
add(DyBytes text, uint32 hash)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynamo PartiQL statement",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	CacheEntry *entry = palloc0(sizeof(CacheEntry));
	char	   *copy = pnstrdup(text.data, text.len);

	entry->context = context;
	entry->hash = hash;
	entry->text = (DyBytes) {copy, text.len};
	entry->statement = dy_partiql_parse(entry->text);
	MemoryContextSwitchTo(caller);

	if (cache->nentries == DY_CACHE_ENTRIES)
	{
		CacheEntry *oldest = dlist_tail_element(CacheEntry, use, &cache->uses);

		dlist_delete(&oldest->bucket);
		dlist_delete(&oldest->use);
		MemoryContextDelete(oldest->context);
		cache->nentries--;
	}
	MemoryContextSetParent(context, cache->context);
	dlist_push_head(&cache->buckets[hash % DY_CACHE_BUCKETS], &entry->bucket);
	dlist_push_head(&cache->uses, &entry->use);
	cache->nentries++;
	return entry;
}
