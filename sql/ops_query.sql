-- Query: key conditions, order, pages, indexes, what is refused.
SET search_path = public, dynamo;
SELECT dynamo.create_table('{"TableName": "ops_query", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"},
                           {"AttributeName": "n", "AttributeType": "N"}, {"AttributeName": "g", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
  "LocalSecondaryIndexes": [{"IndexName": "local", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
                             "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["inc"]}}],
  "GlobalSecondaryIndexes": [{"IndexName": "global", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
                              "Projection": {"ProjectionType": "KEYS_ONLY"}}]}') IS NOT NULL AS created;
INSERT INTO dynamo_data.ops_query (item)
SELECT dynamo.to_item(jsonb_build_object('pk', 'p' || i % 3, 'sk', lpad(i::text, 3, '0'), 'v', i, 'inc', i)
    || CASE WHEN i % 2 = 0 THEN jsonb_build_object('n', 10 - i, 'g', 'G' || i % 4) ELSE '{}' END)
FROM generate_series(0, 29) i;

-- query the partition p0 with a condition on sk: the sort keys found
CREATE FUNCTION pg_temp.q(condition text, lo text DEFAULT NULL, hi text DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql
AS $$
    SELECT string_agg(coalesce(i -> 'sk' ->> 'S', i::text), ' ') || coalesce(' | ' || (answer ->> 'LastEvaluatedKey'), '')
    FROM dynamo.query((jsonb_build_object('TableName', 'ops_query', 'KeyConditionExpression', condition, 'ExpressionAttributeValues',
        jsonb_strip_nulls(jsonb_build_object(':p', CASE WHEN condition ~ ':p' THEN '{"S": "p0"}'::jsonb END,
            ':lo', CASE WHEN lo IS NOT NULL THEN jsonb_build_object('S', lo) END, ':hi', CASE WHEN hi IS NOT NULL THEN jsonb_build_object('S', hi) END)))
        || more)::json) AS answer LEFT JOIN json_array_elements(answer -> 'Items') AS i ON true
    GROUP BY answer ->> 'LastEvaluatedKey'
$$;
SELECT pg_temp.q('pk = :p');
SELECT pg_temp.q('pk = :p AND sk = :lo', '003');
SELECT pg_temp.q('pk = :p AND sk < :lo', '009');
SELECT pg_temp.q('pk = :p AND sk <= :lo', '009');
SELECT pg_temp.q('pk = :p AND sk > :lo', '021');
SELECT pg_temp.q('pk = :p AND sk >= :lo', '021');
SELECT pg_temp.q('pk = :p AND :lo >= sk', '009');
SELECT pg_temp.q('pk = :p AND sk BETWEEN :lo AND :hi', '006', '012');
SELECT pg_temp.q('pk = :p AND begins_with(sk, :lo)', '01');
SELECT pg_temp.q('pk = :p AND begins_with(sk, :lo)', '');
SELECT pg_temp.q('pk = :p AND sk > :lo', '021', NULL, '{"ScanIndexForward": false}');
SELECT pg_temp.q('pk = :p AND sk = :lo', 'none');
-- pages, forth and back; the item of the starting key need not be there
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"Limit": 4}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"Limit": 4, "ExclusiveStartKey": {"pk": {"S": "p0"}, "sk": {"S": "009"}}}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"Limit": 4, "ExclusiveStartKey": {"pk": {"S": "p0"}, "sk": {"S": "009x"}}}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"ExclusiveStartKey": {"pk": {"S": "p0"}, "sk": {"S": "027"}}}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"Limit": 2, "ScanIndexForward": false, "ExclusiveStartKey": {"pk": {"S": "p0"}, "sk": {"S": "009"}}}');
SELECT pg_temp.q('pk = :p AND sk > :lo', '003', NULL, '{"Limit": 2, "ExclusiveStartKey": {"pk": {"S": "p0"}, "sk": {"S": "009"}}}');
-- filter, projection, count: Limit counts what is looked at
SELECT dynamo.query('{"TableName": "ops_query", "KeyConditionExpression": "pk = :p", "FilterExpression": "v > :v", "ProjectionExpression": "v", "Limit": 4,
  "ExpressionAttributeValues": {":p": {"S": "p0"}, ":v": {"N": "3"}}}');
SELECT dynamo.query('{"TableName": "ops_query", "KeyConditionExpression": "pk = :p", "FilterExpression": "v > :v", "Select": "COUNT",
  "ExpressionAttributeValues": {":p": {"S": "p0"}, ":v": {"N": "3"}}, "ReturnConsumedCapacity": "INDEXES"}');
