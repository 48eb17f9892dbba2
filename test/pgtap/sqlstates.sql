-- sqlstates.sql
--    Errors of operations are SQLSTATEs of class KV that PL/pgSQL can catch.

BEGIN;
SELECT no_plan();

SELECT throws_ok($$SELECT dynamo.describe_table('{"TableName":"nowhere"}')$$, 'KV003',
	'Requested resource not found: Table: nowhere not found', 'ResourceNotFoundException');
SELECT throws_ok($$SELECT dynamo.describe_table('{"TableName":"a"}')$$, 'KV001', NULL, 'ValidationException');
SELECT throws_ok($$SELECT dynamo.describe_table('{"TableName":7}')$$, 'KV0S1', NULL, 'SerializationException');
SELECT throws_ok($$SELECT dynamo_internal.execute('MakeCoffee', '{}', NULL)$$, 'KV0S2', NULL, 'UnknownOperationException');

-- Caught, it has changed nothing, and the transaction goes on.
CREATE FUNCTION pg_temp.caught() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynamo.create_table('{"TableName":"caught","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}');
	PERFORM dynamo.create_table('{"TableName":"caught","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}');
	RETURN 'made twice';
EXCEPTION WHEN SQLSTATE 'KV004' THEN
	RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.caught(), 'Table already exists: caught', 'ResourceInUseException is caught');
SELECT is((dynamo.list_tables('{}')::jsonb -> 'TableNames') ? 'caught', false, 'the first table went with the block');

SELECT * FROM finish();
ROLLBACK;
