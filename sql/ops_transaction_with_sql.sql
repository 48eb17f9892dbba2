-- Operations and relational tables in one transaction: the example of the
-- README, and what else can happen to an order and its stock.
-- (That the README's own text runs is test/tap/304_readme.pl.)
SET search_path = public, dynamo;
CREATE TABLE ops_sql_orders (id integer PRIMARY KEY, customer text NOT NULL, sku text NOT NULL, pieces integer NOT NULL CHECK (pieces > 0));
SELECT dynamo.create_table('{"TableName": "ops_sql_stock", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "sku", "AttributeType": "S"}, {"AttributeName": "shelf", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "sku", "KeyType": "HASH"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_shelf", "KeySchema": [{"AttributeName": "shelf", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}') IS NOT NULL AS created;
SELECT dynamo.put_item('{"TableName": "ops_sql_stock", "Item": {"sku": {"S": "lamp"}, "pieces": {"N": "3"}}}');
CREATE VIEW ops_sql_state AS
  SELECT (SELECT string_agg(concat_ws(' ', id, customer, sku, pieces), ', ' ORDER BY id) FROM ops_sql_orders) AS orders,
         (SELECT string_agg(item::text, ', ' ORDER BY item ->> 'sku') FROM dynamo.scan('ops_sql_stock', NULL) AS item) AS stock;

-- both or neither
BEGIN;
INSERT INTO ops_sql_orders VALUES (1, 'ada', 'lamp', 2);
SELECT dynamo.update_item('{"TableName": "ops_sql_stock", "Key": {"sku": {"S": "lamp"}},
  "UpdateExpression": "SET pieces = pieces - :n", "ConditionExpression": "pieces >= :n",
  "ExpressionAttributeValues": {":n": {"N": "2"}}, "ReturnValues": "UPDATED_NEW"}');
COMMIT;
SELECT * FROM ops_sql_state;

-- the condition fails: the order is undone with it
BEGIN;
INSERT INTO ops_sql_orders VALUES (2, 'bob', 'lamp', 2);
SELECT dynamo.update_item('{"TableName": "ops_sql_stock", "Key": {"sku": {"S": "lamp"}},
  "UpdateExpression": "SET pieces = pieces - :n", "ConditionExpression": "pieces >= :n", "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
  "ExpressionAttributeValues": {":n": {"N": "2"}}}');
COMMIT;
SELECT * FROM ops_sql_state;

-- the relational side fails: the stock is undone with it
BEGIN;
SELECT dynamo.update_item('{"TableName": "ops_sql_stock", "Key": {"sku": {"S": "lamp"}},
  "UpdateExpression": "SET pieces = pieces - :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}');
INSERT INTO ops_sql_orders VALUES (1, 'bob', 'lamp', 1);
COMMIT;
SELECT * FROM ops_sql_state;

-- a change of mind, in part and as a whole; reads see what the transaction has written
BEGIN;
SELECT dynamo.put_item('{"TableName": "ops_sql_stock", "Item": {"sku": {"S": "desk"}, "pieces": {"N": "1"}, "shelf": {"S": "s1"}}}');
SAVEPOINT one;
INSERT INTO ops_sql_orders VALUES (3, 'eve', 'desk', 1);
SELECT dynamo.delete_item('{"TableName": "ops_sql_stock", "Key": {"sku": {"S": "desk"}}, "ReturnValues": "ALL_OLD"}');
SELECT * FROM ops_sql_state;
ROLLBACK TO one;
SELECT dynamo.query('{"TableName": "ops_sql_stock", "IndexName": "by_shelf", "KeyConditionExpression": "shelf = :s", "ExpressionAttributeValues": {":s": {"S": "s1"}}}');
SELECT * FROM ops_sql_state;
ROLLBACK;
SELECT * FROM ops_sql_state;
SELECT dynamo.query('{"TableName": "ops_sql_stock", "IndexName": "by_shelf", "KeyConditionExpression": "shelf = :s", "ExpressionAttributeValues": {":s": {"S": "s1"}}}');

-- a function that catches the failed condition; its INSERT is undone
CREATE FUNCTION ops_sql_place(id integer, customer text, sku text, pieces integer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ops_sql_orders VALUES (id, customer, sku, pieces);
  PERFORM dynamo.update_item(json_build_object('TableName', 'ops_sql_stock', 'Key', json_build_object('sku', json_build_object('S', sku)),
    'UpdateExpression', 'SET pieces = pieces - :n', 'ConditionExpression', 'pieces >= :n',
    'ExpressionAttributeValues', json_build_object(':n', json_build_object('N', pieces::text))));
  RETURN 'placed';
EXCEPTION WHEN SQLSTATE 'KV002' THEN
  RETURN 'sold out';
END $$;
SELECT ops_sql_place(4, 'bob', 'lamp', 2), ops_sql_place(5, 'bob', 'lamp', 1), ops_sql_place(6, 'bob', 'lamp', 1), ops_sql_place(7, 'bob', 'sofa', 1);
SELECT * FROM ops_sql_state;

-- several items and rows at once, driven by a query
INSERT INTO ops_sql_orders SELECT 10 + i, 'cid', 'chair', i FROM generate_series(1, 3) AS i;
SELECT sum((dynamo.update_item(json_build_object('TableName', 'ops_sql_stock', 'Key', json_build_object('sku', json_build_object('S', sku)),
    'UpdateExpression', 'ADD pieces :n', 'ExpressionAttributeValues', json_build_object(':n', json_build_object('N', (-pieces)::text)),
    'ReturnValues', 'UPDATED_NEW')) #>> '{Attributes,pieces,N}')::integer) FROM ops_sql_orders WHERE sku = 'chair';
-- joined: who waits for what is missing
SELECT o.customer, sum(o.pieces) AS ordered, min(item ->> 'pieces') AS stock
  FROM ops_sql_orders AS o JOIN dynamo.scan('ops_sql_stock', 'pieces < :zero', '{":zero": {"N": "0"}}') AS item ON item ->> 'sku' = o.sku
 GROUP BY o.customer;

-- a trigger of a relational table that writes items
CREATE FUNCTION ops_sql_restock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dynamo.update_item(json_build_object('TableName', 'ops_sql_stock', 'Key', json_build_object('sku', json_build_object('S', OLD.sku)),
    'UpdateExpression', 'ADD pieces :n', 'ExpressionAttributeValues', json_build_object(':n', json_build_object('N', OLD.pieces::text))));
  RETURN OLD;
END $$;
CREATE TRIGGER restock AFTER DELETE ON ops_sql_orders FOR EACH ROW EXECUTE FUNCTION ops_sql_restock();
DELETE FROM ops_sql_orders;
SELECT * FROM ops_sql_state;
SELECT * FROM dynamo.check('ops_sql_stock');

-- at the end of a transaction that was prepared elsewhere, too
BEGIN;
INSERT INTO ops_sql_orders VALUES (20, 'ada', 'lamp', 1);
SELECT dynamo.delete_item('{"TableName": "ops_sql_stock", "Key": {"sku": {"S": "chair"}}}');
PREPARE TRANSACTION 'ops_sql';
SELECT * FROM ops_sql_state;
COMMIT PREPARED 'ops_sql';
SELECT * FROM ops_sql_state;

DROP VIEW ops_sql_state;
DROP TABLE ops_sql_orders;
DROP FUNCTION ops_sql_restock, ops_sql_place;
SELECT dynamo.delete_table('{"TableName": "ops_sql_stock"}') IS NOT NULL AS deleted;
