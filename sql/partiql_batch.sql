--
-- BatchExecuteStatement and ExecuteTransaction.
--
CREATE SCHEMA partiql_batch;
SET search_path = partiql_batch, dynamo, public;

SELECT dynamo.create_table('{"TableName": "BatchC", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [{"IndexName": "gsi", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}')
    -> 'TableDescription' ->> 'TableStatus' AS status;

CREATE FUNCTION call(operation text, request jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    extras text;
BEGIN
    RETURN dynamo_internal.execute(operation, request::text, NULL);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, extras = PG_EXCEPTION_DETAIL;
    RETURN rtrim(SQLSTATE || ' ' || message || ' ' || extras);
END $$;
-- T is the table; a statement may be followed by other members of its object
CREATE FUNCTION members(list text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(CASE WHEN s ~ '^\{"' THEN replace(s, ' T', ' \"BatchC\"')::jsonb ELSE jsonb_build_object('Statement', replace(s, ' T', ' "BatchC"')) END ORDER BY n)
    FROM unnest(list) WITH ORDINALITY AS u(s, n)
$$;
CREATE FUNCTION batch(VARIADIC list text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    answer text := call('BatchExecuteStatement', jsonb_build_object('Statements', members(list), 'ReturnConsumedCapacity', 'TOTAL'));
BEGIN
    IF answer !~ '^\{' THEN RETURN NEXT answer; RETURN; END IF;
    RETURN QUERY SELECT r::text FROM json_array_elements(answer::json -> 'Responses') AS r;
    RETURN NEXT 'capacity: ' || (answer::json -> 'ConsumedCapacity');
END $$;
CREATE FUNCTION tx(VARIADIC list text[]) RETURNS text LANGUAGE sql AS $$
    SELECT call('ExecuteTransaction', jsonb_build_object('TransactStatements', members(list)))
$$;
CREATE FUNCTION stored(pk text) RETURNS json LANGUAGE sql AS $$
    SELECT dynamo.get_item(json_build_object('TableName', 'BatchC', 'Key', json_build_object('pk', json_build_object('S', pk), 'sk', json_build_object('S', '1')))) -> 'Item'
$$;

-- batches
SELECT batch($$INSERT INTO T VALUE {'pk': 'a', 'sk': '1', 'n': 1, 'g': 'x'}$$, $$INSERT INTO T VALUE {'pk': 'b', 'sk': '1', 'n': 2}$$);
SELECT batch($$SELECT * FROM T WHERE pk = 'a' AND sk = '1'$$, $$SELECT n FROM T WHERE pk = 'nobody' AND sk = '1'$$, $$SELECT * FROM "NoSuchTable" WHERE pk = 'a'$$, $$SLECT * FROM T WHERE pk = 'a'$$,
    $$SELECT * FROM T WHERE n = 1$$, $$SELECT * FROM T WHERE pk = 'a'$$, $$SELECT * FROM T.gsi WHERE pk = 'a' AND sk = '1'$$, $$SELECT n FROM T WHERE pk IN ['b'] AND sk = '1'$$, $$SELECT * FROM T WHERE pk = 'a' AND sk = '1' AND n = 1$$,
    $$SELECT * FROM T WHERE pk = 'a' AND sk = '1' AND pk = 'b'$$, $$EXISTS(SELECT * FROM T WHERE pk = 'a' AND sk = '1' AND n = 1)$$, $$SELECT * FROM T WHERE pk = 'a' AND sk = ?$$, $$SELECT * FROM T WHERE pk = 1 AND sk = '1'$$);
SELECT batch('{"Statement": "SELECT n FROM T WHERE pk = ? AND sk = ''1''", "Parameters": [{"S": "a"}], "ConsistentRead": true}', '{"Statement": "SELECT n FROM T WHERE pk = ? AND sk = ''1''", "Parameters": [{"S": "b"}]}');
SELECT batch($$UPDATE T SET n = 5 WHERE pk = 'a' AND sk = '1' RETURNING ALL NEW *$$, $$INSERT INTO T VALUE {'pk': 'b', 'sk': '1'}$$, $$DELETE FROM T WHERE pk = 'c' AND sk = '1'$$, 'garbage', $$UPDATE T SET n = 1 WHERE pk = 'd' AND sk = '1'$$,
    $$DELETE FROM T WHERE pk = 'e' AND sk = '1' RETURNING MODIFIED OLD *$$, $$UPDATE T SET g = n WHERE pk = 'f' AND sk = '1'$$, '{"Statement": "UPDATE T SET n = ? WHERE pk = ''a'' AND sk = ''1''", "Parameters": [{"SS": []}]}');
-- a failed condition: the item is not returned, even where it is asked for
SELECT batch('{"Statement": "UPDATE T SET z = 1 WHERE pk = ''a'' AND sk = ''1'' AND n = 99", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}',
    '{"Statement": "UPDATE T SET z = 1 WHERE pk = ''nobody'' AND sk = ''1''", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}',
    '{"Statement": "DELETE FROM T WHERE pk = ''f'' AND sk = ''1'' AND n = 99", "ReturnValuesOnConditionCheckFailure": "NONE"}');
-- a statement that fails when it runs leaves nothing behind, the others stay
SELECT batch($$UPDATE T SET g = n WHERE pk = 'a' AND sk = '1'$$, $$UPDATE T SET n = n + 1 WHERE pk = 'b' AND sk = '1'$$, $$INSERT INTO T VALUE {'pk': 'c', 'sk': '1'}$$);
SELECT stored('a'), stored('b'), stored('c');
SELECT batch($$SELECT * FROM T WHERE pk = 'a' AND sk = '1'$$, $$UPDATE T SET z = 1 WHERE pk = 'b' AND sk = '1'$$);
SELECT batch($$SELECT * FROM T WHERE pk = 'a' AND sk = '1'$$, $$SELECT n FROM T WHERE sk = '1' AND pk = 'a'$$);
SELECT batch($$UPDATE T SET z = 1 WHERE pk = 'a' AND sk = '1'$$, $$DELETE FROM T WHERE pk = 'a' AND sk = '1'$$);
SELECT call('BatchExecuteStatement', '{"Statements": []}'), left(call('BatchExecuteStatement', jsonb_build_object('Statements', members(array_fill('x'::text, ARRAY[26])))), 60);

-- transactions of writes
SELECT tx($$INSERT INTO T VALUE {'pk': 't1', 'sk': '1'}$$, $$UPDATE T SET n = 6 WHERE pk = 'a' AND sk = '1'$$, $$DELETE FROM T WHERE pk = 'c' AND sk = '1'$$, $$EXISTS(SELECT * FROM T WHERE pk = 'b' AND sk = '1' AND nope IS MISSING)$$);
SELECT stored('t1'), stored('a'), stored('c');
SELECT tx($$FROM T WHERE pk = 'a' AND sk = '1' SET ss = set_add(ss, <<'x'>>)$$, $$DELETE FROM T WHERE pk = 'nobody' AND sk = '1' AND n = 1$$);
SELECT tx($$INSERT INTO T VALUE {'pk': 'a', 'sk': '1'}$$, $$INSERT INTO T VALUE {'pk': 't2', 'sk': '1'}$$);
SELECT tx($$EXISTS(SELECT * FROM T WHERE pk = 'a' AND sk = '1' AND n IS MISSING)$$, $$UPDATE T SET z = 1 WHERE pk = 'b' AND sk = '1'$$);
SELECT tx($$EXISTS(SELECT * FROM T WHERE pk = 'a' AND sk = '1' AND pk = 'b' AND n = 6)$$, $$UPDATE T SET z = 1 WHERE pk = 'b' AND sk = '1'$$);
SELECT tx($$EXISTS(SELECT * FROM T WHERE pk = 'nobody' AND sk = '1' AND n IS MISSING)$$);
SELECT tx('{"Statement": "UPDATE T SET z = 1 WHERE pk = ''a'' AND sk = ''1'' AND n = 99", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}', $$UPDATE T SET z = n + nope WHERE pk = 'b' AND sk = '1'$$, $$UPDATE T SET z = 1 WHERE pk = 'nobody' AND sk = '1'$$);
SELECT stored('t2'), stored('b');
-- keys and tables that are missing are reasons
SELECT tx($$UPDATE T SET z = 1 WHERE pk = 'k'$$, $$UPDATE T SET z = 1 WHERE pk IN ['k'] AND sk = '1'$$, $$UPDATE T SET z = 1 WHERE pk = 'k' AND sk = '1' AND pk = 'other'$$, $$UPDATE T SET z = 1 WHERE pk = 'k' AND sk = 1$$, $$UPDATE T SET z = 1 WHERE pk = 'k' AND sk = '1'$$);
SELECT tx($$INSERT INTO T VALUE {'pk': 'k'}$$, $$DELETE FROM T WHERE sk = '1'$$, $$UPDATE T SET sk = '2' WHERE pk = 'k' AND sk = '1'$$);
SELECT tx($$UPDATE "NoSuchTable" SET a = 1 WHERE pk = 'x'$$, $$DELETE FROM "NoSuchTable" WHERE pk = 'x'$$, $$UPDATE T SET z = 1 WHERE pk = 'a' AND sk = '1'$$);
-- statements that are wrong fail the request
SELECT s, tx(s, $$UPDATE T SET z = 1 WHERE pk = 'b' AND sk = '1'$$) FROM unnest(ARRAY[
    'garbage', '1 + 2', 'SELECT * FROM T WHERE', $$EXISTS(SELECT * FROM T WHERE pk = 'a' AND sk = '1')$$, $$EXISTS(SELECT * FROM T WHERE pk IN ['a'] AND sk = '1' AND n = 1)$$,
    $$EXISTS(SELECT * FROM T.gsi WHERE g = 'a' AND n = 1)$$, $$EXISTS(SELECT * FROM T WHERE pk = 'a' AND sk = '1' AND n = 1) = true$$, $$UPDATE T SET z = 1 WHERE pk = 'a' AND sk = '1' RETURNING ALL NEW *$$,
    $$UPDATE T.gsi SET z = 1 WHERE pk = 'a' AND sk = '1'$$, $$UPDATE T SET z = n + [1] WHERE pk = 'a' AND sk = '1'$$, $$EXISTS(SELECT COUNT(*) FROM T WHERE pk = 'a')$$, $$EXISTS(SELECT * FROM T WHERE pk = 'a' LIMIT 1)$$, $$INSERT INTO T VALUE {'pk': 'z', 'sk': '1', 'x': [<<'a', 'a'>>]}$$, $$SELECT * FROM T WHERE pk = 'a' AND sk = '1'$$,
    $$DELETE FROM T WHERE pk = 'b' AND sk = '1'$$]) AS s;
SELECT tx($$UPDATE "NoSuchTable" SET a = 1 WHERE pk = 'x'$$, $$UPDATE T SET a = 1 WHERE pk = 'a' AND sk = '1' RETURNING ALL NEW *$$);
SELECT tx('{"Statement": "UPDATE T SET z = ? WHERE pk = ''a'' AND sk = ''1''", "Parameters": [{"N": "1"}]}', '{"Statement": "INSERT INTO T VALUE {''pk'': ''z'', ''sk'': ''1'', ''x'': ?}", "Parameters": [{"SS": ["a", "a"]}]}');
SELECT call('ExecuteTransaction', '{"TransactStatements": []}'), left(call('ExecuteTransaction', jsonb_build_object('TransactStatements', members(array_fill('x'::text, ARRAY[101])))), 60);

-- transactions of reads
SELECT tx($$SELECT * FROM T WHERE pk = 'a' AND sk = '1'$$, $$SELECT n FROM T WHERE pk = 'b' AND sk = '1'$$, $$SELECT * FROM T WHERE pk = 'nobody' AND sk = '1'$$, $$SELECT n FROM T WHERE pk IN ['t1'] AND sk IN ['1']$$);
SELECT s, tx(s) FROM unnest(ARRAY[
    $$SELECT * FROM T WHERE pk = 'a'$$, $$SELECT * FROM T$$, $$SELECT * FROM T WHERE pk = 'a' AND sk = '1' AND n = 1$$, $$SELECT * FROM T WHERE pk = 'a' AND sk = '1' AND pk = 'b'$$, $$SELECT * FROM T WHERE pk IN ['x'] AND pk = 'a' AND sk = '1'$$,
    $$SELECT * FROM T WHERE pk IN ['a', 'a'] AND sk = '1'$$, $$SELECT * FROM T.gsi WHERE g = 'x'$$, $$SELECT * FROM "NoSuchTable".gsi WHERE g = 'x'$$, $$SELECT * FROM T WHERE pk = 'a' AND sk = 1$$, $$SELECT n FROM T WHERE (sk = '1') AND pk = 'a' AND pk = 'a'$$]) AS s;
SELECT tx($$SELECT * FROM T WHERE pk = 'a' AND sk = '1'$$, $$SELECT n FROM T WHERE sk = '1' AND pk = 'a'$$);
SELECT tx($$SELECT * FROM T WHERE pk = 'a' AND sk = '1'$$, $$SELECT n FROM T WHERE sk = '1' AND pk = 'a'$$, $$SELECT n FROM T WHERE sk = '1' AND pk = 1$$);
SELECT call('ExecuteTransaction', jsonb_build_object('TransactStatements', members(ARRAY[$$SELECT * FROM T WHERE pk = 'a' AND sk = '1'$$]), 'ReturnConsumedCapacity', 'INDEXES'));

-- sent twice with a token, carried out once
CREATE FUNCTION tx_token(token text, statement text) RETURNS text LANGUAGE sql AS $$
    SELECT call('ExecuteTransaction', jsonb_build_object('TransactStatements', members(ARRAY[statement]), 'ClientRequestToken', token, 'ReturnConsumedCapacity', 'INDEXES'))
$$;
SELECT tx_token('partiql-token', $$UPDATE T SET n = n + 1 WHERE pk = 'b' AND sk = '1'$$);
SELECT tx_token('partiql-token', $$UPDATE T SET n = n + 1 WHERE pk = 'b' AND sk = '1'$$);
SELECT tx_token('partiql-token', $$UPDATE T SET n = n + 2 WHERE pk = 'b' AND sk = '1'$$);
SELECT stored('b');

SELECT dynamo.delete_table('{"TableName": "BatchC"}') IS NOT NULL AS deleted;
SET client_min_messages = warning;
DROP SCHEMA partiql_batch CASCADE;
