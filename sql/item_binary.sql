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

-- the same as version 1 wrote them: read as they are
CREATE TEMP TABLE version_1 AS
SELECT i::item AS new, dynamo_internal.item_from_bytes(b)::item AS old
  FROM (VALUES ('{}', '\x01000702000000'::bytea), ('{"a":{"S":"hi"}}', '\x0100070900016121686905000100'),
               ('{"b":{"N":"1"},"a":{"N":"-12.5"}}', '\x0100071200016222960b01614268f2ccff07000c000200'),
               ('{"l":{"L":[{"BOOL":true},{"BOOL":false},{"NULL":true}]}}', '\x0100071400016c060b00140405030002000100030010000100'),
               ('{"s":{"SS":["y","x"]}}', '\x01000713000173080a00117911780200040002000f000100'),
               ('{"a":{"S":"0123456789abcdef"}}', '\x01000718000161f1103031323334353637383961626364656614000100')) v(i, b);
SELECT bool_and(get_byte(item_send(old), 0) = 1 AND get_byte(item_send(new), 0) = 2) AS of_both_versions,
       bool_and(old = new AND new = old AND old @> new AND new @> old) AS equal,
       bool_and(old::text = new::text AND old::jsonb = new::jsonb AND size(old) = size(new)) AS alike,
       (SELECT count(*) FROM (SELECT old FROM version_1 UNION SELECT new FROM version_1) u) AS in_all
  FROM version_1;

-- forms by number of entries and bytes, there and back
CREATE FUNCTION pg_temp.many(n int, bytes int) RETURNS item LANGUAGE sql AS $$
    SELECT to_item(jsonb_build_object('m', (SELECT coalesce(jsonb_object_agg(to_char(i, 'FM0000'), repeat('x', bytes)), '{}') FROM generate_series(n, 1, -1) i),
                                      'l', (SELECT coalesce(jsonb_agg(i), '[]') FROM generate_series(1, n) i))) $$;
SELECT n, bytes, substr(item_send(i), 1, 9) AS head,
       dynamo_internal.item_from_bytes(item_send(i)) = i AS same, i->'m'->>to_char(n, 'FM0000') = repeat('x', bytes) AS found,
       i->'l'->>(n - 1) AS last, i->'m'->>'absent' AS absent
  FROM (SELECT n, bytes, pg_temp.many(n, bytes) AS i
          FROM (VALUES (1, 1), (12, 1), (13, 1), (32, 1), (33, 1), (1, 15990), (1, 15993), (32, 494), (33, 3000)) v(n, bytes) OFFSET 0) s;

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
               ('version',              '\x03000702000000'),
               ('version 0',            '\x00000702000000'),
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
               ('hidden entry',         '\x0100070f00016131016205016302090006000200'),
               ('names out of order',   '\x0100070c00016205016105060003000200'),
               ('name twice',           '\x0100070c00016105016105060003000200'),
               ('set empty',            '\x0100070b000161080200000007000100'),
               ('set of others',        '\x0100070e00016108050005010001000a000100'),
               ('set not in order',     '\x01000713000161080a00117911780400020002000f000100'),
               ('list not in order',    '\x0100071100016106080005040100020002000d000100'),
               ('list twice the same',  '\x0100071100016106080005040200020002000d000100')) v(what, bytes);

-- and the rules of flat containers
SELECT what, pg_temp.receive(bytes)
  FROM (VALUES ('longer than it is',    '\x02002701'::bytea),
               ('behind the map',       '\x0200270000'),
               ('no length',            '\x020027'),
               ('length not short',     '\x0200278000'),
               ('fewer than counted',   '\x02004703016105'),
               ('more than counted',    '\x02003706016105016205'),
               ('hidden byte',          '\x0200370401610500'),
               ('no count',             '\x0200f700'),
               ('count for few',        '\x0200f70401016105'),
               ('name too long',        '\x02003703096105'),
               ('no value',             '\x020037020161'),
               ('names out of order',   '\x02004706016205016105'),
               ('name twice',           '\x02004706016105016105'),
               ('set empty',            '\x0200370401612800'),
               ('set not in order',     '\x020037080161480411791178'),
               ('set of others',        '\x020037050161380105')) v(what, bytes);

-- every single byte of an item set to other values: an item or an error, never more
CREATE TEMP TABLE good AS SELECT item_send('{"pk":{"S":"abc"},"n":{"N":"-12.5"},"l":{"L":[{"S":"x"},{"M":{"k":{"SS":["p","q"]},"j":{"B":"AAEC"}}},{"NS":["1","2"]},{"BOOL":true}]}}'::item) AS b;
-- and as version 1 wrote it
INSERT INTO good VALUES ('\x010007550002706b31616263016e4268f2ccff016c063a001178071b00016b080a0011701171040002000200016a33000102060015000200090c0022960b2296150600030002001430002e001000010004003f0046004d000300');
SELECT count(DISTINCT pg_temp.receive(b)) AS items FROM good;
SELECT count(*) > 700 AS tried, bool_and(r LIKE '{%' OR r LIKE 'XX001%') AS all_well
  FROM (SELECT pg_temp.receive(set_byte(b, p, (get_byte(b, p) + d) % 256)) AS r
          FROM good, generate_series(0, length(b) - 1) p, unnest(ARRAY[1, 2, 16, 127, 128, 255]) d
        OFFSET 0) s;
-- every prefix
SELECT count(*) > 120 AS tried, bool_and(pg_temp.receive(substr(b, 1, p)) LIKE 'XX001%') AS all_refused
  FROM good, generate_series(0, length(b) - 1) p;

-- COPY BINARY, there and back
CREATE TEMP TABLE copied (i item);
INSERT INTO copied SELECT dynamo_internal.item_from_bytes(b) FROM good;
\copy copied to 'results/item_binary.copy' (format binary)
\copy copied from 'results/item_binary.copy' (format binary)
SELECT count(*), count(DISTINCT i::text) FROM copied;
