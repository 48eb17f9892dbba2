/*-------------------------------------------------------------------------
 *
 * row_executor.c
 *	  Changing one row with all that the executor does.
 *
 * For relations that are not plain (dy_row_is_plain): users may put triggers,
 * CHECK constraints, generated columns, foreign keys and indexes on an item
 * table, and its own indexes may be in the middle of a concurrent build.
 * Here each change is what a one-row INSERT, UPDATE or DELETE statement is
 * to them; AFTER triggers have fired when a function returns.
 *
 * Privileges and row security are not looked at: who may call an operation
 * is decided before the engine is asked.
 *
 * Steps that could meet a concurrent writer without key lock (see row.c) come
 * before the triggers: an update or delete first locks the row.
 *
 * Triggers are those of the statement's copy (ri_TrigDesc): the relation's own
 * go when somebody else's change to the table is heard of, as at each lock.
 *
 * The range table entry is no ornament: index code asks it which columns are
 * updated, on the first update that is not HOT.
 *
 * Source: the order of the steps is that of ExecInsert, ExecUpdate and
 * ExecDelete in executor/nodeModifyTable.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "nodes/makefuncs.h"
#include "parser/parse_relation.h"
#include "rewrite/rewriteHandler.h"
#include "utils/datum.h"
#include "utils/snapmgr.h"

#include "engine/row.h"
#include "engine/storage.h"
#include "tableam/tableam.h"

/* One statement on one row. */
typedef struct Statement
{
	EState	   *estate;
	ResultRelInfo *relinfo;
	EPQState	epq;
	TransitionCaptureState *transition;
} Statement;

static void begin_statement(Statement *st, DyRowChange *change, CmdType command);
static void end_statement(Statement *st);
static Bitmapset *changed_columns(DyRowChange *change, CmdType command);
static void fill_other_columns(Statement *st, DyRowChange *change);
static void finish_new_row(Statement *st, DyRowChange *change, CmdType command);
static DyRowResult lock_old_row(Statement *st, DyRowChange *change, LockTupleMode mode);
static bool key_is_same(DyRowChange *change);
static void reload_values(DyRowChange *change);

DyRowResult
dy_row_insert_executor(DyRowChange *change)
{
	Statement	st;
	TriggerDesc *triggers;
	TupleTableSlot *slot = change->new_slot;
	List	   *recheck;
	bool		conflict = false;

	begin_statement(&st, change, CMD_INSERT);
	triggers = st.relinfo->ri_TrigDesc;
	fill_other_columns(&st, change);

	ExecBSInsertTriggers(st.estate, st.relinfo);
	if (triggers != NULL && triggers->trig_insert_before_row &&
		!ExecBRInsertTriggers(st.estate, st.relinfo, slot))
	{
		change->skipped = true;
		ExecASInsertTriggers(st.estate, st.relinfo, st.transition);
		end_statement(&st);
		return DY_ROW_DONE;
	}
	finish_new_row(&st, change, CMD_INSERT);

	table_tuple_insert(change->rel, slot, st.estate->es_output_cid, 0, NULL);
	recheck = dy_ExecInsertIndexTuples(st.relinfo, slot, st.estate, false, true, &conflict,
									   list_make1_oid(change->table->primary_indexoid),
									   false);
	if (conflict)
	{
		end_statement(&st);
		return dy_row_give_way(change);
	}

	ExecARInsertTriggers(st.estate, st.relinfo, slot, recheck, st.transition);
	ExecASInsertTriggers(st.estate, st.relinfo, st.transition);
	end_statement(&st);
	return DY_ROW_DONE;
}

