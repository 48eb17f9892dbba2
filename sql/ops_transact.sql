-- TransactWriteItems and TransactGetItems: all or none, reasons, tokens, what is refused.
SET search_path = public, dynamo;
SELECT dynamo.create_table('{"TableName": "ops_tx", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}]}') IS NOT NULL AS created;
INSERT INTO dynamo_data.ops_tx (item) SELECT dynamo.to_item(jsonb_build_object('id', i, 'v', 10)) FROM unnest(ARRAY['a', 'b', 'c']) i;

-- one action, abbreviated: letter, id, condition
CREATE FUNCTION pg_temp.act(kind text, id text, condition text DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql
AS $$
    SELECT jsonb_build_object(kind, jsonb_strip_nulls(jsonb_build_object('TableName', 'ops_tx', 'ConditionExpression', condition,
        CASE kind WHEN 'Put' THEN 'Item' ELSE 'Key' END, jsonb_build_object('id', jsonb_build_object('S', id)))) || more)
$$;
CREATE FUNCTION pg_temp.tx(actions jsonb[], more jsonb DEFAULT '{}') RETURNS json LANGUAGE sql
AS $$
    SELECT dynamo.transact_write_items((jsonb_build_object('TransactItems', to_jsonb(actions)) || more)::json)
$$;
\set add '{"UpdateExpression": "SET v = v + :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}'
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'd'), pg_temp.act('Update', 'a', 'attribute_exists(id)', :'add'), pg_temp.act('Delete', 'b'), pg_temp.act('ConditionCheck', 'c', 'attribute_exists(v)')],
    '{"ReturnConsumedCapacity": "INDEXES"}');
SELECT item FROM dynamo.scan('ops_tx', NULL) AS item ORDER BY item ->> 'id';

-- reasons, one for each action, in their order; and nothing has changed
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'new'), pg_temp.act('Put', 'a', 'attribute_not_exists(id)'),
    pg_temp.act('Delete', 'c', 'attribute_not_exists(id)', '{"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}'),
    pg_temp.act('ConditionCheck', 'none', 'attribute_exists(id)', '{"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}'), pg_temp.act('Update', 'd', NULL, :'add')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Update', 'a', NULL, '{"UpdateExpression": "SET g = v"}'), pg_temp.act('Put', 'new')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'new'), pg_temp.act('Update', 'a', NULL, '{"UpdateExpression": "SET id = v"}'), pg_temp.act('Put', 'a', NULL, '{"Item": {"x": {"S": "y"}}}'),
    pg_temp.act('Delete', 'a', NULL, '{"Key": {}}')]);
SELECT item FROM dynamo.scan('ops_tx', NULL) AS item ORDER BY item ->> 'id';

-- refused as a whole: an empty key, of the table or of an index, before anything else about keys
SELECT pg_temp.tx(ARRAY[pg_temp.act('Delete', 'a', NULL, '{"Key": {}}'), pg_temp.act('Put', '')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Update', '', NULL, :'add')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Delete', '')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('ConditionCheck', '', 'attribute_exists(id)')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a', NULL, '{"Item": {"id": {"S": "a"}, "g": {"S": ""}}}')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Update', 'a', NULL, '{"UpdateExpression": "SET v = v + :n, g = :g", "ExpressionAttributeValues": {":n": {"N": "1"}, ":g": {"S": ""}}}')]);
SELECT dynamo.transact_get_items('{"TransactItems": [{"Get": {"TableName": "ops_tx", "Key": {"id": {"S": ""}}}}]}');
-- another type is a reason
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a', NULL, '{"Item": {"id": {"S": "a"}, "g": {"N": "1"}}}')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Update', 'a', NULL, '{"UpdateExpression": "SET g = :g", "ExpressionAttributeValues": {":g": {"N": "1"}}}')]);
-- and more
SELECT pg_temp.tx(ARRAY[]::jsonb[]);
SELECT pg_temp.tx(ARRAY['{}'::jsonb]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a') || pg_temp.act('Delete', 'a')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a'), pg_temp.act('Delete', 'a')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Update', 'a')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('ConditionCheck', 'a')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a', '!')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a', NULL, '{"ExpressionAttributeNames": {"#a": "b"}}')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a', NULL, '{"TableName": "no_such_table"}')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a', NULL, '{"Item": {"id": {"S": "a"}, "s": {"SS": []}}}')]);
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a')], jsonb_build_object('ClientRequestToken', repeat('t', 37)));
SELECT pg_temp.tx((SELECT array_agg(pg_temp.act('Put', 'a' || i, NULL, jsonb_build_object('Item', jsonb_build_object('id', jsonb_build_object('S', i::text), 'v', jsonb_build_object('S', repeat('x', 400000))))))
  FROM generate_series(1, 11) i));
SELECT count(*) FROM dynamo.scan('ops_tx', NULL);

