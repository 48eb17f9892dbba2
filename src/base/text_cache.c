/*-------------------------------------------------------------------------
 *
 * text_cache.c
 *	  What was made of a text, kept per backend.
 *
 * Applications send the same few texts (expressions, statements) with ever
 * new values, so parsing is paid once.  An entry owns a memory context with
 * a copy of its text and what was made from that copy; nobody changes it
 * afterwards.  A text that cannot be parsed leaves nothing behind.
 *
 * A cache is bounded by number and by bytes.  When it is full, the entry
 * goes that was used the longest time ago; but the kept_entries used last
 * stay, so that a caller can hold that many at a time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/ilist.h"
#include "utils/memutils.h"

#include "base/text_cache.h"

#define DY_CACHE_BUCKETS		256 /* a power of two */

typedef struct CacheEntry
{
	dlist_node	bucket;
	dlist_node	use;			/* in uses */
	MemoryContext context;		/* holds this entry too */
	Size		bytes;			/* of that context */
	uint32		hash;
	int			kind;
	const char *text;
	uint32		len;
	void	   *made;
} CacheEntry;

struct DyTextCache
{
	MemoryContext context;
	const DyTextCacheLimits *limits;
	int			nentries;
	Size		bytes;
	dlist_head	uses;			/* most recently used first */
	dlist_head	buckets[DY_CACHE_BUCKETS];
};

static DyTextCache *create_cache(const DyTextCacheLimits *limits);
static CacheEntry *find(DyTextCache *cache, int kind, const char *text, uint32 len, uint32 hash);
static CacheEntry *add(DyTextCache *cache, int kind, const char *text, uint32 len, uint32 hash,
					   DyTextParser parse, void *arg);
static void make_room(DyTextCache *cache);

/*
 * What parse makes of a text of that kind, made now or earlier.
 *
 * *cache is a static pointer of the caller's, NULL at first; limits must
 * outlive it.  The result stays valid until kept_entries other texts have
 * been asked for (with 0: until the next call).  Errors are parse's.
 *
 * Held by sql/expr_evaluate.sql and sql/partiql_grammar.sql (more texts than a
 * cache keeps).
 */
void *
dy_text_cache_get(DyTextCache **cache, const DyTextCacheLimits *limits,
				  int kind, const char *text, uint32 len,
				  DyTextParser parse, void *arg)
{
	uint32		hash = hash_bytes((const unsigned char *) text, len) + kind;
	CacheEntry *entry;

	if (*cache == NULL)
		*cache = create_cache(limits);
	entry = find(*cache, kind, text, len, hash);
	if (entry == NULL)
		entry = add(*cache, kind, text, len, hash, parse, arg);
	dlist_move_head(&(*cache)->uses, &entry->use);
	return entry->made;
}

static DyTextCache *
create_cache(const DyTextCacheLimits *limits)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "dynamo texts",
												  ALLOCSET_DEFAULT_SIZES);
	DyTextCache *cache = MemoryContextAllocZero(context, sizeof(DyTextCache));

	MemoryContextSetIdentifier(context, limits->name);
	cache->context = context;
	cache->limits = limits;
	dlist_init(&cache->uses);
	for (int i = 0; i < DY_CACHE_BUCKETS; i++)
		dlist_init(&cache->buckets[i]);
	return cache;
}

static CacheEntry *
find(DyTextCache *cache, int kind, const char *text, uint32 len, uint32 hash)
{
	dlist_iter	iter;

	dlist_foreach(iter, &cache->buckets[hash % DY_CACHE_BUCKETS])
	{
		CacheEntry *entry = dlist_container(CacheEntry, bucket, iter.cur);

		if (entry->hash == hash && entry->kind == kind &&
			entry->len == len && memcmp(entry->text, text, len) == 0)
			return entry;
	}
	return NULL;
}

/*
 * Parse in a context below the caller's, which an error frees, and move it
 * below the cache's when all went well.
 */
static CacheEntry *
add(DyTextCache *cache, int kind, const char *text, uint32 len, uint32 hash,
	DyTextParser parse, void *arg)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynamo text",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	CacheEntry *entry = palloc0(sizeof(CacheEntry));
	char	   *copy = palloc(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	entry->context = context;
	entry->hash = hash;
	entry->kind = kind;
	entry->text = copy;
	entry->len = len;
	entry->made = parse(kind, copy, len, arg);
	MemoryContextSwitchTo(caller);

	make_room(cache);
	MemoryContextSetParent(context, cache->context);
	entry->bytes = MemoryContextMemAllocated(context, true);
	cache->bytes += entry->bytes;
	cache->nentries++;
	dlist_push_head(&cache->buckets[hash % DY_CACHE_BUCKETS], &entry->bucket);
	dlist_push_head(&cache->uses, &entry->use);
	return entry;
}

/*
 * Forget old entries until one more may come.
 */
static void
make_room(DyTextCache *cache)
{
	const DyTextCacheLimits *limits = cache->limits;

	while (cache->nentries > limits->kept_entries &&
		   (cache->nentries >= limits->max_entries || cache->bytes >= limits->max_bytes))
	{
		CacheEntry *oldest = dlist_tail_element(CacheEntry, use, &cache->uses);

		dlist_delete(&oldest->bucket);
		dlist_delete(&oldest->use);
		cache->bytes -= oldest->bytes;
		cache->nentries--;
		MemoryContextDelete(oldest->context);
	}
}
