/*-------------------------------------------------------------------------
 *
 * projected.c
 *	  What an index holds, and the order in which the service lists what it
 *	  does not hold.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "partiql/tree.h"

static uint32 java_hash(DyBytes text);

/*
 * Does the index hold the attribute: a key of the table or the index, or
 * included?
 */
bool
dy_partiql_index_holds(const DyTable *table, const DyIndex *index, DyBytes attribute)
{
	if (index->projection == DY_PROJECT_ALL || dy_table_is_key(table, attribute))
		return true;
	for (int i = 0; i < index->nhash; i++)
	{
		if (dy_bytes_equal(index->hash[i].name, attribute))
			return true;
	}
	for (int i = 0; i < index->nrange; i++)
	{
		if (dy_bytes_equal(index->range[i].name, attribute))
			return true;
	}
	for (int i = 0; i < index->ninclude; i++)
	{
		if (dy_bytes_equal(index->include[i], attribute))
			return true;
	}
	return false;
}

/*
 * The order in which a java.util.HashSet of these strings is walked: the
 * service lists and tries things in that order.  Returns positions.
 */
int *
dy_partiql_java_order(const DyBytes *texts, int n)
{
	int		   *order = palloc((n + 1) * sizeof(int));
	uint32	   *buckets = palloc((n + 1) * sizeof(uint32));
	uint32		nbuckets = 16;

	while ((uint32) n * 4 > nbuckets * 3)
		nbuckets *= 2;
	for (int i = 0; i < n; i++)
	{
		uint32		bucket = java_hash(texts[i]) & (nbuckets - 1);
		int			k = i;

		for (; k > 0 && buckets[k - 1] > bucket; k--)
		{
			buckets[k] = buckets[k - 1];
			order[k] = order[k - 1];
		}
		buckets[k] = bucket;
		order[k] = i;
	}
	return order;
}

/*
 * a, b, c
 */
char *
dy_partiql_join_names(const DyBytes *names, int n)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
		appendStringInfo(&text, "%s%.*s", i == 0 ? "" : ", ", DY_BYTES_ARGS(names[i]));
	return text.data;
}

/*
 * The hash of a string as HashMap uses it.  Java's strings are UTF-16.
 */
static uint32
java_hash(DyBytes text)
{
	uint32		hash = 0;
	const unsigned char *p = (const unsigned char *) text.data;
	const unsigned char *end = p + text.len;

	while (p < end)
	{
		int			len = pg_utf_mblen(p);
		pg_wchar	c = p + len <= end ? utf8_to_unicode(p) : 0;

		if (c >= 0x10000)
		{
			hash = hash * 31 + (0xD800 + ((c - 0x10000) >> 10));
			c = 0xDC00 + ((c - 0x10000) & 0x3FF);
		}
		hash = hash * 31 + c;
		p += len;
	}
	return hash ^ (hash >> 16);
}
