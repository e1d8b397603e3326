/** A recording of books as no ordinary market has them, for the replay: few levels and many, tiny prices and huge ones. */

import { writeFile } from "node:fs/promises";

const START_MS = 1_722_000_000_000;
const SECONDS = 60;
const EVERY_MS = 200;

const times = (count, make) => Array.from({ length: count }, (_, at) => make(at));

/** Units as a decimal of so many places. */
function decimal(units, places) {
  const digits = String(units).padStart(places + 1, "0");
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/**
 * `places` of prices and of quantities; prices in units of the last place. `bids` and `asks` say how many levels there are, `step`
 * how far apart they stand.
 */
const BOOKS = [
  {
    base: "TINY",
    places: [8, 0],
    bid: 12,
    ask: 13,
    bids: 11,
    asks: 40,
    step: 1,
    qty: (at) => 1_234_567_890 + at * 1e10,
  },
  {
    base: "HUGE",
    places: [2, 8],
    bid: 12345678901234,
    ask: 12345678901299,
    bids: 30,
    asks: 30,
    step: 65,
    qty: (at) => 1 + at,
  },
  {
    base: "WIDE",
    places: [2, 3],
    bid: 5_000,
    ask: 15_000,
    bids: 25,
    asks: 25,
    step: 100,
    qty: (at) => 1_500 + 37 * at,
  },
  { base: "LONE", places: [4, 4], bid: 10_000, ask: 10_001, bids: 1, asks: 1, step: 1, qty: () => 98_765_432_109_876 },
  { base: "BIDS", places: [2, 2], bid: 9_998, ask: 10_000, bids: 12, asks: 0, step: 1, qty: (at) => 100 + at },
  {
    base: "DEEP",
    places: [2, 8],
    bid: 10_000_000,
    ask: 10_000_001,
    bids: 1_000,
    asks: 1_000,
    step: 7,
    qty: (at) => 12_345_678 * (1 + (at % 50)),
  },
];

const QUOTE = "USDT";
export const ODD_MARKETS = BOOKS.map(({ base }) => `binance:${base}-${QUOTE}`);

const symbolOf = ({ base }) => `${base}${QUOTE}`;

function rulesOf(book) {
  const [price, qty] = book.places;
  return {
    symbol: symbolOf(book),
    status: "TRADING",
    baseAsset: book.base,
    baseAssetPrecision: qty,
    quoteAsset: QUOTE,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    isSpotTradingAllowed: true,
    permissions: ["SPOT"],
    filters: [
      {
        filterType: "PRICE_FILTER",
        minPrice: decimal(1, price),
        maxPrice: "900000000000",
        tickSize: decimal(1, price),
      },
      { filterType: "LOT_SIZE", minQty: decimal(1, qty), maxQty: "90000000000", stepSize: decimal(1, qty) },
    ],
  };
}

const levelsOf = ({ places, step, qty, ...book }, side, sign) =>
  times(book[side], (at) => [
    decimal(book[side === "bids" ? "bid" : "ask"] + sign * step * at, places[0]),
    decimal(qty(at), places[1]),
  ]);

/** The lines of one market after its snapshot: a level that changes, and now and then a trade. */
function* movesOf(book) {
  const [bids, asks] = [levelsOf(book, "bids", -1), levelsOf(book, "asks", 1)];
  for (let at = 1; at * EVERY_MS < SECONDS * 1_000; at += 1) {
    const [price] = bids[at % bids.length];
    const level = [price, decimal(book.qty(at % 5) + 10 + at, book.places[1])];
    const event = { E: START_MS + at * EVERY_MS, s: symbolOf(book) };
    yield [at, `depth@100ms`, { e: "depthUpdate", ...event, U: 1_000 + at, u: 1_000 + at, b: [level], a: [] }];
    if (at % 3 !== 0) continue;
    const best = at % 2 === 0 ? bids[0] : (asks[0] ?? bids[0]);
    const print = { t: at, p: best[0], q: best[1], T: event.E, m: at % 2 === 0, M: true };
    yield [at, `trade`, { e: "trade", ...event, ...print }];
  }
}

/** Writes the recording into a file that names its venue. */
export async function writeOddBooks(path) {
  const lines = [];
  const put = (ms, conn, dir, raw) => lines.push([ms, { recv_ns: (START_MS + ms) * 1_000_000, conn, dir, raw }]);
  const streams = BOOKS.flatMap((book) =>
    ["depth@100ms", "trade"].map((name) => `${symbolOf(book).toLowerCase()}@${name}`),
  );
  put(0, "rest", "out", "GET https://api.binance.com/api/v3/exchangeInfo");
  put(0, "rest", "in", JSON.stringify({ timezone: "UTC", serverTime: START_MS, symbols: BOOKS.map(rulesOf) }));
  put(0, "ws.1", "out", `CONNECT wss://stream.binance.com:9443/stream?streams=${streams.join("/")}`);
  for (const book of BOOKS) {
    const snapshot = { lastUpdateId: 1_001, bids: levelsOf(book, "bids", -1), asks: levelsOf(book, "asks", 1) };
    put(EVERY_MS, "rest", "out", `GET https://api.binance.com/api/v3/depth?symbol=${symbolOf(book)}&limit=5000`);
    put(EVERY_MS, "rest", "in", JSON.stringify(snapshot));
    for (const [at, stream, data] of movesOf(book))
      put(at * EVERY_MS, "ws.1", "in", JSON.stringify({ stream: `${symbolOf(book).toLowerCase()}@${stream}`, data }));
  }
  lines.sort(([a], [b]) => a - b);
  await writeFile(path, lines.map(([, line]) => `${JSON.stringify(line)}\n`).join(""));
}
