-- dynamo.import_items(): the items of a query, sorted by key.
SET search_path = public, dynamo;
CREATE EXTENSION amcheck;
SELECT dynamo.create_table('{"TableName": "ops_import", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}, {"AttributeName": "g", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}') IS NOT NULL AS created;
SELECT dynamo.update_time_to_live('{"TableName": "ops_import", "TimeToLiveSpecification": {"Enabled": true, "AttributeName": "until"}}') IS NOT NULL AS ttl;

-- 100 collections of 100 items of 300 bytes; all collections come before one comes again
CREATE TEMP TABLE source AS SELECT i AS n, dynamo.to_item(jsonb_build_object('pk', 'p' || i % 100, 'sk', i / 100, 'g', 'g' || i % 7, 'until', 9999999999, 'filler', repeat(md5(i::text), 8))) AS item
FROM generate_series(0, 9999) AS i;
SELECT dynamo.import_items('ops_import', 'SELECT item FROM source ORDER BY n');
SELECT count(*) AS items, count(*) FILTER (WHERE s.item = t.item) AS same FROM source s FULL JOIN dynamo_data.ops_import t ON t.item = s.item;
SELECT * FROM dynamo.check('ops_import');
SELECT bt_index_check('dynamo_data.ops_import_pkey', true);

-- each lies on the pages that its rows fill, and these follow each other
SELECT count(*) AS collections, max(pages) <= 6 AS close FROM (SELECT count(DISTINCT (ctid::text::point)[0]) AS pages FROM dynamo_data.ops_import GROUP BY hk) AS c;
SELECT count(*) AS out_of_order FROM (SELECT ctid < lag(ctid) OVER (ORDER BY hk, sk) AS back FROM dynamo_data.ops_import) AS r WHERE back;

-- more than fits into memory is sorted as well
CREATE TEMP TABLE before AS SELECT hk, sk, item FROM dynamo_data.ops_import;
TRUNCATE dynamo_data.ops_import;
SET maintenance_work_mem = '1MB';
SELECT dynamo.import_items('ops_import', 'SELECT item FROM source ORDER BY n DESC');
RESET maintenance_work_mem;
SELECT count(*) AS items FROM before b JOIN dynamo_data.ops_import t ON (t.hk, t.sk) = (b.hk, b.sk) AND t.item = b.item;
SELECT count(*) AS out_of_order FROM (SELECT ctid < lag(ctid) OVER (ORDER BY hk, sk) AS back FROM dynamo_data.ops_import) AS r WHERE back;

-- an item replaces the one with its key; of several the last stays; the query sees what was there before
SELECT dynamo.import_items('ops_import', $$
    SELECT dynamo.to_item(jsonb_build_object('pk', 'p1', 'sk', i / 2, 'i', i, 'before', (SELECT count(*) FROM dynamo.scan('ops_import', NULL)))) FROM generate_series(0, 9) AS i $$);
SELECT item FROM dynamo.query('ops_import', 'pk = :p AND sk < :s', '{":p": {"S": "p1"}, ":s": {"N": "5"}}') AS item;
SELECT count(*) FROM dynamo.scan('ops_import', NULL);
SELECT * FROM dynamo.check('ops_import');

-- the query may take them out of the table: items that lie as they came are put in order
CREATE FUNCTION pages() RETURNS numeric LANGUAGE sql AS $$
    SELECT round(avg(pages), 1) FROM (SELECT count(DISTINCT (ctid::text::point)[0]) AS pages FROM dynamo_data.ops_import GROUP BY hk) AS c $$;
TRUNCATE dynamo_data.ops_import;
SET dynamo.clustered_placement = off;
INSERT INTO dynamo_data.ops_import (item) SELECT item FROM source ORDER BY n;
RESET dynamo.clustered_placement;
SELECT pages() > 50 AS scattered;
SELECT dynamo.import_items('ops_import', 'DELETE FROM dynamo_data.ops_import RETURNING item');
SELECT count(*) AS items, count(*) FILTER (WHERE s.item = t.item) AS same FROM source s FULL JOIN dynamo_data.ops_import t ON t.item = s.item;
SELECT pages() <= 6 AS close;
SELECT dynamo.import_items('ops_import', $$
    WITH gone AS (DELETE FROM dynamo_data.ops_import WHERE item ->> 'pk' = 'p1' RETURNING item) SELECT item FROM gone $$);
SELECT dynamo.import_items('ops_import', $$
    UPDATE dynamo_data.ops_import SET item = dynamo.to_item(dynamo.item_to_jsonb(item) || '{"twice": true}') WHERE item ->> 'pk' = 'p2' RETURNING item $$);
SELECT count(*), count(*) FILTER (WHERE dynamo.item_exists(item, 'twice')) AS twice FROM dynamo_data.ops_import;
SELECT * FROM dynamo.check('ops_import');

-- no items
SELECT dynamo.import_items('ops_import', 'SELECT item FROM source WHERE n < 0');
SELECT dynamo.import_items(NULL, 'SELECT item FROM source'), dynamo.import_items('ops_import', NULL);

