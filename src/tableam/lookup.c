/*-------------------------------------------------------------------------
 *
 * lookup.c
 *	  The row under a key: where it was last, or down the primary index and to
 *	  the heap.
 *
 * Every operation on an item begins with this.  Where the rows of keys were
 * found is remembered (hint.c), and a row that is still there is all there is
 * to read.  Otherwise the index says where it is.  An index scan that looks for
 * one key spends two thirds of its time on being general: scan keys that any
 * operator could be in, comparisons through the function manager, the whole
 * leaf page noted for the next rows.  Here the shape of the index is known,
 * (hk bytea, sk bytea), and bytea is ordered by memcmp, so the descent
 * compares the bytes where they lie.
 *
 * This is not another btree: whenever something is met that is not plain,
 * a page that is being split or deleted, several versions of the row with
 * entries of their own, an entry that wants to be marked as dead, the answer
 * is "unsure" and the caller takes the index scan, which knows what to do.
 *
 * Pages are locked and left one by one, as in _bt_search(): a page that was
 * split after its parent had been read is known by its high key, which is not
 * above the key then.
 *
 * Source: access/nbtree/nbtsearch.c, access/heap/heapam_handler.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/nbtree.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "pgstat.h"
#include "port/pg_bswap.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "tableam/hint.h"
#include "tableam/tableam.h"

/* The columns of the primary index. */
#define N_KEYS 2

typedef struct Key
{
	const char *bytes[N_KEYS];
	Size		lens[N_KEYS];
	uint64		head;			/* the first bytes of hk, as a number that
								 * sorts like them */
} Key;

static bool find_where_it_was(Relation rel, Snapshot snapshot, const Key *key, uint64 hash,
							  HeapTuple tuple, Buffer *buffer);
static DyLookup find_by_index(Relation rel, Relation primary, Snapshot snapshot, const Key *key,
							  uint64 hash, HeapTuple tuple, Buffer *buffer);
static uint64 head_of(const char *bytes);
static DyLookup find_entry(Relation rel, Relation primary, const Key *key, ItemPointer tid);
static DyLookup find_below(Relation primary, const Key *key, Buffer buffer, const DyHint *hint,
						   bool hinted, ItemPointer tid);
static DyLookup read_entry(Relation primary, const Key *key, Page page, OffsetNumber offset,
						   ItemPointer tid);
static OffsetNumber first_to_compare(BTPageOpaque opaque);
static OffsetNumber first_not_below(Relation primary, const Key *key, Page page);
static bool read_head(Page page, OffsetNumber offset, uint64 *head);
static int	compare(Relation primary, const Key *key, Page page, OffsetNumber offset);
static const char *read_column(const char *column, const char **bytes, Size *len);
static bool has_room_for_next(Page page, OffsetNumber offset);
static DyLookup fetch_version(Relation rel, Snapshot snapshot, ItemPointerData tid,
							  HeapTuple tuple, Buffer buffer);
static bool has_key(HeapTuple tuple, const Key *key);

/*
 * The version of the row under (hk, sk) that the snapshot sees.  If it is
 * found, buffer holds a pin on its page, which tuple points into.
 */
DyLookup
dy_tableam_lookup(Relation rel, Relation primary, Snapshot snapshot,
				  const struct varlena *hk, const struct varlena *sk,
				  HeapTuple tuple, Buffer *buffer)
{
	Key			key = {
		.bytes = {VARDATA_ANY(hk), VARDATA_ANY(sk)},
		.lens = {VARSIZE_ANY_EXHDR(hk), VARSIZE_ANY_EXHDR(sk)},
		.head = head_of(VARDATA_ANY(hk))
	};
	uint64		hash;
	DyLookup	result;

	Assert(key.lens[0] >= sizeof(key.head));

	/*
	 * SERIALIZABLE wants predicate locks on what was read of the index, and a
	 * snapshot that may be too old is compared with each page.
	 */
	if (!IsMVCCSnapshot(snapshot) || IsolationIsSerializable() || dy_snapshots_grow_too_old())
		return DY_LOOKUP_UNSURE;

	hash = hash_bytes_extended((const unsigned char *) key.bytes[1], key.lens[1],
							   key.head + dy_relation_file(rel));
	if (find_where_it_was(rel, snapshot, &key, hash, tuple, buffer))
		result = DY_LOOKUP_FOUND;
	else
		result = find_by_index(rel, primary, snapshot, &key, hash, tuple, buffer);
	if (result != DY_LOOKUP_UNSURE)
	{
		pgstat_count_index_scan(primary);
		pgstat_count_index_tuples(primary, result == DY_LOOKUP_FOUND ? 1 : 0);
	}
	return result;
}

