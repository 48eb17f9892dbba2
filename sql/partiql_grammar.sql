--
-- What the grammar of PartiQL takes, and what the service says of the rest.
--
CREATE SCHEMA partiql_grammar;
SET search_path = partiql_grammar, dynamo, public;

SELECT dynamo.create_table('{"TableName": "GrammarS", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}') -> 'TableDescription' ->> 'TableStatus' AS status;
SELECT dynamo.create_table('{"TableName": "GrammarN", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}') -> 'TableDescription' ->> 'TableStatus' AS status;

-- the items, or SQLSTATE and text of the error
CREATE FUNCTION run(statement text, parameters json DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
BEGIN
    RETURN dynamo.execute_statement(json_strip_nulls(json_build_object(
        'Statement', statement, 'Parameters', parameters))) -> 'Items';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
    RETURN SQLSTATE || ' ' || message;
END $$;
CREATE FUNCTION run_all(VARIADIC statements text[]) RETURNS TABLE (statement text, result text) LANGUAGE sql AS $$
    SELECT s, run(s) FROM unnest(statements) WITH ORDINALITY AS u(s, n) ORDER BY n
$$;

-- numbers
SELECT run($$INSERT INTO "GrammarN" VALUE {'pk': 7.31e6}$$), run($$INSERT INTO "GrammarN" VALUE {'pk': .73e1}$$),
    run($$INSERT INTO "GrammarN" VALUE {'pk': - - -7.3, 'z': -0, 'e': 2.50, 'f': 1E3}$$);
SELECT * FROM run_all(
    'SELECT * FROM "GrammarN" WHERE pk = 7.31e6', 'SELECT * FROM "GrammarN" WHERE pk = 7.31E6',
    'SELECT * FROM "GrammarN" WHERE pk = 7.31e+6', 'SELECT * FROM "GrammarN" WHERE pk = 73100000e-1',
    'SELECT * FROM "GrammarN" WHERE pk = .73e1', 'SELECT * FROM "GrammarN" WHERE pk = -.73e1',
    'SELECT * FROM "GrammarN" WHERE pk = +7.3', 'SELECT * FROM "GrammarN" WHERE pk = -/* sign */-7.3');
SELECT * FROM run_all(
    'SELECT * FROM "GrammarN" WHERE pk = 1e2147483648', 'SELECT * FROM "GrammarN" WHERE pk = 1e99999999999',
    'SELECT * FROM "GrammarN" WHERE pk = 1.5e-2147483647', 'SELECT * FROM "GrammarN" WHERE pk = 1e126',
    'SELECT * FROM "GrammarN" WHERE pk = 1e-131',
    'SELECT * FROM "GrammarN" WHERE pk = 999999999999345678909999999999993456789',
    $$INSERT INTO "GrammarN" VALUE {'pk': 1e126}$$, 'UPDATE "GrammarN" SET a = 1e-131 WHERE pk = 1',
    $$INSERT INTO "GrammarN" VALUE {'pk': 1, 'm': {'x': 1e126}}$$,
    $$INSERT INTO "GrammarN" VALUE {'pk': 1, 'l': [1, 1e126]}$$,
    'SELECT * FROM "GrammarN" WHERE pk = 1_000', 'SELECT * FROM "GrammarN" WHERE pk = 0x10',
    'SELECT * FROM "GrammarN" WHERE pk > -n', 'UPDATE "GrammarN" SET a = -n WHERE pk = 1');

-- comments, case, quotes
SELECT run($$INSERT INTO "GrammarS" VALUE {'pk': 'a', 'q': 'it''s', 'order': 1, 'mixed"Quote': 2}$$);
SELECT * FROM run_all(
    E'SELECT * FROM "GrammarS" -- a note\nWHERE pk = ''b''', E'-- a note\nselect pk from GrammarS where pk = ''a'';  ',
    $$SELECT/**/pk FROM "GrammarS" /* a * note **/ WHERE pk/**/='a' --$$, $$SELECT "order", "mixed""Quote" FROM GrammarS WHERE q = 'it''s'$$,
    $$SELECT order FROM GrammarS$$, $$SELECT * FROM "GrammarS" WHERE pk = 'a' # note$$, $$SELECT * FROM "GrammarS" WHERE pk = 'a' /* note$$,
    $$SELECT * FROM "GrammarS" WHERE pk = 'a$$, $$SELECT * FROM "GrammarS WHERE pk = 'a'$$, '', ' ', ';', $$@pk = 'a'$$);

-- a token left over
SELECT * FROM run_all(
    'SELECT * FROM "GrammarN" WHERE pk = 1 foo', 'SELECT * FROM "GrammarN" WHERE pk = 1 e5', $$INSERT INTO "GrammarN" VALUE {'pk': 97} foo$$,
    'UPDATE "GrammarN" SET a = 9 WHERE pk = 97 foo', 'DELETE FROM "GrammarN" WHERE pk = 97 foo', 'SELECT * FROM "GrammarN" WHERE pk = 1)',
    'DELETE FROM "GrammarN" WHERE pk = 97 ORDER BY pk', 'SELECT * FROM "GrammarN" ORDER BY pk WHERE pk = 1',
    $$INSERT INTO "GrammarS" t VALUE {'pk': 'x'}$$, $$INSERT INTO "GrammarS" VALUE {'pk': 'x'} IF NOT EXISTS$$,
    'SELECT * FROM "GrammarN"; SELECT', $$FROM "GrammarS" SET c = 1 WHERE pk = 'x'$$, $$FROM "GrammarS" SET c = 1 WHERE pk = 'x' SET d = 2$$);

-- a term missing
SELECT * FROM run_all(
    'SELECT * FROM "GrammarS" WHERE', 'SELECT * FROM "GrammarS" WHERE;', 'SELECT * FROM "GrammarS" WHERE   ', 'SELECT pk FROM "GrammarS" WHERE',
    'UPDATE "GrammarS" SET a = 1 WHERE', 'DELETE FROM "GrammarS" WHERE', 'SELECT * FROM "GrammarS" WHERE NOT', 'SELECT * FROM "GrammarS" WHERE (',
    'SELECT * FROM "NoSuchTable" WHERE', $$SELECT * FROM "GrammarS" WHERE pk = 'p' AND$$, $$SELECT * FROM "GrammarS" WHERE pk = 'p' OR$$,
    'SELECT * FROM "GrammarS" WHERE ORDER BY pk', 'SELECT * FROM "GrammarS" WHERE IS NULL', 'SELECT * FROM "GrammarS" WHERE pk = LIKE',
    $$SELECT * FROM "GrammarS" WHERE pk = 'a' AND x IS FOO$$, 'SELECT * FROM', 'SELECT', 'SELECT * "GrammarS"',
    'SELECT * FROM "GrammarS" WHERE m.inner = 1', 'UPDATE "GrammarS" SET m.inner = set_add(m.inner, <<1>>) WHERE pk = 1');

-- no statement
SELECT * FROM run_all(
    'SLECT * FROM "GrammarS" WHERE pk = 1', 'UPDATE Payment-x SET a = 1', 'UPDATE "GrammarS"', $$UPDATE "GrammarS" WHERE pk = 'a'$$, 'UPDATE "GrammarS" SET',
    'UPDATE "GrammarS" SET a', 'UPDATE "GrammarS" SET 1 = 2', $$UPDATE "GrammarS" REMOVE a, b WHERE pk = 'a'$$, $$UPDATE "GrammarS" SET l[*] = 1 WHERE pk = 'a'$$,
    $$UPDATE "GrammarS" SET m.* = 1 WHERE pk = 'a'$$, $$FROM "GrammarS" WHERE pk = 'a'$$,
    'DELETE FROM', 'DELETE FROM   ', 'DELETE FROM;', $$DELETE FROM WHERE pk = 'a'$$, 'DELETE "GrammarS"', 'INSERT INTO', 'INSERT INTO "GrammarS"',
    'INSERT INTO "GrammarS" VALUE', $$INSERT INTO urls (key, value) VALUES (?, ?)$$, $$DELETE FROM "GrammarS" WHERE pk = 'x' RETURNING$$,
    $$DELETE FROM "GrammarS" WHERE pk = 'x' RETURNING *$$, 'CREATE TABLE x', 'garbage', '1', '''a''', '[1]', 'x = 1', 'a.b', 'COUNT(*)', 'x IS INT4', 'x IS INT8',
    'x IS DOUBLE PRECISION', 'x IS CHARACTER VARYING');

-- what parses and is not supported
SELECT * FROM run_all(
    'SELECT * FROM "GrammarS" t', 'SELECT * FROM "GrammarS" AS t', 'SELECT pk AS x FROM "GrammarS"', 'SELECT pk x FROM "GrammarS"', 'UPDATE "GrammarS" t SET a = 3 WHERE pk = ''x''',
    'DELETE FROM "GrammarS" t WHERE pk = ''x''', 'SELECT DISTINCT pk FROM "GrammarS"', 'SELECT VALUE pk FROM "GrammarS"', 'SELECT * FROM "GrammarS" LIMIT 1',
    'SELECT * FROM "GrammarS" GROUP BY pk', 'SELECT * FROM "GrammarS" HAVING pk = 1', 'SELECT * FROM "GrammarS", "GrammarN"', 'SELECT COUNT(*) FROM "NoSuchTable"',
    'SELECT size(pk) FROM "GrammarS"', 'SELECT n+1 FROM "GrammarS"', E'SELECT\n pk, pk + 1 FROM "GrammarS"', 'SELECT pk, pk FROM "GrammarS"', 'SELECT m.a, m FROM "GrammarS"',
    'SELECT a[*] FROM "GrammarS"', 'SELECT a.* FROM "GrammarS"', 'SELECT l[-1] FROM "GrammarS"', 'SELECT l[-0] FROM "GrammarS"', 'SELECT l[2147483648] FROM "GrammarS"',
    'SELECT * FROM "GrammarS" WHERE pk LIKE ''a''', 'SELECT * FROM "GrammarS" WHERE pk || ''a'' = ''b''', 'SELECT * FROM "GrammarS" WHERE pk = (SELECT * FROM "GrammarN")',
    'SELECT * FROM "GrammarS" WHERE count(pk) = 1', 'SELECT * FROM "GrammarS" WHERE pk = MISSING', 'SELECT * FROM "GrammarS" WHERE pk = `1`',
    'INSERT INTO "GrammarS" <<{''pk'': ''a''}>>', 'INSERT INTO "GrammarS" VALUE {''pk'': ''x''} ON CONFLICT WHERE a = 1 DO NOTHING');

-- names of tables
SELECT * FROM run_all(
    'SELECT * FROM ab', 'SELECT * FROM "a b c"', 'SELECT * FROM ""', 'SELECT * FROM "GrammarS".""', 'SELECT * FROM "GrammarS"."i"."x"', 'SELECT * FROM "GrammarS"."GrammarS"',
    'SELECT * FROM "NoSuchTable"', 'INSERT INTO "GrammarS"."i" VALUE {''pk'': ''a''}', 'UPDATE "GrammarS"."i" SET a = 1 WHERE pk = ''a''', 'DELETE FROM "GrammarS"."i" WHERE pk = ''a''',
    'SELECT pk FROM "arn:aws:dynamodb:us-east-1:123456789012:table/GrammarS"');

-- deep nesting
SELECT run('SELECT * FROM "GrammarS" WHERE ' || repeat('(', 200) || 'pk = ''a''' || repeat(')', 200)) IS NOT NULL AS parsed;
SELECT run('SELECT * FROM "GrammarS" WHERE ' || repeat('NOT ', 251) || 'pk = ''zz''') = run('SELECT * FROM "GrammarS"') AS parsed;
SELECT run('SELECT * FROM "GrammarS" WHERE ' || repeat('NOT ', 300) || 'pk = ''a''');
SELECT run('SELECT * FROM "GrammarS" WHERE pk = ' || repeat('[', 1000));
SELECT run('SELECT * FROM "GrammarS" WHERE ' || repeat('(', 4000));
SELECT run('SELECT pk FROM "GrammarS" WHERE ' || repeat('pk = ''a'' AND ', 400) || 'pk = ''a''');
SELECT run('UPDATE "GrammarS" SET d = ' || repeat('{''a'':', 32) || '1' || repeat('}', 32) || ' WHERE pk = ''a''');
SELECT run('UPDATE "GrammarS" SET d = {''a'':' || repeat('[', 31) || '1' || repeat(']', 31) || '} WHERE pk = ''a''');
SELECT run('UPDATE "GrammarS" SET d = ' || repeat('[', 31) || '1' || repeat(']', 31) || ' WHERE pk = ''a''');

-- the cache of statements survives more of them than it holds
SELECT count(*) FROM generate_series(1, 1200) AS i, LATERAL run(format('SELECT pk FROM "GrammarS" WHERE pk = ''%s''', i % 700)) AS r WHERE r = '[]';

SELECT dynamo.delete_table('{"TableName": "GrammarS"}') IS NOT NULL AS deleted, dynamo.delete_table('{"TableName": "GrammarN"}') IS NOT NULL AS deleted;
SET client_min_messages = warning;
DROP SCHEMA partiql_grammar CASCADE;
