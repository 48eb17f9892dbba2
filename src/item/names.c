/*-------------------------------------------------------------------------
 *
 * names.c
 *	  What this process knows of numbered attribute names.
 *
 * All of them, once it has had to do with a name: there are few (names.h).
 * A row of dynamo_internal.attribute_names never changes and never goes away,
 * and it is there for everybody from the moment it was written, as a value of
 * a sequence is, whatever becomes of the transaction (src/tables/names.c).
 * Whoever can see an item that has a number can see the row, too, which comes
 * before it in WAL.  So no snapshot is needed.  A reader that meets a number
 * it does not know looks again; a writer that does not know of a number
 * spells the name out, which is as good.
 *
 * The relation's invalidations tell of new numbers, and of another table, after
 * DROP EXTENSION.  Then nothing is known until the table has been read again.
 * The names themselves are never freed, as they may be in use: some hundreds
 * of kilobytes at most.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "item/names.h"
#include "item/scan.h"

/* Names are looked for in so many places; one that has no place is spelled out. */
#define MAX_PROBES		8

/* A place in the hash table of names. */
typedef struct Slot
{
	uint64		prefix;
	uint16		len;
	uint16		number;			/* DY_NO_NUMBER: empty */
} Slot;

DyNames		dy_names;

static Oid	relation;			/* where they were read from */
static uint32 changes;			/* of the relation, that we have heard of */
static Slot *slots;				/* NULL: no names */
static uint32 slot_mask;

static void look(void);
static DyNames read_names(Oid relid);
static void keep_names(const DyNames *found);
static void make_slots(MemoryContext context);
static inline uint32 hash_name(uint64 prefix, const char *name, uint32 len);
static void relation_changed(Datum arg, Oid relid);

/*
 * The number of a name, or DY_NO_NUMBER.
 */
uint32
dy_number_of_name(uint64 prefix, const char *name, uint32 len)
{
	uint32		place;

	if (len < DY_MIN_NUMBERED_NAME_BYTES || len > DY_MAX_NUMBERED_NAME_BYTES)
		return DY_NO_NUMBER;
	if (unlikely(!dy_names.current))
		look();
	if (dy_names.count == 0)
		return DY_NO_NUMBER;

	place = hash_name(prefix, name, len);
	for (int i = 0; i < MAX_PROBES; i++, place++)
	{
		const Slot *slot = &slots[place & slot_mask];

		if (slot->number == DY_NO_NUMBER)
			break;
		if (slot->prefix == prefix && slot->len == len &&
			(len <= sizeof(prefix) ||
			 memcmp(dy_names.names[slot->number - 1].data, name, len) == 0))
			return slot->number;
	}
	return DY_NO_NUMBER;
}

/*
 * The name behind a number that is not known here.
 */
DyBytes
dy_find_numbered_name(uint32 number)
{
	look();
	if (number - 1 >= dy_names.count || dy_names.names[number - 1].data == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("corrupt item"),
				 errdetail("No attribute name has the number %u.", number)));
	return dy_names.names[number - 1];
}

/*
 * The table of numbered names.  There is none while the extension is being
 * created, or if its catalog is older than the library.
 */
Oid
dy_names_relid(void)
{
	Oid			schema = get_namespace_oid("dynamo_internal", true);

	return OidIsValid(schema) ? get_relname_relid("attribute_names", schema) : InvalidOid;
}

/*
 * Read the table.  If that fails, nothing is known, and it will be read again.
 */
static void
look(void)
{
	static bool registered = false;
	uint32		changes_before;
	DyNames		found = {NULL, 0, false};
	MemoryContext working;
	MemoryContext before;
	Oid			relid;

	if (!IsTransactionState())
		return;
	if (!registered)
	{
		CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
		registered = true;
	}
	AcceptInvalidationMessages();	/* the table may be another one by now */
	dy_forget_names();
	changes_before = changes;
	working = AllocSetContextCreate(CurrentMemoryContext, "reading attribute names",
									ALLOCSET_DEFAULT_SIZES);
	before = MemoryContextSwitchTo(working);
	relid = dy_names_relid();
	if (OidIsValid(relid))
		found = read_names(relid);
	MemoryContextSwitchTo(before);
	relation = relid;
	keep_names(&found);
	MemoryContextDelete(working);
	dy_names.current = (changes == changes_before);
}

