--
-- INSERT, UPDATE and DELETE of PartiQL, and dynamo.partiql().
--
CREATE SCHEMA partiql_write;
SET search_path = partiql_write, dynamo, public;

SELECT dynamo.create_table('{"TableName": "WriteC", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [{"IndexName": "gsi", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}')
    -> 'TableDescription' ->> 'TableStatus' AS status;

CREATE FUNCTION run(statement text, parameters json DEFAULT NULL, extra jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    extras text;
BEGIN
    RETURN dynamo.execute_statement((jsonb_strip_nulls(jsonb_build_object('Statement', statement, 'Parameters', parameters)) || extra)::json) -> 'Items';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, extras = PG_EXCEPTION_DETAIL;
    RETURN rtrim(SQLSTATE || ' ' || message || ' ' || extras);
END $$;
CREATE FUNCTION run_all(VARIADIC statements text[]) RETURNS TABLE (statement text, result text) LANGUAGE plpgsql AS $$
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        result := run(statement);
        RETURN NEXT;
    END LOOP;
END $$;
CREATE FUNCTION stored(pk text) RETURNS json LANGUAGE sql AS $$
    SELECT dynamo.get_item(json_build_object('TableName', 'WriteC', 'Key', json_build_object('pk', json_build_object('S', pk), 'sk', json_build_object('S', '1')))) -> 'Item'
$$;
-- the SET and REMOVE clauses on one item, and what they make of it
CREATE FUNCTION updates(pk text, VARIADIC list text[]) RETURNS TABLE (clauses text, new text) LANGUAGE plpgsql AS $$
BEGIN
    FOREACH clauses IN ARRAY list LOOP
        new := run(format('UPDATE "WriteC" %s WHERE pk = %L AND sk = ''1'' RETURNING MODIFIED NEW *', clauses, pk));
        RETURN NEXT;
    END LOOP;
END $$;

-- INSERT
SELECT * FROM run_all(
    $$INSERT INTO "WriteC" value {'pk': 'dt', 'sk': '1', 'NumberType': 1, 'MapType': {'entryname1': 'value', 'entryname2': 4}, 'ListType': [1, 'stringval'],
      'NumberSetType': <<1, 34, 32, 4.5>>, 'StringSetType': <<'stringval', 'stringval2'>>, 'n': null, 't': true, 'f': FALSE, 'e': '', 'g': 'g1'}$$,
    $$INSERT INTO "WriteC" VALUE {'pk': 'dt', 'sk': '1'}$$, $$INSERT INTO "WriteC" VALUE ({'pk': 'paren', 'sk': '1'})$$);
SELECT stored('dt');
SELECT run($$INSERT INTO "WriteC" VALUE {'pk': ?, 'sk': '1', 'm': ?}$$, '[{"S": "par"}, {"M": {"a": {"B": "AQI="}}}]'), stored('par');
SELECT * FROM run_all(
    $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 's': <<>>}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 's': <<1, 'a'>>}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 's': <<'a', 'a'>>}$$,
    $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 's': [<<2, 2.0>>]}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 's': <<[1]>>}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 's': <<?>>}$$,
    $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 'm': {'k': ?}}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 'm': [1, [?]]}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 'v': abc}$$,
    $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 'v': 1 + 2}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'ss': set_add(<<'a'>>, <<'b'>>)}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'v': MISSING}$$,
    $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'pk': 'y'}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'm': {'a': 1, 'a': 2}}$$, $$INSERT INTO "WriteC" VALUE {pk: 'x'}$$, $$INSERT INTO "WriteC" VALUE {1: 'x'}$$,
    $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', '': 1}$$, $$INSERT INTO "WriteC" VALUE 1$$, $$INSERT INTO "WriteC" VALUE ?$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x'} RETURNING ALL OLD *$$,
    $$INSERT INTO "WriteC" VALUE {'pk': 'x'}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': 1}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': ''}$$, $$INSERT INTO "WriteC" VALUE {'pk': 'x', 'sk': '1', 'g': 1}$$);
SELECT stored('x') AS nothing;

