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

-- ------------------------------------------------------- attribute names
--
-- Names that items do not spell out: src/tables/names.c adds rows, and no
-- row may ever change or go. They are of this database only and are not
-- dumped: an item that leaves it, as text or binary, spells them out. Logical
-- decoding is one way out, and looks at this table as it is now, not as it was
-- then (user_catalog_table): VACUUM FULL moves it to another file.

CREATE TABLE dynamo_internal.attribute_names
(
    number integer NOT NULL,
    name text COLLATE "C" NOT NULL
)
WITH (user_catalog_table = true);

CREATE FUNCTION dynamo_internal.keep_attribute_names() RETURNS trigger
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

CREATE TRIGGER keep BEFORE INSERT ON dynamo_internal.attribute_names
    FOR EACH ROW EXECUTE FUNCTION dynamo_internal.keep_attribute_names();
CREATE TRIGGER keep_all BEFORE UPDATE OR DELETE OR TRUNCATE ON dynamo_internal.attribute_names
    FOR EACH STATEMENT EXECUTE FUNCTION dynamo_internal.keep_attribute_names();
ALTER TABLE dynamo_internal.attribute_names ENABLE ALWAYS TRIGGER keep;
ALTER TABLE dynamo_internal.attribute_names ENABLE ALWAYS TRIGGER keep_all;

CREATE FUNCTION dynamo.number_attribute_names(VARIADIC names text[]) RETURNS integer
    LANGUAGE c STRICT
    AS 'MODULE_PATHNAME', 'dynamo_number_attribute_names';

COMMENT ON FUNCTION dynamo.number_attribute_names(text[]) IS 'let items have numbers in place of these attribute names, from now on';

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

