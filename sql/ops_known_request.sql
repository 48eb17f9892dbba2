-- Requests that differ from one before in nothing but values: what the server
-- remembers of the first ones must not show in the answers to the others.

SELECT dynamo.create_table('{"TableName": "Known", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}') IS NOT NULL;

CREATE FUNCTION answer(operation text, request text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN dynamo_internal.execute(operation, request, NULL);
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- The same update with these values of :v, one after the other.
CREATE FUNCTION updates(expression text, condition text, VARIADIC vals text[]) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT answer('UpdateItem', format('{"TableName": "Known", "Key": {"pk": {"S": "a"}}, "UpdateExpression": %s,
    "ConditionExpression": %s, "ExpressionAttributeValues": {":v": %s}, "ReturnValues": "ALL_NEW"}',
    to_json(expression), to_json(condition), v))
  FROM unnest(vals) WITH ORDINALITY AS u(v, i) ORDER BY i
$$;

-- values of one type, of others, wrong ones, broken ones, and good ones again
SELECT * FROM updates('SET x = :v', 'attribute_not_exists(nothing)',
  '{"N": "1"}', '{"N": "2"}', '{"N": "3"}', '{"S": "four"}', '{"N": "5"}', '{"N": "no number"}',
  '{"SS": []}', '{"N": "6"}', '{}', 'null', '7', '{"N": 8}', '{"N": "9"', '{"L": [{"N": "10"}]}', '{ "N" : "11" }',
  '{"N": "12", "S": "12"}', '{"S": "quote \" and \u00e4"}', '{"B": "AAE="}', '{"B": "A"}', '{"N": "13"}');

-- types that binding looks at
SELECT * FROM updates('SET x = x + :v', 'x < :v', '{"N": "100"}', '{"N": "1000"}', '{"N": "10000"}', '{"S": "s"}', '{"BOOL": true}', '{"N": "5"}');
SELECT * FROM updates('ADD y :v', 'attribute_exists(pk)', '{"N": "1"}', '{"N": "2"}', '{"SS": ["a"]}', '{"S": "s"}', '{"N": "3"}', '{"NULL": true}');

