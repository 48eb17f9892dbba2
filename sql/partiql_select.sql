--
-- SELECT of PartiQL: conditions, access paths, columns, order, pages, indexes.
--
CREATE SCHEMA partiql_select;
SET search_path = partiql_select, dynamo, public;

SELECT dynamo.create_table('{"TableName": "SelectC", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"},
                             {"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "l", "AttributeType": "S"},
                             {"AttributeName": "h1", "AttributeType": "S"}, {"AttributeName": "h2", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {"IndexName": "gsi", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
         "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["p"]}},
        {"IndexName": "multi", "Projection": {"ProjectionType": "ALL"},
         "KeySchema": [{"AttributeName": "h1", "KeyType": "HASH"}, {"AttributeName": "h2", "KeyType": "HASH"}]}],
    "LocalSecondaryIndexes": [
        {"IndexName": "lsi", "Projection": {"ProjectionType": "KEYS_ONLY"},
         "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}]}')
    -> 'TableDescription' ->> 'TableStatus' AS status;

CREATE FUNCTION put(item text) RETURNS boolean LANGUAGE sql AS $$
    SELECT dynamo.put_item(format('{"TableName": "SelectC", "Item": %s}', item)::json) IS NOT NULL
$$;
SELECT count(put(format('{"pk": {"S": "%s"}, "sk": {"S": "%s"}, "n": {"N": "%s"}, "g": {"S": "g%s"}, "l": {"S": "l%s"}, "p": {"S": "proj"}, "np": {"S": "np%s"}}',
    p, s, s * 10, s % 2, 9 - s, s))) AS items FROM unnest(ARRAY['a', 'b']) AS p, generate_series(1, 4) AS s;
SELECT put('{"pk": {"S": "types"}, "sk": {"S": "1"}, "s": {"S": "str"}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]}, "l1": {"L": [{"S": "x"}, {"M": {"y": {"N": "1"}}}]},
    "m": {"M": {"sub": {"S": "deep"}, "k": {"L": [{"S": "c"}]}}}, "nul": {"NULL": true}, "flag": {"BOOL": true}, "b": {"B": "AQID"}}');

CREATE FUNCTION run(statement text, parameters json DEFAULT NULL, extra jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
BEGIN
    RETURN dynamo.execute_statement((jsonb_strip_nulls(jsonb_build_object('Statement', statement, 'Parameters', parameters)) || extra)::json) -> 'Items';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
    RETURN SQLSTATE || ' ' || message;
END $$;
-- the keys that WHERE ... finds, in order, as pk/sk
CREATE FUNCTION keys(wheres text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text := run('SELECT pk, sk FROM "SelectC" WHERE ' || wheres);
BEGIN
    IF result !~ '^\[' THEN RETURN result; END IF;
    RETURN (SELECT coalesce(string_agg((i -> 'pk' ->> 'S') || '/' || (i -> 'sk' ->> 'S'), ' '), '') FROM json_array_elements(result::json) AS i);
END $$;
CREATE FUNCTION keys_all(VARIADIC wheres text[]) RETURNS TABLE (wheres text, keys text) LANGUAGE sql AS $$
    SELECT w, keys(w) FROM unnest(wheres) WITH ORDINALITY AS u(w, n) ORDER BY n
$$;
CREATE FUNCTION run_all(VARIADIC statements text[]) RETURNS TABLE (statement text, result text) LANGUAGE sql AS $$
    SELECT s, run(s) FROM unnest(statements) WITH ORDINALITY AS u(s, n) ORDER BY n
$$;

-- keys: one item, part of a partition, several parts
SELECT * FROM keys_all(
    $$pk = 'a' AND sk = '1'$$, $$sk = '1' AND (pk = 'a')$$, $$'a' = pk AND sk > '2'$$, $$pk = 'a' AND '2' < sk$$, $$pk = 'a' AND sk > '1' AND sk < '4'$$,
    $$pk = 'a' AND sk BETWEEN '2' AND '3'$$, $$pk = 'a' AND NOT sk BETWEEN '2' AND '3'$$, $$pk = 'a' AND sk NOT BETWEEN '2' AND '3'$$, $$pk = 'a' AND begins_with(sk, '3')$$,
    $$pk = 'a' AND sk IN ['4', '2']$$, $$pk IN ('b', 'a') AND sk = '1'$$, $$pk IN <<'b', 'a'>> AND sk IN ['2', '1']$$, $$pk = 'a' AND (sk = '1' OR sk = '3')$$,
    $$pk = 'b' OR pk = 'a' AND sk = '1'$$, $$pk = 'a' AND (sk < '2' OR sk > '3' OR sk = '2')$$, $$pk = 'a' AND sk = '1' AND sk = '2'$$, $$pk = 'a' AND sk = '1' AND sk > '0'$$,
    $$pk = 'a' AND pk = 'b'$$, $$pk = 'a' AND pk = 'a' AND sk = '1'$$, $$pk = 'a' AND (pk = 'b' OR n = 10)$$, $$pk = 'a' AND NOT sk = '1'$$, $$pk = 'a' AND sk <> '1'$$,
    $$pk = 'a' AND sk > '0' AND sk <> '1'$$, $$pk = 'a' AND attribute_exists(pk)$$, $$pk = 'nobody'$$);
-- branches that exclude something of the sort key may overlap
SELECT * FROM keys_all(
    $$pk = 'a' AND NOT sk = '1' OR pk = 'a' AND sk = '2'$$, $$pk = 'a' AND sk <> '1' OR pk = 'a' AND sk = '2'$$, $$pk = 'a' AND NOT begins_with(sk, 'x') OR pk = 'a' AND sk = '2'$$,
    $$pk = 'a' AND NOT sk IN ['1', '3'] OR pk = 'a' AND sk = '2'$$, $$pk = 'a' OR pk = 'a' AND NOT sk = '1'$$);
SELECT * FROM keys_all(
    $$pk IN ['a', 'a']$$, $$pk = 'a' OR pk = 'a'$$, $$pk = 'a' AND (sk > '0' OR sk < '5')$$, $$pk = 'a' AND (sk = '1' OR n = 20)$$, $$(pk = 'a' AND n = 1) OR (pk = 'a' AND n = 2)$$,
    $$pk = 'a' AND n <> 1 OR pk = 'a' AND sk = '2'$$, $$pk = 1 OR pk = 'a'$$, $$pk = 'a' AND sk IN ['1', 2]$$, $$pk = 'a' AND sk > 5$$, $$pk = 'a' AND NOT sk = 5 AND sk = '1'$$, $$pk > 1$$, $$pk = null$$,
    $$pk = ''$$, $$pk.x = 'a'$$, $$pk = 'a' AND begins_with(sk, 1)$$, $$pk = 'a' AND sk[0] = '1'$$);
SELECT keys('pk IN [' || string_agg(quote_literal('v' || i), ',') || ']') AS too_many FROM generate_series(1, 51) AS i;
SELECT keys($$pk = 'a' AND sk IN [$$ || string_agg(quote_literal(i), ',') || ']') FROM generate_series(1, 50) AS i;
SELECT keys('pk IN [' || string_agg(quote_literal('v' || i), ',') || $$] AND sk IN ['1', '2']$$) AS too_many FROM generate_series(1, 26) AS i;
SELECT keys('pk IN [' || string_agg(quote_literal('v' || i), ',') || '] OR n = 10') AS scan FROM generate_series(1, 51) AS i;
SELECT keys($$pk = 'a' AND n IN [$$ || string_agg(i::text, ',') || ']') AS too_many FROM generate_series(1, 101) AS i;

-- no keys: a Scan
SELECT * FROM keys_all('n >= 30', $$sk = '1'$$, $$pk = 'a' AND sk = '4' OR n = 10$$, 'g IS MISSING', $$pk > 'b'$$);

-- operators and functions; logic is two-valued
CREATE FUNCTION holds(VARIADIC conditions text[]) RETURNS TABLE (condition text, holds text) LANGUAGE sql AS $$
    SELECT c, CASE keys('pk = ''types'' AND (' || c || ')') WHEN 'types/1' THEN 'yes' WHEN '' THEN 'no' ELSE keys('pk = ''types'' AND (' || c || ')') END
    FROM unnest(conditions) WITH ORDINALITY AS u(c, n) ORDER BY n
$$;
SELECT * FROM holds(
    $$s = 'str'$$, $$s <> 'str'$$, $$s != 'x'$$, $$nope = 1$$, $$nope <> 1$$, $$NOT nope = 1$$, $$s < 5$$, $$s > 'a' AND s <= 'str'$$, $$s BETWEEN 'a' AND 'z'$$, $$s NOT IN ['x', 'y']$$, $$s IN ('str')$$,
    $$m.sub = 'deep'$$, $$m['sub'] = 'deep'$$, $$m."sub" = 'deep'$$, $$l1[1].y = 1$$, $$l1[0] = 'x'$$, $$m.k[0] = 'c'$$, $$m.nope = 'x'$$,
    $$ss = <<'b', 'a'>>$$, $$l1 = ['x', {'y': 1.0}]$$, $$m = {'k': ['c'], 'sub': 'deep'}$$, $$flag = true$$, $$nul = null$$, $$1 = 1$$, $$'a' = 'b'$$,
    $$nul IS NULL$$, $$s IS NULL$$, $$nope IS NULL$$, $$nul IS NOT NULL$$, $$s IS NOT NULL$$, $$nope IS MISSING$$, $$nul IS MISSING$$, $$s IS NOT MISSING$$, $$flag IS BOOL$$, $$s IS STRING$$, $$s IS NOT STRING$$,
    $$m IS STRUCT$$, $$m IS TUPLE$$, $$l1 IS LIST$$, $$ss IS LIST$$, $$b IS BLOB$$, $$s IS NUMERIC$$, $$s IS BAG$$, $$s IS INT$$, $$size(s) IS NULL$$, $$1 IS MISSING$$);
SELECT * FROM holds(
    $$attribute_exists(ss)$$, $$ATTRIBUTE_EXISTS("ss")$$, $$attribute_exists(m.sub)$$, $$attribute_exists(m.nope)$$, $$attribute_not_exists(nope)$$, $$NOT attribute_exists(nope)$$,
    $$begins_with(s, 'st')$$, $$contains(ss, 'a')$$, $$contains(s, 'tr')$$, $$size(s) = 3$$, $$size(m) > 1$$, $$size(nul) > 0$$, $$attribute_type(ss, 'SS')$$, $$attribute_type(ss, 'S')$$,
    $$attribute_exists(nope) = false$$, $$true = attribute_exists(s)$$, $$attribute_exists(s) <> 1$$, $$contains(nope, 'z') = false$$, $$(size(s) BETWEEN 0 AND 5) = true$$, $$(s = 'x' OR flag = false) = false$$,
    $$attribute_exists(nope) IN [true, false]$$, $$attribute_exists(s) = attribute_exists(flag)$$, $$attribute_exists(s) = flag$$, $$attribute_exists(s) = 1$$, $$NOT attribute_exists(s) = true$$,
    $$(attribute_exists(s) = true) = false$$, $$attribute_exists(s) = s$$, $$attribute_exists(s) > false$$);
SELECT * FROM holds(
    $$attribute_exists('s')$$, $$attribute_exists()$$, $$attribute_exists(s, ss)$$, $$EXISTS(s)$$, $$set_add(ss, <<'x'>>) = ss$$, $$foo(s)$$, $$size(s, s) = 1$$, $$size(1) = 1$$, $$begins_with(s)$$, $$begins_with(s, 1)$$,
    $$attribute_type(s, 'X')$$, $$attribute_type(s, 1)$$, $$attribute_type(s, true)$$, $$s < true$$, $$s >= null$$, $$s BETWEEN true AND false$$, $$s BETWEEN 2 AND 1$$, $$s BETWEEN 'a' AND 1$$, $$s IN []$$, $$s IN 's'$$,
    $$s$$, $$true$$, $$NOT s$$, $$s = ss = 1$$, $$s = s$$, $$size(s)$$);

-- parameters
SELECT run('SELECT sk FROM "SelectC" WHERE pk = ? AND n > ?', '[{"S": "a"}, {"N": "20"}]'), run('SELECT sk FROM "SelectC" WHERE pk = ? AND n IN [?, 20]', '[{"S": "a"}, {"N": "10"}]');
SELECT run('SELECT sk FROM "SelectC" WHERE pk = ?'), run('SELECT sk FROM "SelectC" WHERE pk = ? AND sk = ''1''', '[{"S": "a"}, {"S": "too many"}]');
SELECT run('SELECT sk FROM "SelectC" WHERE n = ?', '[{"N": "abc"}]'), run('not even a statement', '[{"N": ""}]'), run('SELECT', '[{"SS": ["a", "a"]}]'), run('SELECT', '[{}]');

-- columns
SELECT * FROM run_all(
    $$SELECT m.sub, l1[0], m.k[0] FROM "SelectC" WHERE pk = 'types'$$, $$SELECT nope FROM "SelectC" WHERE pk = 'types'$$, $$SELECT m['sub'], flag FROM "SelectC" WHERE pk = 'types' AND sk = '1'$$);

-- order
SELECT * FROM keys_all(
    $$pk = 'a' ORDER BY sk DESC$$, $$pk = 'a' ORDER BY sk$$, $$pk = 'a' ORDER BY pk ASC$$, $$pk IN ['a', 'b'] ORDER BY pk DESC, sk ASC$$, $$pk IN ['b', 'a'] ORDER BY pk$$, $$pk = 'a' AND sk IN ['3', '1'] ORDER BY sk$$,
    $$pk = 'a' AND sk IN ['1', '3'] ORDER BY sk DESC$$, $$pk = 'a' AND n > 10 ORDER BY sk DESC$$,
    $$pk = 'a' ORDER BY n$$, $$pk > 'a' ORDER BY sk$$, $$pk IN ['a', 'b'] ORDER BY sk$$, $$pk = 'a' ORDER BY sk + 1$$, $$pk = 'a' ORDER BY m.a$$);
SELECT run('SELECT sk FROM "SelectC" ORDER BY sk');

-- pages: Limit counts what is looked at
CREATE FUNCTION pages(statement text, page_limit int, parameters json DEFAULT NULL) RETURNS TABLE (page int, items json, more boolean) LANGUAGE plpgsql AS $$
DECLARE
    token text;
    answer json;
BEGIN
    page := 0;
    LOOP
        answer := dynamo.execute_statement(json_strip_nulls(json_build_object('Statement', statement, 'Limit', page_limit, 'NextToken', token, 'Parameters', parameters)));
        token := answer ->> 'NextToken';
        page := page + 1;
        items := (SELECT json_agg((i -> 'pk' ->> 'S') || '/' || (i -> 'sk' ->> 'S')) FROM json_array_elements(answer -> 'Items') AS i);
        more := token IS NOT NULL;
        RETURN NEXT;
        EXIT WHEN token IS NULL OR page > 20;
    END LOOP;
END $$;
SELECT * FROM pages($$SELECT pk, sk FROM "SelectC" WHERE pk = 'a'$$, 3);
SELECT * FROM pages($$SELECT pk, sk FROM "SelectC" WHERE pk IN ['a', 'b'] AND n > 20 ORDER BY pk DESC$$, 3);
SELECT * FROM pages('SELECT pk, sk FROM "SelectC" WHERE pk = ? AND sk = ?', 1, '[{"S": "a"}, {"S": "1"}]');
SELECT count(*) AS pages, sum(json_array_length(items)) AS items FROM pages('SELECT pk, sk FROM "SelectC"', 2);
SELECT * FROM pages($$SELECT pk, sk FROM "SelectC"."gsi" WHERE g = 'g1'$$, 3);
SELECT * FROM pages($$SELECT pk, sk FROM "SelectC"."lsi" WHERE pk = 'a' ORDER BY l$$, 3);
SELECT dynamo.execute_statement($${"Statement": "SELECT sk FROM \"SelectC\" WHERE pk = 'a'", "Limit": 1}$$) -> 'LastEvaluatedKey' AS last_key;

-- conditions as values take no time that doubles with each level
SELECT keys('pk = ''types'' AND ' || repeat('(', 200) || 'n = 1' || repeat(') = nope', 200)) AS compared,
    keys('pk = ''types'' AND ' || repeat('(', 200) || 'attribute_exists(flag)' || repeat(') IN [nope, flag]', 200)) AS listed,
    keys('pk = ''types'' AND (n = 1) = (n = 2) AND (attribute_exists(s) <> (n = 1)) = flag') AS two;

-- a token is good for its statement and parameters only
CREATE FUNCTION token(statement text, parameters json DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT dynamo.execute_statement(json_strip_nulls(json_build_object('Statement', statement, 'Limit', 1, 'Parameters', parameters))) ->> 'NextToken'
$$;
SELECT run('SELECT pk FROM "SelectC"', NULL, jsonb_build_object('NextToken', token('SELECT sk FROM "SelectC"')));
SELECT run('SELECT pk FROM "SelectC" WHERE pk = ?', '[{"S": "b"}]', jsonb_build_object('NextToken', token('SELECT pk FROM "SelectC" WHERE pk = ?', '[{"S": "a"}]')));
SELECT run('SELECT pk FROM "SelectC"."gsi" WHERE g = ''g1''', NULL, jsonb_build_object('NextToken', token('SELECT pk FROM "SelectC"')));
SELECT run('SELECT pk FROM "SelectC"', NULL, '{"NextToken": "x"}'), run('SELECT pk FROM "SelectC"', NULL, '{"NextToken": "AAAA"}'), run('SELECT pk FROM "SelectC"', NULL, '{"NextToken": ""}');
SELECT run('SELECT pk FROM "SelectC"', NULL, jsonb_build_object('NextToken', left(token('SELECT pk FROM "SelectC"'), -4)));
SELECT run('SELECT sk FROM "SelectC" WHERE pk = ''a''', NULL, '{"Limit": 0}');

-- indexes
SELECT * FROM run_all(
    $$SELECT * FROM "SelectC"."gsi" WHERE g = 'g0' AND p = 'proj' AND pk = 'a'$$, $$SELECT * FROM "SelectC"."lsi" WHERE pk = 'a' AND l = 'l8'$$, $$SELECT np FROM "SelectC"."lsi" WHERE pk = 'a' AND l = 'l8'$$,
    $$SELECT sk FROM "SelectC"."gsi" WHERE np = 'np1'$$, $$SELECT sk FROM "SelectC"."lsi" WHERE np = 'np1'$$, $$SELECT sk FROM "SelectC" WHERE np = 'np1'$$,
    $$SELECT sk FROM "SelectC"."gsi" WHERE NOT np = 'np1' AND sk = '1'$$, $$SELECT sk FROM "SelectC"."gsi" WHERE (g = 'g0' AND sk = '2') OR g = 'g2'$$);
SELECT * FROM run_all(
    $$SELECT np, m FROM "SelectC"."gsi" WHERE g = 'g1'$$, $$SELECT np FROM "SelectC"."gsi"$$, $$SELECT pk FROM "SelectC"."gsi" WHERE g = 'g1' AND np = 'x'$$, $$SELECT pk FROM "SelectC"."lsi" WHERE pk = 'a' AND np = 'x'$$,
    $$SELECT pk FROM "SelectC"."gsi" WHERE g = 'y' AND b = '1' AND (a = '2' OR p = '3')$$, $$SELECT pk FROM "SelectC"."gsi" WHERE g = 'y' AND (zz = '1' OR aa = '2' OR mm = '3')$$,
    $$SELECT pk FROM "SelectC"."gsi" WHERE g = 'y' AND NOT (np = 'np1' OR p = 'x')$$, $$SELECT pk FROM "SelectC"."gsi" WHERE (g = 'y' OR g = 'z') AND zz = '1'$$,
    $$SELECT pk FROM "SelectC"."gsi" WHERE (g = 'b' AND u1 = '1') OR (g = 'q' AND u2 = '1')$$, $$SELECT pk FROM "SelectC"."gsi" WHERE (g = 'q' AND u1 = '1') OR (g = 'b' AND u2 = '1')$$,
    $$SELECT pk FROM "SelectC"."gsi" WHERE g > 'a' AND zz = '1'$$, $$SELECT pk FROM "SelectC"."gsi" WHERE g = 'y' AND (g = 'z' OR zz = '1')$$, $$SELECT pk FROM "SelectC"."gsi" WHERE (g = 'y' AND zz = '1') OR aa = '1'$$,
    $$SELECT pk FROM "SelectC"."gsi" WHERE (g = 'y' AND zz = '1') OR (g = 'y' AND aa = '1')$$,
    $$SELECT * FROM "SelectC"."multi" WHERE h1 = 'a'$$, $$SELECT COUNT(*) FROM "SelectC"."multi"$$, $$SELECT * FROM "SelectC"."multi" WHERE$$, $$SELECT * FROM "SelectC"."nope" WHERE pk = 'a'$$);
SELECT run('SELECT pk FROM "SelectC"."gsi" WHERE g = ''g1''', NULL, '{"ConsistentRead": true}'), run('SELECT sk FROM "SelectC"."lsi" WHERE pk = ''a'' AND l = ''l8''', NULL, '{"ConsistentRead": true}');

-- capacity: what was looked at, whatever the filter leaves
CREATE FUNCTION capacity(statement text, extra jsonb DEFAULT '{}') RETURNS json LANGUAGE sql AS $$
    SELECT dynamo.execute_statement((jsonb_build_object('Statement', statement, 'ReturnConsumedCapacity', 'INDEXES') || extra)::json) -> 'ConsumedCapacity'
$$;
SELECT capacity($$SELECT * FROM "SelectC" WHERE pk = 'a' AND sk = '1'$$), capacity($$SELECT * FROM "SelectC" WHERE pk = 'a' AND sk = '1'$$, '{"ConsistentRead": true}');
SELECT capacity($$SELECT sk FROM "SelectC" WHERE pk = 'nobody'$$) -> 'CapacityUnits' AS nothing, capacity($$SELECT sk FROM "SelectC" WHERE pk IN ['a', 'b', 'c']$$) -> 'CapacityUnits' AS three_reads;
SELECT capacity($$SELECT np FROM "SelectC"."lsi" WHERE pk = 'a'$$), capacity($$SELECT pk FROM "SelectC"."gsi" WHERE g = 'g1'$$);

SELECT dynamo.delete_table('{"TableName": "SelectC"}') IS NOT NULL AS deleted;
SET client_min_messages = warning;
DROP SCHEMA partiql_select CASCADE;
