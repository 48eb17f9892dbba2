-- catalog.sql
--    Everything that the extension has made, one line for each fact.
--
-- Two databases in which it is installed in the same version give the same
-- lines, however they came to that version.  Nothing in a line depends on
-- object numbers or on the order in which things were made, except where that
-- order can be seen (columns).

WITH extension AS (
    SELECT * FROM pg_catalog.pg_extension WHERE extname = 'dynamo'
),
member AS (
    SELECT d.classid, d.objid, i.type, i.identity
      FROM pg_catalog.pg_depend AS d, extension AS e,
           pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) AS i
     WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
),
acl(classid, objid, part, granted) AS (
    SELECT 'pg_catalog.pg_proc'::regclass, oid, '', proacl FROM pg_catalog.pg_proc
    UNION ALL SELECT 'pg_catalog.pg_type'::regclass, oid, '', typacl FROM pg_catalog.pg_type
    UNION ALL SELECT 'pg_catalog.pg_class'::regclass, oid, '', relacl FROM pg_catalog.pg_class
    UNION ALL SELECT 'pg_catalog.pg_namespace'::regclass, oid, '', nspacl FROM pg_catalog.pg_namespace
    UNION ALL SELECT 'pg_catalog.pg_class'::regclass, attrelid, attname, attacl FROM pg_catalog.pg_attribute
               WHERE attnum > 0 AND NOT attisdropped
    UNION ALL SELECT classoid, objoid, 'initially ' || objsubid, initprivs FROM pg_catalog.pg_init_privs
),
relation AS (
    SELECT c.*, m.identity FROM pg_catalog.pg_class AS c
      JOIN member AS m ON m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid
),
fact(subject, fact) AS (
    SELECT 'extension', format('version %s, relocatable %s', extversion, extrelocatable) FROM extension
    UNION ALL
    SELECT 'extension', format('dumps %s %s', relation::regclass, condition)
      FROM extension, unnest(extconfig, extcondition) AS config(relation, condition)
    UNION ALL
    SELECT type || ' ' || identity, 'is a member' FROM member
    UNION ALL
    SELECT m.type || ' ' || m.identity, 'comment: ' || d.description
      FROM member AS m JOIN pg_catalog.pg_description AS d ON d.classoid = m.classid AND d.objoid = m.objid AND d.objsubid = 0
    UNION ALL
    SELECT m.type || ' ' || m.identity, 'privileges' || coalesce(' ' || nullif(acl.part, ''), '') || ': ' || (
           SELECT coalesce(string_agg(one::text, ' ' ORDER BY one::text), 'none') FROM unnest(acl.granted) AS one)
      FROM member AS m JOIN acl ON acl.classid = m.classid AND acl.objid = m.objid
     WHERE acl.granted IS NOT NULL

    -- functions
    UNION ALL
    SELECT m.type || ' ' || m.identity, 'definition: ' || pg_catalog.pg_get_functiondef(p.oid)
      FROM member AS m JOIN pg_catalog.pg_proc AS p ON m.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = m.objid

    -- types, operators, casts, access methods, event triggers
    UNION ALL
    SELECT m.type || ' ' || m.identity, format('%s', to_jsonb(t) - '{oid,typname,typnamespace,typowner,typrelid,typelem,typarray,typacl}'::text[])
      FROM member AS m JOIN pg_catalog.pg_type AS t
        ON m.classid = 'pg_catalog.pg_type'::regclass AND t.oid = m.objid
     WHERE t.typrelid = 0 AND t.typelem = 0
    UNION ALL
    SELECT m.type || ' ' || m.identity, format('%s %s, result %s, commutator %s, negator %s, restrict %s, join %s, hashes %s, merges %s',
           o.oprkind, o.oprcode, o.oprresult::regtype, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin,
           o.oprcanhash, o.oprcanmerge)
      FROM member AS m JOIN pg_catalog.pg_operator AS o ON m.classid = 'pg_catalog.pg_operator'::regclass AND o.oid = m.objid
    UNION ALL
    SELECT m.type || ' ' || m.identity, format('default %s for %s', o.opcdefault, o.opcintype::regtype)
      FROM member AS m JOIN pg_catalog.pg_opclass AS o ON m.classid = 'pg_catalog.pg_opclass'::regclass AND o.oid = m.objid
    UNION ALL
    SELECT m.type || ' ' || m.identity, format('%s %s %s', a.kind, a.number, a.what)
      FROM member AS m JOIN (
           SELECT amopfamily, 'operator', amopstrategy, amopopr::regoperator::text FROM pg_catalog.pg_amop
           UNION ALL
           SELECT amprocfamily, 'function', amprocnum, amproc::text FROM pg_catalog.pg_amproc) AS a(family, kind, number, what)
        ON m.classid = 'pg_catalog.pg_opfamily'::regclass AND a.family = m.objid
    UNION ALL
    SELECT m.type || ' ' || m.identity, format('%s, context %s, method %s', c.castfunc::regprocedure, c.castcontext, c.castmethod)
      FROM member AS m JOIN pg_catalog.pg_cast AS c ON m.classid = 'pg_catalog.pg_cast'::regclass AND c.oid = m.objid
    UNION ALL
    SELECT m.type || ' ' || m.identity, format('%s %s', a.amhandler, a.amtype)
      FROM member AS m JOIN pg_catalog.pg_am AS a ON m.classid = 'pg_catalog.pg_am'::regclass AND a.oid = m.objid
    UNION ALL
    SELECT m.type || ' ' || m.identity, format('%s %s %s %s', e.evtevent, e.evtfoid::regprocedure, e.evtenabled, e.evttags)
      FROM member AS m JOIN pg_catalog.pg_event_trigger AS e ON m.classid = 'pg_catalog.pg_event_trigger'::regclass AND e.oid = m.objid

    -- relations
    UNION ALL
    SELECT 'relation ' || r.identity, format('kind %s, persistence %s, access method %s, options %s, replica identity %s, row security %s %s',
           r.relkind, r.relpersistence, (SELECT amname FROM pg_catalog.pg_am WHERE oid = r.relam), r.reloptions, r.relreplident,
           r.relrowsecurity, r.relforcerowsecurity)
      FROM relation AS r
    UNION ALL
    SELECT 'relation ' || r.identity, format('column %s: %s %s, collation %s, storage %s%s%s%s%s, null %s, default %s, comment %s',
           row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum), a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
           (SELECT collname FROM pg_catalog.pg_collation WHERE oid = a.attcollation), a.attstorage, a.attcompression, a.attidentity,
           a.attgenerated,
           (SELECT string_agg(o, ' ') FROM unnest(a.attoptions) AS o WHERE o LIKE 'n\_distinct%'), NOT a.attnotnull, pg_catalog.pg_get_expr(d.adbin, d.adrelid),
           pg_catalog.col_description(r.oid, a.attnum))
      FROM relation AS r JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum
    UNION ALL
    SELECT 'relation ' || r.identity, format('constraint %s: %s', c.conname, pg_catalog.pg_get_constraintdef(c.oid))
      FROM relation AS r JOIN pg_catalog.pg_constraint AS c ON c.conrelid = r.oid
    UNION ALL
    SELECT 'relation ' || r.identity, format('index: %s', pg_catalog.pg_get_indexdef(i.indexrelid))
      FROM relation AS r JOIN pg_catalog.pg_index AS i ON i.indrelid = r.oid
    UNION ALL
    SELECT 'relation ' || r.identity, format('trigger: %s %s', t.tgenabled, pg_catalog.pg_get_triggerdef(t.oid))
      FROM relation AS r JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT 'relation ' || r.identity, format('rule: %s', pg_catalog.pg_get_ruledef(w.oid))
      FROM relation AS r JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = r.oid
    UNION ALL
    SELECT 'relation ' || r.identity, format('policy %s: %s', p.polname, p.polcmd)
      FROM relation AS r JOIN pg_catalog.pg_policy AS p ON p.polrelid = r.oid
    UNION ALL
    SELECT 'relation ' || r.identity, format('sequence: %s', to_jsonb(s) - '{seqrelid}'::text[])
      FROM relation AS r JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = r.oid

    -- what lies in our schemas without being a member
    UNION ALL
    SELECT 'stranger', i.type || ' ' || i.identity
      FROM (SELECT 'pg_catalog.pg_class'::regclass AS classid, oid, relnamespace AS namespace FROM pg_catalog.pg_class
             WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
            UNION ALL SELECT 'pg_catalog.pg_proc'::regclass, oid, pronamespace FROM pg_catalog.pg_proc) AS o
      JOIN pg_catalog.pg_namespace AS n ON n.oid = o.namespace AND n.nspname IN ('dynamo', 'dynamo_internal'),
           pg_catalog.pg_identify_object(o.classid, o.oid, 0) AS i
     WHERE (o.classid, o.oid) NOT IN (SELECT classid, objid FROM member)
)
SELECT line FROM fact, concat(subject, ' | ', regexp_replace(fact, '\s+', ' ', 'g')) AS line ORDER BY line COLLATE "C";
