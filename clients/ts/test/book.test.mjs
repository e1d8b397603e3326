import assert from "node:assert/strict";
import { test } from "node:test";
import {
  advance,
  backoffMs,
  Book,
  compareAtScale,
  compareDecimals,
  formatUnits,
  isZero,
  parseDecimal,
  unitsOf,
} from "../dist/index.js";

test("decimals keep every digit", () => {
  for (const text of ["0.00", "-0.01", "60000.10", "123456789012345678901234567890.123456789", "-5", "0"]) {
    const { units, decimals } = parseDecimal(text);
    assert.equal(formatUnits(units, decimals), text);
    assert.equal(unitsOf(text), units);
  }
  for (const text of ["", "1e5", "1.", ".5", "0x10", "NaN", " 1"]) assert.throws(() => parseDecimal(text), RangeError);
});

test("decimals are compared exactly", () => {
  const rows = [
    ["9007199254740993.0", "9007199254740992.0", 1],
    ["9.99", "10.00", -1],
    ["-9.99", "-10.00", 1],
    ["-0.01", "0.00", -1],
    ["1.50", "1.50", 0],
  ];
  for (const [a, b, order] of rows) {
    assert.equal(Math.sign(compareAtScale(a, b)), order, `${a} ${b}`);
    assert.equal(compareDecimals(a, b), order, `${a} ${b}`);
  }
  assert.equal(compareDecimals("1.5", "1.50"), 0);
  assert.ok(isZero("0.00000") && !isZero("0.00010"));
});

test("a book keeps its sides sorted whatever the order of changes", () => {
  const book = new Book();
  book.reset(
    [
      ["10.00", "1"],
      ["9.99", "2"],
    ],
    [["10.01", "3"]],
  );
  book.apply(
    [
      ["9.50", "5"],
      ["10.00", "0"],
      ["9.995", "0"],
      ["9.98", "4"],
      ["9.99", "7"],
    ],
    [
      ["100.00", "1"],
      ["10.005", "2"],
      ["10.01", "0"],
    ].map(([price, qty]) => [price === "10.005" ? "10.02" : price, qty]),
  );
  assert.deepEqual(book.bids, [
    ["9.99", "7"],
    ["9.98", "4"],
    ["9.50", "5"],
  ]);
  assert.deepEqual(book.asks, [
    ["10.02", "2"],
    ["100.00", "1"],
  ]);
});

test("a book agrees with a naive one over thousands of random changes", () => {
  let seed = 12_345;
  const random = (below) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  const book = new Book();
  const naive = new Map();
  for (let round = 0; round < 5_000; round += 1) {
    const level = [formatUnits(BigInt(9_900 + random(300)), 2), String(random(4))];
    book.apply([level], [level]);
    if (level[1] === "0") naive.delete(level[0]);
    else naive.set(level[0], level[1]);
  }
  const ascending = [...naive].sort(([a], [b]) => Number(a) - Number(b));
  assert.deepEqual(book.asks, ascending);
  assert.deepEqual(book.bids, ascending.toReversed());
});

test("the checksum is Kraken's of its own example", () => {
  // The published example of the v2 book channel: ten levels a side of BTC/USD.
  const asks = [
    ["45285.2", "0.00100000"],
    ["45286.4", "1.54571953"],
    ["45286.6", "1.54571109"],
    ["45289.6", "1.54560911"],
    ["45290.2", "0.15890660"],
    ["45291.8", "1.54553491"],
    ["45294.7", "0.04454749"],
    ["45296.1", "0.35380000"],
    ["45297.5", "0.09945542"],
    ["45299.5", "0.18772827"],
  ];
  const bids = [
    ["45283.5", "0.10000000"],
    ["45283.4", "1.54582015"],
    ["45282.1", "0.10000000"],
    ["45281.0", "0.10000000"],
    ["45280.3", "1.54592586"],
    ["45279.0", "0.07990000"],
    ["45277.6", "0.03310103"],
    ["45277.5", "0.30000000"],
    ["45277.3", "1.54602737"],
    ["45276.6", "0.15445238"],
  ];
  const book = new Book();
  book.reset(bids, asks);
  assert.equal(book.checksum(), 3_310_070_434);
});

test("the rule: a snapshot resets, a delta follows or does not", () => {
  const held = { epoch: 1, seq: 5 };
  assert.deepEqual(advance(null, { type: "snapshot", epoch: 2, seq: 9, prev: 9 }), { epoch: 2, seq: 9 });
  assert.deepEqual(advance(held, { type: "delta", epoch: 1, seq: 9, prev: 5 }), { epoch: 1, seq: 9 });
  assert.equal(advance(held, { type: "delta", epoch: 1, seq: 9, prev: 6 }), null);
  assert.equal(advance(held, { type: "delta", epoch: 2, seq: 9, prev: 5 }), null);
  assert.equal(advance(null, { type: "event", epoch: 1, seq: 9, prev: 5 }), null);
});

test("pauses double up to the last, and are between half and whole", () => {
  const options = { firstMs: 500, lastMs: 10_000 };
  assert.deepEqual(
    [0, 1, 2, 9, 10_000].map((attempt) => backoffMs(attempt, options, 1)),
    [500, 1_000, 2_000, 10_000, 10_000],
  );
  assert.equal(backoffMs(0, options, 0), 250);
});
