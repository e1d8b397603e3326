import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hasBook, ladder, openBrowser, openPage, Server, sleep, until } from "./support.mjs";

const options = { timeout: 120_000 };
let browser;
let server;

before(async () => {
  browser = await openBrowser();
  server = await Server.start({ "store.deltas.sources": "sim" });
}, options);

after(async () => {
  await browser?.close();
  await server?.end();
}, options);

const texts = (page, selector) => page.$$eval(selector, (nodes) => nodes.map((node) => node.textContent));

test("a first visit shows a moving book, tape and chart, and asks nobody but the server", options, async () => {
  const { page, close } = await openPage(browser, server);
  await hasBook(page);
  await page.waitForSelector('.market-bar .badge[data-status="live"]');
  assert.equal(await page.textContent(".market-button .pair"), "BTC / USDT");
  const shown = {
    book: JSON.stringify(await ladder(page, "bids")),
    tape: JSON.stringify(await texts(page, ".tape-rows .row")),
  };
  await until("the book moves", async () => JSON.stringify(await ladder(page, "bids")) !== shown.book);
  await until("the tape moves", async () => JSON.stringify(await texts(page, ".tape-rows .row")) !== shown.tape);
  await until("a candle in the legend", async () =>
    /O\s*61,\d{3}\.\d\d/.test(await page.textContent(".chart .legend")),
  );
  // The chart is pixels: those of a candle's colours are there.
  await until("candles on the chart", () =>
    page.$$eval(".chart-host canvas", (canvases) =>
      canvases.some((canvas) => {
        const { width, height } = canvas;
        if (width < 100 || height < 100) return false;
        const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
        let coloured = 0;
        for (let at = 0; at < data.length; at += 4)
          if (Math.max(data[at], data[at + 1]) - Math.min(data[at], data[at + 1]) > 60) coloured += 1;
        return coloured > 50;
      }),
    ),
  );
  await close();
});

test("the page shows the server's figures, digit for digit", options, async () => {
  const { page, close } = await openPage(browser, server, "#/trade/binance:BTC-USDT");
  await hasBook(page);
  await server.post("/api/v1/replay/pause");
  try {
    const plain = (rows) => rows.map(([price, qty]) => [price.replaceAll(",", ""), qty]);
    await until("page and server agree", async () => {
      const book = await server.data("/api/v1/markets/binance:BTC-USDT/book?depth=10");
      const [bids, asks] = [plain(await ladder(page, "bids")), plain(await ladder(page, "asks"))];
      return JSON.stringify([bids.slice(0, 10), asks.slice(0, 10)]) === JSON.stringify([book.bids, book.asks]);
    });
    const { items } = await server.data("/api/v1/markets/binance:BTC-USDT/trades?limit=5");
    const tape = await page.$$eval(".tape-rows .row", (rows) =>
      rows
        .slice(0, 5)
        .map((row) => [...row.children].slice(0, 2).map((cell) => cell.textContent.replace(/[▲▼, ]/g, ""))),
    );
    assert.deepEqual(
      tape,
      items.reverse().map(({ price, qty }) => [price, qty]),
    );
  } finally {
    await server.post("/api/v1/replay/resume");
  }
  await close();
});

test("rows are put together without losing a digit", options, async () => {
  const { page, close } = await openPage(browser, server, "#/trade/binance:BTC-USDT");
  await hasBook(page);
  await server.post("/api/v1/replay/pause");
  try {
    await page.selectOption(".ladder select", { label: "10" });
    await until("whole prices", async () =>
      (await ladder(page, "bids")).every(([price]) => /0$/.test(price) && !price.includes(".")),
    );
    const { bids, asks } = await server.data("/api/v1/markets/binance:BTC-USDT/book?depth=5000");
    const units = (text) => BigInt(text.replace(".", ""));
    const group = (side, up) => {
      const sums = new Map();
      for (const [price, qty] of side) {
        const key = (units(price) + (up ? 999n : 0n)) / 1_000n;
        sums.set(key, (sums.get(key) ?? 0n) + units(qty));
      }
      return [...sums].map(([key, sum]) => [
        String(key * 10n),
        `${sum / 10n ** 8n}.${String(sum % 10n ** 8n).padStart(8, "0")}`,
      ]);
    };
    const plain = (rows) => rows.map(([price, qty]) => [price.replaceAll(",", ""), qty]);
    for (const [side, levels] of [
      ["bids", bids],
      ["asks", asks],
    ]) {
      const rows = plain(await ladder(page, side));
      assert.deepEqual(rows, group(levels, side === "asks").slice(0, rows.length), side);
    }
  } finally {
    await server.post("/api/v1/replay/resume");
  }
  await close();
});

