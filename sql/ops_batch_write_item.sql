-- BatchWriteItem: several tables, what is refused.
SET search_path = public, dynamo;
SELECT dynamo.create_table('{"TableName": "ops_batch_a", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}, {"AttributeName": "l", "AttributeType": "N"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
  "LocalSecondaryIndexes": [{"IndexName": "by_l", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "ALL"}}]}') IS NOT NULL AS created;
SELECT dynamo.create_table('{"TableName": "ops_batch_b", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "B"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}') IS NOT NULL AS created;

SELECT dynamo.batch_write_item('{"ReturnConsumedCapacity": "INDEXES", "ReturnItemCollectionMetrics": "SIZE", "RequestItems": {
  "ops_batch_a": [{"PutRequest": {"Item": {"pk": {"S": "x"}, "n": {"N": "1"}, "l": {"N": "7"}}}}, {"PutRequest": {"Item": {"pk": {"S": "x"}, "n": {"N": "2"}}}}, {"DeleteRequest": {"Key": {"pk": {"S": "y"}, "n": {"N": "1"}}}}],
  "ops_batch_b": [{"PutRequest": {"Item": {"id": {"B": "AA=="}}}}]}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_a": [{"DeleteRequest": {"Key": {"pk": {"S": "x"}, "n": {"N": "1"}}}}, {"PutRequest": {"Item": {"pk": {"S": "x"}, "n": {"N": "3"}}}}]}}');
SELECT item FROM dynamo.scan('ops_batch_a', NULL) AS item;
SELECT item FROM dynamo.scan('ops_batch_b', NULL) AS item;

SELECT dynamo.batch_write_item('{"RequestItems": {}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_b": []}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_b": [{}]}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_b": [{"PutRequest": {"Item": {"id": {"B": "AA=="}}}, "DeleteRequest": {"Key": {"id": {"B": "AA=="}}}}]}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_b": [{"PutRequest": {"Item": {"id": {"B": "AA=="}}}}, {"DeleteRequest": {"Key": {"id": {"B": "AA=="}}}}]}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_b": [{"PutRequest": {"Item": {"x": {"B": "AA=="}}}}]}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_b": [{"PutRequest": {"Item": {"id": {"S": "AA=="}}}}]}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_b": [{"PutRequest": {"Item": {"id": {"B": ""}}}}]}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_b": [{"DeleteRequest": {"Key": {"id": {"B": "AA=="}, "x": {"S": "y"}}}}]}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_a": [{"PutRequest": {"Item": {"pk": {"S": "x"}, "n": {"N": "1"}, "l": {"S": "7"}}}}]}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"no_such_table": [{"PutRequest": {"Item": {"id": {"B": "AA=="}}}}]}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_b": [{"PutRequest": {"Item": {"id": {"B": "AA=="}, "v": {"NS": []}}}}]}}');
-- 26 of one table, 26 of two
SELECT dynamo.batch_write_item(json_build_object('RequestItems', json_build_object('ops_batch_b',
  (SELECT json_agg('{"DeleteRequest": {"Key": {}}}'::json) FROM generate_series(1, 26)))));
SELECT dynamo.batch_write_item(json_build_object('RequestItems', json_build_object(
  'ops_batch_a', (SELECT json_agg('{"DeleteRequest": {"Key": {}}}'::json) FROM generate_series(1, 13)),
  'ops_batch_b', (SELECT json_agg('{"DeleteRequest": {"Key": {}}}'::json) FROM generate_series(1, 13)))));
-- a batch that fails has changed nothing
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_batch_a": [{"DeleteRequest": {"Key": {"pk": {"S": "x"}, "n": {"N": "2"}}}}, {"PutRequest": {"Item": {"pk": {"S": "x"}, "n": {"N": "1"}, "l": {"S": "7"}}}}]}}');
SELECT count(*) FROM dynamo.scan('ops_batch_a', NULL);

SELECT dynamo.delete_table('{"TableName": "ops_batch_a"}') IS NOT NULL AS deleted;
SELECT dynamo.delete_table('{"TableName": "ops_batch_b"}') IS NOT NULL AS deleted;
