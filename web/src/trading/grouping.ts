/** Levels put together into wider ones, exactly. */

import { formatUnits, unitsOf, type Level } from "marketd-client";

/** A resting order of one's own: its price and what is left of it in units, and what is in front of it. */
export interface OwnOrder {
  readonly isBuy: boolean;
  readonly price: bigint;
  readonly qty: bigint;
  /** The venue's quantity; `null` when it is not known. */
  readonly ahead: string | null;
}

/** A row of the ladder, best first. */
export interface Row {
  price: string;
  own: readonly OwnOrder[];
  qty: string;
  /** Sum from the best row to this one. */
  sum: string;
  sumUnits: bigint;
}

export interface Scales {
  price: number;
  qty: number;
}

const NONE: readonly OwnOrder[] = [];

/** How wide a row may be, in units of the last decimal of a price: a tick, then whatever tells something at this price, which is at
 * most about a hundredth of it. */
export function usefulGroupings(tick: bigint, price: bigint | null): bigint[] {
  const widths = [tick];
  for (let ten = tick; price !== null && ten * 100n <= price; ten *= 10n) {
    if (ten !== tick) widths.push(ten);
    if (ten * 500n <= price) widths.push(ten * 5n);
  }
  return widths;
}

/** Without the zeros that a wide grouping leaves at the end. */
export function widthText(width: bigint, decimals: number): string {
  return formatUnits(width, decimals)
    .replace(/\.0+$/, "")
    .replace(/(\.\d*?)0+$/, "$1");
}

function decimalsShown(width: bigint, decimals: number): number {
  let [shown, rest] = [decimals, width];
  while (shown > 0 && rest % 10n === 0n) {
    rest /= 10n;
    shown -= 1;
  }
  return shown;
}

/** Where a price is put: bids into the row below, asks into the row above. */
function rowAt(price: bigint, isBids: boolean, width: bigint): bigint {
  const below = price - (price % width);
  return isBids || below === price ? below : below + width;
}

/** The side's levels, and among them the prices at which only own orders stand: the venue shows nothing there. */
function* withOwn(side: readonly Level[], own: readonly OwnOrder[], isBids: boolean): Generator<[bigint, bigint]> {
  const prices = [...new Set(own.map(({ price }) => price))].sort((a, b) => (a === b ? 0 : a > b === isBids ? -1 : 1));
  let at = 0;
  for (const [priceText, qtyText] of side) {
    const price = unitsOf(priceText);
    for (; at < prices.length; at += 1) {
      const mine = prices[at] as bigint;
      if (mine !== price && mine < price === isBids) break;
      if (mine !== price) yield [mine, 0n];
    }
    yield [price, unitsOf(qtyText)];
  }
  for (; at < prices.length; at += 1) yield [prices[at] as bigint, 0n];
}

/**
 * The first `count` rows of a side. Bids are put into the row below them, asks into the row above: a row never
 * promises a better price than its levels have.
 */
export function rowsOf(
  side: readonly Level[],
  isBids: boolean,
  width: bigint,
  scales: Scales,
  count: number,
  own: readonly OwnOrder[] = [],
): Row[] {
  const rows: Row[] = [];
  const shown = decimalsShown(width, scales.price);
  const cut = 10n ** BigInt(scales.price - shown);
  const ownOf = new Map<bigint, OwnOrder[]>();
  for (const order of own) {
    const at = rowAt(order.price, isBids, width);
    const there = ownOf.get(at);
    if (there) there.push(order);
    else ownOf.set(at, [order]);
  }
  let [key, qty, sum] = [null as bigint | null, 0n, 0n];
  const close = (): void => {
    if (key === null) return;
    sum += qty;
    const at = key;
    rows.push({
      price: formatUnits(at / cut, shown),
      own: ownOf.get(at) ?? NONE,
      qty: formatUnits(qty, scales.qty),
      sum: formatUnits(sum, scales.qty),
      sumUnits: sum,
    });
  };
  for (const [price, units] of withOwn(side, own, isBids)) {
    const at = rowAt(price, isBids, width);
    if (at !== key) {
      close();
      if (rows.length === count) return rows;
      [key, qty] = [at, 0n];
    }
    qty += units;
  }
  close();
  return rows;
}
