--
-- Clustered placement: where rows go, and that none is lost on the way.
--
CREATE SCHEMA am_placement;
SET search_path = am_placement, public;
CREATE EXTENSION IF NOT EXISTS amcheck;

CREATE TABLE t (hk bytea NOT NULL, sk bytea NOT NULL, doc bytea, n int NOT NULL DEFAULT 0,
    PRIMARY KEY (hk, sk)) USING dynamo WITH (fillfactor = 90);
ALTER TABLE t ALTER doc SET STORAGE PLAIN;

-- The pages of each collection of a table.
CREATE FUNCTION pages(tab regclass, OUT collections bigint, OUT rows bigint, OUT mean numeric)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT count(*), sum(n), round(avg(p), 1) FROM (SELECT count(*) AS n,
        count(DISTINCT (ctid::text::point)[0]) AS p FROM %s GROUP BY hk) AS c', tab)
    INTO collections, rows, mean;
END $$;

CREATE FUNCTION blocks(tab regclass) RETURNS bigint
LANGUAGE sql AS $$ SELECT pg_relation_size(tab) / current_setting('block_size')::int $$;

-- Rows of 200 collections with 100 rows each, in an order that visits all
-- collections before it comes back to one.
CREATE VIEW rows AS
    SELECT int4send(i % 200) || '\x00000000000000000000' AS hk,
           decode(md5((i / 200)::text), 'hex') AS sk, decode(repeat(md5(i::text), 8), 'hex') AS doc, i AS n
    FROM generate_series(0, 19999) AS i ORDER BY i;

INSERT INTO t SELECT * FROM rows;
SELECT collections, rows, mean < 25 AS clustered FROM pages('t');
SELECT bt_index_check('t_pkey', true);

-- the table is not much larger than without
CREATE TABLE plain (LIKE t INCLUDING ALL) USING dynamo WITH (fillfactor = 90);
SET dynamo.clustered_placement = off;
INSERT INTO plain SELECT * FROM rows;
RESET dynamo.clustered_placement;
SELECT collections, rows, mean > 90 AS scattered FROM pages('plain');
SELECT blocks('t') < 1.35 * blocks('plain') AS small;

-- a fillfactor without reserve switches it off, for this table
CREATE TABLE dense (LIKE t INCLUDING ALL) USING dynamo WITH (fillfactor = 100);
INSERT INTO dense SELECT * FROM rows;
SELECT collections, rows, mean > 90 AS scattered FROM pages('dense');
ALTER TABLE dense SET (fillfactor = 80);
TRUNCATE dense;
INSERT INTO dense SELECT * FROM rows;
SELECT collections, rows, mean < 30 AS clustered FROM pages('dense');

-- rows without a sort key lie in the order they came
CREATE TABLE single (LIKE t INCLUDING ALL) USING dynamo WITH (fillfactor = 90);
INSERT INTO single SELECT hk || sk, '', doc, n FROM rows;
SELECT count(*) = 0 AS in_order FROM (
    SELECT ctid < lag(ctid) OVER (ORDER BY n) AS back FROM single) s WHERE back;
SELECT blocks('single') <= blocks('plain') AS small;

-- collections of one and of three share pages
CREATE TABLE few (LIKE t INCLUDING ALL) USING dynamo WITH (fillfactor = 90);
INSERT INTO few SELECT int8send(n % 5000), sk, doc, n FROM rows WHERE n < 15000;
INSERT INTO few SELECT int8send(n), sk, doc, n FROM rows WHERE n >= 15000;
SELECT collections, rows FROM pages('few');
SELECT blocks('few') < 1.35 * blocks('plain') AS small;

-- COPY comes in batches
SELECT '/tmp/dynamo_placement.' || pg_backend_pid() AS file \gset
COPY t TO :'file';
CREATE TABLE copied (LIKE t INCLUDING ALL) USING dynamo WITH (fillfactor = 90);
COPY copied FROM :'file';
SELECT collections, rows, mean < 25 AS clustered FROM pages('copied');
TRUNCATE copied;
COPY (SELECT * FROM rows) TO :'file';
COPY copied FROM :'file';
SELECT collections, rows, mean < 25 AS clustered FROM pages('copied');
\set removed `rm :'file'`
SELECT blocks('copied') < 1.35 * blocks('plain') AS small;
SELECT bt_index_check('copied_pkey', true);
SELECT count(*) FROM copied FULL JOIN t USING (hk, sk, doc, n) WHERE copied.n IS NULL OR t.n IS NULL;

