--
-- A write of an item that changes no indexed attribute puts the new version
-- on the page without heap's help.  It leaves what heap leaves: two tables
-- have the same pages after the same operations, one of them with a replica
-- identity that has heap do every update.
--
CREATE SCHEMA tableam_hot_update;
SET search_path = tableam_hot_update, dynamo, public;
CREATE EXTENSION pageinspect;
CREATE EXTENSION pg_visibility;

SELECT name, dynamo.create_table(format('{"TableName": "%s", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [{"IndexName": "by-g", "Projection": {"ProjectionType": "KEYS_ONLY"},
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]}]}', name)::json) -> 'TableDescription' ->> 'TableStatus' AS status
FROM unnest('{Operations,Heap}'::text[]) AS name;
ALTER TABLE dynamo_data."Heap" REPLICA IDENTITY FULL;

-- New pages with n rows, 1 to n.
CREATE PROCEDURE refill(n int, length int) LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{Operations,Heap}'::text[] LOOP
        EXECUTE format('TRUNCATE dynamo_data.%I', name);
        COMMIT;
        EXECUTE format('INSERT INTO dynamo_data.%I(item) SELECT dynamo.to_item(jsonb_build_object(
            ''p'', i::text, ''g'', ''g'' || i, ''e'', 4000000000, ''v'', repeat(''v'', $2), ''z'', ''z''))
            FROM generate_series(1, $1) AS i', name) USING n, length;
        COMMIT;
    END LOOP;
END
$$;

