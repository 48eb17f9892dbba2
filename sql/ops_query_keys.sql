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
SELECT dynamo.query('{"TableName": "ops_keys", "IndexName": "many", "KeyConditionExpression": "h1 = :h", "ExpressionAttributeValues": {":h": {"S": "h"}}}');

-- values that no sort key can have
SELECT pg_temp.k(' AND r1 = :a', '{":a": {"S": ""}}');
SELECT pg_temp.k(' AND begins_with(r1, :a)', '{":a": {"S": ""}}');
SELECT pg_temp.k(' AND r1 < :a', jsonb_build_object(':a', jsonb_build_object('S', repeat('x', 1025))));
-- what an index refuses comes before the condition of a put
SELECT dynamo.put_item('{"TableName": "ops_keys", "Item": {"id": {"S": "none"}, "h1": {"N": "1"}}, "ConditionExpression": "attribute_exists(id)"}');
SELECT dynamo.put_item('{"TableName": "ops_keys", "Item": {"id": {"S": "none"}, "h1": {"S": ""}}, "ConditionExpression": "attribute_exists(id)"}');
SELECT dynamo.put_item('{"TableName": "ops_keys", "Item": {"id": {"S": "none"}, "h1": {"S": "h"}}, "ConditionExpression": "attribute_exists(id)"}');

SELECT dynamo.delete_table('{"TableName": "ops_keys"}') IS NOT NULL AS deleted;
