import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY_DRAFT, estimate, fieldsOf, listOf, problemsOf, sizeOf, timesInForce } from "../dist/index.js";

const RULES = {
  market: "x:BTC-USD",
  base: "BTC",
  quote: "USD",
  price_decimals: 2,
  qty_decimals: 4,
  tick_size: "0.05",
  lot_size: "0.001",
  min_notional: "10",
};
const FEES = { maker: "0.0005", taker: "0.001", fee_in: "received" };
const BOOK = {
  bids: [
    ["99.95", "2.0000"],
    ["99.90", "3.0000"],
  ],
  asks: [
    ["100.00", "1.0000"],
    ["100.10", "4.0000"],
  ],
};
const draft = (fields) => ({ ...EMPTY_DRAFT, ...fields });
const codes = (fields, now = 0) => problemsOf(draft(fields), RULES, now).map(({ field, code }) => `${field} ${code}`);

test("numbers are held against the market's rules, and nothing is rounded", () => {
  const check = (fields, expected) => assert.deepEqual(codes(fields), expected, JSON.stringify(fields));
  check({ price: "100.05", qty: "1" }, []);
  check({ price: "100.05000", qty: "1.0000000" }, []); // zeros are no decimals
  check({ price: "", qty: "" }, ["price missing_price", "qty missing_qty"]);
  check({ price: "100.051", qty: "1" }, ["price precision"]);
  check({ price: "100.06", qty: "1" }, ["price tick_size"]);
  check({ price: "100", qty: "0.0015" }, ["qty lot_size"]);
  check({ price: "100", qty: "0.05" }, ["qty min_notional"]);
  check({ price: "100", qty: "0.1" }, []); // just the least
  check({ price: "0", qty: "1" }, ["price out_of_range"]);
  for (const text of ["abc", "1e5", "-1", "1.", ".5", "1,5", "Infinity", "0x10", "１"])
    check({ price: text, qty: "1" }, ["price bad_request"]);
  check({ price: "9".repeat(30), qty: "1" }, ["price out_of_range"]);
});

test("fields and options that do not go together are told", () => {
  const check = (fields, expected, now) => assert.deepEqual(codes(fields, now), expected, JSON.stringify(fields));
  const limit = { price: "100", qty: "1" };
  check({ ...limit, type: "market", time_in_force: "gtc" }, ["time_in_force bad_time_in_force"]);
  check({ ...limit, type: "stop", time_in_force: "gtc" }, ["stop_price missing_stop_price"]);
  check({ ...limit, type: "trailing_stop", trailing_bps: "0" }, ["trailing_bps missing_trailing_bps"]);
  check({ ...limit, type: "trailing_stop", trailing_bps: "5001" }, ["trailing_bps missing_trailing_bps"]);
  check({ ...limit, type: "trailing_stop", trailing_bps: "25" }, []);
  check({ ...limit, time_in_force: "gtd" }, ["expires_at bad_expiry"]);
  check({ ...limit, time_in_force: "gtd", expires_at: 9 }, ["expires_at bad_expiry"], 9);
  check({ ...limit, time_in_force: "gtd", expires_at: 10 }, [], 9);
  check({ ...limit, display_qty: "2" }, ["display_qty bad_display_qty"]);
  check({ ...limit, client_order_id: "with space" }, ["client_order_id bad_client_order_id"]);
  check({ type: "market", time_in_force: "ioc", quote_qty: "50", self_trade_prevention: "decrement" }, [
    "self_trade_prevention bad_fields",
  ]);
});

test("a draft sends what its type takes, whatever else was filled in", () => {
  const filled = draft({
    side: "sell",
    price: "100",
    stop_price: "90",
    trailing_bps: "30",
    qty: "1",
    display_qty: "0.1",
    post_only: true,
    expires_at: 5,
  });
  const sent = (fields) => {
    const { market, side, self_trade_prevention, ...rest } = fieldsOf({ ...filled, ...fields }, "x:BTC-USD");
    return rest;
  };
  assert.deepEqual(sent({ type: "market", time_in_force: "ioc" }), { type: "market", time_in_force: "ioc", qty: "1" });
  assert.deepEqual(sent({ type: "limit", time_in_force: "ioc" }), {
    type: "limit",
    time_in_force: "ioc",
    qty: "1",
    price: "100",
  });
  assert.deepEqual(sent({ type: "limit", time_in_force: "gtd" }), {
    type: "limit",
    time_in_force: "gtd",
    expires_at: 5,
    qty: "1",
    price: "100",
    display_qty: "0.1",
    post_only: true,
  });
  assert.deepEqual(sent({ type: "trailing_stop", time_in_force: "gtc" }), {
    type: "trailing_stop",
    time_in_force: "gtc",
    qty: "1",
    trailing_bps: 30,
    trigger_by: "last",
  });
  assert.deepEqual(timesInForce("market"), ["ioc", "fok"]);
});

