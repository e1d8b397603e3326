import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { frames, MarketClient, RefusedError, Views } from "../dist/index.js";
import { FakeSocket, frame } from "./fake-socket.mjs";

const BOOK = { channel: "book", depth: 10, interval_ms: 100 };
const settled = () => new Promise((resolve) => setImmediate(resolve));

function connected(options = {}) {
  const client = new MarketClient({ url: "ws://server/api/v1/ws", WebSocket: FakeSocket, random: () => 1, ...options });
  client.connect();
  FakeSocket.last.open();
  return client;
}

function following(client, stream = BOOK, market = "x:A-B") {
  const got = [];
  const subscription = client.subscribe(stream, market, {
    onFrame: ({ type, seq }) => got.push(`${type} ${seq}`),
    onRefused: ({ code }) => got.push(code),
  });
  return { got, subscription };
}

const accept = (socket, extra = {}) => {
  const { id, op, markets } = socket.sent.at(-1);
  socket.say({
    type: "reply",
    op,
    id,
    status: "ok",
    results: markets.map((market) => ({ market, status: "accepted", ...extra })),
  });
};

beforeEach(() => {
  FakeSocket.made = [];
});

test("subscriptions of one moment become one request for each stream", async () => {
  const client = connected();
  following(client, BOOK, "x:A-B");
  following(client, BOOK, "x:C-D");
  following(client, { channel: "ticker" }, "x:A-B");
  await settled();
  assert.deepEqual(
    FakeSocket.last.sent.map(({ channel, markets }) => [channel, markets]),
    [
      ["book", ["x:A-B", "x:C-D"]],
      ["ticker", ["x:A-B"]],
    ],
  );
  client.close();
});

test("a connection without subscriptions asks something, and hears the server's time", () => {
  const client = connected();
  assert.equal(FakeSocket.last.pings, 1);
  FakeSocket.last.say({ type: "reply", op: "ping", status: "ok", server_time: (Date.now() + 5_000) * 1_000 });
  assert.ok(Math.abs(client.clockOffsetMs - 5_000) < 1_000);
  client.close();
});

test("frames are handed out by the rule, and a broken rule begins the stream anew", async () => {
  const client = connected();
  const { got } = following(client);
  await settled();
  const socket = FakeSocket.last;
  accept(socket);
  socket.say(frame({ seq: 4, prev: 3 })); // before any snapshot
  socket.say(frame({ type: "snapshot", seq: 5, prev: 5 }));
  socket.say(frame({ seq: 9, prev: 5 }));
  socket.say(frame({ seq: 11, prev: 10 })); // a hole
  socket.say(frame({ seq: 12, prev: 11 })); // fits the frame that was not taken
  await settled();
  assert.deepEqual(got, ["snapshot 5", "delta 9"]);
  assert.deepEqual(
    socket.sent.map(({ op, resume }) => [op, resume]),
    [
      ["subscribe", undefined],
      ["unsubscribe", undefined],
      ["subscribe", undefined],
    ],
  );
  socket.say(frame({ type: "snapshot", seq: 12, prev: 12 }));
  assert.deepEqual(got.at(-1), "snapshot 12");
  client.close();
});

test("a delta of another epoch does not apply", async () => {
  const client = connected();
  const { got } = following(client);
  await settled();
  FakeSocket.last.say(frame({ type: "snapshot", seq: 5, prev: 5 }));
  FakeSocket.last.say(frame({ epoch: 2, seq: 6, prev: 5 }));
  assert.deepEqual(got, ["snapshot 5"]);
  client.close();
});