test(
  "of a price no digit is missing, however many it has, and the page stays as wide as the screen",
  options,
  async () => {
    // The same book at a ten-thousand-millionth of its price.
    const tiny = ([price, qty]) => [`0.00000${price.replace(".", "")}`, `123${qty}`];
    const prepare = (page) =>
      page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
        const other = socket.connectToServer();
        socket.onMessage((message) => other.send(message));
        other.onMessage((message) => {
          const frame = JSON.parse(message);
          // Answers name the channel too, and have none of it.
          for (const side of ["bids", "asks"]) if (frame[side]) frame[side] = frame[side].map(tiny);
          if (frame.channel === "trades")
            for (const trade of frame.trades ?? []) [trade.price] = tiny([trade.price, ""]);
          socket.send(JSON.stringify(frame));
        });
      });
    for (const width of [1440, 390]) {
      const { page, close } = await openPage(browser, server, "#/trade/binance:BTC-USDT", { prepare, width });
      await hasBook(page);
      await until("a tape", async () => (await texts(page, ".tape .row.buy, .tape .row.sell")).length > 0);
      const cut = await page.$$eval(":is(.ladder-rows, .tape-rows) .price", (cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
      );
      assert.deepEqual(cut, [], `${width} px`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px`);
      await close();
    }
  },
);

test("a halted market and a stale one look it, and recover", options, async () => {
  const { page, close } = await openPage(browser, server, "#/trade/sim:ETH-USD");
  await hasBook(page);
  const scenario = (name) => server.post("/api/v1/sim/scenario", { scenario: name, market: "sim:ETH-USD" });
  for (const [name, status] of [
    ["halt", "halted"],
    ["stale", "stale"],
  ]) {
    await scenario(name);
    await page.waitForSelector(`.trading[data-status="${status}"] .status-note`, { timeout: 60_000 });
    assert.match(await page.textContent(".status-note"), /Since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
    const { filter } = await page.$eval(".ladder .panel-body", (body) => ({ filter: getComputedStyle(body).filter }));
    assert.match(filter, /grayscale/, status);
    assert.ok(await page.isDisabled(".submit"));
    await page.waitForSelector(`.ticket .refusal:text-is('The market is ${status}: it takes no new orders.')`);
    await scenario("calm");
    await page.waitForSelector('.trading[data-status="live"]', { timeout: 60_000 });
    assert.equal(await page.$(".status-note"), null);
  }
  await close();
});

test("markets are chosen by keyboard alone", options, async () => {
  const { page, close } = await openPage(browser, server, "#/trade/binance:BTC-USDT");
  await hasBook(page);
  await page.keyboard.press("/");
  await page.waitForSelector(".picker[open] input:focus");
  await page.keyboard.type("sim");
  assert.deepEqual(await texts(page, ".choices li b"), ["BTC / USD", "ETH / USD", "SOL / USD"]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash === "#/trade/sim:SOL-USD" && !document.querySelector(".picker[open]"));
  await page.keyboard.press("/");
  await page.waitForSelector(".picker[open]");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector(".picker[open]"));
  assert.equal(await page.evaluate(() => document.activeElement?.className), "market-button");
  // From the address bar on, the first stop leads past the navigation.
  await page.evaluate(() => document.activeElement.blur());
  await page.reload();
  await page.waitForSelector(".top");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
  await close();
});

test("times are shown local or UTC, and the choice is kept", options, async () => {
  const { page, close } = await openPage(browser, server, "#/trade/binance:BTC-USDT");
  await hasBook(page);
  await server.post("/api/v1/replay/pause");
  try {
    await sleep(500);
    const first = () => page.textContent(".tape-rows .row .time >> nth=0");
    const local = await first();
    await page.click('button[title^="Times are"]');
    await until("another hour", async () => (await first()) !== local);
    // Zurich is two hours ahead in August, when this was recorded.
    const hour = (text) => Number(text.slice(0, 2));
    assert.equal((hour(local) - hour(await first()) + 24) % 24, 2);
    await page.reload();
    await hasBook(page);
    assert.match(await page.getAttribute('button[title^="Times are"]', "title"), /UTC/);
  } finally {
    await server.post("/api/v1/replay/resume");
  }
  await close();
});

test("the recording is paused, moved and resumed from the services page", options, async () => {
  const { page, close } = await openPage(browser, server, "#/services");
  const replay = async () => (await server.data("/api/v1/replay")).items[0];
  await page.click("text=Pause");
  await until("paused", async () => (await replay()).paused);
  // Who trades in it sees that it stands still.
  await page.evaluate(() => (location.hash = "#/trade/binance:BTC-USDT"));
  await page.waitForSelector(".market-marks .tag:text-is('replay paused')");
  await page.evaluate(() => (location.hash = "#/services"));
  await page.fill('input[placeholder="m:ss"]', "2:00");
  await page.click("button:text-is('Seek')");
  await until("moved", async () => Math.abs((await replay()).position_ms - 120_000) < 2_000);
  await page.fill('input[placeholder="m:ss"]', "soon");
  assert.ok(await page.isDisabled("button:text-is('Seek')"));
  const { lines } = await replay();
  await page.click("button:text-is('Step')");
  await until("one line", async () => (await replay()).lines > lines);
  await page.selectOption("text=Speed >> select", "20");
  await until("faster", async () => (await replay()).speed === "20");
  await page.click("text=Play");
  await until("plays", async () => !(await replay()).paused);
  await server.post("/api/v1/replay/speed", { speed: "1" });
  await close();
});

test("services tells of the sandbox, of who is connected, and of what was started again", options, async () => {
  const { page, close } = await openPage(browser, server, "#/services");
  const row = (panel, text) => page.waitForSelector(`.panel:has(h2:text('${panel}')) tbody tr:has-text('${text}')`);
  const session = await row("Sessions: ", "127.0.0.1");
  assert.match(await session.textContent(), /127\.0\.0\.1dev\d{4}-\d\d-\d\d .*JSON.*frames?\d+ ms–$/);
  assert.match(await (await row("Actors: ", "market sim:ETH-USD")).textContent(), /runs.*0$/);
  await page.check("text=Only those");
  await page.waitForSelector("text=No actor has died since the start.");
  const { open_orders, seq } = (await server.data("/health")).sandbox;
  const figures = await page.$$eval(".figure-grid > div", (pairs) =>
    pairs.map((pair) => [...pair.children].map((cell) => cell.textContent.replaceAll(",", ""))),
  );
  const told = Object.fromEntries(figures);
  assert.deepEqual([told["Open orders"], told["Events"]], [String(open_orders), String(seq)]);
  await close();
});

test("data is read page by page and taken home as CSV", options, async () => {
  const { page, close } = await openPage(browser, server, "#/data/sim:BTC-USD");
  await until("trades", async () => (await texts(page, "tbody tr")).length > 0);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download")]);
  assert.equal(download.suggestedFilename(), "sim_BTC-USD_trades.csv");
  // Back from a moment: the whole second of some older trade.
  const times = () => texts(page, "tbody td:first-child");
  const [newestTrade, ...older] = await times();
  const moment = older.find((time) => time.slice(0, 19) < newestTrade.slice(0, 19)).slice(0, 19);
  await page.getByLabel("Before").fill(moment.replace(" ", "T"));
  await until("trades before it", async () => (await times()).every((time) => time < moment));
  await page.click("button:text-is('Newest')");
  await until("the newest again", async () => (await times())[0] > moment);
  await page.click("button:text-is('Candles')");
  await page.selectOption(".panel select", "1s");
  await until("candles", async () => (await texts(page, "tbody tr")).length > 0);
  const newest = await page.textContent("tbody tr td:nth-child(5)");
  assert.match(newest, /^[\d,]+\.\d\d$/);
  await close();
});

test("what is stored is shown since when, with its gaps, and the book as it was", options, async () => {
  const market = "sim:ETH-USD";
  const stored = (what) => server.data(`/api/v1/markets/${market}/${what}`);
  await server.post("/api/v1/sim/scenario", { scenario: "gap", market });
  await until("a gap is stored", async () => (await stored("gaps")).items.some(({ until }) => until !== null));
  await until("trades behind it", async () => {
    const [{ since }] = (await stored("gaps")).items;
    return (await stored("trades?limit=1")).items.some(({ ts }) => ts > since + 1_000_000);
  });
  const { page, close } = await openPage(browser, server, `#/data/${market}`);
  await page.waitForSelector(".gap-row:has-text('messages of the venue never came')");
  const choose = (name) => page.click(`button:text-is("${name}")`);
  await choose("Gaps");
  await page.waitForSelector("tbody tr:has-text('messages of the venue never came')");
  // From a moment on: none from the next century on.
  await page.getByLabel("From").fill("2100-01-01T00:00:00");
  await page.waitForSelector(":text('There are no gaps')");
  await choose("Statuses");
  await page.waitForSelector("tbody tr:has-text('stale'):has-text('messages of the venue are missing')");
  await choose("What is stored");
  await page.waitForSelector("tbody tr:has-text('Trades'):not(:has-text('nothing'))");
  // The book of a moment, digit for digit what the server says of it.
  await choose("Book at a moment");
  await page.click("button:text-is('Show')");
  await page.waitForSelector(".side-by-side table");
  const [link] = await page.$$eval("a[download]", (links) => links.map(({ href }) => href));
  const at = new URL(link).searchParams.get("at");
  const { bids, asks } = await stored(`book?depth=25&at=${at}`);
  const shown = await page.$$eval(".side-by-side table", (tables) =>
    tables.map((table) =>
      [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.replaceAll(",", ""))),
    ),
  );
  assert.deepEqual(shown, [bids, asks]);
  await close();
});
