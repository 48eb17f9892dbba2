--
-- PostgreSQL database dump
--


-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: dynamo; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS dynamo WITH SCHEMA public;


--
-- Name: EXTENSION dynamo; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION dynamo IS 'DynamoDB inside PostgreSQL: items, operations and storage';


SET default_tablespace = '';

SET default_table_access_method = dynamo;

--
-- Name: Orders; Type: TABLE; Schema: dynamo_data; Owner: -
--

CREATE TABLE dynamo_data."Orders" (
    hk bytea NOT NULL,
    sk bytea NOT NULL,
    item dynamo.item NOT NULL,
    x1 bytea,
    x2 bytea,
    x3 bytea,
    expires bigint
)
WITH (fillfactor='90');
ALTER TABLE ONLY dynamo_data."Orders" ALTER COLUMN hk SET STORAGE PLAIN;
ALTER TABLE ONLY dynamo_data."Orders" ALTER COLUMN sk SET STORAGE PLAIN;
ALTER TABLE ONLY dynamo_data."Orders" ALTER COLUMN item SET COMPRESSION lz4;
ALTER TABLE ONLY dynamo_data."Orders" ALTER COLUMN x1 SET STORAGE PLAIN;
ALTER TABLE ONLY dynamo_data."Orders" ALTER COLUMN x2 SET STORAGE PLAIN;
ALTER TABLE ONLY dynamo_data."Orders" ALTER COLUMN x3 SET STORAGE PLAIN;


--
-- Name: user.Sessions-1; Type: TABLE; Schema: dynamo_data; Owner: -
--

CREATE TABLE dynamo_data."user.Sessions-1" (
    hk bytea NOT NULL,
    sk bytea NOT NULL,
    item dynamo.item NOT NULL
)
WITH (fillfactor='90');
ALTER TABLE ONLY dynamo_data."user.Sessions-1" ALTER COLUMN hk SET STORAGE PLAIN;
ALTER TABLE ONLY dynamo_data."user.Sessions-1" ALTER COLUMN sk SET STORAGE PLAIN;
ALTER TABLE ONLY dynamo_data."user.Sessions-1" ALTER COLUMN item SET COMPRESSION lz4;


--
-- Name: open_orders; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.open_orders AS
 SELECT ("Orders".item OPERATOR(dynamo.->>) 'customer'::text) AS customer,
    (("Orders".item OPERATOR(dynamo.->>) 'total'::text))::numeric AS total
   FROM dynamo_data."Orders"
  WHERE (("Orders".item OPERATOR(dynamo.->>) 'status'::text) = 'open'::text);


--
-- Name: sessions; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.sessions AS
 SELECT ("user.Sessions-1".item OPERATOR(dynamo.->>) 'user'::text) AS "user",
    "user.Sessions-1".item
   FROM dynamo_data."user.Sessions-1";


--
-- Data for Name: Orders; Type: TABLE DATA; Schema: dynamo_data; Owner: -
--

