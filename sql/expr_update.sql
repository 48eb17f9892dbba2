-- What updates make of items.

SET client_min_messages = warning;
\pset format unaligned

-- The result, or the text of the error.
CREATE FUNCTION pg_temp.run(what text, request json, item text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    CASE what
        WHEN 'condition' THEN result := dynamo_internal.expr_condition(request::text, item::dynamo.item);
        WHEN 'update' THEN result := dynamo_internal.expr_update(request::text, item::dynamo.item, '{"pk": {"S": "x"}}');
        WHEN 'touched' THEN result := dynamo_internal.expr_touched(request::text, item::dynamo.item);
        WHEN 'projection' THEN result := dynamo_internal.expr_projection(request::text, item::dynamo.item);
        WHEN 'key' THEN result := dynamo_internal.expr_key_condition(request::text);
    END CASE;
    RETURN result;
EXCEPTION WHEN SQLSTATE 'KV001' THEN
    RETURN sqlerrm;
END $$;

-- With those of the values that the expression mentions.
CREATE FUNCTION pg_temp.request(e text) RETURNS json LANGUAGE sql AS $$
    SELECT json_build_object('UpdateExpression', e, 'ExpressionAttributeValues',
        (SELECT json_object_agg(key, value) FROM json_each('{":s": {"S": "new"}, ":n": {"N": "2"}, ":l": {"L": [{"S": "x"}]}, ":m": {"M": {}}, ":ss": {"SS": ["a", "q"]}, ":both": {"SS": ["a", "b"]}, ":ns": {"NS": ["1", "9"]}, ":big": {"N": "9e125"}, ":tiny": {"N": "1e-130"}, ":one": {"N": "1"}}') WHERE e ~ (key || '\M')))
$$;
CREATE FUNCTION pg_temp.apply(what text, e text, item text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.run(what, pg_temp.request(e), item)
$$;

-- SET.
SELECT e, pg_temp.apply('update', e, '{"pk": {"S": "x"}, "a": {"S": "old"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"L": [{"N": "7"}]}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}}') AS result
FROM (VALUES
    (1, 'set a = :s'),
    (2, 'set z = :s'),
    (3, 'set aa = :s, b = :n, zz = :l'),
    (4, 'set a = n'),
    (5, 'set a = n, n = a'),
    (6, 'set m.k = :s'),
    (7, 'set m.z = :m'),
    (8, 'set l[0] = :s'),
    (9, 'set l[7] = :n, l[5] = :s'),
    (10, 'set l[2][0] = :s, l[2][4] = :n'),
    (11, 'set m.k = m, l[1] = l'),
    (12, 'set a = if_not_exists(a, :s), z = if_not_exists(z, :s)'),
    (13, 'set z = if_not_exists(y, if_not_exists(x, n))'),
    (14, 'set n = n + :n'),
    (15, 'set n = :n - n'),
    (16, 'set z = n - :n'),
    (17, 'set z = if_not_exists(z, :n) + :n'),
    (18, 'set l = list_append(l, :l)'),
    (19, 'set l = list_append(:l, l)'),
    (20, 'set z = list_append(if_not_exists(z, :l), l)'),
    (21, 'set a = m.ss')
) AS t(n, e) ORDER BY n;

-- REMOVE, by the indexes of the old list.
SELECT e, pg_temp.apply('update', e, '{"pk": {"S": "x"}, "a": {"S": "old"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"L": [{"N": "7"}]}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}}') AS result
FROM (VALUES
    (1, 'remove a'),
    (2, 'remove a, n, l, m, ss, nul'),
    (3, 'remove z'),
    (4, 'remove m.k'),
    (5, 'remove m.z'),
    (6, 'remove l[0]'),
    (7, 'remove l[0], l[1], l[2]'),
    (8, 'remove l[9]'),
    (9, 'remove l[2][0]'),
    (10, 'remove l[0] set l[1] = :s'),
    (11, 'remove l[1] set l[9] = :s'),
    (12, 'remove l[0] set a = l[0]'),
    (13, 'remove a set z = a')
) AS t(n, e) ORDER BY n;

-- ADD and DELETE.
SELECT e, pg_temp.apply('update', e, '{"pk": {"S": "x"}, "a": {"S": "old"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"L": [{"N": "7"}]}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}}') AS result
FROM (VALUES
    (1, 'add n :n'),
    (2, 'add z :n'),
    (3, 'add m.z :n'),
    (4, 'add l[0] :n'),
    (5, 'add l[9] :n'),
    (6, 'add ss :ss'),
    (7, 'add z :ss'),
    (8, 'add m.ss :ss'),
    (9, 'delete ss :ss'),
    (10, 'delete ss :both'),
    (11, 'delete m.ss :both'),
    (12, 'delete z :ss'),
    (13, 'delete l[9] :ss'),
    (14, 'add n :n delete ss :ss set a = n remove l[1]')
) AS t(n, e) ORDER BY n;

-- Operands and paths that do not fit.
SELECT e, pg_temp.apply('update', e, '{"pk": {"S": "x"}, "a": {"S": "old"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"L": [{"N": "7"}]}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}}') AS result
FROM (VALUES
    (1, 'set a = z'),
    (2, 'set a = l[9]'),
    (3, 'set a = if_not_exists(z, y)'),
    (4, 'set a = n + z'),
    (5, 'set a = z + a'),
    (6, 'set a = a + z'),
    (7, 'set n = n + a'),
    (8, 'set l = list_append(l, a)'),
    (9, 'set l = list_append(l, z)'),
    (10, 'set l = list_append(a, z)'),
    (11, 'set z.y = :s'),
    (12, 'set a.y = :s'),
    (13, 'set a[0] = :s'),
    (14, 'set l.y = :s'),
    (15, 'set m[0] = :s'),
    (16, 'set m.z.y = :s'),
    (17, 'set l[9].y = :s'),
    (18, 'remove z.y'),
    (19, 'remove a.y'),
    (20, 'remove l.y'),
    (21, 'add z.y :n'),
    (22, 'delete z.y :ss'),
    (23, 'add a :n'),
    (24, 'add n :ss'),
    (25, 'add l :n'),
    (26, 'add nul :n'),
    (27, 'add ss :ns'),
    (28, 'delete a :ss'),
    (29, 'delete ss :ns'),
    (30, 'delete m :ss')
) AS t(n, e) ORDER BY n;

-- Numbers out of range; more than 38 digits are an overflow, too.
SELECT e, pg_temp.apply('update', e, '{"pk": {"S": "x"}, "a": {"S": "old"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"L": [{"N": "7"}]}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}}') AS result
FROM (VALUES
    (1, 'set n = :big + :big'),
    (2, 'set n = :big - :one'),
    (3, 'set n = :tiny - :n'),
    (4, 'add n :big')
) AS t(n, e) ORDER BY n;

-- Without an item the update starts from the key; what only takes away changes nothing.
SELECT e, pg_temp.apply('update', e, NULL) AS result
FROM (VALUES
    (1, 'set a = :s'),
    (2, 'set a = pk'),
    (3, 'add n :n'),
    (4, 'set a.b = :s'),
    (5, 'set a = b'),
    (6, 'remove a'),
    (7, 'remove a.b'),
    (8, 'remove a[0]'),
    (9, 'delete ss :ss'),
    (10, 'remove a.b set c = :s')
) AS t(n, e) ORDER BY n;

-- Nesting: 32 levels, the item is the first.
SELECT levels, left(pg_temp.run('update', json_build_object('UpdateExpression', 'SET ' || path || ' = :v',
    'ExpressionAttributeValues', json_build_object(':v', (repeat('{"L": [', levels) || '{"S": "x"}' || repeat(']}', levels))::json)),
    '{"pk": {"S": "x"}, "l": {"L": []}}'), 40)
FROM (VALUES (1, 31, 'a'), (2, 32, 'a'), (3, 30, 'l[0]'), (4, 31, 'l[0]')) AS t(n, levels, path) ORDER BY n;

-- What ReturnValues shows: the paths written, as they stand in the item given.
SELECT e, pg_temp.apply('touched', e, '{"pk": {"S": "x"}, "a": {"S": "old"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"L": [{"N": "7"}]}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}}') AS result
FROM (VALUES
    (1, 'set a = :s'),
    (2, 'set a = :s, z = :s'),
    (3, 'set m.k = :s'),
    (4, 'set m.z = :s'),
    (5, 'set l[1] = :s, l[0] = :s'),
    (6, 'set l[9] = :s'),
    (7, 'remove a'),
    (8, 'remove m.k, l[2][0]'),
    (9, 'remove l[1]'),
    (10, 'remove z'),
    (11, 'add n :n delete m.ss :both')
) AS t(n, e) ORDER BY n;

-- What is left alone keeps its bytes, and all comes to lie as if the item had been written at once: names of one beginning,
-- small and large maps, a new first, middle and last attribute.
WITH names AS (
    SELECT size, j, 'attribute' || j AS name FROM unnest(ARRAY[0, 1, 5, 31, 32, 33, 60]) AS size, generate_series(1, size) AS j
    UNION ALL SELECT size, 0, name FROM unnest(ARRAY[0, 1, 5, 31, 32, 33, 60]) AS size, unnest(ARRAY['pk', 'a', 'zz']) AS name
), maps AS (
    SELECT size, jsonb_object_agg(name, jsonb_build_object('N', j::text)) AS m FROM names GROUP BY size
), updates AS (
    SELECT size, m, e, (m || new) - gone AS expected
    FROM maps, (VALUES
        ('set attribute1 = :s', '{"attribute1": {"S": "new"}}'::jsonb, ''),
        ('set attribute17 = :s, attribute2 = :s', '{"attribute17": {"S": "new"}, "attribute2": {"S": "new"}}', ''),
        ('set attribut = :s remove attribute3', '{"attribut": {"S": "new"}}', 'attribute3'),
        ('set attribute29x = :s, aa = :s', '{"attribute29x": {"S": "new"}, "aa": {"S": "new"}}', ''),
        ('set zzz = :s', '{"zzz": {"S": "new"}}', ''),
        ('remove a', '{}', 'a'),
        ('remove zz', '{}', 'zz')) AS u(e, new, gone)
)
SELECT e, bool_and(result OPERATOR(dynamo.=) wanted) AS equal,
    bool_and(dynamo.item_send(result) = dynamo.item_send(wanted)) FILTER (WHERE size < 20) AS same_bytes
FROM updates,
    LATERAL (SELECT pg_temp.apply('update', e, m::text)::dynamo.item AS result, expected::text::dynamo.item AS wanted) AS r
GROUP BY e ORDER BY e COLLATE "C";