SELECT dynamo.query('{"TableName": "ops_query", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "none"}}, "ReturnConsumedCapacity": "TOTAL"}');
-- legacy
SELECT dynamo.query('{"TableName": "ops_query", "KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "p1"}]},
  "sk": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "001"}, {"S": "010"}]}}, "QueryFilter": {"v": {"ComparisonOperator": "NE", "AttributeValueList": [{"N": "4"}]}},
  "AttributesToGet": ["sk"]}');

-- indexes: order, sparse, what they project
SELECT dynamo.query('{"TableName": "ops_query", "IndexName": "local", "KeyConditionExpression": "pk = :p AND n < :n", "ExpressionAttributeValues": {":p": {"S": "p0"}, ":n": {"N": "0"}}}');
SELECT dynamo.query('{"TableName": "ops_query", "IndexName": "local", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p0"}},
  "Select": "ALL_ATTRIBUTES", "Limit": 1, "ReturnConsumedCapacity": "INDEXES"}');
SELECT dynamo.query('{"TableName": "ops_query", "IndexName": "local", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p0"}},
  "ProjectionExpression": "v, inc", "Limit": 2, "ConsistentRead": true, "ReturnConsumedCapacity": "INDEXES"}');
SELECT dynamo.query('{"TableName": "ops_query", "IndexName": "local", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p0"}},
  "ProjectionExpression": "inc", "Limit": 2, "ConsistentRead": true, "ReturnConsumedCapacity": "INDEXES",
  "ExclusiveStartKey": {"pk": {"S": "p0"}, "sk": {"S": "018"}, "n": {"N": "-8"}}}');
SELECT dynamo.query('{"TableName": "ops_query", "IndexName": "global", "KeyConditionExpression": "g = :g AND n BETWEEN :lo AND :hi", "ScanIndexForward": false,
  "ExpressionAttributeValues": {":g": {"S": "G2"}, ":lo": {"N": "-16"}, ":hi": {"N": "0"}}, "ReturnConsumedCapacity": "INDEXES"}');
SELECT dynamo.query('{"TableName": "ops_query", "IndexName": "global", "KeyConditionExpression": "g = :g", "Limit": 2, "ExpressionAttributeValues": {":g": {"S": "G2"}},
  "ExclusiveStartKey": {"pk": {"S": "p1"}, "sk": {"S": "022"}, "g": {"S": "G2"}, "n": {"N": "-12"}}}');

-- refused: requests alone
SELECT dynamo.query('{"TableName": "ops_query"}');
SELECT dynamo.query('{"TableName": "ops_query", "Limit": 0}');
SELECT dynamo.query('{"TableName": "ops_query", "KeyConditions": {}}');
SELECT dynamo.query('{"TableName": "ops_query", "KeyConditionExpression": "pk = :p", "QueryFilter": {}, "KeyConditions": {}, "AttributesToGet": ["a"], "ConditionalOperator": "OR"}');
SELECT dynamo.query('{"TableName": "ops_query", "KeyConditionExpression": ""}');
SELECT pg_temp.q('pk = :p OR sk = :lo', 'a');
SELECT pg_temp.q('pk = :p AND pk = :p');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"Select": "SPECIFIC_ATTRIBUTES"}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"Select": "ALL_ATTRIBUTES", "ProjectionExpression": "v"}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"Select": "COUNT", "ProjectionExpression": "v"}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"Select": "ALL_PROJECTED_ATTRIBUTES"}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"ExclusiveStartKey": {"pk": {"SS": []}}}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"ExclusiveStartKey": {"pk": {"N": "x"}}}');
-- refused: keys
SELECT pg_temp.q('sk = :lo', 'a');
SELECT pg_temp.q('pk = :p AND v = :lo', 'a');
SELECT pg_temp.q('pk = :p AND sk = :lo AND v = :hi', 'a', 'b');
SELECT pg_temp.q('pk > :p');
SELECT pg_temp.q('pk = :p AND sk = :n', NULL, NULL, '{"ExpressionAttributeValues": {":p": {"S": "p0"}, ":n": {"N": "1"}}}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"ExpressionAttributeValues": {":p": {"S": ""}}}');
SELECT dynamo.query('{"TableName": "ops_query", "KeyConditions": {"pk": {"ComparisonOperator": "NE", "AttributeValueList": [{"S": "a"}]}}}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"IndexName": "nope"}');
SELECT pg_temp.q('g = :p', NULL, NULL, '{"IndexName": "global", "ConsistentRead": true}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"IndexName": "global"}');
-- refused: starting keys
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"ExclusiveStartKey": {}}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"ExclusiveStartKey": {"pk": {"S": "p0"}}}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"ExclusiveStartKey": {"pk": {"S": "p0"}, "x": {"S": "p0"}}}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"ExclusiveStartKey": {"pk": {"S": "p0"}, "sk": {"N": "1"}}}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"ExclusiveStartKey": {"pk": {"S": "p1"}, "sk": {"S": "001"}}}');
SELECT pg_temp.q('pk = :p AND sk > :lo', '003', NULL, '{"ExclusiveStartKey": {"pk": {"S": "p0"}, "sk": {"S": "003"}}}');
SELECT pg_temp.q('pk = :p AND sk > :lo', '003', NULL, '{"ExclusiveStartKey": {"pk": {"S": "p1"}, "sk": {"S": "004"}}}');
SELECT pg_temp.q('g = :p', NULL, NULL, '{"IndexName": "global", "ExclusiveStartKey": {"pk": {"N": "1"}, "sk": {"S": "a"}, "g": {"S": "p0"}, "n": {"N": "1"}}}');
-- refused: filter and projection
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"FilterExpression": "sk = :p"}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"FilterExpression": "g.a = :p"}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"ProjectionExpression": "n[0]"}');
SELECT pg_temp.q('g = :p', NULL, NULL, '{"IndexName": "global", "Select": "ALL_ATTRIBUTES"}');
SELECT pg_temp.q('g = :p', NULL, NULL, '{"IndexName": "global", "ProjectionExpression": "v, pk, inc"}');
SELECT pg_temp.q('pk = :p', NULL, NULL, '{"IndexName": "local", "FilterExpression": "v = :p"}');

