import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hasBook, openBrowser, openPage, Server, until } from "./support.mjs";

const options = { timeout: 120_000 };
const MARKET = "sim:SOL-USD";
let browser;
let server;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  // Enough for an order that no market of this size fills in a minute.
  await server.post("/api/v1/accounts/dev/deposits", { asset: "USD", amount: "900000" });
}, options);

after(async () => {
  await browser?.close();
  await server?.end();
}, options);

/** The trading page with a ticket that can be filled in. */
async function openDesk(market = MARKET) {
  const opened = await openPage(browser, server, `#/trade/${market}`);
  const { page } = opened;
  await hasBook(page);
  await page.waitForSelector('.trading[data-status="live"] .ticket-form');
  await page.waitForSelector(".account [role=tab]:has-text('Open orders (')");
  const ticket = page.locator(".ticket-form");
  const field = (label) => ticket.getByLabel(label, { exact: true });
  /** Sends the ticket and answers what it says came of it. */
  const submit = async () => {
    await ticket.locator(".submit").click();
    await page.waitForSelector(".outcome p");
    return page.textContent(".outcome p");
  };
  const tab = (name) => page.click(`.account [data-tab=${name}]`);
  const row = (orderId) => page.locator(`.account tr[data-order="${orderId}"]`);
  return { ...opened, ticket, field, submit, tab, row };
}

const idOf = (outcome) => {
  const [, id] = /^Order (\d+) is/.exec(outcome) ?? [];
  assert.ok(id, outcome);
  return Number(id);
};

const best = async (side, market = MARKET) => {
  const { bids, asks } = await server.data(`/api/v1/markets/${market}/book?depth=10`);
  return (side === "bid" ? bids : asks)[0];
};

/** A price so far below the market that nobody comes there, on the tick. */
const farBelow = async (market = MARKET) => String(Math.floor(Number((await best("bid", market))[0]) * 0.9));

const order = (id) => server.data(`/api/v1/orders/${id}`);

test("an order is placed, fills in part, is amended and cancelled, and says why", options, async () => {
  const { page, close, ticket, field, submit, tab, row } = await openDesk();
  // A little above the best ask, wherever that moves meanwhile, for more than is there: it takes what there is, and the rest rests.
  await ticket.getByRole("button", { name: "Ask" }).click();
  const ask = Number(await field("Price").inputValue());
  await field("Price").fill((ask * 1.001).toFixed(2));
  await field("Quantity").fill("5000");
  await until("an estimate", async () => /SOL at \d/.test(await page.textContent(".estimate")));
  const id = idOf(await submit());
  await until("a part is filled", async () => {
    const { status, filled_qty } = await order(id);
    return status === "partially_filled" && /[1-9]/.test(filled_qty);
  });
  await row(id).getByText("partly filled").waitFor();
  await page.waitForSelector(".ladder .row.mine .own");
  assert.match(await page.textContent(".ladder .row.mine .own"), /^[\d.]+ ⋮ /);

  const price = await farBelow();
  await row(id)
    .getByRole("button", { name: `Amend order ${id}` })
    .click();
  const dialog = page.getByRole("dialog", { name: `Amend order ${id}` });
  await dialog.getByLabel("Price", { exact: true }).fill(price);
  await dialog.getByRole("button", { name: "Amend" }).click();
  await dialog.waitFor({ state: "detached" });
  await until("the new price is shown", async () => (await row(id).textContent()).includes(`${price}.000`));
  assert.equal((await order(id)).price, `${price}.000`);

  await row(id)
    .getByRole("button", { name: `Cancel order ${id}` })
    .click();
  await row(id).waitFor({ state: "detached" });
  const ended = await order(id);
  assert.deepEqual([ended.status, ended.reason], ["cancelled", "user_request"]);

  await tab("history");
  await page.waitForSelector(`.account tr:has-text("${id}"):has-text("on request")`);
  // Also what ends while one looks.
  const elsewhere = { market: MARKET, side: "buy", type: "market", qty: "1", client_order_id: "meanwhile" };
  await server.post("/api/v1/orders", elsewhere);
  await page.waitForSelector(".account tr:has-text('meanwhile'):has-text('filled')");
  await tab("fills");
  const fill = page.locator(`.account tr[data-fill]:has-text("${id}")`).last();
  await fill.getByRole("button", { name: /^Why/ }).click();
  await page.waitForSelector(".evidence li:has-text('it took from the level')");
  await page.keyboard.press("Escape");
  await page.waitForSelector(".evidence", { state: "detached" });

  // What the page shows of money is what the server says, digit for digit.
  await tab("balances");
  const { items } = await server.data("/api/v1/balances");
  const plain = (text) => text.replaceAll(",", "");
  await until("the balances agree", async () => {
    const shown = await page.$$eval(".account tbody tr", (rows) =>
      rows.map((row) => [...row.children].map((cell) => cell.textContent)),
    );
    const expected = items.map(({ asset, free, reserved, total }) => [asset, free, reserved, total]);
    return JSON.stringify(shown.map((cells) => cells.map(plain))) === JSON.stringify(expected);
  });
  await tab("positions");
  await until("the position", async () => {
    const [position] = (await server.data("/api/v1/positions")).items;
    return plain(await page.textContent(".account tbody tr")).includes(position.qty);
  });
  await close();
});

