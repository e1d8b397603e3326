// Pictures of every page, for docs/images: node e2e/screenshots.mjs
// PNG of a screen with few colours; they are small enough to be kept in the repository.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { hasBook, openBrowser, openPage, Server, sleep } from "./support.mjs";

const out = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const PAGES = {
  trading: "trade/binance:BTC-USDT",
  markets: "markets",
  services: "services",
  data: "data/binance:BTC-USDT",
  system: "system",
};

await mkdir(out, { recursive: true });
const browser = await openBrowser();
const server = await Server.start({ "replay.speed": "20" });
// Some minutes of the recording, so that there is a chart to see.
await sleep(15_000);
// From here on it stands still, and so do the orders in its queues.
await server.post("/api/v1/replay/pause");
await sleep(1_000);

// A trader at work: something bought, something that rests in the book's queues, something that waits for its price.
const MARKET = "binance:BTC-USDT";
const { bids, asks } = await server.data(`/api/v1/markets/${MARKET}/book?depth=25`);
const place = (fields) => server.post("/api/v1/orders", { market: MARKET, ...fields });
await place({ side: "buy", type: "market", qty: "0.2" });
await place({ side: "buy", type: "limit", qty: "0.25", price: bids[2][0], client_order_id: "ladder-1" });
await place({ side: "buy", type: "limit", qty: "0.5", price: bids[5][0], client_order_id: "ladder-2" });
await place({ side: "sell", type: "limit", qty: "0.1", price: asks[3][0] });
const stop = String(Math.floor(Number(bids[0][0]) * 0.98));
await place({ side: "sell", type: "stop", qty: "0.2", stop_price: stop });

/** The ticket filled in, so that it shows what the order would come to. */
async function fillTicket(page) {
  const ticket = page.locator(".ticket-form");
  await ticket.getByRole("button", { name: "Ask" }).click();
  await ticket.getByLabel("Quantity", { exact: true }).fill("0.5");
}
for (const theme of ["dark", "light"]) {
  for (const [name, hash] of Object.entries(PAGES)) {
    const { page, close } = await openPage(browser, server, `#/${hash}`, { theme, width: 1440, height: 900 });
    if (name === "trading") {
      await hasBook(page);
      await page.waitForSelector(".account tr[data-order]");
      await fillTicket(page);
    }
    if (name === "markets") await page.click(".portfolio button:text-is('5 min')");
    await sleep(5_000);
    await page.screenshot({ path: `${out}${name}-${theme}.png` });
    await close();
  }
}
{
  // The market moves on until an order in a queue has been reached.
  await server.post("/api/v1/replay/resume");
  const { page, close } = await openPage(browser, server, `#/${PAGES.trading}`, { width: 1440, height: 900 });
  await page.click(".account [data-tab=fills]");
  await page.click(".account tr:has-text('maker') button:has-text('Why?')");
  await page.waitForSelector(".evidence li");
  await page.locator("dialog[open]").screenshot({ path: `${out}why-dark.png` });
  await close();
}
const { page, close } = await openPage(browser, server, `#/${PAGES.trading}`, { width: 390, height: 844 });
await hasBook(page);
await sleep(3_000);
await page.screenshot({ path: `${out}trading-narrow.png` });
await close();
await browser.close();
await server.end();
