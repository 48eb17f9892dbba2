--
-- One row by its key, whatever the primary index looks like: GetItem finds
-- every item that is there, in its last version, and nothing else.
--
CREATE SCHEMA tableam_lookup;
SET search_path = tableam_lookup, dynamo, public;

CREATE FUNCTION make(name text, sort_type text) RETURNS text LANGUAGE sql AS $$
    SELECT dynamo.create_table(format('{"TableName": "%s", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"},
                                 {"AttributeName": "s", "AttributeType": "%s"},
                                 {"AttributeName": "v", "AttributeType": "N"}],
        "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [{"IndexName": "by-v", "Projection": {"ProjectionType": "KEYS_ONLY"},
            "KeySchema": [{"AttributeName": "v", "KeyType": "HASH"}]}]}', name, sort_type))
        -> 'TableDescription' ->> 'TableStatus'
$$;

-- What GetItem says of key (p, s): its v.
CREATE FUNCTION get(name text, p text, sort_type text, s text) RETURNS text LANGUAGE sql AS $$
    SELECT dynamo.get_item(json_build_object('TableName', name, 'Key', json_build_object(
        'p', json_build_object('S', p), 's', json_build_object(sort_type, s)))) -> 'Item' -> 'v' ->> 'N'
$$;

-- Every row that is there through GetItem; keys beside each of them, too.
CREATE FUNCTION look(name text, sort_type text, OUT rows bigint, OUT right_ones bigint, OUT ghosts bigint)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($q$
        SELECT count(*), count(*) FILTER (WHERE get(%1$L, d ->> 'p', %2$L, d ->> 's') = d ->> 'v'),
            count(*) FILTER (WHERE get(%1$L, d ->> 'p', %2$L,
                    CASE %2$L WHEN 'N' THEN ((d ->> 's')::numeric + 0.1)::text ELSE (d ->> 's') || '1' END) IS NOT NULL
                OR get(%1$L, (d ->> 'p') || '.', %2$L, d ->> 's') IS NOT NULL)
        FROM (SELECT item::jsonb AS d FROM dynamo_data.%1$I) AS rows
    $q$, name, sort_type) INTO rows, right_ones, ghosts;
END
$$;

-- long sort keys that differ at their end: four levels, columns cut off separators
SELECT make('Deep', 'S');
INSERT INTO dynamo_data."Deep"(item)
SELECT format('{"p": {"S": "%s"}, "s": {"S": "%s"}, "v": {"N": "%s"}}',
    CASE WHEN i % 3 = 0 THEN 'one' ELSE i::text END, repeat('k', 900) || to_char(i, 'FM00000'), i)::dynamo.item
FROM generate_series(1, 3000) AS i;
CREATE EXTENSION pageinspect;
SELECT level >= 3 AS deep FROM bt_metap('dynamo_data."Deep_pkey"');
SELECT * FROM look('Deep', 'S');
SELECT * FROM look('Deep', 'S');
SELECT get('Deep', 'one', 'S', 'k'), get('Deep', 'one', 'S', repeat('k', 1000)), get('Deep', 'one', 'S', 'z');

-- sort keys that the row has compressed, or out of line: twice, by the index and where they were found
SELECT make(name, 'S') FROM unnest('{Packed,Outside}'::text[]) AS name;
ALTER TABLE dynamo_data."Packed" ALTER item SET STORAGE PLAIN, ALTER sk SET STORAGE EXTENDED;
ALTER TABLE dynamo_data."Outside" ALTER item SET STORAGE PLAIN;
CREATE PROCEDURE fill_long(name text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($q$
        INSERT INTO dynamo_data.%I(item)
        SELECT format('{"p": {"S": "%%s"}, "s": {"S": "%%s"}, "v": {"N": "%%s"}, "x": {"S": "%%s"}}',
            i, repeat('k', 1000) || i, i, repeat('x', 2000))::dynamo.item FROM generate_series(1, 20) AS i$q$, name);
END
$$;
CALL fill_long('Packed');
CALL fill_long('Outside');
SELECT count(*) FROM dynamo_data."Packed" WHERE pg_column_size(sk) < 100;
SELECT pg_relation_size(reltoastrelid) > 0 AS outside FROM pg_class WHERE oid = 'dynamo_data."Outside"'::regclass;
SELECT * FROM look('Packed', 'S');
SELECT * FROM look('Packed', 'S');
SELECT * FROM look('Outside', 'S');
SELECT * FROM look('Outside', 'S');

-- short ones, of both lengths of header, and numbers
SELECT make('Short', 'N');
INSERT INTO dynamo_data."Short"(item)
SELECT format('{"p": {"S": "%s"}, "s": {"N": "%s"}, "v": {"N": "%s"}}', i / 100, (i % 100 - 50) * 0.25, i)::dynamo.item
FROM generate_series(1, 5000) AS i;
SELECT * FROM look('Short', 'N');

-- an index column changes: a new entry for each version, some of them dead
DO $$
BEGIN
    FOR round IN 1 .. 4 LOOP
        UPDATE dynamo_data."Short" SET item = (item::jsonb || jsonb_build_object('v', (item::jsonb ->> 'v')::int + 10000))::dynamo.item
        WHERE (item::jsonb ->> 'v')::int % 4 < round;
    END LOOP;
END
$$;
SELECT * FROM look('Short', 'N');
SELECT * FROM look('Short', 'N');

-- rows that are gone, and some of them back
DELETE FROM dynamo_data."Short" WHERE (item::jsonb ->> 'v')::int % 3 = 0;
SELECT count(*), count(get('Short', (i / 100)::text, 'N', ((i % 100 - 50) * 0.25)::text)) AS found
FROM generate_series(1, 5000) AS i;
INSERT INTO dynamo_data."Short"(item)
SELECT format('{"p": {"S": "%s"}, "s": {"N": "%s"}, "v": {"N": "-1"}}', i / 100, (i % 100 - 50) * 0.25)::dynamo.item
FROM generate_series(1, 5000, 7) AS i ON CONFLICT DO NOTHING;
SELECT * FROM look('Short', 'N');
VACUUM dynamo_data."Short";
SELECT * FROM look('Short', 'N');

-- under any isolation level; a snapshot sees what it saw
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT * FROM look('Short', 'N');
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) > 0 AS snapshot FROM dynamo_data."Short";
DELETE FROM dynamo_data."Short" WHERE (item::jsonb ->> 'v')::int = -1;
SELECT * FROM look('Short', 'N');
ROLLBACK;
SELECT * FROM look('Short', 'N');

