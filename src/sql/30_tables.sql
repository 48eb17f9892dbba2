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
--
-- There are no foreign keys between them: pg_restore -j fills the tables of an
-- extension in any order, and would fail on them.  Control operations on one
-- table wait for each other (dy_control_lock), and a trigger takes away what
-- belongs to a table that goes.

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
    table_name text COLLATE "C" NOT NULL,
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
    table_name text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (table_name, key)
);

-- Columns that are being filled by a background worker: hk and sk of the
-- last row done, both null at the start.
CREATE TABLE dynamo_internal.backfills
(
    table_name text COLLATE "C" NOT NULL,
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

-- What belongs to a table goes with it.
CREATE FUNCTION dynamo_internal.forget_table() RETURNS trigger
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

CREATE TRIGGER forget AFTER DELETE ON dynamo_internal.tables
    FOR EACH ROW EXECUTE FUNCTION dynamo_internal.forget_table();

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
