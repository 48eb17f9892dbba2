-- sample.sql
--    What the database of an earlier version holds in the test of upgrades.
--
-- Run once by the version's own library, then dumped; see src/sql/README.md.
-- It has something of everything that the metadata knows.

SELECT * FROM dynamo.create_access_key('application', 'AKIDUPGRADE', 'secret of the upgrade');
SELECT * FROM dynamo.create_access_key('former', 'AKIDDISABLED', 'another secret');
SELECT dynamo.enable_access_key('AKIDDISABLED', false);

-- a sort key, both kinds of index, provisioned throughput, a stream's settings, tags, TTL
SELECT dynamo.create_table('{"TableName": "Orders",
    "AttributeDefinitions": [{"AttributeName": "customer", "AttributeType": "S"}, {"AttributeName": "number", "AttributeType": "N"},
        {"AttributeName": "status", "AttributeType": "S"}, {"AttributeName": "placed", "AttributeType": "N"},
        {"AttributeName": "token", "AttributeType": "B"}],
    "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "number", "KeyType": "RANGE"}],
    "ProvisionedThroughput": {"ReadCapacityUnits": 40, "WriteCapacityUnits": 20},
    "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    "Tags": [{"Key": "team", "Value": "shop"}, {"Key": "stage", "Value": "test"}],
    "LocalSecondaryIndexes": [{"IndexName": "by-placed", "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
        "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "placed", "KeyType": "RANGE"}]}],
    "GlobalSecondaryIndexes": [
        {"IndexName": "by-status", "Projection": {"ProjectionType": "ALL"},
         "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
         "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}, {"AttributeName": "placed", "KeyType": "RANGE"}]},
        {"IndexName": "by-token", "Projection": {"ProjectionType": "KEYS_ONLY"},
         "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
         "KeySchema": [{"AttributeName": "token", "KeyType": "HASH"}]}]}');
SELECT dynamo.update_time_to_live('{"TableName": "Orders",
    "TimeToLiveSpecification": {"Enabled": true, "AttributeName": "expires"}}');
SELECT count(dynamo.put_item(format('{"TableName": "Orders", "Item": {"customer": {"S": "c%s"}, "number": {"N": "%s"},
    "status": {"S": "%s"}, "placed": {"N": "%s"}, "total": {"N": "%s.5"}, "expires": {"N": "4000000%s"},
    "lines": {"L": [{"M": {"sku": {"S": "s%s"}, "gift": {"BOOL": true}}}, {"NULL": true}]}}}',
    i % 3, i, (ARRAY['open', 'paid', 'sent'])[i % 3 + 1], -i, i, 100 + i, i)::json))
  FROM generate_series(1, 30) AS i;
-- not in every index, every type, a number of 38 digits, a large item
SELECT dynamo.put_item(('{"TableName": "Orders", "Item": {"customer": {"S": "large"}, "number": {"N": "-1.5"}, "token": {"B": "AAH/"},
    "exact": {"N": "12345678901234567890.123456789012345678"}, "ss": {"SS": ["b", "a"]}, "ns": {"NS": ["2", "1"]}, "bs": {"BS": ["AA=="]},
    "text": {"S": "' || repeat('gr\u00fc\u00df ', 3000) || '"}}}')::json);

-- no sort key, on demand, a name that is no name in SQL, deletion protection
SELECT dynamo.create_table('{"TableName": "user.Sessions-1", "BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": true,
    "TableClass": "STANDARD_INFREQUENT_ACCESS", "OnDemandThroughput": {"MaxReadRequestUnits": 1000, "MaxWriteRequestUnits": 1000},
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "B"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}');
SELECT dynamo.transact_write_items('{"ClientRequestToken": "token-of-the-upgrade", "TransactItems": [
    {"Put": {"TableName": "user.Sessions-1", "Item": {"id": {"B": "AQ=="}, "user": {"S": "ada"}}}},
    {"Put": {"TableName": "user.Sessions-1", "Item": {"id": {"B": "Ag=="}, "user": {"S": "bob"}}}}]}');

-- an application's own views on top
CREATE VIEW public.open_orders AS
    SELECT item OPERATOR(dynamo.->>) 'customer' AS customer, (item OPERATOR(dynamo.->>) 'total')::numeric AS total
      FROM dynamo_data."Orders" WHERE item OPERATOR(dynamo.->>) 'status' = 'open';
SELECT dynamo.create_view('user.Sessions-1', '{"user": "text"}', 'sessions');
