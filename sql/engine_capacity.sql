--
-- What writes cost: the table, and each index by what changes in it.
--
CREATE SCHEMA engine_capacity;
SET search_path = engine_capacity, public;

SELECT dynamo.create_table('{"TableName": "Cost", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {"IndexName": "all", "Projection": {"ProjectionType": "ALL"}, "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]},
        {"IndexName": "keys", "Projection": {"ProjectionType": "KEYS_ONLY"}, "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]},
        {"IndexName": "some", "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["kept"]},
         "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]}]}')
    -> 'TableDescription' ->> 'TableName' AS created;

CREATE FUNCTION shown(answer json) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', 'total', answer #>> '{ConsumedCapacity,CapacityUnits}',
        'table', answer #>> '{ConsumedCapacity,Table,CapacityUnits}',
        (SELECT string_agg(key || ' ' || (value ->> 'CapacityUnits'), ' ' ORDER BY key)
         FROM json_each(answer #> '{ConsumedCapacity,GlobalSecondaryIndexes}')))
$$;
CREATE FUNCTION put(doc jsonb, condition text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT shown(dynamo.put_item(json_strip_nulls(json_build_object('TableName', 'Cost', 'ReturnConsumedCapacity', 'INDEXES',
        'Item', dynamo.to_item('{"pk": "a"}'::jsonb || doc)::text::json, 'ConditionExpression', condition))))
$$;
CREATE FUNCTION remove() RETURNS text LANGUAGE sql AS $$
    SELECT shown(dynamo.delete_item('{"TableName": "Cost", "ReturnConsumedCapacity": "INDEXES", "Key": {"pk": {"S": "a"}}}'))
$$;

SELECT put('{}') AS "new, in no index";
SELECT put('{"n": 1}') AS "changed, in no index";
SELECT put('{"n": 1, "g": "x"}') AS "enters the indexes";
SELECT put('{"n": 1, "g": "x"}') AS "nothing changed";
SELECT put('{"n": 2, "g": "x"}') AS "unprojected attribute";
SELECT put('{"n": 2, "g": "x", "kept": 1}') AS "included attribute";
SELECT put('{"n": 2, "g": "y", "kept": 1}') AS "index key";
SELECT put('{"n": 2}') AS "leaves the indexes";
SELECT put(jsonb_build_object('g', 'x', 'big', repeat('x', 3000))) AS "3 KB, in the indexes";
SELECT put(jsonb_build_object('g', 'y', 'big', repeat('x', 3000))) AS "3 KB, index key";
SELECT put(jsonb_build_object('g', 'y', 'kept', repeat('x', 5000))) AS "3 KB to 5 KB";
SELECT put('{"g": "y"}') AS "5 KB to nothing";
SELECT put(jsonb_build_object('g', 'z', 'kept', repeat('x', 1500))) AS "small to 1.5 KB, index key";
SELECT remove() AS "1.5 KB";
SELECT remove() AS "nothing there";

-- exactly at the border: names and values of pk, x: 2 + 1 + 1 + n
SELECT put(jsonb_build_object('x', repeat('x', 1020))) AS "1024 bytes";
SELECT put(jsonb_build_object('x', repeat('x', 1021))) AS "1025 bytes";

DO $$ BEGIN PERFORM dynamo.delete_table('{"TableName": "Cost"}'); END $$;
\set VERBOSITY terse
DROP SCHEMA engine_capacity CASCADE;
