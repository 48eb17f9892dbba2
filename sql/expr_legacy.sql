-- Expected, QueryFilter, ScanFilter, AttributeUpdates.

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

-- The thirteen operators: attribute that fits, that does not, that is missing.
SELECT r, pg_temp.run('condition', json_build_object('ScanFilter', r::json), '{"pk": {"S": "x"}, "a": {"S": "hello"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}]}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "m": {"M": {"k": {"S": "v"}}}, "m.k": {"S": "dotted"}}') AS result
FROM (VALUES
    (1, '{"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "hello"}]}}'),
    (2, '{"n": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "hello"}]}}'),
    (3, '{"q": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "hello"}]}}'),
    (4, '{"a": {"ComparisonOperator": "NE", "AttributeValueList": [{"S": "hello"}]}}'),
    (5, '{"n": {"ComparisonOperator": "NE", "AttributeValueList": [{"S": "hello"}]}}'),
    (6, '{"q": {"ComparisonOperator": "NE", "AttributeValueList": [{"S": "hello"}]}}'),
    (7, '{"a": {"ComparisonOperator": "LT", "AttributeValueList": [{"S": "i"}]}}'),
    (8, '{"n": {"ComparisonOperator": "LT", "AttributeValueList": [{"S": "i"}]}}'),
    (9, '{"q": {"ComparisonOperator": "LT", "AttributeValueList": [{"S": "i"}]}}'),
    (10, '{"a": {"ComparisonOperator": "LE", "AttributeValueList": [{"S": "hello"}]}}'),
    (11, '{"n": {"ComparisonOperator": "LE", "AttributeValueList": [{"S": "hello"}]}}'),
    (12, '{"q": {"ComparisonOperator": "LE", "AttributeValueList": [{"S": "hello"}]}}'),
    (13, '{"a": {"ComparisonOperator": "GT", "AttributeValueList": [{"S": "hello"}]}}'),
    (14, '{"n": {"ComparisonOperator": "GT", "AttributeValueList": [{"S": "hello"}]}}'),
    (15, '{"q": {"ComparisonOperator": "GT", "AttributeValueList": [{"S": "hello"}]}}'),
    (16, '{"a": {"ComparisonOperator": "GE", "AttributeValueList": [{"S": "hello"}]}}'),
    (17, '{"n": {"ComparisonOperator": "GE", "AttributeValueList": [{"S": "hello"}]}}'),
    (18, '{"q": {"ComparisonOperator": "GE", "AttributeValueList": [{"S": "hello"}]}}'),
    (19, '{"a": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"S": "ell"}]}}'),
    (20, '{"n": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"S": "ell"}]}}'),
    (21, '{"q": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"S": "ell"}]}}'),
    (22, '{"a": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "ell"}]}}'),
    (23, '{"n": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "ell"}]}}'),
    (24, '{"q": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "ell"}]}}'),
    (25, '{"a": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "he"}]}}'),
    (26, '{"n": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "he"}]}}'),
    (27, '{"q": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "he"}]}}'),
    (28, '{"a": {"ComparisonOperator": "IN", "AttributeValueList": [{"S": "hello"}]}}'),
    (29, '{"n": {"ComparisonOperator": "IN", "AttributeValueList": [{"S": "hello"}]}}'),
    (30, '{"q": {"ComparisonOperator": "IN", "AttributeValueList": [{"S": "hello"}]}}'),
    (31, '{"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "a"}, {"S": "z"}]}}'),
    (32, '{"n": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "a"}, {"S": "z"}]}}'),
    (33, '{"q": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "a"}, {"S": "z"}]}}'),
    (34, '{"a": {"ComparisonOperator": "NULL"}}'),
    (35, '{"nul": {"ComparisonOperator": "NULL"}}'),
    (36, '{"q": {"ComparisonOperator": "NULL"}}'),
    (37, '{"a": {"ComparisonOperator": "NOT_NULL"}}'),
    (38, '{"nul": {"ComparisonOperator": "NOT_NULL"}}'),
    (39, '{"q": {"ComparisonOperator": "NOT_NULL"}}'),
    (40, '{"ss": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"S": "a"}]}}'),
    (41, '{"ss": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "a"}]}}'),
    (42, '{"l": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"N": "1"}]}}'),
    (43, '{"l": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"N": "7"}]}}'),
    (44, '{"l": {"ComparisonOperator": "EQ", "AttributeValueList": [{"L": [{"N": "1"}, {"S": "b"}]}]}}'),
    (45, '{"ss": {"ComparisonOperator": "EQ", "AttributeValueList": [{"SS": ["b", "a"]}]}}'),
    (46, '{"yes": {"ComparisonOperator": "NE", "AttributeValueList": [{"BOOL": false}]}}'),
    (47, '{"m.k": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "dotted"}]}}'),
    (48, '{"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "hello"}]}, "n": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}]}}'),
    (49, '{}')
) AS t(n, r) ORDER BY n;

