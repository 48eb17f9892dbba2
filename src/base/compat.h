/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  The differences between the supported versions of Postgres.
 *
 * Supported are 15 to 17.  Sources are written for the newest of them; this
 * header gives older ones the missing names.  No other file asks for
 * PG_VERSION_NUM, except where a callback of an interface has changed its
 * arguments.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_BASE_COMPAT_H
#define DY_BASE_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "dynamo needs PostgreSQL 15 or newer"
#endif

#include "fmgr.h"

/*
 * Stands where PG_FUNCTION_INFO_V1 would: before 16 that macro declares the
 * function without exporting it, and our symbols are hidden by default.
 */
#define DY_SQL_FUNCTION(name) \
	extern PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

/* 16 moved the macros of varlena values out of postgres.h. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 16 renamed the physical identity of a relation. */
#if PG_VERSION_NUM < 160000
#define RelFileLocator RelFileNode
#define dy_relation_file(rel) ((rel)->rd_node.relNode)
#define dy_relation_locator(rel) ((rel)->rd_node)
#define rd_firstRelfilelocatorSubid rd_firstRelfilenodeSubid
#else
#define dy_relation_file(rel) ((rel)->rd_locator.relNumber)
#define dy_relation_locator(rel) ((rel)->rd_locator)
#endif

/* 16 tells which indexes an update touches; before, only whether any. */
#if PG_VERSION_NUM < 160000
#define TU_UpdateIndexes bool
#define TU_None false
#define TU_All true
#define dy_only_summarizing(update_indexes) false
#else
#define dy_only_summarizing(update_indexes) ((update_indexes) == TU_Summarizing)
#endif

/*
 * Calls of the executor that 16 gave more arguments: permission entries
 * beside the range table, target relations for EvalPlanQual, the choice of
 * summarizing indexes, and the reason why a BEFORE trigger skipped a row.
 */
#if PG_VERSION_NUM < 160000
#define dy_EvalPlanQualInit(epq, estate) \
	EvalPlanQualInit((epq), (estate), NULL, NIL, -1)
#define dy_ExecInsertIndexTuples(relinfo, slot, estate, update, no_dup_err, conflict, arbiters, summarizing) \
	ExecInsertIndexTuples((relinfo), (slot), (estate), (update), (no_dup_err), (conflict), (arbiters))
#define dy_ExecBRUpdateTriggers(estate, epq, relinfo, tid, slot) \
	ExecBRUpdateTriggers((estate), (epq), (relinfo), (tid), NULL, (slot), NULL)
#define dy_ExecBRDeleteTriggers(estate, epq, relinfo, tid) \
	ExecBRDeleteTriggers((estate), (epq), (relinfo), (tid), NULL, NULL)
#else
#define dy_EvalPlanQualInit(epq, estate) \
	EvalPlanQualInit((epq), (estate), NULL, NIL, -1, NIL)
#define dy_ExecInsertIndexTuples(relinfo, slot, estate, update, no_dup_err, conflict, arbiters, summarizing) \
	ExecInsertIndexTuples((relinfo), (slot), (estate), (update), (no_dup_err), (conflict), (arbiters), (summarizing))
#define dy_ExecBRUpdateTriggers(estate, epq, relinfo, tid, slot) \
	ExecBRUpdateTriggers((estate), (epq), (relinfo), (tid), NULL, (slot), NULL, NULL)
#define dy_ExecBRDeleteTriggers(estate, epq, relinfo, tid) \
	ExecBRDeleteTriggers((estate), (epq), (relinfo), (tid), NULL, NULL, NULL, NULL)
#endif

/* 16 gave the descent of a btree the table, 17 took away its snapshot. */
#if PG_VERSION_NUM < 160000
#define dy_bt_getroot(index, heap) _bt_getroot((index), BT_READ)
#else
#define dy_bt_getroot(index, heap) _bt_getroot((index), (heap), BT_READ)
#endif
#if PG_VERSION_NUM < 160000
#define dy_bt_search(index, heap, key, buffer) \
	_bt_search((index), (key), (buffer), BT_READ, NULL)
#elif PG_VERSION_NUM < 170000
#define dy_bt_search(index, heap, key, buffer) \
	_bt_search((index), (heap), (key), (buffer), BT_READ, NULL)
#else
#define dy_bt_search(index, heap, key, buffer) \
	_bt_search((index), (heap), (key), (buffer), BT_READ)
#endif

/* Before 17 what an old snapshot sees could be taken away (old_snapshot_threshold). */
#if PG_VERSION_NUM < 170000
#define dy_snapshots_grow_too_old() OldSnapshotThresholdActive()
#else
#define dy_snapshots_grow_too_old() false
#endif

/* 16 counts updates that needed another page. */
#if PG_VERSION_NUM < 160000
#define dy_pgstat_count_hot_update(rel) pgstat_count_heap_update((rel), true)
#else
#define dy_pgstat_count_hot_update(rel) pgstat_count_heap_update((rel), true, false)
#endif

/* 16 lets the caller of a sort say whether it wants a copy; we never do. */
#if PG_VERSION_NUM < 160000
#define dy_tuplesort_getdatum(sort, value, isnull) \
	tuplesort_getdatum((sort), true, (value), (isnull), NULL)
#else
#define dy_tuplesort_getdatum(sort, value, isnull) \
	tuplesort_getdatum((sort), true, false, (value), (isnull), NULL)
#endif

/* 17 moved a backend's local transaction id. */
#if PG_VERSION_NUM < 170000
#define DY_MY_LXID (MyProc->lxid)
#else
#define DY_MY_LXID (MyProc->vxid.lxid)
#endif

/* 17 can ask for stronger locks at once. */
#if PG_VERSION_NUM < 170000
#define dy_lock_held_by_me(tag, mode) LockHeldByMe((tag), (mode))
#else
#define dy_lock_held_by_me(tag, mode) LockHeldByMe((tag), (mode), false)
#endif

/* 17 can flush with the message. */
#if PG_VERSION_NUM < 170000
#define dy_log_logical_message(prefix, text) \
	LogLogicalMessage(prefix, text, strlen(text), true)
#else
#define dy_log_logical_message(prefix, text) \
	LogLogicalMessage(prefix, text, strlen(text), true, false)
#endif

#endif							/* DY_BASE_COMPAT_H */
