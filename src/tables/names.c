/*-------------------------------------------------------------------------
 *
 * names.c
 *	  Which attribute names are numbered.
 *
 * A name that items have again and again.  Each session looks at one in
 * SAMPLE of the new items that it is about to store, and counts the names in
 * it that have no number.  One that was met in enough of them gets the next
 * number.  Only new items count: one that is written again and again would
 * make its names, perhaps those of a map whose names are keys, look frequent.
 * Names that are met once push each other out of the few places that there are
 * for counting.  The fewer numbers are left, the more often a name must be met.
 *
 * A number is given at once and for good, as a sequence gives its values: the
 * row is written frozen, so that everybody sees it, and nobody takes it back.
 * Thus a large COPY makes use of the names that it has met itself; and what
 * was written with a number may outlive the transaction that gave it, as a
 * constant in a plan does.  Other sessions hear of it when the transaction
 * commits, or when they mean to give the same name a number.  It is no change
 * that logical replication may bring to another database, which has its own.
 * A transaction that has made the table, or moved it to another file, would
 * take the row back with the file: there none are given.
 *
 * Numbers are given under a lock on their table, for as long as that takes.
 * A write does not wait for it: if another session has it, next time will do.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "item/names.h"
#include "item/scan.h"
#include "tables/table.h"

DY_SQL_FUNCTION(dynamo_number_attribute_names);

/* One item in so many is looked at, and so many entries of it at most. */
#define SAMPLE			16
#define MAX_ENTRIES		512

/*
 * So often a name must be met: twice as often with each so many numbers
 * that are given.
 */
#define ENOUGH			8
#define NUMBERS_A_DOUBLING	256

/* Places for counting; each name has two to choose from. */
#define PLACES			256

/* It conflicts with itself, and with VACUUM. */
#define NUMBERING_LOCK	ShareUpdateExclusiveLock

/* A name that is being counted. */
typedef struct Place
{
	uint32		count;			/* of items that have it; 0: free */
	uint32		item;			/* the last of them */
	uint32		len;
	char		name[DY_MAX_NUMBERED_NAME_BYTES];
} Place;

/* A walk over an item. */
typedef struct Walk
{
	uint32		item;			/* its ordinal, of the new items */
	int			entries_left;
	bool		enough;			/* some name was met often enough */
} Walk;

static Place *places;

static void walk(Walk *w, DyValue container);
static void meet(Walk *w, DyBytes name);
static void number_what_was_met(void);
static int	give_numbers(Oid relid, DyBytes *names, int n, int elevel);
static bool scan_numbers(Relation rel, DyBytes *names, int n, int32 *last, int elevel);
static void give_number(Relation rel, int32 number, DyBytes name);
static bool is_worth_a_number(DyBytes name);
static uint32 enough(void);

/*
 * A new item is about to be stored, in a transaction that may write.
 */
void
dy_meet_names(DyValue map)
{
	static uint32 items = 0;
	Walk		w = {++items, MAX_ENTRIES, false};

	if (items % SAMPLE != 0)
		return;
	walk(&w, map);
	if (w.enough)
		number_what_was_met();
}

static void
walk(Walk *w, DyValue container)
{
	bool		is_map = dy_value_type(container) == DY_TYPE_M;
	const char *start = (const char *) container.data;
	DyIterator	iter = dy_iterate(container);
	DyBytes		name;
	DyValue		value;

	check_stack_depth();
	while (w->entries_left-- > 0 &&
		   (is_map ? dy_map_next(&iter, &name, &value) : dy_list_next(&iter, &value)))
	{
		DyType		type = dy_value_type(value);

		/* a name with a number does not lie here */
		if (is_map && name.data > start && name.data < start + container.len)
			meet(w, name);
		if (type == DY_TYPE_M || type == DY_TYPE_L)
			walk(w, value);
	}
}

/*
 * Count a name.
 */
static void
meet(Walk *w, DyBytes name)
{
	uint32		hash;
	Place	   *place = NULL;

	if (!is_worth_a_number(name) ||
		dy_number_of_name(dy_prefix(name.data, name.len), name.data, name.len) != DY_NO_NUMBER)
		return;
	if (places == NULL)
		places = MemoryContextAllocZero(TopMemoryContext, PLACES * sizeof(Place));

	hash = hash_bytes((const unsigned char *) name.data, name.len);
	for (int i = 0; i < 2; i++)
	{
		Place	   *candidate = &places[(i == 0 ? hash : hash >> 16) % PLACES];

		if (candidate->count > 0 && candidate->len == name.len &&
			memcmp(candidate->name, name.data, name.len) == 0)
		{
			place = candidate;
			break;
		}
		if (place == NULL || candidate->count < place->count)
			place = candidate;
	}
	if (place->count > 0 &&
		(place->len != name.len || memcmp(place->name, name.data, name.len) != 0))
	{
		place->count--;
		return;
	}
	if (place->count > 0 && place->item == w->item)
		return;
	if (place->count++ == 0)
	{
		place->len = name.len;
		memcpy(place->name, name.data, name.len);
	}
	place->item = w->item;
	if (place->count >= enough())
		w->enough = true;
}

/*
 * Number the names that were met often enough, and those that nearly were.
 */
