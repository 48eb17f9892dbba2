\echo Use "ALTER EXTENSION dynamo UPDATE" to load this file. \quit

-- dynamo--0.1.0--0.2.0.sql
--    What 0.2.0 has that 0.1.0 had not.
--
-- Brings the catalog to exactly what a new installation of 0.2.0 has;
-- test/tap/010_upgrade.pl compares them.  See src/sql/README.md.

-- ---------------------------------------------------------------- metadata

-- Foreign keys made pg_restore -j fail; a trigger does what they did.
ALTER TABLE dynamo_internal.indexes DROP CONSTRAINT IF EXISTS indexes_table_name_fkey;
ALTER TABLE dynamo_internal.tags DROP CONSTRAINT IF EXISTS tags_table_name_fkey;
ALTER TABLE dynamo_internal.backfills DROP CONSTRAINT IF EXISTS backfills_table_name_fkey;

CREATE OR REPLACE FUNCTION dynamo_internal.forget_table() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM dynamo_internal.indexes WHERE table_name = OLD.name;
    DELETE FROM dynamo_internal.tags WHERE table_name = OLD.name;
    DELETE FROM dynamo_internal.backfills WHERE table_name = OLD.name;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION dynamo_internal.forget_table() FROM PUBLIC;

CREATE OR REPLACE TRIGGER forget AFTER DELETE ON dynamo_internal.tables
    FOR EACH ROW EXECUTE FUNCTION dynamo_internal.forget_table();

-- ------------------------------------------------------------- item tables

-- Key columns with short headers, and out of line where a row is too long.
DO $$
DECLARE
    item_table record;
BEGIN
    FOR item_table IN
        SELECT a.attrelid::regclass AS name, string_agg(format('ALTER %I SET STORAGE EXTERNAL', a.attname), ', ') AS changes
          FROM dynamo_internal.tables AS t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.relation
         WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attstorage = 'p' AND a.atttypid = 'bytea'::regtype
         GROUP BY a.attrelid
    LOOP
        EXECUTE format('ALTER TABLE %s %s', item_table.name, item_table.changes);
    END LOOP;
END
$$;

-- ---------------------------------------------------------------- requests

-- Operations take a type of their own, which the server does not read.
CREATE TYPE dynamo.request;

CREATE FUNCTION dynamo.request_in(cstring) RETURNS dynamo.request
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'dynamo_request_in';

CREATE FUNCTION dynamo.request_out(dynamo.request) RETURNS cstring
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';

CREATE FUNCTION dynamo.request_recv(internal) RETURNS dynamo.request
    LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';

CREATE FUNCTION dynamo.request_send(dynamo.request) RETURNS bytea
    LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';

CREATE TYPE dynamo.request (
    INPUT = dynamo.request_in,
    OUTPUT = dynamo.request_out,
    RECEIVE = dynamo.request_recv,
    SEND = dynamo.request_send,
    INTERNALLENGTH = variable,
    STORAGE = extended
);

COMMENT ON TYPE dynamo.request IS 'request document of an operation: JSON text that only the operation reads';

CREATE CAST (json AS dynamo.request) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS dynamo.request) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (jsonb AS dynamo.request) WITH INOUT AS IMPLICIT;
REVOKE ALL ON FUNCTION
    dynamo.request_in(cstring),
    dynamo.request_out(dynamo.request),
    dynamo.request_recv(internal),
    dynamo.request_send(dynamo.request)
    FROM PUBLIC;

-- Their functions are made anew with that type; who might execute one still
-- may.  The server takes a GRANT in this script for one that comes with the
-- extension, which pg_dump would leave out; so what it notes is put back.
DO $$
DECLARE
    old record;
    grantee record;
    own aclitem[];
    made regprocedure;
