"""
report.py
    Tables and plot of a benchmark's figures.

A figure is a dictionary: what load.c printed (per_second, p50_us, p99_us,
server_cpu_us, ...) and what it is about (part, work, contender, connections,
stem, items, bytes, sync, keys, gsis, round).
"""

import html
import json
import math
import statistics

CONTENDERS = {
    "pgbench": "pgbench -S", "jsonb": "jsonb table", "sql": "SQL functions", "bridge": "bridge, signed",
    "local": "DynamoDB Local", "dynalite": "dynalite", "noop": "no-op HTTP server",
    "pgbench jsonb": "pgbench, jsonb table", "pgbench sql": "pgbench, SQL functions",
}
COLOURS = {"pgbench": "#888888", "jsonb": "#b8860b", "sql": "#1f77b4", "bridge": "#d62728",
           "local": "#2ca02c", "dynalite": "#9467bd", "noop": "#17becf"}
TITLES = {"get": "GetItem", "put": "PutItem", "update": "UpdateItem with condition", "query": "Query of 100",
          "batchget": "BatchGetItem of 100", "transact": "TransactWriteItems of 4", "mix": "GetItem and PutItem, half each"}


def matching(figures, **match):
    return [f for f in figures if all(f.get(k) == v for k, v in match.items())]


def median(figures, column, **match):
    values = [f[column] for f in matching(figures, **match) if f.get(column) is not None]
    return statistics.median(values) if values else None


def best(figures, **match):
    """Median rate and number of connections, where that is highest; None if there is no figure."""
    found = matching(figures, **match)
    rates_at = [(median(found, "per_second", connections=c), c) for c in sorted({f["connections"] for f in found})]
    return max(rates_at) if rates_at else None


def ratio(a, b):
    return a / b if a and b else None


def usual(connections):
    """Where spread, latencies, CPU and ratios are shown: at 16 if it was measured."""
    return 16 if 16 in connections else max(connections)


# ---- the goals ----

def by_round(ours, theirs):
    """The ratio of the rates in each round that both have."""
    found = [{f["round"]: f["per_second"] for f in figures} for figures in (ours, theirs)]
    return [found[0][r] / found[1][r] for r in sorted(found[0].keys() & found[1].keys())]


def goal(rows, work, what, goal_text, reached, value, cpu=None, rounds=()):
    rows.append(f"| {work} | {what} | {goal_text} | " + (
        "not measured | | | |" if value is None else
        f"{value:.2f} | {'' if reached is None else 'yes' if reached(value) else '**no**'} | "
        f"{f'{min(rounds):.2f} to {max(rounds):.2f}' if rounds else ''} | {f'{cpu:.2f}' if cpu else ''} |"))


def rate_goal(rows, figures, work, title, ours, theirs, least):
    """
    ours, theirs: what the figures have to match.  Each at its best number of
    connections.  least: None if that is no goal.
    """
    a, b = best(figures, **ours), best(figures, **theirs)
    cpu = a and b and ratio(median(figures, "server_cpu_us", **{**theirs, "connections": b[1]}),
                            median(figures, "server_cpu_us", **{**ours, "connections": a[1]}))
    what = (f"{CONTENDERS[ours['contender']]} / {CONTENDERS[theirs['contender']]}" +
            (f" ({a[0]:,.0f} at {a[1]} / {b[0]:,.0f} at {b[1]})" if a and b else ""))
    rounds = by_round(matching(figures, **{**ours, "connections": a[1]}),
                      matching(figures, **{**theirs, "connections": b[1]})) if a and b else ()
    goal(rows, title or TITLES[work], what, f"{least} or more" if least else "", (lambda v: v >= least) if least else None,
         a and b and a[0] / b[0], cpu, rounds)


