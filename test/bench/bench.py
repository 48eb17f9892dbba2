#!/usr/bin/env python3
"""Measures dynamo against its contenders on one machine.

  make bench                    everything; the figures of results.md
  make bench BENCH=--quick      the same in minutes, to see that it works

Starts a Postgres cluster of its own, dynamo-bridge, DynamoDB Local and
dynalite, runs the contenders in turn (never at the same time), several
rounds, and writes medians and ratios to results.md, every single figure to
results.json and a plot to results.svg.

Contenders

  pgbench   pgbench -S -M prepared: the ceiling of a Postgres read
  jsonb     a jsonb table with primary key (pk, sk), prepared statements
  sql       our SQL functions, prepared statements
  bridge    dynamo-bridge over HTTP, every request signed
  local     DynamoDB Local, in memory, over HTTP, signed
  dynalite  dynalite, in memory, over HTTP, signed

All but pgbench are driven by load.c, so that the client costs the same.
"""

import argparse
import json
import os
import platform
import pwd
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(TOP, "build", "bench")
TABLE = "Bench"
KEY = {"access": "AKIDBENCH", "secret": "benchsecret"}

GOALS = [
    # work, faster contender, slower contender, goal, setting
    ("get", "sql", "jsonb", 1.1, "durable"),
    ("put", "sql", "jsonb", 1.1, "async"),
    ("update", "sql", "jsonb", 1.2, "async"),
    ("query", "sql", "jsonb", 2.0, "durable"),
    ("get", "bridge", "pgbench", 0.7, "durable"),
    ("put", "bridge", "sql", 0.9, "durable"),
    ("get", "bridge", "local", 10.0, "durable"),
    ("put", "bridge", "local", 5.0, "durable"),
]


def log(text):
    print(time.strftime("%H:%M:%S ") + text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process, what):
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"bench: {what} ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"bench: {what} did not start")


