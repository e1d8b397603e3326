import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ODD_MARKETS, writeOddBooks } from "./odd-books.mjs";
import { openBrowser, openPage, Server, until } from "./support.mjs";

const options = { timeout: 180_000 };
let browser;
let server;
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "marketd-odd-"));
  const recording = join(folder, "binance-spot_odd.jsonl");
  await writeOddBooks(recording);
  browser = await openBrowser();
  server = await Server.start({ "replay.files": recording, "venues.sim.enabled": "false" });
  // A resting order in each book, so that one row of it is marked.
  await server.post("/api/v1/accounts/dev/deposits", { asset: "USDT", amount: "900000000000" });
  for (const market of ODD_MARKETS) {
    await until(`a book of ${market}`, async () => (await server.data(`/api/v1/markets/${market}`)).status === "live");
    // Where no print comes, which could fill it.
    const { bids } = await server.data(`/api/v1/markets/${market}/book?depth=10`);
    const [price] = bids[2] ?? ["0.9999"];
    await server.post("/api/v1/orders", { market, side: "buy", type: "limit", price, qty: "1" });
  }
}, options);

after(async () => {
  await browser?.close();
  await server?.end();
  if (folder) await rm(folder, { recursive: true, force: true });
}, options);

/** Where columns begin and end that are not where those of the first row are, figures that are cut unsaid, and how wide the page is. */
const look = (page) =>
  page.evaluate(() => {
    const texts = (cells) => cells.map((cell) => `${cell.className}: ${cell.textContent}`);
    const places = (row) =>
      [".price", ".qty", ".sum"].map((name) => {
        const cell = row.querySelector(name);
        // An own order's mark stands where the sum would.
        const shown = cell.checkVisibility() ? cell : row.querySelector(".own");
        const { left, right } = shown.getBoundingClientRect();
        return [Math.round(left * 2), Math.round(right * 2)];
      });
    const rows = [...document.querySelectorAll(".ladder .row:not(.empty)")];
    const [first] = rows.map((row) => JSON.stringify(places(row)));
    const cells = [...document.querySelectorAll(":is(.ladder-rows, .tape-rows) .row:not(.missed) > span")];
    return {
      rows: rows.length,
      mine: document.querySelectorAll(".ladder .row.mine").length,
      crooked: rows.filter((row) => JSON.stringify(places(row)) !== first).map((row) => row.textContent),
      cut: texts(cells.filter((cell) => cell.scrollWidth > cell.clientWidth)),
      short: texts(cells.filter((cell) => /[KMBT⋯]$|e-/.test(cell.textContent) && !cell.title)),
      isWide: document.documentElement.scrollWidth > innerWidth,
    };
  });

for (const width of [390, 768, 1280, 2560]) {
  test(
    `books as no ordinary market has them stand in straight columns, with all their digits: ${width} px`,
    options,
    async () => {
      const { page, close } = await openPage(browser, server, `#/trade/${ODD_MARKETS[0]}`, { width, height: 1000 });
      for (const market of ODD_MARKETS) {
        await page.evaluate((market) => (location.hash = `#/trade/${market}`), market);
        await page.waitForSelector(`.chart-host[aria-label*="${market}"]`);
        await until(`${market} with its own order`, async () => (await look(page)).mine === 1);
        const { rows, ...found } = await look(page);
        assert.deepEqual(found, { mine: 1, crooked: [], cut: [], short: [], isWide: false }, market);
        assert.ok(rows >= 2, `${market}: ${rows} rows`);
      }
      await close();
    },
  );
}

test(
  "a thousand levels are put together into wide rows, and a book of one side says that it has no spread",
  options,
  async () => {
    const { page, close } = await openPage(browser, server, "#/trade/binance:DEEP-USDT");
    await until("a book", async () => (await look(page)).rows > 10);
    await page.selectOption(".ladder select", { label: "1000" });
    await until("whole rows", async () => {
      const prices = await page.$$eval(".ladder .bids .row:not(.empty) .price", (cells) =>
        cells.map((cell) => cell.textContent),
      );
      return prices.length > 0 && prices.every((price) => /^[\d,]*000$/.test(price));
    });
    assert.deepEqual((await look(page)).crooked, []);
    await page.evaluate(() => (location.hash = "#/trade/binance:BIDS-USDT"));
    await page.waitForSelector(".ladder .spread:text-is('no spread while a side is empty')");
    assert.equal(await page.$(".ladder .asks .row:not(.empty)"), null);
    await close();
  },
);