test("every type of order can be given", options, async () => {
  const { page, close, ticket, field, submit } = await openDesk();
  const [low, high] = [await farBelow(), String(Math.ceil(Number((await best("ask"))[0]) * 1.1))];
  const fills = {
    limit: { Price: low },
    market: {},
    stop: { "Stop price": high },
    stop_limit: { "Stop price": high, Price: high },
    take_profit: { "Stop price": low },
    take_profit_limit: { "Stop price": low, Price: low },
    trailing_stop: { "Distance, hundredths of a percent": "500" },
  };
  for (const [type, texts] of Object.entries(fills)) {
    await field("Type").selectOption(type);
    for (const [label, text] of Object.entries(texts)) await field(label).fill(text);
    await field("Quantity").fill("1");
    const given = await order(idOf(await submit()));
    assert.deepEqual([given.type, given.side, Number(given.qty)], [type, "buy", 1]);
    assert.notEqual(given.status, "rejected", type);
  }
  // Until a date, and hidden in part.
  await field("Type").selectOption("limit");
  await field("Time in force").selectOption("gtd");
  await field("Until").fill("2099-01-01T00:00:00");
  await field("Price").fill(low);
  await field("Quantity").fill("2");
  await ticket.locator("summary").click();
  await field("Shown at a time").fill("1");
  await field("Own name for it").fill("until/2099");
  const { time_in_force, display_qty, client_order_id } = await order(idOf(await submit()));
  assert.deepEqual([time_in_force, Number(display_qty), client_order_id], ["gtd", 1, "until/2099"]);
  // With two that are to follow it, of which one will cancel the other.
  await field("Time in force").selectOption("gtc");
  await field("Price").fill(low);
  await field("Quantity").fill("2");
  await field("Then take profit at").fill(high);
  await field("Then stop loss at").fill(high);
  assert.equal(await field("Then stop loss at").getAttribute("aria-invalid"), "true");
  await field("Then stop loss at").fill("1");
  const { list_id } = await order(idOf(await submit()));
  const listed = (await server.data("/api/v1/orders?status=open")).items.filter((each) => each.list_id === list_id);
  assert.deepEqual(listed.map(({ side, type }) => `${side} ${type}`).sort(), ["buy limit", "sell limit", "sell stop"]);
  // Or as a stop, whichever comes first; what is wrong is told also where it is folded away.
  await ticket.getByRole("button", { name: "Sell", exact: true }).click();
  await field("Price").fill(high);
  await field("Quantity").fill("2");
  await field("Or stop at, whichever comes first").fill(high);
  await ticket.locator("summary").click();
  await ticket.locator(".submit").click();
  await page.waitForSelector(".more[open] [aria-invalid=true]:focus");
  await field("Or stop at, whichever comes first").fill(low);
  const oco = (await order(idOf(await submit()))).list_id;
  const either = (await server.data("/api/v1/orders?status=open")).items.filter((each) => each.list_id === oco);
  assert.deepEqual(either.map(({ side, type }) => `${side} ${type}`).sort(), ["sell limit", "sell stop"]);
  await ticket.getByRole("button", { name: "Buy", exact: true }).click();
  // An amount of quote, as a share of what is free.
  await field("Type").selectOption("market");
  await ticket.getByRole("button", { name: "25 %" }).click();
  const bought = await order(idOf(await submit()));
  assert.ok(/[1-9]/.test(bought.quote_qty) && bought.qty === null, JSON.stringify(bought));
  await close();
});

