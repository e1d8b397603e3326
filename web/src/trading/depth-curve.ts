/** The depth chart's figures: sums from the middle outwards. Numbers are for pixels, texts are exact. */

import { formatUnits, unitsOf, type Book, type Level } from "marketd-client";
import type { Scales } from "./grouping.ts";

export interface Point {
  /** For pixels. */
  price: number;
  /** For pixels. */
  sum: number;
  priceText: string;
  sumUnits: bigint;
}

export interface Curve {
  bids: Point[];
  asks: Point[];
  low: number;
  high: number;
  /** The larger of both sums, for pixels. */
  deepest: number;
  scales: Scales;
}

/** Levels within `permille` thousandths of the middle; `null` while a side is empty. */
export function curveOf(book: Book, permille: bigint, scales: Scales): Curve | null {
  const { bestBid, bestAsk } = book;
  if (!bestBid || !bestAsk) return null;
  const twice = unitsOf(bestBid[0]) + unitsOf(bestAsk[0]);
  const reach = (twice * permille) / 2_000n;
  const [lowest, highest] = [twice / 2n - reach, twice / 2n + reach];
  const bids = pointsOf(book.bids, scales, (price) => price >= lowest);
  const asks = pointsOf(book.asks, scales, (price) => price <= highest);
  return {
    bids,
    asks,
    low: toPixels(lowest, scales.price),
    high: toPixels(highest, scales.price),
    deepest: Math.max(bids.at(-1)?.sum ?? 0, asks.at(-1)?.sum ?? 0),
    scales,
  };
}

const toPixels = (units: bigint, decimals: number): number => Number(units) / 10 ** decimals;

function pointsOf(side: readonly Level[], scales: Scales, isInside: (price: bigint) => boolean): Point[] {
  const points: Point[] = [];
  let sumUnits = 0n;
  for (const [priceText, qtyText] of side) {
    const price = unitsOf(priceText);
    if (!isInside(price)) break;
    sumUnits += unitsOf(qtyText);
    points.push({ price: toPixels(price, scales.price), sum: toPixels(sumUnits, scales.qty), priceText, sumUnits });
  }
  return points;
}

/** The last point of the side that is not further out than `price`. */
export function pointAt(points: readonly Point[], price: number, isBids: boolean): Point | null {
  let found: Point | null = null;
  for (const point of points) {
    if (isBids ? point.price < price : point.price > price) break;
    found = point;
  }
  return found;
}

export const sumText = (point: Point, scales: Scales): string => formatUnits(point.sumUnits, scales.qty);
