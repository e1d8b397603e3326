/** The latest trades, newest on top, drawn outside React. */

import { useEffect, useRef } from "react";
import type { Print, TradesView } from "marketd-client";
import { grouped } from "../lib/figures.ts";
import { element, paintInTurn, paintNever, paintSoon, setText } from "../lib/painter.ts";
import { getSettings, onSettings } from "../lib/settings.ts";
import { formatTime } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";
import { digitPx, fitColumns, longest, setFigure } from "./columns.ts";

const ROW_PX = 20;
const ROWS_MAX = 80;
/** Beside price and quantity: the time, the sign of the side, what stands around them and between them. */
const BESIDE_PX = 98;

interface DrawnPrint {
  root: HTMLElement;
  price: HTMLElement;
  qty: HTMLElement;
  time: HTMLElement;
}

class TapePainter {
  readonly #host: HTMLElement;
  readonly #view: TradesView;
  /** Newest first, as they stand on the page. */
  #rows: DrawnPrint[] = [];
  /** What the rows show: of which tape, up to which of its prints, and how. */
  #drawn = { generation: -1, taken: 0, zone: "" };
  readonly #resize: ResizeObserver;
  readonly #ends: (() => void)[];
  readonly #digitPx: number;
  /** What fits into a row, in characters, and the longest price in it. */
  #room = 22;
  #price = 0;

  constructor(host: HTMLElement, view: TradesView) {
    this.#host = host;
    this.#view = view;
    this.#digitPx = digitPx(host);
    host.replaceChildren();
    this.#resize = new ResizeObserver(() => this.#measure());
    this.#resize.observe(host);
    this.#ends = [view.listen(() => paintInTurn(this.#paint)), onSettings(() => paintSoon(this.#paint))];
    this.#measure();
  }

  end(): void {
    this.#resize.disconnect();
    for (const end of this.#ends) end();
    paintNever(this.#paint);
    this.#host.replaceChildren();
  }

  #measure(): void {
    const count = Math.min(ROWS_MAX, Math.max(3, Math.floor(this.#host.clientHeight / ROW_PX)));
    while (this.#rows.length > count) this.#rows.pop()?.root.remove();
    while (this.#rows.length < count) {
      const root = element("div", { className: "row", role: "row" });
      const cell = (className: string): HTMLElement => element("span", { className, role: "cell" });
      const row = { root, price: cell("price"), qty: cell("qty"), time: cell("time") };
      root.append(row.price, row.qty, row.time);
      this.#rows.push(row);
      this.#host.append(root);
    }
    this.#drawn.generation = -1;
    this.#room = (this.#host.clientWidth - BESIDE_PX) / this.#digitPx;
    paintSoon(this.#paint);
  }

  /**
   * Rows at the bottom become the new ones on top: what stays on the tape is not drawn again. When most of it is new, all
   * rows stay where they are and are drawn anew, which is less for the browser than moving them.
   */
  readonly #paint = (): void => {
    const { prints, taken, generation } = this.#view;
    const { zone } = getSettings();
    const price = longest(shown(prints, this.#rows.length));
    const goesOn = generation === this.#drawn.generation && zone === this.#drawn.zone && price === this.#price;
    const fresh = goesOn ? Math.min(taken - this.#drawn.taken, this.#rows.length) : this.#rows.length;
    this.#drawn = { generation, taken, zone };
    this.#price = price;
    if (fresh === 0) return;
    const room = this.#room - price;
    fitColumns(this.#host, { price, qty: Math.floor(room) });
    if (fresh > this.#rows.length / 2) {
      this.#rows.forEach((row, at) => draw(row, prints[prints.length - 1 - at], zone, room));
      return;
    }
    const moved = this.#rows.splice(this.#rows.length - fresh, fresh);
    moved.forEach((row, at) => draw(row, prints[prints.length - 1 - at], zone, room));
    if (this.#rows.length > 0) this.#host.prepend(...moved.map(({ root }) => root));
    this.#rows.unshift(...moved);
  };
}

/** Prices of the prints that are in sight. */
function* shown(prints: readonly Print[], count: number): Generator<string> {
  for (const print of prints.slice(-count)) if ("price" in print) yield grouped(print.price);
}

/** `room` is for the quantity, in characters. */
function draw(row: DrawnPrint, print: Print | undefined, zone: "local" | "utc", room: number): void {
  if (!print) {
    for (const cell of [row.price, row.qty, row.time]) setText(cell, "");
    return setClass(row.root, "row empty");
  }
  if ("missed" in print) {
    const { from, to } = print.missed;
    setText(row.price, `${grouped(String(to - from + 1))} trades missed`);
    setText(row.qty, "");
    setText(row.time, "");
    return setClass(row.root, "row missed");
  }
  setClass(row.root, `row ${print.side === "buy" ? "buy" : "sell"}${print.backfilled ? " backfilled" : ""}`);
  setText(
    row.price,
    `${SIGNS[print.side === "buy" ? "buy" : "sell"][print.backfilled ? 1 : 0]} ${grouped(print.price)}`,
  );
  setFigure(row.qty, print.qty, room);
  setText(row.time, print.ts ? formatTime(print.ts, zone) : "–");
}

/** Which way the taker went; hollow where the trade was fetched afterwards, because it was missed when it came. */
const SIGNS = { buy: ["▲", "△"], sell: ["▼", "▽"] } as const;

function setClass(root: HTMLElement, className: string): void {
  if (root.className !== className) root.className = className;
}

export function Tape({ view }: { view: TradesView | null }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current || !view) return;
    const painter = new TapePainter(host.current, view);
    return () => painter.end();
  }, [view]);
  return (
    <Panel title="Trades" className="tape">
      <div role="table" aria-label="Latest trades, newest first" className="tape-table">
        <div role="rowgroup" className="heads">
          <div role="row" className="row head">
            <span role="columnheader" className="price">
              Price
            </span>
            <span role="columnheader" className="qty">
              Quantity
            </span>
            <span role="columnheader" className="time">
              Time
            </span>
          </div>
        </div>
        <div ref={host} role="rowgroup" className="tape-rows" />
      </div>
      {view?.refusal && <p className="refusal">Trades are not served: {view.refusal.message}</p>}
    </Panel>
  );
}
