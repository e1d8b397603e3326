import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { openBrowser, Server } from "./support.mjs";

const options = { timeout: 120_000 };
let browser;
let server;
let elsewhere;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  // Chromium finds every name below localhost on this machine; to the server it is a stranger's.
  elsewhere = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end("<p>elsewhere</p>"));
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
}, options);

after(async () => {
  await browser?.close();
  await server?.end();
  elsewhere?.close();
}, options);

/** Everything that a page can try on a server, from a page at this address. */
async function attack(url, target) {
  const page = await browser.newPage();
  await page.goto(url);
  const told = await page.evaluate(async (target) => {
    const order = JSON.stringify({ market: "sim:BTC-USD", side: "buy", type: "market", qty: "0.01" });
    const asked = async (path, init) => {
      try {
        const answer = await fetch(target + path, init);
        return { status: answer.status, text: answer.type === "opaque" ? null : await answer.text() };
      } catch {
        return { status: "refused" };
      }
    };
    const socket = (path) =>
      new Promise((resolve) => {
        const opened = new WebSocket(target.replace("http", "ws") + path);
        opened.onopen = () => resolve("open");
        opened.onerror = () => resolve("refused");
      });
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: `${target}/api/v1/orders`, enctype: "text/plain", target: "frame" });
    const frame = document.createElement("iframe");
    frame.name = "frame";
    const field = document.createElement("input");
    Object.assign(field, { name: order.slice(0, -1) + ',"x":"', value: '"}' });
    form.append(field);
    document.body.append(frame, form);
    const sent = new Promise((resolve) => (frame.onload = resolve));
    form.submit();
    await sent;
    return {
      read: await asked("/api/v1/accounts"),
      blind: await asked("/api/v1/orders", { method: "POST", mode: "no-cors", body: order }),
      json: await asked("/api/v1/orders", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: order,
      }),
      socket: await socket("/api/v1/ws"),
      face: await socket("/ws/btcusdt@trade"),
    };
  }, target);
  await page.close();
  return told;
}

test("a page of elsewhere reads nothing, changes nothing and opens nothing", options, async () => {
  const told = await attack(`http://evil.localhost:${elsewhere.address().port}/`, server.url);
  assert.equal(told.read.status, "refused", "the browser keeps the answer from the page");
  assert.equal(told.json.status, "refused");
  assert.equal(told.socket, "refused");
  assert.equal(told.face, "refused");
  assert.deepEqual((await server.data("/api/v1/orders")).items, [], "no order was placed");
});

test("a page that has pointed its own name here is nobody here", options, async () => {
  const here = `http://rebound.localhost:${server.port}`;
  const told = await attack(`${here}/livez`, here);
  assert.equal(told.read.status, 401);
  assert.equal(told.json.status, 401);
  assert.deepEqual((await server.data("/api/v1/orders")).items, [], "no order was placed");
});

test("a page of the server itself may do all of that", options, async () => {
  const told = await attack(`${server.url}/livez`, server.url);
  assert.equal(told.read.status, 200);
  assert.equal(told.json.status, 201);
  assert.equal(told.socket, "open");
  assert.ok((await server.data("/api/v1/orders")).items.length > 0, "else the rest would show nothing");
});
