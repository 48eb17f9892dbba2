--
-- execute_each: many requests of one reading operation in one statement.
--
\pset format unaligned
\pset tuples_only on
SELECT length(dynamo.create_table('{"TableName": "Each", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}]}')::text) > 0;
SELECT count(dynamo.put_item(json_build_object('TableName', 'Each', 'Item', format('{"a": {"S": "%s"}, "n": {"N": "%s"}}', i % 2, i)::json)))
  FROM generate_series(1, 6) AS i;
CREATE FUNCTION pg_temp.get(n integer) RETURNS text LANGUAGE sql
RETURN format('{"TableName": "Each", "Key": {"a": {"S": "%s"}, "n": {"N": "%s"}}}', n % 2, n);

-- a row for each, in their order
SELECT dynamo_internal.execute_each('GetItem', ARRAY[pg_temp.get(3), pg_temp.get(9), pg_temp.get(1), pg_temp.get(3)], '{a,b,c,d}');
SELECT dynamo_internal.execute_each('Query', ARRAY[
    '{"TableName": "Each", "KeyConditionExpression": "a = :a", "ExpressionAttributeValues": {":a": {"S": "0"}}, "Select": "COUNT"}',
    '{"TableName": "Each", "KeyConditionExpression": "a = :a", "ExpressionAttributeValues": {":a": {"S": "0"}}, "Limit": 1}'], '{a,b}');
SELECT * FROM dynamo_internal.execute_each('GetItem', ARRAY[pg_temp.get(1), pg_temp.get(2)], '{a,b}') WITH ORDINALITY;
SELECT count(*), count(DISTINCT answer) FROM dynamo_internal.execute_each('GetItem',
    array(SELECT pg_temp.get(i % 6 + 1) FROM generate_series(1, 1000) AS i), array_fill('me'::text, '{1000}')) AS answer;

-- arrays however they are stored, and whatever their bounds are
CREATE TEMP TABLE stored AS
SELECT array(SELECT pg_temp.get(i) FROM generate_series(1, n) AS i) AS requests, array_fill('me'::text, ARRAY[n]) AS principals
  FROM unnest('{1,2,400}'::integer[]) AS n;
SELECT count(*), count(DISTINCT answer)
  FROM (SELECT dynamo_internal.execute_each('GetItem', requests, principals) AS answer FROM stored) AS answers;
SELECT dynamo_internal.execute_each('GetItem', ('[5:6]={"",""}'::text[])[5:4] || pg_temp.get(1), '[0:0]={me}');

-- a row is there before the next request is looked at
BEGIN;
DECLARE answers CURSOR FOR
SELECT dynamo_internal.execute_each('GetItem', ARRAY[pg_temp.get(1), pg_temp.get(2), '{"TableName": "None"}', pg_temp.get(3)], '{a,b,c,d}');
FETCH 2 FROM answers;
FETCH 1 FROM answers;
ROLLBACK;
-- nobody has to take them all
SELECT dynamo_internal.execute_each('GetItem', ARRAY[pg_temp.get(1), '{'], '{a,b}') LIMIT 1;

-- it reads what the transaction has written
BEGIN;
SELECT dynamo.put_item('{"TableName": "Each", "Item": {"a": {"S": "1"}, "n": {"N": "7"}, "new": {"BOOL": true}}}');
SELECT dynamo_internal.execute_each('GetItem', ARRAY[pg_temp.get(7), pg_temp.get(8)], '{a,b}');
ROLLBACK;

-- no requests, no rows
SELECT dynamo_internal.execute_each('GetItem', '{}', '{}');
SELECT dynamo_internal.execute_each('GetItem', NULL, '{}');

-- refused
SELECT dynamo_internal.execute_each('getItem', '{}', '{}');
SELECT dynamo_internal.execute_each('PutItem', '{}', '{}');
SELECT dynamo_internal.execute_each('CreateTable', ARRAY['{}'], ARRAY['me']);
SELECT dynamo_internal.execute_each('GetItem', ARRAY['{}', '{}'], ARRAY['me']);
SELECT dynamo_internal.execute_each('GetItem', ARRAY['{}'], ARRAY['me', 'you']);
SELECT dynamo_internal.execute_each('GetItem', ARRAY['{}', NULL], ARRAY['me', 'you']);
SELECT dynamo_internal.execute_each('GetItem', ARRAY['{}', '{}'], ARRAY[NULL, 'you']);
SELECT dynamo_internal.execute_each('GetItem', ARRAY[['{}'], ['{}']], ARRAY['me', 'you']);
SELECT dynamo_internal.execute_each('GetItem', ARRAY['{}', '{}'], ARRAY[['me'], ['you']]);

SELECT length(dynamo.delete_table('{"TableName": "Each"}')::text) > 0;