DyRowResult
dy_row_update_executor(DyRowChange *change)
{
	Statement	st;
	TriggerDesc *triggers;
	ItemPointerData tid = change->old_row.t_self;
	TupleTableSlot *slot = change->new_slot;
	TM_FailureData failure;
	LockTupleMode lockmode;
	TU_UpdateIndexes update_indexes;
	List	   *recheck = NIL;
	DyRowResult result;

	CheckCmdReplicaIdentity(change->rel, CMD_UPDATE);
	begin_statement(&st, change, CMD_UPDATE);
	triggers = st.relinfo->ri_TrigDesc;

	result = lock_old_row(&st, change, ExecUpdateLockMode(st.estate, st.relinfo));
	if (result != DY_ROW_DONE)
	{
		end_statement(&st);
		return result;
	}

	ExecBSUpdateTriggers(st.estate, st.relinfo);
	if (triggers != NULL && triggers->trig_update_before_row &&
		!dy_ExecBRUpdateTriggers(st.estate, &st.epq, st.relinfo, &tid, slot))
		change->skipped = true;
	else
	{
		finish_new_row(&st, change, CMD_UPDATE);
		result = dy_row_result(change,
							   table_tuple_update(change->rel, &tid, slot,
												  st.estate->es_output_cid,
												  GetActiveSnapshot(), InvalidSnapshot,
												  true, &failure, &lockmode,
												  &update_indexes));
		if (result != DY_ROW_DONE)
			elog(ERROR, "locked row of table \"%s\" was changed",
				 RelationGetRelationName(change->rel));

		if (update_indexes != TU_None)
			recheck = dy_ExecInsertIndexTuples(st.relinfo, slot, st.estate, true, false,
											   NULL, NIL,
											   dy_only_summarizing(update_indexes));
		ExecARUpdateTriggers(st.estate, st.relinfo, NULL, NULL, &tid, NULL, slot,
							 recheck, st.transition, false);
	}
	ExecASUpdateTriggers(st.estate, st.relinfo, st.transition);
	end_statement(&st);
	return DY_ROW_DONE;
}

DyRowResult
dy_row_delete_executor(DyRowChange *change)
{
	Statement	st;
	TriggerDesc *triggers;
	ItemPointerData tid = change->old_row.t_self;
	TM_FailureData failure;
	DyRowResult result;

	CheckCmdReplicaIdentity(change->rel, CMD_DELETE);
	begin_statement(&st, change, CMD_DELETE);
	triggers = st.relinfo->ri_TrigDesc;

	result = lock_old_row(&st, change, LockTupleExclusive);
	if (result != DY_ROW_DONE)
	{
		end_statement(&st);
		return result;
	}

	ExecBSDeleteTriggers(st.estate, st.relinfo);
	if (triggers != NULL && triggers->trig_delete_before_row &&
		!dy_ExecBRDeleteTriggers(st.estate, &st.epq, st.relinfo, &tid))
		change->skipped = true;
	else
	{
		result = dy_row_result(change,
							   table_tuple_delete(change->rel, &tid,
												  st.estate->es_output_cid,
												  GetActiveSnapshot(), InvalidSnapshot,
												  true, &failure, false));
		if (result != DY_ROW_DONE)
			elog(ERROR, "locked row of table \"%s\" was changed",
				 RelationGetRelationName(change->rel));
		ExecARDeleteTriggers(st.estate, st.relinfo, &tid, NULL, st.transition, false);
	}
	ExecASDeleteTriggers(st.estate, st.relinfo, st.transition);
	end_statement(&st);
	return DY_ROW_DONE;
}

/* Everything a statement on this one relation has before its first row. */
static void
begin_statement(Statement *st, DyRowChange *change, CmdType command)
{
	RangeTblEntry *rte = makeNode(RangeTblEntry);
	Bitmapset  *columns = changed_columns(change, command);

	st->estate = CreateExecutorState();

	rte->rtekind = RTE_RELATION;
	rte->relid = RelationGetRelid(change->rel);
	rte->relkind = change->rel->rd_rel->relkind;
	rte->rellockmode = RowExclusiveLock;
#if PG_VERSION_NUM < 160000
	rte->updatedCols = columns;
	ExecInitRangeTable(st->estate, list_make1(rte));
#else
	{
		List	   *permissions = NIL;

		addRTEPermissionInfo(&permissions, rte)->updatedCols = columns;
		ExecInitRangeTable(st->estate, list_make1(rte), permissions);
	}
#endif

	st->relinfo = makeNode(ResultRelInfo);
	InitResultRelInfo(st->relinfo, change->rel, 1, NULL, 0);
	st->estate->es_opened_result_relations = list_make1(st->relinfo);
	st->estate->es_output_cid = GetCurrentCommandId(true);
	st->estate->es_snapshot = GetActiveSnapshot();

	dy_EvalPlanQualInit(&st->epq, st->estate);
	AfterTriggerBeginQuery();
	st->transition = MakeTransitionCaptureState(st->relinfo->ri_TrigDesc,
												RelationGetRelid(change->rel), command);
	if (command != CMD_DELETE)
		ExecOpenIndices(st->relinfo, false);
}

