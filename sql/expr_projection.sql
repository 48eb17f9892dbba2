-- Projections.

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

SELECT e, pg_temp.run('projection', json_build_object('ProjectionExpression', e), '{"pk": {"S": "x"}, "a": {"M": {"b": {"L": [{"N": "2"}, {"N": "4"}, {"M": {"x": {"S": "hi"}, "y": {"S": "yo"}}}]}, "c": {"N": "5"}}}, "b": {"S": "hello"}, "l": {"L": [{"L": [{"S": "p"}, {"S": "q"}]}, {"S": "r"}]}}')
FROM (VALUES
    (1, 'a'),
    (2, 'b'),
    (3, 'pk, b'),
    (4, 'a.b'),
    (5, 'a.b[0]'),
    (6, 'a.b[2]'),
    (7, 'a.b[2].y'),
    (8, 'a.b[0],a.b[1]'),
    (9, 'a.b[2], a.b[0]'),
    (10, 'a.b[0],a.c'),
    (11, 'a.c,b'),
    (12, 'l[0][1], l[1]'),
    (13, 'l[1], l[0][1], l[0][0]'),
    (14, 'a.b[2].y, a.b[2].x, a.c, a.b[0]'),
    (15, 'x'),
    (16, 'a.b[3]'),
    (17, 'a.x'),
    (18, 'a.x.y'),
    (19, 'a.b[3].x'),
    (20, 'a.b.x'),
    (21, 'a[0]'),
    (22, 'a.b[0].x'),
    (23, 'a.b[0][0]'),
    (24, 'a.x, a.b[0], x, a.b[3].x'),
    (25, 'b.c'),
    (26, 'pk[0]')
) AS t(n, e) ORDER BY n;

-- Many paths.
SELECT count(*) FROM jsonb_object_keys(dynamo_internal.expr_projection(
    json_build_object('ProjectionExpression', (SELECT string_agg('a' || i, ',') FROM generate_series(1, 300) i))::text,
    (SELECT json_object_agg('a' || i, json_build_object('N', i::text))::text FROM generate_series(100, 400) i)::dynamo.item)::jsonb);
SELECT pg_temp.run('projection', '{"ProjectionExpression": "a"}', NULL);
SELECT pg_temp.run('projection', '{"AttributesToGet": ["b", "a.b", "zz", "l"]}', '{"pk": {"S": "x"}, "a": {"M": {"b": {"L": [{"N": "2"}, {"N": "4"}, {"M": {"x": {"S": "hi"}, "y": {"S": "yo"}}}]}, "c": {"N": "5"}}}, "b": {"S": "hello"}, "l": {"L": [{"L": [{"S": "p"}, {"S": "q"}]}, {"S": "r"}]}}');
SELECT pg_temp.run('projection', '{"AttributesToGet": ["b", "a", "b"]}', '{}');
SELECT pg_temp.run('projection', '{"AttributesToGet": ["b", ""]}', '{}');