-- values that binding itself looks at
SELECT * FROM updates('SET x = :v', 'attribute_type(pk, :v)', '{"S": "S"}', '{"S": "S"}', '{"S": "N"}', '{"S": "Z"}', '{"S": "S"}');
SELECT * FROM updates('SET x = :v', 'size(pk) BETWEEN :v AND :v', '{"N": "1"}', '{"N": "1"}', '{"N": "2"}', '{"S": "1"}', '{"N": "1"}');
SELECT answer('UpdateItem', format('{"TableName": "Known", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET z = :a",
    "ConditionExpression": "size(pk) BETWEEN :a AND :b", "ExpressionAttributeValues": {":a": {"N": "%s"}, ":b": {"N": "%s"}}}', a, b))
  FROM (VALUES (1, 2), (1, 3), (3, 1), (2, 3)) AS v(a, b);

-- a mistake in the text itself is one each time
SELECT * FROM updates('SET x = :w', 'attribute_exists(pk)', '{"N": "1"}', '{"N": "2"}', '{"N": "3"}');
SELECT answer('UpdateItem', format('{"TableName": "Known", "Key": {"pk": {"S": "%s"}}, "ReturnValues": "SOME"}', v)) FROM generate_series(1, 3) AS v;

-- keys: another item, wrong and missing attributes, faults; with the values behind them broken, too
SELECT answer('UpdateItem', format('{"TableName": "Known", "Key": {%s}, "UpdateExpression": "SET n = :n",
    "ExpressionAttributeValues": {":n": {"N": "%s"}}, "ReturnValues": "ALL_NEW"}', k, n))
  FROM (VALUES ('"pk": {"S": "b"}', '1'), ('"pk": {"S": "c"}', '2'), ('"pk": {"S": "d"}', '3'), ('"pk": {"N": "4"}', '4'),
    ('"pk": {"S": ""}', '5'), ('"pk": {"SS": []}', 'x'), ('"pk": {"S": "e"}', 'x'), ('', '7'), ('"qk": {"S": "f"}', '8'), ('"pk": 9', '9'),
    ('"pk": {"S": "g"}', '10'), ('"pk": {"S": "h\u0041\n"}', '11')) AS v(k, n);

-- a member, a key and a placeholder twice, where the last counts
SELECT answer('GetItem', format('{"TableName": "Known", "Key": {"pk": {"S": "no"}}, "Key": {"pk": {"S": "%s"}}}', k)) FROM unnest(ARRAY['b', 'c', 'd']) AS k;
SELECT answer('GetItem', format('{"TableName": "Known", "Key": {"pk": {"S": "no"}, "pk": {"S": "%s"}}}', k)) FROM unnest(ARRAY['b', 'c', 'd']) AS k;
SELECT answer('UpdateItem', format('{"TableName": "Known", "Key": {"pk": {"S": "b"}}, "UpdateExpression": "SET n = :n",
    "ExpressionAttributeValues": {":n": {"N": "%s"}, ":n": {"N": "%s"}}, "ReturnValues": "UPDATED_NEW"}', n, n + 1)) FROM generate_series(1, 3) AS n;

-- reads, and what stands around a value: null, no value, more behind it
SELECT answer('GetItem', format('{"TableName": "Known", "Key": %s, "ProjectionExpression": "n"%s', k, e))
  FROM (VALUES ('{"pk": {"S": "b"}}', '}'), ('{"pk": {"S": "c"}}', '}'), ('{"pk": {"S": "d"}}', '}'), ('null', '}'), ('[]', '}'), ('"x"', '}'),
    ('{"pk": {"S": "b"}}', '} '), ('{"pk": {"S": "b"}}', ''), ('{"pk": {"S": "b"}}', '}}'), ('{"pk": {"S": "c"}}', '}')) AS v(k, e);
SELECT answer('Query', format('{"TableName": "Known", "KeyConditionExpression": "pk = :k", "ExpressionAttributeValues": {":k": {"%s": "%s"}}}', t, k))
  FROM (VALUES ('S', 'b'), ('S', 'c'), ('S', 'd'), ('N', '1'), ('N', 'x'), ('S', 'b')) AS v(t, k);

-- puts: items of many sizes and shapes, also too large ones
SELECT left(answer('PutItem', format('{"TableName": "Known", "Item": {"pk": {"S": "p"}, "t": {"S": "%s"}},
    "ConditionExpression": "t <> :t", "ExpressionAttributeValues": {":t": {"S": "%s"}}, "ReturnValues": "ALL_OLD"}', repeat('x', n), t)), 70), n
  FROM (VALUES (1, 'a'), (2, 'b'), (3, 'xx'), (2000, 'c'), (409700, 'd'), (409700, 'd'), (3, 'e'), (4, 'xxx')) AS v(n, t);

-- deletes, with legacy conditions
SELECT answer('DeleteItem', format('{"TableName": "Known", "Key": {"pk": {"S": "%s"}}, "Expected": {"n": {"Value": {"N": "%s"}}}, "ReturnValues": "ALL_OLD"}', k, n))
  FROM (VALUES ('b', 4), ('b', 5), ('c', 2), ('d', 3), ('d', 3)) AS v(k, n);

-- more texts than are remembered, again and again
SELECT count(DISTINCT answer), min(answer) FROM (SELECT answer('UpdateItem', format('{"TableName": "Known", "Key": {"pk": {"S": "m"}}, "UpdateExpression": "SET a%s = :v",
    "ExpressionAttributeValues": {":v": {"N": "%s"}}, "ReturnValues": "UPDATED_NEW"}', i % 40, i)) FROM generate_series(1, 400) AS i) AS t(answer);

DROP FUNCTION updates, answer;
SELECT dynamo.delete_table('{"TableName": "Known"}') IS NOT NULL;