test("an estimate walks the book exactly", () => {
  const of = (fields, fees = FEES) => estimate(draft(fields), RULES, fees, BOOK);
  // 1 at 100.00 and 2 at 100.10 come to 300.20; the average is cut to the market's decimals.
  const market = of({ type: "market", time_in_force: "ioc", qty: "3" });
  assert.deepEqual(
    [market.takenQty, market.takenPrice, market.isWhole, market.gives, market.fee, market.receives],
    [
      "3.0000",
      "100.06",
      true,
      { asset: "USD", amount: "300.2" },
      { asset: "BTC", amount: "0.003" },
      { asset: "BTC", amount: "2.997" },
    ],
  );
  assert.equal(of({ type: "market", time_in_force: "ioc", qty: "6" }).isWhole, false);
  // 150 buys 1 at 100.00 and, in whole lots, 0.499 at 100.10.
  const amount = of({ type: "market", time_in_force: "ioc", quote_qty: "150" });
  assert.deepEqual([amount.takenQty, amount.gives.amount, amount.isWhole], ["1.4990", "149.9499", true]);
  // A limit that takes 1 as taker and rests with 1 as maker, and holds back its own price for both.
  const limit = of({ price: "100.05", qty: "2" });
  assert.deepEqual(
    [limit.takenQty, limit.leftQty, limit.gives.amount, limit.fee.amount, limit.needs.amount],
    ["1.0000", "1.0000", "200.05", "0.0015", "200.1"],
  );
  // Fees in quote come on top of what a buyer pays, and off what a seller receives.
  const inQuote = { ...FEES, fee_in: "quote" };
  const buy = of({ price: "100", qty: "1" }, inQuote);
  assert.deepEqual([buy.gives.amount, buy.fee, buy.receives.amount], ["100.1", { asset: "USD", amount: "0.1" }, "1"]);
  const sell = of({ side: "sell", price: "99.95", qty: "1" });
  assert.deepEqual(
    [sell.gives, sell.receives],
    [
      { asset: "BTC", amount: "1" },
      { asset: "USD", amount: "99.85005" },
    ],
  );
  // What waits takes nothing now, and is counted at the price that wakes it.
  const stop = of({ type: "stop", stop_price: "110", qty: "1" });
  assert.deepEqual([stop.takenPrice, stop.gives.amount, stop.isAtStopPrice], [null, "110", true]);
});

test("a share of the balance is as much as it pays for, in whole lots", () => {
  const of = (fields, percent, fees = FEES) =>
    sizeOf(draft(fields), RULES, fees, { base: "1.23456789", quote: "1000" }, percent, BOOK);
  assert.deepEqual(of({ price: "99.95" }, 50), { qty: "5.0020" });
  assert.deepEqual(of({ price: "100" }, 100, { ...FEES, fee_in: "quote" }), { qty: "9.9900" });
  assert.deepEqual(of({ side: "sell" }, 100), { qty: "1.2340" });
  assert.deepEqual(of({ type: "market" }, 25), { quote_qty: "250" });
  assert.equal(of({ price: "" }, 50), null);
});

test("what is to follow when it has filled makes a list, guarded on both sides", () => {
  const entry = draft({ price: "100", qty: "2" });
  assert.equal(listOf(entry, "x:BTC-USD"), null);
  const { kind, orders } = listOf({ ...entry, take_profit: "110", stop_loss: "95" }, "x:BTC-USD");
  assert.equal(kind, "bracket");
  assert.deepEqual(
    orders.map(({ side, type, price, stop_price, qty }) => [side, type, price, stop_price, qty]),
    [
      ["buy", "limit", "100", undefined, "2"],
      ["sell", "limit", "110", undefined, "2"],
      ["sell", "stop", undefined, "95", "2"],
    ],
  );
  assert.equal(listOf({ ...entry, stop_loss: "95" }, "x:BTC-USD").kind, "oto");
  // Nothing follows an order that these do not go with.
  assert.equal(listOf({ ...entry, stop_loss: "95", time_in_force: "fok" }, "x:BTC-USD"), null);
  const check = (fields, expected) => assert.deepEqual(codes({ price: "100", qty: "2", ...fields }), expected);
  check({ take_profit: "110", stop_loss: "95" }, []);
  check({ take_profit: "100" }, ["take_profit bad_list"]);
  check({ stop_loss: "100.05" }, ["stop_loss bad_list"]);
  check({ stop_loss: "0.01" }, ["stop_loss tick_size"]);
  check({ side: "sell", take_profit: "95", stop_loss: "110" }, []);
  check({ side: "sell", take_profit: "110" }, ["take_profit bad_list"]);
});

test("a limit order with a stop beside it makes a list of which one cancels the other", () => {
  const either = draft({ side: "sell", price: "110", qty: "2", or_stop: "95" });
  const { kind, orders } = listOf(either, "x:BTC-USD");
  assert.equal(kind, "oco");
  assert.deepEqual(
    orders.map(({ side, type, price, stop_price, qty }) => [side, type, price, stop_price, qty]),
    [
      ["sell", "limit", "110", undefined, "2"],
      ["sell", "stop", undefined, "95", "2"],
    ],
  );
  const dated = listOf({ ...either, time_in_force: "gtd", expires_at: 7 }, "x:BTC-USD");
  assert.deepEqual(
    dated.orders.map(({ time_in_force, expires_at }) => [time_in_force, expires_at]),
    [
      ["gtd", 7],
      ["gtd", 7],
    ],
  );
  // What takes at once has nothing beside it, and what is to follow goes before it.
  assert.equal(listOf({ ...either, time_in_force: "ioc" }, "x:BTC-USD"), null);
  assert.equal(listOf({ ...either, or_stop: "", take_profit: "95" }, "x:BTC-USD").kind, "oto");
  const check = (fields, expected) => assert.deepEqual(codes({ price: "100", qty: "2", ...fields }), expected);
  check({ or_stop: "105" }, []);
  check({ or_stop: "95" }, ["or_stop bad_list"]);
  check({ side: "sell", or_stop: "95" }, []);
  check({ side: "sell", or_stop: "100" }, ["or_stop bad_list"]);
  check({ or_stop: "105.01" }, ["or_stop tick_size"]);
  // Both hold back what the dearer one needs, once.
  const needs = (fields) => estimate(draft(fields), RULES, { ...FEES, maker: "0", taker: "0" }, BOOK).needs.amount;
  assert.equal(needs({ price: "90", qty: "2", or_stop: "110" }), "220");
  assert.equal(needs({ side: "sell", price: "110", qty: "2", or_stop: "90" }), "2");
});
