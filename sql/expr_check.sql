-- Checks that need names and values.  Unused placeholders show that all else was fine.

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

-- Number of operands, distinct operands, types: in this order, expression by expression.
SELECT e, pg_temp.run('condition', json_build_object('FilterExpression', e, 'ExpressionAttributeValues', '{":s": {"S": "h"}, ":n": {"N": "1"}, ":b": {"B": "YQ=="}, ":bool": {"BOOL": true}, ":null": {"NULL": true}, ":ss": {"SS": ["a"]}, ":ns": {"NS": ["1"]}, ":bs": {"BS": ["YQ=="]}, ":l": {"L": []}, ":m": {"M": {}}, ":a": {"S": "a"}, ":z": {"S": "z"}, ":n2": {"N": "1.50"}, ":b2": {"B": "YWI="}}'::json, 'ExpressionAttributeNames', '{"#a": "a", "#b": "b", "#3": "[3]", "#c": "c"}'::json), NULL)
FROM (VALUES
    (1, 'attribute_exists(a, b)'),
    (2, 'attribute_type(a)'),
    (3, 'begins_with(a)'),
    (4, 'begins_with(a, size(b), c)'),
    (5, 'contains(a)'),
    (6, 'size(a, b) > c'),
    (7, 'begins_with(a, :n, #zz)'),
    (8, 'attribute_exists(:s)'),
    (9, 'attribute_not_exists(size(:s))'),
    (10, 'attribute_not_exists(size(:n))'),
    (11, 'a = a'),
    (12, '#a <> a'),
    (13, 'a > #a'),
    (14, 'a between #a and b'),
    (15, 'a between b and a'),
    (16, 'a in (b, a)'),
    (17, 'contains(d.e[1].a, d.e[1].#a)'),
    (18, 'attribute_type(a, a)'),
    (19, 'begins_with(a.b, #a.b)'),
    (20, 'a between a and :m'),
    (21, 'a = a AND #zz = :s'),
    (22, '#zz = :s AND a = a'),
    (23, 'a = :zz'),
    (24, '#zz = :zz'),
    (25, ':zz = #zz'),
    (26, ':a > :a')
) AS t(n, e) ORDER BY n;

SELECT e, pg_temp.run('condition', json_build_object('FilterExpression', e, 'ExpressionAttributeValues', '{":s": {"S": "h"}, ":n": {"N": "1"}, ":b": {"B": "YQ=="}, ":bool": {"BOOL": true}, ":null": {"NULL": true}, ":ss": {"SS": ["a"]}, ":ns": {"NS": ["1"]}, ":bs": {"BS": ["YQ=="]}, ":l": {"L": []}, ":m": {"M": {}}, ":a": {"S": "a"}, ":z": {"S": "z"}, ":n2": {"N": "1.50"}, ":b2": {"B": "YWI="}}'::json, 'ExpressionAttributeNames', '{"#a": "a", "#b": "b", "#3": "[3]", "#c": "c"}'::json), NULL)
FROM (VALUES
    (1, 'begins_with(a, :n)'),
    (2, 'begins_with(a, :bool)'),
    (3, 'begins_with(a, :null)'),
    (4, 'begins_with(a, :l)'),
    (5, 'begins_with(a, :m)'),
    (6, 'begins_with(a, :ss)'),
    (7, 'begins_with(a, :ns)'),
    (8, 'begins_with(a, :bs)'),
    (9, 'begins_with(a, size(b))'),
    (10, 'begins_with(:n, a)'),
    (11, 'size(:n) > a'),
    (12, 'size(:bool) > a'),
    (13, 'size(:null) > a'),
    (14, 'size(size(a)) > :n'),
    (15, 'a < :bool'),
    (16, 'a < :null'),
    (17, 'a < :l'),
    (18, 'a < :m'),
    (19, 'a < :ss'),
    (20, 'a >= :bool'),
    (21, 'a >= :null'),
    (22, 'a >= :l'),
    (23, 'a >= :m'),
    (24, 'a >= :ss'),
    (25, ':m > a'),
    (26, ':n < :bool'),
    (27, 'a between :m and :m'),
    (28, 'a between :n and :bool'),
    (29, 'attribute_type(a, :n)'),
    (30, 'attribute_type(a, :ss)'),
    (31, 'attribute_type(a, size(b))'),
    (32, 'attribute_type(a, b)'),
    (33, 'attribute_type(a, :s)'),
    (34, 'a between :z and :a'),
    (35, 'a between :a and :n'),
    (36, 'a between :n2 and :n'),
    (37, 'a between :b2 and :b')
) AS t(n, e) ORDER BY n;

SELECT e, pg_temp.run('condition', json_build_object('FilterExpression', e, 'ExpressionAttributeValues', '{":s": {"S": "h"}, ":n": {"N": "1"}, ":b": {"B": "YQ=="}, ":bool": {"BOOL": true}, ":null": {"NULL": true}, ":ss": {"SS": ["a"]}, ":ns": {"NS": ["1"]}, ":bs": {"BS": ["YQ=="]}, ":l": {"L": []}, ":m": {"M": {}}, ":a": {"S": "a"}, ":z": {"S": "z"}, ":n2": {"N": "1.50"}, ":b2": {"B": "YWI="}}'::json, 'ExpressionAttributeNames', '{"#a": "a", "#b": "b", "#3": "[3]", "#c": "c"}'::json), NULL)
FROM (VALUES
    (1, 'a = :m'),
    (2, 'a <> :bool'),
    (3, 'a in (:m, :n, :bool)'),
    (4, 'contains(a, :m)'),
    (5, 'contains(size(a), :n)'),
    (6, 'a between size(a) and :s'),
    (7, 'size(a) < :s'),
    (8, 'attribute_exists(a)'),
    (9, 'begins_with(:s, :b)'),
    (10, 'a between b and b')
) AS t(n, e) ORDER BY n;