/*
 * Without the index, if it is known where the row was and it is still there.
 * A snapshot sees one row of a key at most, so what has the key and is seen
 * is what the index would have led to.
 */
static bool
find_where_it_was(Relation rel, Snapshot snapshot, const Key *key, uint64 hash,
				  HeapTuple tuple, Buffer *buffer)
{
	ItemPointerData tid;

	if (!dy_hint_row(rel, hash, &tid, buffer) ||
		fetch_version(rel, snapshot, tid, tuple, *buffer) != DY_LOOKUP_FOUND)
		return false;
	if (!has_key(tuple, key))
	{
		ReleaseBuffer(*buffer);
		return false;
	}
	return true;
}

static DyLookup
find_by_index(Relation rel, Relation primary, Snapshot snapshot, const Key *key, uint64 hash,
			  HeapTuple tuple, Buffer *buffer)
{
	ItemPointerData tid;
	DyLookup	result = find_entry(rel, primary, key, &tid);

	if (result != DY_LOOKUP_FOUND)
		return result;
	*buffer = dy_hint_read_row_page(rel, ItemPointerGetBlockNumber(&tid));
	result = fetch_version(rel, snapshot, tid, tuple, *buffer);
	if (result == DY_LOOKUP_FOUND)
		dy_hint_remember_row(hash, *buffer, ItemPointerGetOffsetNumber(&tid));
	return result;
}

/*
 * Digests are longer than that, and seldom agree so far.
 */
static uint64
head_of(const char *bytes)
{
	uint64		head;

	memcpy(&head, bytes, sizeof(head));
	return pg_ntoh64(head);
}

/*
 * Where the index says that the row is.
 */
static DyLookup
find_entry(Relation rel, Relation primary, const Key *key, ItemPointer tid)
{
	DyHint		hint;
	Buffer		buffer;

	dy_hint_find(primary, key->head, &hint);
	buffer = dy_hint_page(primary, &hint);
	if (BufferIsValid(buffer))
	{
		DyLookup	result = find_below(primary, key, buffer, &hint, true, tid);

		if (result != DY_LOOKUP_UNSURE)
			return result;
	}

	buffer = dy_bt_getroot(primary, rel);
	if (!BufferIsValid(buffer))
		return DY_LOOKUP_NONE;	/* the index is empty */
	return find_below(primary, key, buffer, &hint, false, tid);
}

/*
 * The same, beginning at a page, which is locked for reading and left.  If it
 * was found by a hint, it has to be shown that the key belongs there: it must
 * not be above the high key, and something must be below it (see hint.c).
 */
static DyLookup
find_below(Relation primary, const Key *key, Buffer buffer, const DyHint *hint, bool hinted,
		   ItemPointer tid)
{
	bool		begin_unknown = hinted;

	for (;;)
	{
		Page		page = BufferGetPage(buffer);
		BTPageOpaque opaque = BTPageGetOpaque(page);
		OffsetNumber offset;
		IndexTuple	downlink;

		if (P_IGNORE(opaque) || (begin_unknown && opaque->btpo_level != hint->level))
			break;
		if (!P_RIGHTMOST(opaque))
		{
			int			order = compare(primary, key, page, P_HIKEY);

			if (order > 0 && begin_unknown)
			{
				buffer = dy_hint_step_right(primary, hint, buffer);
				begin_unknown = false;
				continue;
			}
			if (order >= (P_ISLEAF(opaque) ? 0 : 1))
				break;
		}

		offset = first_not_below(primary, key, page);
		if (begin_unknown && !P_LEFTMOST(opaque) && offset == first_to_compare(opaque))
			break;
		begin_unknown = false;

		if (!hinted && opaque->btpo_level == hint->level)
			dy_hint_remember(primary, hint, buffer);
		if (P_ISLEAF(opaque))
		{
			DyLookup	result = read_entry(primary, key, page, offset, tid);

			_bt_relbuf(primary, buffer);
			return result;
		}

		/* the last page that may begin below the key */
		downlink = (IndexTuple) PageGetItem(page, PageGetItemId(page, OffsetNumberPrev(offset)));
		buffer = _bt_relandgetbuf(primary, buffer, BTreeTupleGetDownLink(downlink), BT_READ);
	}
	_bt_relbuf(primary, buffer);
	return DY_LOOKUP_UNSURE;
}

