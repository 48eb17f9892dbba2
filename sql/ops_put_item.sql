-- PutItem: values, conditions, return values, what is refused and in which order.
SET search_path = public, dynamo;
SET dynamo.account_id = '000000000000';
SELECT dynamo.create_table('{"TableName": "ops_put", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"},
                           {"AttributeName": "g", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                              "Projection": {"ProjectionType": "ALL"}}]}') IS NOT NULL AS created;

SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "v": {"L": [{"BOOL": true}, {"NULL": true}]}}}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1.0"}, "v": {"S": "two"}}, "ReturnValues": "ALL_OLD"}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "b"}, "sk": {"N": "1"}}, "ReturnValues": "ALL_OLD"}');
SELECT item FROM dynamo.scan('ops_put', NULL) AS item ORDER BY item ->> 'pk';
-- an ARN names the table as well
SELECT dynamo.put_item('{"TableName": "arn:aws:dynamodb:us-east-1:000000000000:table/ops_put", "Item": {"pk": {"S": "b"}, "sk": {"N": "1"}}, "ReturnConsumedCapacity": "TOTAL"}');

-- conditions
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}}, "ConditionExpression": "attribute_not_exists(pk)"}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}}, "ConditionExpression": "attribute_not_exists(pk)",
  "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "c"}, "sk": {"N": "1"}}, "ConditionExpression": "attribute_exists(pk)",
  "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "v": {"S": "three"}}, "ConditionExpression": "v = :v",
  "ExpressionAttributeValues": {":v": {"S": "two"}}, "ReturnValues": "ALL_OLD"}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "v": {"S": "four"}},
  "Expected": {"v": {"Value": {"S": "two"}}}}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "v": {"S": "four"}},
  "Expected": {"v": {"Value": {"S": "three"}}}}');
-- PL/pgSQL catches them by SQLSTATE
DO $$
BEGIN
    PERFORM dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}}, "ConditionExpression": "attribute_not_exists(pk)"}');
EXCEPTION WHEN SQLSTATE 'KV002' THEN
    RAISE NOTICE 'caught: %', SQLERRM;
END $$;

-- parameters
SELECT dynamo.put_item('{"TableName": "ops_put"}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}}, "ReturnValues": "x", "ReturnConsumedCapacity": "y"}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": 1}}}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {}, "Expected": {}, "ConditionalOperator": "AND", "ConditionExpression": "a = b"}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {}, "ExpressionAttributeNames": {"#a": "a"}}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {}, "ExpressionAttributeValues": {":a": {"S": "a"}}}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"a": {"SS": []}}, "ReturnValues": "ALL_NEW"}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {}, "ReturnValues": "ALL_NEW"}');
SELECT dynamo.put_item(json_build_object('TableName', 'ops_put', 'Item', json_build_object('pk', json_build_object('S', repeat('x', 409600)))));
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {}, "Expected": {"a": {"Exists": true}}}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {}, "ConditionExpression": ""}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {}, "ConditionExpression": "attribute_exists(a)", "ExpressionAttributeNames": {"#a": "a"}}');
SELECT dynamo.put_item('{"TableName": "no_such_table", "Item": {}, "ConditionExpression": "attribute_exists(pk.a)"}');
-- keys
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"sk": {"S": "a"}}}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"S": "a"}}}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": ""}, "sk": {"N": "1"}}}');
SELECT dynamo.put_item(json_build_object('TableName', 'ops_put', 'Item', json_build_object('pk', json_build_object('S', repeat('x', 2049)), 'sk', '{"N": "1"}'::json)));
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "g": {"N": "1"}}}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "g": {"S": ""}}}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}}, "ConditionExpression": "attribute_exists(pk.a)"}');
SELECT dynamo.put_item('{"TableName": "ops_put", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}}, "ConditionExpression": "attribute_exists(g[0])"}');

SELECT dynamo.delete_table('{"TableName": "ops_put"}') IS NOT NULL AS deleted;
