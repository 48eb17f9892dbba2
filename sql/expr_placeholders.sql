-- ExpressionAttributeNames and ExpressionAttributeValues.

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

SELECT n, pg_temp.run('condition', r, '{"a": {"S": "x"}}')
FROM (VALUES
    (1, '{"FilterExpression": "", "ExpressionAttributeNames": {}, "ExpressionAttributeValues": {}}'::json),
    (2, '{"FilterExpression": "", "ExpressionAttributeNames": {"a": "a"}, "ExpressionAttributeValues": {}}'),
    (3, '{"FilterExpression": "", "ExpressionAttributeNames": {"#a": "a", "#": "b"}}'),
    (4, '{"FilterExpression": "", "ExpressionAttributeNames": {"#a": "a", "#b c": "b"}}'),
    (5, '{"FilterExpression": "", "ExpressionAttributeNames": {"#a": ""}}'),
    (6, '{"FilterExpression": "", "ExpressionAttributeValues": {}}'),
    (7, '{"FilterExpression": "", "ExpressionAttributeValues": {":b": {"a": ""}, "b": {"S": "a"}}}'),
    (8, '{"FilterExpression": "", "ExpressionAttributeValues": {":b": {}}}'),
    (9, '{"FilterExpression": "", "ExpressionAttributeValues": {":b": {"SS": []}}}'),
    (10, '{"FilterExpression": "", "ExpressionAttributeValues": {":b": {"L": [{"NS": ["1", "1.0"]}]}}}'),
    (11, '{"FilterExpression": "", "ExpressionAttributeValues": {":b": {"S": "a", "N": "1"}}}'),
    (12, '{"FilterExpression": "", "ExpressionAttributeValues": {":0": {"S": "b"}}}'),
    (13, '{"FilterExpression": "#a = :a", "ExpressionAttributeNames": {"#a": "a"}, "ExpressionAttributeValues": {":a": {"S": "x"}}}'),
    (14, '{"FilterExpression": "#a = :a OR #a = :a", "ExpressionAttributeNames": {"#a": "a"}, "ExpressionAttributeValues": {":a": {"S": "x"}}}'),
    (15, '{"FilterExpression": "#a = :a", "ExpressionAttributeNames": {"#a": "a", "#b": "a", "#c": "a"}, "ExpressionAttributeValues": {":a": {"S": "x"}, ":b": {"S": "x"}}}'),
    (16, '{"FilterExpression": "#a = :a", "ExpressionAttributeNames": {"#a": "a"}, "ExpressionAttributeValues": {":a": {"S": "x"}, ":b": {"S": "x"}, ":c": {"S": "x"}}}'),
    (17, '{"FilterExpression": "#a = :a", "ExpressionAttributeNames": {"#A": "a"}, "ExpressionAttributeValues": {":a": {"S": "x"}}}')
) AS t(n, r) ORDER BY n;

-- Lengths: 255 bytes with the mark for a key, 65535 for a name.
SELECT n, right(pg_temp.run('condition', json_build_object('FilterExpression', 'a = b', 'ExpressionAttributeNames', json_build_object(k, v)), NULL), 130)
FROM (VALUES (1, '#' || repeat('k', 254), 'a'), (2, '#' || repeat('k', 255), 'a'),
             (3, '#a', repeat('n', 65535)), (4, '#a', repeat('n', 65536))) AS t(n, k, v) ORDER BY n;
SELECT pg_temp.run('condition', json_build_object('FilterExpression', 'a = b', 'ExpressionAttributeValues', json_build_object(':' || repeat('k', 255), '{"S": "x"}'::json)), NULL);

-- One name is one step of a path, whatever is in it.
SELECT pg_temp.run('projection', '{"ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "a.b"}}', '{"a": {"M": {"b": {"S": "nested"}}}, "a.b": {"S": "dotted"}}');
SELECT pg_temp.run('projection', '{"ProjectionExpression": "#n.#b", "ExpressionAttributeNames": {"#n": "a", "#b": "b"}}', '{"a": {"M": {"b": {"S": "nested"}}}, "a.b": {"S": "dotted"}}');