/*
 * The only live entry under the key on a leaf page.  That all of them are on
 * this page is known: its high key is above the key.
 */
static DyLookup
read_entry(Relation primary, const Key *key, Page page, OffsetNumber offset, ItemPointer tid)
{
	OffsetNumber last = PageGetMaxOffsetNumber(page);
	DyLookup	result = DY_LOOKUP_NONE;

	for (; offset <= last && compare(primary, key, page, offset) == 0; offset++)
	{
		ItemId		id = PageGetItemId(page, offset);
		IndexTuple	entry = (IndexTuple) PageGetItem(page, id);

		if (ItemIdIsDead(id))
		{
			/* what is dead on the primary may be seen on a standby */
			if (TransactionStartedDuringRecovery())
				return DY_LOOKUP_UNSURE;
			continue;
		}
		if (result == DY_LOOKUP_FOUND || BTreeTupleIsPosting(entry))
			return DY_LOOKUP_UNSURE;
		*tid = entry->t_tid;
		result = DY_LOOKUP_FOUND;
	}
	return result;
}

/*
 * The first entry of a page that is not below everything: on an inner page the
 * second.
 */
static inline OffsetNumber
first_to_compare(BTPageOpaque opaque)
{
	return P_FIRSTDATAKEY(opaque) + (P_ISLEAF(opaque) ? 0 : 1);
}

/*
 * The first entry of a page that is not below the key, one behind the last if
 * there is none.  On an inner page that is never the first entry.
 */
