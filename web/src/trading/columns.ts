/**
 * How wide the columns of the book and of the tape are. All rows of a table have the same columns, whatever stands in them: of a
 * price no digit is missing, of a quantity none while there is room, and what is cut is said to be, with the whole as its title.
 */

import { brief } from "../lib/figures.ts";
import { setText } from "../lib/painter.ts";

/** Of a figure that is shown short: `123.4K`, `1.23e-7`. */
const SHORT = 7;
/** What even that has no room for is in the title alone. */
const ELSEWHERE = "⋯";
const LEAST = 2;

/** How wide texts are in these rows, in CSS pixels, set in this weight and size. */
function widthIn(rows: HTMLElement, weightAndSize: string): (text: string) => number {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return () => Infinity;
  context.font = `${weightAndSize} ${getComputedStyle(rows).fontFamily}`;
  return (text) => context.measureText(text).width;
}

/** The width of a digit in a row: what `1ch` is there. */
export const digitPx = (rows: HTMLElement): number => widthIn(rows, "12px")("0");

/** The width of an own order's mark. */
export const ownPx = (rows: HTMLElement): ((text: string) => number) => widthIn(rows, "600 11px");

/** Widths in characters: what a price and a quantity need, and what is left for the last column. */
export interface Columns {
  readonly price: number;
  readonly qty: number;
  readonly last: number;
}

/** Of what the price leaves; the last column has the rest, for own orders' marks. As in the style sheet. */
const QTY_SHARE = 1 / 2.35;

/** Quantity and last column share what the price leaves, unless the quantity needs more. */
export function columnsOf(room: number, price: number, qty: number): Columns {
  const rest = Math.max(0, Math.floor(room - price));
  const taken = qty <= rest - LEAST ? qty : SHORT;
  return { price, qty: taken, last: Math.max(LEAST, rest - Math.max(taken, Math.floor(rest * QTY_SHARE))) };
}

/** Tells the table around these rows; it changes only now and then. */
export function fitColumns(rows: HTMLElement, { price, qty }: Pick<Columns, "price" | "qty">): void {
  const style = rows.parentElement?.style;
  if (!style || price === 0) return;
  for (const [name, length] of [
    ["--price", price],
    ["--qty", qty],
  ] as const) {
    if (style.getPropertyValue(name) !== String(length)) style.setProperty(name, String(length));
  }
}

/** The first of these texts that fits. */
export const fitting = (texts: readonly string[], fits: (text: string) => boolean): string =>
  texts.find(fits) ?? ELSEWHERE;

/** Writes a figure, short where there is no room for it. */
export function setFigure(cell: HTMLElement, whole: string, room: number): void {
  const text = fitting([whole, brief(whole)], ({ length }) => length <= room);
  setText(cell, text);
  if (text === whole) {
    if (cell.title) cell.removeAttribute("title");
  } else if (cell.title !== whole) {
    cell.title = whole;
  }
}

export const longest = (texts: Iterable<string>): number => {
  let length = 0;
  for (const text of texts) if (text.length > length) length = text.length;
  return length;
};
