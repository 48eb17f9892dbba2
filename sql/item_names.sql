--
-- Attribute names that items do not spell out (src/item/README.md): an item is
-- the same whether it does or not, and numbers are for good.
--
\set VERBOSITY terse
SET search_path = dynamo, public;

CREATE TEMP TABLE documents (document text);
INSERT INTO documents VALUES
    ('{"customer-reference":{"S":"x"}}'),
    ('{"a":{"NULL":true},"customer-reference":{"M":{"postal-code":{"L":[{"M":{"customer-reference":{"BOOL":true}}}]}}},"postal-code":{"N":"1"}}');
-- more entries than are flat, and a map that is wide
INSERT INTO documents
SELECT to_item(jsonb_build_object('many', (SELECT jsonb_object_agg(to_char(i, 'FM0000'), i) FROM generate_series(1, 40) i) || '{"postal-code": 7}',
                                  'wide', jsonb_build_object('customer-reference', repeat('x', 70000), 'postal-code', 8)))::text;
CREATE TEMP TABLE spelled_out AS SELECT document, document::item AS item FROM documents;

-- ------------------------------------------------- given once, and for good
SELECT number_attribute_names('customer-reference', 'postal-code', 'postal-code', NULL) AS given;
SELECT number_attribute_names('customer-reference', 'postal-code') AS given;
SELECT number_attribute_names('a', '', repeat('x', 65)) AS not_worth_it, number_attribute_names(VARIADIC '{}') AS none,
       number_attribute_names(VARIADIC NULL) AS nothing;
BEGIN;
SELECT number_attribute_names('taken back') AS given;
PREPARE literal AS SELECT '{"taken back":{"S":"x"}}'::item AS item;
EXECUTE literal;
ROLLBACK;
EXECUTE literal;
SELECT number_attribute_names('taken back') AS given_again;
SELECT count(*) = count(DISTINCT number) AND count(*) = count(DISTINCT name) AND max(number) = count(*) AS one_each FROM dynamo_internal.attribute_names;

BEGIN READ ONLY;
SELECT number_attribute_names('never');
ROLLBACK;
INSERT INTO dynamo_internal.attribute_names VALUES (0, 'x');
UPDATE dynamo_internal.attribute_names SET name = 'x';
DELETE FROM dynamo_internal.attribute_names;
TRUNCATE dynamo_internal.attribute_names;
-- rows that logical replication brings are those of another database
SET session_replication_role = replica;
INSERT INTO dynamo_internal.attribute_names VALUES (1, 'x');
RESET session_replication_role;
SELECT name FROM dynamo_internal.attribute_names WHERE name = 'x';

-- ---------------------------------------------------------- the same items
CREATE TEMP TABLE numbered AS SELECT document, document::item AS item FROM documents;
SELECT bool_and(pg_column_size(n.item) < pg_column_size(s.item)) AS smaller,
       bool_and(n.item = s.item AND s.item = n.item AND n.item @> s.item AND s.item @> n.item) AS equal,
       bool_and(n.item::text = n.document AND s.item::text = n.document AND n.item::jsonb = s.item::jsonb) AS alike,
       bool_and(size(n.item) = size(s.item)) AS of_one_size,
       bool_and(item_send(n.item) = item_send(s.item)) AS alike_elsewhere,
       bool_and(dynamo_internal.item_from_bytes(item_send(n.item)) = n.item) AS back_again,
       (SELECT count(*) FROM (SELECT item FROM numbered UNION SELECT item FROM spelled_out) u) AS in_all
  FROM numbered n JOIN spelled_out s USING (document);
SELECT item->>'postal-code' AS top, item->'customer-reference'->'postal-code'->0->>'customer-reference' AS below,
       item->'many'->>'postal-code' AS many, length(item->'wide'->>'customer-reference') AS wide, item->'wide'->>'postal-code' AS behind_it
  FROM numbered;
-- as another database may send it: none of the numbers here
SELECT dynamo_internal.item_from_bytes('\x02003703000114');
SELECT dynamo_internal.item_from_bytes('\x03003703000114');

-- an attribute that is there twice, in a map that is not in order
SELECT '{"postal-code":{"S":"1"},"customer-reference":{"S":"2"},"postal-code":{"S":"3"}}'::item AS the_last;

