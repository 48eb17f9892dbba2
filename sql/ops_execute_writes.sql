--
-- execute_writes: many requests of writing operations in one statement, each
-- undone by itself if it fails.
--
\pset format unaligned
\pset tuples_only on
\pset null -
\set SHOW_CONTEXT never
SELECT length(dynamo.create_table('{"TableName": "Writes", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}]}')::text) > 0;
CREATE FUNCTION pg_temp.put(n integer, more text DEFAULT '') RETURNS text LANGUAGE sql
RETURN format('{"TableName": "Writes", "Item": {"a": {"S": "x"}, "n": {"N": "%s"}}%s}', n, more);
CREATE FUNCTION pg_temp.add(n integer) RETURNS text LANGUAGE sql
RETURN format('{"TableName": "Writes", "Key": {"a": {"S": "x"}, "n": {"N": "%s"}}, "UpdateExpression": "ADD c :c",
    "ExpressionAttributeValues": {":c": {"N": "1"}}, "ReturnValues": "UPDATED_NEW"}', n);
CREATE FUNCTION pg_temp.remove(n integer) RETURNS text LANGUAGE sql
RETURN format('{"TableName": "Writes", "Key": {"a": {"S": "x"}, "n": {"N": "%s"}}, "ReturnValues": "ALL_OLD"}', n);
CREATE FUNCTION pg_temp.me(operations text[]) RETURNS text[] LANGUAGE sql
RETURN array_fill('me'::text, ARRAY[cardinality(operations)]);
CREATE PROCEDURE pg_temp.writes(operations text[], requests text[]) LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
    FOR r IN SELECT * FROM dynamo_internal.execute_writes(operations, requests, pg_temp.me(operations)) LOOP
        RAISE NOTICE '%', r;
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.numbers() RETURNS text LANGUAGE sql
BEGIN ATOMIC SELECT string_agg(item OPERATOR(dynamo.->>) 'n', ',' ORDER BY sk) FROM dynamo_data."Writes"; END;

-- a row for each, in their order; each sees what those before it have done
CALL pg_temp.writes('{PutItem,UpdateItem,UpdateItem,DeleteItem,DeleteItem,PutItem}',
    ARRAY[pg_temp.put(1), pg_temp.add(1), pg_temp.add(1), pg_temp.remove(1), pg_temp.remove(1), pg_temp.put(2)]);
SELECT pg_temp.numbers();

-- a failed one is an error of its own, as execute would have raised it
CALL pg_temp.writes('{PutItem,PutItem,PutItem,UpdateItem,GetItem,Nothing,PutItem}',
    ARRAY[pg_temp.put(3), pg_temp.put(2, ', "ConditionExpression": "attribute_not_exists(a)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"'),
          '{"TableName": "Writes", "Item": {"a": {"S": "x"}}}', '{', '{}', '{}', pg_temp.put(4)]);
SELECT pg_temp.numbers();

-- it undoes what it has done, and nothing else
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.item OPERATOR(dynamo.->>) 'n' IN ('6', '8') THEN
        RAISE EXCEPTION 'no %', NEW.item OPERATOR(dynamo.->>) 'n' USING ERRCODE = 'P0001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse AFTER INSERT ON dynamo_data."Writes" FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
CALL pg_temp.writes('{PutItem,PutItem,PutItem,PutItem,PutItem}',
    ARRAY[pg_temp.put(5), pg_temp.put(6), pg_temp.put(7), pg_temp.put(8), pg_temp.put(9)]);
SELECT pg_temp.numbers();
-- other operations that write, too
CALL pg_temp.writes('{TransactWriteItems,BatchWriteItem}',
    ARRAY[format('{"TransactItems": [{"Put": %s}, {"Put": %s}]}', pg_temp.put(10), pg_temp.put(6)),
          format('{"RequestItems": {"Writes": [{"PutRequest": {"Item": {"a": {"S": "x"}, "n": {"N": "11"}}}}]}}')]);
SELECT pg_temp.numbers();
DROP TRIGGER refuse ON dynamo_data."Writes";

-- all of it belongs to the transaction around it
BEGIN;
CALL pg_temp.writes('{PutItem,DeleteItem}', ARRAY[pg_temp.put(100), pg_temp.remove(2)]);
SELECT pg_temp.numbers();
ROLLBACK;
SELECT pg_temp.numbers();

-- a deferred constraint fails for all of them
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON dynamo_data."Writes" DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
SELECT * FROM dynamo_internal.execute_writes('{PutItem,PutItem}', ARRAY[pg_temp.put(12), pg_temp.put(6)], '{me,me}');
SELECT pg_temp.numbers();
DROP TRIGGER refuse ON dynamo_data."Writes";

-- and so does a cancel
CREATE FUNCTION pg_temp.sleep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NULL; END';
CREATE TRIGGER sleep AFTER INSERT ON dynamo_data."Writes" FOR EACH ROW WHEN (NEW.item OPERATOR(dynamo.->>) 'n' = '13') EXECUTE FUNCTION pg_temp.sleep();
SET statement_timeout = '200ms';
SELECT * FROM dynamo_internal.execute_writes('{PutItem,PutItem,PutItem}', ARRAY[pg_temp.put(12), pg_temp.put(13), pg_temp.put(14)], '{me,me,me}');
RESET statement_timeout;
SELECT pg_temp.numbers();
DROP TRIGGER sleep ON dynamo_data."Writes";

-- a thousand, half of which fail
SELECT count(*), count(response), count(DISTINCT message) FROM dynamo_internal.execute_writes(array_fill('PutItem'::text, '{1000}'),
    array(SELECT pg_temp.put(1000 + i / 2, ', "ConditionExpression": "attribute_not_exists(a)"') FROM generate_series(0, 999) AS i),
    array_fill('me'::text, '{1000}'));
SELECT count(*) FROM dynamo_data."Writes" WHERE (item OPERATOR(dynamo.->>) 'n')::numeric >= 1000;

-- the limit of lock waits is its own
SHOW lock_timeout;

-- no requests, no rows
SELECT * FROM dynamo_internal.execute_writes('{}', '{}', '{}');
SELECT * FROM dynamo_internal.execute_writes('{}', NULL, '{}');

-- refused
SELECT * FROM dynamo_internal.execute_writes('{PutItem}', '{}', '{}');
SELECT * FROM dynamo_internal.execute_writes('{PutItem}', ARRAY['{}'], '{}');
SELECT * FROM dynamo_internal.execute_writes('{PutItem,NULL}', ARRAY['{}', '{}'], '{me,me}');
SELECT * FROM dynamo_internal.execute_writes('{PutItem,PutItem}', ARRAY['{}', NULL], '{me,me}');
SELECT * FROM dynamo_internal.execute_writes('{PutItem,PutItem}', ARRAY['{}', '{}'], '{me,NULL}');
SELECT * FROM dynamo_internal.execute_writes('{{PutItem}}', ARRAY['{}'], '{me}');

DROP FUNCTION pg_temp.numbers;
SELECT length(dynamo.delete_table('{"TableName": "Writes"}')::text) > 0;
