/**
 * Decimals as the server prints them. Their text is the number: it is compared, added and shown without ever becoming
 * binary floating point.
 */

/** A whole number of units of ten to the power of minus `decimals`. */
export interface Decimal {
  readonly units: bigint;
  readonly decimals: number;
}

const SHAPE = /^-?\d+(\.\d+)?$/;

export function parseDecimal(text: string): Decimal {
  if (!SHAPE.test(text)) throw new RangeError(`not a decimal: ${JSON.stringify(text)}`);
  const point = text.indexOf(".");
  if (point < 0) return { units: BigInt(text), decimals: 0 };
  return { units: BigInt(text.slice(0, point) + text.slice(point + 1)), decimals: text.length - point - 1 };
}

/** The units of a decimal whose scale is known, as that of a market's prices or quantities is. */
export function unitsOf(text: string): bigint {
  const point = text.indexOf(".");
  return BigInt(point < 0 ? text : text.slice(0, point) + text.slice(point + 1));
}

export function formatUnits(units: bigint, decimals: number): string {
  const sign = units < 0n ? "-" : "";
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, "0");
  if (decimals === 0) return sign + digits;
  const point = digits.length - decimals;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

export function decimalsOf(text: string): number {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

/** The same number with more decimals. */
export function rescale({ units, decimals }: Decimal, to: number): bigint {
  if (to < decimals) throw new RangeError(`${to} decimals are too few to hold what has ${decimals}`);
  return units * 10n ** BigInt(to - decimals);
}

/** Compares decimals of any scale: below, at or above zero as `a` is below, at or above `b`. */
export function compareDecimals(a: string, b: string): number {
  const [left, right] = [parseDecimal(a), parseDecimal(b)];
  const decimals = Math.max(left.decimals, right.decimals);
  const difference = rescale(left, decimals) - rescale(right, decimals);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/**
 * Compares decimals of one scale. Those that are not negative, without leading zeros as the server prints them, stand
 * in the order of their length and then of their text, which is a good deal quicker than going through numbers.
 */
export function compareAtScale(a: string, b: string): number {
  if (a.startsWith("-") || b.startsWith("-")) {
    const difference = unitsOf(a) - unitsOf(b);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isZero(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Any digit from 1 to 9.
    if (code > 48 && code < 58) return false;
  }
  return true;
}

/** A decimal without the zeros at its end. */
export function trimmed({ units, decimals }: Decimal): string {
  return formatUnits(units, decimals)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

/** The exact product of two decimals. */
export function times(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, decimals: a.decimals + b.decimals };
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const decimals = Math.max(a.decimals, b.decimals);
  return { units: atScale(a, decimals) + atScale(b, decimals), decimals };
}

export function minus(a: Decimal, b: Decimal): Decimal {
  return plus(a, { units: -b.units, decimals: b.decimals });
}

/** The units of a decimal at another scale, cut where it has more decimals than that. */
export function atScale({ units, decimals }: Decimal, to: number): bigint {
  return to >= decimals ? units * 10n ** BigInt(to - decimals) : units / 10n ** BigInt(decimals - to);
}
