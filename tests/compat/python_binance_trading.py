"""Unmodified python-binance trades in the sandbox.

Usage: python_binance_trading.py http://127.0.0.1:PORT [SYMBOL]
"""
import asyncio
import json
import sys

from binance import AsyncClient, BinanceSocketManager, Client
from binance.base_client import BaseClient
from binance.exceptions import BinanceAPIException

BASE = sys.argv[1]
SYMBOL = sys.argv[2] if len(sys.argv) > 2 else "ETHUSD"
WS = BASE.replace("http://", "ws://")
BaseClient.API_URL = BASE + "/api"
BaseClient.MARGIN_API_URL = BASE + "/sapi"
BaseClient.WS_API_URL = WS + "/ws-api/v3"
BinanceSocketManager.STREAM_URL = WS + "/"


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def refused(call, code):
    try:
        call()
    except BinanceAPIException as error:
        check(error.code == code, f"{error.code} {error.message}, not {code}")
        return
    raise AssertionError(f"not refused with {code}")


def rest():
    client = Client("any", "thing")
    check(client.get_account()["canTrade"], "an account")
    check(float(client.get_asset_balance("USD")["free"]) > 1000, "money")
    bid = float(client.get_orderbook_ticker(symbol=SYMBOL)["bidPrice"])
    low, high = f"{bid * 0.5:.2f}", f"{bid * 1.5:.2f}"
    bought = client.order_market_buy(symbol=SYMBOL, quantity="0.10")
    check(bought["status"] == "FILLED" and bought["fills"], f"{bought}")
    check(client.get_my_trades(symbol=SYMBOL)[-1]["orderId"] == bought["orderId"], "my trades")
    order = client.order_limit_buy(symbol=SYMBOL, quantity="0.1", price=low, newClientOrderId="mine-1")
    check(order["clientOrderId"] == "mine-1", "its name")
    refused(lambda: client.order_limit_buy(symbol=SYMBOL, quantity="0.1", price=low, newClientOrderId="mine-1"), -2010)
    check(client.get_order(symbol=SYMBOL, origClientOrderId="mine-1")["orderId"] == order["orderId"], "by its name")
    check(len(client.get_open_orders(symbol=SYMBOL)) == 1, "open orders")
    gone = client.cancel_order(symbol=SYMBOL, orderId=order["orderId"])
    check(gone["status"] == "CANCELED" and gone["origClientOrderId"] == "mine-1", f"{gone}")
    again = client.order_limit_buy(symbol=SYMBOL, quantity="0.1", price=low, newClientOrderId="mine-1")
    check(again["orderId"] != order["orderId"], "a name is free again when its order is over")
    client.cancel_order(symbol=SYMBOL, origClientOrderId="mine-1")
    pair = client.create_oco_order(
        symbol=SYMBOL, side="SELL", quantity="0.1", aboveType="LIMIT_MAKER", abovePrice=high,
        belowType="STOP_LOSS_LIMIT", belowPrice=low, belowStopPrice=low, belowTimeInForce="GTC",
    )
    check(pair["contingencyType"] == "OCO" and len(pair["orderReports"]) == 2, f"{pair}")
    check(len(client.get_open_orders(symbol=SYMBOL)) == 2, "both are open")
    client.cancel_order(symbol=SYMBOL, orderId=pair["orders"][0]["orderId"])
    check(client.get_open_orders(symbol=SYMBOL) == [], "one ends with the other")
    client.create_test_order(symbol=SYMBOL, side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.1", price=low)
    refused(lambda: client.order_market_buy(symbol=SYMBOL, quantity="1000000"), -2010)
    refused(lambda: client.order_limit_buy(symbol=SYMBOL, quantity="0.1", price=low + "1"), -1111)
    refused(lambda: client.cancel_order(symbol=SYMBOL, orderId=1 << 40), -2011)
    refused(lambda: client.get_order(symbol=SYMBOL, orderId=1 << 40), -2013)
    check(len(client.get_all_orders(symbol=SYMBOL, limit=2)) == 2, "all orders")
    return low


async def private(low):
    client = await AsyncClient.create("any", "thing")
    events = []
    try:
        manager = BinanceSocketManager(client)
        async with manager.user_socket() as socket:
            order = await client.order_limit_buy(symbol=SYMBOL, quantity="0.1", price=low)
            await client.cancel_order(symbol=SYMBOL, orderId=order["orderId"])
            while sum(event["e"] == "outboundAccountPosition" for event in events) < 2:
                message = await asyncio.wait_for(socket.recv(), 10)
                events.append(message.get("event", message))
    finally:
        await client.close_connection()
    names = [(event["e"], event.get("x")) for event in events]
    report, position = "executionReport", ("outboundAccountPosition", None)
    check(names == [(report, "NEW"), position, (report, "CANCELED"), position], f"{names}")
    cancelled = events[2]
    check(cancelled["C"] == order["clientOrderId"] and cancelled["X"] == "CANCELED", f"{cancelled}")
    check(cancelled["N"] is None and cancelled["t"] == -1 and cancelled["z"] == "0.00000000", f"{cancelled}")
    return len(events)


print(json.dumps({"events": asyncio.run(private(rest()))}))