-- nothing at all
DELETE FROM dynamo_data."Short";
VACUUM dynamo_data."Short";
SELECT get('Short', '1', 'N', '1') AS nothing;
SELECT dynamo.delete_table('{"TableName": "Short"}') IS NOT NULL AS deleted;
SELECT make('Short', 'N');
SELECT get('Short', '1', 'N', '1') AS empty_index;

-- index pages that this backend has seen before: split, deleted, used for other keys, cut off
CREATE FUNCTION fill(first int, last int) RETURNS void LANGUAGE sql AS $$
    INSERT INTO dynamo_data."Short"(item)
    SELECT format('{"p": {"S": "%s"}, "s": {"N": "%s"}, "v": {"N": "%s"}}', i / 100, i % 100, i)::dynamo.item
    FROM generate_series(first, last) AS i
$$;
SELECT fill(1, 2000);
SELECT * FROM look('Short', 'N');
SELECT fill(2001, 20000);
SELECT * FROM look('Short', 'N');
DELETE FROM dynamo_data."Short" WHERE substr(hk, 1, 1) BETWEEN '\x30' AND '\xd0';
VACUUM dynamo_data."Short";
SELECT * FROM look('Short', 'N');
SELECT count(*), count(get('Short', (i / 100)::text, 'N', (i % 100)::text)) = (SELECT count(*) FROM dynamo_data."Short") AS found
FROM generate_series(1, 20000) AS i;
SELECT fill(20001, 40000);
SELECT * FROM look('Short', 'N');
-- rows of new keys lie where those that are gone were found
SELECT count(*), count(get('Short', (i / 100)::text, 'N', (i % 100)::text)) =
    (SELECT count(*) FROM dynamo_data."Short" WHERE (item::jsonb ->> 'v')::int <= 20000) AS found
FROM generate_series(1, 20000) AS i;
VACUUM FULL dynamo_data."Short";
SELECT * FROM look('Short', 'N');
BEGIN;
TRUNCATE dynamo_data."Short";
SELECT fill(1, 5000);
SELECT * FROM look('Short', 'N');
TRUNCATE dynamo_data."Short";
SELECT get('Short', '1', 'N', '1') AS nothing;
SELECT fill(1, 100);
SELECT * FROM look('Short', 'N');
ROLLBACK;
SELECT * FROM look('Short', 'N');

-- a row that has been found is found again without the index, which a build with assertions reads to compare
ALTER TABLE dynamo_data."Short" SET (autovacuum_enabled = false);
CREATE FUNCTION read_since(blocks bigint DEFAULT 0, scans bigint DEFAULT 0, OUT blocks_read bigint, OUT scans_counted bigint)
LANGUAGE sql AS $$
    SELECT idx_blks_read + idx_blks_hit - blocks, idx_scan - scans
    FROM pg_statio_user_indexes JOIN pg_stat_user_indexes USING (indexrelid)
    WHERE indexrelid = 'dynamo_data."Short_pkey"'::regclass
$$;
SELECT get('Short', '201', 'N', '1');
SELECT pg_stat_force_next_flush();
SELECT * FROM read_since() \gset
SELECT get('Short', '201', 'N', '1');
SELECT pg_stat_force_next_flush();
SELECT blocks_read = 0 OR current_setting('debug_assertions')::bool AS index_not_read,
    scans_counted = 1 OR current_setting('debug_assertions')::bool AS counted_as_a_scan
FROM read_since(:blocks_read, :scans_counted);

SELECT count(dynamo.delete_table(format('{"TableName": "%s"}', name)::json)) FROM unnest('{Deep,Packed,Outside,Short}'::text[]) AS name;
DROP EXTENSION pageinspect;
SET client_min_messages = warning;
DROP SCHEMA tableam_lookup CASCADE;
