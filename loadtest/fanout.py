#!/usr/bin/env python3
"""Fan-out to many WebSocket clients, measured for marketd and for Bun in turn. See loadtest/README.md.

marketd is fed by the scripted venue through its real feed path; Bun gets messages of the same length from wspub, and so
does a bare loop of writes, the floor, which no server can get below. The server runs alone on core 0, the load generator and the publisher on core 1. Each run has a fresh server. Latency is
from the time at which a message was due to after the client's read.

usage: WSFAN=.../wsfan WSPUB=.../wspub loadtest/fanout.py [--rounds 3] [--only S1,S5] [--peers marketd,bun,floor]
"""

import argparse
import datetime
import itertools
import json
import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace

HERE = os.path.dirname(os.path.abspath(__file__))
SERVER_CORE, LOAD_CORE = "0", "1"
DESCRIPTORS = 25_000
# What a client costs marketd, and what it needs besides.
DESCRIPTORS_PER_CLIENT, DESCRIPTORS_SPARE = 1, 100
WARMUP_S = 2
# The publisher outlives the window by this much, so that the window's end is under load too.
TAIL_S = 2
PUBLISHER_NICE = -10
READY_WITHIN_S = 60
# A step of a ramp has passed when this share of its messages was delivered, this fast.
RAMP_DELIVERED, RAMP_P99_MS = 0.98, 100
RAMP_STEP_S = 2


PEERS = ("marketd", "bun", "floor")
# marketd's face of Binance, to be compared with marketd; not part of a run that does not name it.
EXTRA_PEERS = ("face",)


@dataclass(frozen=True)
class Scenario:
    name: str
    what: str
    clients: int
    markets: int
    rate: float  # messages a second over all markets
    window_s: int
    ramp: tuple = (1.0, 1)  # factor, steps
    window_ms: int = 0  # in which messages are gathered into one write
    peers: tuple = PEERS + EXTRA_PEERS
    against: str = ""  # Bun's scenario to compare with, where it is another one


RAMP = (1.3, 18)
SCENARIOS = [
    Scenario("S1", "1,000 clients x 1 market x 100 msg/s", 1_000, 1, 100, 8),
    Scenario("S2", "1,000 clients x 1 market, 100 msg/s x1.3 every 2 s", 1_000, 1, 100, 36, ramp=RAMP),
    Scenario("S4", "10,000 clients x 1 market x 1 msg/s", 10_000, 1, 1, 8),
    Scenario("S5", "200 clients x 50 markets x 20 msg/s each", 200, 50, 1_000, 8),
    Scenario(
        "S5-5ms", "S5 with a window of 5 ms", 200, 50, 1_000, 8, window_ms=5, peers=("marketd", "floor", "face"), against="S5"
    ),
]


class RunFailed(Exception):
    pass