-- UPDATE
SELECT * FROM updates('dt',
    'SET a = 1', 'SET b = 1, c = 2', 'SET d = 1 SET e = 2', 'SET d = 3 REMOVE e', 'REMOVE b REMOVE c', 'SET a = a + 1', 'SET a=a-1', 'SET a = 1 + 2', 'SET a = a - - 2', 'SET a = a + (a - 1)', 'SET q = a',
    'SET "MapType"."new" = {''x'': [1]}', 'SET "MapType"[''y''] = 1', 'SET "ListType"[0] = 5', 'SET "ListType"[9] = 6', 'REMOVE "ListType"[1]', 'REMOVE nope', 'REMOVE "MapType".nope', 'SET s = ''it''''s''', 'SET s = (null)',
    'SET "ListType" = list_append("ListType", [7, <<''s''>>])', 'SET "ListType" = LIST_APPEND([0], "ListType")', 'SET i = if_not_exists(i, 1)', 'SET i = if_not_exists(i, 2) + 1',
    'SET "StringSetType" = set_add("StringSetType", <<''new''>>)', 'SET "NumberSetType" = SET_DELETE("NumberSetType", <<1, 34>>)', 'SET fresh = set_add(fresh, <<''m''>>)', 'SET fresh = set_delete(fresh, <<''m''>>)',
    'SET gone = set_delete(gone, <<''m''>>)');
SELECT stored('dt');
SELECT * FROM updates('dt',
    'SET a = ''a'' + 1', 'SET a = a - null', 'SET a = a + [1]', 'SET a = a * 2', 'SET a = a || 2', 'SET a = nope', 'SET a = s + 1', 'SET a = size(a)', 'SET a = begins_with(a, ''x'')', 'SET a = foo(a)', 'SET a = MISSING', 'SET a = b IS NULL',
    'SET a = NOT b', 'SET a = b AND c', 'SET a = 1 SET a = 2', 'SET m = 1 SET m.a = 1', 'SET "MapType".x.y = 1', 'SET nope.a = 1', 'SET pk = ''x''', 'REMOVE sk', 'SET pk.a = 1', 'SET g = 1', 'SET l = [a]', 'SET m = {''z'': a}',
    'SET "ListType" = list_append("ListType", 1)', 'SET "ListType" = list_append("ListType")', 'SET nolist = list_append(nolist, [1])',
    'SET t2 = set_add("StringSetType", <<''x''>>)', 'SET ss = set_add(<<''a''>>, <<''b''>>)', 'SET ss = set_add(ss, ''x'')', 'SET ss = set_add(ss, [''x''])', 'SET ss = set_add(ss)', 'SET ss = set_add(ss, <<''x''>>, <<''y''>>)',
    'SET "StringSetType" = set_add("StringSetType", <<1>>)', 'SET s = set_add(s, <<''x''>>)', 'SET ss = set_add(ss, <<''x'', ''x''>>)', 'SET ss = set_add(ss, <<>>)', 'SET "StringSetType" = set_delete("StringSetType", [''x''])',
    'SET t2 = set_delete("StringSetType", <<''a''>>)', 'SET "StringSetType" = set_delete("StringSetType", <<1>>)', 'SET l[-1] = 1');
SELECT run(E'UPDATE "WriteC"\nSET "StringSetType" = set_add("StringSetType", ''x'')\nWHERE pk = ''dt'' AND sk = ''1''');
SELECT run('UPDATE "WriteC" SET v = ?, ss = set_add(ss, ?) WHERE pk = ? AND sk = ? RETURNING MODIFIED NEW *', '[{"L": [{"N": "1"}]}, {"SS": ["p"]}, {"S": "dt"}, {"S": "1"}]');

-- the FROM-first form
SELECT * FROM run_all(
    $$FROM "WriteC" WHERE pk = 'par' AND sk = '1' SET c = 1$$, $$from "WriteC" where pk = 'par' and sk = '1' set c = 2 remove m returning all new *$$, $$FROM "WriteC" WHERE pk = 'par' AND sk = '1' AND c = 1 SET c = 5$$,
    $$FROM "WriteC" WHERE pk = 'nobody' AND sk = '1' SET c = 1$$, $$FROM "WriteC" SET c = 1$$, $$FROM "WriteC" REMOVE a$$, $$FROM "WriteC" WHERE a = 1 SET c = 1$$, $$FROM "NoSuchTable" WHERE pk = 'x' SET c = 1$$);

