"""
servers.py
    What a benchmark starts: a Postgres cluster of its own, dynamo-bridge,
    DynamoDB Local and dynalite; and what it knows of the machine.

Every process is told by the kernel to end when the benchmark does, however
that ends (PR_SET_PDEATHSIG), so nothing is left behind.
"""

import ctypes
import json
import os
import platform
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
import zlib

KEY = {"access": "AKIDBENCH", "secret": "benchsecret"}
SIMULATOR = "amplify-dynamodb-simulator@2.9.30"
DYNALITE = "dynalite@4.0.0"


class Failure(Exception):
    """The benchmark cannot go on."""


def free_port():
    """A port below those that outgoing connections get: one of them could take
    it before the server listens."""
    while True:
        with socket.socket() as s:
            try:
                port = random.randrange(15000, 32000)
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def die_with_parent(how):
    """For preexec_fn: this process gets the signal when its parent dies."""
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(1, how)


def spawn(command, log, how=signal.SIGTERM, **more):
    with open(log, "a") as out:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                preexec_fn=die_with_parent(how), **more)


def end(process, how=signal.SIGTERM):
    if process.poll() is None:
        process.send_signal(how)
        process.wait(120)


def wait_for_port(port, process, what):
    for _ in range(600):
        if process.poll() is not None:
            raise Failure(f"{what} ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise Failure(f"{what} did not start")


def processes_below(root):
    """The process and all below it."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as f:
                    parents[int(name)] = int(f.read().rpartition(")")[2].split()[1])
            except OSError:
                pass
    found = {root}
    while True:
        more = {p for p, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def cpu_seconds(root):
    """CPU time of each process at and below root."""
    times = {}
    for pid in processes_below(root):
        try:
            times[pid] = time.clock_gettime((~pid << 3) | 2)    # clock_getcpuclockid(3)
        except OSError:
            pass
    return times


def http_answer(body):
    """An answer of DynamoDB with this body, as long as the bridge's."""
    return "\r\n".join(["HTTP/1.1 200 OK", "Server: Server", "Date: Thu, 01 Jan 2026 00:00:00 GMT",
                        "Content-Type: application/x-amz-json-1.0", f"Content-Length: {len(body.encode())}",
                        "Connection: keep-alive", "x-amzn-RequestId: " + "A" * 52,
                        f"x-amz-crc32: {zlib.crc32(body.encode())}", "", body])


class HugePages:
    """
    Huge pages of the kernel for shared buffers, if this process may reserve
    them.  Without, each new connection meets a page fault for every small page
    of the buffers that it touches for the first time, and short runs measure
    that.
    """

    RESERVED = "/proc/sys/vm/nr_hugepages"
    # The kernel makes room bit by bit, and what has just ended gives its memory back a moment later.
    ATTEMPTS = 30

    def __init__(self):
        self.before = None

    def reserve(self, pages):
        """Room for so many more; False if it is not to be had."""
        try:
            self.before = int(self.read(self.RESERVED))
            for attempt in range(self.ATTEMPTS):
                # The number counts neither all pages in use nor those promised.
                self.set(int(self.read(self.RESERVED)) + max(0, pages - self.free()))
                if self.free() >= pages:
                    break
                if attempt > 0:
                    # What files have left in memory lies between the free pages.
                    for setting, value in (("drop_caches", 3), ("compact_memory", 1)):
                        with open("/proc/sys/vm/" + setting, "w") as f:
                            f.write(f"{value}\n")
                    time.sleep(1)
        except (OSError, ValueError):
            pass
        if self.before is None or self.free() < pages:
            self.give_back()
            return False
        return True

    def give_back(self):
        if self.before is not None:
            try:
                self.set(self.before)
            except OSError:
                pass
            self.before = None

    def set(self, pages):
        with open(self.RESERVED, "w") as f:
            f.write(str(pages))

    @staticmethod
    def read(path):
        with open(path) as f:
            return f.read()

    def free(self):
        """Those that nobody uses or has been promised."""
        facts = dict(line.split(":") for line in self.read("/proc/meminfo").splitlines())
        return int(facts["HugePages_Free"]) - int(facts["HugePages_Rsvd"])


class Autogroups:
    """
    The kernel's groups of processes by session, switched off if this process
    may.  Each backend has one of its own, and with many busy ones the kernel
    leaves one of them without a processor for a second now and then, in the
    middle of its transaction.
    """

    SETTING = "/proc/sys/kernel/sched_autogroup_enabled"

    def __init__(self):
        self.before = None
        self.state = "unknown"
        try:
            with open(self.SETTING) as f:
                before = f.read().strip()
            self.state = "off" if before == "0" else "on"
            if before != "0":
                self.set("0")
                self.before = before
                self.state = "off"
        except OSError:
            pass

    def give_back(self):
        if self.before is not None:
            self.set(self.before)
            self.before = None

    def set(self, value):
        with open(self.SETTING, "w") as f:
            f.write(value)


class Cluster:
    """A Postgres cluster of its own, under an unprivileged user."""

    def __init__(self, directory, bindir, shared_buffers_mb):
        self.directory = directory
        self.bindir = bindir
        self.data = os.path.join(directory, "data")
        self.port = free_port()
        self.postmaster = None
        self.synchronous = "on"
        self.as_user = {}
        shutil.rmtree(self.data, ignore_errors=True)
        os.makedirs(self.data, mode=0o700)
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            self.as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.data, user.pw_uid, user.pw_gid)
        # The path of a socket may have 107 bytes only.
        self.sockets = self.data
        if len(os.fsencode(self.data)) > 90:
            self.sockets = tempfile.mkdtemp(prefix="dynamo-bench-")
            if self.as_user:
                os.chown(self.sockets, user.pw_uid, user.pw_gid)
        # What is not here is Postgres' default, fsync and full_page_writes among it.
        self.settings = {
            "listen_addresses": "", "unix_socket_directories": self.sockets, "port": str(self.port),
            "shared_preload_libraries": "dynamo", "max_connections": "200", "shared_buffers": f"{shared_buffers_mb}MB",
            "max_wal_size": "48GB", "checkpoint_timeout": "1h", "autovacuum": "off",
            "default_toast_compression": "lz4", "jit": "off",
        }
        done = subprocess.run([os.path.join(bindir, "initdb"), "-D", self.data, "-U", "postgres", "-A", "trust",
                               "-E", "UTF8", "--no-locale", "--no-sync"],
                              cwd=directory, capture_output=True, text=True, **self.as_user)
        if done.returncode:
            raise Failure(f"initdb: {done.stderr}{done.stdout}")
        self.write_settings(self.settings)
        self.autogroups = Autogroups()
        self.huge_pages = HugePages()
        wanted = subprocess.run([os.path.join(bindir, "postgres"), "-D", self.data,
                                 "-C", "shared_memory_size_in_huge_pages"], cwd=directory, check=True,
                                capture_output=True, text=True, **self.as_user).stdout
        self.settings["huge_pages"] = "on" if int(wanted) > 0 and self.huge_pages.reserve(int(wanted)) else "off"
        self.write_settings({"huge_pages": self.settings["huge_pages"]})

    def write_settings(self, settings):
        with open(os.path.join(self.data, "postgresql.auto.conf"), "a") as f:
            for name, value in settings.items():
                f.write(f"{name} = '{value}'\n")

    def start(self):
        self.postmaster = spawn([os.path.join(self.bindir, "postgres"), "-D", self.data],
                                os.path.join(self.directory, "postgres.log"), signal.SIGINT,
                                cwd=self.directory, **self.as_user)
        for _ in range(1200):
            if self.postmaster.poll() is not None:
                raise Failure(f"Postgres ended: see {self.directory}/postgres.log")
            if subprocess.run([os.path.join(self.bindir, "pg_isready"), "-q", "-d", self.conninfo("postgres")],
                              check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise Failure("Postgres did not start")

    def stop(self):
        if self.postmaster:
            end(self.postmaster, signal.SIGINT)

    def remove(self):
        self.stop()
        self.huge_pages.give_back()
        self.autogroups.give_back()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def conninfo(self, database="bench"):
        return f"host={self.sockets} port={self.port} user=postgres dbname={database}"

    def sql(self, text, database="bench"):
        done = subprocess.run([os.path.join(self.bindir, "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1",
                               "-d", self.conninfo(database)], input=text, capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"{text[:200]}: {done.stderr}")
        return done.stdout.strip()

    def synchronous_commit(self, value):
        """For sessions that begin from now on, and for those that wait for a request."""
        if value == self.synchronous:
            return
        self.synchronous = value
        self.sql(f"ALTER SYSTEM SET synchronous_commit = {value}")
        self.sql("SELECT pg_reload_conf()")
        for _ in range(100):
            if self.sql("SHOW synchronous_commit") == value:
                break
            time.sleep(0.05)
        time.sleep(0.2)

    def prewarm(self, tables):
        """Everything of these tables into shared buffers, as far as it goes."""
        for table in tables:
            self.sql(f"""SELECT pg_prewarm(c.oid) FROM pg_class AS c WHERE c.relkind IN ('r', 't', 'i') AND (
                c.oid IN (SELECT indexrelid FROM pg_index JOIN pg_class AS t ON t.oid = indrelid
                          WHERE '{table}'::regclass IN (indrelid, (SELECT oid FROM pg_class WHERE reltoastrelid = indrelid)))
                OR c.oid = (SELECT reltoastrelid FROM pg_class WHERE oid = '{table}'::regclass)
                OR c.oid = '{table}'::regclass)""")

    def cold_start(self):
        """Restarts with nothing in memory; returns how the kernel's cache was emptied."""
        self.stop()
        os.sync()
        try:
            with open("/proc/sys/vm/drop_caches", "w") as f:
                f.write("3\n")
            how = "server restarted, kernel cache emptied through /proc/sys/vm/drop_caches"
        except OSError:
            for folder, _, files in os.walk(os.path.join(self.data, "base")):
                for name in files:
                    fd = os.open(os.path.join(folder, name), os.O_RDONLY)
                    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
                    os.close(fd)
            how = "server restarted, its files dropped from the kernel cache with posix_fadvise (drop_caches needs root)"
        self.start()
        return how


class Emulators:
    """DynamoDB Local and dynalite, in memory."""

    def __init__(self, directory):
        self.directory = directory
        self.ports = {}
        self.processes = {}

    def install(self):
        stamp = os.path.join(self.directory, "node_modules", ".dynamo-bench")
        wanted = f"{SIMULATOR} {DYNALITE}\n"
        if os.path.exists(stamp) and open(stamp).read() == wanted:
            return
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-save", "--prefix", self.directory,
                               SIMULATOR, DYNALITE], capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"npm install: {done.stderr}")
        with open(stamp, "w") as f:
            f.write(wanted)

    def start(self):
        modules = os.path.join(self.directory, "node_modules")
        self.ports = {"local": free_port(), "dynalite": free_port()}
        self.processes["local"] = spawn(
            ["java", "-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb", "-disableTelemetry",
             "-port", str(self.ports["local"])],
            os.path.join(self.directory, "local.log"), cwd=os.path.join(modules, "amplify-dynamodb-simulator", "emulator"))
        self.processes["dynalite"] = spawn(
            ["node", os.path.join(modules, "dynalite", "cli.js"), "--port", str(self.ports["dynalite"]),
             "--createTableMs", "0", "--deleteTableMs", "0"],
            os.path.join(self.directory, "dynalite.log"))
        for name, process in self.processes.items():
            wait_for_port(self.ports[name], process, name)

    def call(self, name, operation, request):
        """They want the form of a signature only."""
        call = urllib.request.Request(
            f"http://127.0.0.1:{self.ports[name]}/", json.dumps(request).encode(),
            {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"DynamoDB_20120810.{operation}",
             "Authorization": f"AWS4-HMAC-SHA256 Credential={KEY['access']}/20260101/us-east-1/dynamodb/aws4_request, "
                              "SignedHeaders=host, Signature=0", "X-Amz-Date": "20260101T000000Z"})
        return json.load(urllib.request.urlopen(call, timeout=60))

    def create_table(self, name, request):
        self.call(name, "CreateTable", request)
        for _ in range(200):
            if self.call(name, "DescribeTable",
                         {"TableName": request["TableName"]})["Table"]["TableStatus"] == "ACTIVE":
                return
            time.sleep(0.05)
        raise Failure(f"{name}: the table does not become active")

    def stop(self):
        for process in self.processes.values():
            end(process)


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        return (done.stdout or done.stderr).splitlines()[0].strip()
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return "?"