def goals(figures, facts):
    rows = ["| work | ratio (operations per second at connections) | goal | measured | reached | "
            "rounds | the same by CPU of the servers |",
            "| --- | --- | --- | ---: | --- | ---: | ---: |"]

    def compare(work, ours, theirs, least, title=None, our_part="main", their_part=None, **more):
        base = {"work": work, "bytes": 400, **more}
        rate_goal(rows, figures, work, title, {**base, "contender": ours, "part": our_part},
                  {**base, "contender": theirs, "part": their_part or our_part}, least)

    compare("get", "sql", "jsonb", 1.1, "get_item")
    compare("put", "sql", "jsonb", 1.1, "put_item, synchronous_commit off", our_part="async")
    compare("update", "sql", "jsonb", 1.2, "conditional update_item, synchronous_commit off", our_part="async")
    compare("query", "sql", "jsonb", 2, "Query of a collection of 100, warm")
    compare("query", "sql", "jsonb", 5, "Query of a collection of 100, cold", our_part="cold")
    rate_goal(rows, figures, "get", "GetItem at 64 connections",
              {"work": "get", "contender": "bridge", "part": "main", "connections": 64},
              {"work": "get", "contender": "pgbench", "part": "main"}, 0.7)
    compare("put", "bridge", "pgbench sql", 0.9, "PutItem, synchronous_commit on", their_part="pgbench", sync="on")
    rate_goal(rows, figures, "put", "the same, the bridge at 16 connections",
              {"work": "put", "contender": "bridge", "part": "main", "connections": 16},
              {"work": "put", "contender": "pgbench sql", "part": "pgbench", "sync": "on"}, 0.9)
    compare("get", "bridge", "local", 10, "GetItem")
    compare("get", "noop", "local", None, "the most that client and TCP leave")
    compare("put", "bridge", "local", 5, "PutItem, synchronous_commit on")
    sizes = facts.get("sizes", {}).get("400 B, loaded")
    goal(rows, "bytes on disk per item", "item table / jsonb table" + (
        f" ({sizes['sql']['total']:.0f} / {sizes['jsonb']['total']:.0f})" if sizes else ""), "0.9 or less",
        lambda v: v <= 0.9, sizes and sizes["sql"]["total"] / sizes["jsonb"]["total"])
    growth = sorted({f["items"] for f in matching(figures, part="growth", work="get", contender="sql")})
    small, large = ({"part": "growth", "work": "get", "contender": "sql", "items": n} for n in
                    (growth[0], growth[-1])) if growth else ({}, {})
    goal(rows, "time of get_item", f"at {growth[-1]:,} items / at {growth[0]:,}" if growth else "", "1.3 or less",
         lambda v: v <= 1.3,
         ratio(median(figures, "per_second", **small), median(figures, "per_second", **large)) if growth else None,
         ratio(median(figures, "server_cpu_us", **large), median(figures, "server_cpu_us", **small)) if growth else None,
         by_round(matching(figures, **small), matching(figures, **large)) if growth else ())
    memory = facts.get("memory")
    goal(rows, "memory of the bridge", f"MB with {memory['connections']:,} idle connections" if memory else "",
         "under 100", lambda v: v < 100, memory and memory["mb"])
    return rows


# ---- the tables ----

def row_key(f):
    return (f["part"], f["bytes"], f["sync"], f["keys"], f["stem"], f["work"])


def describe(key):
    part, size, sync, keys, stem, work = key
    return f"{part}{' ' + stem if part in ('growth', 'gsis') else ''}, {size} B, {keys}, {sync}"


def number(value, digits=0):
    return "" if value is None else f"{value:,.{digits}f}"


def rates(figures):
    """One row for each work and contender."""
    connections = sorted({f["connections"] for f in figures})
    rows = ["| part, item, keys, synchronous_commit | work | contender | " +
            " | ".join(f"at {c}" for c in connections) +
            " | spread | p50 ms | p99 ms | CPU us | rate / jsonb | CPU, jsonb / this |",
            "| --- | --- | --- |" + " ---: |" * (len(connections) + 6)]
    for key in dict.fromkeys(row_key(f) for f in figures):
        group = [f for f in figures if row_key(f) == key]
        for contender in dict.fromkeys(f["contender"] for f in group):
            of = {"contender": contender}
            at = usual({f["connections"] for f in matching(group, **of)})
            base = {"contender": "pgbench jsonb" if contender.startswith("pgbench ") else "jsonb"}
            values = [f["per_second"] for f in matching(group, connections=at, **of)]
            rate = ratio(median(group, "per_second", connections=at, **of),
                         median(group, "per_second", connections=at, **base))
            cpu = ratio(median(group, "server_cpu_us", connections=at, **base),
                        median(group, "server_cpu_us", connections=at, **of))
            latencies = [median(group, c, connections=at, **of) for c in ("p50_us", "p99_us")]
            rows.append(f"| {describe(key)} | {key[-1]} | {CONTENDERS[contender]} | " +
                        " | ".join(number(median(group, "per_second", connections=c, **of)) for c in connections) +
                        f" | {(max(values) - min(values)) / statistics.median(values):.0%} | " +
                        " | ".join(number(v / 1000 if v is not None else None, 2) for v in latencies) +
                        f" | {number(median(group, 'server_cpu_us', connections=at, **of), 1)} | "
                        f"{number(rate, 2)} | {number(cpu, 2)} |")
    return rows