-- Their mistakes.
SELECT r, pg_temp.run('condition', json_build_object('ScanFilter', r::json), '{"pk": {"S": "x"}, "a": {"S": "hello"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}]}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "m": {"M": {"k": {"S": "v"}}}, "m.k": {"S": "dotted"}}') AS result
FROM (VALUES
    (1, '{"a": {"ComparisonOperator": "EQ"}}'),
    (2, '{"a": {"ComparisonOperator": "NE"}}'),
    (3, '{"a": {"ComparisonOperator": "LE"}}'),
    (4, '{"a": {"ComparisonOperator": "LT"}}'),
    (5, '{"a": {"ComparisonOperator": "GE"}}'),
    (6, '{"a": {"ComparisonOperator": "GT"}}'),
    (7, '{"a": {"ComparisonOperator": "CONTAINS"}}'),
    (8, '{"a": {"ComparisonOperator": "NOT_CONTAINS"}}'),
    (9, '{"a": {"ComparisonOperator": "BEGINS_WITH"}}'),
    (10, '{"a": {"ComparisonOperator": "IN"}}'),
    (11, '{"a": {"ComparisonOperator": "BETWEEN"}}'),
    (12, '{"a": {"ComparisonOperator": "NULL", "AttributeValueList": [{"S": "a"}]}}'),
    (13, '{"a": {"ComparisonOperator": "NOT_NULL", "AttributeValueList": [{"S": "a"}]}}'),
    (14, '{"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}, {"S": "a"}]}}'),
    (15, '{"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "a"}, {"S": "a"}, {"S": "a"}]}}'),
    (16, '{"a": {"ComparisonOperator": "IN", "AttributeValueList": [{"S": "a"}, {"N": "1"}]}}'),
    (17, '{"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "a"}, {"N": "1"}]}}'),
    (18, '{"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "b"}, {"S": "a"}]}}'),
    (19, '{"a": {"ComparisonOperator": "LT", "AttributeValueList": [{"BOOL": true}]}}'),
    (20, '{"a": {"ComparisonOperator": "IN", "AttributeValueList": [{"NULL": true}]}}'),
    (21, '{"a": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"SS": ["a"]}]}}'),
    (22, '{"a": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"L": []}]}}'),
    (23, '{"a": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"N": "1"}]}}'),
    (24, '{"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"M": {}}, {"M": {}}]}}'),
    (25, '{"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{}, {"S": "a"}]}}'),
    (26, '{"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}, {"SS": []}, {}]}}'),
    (27, '{"a": {"ComparisonOperator": "LT", "AttributeValueList": [{"N": "x"}]}}'),
    (28, '{"": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}}')
) AS t(n, r) ORDER BY n;