/* Fires the AFTER triggers. */
static void
end_statement(Statement *st)
{
	AfterTriggerEndQuery(st->estate);
	EvalPlanQualEnd(&st->epq);
	ExecCloseIndices(st->relinfo);
	ExecResetTupleTable(st->estate->es_tupleTable, false);
	FreeExecutorState(st->estate);
}

/* The columns that an update changes, in the executor's numbering. */
static Bitmapset *
changed_columns(DyRowChange *change, CmdType command)
{
	Bitmapset  *columns = NULL;

	if (command != CMD_UPDATE)
		return NULL;

	columns = bms_add_member(columns, DY_ATT_ITEM - FirstLowInvalidHeapAttributeNumber);
	for (AttrNumber attnum = 1; attnum <= RelationGetDescr(change->rel)->natts; attnum++)
	{
		if (attnum != DY_ATT_ITEM && dy_row_column_changed(change, attnum))
			columns = bms_add_member(columns, attnum - FirstLowInvalidHeapAttributeNumber);
	}
	return columns;
}

/*
 * Columns that are not ours get their defaults in a new row.
 */
static void
fill_other_columns(Statement *st, DyRowChange *change)
{
	TupleDesc	desc = RelationGetDescr(change->rel);
	bool		filled = false;

	for (AttrNumber attnum = 1; attnum <= desc->natts; attnum++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, attnum - 1);
		Expr	   *expr;

		if (att->attisdropped || att->attgenerated || !change->isnull[attnum - 1] ||
			dy_row_is_own_column(change->table, attnum))
			continue;

		expr = (Expr *) build_column_default(change->rel, attnum);
		if (expr == NULL)
			continue;
		change->values[attnum - 1] =
			ExecEvalExpr(ExecPrepareExpr(expr, st->estate),
						 GetPerTupleExprContext(st->estate),
						 &change->isnull[attnum - 1]);
		filled = true;
	}
	if (filled)
		ExecStoreHeapTuple(heap_form_tuple(desc, change->values, change->isnull),
						   change->new_slot, true);
}

/*
 * What follows the BEFORE triggers: generated columns and constraints.  Then
 * the row is final; change->values are taken from it again.
 */
static void
finish_new_row(Statement *st, DyRowChange *change, CmdType command)
{
	Relation	rel = change->rel;
	TupleTableSlot *slot = change->new_slot;

	if (rel->rd_att->constr && rel->rd_att->constr->has_generated_stored)
		ExecComputeStoredGenerated(st->relinfo, st->estate, slot, command);
	if (rel->rd_att->constr)
		ExecConstraints(st->relinfo, slot, st->estate);
	if (rel->rd_rel->relispartition)
		ExecPartitionCheck(st->relinfo, slot, st->estate, true);

	/* a trigger may have changed even the key: then its lock is not held */
	if (key_is_same(change))
		dy_tableam_key_is_locked(rel);
	reload_values(change);
}

/*
 * Lock the row as an UPDATE or DELETE would, so that triggers find it as we
 * have seen it.
 */
static DyRowResult
lock_old_row(Statement *st, DyRowChange *change, LockTupleMode mode)
{
	TupleTableSlot *slot = table_slot_create(change->rel, NULL);
	ItemPointerData tid = change->old_row.t_self;
	TM_FailureData failure;
	TM_Result	result;

	result = table_tuple_lock(change->rel, &tid, GetActiveSnapshot(), slot,
							  st->estate->es_output_cid, mode, LockWaitBlock, 0,
							  &failure);
	ExecDropSingleTupleTableSlot(slot);
	return dy_row_result(change, result);
}

static bool
key_is_same(DyRowChange *change)
{
	TupleTableSlot *slot = change->new_slot;

	slot_getsomeattrs(slot, DY_ATT_SK);
	return !slot->tts_isnull[DY_ATT_HK - 1] && !slot->tts_isnull[DY_ATT_SK - 1] &&
		datum_image_eq(slot->tts_values[DY_ATT_HK - 1], change->values[DY_ATT_HK - 1], false, -1) &&
		datum_image_eq(slot->tts_values[DY_ATT_SK - 1], change->values[DY_ATT_SK - 1], false, -1);
}

/* Copies, because the slot may let go of its tuple. */
static void
reload_values(DyRowChange *change)
{
	TupleDesc	desc = RelationGetDescr(change->rel);
	HeapTuple	tuple = ExecCopySlotHeapTuple(change->new_slot);

	heap_deform_tuple(tuple, desc, change->values, change->isnull);
}
