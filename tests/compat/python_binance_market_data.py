"""Unmodified python-binance against the face: market data over REST, streams, and its own book.

Usage: python_binance_market_data.py http://127.0.0.1:PORT SECONDS [SYMBOL]
"""
import asyncio
import json
import sys
import time

from binance import AsyncClient, BinanceSocketManager, Client
from binance.base_client import BaseClient
from binance.exceptions import BinanceAPIException
from binance.ws.depthcache import DepthCacheManager

BASE, SECONDS = sys.argv[1], float(sys.argv[2])
SYMBOL = sys.argv[3] if len(sys.argv) > 3 else "BTCUSDT"
STALL_S = 1.5
WS = BASE.replace("http://", "ws://")
BaseClient.API_URL = BASE + "/api"
BaseClient.MARGIN_API_URL = BASE + "/sapi"
BaseClient.WS_API_URL = WS + "/ws-api/v3"
BinanceSocketManager.STREAM_URL = WS + "/"


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def rest():
    client = Client()
    check(abs(client.get_server_time()["serverTime"] - time.time() * 1000) < 5000, "the clock")
    names = [symbol["symbol"] for symbol in client.get_exchange_info()["symbols"]]
    check(SYMBOL in names and client.get_symbol_info(SYMBOL)["status"] == "TRADING", "the symbol")
    book = client.get_order_book(symbol=SYMBOL, limit=10)
    check(len(book["bids"]) <= 10 and book["lastUpdateId"] > 0, "book")
    check(all(len(text.split(".")[1]) == 8 for level in book["bids"] for text in level), "eight decimals")
    check(len(client.get_recent_trades(symbol=SYMBOL, limit=5)) == 5, "trades")
    newest = client.get_recent_trades(symbol=SYMBOL, limit=1)[0]["id"]
    check(client.get_historical_trades(symbol=SYMBOL, fromId=newest)[0]["id"] == newest, "trades from an id on")
    check(len(client.get_aggregate_trades(symbol=SYMBOL, limit=7)) == 7, "aggregates")
    check(len(client.get_klines(symbol=SYMBOL, interval="1m")[0]) == 12, "candles")
    check(float(client.get_avg_price(symbol=SYMBOL)["price"]) > 0, "average price")
    check(float(client.get_ticker(symbol=SYMBOL)["lastPrice"]) > 0, "ticker")
    check(any(row["symbol"] == SYMBOL for row in client.get_all_tickers()), "prices")
    check(client.get_orderbook_ticker(symbol=SYMBOL)["symbol"] == SYMBOL, "best prices")
    check(len(client.get_orderbook_tickers()) == len(names), "best prices of all")
    for wrong, code in (({"symbol": "NOSUCH"}, -1121), ({}, -1102)):
        try:
            client.get_order_book(**wrong)
        except BinanceAPIException as error:
            check(error.code == code and error.status_code == 400, f"{error.code}")
        else:
            raise AssertionError(f"{wrong} was taken")


async def depth_cache(client, manager):
    """Its book is never crossed and holds no level of nothing, also when the client stands still for a while."""
    updates, until, next_stall = 0, time.monotonic() + SECONDS, time.monotonic() + 1
    async with DepthCacheManager(client, symbol=SYMBOL, bm=manager, refresh_interval=0, limit=5000) as cache:
        while time.monotonic() < until:
            book = await asyncio.wait_for(cache.recv(), 20)
            if book is None:
                continue
            updates += 1
            if updates == 1:
                # The library takes its snapshot before it connects, so it starts anew with the first message, and then puts
                # that message, which is older, on top of the new snapshot. From the next one on all is in order.
                continue
            bids, asks = book.get_bids(), book.get_asks()
            check(not bids or not asks or bids[0][0] < asks[0][0], "crossed")
            check(all(qty > 0 for _, qty in bids + asks), "a level of nothing")
            if time.monotonic() > next_stall:
                time.sleep(STALL_S)
                next_stall = time.monotonic() + 20
    return updates


async def streams():
    client = await AsyncClient.create()
    manager = BinanceSocketManager(client)
    symbol = SYMBOL.lower()
    # One socket a stream: the manager keeps them by name, and the depth cache reads the plain one of the book.
    sockets = {
        "partial": manager.depth_socket(SYMBOL, depth=10),
        "trade": manager.trade_socket(SYMBOL),
        "aggregate": manager.aggtrade_socket(SYMBOL),
        "kline": manager.kline_socket(SYMBOL),
        "ticker": manager.symbol_ticker_socket(SYMBOL),
        "mini": manager.miniticker_socket(),
        "best": manager.symbol_book_ticker_socket(SYMBOL),
        "multiplex": manager.multiplex_socket([f"{symbol}@depth@100ms"]),
    }
    seen = {}

    async def read(name, socket):
        async with socket as stream:
            for _ in range(3):
                try:
                    message = await asyncio.wait_for(stream.recv(), 20)
                except asyncio.TimeoutError as error:
                    raise AssertionError(f"{name} says nothing") from error
                if isinstance(message, dict) and "e" in message and message["e"] == "error":
                    raise AssertionError(f"{name}: {message}")
            seen[name] = message

    try:
        updates, *_ = await asyncio.gather(
            depth_cache(client, manager), *(read(name, socket) for name, socket in sockets.items())
        )
    finally:
        await client.close_connection()
    check(updates > 2, f"{updates} books came")
    check(set(seen["multiplex"]) == {"stream", "data"}, "the stream's name stands around it")
    check(seen["multiplex"]["data"]["e"] == "depthUpdate" and seen["kline"]["e"] == "kline", "events")
    check(set(seen["partial"]) == {"lastUpdateId", "bids", "asks"}, "a partial book")
    return {"updates": updates, "streams": sorted(seen)}


rest()
print(json.dumps(asyncio.run(streams())))
