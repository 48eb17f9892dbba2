/*-------------------------------------------------------------------------
 *
 * text_cache.h
 *	  What was made of a text, kept per backend.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BASE_TEXT_CACHE_H
#define DY_BASE_TEXT_CACHE_H

typedef struct DyTextCache DyTextCache;

/*
 * Makes something of a text, in CurrentMemoryContext; may raise.  text is a
 * copy that lives as long as what is made of it.  arg is the caller's.
 */
typedef void *(*DyTextParser) (int kind, const char *text, uint32 len, void *arg);

/* What a cache holds, at most and at least. */
typedef struct DyTextCacheLimits
{
	const char *name;			/* of its memory context; a constant */
	int			max_entries;
	Size		max_bytes;
	int			kept_entries;	/* so many of the latest used stay, whatever
								 * their size */
} DyTextCacheLimits;

extern void *dy_text_cache_get(DyTextCache **cache, const DyTextCacheLimits *limits,
							   int kind, const char *text, uint32 len,
							   DyTextParser parse, void *arg);

#endif							/* DY_BASE_TEXT_CACHE_H */
