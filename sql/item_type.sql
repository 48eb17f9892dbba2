--
-- The SQL type: operators, hash, casts to and from jsonb, size, storage.
--
SET search_path = dynamo, public;

-- attributes: -> is plain jsonb, ->> plain text
CREATE TEMP TABLE sample AS SELECT
'{"s":{"S":"text \"q\""},"n":{"N":"1.50"},"b":{"B":"aGVsbG8="},"t":{"BOOL":true},"f":{"BOOL":false},"z":{"NULL":true},
  "l":{"L":[{"S":"a"},{"N":"1E2"},{"M":{"k":{"NULL":true}}}]},"m":{"M":{"k":{"M":{"j":{"S":"deep"}}}}},
  "ss":{"SS":["b","a"]},"ns":{"NS":["10","9"]},"bs":{"BS":["Yg==","YQ=="]},"big":{"N":"1E-130"}}'::item AS i;
SELECT a, i -> a AS plain, i ->> a AS text, i ? a AS exists FROM sample, unnest(ARRAY['s', 'n', 'b', 't', 'f', 'z', 'l', 'm', 'ss', 'ns', 'bs', 'none', '']) a;
SELECT i -> 'm' -> 'k' ->> 'j' AS deep, i -> 'l' -> 1 AS element, (i ->> 'big')::numeric = 1e-130 AS exact FROM sample;
SELECT NULL::item -> 'a' AS null, '{}'::item -> NULL AS null;

-- plain documents
SELECT i::jsonb - 'big' FROM sample;
SELECT to_item(i::jsonb)::jsonb = i::jsonb AS same_document, to_item(i::jsonb) = i AS same_item FROM sample;
SELECT to_item('{"s":"x","i":1,"f":-2.50,"big":12345678901234567890123456789012345678,"t":true,"z":null,"a":[1,"x",[],{}],"o":{"k":{"j":[]}}}');
SELECT '{"a":1}'::jsonb::item;
SELECT to_item('[1]');
SELECT to_item('1');
SELECT to_item('{"":1}');
SELECT to_item('{"n":1e200}');
SELECT to_item('{"n":123456789012345678901234567890123456789}');
SELECT to_item(('{"a":' || repeat('[', 31) || repeat(']', 31) || '}')::jsonb) IS NOT NULL AS levels_32;
SELECT to_item(('{"a":' || repeat('[', 32) || repeat(']', 32) || '}')::jsonb);
SELECT '{"s":{"S":"a\u0000b"}}'::item ->> 's';
SELECT '{"s":{"S":"a\u0000b"}}'::item::jsonb;
SELECT '{"a\u0000b":{"S":""}}'::item::jsonb;

-- equality
SELECT a::item = b::item AS eq, a::item <> b::item AS ne, item_hash(a::item) = item_hash(b::item) AS hash,
       item_hash_extended(a::item, 7) = item_hash_extended(b::item, 7) AS hash_extended, a, b
  FROM (VALUES ('{}', '{}'),
               ('{"a":{"S":"x"},"b":{"N":"1.0"}}', '{"b":{"N":"1"},"a":{"S":"x"}}'),
               ('{"a":{"M":{"x":{"N":"1"},"y":{"N":"2"}}}}', '{"a":{"M":{"y":{"N":"2"},"x":{"N":"1"}}}}'),
               ('{"a":{"SS":["x","y"]}}', '{"a":{"SS":["y","x"]}}'),
               ('{"a":{"NS":["1","2"]}}', '{"a":{"NS":["2.0","1e0"]}}'),
               ('{"a":{"L":[{"N":"1"},{"N":"2"}]}}', '{"a":{"L":[{"N":"2"},{"N":"1"}]}}'),
               ('{"a":{"S":"1"}}', '{"a":{"N":"1"}}'), ('{"a":{"S":"YQ=="}}', '{"a":{"B":"YQ=="}}'),
               ('{"a":{"S":"x"}}', '{"b":{"S":"x"}}'), ('{"a":{"S":"x"}}', '{"a":{"S":"x"},"b":{"S":"x"}}'),
               ('{"a":{"BOOL":true}}', '{"a":{"BOOL":false}}'), ('{"a":{"L":[]}}', '{"a":{"M":{}}}')) v(a, b);
SELECT to_item(jsonb_build_object('pad', repeat('x', 70000), 'a', 1)) = to_item(jsonb_build_object('a', 1, 'pad', repeat('x', 70000))) AS wide_equal;

