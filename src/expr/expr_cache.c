/*-------------------------------------------------------------------------
 *
 * expr_cache.c
 *	  Syntax trees kept per backend, by kind and text.
 *
 * Only texts without a static mistake are kept.  A tree is valid only until
 * the next lookup: bind.c makes structures that point into the request's own
 * copy of the text, never into the tree.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "base/text_cache.h"
#include "expr/syntax.h"

static const DyTextCacheLimits limits = {
	.name = "expressions",
	.max_entries = 512,
	.max_bytes = 4 * 1024 * 1024
};

static DyTextCache *cache = NULL;

static void *parse_and_check(int kind, const char *text, uint32 len, void *parameter);

/*
 * The tree of a text, parsed and statically checked.  It stays valid
 * until the next call; nobody may change it.
 *
 * Raises ValidationException: empty, too long, syntax, static mistakes.
 */
const DySyntaxTree *
dy_syntax_get(const char *parameter, DyExprKind kind, DyBytes text)
{
	if (text.len == 0)
		dy_expr_invalid(parameter, "The expression can not be empty;");
	if (text.len > DY_MAX_EXPRESSION_BYTES)
		dy_expr_invalid(parameter,
						"Expression size has exceeded the maximum allowed size; expression size: %u",
						text.len);
	return dy_text_cache_get(&cache, &limits, kind, text.data, text.len,
							 parse_and_check, (void *) parameter);
}

/* parameter names the text in errors; the tree does not depend on it. */
static void *
parse_and_check(int kind, const char *text, uint32 len, void *parameter)
{
	DySyntaxTree *tree = dy_syntax_parse(parameter, kind, text, len);

	dy_syntax_check(parameter, tree);
	return tree;
}