static OffsetNumber
first_not_below(Relation primary, const Key *key, Page page)
{
	BTPageOpaque opaque = BTPageGetOpaque(page);
	OffsetNumber low = first_to_compare(opaque);
	OffsetNumber high = PageGetMaxOffsetNumber(page) + 1;

	while (low < high)
	{
		OffsetNumber middle = low + (high - low) / 2;
		uint64		head;
		bool		below;

		/* entries of other collections are told by the head alone */
		if (likely(read_head(page, middle, &head)) && head != key->head)
			below = head < key->head;
		else
			below = compare(primary, key, page, middle) > 0;

		if (below)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The head of an entry's first column, which is there; false if it has not
 * the short header and the length of a digest.
 */
static inline bool
read_head(Page page, OffsetNumber offset, uint64 *head)
{
	IndexTuple	entry = (IndexTuple) PageGetItem(page, PageGetItemId(page, offset));
	const char *column = (const char *) entry + IndexInfoFindDataOffset(entry->t_info);

	if (!VARATT_IS_SHORT(column) || VARSIZE_SHORT(column) < VARHDRSZ_SHORT + sizeof(*head))
		return false;
	*head = head_of(VARDATA_SHORT(column));
	return true;
}

/*
 * The key against an entry, as _bt_compare() does it: the first entry of an
 * inner page is below everything, and so is a column, or the row's place,
 * that a separator does without.
 */
static int
compare(Relation primary, const Key *key, Page page, OffsetNumber offset)
{
	BTPageOpaque opaque = BTPageGetOpaque(page);
	IndexTuple	entry;
	int			columns;
	const char *column;

	if (!P_ISLEAF(opaque) && offset == P_FIRSTDATAKEY(opaque))
		return 1;

	entry = (IndexTuple) PageGetItem(page, PageGetItemId(page, offset));
	columns = Min(BTreeTupleGetNAtts(entry, primary), N_KEYS);
	column = (const char *) entry + IndexInfoFindDataOffset(entry->t_info);
	for (int i = 0; i < columns; i++)
	{
		const char *bytes;
		Size		len;
		int			order;

		column = read_column(column, &bytes, &len);
		order = memcmp(key->bytes[i], bytes, Min(key->lens[i], len));
		if (order != 0)
			return order;
		if (key->lens[i] != len)
			return key->lens[i] < len ? -1 : 1;
	}
	if (columns < N_KEYS || BTreeTupleGetHeapTID(entry) == NULL)
		return 1;
	return 0;
}

/*
 * A column that is in line; the place behind it.  A short header stands where
 * it is, another one is aligned.  Ours are never compressed, but somebody may
 * have changed how the column is stored.
 */
static inline const char *
read_column(const char *column, const char **bytes, Size *len)
{
	struct varlena *value;

	if (likely(VARATT_IS_SHORT(column)))
	{
		*bytes = VARDATA_SHORT(column);
		*len = VARSIZE_SHORT(column) - VARHDRSZ_SHORT;
		return *bytes + *len;
	}
	column = (const char *) att_align_pointer(column, TYPALIGN_INT, -1, column);
	value = (struct varlena *) column;
	if (VARATT_IS_COMPRESSED(column))
		value = pg_detoast_datum(value);
	*bytes = VARDATA(value);
	*len = VARSIZE(value) - VARHDRSZ;
	return column + VARSIZE(column);
}

/*
 * The version of a HOT chain that the snapshot sees.  If there is none, the
 * page is released.
 */
static DyLookup
fetch_version(Relation rel, Snapshot snapshot, ItemPointerData tid, HeapTuple tuple, Buffer buffer)
{
	bool		all_dead;
	bool		found;

	if (!has_room_for_next(BufferGetPage(buffer), ItemPointerGetOffsetNumber(&tid)))
		heap_page_prune_opt(rel, buffer);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	found = heap_hot_search_buffer(&tid, rel, buffer, snapshot, tuple, &all_dead, true);
	LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
	if (found)
	{
		pgstat_count_heap_fetch(rel);
		return DY_LOOKUP_FOUND;
	}
	ReleaseBuffer(buffer);

	/* the entry is of no use to anybody: the index scan marks it */
	return all_dead ? DY_LOOKUP_UNSURE : DY_LOOKUP_NONE;
}

/*
 * Is it a row of this key?  Its first two columns are never null.
 */
static bool
has_key(HeapTuple tuple, const Key *key)
{
	const char *column = (const char *) tuple->t_data + tuple->t_data->t_hoff;

	for (int i = 0; i < N_KEYS; i++)
	{
		const char *bytes;
		Size		len;

		/* this is the table, where a long key may be out of line */
		if (VARATT_IS_EXTERNAL(column))
			return false;
		column = read_column(column, &bytes, &len);
		if (len != key->lens[i] || memcmp(bytes, key->bytes[i], len) != 0)
			return false;
	}
	return true;
}

/*
 * Can another version of the row be put on its page, as long as the row is now
 * and an eighth more?  Then the page need not be pruned yet: an index scan has
 * that done as soon as a tenth of the page is no longer free, so a page of
 * rows that long is pruned for every update.  The page is not locked, so what
 * is read may be of any time, as in heap_page_prune_opt().
 */
static bool
has_room_for_next(Page page, OffsetNumber offset)
{
	ItemIdData	id;
	Size		length;

	if (!TransactionIdIsValid(((PageHeader) page)->pd_prune_xid))
		return true;			/* nothing to prune */
	if (offset > PageGetMaxOffsetNumber(page))
		return false;
	id = *PageGetItemId(page, offset);
	if (ItemIdIsRedirected(&id) && ItemIdGetRedirect(&id) <= PageGetMaxOffsetNumber(page))
		id = *PageGetItemId(page, ItemIdGetRedirect(&id));
	if (!ItemIdIsNormal(&id))
		return false;
	length = ItemIdGetLength(&id);
	return PageGetHeapFreeSpace(page) >= MAXALIGN(length + length / 8);
}
