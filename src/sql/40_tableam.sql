-- 40_tableam.sql
--    The table access method of the item tables.

CREATE FUNCTION dynamo_internal.tableam_handler(internal)
RETURNS table_am_handler
AS 'MODULE_PATHNAME', 'dynamo_tableam_handler'
LANGUAGE C STRICT;

REVOKE ALL ON FUNCTION dynamo_internal.tableam_handler(internal) FROM PUBLIC;

CREATE ACCESS METHOD dynamo TYPE TABLE HANDLER dynamo_internal.tableam_handler;

COMMENT ON ACCESS METHOD dynamo IS 'heap with one lock per key, for item tables';
