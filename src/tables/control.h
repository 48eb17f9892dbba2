/*-------------------------------------------------------------------------
 *
 * control.h
 *	  Changing what tables exist: SQL on the metadata, DDL on item tables.
 *
 * For the control plane; the data plane reads table.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DY_TABLES_CONTROL_H
#define DY_TABLES_CONTROL_H

#include "executor/spi.h"

#include "tables/table.h"

/* Sorts behind what users call their triggers; they fire by name. */
#define DY_DERIVE_TRIGGER	"~dynamo_derive_row"

/*
 * Between begin and end SQL runs as the owner of the extension, whatever the
 * caller may do himself (he was allowed to call the operation), with
 * search_path pg_catalog, inside SPI.  An error in between needs no end.
 */
typedef struct DyControl
{
	Oid			user;
	int			security_context;
	int			guc_level;
} DyControl;

extern void dy_control_begin(DyControl *control);
extern void dy_control_end(DyControl *control);

/*
 * One statement; returns the number of rows, which are in SPI_tuptable.
 * values may be NULL where nargs is 0, nulls where none is null.
 */
extern uint64 dy_control_run(const char *sql, int nargs, const Oid *types,
							 const Datum *values, const bool *nulls);
extern uint64 dy_control_runf(const char *fmt,...) pg_attribute_printf(1, 2);

/* Column of a row of the last result, as text; NULL for null. */
extern char *dy_control_text(uint64 row, const char *column);
extern int64 dy_control_integer(uint64 row, const char *column, int64 if_null);
extern bool dy_control_boolean(uint64 row, const char *column);

/*
 * Exclude other control operations on a table of that name, existing or not,
 * until the end of the transaction.
 */
extern void dy_control_lock(DyBytes name);

/* DDL; all of it between dy_control_begin and dy_control_end. */

/* What an item table's index consists of. */
typedef struct DyIndexColumn
{
	char		column[NAMEDATALEN];	/* x1, ... */
	bool		local;
} DyIndexColumn;

/* Make the item table of a DynamoDB table with its indexes; returns its oid. */
extern Oid	dy_ddl_create_table(const char *name, const DyIndexColumn *indexes, int nindexes);
extern void dy_ddl_drop_table(Oid relid);

/* Add a column for an index; its name is put into column. */
extern void dy_ddl_add_index_column(Oid relid, char *column);
extern void dy_ddl_drop_index_column(Oid relid, const char *column);
extern void dy_ddl_add_expires_column(Oid relid);

/* CREATE INDEX for such a column. */
extern char *dy_ddl_index_statement(Oid relid, const DyIndexColumn *index, bool concurrently);
extern char *dy_ddl_expires_index_statement(Oid relid); /* concurrently */

#endif							/* DY_TABLES_CONTROL_H */
