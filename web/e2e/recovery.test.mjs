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
