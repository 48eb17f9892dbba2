--
-- Reading and validating requests: types of members, constraints, texts.
--
\pset format unaligned
CREATE FUNCTION pg_temp.call(operation text, request text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    response text;
BEGIN
    response := dynamo_internal.execute(operation, request, 'arn:aws:iam::123456789012:user/u');
    RETURN CASE operation WHEN 'ListTables' THEN 'names' ELSE response END;
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- no JSON at all, or no object
SELECT pg_temp.call('ListTables', t)
  FROM unnest(ARRAY['', ' ', 'hi', '[]', '"x"', '1', 'null', '{', '{}x', '{"Limit":1', '{"Limit" 1}', '{"a":1,}', '{''a'':1}']) t;

-- unknown operations
SELECT pg_temp.call(t, '{}') FROM unnest(ARRAY['', 'listTables', 'ListTablesX', 'ListTable']) t;
SELECT dynamo_internal.execute(NULL, '{}', NULL) IS NULL AS null_operation, dynamo_internal.execute('ListTables', NULL, NULL) IS NULL AS null_request;

-- unknown members are skipped whatever they hold, null is absent, of equal ones the last counts
SELECT pg_temp.call('ListTables', '{"Foo":[[{"a":[1,2,{}]}]],"Limit":null,"Bar":"\u0000"}');
SELECT pg_temp.call('ListTables', '{"Limit":0,"Limit":5}');

-- strings
SELECT pg_temp.call('DescribeTable', '{"TableName":' || t || '}')
  FROM unnest(ARRAY['true', 'false', '23', '-2147483648', '34.56', '1e3', '[]', '{}']) t;
-- integers
SELECT pg_temp.call('ListTables', '{"Limit":' || t || '}')
  FROM unnest(ARRAY['"23"', 'true', 'false', '[]', '{}', '2147483648', '9223372036854775808', '1e30', '1.9', '0.9', '-1']) t;
-- longs, and structures as members
SELECT pg_temp.call('CreateTable', '{"ProvisionedThroughput":' || t || '}')
  FROM unnest(ARRAY['"23"', 'true', '23', '[]', '{"ReadCapacityUnits":"1"}', '{"ReadCapacityUnits":true}', '{"ReadCapacityUnits":[]}', '{"ReadCapacityUnits":{}}']) t;
-- booleans
SELECT pg_temp.call('CreateTable', '{"DeletionProtectionEnabled":' || t || '}')
  FROM unnest(ARRAY['"23"', '23', '34.56', '[]', '{}', '"true"', '"No"', '1']) t;
-- lists, and structures as elements
SELECT pg_temp.call('CreateTable', '{"KeySchema":' || t || '}')
  FROM unnest(ARRAY['"23"', 'true', '23', '{}', '["a"]', '[1]', '[[]]', '[{"KeyType":1}]']) t;
-- maps, items and values
SELECT pg_temp.call('GetItem', '{"Key":' || t || '}')
  FROM unnest(ARRAY['"23"', 'true', '[]', '{"a":"x"}', '{"a":[]}', '{"a":{"S":1}}', '{"a":{"S":true}}']) t;
SELECT pg_temp.call('GetItem', '{"ExpressionAttributeNames":' || t || '}')
  FROM unnest(ARRAY['"23"', 'true', '[]', '{"#a":1}', '{"#a":{}}']) t;
SELECT pg_temp.call('BatchGetItem', '{"RequestItems":' || t || '}')
  FROM unnest(ARRAY['"23"', '[]', '{"abc":[]}', '{"abc":"x"}', '{"abc":{"Keys":[1]}}', '{"abc":{"Keys":[[]]}}']) t;
SELECT pg_temp.call('BatchWriteItem', '{"RequestItems":' || t || '}')
  FROM unnest(ARRAY['"23"', '[]', '{"abc":{}}', '{"abc":"x"}', '{"abc":["x"]}']) t;

-- table names: alone, and before everything else
SELECT pg_temp.call('GetItem', '{"ReturnConsumedCapacity":"x","TableName":' || t || '}')
  FROM unnest(ARRAY['""', '"a;"', '"ab"', '"abc;"', '"é€é"', '"arn:aws:dynamodb:us-east-1:123456789012:table/a;b"',
       '"arn:aws:dynamodb:us-east-1:123456789012:table/abc/index/def"', '"arn:aws:s3:::abc"', 'null']) t;
SELECT pg_temp.call('GetItem', '{"TableName":"' || repeat('a', 256) || '"}');
SELECT pg_temp.call('GetItem', '{"TableName":"' || repeat('a', 1025) || '"}') LIKE '%at ''tableName'' failed to satisfy constraint: Member must have length less than or equal to 1024' AS too_long;
SELECT pg_temp.call('DescribeTable', '{}'), pg_temp.call('CreateTable', '{}'), pg_temp.call('GetItem', '{}');
SELECT pg_temp.call('CreateTable', '{"TableName":' || t || '}')
  FROM unnest(ARRAY['""', '"a;"', '"arn:aws:dynamodb:us-east-1:123456789012:table/abcd"']) t;

-- ARNs: whose
SELECT pg_temp.call('DescribeTable', '{"TableName":"' || t || '"}')
  FROM unnest(ARRAY['arn:aws:dynamodb:us-east-1:123456789012:table/nobody', 'arn:aws:dynamodb:us-east-1:111111111111:table/nobody',
       'arn:aws:dynamodb:eu-west-1:123456789012:table/nobody']) t;

-- an error ends an operation, too: whoever comes next has another name
SELECT FROM dynamo.scan('arn:aws:dynamodb:us-east-1:111111111111:table/nobody', NULL);
-- several constraints, up to ten, in the order of the members
SELECT pg_temp.call('CreateTable', '{"TableName":"abc"}');
SELECT pg_temp.call('CreateTable', '{"TableName":"abc","AttributeDefinitions":[],"KeySchema":[],"ProvisionedThroughput":{"ReadCapacityUnits":-1,"WriteCapacityUnits":-1},"BillingMode":"A"}');
SELECT pg_temp.call('CreateTable', '{"TableName":"abc","AttributeDefinitions":[],"KeySchema":[{"KeyType":"HASH"},{"AttributeName":"a"},{"KeyType":"Woop","AttributeName":"a"}]}');
SELECT pg_temp.call('CreateTable', '{"TableName":"abc","AttributeDefinitions":[],"KeySchema":[null]}');
SELECT pg_temp.call('CreateTable', '{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"INVALID"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"LocalSecondaryIndexes":[{},{},{},{},{}]}');
SELECT pg_temp.call('CreateTable', '{"TableName":"abc","AttributeDefinitions":[],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"LocalSecondaryIndexes":[{"IndexName":"h;","KeySchema":[],"Projection":{"NonKeyAttributes":[],"ProjectionType":"abc"}}]}');
SELECT pg_temp.call('BatchGetItem', '{"RequestItems":{}}'), pg_temp.call('BatchGetItem', '{}');
SELECT pg_temp.call('BatchGetItem', '{"RequestItems":{"a;":{"Keys":[{"a":{"S":"x"}}],"ConsistentRead":true},"abc":{}}}');
SELECT pg_temp.call('BatchWriteItem', '{"RequestItems":{"abc":[]}}');
SELECT pg_temp.call('BatchWriteItem', '{"RequestItems":{"abc":[{"PutRequest":{}},{"DeleteRequest":{}}]}}');
SELECT pg_temp.call('TransactWriteItems', '{"TransactItems":[]}');
-- how values are echoed
SELECT left(pg_temp.call('TransactGetItems', (SELECT '{"TransactItems":[' || string_agg('{"Get":{"TableName":"abc","Key":{"a":{"S":"x"},"b":{"M":{"n":{"N":"1.0"}}},"c":{"L":[{"BOOL":true},{"NULL":true}]},"d":{"SS":["q"]},"e":{"B":"AAEC"}}}}', ',') || ']}' FROM generate_series(1, 101))), 1300) AS echo;
-- a map of very many equal keys, and an echo of very many bytes
SELECT pg_temp.call('BatchGetItem', (SELECT '{"RequestItems":{' || string_agg('"abc":{"Keys":[]}', ',') || '}}' FROM generate_series(1, 50000)));
SELECT length(pg_temp.call('DescribeTable', '{"TableName":"' || repeat(';', 3000000) || '"}')) BETWEEN 1000000 AND 1100000 AS cut;

-- from SQL a request may be a literal, a parameter, text, json or jsonb; nobody reads it before the operation
SELECT dynamo.get_item('{"TableName": "none", "Key": {"a": {"S": "\u0000"}}}');
PREPARE get AS SELECT dynamo.get_item($1);
SELECT parameter_types FROM pg_prepared_statements WHERE name = 'get';
EXECUTE get('{"TableName": "none", "Key": {"a": {"S": "b"}}}');
SELECT dynamo.get_item('{"TableName": "none", "Key": {}}'::text);
SELECT dynamo.get_item(json_build_object('TableName', 'none', 'Key', '{}'::json));
SELECT dynamo.get_item(jsonb_build_object('TableName', 'none', 'Key', '{}'::jsonb));
SELECT dynamo.get_item(request => '{"TableName": "none"');
SELECT dynamo.get_item(NULL) IS NULL AS null_request;
SELECT ' {"not": json'::dynamo.request;