test("after a lost connection it resumes behind the last frame, and waits longer each time", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  try {
    const client = connected({ backoff: { firstMs: 100, lastMs: 250 } });
    const states = [];
    client.onState((state) => states.push(state.phase === "waiting" ? state.pauseMs : state.phase));
    const { got } = following(client);
    await Promise.resolve();
    FakeSocket.last.say(frame({ type: "snapshot", seq: 5, prev: 5 }));
    FakeSocket.last.fail(1006);
    mock.timers.tick(100);
    FakeSocket.last.fail(1006);
    mock.timers.tick(200);
    FakeSocket.last.fail(1006);
    mock.timers.tick(250);
    FakeSocket.last.open();
    assert.deepEqual(states, [100, "connecting", 200, "connecting", 250, "connecting", "open"]);
    const [request] = FakeSocket.last.sent;
    assert.deepEqual(request.resume, { "x:A-B": { epoch: 1, seq: 5 } });
    accept(FakeSocket.last, { recovered: true, reason: "ok" });
    FakeSocket.last.say(frame({ seq: 6, prev: 5 }));
    assert.deepEqual(got, ["snapshot 5", "delta 6"]);
    client.close();
  } finally {
    mock.timers.reset();
  }
});

test("what could not be resumed does not go on before its snapshot", async () => {
  const client = connected({ backoff: { firstMs: 0, lastMs: 0 } });
  const { got } = following(client);
  await settled();
  FakeSocket.last.say(frame({ type: "snapshot", seq: 5, prev: 5 }));
  FakeSocket.last.fail(1012, "server_restart");
  await new Promise((resolve) => setTimeout(resolve, 20));
  FakeSocket.last.open();
  accept(FakeSocket.last, { recovered: false, reason: "epoch" });
  FakeSocket.last.say(frame({ seq: 6, prev: 5 }));
  FakeSocket.last.say(frame({ type: "snapshot", epoch: 2, seq: 1, prev: 1 }));
  assert.deepEqual(got, ["snapshot 5", "snapshot 1"]);
  client.close();
});

test("silence ends the connection, and so does a request without an answer", async () => {
  for (const [options, why] of [
    [{ silenceMs: 1 }, /nothing heard/],
    [{ answerMs: 1 }, /not answered/],
  ]) {
    const client = connected(options);
    following(client);
    const lost = await new Promise((resolve) => client.onState((state) => state.phase === "waiting" && resolve(state)));
    assert.match(lost.why, why);
    client.close();
  }
});

test("a close code from 4500 on is final", () => {
  const client = connected();
  FakeSocket.last.fail(4500, "protocol");
  assert.equal(client.state.phase, "closed");
  assert.match(client.state.why, /4500 protocol/);
});