-- WHERE: the key, and a condition
SELECT * FROM run_all(
    $$UPDATE "WriteC" SET z = 1 WHERE pk = 'par' AND sk = '1' AND c = 2$$, $$UPDATE "WriteC" SET z = 2 WHERE pk = 'par' AND sk = '1' AND c = 3$$, $$UPDATE "WriteC" SET z = 3 WHERE ('par' = pk AND sk = '1') AND attribute_exists(c)$$,
    $$UPDATE "WriteC" SET z = 4 WHERE pk = 'par' AND sk = '1' AND pk = 'par'$$, $$UPDATE "WriteC" SET z = 5 WHERE pk = 'nobody' AND sk = '1'$$, $$UPDATE "WriteC" SET z = 5 WHERE pk = 'nobody' AND sk = '1' AND attribute_not_exists(pk)$$,
    $$DELETE FROM "WriteC" WHERE pk = 'par' AND sk = '1' AND c = 3$$, $$DELETE FROM "WriteC" WHERE pk = 'nobody' AND sk = '1'$$, $$DELETE FROM "WriteC" WHERE pk = 'nobody' AND sk = '1' AND c = 3$$);
SELECT stored('par'), stored('nobody');
SELECT * FROM run_all(
    'UPDATE "WriteC" SET z = 1', $$UPDATE "WriteC" SET z = 1 WHERE pk = 'par'$$, 'DELETE FROM "WriteC"', 'DELETE FROM "WriteC" WHERE z = 1', $$DELETE FROM "WriteC" WHERE pk = 'par' OR sk = '1'$$,
    $$DELETE FROM "WriteC" WHERE pk IN ['par'] AND sk = '1'$$, $$DELETE FROM "WriteC" WHERE NOT pk = 'par' AND sk = '1'$$, $$DELETE FROM "WriteC" WHERE pk = 'par' AND sk = '1' AND pk = 'dt'$$, $$DELETE FROM "WriteC" WHERE pk = 1 AND sk = '1'$$,
    $$DELETE FROM "WriteC" WHERE pk.a = 'par' AND sk = '1'$$, $$DELETE FROM "WriteC" WHERE pk = g AND sk = '1'$$, $$DELETE FROM "WriteC" WHERE pk = '' AND sk = '1'$$, 'DELETE FROM "WriteC" WHERE pk = ? AND sk = ?',
    'DELETE FROM "NoSuchTable" WHERE pk = 1', $$UPDATE "NoSuchTable" SET a = 1 WHERE pk = 'a'$$, $$INSERT INTO "NoSuchTable" VALUE {'pk': 'a'}$$,
    $$EXISTS(SELECT * FROM "WriteC" WHERE pk = 'par' AND sk = '1' AND c = 2)$$);
