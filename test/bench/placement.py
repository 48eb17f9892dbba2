#!/usr/bin/env python3
"""
placement.py
    What clustered placement brings and costs, as ratios to heap's own order.

    test/bench/placement.py [--items N] [--bytes N] [--part PART ...]

Runs against the server of the libpq environment (PGHOST, PGPORT, ...), in a
database of its own, placement_bench, which is dropped at the end.  Needs psql
and pgbench in the PATH and the extension installed.  autovacuum should be off
in that server, so that VACUUM comes where the rounds say.

Each part does the same work twice, with dynamo.clustered_placement off
("heap") and on ("ours"), imports in two ways, and prints one line for each
with the ratio:

load     collections of 1, 3, 10, 100 items and of zipfian sizes, rows in
         random order: pages a Query of a collection reads, size of the table,
         time of the inserts, time of Queries with everything in memory
growth   the same with VACUUM at every fifth of the growth, as autovacuum does
ordered  rows in the order of their keys, and random order through COPY
churn    ten rounds: 20 % of the rows updated, 5 % deleted, 5 % new, VACUUM;
         share of HOT updates, pages and size round by round
writers  8 clients put into one collection, and into 1,000
items    an item table: PutItem of new items, then a round of UpdateItem that
         gives a fifth of them text of another length
imports  an item table filled in random order by COPY, and by
         dynamo.import_items() from a table of lines of text

Pages are counted from the rows' addresses.  "pages" is the mean over
collections, "by item" the mean over items of the pages of their collection:
what a Query of a random item's collection reads.
"""
import argparse
import os
import subprocess
import sys
import tempfile

DATABASE = 'placement_bench'
SHAPES = ['1', '3', '10', '30', '100', 'zipf']

# Number i of a load belongs to collection c.  Zipfian: a hundredth as many
# collections as rows, sizes 1/rank: of 60,000 rows, 7 to 4,800 in each of 600.
COLLECTION = {
    'zipf': "(power({items} / 100.0, ((i * 7919::bigint) % {items}) / {items}::float8))::int",
}


def run(command, text, env=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True,
                          env=dict(os.environ, PGDATABASE=DATABASE, **(env or {})))
    if done.returncode != 0:
        sys.exit(f'{command[0]}: {done.stderr}\n{text[:400]}')
    return done.stdout


def sql(text, mode='on'):
    """Runs statements; returns the rows of all of them as lists of strings."""
    out = run(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1'], text,
              {'PGOPTIONS': f'-c dynamo.clustered_placement={mode} -c max_parallel_workers_per_gather=0'})
    return [line.split('|') for line in out.splitlines()]


def timed(text, mode):
    """Seconds of CPU that statements take inside the server (Linux only)."""
    cpu = """SELECT (string_to_array(pg_read_file('/proc/self/stat'), ' '))[14:15] AS t"""
    rows = sql(f'{cpu};\n{text}\n;{cpu};', mode)
    begin, end = (sum(map(int, row[0].strip('{}').split(','))) for row in (rows[0], rows[-1]))
    return (end - begin) / os.sysconf('SC_CLK_TCK')


def make_source(shape, args):
    """Table source: all rows of the shape in random order."""
    if shape in COLLECTION:
        collection = COLLECTION[shape].format(items=args.items)
    else:
        collection = f'i % {max(1, args.items // int(shape))}'
    sql(f"""
        DROP TABLE IF EXISTS source;
        SELECT setseed(0.5);
        CREATE UNLOGGED TABLE source AS
            SELECT decode(md5(({collection})::text), 'hex') AS hk,
                   decode(md5(i::text), 'hex') AS sk,
                   substr(d.doc, 1 + i % 1000, {args.bytes - 64}) AS doc, i AS n
            FROM generate_series(1, {args.items}) AS i,
                 (SELECT string_agg(decode(md5(j::text), 'hex'), '') AS doc
                  FROM generate_series(1, {(args.bytes + 1000) // 16 + 2}) AS j) AS d
            ORDER BY random();
        VACUUM ANALYZE source""")


