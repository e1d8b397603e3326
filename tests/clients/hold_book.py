"""Holds the books of every book stream of one market and compares them with REST at equal seq.

usage: hold_book.py --ws ws://127.0.0.1:8080/api/v1/ws --rest http://127.0.0.1:8080 \
           --market binance:BTC-USDT --seconds 30 [--streams all|50:100,full:0] [--connections 1] \
           [--pause-at 5 --pause-for 10] [--cut-at 20] [--min-comparisons 20]

Follows docs/ws-protocol.md to the letter; the first thing that contradicts it ends the run. Prints one
JSON line and exits with 0 when nothing contradicted, every stream was compared since the last pause or
cut, and at least --min-comparisons comparisons with REST were made; else with 1.
"""

import argparse
import asyncio
import bisect
import collections
import concurrent.futures
import http.client
import itertools
import json
import socket
import sys
import time
import urllib.parse

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

DEPTHS = [10, 25, 50, 100, "full"]
INTERVALS_MS = [0, 100, 250, 1000]
# How long a book's past is kept, and how long a REST answer waits for a stream to reach its seq.
HISTORY_S = 4.0
WAIT_S = 3.0
REST_EVERY_S = 1.0
RECONNECT_S = 0.2
# Small on purpose: a paused reader must stop the server's writes, not fill the kernel's buffers.
RECEIVE_BUFFER = 64 * 1024


class Violation(Exception):
    """Something that the protocol rules out."""


def mantissa(text):
    """A decimal at a fixed scale as an integer: order and equality without floating point."""
    if not isinstance(text, str):
        raise Violation(f"a decimal is not a string: {text!r}")
    return int(text.replace(".", "", 1))


class Side:
    """Price mantissa -> (price, qty) as printed, with the prices kept in order."""

    def __init__(self, sign):
        self.sign = sign
        self.keys = []
        self.levels = {}

    def reset(self, rows):
        self.levels = {self.sign * mantissa(price): (price, qty) for price, qty in rows}
        self.keys = sorted(self.levels)
        if len(self.levels) != len(rows) or self.top(None) != [tuple(row) for row in rows]:
            raise Violation("a snapshot's levels are not unique and best first")
        if any(mantissa(qty) <= 0 for _, qty in rows):
            raise Violation("a snapshot holds a level of quantity zero")

    def put(self, row):
        """Applies one level and returns what undoes it."""
        key = self.sign * mantissa(row[0])
        held = self.levels.get(key)
        if mantissa(row[1]) > 0:
            if held is None:
                bisect.insort(self.keys, key)
            self.levels[key] = (row[0], row[1])
        elif held is not None:
            del self.levels[key]
            del self.keys[bisect.bisect_left(self.keys, key)]
        return key, held

    def top(self, count):
        return [self.levels[key] for key in self.keys[:count]]

    def undone(self, undo):
        """The levels, best first, after taking back `undo`: the newest change comes first."""
        levels = dict(self.levels)
        for key, held in undo:
            if held is None:
                levels.pop(key, None)
            else:
                levels[key] = held
        return [levels[key] for key in sorted(levels)]


