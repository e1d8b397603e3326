import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hasBook, openBrowser, openPage, Server, until } from "./support.mjs";

const options = { timeout: 120_000 };
const EVIL = '"><img src=x onerror="globalThis.broken=1">';
let browser;
let server;

before(async () => {
  browser = await openBrowser();
  server = await Server.start({ "auth.disabled": "false" });
}, options);

after(async () => {
  await browser?.close();
  await server?.end();
}, options);

async function enter(page, name, password, button) {
  const form = page.getByRole("form", { name: "Log in" });
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Password").fill(password);
  await form.getByRole("button", { name: button, exact: true }).click();
}

const go = (page, hash) => page.evaluate((hash) => (location.hash = hash), hash);

test("who is not logged in sees the markets, and is told why there are no orders", options, async () => {
  const { page, close } = await openPage(browser, server, "#/trade/sim:SOL-USD");
  await hasBook(page);
  await page.waitForSelector(".ticket .refusal:has-text('No orders can be given')");
  await go(page, "#/system");
  await enter(page, "x", "short", "Log in");
  await page.waitForSelector(".problem:has-text('At least 10 characters')");
  await enter(page, "nobody", "not a password", "Log in");
  await page.waitForSelector("form[aria-label='Log in'] .refusal");
  assert.equal(await page.$(".who"), null);
  await close();
});

test("one signs up, trades, makes a key for a program and revokes it, and logs out", options, async () => {
  const { page, close } = await openPage(browser, server, "#/system");
  await enter(page, "alice", "correct horse battery", "Sign up");
  await page.waitForSelector(".who:text-is('alice')");
  await page.waitForSelector("text=Logged in as alice, admin");

  // The connection is alice's as well: her order appears, and ends, without being asked for.
  await go(page, "#/trade/sim:SOL-USD");
  await hasBook(page);
  const ticket = page.locator(".ticket-form");
  await ticket.getByLabel("Price", { exact: true }).fill("50");
  await ticket.getByLabel("Quantity", { exact: true }).fill("2");
  await ticket.locator(".submit").click();
  await page.waitForSelector(".account tr[data-order]:has-text('open')");

  // The login outlives the page, not the tab.
  await page.reload();
  await page.waitForSelector(".who:text-is('alice')");
  await page.waitForSelector(".account tr[data-order]:has-text('open')");
  await page.click(".account button:text-is('Cancel')");
  await page.waitForSelector(".account :text('No order is open.')");

  await go(page, "#/system");
  const form = page.getByRole("form", { name: "New key" });
  await form.getByLabel("Label").fill(EVIL);
  await form.getByLabel("trade", { exact: true }).check();
  await form.getByRole("button", { name: "Make key" }).click();
  const dialog = page.getByRole("dialog", { name: "The new key's secret" });
  assert.match(await dialog.getByLabel("Secret").inputValue(), /^\S{20,}$/);
  await dialog.getByRole("button", { name: "It is kept" }).click();
  const key = page.locator("tr[data-key]").first();
  assert.equal(await key.locator("th").textContent(), EVIL);
  assert.match(await key.textContent(), /read, trade/);
  await key.getByRole("button").click();
  await page.getByRole("button", { name: "Revoke it" }).click();
  await until("revoked", async () => /revoked \d/.test(await key.textContent()));
  assert.equal(await page.evaluate(() => globalThis.broken), undefined);
  await page.waitForSelector("th:text-is('auth.signup')");

  await page.click("button:text-is('Log out')");
  await page.waitForSelector("form[aria-label='Log in']");
  assert.equal(await page.$(".who"), null);
  await go(page, "#/trade/sim:SOL-USD");
  await page.waitForSelector(".ticket .refusal:has-text('No orders can be given')");
  // And back again.
  await go(page, "#/system");
  await enter(page, "alice", "wrong horse battery", "Log in");
  await page.waitForSelector("form[aria-label='Log in'] .refusal");
  await enter(page, "alice", "correct horse battery", "Log in");
  await page.waitForSelector(".who:text-is('alice')");
  await close();
});
