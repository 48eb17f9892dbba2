-- ConsumedCapacity of every operation, by table and index.
SET search_path = public, dynamo;
SELECT dynamo.create_table('{"TableName": "ops_cap", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}, {"AttributeName": "l", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
  "LocalSecondaryIndexes": [{"IndexName": "l_all", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "ALL"}}],
  "GlobalSecondaryIndexes": [{"IndexName": "g_keys", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}]}') IS NOT NULL AS created;

-- units as total, table, local index, global index
CREATE FUNCTION pg_temp.units(capacity json) RETURNS text LANGUAGE sql
AS $$
    SELECT concat_ws(' ', capacity ->> 'CapacityUnits', '= table', capacity -> 'Table' ->> 'CapacityUnits', ' local', capacity -> 'LocalSecondaryIndexes' -> 'l_all' ->> 'CapacityUnits',
        ' global', capacity -> 'GlobalSecondaryIndexes' -> 'g_keys' ->> 'CapacityUnits')
$$;
CREATE FUNCTION pg_temp.put(len integer, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql
AS $$
    SELECT pg_temp.units(dynamo.put_item(json_build_object('TableName', 'ops_cap', 'ReturnConsumedCapacity', 'INDEXES', 'Item',
        jsonb_build_object('pk', '{"S": "a"}'::json, 'sk', '{"S": "b"}'::json, 'v', jsonb_build_object('S', repeat('x', len))) || more)) -> 'ConsumedCapacity')
$$;
CREATE FUNCTION pg_temp.upd(expression text, len integer) RETURNS text LANGUAGE sql
AS $$
    SELECT pg_temp.units(dynamo.update_item(json_build_object('TableName', 'ops_cap', 'ReturnConsumedCapacity', 'INDEXES', 'Key', '{"pk": {"S": "a"}, "sk": {"S": "b"}}'::json,
        'UpdateExpression', expression, 'ExpressionAttributeValues', jsonb_build_object(':v', jsonb_build_object('S', repeat('x', len))))) -> 'ConsumedCapacity')
$$;
-- the item without v's value has 2 + 1 + 2 + 1 + 1 = 7 bytes
SELECT pg_temp.put(1017) AS "1024 bytes", pg_temp.put(1018) AS "1025 bytes", pg_temp.put(10) AS "smaller: the old one counts";
SELECT pg_temp.put(3000, '{"l": {"S": "l"}}') AS "into the local index", pg_temp.put(3000, '{"l": {"S": "l"}}') AS "as it was", pg_temp.put(3000, '{"l": {"S": "m"}}') AS "other index key: out and in",
       pg_temp.put(3000, '{"g": {"S": "g"}}') AS "out of one, into the other";
SELECT pg_temp.upd('SET v = :v', 10) AS "global index keeps its keys", pg_temp.upd('SET g = :v', 3) AS "its key changes", pg_temp.upd('REMOVE g SET v = :v', 5) AS "out of it";
-- nothing to delete, and a condition that failed, cost what a write costs
SELECT pg_temp.units(dynamo.delete_item('{"TableName": "ops_cap", "ReturnConsumedCapacity": "INDEXES", "Key": {"pk": {"S": "none"}, "sk": {"S": "b"}}}') -> 'ConsumedCapacity');
SELECT pg_temp.put(5000);
SELECT pg_temp.units(dynamo.delete_item('{"TableName": "ops_cap", "ReturnConsumedCapacity": "INDEXES", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}') -> 'ConsumedCapacity');

-- reads: 4 KB a unit, half if eventually consistent; sums before they are rounded, but for BatchGetItem
SELECT pg_temp.put(4089, '{"l": {"S": "l"}, "g": {"S": "g"}}') IS NOT NULL AS put;
SELECT pg_temp.units(dynamo.put_item(json_build_object('TableName', 'ops_cap', 'ReturnConsumedCapacity', 'INDEXES', 'Item',
    json_build_object('pk', '{"S": "a"}'::json, 'sk', '{"S": "c"}'::json, 'l', '{"S": "l"}'::json, 'g', '{"S": "g"}'::json))) -> 'ConsumedCapacity');
SELECT pg_temp.units(answer -> 'ConsumedCapacity') AS units, consistent FROM unnest(ARRAY[true, false]) consistent,
    dynamo.get_item(json_build_object('TableName', 'ops_cap', 'ReturnConsumedCapacity', 'INDEXES', 'Key', '{"pk": {"S": "a"}, "sk": {"S": "b"}}'::json, 'ConsistentRead', consistent)) AS answer;
SELECT pg_temp.units(answer -> 'ConsumedCapacity') AS units, index FROM unnest(ARRAY[NULL, 'l_all', 'g_keys']) index,
    dynamo.query(json_strip_nulls(json_build_object('TableName', 'ops_cap', 'IndexName', index, 'ReturnConsumedCapacity', 'INDEXES', 'KeyConditionExpression', CASE WHEN index = 'g_keys' THEN 'g = :g' ELSE 'pk = :a' END,
        'ExpressionAttributeValues', CASE WHEN index = 'g_keys' THEN '{":g": {"S": "g"}}'::json ELSE '{":a": {"S": "a"}}' END))) AS answer;
SELECT pg_temp.units(answer -> 'ConsumedCapacity') AS units FROM dynamo.scan('{"TableName": "ops_cap", "ReturnConsumedCapacity": "INDEXES", "ConsistentRead": true}') AS answer;
SELECT answer -> 'ConsumedCapacity' AS units FROM dynamo.batch_get_item('{"ReturnConsumedCapacity": "TOTAL", "RequestItems": {"ops_cap": {"Keys": [{"pk": {"S": "a"}, "sk": {"S": "b"}}, {"pk": {"S": "a"}, "sk": {"S": "c"}}, {"pk": {"S": "a"}, "sk": {"S": "none"}}]}}}') AS answer;
-- transactions cost twice
SELECT answer -> 'ConsumedCapacity' AS units FROM dynamo.transact_get_items('{"ReturnConsumedCapacity": "TOTAL", "TransactItems": [{"Get": {"TableName": "ops_cap", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}},
  {"Get": {"TableName": "ops_cap", "Key": {"pk": {"S": "a"}, "sk": {"S": "none"}}}}]}') AS answer;
