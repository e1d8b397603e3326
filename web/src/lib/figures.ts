/** How the server's decimals are shown: exactly as they are, only grouped or with a sign in front. */

import { unitsOf } from "marketd-client";

export const NONE = "–";

/** `1234567.8900` as `1,234,567.8900`. */
export function grouped(decimal: string): string {
  const point = decimal.indexOf(".");
  const whole = point < 0 ? decimal : decimal.slice(0, point);
  const rest = point < 0 ? "" : decimal.slice(point);
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + rest;
}

export const groupedCount = (count: number): string => grouped(String(count));

/** `1 order`, `1,206 orders`. */
export const counted = (count: number, what: string): string =>
  `${groupedCount(count)} ${what}${count === 1 ? "" : "s"}`;

export function signOf(decimal: string | null | undefined): -1 | 0 | 1 {
  if (decimal == null) return 0;
  const units = unitsOf(decimal);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

export function signed(decimal: string | null | undefined, unit = ""): string {
  if (decimal == null) return NONE;
  return `${signOf(decimal) > 0 ? "+" : ""}${grouped(decimal)}${unit}`;
}

export const shown = (decimal: string | null | undefined): string => (decimal == null ? NONE : grouped(decimal));

/** For pixels only: a decimal as the number nearest to it. */
export const toPixelValue = (decimal: string): number => Number(decimal);

/** A decimal in three or four figures, cut and not rounded: `1234567.89` is `1.23M`, and `0.00012345` is `1.23e-4`. */
export function brief(decimal: string): string {
  const [whole = "0", rest = ""] = decimal.split(".");
  const digits = whole.replace("-", "");
  const scale = [
    { over: 12, unit: "T" },
    { over: 9, unit: "B" },
    { over: 6, unit: "M" },
    { over: 3, unit: "K" },
  ].find(({ over }) => digits.length > over);
  const sign = whole.startsWith("-") ? "-" : "";
  const zeros = digits === "0" ? rest.search(/[1-9]/) : -1;
  if (zeros >= 3) return sign + tiny(zeros, rest.slice(zeros, zeros + 3).replace(/0+$/, ""));
  if (!scale) {
    const kept = 4 - digits.length + Math.max(0, zeros);
    return `${sign}${digits}${rest ? `.${rest.slice(0, kept).padEnd(1, "0")}` : ""}`;
  }
  const point = digits.length - scale.over;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point, point + Math.max(1, 3 - point))}${scale.unit}`;
}

const TINY_MAX = 7;

/** These figures behind so many zeros behind the point: `0.00077`, and where that gets long `1.23e-4`. */
function tiny(zeros: number, figures: string): string {
  const plain = `0.${"0".repeat(zeros)}${figures}`;
  if (plain.length <= TINY_MAX) return plain;
  return `${figures.charAt(0)}${figures.length > 1 ? `.${figures.slice(1)}` : ""}e-${zeros + 1}`;
}

export const baseOf = (market: string): string => market.split(":")[1]?.split("-")[0] ?? "";
export const quoteOf = (market: string): string => market.split(":")[1]?.split("-")[1] ?? "";
export const pairOf = (market: string): string => (market.split(":")[1] ?? market).replace("-", " / ");
export const venueOf = (market: string): string => market.split(":")[0] ?? "";