def latencies(figures):
    """p99 of the main part by connections."""
    main = matching(figures, part="main")
    if not main:
        return []
    connections = sorted({f["connections"] for f in main})
    rows = ["| work | contender | " + " | ".join(f"at {c}" for c in connections) + " |",
            "| --- | --- |" + " ---: |" * len(connections)]
    for work, contender in dict.fromkeys((f["work"], f["contender"]) for f in main):
        of = {"work": work, "contender": contender}
        values = [median(main, "p99_us", connections=c, **of) for c in connections]
        rows.append(f"| {work} | {CONTENDERS[contender]} | " +
                    " | ".join(number(v / 1000 if v is not None else None, 2) for v in values) + " |")
    return rows


def growth(figures, part, column, what):
    """By column (items, gsis), a row for each work: rates as ratios to the jsonb table, and times at both ends."""
    of_part = matching(figures, part=part)
    if not of_part:
        return []
    steps = sorted({f[column] for f in of_part})
    ours = [c for c in ("sql", "bridge") if matching(of_part, contender=c)]
    rows = ["", f"| {what} | " + " | ".join(f"{step:,}" for step in steps) + f" | time at {steps[-1]:,} / at {steps[0]:,} |",
            "| --- |" + " ---: |" * (len(steps) + 1)]
    for work in dict.fromkeys(f["work"] for f in of_part):
        def rate(contender, step):
            return median(of_part, "per_second", work=work, contender=contender, **{column: step})
        cells = [[ratio(rate(c, step), rate("jsonb", step)) for c in ours] for step in steps]
        cells.append([ratio(rate(c, steps[0]), rate(c, steps[-1])) for c in ours + ["jsonb"]])
        rows.append(f"| {work} | " + " | ".join(" / ".join(number(v, 2) or "-" for v in cell) for cell in cells) + " |")
    return rows


def disk(facts):
    rows = ["| item | table | document | heap | toast | indexes | total |", "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for size, by in facts.get("sizes", {}).items():
        for contender in ("jsonb", "sql"):
            rows.append(f"| {size} | {'item table' if contender == 'sql' else 'jsonb table'} | " + " | ".join(
                number(by[contender][c], 1) for c in ("document", "heap", "toast", "index", "total")) + " |")
    return rows


def tables(figures, facts):
    """results.md."""
    options = facts["options"]
    lines = ["# Figures", "",
             f"Written by `make bench` on {facts['date']}, in {facts['minutes']:.0f} minutes. [README.md](README.md) says what is "
             "measured and how to read it. Only ratios within one run mean anything.", ""]
    if not facts["complete"]:
        lines += ["**The run was ended early; what is here is what it had.**", ""]
    if options["quick"]:
        lines += ["**`--quick`: shows that the benchmark works, measures nothing.**", ""]
    lines += ["| machine | |", "| --- | --- |"] + [f"| {k} | {v} |" for k, v in facts["machine"].items()]
    others = [f["others_cpu"] for f in figures if f.get("others_cpu") is not None]
    if others:
        lines.append(f"| CPU that neither servers nor client took | median {statistics.median(others):.1%}, "
                     f"95th percentile {sorted(others)[int(len(others) * 0.95)]:.1%} of the machine "
                     "(the kernel's own threads are in it) |")
    lines.append(f"| run | {options['items']:,} items ({options['emulator_items']:,} in the emulators, a fifth of it "
                 "for items of 4 KB) in collections of 100, loaded in random order; "
                 f"{options['rounds']} rounds of {options['seconds']:g} s, {options['more_rounds']} of cold and of growth's GetItem; "
                 f"emulators warmed for {options['warm_seconds']:g} s of GetItem and of PutItem |")
    if "cold" in facts:
        lines.append(f"| cold | {facts['cold']} |")
    errors = sum(f.get("errors", 0) for f in figures)
    lines.append(f"| errors | {errors:,} of {sum(f.get('operations', 0) for f in figures):,} operations of the load program |")
    lines += ["", "## Goals", ""] + goals(figures, facts)
    lines += ["", "## Rates", "",
              "Operations per second by connections, medians of the rounds. Spread (highest less lowest, of the median), latencies, CPU of the "
              "servers for one operation and the ratios: at 16 connections, or the highest number where 16 was not measured.", ""] + rates(figures)
    grown = growth(figures, "growth", "items", "items") + growth(figures, "gsis", "gsis", f"indexes ({options['gsi_items']:,} items)")
    if grown:
        lines += ["", "## How the cost grows", "",
                  "SQL functions / bridge, at 16 connections with synchronous_commit off: operations per second as ratios to the jsonb table. In the last "
                  "column how many times longer an operation takes at the far end, of the SQL functions / the bridge / the jsonb table."] + grown
    by_connections = latencies(figures)
    if by_connections:
        lines += ["", "## p99, ms, by connections", ""] + by_connections
    cold = {c: median(figures, "blocks_read", part="cold", contender=c) for c in ("jsonb", "sql")}
    if all(cold.values()):
        lines += ["", f"A cold Query read {cold['jsonb']:.1f} blocks of the jsonb table with its index, {cold['sql']:.1f} of the item table."]
    if facts.get("sizes"):
        lines += ["", "## Bytes on disk per item", "", "As loaded by COPY in random order, and after all that was written in the other parts, growth and gsis apart; vacuumed both times. \"document\" is what the item or jsonb value itself takes. DynamoDB counts " + " and ".join(
            f"{by['item']:.0f} bytes for items of {size.partition(',')[0]}" for size, by in facts["sizes"].items()
            if size.endswith("loaded")) + ".", ""] + disk(facts)
    return "\n".join(lines) + "\n"


def figures_as_json(figures, facts):
    return json.dumps(facts, indent=1)[:-2] + ',\n "figures": [\n' + ",\n".join(
        "  " + json.dumps(f) for f in figures) + "\n ]\n}\n"


# ---- the plot ----

class Panel:
    """A diagram over connections, both axes logarithmic."""

    WIDTH, HEIGHT = 330, 190

    def __init__(self, x, y, title, connections, series):
        self.x, self.y, self.title, self.connections, self.series = x, y, title, connections, series
        values = [v for points in series.values() for v in points.values()]
        decade = 10 ** math.floor(math.log10(min(values)))
        self.low = max(decade * step for step in (1, 2, 5) if decade * step <= min(values))
        self.high = max(values) * 1.15

    def place(self, connections, value):
        first, last = math.log(self.connections[0]), math.log(self.connections[-1])
        across = (math.log(connections) - first) / (last - first) if last > first else 0.5
        up = math.log(value / self.low) / math.log(self.high / self.low)
        return self.x + across * self.WIDTH, self.y + (1 - up) * self.HEIGHT

    def svg(self):
        bottom = self.y + self.HEIGHT
        out = [f'<text x="{self.x}" y="{self.y - 10}" font-weight="bold">{self.title}</text>',
               f'<path d="M{self.x} {self.y}V{bottom}H{self.x + self.WIDTH}" fill="none" stroke="black"/>']
        tick = 10 ** math.floor(math.log10(self.low))
        while tick <= self.high:
            for value in (tick, 2 * tick, 5 * tick):
                if self.low <= value <= self.high:
                    y = self.place(self.connections[0], value)[1]
                    out.append(f'<path d="M{self.x} {y:.1f}h{self.WIDTH}" stroke="#dddddd"/>'
                               f'<text x="{self.x - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,.10g}</text>')
            tick *= 10
        for c in self.connections:
            out.append(f'<text x="{self.place(c, self.low)[0]:.1f}" y="{bottom + 16}" text-anchor="middle">{c}</text>')
        for contender, points in self.series.items():
            line = [self.place(c, v) for c, v in sorted(points.items())]
            out.append(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in line)}" fill="none" '
                       f'stroke="{COLOURS[contender]}" stroke-width="2"/>' + "".join(
                           f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[contender]}"/>' for x, y in line))
        return "\n".join(out)