class Stream:
    """One book stream, applied strictly by the rule."""

    def __init__(self, depth, interval_ms):
        self.depth = depth
        self.interval_ms = interval_ms
        self.bids, self.asks = Side(-1), Side(1)
        self.epoch = self.seq = None
        self.snapshot_due = True
        self.past = collections.deque()
        self.rest_at = 0.0
        self.counts = dict.fromkeys(["snapshots", "deltas", "rest", "cross", "recovered", "not_recovered"], 0)
        self.compared_since_disturbance = False

    @property
    def name(self):
        return f"{self.depth}:{self.interval_ms}"

    @property
    def levels(self):
        return None if self.depth == "full" else self.depth

    def apply(self, frame):
        if not 0 <= frame["prev"] <= frame["seq"]:
            raise Violation(f"{self.name}: prev {frame['prev']} is after seq {frame['seq']}")
        if frame["type"] == "snapshot":
            if frame["prev"] != frame["seq"]:
                raise Violation(f"{self.name}: a snapshot with prev {frame['prev']}, seq {frame['seq']}")
            self.bids.reset(frame["bids"])
            self.asks.reset(frame["asks"])
            self.past.clear()
            self.epoch, self.snapshot_due = frame["epoch"], False
            self.counts["snapshots"] += 1
            undo = ([], [])
        elif frame["type"] == "delta":
            self.check_delta(frame)
            undo = ([self.bids.put(row) for row in frame["bids"]], [self.asks.put(row) for row in frame["asks"]])
            self.counts["deltas"] += 1
        else:
            raise Violation(f"{self.name}: a book frame of type {frame['type']!r}")
        self.seq = frame["seq"]
        self.check_shape()
        now = time.monotonic()
        self.past.append((self.seq, now, undo))
        while self.past[0][1] < now - HISTORY_S and len(self.past) > 1:
            self.past.popleft()

    def check_delta(self, frame):
        if self.snapshot_due:
            raise Violation(f"{self.name}: a delta where a snapshot is due")
        if frame["epoch"] != self.epoch or frame["prev"] != self.seq:
            raise Violation(
                f"{self.name}: held epoch {self.epoch} seq {self.seq},"
                f" got epoch {frame['epoch']} prev {frame['prev']} seq {frame['seq']}"
            )
        if frame["seq"] == frame["prev"]:
            raise Violation(f"{self.name}: a delta that does not move seq {self.seq}")

    def check_shape(self):
        bids, asks = self.bids.keys, self.asks.keys
        if bids and asks and -bids[0] >= asks[0]:
            raise Violation(f"{self.name}: crossed at seq {self.seq}: {self.bids.top(1)} {self.asks.top(1)}")
        if self.levels is not None and max(len(bids), len(asks)) > self.levels:
            raise Violation(f"{self.name}: {len(bids)} bids and {len(asks)} asks at seq {self.seq}")

    def had(self, seq):
        """Both sides as they were at `seq`, or `None` when no frame ended there."""
        undo_bids, undo_asks = [], []
        for past_seq, _, (bids, asks) in reversed(self.past):
            if past_seq == seq:
                return self.bids.undone(undo_bids), self.asks.undone(undo_asks)
            if past_seq < seq:
                return None
            undo_bids.extend(reversed(bids))
            undo_asks.extend(reversed(asks))
        return None

    def has_passed(self, epoch, seq):
        return self.epoch is not None and (self.epoch != epoch or self.seq >= seq)

    def subscribe_request(self, request_id, market):
        request = {"op": "subscribe", "id": request_id, "channel": "book", "markets": [market]}
        request |= {"depth": self.depth, "interval_ms": self.interval_ms}
        if self.epoch is not None:
            request["resume"] = {"epoch": self.epoch, "seq": self.seq}
        return request


class Expected:
    """A book that some streams must have had at its seq."""

    def __init__(self, kind, depth, epoch, seq, bids, asks, streams, tested=None):
        self.kind, self.depth, self.epoch, self.seq = kind, depth, epoch, seq
        self.bids, self.asks = bids, asks
        self.streams = list(streams)
        # Who is counted as compared, when it is not the stream that is looked at.
        self.tested = tested
        self.until = time.monotonic() + WAIT_S

    def settle(self):
        """Compares with each stream that has reached the seq; says whether any is still awaited."""
        waiting = []
        for stream in self.streams:
            if not stream.has_passed(self.epoch, self.seq):
                waiting.append(stream)
            elif stream.epoch == self.epoch:
                self.compare(stream)
        self.streams = waiting
        return bool(waiting) and time.monotonic() < self.until

    def compare(self, stream):
        found = stream.had(self.seq)
        if found is None:
            return
        levels = min((n for n in (stream.levels, self.depth) if n is not None), default=None)
        for side, expected, held in (("bids", self.bids, found[0]), ("asks", self.asks, found[1])):
            if held[:levels] == expected[:levels]:
                continue
            pairs = itertools.zip_longest(held[:levels], expected[:levels])
            at, differs = next((at, pair) for at, pair in enumerate(pairs) if pair[0] != pair[1])
            raise Violation(
                f"{stream.name}: {side} level {at} at seq {self.seq} is {differs[0]},"
                f" {self.tested.name if self.tested else 'REST'} has {differs[1]}"
            )
        tested = self.tested or stream
        tested.counts[self.kind] += 1
        tested.compared_since_disturbance = True


