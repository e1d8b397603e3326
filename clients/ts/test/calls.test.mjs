import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { CallError, MarketClient, Views } from "../dist/index.js";
import { FakeSocket } from "./fake-socket.mjs";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function connected() {
  const client = new MarketClient({ url: "ws://server/api/v1/ws", WebSocket: FakeSocket, random: () => 1 });
  client.connect();
  FakeSocket.last.open();
  return client;
}

const ORDER = { market: "x:A-B", side: "buy", type: "limit", qty: "1", price: "2" };
const accountFrame = (fields) => ({ type: "event", account: "dev", epoch: 1, ts_sent: 0, ...fields });

beforeEach(() => {
  FakeSocket.made = [];
});

test("a call is answered by the reply with its id", async () => {
  const client = connected();
  const [first, second] = [client.call("order.place", ORDER), client.call("order.cancel", { order_id: 7 })];
  const [place, cancel] = FakeSocket.last.sent;
  assert.deepEqual([place.op, place.market, cancel.op, cancel.order_id], ["order.place", "x:A-B", "order.cancel", 7]);
  FakeSocket.last.say({ type: "reply", op: "order.cancel", id: cancel.id, status: "ok", data: { order_id: 7 } });
  FakeSocket.last.say({ type: "reply", op: "order.place", id: place.id, status: "ok", data: { order_id: 8 } });
  assert.deepEqual([(await first).order_id, (await second).order_id], [8, 7]);
  client.close();
});

test("a refusal is an error with its code, and says that nothing was done", async () => {
  const client = connected();
  const call = client.call("order.place", ORDER);
  const { id } = FakeSocket.last.sent.at(-1);
  FakeSocket.last.say({ type: "error", id, code: "tick_size", message: "no multiple", retryable: false });
  await assert.rejects(
    call,
    (error) => error instanceof CallError && error.code === "tick_size" && !error.isOutcomeUnknown,
  );
  client.close();
});

test("a call that the connection is lost over has an unknown outcome, and is not made again", async () => {
  const client = connected();
  const call = client.call("order.place", ORDER);
  FakeSocket.last.fail(1012);
  await assert.rejects(call, ({ code, isOutcomeUnknown }) => code === "connection_lost" && isOutcomeUnknown);
  await assert.rejects(
    client.call("order.place", ORDER),
    ({ code, isOutcomeUnknown }) => code === "not_connected" && !isOutcomeUnknown,
  );
  client.connectNow();
  FakeSocket.last.open();
  await settled();
  assert.deepEqual(FakeSocket.last.sent, []);
  client.close();
});

test("a call without an answer ends the connection, and its outcome is unknown", async (context) => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  let at = 0;
  context.mock.method(performance, "now", () => at);
  try {
    const client = connected();
    const call = client.call("order.cancel_all", {});
    const rejected = assert.rejects(call, ({ isOutcomeUnknown }) => isOutcomeUnknown);
    at = 11_000;
    FakeSocket.last.say({ type: "heartbeat", server_time: 0, streams: [] });
    mock.timers.tick(1_000);
    await rejected;
    client.close();
  } finally {
    mock.timers.reset();
  }
});

test("a private channel is asked for by account, followed by the rule, and resumed", async () => {
  const client = connected();
  const views = new Views(client, { fills: 2 });
  const { view } = views.orders("dev");
  await settled();
  const { id, ...asked } = FakeSocket.last.sent.at(-1);
  assert.deepEqual(asked, { op: "subscribe", channel: "orders", account: "dev" });
  const account = { op: "subscribe", channel: "orders", account: "dev" };
  FakeSocket.last.say({ type: "reply", id, status: "ok", ...account });
  const order = (order_id, status) => ({ order_id, status });
  const say = (fields) => FakeSocket.last.say(accountFrame({ channel: "orders", ...fields }));
  say({ type: "snapshot", seq: 4, prev: 4, items: [order(1, "open"), order(2, "pending")] });
  say({ seq: 5, prev: 4, items: [order(1, "filled"), order(3, "partially_filled")] });
  assert.deepEqual([...view.open.keys()], [2, 3]);
  assert.deepEqual(
    view.ended.map(({ order_id }) => order_id),
    [1],
  );
  // Of another account, and nobody's here.
  say({ account: "other", seq: 6, prev: 5, items: [order(9, "open")] });
  assert.deepEqual([...view.open.keys()], [2, 3]);
  FakeSocket.last.fail(1012);
  client.connectNow();
  FakeSocket.last.open();
  await settled();
  assert.deepEqual(FakeSocket.last.sent.at(-1).resume, { epoch: 1, seq: 5 });
  const again = FakeSocket.last.sent.at(-1).id;
  FakeSocket.last.say({ type: "reply", id: again, status: "ok", ...account, recovered: false, reason: "epoch" });
  // It could not be resumed: nothing is gone on with before the snapshot.
  say({ seq: 6, prev: 5, items: [order(2, "filled")] });
  assert.deepEqual([...view.open.keys()], [2, 3]);
  say({ type: "snapshot", epoch: 2, seq: 1, prev: 1, items: [order(3, "open")] });
  assert.deepEqual([...view.open.keys()], [3]);
  client.close();
});

test("fills are kept newest first and bounded, balances and positions by their name", async () => {
  const client = connected();
  const views = new Views(client, { fills: 2 });
  const [fills, balances, positions] = [views.fills("dev"), views.balances("dev"), views.positions("dev")];
  await settled();
  const say = (fields) => FakeSocket.last.say(accountFrame(fields));
  say({ channel: "fills", type: "snapshot", seq: 1, prev: 1, items: [{ fill_id: 1 }, { fill_id: 2 }] });
  say({ channel: "fills", seq: 2, prev: 1, items: [{ fill_id: 3 }] });
  assert.deepEqual(
    fills.view.fills.map(({ fill_id }) => fill_id),
    [3, 2],
  );
  say({
    channel: "balances",
    type: "snapshot",
    seq: 1,
    prev: 1,
    items: [
      { asset: "A", free: "1" },
      { asset: "B", free: "2" },
    ],
  });
  say({ channel: "balances", seq: 2, prev: 1, items: [{ asset: "A", free: "5" }] });
  assert.deepEqual(
    [...balances.view.balances.values()].map(({ free }) => free),
    ["5", "2"],
  );
  say({ channel: "positions", type: "snapshot", seq: 1, prev: 1, items: [{ market: "x:A-B", qty: "1" }] });
  assert.equal(positions.view.positions.get("x:A-B").qty, "1");
  client.close();
});
