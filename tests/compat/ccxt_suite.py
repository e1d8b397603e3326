"""ccxt's own tests of an exchange, as its package ships them, with private methods.

Usage: ccxt_suite.py http://127.0.0.1:PORT rest|streams SYMBOL

The suite refuses to run from where packages are installed, so it is reached through links, and it insists on the address of the
real exchange, so that one check is left out. Its tests are not changed. It ends with 0 also when some fail: its words count.
Its test of createOrder is left out: in Python it fails by itself, before it places one (it puts a number behind a text, asks for a
mode of rounding that Python's ccxt has not, and raises a name that is not there). ccxt_trading.py places orders.
"""
import asyncio
import contextlib
import importlib.util
import io
import json
import pathlib
import sys
import tempfile
import threading

from ccxt_options import options

BASE, MODE, SYMBOL = sys.argv[1:4]
# What a sandbox of spot has not: contracts, margin, and money that comes from elsewhere.
ABSENT = [
    "fetchCurrencies", "fetchAccounts", "fetchTransactionFees", "fetchLeverageTiers", "fetchLedger", "fetchLedgerEntry",
    "fetchTransactions", "fetchDeposits", "fetchWithdrawals", "fetchDepositsWithdrawals", "fetchTransfers", "fetchBorrowInterest",
    "fetchMarginModes", "fetchPosition", "fetchPositions", "fetchDeposit", "createDepositAddress", "fetchDepositAddress",
    "fetchDepositAddresses", "fetchDepositAddressesByNetwork", "fetchBorrowRateHistory", "watchPosition",
    "watchPositions", "swap", "future", "option", "margin",
]
SKIPPED = {"skipMethods": {"orderBook": {"timestamp": "REST tells no time"}}}
WANTED = {
    "rest": ["loadMarkets", "fetchTicker", "fetchTickers", "fetchLastPrices", "fetchOHLCV", "fetchTrades", "fetchOrderBook",
             "fetchStatus", "fetchBalance", "fetchTradingFees", "fetchOrders", "fetchOpenOrders",
             "fetchClosedOrders", "fetchMyTrades"],
    "streams": ["watchOHLCV", "watchTicker", "watchTickers", "watchBidsAsks", "watchOrderBook", "watchTrades", "watchBalance",
                "watchMyTrades", "watchOrders"],
}


class Both(io.StringIO):
    """What is said, kept and passed on."""

    def write(self, text):
        sys.__stdout__.write(text)
        return super().write(text)


def settings(folder):
    of_exchange = {"apiKey": "any", "secret": "thing", "has": {name: None for name in ABSENT}}
    # The suite lays these over the exchange it has made.
    of_exchange.update({name: value for name, value in options(BASE).items() if name in ("urls", "options")})
    (folder / "keys.local.json").write_text(json.dumps({"binance": of_exchange}))
    (folder / "skip-tests.json").write_text(json.dumps({"binance": SKIPPED}))


def trade(stop):
    """Something for the private streams to tell."""
    import ccxt

    exchange = ccxt.binance({**options(BASE), "apiKey": "any", "secret": "thing"})
    amount = max(exchange.load_markets()[SYMBOL]["limits"]["amount"]["min"], 0.01)
    while not stop.wait(0.5):
        exchange.create_order(SYMBOL, "market", "buy", amount)


def run(folder, stop):
    package = pathlib.Path(importlib.util.find_spec("ccxt").submodule_search_locations[0])
    linked = folder / "python"
    linked.mkdir()
    (linked / "ccxt").symlink_to(package)
    sys.path[:0] = [str(linked / "ccxt" / "test"), str(linked)]
    sys.argv = ["suite", "binance", SYMBOL, "--private", "--info", "--sync" if MODE == "rest" else "--ws"]
    if MODE == "rest":
        import tests_sync as suite
    else:
        import tests_async as suite
        threading.Thread(target=trade, args=(stop,), daemon=True).start()
    suite.get_root_dir = lambda: f"{folder}/"
    suite.testMainClass.check_constructor = lambda self, exchange: None
    started = suite.testMainClass().init("binance", SYMBOL, None)
    if asyncio.iscoroutine(started):
        asyncio.run(started)


def main():
    said, stop = Both(), threading.Event()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(said):
        folder = pathlib.Path(folder)
        settings(folder)
        with contextlib.suppress(SystemExit):
            run(folder, stop)
    stop.set()
    text = said.getvalue()
    done = {line.split()[4] for line in text.splitlines() if line.startswith("[INFO] TESTING DONE")}
    for wrong in ("TEST_FAILURE", "TEST_WARNING", "TESTING FAILED"):
        if wrong in text:
            raise AssertionError(wrong)
    missing = [name for name in WANTED[MODE] if name not in done]
    if missing:
        raise AssertionError(f"not run: {missing}")
    print(json.dumps({"done": sorted(done)}))


main()
