/** Draws the ladder into rows of its own, outside React: asks above, bids below, the best ones in the middle. */

import { formatUnits, parseDecimal, trimmed, unitsOf, type BookView } from "marketd-client";
import { brief, grouped, NONE } from "../lib/figures.ts";
import { element, paintInTurn, paintNever, paintSoon, setText } from "../lib/painter.ts";
import { columnsOf, digitPx, fitColumns, fitting, longest, ownPx, setFigure, type Columns } from "./columns.ts";
import { rowsOf, type OwnOrder, type Row, type Scales } from "./grouping.ts";

export const ROW_PX = 20;
const ROWS_MAX = 60;
/** Beside the columns: what stands around them and between them. */
const BESIDE_PX = 28;
/** Rows that light up in one drawing: more would be noise. */
const FLASHES_MAX = 12;
const FLASH_MS = 250;

interface DrawnRow {
  root: HTMLElement;
  bar: HTMLElement;
  price: HTMLElement;
  qty: HTMLElement;
  sum: HTMLElement;
  own: HTMLElement;
}

function makeRow(): DrawnRow {
  const root = element("div", { className: "row", role: "row" });
  const bar = element("i", { className: "bar" });
  bar.setAttribute("aria-hidden", "true");
  const cell = (className: string): HTMLElement => element("span", { className, role: "cell" });
  const row = { root, bar, price: cell("price"), qty: cell("qty"), sum: cell("sum"), own: cell("own") };
  root.append(bar, row.price, row.qty, row.sum, row.own);
  return row;
}

/** What all rows have in common. */
interface Look {
  columns: Columns;
  /** Whether the mark of an own order has room. */
  fitsOwn: (text: string) => boolean;
  scales: Scales;
  lights: Lights;
}

/** One side: its rows on the page, and what they showed, by price. */
class Side {
  readonly root: HTMLElement;
  readonly #rows: DrawnRow[] = [];
  readonly #isBids: boolean;
  #shown = new Map<string, string>();

  constructor(isBids: boolean) {
    this.#isBids = isBids;
    this.root = element("div", { className: isBids ? "side bids" : "side asks", role: "rowgroup" });
  }

  forget(): void {
    this.#shown.clear();
  }

