/**
 * What an account was worth over time, exactly: what it holds now, less what came since, at the candles' closing
 * prices. Nothing of it is kept anywhere: ledger and candles say it all.
 */

import { atScale, formatUnits, minus, parseDecimal, plus, times, type Candle, type Decimal } from "marketd-client";
import type { Entry, Market } from "../lib/api.ts";

export interface Holding {
  readonly asset: string;
  readonly total: string;
}

export interface WorthAt {
  /** Microseconds. */
  readonly at: number;
  /** Quote, in the last decimal of `WORTH_DECIMALS`. */
  readonly units: bigint;
}

export const WORTH_DECIMALS = 2;
const ZERO: Decimal = { units: 0n, decimals: 0 };

/** Which market's prices value an asset: real ones before those of a simulation. A recording's are of another time. */
export function marketFor(asset: string, quote: string, markets: readonly Market[]): Market | null {
  const fitting = markets.filter((market) => market.base === asset && market.quote === quote);
  const order = ["live", "sim"];
  return (
    fitting
      .filter(({ source }) => order.includes(source))
      .sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source))[0] ?? null
  );
}

/** The closing price that was known at a moment; `null` before the first. */
function priceAt(candles: readonly Candle[], at: number): string | null {
  let found: string | null = null;
  for (const { open_time, close } of candles) {
    if (open_time >= at) break;
    found = close;
  }
  return found;
}

/** What was held of an asset at each of the times, which rise. */
function heldAt(total: string, entries: readonly Entry[], times: readonly number[]): Decimal[] {
  let held = parseDecimal(total);
  const newestFirst = entries.toSorted((a, b) => b.seq - a.seq || b.line - a.line);
  let next = 0;
  const amounts: Decimal[] = [];
  for (const at of times.toReversed()) {
    for (; next < newestFirst.length; next += 1) {
      const entry = newestFirst[next] as Entry;
      if (entry.ts <= at) break;
      held = minus(held, parseDecimal(entry.amount));
    }
    amounts.push(held);
  }
  return amounts.reverse();
}

/**
 * The worth at each of the times, in quote. Assets without a price are left out and named. A time at which something
 * that was held had no price yet has no worth.
 */
export function worthOver(
  holdings: readonly Holding[],
  entries: readonly Entry[],
  candles: ReadonlyMap<string, readonly Candle[]>,
  quote: string,
  moments: readonly number[],
): { points: WorthAt[]; unpriced: string[] } {
  const sums: (Decimal | null)[] = moments.map(() => ZERO);
  const unpriced: string[] = [];
  for (const { asset, total } of holdings) {
    const held = heldAt(
      total,
      entries.filter((entry) => entry.asset === asset),
      moments,
    );
    if (held.every(({ units }) => units === 0n)) continue;
    const prices = candles.get(asset);
    if (asset !== quote && (!prices || prices.length === 0)) {
      unpriced.push(asset);
      continue;
    }
    moments.forEach((at, index) => {
      const [sum, amount] = [sums[index], held[index] as Decimal];
      const price = asset === quote || !prices ? "1" : priceAt(prices, at);
      if (!sum || (price === null && amount.units !== 0n)) sums[index] = null;
      else if (price !== null) sums[index] = plus(sum, times(amount, parseDecimal(price)));
    });
  }
  const worth = moments.flatMap((at, index) => {
    const sum = sums[index];
    return sum ? [{ at, units: atScale(sum, WORTH_DECIMALS) }] : [];
  });
  // Before the first deposit there was no account to speak of.
  const first = worth.findIndex(({ units }) => units !== 0n);
  return { points: first < 0 ? worth : worth.slice(first), unpriced };
}

export const worthText = (units: bigint): string => formatUnits(units, WORTH_DECIMALS);
