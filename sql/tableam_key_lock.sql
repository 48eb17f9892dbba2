--
-- Which writers take the key lock, and how many.
--
CREATE SCHEMA am_lock;
SET search_path = am_lock, public;

-- The key locks (209) and gates (210) of this backend.
CREATE VIEW locks AS
    SELECT CASE objsubid WHEN 209 THEN 'key' WHEN 210 THEN 'gate' ELSE 'user' END AS lock,
           mode, count(*)
    FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    GROUP BY 1, 2 ORDER BY 1, 2;

CREATE TABLE t (hk bytea, sk bytea, n int, PRIMARY KEY (hk, sk)) USING dynamo;
CREATE TABLE other (id int PRIMARY KEY, sk bytea) USING dynamo;

-- each key is locked once, until the end of the transaction
BEGIN;
INSERT INTO t VALUES ('\x01', '\x01', 1);
TABLE locks;
INSERT INTO t VALUES ('\x01', '\x02', 1);
UPDATE t SET n = 2 WHERE sk = '\x01';
DELETE FROM t WHERE sk = '\x02';
TABLE locks;
COMMIT;
TABLE locks;

-- an update of the key locks the old and the new one
BEGIN;
UPDATE t SET sk = '\x03' WHERE sk = '\x01';
TABLE locks;
ROLLBACK;

-- row locks
BEGIN;
SELECT n FROM t FOR UPDATE;
TABLE locks;
ROLLBACK;
BEGIN;
SELECT n FROM t FOR SHARE;
TABLE locks;
ROLLBACK;
BEGIN;
SELECT n FROM t FOR KEY SHARE;
TABLE locks;
ROLLBACK;

-- ON CONFLICT
BEGIN;
INSERT INTO t VALUES ('\x01', '\x01', 1) ON CONFLICT DO NOTHING;
TABLE locks;
INSERT INTO t VALUES ('\x01', '\x09', 1) ON CONFLICT DO NOTHING;
INSERT INTO t VALUES ('\x01', '\x01', 1) ON CONFLICT (hk, sk) DO UPDATE SET n = 7;
TABLE locks;
ROLLBACK;

-- no row is written: no lock
BEGIN;
UPDATE t SET n = 2 WHERE sk = '\xff';
TABLE locks;
ROLLBACK;

-- a rolled back savepoint gives its locks back
BEGIN;
SAVEPOINT s;
INSERT INTO t VALUES ('\x02', '\x02', 1);
ROLLBACK TO s;
TABLE locks;
ROLLBACK;

-- users' advisory locks are others
BEGIN;
INSERT INTO t VALUES ('\x02', '\x02', 1);
SELECT pg_advisory_xact_lock(1), pg_advisory_lock(2);
TABLE locks;
SELECT pg_advisory_unlock_all();
TABLE locks;
ROLLBACK;

-- a table of another shape, and one that nobody else can see, have no keys
BEGIN;
INSERT INTO other VALUES (1, '\x01');
CREATE TEMP TABLE mine (hk bytea, sk bytea) USING dynamo;
INSERT INTO mine VALUES ('\x01', '\x01');
TABLE locks;
ROLLBACK;

-- the shape is looked up anew when it has changed
ALTER TABLE t RENAME COLUMN hk TO hk2;
BEGIN;
INSERT INTO t VALUES ('\x05', '\x05', 1);
TABLE locks;
ROLLBACK;
ALTER TABLE t RENAME COLUMN hk2 TO hk;

-- a bulk load does not fill the lock table
SHOW max_locks_per_transaction;
BEGIN;
INSERT INTO t SELECT int4send(i), '', i FROM generate_series(1, 5000) i;
TABLE locks;
UPDATE t SET n = n + 1;
TABLE locks;
ROLLBACK;
CREATE TABLE copied (LIKE t INCLUDING ALL) USING dynamo;
INSERT INTO t SELECT int4send(i), '', i FROM generate_series(1, 2000) i;
BEGIN;
COPY copied FROM PROGRAM 'for i in $(seq 1000 3000); do echo "\\\\x$i,\\\\x,1"; done' (FORMAT csv);
TABLE locks;
COMMIT;
SELECT count(*) FROM copied;

-- a prepared transaction keeps its lock
BEGIN;
UPDATE t SET n = -1 WHERE hk = int4send(1);
PREPARE TRANSACTION 'key_lock';
SET lock_timeout = '50ms';
UPDATE t SET n = -2 WHERE hk = int4send(1);
RESET lock_timeout;
COMMIT PREPARED 'key_lock';
SELECT n FROM t WHERE hk = int4send(1);

\set VERBOSITY terse
DROP SCHEMA am_lock CASCADE;