-- from text, DynamoDB JSON as an export has it
CREATE TEMP TABLE lines (line text);
COPY lines FROM STDIN (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02');
{"Item":{"pk":{"S":"exported"},"sk":{"N":"2"},"text":{"S":"a \"quoted\" \\ text, with a tab\t"}}}
{"Item":{"pk":{"S":"exported"},"sk":{"N":"1"},"bytes":{"B":"AQI="}}}
\.
SELECT dynamo.import_items('ops_import', $$SELECT (line::json -> 'Item')::text::dynamo.item FROM lines$$);
SELECT dynamo.query('{"TableName": "ops_import", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "exported"}}}');

-- names that are met often get numbers while the items are made
SELECT dynamo.import_items('ops_import', $$SELECT dynamo.to_item(jsonb_build_object('pk', 'named', 'sk', i + 10000, 'first_name_of_ops_import', 'a', 'second_name_of_ops_import', 'b')) FROM generate_series(1, 2000) AS i$$);
SELECT max(pg_column_size(item)) - min(pg_column_size(item)) > 20 AS some_are_shorter FROM dynamo_data.ops_import WHERE item ->> 'pk' = 'named';
SELECT name FROM dynamo_internal.attribute_names WHERE name LIKE '%_name_of_ops_import' ORDER BY name;

-- without a sort key
SELECT dynamo.create_table('{"TableName": "ops_import_hash", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}') IS NOT NULL AS created;
SELECT dynamo.import_items('ops_import_hash', $$SELECT dynamo.to_item(jsonb_build_object('pk', 'p' || i % 900)) FROM generate_series(0, 999) AS i$$);
SELECT count(*) FROM dynamo.scan('ops_import_hash', NULL);
SELECT * FROM dynamo.check('ops_import_hash');

-- triggers of the user are called
CREATE FUNCTION pg_temp.mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.item ->> 'pk' = 'unwanted' THEN RETURN NULL; END IF;
    NEW.item := dynamo.to_item(dynamo.item_to_jsonb(NEW.item) || '{"marked": true}');
    RETURN NEW;
END $$;
CREATE TRIGGER mark BEFORE INSERT ON dynamo_data.ops_import_hash FOR EACH ROW EXECUTE FUNCTION pg_temp.mark();
SELECT dynamo.import_items('ops_import_hash', $$SELECT dynamo.to_item(jsonb_build_object('pk', pk)) FROM unnest('{a, unwanted, b}'::text[]) AS pk$$);
SELECT item FROM dynamo.scan('ops_import_hash', 'marked = :t OR pk = :u', '{":t": {"BOOL": true}, ":u": {"S": "unwanted"}}') AS item ORDER BY item ->> 'pk';

-- what is refused changes nothing
CREATE FUNCTION refused(query text, name text DEFAULT 'ops_import_hash') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    hint text;
BEGIN
    RETURN dynamo.import_items(name, query);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', SQLSTATE, message, nullif(hint, ''));
END $$;
SELECT refused('SELECT item FROM source', 'ops_none');
SELECT refused('SELECT item, n FROM source');
SELECT refused('SELECT item::text FROM source');
SELECT refused('SELECT NULL::dynamo.item');
SELECT refused('SELECT FROM source');
SELECT refused('SELECT');
SELECT refused('DELETE FROM source');
SELECT refused('SELECT item FROM source; SELECT item FROM source');
SELECT refused('');
SELECT refused($$SELECT dynamo.to_item(jsonb_build_object('pk', coalesce(i::text, '')))
    FROM unnest('{1, 2, NULL}'::int[]) AS i$$);
SELECT refused($$SELECT dynamo.to_item(jsonb_build_object(CASE WHEN i = 500 THEN 'key' ELSE 'pk' END, 'k' || i)) FROM generate_series(1, 1000) AS i$$);
SELECT refused($$SELECT dynamo.to_item(jsonb_build_object('pk', 'k' || i, 'filler', repeat('x', i * 41000))) FROM generate_series(1, 10) AS i$$);
SELECT refused($$SELECT dynamo.to_item('{"pk": "k", "sk": 1, "g": ""}')$$, 'ops_import');
CREATE FUNCTION replaced() RETURNS dynamo.item LANGUAGE plpgsql AS $$
BEGIN
    PERFORM dynamo.delete_table('{"TableName": "ops_import_hash"}');
    PERFORM dynamo.create_table('{"TableName": "ops_import_hash", "BillingMode": "PAY_PER_REQUEST",
      "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "N"}], "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}]}');
    RETURN dynamo.to_item('{"pk": "a", "k": 1}');
END $$;
SELECT refused('SELECT replaced()');
BEGIN READ ONLY;
SELECT refused('SELECT item FROM source');
ROLLBACK;
SELECT count(*) FROM dynamo.scan('ops_import_hash', NULL);

-- who may: as for the operations, EXECUTE; the query has the rights of its caller
CREATE ROLE ops_importer;
GRANT USAGE ON SCHEMA dynamo TO ops_importer;
SET ROLE ops_importer;
SELECT dynamo.import_items('ops_import_hash', 'SELECT item FROM source');
RESET ROLE;
GRANT EXECUTE ON FUNCTION dynamo.import_items(text, text), dynamo.to_item(jsonb) TO ops_importer;
SET ROLE ops_importer;
SELECT dynamo.import_items('ops_import_hash', $$SELECT item FROM dynamo_data.ops_import$$);
SELECT dynamo.import_items('ops_import_hash', $$SELECT dynamo.to_item('{"pk": "a"}')$$);
RESET ROLE;

DROP OWNED BY ops_importer;
DROP ROLE ops_importer;
DROP FUNCTION refused, replaced, pages;
DROP EXTENSION amcheck;
SELECT count(dynamo.delete_table(json_build_object('TableName', name))) FROM unnest('{ops_import, ops_import_hash}'::text[]) AS name;
