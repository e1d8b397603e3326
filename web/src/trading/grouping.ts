/** Levels put together into wider ones, exactly. */

import { formatUnits, unitsOf, type Level } from "marketd-client";

/** A row of the ladder, best first. */
export interface Row {
  price: string;
  qty: string;
  /** Sum from the best row to this one. */
  sum: string;
  sumUnits: bigint;
}

export interface Scales {
  price: number;
  qty: number;
}

/** How wide a row may be, in units of the last decimal of a price; a tick first. */
export function groupingsOf(tick: bigint): bigint[] {
  return [1n, 5n, 10n, 50n, 100n, 500n, 1_000n, 5_000n, 10_000n, 50_000n, 100_000n].map((times) => tick * times);
}

/** Groupings that tell something at this price: at most about a hundredth of it. */
export function usefulGroupings(tick: bigint, price: bigint | null): bigint[] {
  const all = groupingsOf(tick);
  return price === null ? all.slice(0, 1) : all.filter((width, at) => at === 0 || width * 100n <= price);
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

/**
 * The first `count` rows of a side. Bids are put into the row below them, asks into the row above: a row never
 * promises a better price than its levels have.
 */
export function rowsOf(side: readonly Level[], isBids: boolean, width: bigint, scales: Scales, count: number): Row[] {
  const rows: Row[] = [];
  const shown = decimalsShown(width, scales.price);
  const cut = 10n ** BigInt(scales.price - shown);
  let [key, qty, sum] = [null as bigint | null, 0n, 0n];
  const close = (): void => {
    if (key === null) return;
    sum += qty;
    rows.push({
      price: formatUnits(key / cut, shown),
      qty: formatUnits(qty, scales.qty),
      sum: formatUnits(sum, scales.qty),
      sumUnits: sum,
    });
  };
  for (const [priceText, qtyText] of side) {
    const price = unitsOf(priceText);
    const below = price - (price % width);
    const at = isBids || below === price ? below : below + width;
    if (at !== key) {
      close();
      if (rows.length === count) return rows;
      [key, qty] = [at, 0n];
    }
    qty += unitsOf(qtyText);
  }
  close();
  return rows;
}
