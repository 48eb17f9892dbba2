-- UpdateItem and DeleteItem: return values, conditions, what is refused.
SET search_path = public, dynamo;
SELECT dynamo.create_table('{"TableName": "ops_update", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                              "Projection": {"ProjectionType": "ALL"}}]}') IS NOT NULL AS created;

-- update of the item "a" by an expression with the values :n = 1 and :s = "s"
CREATE FUNCTION pg_temp.upd(expression text, returns text DEFAULT 'NONE', more jsonb DEFAULT '{}') RETURNS json LANGUAGE sql
AS $$
    SELECT dynamo.update_item((jsonb_build_object('TableName', 'ops_update', 'Key', '{"pk": {"S": "a"}}'::jsonb,
        'UpdateExpression', expression, 'ReturnValues', returns)
        || CASE WHEN expression ~ ':n' THEN '{"ExpressionAttributeValues": {":n": {"N": "1"}}}'::jsonb
                WHEN expression ~ ':s' THEN '{"ExpressionAttributeValues": {":s": {"S": "s"}}}'::jsonb
                ELSE '{}' END || more)::json)
$$;

SELECT pg_temp.upd('SET a = :n', 'ALL_OLD');
SELECT pg_temp.upd('SET a = a + :n', 'UPDATED_OLD');
SELECT pg_temp.upd('SET a = a + :n', 'UPDATED_NEW');
SELECT pg_temp.upd('SET b = :s', 'ALL_NEW');
SELECT pg_temp.upd('SET b = :s', 'ALL_OLD');
SELECT pg_temp.upd('REMOVE b', 'UPDATED_OLD');
SELECT pg_temp.upd('REMOVE b', 'UPDATED_NEW');
SELECT pg_temp.upd('ADD a :n', 'UPDATED_NEW');
-- no expression at all: the item is there afterwards
SELECT dynamo.update_item('{"TableName": "ops_update", "Key": {"pk": {"S": "bare"}}, "ReturnValues": "ALL_NEW"}');
-- legacy
SELECT dynamo.update_item('{"TableName": "ops_update", "Key": {"pk": {"S": "legacy"}}, "ReturnValues": "ALL_NEW",
  "AttributeUpdates": {"a": {"Value": {"S": "x"}}, "n": {"Action": "ADD", "Value": {"N": "5"}}, "l": {"Action": "ADD", "Value": {"L": [{"S": "y"}]}}}}');
SELECT dynamo.update_item('{"TableName": "ops_update", "Key": {"pk": {"S": "legacy"}}, "ReturnValues": "UPDATED_NEW",
  "AttributeUpdates": {"a": {"Action": "DELETE"}, "n": {"Action": "ADD", "Value": {"N": "-7"}}}, "Expected": {"n": {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "4"}]}}}');
-- conditions
SELECT pg_temp.upd('SET a = :n', 'NONE', '{"ConditionExpression": "attribute_not_exists(a)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}');
SELECT pg_temp.upd('SET a = :n', 'UPDATED_NEW', '{"ConditionExpression": "attribute_exists(a)"}');

-- refused
SELECT pg_temp.upd('SET pk = :s');
SELECT pg_temp.upd('REMOVE pk');
SELECT pg_temp.upd('SET pk.a = :s');
SELECT pg_temp.upd('SET a = pk.b');
SELECT pg_temp.upd('SET g.a = :s');
SELECT pg_temp.upd('SET g = :n');
SELECT pg_temp.upd('SET g = a');
SELECT pg_temp.upd('ADD g :n');
SELECT pg_temp.upd('SET a = nothing_there');
SELECT pg_temp.upd('SET a.b.c = :n');
SELECT pg_temp.upd('SET pk = pk + :s');
SELECT pg_temp.upd('SET a = :n', 'NONE', '{"AttributeUpdates": {}, "Expected": {}, "ConditionalOperator": "OR"}');
SELECT pg_temp.upd('SET a = :n', 'NONE', '{"Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}');
SELECT pg_temp.upd('SET a = :n', 'NONE', '{"Key": {"pk": {"N": "1"}}}');
SELECT dynamo.update_item('{"TableName": "ops_update", "Key": {"pk": {"S": "a"}}, "ExpressionAttributeValues": {":a": {"S": "b"}}}');
SELECT dynamo.update_item('{"TableName": "ops_update", "Key": {"pk": {"S": "a"}}, "AttributeUpdates": {"a": {"Action": "PUT"}}}');
SELECT item FROM dynamo.scan('ops_update', NULL) AS item ORDER BY item ->> 'pk';

-- DeleteItem
SELECT dynamo.delete_item('{"TableName": "ops_update", "Key": {"pk": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(a)"}');
SELECT dynamo.delete_item('{"TableName": "ops_update", "Key": {"pk": {"S": "a"}}, "Expected": {"a": {"Exists": false}}, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}');
SELECT dynamo.delete_item('{"TableName": "ops_update", "Key": {"pk": {"S": "a"}}, "ReturnValues": "ALL_OLD", "ReturnConsumedCapacity": "INDEXES"}');
SELECT dynamo.delete_item('{"TableName": "ops_update", "Key": {"pk": {"S": "a"}}, "ReturnValues": "ALL_OLD", "ReturnConsumedCapacity": "INDEXES"}');
SELECT dynamo.delete_item('{"TableName": "ops_update", "Key": {"pk": {"S": "a"}}, "ReturnValues": "UPDATED_OLD"}');
SELECT dynamo.delete_item('{"TableName": "ops_update", "Key": {}}');
SELECT dynamo.delete_item('{"TableName": "ops_update", "Key": {"pk": {"S": "bare"}}}');
SELECT item FROM dynamo.scan('ops_update', NULL) AS item ORDER BY item ->> 'pk';

-- attribute names that are too long, wherever they come without an expression
SELECT dynamo.update_item(json_build_object('TableName', 'ops_update', 'Key', '{"pk": {"S": "a"}}'::json, 'AttributeUpdates', json_build_object(repeat('n', 65536), '{"Value": {"N": "1"}}'::json)));
SELECT dynamo.update_item(json_build_object('TableName', 'ops_update', 'Key', '{"pk": {"S": "a"}}'::json, 'Expected', json_build_object(repeat('n', 65536), '{"Exists": false}'::json)));
SELECT dynamo.get_item(json_build_object('TableName', 'ops_update', 'Key', '{"pk": {"S": "a"}}'::json, 'AttributesToGet', json_build_array(repeat('n', 65536))));
SELECT dynamo.update_item(json_build_object('TableName', 'ops_update', 'Key', '{"pk": {"S": "long"}}'::json, 'AttributeUpdates', json_build_object(repeat('n', 65535), '{"Value": {"N": "1"}}'::json)));

SELECT dynamo.delete_table('{"TableName": "ops_update"}') IS NOT NULL AS deleted;