-- containment
SELECT a::item @> b::item AS contains, b::item <@ a::item AS contained, a, b
  FROM (VALUES ('{"a":{"S":"x"},"b":{"N":"1"}}', '{}'),
               ('{"a":{"S":"x"},"b":{"N":"1"}}', '{"b":{"N":"1.0"}}'),
               ('{"a":{"S":"x"},"b":{"N":"1"}}', '{"b":{"N":"2"}}'),
               ('{"a":{"S":"x"}}', '{"c":{"S":"x"}}'),
               ('{"a":{"M":{"x":{"N":"1"},"y":{"N":"2"}}}}', '{"a":{"M":{"y":{"N":"2"}}}}'),
               ('{"a":{"L":[{"N":"1"},{"M":{"k":{"S":"v"},"j":{"S":"w"}}}]}}', '{"a":{"L":[{"M":{"k":{"S":"v"}}},{"N":"1"}]}}'),
               ('{"a":{"L":[{"N":"1"}]}}', '{"a":{"L":[{"N":"2"}]}}'),
               ('{"a":{"SS":["x","y","z"]}}', '{"a":{"SS":["z","x"]}}'),
               ('{"a":{"SS":["x","y"]}}', '{"a":{"SS":["z"]}}'),
               ('{"a":{"SS":["x","y"]}}', '{"a":{"S":"x"}}')) v(a, b);

-- the hash operator class at work
CREATE TEMP TABLE many AS
SELECT to_item(jsonb_build_object('g', g % 100, 'l', ARRAY[g % 100])) AS i FROM generate_series(1, 1000) g;
SELECT count(*) FROM (SELECT DISTINCT i FROM many) s;
SELECT count(*), min(c), max(c) FROM (SELECT i, count(*) AS c FROM many GROUP BY i) s;
SET enable_nestloop = off;
SET enable_mergejoin = off;
SELECT count(*) FROM many a JOIN (SELECT DISTINCT i FROM many) b ON a.i = b.i;
RESET enable_nestloop;
RESET enable_mergejoin;
CREATE INDEX ON many USING hash (i);
SET enable_seqscan = off;
SELECT count(*) FROM many WHERE i = '{"l":{"L":[{"N":"7"}]},"g":{"N":"7.0"}}';
RESET enable_seqscan;
CREATE TABLE item_parted (i item) PARTITION BY HASH (i);
CREATE TABLE item_parted0 PARTITION OF item_parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE item_parted1 PARTITION OF item_parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO item_parted SELECT i FROM many;
SELECT count(*), count(DISTINCT tableoid) FROM item_parted;
DROP TABLE item_parted;

-- size, as the capacity documentation counts
SELECT size(i::item), i
  FROM (VALUES ('{}'), ('{"a":{"S":""}}'), ('{"a":{"S":"é"}}'), ('{"é":{"S":"x"}}'), ('{"a":{"B":"aGVsbG8="}}'),
               ('{"a":{"BOOL":true}}'), ('{"a":{"NULL":true}}'),
               ('{"a":{"L":[]}}'), ('{"a":{"L":[{"S":"xy"},{"NULL":true}]}}'), ('{"a":{"M":{}}}'), ('{"a":{"M":{"bc":{"S":"xy"}}}}'),
               ('{"a":{"SS":["a","bc"]}}'), ('{"a":{"NS":["1","-1"]}}'), ('{"a":{"BS":["YQ==","aGVsbG8="]}}')) v(i);
SELECT n, size(format('{"n":{"N":"%s"}}', n)::item) - 1 AS bytes
  FROM unnest(ARRAY['0', '1', '-1', '12', '123', '1234', '1.2', '12.3', '1.23', '0.1', '0.01', '0.012', '-56.789', '100', '1e40', '1e41',
                    '12345678901234567890123456789012345678']) n;

-- stored, compressed, out of line, short
CREATE TEMP TABLE stored (id int, i item);
INSERT INTO stored SELECT g, to_item(jsonb_build_object('g', g, 'x', repeat(md5(g::text), CASE g % 4 WHEN 0 THEN 0 WHEN 1 THEN 3 WHEN 2 THEN 300 ELSE 3000 END))) FROM generate_series(1, 40) g;
SELECT bool_and(i ->> 'g' = id::text), bool_and(i = i::text::item), sum(length(i ->> 'x')) FROM stored;
SELECT typstorage, typalign, typlen, typbyval FROM pg_type WHERE typname = 'item' AND typnamespace = 'dynamo'::regnamespace;
