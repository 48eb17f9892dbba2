--
-- UpdateTable, tags and TTL settings.
--
\set VERBOSITY terse
\pset format unaligned
CREATE FUNCTION pg_temp.call(operation text, request text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN dynamo_internal.execute(operation, request, NULL);
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.update(members text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.call('UpdateTable', ('{"TableName":"ops_ut"}'::jsonb || members::jsonb)::text)
$$;
CREATE FUNCTION pg_temp.described(member text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace((dynamo.describe_table('{"TableName":"ops_ut"}')->'Table'->member)::text, '"(\w+DateTime)":1[0-9.]+', '"\1":0', 'g')
$$;
-- An index is made in the background.
CREATE PROCEDURE pg_temp.wait() LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..3600 LOOP
        EXIT WHEN NOT EXISTS (SELECT FROM dynamo_internal.backfills);
        COMMIT;
        PERFORM pg_sleep(0.05);
    END LOOP;
END $$;

SELECT dynamo.create_table('{"TableName":"ops_ut","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}') IS NOT NULL AS created;

-- what is refused
SELECT pg_temp.update(t) FROM unnest(ARRAY[
  '{}', '{"GlobalSecondaryIndexUpdates":[]}', '{"TableName":"ops_none","BillingMode":"PAY_PER_REQUEST"}', '{"BillingMode":"PROVISIONED"}', '{"BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}',
  '{"ProvisionedThroughput":{}}', '{"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}', '{"ProvisionedThroughput":{"ReadCapacityUnits":1000000000001,"WriteCapacityUnits":5}}',
  '{"OnDemandThroughput":{"MaxReadRequestUnits":5}}', '{"GlobalSecondaryIndexUpdates":[{}]}', '{"GlobalSecondaryIndexUpdates":[{"Update":{}}]}',
  '{"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"abc"}},{"Delete":{"IndexName":"abc"}}]}', '{"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"abc"}},{"Delete":{"IndexName":"abd"}}]}', '{"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"abc"}}]}',
  '{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"abc","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}}]}', '{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"abc","ProvisionedThroughput":{"ReadCapacityUnits":1000000000001,"WriteCapacityUnits":5}}}]}',
  '{"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"abc","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}',
  '{"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"N"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"abc","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}',
  '{"AttributeDefinitions":[{"AttributeName":"g","AttributeType":"N"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"abc","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}',
  '{"StreamSpecification":{"StreamEnabled":false}}', '{"StreamSpecification":{"StreamEnabled":true}}']) t;

-- throughput: up, down, and how often down
SELECT pg_temp.update('{"ProvisionedThroughput":{"ReadCapacityUnits":20,"WriteCapacityUnits":20}}') LIKE '{"TableDescription":{%"TableStatus":"UPDATING"%' AS updating;
SELECT pg_temp.described('ProvisionedThroughput'), pg_temp.described('TableStatus');
SELECT pg_temp.update(format('{"ProvisionedThroughput":{"ReadCapacityUnits":%s,"WriteCapacityUnits":20}}', 20 - i)) LIKE '{%' AS done FROM generate_series(1, 4) i;
SELECT pg_temp.described('ProvisionedThroughput');
SELECT regexp_replace(pg_temp.update('{"ProvisionedThroughput":{"ReadCapacityUnits":30,"WriteCapacityUnits":1}}'), '\w+day, \w+ \d+, \d+ at [0-9:]+ [AP]M', 'TIME', 'g');
UPDATE dynamo_internal.tables SET last_decrease = last_decrease - interval '1 hour' WHERE name = 'ops_ut';
SELECT pg_temp.update('{"ProvisionedThroughput":{"ReadCapacityUnits":30,"WriteCapacityUnits":1}}') LIKE '{%' AS done;
SELECT pg_temp.described('WarmThroughput') AS most_ever;

-- billing mode: four times a day to on-demand
SELECT pg_temp.update('{"BillingMode":"PAY_PER_REQUEST"}') LIKE '{%' AS done, pg_temp.described('BillingModeSummary'), pg_temp.described('ProvisionedThroughput') LIKE '%"ReadCapacityUnits":0,"WriteCapacityUnits":0}' AS none;
SELECT pg_temp.described('BillingModeSummary'), pg_temp.described('ProvisionedThroughput') LIKE '%"ReadCapacityUnits":0,"WriteCapacityUnits":0}' AS none;
SELECT pg_temp.update('{"BillingMode":"PAY_PER_REQUEST"}') LIKE '{%' AS same, pg_temp.update('{"OnDemandThroughput":{"MaxReadRequestUnits":9}}') LIKE '{%' AS maximum, pg_temp.update('{"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}');
SELECT pg_temp.described('OnDemandThroughput');
SELECT pg_temp.update('{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}') LIKE '{%' AS back, pg_temp.update('{"BillingMode":"PAY_PER_REQUEST"}') LIKE '{%' AS forth FROM generate_series(1, 3);
SELECT pg_temp.update('{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}') LIKE '{%' AS back, pg_temp.described('OnDemandThroughput'), pg_temp.described('WarmThroughput');
SELECT regexp_replace(pg_temp.update('{"BillingMode":"PAY_PER_REQUEST"}'), '\w+day, \w+ \d+, \d+ at [0-9:]+ [AP]M', 'TIME', 'g');
UPDATE dynamo_internal.tables SET on_demand_switches = '{}' WHERE name = 'ops_ut';
SELECT pg_temp.update('{"BillingMode":"PAY_PER_REQUEST"}') LIKE '{%' AS done;

-- everything else
SELECT pg_temp.update(t) LIKE '{%' AS done FROM unnest(ARRAY['{"DeletionProtectionEnabled":true}', '{"TableClass":"STANDARD_INFREQUENT_ACCESS"}', '{"SSESpecification":{"Enabled":true}}',
  '{"WarmThroughput":{"ReadUnitsPerSecond":20000}}', '{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}']) t;
SELECT pg_temp.described(t) FROM unnest(ARRAY['DeletionProtectionEnabled', 'TableClassSummary', 'SSEDescription', 'WarmThroughput', 'StreamSpecification']) t;
SELECT pg_temp.call('DeleteTable', '{"TableName":"ops_ut"}'), pg_temp.update('{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}}');
SELECT pg_temp.update(t) LIKE '{%' AS done FROM unnest(ARRAY['{"DeletionProtectionEnabled":false}', '{"SSESpecification":{"Enabled":false}}', '{"StreamSpecification":{"StreamEnabled":false}}']) t;
SELECT pg_temp.described(t) FROM unnest(ARRAY['DeletionProtectionEnabled', 'SSEDescription', 'StreamSpecification']) t;
-- warm throughput never gets less, maxima have a range
SELECT pg_temp.update(t) FROM unnest(ARRAY['{"WarmThroughput":{"ReadUnitsPerSecond":19999}}', '{"WarmThroughput":{"ReadUnitsPerSecond":20000,"WriteUnitsPerSecond":3999}}',
  '{"OnDemandThroughput":{"MaxReadRequestUnits":0}}', '{"OnDemandThroughput":{"MaxReadRequestUnits":-1,"MaxWriteRequestUnits":-2}}']) t;
SELECT pg_temp.update('{"WarmThroughput":{"ReadUnitsPerSecond":20000}}') LIKE '{%' AS same;
-- what a request cannot change at once, whatever is changed
SELECT pg_temp.update(t) FROM unnest(ARRAY[
  '{"SSESpecification":{"Enabled":true},"TableClass":"STANDARD","DeletionProtectionEnabled":true}', '{"TableClass":"STANDARD","DeletionProtectionEnabled":true,"BillingMode":"PAY_PER_REQUEST"}',
  '{"DeletionProtectionEnabled":true,"WarmThroughput":{"ReadUnitsPerSecond":20001}}', '{"DeletionProtectionEnabled":true,"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"abc"}}]}',
  '{"WarmThroughput":{"ReadUnitsPerSecond":20001},"BillingMode":"PAY_PER_REQUEST"}',
  '{"WarmThroughput":{"ReadUnitsPerSecond":20001},"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"abc","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}',
  '{"OnDemandThroughput":{"MaxReadRequestUnits":5},"WarmThroughput":{"ReadUnitsPerSecond":20001}}', '{"OnDemandThroughput":{"MaxReadRequestUnits":5},"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}',
  '{"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5},"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}',
  '{"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5},"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"abc"}}]}',
  '{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"abc"}}]}']) t;
-- and what it can
SELECT pg_temp.update(t) LIKE '{%' AS done FROM unnest(ARRAY['{"DeletionProtectionEnabled":false,"WarmThroughput":{},"OnDemandThroughput":{},"GlobalSecondaryIndexUpdates":[]}',
  '{"BillingMode":"PAY_PER_REQUEST","OnDemandThroughput":{"MaxReadRequestUnits":-1}}', '{"BillingMode":"PAY_PER_REQUEST","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}', '{"StreamSpecification":{"StreamEnabled":false}}']) t;
SELECT pg_temp.described('LatestStreamArn') LIKE '"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut/stream/20%' AS kept;

-- a new index over items that are there; some are unfit for it
SELECT dynamo.put_item(format('{"TableName":"ops_ut","Item":{"pk":{"S":"%s"},"g":%s}}', i,
    CASE i % 4 WHEN 0 THEN '{"N":"1"}' WHEN 1 THEN '{"S":""}' ELSE format('{"S":"g%s"}', i % 3) END)::json) IS NULL AS nothing FROM generate_series(1, 300) i GROUP BY 1;
SELECT pg_temp.update('{"AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"unused","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"pk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["q"]}}}]}')
  LIKE '%"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"pk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["q"]},"IndexStatus":"CREATING","Backfilling":true,%' AS creating;
CALL pg_temp.wait();
SELECT x->'IndexStatus' AS status, x->'Backfilling' AS backfilling, x->'ItemCount' AS items FROM json_array_elements(dynamo.describe_table('{"TableName":"ops_ut"}')->'Table'->'GlobalSecondaryIndexes') x;
SELECT pg_temp.described('AttributeDefinitions');
SELECT count(x1), count(DISTINCT substr(x1, 1, 16)) AS partitions FROM dynamo_data.ops_ut;
SELECT dynamo.query('{"TableName":"ops_ut","IndexName":"byG","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"g1"}},"Select":"COUNT"}')->'Count' AS of_g1;
-- an item that was unfit may be changed elsewhere, and is checked where it is changed
SELECT pg_temp.call('UpdateItem', format('{"TableName":"ops_ut","Key":{"pk":{"S":"%s"}},"UpdateExpression":"%s","ExpressionAttributeValues":%s}', pk, e, v))
  FROM (VALUES ('4', 'SET z = :v', '{":v":{"S":"x"}}'), ('4', 'SET g = :v', '{":v":{"N":"2"}}'), ('1', 'SET g = :v', '{":v":{"S":"x"}}'), ('1', 'SET g = :v', '{":v":{"S":""}}'), ('2', 'SET g = :v', '{":v":{"N":"1"}}')) t(pk, e, v);
SELECT pg_temp.call('PutItem', '{"TableName":"ops_ut","Item":{"pk":{"S":"4"},"g":{"N":"1"}}}');
SELECT pg_temp.update('{"AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}');
-- a key that is no key of the new index may be given another type, which is ignored
SELECT pg_temp.update('{"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"B"},{"AttributeName":"other","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byOther","KeySchema":[{"AttributeName":"other","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}') LIKE '{%' AS done;
CALL pg_temp.wait();
SELECT pg_temp.described('AttributeDefinitions');
SELECT pg_temp.update('{"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"byOther"}}]}') LIKE '{%' AS done;
-- a second one, and the first one goes
SELECT pg_temp.update('{"AttributeDefinitions":[{"AttributeName":"h","AttributeType":"N"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byH","KeySchema":[{"AttributeName":"h","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}') LIKE '{%' AS done;
CALL pg_temp.wait();
SELECT pg_temp.update('{"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"byG"}}]}') LIKE '%{"IndexName":"byG",%"IndexStatus":"DELETING",%{"IndexName":"byH",%"IndexStatus":"ACTIVE",%' AS deleting;
SELECT pg_temp.described('AttributeDefinitions'), pg_temp.described('GlobalSecondaryIndexes') LIKE '[{"IndexName":"byH",%' AS one;
\d dynamo_data.ops_ut
SELECT pg_temp.call('PutItem', '{"TableName":"ops_ut","Item":{"pk":{"S":"4"},"g":{"N":"1"},"h":{"N":"7"}}}');
-- the freed column's name is used again, for a table with a dropped column
SELECT pg_temp.update('{"AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"again","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}') LIKE '{%' AS done;
CALL pg_temp.wait();
SELECT column_name, name, status FROM dynamo_internal.indexes WHERE table_name = 'ops_ut' ORDER BY name;
SELECT count(x1), count(x2) FROM dynamo_data.ops_ut;
-- rolled back: nothing is left
BEGIN;
SELECT pg_temp.update('{"AttributeDefinitions":[{"AttributeName":"i","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"never","KeySchema":[{"AttributeName":"i","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}') LIKE '{%' AS done;
-- one at a time
SELECT pg_temp.update(t) FROM unnest(ARRAY['{"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"again"}}]}',
  '{"AttributeDefinitions":[{"AttributeName":"i","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"ever","KeySchema":[{"AttributeName":"i","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}']) t;
SELECT pg_temp.update('{"GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"never"}}]}') LIKE '{%' AS itself;
ROLLBACK;
SELECT count(*) FROM dynamo_internal.backfills;
-- of an index on demand only its maxima and what it is warm for can be updated
SELECT pg_temp.update(format('{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byH"%s}}]}', t)) FROM unnest(ARRAY['', ',"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}',
  ',"OnDemandThroughput":{"MaxWriteRequestUnits":0}', ',"WarmThroughput":{"WriteUnitsPerSecond":3999}']) t;
SELECT pg_temp.update(format('{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byH"%s}}]}', t)) LIKE '{%' AS done FROM unnest(ARRAY[',"OnDemandThroughput":{"MaxWriteRequestUnits":-1}', ',"WarmThroughput":{"WriteUnitsPerSecond":4000}']) t;
-- to provisioned: each index needs its units
SELECT pg_temp.update('{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}}');
SELECT pg_temp.update('{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5},"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byH","ProvisionedThroughput":{"ReadCapacityUnits":2,"WriteCapacityUnits":3}}},{"Update":{"IndexName":"again","ProvisionedThroughput":{"ReadCapacityUnits":4,"WriteCapacityUnits":5}}}]}') LIKE '{%' AS done;
SELECT x->>'IndexName' AS name, x->'WarmThroughput' AS warm, x->'ProvisionedThroughput'->'ReadCapacityUnits' AS r, x->'ProvisionedThroughput'->'WriteCapacityUnits' AS w FROM json_array_elements(dynamo.describe_table('{"TableName":"ops_ut"}')->'Table'->'GlobalSecondaryIndexes') x;
SELECT pg_temp.update('{"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byH","ProvisionedThroughput":{"ReadCapacityUnits":2,"WriteCapacityUnits":3}}}]}');

-- TTL
SELECT pg_temp.call('DescribeTimeToLive', '{"TableName":"ops_ut"}'), pg_temp.call('DescribeTimeToLive', '{"TableName":"ops_none"}');
SELECT pg_temp.call('UpdateTimeToLive', format('{"TableName":"%s","TimeToLiveSpecification":%s}', n, t))
  FROM (VALUES ('ops_none', '{"Enabled":true,"AttributeName":"ttl"}'), ('ops_ut', '{}'), ('ops_ut', '{"Enabled":true,"AttributeName":""}'), ('ops_ut', '{"Enabled":false,"AttributeName":"ttl"}'),
    ('ops_ut', '{"Enabled":true,"AttributeName":"ttl"}'), ('ops_ut', '{"Enabled":true,"AttributeName":"ttl"}'), ('ops_ut', '{"Enabled":true,"AttributeName":"other"}'), ('ops_ut', '{"Enabled":false,"AttributeName":"other"}')) v(n, t);
SELECT pg_temp.call('DescribeTimeToLive', '{"TableName":"ops_ut"}');
CALL pg_temp.wait();
SELECT dynamo.put_item(format('{"TableName":"ops_ut","Item":{"pk":{"S":"ttl%s"},"ttl":%s}}', i, v)::json) IS NULL AS nothing
  FROM (VALUES (1, '{"N":"1700000000"}'), (2, '{"N":"1.5"}'), (3, '{"S":"1700000000"}'), (4, '{"N":"1E30"}'), (5, '{"N":"-1"}')) t(i, v);
SELECT item OPERATOR(dynamo.->>) 'pk' AS pk, expires FROM dynamo_data.ops_ut WHERE item::text LIKE '%"ttl%' ORDER BY 1;
SELECT pg_temp.call('UpdateTimeToLive', '{"TableName":"ops_ut","TimeToLiveSpecification":{"Enabled":false,"AttributeName":"ttl"}}');
SELECT dynamo.put_item('{"TableName":"ops_ut","Item":{"pk":{"S":"ttl1"},"ttl":{"N":"1700000000"}}}'), dynamo.put_item('{"TableName":"ops_ut","Item":{"pk":{"S":"ttl6"},"exp":{"N":"1800000000"}}}');
SELECT pg_temp.call('UpdateTimeToLive', '{"TableName":"ops_ut","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"exp"}}');
CALL pg_temp.wait();
SELECT item OPERATOR(dynamo.->>) 'pk' AS pk, expires FROM dynamo_data.ops_ut WHERE item::text LIKE '%"ttl%' ORDER BY 1;

-- tags
SELECT pg_temp.call('TagResource', t) FROM unnest(ARRAY['{}', '{"ResourceArn":""}', '{"ResourceArn":"abcd","Tags":[]}', '{"ResourceArn":"a:b:c:d:e:f/g"}',
  '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ab","Tags":[]}', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_none","Tags":[]}', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_none","Tags":[{"Key":"a","Value":"b"}]}',
  '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut","Tags":[{"Key":"a"}]}']) t;
SELECT k, v, left(pg_temp.call('TagResource', json_build_object('ResourceArn', 'arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut', 'Tags', ARRAY[json_build_object('Key', k, 'Value', v), '{"Key":"x","Value":null}'])::text), 70)
  FROM (VALUES ('a b+-=._:/@9', '100%'), ('a,b', ''), ('ключ', '表 é,'), ('AWS:a', ''), ('', '')) t(k, v);
SELECT left(pg_temp.call('TagResource', format('{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut","Tags":[{"Key":"%s","Value":"%s"},{"Value":""}]}', repeat('é', k), repeat('é', v))), 60)
  FROM (VALUES (128, 256), (129, 1), (1, 257)) t(k, v);
SELECT pg_temp.call('UntagResource', json_build_object('ResourceArn', 'arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut', 'TagKeys', t)::text)
  FROM (VALUES (ARRAY['']), ((SELECT array_agg(i::text) FROM generate_series(1, 51) i))) v(t);
SELECT pg_temp.call('UntagResource', t) FROM unnest(ARRAY['{}', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_none"}', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_none","TagKeys":[]}', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_none","TagKeys":["a"]}']) t;
SELECT pg_temp.call('ListTagsOfResource', t) FROM unnest(ARRAY['{}', '{"ResourceArn":"abcd"}', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_none"}', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:111111111111:table/ops_ut"}', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut"}']) t;
SELECT pg_temp.call('TagResource', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut","Tags":[{"Key":"b","Value":"1"},{"Key":"a","Value":""}]}') AS empty;
SELECT pg_temp.call('TagResource', '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut","Tags":[{"Key":"b","Value":"2"}]}') AS empty;
SELECT dynamo.list_tags_of_resource('{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut"}');
SELECT pg_temp.call('TagResource', (SELECT '{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut","Tags":[' || string_agg('{"Key":"k' || i || '","Value":""}', ',') || ']}' FROM generate_series(1, 49) i));
SELECT dynamo.untag_resource('{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut","TagKeys":["a","zzz"]}'), dynamo.list_tags_of_resource('{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/ops_ut"}');

-- a new index: one action an element; keys are defined in the request, as what they are already
SELECT pg_temp.call('CreateTable', '{"TableName":"ops_ut2","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"GlobalSecondaryIndexes":[{"IndexName":"one","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}') LIKE '{"TableDescription%' AS created;
SELECT pg_temp.call('UpdateTable', format('{"TableName":"ops_ut2",%s"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"two","KeySchema":[{"AttributeName":"%s","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}%s}]}', d, k, m))
FROM (VALUES ('', 'g', ''), ('"AttributeDefinitions":[{"AttributeName":"g","AttributeType":"N"}],', 'g', ''), ('"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"B"}],', 'pk', ''),
  ('"AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],', 'g', ',"Delete":{"IndexName":"one"}')) v(d, k, m);
SELECT dynamo.delete_table('{"TableName":"ops_ut2"}') IS NOT NULL AS deleted;

SELECT dynamo.describe_continuous_backups('{"TableName":"ops_ut"}'), pg_temp.call('DescribeContinuousBackups', '{"TableName":"ops_none"}');
SELECT dynamo.delete_table('{"TableName":"ops_ut"}') IS NOT NULL AS deleted;
SELECT (SELECT count(*) FROM dynamo_internal.indexes WHERE table_name = 'ops_ut') AS indexes, (SELECT count(*) FROM dynamo_internal.tags WHERE table_name = 'ops_ut') AS tags;

-- a local index cannot be updated, and there is no 21st global one
SELECT dynamo.create_table(('{"TableName":"ops_ut_many","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
  "LocalSecondaryIndexes":[{"IndexName":"loc","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
  "GlobalSecondaryIndexes":[' || string_agg(format('{"IndexName":"g%s","KeySchema":[{"AttributeName":"sk","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}', i + 10), ',') || ']}')::json) IS NOT NULL AS created FROM generate_series(1, 20) i;
SELECT pg_temp.call('UpdateTable', '{"TableName":"ops_ut_many","AttributeDefinitions":[{"AttributeName":"sk","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[' || t || ']}')
  FROM unnest(ARRAY['{"Delete":{"IndexName":"loc"}}', '{"Update":{"IndexName":"loc","WarmThroughput":{"ReadUnitsPerSecond":20000}}}',
  '{"Create":{"IndexName":"g31","KeySchema":[{"AttributeName":"sk","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}']) t;
SELECT dynamo.delete_table('{"TableName":"ops_ut_many"}') IS NOT NULL AS deleted;
