"""Starts the release binary on the shipped recording, asks it for a book, replays, stops it.

usage: smoke.py target/release/marketd
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

READY_WITHIN_S = 30
STOP_WITHIN_S = 10
REPLAY_WITHIN_S = 60
RECORDING = "testdata/binance-spot"
FILES = ["btcusdt_20240808.jsonl.zst", "btcusdt_20240809.jsonl.zst"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url):
    # No proxy of the environment may stand between us and the loopback address.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as response:
        return response.status, response.read()


def wait_until_ready(server, base):
    deadline = time.monotonic() + READY_WITHIN_S
    last = "nothing was tried"
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit(f"marketd exited with {server.returncode} before it was ready")
        try:
            status, _ = get(f"{base}/readyz")
            if status == 200:
                return
            last = f"status {status}"
        except (urllib.error.URLError, OSError) as error:
            last = str(error)
        time.sleep(0.1)
    sys.exit(f"/readyz was not 200 within {READY_WITHIN_S} s: {last}")


def check_book(base):
    status, body = get(f"{base}/api/v1/markets/binance:BTC-USDT/book?depth=10")
    book = json.loads(body)["data"]
    sizes = {side: len(book[side]) for side in ("bids", "asks")}
    if status != 200 or sizes != {"bids": 10, "asks": 10}:
        sys.exit(f"the book at depth 10: status {status}, levels {sizes}")
    print(f"book: best bid {book['bids'][0]}, best ask {book['asks'][0]}")


def check_replay(binary):
    files = [f"{RECORDING}/{name}" for name in FILES]
    began = time.monotonic()
    done = subprocess.run(
        [binary, "replay", *files, "--summary"], stdout=subprocess.PIPE, timeout=REPLAY_WITHIN_S, check=True
    )
    took = time.monotonic() - began
    with open(f"{RECORDING}/expected.json", encoding="utf-8") as file:
        expected = json.load(file)["sessions"][0]["symbols"]["BTCUSDT"]
    found = json.loads(done.stdout)["sessions"][0]["symbols"]["BTCUSDT"]
    wrong = [
        f"{part}.{key}: expected {value}, found {found.get(part, {}).get(key)}"
        for part in ("final", "trades")
        for key, value in expected[part].items()
        if found.get(part, {}).get(key) != value
    ]
    if wrong:
        sys.exit("replay differs from expected.json:\n" + "\n".join(line[:400] for line in wrong))
    print(f"replay: final book and {found['trades']['count']} trades as expected, {took:.1f} s")


def stop(server):
    server.send_signal(signal.SIGTERM)
    began = time.monotonic()
    try:
        code = server.wait(timeout=STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        sys.exit(f"marketd did not stop within {STOP_WITHIN_S} s of SIGTERM")
    if code != 0:
        sys.exit(f"marketd exited with {code} after SIGTERM")
    print(f"stop: exit 0, {time.monotonic() - began:.1f} s after SIGTERM")


def run(binary, data_dir):
    port = free_port()
    log_path = os.path.join(data_dir, "marketd.log")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MARKETD__")}
    environment.update(GATEWAY_PORT=str(port), MARKETD__DATA_DIR=os.path.join(data_dir, "data"))
    with open(log_path, "wb") as log:
        server = subprocess.Popen([binary], stdout=log, stderr=subprocess.STDOUT, env=environment)
    passed = False
    try:
        base = f"http://127.0.0.1:{port}"
        wait_until_ready(server, base)
        check_book(base)
        check_replay(binary)
        stop(server)
        passed = True
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()
        if not passed:
            with open(log_path, encoding="utf-8", errors="replace") as log:
                print("end of marketd's log:", *log.readlines()[-40:], sep="\n", file=sys.stderr)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="marketd-smoke-") as directory:
        run(sys.argv[1], directory)