-- COPY of rows without a sort key, and of a duplicate
COPY copied (hk, sk) FROM PROGRAM 'for i in 10 11 12 13; do echo "\\\\x$i,\\\\x"; done' (FORMAT csv);
\set VERBOSITY terse
COPY copied (hk, sk) FROM PROGRAM 'for i in 10 11 12 13; do echo "\\\\x$i,\\\\x01"; echo "\\\\x13,\\\\x01"; done' (FORMAT csv);
\set VERBOSITY default
SELECT count(*) FROM copied;

-- ON CONFLICT inserts speculatively
INSERT INTO t SELECT * FROM rows ON CONFLICT DO NOTHING;
INSERT INTO t SELECT hk, sk || '\x01', doc, n FROM rows WHERE n % 10 = 0
    ON CONFLICT (hk, sk) DO UPDATE SET n = -1;
SELECT collections, rows, mean < 30 AS clustered FROM pages('t');

-- new versions that do not fit on their page go to the neighbours
UPDATE t SET doc = doc || doc WHERE n % 4 = 1;
VACUUM t;
SELECT collections, rows, mean < 40 AS clustered FROM pages('t');
SELECT bt_index_check('t_pkey', true);

-- rows that are stored out of line
CREATE TABLE long (hk bytea NOT NULL, sk bytea NOT NULL, doc text COMPRESSION pglz,
    PRIMARY KEY (hk, sk)) USING dynamo WITH (fillfactor = 90);
INSERT INTO long SELECT int4send(i % 20), int4send(i), string_agg(md5((i * j)::text), '')
    FROM generate_series(1, 400) AS i, generate_series(1, 30 + (1 + 3 * (i % 40)) * (i % 3)) AS j GROUP BY i;
SELECT count(*), sum(length(doc)), bt_index_check('long_pkey', true) FROM long;

-- churn does not make the table grow without bound
CREATE TABLE churn (LIKE t INCLUDING ALL) USING dynamo WITH (fillfactor = 90);
INSERT INTO churn SELECT * FROM rows;
SELECT blocks('churn') AS before \gset
SELECT format('DELETE FROM churn WHERE n %% 5 = %s', round % 5), 'VACUUM churn',
       format('INSERT INTO churn SELECT hk, sk || int4send(%s), doc, n FROM rows WHERE n %% 5 = %s', round, round % 5)
FROM generate_series(1, 10) AS round \gexec
SELECT collections, rows, mean < 30 AS clustered, blocks('churn') < 1.1 * :before AS bounded FROM pages('churn');

-- VACUUM cuts off the pages that are remembered
DELETE FROM churn WHERE hk > int4send(0) || '\x00000000000000000000';
VACUUM churn;
INSERT INTO churn SELECT hk, sk || '\xff', doc, n FROM rows;
SELECT collections, rows FROM pages('churn');
TRUNCATE churn;
INSERT INTO churn SELECT * FROM rows WHERE n < 2000;
SELECT collections, rows FROM pages('churn');
VACUUM FULL churn;
INSERT INTO churn SELECT * FROM rows WHERE n >= 2000;
SELECT collections, rows, mean < 30 AS clustered FROM pages('churn');
SELECT bt_index_check('churn_pkey', true);

-- tables without a suitable primary key work all the same
ALTER TABLE churn DROP CONSTRAINT churn_pkey;
INSERT INTO churn SELECT * FROM rows;
ALTER TABLE churn ADD COLUMN id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
INSERT INTO churn SELECT * FROM rows WHERE n < 1000;
SELECT count(*) FROM churn;

-- a transaction that is rolled back
BEGIN;
INSERT INTO t SELECT hk, sk || '\x02', doc, n FROM rows WHERE n < 5000;
ROLLBACK;
INSERT INTO t SELECT hk, sk || '\x02', doc, n FROM rows WHERE n < 5000;
SELECT rows FROM pages('t');

-- the trap: a page for each row
CREATE TABLE extreme (LIKE t INCLUDING ALL) USING dynamo WITH (fillfactor = 10);
INSERT INTO extreme SELECT hk, sk, '', n FROM rows WHERE n < 2000;
SELECT blocks('extreme') < 1000 AS small, count(*) FROM extreme;

\set VERBOSITY terse
DROP SCHEMA am_placement CASCADE;