COPY dynamo_data."Orders" (hk, sk, item, x1, x2, x3, expires) FROM stdin;
\\x245b132326dc07bab05cab77db7886a2	\\x960b	{"customer":{"S":"c1"},"expires":{"N":"4000000101"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s1"}}},{"NULL":true}]},"number":{"N":"1"},"placed":{"N":"-1"},"status":{"S":"paid"},"total":{"N":"1.5"}}	\\x69f4ff	\\x184b13b764597c189e477b0c6054121869f4ff	\N	4000000101
\\x0a969df51c1d41e0c4c9ab34bd5e5328	\\x9615	{"customer":{"S":"c2"},"expires":{"N":"4000000102"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s2"}}},{"NULL":true}]},"number":{"N":"2"},"placed":{"N":"-2"},"status":{"S":"sent"},"total":{"N":"2.5"}}	\\x69eaff	\\x5c0ccab26598f8da5a3b5b2990bc964669eaff	\N	4000000102
\\xf3dbec4fbdba2cf414013a73d1a857c0	\\x961f	{"customer":{"S":"c0"},"expires":{"N":"4000000103"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s3"}}},{"NULL":true}]},"number":{"N":"3"},"placed":{"N":"-3"},"status":{"S":"open"},"total":{"N":"3.5"}}	\\x69e0ff	\\xd09a4c64e52ad7cc435a45103fd4c65169e0ff	\N	4000000103
\\x245b132326dc07bab05cab77db7886a2	\\x9629	{"customer":{"S":"c1"},"expires":{"N":"4000000104"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s4"}}},{"NULL":true}]},"number":{"N":"4"},"placed":{"N":"-4"},"status":{"S":"paid"},"total":{"N":"4.5"}}	\\x69d6ff	\\x184b13b764597c189e477b0c6054121869d6ff	\N	4000000104
\\x0a969df51c1d41e0c4c9ab34bd5e5328	\\x9633	{"customer":{"S":"c2"},"expires":{"N":"4000000105"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s5"}}},{"NULL":true}]},"number":{"N":"5"},"placed":{"N":"-5"},"status":{"S":"sent"},"total":{"N":"5.5"}}	\\x69ccff	\\x5c0ccab26598f8da5a3b5b2990bc964669ccff	\N	4000000105
\\xf3dbec4fbdba2cf414013a73d1a857c0	\\x963d	{"customer":{"S":"c0"},"expires":{"N":"4000000106"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s6"}}},{"NULL":true}]},"number":{"N":"6"},"placed":{"N":"-6"},"status":{"S":"open"},"total":{"N":"6.5"}}	\\x69c2ff	\\xd09a4c64e52ad7cc435a45103fd4c65169c2ff	\N	4000000106
\\x245b132326dc07bab05cab77db7886a2	\\x9647	{"customer":{"S":"c1"},"expires":{"N":"4000000107"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s7"}}},{"NULL":true}]},"number":{"N":"7"},"placed":{"N":"-7"},"status":{"S":"paid"},"total":{"N":"7.5"}}	\\x69b8ff	\\x184b13b764597c189e477b0c6054121869b8ff	\N	4000000107
\\x0a969df51c1d41e0c4c9ab34bd5e5328	\\x9651	{"customer":{"S":"c2"},"expires":{"N":"4000000108"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s8"}}},{"NULL":true}]},"number":{"N":"8"},"placed":{"N":"-8"},"status":{"S":"sent"},"total":{"N":"8.5"}}	\\x69aeff	\\x5c0ccab26598f8da5a3b5b2990bc964669aeff	\N	4000000108
\\xf3dbec4fbdba2cf414013a73d1a857c0	\\x965b	{"customer":{"S":"c0"},"expires":{"N":"4000000109"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s9"}}},{"NULL":true}]},"number":{"N":"9"},"placed":{"N":"-9"},"status":{"S":"open"},"total":{"N":"9.5"}}	\\x69a4ff	\\xd09a4c64e52ad7cc435a45103fd4c65169a4ff	\N	4000000109
\\x245b132326dc07bab05cab77db7886a2	\\x970b	{"customer":{"S":"c1"},"expires":{"N":"4000000110"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s10"}}},{"NULL":true}]},"number":{"N":"10"},"placed":{"N":"-10"},"status":{"S":"paid"},"total":{"N":"10.5"}}	\\x68f4ff	\\x184b13b764597c189e477b0c6054121868f4ff	\N	4000000110
\\x0a969df51c1d41e0c4c9ab34bd5e5328	\\x970c	{"customer":{"S":"c2"},"expires":{"N":"4000000111"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s11"}}},{"NULL":true}]},"number":{"N":"11"},"placed":{"N":"-11"},"status":{"S":"sent"},"total":{"N":"11.5"}}	\\x68f3ff	\\x5c0ccab26598f8da5a3b5b2990bc964668f3ff	\N	4000000111
\\xf3dbec4fbdba2cf414013a73d1a857c0	\\x970d	{"customer":{"S":"c0"},"expires":{"N":"4000000112"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s12"}}},{"NULL":true}]},"number":{"N":"12"},"placed":{"N":"-12"},"status":{"S":"open"},"total":{"N":"12.5"}}	\\x68f2ff	\\xd09a4c64e52ad7cc435a45103fd4c65168f2ff	\N	4000000112
\\x245b132326dc07bab05cab77db7886a2	\\x970e	{"customer":{"S":"c1"},"expires":{"N":"4000000113"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s13"}}},{"NULL":true}]},"number":{"N":"13"},"placed":{"N":"-13"},"status":{"S":"paid"},"total":{"N":"13.5"}}	\\x68f1ff	\\x184b13b764597c189e477b0c6054121868f1ff	\N	4000000113
\\x0a969df51c1d41e0c4c9ab34bd5e5328	\\x970f	{"customer":{"S":"c2"},"expires":{"N":"4000000114"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s14"}}},{"NULL":true}]},"number":{"N":"14"},"placed":{"N":"-14"},"status":{"S":"sent"},"total":{"N":"14.5"}}	\\x68f0ff	\\x5c0ccab26598f8da5a3b5b2990bc964668f0ff	\N	4000000114
\\xf3dbec4fbdba2cf414013a73d1a857c0	\\x9710	{"customer":{"S":"c0"},"expires":{"N":"4000000115"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s15"}}},{"NULL":true}]},"number":{"N":"15"},"placed":{"N":"-15"},"status":{"S":"open"},"total":{"N":"15.5"}}	\\x68efff	\\xd09a4c64e52ad7cc435a45103fd4c65168efff	\N	4000000115
\\x245b132326dc07bab05cab77db7886a2	\\x9711	{"customer":{"S":"c1"},"expires":{"N":"4000000116"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s16"}}},{"NULL":true}]},"number":{"N":"16"},"placed":{"N":"-16"},"status":{"S":"paid"},"total":{"N":"16.5"}}	\\x68eeff	\\x184b13b764597c189e477b0c6054121868eeff	\N	4000000116
\\x0a969df51c1d41e0c4c9ab34bd5e5328	\\x9712	{"customer":{"S":"c2"},"expires":{"N":"4000000117"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s17"}}},{"NULL":true}]},"number":{"N":"17"},"placed":{"N":"-17"},"status":{"S":"sent"},"total":{"N":"17.5"}}	\\x68edff	\\x5c0ccab26598f8da5a3b5b2990bc964668edff	\N	4000000117
\\xf3dbec4fbdba2cf414013a73d1a857c0	\\x9713	{"customer":{"S":"c0"},"expires":{"N":"4000000118"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s18"}}},{"NULL":true}]},"number":{"N":"18"},"placed":{"N":"-18"},"status":{"S":"open"},"total":{"N":"18.5"}}	\\x68ecff	\\xd09a4c64e52ad7cc435a45103fd4c65168ecff	\N	4000000118
\\x245b132326dc07bab05cab77db7886a2	\\x9714	{"customer":{"S":"c1"},"expires":{"N":"4000000119"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s19"}}},{"NULL":true}]},"number":{"N":"19"},"placed":{"N":"-19"},"status":{"S":"paid"},"total":{"N":"19.5"}}	\\x68ebff	\\x184b13b764597c189e477b0c6054121868ebff	\N	4000000119
\\x0a969df51c1d41e0c4c9ab34bd5e5328	\\x9715	{"customer":{"S":"c2"},"expires":{"N":"4000000120"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s20"}}},{"NULL":true}]},"number":{"N":"20"},"placed":{"N":"-20"},"status":{"S":"sent"},"total":{"N":"20.5"}}	\\x68eaff	\\x5c0ccab26598f8da5a3b5b2990bc964668eaff	\N	4000000120
\\xf3dbec4fbdba2cf414013a73d1a857c0	\\x9716	{"customer":{"S":"c0"},"expires":{"N":"4000000121"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s21"}}},{"NULL":true}]},"number":{"N":"21"},"placed":{"N":"-21"},"status":{"S":"open"},"total":{"N":"21.5"}}	\\x68e9ff	\\xd09a4c64e52ad7cc435a45103fd4c65168e9ff	\N	4000000121
\\x245b132326dc07bab05cab77db7886a2	\\x9717	{"customer":{"S":"c1"},"expires":{"N":"4000000122"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s22"}}},{"NULL":true}]},"number":{"N":"22"},"placed":{"N":"-22"},"status":{"S":"paid"},"total":{"N":"22.5"}}	\\x68e8ff	\\x184b13b764597c189e477b0c6054121868e8ff	\N	4000000122
\\x0a969df51c1d41e0c4c9ab34bd5e5328	\\x9718	{"customer":{"S":"c2"},"expires":{"N":"4000000123"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s23"}}},{"NULL":true}]},"number":{"N":"23"},"placed":{"N":"-23"},"status":{"S":"sent"},"total":{"N":"23.5"}}	\\x68e7ff	\\x5c0ccab26598f8da5a3b5b2990bc964668e7ff	\N	4000000123
\\xf3dbec4fbdba2cf414013a73d1a857c0	\\x9719	{"customer":{"S":"c0"},"expires":{"N":"4000000124"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s24"}}},{"NULL":true}]},"number":{"N":"24"},"placed":{"N":"-24"},"status":{"S":"open"},"total":{"N":"24.5"}}	\\x68e6ff	\\xd09a4c64e52ad7cc435a45103fd4c65168e6ff	\N	4000000124
\\x245b132326dc07bab05cab77db7886a2	\\x971a	{"customer":{"S":"c1"},"expires":{"N":"4000000125"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s25"}}},{"NULL":true}]},"number":{"N":"25"},"placed":{"N":"-25"},"status":{"S":"paid"},"total":{"N":"25.5"}}	\\x68e5ff	\\x184b13b764597c189e477b0c6054121868e5ff	\N	4000000125
\\x0a969df51c1d41e0c4c9ab34bd5e5328	\\x971b	{"customer":{"S":"c2"},"expires":{"N":"4000000126"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s26"}}},{"NULL":true}]},"number":{"N":"26"},"placed":{"N":"-26"},"status":{"S":"sent"},"total":{"N":"26.5"}}	\\x68e4ff	\\x5c0ccab26598f8da5a3b5b2990bc964668e4ff	\N	4000000126
\\xf3dbec4fbdba2cf414013a73d1a857c0	\\x971c	{"customer":{"S":"c0"},"expires":{"N":"4000000127"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s27"}}},{"NULL":true}]},"number":{"N":"27"},"placed":{"N":"-27"},"status":{"S":"open"},"total":{"N":"27.5"}}	\\x68e3ff	\\xd09a4c64e52ad7cc435a45103fd4c65168e3ff	\N	4000000127
\\x245b132326dc07bab05cab77db7886a2	\\x971d	{"customer":{"S":"c1"},"expires":{"N":"4000000128"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s28"}}},{"NULL":true}]},"number":{"N":"28"},"placed":{"N":"-28"},"status":{"S":"paid"},"total":{"N":"28.5"}}	\\x68e2ff	\\x184b13b764597c189e477b0c6054121868e2ff	\N	4000000128
\\x0a969df51c1d41e0c4c9ab34bd5e5328	\\x971e	{"customer":{"S":"c2"},"expires":{"N":"4000000129"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s29"}}},{"NULL":true}]},"number":{"N":"29"},"placed":{"N":"-29"},"status":{"S":"sent"},"total":{"N":"29.5"}}	\\x68e1ff	\\x5c0ccab26598f8da5a3b5b2990bc964668e1ff	\N	4000000129
\\xf3dbec4fbdba2cf414013a73d1a857c0	\\x971f	{"customer":{"S":"c0"},"expires":{"N":"4000000130"},"lines":{"L":[{"M":{"gift":{"BOOL":true},"sku":{"S":"s30"}}},{"NULL":true}]},"number":{"N":"30"},"placed":{"N":"-30"},"status":{"S":"open"},"total":{"N":"30.5"}}	\\x68e0ff	\\xd09a4c64e52ad7cc435a45103fd4c65168e0ff	\N	4000000130
\\x45fdec98e00a13bac24d32ea1c5fdc20	\\x69efff	{"bs":{"BS":["AA=="]},"customer":{"S":"large"},"exact":{"N":"12345678901234567890.123456789012345678"},"ns":{"NS":["1","2"]},"number":{"N":"-1.5"},"ss":{"SS":["a","b"]},"text":{"S":"grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß grüß "},"token":{"B":"AAH/"}}	\N	\N	\\x63c7e1c1e13ce606a6deb6faf8e1c120	\N
\.


--
-- Data for Name: user.Sessions-1; Type: TABLE DATA; Schema: dynamo_data; Owner: -
--

COPY dynamo_data."user.Sessions-1" (hk, sk, item) FROM stdin;
\\x07b3ba7e3b87cf6c2125de3f8425bd73	\\x	{"id":{"B":"AQ=="},"user":{"S":"ada"}}
\\x9adf3408e832e94e18b80928afaf5653	\\x	{"id":{"B":"Ag=="},"user":{"S":"bob"}}
\.


--
-- Data for Name: access_keys; Type: TABLE DATA; Schema: dynamo_internal; Owner: -
--

COPY dynamo_internal.access_keys (access_key_id, secret_access_key, principal, enabled, created) FROM stdin;
AKIDUPGRADE	secret of the upgrade	application	t	2026-11-22 21:34:43.474938+00
AKIDDISABLED	another secret	former	f	2026-11-22 21:34:43.481811+00
\.


--
-- Data for Name: tables; Type: TABLE DATA; Schema: dynamo_internal; Owner: -
--

COPY dynamo_internal.tables (name, relation, id, created, attribute_names, attribute_types, hash_name, range_name, billing_mode, read_units, write_units, max_read_units, max_write_units, ttl_attribute, last_on_demand, last_increase, last_decrease, decreases, warm_read_units, warm_write_units, stream_view_type, stream_label, sse_type, kms_key, table_class, table_class_changed, deletion_protection, ttl_changed, resource_policy, on_demand_switches) FROM stdin;
Orders	dynamo_data."Orders"	095826e7-4b3c-4271-a2fb-85e59dd9f822	2026-11-22 21:34:43.509+00	{customer,number,status,placed,token}	{S,N,S,N,B}	customer	number	PROVISIONED	40	20	\N	\N	expires	\N	\N	\N	0	\N	\N	NEW_AND_OLD_IMAGES	2026-11-22T21:34:43.509	\N	\N	\N	\N	f	2026-11-22 21:34:43.583476+00	\N	{}
user.Sessions-1	dynamo_data."user.Sessions-1"	54d34e7a-8e58-440e-8104-82d84c5e37e0	2026-11-22 21:34:43.615+00	{id}	{B}	id	\N	PAY_PER_REQUEST	0	0	1000	1000	\N	2026-11-22 21:34:43.615+00	\N	\N	0	\N	\N	\N	\N	\N	\N	STANDARD_INFREQUENT_ACCESS	\N	t	\N	\N	{}
\.


--
-- Data for Name: backfills; Type: TABLE DATA; Schema: dynamo_internal; Owner: -
--

COPY dynamo_internal.backfills (table_name, column_name, hk, sk, scanned, started) FROM stdin;
\.


--
-- Data for Name: indexes; Type: TABLE DATA; Schema: dynamo_internal; Owner: -
--

COPY dynamo_internal.indexes (table_name, name, kind, column_name, hash_names, range_names, projection, include, status, backfilling, read_units, write_units, max_read_units, max_write_units, "position", last_increase, last_decrease, decreases, warm_read_units, warm_write_units) FROM stdin;
Orders	by-placed	L	x1	{customer}	{placed}	INCLUDE	{total}	ACTIVE	f	0	0	\N	\N	0	\N	\N	0	\N	\N
Orders	by-status	G	x2	{status}	{placed}	ALL	{}	ACTIVE	f	5	5	\N	\N	1	\N	\N	0	\N	\N
Orders	by-token	G	x3	{token}	{}	KEYS_ONLY	{}	ACTIVE	f	1	1	\N	\N	2	\N	\N	0	\N	\N
\.


--
-- Data for Name: tags; Type: TABLE DATA; Schema: dynamo_internal; Owner: -
--

COPY dynamo_internal.tags (table_name, key, value) FROM stdin;
Orders	team	shop
Orders	stage	test
\.


--
-- Name: Orders Orders_pkey; Type: CONSTRAINT; Schema: dynamo_data; Owner: -
--

ALTER TABLE ONLY dynamo_data."Orders"
    ADD CONSTRAINT "Orders_pkey" PRIMARY KEY (hk, sk);


--
-- Name: user.Sessions-1 user.Sessions-1_pkey; Type: CONSTRAINT; Schema: dynamo_data; Owner: -
--

ALTER TABLE ONLY dynamo_data."user.Sessions-1"
    ADD CONSTRAINT "user.Sessions-1_pkey" PRIMARY KEY (hk, sk);


--
-- Name: Orders_expires_idx; Type: INDEX; Schema: dynamo_data; Owner: -
--

CREATE INDEX "Orders_expires_idx" ON dynamo_data."Orders" USING btree (expires) WHERE (expires IS NOT NULL);


--
-- Name: Orders_hk_x1_sk_idx; Type: INDEX; Schema: dynamo_data; Owner: -
--

CREATE INDEX "Orders_hk_x1_sk_idx" ON dynamo_data."Orders" USING btree (hk, x1, sk) WHERE (x1 IS NOT NULL);


--
-- Name: Orders_x2_hk_sk_idx; Type: INDEX; Schema: dynamo_data; Owner: -
--

CREATE INDEX "Orders_x2_hk_sk_idx" ON dynamo_data."Orders" USING btree (x2, hk, sk) WHERE (x2 IS NOT NULL);


--
-- Name: Orders_x3_hk_sk_idx; Type: INDEX; Schema: dynamo_data; Owner: -
--

CREATE INDEX "Orders_x3_hk_sk_idx" ON dynamo_data."Orders" USING btree (x3, hk, sk) WHERE (x3 IS NOT NULL);


--
-- Name: Orders ~dynamo_derive_row; Type: TRIGGER; Schema: dynamo_data; Owner: -
--

CREATE TRIGGER "~dynamo_derive_row" BEFORE INSERT OR UPDATE ON dynamo_data."Orders" FOR EACH ROW EXECUTE FUNCTION dynamo_internal.derive_row();


--
-- Name: user.Sessions-1 ~dynamo_derive_row; Type: TRIGGER; Schema: dynamo_data; Owner: -
--

CREATE TRIGGER "~dynamo_derive_row" BEFORE INSERT OR UPDATE ON dynamo_data."user.Sessions-1" FOR EACH ROW EXECUTE FUNCTION dynamo_internal.derive_row();


--
-- PostgreSQL database dump complete
--