-- Attribute a of item p becomes value.
CREATE FUNCTION change(name text, p int, a text, value jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM dynamo.update_item(json_build_object('TableName', name, 'Key', json_build_object('p', json_build_object('S', p::text)),
        'UpdateExpression', 'SET ' || a || ' = :v',
        'ExpressionAttributeValues', json_build_object(':v', json_build_object(
            CASE jsonb_typeof(value) WHEN 'number' THEN 'N' ELSE 'S' END, value #>> '{}'))));
END
$$;

-- Item p has only v beside its key.
CREATE FUNCTION put(name text, p int, v text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM dynamo.put_item(json_build_object('TableName', name, 'Item',
        json_build_object('p', json_build_object('S', p::text), 'v', json_build_object('S', v))));
END
$$;

-- Somebody refers to item p.
CREATE FUNCTION refer(name text, p int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT FROM dynamo_data.%I WHERE item::jsonb ->> ''p'' = $1 FOR KEY SHARE', name) USING p::text;
END
$$;

-- Item p as GetItem has it.
CREATE FUNCTION get(name text, p int) RETURNS json LANGUAGE sql AS $$
    SELECT dynamo.get_item(json_build_object('TableName', name, 'Key', json_build_object('p', json_build_object('S', p::text)))) -> 'Item'
$$;

--
-- What is on the pages of a table, but for ids of transactions and of values
-- out of line, and for the hints that somebody has committed, which may come
-- later.
--
CREATE TABLE seen (case_name text, name text, kind text, hot bool, what text);
CREATE FUNCTION look(case_name text, name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    rel regclass = format('dynamo_data.%I', name);
BEGIN
    EXECUTE format('SELECT count(*) FROM %s', rel);
    INSERT INTO seen
    SELECT look.case_name, look.name, 'version', t_infomask2 & x'8000'::int <> 0,
        format('%s.%s: flags %s at %s, %s bytes, next %s, xmin %s, xmax %s, command %s, infomask %s%s %s, header %s, data %s', block, lp, lp_flags, lp_off, lp_len,
            t_ctid, t_xmin <> '0', t_xmax <> '0', t_field3, to_hex(t_infomask & ~x'500'::int), CASE WHEN t_infomask & x'300'::int = x'300'::int THEN ' frozen' END,
            to_hex(t_infomask2), t_hoff, CASE WHEN t_infomask & 4 = 0 THEN md5(t_data) END)
    FROM generate_series(0, pg_relation_size(rel) / 8192 - 1) AS block, heap_page_items(get_raw_page(rel::text, block::int));
    INSERT INTO seen
    SELECT look.case_name, look.name, 'page', NULL, format('%s: flags %s, free %s to %s of %s, prunable %s', block, h.flags, h.lower, h.upper, h.special, h.prune_xid <> '0')
    FROM generate_series(0, pg_relation_size(rel) / 8192 - 1) AS block, page_header(get_raw_page(rel::text, block::int)) AS h;
    INSERT INTO seen
    SELECT look.case_name, look.name, 'visibility', NULL, format('%s: all visible %s, all frozen %s, page says %s', blkno, all_visible, all_frozen, pd_all_visible)
    FROM pg_visibility(rel);
    INSERT INTO seen
    SELECT look.case_name, look.name, 'item', NULL, format('%s: %s', p, get(look.name, p)) FROM generate_series(1, 9) AS p;
END
$$;

CREATE VIEW differences AS
    SELECT coalesce(o.case_name, h.case_name) AS case_name, coalesce(o.kind, h.kind) AS kind, o.what AS operations, h.what AS heap
    FROM (SELECT * FROM seen WHERE name = 'Operations') AS o
        FULL JOIN (SELECT * FROM seen WHERE name = 'Heap') AS h USING (case_name, kind, what)
    WHERE o.what IS NULL OR h.what IS NULL
    ORDER BY 1, 2, coalesce(o.what, h.what);

-- Until what is there may be called visible to all: its hints are set, and nobody else looks at what was before.
CREATE PROCEDURE wait_for_others() LANGUAGE plpgsql AS $$
DECLARE
    before xid = pg_current_xact_id();
BEGIN
    LOOP
        COMMIT;
        PERFORM count(*) FROM dynamo_data."Operations";
        PERFORM count(*) FROM dynamo_data."Heap";
        EXIT WHEN NOT EXISTS (SELECT FROM unnest('{Operations,Heap}'::text[]) AS name, heap_page_items(get_raw_page(format('dynamo_data.%I', name), 0))
                WHERE t_infomask & x'100'::int = 0)
            AND NOT EXISTS (SELECT FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND greatest(age(backend_xmin), age(backend_xid)) >= age(before));
        PERFORM pg_sleep(0.01);
    END LOOP;
END
$$;

-- Each case is a procedure, so that both tables see the same of it.
CREATE PROCEDURE one(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change(name, 2, 'v', '"shorter"');
    COMMIT;
    PERFORM change(name, 3, 'z', '"longer"');
END
$$;
CREATE PROCEDURE several_in_a_transaction(name text) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 4 LOOP
        PERFORM change(name, 2, 'v', to_jsonb(repeat('x', i)));
        PERFORM change(name, 3, 'v', to_jsonb(repeat('y', i)));
    END LOOP;
END
$$;
CREATE PROCEDURE several_in_a_command(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change(name, 2, 'v', to_jsonb(repeat('x', i))) FROM generate_series(1, 4) AS i;
END
$$;
CREATE PROCEDURE new_row(name text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO dynamo_data.%I(item) VALUES (''{"p": {"S": "9"}, "z": {"S": "9"}}'')', name);
    PERFORM change(name, 9, 'v', '"first"');
    PERFORM change(name, 9, 'v', '"second"');
END
$$;
CREATE PROCEDURE savepoint_rolled_back(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change(name, 1, 'v', '"kept"');
    BEGIN
        PERFORM change(name, 1, 'v', '"lost"');
        PERFORM change(name, 2, 'v', '"lost"');
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    PERFORM change(name, 1, 'v', '"last"');
    PERFORM change(name, 2, 'v', '"last"');
END
$$;
CREATE PROCEDURE savepoint_released(name text) LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        PERFORM change(name, 1, 'v', '"inner"');
        PERFORM change(name, 2, 'v', '"inner"');
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    PERFORM change(name, 1, 'v', '"outer"');
END
$$;
CREATE PROCEDURE aborted(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change(name, 1, 'v', '"lost"');
    ROLLBACK;
    PERFORM change(name, 1, 'v', '"once"');
    ROLLBACK;
    PERFORM change(name, 1, 'v', '"again"');
END
$$;
CREATE PROCEDURE vacuumed(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change(name, 1, 'v', '"visible to some"');
END
$$;
CREATE PROCEDURE frozen(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change(name, 1, 'v', '"visible to some"');
    PERFORM change(name, 1, 'v', '"again"');
END
$$;
CREATE PROCEDURE index_key(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change(name, 1, 'g', '"other"');
    PERFORM change(name, 2, 'g', '"g2"');
    PERFORM change(name, 2, 'v', '"g is the same"');
END
$$;
CREATE PROCEDURE expiry(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change(name, 1, 'e', '4000000001');
    PERFORM change(name, 2, 'v', '"e is the same"');
END
$$;
CREATE PROCEDURE nulls(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM put(name, 1, 'neither g nor e');
    PERFORM put(name, 1, 'still');
    PERFORM change(name, 2, 'e', '"not a time"');
    PERFORM put(name, 3, 'gone');
    PERFORM change(name, 3, 'g', '"back"');
END
$$;
CREATE PROCEDURE until_full(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change(name, 1, 'v', to_jsonb(lpad(i::text, 656, '.'))) FROM generate_series(1, 13) AS i;
END
$$;
CREATE PROCEDURE out_of_line(name text) LANGUAGE plpgsql AS $$
DECLARE
    long jsonb = (SELECT to_jsonb(string_agg(md5(i::text), NULL)) FROM generate_series(1, 200) AS i);
BEGIN
    PERFORM change(name, 1, 'v', long);
    PERFORM change(name, 1, 'z', '"beside"');
    COMMIT;
    PERFORM change(name, 1, 'v', '"in line"');
    PERFORM change(name, 1, 'v', '"in line again"');
END
$$;
CREATE PROCEDURE compressed(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change(name, 1, 'v', to_jsonb(repeat('long', 2000)));
    PERFORM change(name, 1, 'v', to_jsonb(repeat('long', 1000)));
    PERFORM change(name, 1, 'v', to_jsonb(repeat('long', 200)));
    PERFORM change(name, 1, 'v', to_jsonb(repeat('long', 2)));
END
$$;
CREATE PROCEDURE referred_to(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refer(name, 1);
    PERFORM change(name, 1, 'v', '"by myself"');
    PERFORM refer(name, 1);
    PERFORM change(name, 1, 'v', '"again"');
    PERFORM refer(name, 2);
    BEGIN
        PERFORM change(name, 2, 'v', '"in a savepoint"');
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    PERFORM change(name, 2, 'v', '"after it"');
    BEGIN
        PERFORM refer(name, 3);
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    PERFORM change(name, 3, 'v', '"no longer"');
END
$$;
CREATE PROCEDURE was_referred_to(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refer(name, 1);
    COMMIT;
    PERFORM change(name, 1, 'v', '"later"');
    COMMIT;
    PERFORM refer(name, 1);
    ROLLBACK;
    PERFORM change(name, 1, 'v', '"later still"');
    PERFORM refer(name, 2);
    BEGIN
        PERFORM change(name, 2, 'v', '"several"');
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    ROLLBACK;
    PERFORM change(name, 2, 'v', '"several and gone"');
END
$$;

-- Carry out a case on rows of this length, and look before the end of its last transaction and after.
CREATE PROCEDURE try(case_name text, length int DEFAULT 100, after bool DEFAULT true) LANGUAGE plpgsql AS $$
DECLARE
    name text;
    title text = case_name || CASE WHEN length = 100 THEN '' ELSE ' ' || length END;
BEGIN
    FOREACH name IN ARRAY '{Operations,Heap}'::text[] LOOP
        CASE case_name
            WHEN 'one' THEN CALL one(name);
            WHEN 'several_in_a_transaction' THEN CALL several_in_a_transaction(name);
            WHEN 'several_in_a_command' THEN CALL several_in_a_command(name);
            WHEN 'new_row' THEN CALL new_row(name);
            WHEN 'savepoint_rolled_back' THEN CALL savepoint_rolled_back(name);
            WHEN 'savepoint_released' THEN CALL savepoint_released(name);
            WHEN 'aborted' THEN CALL aborted(name);
            WHEN 'vacuumed' THEN CALL vacuumed(name);
            WHEN 'frozen' THEN CALL frozen(name);
            WHEN 'index_key' THEN CALL index_key(name);
            WHEN 'expiry' THEN CALL expiry(name);
            WHEN 'nulls' THEN CALL nulls(name);
            WHEN 'until_full' THEN CALL until_full(name);
            WHEN 'out_of_line' THEN CALL out_of_line(name);
            WHEN 'compressed' THEN CALL compressed(name);
            WHEN 'referred_to' THEN CALL referred_to(name);
            WHEN 'was_referred_to' THEN CALL was_referred_to(name);
        END CASE;
        PERFORM look(title, name);
        COMMIT;
        IF after THEN
            PERFORM look(title || ', after', name);
            COMMIT;
        END IF;
    END LOOP;
END
$$;

CALL refill(3, 100);
CALL try('one');
CALL refill(3, 100);
CALL try('several_in_a_transaction');
CALL refill(3, 100);
CALL try('several_in_a_command');
CALL refill(3, 100);
CALL try('new_row');
CALL refill(3, 100);
CALL try('savepoint_rolled_back');
CALL refill(3, 100);
CALL try('savepoint_released');
CALL refill(3, 100);
CALL try('aborted');
CALL refill(3, 100);
CALL try('index_key');
CALL refill(3, 100);
CALL try('nulls');
CALL refill(3, 100);
CALL try('out_of_line');
CALL refill(3, 100);
CALL try('compressed');
CALL refill(3, 100);
CALL try('referred_to');
CALL refill(3, 100);
CALL try('was_referred_to');

-- a page whose rows are known to be visible, and then frozen
CALL refill(3, 100);
CALL wait_for_others();
VACUUM dynamo_data."Operations", dynamo_data."Heap";
SELECT look('before vacuumed', name) FROM unnest('{Operations,Heap}'::text[]) AS name;
SELECT name, what FROM seen WHERE case_name = 'before vacuumed' AND kind = 'visibility';
CALL try('vacuumed');
CALL refill(3, 100);
CALL wait_for_others();
VACUUM (FREEZE) dynamo_data."Operations", dynamo_data."Heap";
SELECT look('before frozen', name) FROM unnest('{Operations,Heap}'::text[]) AS name;
SELECT name, what FROM seen WHERE case_name = 'before frozen' AND kind = 'visibility';
CALL try('frozen');

-- the last version that the page has room for, to the byte; what a later reader prunes is not looked at
DO $$
BEGIN
    FOR length IN 601 .. 1321 BY 8 LOOP
        CALL refill(1, length);
        CALL try('until_full', length, false);
    END LOOP;
END
$$;
SELECT name, count(*) > 0 AS without_a_byte_free FROM seen
WHERE case_name LIKE 'until_full%' AND kind = 'page' AND what ~ 'free (\d+) to \1 of' GROUP BY name ORDER BY name;

-- an update in a prepared transaction, and a reference that is a multixact with it
CALL refill(3, 100);
BEGIN;
SELECT change('Operations', 1, 'v', '"prepared"');
PREPARE TRANSACTION 'hot_update';
SELECT refer('Operations', 1);
VACUUM (FREEZE) dynamo_data."Operations";
COMMIT PREPARED 'hot_update';
SELECT get('Operations', 1) -> 'v' AS v;

-- with a time of expiry, and its index
SELECT dynamo.update_time_to_live(format('{"TableName": "%s",
        "TimeToLiveSpecification": {"Enabled": true, "AttributeName": "e"}}', name)::json) IS NOT NULL AS asked
FROM unnest('{Operations,Heap}'::text[]) AS name;
-- the index on the time of expiry is made in the background
DO $$
BEGIN
    WHILE EXISTS (SELECT FROM dynamo_internal.backfills) LOOP
        COMMIT;
        PERFORM pg_sleep(0.01);
    END LOOP;
END
$$;
CALL refill(3, 100);
CALL try('expiry');

SELECT regexp_replace(case_name, ' \d+', '') AS case_name, count(*) FILTER (WHERE kind = 'page') AS pages, count(*) FILTER (WHERE kind = 'version') AS versions,
    count(*) FILTER (WHERE hot) AS hot,
    string_agg(DISTINCT format('%s: %s', left(what, 1), substring(what, '"v":{"S":"([^".]{1,16})')), ', ') FILTER (WHERE kind = 'item' AND what LIKE '_: {%') AS v
FROM seen WHERE name = 'Operations' GROUP BY 1 ORDER BY 1;
SELECT * FROM differences;
SELECT * FROM dynamo.check('Operations');

SELECT count(dynamo.delete_table(format('{"TableName": "%s"}', name)::json)) FROM unnest('{Operations,Heap}'::text[]) AS name;
DROP EXTENSION pg_visibility;
DROP EXTENSION pageinspect;
SET client_min_messages = warning;
DROP SCHEMA tableam_hot_update CASCADE;
