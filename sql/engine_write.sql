--
-- Writes of the engine beside what users put on an item table.
--
CREATE SCHEMA engine_write;
SET search_path = engine_write, dynamo, public;

SELECT dynamo.create_table('{"TableName": "Song", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "artist", "AttributeType": "S"},
                             {"AttributeName": "title", "AttributeType": "S"},
                             {"AttributeName": "genre", "AttributeType": "S"},
                             {"AttributeName": "year", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [{"IndexName": "by-genre", "Projection": {"ProjectionType": "ALL"},
        "KeySchema": [{"AttributeName": "genre", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}]}],
    "LocalSecondaryIndexes": [{"IndexName": "by-year", "Projection": {"ProjectionType": "KEYS_ONLY"},
        "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}]}]}')
    -> 'TableDescription' ->> 'TableName' AS created;

CREATE FUNCTION put(artist text, title text, rest jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
    SELECT dynamo.put_item(jsonb_build_object('TableName', 'Song', 'Item',
        jsonb_build_object('artist', jsonb_build_object('S', artist), 'title', jsonb_build_object('S', title)) || rest)::json)
$$;
CREATE FUNCTION set_year(artist text, title text, year int) RETURNS json LANGUAGE sql AS $$
    SELECT dynamo.update_item(json_build_object('TableName', 'Song', 'Key',
        json_build_object('artist', json_build_object('S', artist), 'title', json_build_object('S', title)),
        'UpdateExpression', 'SET #y = :y', 'ExpressionAttributeNames', '{"#y": "year"}'::json,
        'ExpressionAttributeValues', json_build_object(':y', json_build_object('N', year::text)),
        'ReturnValues', 'ALL_NEW')) -> 'Attributes'
$$;
CREATE FUNCTION remove(artist text, title text) RETURNS json LANGUAGE sql AS $$
    SELECT dynamo.delete_item(json_build_object('TableName', 'Song', 'Key',
        json_build_object('artist', json_build_object('S', artist), 'title', json_build_object('S', title)),
        'ReturnValues', 'ALL_OLD')) -> 'Attributes'
$$;
CREATE VIEW song AS SELECT item::jsonb AS doc, ctid FROM dynamo_data."Song" ORDER BY sk;

-- put, update, delete
SELECT put('Abba', 'Fernando', '{"genre": {"S": "pop"}, "year": {"N": "1976"}}');
SELECT put('Abba', 'Waterloo');
SELECT set_year('Abba', 'Waterloo', 1974);
SELECT set_year('Abba', 'Chiquitita', 1979);
SELECT put('Abba', 'Waterloo', '{"genre": {"S": "pop"}, "year": {"N": "1974"}}');
SELECT remove('Abba', 'Chiquitita');
SELECT remove('Abba', 'Chiquitita');
SELECT doc FROM song;
SELECT * FROM dynamo.check('Song');

-- everything a transaction has written is seen by what follows, also in one statement
BEGIN;
SELECT put('Blur', 'Song 2'), set_year('Blur', 'Song 2', 1997), set_year('Blur', 'Song 2', 1998), remove('Blur', 'Song 2');
ROLLBACK;
SELECT set_year('Cher', i::text, i) FROM generate_series(1, 3) i;
BEGIN;
SELECT put('Devo', 'Whip It');
SAVEPOINT s;
SELECT remove('Devo', 'Whip It');
ROLLBACK TO s;
COMMIT;
SELECT doc FROM song;

-- a put of what is there already makes no new row version
SELECT ctid AS before FROM song WHERE doc ->> 'title' = 'Waterloo' \gset
SELECT put('Abba', 'Waterloo', '{"year": {"N": "1974.0"}, "genre": {"S": "pop"}}');
SELECT ctid = :'before' AS same FROM song WHERE doc ->> 'title' = 'Waterloo';
SELECT put('Abba', 'Waterloo', '{"year": {"N": "1975"}, "genre": {"S": "pop"}}');
SELECT ctid = :'before' AS same FROM song WHERE doc ->> 'title' = 'Waterloo';

-- nor does an update that changes nothing, in whatever way
SELECT put('Abba', 'Money', '{"l": {"L": [{"S": "a"}, {"S": "a"}]}, "m": {"M": {"k": {"N": "1"}}}, "n": {"N": "0"}}');
CREATE FUNCTION is_new_version(e text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    before tid := (SELECT ctid FROM song WHERE doc ->> 'title' = 'Money');
BEGIN
    PERFORM dynamo.update_item(json_build_object('TableName', 'Song', 'Key', '{"artist": {"S": "Abba"}, "title": {"S": "Money"}}'::json,
        'UpdateExpression', e, 'ExpressionAttributeValues',
        (SELECT json_object_agg(key, value) FROM json_each('{":a": {"S": "a"}, ":b": {"S": "b"}, ":one": {"N": "1.0"}, ":zero": {"N": "0"}}') WHERE e ~ (key || '\M'))));
    RETURN before <> (SELECT ctid FROM song WHERE doc ->> 'title' = 'Money');
END $$;
SELECT e, is_new_version(e)
FROM unnest(ARRAY['SET l[0] = :a', 'SET l[7] = :a REMOVE l[0]', 'SET m.k = :one', 'REMOVE m.z, l[5], z', 'SET m.k = m.k', 'ADD n :zero',
    'SET l[7] = :b REMOVE l[0]', 'SET m.k = :b', 'SET m.k2 = :one', 'REMOVE m.k2', 'ADD n :one', 'SET z = :a', 'REMOVE z']) WITH ORDINALITY AS u(e, n)
ORDER BY n;
SELECT remove('Abba', 'Money');
DROP FUNCTION is_new_version;

-- an index of somebody else, a CHECK, a column more, a generated one
ALTER TABLE dynamo_data."Song" ADD COLUMN noted text DEFAULT 'new';
ALTER TABLE dynamo_data."Song" ADD COLUMN title text GENERATED ALWAYS AS ((item -> 'title')::text) STORED;
ALTER TABLE dynamo_data."Song" ADD CONSTRAINT no_techno CHECK (NOT item @> '{"genre": {"S": "techno"}}');
CREATE INDEX song_noted ON dynamo_data."Song" (noted) INCLUDE (title) WHERE noted <> 'secret';
CREATE UNIQUE INDEX song_title ON dynamo_data."Song" (title);
SELECT put('Enya', 'Orinoco Flow');
UPDATE dynamo_data."Song" SET noted = 'kept' WHERE item @> '{"artist": {"S": "Enya"}}';
SELECT set_year('Enya', 'Orinoco Flow', 1988);
SELECT put('Enya', 'Orinoco Flow', '{"year": {"N": "1989"}}');
SELECT noted, title FROM dynamo_data."Song" WHERE item @> '{"artist": {"S": "Enya"}}';
SELECT put('Enya', 'Techno', '{"genre": {"S": "techno"}}');
SELECT put('Moby', 'Waterloo');
SELECT remove('Enya', 'Orinoco Flow');
SELECT * FROM dynamo.check('Song');
ALTER TABLE dynamo_data."Song" DROP CONSTRAINT no_techno, DROP COLUMN noted, DROP COLUMN title;

-- triggers of every kind
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE '% % %: % -> %', TG_WHEN, TG_OP, TG_LEVEL,
        CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'INSERT' THEN OLD.item::jsonb END,
        CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN NEW.item::jsonb END;
    RETURN CASE WHEN TG_LEVEL = 'STATEMENT' THEN NULL WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER tell_before_row BEFORE INSERT OR UPDATE OR DELETE ON dynamo_data."Song"
    FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER tell_after_row AFTER INSERT OR UPDATE OR DELETE ON dynamo_data."Song"
    FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER tell_statement AFTER INSERT OR UPDATE OR DELETE ON dynamo_data."Song"
    FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER tell_before_statement BEFORE INSERT OR UPDATE OR DELETE ON dynamo_data."Song"
    FOR EACH STATEMENT EXECUTE FUNCTION tell();
SELECT put('Fugees', 'Ready or Not');
SELECT set_year('Fugees', 'Ready or Not', 1996);
SELECT set_year('Fugees', 'Ready or Not', 1996);
SELECT remove('Fugees', 'Ready or Not');
DROP TRIGGER tell_before_row ON dynamo_data."Song";
DROP TRIGGER tell_after_row ON dynamo_data."Song";
DROP TRIGGER tell_statement ON dynamo_data."Song";
DROP TRIGGER tell_before_statement ON dynamo_data."Song";

-- a trigger that changes the item, and one that forbids
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.item @> '{"genre": {"S": "jazz"}}' THEN
        RETURN NULL;
    END IF;
    NEW.item := dynamo.to_item(NEW.item::jsonb || '{"stamped": true, "year": 2000}');
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON dynamo_data."Song" FOR EACH ROW EXECUTE FUNCTION stamp();
SELECT set_year('Gossip', 'Standing', 2006);
SELECT put('Gossip', 'Jazz', '{"genre": {"S": "jazz"}}');
SELECT doc FROM song WHERE doc ->> 'artist' = 'Gossip';
SELECT * FROM dynamo.check('Song');
DROP TRIGGER stamp ON dynamo_data."Song";

-- transition tables
CREATE TABLE log (operation text, n bigint);
CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log SELECT TG_OP, count(*) FROM changed;
    RETURN NULL;
END $$;
CREATE TRIGGER count_rows AFTER UPDATE ON dynamo_data."Song" REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_rows();
SELECT set_year('Gossip', 'Standing', 2007);
TABLE log;
DROP TRIGGER count_rows ON dynamo_data."Song";

-- a foreign key
CREATE TABLE cover (hk bytea, sk bytea, FOREIGN KEY (hk, sk) REFERENCES dynamo_data."Song" ON DELETE CASCADE);
INSERT INTO cover SELECT hk, sk FROM dynamo_data."Song" WHERE item @> '{"title": {"S": "Waterloo"}}';
SELECT set_year('Abba', 'Waterloo', 1999);
SELECT remove('Abba', 'Waterloo');
SELECT count(*) FROM cover;
DROP TABLE cover;

-- read-only transactions
BEGIN READ ONLY;
SELECT put('Hole', 'Malibu');
ROLLBACK;

-- relations without replica identity in a publication
CREATE PUBLICATION song FOR TABLE dynamo_data."Song";
SELECT set_year('Gossip', 'Standing', 2008);
ALTER TABLE dynamo_data."Song" REPLICA IDENTITY NOTHING;
SELECT set_year('Gossip', 'Standing', 2009);
SELECT put('Interpol', 'Evil');
SELECT remove('Gossip', 'Standing');
ALTER TABLE dynamo_data."Song" REPLICA IDENTITY FULL;
SELECT remove('Gossip', 'Standing');
DROP PUBLICATION song;

-- large items
SELECT put('Jewel', 'Long', jsonb_build_object('text', jsonb_build_object('S', repeat('lyrics ', 50000))));
SELECT length(doc ->> 'text') FROM song WHERE doc ->> 'artist' = 'Jewel';
SELECT put('Jewel', 'Long', jsonb_build_object('text', jsonb_build_object('S', repeat('x', 410000))));
SELECT put('Jewel', 'Longest', ('{"a": {"L": [' || repeat('{"NULL": true}, ', 204785) || '{"NULL": true}]}}')::jsonb);
SELECT dynamo.size(item) FROM dynamo_data."Song" WHERE item ->> 'title' = 'Longest';
SELECT put('Jewel', 'Longest', ('{"a": {"L": [' || repeat('{"NULL": true}, ', 204786) || '{"NULL": true}]}}')::jsonb);
SELECT dynamo.update_item('{"TableName": "Song", "Key": {"artist": {"S": "Jewel"}, "title": {"S": "Longest"}},
    "UpdateExpression": "SET a[300000] = a[0]"}');
SELECT dynamo.update_item('{"TableName": "Song", "Key": {"artist": {"S": "Jewel"}, "title": {"S": "Longest"}},
    "UpdateExpression": "REMOVE a"}');
SELECT dynamo.update_item('{"TableName": "Song", "Key": {"artist": {"S": "Jewel"}, "title": {"S": "Long"}},
    "UpdateExpression": "SET again = #t, more = #t", "ExpressionAttributeNames": {"#t": "text"}}');
SELECT length(set_year('Jewel', 'Long', 1995)::text);
SELECT * FROM dynamo.check('Song');

-- HOT: an update that leaves index keys alone touches no index
SELECT dynamo.create_table(json_build_object('TableName', 'Hot', 'BillingMode', 'PAY_PER_REQUEST',
    'AttributeDefinitions', json_build_array(json_build_object('AttributeName', 'pk', 'AttributeType', 'S'),
        json_build_object('AttributeName', 'g', 'AttributeType', 'S')),
    'KeySchema', json_build_array(json_build_object('AttributeName', 'pk', 'KeyType', 'HASH')),
    'GlobalSecondaryIndexes', (SELECT json_agg(json_build_object('IndexName', 'gsi' || i,
        'KeySchema', json_build_array(json_build_object('AttributeName', 'g', 'KeyType', 'HASH')),
        'Projection', json_build_object('ProjectionType', 'ALL'))) FROM generate_series(1, 5) i)))
    -> 'TableDescription' ->> 'TableName' AS created;
SELECT dynamo.put_item('{"TableName": "Hot", "Item": {"pk": {"S": "a"}, "g": {"S": "g"}, "n": {"N": "0"}}}');
DO $$
BEGIN
    FOR i IN 1..30 LOOP
        PERFORM dynamo.update_item('{"TableName": "Hot", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}}}');
    END LOOP;
END $$;
SELECT pg_stat_force_next_flush();
SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'Hot';
SELECT dynamo.update_item('{"TableName": "Hot", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET g = :g",
    "ExpressionAttributeValues": {":g": {"S": "other"}}}');
SELECT pg_stat_force_next_flush();
SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'Hot';
SELECT * FROM dynamo.check('Hot');

-- an item in twenty indexes with the longest sort key does not fit on a page with all its keys
SELECT dynamo.create_table(json_build_object('TableName', 'Wide', 'BillingMode', 'PAY_PER_REQUEST',
    'AttributeDefinitions', json_build_array(json_build_object('AttributeName', 'pk', 'AttributeType', 'S'),
        json_build_object('AttributeName', 'r', 'AttributeType', 'S')),
    'KeySchema', json_build_array(json_build_object('AttributeName', 'pk', 'KeyType', 'HASH'),
        json_build_object('AttributeName', 'r', 'KeyType', 'RANGE')),
    'GlobalSecondaryIndexes', (SELECT json_agg(json_build_object('IndexName', 'gsi' || i,
        'KeySchema', json_build_array(json_build_object('AttributeName', 'pk', 'KeyType', 'HASH'),
            json_build_object('AttributeName', 'r', 'KeyType', 'RANGE')),
        'Projection', json_build_object('ProjectionType', 'KEYS_ONLY'))) FROM generate_series(1, 20) i)))
    -> 'TableDescription' ->> 'TableName' AS created;
SELECT string_agg(md5(i::text), '') AS long FROM generate_series(1, 32) i \gset
SELECT dynamo.put_item(json_build_object('TableName', 'Wide', 'Item', json_build_object('pk', '{"S": "a"}'::json, 'n', '{"N": "0"}'::json,
    'r', json_build_object('S', :'long'))));
DO $$
BEGIN
    FOR i IN 1..3 LOOP
        PERFORM dynamo.update_item(json_build_object('TableName', 'Wide', 'Key', dynamo.scan('{"TableName": "Wide", "ProjectionExpression": "pk, r"}') -> 'Items' -> 0,
            'UpdateExpression', 'ADD n :one', 'ExpressionAttributeValues', '{":one": {"N": "1"}}'::json));
    END LOOP;
END $$;
SELECT item OPERATOR(dynamo.->>) 'n' AS n, item OPERATOR(dynamo.->>) 'r' = :'long' AS whole
  FROM dynamo.query('Wide', 'pk = :p AND r > :r', '{":p": {"S": "a"}, ":r": {"S": "!"}}') AS item;
SELECT dynamo.query(json_build_object('TableName', 'Wide', 'IndexName', 'gsi20', 'KeyConditionExpression', 'pk = :p AND r = :r',
    'ExpressionAttributeValues', json_build_object(':p', '{"S": "a"}'::json, ':r', json_build_object('S', :'long')))) ->> 'Count' AS by_index;
SELECT * FROM dynamo.check('Wide');

\set VERBOSITY terse
DROP SCHEMA engine_write CASCADE;
DO $$ BEGIN
    PERFORM dynamo.delete_table('{"TableName": "Song"}');
    PERFORM dynamo.delete_table('{"TableName": "Hot"}');
    PERFORM dynamo.delete_table('{"TableName": "Wide"}');
END $$;