SELECT run($$UPDATE "WriteC" SET z = 1 WHERE pk = 'par' AND sk = '1' AND c = 9$$, NULL, '{"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}') AS with_item;
SELECT run($$DELETE FROM "WriteC" WHERE pk = 'par' AND sk = '1' AND c IN [$$ || string_agg(i::text, ',') || ']') FROM generate_series(1, 101) AS i;

-- RETURNING
SELECT * FROM run_all(
    $$UPDATE "WriteC" SET c = 3, y = 1 WHERE pk = 'par' AND sk = '1' RETURNING ALL OLD *$$, $$UPDATE "WriteC" SET c = 4 WHERE pk = 'par' AND sk = '1' RETURNING ALL NEW *$$, $$UPDATE "WriteC" SET c = 5, x = 1 WHERE pk = 'par' AND sk = '1' RETURNING MODIFIED OLD *$$,
    $$UPDATE "WriteC" SET c = 6 WHERE pk = 'par' AND sk = '1' RETURNING modified new *$$, $$UPDATE "WriteC" REMOVE x WHERE pk = 'par' AND sk = '1' RETURNING MODIFIED NEW *$$, $$UPDATE "WriteC" REMOVE y WHERE pk = 'par' AND sk = '1' RETURNING MODIFIED OLD *$$,
    $$UPDATE "WriteC" SET c = 7 WHERE pk = 'par' AND sk = '1' RETURNING ALL OLD c$$, $$UPDATE "WriteC" SET c = 7 WHERE pk = 'par' AND sk = '1' RETURNING ALL OLD *, ALL NEW *$$,
    $$DELETE FROM "WriteC" WHERE pk = 'par' AND sk = '1' RETURNING MODIFIED OLD *$$, $$DELETE FROM "WriteC" WHERE pk = 'par' AND sk = '1' RETURNING ALL NEW *$$, $$DELETE FROM "WriteC" WHERE pk = 'par' AND sk = '1' RETURNING ALL OLD *$$,
    $$DELETE FROM "WriteC" WHERE pk = 'par' AND sk = '1' RETURNING ALL OLD *$$);

-- sizes and capacity
SELECT run('INSERT INTO "WriteC" VALUE {''pk'': ''big'', ''sk'': ''1'', ''d'': ?}', json_build_array(json_build_object('S', repeat('x', 409600))));
SELECT run('INSERT INTO "WriteC" VALUE {''pk'': ''big'', ''sk'': ''1''}'), run('UPDATE "WriteC" SET d = ? WHERE pk = ''big'' AND sk = ''1''', json_build_array(json_build_object('S', repeat('x', 409600))));
SELECT dynamo.execute_statement($${"Statement": "INSERT INTO \"WriteC\" VALUE {'pk': 'cap', 'sk': '1', 'g': 'g1'}", "ReturnConsumedCapacity": "INDEXES"}$$);
SELECT dynamo.execute_statement($${"Statement": "DELETE FROM \"WriteC\" WHERE pk = 'cap' AND sk = '1'", "ReturnConsumedCapacity": "TOTAL"}$$);

-- dynamo.partiql(): items as a set, SQL values as parameters
SELECT * FROM dynamo.partiql($$INSERT INTO "WriteC" VALUE {'pk': ?, 'sk': '1', 'n': ?, 'b': ?, 'j': ?, 'l': ?, 's': ?, 'ns': ?, 'ss': ?, 'nul': ?, 'd': ?, 'bytes': ?}$$,
    'sql', 1.50::numeric, true, '{"a": [1, "b", null]}'::jsonb, '[1, 2]'::json, '"text"'::jsonb, ARRAY[1, 2], ARRAY['a', 'b'], NULL, date '2024-02-29', '\x0102'::bytea);
SELECT * FROM dynamo.partiql('SELECT * FROM "WriteC" WHERE pk = ?', 'sql');
SELECT i ->> 'pk' AS pk FROM dynamo.partiql('SELECT pk FROM "WriteC"') AS i ORDER BY 1;
SELECT dynamo.partiql('SELECT pk FROM "WriteC" WHERE j = ?', '{"j": {"M": {}}}'::dynamo.item), dynamo.partiql('SELECT n FROM "WriteC" WHERE pk = ? AND sk = ?', VARIADIC ARRAY['sql', '1']);
SELECT * FROM dynamo.partiql('UPDATE "WriteC" SET n = n + ? WHERE pk = ? AND sk = ''1'' RETURNING MODIFIED NEW *', 2, 'sql');
SELECT count(*) FROM dynamo.partiql('DELETE FROM "WriteC" WHERE pk = ? AND sk = ?', 'sql', '1');
SELECT count(*) FROM dynamo.partiql('DELETE FROM "WriteC" WHERE pk = ? AND sk = ?', 'sql', '1');
SELECT count(*) FROM dynamo.partiql(NULL);
SELECT * FROM dynamo.partiql($$INSERT INTO "WriteC" VALUE {'pk': 'dt', 'sk': '1'}$$);
SELECT * FROM dynamo.partiql($$INSERT INTO "WriteC" VALUE {'pk': ?}$$, ARRAY[true]);
SELECT * FROM dynamo.partiql($$INSERT INTO "WriteC" VALUE {'pk': ?}$$, 'NaN'::float8);
-- an item and a row in one transaction
CREATE TABLE ledger (pk text);
BEGIN;
INSERT INTO ledger VALUES ('both');
SELECT count(*) FROM dynamo.partiql($$INSERT INTO "WriteC" VALUE {'pk': 'both', 'sk': '1'}$$);
ROLLBACK;
SELECT stored('both'), (SELECT count(*) FROM ledger) AS rows;

SELECT dynamo.delete_table('{"TableName": "WriteC"}') IS NOT NULL AS deleted;
SET client_min_messages = warning;
DROP SCHEMA partiql_write CASCADE;
