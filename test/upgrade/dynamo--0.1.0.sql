\echo Use "CREATE EXTENSION dynamo" to load this file. \quit
-- 00_schemas.sql
--    The three schemas of the extension.
--
-- dynamo           the public API: one function per operation, the item type
-- dynamo_internal  metadata and helpers; nothing in it is granted to PUBLIC
-- dynamo_data      the item tables, one per DynamoDB table

CREATE SCHEMA dynamo;
CREATE SCHEMA dynamo_internal;
CREATE SCHEMA dynamo_data;

REVOKE ALL ON SCHEMA dynamo, dynamo_internal, dynamo_data FROM PUBLIC;

-- 10_item.sql
--    The type dynamo.item: a DynamoDB item.
--
-- Text form is DynamoDB JSON: {"pk": {"S": "a"}, "n": {"N": "1"}}.  Plain
-- documents, {"pk": "a", "n": 1}, come and go as jsonb.

CREATE TYPE dynamo.item;

CREATE FUNCTION dynamo.item_in(cstring) RETURNS dynamo.item
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_in';

CREATE FUNCTION dynamo.item_out(dynamo.item) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_out';

CREATE FUNCTION dynamo.item_recv(internal) RETURNS dynamo.item
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_recv';

CREATE FUNCTION dynamo.item_send(dynamo.item) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_send';

CREATE TYPE dynamo.item (
    INPUT = dynamo.item_in,
    OUTPUT = dynamo.item_out,
    RECEIVE = dynamo.item_recv,
    SEND = dynamo.item_send,
    INTERNALLENGTH = variable,
    ALIGNMENT = int4,
    STORAGE = extended
);

COMMENT ON TYPE dynamo.item IS 'DynamoDB item; text form is DynamoDB JSON';

-- ------------------------------------------------------- plain documents

CREATE FUNCTION dynamo.item_to_jsonb(dynamo.item) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_to_jsonb';

CREATE FUNCTION dynamo.to_item(document jsonb) RETURNS dynamo.item
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_to_item';

COMMENT ON FUNCTION dynamo.to_item(jsonb) IS 'item from a plain document: strings become S, numbers N, arrays L, objects M';

CREATE CAST (dynamo.item AS jsonb) WITH FUNCTION dynamo.item_to_jsonb(dynamo.item);
CREATE CAST (jsonb AS dynamo.item) WITH FUNCTION dynamo.to_item(jsonb);

-- ------------------------------------------------------------- operators

CREATE FUNCTION dynamo.item_get(dynamo.item, text) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_get';

