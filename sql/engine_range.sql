--
-- Ranges: order, bounds, direction, paging and segments over the three kinds
-- of index, each against a plain SQL query over the same items.
--
CREATE SCHEMA engine_range;
SET search_path = engine_range, dynamo, public;

SELECT dynamo.create_table('{"TableName": "Range", "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"},
                             {"AttributeName": "g", "AttributeType": "N"}, {"AttributeName": "h", "AttributeType": "S"},
                             {"AttributeName": "l", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {"IndexName": "global", "Projection": {"ProjectionType": "ALL"},
         "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "h", "KeyType": "RANGE"}]},
        {"IndexName": "hash-only", "Projection": {"ProjectionType": "ALL"},
         "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]}],
    "LocalSecondaryIndexes": [
        {"IndexName": "local", "Projection": {"ProjectionType": "ALL"},
         "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]}]}')
    -> 'TableDescription' ->> 'TableName' AS created;

-- 3 partitions of 20 items; every third item is in no GSI, every fourth not in
-- the LSI; sort keys of the indexes repeat
INSERT INTO dynamo_data."Range" (item)
    SELECT dynamo.to_item(jsonb_build_object('pk', 'p' || p, 'sk', i - 10)
        || CASE WHEN i % 3 = 0 THEN '{}' ELSE jsonb_build_object('g', i % 2, 'h', 'h' || i % 5) END
        || CASE WHEN i % 4 = 0 THEN '{}' ELSE jsonb_build_object('l', repeat('l', i % 3)  || i % 7) END)
    FROM generate_series(1, 3) p, generate_series(1, 20) i;
-- empty strings and key prefixes as sort keys
INSERT INTO dynamo_data."Range" (item) VALUES
    ('{"pk": {"S": "p1"}, "sk": {"N": "100"}, "g": {"N": "0"}, "h": {"S": "h"}, "l": {"S": "l"}}'),
    ('{"pk": {"S": "p1"}, "sk": {"N": "1E100"}, "g": {"N": "0"}, "h": {"S": "h00"}, "l": {"S": "ll"}}');

-- All pages of a Query or Scan, of so many items each.
CREATE FUNCTION pages(operation text, request jsonb, page_size int, delete_behind boolean DEFAULT false)
RETURNS TABLE (nr int, doc jsonb) LANGUAGE plpgsql AS $$
DECLARE
    answer json;
    one json;
    n int := 0;
BEGIN
    request := request || jsonb_build_object('TableName', 'Range', 'Limit', page_size);
    LOOP
        IF operation = 'Query' THEN answer := dynamo.query(request::json);
        ELSE answer := dynamo.scan(request::json); END IF;
        FOR one IN SELECT json_array_elements(answer -> 'Items') LOOP
            n := n + 1;
            nr := n;
            doc := one::text::dynamo.item::jsonb;
            RETURN NEXT;
            IF delete_behind THEN
                DELETE FROM dynamo_data."Range" WHERE item = one::text::dynamo.item;
            END IF;
        END LOOP;
        EXIT WHEN answer -> 'LastEvaluatedKey' IS NULL;
        request := request || jsonb_build_object('ExclusiveStartKey', answer -> 'LastEvaluatedKey');
    END LOOP;
END $$;

CREATE FUNCTION query(index text, partition text, sort_condition text, low jsonb, high jsonb, forward boolean)
RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('IndexName', index, 'ScanIndexForward', forward,
        'KeyConditionExpression', CASE WHEN index IN ('global', 'hash-only') THEN '#g = :g' ELSE 'pk = :p' END || sort_condition,
        'ExpressionAttributeNames', CASE WHEN index IN ('global', 'hash-only') THEN '{"#g": "g"}'::jsonb END,
        'ExpressionAttributeValues', jsonb_strip_nulls(
            CASE WHEN index IN ('global', 'hash-only') THEN jsonb_build_object(':g', jsonb_build_object('N', partition))
                 ELSE jsonb_build_object(':p', jsonb_build_object('S', partition)) END
            || jsonb_build_object(':a', low, ':b', high))))
$$;

-- What SQL says: items in the order of an index.
CREATE VIEW items AS
    SELECT hk, sk, item::jsonb AS doc, item::jsonb ->> 'pk' AS pk, (item::jsonb ->> 'sk')::numeric AS n,
           item::jsonb ->> 'g' AS g, (item::jsonb ->> 'h') COLLATE "C" AS h, (item::jsonb ->> 'l') COLLATE "C" AS l
    FROM dynamo_data."Range";

CREATE FUNCTION expected(index text, partition text) RETURNS TABLE (nr bigint, doc jsonb, s text, n numeric)
LANGUAGE sql AS $$
    SELECT row_number() OVER (ORDER BY n), doc, NULL, n FROM items WHERE index IS NULL AND pk = partition
    UNION ALL
    SELECT row_number() OVER (ORDER BY h, hk, n), doc, h, n FROM items WHERE index = 'global' AND g = partition
    UNION ALL
    SELECT row_number() OVER (ORDER BY hk, n), doc, NULL, n FROM items WHERE index = 'hash-only' AND g = partition
    UNION ALL
    SELECT row_number() OVER (ORDER BY l, n), doc, l, n FROM items WHERE index = 'local' AND pk = partition AND l IS NOT NULL
$$;

-- every index, partition, direction and page size
SELECT index, partition, count(*) FILTER (WHERE pages IS NOT DISTINCT FROM expected) AS right, count(*) AS runs, max(n) AS items
FROM (VALUES (NULL, 'p1'), (NULL, 'p3'), (NULL, 'none'), ('global', '0'), ('global', '1'), ('global', '7'),
             ('hash-only', '1'), ('local', 'p1'), ('local', 'p2')) AS v (index, partition),
     (VALUES (true), (false)) AS d (forward),
     (VALUES (1), (2), (7), (100)) AS s (size),
     LATERAL (SELECT jsonb_agg(doc ORDER BY nr) AS pages, count(*) AS n
              FROM pages('Query', query(index, partition, '', NULL, NULL, forward), size)) p,
     LATERAL (SELECT jsonb_agg(doc ORDER BY CASE WHEN forward THEN nr ELSE -nr END) AS expected
              FROM expected(index, partition)) e
GROUP BY 1, 2 ORDER BY 1, 2;

-- every operator
CREATE TABLE operators (condition text, sql text);
INSERT INTO operators VALUES
    ('= :a', '%1$s = %2$s'), ('< :a', '%1$s < %2$s'), ('<= :a', '%1$s <= %2$s'), ('> :a', '%1$s > %2$s'),
    ('>= :a', '%1$s >= %2$s'), ('BETWEEN :a AND :b', '%1$s BETWEEN %2$s AND %3$s'),
    ('begins_with', 'starts_with(%1$s, %2$s)');

CREATE FUNCTION sql_keys(index text, partition text, condition text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE result jsonb;
BEGIN
    EXECUTE format('SELECT jsonb_agg(doc ORDER BY nr) FROM expected(%L, %L) WHERE %s', index, partition, condition) INTO result;
    RETURN result;
END $$;

SELECT index, condition, count(*) FILTER (WHERE pages IS NOT DISTINCT FROM expected) AS right, count(*) AS runs, sum(n) AS items
FROM (VALUES (NULL, 'p1', 'sk', 'N', 'n'), ('global', '0', 'h', 'S', 's COLLATE "C"'), ('local', 'p1', 'l', 'S', 's COLLATE "C"'))
        AS v (index, partition, attribute, type, col),
     operators,
     (VALUES ('-3', '4', 'h', 'h2'), ('0', '0', 'h2', 'h2'), ('10', '100', 'l', 'll'), ('-9', '1E101', 'h0', 'l5'),
             ('-50', '-49', 'x', 'y')) AS b (n1, n2, s1, s2),
     LATERAL (SELECT jsonb_agg(doc ORDER BY nr) AS pages, count(*) AS n FROM pages('Query',
        query(index, partition,
              ' AND ' || CASE condition WHEN 'begins_with' THEN format('begins_with(%s, :a)', attribute)
                                        ELSE attribute || ' ' || condition END,
              jsonb_build_object(type, CASE type WHEN 'N' THEN n1 ELSE s1 END),
              CASE WHEN condition LIKE 'BETWEEN%' THEN jsonb_build_object(type, CASE type WHEN 'N' THEN n2 ELSE s2 END) END,
              true), 3)) p,
     LATERAL sql_keys(index, partition, format(operators.sql, col,
        CASE type WHEN 'N' THEN n1 ELSE quote_literal(s1) END,
        CASE type WHEN 'N' THEN n2 ELSE quote_literal(s2) END)) AS expected
WHERE NOT (type = 'N' AND condition = 'begins_with')
GROUP BY 1, 2 ORDER BY 1, 2;

-- Scans: the order is that of hk; segments part the table
SELECT size, jsonb_agg(p.doc ORDER BY nr) = (SELECT jsonb_agg(doc ORDER BY hk, n) FROM items) AS right
FROM (VALUES (1), (5), (1000)) AS s (size), LATERAL pages('Scan', '{}', size) p GROUP BY 1 ORDER BY 1;

SELECT index, total, count(*) AS items, count(DISTINCT p.doc) AS distinct_items
FROM (VALUES (NULL), ('global'), ('hash-only'), ('local')) AS v (index),
     (VALUES (1), (2), (3), (7), (1000)) AS t (total),
     LATERAL generate_series(0, total - 1) segment,
     LATERAL pages('Scan', jsonb_strip_nulls(jsonb_build_object('IndexName', index,
        'Segment', segment, 'TotalSegments', total)), 4) p
GROUP BY 1, 2 ORDER BY 1, 2;

-- paging goes on when the item it ended at is gone
BEGIN;
SELECT count(*) FROM pages('Query', query(NULL, 'p1', '', NULL, NULL, true), 1, true);
SELECT count(*) FROM pages('Query', query('global', '1', '', NULL, NULL, false), 2, true);
SELECT count(*) FROM pages('Query', query('local', 'p2', '', NULL, NULL, true), 3, true);
SELECT count(*) FROM pages('Scan', '{}', 5, true);
SELECT count(*) FROM items;
ROLLBACK;

-- one snapshot: what is written while a set is read does not join it
BEGIN;
SELECT count(*) FROM (
    SELECT dynamo.put_item(json_build_object('TableName', 'Range', 'Item',
        json_build_object('pk', json_build_object('S', 'p1'), 'sk', json_build_object('N', (1000 + n)::text))))
    FROM items WHERE pk = 'p1' AND n < 100) AS s;
SELECT count(*) FROM items WHERE pk = 'p1';
ROLLBACK;

-- an index that somebody dropped by hand can be made anew
DROP INDEX dynamo_data."Range_x3_hk_sk_idx";
SELECT dynamo.query('{"TableName": "Range", "IndexName": "hash-only", "KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"N": "0"}}}');
SELECT dynamo.put_item('{"TableName": "Range", "Item": {"pk": {"S": "dropped"}, "sk": {"N": "0"}, "g": {"N": "77"}}}');
SELECT dynamo.update_table('{"TableName": "Range", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "hash-only"}}]}') IS NOT NULL AS deleted;

\set VERBOSITY terse
DROP SCHEMA engine_range CASCADE;
DO $$ BEGIN PERFORM dynamo.delete_table('{"TableName": "Range"}'); END $$;
