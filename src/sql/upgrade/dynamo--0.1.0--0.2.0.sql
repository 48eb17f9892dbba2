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

-- ----------------------------------------------------------------- PartiQL

CREATE OR REPLACE FUNCTION dynamo.execute_statement(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_execute_statement' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.execute_statement(json) IS 'ExecuteStatement: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html';
REVOKE ALL ON FUNCTION dynamo.execute_statement(json) FROM PUBLIC;

CREATE OR REPLACE FUNCTION dynamo.batch_execute_statement(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_batch_execute_statement' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.batch_execute_statement(json) IS 'BatchExecuteStatement: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html';
REVOKE ALL ON FUNCTION dynamo.batch_execute_statement(json) FROM PUBLIC;

CREATE OR REPLACE FUNCTION dynamo.execute_transaction(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_execute_transaction' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.execute_transaction(json) IS 'ExecuteTransaction: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html';
REVOKE ALL ON FUNCTION dynamo.execute_transaction(json) FROM PUBLIC;

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
