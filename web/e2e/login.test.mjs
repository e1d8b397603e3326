import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
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

test("keys of every kind are made, good ones only, and a private key stays where it is", options, async () => {
  const { page, close } = await openPage(browser, server, "#/system");
  await enter(page, "keymaker", "correct horse battery", "Sign up");
  await page.waitForSelector(".who:text-is('keymaker')");
  const form = page.getByRole("form", { name: "New key" });
  const make = form.getByRole("button", { name: "Make key" });
  const publicKey = form.getByLabel(/^Public key/);
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));

  const pems = ({ publicKey, privateKey }) => ({
    public: publicKey.export({ type: "spki", format: "pem" }),
    pkcs1:
      publicKey.asymmetricKeyType === "rsa" && publicKey.export({ type: "pkcs1", format: "der" }).toString("base64"),
    private: privateKey.export({ type: "pkcs8", format: "pem" }),
    privateKey,
  });
  const rsa = pems(generateKeyPairSync("rsa", { modulusLength: 2048 }));
  const weak = pems(generateKeyPairSync("rsa", { modulusLength: 1024 }));
  const ed25519 = pems(generateKeyPairSync("ed25519"));

  await form.getByLabel("Kind").selectOption("rsa-sha256");
  await make.click();
  await form.getByText("The public key is needed").waitFor();
  for (const [text, problem] of [
    [rsa.private, "This is the private key: keep it, and give the public one"],
    ["not a key!", "A public key is PEM, or its base64 alone"],
    [weak.public, "This is no RSA key of 2048 to 4096 bits"],
    [ed25519.public, "This is no RSA key of 2048 to 4096 bits"],
  ]) {
    await publicKey.fill(text);
    await form.getByText(problem).waitFor();
    await make.click();
    await until("the focus is on what is wrong", () => publicKey.evaluate((area) => area === document.activeElement));
    await make.focus();
  }
  await form.getByLabel("Kind").selectOption("ed25519");
  await publicKey.fill(rsa.public);
  await form.getByText("This is no Ed25519 key: one has 32 bytes").waitFor();
  assert.deepEqual(sent, []);

  const ids = {};
  for (const [kind, text] of [
    ["rsa-sha256", rsa.public],
    ["rsa-sha256", rsa.pkcs1],
    ["ed25519", ed25519.public],
  ]) {
    await form.getByLabel("Label").fill(`of ${kind}`);
    await form.getByLabel("Kind").selectOption(kind);
    await publicKey.fill(text);
    await make.click();
    const dialog = page.getByRole("dialog", { name: "The new key" });
    ids[kind] = await dialog.getByLabel("Key").inputValue();
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.waitForSelector(`tr[data-key="${ids[kind]}"]:has-text("${kind}")`);
    assert.equal(await publicKey.inputValue(), "");
  }
  assert.equal(sent.length, 3);

  // The server takes what the RSA key has signed.
  const timestamp = String(Date.now() * 1_000);
  const emptyBody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const message = [timestamp, "GET", "/api/v1/balances", emptyBody].join("\n");
  const headers = {
    "x-api-key": ids["rsa-sha256"],
    "x-api-timestamp": timestamp,
    "x-api-signature": sign("sha256", Buffer.from(message), rsa.privateKey).toString("base64"),
  };
  assert.equal((await fetch(`${server.url}/api/v1/balances`, { headers })).status, 200);

  // One that ends.
  await form.getByLabel("Kind").selectOption("hmac-sha256");
  await form.getByLabel("Ends").fill("2001-01-01T00:00:00");
  await form.getByText("This time is over").waitFor();
  await form.getByLabel("Ends").fill("2099-01-01T00:00:00");
  await make.click();
  await page.getByRole("dialog", { name: "The new key's secret" }).getByRole("button", { name: "It is kept" }).click();
  await page.waitForSelector("tr[data-key]:has-text('2099-01-01 00:00:00')");
  await form.getByLabel("see what is one's own").uncheck();
  await form.getByText("A key that may do nothing is none").waitFor();
  await close();
});

test("a tab and its duplicate stay logged in: each renewal is told to the other", options, async () => {
  const brief = await Server.start({ "auth.disabled": "false", "auth.access_s": "4", "venues.sim.enabled": "false" });
  try {
    const { page, close } = await openPage(browser, brief, "#/system");
    await enter(page, "twin", "correct horse battery", "Sign up");
    await page.waitForSelector(".who:text-is('twin')");
    // A tab that is opened by another begins with a copy of what that one holds, as a duplicate does.
    const [twin] = await Promise.all([
      page.context().waitForEvent("page"),
      page.evaluate(() => void window.open(location.href)),
    ]);
    await twin.waitForSelector(".who:text-is('twin')");
    const token = (tab) => tab.evaluate(() => JSON.parse(sessionStorage.getItem("marketd.login"))?.refresh_token);
    const seen = new Set();
    await until("several renewals that both have", async () => {
      const [one, other] = [await token(page), await token(twin)];
      assert.ok(one && other, "nobody is logged out");
      if (one === other) seen.add(one);
      return seen.size > 2;
    });
    for (const tab of [page, twin]) {
      await tab.waitForSelector(".who:text-is('twin')");
      const answer = await tab.evaluate(async () => {
        const { access_token } = JSON.parse(sessionStorage.getItem("marketd.login"));
        return (await fetch("/api/v1/me", { headers: { Authorization: `Bearer ${access_token}` } })).status;
      });
      assert.equal(answer, 200);
    }
    await close();
  } finally {
    await brief.end();
  }
});