-- tokens
SELECT pg_temp.tx(ARRAY[pg_temp.act('Update', 'a', NULL, :'add')], '{"ClientRequestToken": "once", "ReturnConsumedCapacity": "TOTAL"}');
SELECT pg_temp.tx(ARRAY[pg_temp.act('Update', 'a', NULL, :'add')], '{"ClientRequestToken": "once", "ReturnConsumedCapacity": "TOTAL"}');
SELECT pg_temp.tx(ARRAY[pg_temp.act('Update', 'a', NULL, '{"ExpressionAttributeValues": {":n": {"N": "1.0"}}, "UpdateExpression": "SET v = v + :n"}')], '{"ClientRequestToken": "once"}');
SELECT pg_temp.tx(ARRAY[pg_temp.act('Update', 'b', NULL, :'add')], '{"ClientRequestToken": "once"}');
SELECT dynamo.get_item('{"TableName": "ops_tx", "Key": {"id": {"S": "a"}}}');
-- a transaction that failed leaves no token behind
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a', 'attribute_not_exists(id)')], '{"ClientRequestToken": "failed"}');
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'e')], '{"ClientRequestToken": "failed"}');
-- an expired one may be used again
UPDATE dynamo_internal.idempotency_tokens SET made = made - interval '10 minutes' WHERE token = 'once';
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'f')], '{"ClientRequestToken": "once"}');
SELECT token, count(*) FROM dynamo_internal.idempotency_tokens GROUP BY token ORDER BY token;
-- they are removed by and by
UPDATE dynamo_internal.idempotency_tokens SET made = made - interval '10 minutes';
SELECT count(pg_temp.tx(ARRAY[pg_temp.act('Put', 'f')], jsonb_build_object('ClientRequestToken', 't' || i))) FROM generate_series(1, 64) i;
SELECT count(*) FILTER (WHERE made < now() - interval '10 minutes') AS expired, count(*) AS tokens FROM dynamo_internal.idempotency_tokens;
DELETE FROM dynamo_internal.idempotency_tokens;

-- TransactGetItems
SELECT dynamo.transact_get_items('{"TransactItems": [{"Get": {"TableName": "ops_tx", "Key": {"id": {"S": "a"}}, "ProjectionExpression": "v"}}, {"Get": {"TableName": "ops_tx", "Key": {"id": {"S": "none"}}}},
  {"Get": {"TableName": "ops_tx", "Key": {"id": {"S": "c"}}}}], "ReturnConsumedCapacity": "INDEXES"}');
-- a projection that leaves nothing of an item leaves no Item
SELECT dynamo.transact_get_items('{"TransactItems": [{"Get": {"TableName": "ops_tx", "Key": {"id": {"S": "a"}}, "ProjectionExpression": "nothing"}}, {"Get": {"TableName": "ops_tx", "Key": {"id": {"S": "c"}}, "ProjectionExpression": "id, nothing"}}]}');
SELECT dynamo.transact_get_items('{"TransactItems": []}');
SELECT dynamo.transact_get_items('{"TransactItems": [{}]}');
SELECT dynamo.transact_get_items('{"TransactItems": [{"Get": {"TableName": "ops_tx", "Key": {"id": {"S": "a"}}}}, {"Get": {"TableName": "ops_tx", "Key": {"id": {"S": "a"}}}}]}');
SELECT dynamo.transact_get_items('{"TransactItems": [{"Get": {"TableName": "ops_tx", "Key": {"id": {"S": "a"}}}}, {"Get": {"TableName": "ops_tx", "Key": {"id": {"N": "1"}}}}]}');
SELECT dynamo.transact_get_items('{"TransactItems": [{"Get": {"TableName": "ops_tx", "Key": {"id": {"S": "a"}}, "ProjectionExpression": "!"}}]}');
SELECT dynamo.transact_get_items('{"TransactItems": [{"Get": {"TableName": "no_such_table", "Key": {"id": {"S": "a"}}}}]}');

-- a hundred actions, and 4 MB of items read, are the limits
SELECT pg_temp.tx((SELECT array_agg(pg_temp.act('Put', 'h' || i, NULL, jsonb_build_object('Item', jsonb_build_object('id', jsonb_build_object('S', 'h' || i), 'v', jsonb_build_object('S', repeat('x', 41000))))))
  FROM generate_series(1, 100) i));
DO $$
BEGIN
    PERFORM pg_temp.tx((SELECT array_agg(pg_temp.act('Delete', 'h' || i)) FROM generate_series(1, 101) i));
EXCEPTION WHEN SQLSTATE 'KV001' THEN
    RAISE NOTICE '%', right(SQLERRM, 114);
END $$;
CREATE FUNCTION pg_temp.get(n integer) RETURNS json LANGUAGE sql
AS $$
    SELECT dynamo.transact_get_items(json_build_object('TransactItems', (SELECT json_agg(json_build_object('Get', json_build_object('TableName', 'ops_tx', 'Key',
        json_build_object('id', json_build_object('S', 'h' || i)), 'ProjectionExpression', 'id'))) FROM generate_series(1, n) i))) -> 'Responses'
$$;
SELECT json_array_length(pg_temp.get(100));
UPDATE dynamo_data.ops_tx SET item = dynamo.to_item(item::jsonb || jsonb_build_object('w', repeat('y', 2000))) WHERE item ->> 'id' LIKE 'h%';
SELECT pg_temp.get(100);
SELECT json_array_length(pg_temp.get(97));

-- only the first key that is wrong is a reason, and no condition is
SELECT pg_temp.tx(ARRAY[pg_temp.act('Put', 'a', 'attribute_not_exists(id)'), pg_temp.act('Put', 'b', NULL, '{"Item": {"id": {"N": "7"}}}'), pg_temp.act('Put', 'c', NULL, '{"Item": {"id": {"N": "8"}}}')]);

SELECT dynamo.delete_table('{"TableName": "ops_tx"}') IS NOT NULL AS deleted;
