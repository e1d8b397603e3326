/** The depth chart's figures: sums from the middle outwards. They are for pixels; what is read is summed up exactly. */

import { formatUnits, unitsOf, type Book, type Level } from "marketd-client";
import { toPixelValue } from "../lib/figures.ts";
import type { Scales } from "./grouping.ts";

export interface Point {
  price: number;
  sum: number;
}

export interface Curve {
  bids: Point[];
  asks: Point[];
  low: number;
  high: number;
  /** The larger of both sums. */
  deepest: number;
  scales: Scales;
}

/** Levels within `permille` thousandths of the middle, or of the one price where a side is empty; `null` while both are. */
export function curveOf(book: Book, permille: number, scales: Scales): Curve | null {
  const best = [book.bestBid, book.bestAsk].flatMap((level) => (level ? [toPixelValue(level[0])] : []));
  if (best.length === 0) return null;
  const middle = best.reduce((sum, price) => sum + price, 0) / best.length;
  const [low, high] = [middle * (1 - permille / 1000), middle * (1 + permille / 1000)];
  const bids = pointsOf(book.bids, (price) => price >= low);
  const asks = pointsOf(book.asks, (price) => price <= high);
  return { bids, asks, low, high, deepest: Math.max(bids.at(-1)?.sum ?? 0, asks.at(-1)?.sum ?? 0), scales };
}

/** Levels of a side that make a picture. */
const ENOUGH = 10;

/** Whether so much of the book is in the curve that there is something to see. */
export const isTelling = (book: Book, { bids, asks }: Curve): boolean =>
  bids.length >= Math.min(ENOUGH, book.bids.length) && asks.length >= Math.min(ENOUGH, book.asks.length);

function pointsOf(side: readonly Level[], isInside: (price: number) => boolean): Point[] {
  const points: Point[] = [];
  let sum = 0;
  for (const [priceText, qtyText] of side) {
    const price = toPixelValue(priceText);
    if (!isInside(price)) break;
    sum += toPixelValue(qtyText);
    points.push({ price, sum });
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

/** The level that a point stands for, and what stands between it and the middle, to the last digit. */
export function exactAt(
  side: readonly Level[],
  point: Point,
  isBids: boolean,
  scales: Scales,
): { price: string; sum: string } | null {
  let [price, units] = [null as string | null, 0n];
  for (const [priceText, qtyText] of side) {
    const at = toPixelValue(priceText);
    if (isBids ? at < point.price : at > point.price) break;
    price = priceText;
    units += unitsOf(qtyText);
  }
  return price === null ? null : { price, sum: formatUnits(units, scales.qty) };
}
