/** Kraken's v2 rule: CRC-32 over the ten best asks, then the ten best bids, without points and leading zeros. */

import type { Level } from "./types.ts";

const LEVELS = 10;
const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

function crc32(ascii: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < ascii.length; at += 1) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ ascii.charCodeAt(at)) & 0xff] as number);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const digits = (decimal: string): string => decimal.replace(".", "").replace(/^0+/, "");

export function checksumOf(bids: readonly Level[], asks: readonly Level[]): number {
  const levels = [...asks.slice(0, LEVELS), ...bids.slice(0, LEVELS)];
  return crc32(levels.map(([price, qty]) => digits(price) + digits(qty)).join(""));
}
