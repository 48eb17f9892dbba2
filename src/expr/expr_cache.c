/*-------------------------------------------------------------------------
 *
 * expr_cache.c
 *	  Syntax trees kept per backend, by kind and text.
 *
 * Applications send the same few texts with ever new values, so parsing is
 * paid once.  An entry owns a memory context with a copy of its text and the
 * tree made from that copy.  Only texts without a static mistake are kept;
 * trees are never changed afterwards.
 *
 * The cache is bounded by bytes and by number.  When it is full, the entry
 * goes that was used the longest time ago.  So a tree is valid only until the
 * next lookup: bind.c makes structures that point into the request's own
 * copy of the text, never into the tree.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/ilist.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/syntax.h"

#define DY_CACHE_BUCKETS		256 /* a power of two */
#define DY_CACHE_MAX_ENTRIES	512
#define DY_CACHE_MAX_BYTES		(4 * 1024 * 1024)

typedef struct CacheEntry
{
	dlist_node	bucket;
	dlist_node	use;			/* in uses */
	MemoryContext context;		/* holds this entry too */
	Size		bytes;			/* of that context */
	uint32		hash;
	DyExprKind	kind;
	DyBytes		text;
	DySyntaxTree *tree;
} CacheEntry;

typedef struct Cache
{
	MemoryContext context;
	int			nentries;
	Size		bytes;
	dlist_head	uses;			/* most recently used first */
	dlist_head	buckets[DY_CACHE_BUCKETS];
} Cache;

static Cache *cache = NULL;

static void create_cache(void);
static CacheEntry *find(DyExprKind kind, DyBytes text, uint32 hash);
static CacheEntry *add(const char *parameter, DyExprKind kind, DyBytes text, uint32 hash);
static void make_room(void);

/*
 * The tree of a text, parsed and statically checked.  It stays valid
 * until the next call; nobody may change it.
 *
 * Raises ValidationException: empty, too long, syntax, static mistakes.
 */
const DySyntaxTree *
dy_syntax_get(const char *parameter, DyExprKind kind, DyBytes text)
{
	uint32		hash;
	CacheEntry *entry;

	if (text.len == 0)
		dy_expr_invalid(parameter, "The expression can not be empty;");
	if (text.len > DY_MAX_EXPRESSION_BYTES)
		dy_expr_invalid(parameter,
						"Expression size has exceeded the maximum allowed size; expression size: %u",
						text.len);

	if (cache == NULL)
		create_cache();
	hash = hash_bytes((const unsigned char *) text.data, text.len) + kind;
	entry = find(kind, text, hash);
	if (entry == NULL)
		entry = add(parameter, kind, text, hash);
	dlist_move_head(&cache->uses, &entry->use);
	return entry->tree;
}

static void
create_cache(void)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "dynamo expressions",
												  ALLOCSET_DEFAULT_SIZES);
	Cache	   *made = MemoryContextAllocZero(context, sizeof(Cache));

	made->context = context;
	dlist_init(&made->uses);
	for (int i = 0; i < DY_CACHE_BUCKETS; i++)
		dlist_init(&made->buckets[i]);
	cache = made;
}

static CacheEntry *
find(DyExprKind kind, DyBytes text, uint32 hash)
{
	dlist_iter	iter;

	dlist_foreach(iter, &cache->buckets[hash % DY_CACHE_BUCKETS])
	{
		CacheEntry *entry = dlist_container(CacheEntry, bucket, iter.cur);

		if (entry->hash == hash && entry->kind == kind && dy_bytes_equal(entry->text, text))
			return entry;
	}
	return NULL;
}

/*
 * Parse in a context below the caller's, which an error frees, and move it
 * below the cache when all went well.
 */
static CacheEntry *
add(const char *parameter, DyExprKind kind, DyBytes text, uint32 hash)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynamo expression",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	CacheEntry *entry = palloc0(sizeof(CacheEntry));
	char	   *copy = palloc(text.len);

	memcpy(copy, text.data, text.len);
	entry->context = context;
	entry->hash = hash;
	entry->kind = kind;
	entry->text = (DyBytes) {copy, text.len};
	entry->tree = dy_syntax_parse(parameter, kind, copy, text.len);
	dy_syntax_check(parameter, entry->tree);
	MemoryContextSwitchTo(caller);

	make_room();
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
make_room(void)
{
	while (cache->nentries > 0 &&
		   (cache->nentries >= DY_CACHE_MAX_ENTRIES || cache->bytes >= DY_CACHE_MAX_BYTES))
	{
		CacheEntry *oldest = dlist_tail_element(CacheEntry, use, &cache->uses);

		dlist_delete(&oldest->bucket);
		dlist_delete(&oldest->use);
		cache->bytes -= oldest->bytes;
		cache->nentries--;
		MemoryContextDelete(oldest->context);
	}
}
