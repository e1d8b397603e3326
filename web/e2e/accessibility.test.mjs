import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { openBrowser, openPage, Server, sleep } from "./support.mjs";

const options = { timeout: 240_000 };
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES = ["trade", "markets", "services", "data", "system"];
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

async function findings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id}: ${target.join(" ")}: ${failureSummary.split("\n").slice(1, 2).join("").trim()}`,
    ),
  );
}

for (const theme of ["dark", "light"]) {
  for (const width of [1440, 390]) {
    test(`no page has a barrier that axe finds: ${theme}, ${width} px`, options, async () => {
      for (const name of PAGES) {
        const { page, close } = await openPage(browser, server, `#/${name}`, {
          theme,
          width,
          height: width < 500 ? 844 : 900,
        });
        await page.waitForFunction(() => document.querySelector("main")?.textContent.length > 60);
        await sleep(800);
        assert.deepEqual(await findings(page), [], name);
        // Only tables may be wider than the screen, and scroll by themselves.
        const { wide, inner } = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth,
          inner: innerWidth,
        }));
        assert.ok(wide <= inner, `${name} is ${wide} px wide at ${inner}`);
        await close();
      }
    });
  }
}

test("the choice of a market and a lost connection have no barrier either", options, async () => {
  for (const theme of ["dark", "light"]) {
    const { page, close } = await openPage(browser, server, "#/trade/sim:BTC-USD", { theme });
    await page.click(".market-button");
    await page.waitForSelector(".choices li");
    await sleep(800);
    assert.deepEqual(await findings(page), [], "choice");
    await page.keyboard.press("Escape");
    await server.post("/api/v1/sim/scenario", { scenario: "halt", market: "sim:BTC-USD" });
    await page.waitForSelector(".status-note");
    // What is greyed out because it is old is meant to be harder to read.
    const found = await findings(page);
    assert.deepEqual(
      found.filter((text) => !/^color-contrast: .*(ladder|depth|tape|chart|row|middle|legend)/.test(text)),
      [],
      "halted",
    );
    await server.post("/api/v1/sim/scenario", { scenario: "calm", market: "sim:BTC-USD" });
    await close();
  }
});