def file_system_of(path):
    """Device and type of the file system that holds path."""
    best = ("", "?", "?")
    with open("/proc/mounts") as f:
        for line in f:
            device, mount, kind = line.split()[:3]
            if os.path.realpath(path).startswith(mount) and len(mount) >= len(best[0]):
                best = (mount, device, kind)
    return f"{best[2]} on {best[1]}"


def in_use():
    """The part of all processors' time that is not idle."""
    def times():
        with open("/proc/stat") as f:
            values = [int(v) for v in f.readline().split()[1:9]]
        return values[3] + values[4], sum(values)   # idle and iowait; all
    idle, total = times()
    time.sleep(2)
    idle_after, total_after = times()
    return 1 - (idle_after - idle) / (total_after - total)


def machine(directory, top, cluster, emulators):
    """What somebody needs to know who compares figures: names and values."""
    cpu = "?"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with open("/proc/cpuinfo") as f:
        virtual = "hypervisor" in f.read()
    facts = {
        "dynamo": first_line("git", "-C", top, "describe", "--always", "--dirty"),
        "processors": f"{os.cpu_count()} x {cpu}{', a virtual machine' if virtual else ''}",
        "memory": f"{memory:.0f} GiB",
        "disk": file_system_of(directory),
        "system": f"{platform.system()} {platform.release()}, autogroups {cluster.autogroups.state}",
        "Postgres": cluster.sql("SHOW server_version"),
        "settings": ", ".join(f"{k} = {v}" for k, v in cluster.settings.items()
                              if k not in ("listen_addresses", "unix_socket_directories", "port")),
        "in use before the start": f"{in_use():.0%} of the processors, for two seconds",
    }
    if emulators:
        facts["emulators"] = (f"{SIMULATOR} (DynamoDB Local, {first_line('java', '-version')}), "
                              f"{DYNALITE} (node {first_line('node', '--version')})")
    return facts
