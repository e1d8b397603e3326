"""Unmodified ccxt trades in the sandbox: every kind of order over REST, and an account's events over the WebSocket API.

Usage: ccxt_trading.py http://127.0.0.1:PORT [SYMBOL]
"""
import asyncio
import json
import sys

import ccxt
import ccxt.pro

from ccxt_options import check, options, refused

BASE = sys.argv[1]
SYMBOL = sys.argv[2] if len(sys.argv) > 2 else "BTC/USD"
KEYS = {"apiKey": "any", "secret": "thing"}


def total(balance, asset):
    return balance["total"].get(asset, 0)


def rest():
    exchange = ccxt.binance({**options(BASE), **KEYS})
    market = exchange.load_markets()[SYMBOL]
    base, quote = market["base"], market["quote"]
    exchange.cancel_all_orders(SYMBOL) if exchange.fetch_open_orders(SYMBOL) else None
    before = exchange.fetch_balance()
    check(total(before, quote) > 1000, "money")
    qty = max(market["limits"]["amount"]["min"], 0.01)
    bought = exchange.create_order(SYMBOL, "market", "buy", qty)
    check(bought["status"] == "closed" and bought["filled"] == qty, f"bought: {bought}")
    check(bought["trades"] and abs(sum(fill["amount"] for fill in bought["trades"]) - qty) < 1e-9, "fills")
    after = exchange.fetch_balance()
    fee = bought["fee"]["cost"] if bought["fee"]["currency"] == base else 0
    check(abs(total(after, base) - total(before, base) - qty + fee) < 1e-8, "the base balance")
    check(abs(total(before, quote) - total(after, quote) - bought["cost"]) < 1e-6, "the quote balance")
    mine = exchange.fetch_my_trades(SYMBOL)
    check(mine[-1]["order"] == bought["id"], "my trades")
    check(exchange.fetch_order_trades(bought["id"], SYMBOL)[0]["order"] == bought["id"], "trades of an order")
    ticker = exchange.fetch_ticker(SYMBOL)
    low = exchange.price_to_precision(SYMBOL, ticker["bid"] * 0.5)
    high = exchange.price_to_precision(SYMBOL, ticker["ask"] * 1.5)
    resting = exchange.create_order(SYMBOL, "limit", "buy", qty, low)
    check(resting["status"] == "open" and resting["remaining"] == qty, f"resting: {resting}")
    check([order["id"] for order in exchange.fetch_open_orders(SYMBOL)] == [resting["id"]], "open orders")
    check(exchange.fetch_order(resting["id"], SYMBOL)["status"] == "open", "an order")
    by_name = exchange.fetch_order(None, SYMBOL, {"origClientOrderId": resting["clientOrderId"]})
    check(by_name["id"] == resting["id"], "an order by its client's name")
    locked = exchange.fetch_balance()["used"][quote]
    check(locked > 0, "money is held back")
    edited = exchange.edit_order(resting["id"], SYMBOL, "limit", "buy", qty * 2, low)
    check(edited["amount"] == qty * 2, f"cancel and replace: {edited}")
    gone = exchange.cancel_order(edited["id"], SYMBOL)
    check(gone["status"] == "canceled", "cancelled")
    check(exchange.fetch_balance()["used"][quote] == 0, "money is free again")
    stop = exchange.create_order(SYMBOL, "stop_loss_limit", "sell", qty, low, {"stopPrice": low})
    check(stop["status"] == "open", f"stop: {stop}")
    take = exchange.create_order(SYMBOL, "take_profit_limit", "sell", qty, high, {"stopPrice": high})
    check(exchange.fetch_order(take["id"], SYMBOL)["triggerPrice"] == float(high), "the trigger's price")
    maker = exchange.create_order(SYMBOL, "limit", "buy", qty, low, {"postOnly": True})
    check(maker["postOnly"], "post-only")
    check(len(exchange.cancel_all_orders(SYMBOL)) == 3, "cancel all")
    check(exchange.create_order(SYMBOL, "limit", "buy", qty, low, {"test": True}) is not None, "a test order")
    by_cost = exchange.create_market_buy_order_with_cost(SYMBOL, 500)
    check(by_cost["status"] in ("closed", "expired") and 0 < by_cost["cost"] <= 500, f"by cost: {by_cost}")
    states = {order["id"]: order["status"] for order in exchange.fetch_orders(SYMBOL)}
    check(states[bought["id"]] == "closed" and states[edited["id"]] == "canceled", "all orders")
    check(any(order["id"] == bought["id"] for order in exchange.fetch_closed_orders(SYMBOL)), "closed orders")
    fees = exchange.fetch_trading_fee(SYMBOL)
    check(fees["maker"] == 0.001 and fees["taker"] == 0.001, f"fees: {fees}")
    refused(lambda: exchange.create_order(SYMBOL, "limit", "buy", 1_000_000, low), ccxt.InsufficientFunds)
    refused(lambda: exchange.create_order(SYMBOL, "limit", "buy", qty, high, {"postOnly": True}), ccxt.InvalidOrder)
    refused(lambda: exchange.cancel_order("999999", SYMBOL), ccxt.OrderNotFound)
    refused(lambda: exchange.fetch_order("999999", SYMBOL), ccxt.OrderNotFound)
    tiny = {"symbol": market["id"], "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.0000000001"}
    refused(lambda: exchange.privatePostOrder({**tiny, "price": low}), ccxt.BadRequest)
    refused(lambda: exchange.privateGetAccount({"recvWindow": 70_000}), ccxt.ExchangeError)
    exchange.options["timeDifference"] = 100_000
    refused(lambda: exchange.fetch_balance(), ccxt.InvalidNonce)
    return {"bought": bought["average"]}