  draw(
    rows: readonly Row[],
    count: number,
    deepest: bigint,
    flashesLeft: number,
    { columns, fitsOwn, scales, lights }: Look,
  ): number {
    this.#fit(count);
    const before = this.#shown;
    this.#shown = new Map();
    for (let at = 0; at < count; at += 1) {
      // The best row is next to the middle.
      const drawn = this.#rows[this.#isBids ? at : count - 1 - at] as DrawnRow;
      const row = rows[at];
      drawn.root.classList.toggle("empty", !row);
      if (!row) {
        setText(drawn.price, "");
        for (const cell of [drawn.qty, drawn.sum]) setFigure(cell, "", 0);
        markOwn(drawn, [], scales, fitsOwn);
        drawn.bar.style.transform = "scaleX(0)";
        continue;
      }
      setText(drawn.price, grouped(row.price));
      setFigure(drawn.qty, row.qty, columns.qty);
      setFigure(drawn.sum, row.sum, columns.last);
      markOwn(drawn, row.own, scales, fitsOwn);
      const share = deepest === 0n ? 0 : Number((row.sumUnits * 1000n) / deepest) / 1000;
      drawn.bar.style.transform = `scaleX(${share})`;
      this.#shown.set(row.price, row.qty);
      const held = before.get(row.price);
      if (before.size > 0 && held !== row.qty && flashesLeft > 0) {
        flashesLeft -= 1;
        const grew = held === undefined || unitsOf(row.qty) > unitsOf(held);
        lights.light(drawn.qty, this.#isBids === grew ? "bid" : "ask");
      }
    }
    return flashesLeft;
  }

  #fit(count: number): void {
    while (this.#rows.length > count) this.#rows.pop()?.root.remove();
    while (this.#rows.length < count) {
      const row = makeRow();
      this.#rows.push(row);
      this.root.append(row.root);
    }
  }
}

/** What stands there of one's own, and behind how much; of several orders in a row the one that is furthest in front. */
function markOwn(drawn: DrawnRow, own: readonly OwnOrder[], scales: Scales, fits: (text: string) => boolean): void {
  drawn.root.classList.toggle("mine", own.length > 0);
  if (own.length === 0) {
    if (setText(drawn.own, "")) for (const name of ["title", "aria-label"]) drawn.own.removeAttribute(name);
    return;
  }
  const qty = trimmed({ units: own.reduce((sum, order) => sum + order.qty, 0n), decimals: scales.qty });
  const known = own.flatMap(({ ahead }) => (ahead === null ? [] : [ahead]));
  const first = known.reduce<string | null>(
    (least, ahead) => (least === null || unitsOf(ahead) < unitsOf(least) ? ahead : least),
    null,
  );
  setText(drawn.own, ownText(qty, first, fits));
  const said = `Yours: ${qty}. In front of it: ${first === null ? "not known" : first}`;
  if (drawn.own.title === said) return;
  drawn.own.title = said;
  drawn.own.setAttribute("aria-label", said);
}

/** Both figures with all their digits if there is room, else what stands in front in short, else both, else that alone. */
function ownText(qty: string, ahead: string | null, fits: (text: string) => boolean): string {
  const whole = ahead === null ? NONE : trimmed(parseDecimal(ahead));
  const short = ahead === null ? NONE : brief(whole);
  return fitting([`${qty} ⋮ ${whole}`, `${qty} ⋮ ${short}`, `${brief(qty)} ⋮ ${short}`, `⋮ ${short}`], fits);
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Quantities that are lit because they have just changed. On and off, without anything in between: something that fades has the
 * whole screen put together anew with every frame, for as long as the market moves.
 */
class Lights {
  /** Since when, oldest first. */
  readonly #lit = new Map<HTMLElement, number>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  light(cell: HTMLElement, side: "bid" | "ask"): void {
    if (calm.matches) return;
    cell.dataset["flash"] = side;
    this.#lit.delete(cell);
    this.#lit.set(cell, performance.now());
    this.#wait();
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer);
    paintNever(this.#settle);
  }

  #wait(): void {
    const [since] = this.#lit.values();
    if (since === undefined) return;
    this.#timer ??= setTimeout(() => paintInTurn(this.#settle), Math.max(0, since + FLASH_MS - performance.now()));
  }

  readonly #settle = (): void => {
    this.#timer = null;
    const until = performance.now() - FLASH_MS;
    for (const [cell, since] of this.#lit) {
      if (since > until) break;
      delete cell.dataset["flash"];
      this.#lit.delete(cell);
    }
    this.#wait();
  };
}

export interface LadderMarket {
  scales: Scales;
  width: bigint;
}

export class LadderPainter {
  readonly #host: HTMLElement;
  readonly #view: BookView;
  readonly #asks = new Side(false);
  readonly #bids = new Side(true);
  readonly #lights = new Lights();
  readonly #spread: HTMLElement;
  readonly #mid: HTMLElement;
  readonly #resize: ResizeObserver;
  readonly #endListening: () => void;
  readonly #endPicking: () => void;
  #market: LadderMarket | null = null;
  #own: readonly OwnOrder[] = [];
  #count = 10;
  /** What fits into a row, in characters. */
  #room = 30;
  readonly #digitPx: number;
  readonly #ownPx: (text: string) => number;
  /** The longest quantity so far: columns do not move to and fro with each. */
  #qtyLength = 0;

