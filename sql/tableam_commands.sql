--
-- Everything that can be done to a heap table can be done to a table of ours.
--
CREATE SCHEMA am_commands;
SET search_path = am_commands, public;
CREATE EXTENSION amcheck;

CREATE TABLE t (hk bytea NOT NULL, sk bytea NOT NULL, doc text, n int) USING dynamo;
ALTER TABLE t ADD PRIMARY KEY (hk, sk);
SELECT amname FROM pg_class JOIN pg_am ON pg_am.oid = relam WHERE pg_class.oid = 't'::regclass;

-- the toast table is plain heap
SELECT amname FROM pg_class c JOIN pg_class toast ON toast.oid = c.reltoastrelid
    JOIN pg_am ON pg_am.oid = toast.relam WHERE c.oid = 't'::regclass;

INSERT INTO t SELECT int4send(i % 10), int4send(i), repeat('x', 50), i
    FROM generate_series(1, 1000) i;
UPDATE t SET doc = 'changed' WHERE n % 3 = 0;
DELETE FROM t WHERE n % 10 = 7;
SELECT count(*), count(*) FILTER (WHERE doc = 'changed') FROM t;

-- values that are stored out of line come back whole
INSERT INTO t SELECT int4send(77), int4send(i), string_agg(md5(i::text || j), ''), 0
    FROM generate_series(1, 3) i, generate_series(1, 3000) j GROUP BY i;
SELECT sk, length(doc), md5(doc) FROM t WHERE hk = int4send(77) ORDER BY sk;

-- maintenance
VACUUM t;
VACUUM (FREEZE, ANALYZE) t;
SELECT reltuples FROM pg_class WHERE oid = 't'::regclass;
VACUUM FULL t;
CLUSTER t USING t_pkey;
SELECT count(*), sum(n) FROM t;
SELECT bt_index_check('t_pkey', true);

-- every kind of index build
CREATE INDEX t_partial ON t (n) WHERE n IS NOT NULL;
CREATE INDEX t_expression ON t ((n % 7), hk);
CREATE INDEX t_brin ON t USING brin (n);
CREATE INDEX CONCURRENTLY t_concurrent ON t (doc) WHERE length(doc) < 1000;
CREATE UNIQUE INDEX CONCURRENTLY t_unique ON t (sk, hk);
CREATE UNIQUE INDEX t_duplicates ON t (hk);
REINDEX TABLE t;
REINDEX TABLE CONCURRENTLY t;
SELECT indexrelid::regclass::text AS index, bt_index_check(indexrelid, true) AS ok
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid
    WHERE indrelid = 't'::regclass AND relam = 403 ORDER BY 1;
SELECT brin_summarize_new_values('t_brin') >= 0 AS summarized;

-- an index over chains with a dead member in front of the live one
BEGIN;
CREATE TABLE chain (hk bytea, sk bytea, a int, b int) USING dynamo;
INSERT INTO chain SELECT int4send(i), '', i, 0 FROM generate_series(1, 100) i;
UPDATE chain SET b = 1;
UPDATE chain SET b = 2 WHERE a % 2 = 0;
CREATE INDEX chain_a ON chain (a);
COMMIT;
SET enable_seqscan = off;
SELECT sum(b) FROM chain WHERE a BETWEEN 1 AND 100;
SELECT bt_index_check('chain_a', true);
RESET enable_seqscan;

-- in parallel
SET min_parallel_table_scan_size = 0;
SET max_parallel_maintenance_workers = 2;
SET maintenance_work_mem = '128MB';
CREATE TABLE big (hk bytea, sk bytea, n int) USING dynamo WITH (parallel_workers = 2);
INSERT INTO big SELECT int4send(i), '', i FROM generate_series(1, 20000) i;
CREATE INDEX big_n ON big (n);
SELECT bt_index_check('big_n', true);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT count(*), sum(n) FROM big;
RESET ALL;
SET search_path = am_commands, public;

-- COPY
COPY (SELECT hk, sk, n FROM t WHERE n < 5 ORDER BY n, sk) TO STDOUT;
COPY t (hk, sk, doc, n) FROM STDIN (FORMAT csv);
\xaa01,\x01,one,-1
\xaa01,\x02,two,-2
\.
SELECT * FROM t WHERE hk = '\xaa01' ORDER BY sk;

-- ON CONFLICT and MERGE
INSERT INTO t VALUES ('\xaa01', '\x01', 'again', -1) ON CONFLICT DO NOTHING;
INSERT INTO t VALUES ('\xaa01', '\x01', 'again', -1)
    ON CONFLICT (hk, sk) DO UPDATE SET doc = t.doc || ' ' || excluded.doc RETURNING doc;
INSERT INTO t VALUES ('\xaa01', '\x03', 'new', -3)
    ON CONFLICT (hk, sk) DO UPDATE SET doc = 'conflict' RETURNING doc;
INSERT INTO t VALUES ('\xaa01', '\x03', 'dup', -3);
MERGE INTO t USING (VALUES ('\xaa01'::bytea, '\x03'::bytea, 'merged'),
                           ('\xaa01', '\x04', 'merged'),
                           ('\xaa01', '\x02', NULL)) AS s (hk, sk, doc)
    ON t.hk = s.hk AND t.sk = s.sk
    WHEN MATCHED AND s.doc IS NULL THEN DELETE
    WHEN MATCHED THEN UPDATE SET doc = s.doc
    WHEN NOT MATCHED THEN INSERT VALUES (s.hk, s.sk, s.doc, -4);
SELECT sk, doc, n FROM t WHERE hk = '\xaa01' ORDER BY sk;

-- other roads to a row
UPDATE t SET sk = '\x05' WHERE hk = '\xaa01' AND sk = '\x01';
SELECT sk FROM t WHERE hk = '\xaa01' ORDER BY sk FOR UPDATE;
SELECT sk FROM t WHERE hk = '\xaa01' ORDER BY sk FOR SHARE SKIP LOCKED;
SELECT sk FROM t WHERE hk = '\xaa01' ORDER BY sk FOR KEY SHARE NOWAIT;
SELECT count(*) > 0 AS sampled FROM t TABLESAMPLE system (100);
BEGIN;
DECLARE c CURSOR FOR SELECT sk FROM t WHERE hk = '\xaa01' ORDER BY sk FOR UPDATE;
FETCH c;
DELETE FROM t WHERE CURRENT OF c;
ROLLBACK;
TRUNCATE big;
SELECT count(*) FROM big;

-- rewrites keep the access method; it can be given up and taken again
ALTER TABLE t ADD COLUMN extra float8 DEFAULT random();
ALTER TABLE t ALTER COLUMN n TYPE bigint;
ALTER TABLE t SET ACCESS METHOD heap;
ALTER TABLE t SET ACCESS METHOD dynamo;
SELECT count(*), sum(n) FROM t;

-- a foreign key to such a table
CREATE TABLE child (id int, hk bytea, sk bytea, FOREIGN KEY (hk, sk) REFERENCES t);
INSERT INTO child VALUES (1, '\xaa01', '\x05');
INSERT INTO child VALUES (2, '\xaa01', '\xff');
DELETE FROM t WHERE hk = '\xaa01' AND sk = '\x05';

-- the extension stays as long as there are such tables
\set VERBOSITY terse
DROP EXTENSION dynamo;

DROP SCHEMA am_commands CASCADE;
