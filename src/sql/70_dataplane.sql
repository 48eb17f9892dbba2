-- 70_dataplane.sql
--    What reading and writing items needs besides the operations.

-- ------------------------------------------------------------ transactions

-- One row for each ClientRequestToken of a TransactWriteItems that has
-- committed; written and removed by src/ops/idempotency.c.  The indexes are
-- not unique on purpose: a token that has expired may be used again.
CREATE TABLE dynamo_internal.idempotency_tokens (
    token text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,      -- SHA-256 of the request's actions
    made timestamptz NOT NULL   -- it expires ten minutes later
);
ALTER TABLE dynamo_internal.idempotency_tokens ALTER token SET STORAGE PLAIN;
ALTER TABLE dynamo_internal.idempotency_tokens ALTER digest SET STORAGE PLAIN;

CREATE INDEX idempotency_tokens_token ON dynamo_internal.idempotency_tokens (token);
CREATE INDEX idempotency_tokens_made ON dynamo_internal.idempotency_tokens (made);

-- ------------------------------------------------------------ sets of items
--
-- The filter of scan() has no default, so that scan('...') with one argument
-- is always the operation with its request.

CREATE FUNCTION dynamo.query("table" text, key_condition text,
                             "values" dynamo.item DEFAULT NULL, names jsonb DEFAULT NULL,
                             index text DEFAULT NULL, filter text DEFAULT NULL,
                             projection text DEFAULT NULL, forward boolean DEFAULT true,
                             "limit" bigint DEFAULT NULL)
    RETURNS SETOF dynamo.item
    LANGUAGE c VOLATILE ROWS 100
    AS 'MODULE_PATHNAME', 'dynamo_query_items';

COMMENT ON FUNCTION dynamo.query(text, text, dynamo.item, jsonb, text, text, text, boolean, bigint)
    IS 'items of one partition, in the order of the sort key';

CREATE FUNCTION dynamo.scan("table" text, filter text,
                            "values" dynamo.item DEFAULT NULL, names jsonb DEFAULT NULL,
                            index text DEFAULT NULL, projection text DEFAULT NULL,
                            segment integer DEFAULT NULL, total_segments integer DEFAULT NULL,
                            "limit" bigint DEFAULT NULL)
    RETURNS SETOF dynamo.item
    LANGUAGE c VOLATILE ROWS 1000
    AS 'MODULE_PATHNAME', 'dynamo_scan_items';

COMMENT ON FUNCTION dynamo.scan(text, text, dynamo.item, jsonb, text, text, integer, integer, bigint)
    IS 'items of a table or an index that pass a filter';

-- Puts what the query returns, one column of type dynamo.item, into the table,
-- each as PutItem does; returns how many items.  Far better for a table than
-- many items in another order: see src/tableam/README.md.
CREATE FUNCTION dynamo.import_items("table" text, query text) RETURNS bigint
    LANGUAGE c VOLATILE STRICT
    AS 'MODULE_PATHNAME', 'dynamo_import_items';

COMMENT ON FUNCTION dynamo.import_items(text, text)
    IS 'puts the items that a query returns into a table, in the order of their keys';

-- ------------------------------------------------------------------ views

CREATE FUNCTION dynamo.relation("table" text) RETURNS regclass
    LANGUAGE c STABLE STRICT
    AS 'MODULE_PATHNAME', 'dynamo_relation';

COMMENT ON FUNCTION dynamo.relation(text)
    IS 'relation that holds the items of a table, in the column "item"';

-- A view with typed columns over the items of a table.
--
-- columns: a JSON object, attribute name to SQL type, in the order of the
-- columns: '{"Artist": "text", "Price": "numeric"}'.  An attribute that an
-- item lacks is null, one that does not fit its type is an error when the
-- row is read.  The column "item" with the whole item comes last.
CREATE FUNCTION dynamo.create_view("table" text, columns json, name text DEFAULT NULL)
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

COMMENT ON FUNCTION dynamo.create_view(text, json, text)
    IS 'makes a view with typed columns over the items of a table';

REVOKE ALL ON FUNCTION
    dynamo.query(text, text, dynamo.item, jsonb, text, text, text, boolean, bigint),
    dynamo.scan(text, text, dynamo.item, jsonb, text, text, integer, integer, bigint),
    dynamo.import_items(text, text),
    dynamo.relation(text),
    dynamo.create_view(text, json, text)
    FROM PUBLIC;
