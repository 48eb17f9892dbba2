-- Query on global indexes whose keys have several attributes.
SET search_path = public, dynamo;
SELECT dynamo.create_table('{"TableName": "ops_keys", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "h1", "AttributeType": "S"}, {"AttributeName": "h2", "AttributeType": "N"},
                           {"AttributeName": "r1", "AttributeType": "S"}, {"AttributeName": "r2", "AttributeType": "N"}, {"AttributeName": "r3", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
  "GlobalSecondaryIndexes": [{"IndexName": "many", "Projection": {"ProjectionType": "ALL"},
    "KeySchema": [{"AttributeName": "h1", "KeyType": "HASH"}, {"AttributeName": "h2", "KeyType": "HASH"},
                  {"AttributeName": "r1", "KeyType": "RANGE"}, {"AttributeName": "r2", "KeyType": "RANGE"}, {"AttributeName": "r3", "KeyType": "RANGE"}]}]}') IS NOT NULL AS created;
INSERT INTO dynamo_data.ops_keys (item)
SELECT dynamo.to_item(jsonb_build_object('id', concat_ws('/', h, a, b, c), 'h1', 'h', 'h2', h, 'r1', a, 'r2', b, 'r3', c))
FROM generate_series(1, 2) h, unnest(ARRAY['a', 'aa', 'b']) a, unnest(ARRAY[-1, 0, 5, 10]) b, unnest(ARRAY['x', 'xy', 'y']) c;

CREATE FUNCTION pg_temp.k(condition text, v jsonb DEFAULT '{}', more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql
AS $$
    SELECT answer ->> 'Count' || ': ' || string_agg(i -> 'id' ->> 'S', ' ') || coalesce(' | ' || (answer ->> 'LastEvaluatedKey'), '')
    FROM dynamo.query((jsonb_build_object('TableName', 'ops_keys', 'IndexName', 'many', 'KeyConditionExpression', 'h1 = :h AND h2 = :g' || condition,
        'ExpressionAttributeValues', '{":h": {"S": "h"}, ":g": {"N": "1"}}'::jsonb || v) || more)::json) AS answer,
        json_array_elements(answer -> 'Items') AS i
    GROUP BY answer::text, answer ->> 'Count', answer ->> 'LastEvaluatedKey'
$$;
SELECT pg_temp.k('');
SELECT pg_temp.k(' AND r1 = :a', '{":a": {"S": "a"}}');
SELECT pg_temp.k(' AND r1 < :a', '{":a": {"S": "aa"}}');
SELECT pg_temp.k(' AND r1 <= :a', '{":a": {"S": "aa"}}');
SELECT pg_temp.k(' AND r1 > :a', '{":a": {"S": "aa"}}');
SELECT pg_temp.k(' AND begins_with(r1, :a)', '{":a": {"S": "a"}}');
SELECT pg_temp.k(' AND r1 BETWEEN :a AND :b', '{":a": {"S": "aa"}, ":b": {"S": "b"}}');
SELECT pg_temp.k(' AND r1 = :a AND r2 > :b', '{":a": {"S": "aa"}, ":b": {"N": "0"}}');
SELECT pg_temp.k(' AND r1 = :a AND r2 <= :b', '{":a": {"S": "aa"}, ":b": {"N": "0"}}');
SELECT pg_temp.k(' AND r1 = :a AND r2 BETWEEN :b AND :c', '{":a": {"S": "b"}, ":b": {"N": "0"}, ":c": {"N": "5"}}');
SELECT pg_temp.k(' AND r1 = :a AND r2 = :b AND begins_with(r3, :c)', '{":a": {"S": "b"}, ":b": {"N": "5"}, ":c": {"S": "x"}}');
SELECT pg_temp.k(' AND r1 = :a AND r2 = :b AND r3 > :c', '{":a": {"S": "b"}, ":b": {"N": "5"}, ":c": {"S": "x"}}');
SELECT pg_temp.k(' AND r1 = :a AND r2 = :b AND r3 = :c', '{":a": {"S": "b"}, ":b": {"N": "5"}, ":c": {"S": "x"}}');
SELECT pg_temp.k(' AND r1 = :a', '{":a": {"S": "a"}}', '{"Limit": 2, "ScanIndexForward": false}');
SELECT pg_temp.k(' AND r1 = :a', '{":a": {"S": "a"}}', '{"Limit": 2, "ScanIndexForward": false, "ExclusiveStartKey":
  {"id": {"S": "1/a/10/xy"}, "h1": {"S": "h"}, "h2": {"N": "1"}, "r1": {"S": "a"}, "r2": {"N": "10"}, "r3": {"S": "xy"}}}');
-- a gap, and something behind a comparison
SELECT pg_temp.k(' AND r2 = :b', '{":b": {"N": "0"}}');
SELECT pg_temp.k(' AND r1 > :a AND r2 = :b', '{":a": {"S": "a"}, ":b": {"N": "0"}}');
SELECT pg_temp.k(' AND r3 = :a', '{":a": {"S": "x"}}');
SELECT pg_temp.k(' AND r1 = :a AND r2 > :b AND r3 = :a', '{":a": {"S": "x"}, ":b": {"N": "0"}}');
-- what is no key of the index, and more conditions than it has keys
SELECT pg_temp.k(' AND r1 = :a AND id = :a', '{":a": {"S": "a"}}');
SELECT pg_temp.k(' AND r1 = :a AND r2 = :b AND r3 = :a AND id = :a', '{":a": {"S": "a"}, ":b": {"N": "0"}}');
SELECT dynamo.query('{"TableName": "ops_keys", "IndexName": "many", "KeyConditionExpression": "h1 = :h", "ExpressionAttributeValues": {":h": {"S": "h"}}}');
SELECT dynamo.query('{"TableName": "ops_keys", "IndexName": "many", "KeyConditionExpression": "h1 = :h AND h2 > :n", "ExpressionAttributeValues": {":h": {"S": "h"}, ":n": {"N": "1"}}}');
SELECT dynamo.query('{"TableName": "ops_keys", "IndexName": "many", "KeyConditionExpression": "r1 = :h", "ExpressionAttributeValues": {":h": {"S": "h"}}}');

-- values that no sort key can have
SELECT pg_temp.k(' AND r1 = :a', '{":a": {"S": ""}}');
SELECT pg_temp.k(' AND begins_with(r1, :a)', '{":a": {"S": ""}}');
SELECT pg_temp.k(' AND r1 < :a', jsonb_build_object(':a', jsonb_build_object('S', repeat('x', 1025))));
-- what an index refuses comes before the condition of a put
SELECT dynamo.put_item('{"TableName": "ops_keys", "Item": {"id": {"S": "none"}, "h1": {"N": "1"}}, "ConditionExpression": "attribute_exists(id)"}');
SELECT dynamo.put_item('{"TableName": "ops_keys", "Item": {"id": {"S": "none"}, "h1": {"S": ""}}, "ConditionExpression": "attribute_exists(id)"}');
SELECT dynamo.put_item('{"TableName": "ops_keys", "Item": {"id": {"S": "none"}, "h1": {"S": "h"}}, "ConditionExpression": "attribute_exists(id)"}');

SELECT dynamo.delete_table('{"TableName": "ops_keys"}') IS NOT NULL AS deleted;

-- up to four attributes of each kind, of any type, by CreateTable and by UpdateTable
CREATE FUNCTION pg_temp.keys(h integer, r integer) RETURNS json LANGUAGE sql
AS $$
    SELECT json_agg(json_build_object('AttributeName', name, 'KeyType', kind) ORDER BY kind, name)
    FROM (SELECT 'h' || i, 'HASH' FROM generate_series(1, h) i UNION ALL SELECT 'r' || i, 'RANGE' FROM generate_series(1, r) i) k (name, kind)
$$;
CREATE FUNCTION pg_temp.definitions(h integer, r integer) RETURNS jsonb LANGUAGE sql
AS $$
    SELECT jsonb_agg(jsonb_build_object('AttributeName', k ->> 'AttributeName', 'AttributeType', substr('SNBSS', right(k ->> 'AttributeName', 1)::integer, 1)))
    FROM json_array_elements(pg_temp.keys(h, r)) k
$$;
CREATE FUNCTION pg_temp.make(h integer, r integer) RETURNS boolean LANGUAGE sql
AS $$
    SELECT dynamo.create_table(json_build_object('TableName', 'ops_keys', 'BillingMode', 'PAY_PER_REQUEST', 'KeySchema', '[{"AttributeName": "id", "KeyType": "HASH"}]'::json,
        'AttributeDefinitions', '[{"AttributeName": "id", "AttributeType": "S"}]' || pg_temp.definitions(h, r), 'GlobalSecondaryIndexes', json_build_array(json_build_object('IndexName', 'full',
            'KeySchema', pg_temp.keys(h, r), 'Projection', '{"ProjectionType": "ALL"}'::json)))) IS NOT NULL
$$;
SELECT pg_temp.make(5, 1);
SELECT pg_temp.make(1, 5);
SELECT pg_temp.make(4, 4);
INSERT INTO dynamo_data.ops_keys (item)
SELECT format('{"id": {"S": "%s"}, "h1": {"S": "h"}, "h2": {"N": "2"}, "h3": {"B": "AQ=="}, "h4": {"S": "h"}, "r1": {"S": "r%s"}, "r2": {"N": "%s"}, "r3": {"B": "AA=="}, "r4": {"S": "z%s"}}', i, i % 2, i, i)::dynamo.item
FROM generate_series(1, 6) i;
CREATE FUNCTION pg_temp.full(index text, condition text) RETURNS text LANGUAGE sql
AS $$
    SELECT string_agg(i -> 'id' ->> 'S', ' ') FROM dynamo.query(json_build_object('TableName', 'ops_keys', 'IndexName', index, 'KeyConditionExpression', 'h1 = :h AND h2 = :n AND h3 = :b AND h4 = :h' || condition,
        'ExpressionAttributeValues', '{":h": {"S": "h"}, ":n": {"N": "2"}, ":b": {"B": "AQ=="}}'::jsonb || CASE WHEN condition ~ ':r' THEN '{":r": {"S": "r1"}}' ELSE '{}'::jsonb END
            || CASE WHEN condition ~ ':z' THEN '{":three": {"N": "3"}, ":zero": {"B": "AA=="}, ":z": {"S": "z"}}' ELSE '{}'::jsonb END)) AS answer, json_array_elements(answer -> 'Items') i
$$;
SELECT pg_temp.full('full', ''), pg_temp.full('full', ' AND r1 = :r'), pg_temp.full('full', ' AND r1 = :r AND r2 = :three AND r3 = :zero AND begins_with(r4, :z)');
-- an item without one of them is not in the index; one of a wrong type is refused
SELECT dynamo.update_item('{"TableName": "ops_keys", "Key": {"id": {"S": "1"}}, "UpdateExpression": "REMOVE r4"}'), dynamo.update_item('{"TableName": "ops_keys", "Key": {"id": {"S": "2"}}, "UpdateExpression": "REMOVE h3"}');
SELECT pg_temp.full('full', '');
SELECT dynamo.update_item('{"TableName": "ops_keys", "Key": {"id": {"S": "3"}}, "UpdateExpression": "SET h3 = h1"}');
SELECT dynamo.put_item('{"TableName": "ops_keys", "Item": {"id": {"S": "3"}, "r2": {"S": "2"}}}');
-- the same index, added later
SELECT dynamo.update_table(json_build_object('TableName', 'ops_keys', 'AttributeDefinitions', pg_temp.definitions(4, 4), 'GlobalSecondaryIndexUpdates',
    json_build_array(json_build_object('Create', json_build_object('IndexName', 'later', 'KeySchema', pg_temp.keys(4, 4), 'Projection', '{"ProjectionType": "KEYS_ONLY"}'::json))))) IS NOT NULL AS adding;
DO $$
BEGIN
    FOR i IN 1..3600 LOOP
        EXIT WHEN NOT EXISTS (SELECT FROM dynamo_internal.backfills WHERE table_name = 'ops_keys');
        COMMIT;
        PERFORM pg_sleep(0.05);
    END LOOP;
END $$;
SELECT pg_temp.full('later', ''), pg_temp.full('later', ' AND r1 = :r');
SELECT dynamo.delete_table('{"TableName": "ops_keys"}') IS NOT NULL AS deleted;
