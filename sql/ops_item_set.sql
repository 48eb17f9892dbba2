-- SQL: sets of items, joins, views, operations beside relational tables in one transaction.
SET search_path = public, dynamo;
SELECT dynamo.create_table('{"TableName": "ops_orders", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "customer", "AttributeType": "S"}, {"AttributeName": "order", "AttributeType": "N"}, {"AttributeName": "status", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "order", "KeyType": "RANGE"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_status", "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}]}') IS NOT NULL AS created;
CREATE TEMP TABLE customers (id text PRIMARY KEY, city text, orders integer NOT NULL DEFAULT 0);
INSERT INTO customers SELECT 'c' || i, (ARRAY['Bonn', 'Wien', 'Bern'])[1 + i % 3] FROM generate_series(1, 6) i;

-- orders and the counter of their customer in one transaction
BEGIN;
SELECT count(dynamo.put_item(json_build_object('TableName', 'ops_orders', 'Item', json_build_object('customer', json_build_object('S', id),
    'order', json_build_object('N', i::text), 'amount', json_build_object('N', (i * 10)::text), 'status', json_build_object('S', CASE WHEN i = 1 THEN 'open' ELSE 'paid' END)))))
FROM customers, generate_series(1, right(id, 1)::integer) i;
UPDATE customers SET orders = right(id, 1)::integer;
COMMIT;
BEGIN;
SELECT dynamo.delete_item('{"TableName": "ops_orders", "Key": {"customer": {"S": "c6"}, "order": {"N": "6"}}}');
UPDATE customers SET orders = 0;
SELECT count(*) FROM dynamo.scan('ops_orders', NULL);
ROLLBACK;
SELECT count(*), (SELECT sum(orders) FROM customers) AS orders FROM dynamo.scan('ops_orders', NULL);

-- items as rows
SELECT item FROM dynamo.query('ops_orders', 'customer = :c AND #o > :o', '{":c": {"S": "c3"}, ":o": {"N": "1"}}', '{"#o": "order"}') AS item;
SELECT item FROM dynamo.query('ops_orders', 'customer = :c', dynamo.to_item('{":c": "c3", ":t": 20}'), filter => 'amount <> :t', forward => false, projection => 'amount') AS item;
SELECT item FROM dynamo.query('ops_orders', '#s = :s', '{":s": {"S": "open"}}', names => '{"#s": "status"}', index => 'by_status') AS item ORDER BY item ->> 'customer' LIMIT 2;
SELECT dynamo.query('ops_orders', 'customer = :c', '{":c": {"S": "c6"}}', "limit" => 2);
-- the select list takes only as many as are asked for
BEGIN;
SELECT pg_stat_get_xact_tuples_fetched('dynamo_data.ops_orders_pkey'::regclass) AS before \gset
SELECT dynamo.scan('ops_orders', NULL) IS NOT NULL AS is_item LIMIT 3;
SELECT pg_stat_get_xact_tuples_fetched('dynamo_data.ops_orders_pkey'::regclass) - :before AS fetched;
COMMIT;
-- and holds one at a time: 30 MB of items in less than 3
INSERT INTO dynamo_data.ops_orders (item) SELECT dynamo.to_item(jsonb_build_object('customer', 'large', 'order', i, 'filler', repeat('x', 300000))) FROM generate_series(1, 100) i;
SELECT count(*) AS items, sum(octet_length(item ->> 'filler')) AS bytes, max(memory) - min(memory) < 3000000 AS little_memory
FROM (SELECT item, (SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE item IS NOT NULL) AS memory
      FROM (SELECT dynamo.query('ops_orders', 'customer = :c', '{":c": {"S": "large"}}') AS item OFFSET 0) AS q OFFSET 0) AS r;
DELETE FROM dynamo_data.ops_orders WHERE item ->> 'customer' = 'large';
SELECT count(*) FROM dynamo.scan('ops_orders', 'amount >= :t', '{":t": {"N": "50"}}');
SELECT sum((SELECT count(*) FROM dynamo.scan('ops_orders', NULL, segment => s, total_segments => 3))) FROM generate_series(0, 2) s;
SELECT count(*) FROM dynamo.scan('ops_orders', NULL, "limit" => 0);
-- join and aggregate
SELECT city, count(*), sum((item ->> 'amount')::numeric) FROM customers, dynamo.query('ops_orders', 'customer = :c', dynamo.to_item(jsonb_build_object(':c', id))) AS item GROUP BY city ORDER BY city;

-- mistakes are those of the operations
SELECT * FROM dynamo.query('no_such_table', 'a = :a', '{":a": {"S": "a"}}');
SELECT * FROM dynamo.query('ops_orders', 'amount = :a', '{":a": {"S": "a"}}');
SELECT * FROM dynamo.scan('ops_orders', 'amount = ');

-- views
SELECT dynamo.create_view('ops_orders', '{"customer": "text", "order": "integer", "amount": "numeric(10,2)", "nothing": "jsonb", "status": "text"}', 'Orders view');
SELECT * FROM "Orders view" WHERE customer = 'c2' ORDER BY "order";
SELECT status, avg(amount) FROM "Orders view" GROUP BY status ORDER BY status;
SELECT dynamo.create_view('ops_orders', '{"amount": "no_such_type"}', 'v');
SELECT dynamo.create_view('no_such_table', '{}', 'v');
DROP VIEW "Orders view";
SELECT dynamo.relation('ops_orders');

-- the operation takes json, the set of items two arguments and more
SELECT dynamo.scan('{"TableName": "ops_orders", "Select": "COUNT"}');

SELECT dynamo.delete_table('{"TableName": "ops_orders"}') IS NOT NULL AS deleted;
