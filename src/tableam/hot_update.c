/*-------------------------------------------------------------------------
 *
 * hot_update.c
 *	  A new version of a row beside the old one, the short way.
 *
 * Nearly every write of an item that is there ends like this: no indexed
 * column has changed, the page has room, nobody else is at the row.  Heap's
 * own update has to find all of that out.  It copies and joins the sets of
 * indexed columns, looks for the page among the shared buffers, and compares
 * both versions byte by byte for its record of WAL.  Our caller knows the
 * columns and has the page.
 *
 * What is left behind is what heap would have left: the same two versions, the
 * same record, so that recovery, standbys, VACUUM and logical decoding see no
 * difference.  Whatever is not plain, a row that is locked or was locked by
 * several, values out of line, too little room, is left to heap: the answer is
 * false and nothing has changed.
 *
 * Source: access/heap/README.HOT, heapam.c; for the record heapam_xlog.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/heapam_xlog.h"
#include "access/heaptoast.h"
#include "access/hio.h"
#include "access/multixact.h"
#include "access/visibilitymap.h"
#include "access/xact.h"
#include "access/xloginsert.h"
#include "catalog/catalog.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "tableam/tableam.h"

/* Shorter stretches that both versions have are not worth their length in WAL. */
#define MIN_IN_COMMON	3

static bool page_is_ready(Buffer buffer, HeapTuple old, HeapTuple row, CommandId cid,
						  bool map_is_pinned);
static void put_beside(Relation rel, Buffer buffer, HeapTuple old, HeapTuple row,
					   CommandId cid, Buffer map_page);
static XLogRecPtr log_update(Relation rel, Buffer buffer, HeapTuple old, HeapTuple row,
							 bool was_all_visible);
static Size same_at_start(const char *a, const char *b, Size len);
static Size same_at_end(const char *a_end, const char *b_end, Size len);

/*
 * Make row the next version of the row at tid.  The caller holds the key lock,
 * has buffer, the page of tid, pinned, and knows that no indexed column has
 * changed.  False: nothing has happened, table_tuple_update() has to do it.
 *
 * On success row->t_self is where the new version is.
 */
bool
dy_tableam_hot_update(Relation rel, Buffer buffer, ItemPointer tid, HeapTuple row, CommandId cid)
{
	HeapTupleData old = {
		.t_self = *tid,
		.t_tableOid = RelationGetRelid(rel)
	};
	Buffer		map_page = InvalidBuffer;
	bool		done;

	if (IsolationIsSerializable() || IsInParallelMode() ||
		RelationIsAccessibleInLogicalDecoding(rel) ||
		rel->rd_rel->relreplident == REPLICA_IDENTITY_FULL)
		return false;

	Assert(BufferIsValid(buffer));

	/*
	 * What may fail, or wait, comes before the page is locked.  Somebody who
	 * locks the row FOR KEY SHARE makes us a member of a multixact, which
	 * VACUUM must not take for one that has ended.
	 */
	(void) GetCurrentTransactionId();
	MultiXactIdSetOldestMember();
	if (PageIsAllVisible(BufferGetPage(buffer)))
		visibilitymap_pin(rel, ItemPointerGetBlockNumber(tid), &map_page);

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	done = page_is_ready(buffer, &old, row, cid, BufferIsValid(map_page));
	if (done)
		put_beside(rel, buffer, &old, row, cid, map_page);
	LockBuffer(buffer, BUFFER_LOCK_UNLOCK);

	if (BufferIsValid(map_page))
		ReleaseBuffer(map_page);
	if (done)
		dy_pgstat_count_hot_update(rel);
	return done;
}

/*
 * Is there nothing but to put the new version there?  Points old to the old
 * one.
 */
static bool
page_is_ready(Buffer buffer, HeapTuple old, HeapTuple row, CommandId cid, bool map_is_pinned)
{
	Page		page = BufferGetPage(buffer);
	ItemId		id = PageGetItemId(page, ItemPointerGetOffsetNumber(&old->t_self));

	if (!ItemIdIsNormal(id))
		return false;
	old->t_data = (HeapTupleHeader) PageGetItem(page, id);
	old->t_len = ItemIdGetLength(id);

	/* made visible to all while nobody looked */
	if (PageIsAllVisible(page) && !map_is_pinned)
		return false;

	return !HeapTupleHasExternal(old) &&
		!HeapTupleHasExternal(row) &&
		row->t_len <= TOAST_TUPLE_THRESHOLD &&
		MAXALIGN(row->t_len) <= PageGetHeapFreeSpace(page) &&
		HeapTupleSatisfiesUpdate(old, cid, buffer) == TM_Ok &&
		(old->t_data->t_infomask & HEAP_XMAX_INVALID);
}

/*
 * The change of the page and its record.
 */
