import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, openPage, Server, sleep } from "./support.mjs";

const options = { timeout: 120_000 };
const EVIL = '"><img src=x onerror="globalThis.broken=1"><script>globalThis.broken=1</script>{{7*7}}${7*7}';
let browser;
let server;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
}, options);

after(async () => {
  await browser?.close();
  await server?.end();
}, options);

/** The page showed the text as text: nothing of it became an element or ran. */
async function isUnbroken(page, where) {
  assert.equal(await page.evaluate(() => globalThis.broken), undefined, where);
  assert.equal(await page.$("img[src=x], main script"), null, where);
}

/** Every text that a server could answer with, made hostile. */
function poison(value) {
  if (Array.isArray(value)) return value.map(poison);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => [
      key,
      [
        "symbol",
        "base",
        "quote",
        "reason",
        "source",
        "status",
        "feed",
        "venue",
        "last_error",
        "replay",
        "scenario",
        "version",
        "name",
        "account",
        "client_order_id",
        "asset",
        "fee_asset",
        "type",
        "side",
        "liquidity",
        "time_in_force",
        "message",
        "trade_id",
        "kind",
      ].includes(key) && typeof held !== "object"
        ? EVIL
        : poison(held),
    ]),
  );
}

test("a hostile address is text", options, async () => {
  const { page, close } = await openPage(browser, server, `#/trade/${encodeURIComponent(EVIL)}`);
  for (const hash of [
    `#/trade/${EVIL}`,
    `#/data/${encodeURIComponent(EVIL)}`,
    "#/trade/%E0%A4%A",
    `#/${encodeURIComponent(EVIL)}`,
    "#/trade/javascript:alert(1)",
  ]) {
    await page.waitForSelector("main");
    await sleep(500);
    await isUnbroken(page, page.url());
    await page.evaluate((hash) => (location.hash = hash), hash);
  }
  await sleep(500);
  await isUnbroken(page, page.url());
  await close();
});

test("hostile answers are text on every page", options, async () => {
  const prepare = (page) =>
    page.route(/\/(health|api\/v1\/(markets|system\/info|replay|sim))$/, async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      await route.fulfill({ response, json: { ...body, data: poison(body.data) } });
    });
  const { page, close } = await openPage(browser, server, "", { prepare });
  for (const name of ["trade", "markets", "services", "data", "system"]) {
    await page.evaluate((hash) => (location.hash = hash), `#/${name}`);
    await page.waitForFunction(
      (name) => document.querySelector(`main[data-page="${name}"]`)?.textContent.length > 40,
      name,
    );
    await sleep(700);
    await isUnbroken(page, name);
  }
  await close();
});

test("hostile accounts, orders and fills are text, in every part that shows them", options, async () => {
  // Something of everything to be poisoned.
  const place = { market: "sim:SOL-USD", side: "buy", qty: "1" };
  await server.post("/api/v1/orders", { ...place, type: "market" });
  await server.post("/api/v1/orders", { ...place, type: "limit", price: "1", qty: "20", client_order_id: "a/b" });
  const prepare = async (page) => {
    // The private channels are left out, so that all of it comes by REST.
    await page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
      const other = socket.connectToServer();
      socket.onMessage((message) => {
        const { id, channel, account } = JSON.parse(message);
        if (account === undefined) return other.send(message);
        const error = { type: "error", id, code: "unknown_channel", message: EVIL, retryable: false, channel };
        socket.send(JSON.stringify(error));
      });
    });
    await page.route(/\/api\/v1\/(accounts|orders|fills|balances|positions|risk)/, async (route) => {
      // The page asks for the account under the name that it was given.
      const url = new URL(route.request().url());
      if (url.searchParams.has("account")) url.searchParams.set("account", "dev");
      const response = await route.fetch({ url: String(url) });
      const body = await response.json();
      assert.equal(body.status, "success", body.message);
      await route.fulfill({ response, json: { ...body, data: poison(body.data) } });
    });
  };
  const { page, close } = await openPage(browser, server, "#/trade/sim:SOL-USD", { prepare });
  for (const tab of ["orders", "history", "fills", "positions", "balances", "account"]) {
    await page.click(`.account [data-tab=${tab}]`);
    await page.waitForFunction(
      () => document.querySelector(".account [role=tabpanel]")?.textContent.includes("onerror"),
      null,
      { timeout: 15_000 },
    );
    await isUnbroken(page, tab);
  }
  await page.click(".account [data-tab=history]");
  await page.click(".account button:has-text('Why?')");
  await page.waitForSelector(".told:has-text('onerror')");
  await isUnbroken(page, "explanation");
  await close();
});

test("hostile frames are text, and what is no decimal breaks nothing else", options, async () => {
  const prepare = (page) =>
    page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
      const other = socket.connectToServer();
      socket.onMessage((message) => other.send(message));
      other.onMessage((message) => {
        const frame = JSON.parse(message);
        if (frame.channel === "trades" && frame.trades)
          for (const trade of frame.trades) Object.assign(trade, { trade_id: EVIL, qty: EVIL, side: EVIL });
        if (frame.channel === "status") Object.assign(frame, { status: "stale", reason: EVIL });
        socket.send(JSON.stringify(frame));
      });
    });
  const { page, close } = await openPage(browser, server, "#/trade/binance:BTC-USDT", { prepare });
  await page.waitForSelector(".status-note");
  await page.waitForFunction(() => document.querySelector(".tape .row .qty")?.textContent.length > 0);
  await sleep(1_000);
  await isUnbroken(page, "frames");
  assert.ok((await page.textContent(".status-note")).includes("onerror"), "shown as text");
  await close();
});

test("figures that are none stay a matter of the page that shows them", options, async () => {
  const prepare = (page) =>
    page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
      const other = socket.connectToServer();
      socket.onMessage((message) => other.send(message));
      other.onMessage((message) => {
        const frame = JSON.parse(message);
        if (frame.channel === "ticker") frame.change_percent = EVIL;
        socket.send(JSON.stringify(frame));
      });
    });
  const { page, wrongs } = await openPage(browser, server, "#/trade/binance:BTC-USDT", { prepare });
  await page.waitForSelector("main .failure[role=alert]");
  await page.click("nav >> text=System");
  await page.waitForSelector("text=Counters since the start");
  await isUnbroken(page, "ticker");
  assert.ok(wrongs.length > 0, "the fault is told in the console");
  await page.context().close();
});

test("the page cannot be framed, and its policy stops what is injected", options, async () => {
  const { page, wrongs } = await openPage(browser, server);
  await page.waitForSelector("main");
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.broken = 1";
    document.body.append(script);
    const image = document.createElement("img");
    image.src = "https://elsewhere.example/x.png";
    document.body.append(image);
  });
  await sleep(500);
  assert.equal(await page.evaluate(() => globalThis.broken), undefined);
  assert.ok(
    wrongs.some((text) => /Content Security Policy/.test(text)),
    String(wrongs),
  );
  await page.context().close();
});
