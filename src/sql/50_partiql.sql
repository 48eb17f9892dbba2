-- 50_partiql.sql
--    PartiQL as SQL.

-- The items that a PartiQL statement gives: all of a SELECT, or what the
-- RETURNING of a write says. Parameters stand for the ? of the statement, in
-- order:
--
--    SELECT item ->> 'title' FROM dynamo.partiql(
--        'SELECT * FROM "Music" WHERE artist = ? AND year > ?', 'Nina Simone', 1960) AS item;
--
-- Numbers become N, boolean BOOL, bytea B, json and jsonb the document they
-- are, dynamo.item a map, arrays sets, NULL becomes NULL; all else is S.
CREATE FUNCTION dynamo.partiql(statement text, VARIADIC parameters "any") RETURNS SETOF dynamo.item
    AS 'MODULE_PATHNAME', 'dynamo_partiql' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION dynamo.partiql(text, "any") IS 'items that a PartiQL statement gives';

CREATE FUNCTION dynamo.partiql(statement text) RETURNS SETOF dynamo.item
    AS 'MODULE_PATHNAME', 'dynamo_partiql' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION dynamo.partiql(text) IS 'items that a PartiQL statement without parameters gives';
