"""Unmodified freqtrade trades in the sandbox by the documented configuration; at the end its balances are the server's.

Usage: freqtrade_trading.py http://127.0.0.1:PORT SECONDS docs/compat/freqtrade.md
It runs in freqtrade's own environment.
"""
import base64
import decimal
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

BASE, SECONDS, PAGE = sys.argv[1], float(sys.argv[2]), pathlib.Path(sys.argv[3])
WAIT_S = 60


def printed(language):
    """The page's program of this language, but for the port."""
    text = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(), re.S).group(1)
    return text.replace("http://127.0.0.1:8080", BASE)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, method="GET", headers={}):
    request = urllib.request.Request(url, method=method, headers=headers, data=b"" if method == "POST" else None)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


class Bot:
    """freqtrade with its own REST API, by which it tells what it thinks it has."""

    def __init__(self, folder):
        self.port = free_port()
        (folder / "strategies").mkdir()
        (folder / "config.json").write_text(printed("json"))
        (folder / "strategies" / "often.py").write_text(printed("python"))
        server = {"enabled": True, "listen_ip_address": "127.0.0.1", "listen_port": self.port, "verbosity": "error",
                  "jwt_secret_key": "x" * 40, "ws_token": "x" * 40, "username": "me", "password": "me"}
        also = {"api_server": server, "internals": {"process_throttle_secs": 1}}
        (folder / "also.json").write_text(json.dumps(also))
        self.log = folder / "freqtrade.log"
        command = [str(pathlib.Path(sys.executable).parent / "freqtrade"), "trade", "--userdir", str(folder), "--strategy", "Often",
                   "--config", str(folder / "config.json"), "--config", str(folder / "also.json"), "--db-url", "sqlite://"]
        self.process = subprocess.Popen(command, cwd=folder, stdout=self.log.open("w"), stderr=subprocess.STDOUT, env=os.environ)

    def ask(self, path, method="GET"):
        token = base64.b64encode(b"me:me").decode()
        return ask(f"http://127.0.0.1:{self.port}/api/v1/{path}", method, {"Authorization": f"Basic {token}"})

    def wait_until(self, what, holds):
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"freqtrade ended with {self.process.returncode}")
            try:
                if holds():
                    return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.5)
        raise AssertionError(f"{what} did not come")


def close(told, true):
    """freqtrade counts in floats."""
    return abs(decimal.Decimal(str(told)) - decimal.Decimal(true)) <= decimal.Decimal("1e-7") * max(1, abs(decimal.Decimal(true)))


def compare(bot):
    """Each asset that either of them knows, in free and in used."""
    mine = {row["currency"]: row for row in bot.ask("balance")["currencies"]}
    true = {row["asset"]: row for row in ask(f"{BASE}/api/v1/balances")["data"]["items"]}
    for asset in ("BTC", "USDT"):
        told, ledger = mine[asset], true[asset]
        if not close(told["balance"], ledger["total"]) or not close(told["free"], ledger["free"]):
            raise AssertionError(f"{asset}: freqtrade has {told}, the ledger {ledger}")
    return {asset: true[asset]["total"] for asset in ("BTC", "USDT")}


def run(bot):
    bot.wait_until("its API", lambda: bot.ask("ping")["status"] == "pong")
    bot.wait_until("a first trade", lambda: bot.ask("status"))
    time.sleep(SECONDS)
    # It sells what it has and buys no more, so that nothing moves while the two are compared.
    bot.ask("stopentry", "POST")
    bot.wait_until("its last sale", lambda: not bot.ask("status"))
    done = bot.ask("trades?limit=500")["trades"]
    if not done or any(trade["is_open"] for trade in done):
        raise AssertionError(f"{len(done)} trades")
    filled = sum(len(ask_orders(trade)) for trade in done)
    fills = ask(f"{BASE}/api/v1/orders?status=filled&market=binance:BTC-USDT&limit=500")["data"]["items"]
    if filled != len(fills):
        raise AssertionError(f"freqtrade knows {filled} orders that filled, the server {len(fills)}")
    return {"trades": len(done), "orders": filled, "balances": compare(bot)}


def ask_orders(trade):
    return [order for order in trade["orders"] if order["status"] == "closed"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        bot = Bot(pathlib.Path(folder))
        try:
            result = run(bot)
        except BaseException:
            print(bot.log.read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            bot.process.terminate()
            bot.process.wait(WAIT_S)
    print(json.dumps(result))


main()
