-- Scan: segments, pages, indexes, what is refused.
SET search_path = public, dynamo;
SELECT dynamo.create_table('{"TableName": "ops_scan", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}, {"AttributeName": "g", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}]}') IS NOT NULL AS created;
INSERT INTO dynamo_data.ops_scan (item)
SELECT dynamo.to_item(jsonb_build_object('pk', i, 'v', i) || CASE WHEN i % 10 = 0 THEN jsonb_build_object('g', 'g' || i % 30) ELSE '{}' END) FROM generate_series(1, 200) i;

-- scan to the end page by page: how many pages, items, different items
CREATE FUNCTION pg_temp.pages(request jsonb, OUT pages integer, OUT items integer, OUT different integer) LANGUAGE plpgsql
AS $$
DECLARE
    answer jsonb;
    found jsonb := '[]';
BEGIN
    pages := 0;
    LOOP
        answer := dynamo.scan(request::json);
        pages := pages + 1;
        found := found || (answer -> 'Items');
        EXIT WHEN NOT answer ? 'LastEvaluatedKey' OR pages = 1000;
        request := request || jsonb_build_object('ExclusiveStartKey', answer -> 'LastEvaluatedKey');
    END LOOP;
    SELECT count(*), count(DISTINCT i) INTO items, different FROM jsonb_array_elements(found) i;
END $$;
SELECT * FROM pg_temp.pages('{"TableName": "ops_scan"}');
SELECT * FROM pg_temp.pages('{"TableName": "ops_scan", "Limit": 30}');
SELECT * FROM pg_temp.pages('{"TableName": "ops_scan", "Limit": 50}');
SELECT * FROM pg_temp.pages('{"TableName": "ops_scan", "Limit": 30, "FilterExpression": "v <= :v", "ExpressionAttributeValues": {":v": {"N": "20"}}}');
SELECT * FROM pg_temp.pages('{"TableName": "ops_scan", "IndexName": "by_g", "Limit": 3}');
-- segments: together everything, nothing twice
SELECT sum(items) AS items, count(*) FILTER (WHERE items > 0) AS not_empty
FROM generate_series(0, 3) segment, pg_temp.pages(jsonb_build_object('TableName', 'ops_scan', 'Segment', segment, 'TotalSegments', 4, 'Limit', 7));
SELECT sum(items) AS items FROM generate_series(0, 6) segment, pg_temp.pages(jsonb_build_object('TableName', 'ops_scan', 'Segment', segment, 'TotalSegments', 7, 'Limit', 1, 'IndexName', 'by_g'));
SELECT items FROM pg_temp.pages('{"TableName": "ops_scan", "Segment": 0, "TotalSegments": 1}');
-- together they read each row once, be it in one page or in many
BEGIN;
SELECT pg_stat_get_xact_tuples_fetched('dynamo_data.ops_scan_pkey'::regclass) AS before \gset
SELECT sum(items) AS items FROM generate_series(0, 9) segment, pg_temp.pages(jsonb_build_object('TableName', 'ops_scan', 'Segment', segment, 'TotalSegments', 10));
SELECT pg_stat_get_xact_tuples_fetched('dynamo_data.ops_scan_pkey'::regclass) - :before AS fetched;
COMMIT;
BEGIN;
SELECT pg_stat_get_xact_tuples_fetched('dynamo_data.ops_scan_pkey'::regclass) AS before \gset
SELECT sum(pages) AS pages, sum(items) AS items FROM generate_series(0, 3) segment, pg_temp.pages(jsonb_build_object('TableName', 'ops_scan', 'Segment', segment, 'TotalSegments', 4, 'Limit', 7));
SELECT pg_stat_get_xact_tuples_fetched('dynamo_data.ops_scan_pkey'::regclass) - :before AS fetched;
COMMIT;
SELECT items < 3 AS few FROM pg_temp.pages('{"TableName": "ops_scan", "Segment": 999999, "TotalSegments": 1000000}');

SELECT dynamo.scan('{"TableName": "ops_scan", "FilterExpression": "v = :v", "ExpressionAttributeValues": {":v": {"N": "30"}}, "ProjectionExpression": "g", "ReturnConsumedCapacity": "INDEXES"}');
SELECT dynamo.scan('{"TableName": "ops_scan", "ScanFilter": {"v": {"ComparisonOperator": "LT", "AttributeValueList": [{"N": "3"}]}, "pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "200"}]}},
  "ConditionalOperator": "OR", "Select": "COUNT", "ConsistentRead": true, "ReturnConsumedCapacity": "TOTAL"}');
SELECT dynamo.scan('{"TableName": "ops_scan", "IndexName": "by_g", "Select": "COUNT", "ReturnConsumedCapacity": "INDEXES"}');

-- refused
SELECT dynamo.scan('{"TableName": "ops_scan", "Limit": 0, "Segment": -1, "TotalSegments": 1000001}');
SELECT dynamo.scan('{"TableName": "ops_scan", "Segment": 0}');
SELECT dynamo.scan('{"TableName": "ops_scan", "TotalSegments": 1}');
SELECT dynamo.scan('{"TableName": "ops_scan", "Segment": 2, "TotalSegments": 2}');
SELECT dynamo.scan('{"TableName": "ops_scan", "ExpressionAttributeValues": {":v": {"N": "20"}}}');
SELECT dynamo.scan('{"TableName": "ops_scan", "ScanFilter": {}, "FilterExpression": "a = b"}');
SELECT dynamo.scan('{"TableName": "ops_scan", "IndexName": "nope"}');
SELECT dynamo.scan('{"TableName": "ops_scan", "IndexName": "by_g", "ConsistentRead": true}');
SELECT dynamo.scan('{"TableName": "ops_scan", "IndexName": "by_g", "Select": "ALL_ATTRIBUTES"}');
SELECT dynamo.scan('{"TableName": "ops_scan", "IndexName": "by_g", "ProjectionExpression": "v"}');
SELECT dynamo.scan('{"TableName": "ops_scan", "FilterExpression": "pk.a = g"}');
SELECT dynamo.scan('{"TableName": "ops_scan", "ExclusiveStartKey": {}}');
SELECT dynamo.scan('{"TableName": "ops_scan", "ExclusiveStartKey": {"pk": {"S": "1"}}}');
SELECT dynamo.scan('{"TableName": "ops_scan", "ExclusiveStartKey": {"pk": {"N": "1"}, "g": {"S": "a"}}}');
SELECT dynamo.scan('{"TableName": "ops_scan", "IndexName": "by_g", "ExclusiveStartKey": {"pk": {"N": "1"}}}');
SELECT dynamo.scan('{"TableName": "ops_scan", "IndexName": "by_g", "ExclusiveStartKey": {"pk": {"N": "1"}, "g": {"N": "1"}}}');
SELECT dynamo.scan('{"TableName": "ops_scan", "IndexName": "by_g", "ExclusiveStartKey": {"x": {"N": "1"}, "g": {"S": "1"}}}');
SELECT dynamo.scan(json_build_object('TableName', 'ops_scan', 'Segment', 0, 'TotalSegments', 2, 'ExclusiveStartKey', (SELECT json_build_object('pk', answer -> 'Items' -> 0 -> 'pk')
  FROM dynamo.scan('{"TableName": "ops_scan", "Segment": 1, "TotalSegments": 2, "Limit": 1}') AS answer)));

SELECT dynamo.delete_table('{"TableName": "ops_scan"}') IS NOT NULL AS deleted;
