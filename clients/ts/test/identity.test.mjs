import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { MarketClient } from "../dist/index.js";
import { FakeSocket } from "./fake-socket.mjs";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function connecting(credentials) {
  const client = new MarketClient({
    url: "ws://server/api/v1/ws",
    WebSocket: FakeSocket,
    random: () => 1,
    credentials,
  });
  client.follow({ channel: "orders", account: "dev" }, { onFrame() {} });
  client.connect();
  FakeSocket.last.open();
  return client;
}

const proved = (expires_at = null) => {
  const { id } = FakeSocket.last.sent.findLast(({ op }) => op === "auth");
  FakeSocket.last.say({
    type: "reply",
    op: "auth",
    id,
    status: "ok",
    user: "ann",
    role: "trader",
    scopes: [],
    expires_at,
  });
};
const ops = () => FakeSocket.last.sent.map(({ op }) => op);

beforeEach(() => {
  FakeSocket.made = [];
});

test("who it is comes first: nothing is asked for before the server has said yes", async () => {
  let tickets = 0;
  const client = connecting(async () => ({ ticket: `t${(tickets += 1)}` }));
  await settled();
  assert.deepEqual(ops(), ["auth"]);
  assert.equal(FakeSocket.last.sent[0].ticket, "t1");
  assert.equal(client.state.phase, "connecting");
  await assert.rejects(client.call("order.cancel_all", {}), { code: "not_connected" });
  proved();
  assert.equal(client.state.phase, "open");
  assert.deepEqual(ops(), ["auth", "subscribe"]);
  // A ticket is good once: the next connection asks for another.
  FakeSocket.last.fail(1012);
  client.connectNow();
  FakeSocket.last.open();
  await settled();
  assert.equal(FakeSocket.last.sent[0].ticket, "t2");
  client.close();
});

test("without credentials, and when they are refused, it goes on as a stranger", async () => {
  const none = connecting(async () => null);
  await settled();
  assert.deepEqual(ops(), ["subscribe"]);
  none.close();
  const errors = [];
  const refused = connecting(async () => ({ token: "old" }));
  refused.onError(({ code }) => errors.push(code));
  await settled();
  const [{ id }] = FakeSocket.last.sent;
  FakeSocket.last.say({ type: "error", op: "auth", id, code: "unauthenticated", message: "lapsed", retryable: false });
  assert.deepEqual([errors, ops(), refused.state.phase], [["unauthenticated"], ["auth", "subscribe"], "open"]);
  refused.close();
});

test("an identity is shown anew before it lapses", async (context) => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  let at = 0;
  context.mock.method(performance, "now", () => at);
  try {
    const client = connecting(async () => ({ token: "x" }));
    await settled();
    proved((Date.now() + 60_000) * 1_000);
    const { id } = FakeSocket.last.sent.find(({ op }) => op === "subscribe");
    FakeSocket.last.say({ type: "reply", op: "subscribe", id, status: "ok", results: [] });
    const heard = () => FakeSocket.last.say({ type: "heartbeat", server_time: Date.now() * 1_000, streams: [] });
    for (at = 5_000; at < 29_000; at += 5_000) {
      heard();
      mock.timers.tick(1_000);
    }
    await settled();
    assert.deepEqual(ops(), ["auth", "subscribe"]);
    at = 31_000;
    heard();
    mock.timers.tick(1_000);
    await settled();
    assert.deepEqual(ops(), ["auth", "subscribe", "auth"]);
    client.close();
  } finally {
    mock.timers.reset();
  }
});