-- 1 MB ends a page, measured before the filter
INSERT INTO dynamo_data.ops_query (item)
SELECT dynamo.to_item(jsonb_build_object('pk', 'big', 'sk', i::text, 'v', repeat('x', 100000))) FROM generate_series(10, 30) i;
SELECT answer -> 'Count' AS count, answer -> 'ScannedCount' AS scanned, answer -> 'LastEvaluatedKey' AS last, answer -> 'ConsumedCapacity' ->> 'CapacityUnits' AS units
FROM dynamo.query('{"TableName": "ops_query", "KeyConditionExpression": "pk = :p", "FilterExpression": "attribute_not_exists(v)", "ExpressionAttributeValues": {":p": {"S": "big"}},
  "ReturnConsumedCapacity": "TOTAL"}') AS answer;

-- an index counts what it projects
UPDATE dynamo_data.ops_query SET item = dynamo.to_item((item::jsonb - 'v') || jsonb_build_object('g', 'big', 'n', 1, 'v', repeat('x', 100000))) WHERE item ->> 'pk' = 'big';
SELECT answer -> 'Count' AS count, answer -> 'LastEvaluatedKey' AS last, answer -> 'ConsumedCapacity' ->> 'CapacityUnits' AS units
FROM dynamo.query('{"TableName": "ops_query", "IndexName": "global", "KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "big"}},
  "ReturnConsumedCapacity": "TOTAL"}') AS answer;

-- a table without sort key: a Query has one page
SELECT dynamo.create_table('{"TableName": "ops_single", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [{"AttributeName": "n", "AttributeType": "N"}], "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}]}') IS NOT NULL AS created;
INSERT INTO dynamo_data.ops_single (item) VALUES ('{"n":{"N":"5"}}');
SELECT dynamo.query('{"TableName": "ops_single", "KeyConditionExpression": "n = :n", "ExpressionAttributeValues": {":n": {"N": "5"}}, "Limit": 1}');
SELECT dynamo.query('{"TableName": "ops_single", "KeyConditionExpression": "n = :n AND sk = :n", "ExpressionAttributeValues": {":n": {"N": "5"}}}');
SELECT dynamo.query('{"TableName": "ops_single", "KeyConditionExpression": "n = :n", "ExpressionAttributeValues": {":n": {"N": "5"}}, "ExclusiveStartKey": {"n": {"N": "5.0"}}}');
SELECT dynamo.scan('{"TableName": "ops_single", "Limit": 1}');
SELECT dynamo.delete_table('{"TableName": "ops_single"}') IS NOT NULL AS deleted;

SELECT dynamo.delete_table('{"TableName": "ops_query"}') IS NOT NULL AS deleted;
