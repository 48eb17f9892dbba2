-- Throughput limits. Needs the library in shared_preload_libraries.
SET search_path = public, dynamo;
SET dynamo.account_id = '000000000000';
SHOW dynamo.throttling;
SELECT dynamo.create_table('{"TableName": "ops_slow", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"},
                              "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}]}') IS NOT NULL AS created;
SELECT dynamo.create_table('{"TableName": "ops_demand", "BillingMode": "PAY_PER_REQUEST", "OnDemandThroughput": {"MaxReadRequestUnits": 2, "MaxWriteRequestUnits": 2},
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}') IS NOT NULL AS created;

-- put an item of so many KB
CREATE FUNCTION pg_temp.put(name text, pk text, kb integer, more jsonb DEFAULT '{}') RETURNS json LANGUAGE sql
AS $$
    SELECT dynamo.put_item(json_build_object('TableName', name, 'Item',
        jsonb_build_object('pk', jsonb_build_object('S', pk), 'v', jsonb_build_object('S', repeat('x', kb * 1024 - 100))) || more))
$$;

-- off: nothing counts
SELECT count(pg_temp.put('ops_slow', 'big' || i, 390)) FROM generate_series(1, 3) i;

SET dynamo.throttling = on;
-- 300 seconds' worth is there at first; the bucket may fall below zero, then it is empty
SELECT pg_temp.put('ops_slow', 'a', 250);
SELECT pg_temp.put('ops_slow', 'b', 390);
SELECT pg_temp.put('ops_slow', 'c', 1);
SELECT dynamo.update_item('{"TableName": "ops_slow", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "REMOVE v"}');
SELECT dynamo.delete_item('{"TableName": "ops_slow", "Key": {"pk": {"S": "a"}}}');
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_slow": [{"DeleteRequest": {"Key": {"pk": {"S": "a"}}}}]}}');
-- some of a batch: the rest comes back
SELECT dynamo.batch_write_item('{"RequestItems": {"ops_slow": [{"DeleteRequest": {"Key": {"pk": {"S": "a"}}}}, {"PutRequest": {"Item": {"pk": {"S": "d"}}}}], "ops_demand": [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}]}}');
SELECT dynamo.transact_write_items('{"TransactItems": [{"Put": {"TableName": "ops_demand", "Item": {"pk": {"S": "b"}}}}, {"Delete": {"TableName": "ops_slow", "Key": {"pk": {"S": "a"}}}}]}');
-- reads have a bucket of their own
SELECT dynamo.get_item('{"TableName": "ops_slow", "Key": {"pk": {"S": "none"}}}');
DO $$
BEGIN
    FOR i IN 1..20 LOOP
        PERFORM dynamo.scan('{"TableName": "ops_slow", "ConsistentRead": true}'::json);
    END LOOP;
EXCEPTION WHEN SQLSTATE 'KV007' THEN
    RAISE NOTICE '%', SQLERRM;
END $$;
SELECT dynamo.get_item('{"TableName": "ops_slow", "Key": {"pk": {"S": "none"}}}');
SELECT dynamo.query('{"TableName": "ops_slow", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}}');
SELECT dynamo.batch_get_item('{"RequestItems": {"ops_slow": {"Keys": [{"pk": {"S": "none"}}]}, "ops_demand": {"Keys": [{"pk": {"S": "none"}}]}}}');
SELECT dynamo.transact_get_items('{"TransactItems": [{"Get": {"TableName": "ops_slow", "Key": {"pk": {"S": "none"}}}}]}');
-- and an index, too: it refuses writes that touch it
SET dynamo.throttling = off;
SELECT dynamo.update_table('{"TableName": "ops_slow", "ProvisionedThroughput": {"ReadCapacityUnits": 1000, "WriteCapacityUnits": 1000}}') IS NOT NULL AS updated;
SET dynamo.throttling = on;
SELECT pg_temp.put('ops_slow', 'g1', 390, '{"g": {"S": "g"}}');
SELECT pg_temp.put('ops_slow', 'g2', 1, '{"g": {"S": "g"}}');
SELECT pg_temp.put('ops_slow', 'g2', 1);
SELECT dynamo.query('{"TableName": "ops_slow", "IndexName": "by_g", "KeyConditionExpression": "g = :g", "Select": "COUNT", "ExpressionAttributeValues": {":g": {"S": "g"}}}');
-- on demand: the maximum
SELECT pg_temp.put('ops_demand', 'a', 100);
SELECT pg_temp.put('ops_demand', 'a', 1);
SET dynamo.throttling = off;
SELECT dynamo.update_table('{"TableName": "ops_demand", "OnDemandThroughput": {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}}') IS NOT NULL AS updated;
SET dynamo.throttling = on;
SELECT pg_temp.put('ops_demand', 'a', 1);
-- a partition key that is too hot, whatever the table
SELECT dynamo.create_table('{"TableName": "ops_hot", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}') IS NOT NULL AS created;
SELECT dynamo.transact_write_items(json_build_object('TransactItems', json_agg(json_build_object('Put', json_build_object('TableName', 'ops_hot',
           'Item', json_build_object('pk', json_build_object('S', 'hot'), 'sk', json_build_object('N', i::text), 'v', json_build_object('S', repeat('x', 390 * 1024))))))))
  FROM generate_series(1, 10) i;
SELECT pg_temp.put('ops_hot', 'hot', 1, '{"sk": {"N": "1"}}');
SELECT pg_temp.put('ops_hot', 'cold', 1, '{"sk": {"N": "1"}}');

RESET dynamo.throttling;
SELECT dynamo.delete_table('{"TableName": "ops_slow"}') IS NOT NULL AS deleted;
SELECT dynamo.delete_table('{"TableName": "ops_demand"}') IS NOT NULL AS deleted;
SELECT dynamo.delete_table('{"TableName": "ops_hot"}') IS NOT NULL AS deleted;
