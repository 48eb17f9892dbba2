--
-- DynamoDB JSON in and out: what is accepted, how it is shown, and what is
-- refused with which words.
--
\set VERBOSITY terse
SET search_path = dynamo, public;

CREATE FUNCTION pg_temp.read(t text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN t::item;
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.read_value(t text) RETURNS text LANGUAGE sql AS
    $$ SELECT pg_temp.read('{"v":' || t || '}') $$;

-- all types
SELECT '{"s":{"S":"x"},"n":{"N":"1"},"b":{"B":"aGVsbG8="},"t":{"BOOL":true},"f":{"BOOL":false},"z":{"NULL":true},
 "l":{"L":[{"S":"a"},{"L":[]},{"M":{}}]},"m":{"M":{"k":{"M":{"k":{"S":"deep"}}}}},
 "ss":{"SS":["b","a"]},"ns":{"NS":["10","9","-1"]},"bs":{"BS":["Yg==","YQ=="]}}'::item;
SELECT '{}'::item AS empty, ' { "a" : { "S" : "x" } , "b" : { "L" : [ { "N" : "1" } , { "NULL" : true } ] } } '::item AS spaced,
       E'\t{\n"a"\r:{"S":"x"}}'::item AS white;

-- strings
SELECT pg_temp.read_value(v)
  FROM unnest(ARRAY[
    '{"S":""}', '{"B":""}', '{"SS":["",  "a"]}', '{"BS":[""]}',
    '{"S":"\"\\\/\b\f\n\r\t"}', '{"S":"\u0041\u00e9\u20AC\ud83d\ude00"}', '{"S":"\u0000a\u001f\u007f"}', '{"S":"é€😀"}',
    '{"S":"0123456789012345678901234567890\"234567890123456789"}']) v;
SELECT '{"a\"\u00e9\n":{"S":""}}'::item;
SELECT length('{"\u0061":{"S":"x"}}'::item ->> 'a') AS name_unescaped;

-- names: sorted by bytes; of equal ones the last counts
SELECT '{"b":{"N":"1"},"a":{"N":"2"},"B":{"N":"3"},"é":{"N":"4"},"aa":{"N":"5"},"":{"N":"6"}}'::item;
SELECT '{"b":{"N":"1"},"a":{"N":"2"},"B":{"N":"3"},"é":{"N":"4"},"aa":{"N":"5"}}'::item;
SELECT '{"a":{"N":"1"},"b":{"S":"xxx"},"a":{"L":[{"S":"y"}]},"c":{"N":"1"},"b":{"S":"z"},"a":{"N":"3"}}'::item;

-- what the service takes though it is odd
SELECT v, pg_temp.read_value(v)
  FROM unnest(ARRAY['{"BOOL":"true"}', '{"BOOL":"NO"}', '{"BOOL":"1"}', '{"NULL":"yes"}', '{"Z":{"a":[1,2]},"S":"a"}',
                    '{"S":"a","S":"b"}', '{"S":null,"N":"1"}', '{"S":"a","N":null}', '{ "S" : null , "N":"1"}', '{"L":[],"L":[{"S":"x"}]}']) v;

-- rules of values, ValidationException
SELECT v, pg_temp.read_value(v)
  FROM unnest(ARRAY['{}', 'null', '{"S":null}', '{ "S" : null }', '{"Z":1}', '{"M":{"a":{}}}', '{"L":[{}]}', '{"L":[null]}', '{"M":{"a":null}}',
                    '{"S":"a","N":"1"}', '{"S":"a","N":"b"}', '{"S":"a","N":"1","N":"2"}', '{"S":"a","N":""}',
                    '{"NULL":false}', '{"NULL":"no"}',
                    '{"SS":[]}', '{"NS":[]}', '{"BS":[]}', '{"M":{"x":{"L":[{"SS":[]}]}}}',
                    '{"SS":["a","b","a"]}', '{"SS":["a\u0061","aa"]}', '{"NS":["1","2","1.0"]}', '{"NS":["1","b"]}', '{"NS":["1",""]}',
                    '{"BS":["Yg==","YQ==","Yg=="]}', '{"SS":["a",null]}', '{"NS":[null]}', '{"BS":[null]}',
                    '{"N":"b"}', '{"N":""}', '{"L":[{"N":"x"},{"SS":[]}]}', '{"M":{"":{"S":"x"}}}']) v;

