"""Unmodified ccxt against the face: every method of market data, over REST and over streams.

Usage: ccxt_market_data.py http://127.0.0.1:PORT SECONDS [SYMBOL…]
Ends with one line of JSON; a broken promise is an exception.
"""
import asyncio
import json
import sys
import time

import ccxt
import ccxt.pro

from ccxt_options import check, options, refused

BASE, SECONDS = sys.argv[1], float(sys.argv[2])
SYMBOLS = sys.argv[3:] or ["BTC/USDT", "ETH/USD"]


def rest(symbol):
    exchange = ccxt.binance(options(BASE))
    markets = exchange.load_markets()
    check(symbol in markets, f"{symbol} is a market")
    market = markets[symbol]
    check(market["spot"] and market["active"], f"{symbol} is spot and active")
    check(market["precision"]["price"] > 0 and market["precision"]["amount"] > 0, "precisions")
    check(abs(exchange.fetch_time() - time.time() * 1000) < 5000, "the clock")
    check(exchange.fetch_status()["status"] == "ok", "the status")
    for limit in (None, 5, 10, 20, 50, 100, 500, 1000, 5000):
        book = exchange.fetch_order_book(symbol, limit)
        check(book["bids"] and book["asks"] and book["bids"][0][0] < book["asks"][0][0], f"book of {limit}")
        check(limit is None or len(book["bids"]) <= limit, "no more levels than asked for")
    ticker = exchange.fetch_ticker(symbol)
    check(ticker["last"] > 0 and ticker["high"] >= ticker["low"] > 0, "ticker")
    check(abs(ticker["percentage"] - ticker["change"] / ticker["open"] * 100) < 0.01, "percentage")
    check(symbol in exchange.fetch_tickers() and symbol in exchange.fetch_tickers([symbol]), "tickers")
    check(symbol in exchange.fetch_bids_asks() and symbol in exchange.fetch_last_prices(), "best and last prices")
    trades = exchange.fetch_trades(symbol, limit=50)
    check(trades and all(one["id"] <= other["id"] or len(one["id"]) < len(other["id"])
                         for one, other in zip(trades, trades[1:])), "trades in order")
    since = trades[0]["timestamp"]
    later = exchange.fetch_trades(symbol, since=since, limit=10)
    check(later and later[0]["timestamp"] >= since, "trades from a time on")
    by_id = exchange.fetch_trades(symbol, limit=10, params={"fromId": trades[10]["id"]})
    check(by_id[0]["id"] == trades[10]["id"], "trades from an id on")
    plain = exchange.fetch_trades(symbol, limit=10, params={"fetchTradesMethod": "publicGetTrades"})
    check(len(plain) == 10, "plain trades")
    for timeframe in ("1s", "1m", "3m", "5m", "1h", "6h", "1d", "3d", "1w", "1M"):
        candles = exchange.fetch_ohlcv(symbol, timeframe, limit=20)
        check(candles and all(row[2] >= max(row[1], row[4]) >= min(row[1], row[4]) >= row[3] for row in candles),
              f"candles of {timeframe}")
        step = exchange.parse_timeframe(timeframe) * 1000
        if timeframe != "1M":
            check(all(other[0] - one[0] == step for one, other in zip(candles, candles[1:])), f"no hole in {timeframe}")
    refused(lambda: exchange.fetch_ticker("NO/SUCH"), ccxt.BadSymbol)
    refused(lambda: exchange.publicGetDepth({"symbol": "NOSUCH"}), ccxt.BadSymbol)
    refused(lambda: exchange.publicGetKlines({"symbol": market["id"], "interval": "2m"}), ccxt.BadRequest)
    refused(lambda: exchange.publicGetDepth({}), ccxt.BadRequest)


async def hold_book(exchange, symbol, seconds, stall):
    """The book that ccxt holds is never crossed, and equals REST's at the same number, also when the client stands still for a while.
    A hole in the numbers would be a ChecksumError."""
    updates, compared, stalls, began = 0, 0, 0, time.monotonic()
    until, next_look, next_stall = began + seconds, began + 1, began + 1
    history = {}
    while time.monotonic() < until:
        # From all levels there are: of those that its snapshot left out a client knows nothing until they change.
        book = await exchange.watch_order_book(symbol, 5000)
        updates += 1
        check(not book["bids"] or not book["asks"] or book["bids"][0][0] < book["asks"][0][0], "crossed")
        check(all(level[1] > 0 for side in ("bids", "asks") for level in book[side][:50]), "a level of nothing")
        history[book["nonce"]] = (list(map(list, book["bids"][:20])), list(map(list, book["asks"][:20])))
        if len(history) > 200:
            history.pop(next(iter(history)))
        if time.monotonic() > next_look:
            next_look = time.monotonic() + 0.5
            rest_book = await exchange.fetch_order_book(symbol, 100)
            seen = history.get(rest_book["nonce"])
            if seen:
                compared += 1
                check(seen[0] == rest_book["bids"][:20] and seen[1] == rest_book["asks"][:20], "differs from REST")
        if stall and time.monotonic() > next_stall:
            time.sleep(stall)  # The whole client stands still.
            stalls += 1
            next_stall = time.monotonic() + 20
    return updates, compared, stalls


async def streams(symbol, seconds, stream="/ws"):
    exchange = ccxt.pro.binance(options(BASE, stream))
    done = {}

    async def once(name, call, rounds=2):
        for _ in range(rounds):
            got = await asyncio.wait_for(call(), 20)
        check(got, name)
        done[name] = True

    try:
        await exchange.load_markets()
        calls = [
            once("trades", lambda: exchange.watch_trades(symbol)),
            once("ticker", lambda: exchange.watch_ticker(symbol)),
            once("tickers", lambda: exchange.watch_tickers()),
            once("full tickers", lambda: exchange.watch_tickers([symbol], {"name": "ticker"})),
            once("bids and asks", lambda: exchange.watch_bids_asks([symbol])),
            once("candles", lambda: exchange.watch_ohlcv(symbol, "1m")),
        ]
        book, *_ = await asyncio.gather(hold_book(exchange, symbol, seconds, 1.5 if seconds >= 4 else 0), *calls)
        check(book[0] > 10, "books came")
        check(seconds < 4 or book[2] > 0, "the client stood still")
        check(seconds < 60 or book[1] > 0, "the book was never where REST's was")
        done["book"] = {"updates": book[0], "compared": book[1], "stalls": book[2]}
        await exchange.un_watch_ticker(symbol)
    finally:
        await exchange.close()
    return done


def main():
    result = {}
    for symbol in SYMBOLS:
        rest(symbol)
        result[symbol] = asyncio.run(streams(symbol, SECONDS))
    result["/stream/ws"] = asyncio.run(streams(SYMBOLS[0], 2, "/stream/ws"))
    print(json.dumps(result))


main()
