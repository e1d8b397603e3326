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
await server.post("/api/v1/replay/speed", { speed: "1" });
for (const theme of ["dark", "light"]) {
  for (const [name, hash] of Object.entries(PAGES)) {
    const { page, close } = await openPage(browser, server, `#/${hash}`, { theme, width: 1280, height: 800 });
    if (name === "trading") await hasBook(page);
    await sleep(5_000);
    await page.screenshot({ path: `${out}${name}-${theme}.png` });
    await close();
  }
}
const { page, close } = await openPage(browser, server, `#/${PAGES.trading}`, { width: 390, height: 844 });
await hasBook(page);
await sleep(3_000);
await page.screenshot({ path: `${out}trading-narrow.png` });
await close();
await browser.close();
await server.end();