-- wrong shapes, SerializationException
SELECT v, pg_temp.read_value(v)
  FROM unnest(ARRAY['1', '"x"', 'true', '[]',
                    '{"S":1}', '{"S":-2147483648}', '{"S":34.56}', '{"S":1e3}', '{"S":true}', '{"S":false}', '{"S":[]}', '{"S":{}}',
                    '{"N":23}', '{"N":34.56}', '{"N":true}', '{"N":[]}', '{"N":{}}',
                    '{"B":true}', '{"B":23}', '{"B":[]}', '{"B":{}}', '{"B":"23456"}', '{"B":"=+/="}', '{"B":"+/+="}', '{"B":"Y!=="}', '{"B":"YQ=\n"}', '{"B":"===="}',
                    '{"BOOL":"23"}', '{"BOOL":23}', '{"BOOL":34.56}', '{"BOOL":[]}', '{"BOOL":{}}', '{"NULL":1}',
                    '{"SS":"23"}', '{"SS":true}', '{"SS":{}}', '{"SS":[1]}', '{"NS":[1]}', '{"BS":[1]}', '{"BS":["a"]}', '{"SS":[["a"]]}',
                    '{"L":"x"}', '{"L":{}}', '{"L":["x"]}', '{"L":[[]]}', '{"L":[{"S":1}]}',
                    '{"M":"x"}', '{"M":[]}', '{"M":{"a":"x"}}', '{"M":{"a":[]}}',
                    '{"N":"x","S":1}']) v;
SELECT t, pg_temp.read(t) FROM unnest(ARRAY['1', '"x"', '[]', 'true']) t;

-- no JSON at all
SELECT t, pg_temp.read(t)
  FROM unnest(ARRAY['', ' ', '{', '}', '{"a"', '{"a":', '{"a":{', '{"a":{"S"', '{"a":{"S":', '{"a":{"S":"', '{"a":{"S":"x', '{"a":{"S":"x"', '{"a":{"S":"x"}',
                    '{"a":{"S":"x"}}x', '{"a":{"S":"x"}} {}', '{,}', '{"a":{"S":"x"},}', '{"a":{"S":"x",}}', '{"a" {"S":"x"}}', '{a:{"S":"x"}}', '{"a":{"S" "x"}}',
                    '{"a":{"L":[,]}}', '{"a":{"L":[{"S":"x"},]}}', '{"a":{"L":[{"S":"x"} {"S":"x"}]}}', '{"a":{"L":[}}', '{"a":{"SS":["x"]]}}',
                    '{"a":{"BOOL":tru}}', '{"a":{"BOOL":truee}}', '{"a":nul}', '{"a":{"Z":01}}', '{"a":{"Z":-}}', '{"a":{"Z":1.}}', '{"a":{"Z":[1}}}', '{"a":{"Z":"\x"}}',
                    '{"a":{"S":"\u12"}}', '{"a":{"S":"\u12g4"}}', '{"a":{"S":"\ud800"}}', '{"a":{"S":"\udc00\ud800"}}', '{"a":{"S":"\ud800x"}}', '{"a":{"S":"\ud83d\u0041"}}',
                    E'{"a":{"S":"\n"}}', E'{"a":{"S":"0123456789012345678\t"}}', '{"a":{"S":''x''}}']) t;

-- nesting: 32 levels, the item being the first; sets do not count
SELECT kind, n, left(pg_temp.read_value(repeat(o, n) || v || repeat(c, n)), 30)
  FROM (VALUES ('lists', '{"L":[', '{"S":"x"}', ']}'), ('empty lists', '{"L":[', '', ']}'),
               ('maps', '{"M":{"a":', '{"S":"x"}', '}}'), ('set in lists', '{"L":[', '{"SS":["x"]}', ']}')) k(kind, o, v, c),
       unnest(ARRAY[31, 32, 100]) n;
SELECT pg_temp.read_value(repeat('{"L":[', 32) || '{"S":"x"' || repeat(']}', 32)) AS "not looked into, but must be JSON";
SELECT pg_temp.read_value('{"Z":' || repeat('[', 600) || repeat(']', 600) || '}') AS "JSON itself is bounded";

-- large: directories of 32 bits, many attributes, many elements
CREATE TEMP TABLE large AS
SELECT (SELECT string_agg(format('"attribute%s":{"N":"%s"}', (g * 7919) % 5000, g), ',') FROM generate_series(0, 4999) g) AS many,
       (SELECT string_agg(format('"%s"', (g * 7919) % 5000), ',') FROM generate_series(0, 4999) g) AS set,
       repeat('The quick brown fox jumps over the lazy dog. ', 2000) AS long;
SELECT count(*) AS attributes, bool_and(i ->> ('attribute' || (g * 7919) % 5000) = g::text) AS found, bool_and(i -> ('attribute' || g + 5000) IS NULL) AS others_absent
  FROM (SELECT ('{' || many || '}')::item AS i FROM large OFFSET 0) s, generate_series(0, 4999) g;
SELECT length(i::text), i::text::item = i AS same, jsonb_array_length(i -> 's') AS elements, i -> 'm' -> 'attribute12' AS inside, i ->> 'x' AS behind,
       length(i -> 'm' ->> 'long') AS long
  FROM (SELECT format('{"s":{"SS":[%1$s]},"m":{"M":{"long":{"S":"%2$s"},%3$s}},"x":{"S":"last"},"l":{"L":[{"S":"%2$s"},{"S":"%2$s"}]}}', set, long, many)::item AS i
          FROM (SELECT set, many, long FROM large) l OFFSET 0) s;
