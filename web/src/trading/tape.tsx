/** The latest trades, newest on top, drawn outside React. */

import { useEffect, useRef } from "react";
import type { Print, TradesView } from "marketd-client";
import { brief, grouped } from "../lib/figures.ts";
import { element, fitPrices, paintInTurn, paintNever, paintSoon, setText } from "../lib/painter.ts";
import { getSettings, onSettings } from "../lib/settings.ts";
import { formatTime } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";

const ROW_PX = 20;
const ROWS_MAX = 80;
/** Of price and quantity together; beyond it the quantity is shown short. */
const LENGTH_MAX = 22;

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

  constructor(host: HTMLElement, view: TradesView) {
    this.#host = host;
    this.#view = view;
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
    paintSoon(this.#paint);
  }

  /**
   * Rows at the bottom become the new ones on top: what stays on the tape is not drawn again. When most of it is new, all
   * rows stay where they are and are drawn anew, which is less for the browser than moving them.
   */
  readonly #paint = (): void => {
    const { prints, taken, generation } = this.#view;
    const { zone } = getSettings();
    const goesOn = generation === this.#drawn.generation && zone === this.#drawn.zone;
    const fresh = goesOn ? Math.min(taken - this.#drawn.taken, this.#rows.length) : this.#rows.length;
    this.#drawn = { generation, taken, zone };
    if (fresh === 0) return;
    const newest = prints.at(-1);
    if (newest && "price" in newest) fitPrices(this.#host, grouped(newest.price).length);
    if (fresh > this.#rows.length / 2) {
      this.#rows.forEach((row, at) => draw(row, prints[prints.length - 1 - at], zone));
      return;
    }
    const moved = this.#rows.splice(this.#rows.length - fresh, fresh);
    moved.forEach((row, at) => draw(row, prints[prints.length - 1 - at], zone));
    if (this.#rows.length > 0) this.#host.prepend(...moved.map(({ root }) => root));
    this.#rows.unshift(...moved);
  };
}

function draw(row: DrawnPrint, print: Print | undefined, zone: "local" | "utc"): void {
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
  const price = grouped(print.price);
  setText(row.price, `${print.side === "buy" ? "▲" : "▼"} ${price}`);
  setText(row.qty, price.length + print.qty.length > LENGTH_MAX ? brief(print.qty) : print.qty);
  setText(row.time, print.ts ? formatTime(print.ts, zone) : "–");
}

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
