--
-- Items that 0.1.0 has stored (version 1 of their bytes, see src/item/README.md)
-- beside those that are written now: every operation takes either.
--
SET search_path = public, dynamo;
SELECT dynamo.create_table('{"TableName": "old_items", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}, {"AttributeName": "city", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_city", "KeySchema": [{"AttributeName": "city", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}') IS NOT NULL AS created;

INSERT INTO dynamo_data.old_items (item)
SELECT dynamo_internal.item_from_bytes(b)
  FROM (VALUES ('\x0100074a0002736b113102706b1161016e22960b016d071a00017a217a7a016b080a00117911780200040002000f0014000200016c060b00116522961505000300020010002f00340039003e000500'::bytea),
               ('\x010007230002706b116102736b1132016e2296150463697479414f736c6f0a000f00190014000400')) v(b);
SELECT dynamo.put_item('{"TableName": "old_items", "Item": {"pk": {"S": "a"}, "sk": {"S": "3"}, "city": {"S": "Oslo"}, "n": {"N": "3"}, "m": {"M": {"k": {"SS": ["x"]}}}}}');
CREATE VIEW stored AS SELECT get_byte(dynamo.item_send(item), 0) AS version, item FROM dynamo_data.old_items ORDER BY sk;
SELECT * FROM stored;
SELECT dynamo.check('old_items');

SELECT dynamo.get_item('{"TableName": "old_items", "Key": {"pk": {"S": "a"}, "sk": {"S": "1"}}, "ProjectionExpression": "m.k, l[1], absent"}');
SELECT dynamo.query('{"TableName": "old_items", "KeyConditionExpression": "pk = :p", "FilterExpression": "contains(m.k, :x) OR n = :two", "ExpressionAttributeValues": {":p": {"S": "a"}, ":x": {"S": "x"}, ":two": {"N": "2"}}}');
SELECT dynamo.query('{"TableName": "old_items", "IndexName": "by_city", "KeyConditionExpression": "city = :c", "ExpressionAttributeValues": {":c": {"S": "Oslo"}}}') -> 'Count' AS in_index;
SELECT dynamo.scan('{"TableName": "old_items", "FilterExpression": "size(l) = :two", "ExpressionAttributeValues": {":two": {"N": "2"}}}') -> 'Count' AS scanned;
SELECT count(*) FROM dynamo_data.old_items WHERE item @> '{"m":{"M":{"k":{"SS":["x"]}}}}'::dynamo.item;

-- putting what is there already changes nothing, whatever the bytes
SELECT dynamo.put_item('{"TableName": "old_items", "Item": {"pk": {"S": "a"}, "sk": {"S": "2"}, "n": {"N": "2"}, "city": {"S": "Oslo"}}}');
-- an update writes the item anew, and what it leaves alone as it was
SELECT dynamo.update_item('{"TableName": "old_items", "Key": {"pk": {"S": "a"}, "sk": {"S": "1"}}, "UpdateExpression": "SET n = n + :one, l[2] = :one, city = :c ADD m.k :z", "ConditionExpression": "m.z = :zz",
    "ExpressionAttributeValues": {":one": {"N": "1"}, ":c": {"S": "Rom"}, ":z": {"SS": ["z"]}, ":zz": {"S": "zz"}}, "ReturnValues": "ALL_NEW"}');
UPDATE dynamo_data.old_items SET item = item WHERE sk = '2';
SELECT * FROM stored;
SELECT dynamo.check('old_items');
SELECT dynamo.delete_item('{"TableName": "old_items", "Key": {"pk": {"S": "a"}, "sk": {"S": "2"}}, "ConditionExpression": "city = :c", "ExpressionAttributeValues": {":c": {"S": "Oslo"}}, "ReturnValues": "ALL_OLD"}');

DROP VIEW stored;
SELECT dynamo.delete_table('{"TableName": "old_items"}') IS NOT NULL AS deleted;