-- Paths of an update.  The last path is looked at first.
SELECT e, pg_temp.run('update', json_build_object('UpdateExpression', e, 'ExpressionAttributeValues', '{":s": {"S": "h"}, ":n": {"N": "1"}, ":b": {"B": "YQ=="}, ":bool": {"BOOL": true}, ":null": {"NULL": true}, ":ss": {"SS": ["a"]}, ":ns": {"NS": ["1"]}, ":bs": {"BS": ["YQ=="]}, ":l": {"L": []}, ":m": {"M": {}}, ":a": {"S": "a"}, ":z": {"S": "z"}, ":n2": {"N": "1.50"}, ":b2": {"B": "YWI="}}'::json, 'ExpressionAttributeNames', '{"#a": "a", "#b": "b", "#3": "[3]", "#c": "c"}'::json), NULL)
FROM (VALUES
    (1, 'set a = :s, a = :n'),
    (2, 'set a = :s, a.b = :n'),
    (3, 'set a.b = :s, a = :n'),
    (4, 'set a.b = :s, a[0] = :n'),
    (5, 'remove a.b set a[1] = :s'),
    (6, 'set d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)'),
    (7, 'set #c[3].#3 = a, #c[3] = a'),
    (8, 'set #c[3].#3 = a, #c.#3[3] = if_not_exists(a)'),
    (9, 'remove #a.b, a.b'),
    (10, 'set l[0] = :s, l[0] = :s'),
    (11, 'add a :n set a = :s'),
    (12, 'remove m.k, m.s, m'),
    (13, 'set a = :zz, a = :s'),
    (14, 'set #zz = :n, a = :n, a = :n'),
    (15, 'set a = :n, a = :n, #zz = :n'),
    (16, 'set a.b.c = :n, x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.y = :n')
) AS t(n, e) ORDER BY n;

-- Right-hand sides, also from the last.
SELECT e, pg_temp.run('update', json_build_object('UpdateExpression', e, 'ExpressionAttributeValues', '{":s": {"S": "h"}, ":n": {"N": "1"}, ":b": {"B": "YQ=="}, ":bool": {"BOOL": true}, ":null": {"NULL": true}, ":ss": {"SS": ["a"]}, ":ns": {"NS": ["1"]}, ":bs": {"BS": ["YQ=="]}, ":l": {"L": []}, ":m": {"M": {}}, ":a": {"S": "a"}, ":z": {"S": "z"}, ":n2": {"N": "1.50"}, ":b2": {"B": "YWI="}}'::json, 'ExpressionAttributeNames', '{"#a": "a", "#b": "b", "#3": "[3]", "#c": "c"}'::json), NULL)
FROM (VALUES
    (1, 'set a = if_not_exists(b)'),
    (2, 'set a = if_not_exists(b, :s, :n)'),
    (3, 'set a = list_append(:l)'),
    (4, 'set a = if_not_exists(:s, b)'),
    (5, 'set a = if_not_exists(if_not_exists(a, b), c)'),
    (6, 'set a = if_not_exists(b, #b)'),
    (7, 'set a = list_append(:s, b)'),
    (8, 'set a = list_append(:n, b)'),
    (9, 'set a = list_append(:b, b)'),
    (10, 'set a = list_append(:bool, b)'),
    (11, 'set a = list_append(:null, b)'),
    (12, 'set a = list_append(:ss, b)'),
    (13, 'set a = list_append(:m, b)'),
    (14, 'set a = b + :s'),
    (15, 'set a = b + :b'),
    (16, 'set a = b + :bool'),
    (17, 'set a = b + :null'),
    (18, 'set a = b + :ss'),
    (19, 'set a = b + :l'),
    (20, 'set a = b + :m'),
    (21, 'set a = :s - :b'),
    (22, 'set a = b + :s, c = #zz'),
    (23, 'set b = :zz, a = a + :s'),
    (24, 'set a = #zz, b = :zz'),
    (25, 'set a = :s, b = if_not_exists(c) add d :s'),
    (26, 'add d :s set x = n + :s'),
    (27, 'add d :s, e :zz'),
    (28, 'delete d :n add e :s'),
    (29, 'add a :s'),
    (30, 'add a :b'),
    (31, 'add a :bool'),
    (32, 'add a :null'),
    (33, 'add a :l'),
    (34, 'add a :m'),
    (35, 'delete a :s'),
    (36, 'delete a :n'),
    (37, 'delete a :b'),
    (38, 'delete a :bool'),
    (39, 'delete a :null'),
    (40, 'delete a :l'),
    (41, 'delete a :m')
) AS t(n, e) ORDER BY n;

-- Projections.
SELECT e, pg_temp.run('projection', json_build_object('ProjectionExpression', e, 'ExpressionAttributeNames', '{"#a": "a", "#b": "b", "#3": "[3]", "#c": "c"}'::json), NULL)
FROM (VALUES
    (1, 'a,a'),
    (2, 'a.b,a'),
    (3, 'a,a.b'),
    (4, 'b[1], b.a, #a.b, a'),
    (5, 'a, #a[1]'),
    (6, 'a.b, #a[1], #b'),
    (7, 'a.b[1], #a[1], #b'),
    (8, 'a[3].b, #a.#3.b'),
    (9, '#zz,a,a'),
    (10, 'a,b,a,#zz'),
    (11, 'a,a,name')
) AS t(n, e) ORDER BY n;
