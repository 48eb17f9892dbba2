-- 60_engine.sql
--    Checking a table.

-- Every row and every index entry of a table against the items: one row for
-- each problem, none if all is well.  Reads with one snapshot, so it may run
-- beside writers.  Whether the btrees themselves are sound is amcheck's to say
-- (bt_index_check).
CREATE FUNCTION dynamo.check(
    table_name text,
    OUT problem text,       -- what is wrong
    OUT index_name text,    -- of the index; null: the row itself
    OUT hk bytea,           -- the row: digest of the partition key ...
    OUT sk bytea,           -- ... and sort key
    OUT detail text)
RETURNS SETOF record
LANGUAGE C STRICT VOLATILE
AS 'MODULE_PATHNAME', 'dynamo_check';

COMMENT ON FUNCTION dynamo.check(text) IS
    'problems of a table''s rows and indexes; no rows if there are none';
