#!/usr/bin/env python3
"""
bench.py
    Measures dynamo against its contenders on one machine.

  make bench                            everything, an hour on 2 cores
  make bench BENCH=--quick              the same in minutes, to see that it works
  make bench BENCH='--only get,put'     some of the work
  make bench BENCH='--skip growth,large,emulators'

Starts what it needs, runs the contenders in turn, never two at once, several
rounds, and writes tables (results.md), a plot (results.svg) and every single
figure (results.json).  README.md says what is measured and how to read it.

Parts, in their order; --skip leaves them out:

  size       bytes on disk, as loaded and after all that the other parts wrote
  cold       Query with nothing in memory
  main       400 B, all work, synchronous_commit on
  async      writes with synchronous_commit off
  zipf       zipfian keys
  pgbench    the SQL contenders once more, driven by pgbench
  memory     the bridge with 5,000 idle connections
  large      4 KB
  growth     tables of 10 k to 5 M items
  gsis       0, 1 and 5 global secondary indexes
  emulators  no part of its own: DynamoDB Local and dynalite
"""

import argparse
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import time
import zlib

import report
from servers import (KEY, Cluster, Emulators, Failure, cpu_seconds, end, free_port, http_answer, machine, spawn,
                     wait_for_port)

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

PARTS = ["size", "cold", "main", "async", "zipf", "pgbench", "memory", "large", "growth", "gsis", "emulators"]
WORKS = ["get", "put", "update", "query", "batchget", "transact", "mix"]
WRITES = {"put", "update", "transact", "mix"}
ZIPFIAN_WORKS = set(WORKS) - {"batchget", "transact"}   # transactions on hot keys cancel each other
EMULATORS = ("local", "dynalite")
GSIS = [("score", "pk"), ("score", "sk"), ("score", "name"), ("name", "score"), ("name", "pk")]
GSI_COUNTS = (0, 1, 5)

# What pgbench runs: the statements of load.c, their arguments put together by
# the server.  A colon before a letter or digit would be a variable of pgbench.
PGBENCH_KEY = r"""\set i random(0, :items - 1)
\set c 10000000 + :i / 100
\set s 1000 + :i % 100
\set score random(0, 1000003)
"""
PGBENCH = {
    ("sql", "get"): """
SELECT dynamo.get_item('{"TableName":"TABLE","Key":{"pk":{"S":"c#' || :c || '"},"sk":{"S":"i#' || :s || '"}}}');
""",
    ("sql", "put"): """
SELECT dynamo.put_item('{"TableName":"TABLE","Item":{"pk":{"S":"c#' || :c || '"},"sk":{"S":"i#' || :s ||
  '"},"name":{"S":"Customer ' || :i || '"},"score":{"N":"' || :score ||
  '"},"counter":{"N":"0"},"active":{"BOOL": true},"tags":{"SS":["alpha","beta","gamma"]},' ||
  '"address":{"M":{"city":{"S":"Springfield"},"zip":{"S":"' || :s ||
  '"}}},"notes":{"L":[{"S":"' || :notes || '"}]}}}');
""",
    ("sql", "update"): """
SELECT dynamo.update_item('{"TableName":"TABLE","Key":{"pk":{"S":"c#' || :c || '"},"sk":{"S":"i#' || :s ||
  '"}},"UpdateExpression":"SET #c = #c + :' ||
  'one","ConditionExpression":"attribute_exists(pk) AND #a = :' ||
  'true","ExpressionAttributeNames":{"#c":"counter","#a":"active"},"ExpressionAttributeValues":{":' ||
  'one":{"N":"1"},":' || 'true":{"BOOL": true}}}');
""",
    ("sql", "query"): """
SELECT dynamo.query('{"TableName":"TABLE","KeyConditionExpression":"pk = :' ||
  'pk","ExpressionAttributeValues":{":' || 'pk":{"S":"c#' || :c || '"}}}');
""",
    ("jsonb", "get"): """
SELECT doc FROM "TABLE" WHERE pk = 'c#' || :c AND sk = 'i#' || :s;
""",
    ("jsonb", "put"): """
INSERT INTO "TABLE" VALUES ('c#' || :c, 'i#' || :s, ('{"pk":"c#' || :c || '","sk":"i#' || :s ||
  '","name":"Customer ' || :i || '","score":' || :score ||
  ',"counter": 0,"active": true,"tags":["alpha","beta","gamma"],' ||
  '"address":{"city":"Springfield","zip":"' || :s ||
  '"},"notes":["' || :notes || '"]}')::jsonb) ON CONFLICT (pk, sk) DO UPDATE SET doc = excluded.doc;
""",
    ("jsonb", "update"): """
UPDATE "TABLE" SET doc = jsonb_set(doc, '{counter}', to_jsonb((doc->>'counter')::numeric + 1))
  WHERE pk = 'c#' || :c AND sk = 'i#' || :s AND doc->'active' = 'true';
""",
    ("jsonb", "query"): """
SELECT doc FROM "TABLE" WHERE pk = 'c#' || :c ORDER BY sk;
""",
}
NOTES = ("the customer returned the parcel and the invoice was not signed by the warehouse " * 4)[:280]