test("a price is picked in the book, and does not go along to another market", options, async () => {
  const { page, close, field } = await openDesk();
  const price = (await best("ask"))[0];
  await page.click(".ladder .asks .row:last-child .price");
  await until("the price", async () => /^\d+\.\d{3}$/.test(await field("Price").inputValue()));
  assert.ok(Math.abs(Number(await field("Price").inputValue()) / Number(price) - 1) < 0.01);
  await field("Price").fill(String(Math.ceil(Number(price) * 1.5)));
  await field("Quantity").fill("1");
  await page.waitForSelector(".warning:has-text('% above the best ask.')");
  for (const market of ["sim:ETH-USD", MARKET]) {
    await page.evaluate((market) => (location.hash = `#/trade/${market}`), market);
    await page.waitForSelector(`.chart-host[aria-label*="${market}"]`);
    await until("an empty ticket", async () => (await field("Price").inputValue()) === "");
  }
  await close();
});

test("wrong input is told beside its field, and is not sent", options, async () => {
  const { page, close, ticket, field } = await openDesk();
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  const said = (label) =>
    field(label).evaluate((input) => [
      input.getAttribute("aria-invalid"),
      document.getElementById(input.getAttribute("aria-describedby") ?? "")?.textContent,
    ]);
  await ticket.locator(".submit").click();
  assert.deepEqual(await said("Price"), ["true", "This type needs a price"]);
  await page.waitForFunction(() => document.activeElement?.matches('[aria-invalid="true"]'));
  for (const [text, message] of [
    ["abc", "The price is a number like 0.5"],
    ["-5", "The price is a number like 0.5"],
    ["1e3", "The price is a number like 0.5"],
    ["0", "The price is above zero"],
    ["1.0000000000001", "The price has at most 3 decimals here"],
    ["9".repeat(40), "The price is too large"],
    ['"><img src=x onerror=alert(1)>', "The price is a number like 0.5"],
  ]) {
    await field("Price").fill(text);
    assert.deepEqual(await said("Price"), ["true", message], text);
  }
  await ticket.locator(".submit").click();
  await field("Price").fill("100,5");
  assert.equal(await field("Price").inputValue(), "100.5");
  await field("Price").fill("1,061,726.5");
  assert.equal(await field("Price").inputValue(), "1061726.5");
  await field("Price").fill("100.5");
  assert.deepEqual((await said("Price"))[0], "false");
  assert.deepEqual(sent, []);
  // What only the server can tell is told with its code.
  await field("Quantity").fill("1000000");
  await until("a warning", async () => /less is free/.test(await page.textContent(".ticket-form")));
  await ticket.locator(".submit").click();
  await page.waitForSelector(".outcome .refusal code:has-text('insufficient_balance')");
  assert.equal(sent.length, 1);
  await close();
});

test("all orders are cancelled at once, and the kill switch stops the rest", options, async () => {
  const { page, close, ticket, field, submit, row } = await openDesk();
  const price = await farBelow();
  const ids = [];
  for (let at = 0; at < 2; at += 1) {
    await field("Price").fill(price);
    await field("Quantity").fill("1");
    ids.push(idOf(await submit()));
  }
  for (const id of ids) await row(id).waitFor();
  await page.getByRole("button", { name: "Cancel all" }).click();
  await page.getByRole("button", { name: /^Cancel \d+ orders?$/ }).click();
  await page.waitForSelector(".account :text('No order is open.')");
  assert.deepEqual((await server.data("/api/v1/orders?status=open")).items, []);

  await page.getByRole("button", { name: "Kill switch", exact: true }).click();
  await page.getByRole("button", { name: "Turn it on" }).click();
  const back = page.getByRole("button", { name: "Kill switch is on: take it back" });
  await back.waitFor();
  assert.equal((await server.data("/api/v1/risk")).kill_switch, true);
  assert.ok(await ticket.locator(".submit").isDisabled());
  await back.click();
  await page.waitForSelector(".submit:not(:disabled)");
  assert.equal((await server.data("/api/v1/risk")).kill_switch, false);
  await close();
});