class Cluster:
    """A Postgres cluster of its own, under an unprivileged user."""

    def __init__(self, bindir):
        self.bindir = bindir
        self.data = os.path.join(BUILD, "data")
        self.port = free_port()
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        shutil.rmtree(self.data, ignore_errors=True)
        os.makedirs(self.data, mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.data, self.user)
            if subprocess.run(["runuser", "-u", self.user, "--", "test", "-x", self.data]).returncode:
                raise SystemExit(f"bench: user {self.user} cannot reach {self.data}")

    def as_user(self, *command):
        prefix = ["runuser", "-u", self.user, "--"] if os.geteuid() == 0 else []
        return prefix + list(command)

    def tool(self, name, *arguments):
        return self.as_user(os.path.join(self.bindir, name), *arguments)

    def start(self, memory_mb):
        subprocess.run(self.tool("initdb", "-D", self.data, "-U", "postgres", "-A", "trust",
                                 "-E", "UTF8", "--no-locale"),
                       check=True, stdout=subprocess.DEVNULL)
        settings = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": self.data, "port": self.port,
            "shared_buffers": f"{memory_mb // 4}MB", "max_wal_size": "8GB", "max_connections": 300,
            "shared_preload_libraries": "dynamo", "wal_level": "logical", "jit": "off",
            "checkpoint_timeout": "30min", "max_locks_per_transaction": 256,
        }
        with open(os.path.join(self.data, "postgresql.auto.conf"), "a") as f:
            for name, value in settings.items():
                f.write(f"{name} = '{value}'\n")
        self.pg_ctl("start")

    def pg_ctl(self, action):
        subprocess.run(self.tool("pg_ctl", "-D", self.data, "-w", "-m", "fast", "-l",
                                 os.path.join(self.data, "log"), action) if action != "start" else
                       self.tool("pg_ctl", "-D", self.data, "-w", "-l",
                                 os.path.join(self.data, "log"), action),
                       check=True, stdout=subprocess.DEVNULL)

    def conninfo(self, database="bench"):
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"

    def sql(self, text, database="bench"):
        done = subprocess.run([os.path.join(self.bindir, "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1",
                               "-d", self.conninfo(database), "-c", text],
                              check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def durable(self, on):
        self.sql(f"ALTER SYSTEM SET synchronous_commit = {'on' if on else 'off'}")
        self.sql("SELECT pg_reload_conf()")
        time.sleep(0.3)


class Bench:
    def __init__(self, options):
        self.options = options
        self.processes = []
        self.figures = []
        self.pg_config = os.environ.get("PG_CONFIG", "pg_config")
        self.bindir = subprocess.run([self.pg_config, "--bindir"], check=True,
                                     capture_output=True, text=True).stdout.strip()
        self.load_program = os.path.join(BUILD, "load")

    # ---- starting ----

    def build(self):
        os.makedirs(BUILD, exist_ok=True)
        include = subprocess.run([self.pg_config, "--includedir"], check=True,
                                 capture_output=True, text=True).stdout.strip()
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", f"-I{include}", os.path.join(HERE, "load.c"),
                        "-o", self.load_program, "-lpq", "-lcrypto", "-lm"], check=True)
        if not os.path.isdir(os.path.join(BUILD, "node_modules", "dynalite")):
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", BUILD,
                            "amplify-dynamodb-simulator", "dynalite"],
                           check=True, stdout=subprocess.DEVNULL)

    def spawn(self, what, port, command, **more):
        log_file = open(os.path.join(BUILD, what + ".log"), "w")
        process = subprocess.Popen(command, stdout=log_file, stderr=subprocess.STDOUT, **more)
        self.processes.append(process)
        wait_for_port(port, process, what)
        return process

    def start(self):
        memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        self.cluster = Cluster(self.bindir)
        self.cluster.start(memory_mb)
        self.cluster.sql("CREATE DATABASE bench", "postgres")
        self.cluster.sql("CREATE EXTENSION dynamo")
        self.cluster.sql(f"SELECT dynamo.create_access_key('bench', '{KEY['access']}', '{KEY['secret']}')")
        subprocess.run([os.path.join(self.bindir, "pgbench"), "-i", "-q", "-s", "10",
                        self.cluster.conninfo()], check=True, capture_output=True)
        self.cluster.sql("CREATE TABLE bench_jsonb (pk text, sk text, doc jsonb, PRIMARY KEY (pk, sk))")

        self.ports = {"bridge": free_port(), "local": free_port(), "dynalite": free_port()}
        self.start_bridge()
        simulator = os.path.join(BUILD, "node_modules", "amplify-dynamodb-simulator", "emulator")
        self.spawn("local", self.ports["local"],
                   ["java", "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", "-inMemory",
                    "-sharedDb", "-disableTelemetry", "-port", str(self.ports["local"])], cwd=simulator)
        self.spawn("dynalite", self.ports["dynalite"],
                   ["node", os.path.join(BUILD, "node_modules", "dynalite", "cli.js"),
                    "--port", str(self.ports["dynalite"]), "--createTableMs", "0"])

    def start_bridge(self):
        self.bridge = self.spawn("bridge", self.ports["bridge"],
                                 [os.path.join(self.bindir, "dynamo-bridge"), "--port", str(self.ports["bridge"]),
                                  "--database", self.cluster.conninfo()])

    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(30)
        if hasattr(self, "cluster"):
            self.cluster.pg_ctl("stop")

    # ---- one measurement ----

    def load(self, contender, work, connections=16, seconds=1.0, items=None, table=TABLE, zipf=0.0, size=400):
        command = [self.load_program, "--work", work, "--connections", str(connections),
                   "--seconds", str(seconds), "--items", str(items or self.options.items),
                   "--item-bytes", str(size), "--zipf", str(zipf), "--table", table]
        if contender in self.ports:
            command += ["--driver", "http", "--port", str(self.ports[contender]),
                        "--access-key", KEY["access"], "--secret-key", KEY["secret"]]
        else:
            command += ["--driver", contender, "--conninfo", self.cluster.conninfo()]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in (0, 3):
            raise SystemExit(f"bench: {contender} {work}: {done.stderr}")
        result = json.loads(done.stdout)
        if result["errors"]:
            log(f"{contender} {work}: {result['errors']} errors: {done.stderr.strip()[:200]}")
        return result

    def pgbench(self, connections, seconds):
        done = subprocess.run([os.path.join(self.bindir, "pgbench"), "-n", "-S", "-M", "prepared",
                               "-c", str(connections), "-j", "2", "-T", str(max(1, round(seconds))),
                               self.cluster.conninfo()], check=True, capture_output=True, text=True)
        for line in done.stdout.splitlines():
            if line.startswith("tps = "):
                return {"per_second": float(line.split()[2]), "p50_us": 0, "p99_us": 0, "errors": 0}
        raise SystemExit("bench: pgbench printed no figure")

    def measure(self, contender, work, setting, connections, **more):
        seconds = self.options.seconds
        result = (self.pgbench(connections, seconds) if contender == "pgbench" else
                  self.load(contender, work, connections, seconds, **more))
        result.update(contender=contender, work=work, setting=setting, connections=connections, **more)
        self.figures.append(result)
        return result

    def median(self, contender, work, setting, connections=None, column="per_second", **more):
        """The median over the rounds at the given, else at the best, number of connections."""
        by_connections = {}
        for f in self.figures:
            if (f["contender"], f["work"], f["setting"]) == (contender, work, setting) and \
                    all(f.get(k) == v for k, v in more.items()):
                by_connections.setdefault(f["connections"], []).append(f[column])
        if connections is not None:
            by_connections = {connections: by_connections.get(connections, [])}
        medians = [statistics.median(v) for v in by_connections.values() if v]
        return max(medians) if medians else None

    # ---- parts ----

    def create_table(self, contender, name=TABLE, gsis=0):
        request = {
            "TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": a, "AttributeType": "S"} for a in ("pk", "sk")],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        }
        if gsis:
            request["AttributeDefinitions"].append({"AttributeName": "name", "AttributeType": "S"})
            request["GlobalSecondaryIndexes"] = [
                {"IndexName": f"by_name_{i}", "Projection": {"ProjectionType": "KEYS_ONLY"},
                 "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"},
                               {"AttributeName": "sk" if i % 2 else "pk", "KeyType": "RANGE"}]}
                for i in range(gsis)]
        if contender == "sql":
            self.cluster.sql(f"SELECT dynamo.create_table('{json.dumps(request)}')")
            return
        call = urllib.request.Request(
            f"http://127.0.0.1:{self.ports[contender]}/", json.dumps(request).encode(),
            {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.CreateTable",
             "Authorization": f"AWS4-HMAC-SHA256 Credential={KEY['access']}/20260101/us-east-1/dynamodb/aws4_request, "
                              "SignedHeaders=host, Signature=0", "X-Amz-Date": "20260101T000000Z"})
        urllib.request.urlopen(call).read()
        time.sleep(1)

    def fill(self):
        small = self.options.emulator_items
        log(f"loading {self.options.items} items, {small} into each emulator")
        self.create_table("sql")
        self.load("sql", "load", 8)
        self.load("jsonb", "load", 8)
        for emulator in ("local", "dynalite"):
            self.create_table(emulator)
            self.load(emulator, "load", 4, items=small)
        self.cluster.sql("VACUUM ANALYZE")
        self.cluster.sql("CHECKPOINT")

    def run_matrix(self):
        o = self.options
        works = {
            "get": ["pgbench", "jsonb", "sql", "bridge", "local", "dynalite"],
            "put": ["jsonb", "sql", "bridge", "local", "dynalite"],
            "update": ["jsonb", "sql", "bridge", "local", "dynalite"],
            "query": ["jsonb", "sql", "bridge", "local", "dynalite"],
            "batchget": ["sql", "bridge", "local", "dynalite"],
            "transact": ["sql", "bridge", "local"],
            "mix": ["jsonb", "sql", "bridge", "local", "dynalite"],
        }
        writes = {"put", "update", "transact", "mix"}
        for setting in ("durable", "async"):
            self.cluster.durable(setting == "durable")
            for work, contenders in works.items():
                if setting == "async" and work not in writes:
                    continue
                for number in range(o.rounds):
                    for connections in o.connections:
                        for contender in contenders:
                            more = {"items": o.emulator_items} if contender in ("local", "dynalite") else {}
                            self.measure(contender, work, setting, connections, **more)
                log(f"{setting} {work}: " + ", ".join(
                    f"{c} {self.median(c, work, setting):.0f}/s" for c in contenders))
        self.cluster.durable(True)
        for number in range(o.rounds):
            for contender in ("jsonb", "sql", "bridge"):
                for work in ("get", "put"):
                    self.measure(contender, work, "zipf", 16, zipf=1.1)

    def run_cold(self):
        """Query of a collection when nothing is in memory; needs root to drop the kernel's cache."""
        if os.geteuid() != 0:
            log("cold runs need root: skipped")
            return
        for number in range(self.options.rounds):
            for contender in ("jsonb", "sql"):
                self.cluster.pg_ctl("stop")
                subprocess.run(["sync"], check=True)
                with open("/proc/sys/vm/drop_caches", "w") as f:
                    f.write("3\n")
                self.cluster.pg_ctl("start")
                result = self.load(contender, "query", 1, min(1.0, self.options.seconds))
                result.update(contender=contender, work="query", setting="cold", connections=1)
                self.figures.append(result)

    def run_growth(self):
        """GetItem and PutItem as tables grow, and as indexes are added."""
        for n in self.options.growth:
            name = f"Growth{n}"
            self.create_table("sql", name)
            self.load("sql", "load", 8, items=n, table=name)
        for gsis in (0, 1, 5):
            name = f"Indexed{gsis}"
            self.create_table("sql", name, gsis)
            self.load("sql", "load", 8, items=10000, table=name)
        self.cluster.sql("VACUUM ANALYZE")
        for number in range(self.options.rounds):
            for n in self.options.growth:
                for work in ("get", "put"):
                    self.measure("sql", work, "growth", 8, items=n, table=f"Growth{n}")
            for gsis in (0, 1, 5):
                for work in ("put", "update"):
                    self.measure("sql", work, "gsis", 8, items=10000, table=f"Indexed{gsis}")

    def bytes_per_item(self):
        """Loaded fresh and vacuumed; table, toast and indexes."""
        n = min(self.options.items, 100000)
        self.create_table("sql", "Size")
        self.load("sql", "load", 8, items=n, table="Size")
        self.cluster.sql("CREATE TABLE bench_size (pk text, sk text, doc jsonb, PRIMARY KEY (pk, sk))")
        self.cluster.sql("INSERT INTO bench_size SELECT * FROM bench_jsonb ORDER BY pk, sk LIMIT %d" % n)
        self.cluster.sql("VACUUM FULL bench_size")
        self.cluster.sql('VACUUM FULL dynamo_data."Size"')
        ours = float(self.cluster.sql("SELECT pg_total_relation_size('dynamo_data.\"Size\"')"))
        theirs = float(self.cluster.sql("SELECT pg_total_relation_size('bench_size')"))
        return ours / n, theirs / n

    def bridge_memory(self, connections):
        """Resident MB of the bridge with so many idle connections."""
        sockets = []
        try:
            for _ in range(connections):
                sockets.append(socket.create_connection(("127.0.0.1", self.ports["bridge"])))
            time.sleep(1)
            with open(f"/proc/{self.bridge.pid}/status") as f:
                for line in f:
                    if line.startswith("VmRSS:"):
                        return int(line.split()[1]) / 1024
        finally:
            for s in sockets:
                s.close()

    # ---- report ----

    def report(self, sizes, memory):
        lines = ["# Figures", "",
                 f"Written by `make bench` on {time.strftime('%Y-%m-%d')}. Operations per second, medians of "
                 f"{self.options.rounds} rounds of {self.options.seconds:g} s, all contenders in turn on one machine: "
                 f"{os.cpu_count()} cores, {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB, "
                 f"{platform.system()} {platform.release()}, "
                 f"{self.cluster.sql('SHOW server_version')}. {self.options.items} items of 400 B in collections of 100 "
                 f"({self.options.emulator_items} in DynamoDB Local and dynalite, which are held in memory). "
                 "Only ratios within one run mean anything.", ""]
        for setting in ("durable", "async"):
            lines += [f"## {'synchronous_commit on' if setting == 'durable' else 'synchronous_commit off'}", "",
                      "| work | contender | " + " | ".join(f"{c} connections" for c in self.options.connections) +
                      " | p99 ms at the last |", "| --- | --- |" + " ---: |" * (len(self.options.connections) + 1)]
            seen = []
            for f in self.figures:
                key = (f["work"], f["contender"])
                if f["setting"] != setting or key in seen:
                    continue
                seen.append(key)
            for work, contender in sorted(seen, key=lambda k: [f["work"] for f in self.figures].index(k[0])):
                cells = [f"{self.median(contender, work, setting, c):,.0f}" for c in self.options.connections]
                p99 = self.median(contender, work, setting, self.options.connections[-1], "p99_us") / 1000
                lines.append(f"| {work} | {contender} | " + " | ".join(cells) +
                             (f" | {p99:.2f} |" if p99 else " | |"))
            lines.append("")
        lines += ["## Ratios", "", "At the best number of connections of each.", "",
                  "| work | ratio | measured | goal |", "| --- | --- | ---: | ---: |"]
        for work, fast, slow, goal, setting in GOALS:
            a = self.median(fast, work, setting)
            b = self.median(slow, "get" if slow == "pgbench" else work, "durable" if slow == "pgbench" else setting)
            if a and b:
                lines.append(f"| {work} ({setting}) | {fast} / {slow} | {a / b:.2f} | {goal} |")
        cold = [self.median(c, "query", "cold") for c in ("sql", "jsonb")]
        if all(cold):
            lines.append(f"| query (cold) | sql / jsonb | {cold[0] / cold[1]:.2f} | 5 |")
        if sizes:
            lines.append(f"| bytes on disk per item | sql / jsonb ({sizes[0]:.0f} / {sizes[1]:.0f}) | "
                         f"{sizes[0] / sizes[1]:.2f} | 0.9 or less |")
        growth = [self.median("sql", "get", "growth", items=n) for n in self.options.growth]
        if all(growth) and len(growth) > 1:
            lines.append(f"| get time, {self.options.growth[-1]} against {self.options.growth[0]} items | | "
                         f"{growth[0] / growth[-1]:.2f} | 1.3 or less |")
        if memory:
            lines.append(f"| bridge, MB with 5,000 idle connections | | {memory:.0f} | under 100 |")
        lines += ["", "## Growth", "", "| table | work | per second |", "| --- | --- | ---: |"]
        for setting in ("growth", "gsis"):
            for table, work in dict.fromkeys((f["table"], f["work"]) for f in self.figures if f["setting"] == setting):
                lines.append(f"| {table} | {work} | {self.median('sql', work, setting, table=table):,.0f} |")
        for contender in ("jsonb", "sql", "bridge"):
            for work in ("get", "put"):
                m = self.median(contender, work, "zipf")
                if m:
                    lines.append(f"| {contender}, zipfian keys | {work} | {m:,.0f} |")
        text = "\n".join(lines) + "\n"
        for name, content in (("results.md", text), ("results.svg", self.plot()),
                              ("results.json", json.dumps(self.figures, indent=1) + "\n")):
            with open(os.path.join(self.options.output, name), "w") as f:
                f.write(content)
        print(text)

    def plot(self):
        """Throughput and p99 of GetItem and PutItem by concurrency, four panels."""
        colours = {"pgbench": "#888888", "jsonb": "#b8860b", "sql": "#1f77b4", "bridge": "#d62728",
                   "local": "#2ca02c", "dynalite": "#9467bd"}
        connections = self.options.connections
        out = ['<svg xmlns="http://www.w3.org/2000/svg" width="960" height="720" font-family="sans-serif" '
               'font-size="12"><rect width="960" height="720" fill="white"/>']
        panels = [("get", "per_second", "GetItem, operations/s"), ("get", "p99_us", "GetItem, p99 in ms"),
                  ("put", "per_second", "PutItem (durable), operations/s"), ("put", "p99_us", "PutItem, p99 in ms")]
        for number, (work, column, title) in enumerate(panels):
            x0, y0 = 70 + number % 2 * 470, 50 + number // 2 * 340
            width, height = 300, 240
            series = {}
            for contender in colours:
                points = [self.median(contender, work, "durable", c, column) for c in connections]
                if any(points):
                    series[contender] = [(p or 0) / (1000 if column == "p99_us" else 1) for p in points]
            top = max((max(v) for v in series.values()), default=1) * 1.05 or 1
            out.append(f'<text x="{x0}" y="{y0 - 12}" font-weight="bold">{title}</text>'
                       f'<path d="M{x0} {y0}V{y0 + height}H{x0 + width}" fill="none" stroke="black"/>')
            for tick in range(5):
                y = y0 + height - height * tick / 4
                out.append(f'<text x="{x0 - 6}" y="{y + 4}" text-anchor="end">{top * tick / 4:,.4g}</text>')
            step = width / max(1, len(connections) - 1)
            for i, c in enumerate(connections):
                out.append(f'<text x="{x0 + i * step}" y="{y0 + height + 16}" text-anchor="middle">{c}</text>')
            for i, (contender, values) in enumerate(series.items()):
                points = " ".join(f"{x0 + k * step:.1f},{y0 + height - height * v / top:.1f}"
                                  for k, v in enumerate(values))
                out.append(f'<polyline points="{points}" fill="none" stroke="{colours[contender]}" stroke-width="2"/>'
                           f'<text x="{x0 + width + 8}" y="{y0 + 14 + i * 16}" fill="{colours[contender]}">{contender}</text>')
        out.append("</svg>\n")
        return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small and short: shows that it works, measures nothing")
    parser.add_argument("--items", type=int, default=1000000)
    parser.add_argument("--emulator-items", type=int, default=20000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=lambda s: [int(c) for c in s.split(",")], default=[1, 16, 64])
    parser.add_argument("--growth", type=lambda s: [int(c) for c in s.split(",")],
                        default=[10000, 100000, 1000000, 5000000])
    parser.add_argument("--output", default=HERE)
    options = parser.parse_args()
    if options.quick:
        options.items, options.emulator_items, options.rounds, options.seconds = 2000, 500, 1, 0.3
        options.growth, options.connections, options.output = [1000, 2000], [1, 8], BUILD
    bench = Bench(options)
    try:
        bench.build()
        bench.start()
        bench.fill()
        bench.run_matrix()
        memory = bench.bridge_memory(100 if options.quick else 5000)
        sizes = bench.bytes_per_item()
        bench.run_growth()
        bench.run_cold()
        bench.report(sizes, memory)
    finally:
        bench.stop()


if __name__ == "__main__":
    main()
