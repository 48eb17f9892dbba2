/*-------------------------------------------------------------------------
 *
 * load.h
 *	  From the metadata relations to a DyTable.
 *
 * Private to this folder.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_TABLES_LOAD_H
#define DY_TABLES_LOAD_H

#include "tables/table.h"

/* The relation behind a DynamoDB name; InvalidOid if there is none. */
extern Oid	dy_load_relation_of(DyBytes name);

/*
 * The description of an item table, in context.  The caller holds a lock on
 * relid.  NULL if relid is no item table.
 */
extern DyTable *dy_load_table(Oid relid, MemoryContext context);

/* A relation of dynamo_internal by name; InvalidOid while the extension is being made. */
extern Oid	dy_metadata_relid(const char *relname);

#endif							/* DY_TABLES_LOAD_H */
