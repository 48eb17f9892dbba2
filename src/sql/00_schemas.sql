-- 00_schemas.sql
--    The three schemas of the extension.
--
-- dynamo           the public API: one function per operation, the item type
-- dynamo_internal  metadata and helpers; nothing in it is granted to PUBLIC
-- dynamo_data      the item tables, one per DynamoDB table

CREATE SCHEMA dynamo;
CREATE SCHEMA dynamo_internal;
CREATE SCHEMA dynamo_data;

REVOKE ALL ON SCHEMA dynamo, dynamo_internal, dynamo_data FROM PUBLIC;

