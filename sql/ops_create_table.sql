--
-- CreateTable, DescribeTable, ListTables, DeleteTable: checks in their order,
-- and what is described.
--
\set VERBOSITY terse
\pset format unaligned
CREATE FUNCTION pg_temp.call(operation text, request text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN dynamo_internal.execute(operation, request, NULL);
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
-- CreateTable with members replaced or added
CREATE FUNCTION pg_temp.create(members text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.call('CreateTable', ('{"TableName":"ops_ct","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"N"}],
        "KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2}}'::jsonb || members::jsonb)::text)
$$;
-- without what differs each time
CREATE FUNCTION pg_temp.stable(answer text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(regexp_replace(regexp_replace(answer, '"(\w+DateTime)":1[0-9.]+', '"\1":0', 'g'),
        '[0-9a-f]{8}-[0-9a-f-]{27}', 'ID', 'g'), '20\d\d-\d\d-\d\dT[0-9:.]+', 'TIME', 'g')
$$;

-- billing
SELECT pg_temp.create(t) FROM unnest(ARRAY[
  '{"BillingMode":"PAY_PER_REQUEST"}', '{"BillingMode":"PROVISIONED","ProvisionedThroughput":null}', '{"ProvisionedThroughput":null}',
  '{"ProvisionedThroughput":{"ReadCapacityUnits":1000000000001,"WriteCapacityUnits":1000000000001}}', '{"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1000000000001}}',
  '{"OnDemandThroughput":{"MaxReadRequestUnits":1}}']) t;
-- key schema
SELECT pg_temp.create(t) FROM unnest(ARRAY[
  '{"AttributeDefinitions":[]}', '{"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"c","AttributeType":"S"}]}',
  '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"a","KeyType":"RANGE"}]}', '{"KeySchema":[{"AttributeName":"a","KeyType":"RANGE"},{"AttributeName":"b","KeyType":"RANGE"}]}',
  '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"HASH"}]}', '{"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}',
  '{"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}']) t;
-- local indexes
SELECT pg_temp.create('{"LocalSecondaryIndexes":' || t || '}') FROM unnest(ARRAY[
  '[]', '[{"IndexName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}],"Projection":{}}]',
  '[{"IndexName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{}}]', '[{"IndexName":"abc","KeySchema":[{"AttributeName":"b","KeyType":"HASH"},{"AttributeName":"a","KeyType":"RANGE"}],"Projection":{}}]',
  '[{"IndexName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"Projection":{}}]',
  '[{"IndexName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL","NonKeyAttributes":["x"]}}]',
  '[{"IndexName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE"}}]',
  '[{"IndexName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},{"IndexName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]']) t;
SELECT pg_temp.create('{"LocalSecondaryIndexes":[' || (SELECT string_agg('{"IndexName":"abc' || i || '","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}', ',') FROM generate_series(1, 6) i) || ']}');
-- global indexes
SELECT pg_temp.create('{"GlobalSecondaryIndexes":' || t || '}') FROM unnest(ARRAY[
  '[]', '[{"IndexName":"abc","KeySchema":[{"AttributeName":"b","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]',
  '[{"IndexName":"abc","KeySchema":[{"AttributeName":"b","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}]',
  '[{"IndexName":"abc","KeySchema":[{"AttributeName":"b","KeyType":"HASH"},{"AttributeName":"a","KeyType":"RANGE"},{"AttributeName":"c","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}]']) t;
SELECT pg_temp.create('{"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"N"},{"AttributeName":"c","AttributeType":"N"},{"AttributeName":"d","AttributeType":"N"}],
  "GlobalSecondaryIndexes":[{"IndexName":"abc","KeySchema":[{"AttributeName":"b","KeyType":"HASH"},{"AttributeName":"a","KeyType":"RANGE"},{"AttributeName":"c","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}]}');
SELECT pg_temp.create('{"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"N"},{"AttributeName":"c","AttributeType":"N"},{"AttributeName":"d","AttributeType":"N"}],
  "GlobalSecondaryIndexes":[{"IndexName":"abc","KeySchema":[{"AttributeName":"c","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}]}');
SELECT pg_temp.create('{"BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":null,"GlobalSecondaryIndexes":[{"IndexName":"abc","KeySchema":[{"AttributeName":"b","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}]}');
SELECT pg_temp.create('{"BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":null,"GlobalSecondaryIndexes":[' || (SELECT string_agg('{"IndexName":"abc' || i || '","KeySchema":[{"AttributeName":"b","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}', ',') FROM generate_series(1, 21) i) || ']}');
SELECT pg_temp.create('{"BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":null,"GlobalSecondaryIndexes":[' || (SELECT string_agg('{"IndexName":"abc' || i || '","KeySchema":[{"AttributeName":"b","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20"]}}', ',') FROM generate_series(1, 6) i) || ']}');
-- streams and tags
SELECT pg_temp.create(t) FROM unnest(ARRAY[
  '{"StreamSpecification":{}}', '{"StreamSpecification":{"StreamEnabled":true}}', '{"StreamSpecification":{"StreamEnabled":false,"StreamViewType":"NEW_IMAGE"}}', '{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"x"}}',
  '{"Tags":[{"Key":"a","Value":"1"},{"Key":"a","Value":"2"}]}', '{"Tags":[{"Key":"aws:x","Value":"1"}]}', '{"Tags":[{"Key":"","Value":"1"}]}', '{"TableClass":"x"}']) t;
-- nothing of all this left anything behind
SELECT count(*) FROM dynamo_internal.tables WHERE name = 'ops_ct';

-- the smallest, and everything
SELECT pg_temp.stable(pg_temp.create('{}'));
SELECT pg_temp.create('{}');
SELECT pg_temp.stable(pg_temp.call('DescribeTable', '{"TableName":"ops_ct"}'));
SELECT pg_temp.stable(pg_temp.call('DeleteTable', '{"TableName":"ops_ct"}'));
SELECT pg_temp.stable(pg_temp.create('{"BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":null,"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"},"SSESpecification":{"Enabled":true,"SSEType":"KMS","KMSMasterKeyId":"arn:k"},
  "TableClass":"STANDARD_INFREQUENT_ACCESS","DeletionProtectionEnabled":true,"OnDemandThroughput":{"MaxReadRequestUnits":10},"WarmThroughput":{"ReadUnitsPerSecond":13000,"WriteUnitsPerSecond":5000},"Tags":[{"Key":"k","Value":"v"}],"ResourcePolicy":"{}",
  "AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"N"},{"AttributeName":"c","AttributeType":"B"}],
  "LocalSecondaryIndexes":[{"IndexName":"zlocal","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
  "GlobalSecondaryIndexes":[{"IndexName":"second","KeySchema":[{"AttributeName":"c","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x","y"]},"OnDemandThroughput":{"MaxWriteRequestUnits":5}},
    {"IndexName":"first","KeySchema":[{"AttributeName":"c","KeyType":"HASH"},{"AttributeName":"b","KeyType":"HASH"},{"AttributeName":"a","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}'));
SELECT pg_temp.stable(pg_temp.call('DescribeTable', '{"TableName":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ct"}'));
SELECT pg_temp.call('DeleteTable', '{"TableName":"ops_ct"}');
UPDATE dynamo_internal.tables SET deletion_protection = false WHERE name = 'ops_ct';
SELECT pg_temp.call('DeleteTable', '{"TableName":"ops_ct"}') LIKE '{"TableDescription":{"TableName":"ops_ct","TableStatus":"DELETING",%' AS deleted;
SELECT pg_temp.call('DeleteTable', '{"TableName":"ops_ct"}'), pg_temp.call('DescribeTable', '{"TableName":"ops_ct"}');

-- counts
SELECT pg_temp.create('{"TableName":"ops_count"}') IS NOT NULL;
INSERT INTO dynamo_data.ops_count(item) SELECT format('{"a":{"S":"%s"},"b":{"N":"1"}}', i)::dynamo.item FROM generate_series(1, 100) i;
SELECT pg_stat_force_next_flush();    -- or the rows are counted once more, a second later
ANALYZE dynamo_data.ops_count;
SELECT t->>'ItemCount' AS items, (t->>'TableSizeBytes')::bigint BETWEEN 8192 AND 65536 AS bytes FROM (SELECT dynamo.describe_table('{"TableName":"ops_count"}')->'Table' AS t) x;

-- names that come twice
SELECT pg_temp.call('CreateTable', t) FROM unnest(ARRAY[
  '{"TableName":"ops_twice","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"a","AttributeType":"N"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}',
  '{"TableName":"ops_twice","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"GlobalSecondaryIndexes":[{"IndexName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x","y","x"]}}]}']) t;

-- pages of names
SELECT pg_temp.create('{"TableName":"ops_' || t || '"}') IS NOT NULL FROM unnest(ARRAY['b', 'A', '-', '_', 'a', '.', 'zz']) t;
SELECT pg_temp.call('ListTables', t) FROM unnest(ARRAY['{"Limit":2,"ExclusiveStartTableName":"ops"}', '{"Limit":2,"ExclusiveStartTableName":"ops_."}', '{"Limit":2,"ExclusiveStartTableName":"ops_A9"}', '{"Limit":1,"ExclusiveStartTableName":"ops_a"}']) t;
SELECT pg_temp.call('ListTables', t) FROM unnest(ARRAY['{"Limit":0}', '{"Limit":101}', '{"ExclusiveStartTableName":"a;","Limit":500}']) t;
SELECT pg_temp.call('DeleteTable', format('{"TableName":"%s"}', name)) IS NOT NULL FROM dynamo_internal.tables WHERE name LIKE 'ops_%' ORDER BY name;

SELECT dynamo.describe_limits('{}'), dynamo.describe_endpoints('{}');