-- ------------------------------------------------------------ operations
SELECT 1 AS made FROM create_table('{"TableName":"Names","BillingMode":"PAY_PER_REQUEST",
    "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"postal-code","AttributeType":"S"}],
    "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
    "GlobalSecondaryIndexes":[{"IndexName":"ByPostalCode","KeySchema":[{"AttributeName":"postal-code","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}');

-- stored before its names had numbers, then put again: no new version of the row
SELECT put_item('{"TableName":"Names","Item":{"pk":{"S":"old"},"later-numbered":{"S":"x"}}}');
SELECT pg_column_size(item) AS old_size, ctid AS old_place FROM dynamo_data."Names" \gset
SELECT number_attribute_names('later-numbered') AS given;
SELECT put_item('{"TableName":"Names","Item":{"pk":{"S":"old"},"later-numbered":{"S":"x"}}}');
SELECT pg_column_size(item) = :old_size AND ctid = :'old_place' AS untouched FROM dynamo_data."Names";
-- what an update leaves alone stays as it is, what it sets has numbers, and both are found
SELECT update_item('{"TableName":"Names","Key":{"pk":{"S":"old"}},"UpdateExpression":"SET #p = :p, #c = #l REMOVE #l",
    "ConditionExpression":"attribute_exists(#l) AND attribute_not_exists(#p)",
    "ExpressionAttributeNames":{"#p":"postal-code","#l":"later-numbered","#c":"customer-reference"},"ExpressionAttributeValues":{":p":{"S":"1"}},"ReturnValues":"ALL_NEW"}');
SELECT query('{"TableName":"Names","IndexName":"ByPostalCode","KeyConditionExpression":"#p = :p","ProjectionExpression":"#c",
    "ExpressionAttributeNames":{"#p":"postal-code","#c":"customer-reference"},"ExpressionAttributeValues":{":p":{"S":"1"}}}');
SELECT partiql($$SELECT "customer-reference" FROM "Names" WHERE "postal-code" = '1'$$);

-- a name counts for what it is: 6,000 times 64 bytes are too much for an item
SELECT number_attribute_names(repeat('long', 16)) AS given;
SELECT put_item(jsonb_build_object('TableName', 'Names', 'Item', jsonb_build_object('pk', '{"S":"large"}'::jsonb, 'l', jsonb_build_object('L',
    (SELECT jsonb_agg(format('{"M":{"%s":{"BOOL":true}}}', repeat('long', 16))::jsonb) FROM generate_series(1, 6000)))))::text);

-- ------------------------------------------------------ met often, or once
SELECT count(put_item(json_build_object('TableName', 'Names', 'Item', json_build_object('pk', json_build_object('S', i::text), 'often-met', json_build_object('S', 'x'),
                      'deeper', json_build_object('M', json_build_object('met-in-a-map', json_build_object('S', 'x'), 'met-once-' || i, json_build_object('S', 'x')))))::text))
  FROM generate_series(1, 400) i;
SELECT name FROM dynamo_internal.attribute_names WHERE name LIKE '%met%' ORDER BY name;
SELECT bool_and(item->>'often-met' = 'x' AND item->'deeper'->>'met-in-a-map' = 'x' AND item->'deeper'->>('met-once-' || (item->>'pk')) = 'x') AS all_there, count(*)
  FROM dynamo_data."Names" WHERE item->>'pk' <> 'old';
SELECT pg_column_size(a.item) < pg_column_size(b.item) AS smaller FROM dynamo_data."Names" a, dynamo_data."Names" b WHERE a.item->>'pk' = '400' AND b.item->>'pk' = '101';

-- one item written often is not many items that have the name
SELECT put_item(json_build_object('TableName', 'Names', 'Item', json_build_object('pk', json_build_object('S', 'hot'), 'often-written', json_build_object('S', 'x')))::text);
SELECT count(update_item('{"TableName":"Names","Key":{"pk":{"S":"hot"}},"UpdateExpression":"ADD hits :one","ExpressionAttributeValues":{":one":{"N":"1"}}}')),
       count(put_item(format('{"TableName":"Names","Item":{"pk":{"S":"put again"},"often-written":{"N":"%s"}}}', i)))
  FROM generate_series(1, 300) i;
INSERT INTO dynamo_data."Names" (item)
SELECT jsonb_build_object('pk', 'long-list-' || i, 'list', (SELECT jsonb_agg(jsonb_build_object('often-in-one', i)) FROM generate_series(1, 100) i))::item FROM generate_series(1, 32) i;
SELECT name FROM dynamo_internal.attribute_names WHERE name LIKE 'often-%' ORDER BY name;

-- names that are much alike find their numbers, too
CREATE TEMP TABLE alike AS SELECT jsonb_object_agg(chr(i) || '_measurement', 1) AS document FROM generate_series(ascii('a'), ascii('z')) i;
CREATE TEMP TABLE alike_spelled_out AS SELECT to_item(document) AS item FROM alike;
SELECT number_attribute_names(VARIADIC (SELECT array_agg(name) FROM alike, jsonb_object_keys(document) AS name)) AS given;
SELECT pg_column_size(item) - pg_column_size(to_item(document)) >= 26 * (14 - 3) AS all_have FROM alike, alike_spelled_out;

-- one statement uses what it has met itself
CREATE TEMP TABLE many AS SELECT format('{"pk":{"S":"copied-%s"},"copied-with-it":{"S":"x"}}', to_char(i, 'FM0000')) AS item FROM generate_series(1, 1000) i;
INSERT INTO dynamo_data."Names" (item) SELECT item::item FROM many;
SELECT name FROM dynamo_internal.attribute_names WHERE name = 'copied-with-it';
SELECT pg_column_size(a.item) < pg_column_size(b.item) AS smaller FROM dynamo_data."Names" a, dynamo_data."Names" b WHERE a.item->>'pk' = 'copied-1000' AND b.item->>'pk' = 'copied-0001';

-- a page of PartiQL goes on when a name of a parameter has got a number
SELECT put_item('{"TableName":"Names","Item":{"pk":{"S":"page-' || i || '"},"m":{"M":{"name-in-parameter":{"S":"x"}}}}}') FROM generate_series(1, 2) i;
SELECT execute_statement('{"Statement":"SELECT m FROM \"Names\" WHERE pk IN [''page-1'', ''page-2''] AND m = ?","Limit":1,"Parameters":[{"M":{"name-in-parameter":{"S":"x"}}}]}') ->> 'NextToken' AS token \gset
SELECT dynamo.number_attribute_names('name-in-parameter');
SELECT execute_statement(json_build_object('Statement', 'SELECT m FROM "Names" WHERE pk IN [''page-1'', ''page-2''] AND m = ?', 'Parameters', '[{"M":{"name-in-parameter":{"S":"x"}}}]'::json, 'NextToken', :'token')) -> 'Items';

-- --------------------------------------- what stands against new numbers
CREATE TEMP VIEW new_items AS
    SELECT name, format('{"pk":{"S":"%s-%s"},"%s":{"S":"x"}}', name, i, name)::item AS item
      FROM generate_series(1, 140) i, (VALUES ('in-a-new-file'), ('with-a-gap'), ('with-a-column')) names (name);
-- they would go with the file if the transaction is undone
BEGIN;
CREATE INDEX by_number ON dynamo_internal.attribute_names (number);
CLUSTER dynamo_internal.attribute_names USING by_number;
INSERT INTO dynamo_data."Names" (item) SELECT item FROM new_items WHERE name = 'in-a-new-file';
SELECT count(*) AS given FROM dynamo_internal.attribute_names WHERE name = 'in-a-new-file';
SELECT number_attribute_names('in-a-new-file');
ROLLBACK;
-- a write goes on if the table is damaged
BEGIN;
ALTER TABLE dynamo_internal.attribute_names DISABLE TRIGGER ALL;
DELETE FROM dynamo_internal.attribute_names WHERE name = 'a_measurement';
\set VERBOSITY sqlstate
INSERT INTO dynamo_data."Names" (item) SELECT item FROM new_items WHERE name = 'with-a-gap';
SELECT count(*) AS given FROM dynamo_internal.attribute_names WHERE name = 'with-a-gap';
SELECT number_attribute_names('with-a-gap');
\set VERBOSITY terse
ROLLBACK;
-- another version of the extension may give the table more columns
BEGIN;
ALTER TABLE dynamo_internal.attribute_names ADD COLUMN another text, ADD COLUMN of_four text;
INSERT INTO dynamo_data."Names" (item) SELECT item FROM new_items WHERE name = 'with-a-column';
SELECT name, another, of_four FROM dynamo_internal.attribute_names WHERE name = 'with-a-column';
ROLLBACK;

SELECT * FROM dynamo.check('Names');
SELECT 1 AS dropped FROM delete_table('{"TableName":"Names"}');
