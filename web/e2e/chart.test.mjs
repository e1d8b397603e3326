import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hasBook, openBrowser, openPage, Server, until } from "./support.mjs";

const options = { timeout: 180_000 };
const MARKET = "binance:BTC-USDT";
let browser;
let server;

before(async () => {
  browser = await openBrowser();
  server = await Server.start({ "replay.speed": "200", "venues.sim.enabled": "false" });
  // More than the 500 candles of a second that a subscription begins with; then it stands still.
  const candles = async () => (await server.data(`/api/v1/markets/${MARKET}/candles?interval=1s&limit=1500`)).items;
  await until("a long history", async () => (await candles()).length >= 650, 60_000);
  await server.post("/api/v1/replay/pause");
}, options);

after(async () => {
  await browser?.close();
  await server?.end();
}, options);

/** The candle that the legend tells of: `[opens, open, high, low, close, volume]`. */
async function legend(page) {
  const text = await page.textContent(".chart .legend");
  const found = /^(\S+ \S+?)O\s*(\S+?)H\s*(\S+?)L\s*(\S+?)C\s*(\S+?)V\s*([\d,.]+)/.exec(text);
  return found && [`${found[1].replace(" ", "T")}Z`, ...found.slice(2).map((figure) => figure.replaceAll(",", ""))];
}

test(
  "the chart goes back to the first candle in every interval, and tells of each digit for digit",
  options,
  async () => {
    const prepare = (page) =>
      page.addInitScript(() => localStorage.setItem("marketd.settings", JSON.stringify({ zone: "utc" })));
    const { page, close } = await openPage(browser, server, `#/trade/${MARKET}`, { prepare, width: 1150 });
    await hasBook(page);
    for (const interval of ["1s", "1m", "5m", "15m", "1h", "4h", "1d"]) {
      await page.click(`.chart .segments button:text-is("${interval}")`);
      await page.waitForSelector(`.chart-host[aria-label*=", ${interval}."]`);
      const { items } = await server.data(`/api/v1/markets/${MARKET}/candles?interval=${interval}&limit=1500`);
      const expected = new Map(
        items.map(({ open_time, open, high, low, close, volume }) => [
          `${new Date(open_time / 1_000).toISOString().slice(0, 19)}Z`,
          [open, high, low, close, volume],
        ]),
      );
      const isRight = async () => {
        const [time, ...figures] = (await legend(page)) ?? [];
        return JSON.stringify(expected.get(time)) === JSON.stringify(figures) ? time : null;
      };
      await until(`${interval}: the latest candle`, isRight);
      const latest = await isRight();
      const times = [...expected.keys()].sort();
      if (times.length === 1) continue;
      // Back as far as it goes, by keyboard: ten candles at a time, and no more than one step a frame.
      const back = (steps) =>
        page.$eval(
          ".chart-host",
          async (host, steps) => {
            for (let at = 0; at < steps; at += 1) {
              host.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
              await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
            }
          },
          steps,
        );
      await back(Math.ceil(times.length / 10));
      // Some twenty candles are in sight then, the last of them at the right edge; the chart shows 120 at first.
      const plot = await page.$eval(".chart-host", (host) => {
        const { x, y, width, height } = host.getBoundingClientRect();
        const axis = parseFloat(host.parentElement.style.getPropertyValue("--axis"));
        return { left: x, middle: y + height / 2, width: width - axis };
      });
      const step = plot.width / 120;
      const first = plot.left + plot.width - Math.min(times.length, 20) * step;
      await until(`${interval}: the first candle`, async () => {
        await page.keyboard.press("ArrowLeft");
        // What is under the pointer is told of; before the first candle that is nothing, and then the latest is told of.
        for (let x = first - 12 * step; x < first + 10 * step; x += step / 2) {
          await page.mouse.move(x, plot.middle);
          const time = await isRight();
          if (time && time !== latest) return time === times[0];
        }
        return false;
      });
      await page.mouse.move(0, 0);
      await page.focus(".chart-host");
      await page.keyboard.press("End");
    }
    await close();
  },
);
