/** An order book as a client holds it: both sides sorted, best first, prices and quantities as printed. */

import { checksumOf } from "./checksum.ts";
import { compareAtScale, isZero } from "./decimal.ts";
import type { Level } from "./types.ts";

export class Book {
  readonly bids: Level[] = [];
  readonly asks: Level[] = [];

  /** Both sides anew, best first. */
  reset(bids: readonly Level[], asks: readonly Level[]): void {
    // A side can be larger than what a call takes as arguments.
    this.bids.length = 0;
    this.asks.length = 0;
    for (const level of bids) this.bids.push(level);
    for (const level of asks) this.asks.push(level);
  }

  /** Changed levels with their new quantity; zero removes. */
  apply(bids: readonly Level[], asks: readonly Level[]): void {
    for (const level of bids) change(this.bids, level, -1);
    for (const level of asks) change(this.asks, level, 1);
  }

  get bestBid(): Level | undefined {
    return this.bids[0];
  }

  get bestAsk(): Level | undefined {
    return this.asks[0];
  }

  /** CRC-32 over the ten best levels a side, as the server computes it on request. */
  checksum(): number {
    return checksumOf(this.bids, this.asks);
  }
}

/** `direction` is 1 where prices rise from the best level on, -1 where they fall. */
function change(side: Level[], level: Level, direction: 1 | -1): void {
  const at = place(side, level[0], direction);
  const isHeld = side[at]?.[0] === level[0];
  if (isZero(level[1])) {
    if (isHeld) side.splice(at, 1);
  } else if (isHeld) {
    side[at] = level;
  } else {
    side.splice(at, 0, level);
  }
}

/** Where the price stands in the side, or would stand. */
function place(side: readonly Level[], price: string, direction: 1 | -1): number {
  let low = 0;
  let high = side.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const held = side[middle] as Level;
    if (compareAtScale(held[0], price) * direction < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