BEGIN
    FOR old IN
        SELECT p.oid, p.oid::regprocedure AS name, p.proname, p.prosrc, p.proacl, p.proowner,
               obj_description(p.oid, 'pg_proc') AS comment
          FROM pg_catalog.pg_proc AS p
          JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
          JOIN pg_catalog.pg_extension AS e ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid
         WHERE e.extname = 'dynamo' AND p.pronamespace = 'dynamo'::regnamespace
           AND p.proargtypes = '114' AND p.proargnames = ARRAY['request'] AND p.prorettype = 'json'::regtype
         ORDER BY p.proname
    LOOP
        EXECUTE format('DROP FUNCTION %s', old.name);
        EXECUTE format('CREATE FUNCTION dynamo.%I(request dynamo.request) RETURNS json '
                       'AS ''MODULE_PATHNAME'', %L LANGUAGE C STRICT', old.proname, old.prosrc);
        EXECUTE format('COMMENT ON FUNCTION dynamo.%I(dynamo.request) IS %L', old.proname, old.comment);
        EXECUTE format('REVOKE ALL ON FUNCTION dynamo.%I(dynamo.request) FROM PUBLIC', old.proname);
        made := format('dynamo.%I(dynamo.request)', old.proname)::regprocedure;
        SELECT initprivs INTO own FROM pg_catalog.pg_init_privs
         WHERE classoid = 'pg_catalog.pg_proc'::regclass AND objoid = made;
        FOR grantee IN
            SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS name, a.is_grantable
              FROM aclexplode(old.proacl) AS a
             WHERE a.privilege_type = 'EXECUTE' AND a.grantee <> old.proowner
        LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION dynamo.%I(dynamo.request) TO %s%s', old.proname, grantee.name,
                           CASE WHEN grantee.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
        END LOOP;
        UPDATE pg_catalog.pg_init_privs SET initprivs = own
         WHERE classoid = 'pg_catalog.pg_proc'::regclass AND objoid = made;
    END LOOP;
END
$$;

-- ------------------------------------------------------------------ bridge

-- Reads that come together.
CREATE OR REPLACE FUNCTION dynamo_internal.execute_each(operation text, requests text[], principals text[]) RETURNS SETOF text
    AS 'MODULE_PATHNAME', 'dynamo_execute_each' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo_internal.execute_each(text, text[], text[]) IS 'run an operation that reads, once for each request';
