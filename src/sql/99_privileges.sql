-- 99_privileges.sql
--    Takes back what Postgres grants to everybody by default.
--
-- A new function may be called, and a new type used, by PUBLIC.  The schemas
-- are closed to it, but a function can be reached without its schema's USAGE
-- (through an operator or a view), so the privilege itself has to go.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA dynamo, dynamo_internal, dynamo_data FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA dynamo, dynamo_internal, dynamo_data FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA dynamo, dynamo_internal, dynamo_data FROM PUBLIC;
