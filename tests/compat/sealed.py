"""Runs documented programs as they are printed, beside a server, in a network without a way out.

Usage: sealed.py MARKETD FOLDER PROGRAM.py|PROGRAM.mjs…
It is started in a network namespace of its own, so that the port of the documents is free and nothing else can be reached.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

MARKETD, FOLDER, *PROGRAMS = sys.argv[1:]
PATIENCE_S = 60


def check_sealed():
    """What a program that wants to leave finds."""
    try:
        socket.create_connection(("192.0.2.1", 443), timeout=2).close()
    except OSError as error:
        print(f"no way out: {error}")
    else:
        raise AssertionError("this network has a way out")


def wait_until_ready(server):
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise AssertionError(f"the server ended with {server.returncode}")
        try:
            urllib.request.urlopen("http://127.0.0.1:8080/readyz", timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError("the server does not become ready")


def run(program):
    command = [sys.executable, program] if program.endswith(".py") else [os.environ["MARKETD_TEST_NODE"], program]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    name = pathlib.Path(program).name
    if done.returncode != 0 or not done.stdout:
        raise AssertionError(f"{name} ended with {done.returncode}\n{done.stdout}\n{done.stderr[-2000:]}")
    return name, round(time.monotonic() - began, 1)


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    check_sealed()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MARKETD_")}
    environment["MARKETD__HTTP__WORKERS"] = "1"
    server = subprocess.Popen([MARKETD], cwd=FOLDER, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(server)
        took = dict(run(program) for program in PROGRAMS)
    finally:
        server.terminate()
        ended = server.wait(PATIENCE_S)
    if ended != 0:
        raise AssertionError(f"the server ended with {ended}")
    print(json.dumps(took))


main()