-- ConditionalOperator.
SELECT n, pg_temp.run('condition', r::json, '{"pk": {"S": "x"}, "a": {"S": "hello"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}]}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "m": {"M": {"k": {"S": "v"}}}, "m.k": {"S": "dotted"}}')
FROM (VALUES
    (1, '{"ScanFilter": {"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "hello"}]}, "n": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}]}}, "ConditionalOperator": "OR"}'),
    (2, '{"ScanFilter": {"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "hello"}]}, "n": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}]}}, "ConditionalOperator": "AND"}'),
    (3, '{"ScanFilter": {"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}, "n": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}]}}, "ConditionalOperator": "OR"}'),
    (4, '{"ScanFilter": {"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "hello"}]}}, "ConditionalOperator": "OR"}'),
    (5, '{"ScanFilter": {}, "ConditionalOperator": "OR"}'),
    (6, '{"ConditionalOperator": "OR"}'),
    (7, '{"Expected": {"a": {"Value": {"S": "a"}}, "n": {"Value": {"N": "5"}}}, "ConditionalOperator": "OR"}'),
    (8, '{"Expected": {"a": {"Value": {"S": "a"}}, "n": {"Value": {"N": "5"}}}, "ConditionalOperator": "AND"}')
) AS t(n, r) ORDER BY n;

-- Expected.
SELECT r, pg_temp.run('condition', json_build_object('Expected', r::json), '{"pk": {"S": "x"}, "a": {"S": "hello"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}]}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "m": {"M": {"k": {"S": "v"}}}, "m.k": {"S": "dotted"}}') AS result
FROM (VALUES
    (1, '{}'),
    (2, '{"a": {"Value": {"S": "hello"}}}'),
    (3, '{"a": {"Value": {"S": "a"}}}'),
    (4, '{"a": {"Exists": true, "Value": {"S": "hello"}}}'),
    (5, '{"a": {"Exists": false}}'),
    (6, '{"q": {"Exists": false}}'),
    (7, '{"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "hello"}]}}'),
    (8, '{"a": {"ComparisonOperator": "EQ", "Value": {"S": "hello"}}}'),
    (9, '{"a": {"ComparisonOperator": "NOT_NULL"}}'),
    (10, '{"q": {"ComparisonOperator": "NULL"}}'),
    (11, '{"m.k": {"Value": {"S": "dotted"}}}'),
    (12, '{"a": {}}'),
    (13, '{"a": {"Exists": true}}'),
    (14, '{"a": {"Exists": false, "Value": {"S": "a"}}}'),
    (15, '{"a": {"Exists": false, "Value": {"SS": []}}}'),
    (16, '{"a": {"Value": {"S": "a"}, "AttributeValueList": [{"S": "a"}]}}'),
    (17, '{"a": {"AttributeValueList": [{"S": "a"}]}}'),
    (18, '{"a": {"Exists": true, "AttributeValueList": [{"S": "a"}]}}'),
    (19, '{"a": {"Exists": true, "ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}}'),
    (20, '{"a": {"Exists": false, "ComparisonOperator": "EQ"}}'),
    (21, '{"a": {"ComparisonOperator": "EQ"}}'),
    (22, '{"a": {"ComparisonOperator": "EQ", "AttributeValueList": []}}'),
    (23, '{"a": {"ComparisonOperator": "NULL", "Value": {"S": "a"}}}'),
    (24, '{"a": {"ComparisonOperator": "BETWEEN", "Value": {"S": "a"}}}'),
    (25, '{"a": {"ComparisonOperator": "LT", "Value": {"BOOL": true}}}'),
    (26, '{"a": {"ComparisonOperator": "IN", "AttributeValueList": [{"S": "a"}, {"N": "1"}]}}'),
    (27, '{"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"S": "b"}, {"S": "a"}]}}'),
    (28, '{"a": {"Value": {}}}'),
    (29, '{"a": {"Value": {"SS": []}}}'),
    (30, '{"": {"Exists": false}}')
) AS t(n, r) ORDER BY n;

