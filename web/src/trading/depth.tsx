/** The depth chart: how much stands between the middle and each price. */

import { useEffect, useRef, useState } from "react";
import type { Book, BookView } from "marketd-client";
import { brief, grouped } from "../lib/figures.ts";
import { colour, fit, paintInTurn, paintNever, paintSoon, type Size } from "../lib/painter.ts";
import { onSettings } from "../lib/settings.ts";
import { Panel } from "../ui/panel.tsx";
import { curveOf, exactAt, isTelling, pointAt, type Curve, type Point } from "./depth-curve.ts";
import type { Scales } from "./grouping.ts";

const RANGES = [
  { permille: "auto", text: "auto" },
  { permille: "1", text: "±0.1 %" },
  { permille: "5", text: "±0.5 %" },
  { permille: "10", text: "±1 %" },
  { permille: "20", text: "±2 %" },
  { permille: "50", text: "±5 %" },
  { permille: "200", text: "±20 %" },
  { permille: "1000", text: "±100 %" },
];
/** Where nobody chose: the first of these in which there is something to see. */
const AUTO_PERMILLE = [10, 20, 50, 200, 1000];
const AXIS_PX = 18;
/** An odd number has one in the middle. */
const AXIS_LABELS = [5, 3];
/** The curve changes little from one frame to the next: a few drawings a second are enough, and leave the rest to others. */
const DRAW_EVERY_MS = 200;

class DepthPainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #view: BookView;
  readonly #resize: ResizeObserver;
  readonly #ends: (() => void)[];
  /** `null`: as wide as the book needs. */
  #permille: number | null = null;
  /** How far that has come: it only gets wider, so that the picture does not jump to and fro. */
  #auto = 0;
  #scales: Scales = { price: 2, qty: 2 };
  #pointer: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #curve: Curve | null = null;
  /** As it was last told: asking for it would have the page laid out in the middle of a drawing. */
  #size: Size = { width: 0, height: 0 };
  readonly #font: string;

  constructor(canvas: HTMLCanvasElement, view: BookView) {
    this.#canvas = canvas;
    this.#view = view;
    this.#font = `11px ${getComputedStyle(canvas).fontFamily}`;
    this.#resize = new ResizeObserver((entries) => {
      this.#size = entries.at(-1)?.contentRect ?? this.#size;
      paintSoon(this.#paint);
    });
    this.#resize.observe(canvas);
    this.#ends = [
      view.listen(() => this.#changed()),
      // The theme is on the document only after all have heard of it.
      onSettings(() => paintSoon(this.#paint)),
    ];
    canvas.addEventListener("pointermove", this.#onMove);
    canvas.addEventListener("pointerleave", this.#onLeave);
    this.#changed();
  }

  show(permille: number | null, scales: Scales): void {
    this.#permille = permille;
    this.#auto = 0;
    this.#scales = scales;
    this.#compute();
  }

  end(): void {
    this.#resize.disconnect();
    for (const end of this.#ends) end();
    if (this.#timer) clearTimeout(this.#timer);
    paintNever(this.#paint);
    this.#canvas.removeEventListener("pointermove", this.#onMove);
    this.#canvas.removeEventListener("pointerleave", this.#onLeave);
  }

  readonly #onMove = (event: PointerEvent): void => {
    this.#pointer = event.offsetX;
    paintSoon(this.#paint);
  };

  readonly #onLeave = (): void => {
    this.#pointer = null;
    paintSoon(this.#paint);
  };

  #changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#compute();
    }, DRAW_EVERY_MS);
  }

  #compute(): void {
    const { book } = this.#view;
    const within = (permille: number): Curve | null => curveOf(book, permille, this.#scales);
    this.#curve = within(this.#permille ?? (AUTO_PERMILLE[this.#auto] as number));
    while (this.#permille === null && this.#curve && !isTelling(book, this.#curve)) {
      const wider = AUTO_PERMILLE[this.#auto + 1];
      if (wider === undefined) break;
      this.#auto += 1;
      this.#curve = within(wider);
    }
    paintInTurn(this.#paint);
  }

  readonly #paint = (): void => {
    const context = fit(this.#canvas, this.#size);
    if (!context) return;
    const { width, height } = this.#size;
    const curve = this.#curve;
    context.font = this.#font;
    if (!curve || curve.deepest === 0 || curve.high <= curve.low) {
      context.fillStyle = colour("muted");
      context.textAlign = "center";
      context.fillText("no levels in this range", width / 2, height / 2);
      return;
    }
    const plot = { width, height: height - AXIS_PX };
    const x = (price: number): number => ((price - curve.low) / (curve.high - curve.low)) * plot.width;
    const y = (sum: number): number => plot.height - (sum / curve.deepest) * (plot.height - 14);
    drawAxis(context, curve, width, height);
    drawSide(context, curve.bids, x, y, plot.height, x(curve.low), "bid");
    drawSide(context, curve.asks, x, y, plot.height, x(curve.high), "ask");
    context.fillStyle = colour("muted");
    context.textAlign = "left";
    context.fillText(brief(curve.deepest.toFixed(curve.scales.qty)), 4, 11);
    if (this.#pointer !== null) drawPointer(context, curve, this.#view.book, this.#pointer, x, y, plot);
  };
}

type Along = (value: number) => number;

function drawSide(
  context: CanvasRenderingContext2D,
  points: Point[],
  x: Along,
  y: Along,
  floor: number,
  edge: number,
  name: "bid" | "ask",
): void {
  const [first] = points;
  if (!first) return;
  context.beginPath();
  context.moveTo(x(first.price), floor);
  let height = floor;
  points.forEach(({ price, sum }, at) => {
    // Of many levels in one column of pixels the last one tells how high it gets.
    const next = points[at + 1];
    if (next && Math.round(x(next.price)) === Math.round(x(price))) return;
    context.lineTo(x(price), height);
    height = y(sum);
    context.lineTo(x(price), height);
  });
  context.lineTo(edge, height);
  context.strokeStyle = colour(name);
  context.lineWidth = 1.25;
  context.stroke();
  context.lineTo(edge, floor);
  context.closePath();
  context.fillStyle = colour(`${name}-soft`);
  context.fill();
}

function drawAxis(context: CanvasRenderingContext2D, curve: Curve, width: number, height: number): void {
  context.fillStyle = colour("muted");
  // Labels of an axis are places on the screen, not figures: the number nearest to the pixel will do.
  const decimals = Math.max(0, Math.min(curve.scales.price, Math.ceil(1 - Math.log10((curve.high - curve.low) / 5))));
  context.textAlign = "center";
  const labelAt = (share: number): string => grouped((curve.low + (curve.high - curve.low) * share).toFixed(decimals));
  // As many as there is room for.
  const room = width / (context.measureText(labelAt(1)).width + 16);
  const count = AXIS_LABELS.find((count) => count <= room) ?? 1;
  for (let at = 0; at < count; at += 1) {
    const share = (at + 0.5) / count;
    context.fillText(labelAt(share), share * width, height - 5);
  }
}

function drawPointer(
  context: CanvasRenderingContext2D,
  curve: Curve,
  book: Book,
  at: number,
  x: Along,
  y: Along,
  plot: { width: number; height: number },
): void {
  const price = curve.low + (at / plot.width) * (curve.high - curve.low);
  const isBids = curve.asks.length === 0 || price <= (curve.bids[0]?.price ?? curve.low);
  const point = pointAt(isBids ? curve.bids : curve.asks, price, isBids);
  const exact = point && exactAt(isBids ? book.bids : book.asks, point, isBids, curve.scales);
  if (!exact) return;
  context.strokeStyle = colour("muted");
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(at, 0);
  context.lineTo(at, plot.height);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = colour(isBids ? "bid" : "ask");
  context.beginPath();
  context.arc(x(point.price), y(point.sum), 3, 0, 2 * Math.PI);
  context.fill();
  const text = `${grouped(exact.price)}  ·  ${grouped(exact.sum)}`;
  const half = context.measureText(text).width / 2 + 6;
  const centre = Math.min(plot.width - half, Math.max(half, at));
  context.fillStyle = colour("raised");
  context.fillRect(centre - half, 2, half * 2, 18);
  context.fillStyle = colour("text");
  context.textAlign = "center";
  context.fillText(text, centre, 15);
}

export function Depth({ view, scales }: { view: BookView | null; scales: Scales }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<DepthPainter | null>(null);
  const [permille, setPermille] = useState("auto");

  useEffect(() => {
    if (!canvas.current || !view) return;
    const made = new DepthPainter(canvas.current, view);
    painter.current = made;
    return () => {
      painter.current = null;
      made.end();
    };
  }, [view]);

  useEffect(
    () => painter.current?.show(permille === "auto" ? null : Number(permille), scales),
    [view, permille, scales.price, scales.qty],
  );

  const tools = (
    <label className="tool">
      <span className="visually-hidden">Range of prices around the middle</span>
      <select value={permille} onChange={(event) => setPermille(event.target.value)}>
        {RANGES.map((range) => (
          <option key={range.permille} value={range.permille}>
            {range.text}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Panel title="Depth" className="depth" tools={tools}>
      <canvas
        ref={canvas}
        className="depth-canvas"
        role="img"
        aria-label="Depth chart: sums of bids and asks by price. The order book lists the same figures."
      />
    </Panel>
  );
}
