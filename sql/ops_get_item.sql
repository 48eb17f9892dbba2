-- GetItem and BatchGetItem.
SET search_path = public, dynamo;
SELECT dynamo.create_table('{"TableName": "ops_get", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "B"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}') IS NOT NULL AS created;
SELECT dynamo.create_table('{"TableName": "ops_get_other", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
  "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}') IS NOT NULL AS created;
SELECT dynamo.put_item('{"TableName": "ops_get", "Item": {"pk": {"S": "a"}, "sk": {"B": "AAE="}, "m": {"M": {"x": {"N": "1"}, "y": {"L": [{"S": "p"}, {"S": "q"}]}}}}}');
SELECT dynamo.put_item('{"TableName": "ops_get_other", "Item": {"id": {"N": "42"}, "s": {"SS": ["b", "a"]}}}');

SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"B": "AAE="}}}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"B": "AAE="}}, "ProjectionExpression": "m.y[1], #p", "ExpressionAttributeNames": {"#p": "pk"}}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"B": "AAE="}}, "ProjectionExpression": "nothing"}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"B": "AAE="}}, "AttributesToGet": ["sk", "nothing"]}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"B": "AAI="}}, "ReturnConsumedCapacity": "INDEXES"}');
SELECT dynamo.get_item('{"TableName": "ops_get_other", "Key": {"id": {"N": "42.000"}}, "ConsistentRead": true, "ReturnConsumedCapacity": "TOTAL"}');

SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}}}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"B": ""}}}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"B": "x"}}}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"B": "AAE="}}, "AttributesToGet": ["a", "b", "a"]}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {}, "AttributesToGet": ["a"], "ProjectionExpression": "a"}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"B": "AAE="}}, "ProjectionExpression": "pk.a"}');
SELECT dynamo.get_item('{"TableName": "ops_get", "Key": {"pk": {"S": "a"}, "sk": {"B": "AAE="}}, "ProjectionExpression": "a, a"}');
SELECT dynamo.get_item('{"TableName": "no_such_table", "Key": {"pk": {"S": "a"}}}');

-- BatchGetItem
SELECT dynamo.batch_get_item('{"ReturnConsumedCapacity": "INDEXES", "RequestItems": {
  "ops_get": {"Keys": [{"pk": {"S": "a"}, "sk": {"B": "AAE="}}, {"pk": {"S": "b"}, "sk": {"B": "AAE="}}], "ProjectionExpression": "m.x"},
  "ops_get_other": {"Keys": [{"id": {"N": "42"}}], "ConsistentRead": true, "AttributesToGet": ["s"]}}}');
SELECT dynamo.batch_get_item('{"RequestItems": {}}');
SELECT dynamo.batch_get_item('{}');
SELECT dynamo.batch_get_item('{"RequestItems": {"ops_get": {"Keys": []}}}');
SELECT dynamo.batch_get_item('{"RequestItems": {"x": {"Keys": [{}]}}}');
SELECT dynamo.batch_get_item('{"RequestItems": {"no_such_table": {"Keys": [{"id": {"N": "1"}}]}}}');
SELECT dynamo.batch_get_item('{"RequestItems": {"ops_get_other": {"Keys": [{"id": {"N": "1"}}, {"id": {"N": "1.0"}}]}}}');
SELECT dynamo.batch_get_item('{"RequestItems": {"ops_get_other": {"Keys": [{"id": {"S": "1"}}]}}}');
SELECT dynamo.batch_get_item(json_build_object('RequestItems', json_build_object('ops_get_other', json_build_object('Keys',
  (SELECT json_agg(json_build_object('id', json_build_object('N', i::text))) FROM generate_series(1, 101) i)))));
SELECT dynamo.batch_get_item(json_build_object('RequestItems', json_build_object(
  'ops_get_other', json_build_object('Keys', (SELECT json_agg(json_build_object('id', json_build_object('N', i::text))) FROM generate_series(1, 60) i)),
  'ops_get', json_build_object('Keys', (SELECT json_agg(json_build_object('pk', json_build_object('S', i::text))) FROM generate_series(1, 60) i)))));
-- 16 MB: what has no room comes back as it was asked for
DO $$
BEGIN
    FOR i IN 1..45 LOOP
        PERFORM dynamo.put_item(json_build_object('TableName', 'ops_get_other', 'Item',
            json_build_object('id', json_build_object('N', i::text), 'v', json_build_object('S', repeat('x', 390000)))));
    END LOOP;
END $$;
SELECT json_array_length(answer -> 'Responses' -> 'ops_get_other') AS items,
       json_array_length(answer -> 'UnprocessedKeys' -> 'ops_get_other' -> 'Keys') AS unprocessed,
       answer -> 'UnprocessedKeys' -> 'ops_get_other' ->> 'ConsistentRead' AS consistent,
       answer -> 'UnprocessedKeys' -> 'ops_get_other' ->> 'ProjectionExpression' AS projection,
       answer -> 'UnprocessedKeys' -> 'ops_get_other' ->> 'ExpressionAttributeNames' AS names,
       answer -> 'ConsumedCapacity' AS capacity
FROM dynamo.batch_get_item(json_build_object('ReturnConsumedCapacity', 'TOTAL', 'RequestItems', json_build_object('ops_get_other',
  json_build_object('ConsistentRead', true, 'ProjectionExpression', '#i', 'ExpressionAttributeNames', '{"#i": "id"}'::json, 'Keys',
  (SELECT json_agg(json_build_object('id', json_build_object('N', i::text))) FROM generate_series(1, 45) i))))) AS answer;

SELECT dynamo.delete_table('{"TableName": "ops_get"}') IS NOT NULL AS deleted;
SELECT dynamo.delete_table('{"TableName": "ops_get_other"}') IS NOT NULL AS deleted;
