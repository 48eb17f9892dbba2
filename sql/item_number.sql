--
-- Numbers: text, limits, order-preserving bytes, sums.
--
\set VERBOSITY terse
SET search_path = dynamo, public;

CREATE FUNCTION pg_temp.number(t text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN format('{"n":{"N":%s}}', to_json(t))::item ->> 'n';
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- what is shown is plain and shortest
SELECT t, pg_temp.number(t)
  FROM unnest(ARRAY['0', '-0', '0.000', '0e5', '0e-500', '1', '+1', '-1', '00042', '1.0', '3.1400',
                    '.5', '5.', '-.5', '1.5E2', '1E+2', '1e-2', '100', '1e+0005', '-0015.789e6',
                    '1E40', '0000012345678901234567890123456789012345678',
                    '-00001.23456789012345678901234567890123456780000',
                    '1234567890123456789012345678901234567800000',
                    '1.0000000000000000000000000000000000000000000000',
                    '0.00000000000000000000000000000000000001',
                    '0.00000000000000000000000000000000000000000000000000000000000123']) t;

-- the limits of magnitude
SELECT pg_temp.number('9.9999999999999999999999999999999999999E+125') = repeat('9', 38) || repeat('0', 88) AS max,
       pg_temp.number('-9.9999999999999999999999999999999999999E+125') = '-' || repeat('9', 38) || repeat('0', 88) AS min,
       pg_temp.number('1E-130') = '0.' || repeat('0', 129) || '1' AS tiny,
       pg_temp.number('-1E-130') = '-0.' || repeat('0', 129) || '1' AS minus_tiny,
       pg_temp.number('1.2345678901234567890123456789012345678E-130') =
           '0.' || repeat('0', 129) || '12345678901234567890123456789012345678' AS tiny_and_long,
       pg_temp.number('0' || repeat('0', 500) || '1' || repeat('0', 10) || '.' || repeat('0', 500)) AS padded;

-- what is refused, and how
SELECT t, pg_temp.number(t)
  FROM unnest(ARRAY['', ' ', '.', '-', '+', 'e5', '1e', '1e+', '1e1.5', '1.2.3', '--1', '+-1', ' 1', '1 ', '1_0', '1,0',
                    '0x10', 'NaN', 'Infinity', 'abc', '1f', '1d', U&'\0661',
                    '1e126', '-1e126', '1E+126', '10e125', '99999999999999999999999999999999999999e89', '1e2147483647',
                    '1e-131', '-1e-200', '0.1e-130', '1e-2147483647',
                    '1e2147483648', '1e-99999999999', '0e99999999999',
                    '123456789012345678901234567890123456789', '-1.23456789012345678901234567890123456789',
                    '1.00000000000000000000000000000000000001']) t;

-- bytes: the examples of number.c
SELECT t, dynamo_internal.key_bytes(format('{"n":{"N":"%s"}}', t)::item, 'n')
  FROM unnest(ARRAY['0', '5', '12.5', '-12.5', '1E-130', '-1E-130', '9.9e125', '1e-20', '1e-21', '1e103', '1e104', '100', '1']) t;

-- random numbers: all lengths, all exponents, many close neighbours
SELECT setseed(0.4711);
CREATE TEMP TABLE numbers AS
WITH drawn AS (
    SELECT g,
           CASE WHEN random() < 0.5 THEN '-' ELSE '' END AS sign,
           (1 + floor(random() * 9))::int AS first,
           floor(random() * 38)::int AS more,
           CASE WHEN g % 3 = 0 THEN floor(random() * 5)::int - 2
                WHEN g % 3 = 1 THEN floor(random() * 50)::int - 25
                ELSE floor(random() * 256)::int - 130 END AS exponent,
           random() < 0.3 AS few
      FROM generate_series(1, 6000) g
)
SELECT sign || first || '.' ||
       CASE WHEN few THEN (ARRAY['0', '5', '50', '05', '09', '1', '10', '99'])[1 + g % 8]
            ELSE (SELECT string_agg(floor(random() * 10 + more * 0 + i * 0)::text, '') FROM generate_series(0, more) i WHERE i < 37) || ''
       END || 'e' || exponent AS t
  FROM drawn;
INSERT INTO numbers VALUES ('0'), ('1e-130'), ('-1e-130'), ('9.9999999999999999999999999999999999999e125'),
       ('-9.9999999999999999999999999999999999999e125');
CREATE TEMP TABLE encoded AS
SELECT t, t::numeric AS n, i ->> 'n' AS shown, dynamo_internal.key_bytes(i, 'n') AS k,
       dynamo_internal.key_bytes(i, 'n', true) AS d, (i -> 'n')::numeric AS j, i::text::item = i AS again
  FROM (SELECT t, format('{"n":{"N":"%s"}}', t)::item AS i FROM numbers OFFSET 0) s;
SELECT count(*) > 6000 AS enough, max(length(k)) <= 22 AS short,
       bool_and(j = n) AS exact, bool_and(shown = trim_scale(n)::text) AS shortest, bool_and(again) AS round_trip
  FROM encoded;
-- order of bytes is order of numbers, one to one, plain and delimited
SELECT count(*) AS misplaced FROM (SELECT n, lag(n) OVER (ORDER BY k) AS before FROM encoded) s WHERE before > n;
SELECT count(*) AS misplaced FROM (SELECT n, lag(n) OVER (ORDER BY d) AS before FROM encoded) s WHERE before > n;
SELECT count(DISTINCT k) = count(DISTINCT n) AND count(DISTINCT (k, n)) = count(DISTINCT n) AS one_to_one FROM encoded;
-- no delimited encoding is a prefix of another's: neighbours in order are enough to look at
SELECT count(*) AS prefixes
  FROM (SELECT d, lead(d) OVER (ORDER BY d) AS next FROM (SELECT DISTINCT d FROM encoded) e) s
 WHERE substr(next, 1, length(d)) = d;

-- sums against numeric, with what numeric knows nothing of
CREATE FUNCTION pg_temp.digits(n numeric) RETURNS int LANGUAGE sql AS
    $$ SELECT length(trim(BOTH '0' FROM translate(abs(n)::text, '.', ''))) $$;
CREATE FUNCTION pg_temp.expected(n numeric) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN abs(n) >= 1e126 THEN 'Number overflow. Attempting to store a number with magnitude larger than supported range'
                WHEN n <> 0 AND abs(n) < 1e-130::numeric THEN 'Number underflow. Attempting to store a number with magnitude smaller than supported range'
                WHEN pg_temp.digits(n) > 38 THEN 'Attempting to store more than 38 significant digits in a Number'
                ELSE trim_scale(n)::text END $$;
CREATE FUNCTION pg_temp.sum(a text, b text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN dynamo_internal.number_add(a, b);
EXCEPTION WHEN SQLSTATE 'KV001' THEN
    RETURN SQLERRM;
END $$;
CREATE FUNCTION pg_temp.difference(a text, b text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN dynamo_internal.number_subtract(a, b);
EXCEPTION WHEN SQLSTATE 'KV001' THEN
    RETURN SQLERRM;
END $$;
CREATE TEMP TABLE ranked AS
SELECT t, n, row_number() OVER (ORDER BY abs(n), n) AS r FROM encoded;
CREATE TEMP TABLE pairs AS
SELECT a.t AS a, b.t AS b, a.n AS an, b.n AS bn
  FROM ranked a, LATERAL (SELECT DISTINCT unnest(ARRAY[a.r + 1, a.r, a.r + 40, 6006 - a.r]) AS r) other
  JOIN ranked b USING (r);
SELECT count(*) > 20000 AS enough,
       count(*) FILTER (WHERE pg_temp.sum(a, b) IS DISTINCT FROM pg_temp.expected(an + bn)) AS wrong_sums,
       count(*) FILTER (WHERE pg_temp.difference(a, b) IS DISTINCT FROM pg_temp.expected(an - bn)) AS wrong_differences
  FROM pairs;
SELECT a, b, pg_temp.sum(a, b), pg_temp.difference(a, b)
  FROM (VALUES ('0', '0'), ('1', '-1'), ('0.1', '0.2'), ('99', '1'), ('1e50', '1'), ('9.9e125', '9e125'), ('-9.9e125', '9e125'),
               ('1.1e-130', '1e-130'), ('99999999999999999999999999999999999999', '1'), ('1e37', '1'), ('1e38', '1'), ('1e38', '-1')) v(a, b);
