/*-------------------------------------------------------------------------
 *
 * derive.c
 *	  Triggers that keep item tables and metadata in step with plain SQL.
 *
 * derive_row, BEFORE INSERT OR UPDATE on every item table, computes the
 * derived columns from the item, whatever the statement says they are, and
 * refuses an item that is no valid item of the table.  Its name sorts behind
 * the names that users give to triggers, so it sees the item as they leave
 * it.
 *
 * forget_dropped, an event trigger, removes the metadata of item tables that
 * have been dropped by DROP TABLE.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "commands/event_trigger.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/limits.h"
#include "tables/control.h"
#include "tables/table.h"

DY_SQL_FUNCTION(dynamo_derive_row);
DY_SQL_FUNCTION(dynamo_forget_dropped);

static DyValue item_of_tuple(HeapTuple tuple, TupleDesc desc, const char *relname);

/*
 * dynamo_internal.derive_row() returns trigger
 */
Datum
dynamo_derive_row(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	Relation	rel;
	TupleDesc	desc;
	const DyTable *table;
	HeapTuple	tuple;
	HeapTuple	result;
	DyValue		map;
	Datum	   *values;
	bool	   *isnull;
	bool	   *replace;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_BEFORE(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(data->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("dynamo_internal.derive_row must be called BEFORE INSERT OR UPDATE, FOR EACH ROW")));

	rel = data->tg_relation;
	desc = RelationGetDescr(rel);
	table = dy_table_of_relation(RelationGetRelid(rel));
	if (table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("\"%s\" is not the item table of a DynamoDB table", RelationGetRelationName(rel))));

	tuple = TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple;
	map = item_of_tuple(tuple, desc, RelationGetRelationName(rel));
	if (dy_item_is_too_large(map))
		dy_validation("Item size has exceeded the maximum allowed size");

	values = palloc0(desc->natts * sizeof(Datum));
	isnull = palloc0(desc->natts * sizeof(bool));
	replace = palloc0(desc->natts * sizeof(bool));
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		dy_row_derive_update(table, NULL,
							 item_of_tuple(data->tg_trigtuple, desc, RelationGetRelationName(rel)),
							 map, false, values, isnull);
	else
	{
		dy_meet_names(map);
		dy_row_derive(table, NULL, map, values, isnull);
	}

	replace[DY_ATT_HK - 1] = true;
	replace[DY_ATT_SK - 1] = true;
	for (int i = 0; i < table->nindexes; i++)
		replace[table->indexes[i].attnum - 1] = true;
	if (table->expires_attnum != InvalidAttrNumber)
		replace[table->expires_attnum - 1] = true;

	result = heap_modify_tuple(tuple, desc, values, isnull, replace);
	return PointerGetDatum(result);
}

/*
 * Is derive_row the only row trigger?
 */
bool
dy_derive_trigger_only(const TriggerDesc *desc)
{
	return desc != NULL && desc->numtriggers == 1 &&
		strcmp(desc->triggers[0].tgname, DY_DERIVE_TRIGGER) == 0;
}

/*
 * dynamo_internal.forget_dropped() returns event_trigger
 *
 * Costs one statement per DROP of anything; the metadata cannot be reached
 * from a drop in a cheaper way.
 */
Datum
dynamo_forget_dropped(PG_FUNCTION_ARGS)
{
	DyControl	control;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("dynamo_internal.forget_dropped must be called by an event trigger")));

	/* DROP EXTENSION takes the metadata itself away */
	if (!OidIsValid(get_relname_relid("tables", get_namespace_oid("dynamo_internal", true))))
		PG_RETURN_NULL();

	dy_control_begin(&control);
	dy_control_run("DELETE FROM dynamo_internal.tables t"
				   " USING pg_catalog.pg_event_trigger_dropped_objects() d"
				   " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
				   " AND d.objsubid = 0 AND d.objid = t.relation", 0, NULL, NULL, NULL);
	dy_control_end(&control);
	PG_RETURN_NULL();
}

static DyValue
item_of_tuple(HeapTuple tuple, TupleDesc desc, const char *relname)
{
	bool		isnull;
	Datum		item = heap_getattr(tuple, DY_ATT_ITEM, desc, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("null value in column \"item\" of relation \"%s\" violates not-null constraint", relname)));
	return dy_item_value(DatumGetDyItemP(item));
}
