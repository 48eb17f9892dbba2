--
-- dynamo.check() finds what is wrong.
--
CREATE SCHEMA engine_check;
SET search_path = engine_check, public;

SELECT dynamo.create_table('{"TableName": "Checked", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"},
                             {"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "l", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [{"IndexName": "global", "Projection": {"ProjectionType": "ALL"},
         "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]}],
    "LocalSecondaryIndexes": [{"IndexName": "local", "Projection": {"ProjectionType": "ALL"},
         "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}]}')
    -> 'TableDescription' ->> 'TableName' AS created;

SELECT * FROM dynamo.check('Checked');
SELECT * FROM dynamo.check(format('arn:aws:dynamodb:us-east-1:%s:table/Checked', current_setting('dynamo.account_id')));
SELECT * FROM dynamo.check('NotThere');

INSERT INTO dynamo_data."Checked" (item)
    SELECT dynamo.to_item(jsonb_build_object('pk', 'a', 'sk', chr(96 + i), 'g', 'g' || i, 'l', i,
                                             'long', (SELECT string_agg(md5(j::text), '') FROM generate_series(1, 100 * i) j)))
    FROM generate_series(1, 5) i;
UPDATE dynamo_data."Checked" SET item = dynamo.to_item(item::jsonb || '{"l": 50}') WHERE sk = 'b';
DELETE FROM dynamo_data."Checked" WHERE sk = 'c';
SELECT * FROM dynamo.check('Checked');

CREATE VIEW problems AS
    SELECT problem, index_name, hk, convert_from(sk, 'UTF8') AS sk, detail
    FROM dynamo.check('Checked') ORDER BY problem, index_name, sk, detail;

-- columns that do not agree with the item, behind the trigger's back
ALTER TABLE dynamo_data."Checked" DISABLE TRIGGER ALL;
BEGIN;
UPDATE dynamo_data."Checked" SET x1 = NULL WHERE sk = 'a';
UPDATE dynamo_data."Checked" SET x2 = '\x00' WHERE sk = 'b';
UPDATE dynamo_data."Checked" SET sk = 'z' WHERE sk = 'd';
UPDATE dynamo_data."Checked" SET hk = '\x00' WHERE sk = 'e';
TABLE problems;
ROLLBACK;

-- items that are none of this table
BEGIN;
UPDATE dynamo_data."Checked" SET item = '{"pk": {"S": "a"}}' WHERE sk = 'a';
UPDATE dynamo_data."Checked" SET item = '{"pk": {"S": "a"}, "sk": {"N": "1"}}' WHERE sk = 'b';
TABLE problems;
ROLLBACK;

-- index entries that are missing: an index is told that it holds rows which it does not
BEGIN;
UPDATE pg_index SET indisready = false WHERE indexrelid IN (SELECT indexrelid FROM pg_index
    WHERE indrelid = 'dynamo_data."Checked"'::regclass AND indkey::text = '4 1 2' OR
          indrelid = 'dynamo_data."Checked"'::regclass AND indkey::text = '5 1 2');
INSERT INTO dynamo_data."Checked" (hk, sk, item, x1, x2)
    SELECT hk, 'f', dynamo.to_item(item::jsonb || '{"sk": "f"}'), x1, x2 FROM dynamo_data."Checked" WHERE sk = 'a';
UPDATE pg_index SET indisready = true WHERE NOT indisready;
TABLE problems;
ROLLBACK;
ALTER TABLE dynamo_data."Checked" ENABLE TRIGGER ALL;
SELECT * FROM dynamo.check('Checked');

\set VERBOSITY terse
DROP SCHEMA engine_check CASCADE;
DO $$ BEGIN PERFORM dynamo.delete_table('{"TableName": "Checked"}'); END $$;