static void
put_beside(Relation rel, Buffer buffer, HeapTuple old, HeapTuple row, CommandId cid,
		   Buffer map_page)
{
	Page		page = BufferGetPage(buffer);
	TransactionId xid = GetCurrentTransactionId();
	HeapTupleHeader before = old->t_data;
	HeapTupleHeader after = row->t_data;
	CommandId	cmax = cid;
	bool		iscombo;
	bool		was_all_visible = PageIsAllVisible(page);

	after->t_infomask &= ~HEAP_XACT_MASK;
	after->t_infomask |= HEAP_UPDATED | HEAP_XMAX_INVALID;
	after->t_infomask2 &= ~HEAP2_XACT_MASK;
	after->t_infomask2 |= HEAP_ONLY_TUPLE;
	HeapTupleHeaderSetXmin(after, xid);
	HeapTupleHeaderSetCmin(after, cid);
	HeapTupleHeaderSetXmax(after, InvalidTransactionId);

	HeapTupleHeaderAdjustCmax(before, &cmax, &iscombo);

	START_CRIT_SECTION();

	PageSetPrunable(page, xid);
	RelationPutHeapTuple(rel, buffer, row, false);

	before->t_infomask &= ~(HEAP_XMAX_BITS | HEAP_MOVED);
	before->t_infomask2 &= ~HEAP_KEYS_UPDATED;
	before->t_infomask2 |= HEAP_HOT_UPDATED;
	HeapTupleHeaderSetXmax(before, xid);
	HeapTupleHeaderSetCmax(before, cmax, iscombo);
	before->t_ctid = row->t_self;

	if (was_all_visible)
	{
		PageClearAllVisible(page);
		visibilitymap_clear(rel, BufferGetBlockNumber(buffer), map_page,
							VISIBILITYMAP_VALID_BITS);
	}
	MarkBufferDirty(buffer);
	if (RelationNeedsWAL(rel))
	{
		/* PageSetLSN() looks at its argument twice */
		XLogRecPtr	lsn = log_update(rel, buffer, old, row, was_all_visible);

		PageSetLSN(page, lsn);
	}

	END_CRIT_SECTION();
}

/*
 * Heap's record of a HOT update.  What the new version has in common with the
 * old one at its start and its end is not in it, unless a decoder is to read
 * it or the page goes into WAL as a whole.  No bit has to be set on the old
 * version: its xmax is a plain transaction that has left the key alone.
 */
static XLogRecPtr
log_update(Relation rel, Buffer buffer, HeapTuple old, HeapTuple row, bool was_all_visible)
{
	HeapTupleHeader after = row->t_data;
	char	   *data = (char *) after + after->t_hoff;
	Size		len = row->t_len - after->t_hoff;
	Size		prefix = 0;
	Size		suffix = 0;
	uint16		lengths[2];
	int			nlengths = 0;
	xl_heap_update update = {
		.old_xmax = HeapTupleHeaderGetRawXmax(old->t_data),
		.old_offnum = ItemPointerGetOffsetNumber(&old->t_self),
		.old_infobits_set = 0,
		.flags = was_all_visible ? XLH_UPDATE_OLD_ALL_VISIBLE_CLEARED : 0,
		.new_xmax = InvalidTransactionId,
		.new_offnum = ItemPointerGetOffsetNumber(&row->t_self)
	};
	xl_heap_header header = {
		.t_infomask2 = after->t_infomask2,
		.t_infomask = after->t_infomask,
		.t_hoff = after->t_hoff
	};
	uint8		buffer_flags = REGBUF_STANDARD;

	if (RelationIsLogicallyLogged(rel))
	{
		update.flags |= XLH_UPDATE_CONTAINS_NEW_TUPLE;
		buffer_flags |= REGBUF_KEEP_DATA;
	}
	else if (!XLogCheckBufferNeedsBackup(buffer))
	{
		const char *old_data = (const char *) old->t_data + old->t_data->t_hoff;
		Size		old_len = old->t_len - old->t_data->t_hoff;
		Size		both = Min(len, old_len);

		prefix = same_at_start(data, old_data, both);
		if (prefix < MIN_IN_COMMON)
			prefix = 0;
		suffix = same_at_end(data + len, old_data + old_len, both - prefix);
		if (suffix < MIN_IN_COMMON)
			suffix = 0;
	}

	XLogBeginInsert();
	XLogRegisterBuffer(0, buffer, buffer_flags);
	if (prefix > 0)
	{
		update.flags |= XLH_UPDATE_PREFIX_FROM_OLD;
		lengths[nlengths++] = prefix;
	}
	if (suffix > 0)
	{
		update.flags |= XLH_UPDATE_SUFFIX_FROM_OLD;
		lengths[nlengths++] = suffix;
	}
	XLogRegisterData((char *) &update, SizeOfHeapUpdate);
	if (nlengths > 0)
		XLogRegisterBufData(0, (char *) lengths, nlengths * sizeof(uint16));
	XLogRegisterBufData(0, (char *) &header, SizeOfHeapHeader);

	/* what lies between header and data, the map of nulls, is always written */
	XLogRegisterBufData(0, (char *) after + SizeofHeapTupleHeader,
						after->t_hoff - SizeofHeapTupleHeader);
	XLogRegisterBufData(0, data + prefix, len - prefix - suffix);

	XLogSetRecordFlags(XLOG_INCLUDE_ORIGIN);
	return XLogInsert(RM_HEAP_ID, XLOG_HEAP_HOT_UPDATE);
}

/*
 * How many bytes are the same from here on.
 */
static Size
same_at_start(const char *a, const char *b, Size len)
{
	Size		same = 0;

	while (same + sizeof(uint64) <= len && memcmp(a + same, b + same, sizeof(uint64)) == 0)
		same += sizeof(uint64);
	while (same < len && a[same] == b[same])
		same++;
	return same;
}

/*
 * How many bytes are the same up to here.
 */
static Size
same_at_end(const char *a_end, const char *b_end, Size len)
{
	Size		same = 0;

	while (same + sizeof(uint64) <= len &&
		   memcmp(a_end - same - sizeof(uint64), b_end - same - sizeof(uint64), sizeof(uint64)) == 0)
		same += sizeof(uint64);
	while (same < len && a_end[-1 - (ptrdiff_t) same] == b_end[-1 - (ptrdiff_t) same])
		same++;
	return same;
}
