import assert from "node:assert/strict";
import { test } from "node:test";
import { hasBook, ladder, openBrowser, openPage, Server, sleep, until } from "./support.mjs";

test(
  "a killed server is noticed at once, and the page goes on by itself when it is back",
  { timeout: 180_000 },
  async () => {
    const browser = await openBrowser();
    const server = await Server.start();
    try {
      const { page, close } = await openPage(browser, server, "#/trade/binance:BTC-USDT");
      await hasBook(page);
      // An order far below the market: what was acknowledged is still there afterwards.
      await server.post("/api/v1/orders", {
        market: "binance:BTC-USDT",
        side: "buy",
        type: "limit",
        qty: "0.01",
        price: "30000",
        client_order_id: "before-the-kill",
      });
      await page.waitForSelector(".account tr[data-order]:has-text('before-the-kill')");
      await server.kill();
      await page.waitForSelector(".banner[role=alert]");
      assert.equal(await page.textContent(".pill"), "disconnected");
      const { filter } = await page.$eval(".ladder .panel-body", (body) => ({ filter: getComputedStyle(body).filter }));
      assert.match(filter, /grayscale/, "what is shown is old, and looks it");
      // Long enough for several attempts, so that pauses have grown.
      await page.waitForFunction(
        () => /Next attempt in [2-9] s|Next attempt in 10 s/.test(document.querySelector(".banner")?.textContent ?? ""),
        null,
        { timeout: 60_000 },
      );
      await server.run();
      await page.waitForSelector(".banner", { state: "detached", timeout: 60_000 });
      await page.waitForSelector('.pill[data-connection="connected"]');
      const shown = JSON.stringify(await ladder(page, "bids"));
      await until("the book moves again", async () => JSON.stringify(await ladder(page, "bids")) !== shown);
      await page.waitForSelector('.market-bar .badge[data-status="live"]');
      await page.waitForSelector(".account:not(:has(.old-note)) tr[data-order]:has-text('before-the-kill')");
      await close();
    } finally {
      await browser.close();
      await server.end();
    }
  },
);

test("a page that follows no market stays connected", { timeout: 120_000 }, async () => {
  const browser = await openBrowser();
  const server = await Server.start({ "limits.first_message_ms": "2000" });
  try {
    const { page, close } = await openPage(browser, server, "#/system");
    await page.waitForSelector('.pill[data-connection="connected"]');
    await sleep(4_000);
    assert.equal(await page.$(".banner"), null);
    assert.equal((await server.data("/api/v1/system/info")).counters.late_closed, 0);
    await close();
  } finally {
    await browser.close();
    await server.end();
  }
});

test("a server that is silent looks it before it is given up", { timeout: 120_000 }, async () => {
  const browser = await openBrowser();
  const server = await Server.start();
  try {
    const { page, close } = await openPage(browser, server, "#/trade/sim:BTC-USD");
    await hasBook(page);
    server.freeze();
    await page.waitForSelector('.pill[data-connection="silent"]');
    assert.equal(await page.$(".banner"), null);
    server.thaw();
    await page.waitForSelector('.pill[data-connection="connected"]');
    await close();
  } finally {
    await browser.close();
    await server.end();
  }
});

test("a connection that breaks off is resumed where it was", { timeout: 120_000 }, async () => {
  const browser = await openBrowser();
  // One worker: at another one nobody may have followed the stream, and then there is a snapshot.
  const server = await Server.start({ "http.workers": "1" });
  try {
    // What goes over the page's connections, the latest of which can be cut.
    const [said, heard] = [[], []];
    let [cut, connections] = [null, 0];
    const prepare = (page) =>
      page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
        const other = socket.connectToServer();
        [said.length, heard.length] = [0, 0];
        connections += 1;
        socket.onMessage((message) => (said.push(JSON.parse(message)), other.send(message)));
        other.onMessage((message) => (heard.push(JSON.parse(message)), socket.send(message)));
        cut = () => Promise.all([socket.close({ code: 4000 }), other.close({ code: 1000 })]);
      });
    const { page, close } = await openPage(browser, server, "#/trade/sim:BTC-USD", { prepare });
    await hasBook(page);
    await until("frames of the book", () => heard.some(({ type, channel }) => type === "delta" && channel === "book"));
    const { epoch, seq } = heard.findLast(({ channel, type }) => channel === "book" && type !== "reply");
    await cut();
    await until("another connection", () => connections === 2);
    await until("frames go on", () => heard.some(({ type, channel }) => type === "delta" && channel === "book"));
    const asked = said.find(({ op, channel }) => op === "subscribe" && channel === "book");
    const position = asked.resume["sim:BTC-USD"];
    assert.equal(position.epoch, epoch);
    assert.ok(position.seq >= seq, `${position.seq} is not behind ${seq}`);
    const answer = heard.find(({ type, id }) => type === "reply" && id === asked.id);
    assert.equal(answer.results[0].recovered, true);
    assert.ok(!heard.some(({ type, channel }) => type === "snapshot" && channel === "book"), "no snapshot was needed");
    // And what is shown is the book.
    await until("page and server agree", async () => {
      const { bids } = await server.data("/api/v1/markets/sim:BTC-USD/book?depth=10");
      const shown = (await ladder(page, "bids")).map(([price, qty]) => [price.replaceAll(",", ""), qty]);
      return JSON.stringify(shown.slice(0, 5)) === JSON.stringify(bids.slice(0, 5));
    });
    await close();
  } finally {
    await browser.close();
    await server.end();
  }
});