/*
 * What the table has, in CurrentMemoryContext.
 */
static DyNames
read_names(Oid relid)
{
	DyNames		found = {NULL, 0, false};
	Relation	rel = table_open(relid, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, SnapshotSelf, 0, NULL);
	HeapTuple	tuple;

	found.names = palloc0(DY_MAX_NUMBERED_NAMES * sizeof(DyBytes));
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		uint32		number = DatumGetInt32(heap_getattr(tuple, DY_NAMES_number, RelationGetDescr(rel), &isnull));
		text	   *name;

		if (number - 1 >= DY_MAX_NUMBERED_NAMES)
			continue;
		name = DatumGetTextPCopy(heap_getattr(tuple, DY_NAMES_name, RelationGetDescr(rel), &isnull));
		found.names[number - 1] = dy_bytes(VARDATA(name), VARSIZE(name) - VARHDRSZ);
		found.count = Max(found.count, number);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * What was found is what we know from now on.
 */
static void
keep_names(const DyNames *found)
{
	static MemoryContext context = NULL;
	static uint32 room = 0;		/* names there is room for */

	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext, "dynamo attribute names",
										ALLOCSET_DEFAULT_SIZES);
	if (found->count > room)
	{
		uint32		more = pg_nextpower2_32(found->count);
		DyBytes    *names = MemoryContextAllocZero(context, more * sizeof(DyBytes));

		if (room > 0)
		{
			memcpy(names, dy_names.names, room * sizeof(DyBytes));
			pfree(dy_names.names);
		}
		dy_names.names = names;
		room = more;
	}
	for (uint32 i = 0; i < found->count; i++)
	{
		DyBytes		name = found->names[i];
		DyBytes    *known = &dy_names.names[i];

		if (name.data != NULL && known->data != NULL && dy_bytes_equal(*known, name))
			continue;
		if (name.data != NULL)
			name.data = memcpy(MemoryContextAlloc(context, name.len), name.data, name.len);
		*known = name;
	}
	dy_names.count = found->count;
	make_slots(context);
}

/*
 * The hash table of names, at most half full.
 */
static void
make_slots(MemoryContext context)
{
	uint32		n = pg_nextpower2_32(2 * Max(dy_names.count, 1));
	Slot	   *made = MemoryContextAllocZero(context, n * sizeof(Slot));

	if (slots != NULL)
		pfree(slots);
	slots = made;
	slot_mask = n - 1;
	for (uint32 i = 0; i < dy_names.count; i++)
	{
		DyBytes		name = dy_names.names[i];
		uint64		prefix;
		uint32		place;

		if (name.data == NULL)
			continue;
		prefix = dy_prefix(name.data, name.len);
		place = hash_name(prefix, name.data, name.len);
		for (int probe = 0; probe < MAX_PROBES; probe++, place++)
		{
			Slot	   *slot = &slots[place & slot_mask];

			if (slot->number == DY_NO_NUMBER)
			{
				slot->prefix = prefix;
				slot->len = name.len;
				slot->number = i + 1;
				break;
			}
		}
	}
}

/*
 * A hash of a name; prefix is its first bytes.
 */
static inline uint32
hash_name(uint64 prefix, const char *name, uint32 len)
{
	uint64		hash = prefix ^ ((uint64) len << 32);

	if (len > sizeof(prefix))
	{
		uint64		last;

		memcpy(&last, name + len - sizeof(last), sizeof(last));
		hash ^= (last << 29) | (last >> 35);
	}

	/* every byte is to count in the low bits of what is left */
	hash = (hash ^ (hash >> 32)) * UINT64CONST(0x9E3779B97F4A7C15);
	hash = (hash ^ (hash >> 29)) * UINT64CONST(0x9E3779B97F4A7C15);
	return hash >> 40;
}

/*
 * A relation was changed; InvalidOid: perhaps all of them.
 */
static void
relation_changed(Datum arg, Oid relid)
{
	if (relid == relation || !OidIsValid(relid) || !OidIsValid(relation))
		dy_forget_names();
}

/*
 * Believe nothing until the table has been read again.
 */
void
dy_forget_names(void)
{
	changes++;
	dy_names.current = false;
	dy_names.count = 0;
}
