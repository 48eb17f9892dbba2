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

-- The door to the operations, and those for reads and writes that come together.
GRANT EXECUTE ON FUNCTION
    dynamo_internal.execute(text, text, text),
    dynamo_internal.execute_each(text, text[], text[]),
    dynamo_internal.execute_writes(text[], text[], text[])
TO dynamo_bridge;