CREATE FUNCTION dynamo.item_get_text(dynamo.item, text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_get_text';

CREATE FUNCTION dynamo.item_exists(dynamo.item, text) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_exists';

CREATE FUNCTION dynamo.item_contains(dynamo.item, dynamo.item) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_contains';

CREATE FUNCTION dynamo.item_contained(dynamo.item, dynamo.item) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_contained';

CREATE FUNCTION dynamo.item_eq(dynamo.item, dynamo.item) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_eq';

CREATE FUNCTION dynamo.item_ne(dynamo.item, dynamo.item) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_ne';

CREATE FUNCTION dynamo.item_hash(dynamo.item) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_hash';

CREATE FUNCTION dynamo.item_hash_extended(dynamo.item, seed bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_hash_extended';

CREATE OPERATOR dynamo.-> (
    LEFTARG = dynamo.item, RIGHTARG = text, FUNCTION = dynamo.item_get
);

CREATE OPERATOR dynamo.->> (
    LEFTARG = dynamo.item, RIGHTARG = text, FUNCTION = dynamo.item_get_text
);

CREATE OPERATOR dynamo.? (
    LEFTARG = dynamo.item, RIGHTARG = text, FUNCTION = dynamo.item_exists,
    RESTRICT = contsel, JOIN = contjoinsel
);

CREATE OPERATOR dynamo.@> (
    LEFTARG = dynamo.item, RIGHTARG = dynamo.item, FUNCTION = dynamo.item_contains,
    COMMUTATOR = OPERATOR(dynamo.<@), RESTRICT = contsel, JOIN = contjoinsel
);

CREATE OPERATOR dynamo.<@ (
    LEFTARG = dynamo.item, RIGHTARG = dynamo.item, FUNCTION = dynamo.item_contained,
    COMMUTATOR = OPERATOR(dynamo.@>), RESTRICT = contsel, JOIN = contjoinsel
);

CREATE OPERATOR dynamo.= (
    LEFTARG = dynamo.item, RIGHTARG = dynamo.item, FUNCTION = dynamo.item_eq,
    COMMUTATOR = OPERATOR(dynamo.=), NEGATOR = OPERATOR(dynamo.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES
);

CREATE OPERATOR dynamo.<> (
    LEFTARG = dynamo.item, RIGHTARG = dynamo.item, FUNCTION = dynamo.item_ne,
    COMMUTATOR = OPERATOR(dynamo.<>), NEGATOR = OPERATOR(dynamo.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE OPERATOR CLASS dynamo.item_ops
    DEFAULT FOR TYPE dynamo.item USING hash AS
        OPERATOR 1 dynamo.=,
        FUNCTION 1 dynamo.item_hash(dynamo.item),
        FUNCTION 2 dynamo.item_hash_extended(dynamo.item, bigint);

-- ------------------------------------------------------------------ size

CREATE FUNCTION dynamo.size(item dynamo.item) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_size';

COMMENT ON FUNCTION dynamo.size(dynamo.item) IS 'size in bytes as DynamoDB counts it';

-- --------------------------------------------------------------- helpers

CREATE FUNCTION dynamo_internal.item_from_bytes(bytea) RETURNS dynamo.item
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_item_from_bytes';

CREATE FUNCTION dynamo_internal.key_bytes(item dynamo.item, attribute text,
                                          delimited boolean DEFAULT false) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_key_bytes';

CREATE FUNCTION dynamo_internal.key_digest(item dynamo.item, attribute text) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_key_digest';

CREATE FUNCTION dynamo_internal.number_add(text, text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_number_add';

CREATE FUNCTION dynamo_internal.number_subtract(text, text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_number_subtract';

REVOKE ALL ON FUNCTION
    dynamo_internal.item_from_bytes(bytea),
    dynamo_internal.key_bytes(dynamo.item, text, boolean),
    dynamo_internal.key_digest(dynamo.item, text),
    dynamo_internal.number_add(text, text),
    dynamo_internal.number_subtract(text, text)
    FROM PUBLIC;

-- 20_expr.sql
--    Expressions on items without a table, for tests and for finding out.

CREATE FUNCTION dynamo_internal.expr_condition(request text, item dynamo.item) RETURNS boolean
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_expr_condition';

COMMENT ON FUNCTION dynamo_internal.expr_condition(text, dynamo.item) IS
    'does ConditionExpression, FilterExpression, Expected or ScanFilter of request hold for item';

CREATE FUNCTION dynamo_internal.expr_update(request text, old dynamo.item, key dynamo.item) RETURNS dynamo.item
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_expr_update';

COMMENT ON FUNCTION dynamo_internal.expr_update(text, dynamo.item, dynamo.item) IS
    'what UpdateExpression or AttributeUpdates of request makes of old, or of key if there is no old item';

CREATE FUNCTION dynamo_internal.expr_touched(request text, item dynamo.item) RETURNS dynamo.item
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_expr_touched';

COMMENT ON FUNCTION dynamo_internal.expr_touched(text, dynamo.item) IS
    'what ReturnValues UPDATED_OLD and UPDATED_NEW show of item; null if that is nothing';

CREATE FUNCTION dynamo_internal.expr_projection(request text, item dynamo.item) RETURNS dynamo.item
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_expr_projection';

COMMENT ON FUNCTION dynamo_internal.expr_projection(text, dynamo.item) IS
    'what ProjectionExpression or AttributesToGet of request names of item';

CREATE FUNCTION dynamo_internal.expr_key_condition(request text) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_expr_key_condition';

COMMENT ON FUNCTION dynamo_internal.expr_key_condition(text) IS
    'the terms of KeyConditionExpression or KeyConditions of request';
-- 30_tables.sql
--    Which DynamoDB tables exist.
--
-- These relations are the metadata of src/tables. They are read by position
-- (enum in src/tables/load.c): columns are only ever added at the end.
-- Whoever changes a row must also throw away the caches of other sessions;
-- the operations do, a hand-made UPDATE does not.
--
-- pg_extension_config_dump makes pg_dump keep the rows. Relations are
-- remembered as regclass, which pg_dump writes by name; columns and indexes
-- of a table are found by name and definition, never by number.

CREATE TABLE dynamo_internal.tables
(
    name text COLLATE "C" PRIMARY KEY,
    relation regclass NOT NULL UNIQUE,
    id uuid NOT NULL UNIQUE,
    created timestamptz NOT NULL,
    attribute_names text[] NOT NULL,        -- AttributeDefinitions, in the order given
    attribute_types text[] NOT NULL,
    hash_name text NOT NULL,
    range_name text,
    billing_mode text NOT NULL CHECK (billing_mode IN ('PROVISIONED', 'PAY_PER_REQUEST')),
    read_units bigint NOT NULL,             -- provisioned; 0 on demand
    write_units bigint NOT NULL,
    max_read_units bigint,                  -- OnDemandThroughput; null: no limit
    max_write_units bigint,
    ttl_attribute text,                     -- null: TTL is off
    last_on_demand timestamptz,             -- last switch to PAY_PER_REQUEST
    last_increase timestamptz,
    last_decrease timestamptz,
    decreases integer NOT NULL DEFAULT 0,   -- on the day of last_decrease
    warm_read_units bigint,
    warm_write_units bigint,
    stream_view_type text,                  -- null: no stream
    stream_label text,                      -- of the latest stream, also when it is off
    sse_type text,
    kms_key text,
    table_class text,
    table_class_changed timestamptz,
    deletion_protection boolean NOT NULL DEFAULT false,
    ttl_changed timestamptz,
    resource_policy text,
    on_demand_switches timestamptz[] NOT NULL DEFAULT '{}'  -- of the last day, newest first
);

CREATE TABLE dynamo_internal.indexes
(
    table_name text COLLATE "C" NOT NULL
        REFERENCES dynamo_internal.tables ON UPDATE CASCADE ON DELETE CASCADE,
    name text COLLATE "C" NOT NULL,
    kind "char" NOT NULL CHECK (kind IN ('L', 'G')),
    column_name name NOT NULL,              -- x1, x2, ...
    hash_names text[] NOT NULL,
    range_names text[] NOT NULL,
    projection text NOT NULL CHECK (projection IN ('ALL', 'KEYS_ONLY', 'INCLUDE')),
    include text[] NOT NULL DEFAULT '{}',
    status text NOT NULL CHECK (status IN ('CREATING', 'ACTIVE', 'DELETING')),
    backfilling boolean NOT NULL DEFAULT false,
    read_units bigint NOT NULL DEFAULT 0,
    write_units bigint NOT NULL DEFAULT 0,
    max_read_units bigint,
    max_write_units bigint,
    position integer NOT NULL,              -- in the order they were given
    last_increase timestamptz,
    last_decrease timestamptz,
    decreases integer NOT NULL DEFAULT 0,
    warm_read_units bigint,
    warm_write_units bigint,
    PRIMARY KEY (table_name, name),
    UNIQUE (table_name, column_name)
);

CREATE TABLE dynamo_internal.tags
(
    table_name text COLLATE "C" NOT NULL
        REFERENCES dynamo_internal.tables ON UPDATE CASCADE ON DELETE CASCADE,
    key text COLLATE "C" NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (table_name, key)
);

-- Columns that are being filled by a background worker: hk and sk of the
-- last row done, both null at the start.
CREATE TABLE dynamo_internal.backfills
(
    table_name text COLLATE "C" NOT NULL
        REFERENCES dynamo_internal.tables ON UPDATE CASCADE ON DELETE CASCADE,
    column_name name NOT NULL,              -- x1, ... or expires
    hk bytea,
    sk bytea,
    scanned bigint NOT NULL DEFAULT 0,
    started timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    PRIMARY KEY (table_name, column_name)
);

SELECT pg_catalog.pg_extension_config_dump('dynamo_internal.tables', '');
SELECT pg_catalog.pg_extension_config_dump('dynamo_internal.indexes', '');
SELECT pg_catalog.pg_extension_config_dump('dynamo_internal.tags', '');
SELECT pg_catalog.pg_extension_config_dump('dynamo_internal.backfills', '');

REVOKE ALL ON dynamo_internal.tables, dynamo_internal.indexes,
    dynamo_internal.tags, dynamo_internal.backfills FROM PUBLIC;

-- The columns of an item table, for every plain SQL write.
CREATE FUNCTION dynamo_internal.derive_row() RETURNS trigger
    AS 'MODULE_PATHNAME', 'dynamo_derive_row' LANGUAGE C;
REVOKE ALL ON FUNCTION dynamo_internal.derive_row() FROM PUBLIC;

-- DROP TABLE on an item table takes its metadata along.
CREATE FUNCTION dynamo_internal.forget_dropped() RETURNS event_trigger
    AS 'MODULE_PATHNAME', 'dynamo_forget_dropped' LANGUAGE C;
REVOKE ALL ON FUNCTION dynamo_internal.forget_dropped() FROM PUBLIC;

CREATE EVENT TRIGGER dynamo_forget_dropped ON sql_drop
    EXECUTE FUNCTION dynamo_internal.forget_dropped();
-- 40_tableam.sql
--    The table access method of the item tables.

CREATE FUNCTION dynamo_internal.tableam_handler(internal)
RETURNS table_am_handler
AS 'MODULE_PATHNAME', 'dynamo_tableam_handler'
LANGUAGE C STRICT;

REVOKE ALL ON FUNCTION dynamo_internal.tableam_handler(internal) FROM PUBLIC;

CREATE ACCESS METHOD dynamo TYPE TABLE HANDLER dynamo_internal.tableam_handler;

COMMENT ON ACCESS METHOD dynamo IS 'heap with one lock per key, for item tables';
-- 60_engine.sql
--    Checking a table.

-- Every row and every index entry of a table against the items: one row for
-- each problem, none if all is well.  Reads with one snapshot, so it may run
-- beside writers.  Whether the btrees themselves are sound is amcheck's to say
-- (bt_index_check).
CREATE FUNCTION dynamo.check(
    table_name text,
    OUT problem text,       -- what is wrong
    OUT index_name text,    -- of the index; null: the row itself
    OUT hk bytea,           -- the row: digest of the partition key ...
    OUT sk bytea,           -- ... and sort key
    OUT detail text)
RETURNS SETOF record
LANGUAGE C STRICT VOLATILE
AS 'MODULE_PATHNAME', 'dynamo_check';

COMMENT ON FUNCTION dynamo.check(text) IS
    'problems of a table''s rows and indexes; no rows if there are none';
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
    type regtype;
BEGIN
    FOR attribute, type IN SELECT key, value::regtype FROM json_each_text(columns)
    LOOP
        list := list || CASE
            WHEN type IN ('jsonb'::regtype, 'json'::regtype) THEN
                format('(item OPERATOR(dynamo.->) %L)::%s AS %I, ', attribute, type, attribute)
            WHEN type = 'bytea'::regtype THEN
                format('decode(item OPERATOR(dynamo.->>) %L, ''base64'') AS %I, ', attribute, attribute)
            ELSE
                format('(item OPERATOR(dynamo.->>) %L)::%s AS %I, ', attribute, type, attribute)
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
    dynamo.relation(text),
    dynamo.create_view(text, json, text)
    FROM PUBLIC;
-- 80_operations.sql
--    The operations as SQL functions. Made from src/ops/operations.def.
--
-- Nobody may execute them at first. The right to execute one is the right
-- to the operation on all tables, so grant them to roles that deserve it:
--
--    GRANT USAGE ON SCHEMA dynamo TO app;
--    GRANT EXECUTE ON FUNCTION dynamo.get_item(json), dynamo.put_item(json) TO app;

-- Any operation by its API name; principal, which may be null, is who asks.
CREATE FUNCTION dynamo_internal.execute(operation text, request text, principal text) RETURNS text
    AS 'MODULE_PATHNAME', 'dynamo_execute' LANGUAGE C;
COMMENT ON FUNCTION dynamo_internal.execute(text, text, text) IS 'run an operation of the API';
REVOKE ALL ON FUNCTION dynamo_internal.execute(text, text, text) FROM PUBLIC;


CREATE FUNCTION dynamo.create_table(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_create_table' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.create_table(json) IS 'CreateTable: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html';
REVOKE ALL ON FUNCTION dynamo.create_table(json) FROM PUBLIC;

CREATE FUNCTION dynamo.delete_table(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_delete_table' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.delete_table(json) IS 'DeleteTable: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html';
REVOKE ALL ON FUNCTION dynamo.delete_table(json) FROM PUBLIC;

CREATE FUNCTION dynamo.describe_table(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_describe_table' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.describe_table(json) IS 'DescribeTable: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html';
REVOKE ALL ON FUNCTION dynamo.describe_table(json) FROM PUBLIC;

CREATE FUNCTION dynamo.list_tables(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_list_tables' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.list_tables(json) IS 'ListTables: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html';
REVOKE ALL ON FUNCTION dynamo.list_tables(json) FROM PUBLIC;

CREATE FUNCTION dynamo.update_table(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_update_table' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.update_table(json) IS 'UpdateTable: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html';
REVOKE ALL ON FUNCTION dynamo.update_table(json) FROM PUBLIC;

CREATE FUNCTION dynamo.tag_resource(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_tag_resource' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.tag_resource(json) IS 'TagResource: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html';
REVOKE ALL ON FUNCTION dynamo.tag_resource(json) FROM PUBLIC;

CREATE FUNCTION dynamo.untag_resource(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_untag_resource' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.untag_resource(json) IS 'UntagResource: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html';
REVOKE ALL ON FUNCTION dynamo.untag_resource(json) FROM PUBLIC;

CREATE FUNCTION dynamo.list_tags_of_resource(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_list_tags_of_resource' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.list_tags_of_resource(json) IS 'ListTagsOfResource: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html';
REVOKE ALL ON FUNCTION dynamo.list_tags_of_resource(json) FROM PUBLIC;

CREATE FUNCTION dynamo.update_time_to_live(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_update_time_to_live' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.update_time_to_live(json) IS 'UpdateTimeToLive: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html';
REVOKE ALL ON FUNCTION dynamo.update_time_to_live(json) FROM PUBLIC;

CREATE FUNCTION dynamo.describe_time_to_live(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_describe_time_to_live' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.describe_time_to_live(json) IS 'DescribeTimeToLive: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html';
REVOKE ALL ON FUNCTION dynamo.describe_time_to_live(json) FROM PUBLIC;

CREATE FUNCTION dynamo.describe_continuous_backups(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_describe_continuous_backups' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.describe_continuous_backups(json) IS 'DescribeContinuousBackups: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html';
REVOKE ALL ON FUNCTION dynamo.describe_continuous_backups(json) FROM PUBLIC;

CREATE FUNCTION dynamo.describe_limits(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_describe_limits' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.describe_limits(json) IS 'DescribeLimits: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html';
REVOKE ALL ON FUNCTION dynamo.describe_limits(json) FROM PUBLIC;

CREATE FUNCTION dynamo.describe_endpoints(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_describe_endpoints' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.describe_endpoints(json) IS 'DescribeEndpoints: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html';
REVOKE ALL ON FUNCTION dynamo.describe_endpoints(json) FROM PUBLIC;

CREATE FUNCTION dynamo.put_item(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_put_item' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.put_item(json) IS 'PutItem: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html';
REVOKE ALL ON FUNCTION dynamo.put_item(json) FROM PUBLIC;

CREATE FUNCTION dynamo.get_item(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_get_item' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.get_item(json) IS 'GetItem: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html';
REVOKE ALL ON FUNCTION dynamo.get_item(json) FROM PUBLIC;

CREATE FUNCTION dynamo.update_item(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_update_item' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.update_item(json) IS 'UpdateItem: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html';
REVOKE ALL ON FUNCTION dynamo.update_item(json) FROM PUBLIC;

CREATE FUNCTION dynamo.delete_item(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_delete_item' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.delete_item(json) IS 'DeleteItem: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html';
REVOKE ALL ON FUNCTION dynamo.delete_item(json) FROM PUBLIC;

CREATE FUNCTION dynamo.query(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_query' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.query(json) IS 'Query: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html';
REVOKE ALL ON FUNCTION dynamo.query(json) FROM PUBLIC;

CREATE FUNCTION dynamo.scan(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_scan' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.scan(json) IS 'Scan: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html';
REVOKE ALL ON FUNCTION dynamo.scan(json) FROM PUBLIC;

CREATE FUNCTION dynamo.batch_get_item(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_batch_get_item' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.batch_get_item(json) IS 'BatchGetItem: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html';
REVOKE ALL ON FUNCTION dynamo.batch_get_item(json) FROM PUBLIC;

CREATE FUNCTION dynamo.batch_write_item(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_batch_write_item' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.batch_write_item(json) IS 'BatchWriteItem: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html';
REVOKE ALL ON FUNCTION dynamo.batch_write_item(json) FROM PUBLIC;

CREATE FUNCTION dynamo.transact_get_items(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_transact_get_items' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.transact_get_items(json) IS 'TransactGetItems: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html';
REVOKE ALL ON FUNCTION dynamo.transact_get_items(json) FROM PUBLIC;

CREATE FUNCTION dynamo.transact_write_items(request json) RETURNS json
    AS 'MODULE_PATHNAME', 'dynamo_transact_write_items' LANGUAGE C STRICT;
COMMENT ON FUNCTION dynamo.transact_write_items(json) IS 'TransactWriteItems: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html';
REVOKE ALL ON FUNCTION dynamo.transact_write_items(json) FROM PUBLIC;
-- 90_bridge.sql
--    Access keys and the role of dynamo-bridge.
--
-- A client of the bridge signs its requests with a secret access key, as
-- with AWS.  The keys are rows here; only the role dynamo_bridge (and
-- superusers) may read them, and that role may do nothing else but run
-- operations.  Roles belong to the whole cluster: DROP EXTENSION leaves
-- dynamo_bridge in place.
--
-- The role can log in, but has no password: who may be dynamo_bridge is up
-- to pg_hba.conf, or to ALTER ROLE ... PASSWORD.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'dynamo_bridge') THEN
        CREATE ROLE dynamo_bridge LOGIN;
    END IF;
END
$$;

CREATE TABLE dynamo_internal.access_keys
(
    access_key_id text PRIMARY KEY
        CHECK (access_key_id ~ '^[A-Za-z0-9_]{1,128}$'),
    secret_access_key text NOT NULL
        CHECK (secret_access_key <> ''),
    principal text NOT NULL
        CHECK (octet_length(principal) BETWEEN 1 AND 255),
    enabled boolean NOT NULL DEFAULT true,
    created timestamptz NOT NULL DEFAULT pg_catalog.now()
);

COMMENT ON TABLE dynamo_internal.access_keys IS
    'keys that clients of dynamo-bridge sign their requests with';

SELECT pg_catalog.pg_extension_config_dump('dynamo_internal.access_keys', '');

REVOKE ALL ON dynamo_internal.access_keys FROM PUBLIC;
GRANT USAGE ON SCHEMA dynamo_internal TO dynamo_bridge;
GRANT SELECT ON dynamo_internal.access_keys TO dynamo_bridge;

-- Tells every bridge to read the keys again: a revoked key ends at once.
CREATE FUNCTION dynamo_internal.announce_access_keys() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_notify('dynamo_access_keys', '');
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION dynamo_internal.announce_access_keys() FROM PUBLIC;

CREATE TRIGGER announce
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON dynamo_internal.access_keys
FOR EACH STATEMENT EXECUTE FUNCTION dynamo_internal.announce_access_keys();

-- A new access key.  The secret is shown here and never again.  Id and
-- secret may be given, to take over keys that exist elsewhere.
CREATE FUNCTION dynamo.create_access_key(
    principal text DEFAULT 'root',
    key_id text DEFAULT NULL,
    secret text DEFAULT NULL,
    OUT access_key_id text,
    OUT secret_access_key text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- gen_random_uuid() is the server's own source of strong random bytes;
    -- a digest over three of them (366 random bits) gives 256
    random_bytes bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) ||
                                 uuid_send(gen_random_uuid()));
    base32 constant text := 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    id_bytes constant bytea := uuid_send(gen_random_uuid());
BEGIN
    -- bytes 6 and 8 of a UUID are not random; these sixteen are of a digest
    access_key_id := coalesce(key_id, 'AKIA' ||
        (SELECT string_agg(substr(base32, get_byte(sha256(id_bytes), i) % 32 + 1, 1), '' ORDER BY i)
         FROM generate_series(0, 15) AS i));
    secret_access_key := coalesce(secret,
        substr(encode(random_bytes, 'base64'), 1, 40));
    INSERT INTO dynamo_internal.access_keys(access_key_id, secret_access_key, principal)
    VALUES (create_access_key.access_key_id, create_access_key.secret_access_key,
            create_access_key.principal);
END
$$;

-- Whether requests signed with the key are accepted; false if there is no
-- such key.
CREATE FUNCTION dynamo.enable_access_key(access_key_id text, enabled boolean DEFAULT true)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE dynamo_internal.access_keys AS k SET enabled = enable_access_key.enabled
    WHERE k.access_key_id = enable_access_key.access_key_id;
    RETURN FOUND;
END
$$;

-- False if there is no such key.
CREATE FUNCTION dynamo.delete_access_key(access_key_id text)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM dynamo_internal.access_keys AS k
    WHERE k.access_key_id = delete_access_key.access_key_id;
    RETURN FOUND;
END
$$;

-- All keys, without their secrets.
CREATE FUNCTION dynamo.list_access_keys(
    OUT access_key_id text,
    OUT principal text,
    OUT enabled boolean,
    OUT created timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.access_key_id, k.principal, k.enabled, k.created
    FROM dynamo_internal.access_keys AS k
    ORDER BY k.access_key_id
$$;

REVOKE ALL ON FUNCTION
    dynamo.create_access_key(text, text, text),
    dynamo.enable_access_key(text, boolean),
    dynamo.delete_access_key(text),
    dynamo.list_access_keys()
FROM PUBLIC;

-- The one door to the operations.
GRANT EXECUTE ON FUNCTION dynamo_internal.execute(text, text, text) TO dynamo_bridge;
-- 99_privileges.sql
--    Takes back what Postgres grants to everybody by default.
--
-- A new function may be called, and a new type used, by PUBLIC.  The schemas
-- are closed to it, but a function can be reached without its schema's USAGE
-- (through an operator or a view), so the privilege itself has to go.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA dynamo, dynamo_internal, dynamo_data FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA dynamo, dynamo_internal, dynamo_data FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA dynamo, dynamo_internal, dynamo_data FROM PUBLIC;