  constructor(host: HTMLElement, view: BookView, onPick: (price: string) => void) {
    this.#host = host;
    this.#view = view;
    const middle = element("div", { className: "middle" });
    this.#mid = element("span", { className: "mid" });
    this.#spread = element("span", { className: "spread" });
    middle.append(this.#mid, this.#spread);
    const group = element("div", { role: "rowgroup" });
    const row = element("div", { role: "row" });
    middle.setAttribute("role", "cell");
    row.append(middle);
    group.append(row);
    host.replaceChildren(this.#asks.root, group, this.#bids.root);
    this.#digitPx = digitPx(host);
    this.#ownPx = ownPx(host);
    this.#resize = new ResizeObserver(() => this.#measure());
    this.#resize.observe(host);
    this.#endListening = view.listen(() => paintInTurn(this.#paint));
    const pick = ({ target }: MouseEvent): void => {
      const price = target instanceof Element && target.closest(".row")?.querySelector(".price")?.textContent;
      if (price) onPick(price.replaceAll(",", ""));
    };
    host.addEventListener("click", pick);
    this.#endPicking = () => host.removeEventListener("click", pick);
    this.#measure();
  }

  show(market: LadderMarket): void {
    this.#market = market;
    this.#qtyLength = 0;
    this.#asks.forget();
    this.#bids.forget();
    paintSoon(this.#paint);
  }

  /** Marks these orders. */
  mark(own: readonly OwnOrder[]): void {
    this.#own = own;
    paintSoon(this.#paint);
  }

  end(): void {
    this.#resize.disconnect();
    this.#endPicking();
    this.#endListening();
    this.#lights.end();
    paintNever(this.#paint);
    this.#host.replaceChildren();
  }

  #measure(): void {
    const middlePx = 34;
    const count = Math.floor((this.#host.clientHeight - middlePx) / 2 / ROW_PX);
    this.#count = Math.min(ROWS_MAX, Math.max(3, count));
    this.#room = (this.#host.clientWidth - BESIDE_PX) / this.#digitPx;
    this.#qtyLength = 0;
    paintSoon(this.#paint);
  }

  readonly #paint = (): void => {
    const market = this.#market;
    if (!market) return;
    const { book } = this.#view;
    const { scales, width } = market;
    const own = (isBuy: boolean): readonly OwnOrder[] =>
      this.#own.length === 0 ? this.#own : this.#own.filter((order) => order.isBuy === isBuy);
    const asks = rowsOf(book.asks, false, width, scales, this.#count, own(false));
    const bids = rowsOf(book.bids, true, width, scales, this.#count, own(true));
    const deepest = [asks.at(-1)?.sumUnits ?? 0n, bids.at(-1)?.sumUnits ?? 0n].reduce((a, b) => (a > b ? a : b));
    const columns = this.#columns([...asks, ...bids]);
    const fitsOwn = (text: string): boolean => this.#ownPx(text) <= columns.last * this.#digitPx;
    const look = { columns, fitsOwn, scales, lights: this.#lights };
    const left = this.#asks.draw(asks, this.#count, deepest, FLASHES_MAX, look);
    this.#bids.draw(bids, this.#count, deepest, left, look);
    this.#drawMiddle(scales);
  };

  #columns(rows: readonly Row[]): Columns {
    this.#qtyLength = Math.max(this.#qtyLength, longest(rows.map(({ qty }) => qty)));
    const columns = columnsOf(this.#room, longest(rows.map(({ price }) => grouped(price))), this.#qtyLength);
    fitColumns(this.#host, columns);
    return columns;
  }

  #drawMiddle(scales: Scales): void {
    const { bestBid, bestAsk } = this.#view.book;
    if (!bestBid || !bestAsk) {
      setText(this.#mid, NOTHING);
      setText(this.#spread, "no spread while a side is empty");
      return;
    }
    const [bid, ask] = [unitsOf(bestBid[0]), unitsOf(bestAsk[0])];
    // The middle of two prices needs one decimal more than they have.
    setText(this.#mid, grouped(formatUnits((bid + ask) * 5n, scales.price + 1)));
    setText(this.#spread, `spread ${formatUnits(ask - bid, scales.price)}`);
  }
}

const NOTHING = "–";
