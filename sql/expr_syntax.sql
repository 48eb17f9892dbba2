-- Syntax of expressions: what is refused by looking at the text alone.

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

-- The text shown reaches from the token before the wrong one to the one behind.
SELECT e, pg_temp.run('condition', json_build_object('FilterExpression', e), NULL)
FROM (VALUES
    (1, ''),
    (2, '  '),
    (3, 'a'),
    (4, 'a ='),
    (5, 'a = '),
    (6, '= a'),
    (7, 'a = 4'),
    (8, 'a = 4.5'),
    (9, 'a == b'),
    (10, 'a = b AND'),
    (11, 'a = b AND )'),
    (12, '(a = b'),
    (13, 'a = b)'),
    (14, 'a = b c'),
    (15, 'a b '),
    (16, '  ) a'),
    (17, 'a > between'),
    (18, 'a in b, c'),
    (19, 'a in (b,c,)'),
    (20, 'a in ((b,c))'),
    (21, 'size(a).b > a'),
    (22, 'size(a)[0] > a'),
    (23, '"x" = a'),
    (24, 'a = ''x'''),
    (25, 'ü > a'),
    (26, 'a =  ü  '),
    (27, 'a = $x'),
    (28, 'a = :'),
    (29, '# = a'),
    (30, ': = a'),
    (31, 'a..b = c'),
    (32, 'a[b] = c'),
    (33, 'a[] = c'),
    (34, 'a[-1] = c'),
    (35, 'a[1.5] = c'),
    (36, 'a[01] = c'),
    (37, 'a.1 = c'),
    (38, '1a = c'),
    (39, '_a = c'),
    (40, '#$.b > a'),
    (41, 'b[:a] > a'),
    (42, 'b[#_] > a'),
    (43, 'a > :things.stuff'),
    (44, 'attribute_exists(a'),
    (45, 'attribute_exists()'),
    (46, 'attribute_exists a'),
    (47, 'a.b(c)'),
    (48, 'AND'),
    (49, 'NOT'),
    (50, 'a AND b'),
    (51, 'a = b OR OR c = d'),
    (52, 'a <> b <> c'),
    (53, 'a ! b'),
    (54, 'a; b'),
    (55, 'SET a = b'),
    (56, 'and = b'),
    (57, '(a.b).c = d'),
    (58, '(a)[0] = b'),
    (59, 'a.(b) = c'),
    (60, '(a = b) = c'),
    (61, '()'),
    (62, '(a)'),
    (63, '(a)between(b.(c.d))and(c)'),
    (64, '(a)between(b.c.d)and((c)'),
    (65, 'things are not gonna be ok'),
    (66, 'a = b
  c
 d')
) AS t(n, e) ORDER BY n;

-- Parentheses.
SELECT e, pg_temp.run('condition', json_build_object('FilterExpression', e), NULL)
FROM (VALUES
    (1, '((a = b))'),
    (2, '(((a)) = b)'),
    (3, 'a = ((b))'),
    (4, 'NOT ((a = b))'),
    (5, '((attribute_exists(a)))'),
    (6, 'size(((a))) > b'),
    (7, 'a in (((b)))'),
    (8, 'a = b AND ((a = b AND a = b)) AND a = b'),
    (9, '((a = b)) AND attribute_exists('),
    (10, '(a)between(((b.c)).d)and(c)')
) AS t(n, e) ORDER BY n;

SELECT e, pg_temp.run('condition', json_build_object('FilterExpression', e), NULL)
FROM (VALUES
    (1, '(a = b)'),
    (2, '((a) = (b))'),
    (3, '(a = b) AND (c = d)'),
    (4, '((a = b) AND (c = d))'),
    (5, 'NOT (NOT (a = b))'),
    (6, 'NOT NOT a = b'),
    (7, '(NOT (a = b)) OR (attribute_exists((a)))'),
    (8, '(a) between (b) and (c)'),
    (9, '(size((a))) > (b)'),
    (10, 'a in ((b), (c))')
) AS t(n, e) ORDER BY n;

-- Names of functions and where they may stand.
SELECT e, pg_temp.run('condition', json_build_object('FilterExpression', e), NULL)
FROM (VALUES
    (1, 'foo(a)'),
    (2, 'foo(name)'),
    (3, 'SIZE(a) = b'),
    (4, 'attRIbute_exIsts((views), #a)'),
    (5, 'a = b and whatever((:things)) > a'),
    (6, 'size(a)'),
    (7, 'NOT size(a)'),
    (8, '(size(a))'),
    (9, 'size(name)'),
    (10, 'a = attribute_exists(a)'),
    (11, 'attribute_exists(name) = a'),
    (12, 'size(contains(a, b)) > a'),
    (13, 'a between b and attribute_exists(c)'),
    (14, 'a in (b, attribute_exists(c))'),
    (15, 'if_not_exists(a, b) = c'),
    (16, 'list_append(a) AND name = b')
) AS t(n, e) ORDER BY n;

-- Reserved words and list indexes; the first mistake in the order of the text.
SELECT e, pg_temp.run('condition', json_build_object('FilterExpression', e), NULL)
FROM (VALUES
    (1, 'name = a'),
    (2, 'a.NaMe = b'),
    (3, ':a < abOrT'),
    (4, 'foo(a) AND name = b'),
    (5, 'name = b AND foo(a)'),
    (6, 'a[2147483647] = b'),
    (7, 'a[2147483648] = b'),
    (8, 'a[99999999999999999999] = name'),
    (9, 'name = a[99999999999]')
) AS t(n, e) ORDER BY n;

-- Updates.
SELECT e, pg_temp.run('update', json_build_object('UpdateExpression', e), NULL)
FROM (VALUES
    (1, ''),
    (2, 'whatever'),
    (3, 'INVALID SYNTAX HERE'),
    (4, 'set'),
    (5, 'set a'),
    (6, 'set a='),
    (7, 'set a=set'),
    (8, 'set a b'),
    (9, 'add a'),
    (10, 'add a = b'),
    (11, 'add a b'),
    (12, 'add a (b)'),
    (13, 'delete a'),
    (14, 'delete a if_not_exist(b)'),
    (15, 'remove'),
    (16, 'remove a b'),
    (17, 'remove a = b'),
    (18, 'remove :a'),
    (19, 'remove (a)'),
    (20, 'set :a = b'),
    (21, 'set (a) = b'),
    (22, 'set a = b / c'),
    (23, 'set a[1] = "eight"'),
    (24, 'set a[1] = 1'),
    (25, 'set (a = (b + c))'),
    (26, 'set a = (b.c).d + e'),
    (27, 'set a = b + c + d'),
    (28, 'set a = (b + c) + d'),
    (29, 'set a = list_append(b, c + d)'),
    (30, 'set a = -b'),
    (31, 'set a = b,'),
    (32, 'set a = b c = d'),
    (33, 'set a = (b, c)'),
    (34, 'set a = b and c = d'),
    (35, 'set a = ((b))'),
    (36, 'set a = ((b + c))'),
    (37, 'set a = if_not_exists(((b)), c)'),
    (38, 'SET foo(a, b) = c')
) AS t(n, e) ORDER BY n;

SELECT e, pg_temp.run('update', json_build_object('UpdateExpression', e), NULL)
FROM (VALUES
    (1, 'set name = a'),
    (2, 'set a = b set c = name'),
    (3, 'set a = foo(b) set c = d'),
    (4, 'set a = size(b)'),
    (5, 'set a = b + size(c)'),
    (6, 'set a = attribute_exists(b)'),
    (7, 'set a = b + list_append(c, d)'),
    (8, 'set a = if_not_exists(b, list_append(c, d))'),
    (9, 'set a = list_append(list_append(b, c), d)'),
    (10, 'set a = #c set c = :d'),
    (11, 'remove #d set a = b remove e'),
    (12, 'add #d :e set a = b add e :f'),
    (13, 'delete #d :e set a = b delete #e :f'),
    (14, ' set #c = :c set abOrt = true '),
    (15, ' remove Absolute '),
    (16, 'set l[99999999999] = a')
) AS t(n, e) ORDER BY n;

SELECT e, pg_temp.run('update', json_build_object('UpdateExpression', e), NULL)
FROM (VALUES
    (1, 'set a = (pk)'),
    (2, 'set a = ((pk))'),
    (3, 'SET a = pk, b = pk REMOVE c, d'),
    (4, 'Remove c seT a = pk')
) AS t(n, e) ORDER BY n;

-- Projections.
SELECT e, pg_temp.run('projection', json_build_object('ProjectionExpression', e), '{"a": {"S": "x"}}')
FROM (VALUES
    (1, ''),
    (2, 'a,'),
    (3, 'a,,b'),
    (4, 'a b'),
    (5, 'a-b'),
    (6, '(a)'),
    (7, '(a,b)'),
    (8, ':a'),
    (9, 'a[b]'),
    (10, 'a..b'),
    (11, 'whatever(stuff)'),
    (12, '*'),
    (13, 'a.*'),
    (14, 'set'),
    (15, 'a and b'),
    (16, 'a[0'),
    (17, 'abort,'),
    (18, 'a.abORt'),
    (19, '#a,ABSoLUTE'),
    (20, ' a , b[0] , c.d ')
) AS t(n, e) ORDER BY n;

-- Size and number of operators.
SELECT n, pg_temp.run('condition', json_build_object('FilterExpression', e), NULL)
FROM (VALUES
    (1, 'a = b' || repeat(' ', 4091)),
    (2, 'a = b' || repeat(' ', 4092)),
    (3, repeat('(', 4097)),
    (4, repeat('(', 4096)),
    (5, 'a = b' || repeat(' OR a = b', 149)),
    (6, 'a = b' || repeat(' OR a = b', 150)),
    (7, repeat('NOT ', 299) || 'a = b'),
    (8, repeat('NOT ', 1000) || 'a = b'),
    (9, 'a < b' || repeat(' or (a < b', 149) || repeat(')', 149)),
    (10, 'a < b' || repeat(' or (a < b', 340) || repeat(')', 340)),
    (11, 'a < ' || repeat('f(', 1300) || 'b' || repeat(')', 1300)),
    (12, 'a < ' || repeat('size(', 600) || 'b' || repeat(')', 600)),
    (13, 'a IN (b' || repeat(', b', 99) || ')'),
    (14, 'a IN (b' || repeat(', b', 100) || ')'),
    (15, repeat('a.', 31) || 'a = b'),
    (16, repeat('a.', 32) || 'a = b'),
    (17, 'a' || repeat('[0]', 1000) || ' = b'),
    (18, 'a = b AND #zz = c' || repeat(' OR a = b', 160)),
    (19, 'a = b' || repeat(' OR a = b', 160) || ' OR #zz = c')
) AS t(n, e) ORDER BY n;

-- The right-hand sides of an update count together; the last is looked at first.
SELECT n, pg_temp.run('update', json_build_object('UpdateExpression', e), '{"pk": {"S": "x"}, "n": {"N": "1"}}') AS result
FROM (SELECT 1, 'SET ' || string_agg('a' || i || '=n+n', ',') FROM generate_series(1, 301) i
      UNION ALL
      SELECT 2, 'SET ' || string_agg('a' || i || '=n+n', ',') || ',z=:zz' FROM generate_series(1, 301) i
      UNION ALL
      SELECT 3, 'SET z=:zz,' || string_agg('a' || i || '=n+n', ',') FROM generate_series(1, 301) i) AS t(n, e) ORDER BY n;