class Rest:
    """Asks for books on one kept connection, in a thread of its own."""

    def __init__(self, base, market):
        self.address = urllib.parse.urlsplit(base)
        self.path = f"/api/v1/markets/{market}/book?depth="
        self.connection = None
        self.thread = concurrent.futures.ThreadPoolExecutor(1)

    async def book(self, depth):
        return await asyncio.get_running_loop().run_in_executor(self.thread, self.fetch, depth)

    def fetch(self, depth):
        """The book, or `None` while the server cannot be reached or has none."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=5)
            self.connection.request("GET", f"{self.path}{depth}")
            response = self.connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            self.connection = None
            return None
        answer = json.loads(body)
        if response.status == 503 and answer["retryable"]:
            return None
        if response.status != 200 or answer["status"] != "success":
            raise Violation(f"GET {self.path}{depth}: {response.status} {body[:300]!r}")
        book = answer["data"]
        tag = f"{book['epoch']}-{book['seq']}" + ("" if book["status"] == "live" else f"-{book['status']}")
        if response.getheader("ETag") != f'"{tag}"':
            raise Violation(f"ETag {response.getheader('ETag')} of a book with epoch and seq {tag}")
        return book


class Client:
    def __init__(self, args):
        self.args = args
        wanted = itertools.product(DEPTHS, INTERVALS_MS) if args.streams == "all" else parse_streams(args.streams)
        self.streams = [Stream(depth, interval_ms) for depth, interval_ms in wanted]
        self.reference = next((s for s in self.streams if s.name == "full:0"), None)
        self.rest = Rest(args.rest, args.market)
        self.expected = []
        self.asked = {}
        self.began = time.monotonic()
        self.paused = False
        self.counts = dict.fromkeys(["frames", "status_frames", "heartbeats", "resumes"], 0)
        self.statuses = []
        self.closes = []
        self.compressed = False

    async def run(self):
        parts = [self.streams[at :: self.args.connections] for at in range(self.args.connections)]
        tasks = [self.hold(part) for part in parts if part] + [self.ask_rest(), self.compare()]
        work = asyncio.gather(*tasks)
        try:
            await asyncio.wait_for(work, self.args.seconds)
        except asyncio.TimeoutError:
            pass
        for stream in self.streams:
            if not stream.compared_since_disturbance:
                raise Violation(f"{stream.name}: never compared since the last pause or cut")

    async def hold(self, streams):
        """Keeps one connection, resuming each of its streams after a loss."""
        pending = {"pause": self.args.pause_at, "cut": self.args.cut_at}
        while True:
            try:
                await self.converse(streams, pending)
            except ConnectionClosed as closed:
                self.closes.append(closed.rcvd.code if closed.rcvd else None)
            except (OSError, WebSocketException):
                pass
            await asyncio.sleep(RECONNECT_S)

    async def converse(self, streams, pending):
        sock = await self.connected_socket()
        url = self.args.ws
        compression = "deflate" if self.args.deflate else None
        async with connect(
            url, sock=sock, compression=compression, max_queue=1, max_size=None, ping_interval=None, close_timeout=1
        ) as websocket:
            self.compressed = bool(websocket.protocol.extensions)
            for request_id, stream in enumerate(streams):
                self.counts["resumes"] += stream.epoch is not None
                await websocket.send(json.dumps(stream.subscribe_request(request_id, self.args.market)))
            # A stream that is not recovered owes a snapshot, unless that came before the reply.
            snapshots = {stream.name: stream.counts["snapshots"] for stream in streams}
            async for text in websocket:
                self.take(text, streams, snapshots)
                await self.disturb(websocket, streams, pending)

    async def connected_socket(self):
        address = urllib.parse.urlsplit(self.args.ws)
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        sock.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(sock, (address.hostname, address.port))
        except OSError:
            sock.close()
            raise
        return sock

    async def disturb(self, websocket, streams, pending):
        elapsed = time.monotonic() - self.began
        if pending["pause"] is not None and elapsed >= pending["pause"]:
            pending["pause"] = None
            self.paused = True
            await asyncio.sleep(self.args.pause_for)
            self.paused = False
        elif pending["cut"] is not None and elapsed >= pending["cut"]:
            pending["cut"] = None
            websocket.transport.abort()
        else:
            return
        for stream in streams:
            stream.compared_since_disturbance = False

    def take(self, text, streams, snapshots):
        if not isinstance(text, str):
            raise Violation("a binary frame")
        frame = json.loads(text)
        kind = frame["type"]
        if kind == "heartbeat":
            self.counts["heartbeats"] += 1
        elif kind == "reply":
            self.take_reply(frame, streams[frame["id"]], snapshots)
        elif kind == "status":
            self.counts["status_frames"] += 1
            shown = [frame["status"], frame["reason"]]
            if self.statuses[-1:] != [shown]:
                self.statuses.append(shown)
        elif kind in ("snapshot", "delta"):
            self.take_book(frame, streams)
        else:
            raise Violation(f"an unexpected frame: {text[:300]}")

    def take_reply(self, frame, stream, snapshots):
        if frame["status"] != "ok":
            raise Violation(f"refused: {frame}")
        result = frame["results"][0]
        if "recovered" not in result:
            return
        stream.counts["recovered" if result["recovered"] else "not_recovered"] += 1
        if not result["recovered"] and stream.counts["snapshots"] == snapshots[stream.name]:
            stream.snapshot_due = True

    def take_book(self, frame, streams):
        self.counts["frames"] += 1
        if frame["channel"] != "book" or frame["market"] != self.args.market:
            raise Violation(f"a frame of {frame['channel']} {frame['market']}")
        if not all(isinstance(frame[name], int) for name in ("ts_venue", "ts_recv", "ts_sent")):
            raise Violation(f"a time is not an integer at seq {frame['seq']}")
        name = f"{frame['depth']}:{frame['interval_ms']}"
        stream = next((stream for stream in streams if stream.name == name), None)
        if stream is None:
            raise Violation(f"a frame of {name}, which this connection did not subscribe to")
        stream.apply(frame)
        # Asking right after a frame makes an equal seq likely also for streams of a long interval.
        now = time.monotonic()
        if now >= stream.rest_at:
            stream.rest_at = now + REST_EVERY_S
            self.asked[stream.depth] = None
            self.expect_reference(stream)

    def expect_reference(self, stream):
        """The stream of every change has had, or will have, the same levels at the same seq."""
        if self.reference in (None, stream):
            return
        levels, bids, asks = stream.levels, stream.bids.top(None), stream.asks.top(None)
        expected = Expected("cross", levels, stream.epoch, stream.seq, bids, asks, [self.reference], tested=stream)
        self.expected.append(expected)

    async def ask_rest(self):
        asked_at = time.monotonic()
        while True:
            await asyncio.sleep(0.001)
            # Also a market in which nothing happens is compared.
            if not self.asked and time.monotonic() < asked_at + REST_EVERY_S:
                continue
            asked_at = time.monotonic()
            depth = next(iter(self.asked), self.streams[0].depth)
            self.asked.pop(depth, None)
            book = None if self.paused else await self.rest.book(depth)
            if book is None:
                continue
            bids, asks = ([tuple(row) for row in book[side]] for side in ("bids", "asks"))
            is_crossed = bids and asks and mantissa(bids[0][0]) >= mantissa(asks[0][0])
            if is_crossed and book["status"] == "live":
                raise Violation(f"REST calls a crossed book live at seq {book['seq']}: {bids[0]} {asks[0]}")
            levels = None if depth == "full" else depth
            if levels is not None and max(len(bids), len(asks)) > levels:
                raise Violation(f"REST shows {len(bids)} bids and {len(asks)} asks at depth {depth}")
            same = [stream for stream in self.streams if stream.depth == depth or depth == "full"]
            self.expected.append(Expected("rest", levels, book["epoch"], book["seq"], bids, asks, same))

    async def compare(self):
        while True:
            await asyncio.sleep(0.02)
            self.expected = [expected for expected in self.expected if expected.settle()]

    def summary(self, violations):
        total = lambda name: sum(stream.counts[name] for stream in self.streams)
        return {
            "comparisons": total("rest"),
            "cross_comparisons": total("cross"),
            **self.counts,
            "snapshots": total("snapshots"),
            "deltas": total("deltas"),
            "closes": self.closes,
            "compressed": self.compressed,
            "statuses": self.statuses,
            "violations": violations,
            "per_stream": {
                stream.name: stream.counts | {"epoch": stream.epoch, "seq": stream.seq} for stream in self.streams
            },
        }


def parse_streams(text):
    for part in text.split(","):
        depth, interval_ms = part.split(":")
        yield depth if depth == "full" else int(depth), int(interval_ms)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ws", required=True)
    parser.add_argument("--rest", required=True)
    parser.add_argument("--market", required=True)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--streams", default="all", help="all, or depth:interval_ms with commas between")
    parser.add_argument("--deflate", action="store_true", help="offer permessage-deflate")
    parser.add_argument("--connections", type=int, default=1, help="spread the streams over so many")
    parser.add_argument("--pause-at", type=float)
    parser.add_argument("--pause-for", type=float, default=10.0)
    parser.add_argument("--cut-at", type=float)
    parser.add_argument("--min-comparisons", type=int, default=1)
    return parser.parse_args()


async def main(args):
    client = Client(args)
    violations = []
    try:
        await client.run()
    except Violation as violation:
        violations.append(str(violation))
    summary = client.summary(violations)
    print(json.dumps(summary), flush=True)
    if violations:
        return f"violation: {violations[0]}"
    if summary["comparisons"] < args.min_comparisons:
        return f"{summary['comparisons']} comparisons with REST, at least {args.min_comparisons} were due"
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(parse_arguments())))