-- AttributeUpdates.
SELECT r, pg_temp.run('update', json_build_object('AttributeUpdates', r::json), '{"pk": {"S": "x"}, "a": {"S": "hello"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}]}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "m": {"M": {"k": {"S": "v"}}}, "m.k": {"S": "dotted"}}') AS result
FROM (VALUES
    (1, '{}'),
    (2, '{"q": {"Value": {"S": "a"}}}'),
    (3, '{"a": {"Action": "PUT", "Value": {"N": "1"}}, "q": {"Action": "PUT", "Value": {"L": []}}}'),
    (4, '{"a": {"Action": "DELETE"}}'),
    (5, '{"q": {"Action": "DELETE"}}'),
    (6, '{"n": {"Action": "ADD", "Value": {"N": "1"}}}'),
    (7, '{"q": {"Action": "ADD", "Value": {"N": "1"}}}'),
    (8, '{"l": {"Action": "ADD", "Value": {"L": [{"S": "a"}]}}}'),
    (9, '{"q": {"Action": "ADD", "Value": {"L": [{"S": "a"}]}}}'),
    (10, '{"ss": {"Action": "ADD", "Value": {"SS": ["z"]}}}'),
    (11, '{"ss": {"Action": "DELETE", "Value": {"SS": ["a", "z"]}}}'),
    (12, '{"ss": {"Action": "DELETE", "Value": {"SS": ["a", "b"]}}}'),
    (13, '{"q": {"Action": "DELETE", "Value": {"SS": ["a"]}}}'),
    (14, '{"m.k": {"Value": {"S": "a"}}}')
) AS t(n, r) ORDER BY n;

SELECT r, pg_temp.run('update', json_build_object('AttributeUpdates', r::json), '{"pk": {"S": "x"}, "a": {"S": "hello"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"S": "b"}]}, "ss": {"SS": ["a", "b"]}, "nul": {"NULL": true}, "yes": {"BOOL": true}, "m": {"M": {"k": {"S": "v"}}}, "m.k": {"S": "dotted"}}') AS result
FROM (VALUES
    (1, '{"q": {}}'),
    (2, '{"q": {"Action": "PUT"}}'),
    (3, '{"q": {"Action": "ADD"}}'),
    (4, '{"q": {"Action": "ADD", "Value": {"S": "a"}}}'),
    (5, '{"q": {"Action": "ADD", "Value": {"B": "YQ=="}}}'),
    (6, '{"q": {"Action": "ADD", "Value": {"NULL": true}}}'),
    (7, '{"q": {"Action": "ADD", "Value": {"BOOL": true}}}'),
    (8, '{"q": {"Action": "ADD", "Value": {"M": {}}}}'),
    (9, '{"q": {"Action": "DELETE", "Value": {"S": "a"}}}'),
    (10, '{"q": {"Action": "DELETE", "Value": {"N": "1"}}}'),
    (11, '{"q": {"Action": "DELETE", "Value": {"B": "YQ=="}}}'),
    (12, '{"q": {"Action": "DELETE", "Value": {"NULL": true}}}'),
    (13, '{"q": {"Action": "DELETE", "Value": {"BOOL": true}}}'),
    (14, '{"q": {"Action": "DELETE", "Value": {"M": {}}}}'),
    (15, '{"q": {"Action": "DELETE", "Value": {"L": []}}}'),
    (16, '{"q": {"Value": {}}}'),
    (17, '{"q": {"Value": {"SS": []}}}'),
    (18, '{"": {"Value": {"S": "a"}}}'),
    (19, '{"n": {"Action": "ADD", "Value": {"NS": ["1"]}}}'),
    (20, '{"ss": {"Action": "ADD", "Value": {"NS": ["1"]}}}'),
    (21, '{"ss": {"Action": "ADD", "Value": {"L": []}}}'),
    (22, '{"a": {"Action": "ADD", "Value": {"N": "1"}}}'),
    (23, '{"a": {"Action": "DELETE", "Value": {"SS": ["a"]}}}'),
    (24, '{"ss": {"Action": "DELETE", "Value": {"NS": ["1"]}}}')
) AS t(n, r) ORDER BY n;
