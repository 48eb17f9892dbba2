--
-- The bytes of items: what is written (see src/item/README.md), and that
-- wrong ones are refused.
--
\set VERBOSITY terse
SET search_path = dynamo, public;

-- the worked examples of the README
SELECT i, item_send(i::item)
  FROM (VALUES ('{}'), ('{"a":{"S":"hi"}}'), ('{"b":{"N":"1"},"a":{"N":"-12.5"}}'),
               ('{"l":{"L":[{"BOOL":true},{"BOOL":false},{"NULL":true}]}}'), ('{"s":{"SS":["y","x"]}}'),
               ('{"a":{"S":"0123456789abcdef"}}')) v(i);

-- what comes back in is checked
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    RETURN dynamo_internal.item_from_bytes(bytes);
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || SQLERRM || coalesce(': ' || nullif(detail, ''), '');
END $$;

SELECT pg_temp.receive(item_send(i::item)) = i::item::text AS same
  FROM (VALUES ('{}'), ('{"a":{"S":"hi"},"b":{"L":[{"N":"1"},{"M":{"k":{"SS":["x","y"]}}},{"B":"AAH/"},{"BOOL":true},{"NULL":true}]}}')) v(i);
SELECT pg_temp.receive(item_send(i)) = i::text AS same_wide
  FROM (SELECT to_item(jsonb_build_object('a', repeat('x', 70000), 'b', jsonb_build_array(repeat('y', 70000), 1))) AS i OFFSET 0) s;

-- each rule of check.c, broken once
SELECT what, pg_temp.receive(bytes)
  FROM (VALUES ('nothing',              '\x'::bytea),
               ('no map',               '\x0100'),
               ('version',              '\x02000702000000'),
               ('flags',                '\x01010702000000'),
               ('not a map',            '\x010005'),
               ('behind the map',       '\x0100070200000000'),
               ('longer than it is',    '\x01000703000000'),
               ('directory too long',   '\x01000702000100'),
               ('unknown type',         '\x010007070001610f03000100'),
               ('unknown type 0',       '\x010007070001610003000100'),
               ('offset zero',          '\x010007070001610500000100'),
               ('offset before body',   '\x010007070001610504000100'),
               ('name too long',        '\x010007070003610503000100'),
               ('name empty',           '\x0100070600000502000100'),
               ('name not UTF-8',       '\x010007070001ff0503000100'),
               ('string too long',      '\x010007070001612103000100'),
               ('string not UTF-8',     '\x0100070800016111ff04000100'),
               ('surrogate',            '\x0100070a00016131eda08006000100'),
               ('overlong',             '\x0100070900016121c08005000100'),
               ('long form of short',   '\x01000709000161f1017805000100'),
               ('BOOL 2',               '\x010007070001612403000100'),
               ('NULL 1',               '\x010007070001611503000100'),
               ('number empty',         '\x010007070001610203000100'),
               ('number of zeros',      '\x0100070900016122960105000100'),
               ('number padded',        '\x0100070a00016132960b0106000100'),
               ('number head',          '\x01000708000161128b04000100'),
               ('minus without end',    '\x010007090001612269f405000100'),
               ('hidden byte',          '\x01000708000161050004000100'),
               ('names out of order',   '\x0100070c00016205016105060003000200'),
               ('name twice',           '\x0100070c00016105016105060003000200'),
               ('set empty',            '\x0100070b000161080200000007000100'),
               ('set of others',        '\x0100070e00016108050005010001000a000100'),
               ('set not in order',     '\x01000713000161080a00117911780400020002000f000100'),
               ('list not in order',    '\x0100071100016106080005040100020002000d000100'),
               ('list twice the same',  '\x0100071100016106080005040200020002000d000100')) v(what, bytes);

-- every single byte of an item set to other values: an item or an error, never more
CREATE TEMP TABLE good AS SELECT item_send('{"pk":{"S":"abc"},"n":{"N":"-12.5"},"l":{"L":[{"S":"x"},{"M":{"k":{"SS":["p","q"]},"j":{"B":"AAEC"}}},{"NS":["1","2"]},{"BOOL":true}]}}'::item) AS b;
SELECT count(*) > 500 AS tried, bool_and(r LIKE '{%' OR r LIKE 'XX001%') AS all_well
  FROM (SELECT pg_temp.receive(set_byte(b, p, (get_byte(b, p) + d) % 256)) AS r
          FROM good, generate_series(0, length(b) - 1) p, unnest(ARRAY[1, 2, 16, 127, 128, 255]) d
        OFFSET 0) s;
-- every prefix
SELECT count(*) > 50 AS tried, bool_and(pg_temp.receive(substr(b, 1, p)) LIKE 'XX001%') AS all_refused
  FROM good, generate_series(0, length(b) - 1) p;

-- COPY BINARY, there and back
CREATE TEMP TABLE copied (i item);
INSERT INTO copied SELECT dynamo_internal.item_from_bytes(b) FROM good;
\copy copied to 'results/item_binary.copy' (format binary)
\copy copied from 'results/item_binary.copy' (format binary)
SELECT count(*), count(DISTINCT i::text) FROM copied;