test("accounts are opened, funded, chosen, timed and reset", options, async () => {
  const { page, close, tab, field, submit, row } = await openDesk();
  await tab("account");
  const form = (name) => page.getByRole("form", { name });
  await form("New account").getByLabel("Name").fill("no spaces");
  await form("New account").getByRole("button", { name: "Open it" }).click();
  await page.waitForSelector(".problem:has-text('A letter, then up to 31')");
  await form("New account").getByLabel("Name").fill("second");
  await form("New account").getByRole("button", { name: "Open it" }).click();
  await page.waitForSelector("section[aria-label='Account second']");
  await tab("account");
  await form("Deposit").getByLabel("Asset").fill("usd");
  await form("Deposit").getByLabel("Amount").fill("1200.50");
  await form("Deposit").getByRole("button", { name: "Deposit" }).click();
  await until("the deposit", async () => {
    const { items } = await server.data("/api/v1/balances?account=second");
    return items.some(({ asset, total }) => asset === "USD" && total === "1200.5");
  });
  const timer = form("Cancel when this page is gone");
  await timer.getByRole("button", { name: "Set timer" }).click();
  await timer.getByText("unless this page sets it anew").waitFor();
  assert.ok((await server.data("/api/v1/risk?account=second")).cancel_after > 0);
  await timer.getByRole("button", { name: "Take it back" }).click();
  await timer.getByText("No timer is set.").waitFor();

  await form("Limits").getByLabel("Open orders").fill("1");
  await form("Limits").getByLabel("Position").fill("50.5");
  await form("Limits").getByLabel("Loss of a day").fill("700");
  await form("Limits").getByRole("button", { name: "Set limits" }).click();
  await until("the limit", async () => {
    const { limits } = await server.data("/api/v1/risk?account=second");
    const [{ market, max_position }, { asset, max_daily_loss }] = [limits.markets[0] ?? {}, limits.assets[0] ?? {}];
    const texts = [market, max_position, asset, max_daily_loss].join(" ");
    return limits.max_open_orders === 1 && /^sim:SOL-USD 50\.50* USD 700(\.0*)?$/.test(texts);
  });

  // What is done is done with the chosen account.
  await field("Price").fill(await farBelow());
  await field("Quantity").fill("1");
  const id = idOf(await submit());
  assert.deepEqual(
    (await server.data("/api/v1/orders?status=open&account=second")).items.map(({ order_id }) => order_id),
    [id],
  );
  await field("Quantity").fill("1");
  assert.match(await submit(), /max_open_orders/);
  await tab("account");
  const reset = page.getByRole("button", { name: "Reset account" });
  assert.ok(await reset.isDisabled(), "not while an order is open");
  await tab("orders");
  await row(id)
    .getByRole("button", { name: `Cancel order ${id}` })
    .click();
  await row(id).waitFor({ state: "detached" });
  await tab("account");
  await page.waitForSelector(".controls-grid .danger:not(:disabled)");
  await reset.click();
  await page.getByRole("button", { name: "Reset it" }).click();
  await page.getByText("is in its version 2").waitFor();
  assert.equal((await server.data("/api/v1/accounts/second")).version, 2);
  await page.getByRole("combobox", { name: "Account" }).selectOption("dev");
  await page.waitForSelector("section[aria-label='Account dev']");
  await page.reload();
  await page.waitForSelector("section[aria-label='Account dev']");
  await close();
});

test("what an account is worth is what it holds, at the candles' prices", options, async () => {
  await server.post("/api/v1/accounts", { account: "saver" });
  await server.post("/api/v1/accounts/saver/deposits", { asset: "USD", amount: "1000.25" });
  const { page, close } = await openPage(browser, server, "#/markets", {
    prepare: (page) =>
      page.addInitScript(() => localStorage.setItem("marketd.settings", JSON.stringify({ account: "saver" }))),
  });
  await page.waitForSelector(".portfolio h2:text-is('Worth of saver')");
  await page.click(".portfolio button:text-is('5 min')");
  await page.waitForSelector(".worth strong:text-is('1,000.25 USD')");
  await server.post("/api/v1/accounts/saver/deposits", { asset: "USD", amount: "99.75" });
  await page.click(".portfolio button:text-is('1 h')");
  await page.waitForSelector(".worth strong:text-is('1,100.00 USD')");
  await close();
});

test("what another program does is on the page over its connection, without being asked for", options, async () => {
  const { page, close } = await openPage(browser, server, `#/trade/${MARKET}`, {
    // Only the connection can tell.
    prepare: (page) => page.route(/\/api\/v1\/(orders|fills|balances)/, (route) => route.abort()),
  });
  await hasBook(page);
  await page.waitForSelector(".account :text('No order is open.')");
  const free = () => page.textContent(".estimate dd");
  const before = await free();
  await server.post("/api/v1/orders", {
    market: MARKET,
    side: "buy",
    type: "limit",
    qty: "3",
    price: await farBelow(),
    client_order_id: "from-elsewhere",
  });
  await page.waitForSelector(".account tr[data-order]:has-text('from-elsewhere')");
  await until("less is free", async () => (await free()) !== before);
  await server.post("/api/v1/orders", { market: MARKET, side: "buy", type: "market", qty: "1" });
  await page.click(".account [data-tab=fills]");
  await page.waitForSelector(".account tr[data-fill]:has-text('taker')");
  await server.post("/api/v1/risk/kill", { on: true });
  await page.click(".account [data-tab=orders]");
  await page.waitForSelector(".account :text('No order is open.')");
  await server.post("/api/v1/risk/kill", { on: false });
  await close();
});
