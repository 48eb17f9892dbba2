--
-- Order-preserving keys of strings and binaries, and the digest.  Numbers:
-- item_number.
--
SET search_path = dynamo, public;

SELECT dynamo_internal.key_bytes('{"k":{"S":"a\u0000é"}}', 'k') AS s, dynamo_internal.key_bytes('{"k":{"S":"a\u0000é"}}', 'k', true) AS s_delimited,
       dynamo_internal.key_bytes('{"k":{"B":"AAH/"}}', 'k') AS b, dynamo_internal.key_bytes('{"k":{"B":"AAH/"}}', 'k', true) AS b_delimited,
       dynamo_internal.key_bytes('{"k":{"N":"1"}}', 'k', true) AS n_delimited, dynamo_internal.key_bytes('{"k":{"N":"-1"}}', 'k', true) AS minus_delimited,
       dynamo_internal.key_bytes('{"k":{"N":"0"}}', 'k', true) AS zero_delimited;
SELECT dynamo_internal.key_bytes('{"k":{"S":"a"}}', 'missing') AS missing;
SELECT dynamo_internal.key_bytes('{"k":{"BOOL":true}}', 'k');

-- random binaries over few byte values, so that many share a beginning
SELECT setseed(0.815);
CREATE TEMP TABLE keys AS
SELECT b, format('{"k":{"B":"%s"}}', encode(b, 'base64'))::item AS i
  FROM (SELECT DISTINCT decode(coalesce((SELECT string_agg((ARRAY['00', '01', 'fe', 'ff'])[1 + floor(random() * 4)::int], '')
                                           FROM generate_series(1, g % 8) x), ''), 'hex') AS b
          FROM generate_series(1, 3000) g) s;
SELECT count(*) > 1000 AS enough,
       bool_and(dynamo_internal.key_bytes(i, 'k') = b) AS plain_is_itself FROM keys;
SELECT count(*) AS misplaced
  FROM (SELECT b, lag(b) OVER (ORDER BY dynamo_internal.key_bytes(i, 'k', true)) AS before FROM keys) s WHERE before >= b;
-- the concatenation of two is ordered as the pair, and no two pairs share one
CREATE TEMP TABLE pairs AS
SELECT x.b AS x, y.b AS y, dynamo_internal.key_bytes(x.i, 'k', true) || dynamo_internal.key_bytes(y.i, 'k') AS k
  FROM (SELECT * FROM keys WHERE length(b) < 3) x, (SELECT * FROM keys WHERE length(b) < 4 ORDER BY b LIMIT 60) y;
SELECT count(*) > 1000 AS enough, count(DISTINCT k) = count(*) AS one_to_one FROM pairs;
SELECT count(*) AS misplaced
  FROM (SELECT x, y, lag(x) OVER w AS xb, lag(y) OVER w AS yb FROM pairs WINDOW w AS (ORDER BY k)) s
 WHERE (xb, yb) >= (x, y);

-- strings: order of UTF-8 bytes
SELECT string_agg(s, ' < ' ORDER BY dynamo_internal.key_bytes(format('{"k":{"S":"%s"}}', s)::item, 'k'))
  FROM unnest(ARRAY['a', 'B', 'b', 'ab', 'z', 'é', '€', '😀', '0', '10', '9', '_']) s;

-- the digest tells types apart, and numbers by value
SELECT encode(dynamo_internal.key_digest('{"k":{"S":"abc"}}', 'k'), 'hex') =
       left(encode(sha256('\x0100000003616263'), 'hex'), 32) AS as_documented,
       dynamo_internal.key_digest('{"k":{"N":"1.0"}}', 'k') = dynamo_internal.key_digest('{"k":{"N":"1"}}', 'k') AS by_value,
       dynamo_internal.key_digest('{"k":{"S":"abcd"}}', 'k') <> dynamo_internal.key_digest('{"k":{"B":"YWJjZA=="}}', 'k') AS by_type;
-- one context serves all queries, also after an error and in subtransactions
DO $$
DECLARE d bytea;
BEGIN
    FOR i IN 1..3 LOOP
        BEGIN
            d := dynamo_internal.key_digest('{"k":{"L":[]}}', 'k');
        EXCEPTION WHEN others THEN
            RAISE NOTICE '%', SQLERRM;
        END;
        ASSERT dynamo_internal.key_digest('{"k":{"S":"abc"}}', 'k') = substr(sha256('\x0100000003616263'), 1, 16);
    END LOOP;
END $$;