SELECT answer -> 'ConsumedCapacity' AS units FROM dynamo.transact_write_items('{"ReturnConsumedCapacity": "INDEXES", "TransactItems": [{"Delete": {"TableName": "ops_cap", "Key": {"pk": {"S": "a"}, "sk": {"S": "c"}}}},
  {"ConditionCheck": {"TableName": "ops_cap", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}, "ConditionExpression": "attribute_exists(pk)"}}]}') AS answer;

-- a page is measured while it is written, and when it is only counted: both as size() does, for values of every type around a limit
CREATE FUNCTION pg_temp.measured(n integer, rest text) RETURNS boolean LANGUAGE plpgsql
AS $$
DECLARE
    i item := jsonb_build_object('pk', '{"S": "m"}'::jsonb, 'sk', '{"S": "m"}'::jsonb, 'list',
        jsonb_build_object('L', (SELECT jsonb_agg('{"NULL": true}'::jsonb) FROM generate_series(1, n)))) || ('{"rest": ' || rest || '}')::jsonb;
    units numeric := ceil(size(i) / 4096.0);
    request jsonb := '{"TableName": "ops_cap", "ConsistentRead": true, "ReturnConsumedCapacity": "TOTAL", "KeyConditionExpression": "pk = :m",
        "ExpressionAttributeValues": {":m": {"S": "m"}}}';
BEGIN
    PERFORM dynamo.put_item(json_build_object('TableName', 'ops_cap', 'Item', i::text::json));
    RETURN (dynamo.query(request) #>> '{ConsumedCapacity,CapacityUnits}')::numeric = units AND
        (dynamo.query(request || '{"Select": "COUNT"}') #>> '{ConsumedCapacity,CapacityUnits}')::numeric = units AND
        (dynamo.query(request || '{"ProjectionExpression": "pk"}') #>> '{ConsumedCapacity,CapacityUnits}')::numeric = units;
END $$;
SELECT rest, bool_and(pg_temp.measured(n, rest)) AS right
  FROM generate_series(2010, 2050) n, unnest(ARRAY['{"S": "é\"x"}', '{"N": "-12.5"}', '{"N": "0"}', '{"N": "1234567"}', '{"N": "1E-30"}', '{"B": "AQI="}', '{"BOOL": false}', '{"M": {"a": {"L": []}, "b": {"M": {}}}}',
    '{"SS": ["a", "bc"]}', '{"NS": ["1", "-100", "2.5"]}', '{"BS": ["AQ==", "AQID"]}']) rest GROUP BY rest ORDER BY rest;
SELECT dynamo.delete_table('{"TableName": "ops_cap"}') IS NOT NULL AS deleted;
