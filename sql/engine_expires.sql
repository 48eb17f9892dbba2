--
-- The index on the time of expiry of a table with TTL: every write keeps it
-- right, and such a table has the short way of writing like any other.
--
CREATE SCHEMA engine_expires;
SET search_path = engine_expires, dynamo, public;
CREATE EXTENSION amcheck;

SELECT dynamo.create_table('{"TableName": "Session", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [{"IndexName": "by-g", "Projection": {"ProjectionType": "KEYS_ONLY"},
        "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]}]}')
    -> 'TableDescription' ->> 'TableName' AS created;

CREATE FUNCTION put(p text, rest json DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
    SELECT dynamo.put_item(json_build_object('TableName', 'Session', 'Item',
        jsonb_build_object('p', jsonb_build_object('S', p)) || rest::jsonb))
$$;
CREATE FUNCTION change(p text, expression text, value json DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    SELECT dynamo.update_item(jsonb_strip_nulls(jsonb_build_object('TableName', 'Session', 'Key', jsonb_build_object('p', jsonb_build_object('S', p)),
        'UpdateExpression', expression, 'ExpressionAttributeValues', CASE WHEN value IS NOT NULL THEN jsonb_build_object(':v', value) END)))
$$;
CREATE FUNCTION remove(p text) RETURNS void LANGUAGE sql AS $$
    SELECT dynamo.delete_item(json_build_object('TableName', 'Session', 'Key', json_build_object('p', json_build_object('S', p))))
$$;

-- rows that are there before
SELECT put('old' || i, format('{"e": {"N": "%s"}, "g": {"S": "g"}}', 100 + i)::json) FROM generate_series(1, 3) AS i;
SELECT dynamo.update_time_to_live('{"TableName": "Session", "TimeToLiveSpecification": {"Enabled": true, "AttributeName": "e"}}')
    -> 'TimeToLiveSpecification' ->> 'AttributeName' AS asked;
-- the index is made in the background
DO $$
BEGIN
    WHILE EXISTS (SELECT FROM dynamo_internal.backfills) LOOP
        COMMIT;
        PERFORM pg_sleep(0.01);
    END LOOP;
END
$$;
SELECT indexdef FROM pg_indexes WHERE tablename = 'Session' ORDER BY indexname COLLATE "C";

-- Rows with a time of expiry, by the index and by the table.
CREATE VIEW by_index AS SELECT item OPERATOR(dynamo.->>) 'p' AS p, expires FROM dynamo_data."Session" WHERE expires IS NOT NULL ORDER BY expires;
CREATE FUNCTION by_index() RETURNS SETOF by_index LANGUAGE sql
    SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = off AS 'TABLE by_index';
CREATE FUNCTION by_table() RETURNS SETOF by_index LANGUAGE sql
    SET enable_indexscan = off SET enable_indexonlyscan = off SET enable_bitmapscan = off AS 'TABLE by_index';
SET enable_seqscan = off;
SET enable_sort = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) TABLE by_index;
RESET enable_seqscan;
RESET enable_sort;
RESET enable_bitmapscan;
CREATE VIEW state AS
    SELECT (SELECT string_agg(format('%s %s', p, expires), ', ' ORDER BY expires, p) FROM by_index()) AS entries,
        (SELECT count(*) FROM ((SELECT * FROM by_index() EXCEPT ALL SELECT * FROM by_table())
            UNION ALL (SELECT * FROM by_table() EXCEPT ALL SELECT * FROM by_index())) AS d) AS differences,
        (SELECT count(*) FROM dynamo.check('Session')) AS problems;
CREATE FUNCTION amcheck() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(i.indexrelid::regclass || ' ' || CASE WHEN bt_index_check(i.indexrelid, true) IS NOT NULL THEN 'is right' END, ', ' ORDER BY i.indexrelid)
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS a ON a.oid = c.relam
    WHERE indrelid = 'dynamo_data."Session"'::regclass AND amname = 'btree'
$$;
TABLE state;

-- A write that changes nothing leaves the row where it is, unless the table
-- has something on it for which writes go the long way.
CREATE FUNCTION way(p text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    place tid;
    i json;
    moved bool;
BEGIN
    SELECT ctid, item::text::jsonb - 'p' INTO place, i FROM dynamo_data."Session" WHERE item OPERATOR(dynamo.->>) 'p' = way.p;
    PERFORM put(p, i);
    SELECT ctid <> place INTO moved FROM dynamo_data."Session" WHERE item OPERATOR(dynamo.->>) 'p' = way.p;
    RETURN CASE WHEN moved THEN 'long' ELSE 'short' END;
END
$$;
SELECT way('old1');
TABLE state;

-- inserts, updates that change, add, remove and leave the time, deletes
SELECT put('none'), put('a', '{"e": {"N": "50"}}'), put('b', '{"e": {"N": "150"}, "g": {"S": "g"}}'), put('c', '{"e": {"N": "150"}}'), put('text', '{"e": {"S": "100"}}');
SELECT change('born', 'SET e = :v', '{"N": "60"}'), change('unborn', 'SET v = :v', '{"N": "60"}');
TABLE state;
SELECT change('old1', 'SET e = :v', '{"N": "201"}'), change('none', 'SET e = :v', '{"N": "202"}'), change('a', 'REMOVE e'),
    change('b', 'SET e = :v', '{"S": "no time"}'), change('c', 'SET v = :v', '{"S": "e is the same"}');
TABLE state;
SELECT put('old2', '{"e": {"N": "203"}}'), put('old3'), put('a', '{"e": {"N": "-1"}}'), put('born', '{"e": {"N": "60"}, "v": {"S": "e is the same"}}');
TABLE state;
SELECT change('born', 'SET g = :v', '{"S": "only g differs"}');
SELECT remove('c'), remove('none'), remove('unborn');
SELECT change('c', 'SET e = :v', '{"N": "150"}');
TABLE state;
SELECT amcheck();

-- in one transaction, with what is rolled back
BEGIN;
SELECT change('a', 'SET e = :v', '{"N": "1"}'), change('a', 'SET e = :v', '{"N": "2"}'), change('a', 'SET v = :v', '{"N": "2"}'), change('a', 'SET e = :v', '{"N": "1"}');
SAVEPOINT s;
SELECT change('a', 'SET e = :v', '{"N": "3"}'), remove('born'), put('new', '{"e": {"N": "3"}}');
ROLLBACK TO s;
SELECT put('new', '{"e": {"N": "4"}}'), remove('new'), put('new', '{"e": {"N": "5"}}');
TABLE state;
COMMIT;
TABLE state;
SELECT amcheck();

-- an update is HOT exactly if the time and other keys are as before
CREATE FUNCTION hot(p text, expression text, value json DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    before bigint = pg_stat_get_xact_tuples_hot_updated('dynamo_data."Session"'::regclass);
BEGIN
    PERFORM change(p, expression, value);
    RETURN pg_stat_get_xact_tuples_hot_updated('dynamo_data."Session"'::regclass) - before;
END
$$;
VACUUM dynamo_data."Session";
BEGIN;
SELECT hot('a', 'SET v = :v', '{"S": "other"}') AS leaves, hot('a', 'SET e = :v', '{"N": "7"}') AS changes, hot('a', 'REMOVE e') AS removes,
    hot('a', 'SET v = :v', '{"S": "none"}') AS has_none, hot('a', 'SET e = :v', '{"N": "8"}') AS adds, hot('a', 'SET g = :v', '{"S": "g"}') AS other_key;
COMMIT;
TABLE state;
SELECT amcheck();

-- whatever else is on the column has every write go the long way, and is right
CREATE PROCEDURE beside(statement text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE NOTICE '%: %', regexp_replace(statement, '(ON|TABLE) \S+ ', '\1 ... '), way('old1');
    PERFORM change('old1', 'SET e = :v', '{"N": "301"}'), change('old2', 'REMOVE e'), change('born', 'SET v = :v', '{"S": "beside"}'), remove('c'),
        put('x', '{"e": {"N": "302"}}');
    IF amcheck() IS NULL OR (SELECT differences + problems FROM state) <> 0 THEN
        RAISE EXCEPTION '%', (SELECT state FROM state);
    END IF;
    ROLLBACK;
END
$$;
CALL beside('ANALYZE dynamo_data."Session"');
CALL beside('CREATE INDEX ON dynamo_data."Session" (expires) WHERE expires IS NOT NULL');
CALL beside('CREATE INDEX ON dynamo_data."Session" (expires)');
CALL beside('CREATE INDEX ON dynamo_data."Session" (expires) WHERE expires > 100');
CALL beside('CREATE UNIQUE INDEX ON dynamo_data."Session" (expires) WHERE expires IS NOT NULL');
-- also where it stands in the place of the extension's
CREATE PROCEDURE instead(statement text) LANGUAGE plpgsql AS $$
BEGIN
    DROP INDEX dynamo_data."Session_expires_idx";
    CALL beside(statement);
END
$$;
CALL instead('ANALYZE dynamo_data."Session"');
CALL instead('CREATE INDEX ON dynamo_data."Session" (expires DESC) WHERE expires IS NOT NULL');
CALL instead('CREATE INDEX ON dynamo_data."Session" (expires)');
CALL instead('CREATE INDEX ON dynamo_data."Session" (expires) WHERE expires IS NULL');
CALL instead('CREATE INDEX ON dynamo_data."Session" (expires) WHERE sk IS NOT NULL');
CALL instead('CREATE INDEX ON dynamo_data."Session" (expires) WHERE expires IS NOT NULL AND hk IS NOT NULL');
CALL instead('CREATE INDEX ON dynamo_data."Session" (expires) WHERE expires > 100');
CALL instead('CREATE INDEX ON dynamo_data."Session" (expires, hk) WHERE expires IS NOT NULL');
CALL instead('CREATE INDEX ON dynamo_data."Session" (expires) INCLUDE (hk) WHERE expires IS NOT NULL');
CALL instead('CREATE INDEX ON dynamo_data."Session" ((expires + 0)) WHERE expires IS NOT NULL');
CALL instead('CREATE INDEX ON dynamo_data."Session" USING hash (expires) WHERE expires IS NOT NULL');
CALL instead('CREATE INDEX ON dynamo_data."Session" USING brin (expires) WHERE expires IS NOT NULL');
CALL instead('CREATE UNIQUE INDEX ON dynamo_data."Session" (expires) WHERE expires IS NOT NULL');
CALL instead('ALTER TABLE dynamo_data."Session" ADD EXCLUDE USING btree (expires WITH =) WHERE (expires IS NOT NULL)');
SELECT way('old1');

-- an index whose concurrent build has not come far wants no entries; one that is ready, or was left behind so, does
BEGIN;
UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = 'dynamo_data."Session_expires_idx"'::regclass;
SELECT put('x', '{"e": {"N": "400"}}'), change('old1', 'SET e = :v', '{"N": "401"}');
UPDATE pg_index SET indisready = true WHERE indexrelid = 'dynamo_data."Session_expires_idx"'::regclass;
SELECT put('y', '{"e": {"N": "500"}}'), change('a', 'SET e = :v', '{"N": "501"}');
SELECT way('a');
SELECT count(*) AS problems_of_an_invalid_one FROM dynamo.check('Session');
UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'dynamo_data."Session_expires_idx"'::regclass;
SELECT entries, differences FROM state;
SELECT problem, index_name, detail FROM dynamo.check('Session');
ROLLBACK;
-- two, one of them left behind
BEGIN;
CREATE INDEX again ON dynamo_data."Session" (expires) WHERE expires IS NOT NULL;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'dynamo_data."Session_expires_idx"'::regclass;
SELECT way('old1');
SELECT put('y', '{"e": {"N": "500"}}'), change('a', 'SET e = :v', '{"N": "501"}');
UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'dynamo_data."Session_expires_idx"'::regclass;
SELECT amcheck();
ROLLBACK;

-- built anew, and without a time to live
REINDEX INDEX CONCURRENTLY dynamo_data."Session_expires_idx";
SELECT way('old1'), change('old1', 'SET e = :v', '{"N": "601"}');
TABLE state;
SELECT dynamo.update_time_to_live('{"TableName": "Session", "TimeToLiveSpecification": {"Enabled": false, "AttributeName": "e"}}')
    -> 'TimeToLiveSpecification' ->> 'Enabled' AS enabled;
SELECT way('old3'), change('old1', 'SET v = :v', '{"S": "no time any more"}'), put('z', '{"e": {"N": "700"}}');
SELECT entries, differences FROM state;
SELECT amcheck();

SET client_min_messages = warning;
DROP SCHEMA engine_expires CASCADE;
SELECT dynamo.delete_table('{"TableName": "Session"}') IS NOT NULL AS deleted;