static void
number_what_was_met(void)
{
	Oid			relid = dy_names_relid();
	uint32		least = enough() / 2;
	DyBytes		names[PLACES];
	Place	   *from[PLACES];
	int			n = 0;

	if (!OidIsValid(relid) || !ConditionalLockRelationOid(relid, NUMBERING_LOCK))
		return;
	for (int i = 0; i < PLACES; i++)
	{
		if (places[i].count >= least)
		{
			from[n] = &places[i];
			names[n++] = dy_bytes(places[i].name, places[i].len);
		}
	}
	/* a write does without, whatever stands against it */
	(void) give_numbers(relid, names, n, WARNING);
	UnlockRelationOid(relid, NUMBERING_LOCK);
	for (int i = 0; i < n; i++)
		from[i]->count = 0;
}

/*
 * Give numbers to those of the names that have none, as long as there are
 * numbers.  Returns how many got one; the array is used up.  The caller has
 * locked the table.  If none can be given, that is reported at elevel; but a
 * WARNING is only for what has to be mended.
 */
static int
give_numbers(Oid relid, DyBytes *names, int n, int elevel)
{
	Relation	rel = table_open(relid, NoLock);
	int32		last;
	int			given = 0;

	if (rel->rd_createSubid != InvalidSubTransactionId ||
		rel->rd_firstRelfilelocatorSubid != InvalidSubTransactionId)
	{
		if (elevel >= ERROR)
			ereport(elevel,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("attribute names cannot get numbers in a transaction that has created or rewritten \"dynamo_internal.attribute_names\"")));
	}
	else if (scan_numbers(rel, names, n, &last, elevel))
	{
		for (int i = 0; i < n && last < DY_MAX_NUMBERED_NAMES; i++)
		{
			if (!is_worth_a_number(names[i]))
				continue;
			give_number(rel, ++last, names[i]);
			given++;
			for (int k = i + 1; k < n; k++)
			{
				if (dy_bytes_equal(names[i], names[k]))
					names[k].len = 0;
			}
		}
	}
	if (given > 0)
		CacheInvalidateRelcache(rel);
	table_close(rel, NoLock);

	/* what was there already is news, too, or we would not have asked */
	dy_forget_names();
	return given;
}

/*
 * Find the last number, and make those of the names empty that have one.
 * False, reported at elevel, if the table is not as we have written it: no
 * number may be given twice, whatever has happened.
 */
static bool
scan_numbers(Relation rel, DyBytes *names, int n, int32 *last, int elevel)
{
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, SnapshotSelf, 0, NULL);
	HeapTuple	tuple;
	int32		rows = 0;

	*last = DY_NO_NUMBER;
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		text	   *name = DatumGetTextPP(heap_getattr(tuple, DY_NAMES_name, RelationGetDescr(rel), &isnull));
		int32		number = DatumGetInt32(heap_getattr(tuple, DY_NAMES_number, RelationGetDescr(rel), &isnull));

		for (int i = 0; i < n; i++)
		{
			if (dy_bytes_equal(names[i], dy_bytes(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name))))
				names[i].len = 0;
		}
		*last = Max(*last, number);
		rows++;
	}
	systable_endscan(scan);

	if (rows == *last)
		return true;
	ereport(elevel,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("\"dynamo_internal.attribute_names\" has %d rows, but the last number is %d", rows, *last)));
	return false;
}

/*
 * Write the row.  A later catalog may have given the table more columns.
 */
static void
give_number(Relation rel, int32 number, DyBytes name)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Datum	   *values = palloc0(desc->natts * sizeof(Datum));
	bool	   *nulls = palloc(desc->natts * sizeof(bool));
	HeapTuple	tuple;

	memset(nulls, true, desc->natts * sizeof(bool));
	values[DY_NAMES_number - 1] = Int32GetDatum(number);
	nulls[DY_NAMES_number - 1] = false;
	values[DY_NAMES_name - 1] = PointerGetDatum(cstring_to_text_with_len(name.data, name.len));
	nulls[DY_NAMES_name - 1] = false;
	tuple = heap_form_tuple(desc, values, nulls);
	heap_insert(rel, tuple, GetCurrentCommandId(true),
				HEAP_INSERT_FROZEN | HEAP_INSERT_NO_LOGICAL, NULL);
	heap_freetuple(tuple);
	pfree(DatumGetPointer(values[DY_NAMES_name - 1]));
	pfree(values);
	pfree(nulls);
}

/*
 * Can the name have a number?  It becomes a text, which cannot hold a NUL.
 */
static bool
is_worth_a_number(DyBytes name)
{
	return name.len >= DY_MIN_NUMBERED_NAME_BYTES && name.len <= DY_MAX_NUMBERED_NAME_BYTES &&
		memchr(name.data, '\0', name.len) == NULL;
}

/*
 * So often a name must be met.
 */
static uint32
enough(void)
{
	return ENOUGH << (dy_names.count / NUMBERS_A_DOUBLING);
}

/*
 * number_attribute_names(VARIADIC names text[]) returns integer
 *
 * Number these names before any item is stored that has them; how many had no
 * number.  It is not undone if the transaction is.
 */
Datum
dynamo_number_attribute_names(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Oid			relid = dy_names_relid();
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	int			given;
	DyBytes    *names;

	if (!OidIsValid(relid))
		elog(ERROR, "relation \"dynamo_internal.attribute_names\" does not exist");
	PreventCommandIfReadOnly("number_attribute_names()");
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	names = palloc0(Max(n, 1) * sizeof(DyBytes));
	for (int i = 0; i < n; i++)
	{
		text	   *name;

		if (nulls[i])
			continue;
		name = DatumGetTextPP(elements[i]);
		names[i] = dy_bytes(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	}
	LockRelationOid(relid, NUMBERING_LOCK);
	given = give_numbers(relid, names, n, ERROR);
	UnlockRelationOid(relid, NUMBERING_LOCK);
	PG_RETURN_INT32(given);
}
