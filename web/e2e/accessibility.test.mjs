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

/** What axe finds in the page, or in a part of it. */
async function findings(page, part) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (part) => globalThis.axe.run(part ?? document, { resultTypes: ["violations"] }),
    part,
  );
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
      const { page, close } = await openPage(browser, server, "", {
        theme,
        width,
        height: width < 500 ? 844 : 900,
      });
      for (const name of PAGES) {
        await page.evaluate((hash) => (location.hash = hash), `#/${name}`);
        await page.waitForFunction(
          (name) => document.querySelector(`main[data-page="${name}"]`)?.textContent.length > 60,
          name,
        );
        await sleep(500);
        assert.deepEqual(await findings(page), [], name);
        // Only tables may be wider than the screen, and scroll by themselves.
        const { wide, inner } = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth,
          inner: innerWidth,
        }));
        assert.ok(wide <= inner, `${name} is ${wide} px wide at ${inner}`);
      }
      await close();
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

test("orders, their dialogs and the account have no barrier either", options, async () => {
  const place = { market: "sim:SOL-USD", side: "buy", qty: "1" };
  await server.post("/api/v1/orders", { ...place, type: "market" });
  await server.post("/api/v1/orders", { ...place, type: "limit", price: "50" });
  for (const [theme, width] of [
    ["dark", 1440],
    ["light", 390],
  ]) {
    const { page, close } = await openPage(browser, server, "#/trade/sim:SOL-USD", { theme, width });
    const look = async (where, part) => {
      await sleep(150);
      assert.deepEqual(await findings(page, part), [], `${where}, ${theme}`);
    };
    await page.waitForSelector(".account tr[data-order]");
    await page.click(".ticket-form summary");
    await page.click(".submit");
    await look("a ticket with mistakes", ".ticket");
    await page.click(".account button:has-text('Amend')");
    await look("amending", "dialog[open]");
    await page.keyboard.press("Escape");
    for (const tab of ["history", "fills", "positions", "balances", "account"]) {
      await page.click(`.account [data-tab=${tab}]`);
      await look(tab, ".account");
    }
    await page.click(".account [data-tab=fills]");
    await page.click(".account button:has-text('Why?')");
    await page.waitForSelector(".evidence li");
    await look("an explanation", "dialog[open]");
    await page.keyboard.press("Escape");
    await page.click("button.danger:has-text('Kill switch')");
    await look("a question", "dialog[open]");
    const { wide, inner } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      inner: innerWidth,
    }));
    assert.ok(wide <= inner, `${wide} px wide at ${inner}`);
    await close();
  }
});

test("what is kept, and what a key is to be, have no barrier either", options, async () => {
  for (const [theme, width] of [
    ["dark", 390],
    ["light", 1440],
  ]) {
    const { page, close } = await openPage(browser, server, "#/data/sim:BTC-USD", { theme, width });
    const look = async (where) => {
      await sleep(300);
      assert.deepEqual(await findings(page), [], `${where}, ${theme}`);
      const { wide, inner } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        inner: innerWidth,
      }));
      assert.ok(wide <= inner, `${where} is ${wide} px wide at ${inner}`);
    };
    for (const kind of ["Candles", "Book at a moment", "Gaps", "Statuses", "What is stored"]) {
      await page.click(`button:text-is("${kind}")`);
      await page.waitForSelector(".panel");
      await look(kind);
    }
    await page.evaluate(() => (location.hash = "#/system"));
    const form = page.getByRole("form", { name: "New key" });
    await form.getByLabel("Kind").selectOption("rsa-sha256");
    await form.getByRole("button", { name: "Make key" }).click();
    await form.getByText("The public key is needed").waitFor();
    await look("a key with mistakes");
    await close();
  }
});
