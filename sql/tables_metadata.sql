--
-- Item tables as relations: columns, names, the trigger, and the cache of
-- descriptions under transactions.
--
\set VERBOSITY terse
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.make(name text) RETURNS boolean LANGUAGE sql AS $$
    SELECT dynamo.create_table(format('{"TableName":"%s","BillingMode":"PAY_PER_REQUEST",
        "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}', name)::json) IS NOT NULL
$$;

SELECT dynamo.create_table('{"TableName":"Music","BillingMode":"PAY_PER_REQUEST",
  "AttributeDefinitions":[{"AttributeName":"Artist","AttributeType":"S"},{"AttributeName":"Song","AttributeType":"B"},
     {"AttributeName":"Year","AttributeType":"N"},{"AttributeName":"Label","AttributeType":"S"}],
  "KeySchema":[{"AttributeName":"Artist","KeyType":"HASH"},{"AttributeName":"Song","KeyType":"RANGE"}],
  "LocalSecondaryIndexes":[{"IndexName":"byYear","KeySchema":[{"AttributeName":"Artist","KeyType":"HASH"},{"AttributeName":"Year","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
  "GlobalSecondaryIndexes":[{"IndexName":"byLabel","KeySchema":[{"AttributeName":"Label","KeyType":"HASH"},{"AttributeName":"Year","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}},
     {"IndexName":"many","KeySchema":[{"AttributeName":"Label","KeyType":"HASH"},{"AttributeName":"Year","KeyType":"HASH"},{"AttributeName":"Artist","KeyType":"RANGE"},{"AttributeName":"Song","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}')
    IS NOT NULL AS created;
\d+ dynamo_data."Music"

-- plain SQL: the columns come from the item, whatever the statement says
INSERT INTO dynamo_data."Music"(item) VALUES ('{"Artist":{"S":"x"},"Song":{"B":"AQI="},"Year":{"N":"1990"},"Label":{"S":"l"}}'), ('{"Artist":{"S":"x"},"Song":{"B":"AQM="}}');
INSERT INTO dynamo_data."Music"(hk, sk, item, x1) VALUES ('\x00', '\x00', '{"Artist":{"S":"y"},"Song":{"B":"AQI="}}', '\x01');
SELECT length(hk), sk, x1, length(x2) AS x2, length(x3) AS x3, item FROM dynamo_data."Music" ORDER BY item::text;
SELECT count(DISTINCT hk) AS partitions, count(DISTINCT substr(x2, 1, 16)) FROM dynamo_data."Music";
UPDATE dynamo_data."Music" SET item = '{"Artist":{"S":"y"},"Song":{"B":"BQ=="},"Year":{"N":"-1.5"}}', hk = '\x', x2 = '\x01' WHERE sk = '\x0102' AND x1 IS NULL;
SELECT length(hk), sk, x1, x2, item FROM dynamo_data."Music" WHERE sk = '\x05';

-- what is no item of the table
SELECT pg_temp.try(format('INSERT INTO dynamo_data."Music"(item) VALUES (%L)', t))
  FROM unnest(ARRAY[NULL, '{}', '{"Artist":{"S":"x"}}', '{"Artist":{"N":"1"},"Song":{"B":"AQ=="}}', '{"Artist":{"S":"x"},"Song":{"S":"AQ=="}}',
    '{"Artist":{"S":""},"Song":{"B":"AQ=="}}', '{"Artist":{"S":"x"},"Song":{"B":""}}',
    '{"Artist":{"S":"' || repeat('x', 2049) || '"},"Song":{"B":"AQ=="}}', '{"Artist":{"S":"x"},"Song":{"B":"' || replace(encode(convert_to(repeat('x', 1026), 'UTF8'), 'base64'), E'\n', '') || '"}}',
    '{"Artist":{"S":"x"},"Song":{"B":"AQI="}}',
    '{"Artist":{"S":"x"},"Song":{"B":"Aw=="},"Year":{"S":"1990"}}', '{"Artist":{"S":"x"},"Song":{"B":"Aw=="},"Label":{"S":""}}', '{"Artist":{"S":"x"},"Song":{"B":"Aw=="},"Label":{"NULL":true}}',
    '{"Artist":{"S":"x"},"Song":{"B":"Aw=="},"Label":{"S":"' || repeat('x', 2049) || '"}}',
    '{"Artist":{"S":"x"},"Song":{"B":"Aw=="},"big":{"S":"' || repeat('x', 410000) || '"}}']) t;
SELECT pg_temp.try($$UPDATE dynamo_data."Music" SET item = '{"Artist":{"S":"y"},"Song":{"B":"BQ=="},"Year":{"S":"1"}}' WHERE sk = '\x05'$$);
SELECT pg_temp.try($$CREATE TABLE plain(hk bytea, sk bytea, item dynamo.item); CREATE TRIGGER t BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION dynamo_internal.derive_row(); INSERT INTO plain VALUES ('', '', '{}')$$);

-- a user's trigger changes the item before its columns are derived
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.item := replace(NEW.item::text, '1990', '2000')::dynamo.item;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON dynamo_data."Music" FOR EACH ROW EXECUTE FUNCTION stamp();
INSERT INTO dynamo_data."Music"(item) VALUES ('{"Artist":{"S":"z"},"Song":{"B":"AQI="},"Year":{"N":"1990"}}');
SELECT dynamo.put_item('{"TableName":"Music","Item":{"Artist":{"S":"zz"},"Song":{"B":"AQI="},"Year":{"N":"1990"}}}');
SELECT x1, item FROM dynamo_data."Music" WHERE item::text LIKE '%2000%' ORDER BY item::text;

-- names that do not fit, or are taken
SELECT pg_temp.make(repeat('n', 63)), pg_temp.make(repeat('n', 64)), pg_temp.make(repeat('n', 255)), pg_temp.make('Music_pkey'), pg_temp.make('music');
SELECT left(t.name, 10) AS name, length(t.name), left(c.relname, 20) AS relname, length(c.relname)
  FROM dynamo_internal.tables t JOIN pg_class c ON c.oid = t.relation WHERE t.name LIKE 'nnn%' OR t.name ILIKE 'music%' ORDER BY length(t.name), t.name;
SELECT dynamo.put_item(format('{"TableName":"%s","Item":{"pk":{"S":"%s"}}}', name, length(name))::json) FROM dynamo_internal.tables WHERE name LIKE 'nnn%' OR name IN ('Music_pkey', 'music') ORDER BY name;
SELECT length(name), dynamo.scan(format('{"TableName":"%s"}', name)::json)->'Items' AS items FROM dynamo_internal.tables WHERE name LIKE 'nnn%' OR name IN ('Music_pkey', 'music') ORDER BY name;
SELECT dynamo.delete_table(format('{"TableName":"%s"}', name)::json) IS NOT NULL FROM dynamo_internal.tables WHERE name LIKE 'nnn%' ORDER BY name;

-- rolled back, dropped, made anew; the same name under another relation
BEGIN;
SELECT pg_temp.make('Brief');
SELECT dynamo.put_item('{"TableName":"Brief","Item":{"pk":{"S":"1"}}}');
SAVEPOINT s;
SELECT dynamo.delete_table('{"TableName":"Brief"}') IS NOT NULL;
SELECT pg_temp.try($$SELECT dynamo.put_item('{"TableName":"Brief","Item":{"pk":{"S":"1"}}}')$$);
ROLLBACK TO s;
SELECT dynamo.get_item('{"TableName":"Brief","Key":{"pk":{"S":"1"}}}');
ROLLBACK;
SELECT pg_temp.try($$SELECT dynamo.get_item('{"TableName":"Brief","Key":{"pk":{"S":"1"}}}')$$);
SELECT pg_temp.make('Brief');
SELECT dynamo.get_item('{"TableName":"Brief","Key":{"pk":{"S":"1"}}}');
DROP TABLE dynamo_data."Brief";
SELECT count(*) FROM dynamo_internal.tables WHERE name = 'Brief';
SELECT pg_temp.try($$SELECT dynamo.get_item('{"TableName":"Brief","Key":{"pk":{"S":"1"}}}')$$);
-- metadata that lost its relation behind the event trigger's back
SELECT pg_temp.make('Brief');
BEGIN;
SET LOCAL session_replication_role = replica;
DROP TABLE dynamo_data."Brief";
COMMIT;
SELECT 'Brief' IN (SELECT json_array_elements_text(dynamo.list_tables('{}')->'TableNames')) AS listed, pg_temp.try($$SELECT dynamo.describe_table('{"TableName":"Brief"}')$$);
SELECT pg_temp.make('Brief');
ALTER TABLE dynamo_data."Brief" RENAME TO renamed;
SELECT dynamo.put_item('{"TableName":"Brief","Item":{"pk":{"S":"1"}}}'), dynamo.get_item('{"TableName":"Brief","Key":{"pk":{"S":"1"}}}');
-- REPEATABLE READ sees a table made after its snapshot, as it sees the relation
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM pg_class WHERE relname = 'renamed';
SELECT pg_temp.make('Later');
SELECT dynamo.get_item('{"TableName":"Later","Key":{"pk":{"S":"1"}}}');
COMMIT;
-- settings changed by the same backend and by rollback
BEGIN;
SELECT dynamo.update_table('{"TableName":"Later","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":7,"WriteCapacityUnits":8}}') IS NOT NULL;
SELECT dynamo.describe_table('{"TableName":"Later"}')->'Table'->'ProvisionedThroughput'->>'ReadCapacityUnits' AS units;
ROLLBACK;
SELECT dynamo.describe_table('{"TableName":"Later"}')->'Table'->'ProvisionedThroughput'->>'ReadCapacityUnits' AS units;

-- who may: nobody but by grant
CREATE ROLE regress_dynamo_nobody;
SET ROLE regress_dynamo_nobody;
SELECT pg_temp.try(t) FROM unnest(ARRAY[
    $$SELECT dynamo.list_tables('{}')$$, $$SELECT dynamo_internal.execute('ListTables', '{}', NULL)$$, $$SELECT * FROM dynamo_internal.tables$$, $$SELECT * FROM dynamo_data."Music"$$]) t;
RESET ROLE;
GRANT USAGE ON SCHEMA dynamo TO regress_dynamo_nobody;
SET ROLE regress_dynamo_nobody;
SELECT pg_temp.try($$SELECT dynamo.list_tables('{}')$$);
RESET ROLE;
GRANT EXECUTE ON FUNCTION dynamo.list_tables, dynamo.create_table, dynamo.delete_table, dynamo.put_item TO regress_dynamo_nobody;
SET ROLE regress_dynamo_nobody;
SELECT dynamo.create_table('{"TableName":"Granted","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}') IS NOT NULL AS created,
       current_user, current_setting('search_path');
SELECT dynamo.put_item('{"TableName":"Granted","Item":{"pk":{"S":"1"}}}');
SELECT pg_temp.try($$SELECT dynamo.get_item('{"TableName":"Granted","Key":{"pk":{"S":"1"}}}')$$), pg_temp.try('SELECT * FROM dynamo_data."Granted"');
RESET ROLE;
SELECT relowner = (SELECT nspowner FROM pg_namespace WHERE nspname = 'dynamo_internal') AS owned FROM pg_class WHERE relname = 'Granted';
DROP OWNED BY regress_dynamo_nobody;
DROP ROLE regress_dynamo_nobody;

SELECT dynamo.delete_table(format('{"TableName":"%s"}', name)::json) IS NOT NULL FROM dynamo_internal.tables WHERE name IN ('Music', 'Music_pkey', 'music', 'Brief', 'Later', 'Granted') ORDER BY name;
DROP FUNCTION stamp;
SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'dynamo_data' AND relname ~ '^(Music|music|Brief|renamed|Later|Granted|nnn)';