async def private():
    exchange = ccxt.pro.binance({**options(BASE), **KEYS})
    try:
        market = (await exchange.load_markets())[SYMBOL]
        qty = max(market["limits"]["amount"]["min"], 0.01)
        seen = []

        async def orders():
            while True:
                seen.extend((order["id"], order["status"], order["filled"]) for order in await exchange.watch_orders(SYMBOL))

        watching = asyncio.create_task(orders())
        balance = asyncio.create_task(exchange.watch_balance())
        trades = asyncio.create_task(exchange.watch_my_trades(SYMBOL))
        for _ in range(200):  # Until the subscription stands.
            if exchange.clients and any("ws-api" in url and client.subscriptions for url, client in exchange.clients.items()):
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        order = await exchange.create_order(SYMBOL, "market", "buy", qty)
        trade = await asyncio.wait_for(trades, 10)
        check(trade[0]["order"] == order["id"], "my trade came")
        check((await asyncio.wait_for(balance, 10))[market["base"]]["total"] > 0, "the balance came")
        ticker = await exchange.fetch_ticker(SYMBOL)
        low = exchange.price_to_precision(SYMBOL, ticker["bid"] * 0.5)
        resting = await exchange.create_order(SYMBOL, "limit", "buy", qty, low)
        await exchange.cancel_order(resting["id"], SYMBOL)
        over_socket = await exchange.create_order_ws(SYMBOL, "limit", "buy", qty, low)
        await exchange.cancel_order_ws(over_socket["id"], SYMBOL)
        wanted = [(order["id"], "closed"), (resting["id"], "open"), (resting["id"], "canceled"),
                  (over_socket["id"], "open"), (over_socket["id"], "canceled")]
        for _ in range(250):
            states = [(number, status) for number, status, _ in seen]
            if all(one in states for one in wanted):
                break
            await asyncio.sleep(0.02)
        check(all(one in states for one in wanted), f"{wanted} of {seen}")
        watching.cancel()
    finally:
        await exchange.close()
    return {"events": len(seen)}


print(json.dumps({"rest": rest(), "private": asyncio.run(private())}))