class Children:
    """Processes of one run. Leaving ends them all."""

    def __init__(self, log_dir):
        self.log_dir = log_dir
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(self.running):
            if child.poll() is None:
                child.terminate()
        for child in self.running:
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def start(self, name, core, command, env=None, **pipes):
        log = open(os.path.join(self.log_dir, f"{name}.log"), "wb")
        pipes.setdefault("stdout", log)
        pipes.setdefault("stdin", subprocess.DEVNULL)
        child = subprocess.Popen(["taskset", "-c", core, *command], stderr=log, env=env, **pipes)
        log.close()
        self.running.append(child)
        return child

    def log(self, name):
        with open(os.path.join(self.log_dir, f"{name}.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_for(self, what, child, name, holds, within_s):
        deadline = time.monotonic() + within_s
        while not holds():
            if child.poll() is not None:
                raise RunFailed(f"{name} ended with {child.returncode}: {self.log(name)[-800:]}")
            if time.monotonic() > deadline:
                raise RunFailed(f"{what} did not come within {within_s} s: {self.log(name)[-800:]}")
            time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_bound(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


def is_ready(port):
    # No proxy of the environment may stand between us and the loopback address.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


class Marketd:
    # Counted and timed by trade, also where a frame holds several; the first "ts" is the oldest trade's.
    needle, latency_field = '"trade_id"', "ts"
    subscribe = '{"op":"subscribe","channel":"trades","markets":["bitstamp:M{n}-USD"]}'
    path = "/api/v1/ws?flush_ms={window_ms}"

    def __init__(self, tools):
        self.tools = tools

    def start(self, children, scenario, _length):
        venue, http = free_port(), free_port()
        factor, _ = scenario.ramp
        command = [
            self.tools.venue, "--listen", f"127.0.0.1:{venue}", "--markets", str(scenario.markets),
            "--rate", str(scenario.rate), "--nice", str(PUBLISHER_NICE), "--wait-for-line", "--stay",
        ]  # fmt: skip
        if factor != 1.0:
            command += ["--ramp", f"{factor}:{RAMP_STEP_S}", "--duration", str(scenario.window_s)]
        else:
            command += ["--duration", str(WARMUP_S + scenario.window_s + TAIL_S)]
        publisher = children.start(
            "publisher", LOAD_CORE, command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        children.wait_for("the venue", publisher, "publisher", lambda: is_listening(venue), 10)
        env = {k: v for k, v in os.environ.items() if not k.startswith("MARKETD__")}
        env.update(
            MARKETD__DATA_DIR=os.path.join(children.log_dir, "data"),
            MARKETD__HTTP__BIND=f"127.0.0.1:{http}",
            MARKETD__HTTP__WORKERS="1",
            MARKETD__SESSION__FLUSH_MS=str(scenario.window_ms),
            MARKETD__REPLAY__BUILTIN="false",
            MARKETD__VENUES__SIM__ENABLED="false",
            MARKETD__VENUES__BITSTAMP__ENABLED="true",
            MARKETD__VENUES__BITSTAMP__MARKETS=",".join(f"M{n}-USD" for n in range(scenario.markets)),
            MARKETD__VENUES__BITSTAMP__WS_URL=f"ws://127.0.0.1:{venue}",
            MARKETD__VENUES__BITSTAMP__REST_URL=f"http://127.0.0.1:{venue}",
        )
        server = children.start("server", SERVER_CORE, [self.tools.marketd], env=env)
        children.wait_for("/readyz", server, "server", lambda: is_ready(http), READY_WITHIN_S)
        url = f"ws://127.0.0.1:{http}" + self.path.format(window_ms=scenario.window_ms)

        def publish():
            publisher.stdin.write("go\n")
            publisher.stdin.flush()

        def report():
            return json.loads(publisher.stdout.readline())

        return server, url, publish, report


class Face(Marketd):
    """The same server and the same trades by Binance's protocol: a message a trade."""

    needle, latency_field = '"t":', "T"
    subscribe = '{"method":"SUBSCRIBE","params":["m{n}usd@trade"],"id":{n}}'
    path = "/ws/0?timeUnit=MICROSECOND"


class ByLine:
    """A server that gets its messages from wspub over the line protocol."""

    needle, latency_field = '"seq"', "ts"
    subscribe = '{"topic":"m{n}"}'

    def __init__(self, tools):
        self.tools = tools

    def start(self, children, scenario, length):
        websocket, line = free_port(), free_port()
        server = children.start("server", SERVER_CORE, self.command(scenario, websocket, line))
        children.wait_for("the server", server, "server", lambda: self.listens(websocket, line), READY_WITHIN_S)
        factor, steps = scenario.ramp
        duration = RAMP_STEP_S if factor != 1.0 else WARMUP_S + scenario.window_s + TAIL_S
        command = [
            *self.tools.nice, self.tools.wspub, "--addr", f"127.0.0.1:{line}", "--topics", str(scenario.markets),
            "--rate", str(scenario.rate), "--duration", str(duration), "--ramp", f"{factor}:{steps}",
            "--size", str(length),
        ]  # fmt: skip
        started = []

        def publish():
            started.append(children.start("publisher", LOAD_CORE, command, stdout=subprocess.PIPE, text=True))

        def report():
            return json.loads(started[0].stdout.readline())

        return server, f"ws://127.0.0.1:{websocket}/", publish, report


class Bun(ByLine):
    def command(self, _scenario, websocket, line):
        return [self.tools.bun, os.path.join(HERE, "peers", "bun-pubsub.mjs"), str(websocket), str(line)]

    def listens(self, *ports):
        return all(is_listening(port) for port in ports)


class Floor(ByLine):
    def command(self, scenario, websocket, line):
        return [self.tools.floor, str(websocket), str(line), str(scenario.clients), str(scenario.window_ms)]

    def listens(self, *ports):
        # A connection to see whether it listens would count as a client.
        return all(is_bound(port) for port in ports)


def run(tools, peer, scenario, length, log_dir):
    """One run: wsfan's report, with the publisher's and the steps of a ramp in it."""
    with Children(log_dir) as children:
        server, url, publish, publisher_report = peer.start(children, scenario, length)
        is_ramp = scenario.ramp[0] != 1.0
        command = [
            tools.wsfan, "--url", url, "--clients", str(scenario.clients), "--subscribe", peer.subscribe,
            "--sub-range", f"0..{scenario.markets}", "--latency-field", peer.latency_field,
            "--count-needle", peer.needle, "--server-pid", str(server.pid), "--json", "--interval", "0.5",
            "--warmup", str(0 if is_ramp else WARMUP_S), "--duration", str(scenario.window_s),
            "--rest-us", str(tools.rest_us),
        ]  # fmt: skip
        fan = children.start("wsfan", LOAD_CORE, command, stdout=subprocess.PIPE, text=True)
        children.wait_for("wsfan", fan, "wsfan", lambda: "ready " in children.log("wsfan"), 90)
        publish()
        out, _ = fan.communicate(timeout=scenario.window_s + WARMUP_S + 60)
        if fan.returncode != 0:
            raise RunFailed(f"wsfan ended with {fan.returncode}: {children.log('wsfan')[-800:]}")
        result = json.loads(out)
        published = publisher_report()
        result["publisher"] = published
        check(scenario, result, published, children.log("wsfan"))
        if is_ramp:
            result["steps"] = ramp_steps(scenario, result, published)
        return result


def check(scenario, result, published, log):
    """What would make a figure worthless."""
    failed, disconnects = result["failed"], result["disconnects"]
    if failed or disconnects or result["connected"] != scenario.clients:
        told = f"{result['connected']} of {scenario.clients} clients connected, {failed} failed, {disconnects} lost"
        raise RunFailed(f"{told}: {log[-400:]}")
    if published.get("unread"):
        raise RunFailed(f"{published['unread']} messages of the venue had no reader")
    due = scenario.rate * scenario.clients
    if scenario.ramp[0] == 1.0 and result["messages_per_s"] < RAMP_DELIVERED * due:
        result["warning"] = f"delivered {result['messages_per_s']:.0f}/s of {due:.0f}/s"


def ramp_steps(scenario, result, published):
    """Each step by the generator's buckets that lie wholly in it; its first half second is let pass."""
    steps = []
    bucket_us = 500_000
    for step in published["steps"]:
        begin, end = step["start_us"] + bucket_us, step["start_us"] + RAMP_STEP_S * 1_000_000
        inside = [b for b in result["timeline"] if begin <= b["t_us"] and b["t_us"] + bucket_us <= end]
        if not inside:
            continue
        delivered = sum(b["messages"] for b in inside) / (len(inside) * bucket_us / 1e6)
        worst = max((b["latency"]["p99_ms"] if b["latency"] else float("inf")) for b in inside)
        due = step["rate"] * scenario.clients
        passed = delivered >= RAMP_DELIVERED * due and worst < RAMP_P99_MS
        steps.append({"due": round(due), "delivered": round(delivered), "p99_ms": worst, "passed": passed})
    return steps


def frame_length(tools, log_dir):
    """Length of marketd's frames under this load, which Bun's messages get too."""
    probe = Scenario("probe", "", 10, 1, 100, 2)
    result = run(tools, Marketd(tools), probe, 0, log_dir)
    header = 4
    return round(result["bytes_per_s"] / result["messages_per_s"]) - header


def median(results, *path):
    def value(result):
        for key in path:
            result = (result or {}).get(key) if isinstance(result, dict) else None
        return result

    values = [v for v in map(value, results) if v is not None]
    return statistics.median(values) if values else None


def fastest(result):
    passed = [step["delivered"] for step in result.get("steps", []) if step["passed"]]
    return max(passed, default=0)


def figures(scenario, results):
    """The row of one server: named figures, the first of which is compared."""
    if scenario.ramp[0] != 1.0:
        limit = statistics.median(fastest(result) for result in results)
        open_end = all(result["steps"] and result["steps"][-1]["passed"] for result in results)
        return {"max k/s": limit / 1e3, "ramp ended": "first" if open_end else "after the limit"}
    row = {
        "k/CPU-s": (median(results, "messages_per_server_cpu_s") or 0) / 1e3,
        "k/s": median(results, "messages_per_s") / 1e3,
        "p50 ms": median(results, "latency", "p50_ms"),
        "p99 ms": median(results, "latency", "p99_ms"),
        "CPU %": median(results, "server_cpu_pct"),
        "msg/read": median(results, "messages_per_read"),
        "KiB/conn": median(results, "server_rss_kib_per_conn"),
        "steal %": max(cpu["steal_pct"] for result in results for cpu in result["cpus"]),
    }
    if scenario.name == "S4":
        return {"KiB/conn": row.pop("KiB/conn"), **row}
    return row


def cell(value):
    if value is None:
        return f"{'-':>10}"
    return f"{value:>16}" if isinstance(value, str) else f"{value:>10.1f}"


def section(scenario, runs):
    """One scenario's lines: a row a server, and the ratio of the first figure."""
    rows = {peer: runs[scenario.name, peer] for peer in PEERS + EXTRA_PEERS if (scenario.name, peer) in runs}
    if not rows:
        return []
    shown = {peer: figures(scenario, results) for peer, results in rows.items()}
    names = list(next(iter(shown.values())))
    heads = [f"{name:>16}" if name == "ramp ended" else f"{name:>10}" for name in ["server", *names, "runs"]]
    lines = ["", f"{scenario.name}: {scenario.what}", "".join(heads)]
    for peer, row in shown.items():
        cells = [f"{peer:>10}", *map(cell, row.values()), f"{len(rows[peer]):>10}"]
        lines.append("".join(cells))
    other = runs.get((scenario.against or scenario.name, "bun"))
    if other and "marketd" in shown:
        ratio = shown["marketd"][names[0]] / figures(scenario, other)[names[0]]
        bun = f"Bun in {scenario.against}" if scenario.against else "Bun"
        lines.append(f"  marketd / {bun}, {names[0]}: {ratio:.2f}")
        if "floor" in shown:
            floor = shown["floor"][names[0]] / figures(scenario, other)[names[0]]
            lines.append(f"  floor / {bun}, {names[0]}: {floor:.2f}")
    if {"marketd", "face"} <= shown.keys():
        ratio = shown["face"][names[0]] / shown["marketd"][names[0]]
        lines.append(f"  face / marketd, {names[0]}: {ratio:.2f}")
    lines += [f"  {peer}: {r['warning']}" for peer, results in rows.items() for r in results if "warning" in r]
    return lines


def table(scenarios, runs):
    return "\n".join(line for scenario in scenarios for line in section(scenario, runs))


def find(name, given, *places):
    for place in (given, *places, shutil.which(name)):
        if place and os.access(place, os.X_OK):
            return os.path.abspath(place)
    sys.exit(f"{name} is not there: name its path with --{name} or {name.upper()}=")


def tools_from(flags):
    release = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "..", "target")), "release")
    flags.wsfan = find("wsfan", flags.wsfan)
    flags.marketd = find("marketd", flags.marketd, os.path.join(release, "marketd"))
    flags.venue = find("scripted-venue", flags.venue, os.path.join(release, "scripted-venue"))
    if "floor" in flags.peers:
        flags.floor = find("bare-writes", flags.floor, os.path.join(release, "bare-writes"))
    if {"bun", "floor"} & set(flags.peers):
        flags.wspub = find("wspub", flags.wspub)
    if "bun" in flags.peers:
        flags.bun = find("bun", flags.bun, os.path.join(HERE, "peers", "node_modules", ".bin", "bun"))
    may_raise = subprocess.run(["nice", "-n", str(PUBLISHER_NICE), "true"], stderr=subprocess.PIPE).stderr == b""
    flags.nice = ["nice", "-n", str(PUBLISHER_NICE)] if may_raise else []
    return flags


def allow_descriptors():
    """As many as the system allows; root may go over the hard limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (max(hard, DESCRIPTORS), hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
            break
        except (ValueError, OSError):
            continue
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def fitting(scenario, descriptors):
    """With fewer clients where the server could not hold them all."""
    room = (descriptors - DESCRIPTORS_SPARE) // DESCRIPTORS_PER_CLIENT
    if scenario.clients <= room:
        return scenario
    clients = room // 100 * 100
    print(f"{scenario.name}: {clients} clients, since only {descriptors} descriptors may be open (ulimit -Hn)")
    return replace(scenario, clients=clients, what=f"{scenario.what}, with {clients} clients")


def parse():
    env = os.environ.get
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="scenarios, separated by commas")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--rest-us", type=int, default=0, help="pause of the generator between reads")
    parser.add_argument("--wsfan", default=env("WSFAN"))
    parser.add_argument("--wspub", default=env("WSPUB"))
    parser.add_argument("--bun", default=env("BUN"))
    parser.add_argument("--marketd", default=env("MARKETD"))
    parser.add_argument("--venue", default=env("SCRIPTED_VENUE"))
    parser.add_argument("--floor", default=env("BARE_WRITES"))
    flags = parser.parse_args()
    flags.peers = flags.peers.split(",")
    flags.only = [name for name in flags.only.split(",") if name]
    unknown = set(flags.only) - {scenario.name for scenario in SCENARIOS}
    if unknown or set(flags.peers) - set(PEERS + EXTRA_PEERS):
        named = ", ".join(PEERS + EXTRA_PEERS)
        parser.error("scenarios are " + ", ".join(s.name for s in SCENARIOS) + "; peers are " + named)
    return flags


def one_result(tools, peer, scenario, length, log_dir, path):
    result = run(tools, peer, scenario, length, log_dir)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
    return result


def main():
    # As an exception, so that the children are ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tools = tools_from(parse())
    descriptors = allow_descriptors()
    scenarios = [fitting(s, descriptors) for s in SCENARIOS if not tools.only or s.name in tools.only]
    peers = {"marketd": Marketd(tools), "bun": Bun(tools), "floor": Floor(tools), "face": Face(tools)}
    results_dir = os.path.join(HERE, "results", datetime.datetime.now().strftime("%Y%m%d-%H%M%S"))
    os.makedirs(results_dir)
    runs, failed = {}, []
    with tempfile.TemporaryDirectory(prefix="marketd-fanout-") as log_dir:
        length = frame_length(tools, log_dir)
        print(f"frames of {length} bytes, {tools.rounds} rounds, results in {os.path.relpath(results_dir)}", flush=True)
        for round_no, scenario in itertools.product(range(1, tools.rounds + 1), scenarios):
            for name in (name for name in scenario.peers if name in tools.peers):
                title = f"{scenario.name} {name} round {round_no}"
                path = os.path.join(results_dir, f"{scenario.name}-{name}-{round_no}.json")
                try:
                    result = one_result(tools, peers[name], scenario, length, log_dir, path)
                except (RunFailed, subprocess.TimeoutExpired, ValueError) as error:
                    failed.append(f"{title}: {error}")
                    print(failed[-1], flush=True)
                    continue
                runs.setdefault((scenario.name, name), []).append(result)
                shown = (f"{key} {cell(value).strip()}" for key, value in figures(scenario, [result]).items())
                print(f"{title}: {', '.join(shown)}", flush=True)
    text = table(scenarios, runs)
    print(text)
    with open(os.path.join(results_dir, "table.txt"), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    if failed:
        sys.exit("\n".join(["", "runs that failed:", *failed]))


if __name__ == "__main__":
    main()