def make_table():
    sql("""
        DROP TABLE IF EXISTS t;
        CREATE TABLE t (hk bytea NOT NULL, sk bytea NOT NULL, doc bytea, n int,
            PRIMARY KEY (hk, sk)) USING dynamo WITH (fillfactor = 90);
        ALTER TABLE t ALTER hk SET STORAGE PLAIN, ALTER sk SET STORAGE PLAIN,
            ALTER doc SET STORAGE PLAIN;""")


def pages(table='t'):
    (row,) = sql(f"""
        SELECT round(avg(p), 2), round(sum(p * n) / sum(n), 2),
               pg_relation_size('{table}') / current_setting('block_size')::int
        FROM (SELECT count(*) AS n, count(DISTINCT (ctid::text::point)[0]) AS p
              FROM {table} GROUP BY hk) AS c""")
    return [float(v) for v in row]


def check():
    sql("SELECT bt_index_check('t_pkey', true)")


def query_time(queries=5000):
    """Microseconds for one Query of a random collection, warm."""
    text = f"""
        DO $$
        DECLARE
            k bytea; s bigint;
            keys bytea[] := ARRAY(SELECT hk FROM (SELECT DISTINCT hk FROM source) AS d
                ORDER BY random() LIMIT 1000);
        BEGIN
            FOR i IN 1 .. {queries} LOOP
                k := keys[1 + i % cardinality(keys)];
                SELECT sum(n) INTO s FROM t WHERE hk = k;
            END LOOP;
        END $$"""
    sql('VACUUM t')
    plan = 'SET enable_seqscan = off; SET enable_bitmapscan = off;'
    sql(plan + text)
    return timed(plan + text, 'on') / queries * 1e6


def line(what, heap, ours):
    ratio = ours / heap if heap else float('nan')
    print(f'  {what:34} {heap:12.2f} {ours:12.2f} {ratio:8.2f}', flush=True)


def title(text, first='heap', second='ours'):
    print(f'{text:36} {first:>12} {second:>12} {"ratio":>8}', flush=True)


def compare(measure):
    """measure(mode) returns a dict; prints it for both modes side by side."""
    heap, ours = measure('off'), measure('on')
    for what in heap:
        line(what, heap[what], ours[what])


def load(args):
    for shape in args.shapes:
        make_source(shape, args)
        title(f'load, collections of {shape}')

        def measure(mode):
            make_table()
            seconds = timed('INSERT INTO t SELECT * FROM source', mode)
            check()
            mean, by_item, blocks = pages()
            return {'pages': mean, 'pages, by item': by_item, 'blocks of the table': blocks,
                    'us per insert': seconds / args.items * 1e6,
                    'us per Query, warm': query_time()}
        compare(measure)


def growth(args):
    for shape in args.shapes:
        make_source(shape, args)
        title(f'growth with VACUUM, collections of {shape}')

        def measure(mode):
            make_table()
            done = 0
            step = args.items // 50
            while done < args.items:
                sql(f'INSERT INTO t SELECT * FROM source OFFSET {done} LIMIT {step}; VACUUM t', mode)
                done += step
                step = done // 5
            check()
            mean, by_item, blocks = pages()
            return {'pages': mean, 'pages, by item': by_item, 'blocks of the table': blocks}
        compare(measure)


def ordered(args):
    make_source('100', args)
    for what, order in (('key order', 'ORDER BY hk, sk'), ('random order', '')):
        title(f'COPY in {what}, collections of 100')
        with tempfile.NamedTemporaryFile('w', suffix='.copy') as file:
            file.write(run(['psql', '-XAtq'], f'COPY (SELECT * FROM source {order}) TO STDOUT'))
            file.flush()

            def measure(mode):
                make_table()
                seconds = timed(f"\\copy t from '{file.name}'", mode)
                check()
                mean, by_item, blocks = pages()
                return {'pages': mean, 'blocks of the table': blocks,
                        'us per row': seconds / args.items * 1e6}
            compare(measure)


