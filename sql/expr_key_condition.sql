-- Key conditions.

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
CREATE FUNCTION pg_temp.terms(e text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.run('key', json_build_object('KeyConditionExpression', e, 'ExpressionAttributeValues',
        (SELECT json_object_agg(key, value) FROM json_each('{":s": {"S": "h"}, ":a": {"S": "a"}, ":z": {"S": "z"}, ":n": {"N": "1"}}') WHERE e ~ (key || '\M'))), NULL)
$$;

SELECT e, pg_temp.terms(e)
FROM (VALUES
    (1, 'pk = :s'),
    (2, '(pk = :s)'),
    (3, 'pk = :s AND sk = :a'),
    (4, '(pk = :s) AND (sk > :n)'),
    (5, '(pk = :s AND (sk <= :n))'),
    (6, ':s = pk AND :a < sk'),
    (7, ':n >= sk AND :s = pk'),
    (8, 'pk = :s AND sk between :a and :z'),
    (9, 'pk = :s AND begins_with(sk, :a)'),
    (10, 'a = :s AND (b = :a AND (c = :z AND d < :n))')
) AS t(n, e) ORDER BY n;

SELECT e, pg_temp.terms(e)
FROM (VALUES
    (1, ''),
    (2, 'pk = :s OR sk = :a'),
    (3, 'a > b and size(b) > c or a > c'),
    (4, 'pk IN (:s)'),
    (5, 'NOT pk = :s'),
    (6, 'pk <> :s'),
    (7, 'attribute_exists(pk)'),
    (8, 'attribute_not_exists(pk)'),
    (9, 'attribute_type(pk, :s)'),
    (10, 'contains(a.d, b)'),
    (11, 'a = :s AND b = :s AND c <> :s'),
    (12, ':a between size(b) and size(a) and b > :s'),
    (13, ':s between pk and :z'),
    (14, 'begins_with(:a, b) and a > :s'),
    (15, 'size(b) > a AND a.b > b AND b > c'),
    (16, 'a > size(b.d)'),
    (17, 'a between size(b) and size(a)'),
    (18, 'size(a) between :n and :n'),
    (19, 'b > a.b'),
    (20, 'b between c[1] and d'),
    (21, 'a between b and size(a)'),
    (22, 'begins_with(a, b)'),
    (23, 'b.d > a AND c.d > e.f'),
    (24, 'a.d > c'),
    (25, 'b[0] > a'),
    (26, ':s = :s'),
    (27, ':s > :a AND a < :s'),
    (28, ':a > b AND :a < :s'),
    (29, 'b > :a AND b < :a and c = :a and d = :a'),
    (30, '(a > :a and b > :a) and (b > :a and c > :a)'),
    (31, 'pk = pk'),
    (32, 'size(pk)'),
    (33, 'pk between :z and :a'),
    (34, 'pk between :a and :n'),
    (35, 'begins_with(pk, :n)'),
    (36, 'foo(pk)'),
    (37, 'name = :s'),
    (38, '((pk = :s))'),
    (39, 'if_not_exists(pk, :s) = :s')
) AS t(n, e) ORDER BY n;

-- KeyConditions.
SELECT r, pg_temp.run('key', json_build_object('KeyConditions', r::json), NULL)
FROM (VALUES
    (1, '{}'),
    (2, '{"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}, "sk": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1"}, {"N": "2"}]}}'),
    (3, '{"sk": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"B": "YQ=="}]}}'),
    (4, '{"sk": {"ComparisonOperator": "NE", "AttributeValueList": [{"S": "a"}]}}'),
    (5, '{"sk": {"ComparisonOperator": "NULL"}}'),
    (6, '{"sk": {"ComparisonOperator": "EQ"}}'),
    (7, '{"sk": {"ComparisonOperator": "LT", "AttributeValueList": [{"SS": ["a"]}]}}'),
    (8, '{"sk": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "b"}, {"S": "a"}]}}'),
    (9, '{"sk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"SS": []}]}}')
) AS t(n, r) ORDER BY n;
