-- Do conditions hold?

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
CREATE FUNCTION pg_temp.holds(e text, item text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.run('condition', json_build_object('FilterExpression', e, 'ExpressionAttributeValues',
        (SELECT json_object_agg(key, value) FROM json_each('{":s": {"S": "hello"}, ":h": {"S": "h"}, ":a": {"S": "a"}, ":z": {"S": "z"}, ":empty": {"S": ""}, ":0": {"N": "0"}, ":1": {"N": "1.0"}, ":2": {"N": "2"}, ":3": {"N": "3"}, ":4": {"N": "4"}, ":5": {"N": "5e0"}, ":b": {"B": "YWJj"}, ":b1": {"B": "YQ=="}, ":ss": {"SS": ["b", "a"]}, ":ns": {"NS": ["2.0", "1"]}, ":bs": {"BS": ["YQ=="]}, ":yes": {"BOOL": true}, ":no": {"BOOL": false}, ":null": {"NULL": true}, ":l": {"L": [{"N": "1"}, {"S": "b"}, {"M": {"k": {"N": "1"}}}]}, ":m": {"M": {"ss": {"SS": ["b", "a"]}, "k": {"S": "v"}}}, ":mk": {"M": {"k": {"N": "1.00"}}}, ":S": {"S": "S"}, ":N": {"S": "N"}, ":NULL": {"S": "NULL"}, ":BOOL": {"S": "BOOL"}, ":M": {"S": "M"}}') WHERE e ~ (key || '\M'))), item)
$$;

-- Comparisons.  Different types are never equal and have no order.
SELECT e, pg_temp.holds(e, '{"pk": {"S": "x"}, "s": {"S": "hello"}, "n": {"N": "5"}, "b": {"B": "YWJj"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"M": {"k": {"N": "1"}}}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]}, "bs": {"BS": ["YQ=="]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "u": {"S": "ü😀a"}, "e": {"S": ""}}')
FROM (VALUES
    (1, 's = :s'),
    (2, 's = :h'),
    (3, 's <> :h'),
    (4, 'n = :5'),
    (5, 'n <> :5'),
    (6, 'n < :s'),
    (7, 'n > :1'),
    (8, 'n >= :5'),
    (9, 'n <= :4'),
    (10, 's < :z'),
    (11, 'b = :b'),
    (12, 'b >= :b1'),
    (13, 'b = :s'),
    (14, 'ss = :ss'),
    (15, 'ns = :ns'),
    (16, 'bs = :bs'),
    (17, 'l = :l'),
    (18, 'm = :m'),
    (19, 'l[2] = :mk'),
    (20, 'yes = :yes'),
    (21, 'yes <> :yes'),
    (22, 'yes = :no'),
    (23, 'nul = :null'),
    (24, ':s = s'),
    (25, ':5 = :5'),
    (26, 's = n'),
    (27, 's <> n'),
    (28, 'e = :empty'),
    (29, 'm.k < :z'),
    (30, 'l[0] = :1'),
    (31, 'l[1] > :a')
) AS t(n, e) ORDER BY n;

-- What is missing equals nothing; NOT turns every answer round.
SELECT e, pg_temp.holds(e, '{"pk": {"S": "x"}, "s": {"S": "hello"}, "n": {"N": "5"}, "b": {"B": "YWJj"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"M": {"k": {"N": "1"}}}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]}, "bs": {"BS": ["YQ=="]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "u": {"S": "ü😀a"}, "e": {"S": ""}}')
FROM (VALUES
    (1, 'q = :s'),
    (2, 'q <> :s'),
    (3, 'NOT q = :s'),
    (4, 'q < :s'),
    (5, 'NOT q < :s'),
    (6, 'q = r'),
    (7, 'q <> r'),
    (8, 'q between :a and :z'),
    (9, 'q in (:s)'),
    (10, 'NOT q in (:s)'),
    (11, 'l[9] = :s'),
    (12, 's.k = :s'),
    (13, 'l.k = :s'),
    (14, 'm[0] = :s'),
    (15, 'begins_with(q, :h)'),
    (16, 'contains(q, :h)'),
    (17, 'contains(:s, q)'),
    (18, 'size(q) = :0'),
    (19, 'size(q) <> :0'),
    (20, 'attribute_exists(q)'),
    (21, 'attribute_not_exists(q)')
) AS t(n, e) ORDER BY n;

-- Functions.
SELECT e, pg_temp.holds(e, '{"pk": {"S": "x"}, "s": {"S": "hello"}, "n": {"N": "5"}, "b": {"B": "YWJj"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"M": {"k": {"N": "1"}}}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]}, "bs": {"BS": ["YQ=="]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "u": {"S": "ü😀a"}, "e": {"S": ""}}')
FROM (VALUES
    (1, 'attribute_exists(nul)'),
    (2, 'attribute_exists(m.k)'),
    (3, 'attribute_exists(l[2].k)'),
    (4, 'attribute_not_exists(m.z)'),
    (5, 'attribute_type(s, :S)'),
    (6, 'attribute_type(s, :N)'),
    (7, 'attribute_type(nul, :NULL)'),
    (8, 'attribute_type(yes, :BOOL)'),
    (9, 'attribute_type(m, :M)'),
    (10, 'attribute_type(q, :M)'),
    (11, 'begins_with(s, :h)'),
    (12, 'begins_with(s, :empty)'),
    (13, 'begins_with(s, :s)'),
    (14, 'begins_with(:h, s)'),
    (15, 'begins_with(b, :b1)'),
    (16, 'begins_with(b, :h)'),
    (17, 'begins_with(n, :h)'),
    (18, 'contains(s, :h)'),
    (19, 'contains(s, :empty)'),
    (20, 'contains(s, :z)'),
    (21, 'contains(b, :b1)'),
    (22, 'contains(b, :a)'),
    (23, 'contains(ss, :a)'),
    (24, 'contains(ss, :z)'),
    (25, 'contains(ns, :1)'),
    (26, 'contains(ns, :a)'),
    (27, 'contains(bs, :b1)'),
    (28, 'contains(ss, :ss)'),
    (29, 'contains(l, :1)'),
    (30, 'contains(l, :mk)'),
    (31, 'contains(l, :a)'),
    (32, 'contains(m, :a)'),
    (33, 'contains(n, :5)'),
    (34, 'contains(:l, n)')
) AS t(n, e) ORDER BY n;

SELECT e, pg_temp.holds(e, '{"pk": {"S": "x"}, "s": {"S": "hello"}, "n": {"N": "5"}, "b": {"B": "YWJj"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"M": {"k": {"N": "1"}}}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]}, "bs": {"BS": ["YQ=="]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "u": {"S": "ü😀a"}, "e": {"S": ""}}')
FROM (VALUES
    (1, 'size(s) = :5'),
    (2, 'size(e) = :0'),
    (3, 'size(u) = :4'),
    (4, 'size(b) = :3'),
    (5, 'size(ss) = :2'),
    (6, 'size(l) = :3'),
    (7, 'size(m) = :2'),
    (8, 'size(n) = :1'),
    (9, 'NOT size(n) = :1'),
    (10, 'size(nul) <> :1'),
    (11, 'size(:s) = n'),
    (12, 'size(m.ss) < size(s)'),
    (13, 'size(s) between :4 and :5'),
    (14, 'size(s) in (:1, :5)')
) AS t(n, e) ORDER BY n;

-- BETWEEN, IN and logic.
SELECT e, pg_temp.holds(e, '{"pk": {"S": "x"}, "s": {"S": "hello"}, "n": {"N": "5"}, "b": {"B": "YWJj"}, "l": {"L": [{"N": "1"}, {"S": "b"}, {"M": {"k": {"N": "1"}}}]}, "m": {"M": {"k": {"S": "v"}, "ss": {"SS": ["a", "b"]}}}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2"]}, "bs": {"BS": ["YQ=="]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "u": {"S": "ü😀a"}, "e": {"S": ""}}')
FROM (VALUES
    (1, 'n between :1 and :5'),
    (2, 'n between :1 and :4'),
    (3, 'n between :a and :z'),
    (4, 's between :h and :z'),
    (5, 'n between :1 and s'),
    (6, 'n between q and :5'),
    (7, 'n in (:1, :2, :5)'),
    (8, 'n in (s, size(s))'),
    (9, 'yes in (:no, :yes)'),
    (10, 'l in (:l)'),
    (11, 's = :s AND n = :5'),
    (12, 's = :s AND n = :4'),
    (13, 's = :h OR n = :5'),
    (14, 's = :h OR n = :4'),
    (15, 'NOT s = :h AND n = :4'),
    (16, 'NOT (s = :h AND n = :4)'),
    (17, 's = :s OR s = :h AND n = :4'),
    (18, '(s = :s OR s = :h) AND n = :4'),
    (19, 's = :s or not n = :4 and NOT s = :h')
) AS t(n, e) ORDER BY n;

-- No item at all.
SELECT e, pg_temp.holds(e, NULL)
FROM (VALUES
    (1, 'attribute_not_exists(pk)'),
    (2, 'attribute_exists(pk)'),
    (3, 's <> :s'),
    (4, 's = :s'),
    (5, 'NOT s = :s'),
    (6, ':5 = :5')
) AS t(n, e) ORDER BY n;
-- More texts than a backend keeps, each twice.
SELECT count(*) FROM generate_series(1, 3000) AS i, generate_series(1, 2)
WHERE dynamo_internal.expr_condition(json_build_object('FilterExpression', format('attribute_exists(a%s) OR pk = k%s', i, i))::text,
                                     json_build_object('a' || i, json_build_object('N', '1'))::text::dynamo.item);
