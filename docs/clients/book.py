"""Holds one order book by the rule of docs/ws-protocol.md. Needs: pip install websockets

usage: python book.py ws://127.0.0.1:8080/api/v1/ws binance:BTC-USDT 10 30   (url, market, depth, seconds)
"""
import json
import sys
import time
from decimal import Decimal
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

url, market, depth, seconds = sys.argv[1:]
until = time.monotonic() + float(seconds)
request = {"op": "subscribe", "id": 1, "channel": "book", "markets": [market], "depth": depth}
book = {"bids": {}, "asks": {}}  # price as printed -> quantity as printed
position = {}  # epoch and seq of the last frame applied


def best(side, count):
    prices = sorted(book[side], key=Decimal, reverse=side == "bids")[:count]
    return [[price, book[side][price]] for price in prices]


def apply(frame):
    """Says whether the book is still true."""
    if frame["type"] == "snapshot":
        book.update(bids={}, asks={})
    elif position != {"epoch": frame["epoch"], "seq": frame["prev"]}:
        return False
    for side in book:
        for price, qty in frame[side]:
            book[side][price] = qty
            if Decimal(qty) == 0:
                del book[side][price]
    position.update(epoch=frame["epoch"], seq=frame["seq"])
    return True


def follow(websocket):
    websocket.send(json.dumps(request | ({"resume": position} if position else {})))
    while time.monotonic() < until:
        frame = json.loads(websocket.recv(timeout=15))  # a heartbeat comes every 5 s
        if frame["type"] == "error" or frame.get("status") == "error":
            sys.exit(f"refused: {frame}")
        if frame.get("channel") != "book" or "bids" not in frame:
            continue
        if not apply(frame):
            return position.clear()  # a gap: subscribe anew, without resume
        print("best bid and ask", *best("bids", 1), *best("asks", 1))


while time.monotonic() < until:
    try:
        with connect(url, max_size=None) as websocket:
            follow(websocket)
    except (OSError, WebSocketException) as lost:
        print("connection lost:", lost)
        time.sleep(0.5)
print(json.dumps({**position, "bids": best("bids", 10), "asks": best("asks", 10)}))