def churn(args):
    for shape in args.shapes:
        make_source(shape, args)
        results = {}
        for mode in 'off', 'on':
            make_table()
            sql('INSERT INTO t SELECT * FROM source; VACUUM ANALYZE t', mode)
            rounds = [(0.0, *pages())]
            for number in range(1, 11):
                sql(f"""
                    SELECT setseed(0.{number:02});
                    SELECT pg_stat_reset_single_table_counters('t'::regclass);
                    UPDATE t SET doc = substr(doc, 1, 80 + (n * 31 + {number}) % {args.bytes - 144}) || doc,
                        n = n WHERE random() < 0.1;
                    UPDATE t SET doc = substr(doc, 1, {args.bytes - 64}) WHERE random() < 0.1;
                    CREATE TEMP TABLE gone AS SELECT hk, doc, n FROM t WHERE random() < 0.05;
                    DELETE FROM t USING gone WHERE t.n = gone.n AND t.hk = gone.hk;
                    INSERT INTO t SELECT hk, decode(md5(random()::text), 'hex'),
                        substr(doc, 1, {args.bytes - 64}), n FROM gone ORDER BY random();
                    VACUUM t;""", mode)
                (stat,) = sql("""SELECT pg_sleep(0.6); SELECT n_tup_hot_upd::float8 / n_tup_upd
                    FROM pg_stat_user_tables WHERE relname = 't'""")[-1:]
                rounds.append((float(stat[0]), *pages()))
            check()
            results[mode] = rounds
        title(f'churn, collections of {shape}')
        for number in range(11):
            for i, what in enumerate(('HOT share', 'pages', 'pages, by item', 'blocks of the table')):
                if (i > 0 or number > 0) and number in (0, 1, 2, 5, 10):
                    line(f'round {number}: {what}', results['off'][number][i], results['on'][number][i])


