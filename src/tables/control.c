/*-------------------------------------------------------------------------
 *
 * control.c
 *	  Changing what tables exist: SQL on the metadata, DDL on item tables.
 *
 * The control plane is not hot, and what it does is best said in SQL: it
 * goes through SPI, so that event triggers, dependency tracking and logical
 * decoding see ordinary commands.
 *
 * Privileges: whoever may execute an operation may not touch the metadata or
 * create relations himself.  The statements here run as the owner of schema
 * dynamo_internal, with a search_path that holds nothing but pg_catalog; no
 * name in them is unqualified except those of pg_catalog.
 *
 * Locks: dy_control_lock serialises control operations on one table name,
 * before anything is read.  Then the relation is locked by the DDL itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "tables/control.h"
#include "tables/load.h"

/* A long DynamoDB name ends in this many hexadecimal digits of its hash. */
#define NAME_HASH_CHARS		8

#ifdef USE_LZ4
#define ITEM_COMPRESSION	" COMPRESSION lz4"
#else
#define ITEM_COMPRESSION	""
#endif

static Oid	owner_of_extension(void);
static char *pick_relation_name(const char *name);
static const char *qualified_name(Oid relid);

/*
 * Start running SQL on the metadata.
 */
void
dy_control_begin(DyControl *control)
{
	GetUserIdAndSecContext(&control->user, &control->security_context);
	SetUserIdAndSecContext(owner_of_extension(),
						   control->security_context | SECURITY_LOCAL_USERID_CHANGE);
	control->guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("client_min_messages", "warning", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

/*
 * Back to the caller's identity and settings.
 */
void
dy_control_end(DyControl *control)
{
	SPI_finish();
	AtEOXact_GUC(true, control->guc_level);
	SetUserIdAndSecContext(control->user, control->security_context);
}

/*
 * Run one statement.
 */
uint64
dy_control_run(const char *sql, int nargs, const Oid *types,
			   const Datum *values, const bool *nulls)
{
	char	   *null_marks = NULL;
	int			result;

	if (nulls != NULL)
	{
		null_marks = palloc(nargs + 1);
		for (int i = 0; i < nargs; i++)
			null_marks[i] = nulls[i] ? 'n' : ' ';
		null_marks[nargs] = '\0';
	}
	result = SPI_execute_with_args(sql, nargs, unconstify(Oid *, types),
								   unconstify(Datum *, values), null_marks, false, 0);
	if (result < 0)
		elog(ERROR, "statement on the metadata failed: %s", SPI_result_code_string(result));
	return SPI_processed;
}

/*
 * The same for DDL, whose text is put together.
 */
uint64
dy_control_runf(const char *fmt,...)
{
	StringInfoData sql;

	initStringInfo(&sql);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&sql, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&sql, needed);
	}
	return dy_control_run(sql.data, 0, NULL, NULL, NULL);
}

/*
 * A value of the last result in its text form.
 */
char *
dy_control_text(uint64 row, const char *column)
{
	int			i = SPI_fnumber(SPI_tuptable->tupdesc, column);

	if (i <= 0)
		elog(ERROR, "no column \"%s\" in the result", column);
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, i);
}

/*
 * A value of type integer or bigint.
 */
int64
dy_control_integer(uint64 row, const char *column, int64 if_null)
{
	char	   *text = dy_control_text(row, column);

	return text ? strtoll(text, NULL, 10) : if_null;
}

/*
 * A value of type boolean; null is false.
 */
bool
dy_control_boolean(uint64 row, const char *column)
{
	char	   *text = dy_control_text(row, column);

	return text != NULL && text[0] == 't';
}

/*
 * Serialise control operations on a name.  Two names of one hash wait for
 * each other, which does no harm.
 */
void
dy_control_lock(DyBytes name)
{
	Oid			meta = dy_metadata_relid("tables");

	LockDatabaseObject(meta, hash_bytes((const unsigned char *) name.data, name.len), 1,
					   ExclusiveLock);
}

/*
 * The item table of a new DynamoDB table, with all its btrees.
 *
 * Storage of the key columns is EXTERNAL: never compressed, with a header of
 * one byte, which PLAIN would make four in every row and index entry; and
 * where an item is in many indexes with long sort keys, so that its row does
 * not fit on a page, the longest keys are stored out of line.
 */