test("refusals are told; those that pass are asked for again", async () => {
  const client = connected({ backoff: { firstMs: 1, lastMs: 1 } });
  const unknown = following(client, BOOK, "x:NO-PE");
  const busy = following(client, { channel: "bbo" }, "x:A-B");
  await settled();
  const socket = FakeSocket.last;
  const [first, second] = socket.sent;
  const refuse = ({ id, markets }, code, retryable) =>
    socket.say({
      type: "reply",
      op: "subscribe",
      id,
      status: "error",
      results: [{ market: markets[0], status: "error", code, message: code, retryable }],
    });
  refuse(first, "unknown_market", false);
  refuse(second, "busy", true);
  assert.deepEqual([unknown.got, busy.got], [["unknown_market"], ["busy"]]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.deepEqual(
    socket.sent.slice(2).map(({ channel }) => channel),
    ["bbo"],
  );
  client.close();
});

test("an answer to an older request does not count", async () => {
  const client = connected();
  const { got, subscription } = following(client);
  await settled();
  const socket = FakeSocket.last;
  const [old] = socket.sent;
  subscription.restart();
  await settled();
  socket.say({
    type: "reply",
    op: "subscribe",
    id: old.id,
    status: "error",
    results: [{ market: "x:A-B", status: "error", code: "busy", message: "", retryable: false }],
  });
  assert.deepEqual(got, []);
  client.close();
});

test("what is not JSON ends the connection; unknown frames are passed over", () => {
  const client = connected();
  FakeSocket.last.say({ type: "one day" });
  assert.equal(client.state.phase, "open");
  FakeSocket.last.say("{");
  assert.equal(client.state.phase, "waiting");
  client.close();
});

test("views are shared, and the last who lets go ends the subscription", async () => {
  const client = connected();
  const views = new Views(client);
  const [a, b] = [views.ticker("x:A-B"), views.ticker("x:A-B")];
  assert.equal(a.view, b.view);
  await settled();
  const socket = FakeSocket.last;
  accept(socket);
  a.release();
  a.release();
  assert.equal(socket.sent.length, 1);
  b.release();
  assert.equal(socket.sent.at(-1).op, "unsubscribe");
  client.close();
});

test("a checksum that differs begins the book anew", async () => {
  const client = connected();
  const { view } = new Views(client).book("x:A-B", { depth: 10, interval_ms: 100, checksum: true });
  await settled();
  const socket = FakeSocket.last;
  accept(socket);
  socket.say(frame({ type: "snapshot", seq: 1, prev: 1, bids: [["1.00", "2.0"]], asks: [], checksum: 1 }));
  await settled();
  assert.deepEqual(view.checksums, { compared: 1, different: 1 });
  assert.deepEqual(
    socket.sent.map(({ op }) => op),
    ["subscribe", "unsubscribe", "subscribe"],
  );
  client.close();
});

test("a tape goes on after a snapshot of the same epoch and says what it lacks", async () => {
  const client = connected();
  const { view } = new Views(client, { trades: 5 }).trades("x:A-B");
  await settled();
  const trades = (from, to) =>
    Array.from({ length: to - from + 1 }, (_, at) => ({
      seq: from + at,
      trade_id: "",
      price: "1",
      qty: "1",
      side: "buy",
      ts: 0,
    }));
  const say = (fields) =>
    FakeSocket.last.say({ ...frame(fields), channel: "trades", depth: undefined, bids: undefined });
  say({ type: "snapshot", seq: 3, prev: 3, trades: trades(2, 3) });
  say({ type: "snapshot", seq: 8, prev: 8, trades: trades(7, 8) });
  say({ type: "event", seq: 20, prev: 8, lagged: { from: 9, to: 20 } });
  const shown = view.prints.map((print) =>
    "missed" in print ? `${print.missed.from}-${print.missed.to} missed` : print.seq,
  );
  assert.deepEqual(shown, [3, "4-6 missed", 7, 8, "9-20 missed"]);
  assert.deepEqual([view.taken, view.generation], [6, 1]);
  say({ type: "snapshot", epoch: 2, seq: 1, prev: 1, trades: trades(1, 1) });
  assert.deepEqual([view.prints.length, view.taken, view.generation], [1, 1, 2]);
  client.close();
});

test("an iterator that is not read begins anew instead of growing", async () => {
  const client = connected();
  const taken = frames(client, BOOK, "x:A-B", { limit: 3 });
  const first = taken.next();
  await settled();
  const socket = FakeSocket.last;
  accept(socket);
  socket.say(frame({ type: "snapshot", seq: 1, prev: 1 }));
  assert.equal((await first).value.seq, 1);
  for (let seq = 2; seq < 9; seq += 1) socket.say(frame({ seq, prev: seq - 1 }));
  await settled();
  assert.deepEqual(
    socket.sent.map(({ op }) => op),
    ["subscribe", "unsubscribe", "subscribe"],
  );
  socket.say(frame({ type: "snapshot", seq: 20, prev: 20 }));
  assert.equal((await taken.next()).value.seq, 20);
  await taken.return();
  assert.equal(socket.sent.at(-1).op, "unsubscribe");
  client.close();
});

test("an iterator throws a refusal that will not pass", async () => {
  const client = connected();
  const next = frames(client, BOOK, "x:NO-PE").next();
  await settled();
  const { id } = FakeSocket.last.sent[0];
  FakeSocket.last.say({ type: "error", op: "subscribe", id, code: "bad_depth", message: "no", retryable: false });
  await assert.rejects(next, (error) => error instanceof RefusedError && error.refusal.code === "bad_depth");
  client.close();
});
