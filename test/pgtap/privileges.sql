-- privileges.sql
--    Who may do what: nobody anything, until it is granted.

BEGIN;
SELECT no_plan();

CREATE ROLE dy_nobody;

-- Everything of the extension, by what it is.
CREATE TEMP VIEW our_schemas AS
SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('dynamo', 'dynamo_internal', 'dynamo_data');
CREATE TEMP VIEW our_functions AS
SELECT p.oid, p.oid::regprocedure AS name, p.prosecdef, p.proconfig
  FROM pg_proc p JOIN our_schemas s ON s.oid = p.pronamespace;
CREATE TEMP VIEW our_relations AS
SELECT c.oid, c.oid::regclass AS name, c.relkind
  FROM pg_class c JOIN our_schemas s ON s.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'S', 'p', 'm');

SELECT is((SELECT count(*) FROM our_schemas), 3::bigint, 'the three schemas are there');
SELECT cmp_ok((SELECT count(*) FROM our_functions), '>', 10::bigint, 'there are functions to look at');
SELECT cmp_ok((SELECT count(*) FROM our_relations), '>', 0::bigint, 'there are relations to look at');

-- A role without grants.
SELECT is_empty(
	$$SELECT nspname FROM our_schemas WHERE has_schema_privilege('dy_nobody', oid, 'USAGE, CREATE')$$,
	'nobody may use a schema');
SELECT is_empty(
	$$SELECT name FROM our_functions WHERE has_function_privilege('dy_nobody', oid, 'EXECUTE')$$,
	'nobody may execute a function');
SELECT is_empty(
	$$SELECT name FROM our_relations WHERE relkind <> 'S'
	   AND has_table_privilege('dy_nobody', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')$$,
	'nobody may touch a relation');
SELECT is_empty(
	$$SELECT name FROM our_relations 
	   WHERE CASE WHEN relkind = 'S' THEN has_sequence_privilege('dy_nobody', oid, 'USAGE, SELECT, UPDATE') END$$,
	'nobody may use a sequence');

SET LOCAL ROLE dy_nobody;
SELECT throws_ok('SELECT dynamo.list_tables(''{}'')', '42501', NULL, 'an operation is refused');
SELECT throws_ok('SELECT dynamo_internal.execute(''ListTables'', ''{}'', NULL)', '42501', NULL, 'execute() is refused');
SELECT throws_ok('SELECT dynamo_internal.execute_each(''ListTables'', ''{"{}"}'', ''{root}'')', '42501', NULL, 'execute_each() is refused');
SELECT throws_ok('SELECT dynamo_internal.execute_writes(''{PutItem}'', ''{"{}"}'', ''{root}'')', '42501', NULL, 'execute_writes() is refused');
SELECT throws_ok('SELECT * FROM dynamo_internal.access_keys', '42501', NULL, 'the access keys are refused');
SELECT throws_ok('CREATE TABLE dynamo_data.mine(a int)', '42501', NULL, 'a table among the items is refused');
SELECT throws_ok('SET dynamo.account_id = ''123456789012''', '42501', NULL, 'a setting is refused');
RESET ROLE;

-- The bridge's role: operations and the keys, nothing else.
SELECT is((SELECT rolcanlogin AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
             FROM pg_roles WHERE rolname = 'dynamo_bridge'), true, 'the bridge logs in as an ordinary role');
SELECT results_eq(
	$$SELECT name::text FROM our_functions WHERE has_function_privilege('dynamo_bridge', oid, 'EXECUTE') ORDER BY 1$$,
	$$VALUES ('dynamo_internal.execute(text,text,text)'), ('dynamo_internal.execute_each(text,text[],text[])'),
	         ('dynamo_internal.execute_writes(text[],text[],text[])')$$,
	'the bridge may execute three functions');
SELECT results_eq(
	$$SELECT name::text FROM our_relations WHERE relkind <> 'S' AND has_table_privilege('dynamo_bridge', oid,
	    'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') ORDER BY 1$$,
	$$VALUES ('dynamo_internal.access_keys')$$,
	'the bridge may touch one table');
SELECT is(has_table_privilege('dynamo_bridge', 'dynamo_internal.access_keys',
	'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'), false, 'and that only for reading');

-- Functions that run with their owner's rights.
SELECT is_empty(
	$$SELECT name FROM our_functions WHERE prosecdef
	   AND NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)$$,
	'every SECURITY DEFINER function has a safe search_path');
-- A trigger function runs in whatever session touches its table.
SELECT is_empty(
	$$SELECT f.name FROM our_functions f JOIN pg_proc p ON p.oid = f.oid JOIN pg_language l ON l.oid = p.prolang
	   WHERE l.lanname IN ('plpgsql', 'sql') AND p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype)
	     AND NOT coalesce(f.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)$$,
	'every trigger function has a safe search_path');

SELECT * FROM finish();
ROLLBACK;