def writers(args):
    (version,) = sql('SHOW server_version_num')[0]
    for collections in 1, 1000:
        title(f'8 writers, collections: {collections}')

        def measure(mode):
            make_table()
            with tempfile.NamedTemporaryFile('w', suffix='.sql') as file:
                file.write(f"""\\set c random(1, {collections})
                    INSERT INTO t VALUES (decode(md5(:c::text), 'hex'),
                    decode(md5(random()::text || :client_id), 'hex'),
                    convert_to(rpad('', {args.bytes - 64}, md5(random()::text)), 'UTF8'), 0);""")
                file.flush()
                out = run(['pgbench', '-n', '-M', 'prepared', '-c', '8', '-j', '2',
                           '-t', str(args.items // 20), '-f', file.name], '',
                          {'PGOPTIONS': f'-c dynamo.clustered_placement={mode}'})
            check()
            tps = [float(l.split()[2]) for l in out.splitlines() if l.startswith('tps')][0]
            (rows,) = sql('SELECT count(*) FROM t')[0]
            assert int(rows) == 8 * (args.items // 20), 'rows are missing'
            mean, by_item, blocks = pages()
            return {'pages': mean, 'blocks of the table': blocks, 'inserts a second': tps}
        compare(measure)


TABLE = 'dynamo_data."Placed"'


def make_item_table():
    sql("""SELECT dynamo.create_table('{"TableName": "Placed", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}')""")


def drop_item_table():
    sql("""SELECT dynamo.delete_table('{"TableName": "Placed"}')""")


def items(args):
    put = f"""SELECT count(dynamo.put_item(format('{{"TableName": "Placed", "Item": {{"pk": {{"S": "%s"}},
        "sk": {{"S": "%s"}}, "text": {{"S": "%s"}}}}}}', encode(hk, 'hex'), n, text({args.bytes - 120})))) FROM source"""
    update = f"""SELECT count(dynamo.update_item(format('{{"TableName": "Placed", "Key": {{"pk": {{"S": "%s"}},
        "sk": {{"S": "%s"}}}}, "UpdateExpression": "SET #t = :t", "ExpressionAttributeNames": {{"#t": "text"}},
        "ExpressionAttributeValues": {{":t": {{"S": "%s"}}}}}}', encode(hk, 'hex'), n,
        text(({args.bytes - 120} * (0.7 + 0.6 * random()))::int)))) FROM source WHERE random() < 0.2"""
    sql("CREATE FUNCTION text(length int) RETURNS text LANGUAGE sql AS $$ SELECT rpad('', length, 'text of an item, ') $$")
    for shape in args.shapes:
        make_source(shape, args)
        title(f'items in collections of {shape}')

        def measure(mode):
            make_item_table()
            seconds = timed(put, mode)
            mean, _, blocks = pages(TABLE)
            found = {'pages': mean, 'blocks of the table': blocks, 'us per PutItem': seconds / args.items * 1e6}
            sql(f"VACUUM {TABLE}; SELECT pg_stat_reset_single_table_counters('{TABLE}'::regclass)")
            sql(f'SELECT setseed(0.5); {update}', mode)
            (stat,) = sql(f"""SELECT pg_sleep(0.6); SELECT n_tup_hot_upd::float8 / n_tup_upd
                FROM pg_stat_user_tables WHERE relid = '{TABLE}'::regclass""")[-1:]
            mean, _, blocks = pages(TABLE)
            found.update({'updated: HOT share': float(stat[0]), 'updated: pages': mean, 'updated: blocks': blocks})
            drop_item_table()
            return found
        compare(measure)


def imports(args):
    for shape in args.shapes:
        make_source(shape, args)
        sql(f"""DROP TABLE IF EXISTS lines;
            CREATE UNLOGGED TABLE lines AS SELECT dynamo.to_item(jsonb_build_object('pk', encode(hk, 'hex'), 'sk', n::text,
                'text', rpad('', {args.bytes - 120}, md5(n::text))))::text AS line FROM source""")
        title(f'imports, collections of {shape}', 'COPY', 'import_items')
        results = []
        with tempfile.NamedTemporaryFile('w', suffix='.copy') as file:
            file.write(run(['psql', '-XAtq'], 'COPY lines TO STDOUT'))
            file.flush()
            for load_items in (f"\\copy {TABLE} (item) from '{file.name}'",
                               "SELECT dynamo.import_items('Placed', 'SELECT line::dynamo.item FROM lines')"):
                make_item_table()
                seconds = timed(load_items, 'on')
                sql('SELECT bt_index_check(\'dynamo_data."Placed_pkey"\', true)')
                mean, _, blocks = pages(TABLE)
                results.append({'pages': mean, 'blocks of the table': blocks,
                                'blocks of the primary index': pages_of_index(),
                                'us per item': seconds / args.items * 1e6})
                drop_item_table()
        for what, first in results[0].items():
            line(what, first, results[1][what])


def pages_of_index():
    ((blocks,),) = sql("""SELECT pg_relation_size('dynamo_data."Placed_pkey"') / current_setting('block_size')::int""")
    return float(blocks)


PARTS = {f.__name__: f for f in (load, growth, ordered, churn, writers, items, imports)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[2].strip())
    parser.add_argument('--items', type=int, default=200000)
    parser.add_argument('--bytes', type=int, default=300, help='size of a row')
    parser.add_argument('--part', action='append', choices=PARTS, help='default: all')
    parser.add_argument('--shape', action='append', dest='shapes', choices=SHAPES)
    args = parser.parse_args()
    args.shapes = args.shapes or SHAPES

    admin = dict(os.environ, PGDATABASE='postgres')
    for statement in f'DROP DATABASE IF EXISTS {DATABASE}', f'CREATE DATABASE {DATABASE}':
        subprocess.run(['psql', '-XAtqc', statement], env=admin, check=True,
                       stderr=subprocess.DEVNULL)
    sql('CREATE EXTENSION dynamo; CREATE EXTENSION amcheck')
    for part in args.part or PARTS:
        PARTS[part](args)
    subprocess.run(['psql', '-XAtqc', f'DROP DATABASE {DATABASE}'], env=admin, check=True)


if __name__ == '__main__':
    main()
