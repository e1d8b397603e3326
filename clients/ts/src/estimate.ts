/**
 * What an order would come to if it reached the book that is shown: what it takes at once and at which prices, what
 * would rest, what is paid, received and held back, and the fees. The book moves on, so this is an estimate, but the
 * arithmetic of it is exact.
 */

import {
  atScale,
  compareDecimals,
  formatUnits,
  minus,
  parseDecimal,
  plus,
  times,
  trimmed,
  unitsOf,
  type Decimal,
} from "./decimal.ts";
import { hasLimit, stepUnits, takes, waitsForPrice, type MarketRules, type OrderDraft } from "./draft.ts";
import type { components } from "./generated/rest.ts";
import type { Level } from "./types.ts";

export type Fees = components["schemas"]["FeesBody"];

export interface Sides {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

export interface Sum {
  readonly asset: string;
  readonly amount: string;
}

export interface Estimate {
  /** Base that it would take from the book as it is. */
  readonly takenQty: string;
  /** Average price of that, cut to the market's decimals; null when it takes nothing. */
  readonly takenPrice: string | null;
  /** Base that would rest, wait, or for immediate orders expire. */
  readonly leftQty: string;
  /** Whether the shown book has all that is asked for. */
  readonly isWhole: boolean;
  readonly gives: Sum;
  readonly receives: Sum;
  readonly fee: Sum;
  /** What the account must have free, as far as that can be told. */
  readonly needs: Sum;
  /** For orders that wait without a limit: at the price that wakes them, which is not what they get. */
  readonly isAtStopPrice: boolean;
}

interface Taken {
  qty: bigint;
  quote: bigint;
  isWhole: boolean;
}

/** Walks the levels that the order would meet, best first, in units of the last decimals. */
function walk(
  levels: readonly Level[],
  isBuy: boolean,
  wanted: { qty: bigint } | { quote: bigint },
  lot: bigint,
  limit: bigint | null,
): Taken {
  const taken: Taken = { qty: 0n, quote: 0n, isWhole: false };
  for (const [priceText, qtyText] of levels) {
    const [price, displayed] = [unitsOf(priceText), unitsOf(qtyText)];
    if (limit !== null && (isBuy ? price > limit : price < limit)) break;
    const left = "qty" in wanted ? wanted.qty - taken.qty : ((wanted.quote - taken.quote) / price / lot) * lot;
    if (left <= 0n) break;
    const qty = left < displayed ? left : displayed;
    taken.qty += qty;
    taken.quote += qty * price;
    if (qty === left) {
      taken.isWhole = true;
      break;
    }
  }
  return taken;
}

const isRate = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

/** `null` while the draft does not say enough. It is taken to have no problems. */
export function estimate(draft: OrderDraft, rules: MarketRules, fees: Fees, book: Sides): Estimate | null {
  if (!isRate(fees.maker) || !isRate(fees.taker)) return null;
  const { price_decimals, qty_decimals } = rules;
  const isBuy = draft.side === "buy";
  const lot = stepUnits(rules.lot_size, qty_decimals);

  const isByQuote = draft.type === "market" && draft.quote_qty !== "";
  const quoteDecimals = price_decimals + qty_decimals;
  const wanted = isByQuote
    ? { quote: unitsAt(draft.quote_qty, quoteDecimals) }
    : { qty: unitsAt(draft.qty, qty_decimals) };
  const limit = hasLimit(draft.type) ? unitsAt(draft.price, price_decimals) : null;
  const levels = isBuy ? book.asks : book.bids;
  const isWaiting = waitsForPrice(draft.type);
  const taken = isWaiting ? { qty: 0n, quote: 0n, isWhole: false } : walk(levels, isBuy, wanted, lot, limit);

  let at = limit;
  if (isWaiting && at === null) at = waitingPrice(draft, levels, price_decimals);
  if (isWaiting && at === null) return null;
  const leftQty = "qty" in wanted ? wanted.qty - taken.qty : 0n;
  const expires = draft.time_in_force === "ioc" || draft.time_in_force === "fok";
  const restQty = (isWaiting || !expires) && at !== null ? leftQty : 0n;

  const takerRate = parseDecimal(fees.taker);
  // What rests pays as a maker; what wakes without a limit takes.
  const restRate = isWaiting && limit === null ? takerRate : parseDecimal(fees.maker);
  const inBase = (units: bigint): Decimal => ({ units, decimals: qty_decimals });
  const inQuote = (units: bigint): Decimal => ({ units, decimals: quoteDecimals });
  const restQuote = restQty * (at ?? 0n);
  const isFeeInBase = isBuy && fees.fee_in === "received";
  const feeOn = (units: bigint, rate: Decimal): Decimal => times(isFeeInBase ? inBase(units) : inQuote(units), rate);
  const fee = plus(
    feeOn(isFeeInBase ? taken.qty : taken.quote, takerRate),
    feeOn(isFeeInBase ? restQty : restQuote, restRate),
  );
  const base = inBase(taken.qty + restQty);
  const quote = inQuote(taken.quote + restQuote);
  const isFeeOnTop = isBuy && !isFeeInBase;
  // Held back at the limit, whatever better prices the book shows, and at the worse of both rates.
  const dearest = limit !== null && isBuy ? dearerOf(limit, draft, price_decimals) : limit;
  const bound = dearest !== null && "qty" in wanted ? inQuote(wanted.qty * dearest) : quote;
  const worst = isRateAbove(fees.maker, fees.taker) ? parseDecimal(fees.maker) : takerRate;
  const held = isByQuote && "quote" in wanted ? inQuote(wanted.quote) : bound;
  return {
    takenQty: formatUnits(taken.qty, qty_decimals),
    takenPrice: taken.qty > 0n ? formatUnits(taken.quote / taken.qty, price_decimals) : null,
    leftQty: formatUnits(leftQty, qty_decimals),
    isWhole: taken.isWhole,
    gives: isBuy
      ? { asset: rules.quote, amount: trimmed(isFeeOnTop ? plus(quote, fee) : quote) }
      : { asset: rules.base, amount: trimmed(base) },
    receives: isBuy
      ? { asset: rules.base, amount: trimmed(isFeeInBase ? minus(base, fee) : base) }
      : { asset: rules.quote, amount: trimmed(minus(quote, fee)) },
    fee: { asset: isFeeInBase ? rules.base : rules.quote, amount: trimmed(fee) },
    needs: isBuy
      ? {
          asset: rules.quote,
          amount: trimmed(isFeeOnTop && worst.units > 0n ? plus(held, times(held, worst)) : held),
        }
      : { asset: rules.base, amount: trimmed("qty" in wanted ? inBase(wanted.qty) : base) },
    isAtStopPrice: isWaiting && limit === null,
  };
}

/** The most that a share of what is free would buy or sell, in whole lots; for market buys, as an amount of quote. */
export function sizeOf(
  draft: OrderDraft,
  rules: MarketRules,
  fees: Fees,
  free: { base: string; quote: string },
  percent: number,
  book: Sides,
): { qty: string } | { quote_qty: string } | null {
  const { price_decimals, qty_decimals } = rules;
  const lot = stepUnits(rules.lot_size, qty_decimals);
  const share = (text: string): Decimal => {
    const { units, decimals } = parseDecimal(text);
    return { units: units * BigInt(percent), decimals: decimals + 2 };
  };
  if (draft.side === "sell") {
    const units = atScale(share(free.base), qty_decimals);
    return { qty: formatUnits((units / lot) * lot, qty_decimals) };
  }
  let budget = share(free.quote);
  if (fees.fee_in === "quote") {
    const worst = parseDecimal(isRateAbove(fees.maker, fees.taker) ? fees.maker : fees.taker);
    // budget / (1 + rate), down.
    const one = 10n ** BigInt(worst.decimals);
    if (worst.units > 0n) budget = { units: (budget.units * one) / (one + worst.units), decimals: budget.decimals };
  }
  if (draft.type === "market")
    return { quote_qty: trimmed({ units: atScale(budget, price_decimals), decimals: price_decimals }) };
  const text = hasLimit(draft.type) ? draft.price : draft.stop_price;
  const price =
    draft.type === "trailing_stop"
      ? waitingPrice(draft, book.asks, price_decimals)
      : /^\d+(\.\d+)?$/.test(text)
        ? unitsAt(text, price_decimals)
        : null;
  if (price === null || price <= 0n) return null;
  const quoteUnits = atScale(budget, price_decimals + qty_decimals);
  return { qty: formatUnits((quoteUnits / price / lot) * lot, qty_decimals) };
}

/** Of a limit order and the stop beside it, which hold back what the dearer one needs. */
function dearerOf(limit: bigint, draft: OrderDraft, decimals: number): bigint {
  if (draft.or_stop === "" || !takes(draft, "or_stop")) return limit;
  const stop = unitsAt(draft.or_stop, decimals);
  return stop > limit ? stop : limit;
}

/** The price at which an order without a limit would wake; a trailing stop's is counted from the best price now. */
function waitingPrice(draft: OrderDraft, levels: readonly Level[], decimals: number): bigint | null {
  if (draft.type !== "trailing_stop") return unitsAt(draft.stop_price, decimals);
  const best = levels[0];
  if (!best || !/^\d+$/.test(draft.trailing_bps)) return null;
  const [price, distance] = [unitsOf(best[0]), BigInt(draft.trailing_bps)];
  return (price * (draft.side === "buy" ? 10_000n + distance : 10_000n - distance)) / 10_000n;
}

/** The units of a decimal at a scale that is not smaller than its own needs to be. */
function unitsAt(text: string, decimals: number): bigint {
  return atScale(parseDecimal(text === "" ? "0" : text), decimals);
}

function isRateAbove(a: string, b: string): boolean {
  return compareDecimals(a, b) > 0;
}