REVOKE ALL ON FUNCTION dynamo_internal.execute_each(text, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dynamo_internal.execute_each(text, text[], text[]) TO dynamo_bridge;

-- Writes that come together.
CREATE OR REPLACE FUNCTION dynamo_internal.execute_writes(operations text[], requests text[], principals text[],
    OUT response text, OUT sqlstate text, OUT message text, OUT detail text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'dynamo_execute_writes' LANGUAGE C STRICT SET lock_timeout = '1ms';
COMMENT ON FUNCTION dynamo_internal.execute_writes(text[], text[], text[]) IS 'run operations that write, each in a subtransaction';
REVOKE ALL ON FUNCTION dynamo_internal.execute_writes(text[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dynamo_internal.execute_writes(text[], text[], text[]) TO dynamo_bridge;

-- ----------------------------------------------------------------- PartiQL

CREATE OR REPLACE FUNCTION dynamo.execute_statement(request dynamo.request) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_execute_statement' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.execute_statement(dynamo.request) IS 'ExecuteStatement: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html';
REVOKE ALL ON FUNCTION dynamo.execute_statement(dynamo.request) FROM PUBLIC;

CREATE OR REPLACE FUNCTION dynamo.batch_execute_statement(request dynamo.request) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_batch_execute_statement' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.batch_execute_statement(dynamo.request) IS 'BatchExecuteStatement: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html';
REVOKE ALL ON FUNCTION dynamo.batch_execute_statement(dynamo.request) FROM PUBLIC;

CREATE OR REPLACE FUNCTION dynamo.execute_transaction(request dynamo.request) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_execute_transaction' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.execute_transaction(dynamo.request) IS 'ExecuteTransaction: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html';
REVOKE ALL ON FUNCTION dynamo.execute_transaction(dynamo.request) FROM PUBLIC;

CREATE OR REPLACE FUNCTION dynamo.partiql(statement text, VARIADIC parameters "any") RETURNS SETOF dynamo.item
    AS 'MODULE_PATHNAME', 'dynamo_partiql' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION dynamo.partiql(text, "any") IS 'items that a PartiQL statement gives';

CREATE OR REPLACE FUNCTION dynamo.partiql(statement text) RETURNS SETOF dynamo.item
    AS 'MODULE_PATHNAME', 'dynamo_partiql' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION dynamo.partiql(text) IS 'items that a PartiQL statement without parameters gives';

REVOKE ALL ON FUNCTION
    dynamo.partiql(text, "any"),
    dynamo.partiql(text)
    FROM PUBLIC;

-- ------------------------------------------------------------------- views

-- Types with modifiers, numeric(10,2), keep them.
CREATE OR REPLACE FUNCTION dynamo.create_view("table" text, columns json, name text DEFAULT NULL)
    RETURNS regclass
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    relation regclass := dynamo.relation("table");
    view_name text := coalesce(name, "table");
    list text := '';
    attribute text;
    type_name text;
    type regtype;
BEGIN
    -- the conversion to regtype also makes sure that the name is one and no more
    FOR attribute, type_name, type IN SELECT key, value, value::regtype FROM json_each_text(columns)
    LOOP
        list := list || CASE
            WHEN type IN ('jsonb'::regtype, 'json'::regtype) THEN
                format('(item OPERATOR(dynamo.->) %L)::%s AS %I, ', attribute, type, attribute)
            WHEN type = 'bytea'::regtype THEN
                format('decode(item OPERATOR(dynamo.->>) %L, ''base64'') AS %I, ', attribute, attribute)
            ELSE
                format('(item OPERATOR(dynamo.->>) %L)::%s AS %I, ', attribute, type_name, attribute)
            END;
    END LOOP;
    EXECUTE format('CREATE VIEW %I AS SELECT %sitem FROM %s', view_name, list, relation);
    RETURN quote_ident(view_name)::regclass;
END
$$;

-- --------------------------------------------------------- attribute names

-- Names that items do not spell out.
CREATE TABLE IF NOT EXISTS dynamo_internal.attribute_names
(
    number integer NOT NULL,
    name text COLLATE "C" NOT NULL
)
WITH (user_catalog_table = true);
REVOKE ALL ON dynamo_internal.attribute_names FROM PUBLIC;

CREATE OR REPLACE FUNCTION dynamo_internal.keep_attribute_names() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- numbers of another database, which logical replication copies
    IF TG_OP = 'INSERT' AND current_setting('session_replication_role') = 'replica' THEN
        RETURN NULL;
    END IF;
    RAISE object_not_in_prerequisite_state USING
        MESSAGE = 'the numbers of attribute names cannot be changed',
        DETAIL = 'Items have them in place of the names.';
END
$$;
REVOKE ALL ON FUNCTION dynamo_internal.keep_attribute_names() FROM PUBLIC;

CREATE OR REPLACE TRIGGER keep BEFORE INSERT ON dynamo_internal.attribute_names
    FOR EACH ROW EXECUTE FUNCTION dynamo_internal.keep_attribute_names();
CREATE OR REPLACE TRIGGER keep_all BEFORE UPDATE OR DELETE OR TRUNCATE ON dynamo_internal.attribute_names
    FOR EACH STATEMENT EXECUTE FUNCTION dynamo_internal.keep_attribute_names();
ALTER TABLE dynamo_internal.attribute_names ENABLE ALWAYS TRIGGER keep;
ALTER TABLE dynamo_internal.attribute_names ENABLE ALWAYS TRIGGER keep_all;

CREATE OR REPLACE FUNCTION dynamo.number_attribute_names(VARIADIC names text[]) RETURNS integer
    LANGUAGE c STRICT
    AS 'MODULE_PATHNAME', 'dynamo_number_attribute_names';
COMMENT ON FUNCTION dynamo.number_attribute_names(text[]) IS 'let items have numbers in place of these attribute names, from now on';
REVOKE ALL ON FUNCTION dynamo.number_attribute_names(text[]) FROM PUBLIC;

-- ------------------------------------------------------------ sets of items

CREATE OR REPLACE FUNCTION dynamo.import_items("table" text, query text) RETURNS bigint
    LANGUAGE c VOLATILE STRICT
    AS 'MODULE_PATHNAME', 'dynamo_import_items';
COMMENT ON FUNCTION dynamo.import_items(text, text) IS 'puts the items that a query returns into a table, in the order of their keys';
REVOKE ALL ON FUNCTION dynamo.import_items(text, text) FROM PUBLIC;