Oid
dy_ddl_create_table(const char *name, const DyIndexColumn *indexes, int nindexes)
{
	char	   *relname = pick_relation_name(name);
	const char *quoted = quote_qualified_identifier("dynamo_data", relname);
	StringInfoData columns;
	StringInfoData storage;
	Oid			relid;

	initStringInfo(&columns);
	initStringInfo(&storage);
	for (int i = 0; i < nindexes; i++)
	{
		appendStringInfo(&columns, ", %s bytea", indexes[i].column);
		appendStringInfo(&storage, ", ALTER %s SET STORAGE EXTERNAL", indexes[i].column);
	}

	dy_control_runf("CREATE TABLE %s (hk bytea NOT NULL, sk bytea NOT NULL,"
					" item dynamo.item" ITEM_COMPRESSION " NOT NULL%s, PRIMARY KEY (hk, sk))"
					" USING dynamo WITH (fillfactor = 90)",
					quoted, columns.data);
	dy_control_runf("ALTER TABLE %s ALTER hk SET STORAGE EXTERNAL, ALTER sk SET STORAGE EXTERNAL%s",
					quoted, storage.data);
	dy_control_runf("CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s"
					" FOR EACH ROW EXECUTE FUNCTION dynamo_internal.derive_row()",
					quote_identifier(DY_DERIVE_TRIGGER), quoted);

	relid = get_relname_relid(relname, get_namespace_oid("dynamo_data", false));
	for (int i = 0; i < nindexes; i++)
		dy_control_runf("%s", dy_ddl_index_statement(relid, &indexes[i], false));
	return relid;
}

void
dy_ddl_drop_table(Oid relid)
{
	dy_control_runf("DROP TABLE %s", qualified_name(relid));
}

/*
 * Add a column x<n> with the lowest free n.  A dropped column's name is
 * free again.
 */
void
dy_ddl_add_index_column(Oid relid, char *column)
{
	for (int i = 1;; i++)
	{
		snprintf(column, NAMEDATALEN, "x%d", i);
		if (get_attnum(relid, column) == InvalidAttrNumber)
			break;
	}
	dy_control_runf("ALTER TABLE %s ADD COLUMN %s bytea, ALTER COLUMN %s SET STORAGE EXTERNAL",
					qualified_name(relid), column, column);
}

/*
 * Drop the column of an index, and with it the btree.
 */
void
dy_ddl_drop_index_column(Oid relid, const char *column)
{
	dy_control_runf("ALTER TABLE %s DROP COLUMN %s", qualified_name(relid), quote_identifier(column));
}

void
dy_ddl_add_expires_column(Oid relid)
{
	dy_control_runf("ALTER TABLE %s ADD COLUMN expires bigint", qualified_name(relid));
}

/*
 * A btree that find_btrees (load.c) recognises.
 */
char *
dy_ddl_index_statement(Oid relid, const DyIndexColumn *index, bool concurrently)
{
	const char *start = concurrently ? "CREATE INDEX CONCURRENTLY" : "CREATE INDEX";
	const char *x = index->column;

	if (index->local)
		return psprintf("%s ON %s (hk, %s, sk) WHERE %s IS NOT NULL", start, qualified_name(relid), x, x);
	return psprintf("%s ON %s (%s, hk, sk) WHERE %s IS NOT NULL", start, qualified_name(relid), x, x);
}

/*
 * A btree by which expired items are found.
 */
char *
dy_ddl_expires_index_statement(Oid relid)
{
	return psprintf("CREATE INDEX CONCURRENTLY ON %s (expires) WHERE expires IS NOT NULL", qualified_name(relid));
}

/*
 * Who owns the extension owns its schema.
 */
static Oid
owner_of_extension(void)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACENAME, CStringGetDatum("dynamo_internal"));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("extension \"dynamo\" is not installed in this database")));
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * The relation has the name of the DynamoDB table if that fits and is free;
 * otherwise a hash of the name is put behind its beginning.  DynamoDB names
 * are ASCII.
 */
static char *
pick_relation_name(const char *name)
{
	Oid			schema = get_namespace_oid("dynamo_data", false);
	char	   *result = pstrdup(name);

	for (uint64 attempt = 0;
		 strlen(result) >= NAMEDATALEN || OidIsValid(get_relname_relid(result, schema));
		 attempt++)
	{
		uint64		hash = hash_bytes_extended((const unsigned char *) name, strlen(name), attempt);

		result = psprintf("%.*s_%08x", NAMEDATALEN - 2 - NAME_HASH_CHARS, name, (uint32) hash);
	}
	return result;
}

static const char *
qualified_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}