def plot(figures, facts):
    """results.svg: rate and p99 of the main part by connections, a line of panels for each work."""
    main = matching(figures, part="main")
    works = [w for w in TITLES if matching(main, work=w)]
    height = 90 + 260 * len(works)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="920" height="{height}" font-family="sans-serif" font-size="11">'
           f'<rect width="920" height="{height}" fill="white"/>']
    for i, contender in enumerate(c for c in COLOURS if matching(main, contender=c)):
        out.append(f'<text x="{70 + i % 4 * 210}" y="{18 + i // 4 * 18}" font-size="13" fill="{COLOURS[contender]}">&#9679; {CONTENDERS[contender]}</text>')
    for row, work in enumerate(works):
        of_work = matching(main, work=work)
        connections = sorted({f["connections"] for f in of_work})
        for column, (what, title, factor) in enumerate((("per_second", "operations/s", 1), ("p99_us", "p99, ms", 0.001))):
            series = {}
            for contender in COLOURS:
                points = {c: median(of_work, what, contender=contender, connections=c) for c in connections}
                series[contender] = {c: v * factor for c, v in points.items() if v}
            series = {c: points for c, points in series.items() if points}
            if series:
                out.append(Panel(80 + column * 440, 70 + row * 260, f"{TITLES[work]}: {title}, by connections",
                                 connections, series).svg())
    about = " · ".join(facts["machine"][k] for k in ("dynamo", "processors", "memory", "system", "Postgres"))
    out.append(f'<text x="70" y="{height - 10}" fill="#666666">{html.escape(facts["date"] + " · " + about)}</text>')
    return "\n".join(out) + "\n</svg>\n"