def log(text):
    print(time.strftime("%H:%M:%S ") + text, file=sys.stderr, flush=True)


def table_of(contender, stem):
    return stem.lower() + "_jsonb" if contender == "jsonb" else stem


def relation_of(contender, stem):
    return table_of(contender, stem) if contender == "jsonb" else f'dynamo_data."{stem}"'


def seed_of(cell, number):
    """
    The same for all contenders: they meet the same keys in the same order.  But
    the bridge writes to the table of the SQL functions: with their seed it
    would put the items that they have just put, and what does not change an
    item is not written.
    """
    about = [v for k, v in sorted(cell.items()) if k != "contender"]
    if cell["contender"] == "bridge" and cell["work"] in WRITES:
        about.append("bridge")
    return 1 + zlib.crc32(repr((about, number)).encode())


class Bench:
    def __init__(self, options):
        self.options = options
        self.figures = []
        self.facts = {}         # what is no rate: sizes, memory, how cold was made
        self.bridge = None
        self.noop = None
        self.ports = {}
        self.cells_done = self.cells = 0
        self.directory = os.path.abspath(options.directory)
        pg_config = os.environ.get("PG_CONFIG", "pg_config")
        self.bindir, self.include = (
            subprocess.run([pg_config, what], check=True, capture_output=True, text=True).stdout.strip()
            for what in ("--bindir", "--includedir"))
        self.load_program = os.path.join(self.directory, "load")
        self.noop_program = os.path.join(self.directory, "noop")
        self.emulators = Emulators(self.directory) if self.wants("emulators") else None

    def wants(self, part):
        return part not in self.options.skip

    # ---- starting and ending ----

    def start(self):
        o = self.options
        os.makedirs(self.directory, exist_ok=True)
        # The tables that are there at a time, and four times as much WAL.
        need = 5 * max(o.items * 8000, sum(o.growth) * 1700) + 2**31
        if shutil.disk_usage(self.directory).free < need:
            raise Failure(f"{self.directory} needs {need / 2**30:.0f} GiB of free space; fewer --items need less")
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", f"-I{self.include}", os.path.join(HERE, "load.c"),
                        os.path.join(HERE, "usage.c"), "-o", self.load_program, "-lpq", "-lcrypto", "-lm"], check=True)
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", os.path.join(HERE, "noop.c"),
                        "-o", self.noop_program, "-lpthread"], check=True)
        if self.emulators:
            self.emulators.install()
        memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        self.cluster = Cluster(self.directory, self.bindir, 128 if o.quick else memory_mb * 9 // 20)
        self.cluster.start()
        self.cluster.sql("CREATE DATABASE bench", "postgres")
        self.machine = machine(self.directory, TOP, self.cluster, self.emulators)
        self.machine["dynamo-bridge"] = " ".join(self.bridge_options())
        self.cluster.sql("CREATE EXTENSION dynamo; CREATE EXTENSION pg_prewarm")
        self.cluster.sql(f"SELECT dynamo.create_access_key('bench', '{KEY['access']}', '{KEY['secret']}')")
        subprocess.run([os.path.join(self.bindir, "pgbench"), "-i", "-q", "-s", "1" if o.quick else "10",
                        self.cluster.conninfo()], check=True, capture_output=True)
        if self.emulators:
            self.emulators.start()
            self.ports.update(self.emulators.ports)

    def bridge_options(self):
        return ["--cpus=" + ",".join(map(str, sorted(os.sched_getaffinity(0))))]

    def start_bridge(self):
        if self.bridge:
            return
        self.ports["bridge"] = free_port()
        self.bridge = spawn([os.path.join(self.bindir, "dynamo-bridge"), "--port", str(self.ports["bridge"]),
                             "--database", self.cluster.conninfo(), *self.bridge_options()],
                            os.path.join(self.directory, "bridge.log"))
        wait_for_port(self.ports["bridge"], self.bridge, "dynamo-bridge")

    def start_noop(self, stem):
        """Its answer is the bridge's to a GetItem, one item for all."""
        items = self.cluster.sql(f"""SELECT dynamo.scan('{{"TableName": "{stem}", "Limit": 1}}')""")
        item = json.dumps({"Item": json.loads(items)["Items"][0]}, separators=(",", ":"))
        self.ports["noop"] = free_port()
        self.noop = spawn([self.noop_program, str(self.ports["noop"]), http_answer(item)],
                          os.path.join(self.directory, "noop.log"))
        wait_for_port(self.ports["noop"], self.noop, "noop")

    def stop(self):
        for process in (self.bridge, self.noop):
            if process:
                end(process)
        if self.emulators:
            self.emulators.stop()
        if hasattr(self, "cluster"):
            self.cluster.remove()

    # ---- one measurement ----

    def servers_of(self, contender):
        if contender in EMULATORS:
            return [self.emulators.processes[contender].pid]
        if contender == "noop":
            return [self.noop.pid]
        return [self.cluster.postmaster.pid] + ([self.bridge.pid] if contender == "bridge" else [])

    def load_command(self, contender, work, connections, items, stem, **more):
        command = [self.load_program, "--work", work, "--connections", str(connections), "--items", str(items),
                   "--table", table_of(contender, stem)]
        for name, value in more.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        for pid in self.servers_of(contender):
            command += ["--cpu-of", str(pid)]
        if contender in self.ports:
            return command + ["--driver", "http", "--port", str(self.ports[contender]),
                              "--access-key", KEY["access"], "--secret-key", KEY["secret"]]
        return command + ["--driver", contender, "--conninfo", self.cluster.conninfo()]

    def load(self, *arguments, **more):
        command = self.load_command(*arguments, **more)
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in (0, 3):
            raise Failure(f"{' '.join(command)}: {done.stderr}")
        result = json.loads(done.stdout)
        if result["errors"]:
            log(f"{arguments[0]} {arguments[1]}: {result['errors']} errors of {result['operations']}: "
                f"{done.stderr.strip()[:200]}")
        return result

    def pgbench(self, connections, script=None, log_latencies=False):
        """Operations per second and the servers' CPU; p99 only with a log, which costs."""
        seconds = self.options.seconds
        command = [os.path.join(self.bindir, "pgbench"), "-n", "-M", "prepared", "-c", str(connections),
                   "-j", str(min(connections, os.cpu_count()))]
        command += ["-T", str(round(seconds + 0.4))] if seconds >= 0.6 else ["-t", "20"]
        if script:
            command += ["-f", script, "-D", f"items={self.options.items}", "-D", "notes=" + NOTES]
        else:
            command += ["-S"]
        command += ["-l", "--log-prefix", os.path.join(self.directory, "latency")] if log_latencies else []
        process = subprocess.Popen(command + [self.cluster.conninfo()], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        time.sleep(0.3 * seconds)
        begin, begin_time = cpu_seconds(self.cluster.postmaster.pid), time.monotonic()
        time.sleep(0.5 * seconds)
        finish, finish_time = cpu_seconds(self.cluster.postmaster.pid), time.monotonic()
        out, errors = process.communicate()
        rates = [float(line.split()[2]) for line in out.splitlines() if line.startswith("tps = ")]
        if process.returncode or not rates:
            raise Failure(f"pgbench: {errors}")
        if log_latencies:
            return self.logged_latencies()
        used = sum(t - begin.get(pid, 0) for pid, t in finish.items())
        cpu = used / (finish_time - begin_time) / rates[0] * 1e6 if seconds >= 0.6 else None
        return {"per_second": rates[0], "errors": 0, "server_cpu_us": cpu}

    def logged_latencies(self):
        latencies = []
        for name in os.listdir(self.directory):
            if name.startswith("latency."):
                path = os.path.join(self.directory, name)
                with open(path) as f:
                    latencies += [int(line.split()[2]) for line in f]
                os.unlink(path)
        return {"p50_us": statistics.median(latencies), "p99_us": statistics.quantiles(latencies, n=100)[98]}

    def script(self, contender, work, stem):
        path = os.path.join(self.directory, f"{contender}_{work}.sql")
        with open(path, "w") as f:
            f.write(PGBENCH_KEY + PGBENCH[contender, work].replace("TABLE", table_of(contender, stem)))
        return path

    def measure(self, cell, number):
        """cell: what the figure is about; see cell()."""
        o = self.options
        if cell["contender"] == "pgbench":
            result = self.pgbench(cell["connections"])
            if number == 0:
                result.update(self.pgbench(cell["connections"], log_latencies=True))
        elif cell["contender"].startswith("pgbench "):
            contender = cell["contender"].split()[1]
            result = self.pgbench(cell["connections"], self.script(contender, cell["work"], cell["stem"]))
        else:
            more = {"zipf": o.zipf} if cell["keys"] == "zipfian" else {}
            seed = seed_of(cell, number)
            result = self.load(cell["contender"], cell["work"], cell["connections"], cell["items"], cell["stem"],
                               seconds=o.seconds, item_bytes=cell["bytes"], seed=seed, **more)
            result["seed"] = seed
        self.figures.append({**result, **cell, "round": number})
        self.cells_done += 1
        return result["per_second"]

    def rounds_of(self, cells):
        o, about = self.options, (cells[0]["part"], cells[0]["work"])
        return o.more_rounds if about == ("growth", "get") else o.rounds

    def run_rounds(self, steps):
        """steps: pairs of a title and its cells; contenders alternate within a step."""
        began, done_before = time.monotonic(), self.cells_done
        for number in range(max((self.rounds_of(cells) for _, cells in steps), default=0)):
            for title, cells in steps:
                if number >= self.rounds_of(cells):
                    continue
                self.cluster.synchronous_commit(cells[0]["sync"])
                best = {}
                # Another contender begins in each round.
                for connections in dict.fromkeys(c["connections"] for c in cells):
                    turn = [c for c in cells if c["connections"] == connections]
                    first = number % len(turn)
                    for cell in turn[first:] + turn[:first]:
                        rate = self.measure(cell, number)
                        best[cell["contender"]] = max(rate, best.get(cell["contender"], 0))
                if cells[0]["work"] in WRITES:
                    self.vacuum({(c["contender"], c["stem"]) for c in cells})
                left = (time.monotonic() - began) / (self.cells_done - done_before) * (self.cells - self.cells_done)
                log(f"[{self.cells_done}/{self.cells}, {left / 60:.0f} min left] round {number + 1}/{self.rounds_of(cells)}, {title}: " +
                    ", ".join(f"{c} {best[c]:,.0f}/s" for c in dict.fromkeys(c["contender"] for c in cells)))

    # ---- tables ----

    def create_table(self, contender, stem, gsis=0):
        if contender == "jsonb":
            name = table_of(contender, stem)
            self.cluster.sql(f'CREATE TABLE "{name}" (pk text, sk text, doc jsonb, PRIMARY KEY (pk, sk))')
            column = {"score": "((doc->>'score')::numeric)", "name": "(doc->>'name')"}
            for first, second in GSIS[:gsis]:
                self.cluster.sql(f'CREATE INDEX ON "{name}" ({column.get(first, first)}, {column.get(second, second)})')
            return
        names = {"pk": "S", "sk": "S"}
        request = {"TableName": stem, "BillingMode": "PAY_PER_REQUEST",
                   "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}
        if gsis:
            request["GlobalSecondaryIndexes"] = [
                {"IndexName": f"by_{first}_{second}", "Projection": {"ProjectionType": "KEYS_ONLY"},
                 "KeySchema": [{"AttributeName": first, "KeyType": "HASH"}, {"AttributeName": second, "KeyType": "RANGE"}]}
                for first, second in GSIS[:gsis]]
            for name in {n for pair in GSIS[:gsis] for n in pair}:
                names[name] = "N" if name == "score" else "S"
        request["AttributeDefinitions"] = [{"AttributeName": n, "AttributeType": t} for n, t in names.items()]
        if contender == "sql":
            self.cluster.sql(f"SELECT dynamo.create_table('{json.dumps(request)}')")
        else:
            self.emulators.create_table(contender, request)

    def fill(self, contender, stem, items, size, gsis=0):
        self.create_table(contender, stem, gsis)
        work, connections = ("load", 4) if contender in EMULATORS else ("copy", os.cpu_count())
        result = self.load(contender, work, connections, items, stem, item_bytes=size)
        log(f"{contender} {stem}: {items:,} items of {size} B loaded in {result['seconds']:.0f} s")

    def fill_emulators(self, stem, items, size):
        """Full, and warm: their compilers have seen what the first rounds ask for."""
        for emulator in EMULATORS:
            self.fill(emulator, stem, items, size)
            for work in ("get", "put"):
                self.load(emulator, work, self.options.connections[-1], items, stem, item_bytes=size,
                          seconds=self.options.warm_seconds)

    def settle(self, stems):
        """
        After the last checkpoint for a while: freezing writes to every page, so
        the full images that the checkpoint makes necessary are out of the way.
        """
        self.cluster.sql("CHECKPOINT")
        self.cluster.sql("\n".join(f"VACUUM (FREEZE, ANALYZE) {relation_of(c, s)};"
                                   for s in stems for c in ("sql", "jsonb")))
        self.cluster.prewarm([relation_of(c, s) for s in stems for c in ("sql", "jsonb")])

    def vacuum(self, tables):
        relations = {relation_of("jsonb" if c.split()[-1] == "jsonb" else "sql", s)
                     for c, s in tables if c not in EMULATORS}
        self.cluster.sql("\n".join(f"VACUUM {r};" for r in sorted(relations)))

    def drop(self, stems):
        for stem in stems:
            self.cluster.sql(f'DROP TABLE {relation_of("jsonb", stem)};'
                             f"SELECT dynamo.delete_table('{{\"TableName\": \"{stem}\"}}')")
        self.cluster.sql("CHECKPOINT")

    # ---- what is measured ----

    def cell(self, part, work, contender, connections, stem, items, size=400, sync="on", keys="uniform", gsis=0):
        if contender in EMULATORS:
            items = self.options.emulator_items if size == 400 else self.options.emulator_items // 5
        return {"part": part, "work": work, "contender": contender, "connections": connections, "stem": stem,
                "items": items, "bytes": size, "sync": sync, "keys": keys, "gsis": gsis}

    def contenders(self, part, work, emulators=True):
        found = ["jsonb", "sql", "bridge"]
        if emulators and self.emulators:
            found += [e for e in EMULATORS if (work, e) != ("transact", "dynalite")]
        if (part, work) == ("main", "get"):
            found.append("noop")
        return found

    def steps(self, part, stem, size, works, connections, sync="on", keys="uniform", emulators=False):
        steps = []
        for work in (w for w in WORKS if w in works and w in self.options.only):
            cells = [self.cell(part, work, contender, c, stem, self.options.items, size, sync, keys)
                     for c in connections for contender in self.contenders(part, work, emulators)]
            if part == "main" and work in ("get", "put"):
                cells += [self.cell(part, work, contender, c, stem, self.options.items, size, sync, keys)
                          for c in self.options.many_connections for contender in self.contenders(part, work, emulators)
                          if contender not in ("jsonb", "sql")]
            if part == "main" and work == "get":
                cells += [self.cell(part, work, "pgbench", c, stem, self.options.items)
                          for c in self.options.pgbench_connections]
            steps.append((f"{part} {work}, {size} B, synchronous_commit {sync}", cells))
        return steps

    def steps_small(self):
        o, steps = self.options, []
        few = o.connections[-2:]
        if self.wants("main"):
            steps += self.steps("main", "Bench400", 400, WORKS, o.connections, emulators=True)
        if self.wants("async"):
            steps += self.steps("async", "Bench400", 400, WRITES, few, sync="off")
        if self.wants("zipf"):
            steps += self.steps("zipf", "Bench400", 400, ZIPFIAN_WORKS, few, keys="zipfian")
        if self.wants("pgbench"):
            for work, sync in (("get", "on"), ("query", "on"), ("put", "on"), ("put", "off"), ("update", "off")):
                if work in o.only:
                    steps.append((f"pgbench {work}, synchronous_commit {sync}",
                                  [self.cell("pgbench", work, f"pgbench {c}", 16, "Bench400", o.items, sync=sync)
                                   for c in ("jsonb", "sql")]))
        return steps

    def steps_large(self):
        connections = self.options.connections
        few = connections[-2:]
        return (self.steps("large", "Bench4096", 4096, WORKS, few, emulators=True) +
                self.steps("large", "Bench4096", 4096, WRITES, few, sync="off") +
                self.steps("large", "Bench4096", 4096, ZIPFIAN_WORKS, [report.usual(connections)], keys="zipfian"))

    def steps_growth(self):
        o, steps = self.options, []
        connections = report.usual(o.connections)
        for work in (w for w in WORKS if w in o.only):
            for part, tables in (("growth", [(f"Growth{n}", n, 0) for n in o.growth]),
                                 ("gsis", [(f"Gsis{g}", o.gsi_items, g) for g in GSI_COUNTS])):
                if self.wants(part):
                    steps.append((f"{part} {work}", [self.cell(part, work, c, connections, stem, n, sync="off", gsis=g)
                                                     for stem, n, g in tables for c in self.contenders(part, work, False)]))
        return steps

    def run_cold(self):
        """Queries with nothing in memory, of a table as it was loaded."""
        o = self.options
        blocks = """SELECT sum(heap_blks_read + coalesce(idx_blks_read, 0) + coalesce(toast_blks_read, 0) +
            coalesce(tidx_blks_read, 0)) FROM pg_statio_all_tables WHERE relid = '{}'::regclass"""
        for number in range(o.more_rounds):
            for contender in ("jsonb", "sql") if number % 2 == 0 else ("sql", "jsonb"):
                self.facts["cold"] = self.cluster.cold_start()
                relation = relation_of(contender, "Bench400")
                before = int(self.cluster.sql(blocks.format(relation)))
                cell = self.cell("cold", "query", contender, 1, "Bench400", o.items)
                result = self.load(contender, "query", 1, o.items, "Bench400", operations=o.cold_operations,
                                   seconds=20, seed=1000 + number)
                read = int(self.cluster.sql(blocks.format(relation))) - before
                # The requests before the window read, too.
                result["blocks_read"] = read / (result["operations"] + 8)
                self.figures.append({**result, **cell, "round": number})
            log(f"cold query, round {number + 1}/{o.more_rounds}: " + ", ".join(
                f"{c} {report.median(self.figures, 'per_second', part='cold', contender=c):,.0f}/s"
                for c in ("jsonb", "sql")))

    def measure_size(self, stem, size, when="loaded"):
        """Bytes per item of heap with its maps, of toast and of indexes, after VACUUM."""
        for contender in ("jsonb", "sql"):
            relation = relation_of(contender, stem)
            heap, toast, index = (float(v) for v in self.cluster.sql(
                f"""SELECT pg_table_size(c.oid) - coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0),
                        coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0), pg_indexes_size(c.oid)
                    FROM pg_class AS c WHERE c.oid = '{relation}'::regclass""").split("|"))
            n = self.options.items
            column = "doc" if contender == "jsonb" else "item"
            document = float(self.cluster.sql(
                f"SELECT avg(pg_column_size({column})) FROM {relation}"))
            self.facts.setdefault("sizes", {}).setdefault(f"{size} B, {when}", {})[contender] = {
                "document": document, "heap": heap / n, "toast": toast / n, "index": index / n,
                "total": (heap + toast + index) / n}
        self.facts["sizes"][f"{size} B, {when}"]["item"] = float(self.cluster.sql(
            f"SELECT avg(dynamo.size(item)) FROM {relation_of('sql', stem)}"))

    def measure_memory(self, connections):
        """Resident MB of the bridge with so many connections that have made a request and are idle."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with open(f"/proc/{self.bridge.pid}/limits") as f:
            bridge_files = next(int(line.split()[3]) for line in f if line.startswith("Max open files"))
        connections = min(connections, hard - 100, bridge_files - 200)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, connections + 100)), hard))
        command = self.load_command("bridge", "get", connections, self.options.items, "Bench400")
        process = subprocess.Popen(command + ["--hold"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            result = json.loads(process.stdout.readline())
            if result["errors"]:
                raise Failure(f"{result['errors']} of {connections} connections met errors")
            with open(f"/proc/{self.bridge.pid}/status") as f:
                resident = next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))
            self.facts["memory"] = {"connections": connections, "mb": resident / 1024}
            log(f"the bridge with {connections} idle connections: {resident / 1024:.0f} MB")
        finally:
            process.stdin.close()
            process.wait(60)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    # ---- everything ----

    def run(self):
        o = self.options
        small, growth = self.steps_small(), self.steps_growth()
        large = self.steps_large() if self.wants("large") else []
        self.cells = sum(self.rounds_of(cells) * len(cells) for _, cells in small + large + growth)
        log(f"{self.cells} measurements of {o.seconds:g} s in {o.rounds} rounds")
        if small or self.wants("size") or self.wants("cold") or self.wants("memory"):
            self.run_small(small)
        if large:
            self.run_large(large)
        if growth:
            self.run_growth(growth)

    def run_small(self, steps):
        o = self.options
        for contender in ("sql", "jsonb"):
            self.fill(contender, "Bench400", o.items, 400)
        self.cluster.sql("VACUUM ANALYZE")
        if self.wants("size"):
            self.measure_size("Bench400", 400)
        if self.wants("cold") and "query" in o.only:
            self.run_cold()
        self.settle(["Bench400"])
        self.cluster.sql("SELECT pg_prewarm('pgbench_accounts'), pg_prewarm('pgbench_accounts_pkey')")
        self.start_bridge()
        if self.wants("main"):
            self.start_noop("Bench400")
        if self.emulators and self.wants("main"):
            self.fill_emulators("Bench400", o.emulator_items, 400)
        self.run_rounds(steps)
        if self.wants("memory"):
            self.measure_memory(100 if o.quick else 5000)
        if self.wants("size"):
            self.cluster.sql("VACUUM")
            self.measure_size("Bench400", 400, "after all writes")
        self.drop(["Bench400"])

    def run_large(self, steps):
        o = self.options
        for contender in ("sql", "jsonb"):
            self.fill(contender, "Bench4096", o.items, 4096)
        self.settle(["Bench4096"])
        self.measure_size("Bench4096", 4096)
        self.start_bridge()
        if self.emulators:
            self.fill_emulators("Bench4096", o.emulator_items // 5, 4096)
        self.run_rounds(steps)
        self.cluster.sql("VACUUM")
        self.measure_size("Bench4096", 4096, "after all writes")
        self.drop(["Bench4096"])

    def run_growth(self, steps):
        o = self.options
        stems = []
        if self.wants("growth"):
            for n in o.growth:
                stems.append(f"Growth{n}")
                for contender in ("sql", "jsonb"):
                    self.fill(contender, stems[-1], n, 400)
        if self.wants("gsis"):
            for gsis in GSI_COUNTS:
                stems.append(f"Gsis{gsis}")
                for contender in ("sql", "jsonb"):
                    self.fill(contender, stems[-1], o.gsi_items, 400, gsis)
        self.settle(stems)
        self.start_bridge()
        self.run_rounds(steps)

    def write(self, complete, began):
        facts = {**self.facts, "machine": self.machine, "complete": complete, "minutes": (time.time() - began) / 60,
                 "date": time.strftime("%Y-%m-%d %H:%M"),
                 "options": {k: v for k, v in vars(self.options).items() if k not in ("output", "directory")}}
        os.makedirs(self.options.output, exist_ok=True)
        text = report.tables(self.figures, facts)
        for name, content in (("results.md", text), ("results.svg", report.plot(self.figures, facts)),
                              ("results.json", report.figures_as_json(self.figures, facts))):
            with open(os.path.join(self.options.output, name), "w") as f:
                f.write(content)
        print(text)
        log(f"{self.options.output}/results.md, .svg and .json are written")


def comma_list(kind=str, choices=None):
    def parse(text):
        values = [kind(v) for v in text.split(",") if v]
        if choices and not set(values) <= set(choices):
            raise argparse.ArgumentTypeError("known are " + ", ".join(choices))
        return values
    return parse


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small and short: shows that it works, measures nothing")
    parser.add_argument("--only", type=comma_list(choices=WORKS), default=WORKS, help="work: " + ",".join(WORKS))
    parser.add_argument("--skip", type=comma_list(choices=PARTS), default=[], help="parts: " + ",".join(PARTS))
    parser.add_argument("--items", type=int, help="1000000")
    parser.add_argument("--emulator-items", type=int, help="in DynamoDB Local and dynalite: 20000")
    parser.add_argument("--gsi-items", type=int, help="in tables with indexes: 100000")
    parser.add_argument("--growth", type=comma_list(int), help="10000,100000,1000000,5000000")
    parser.add_argument("--rounds", type=int, help="3")
    parser.add_argument("--more-rounds", type=int, help="7, of cold and of growth's GetItem")
    parser.add_argument("--warm-seconds", type=float, help="10, of GetItem and of PutItem for each emulator before all rounds")
    parser.add_argument("--seconds", type=float, help="1.5, of each measurement")
    parser.add_argument("--connections", type=comma_list(int), help="1,4,16,64; parts but main take the last two")
    parser.add_argument("--many-connections", type=comma_list(int),
                        help="128,256, too, for GetItem and PutItem over HTTP in part main")
    parser.add_argument("--pgbench-connections", type=comma_list(int), help="1,4,8,16,32,64")
    parser.add_argument("--cold-operations", type=int, help="300")
    parser.add_argument("--zipf", type=float, default=0.99, help="exponent of zipfian keys")
    parser.add_argument("--output", help="directory of the results; default here, with --quick --directory")
    parser.add_argument("--directory", default=os.path.join(TOP, "build", "bench"), help="to work in")
    options = parser.parse_args()
    full = {"items": 1000000, "emulator_items": 20000, "gsi_items": 100000, "rounds": 3, "more_rounds": 7,
            "seconds": 1.5, "warm_seconds": 10,
            "growth": [10000, 100000, 1000000, 5000000], "connections": [1, 4, 16, 64], "many_connections": [128, 256],
            "pgbench_connections": [1, 4, 8, 16, 32, 64], "cold_operations": 300, "output": HERE}
    quick = {"items": 2000, "emulator_items": 500, "gsi_items": 1000, "rounds": 1, "more_rounds": 1,
             "seconds": 0.2, "warm_seconds": 0.2,
             "growth": [1000, 2000], "connections": [1, 8], "many_connections": [], "pgbench_connections": [8],
             "cold_operations": 20, "output": options.directory}
    for name, value in (quick if options.quick else full).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def main():
    options = parse_options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.time()
    bench = Bench(options)
    status = 0
    try:
        bench.start()
        try:
            bench.run()
            bench.write(True, began)
        except BaseException:
            if bench.figures:
                bench.write(False, began)
            raise
    except Failure as failure:
        print(f"bench: {failure}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        status = 130
    finally:
        bench.stop()
    sys.exit(status)


if __name__ == "__main__":
    main()
