/*-------------------------------------------------------------------------
 *
 * cache.c
 *	  Syntax trees of statements, kept per backend by text.
 *
 * The cache keeps more than a request may have statements, so whatever one
 * request has looked up stays valid until it ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/limits.h"
#include "base/text_cache.h"
#include "partiql/tree.h"

static const DyTextCacheLimits limits = {
	.name = "PartiQL statements",
	.max_entries = 512,
	.max_bytes = 8 * 1024 * 1024,
	.kept_entries = 2 * DY_MAX_TRANSACT_ITEMS
};

static DyTextCache *cache = NULL;

static void *parse(int kind, const char *text, uint32 len, void *arg);

/*
 * See partiql.h.
 */
const DyPartiqlStatement *
dy_partiql_statement(DyBytes text)
{
	return dy_text_cache_get(&cache, &limits, 0, text.data, text.len, parse, NULL);
}

static void *
parse(int kind, const char *text, uint32 len, void *arg)
{
	return dy_partiql_parse(dy_bytes(text, len));
}
