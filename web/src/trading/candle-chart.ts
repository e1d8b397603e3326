/** The candlestick chart, outside React: live candles from the stream, older ones by REST as one scrolls back. */

import {
  CandlestickSeries,
  ColorType,
  createChart,
  CrosshairMode,
  HistogramSeries,
  LineStyle,
  TickMarkType,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type LogicalRange,
  type MouseEventParams,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { insertCandle, type Candle, type CandleInterval, type CandlesView } from "marketd-client";
import { grouped, toPixelValue } from "../lib/figures.ts";
import { colour, paintInTurn, paintNever, paintSoon } from "../lib/painter.ts";
import { get, route } from "../lib/rest.ts";
import { getSettings, onSettings } from "../lib/settings.ts";
import { formatAxis, formatDateTime } from "../lib/time.ts";

const HISTORY_PAGE = 1_000;
/** History is loaded when so few candles are left of the visible range. */
const NEAR_THE_EDGE = 40;
/** More than this many candles are not kept: the oldest ones go. */
const CANDLES_MAX = 20_000;
/**
 * While it only follows, the chart keeps as many candles as it was last drawn with, and at least so many; when it has
 * grown by so many more, the oldest go. Who scrolls back to them has them loaded again.
 */
const FOLLOWED_LEAST = 2_000;
const FOLLOWED_MORE = 1_000;
const BARS_AT_FIRST = 120;
/** Nobody scrolls by keyboard to where fewer are in sight. */
const BARS_IN_SIGHT = 20;
/** Room for candles to come. */
const BARS_TO_COME = 6;
/** So many pages of history are loaded to go back to where another interval was looked at. */
const PAGES_BACK_MAX = 5;

const AXIS_KIND = {
  [TickMarkType.Year]: "year",
  [TickMarkType.Month]: "month",
  [TickMarkType.DayOfMonth]: "day",
  [TickMarkType.Time]: "time",
  [TickMarkType.TimeWithSeconds]: "seconds",
} as const;

const timeOf = ({ open_time }: Candle): UTCTimestamp => (open_time / 1_000_000) as UTCTimestamp;

const barOf = (candle: Candle) => ({
  time: timeOf(candle),
  open: toPixelValue(candle.open),
  high: toPixelValue(candle.high),
  low: toPixelValue(candle.low),
  close: toPixelValue(candle.close),
});

/** Rising is decided on the texts' numbers, which are what the candle's colour is drawn from as well. */
const isRising = (candle: Candle): boolean => toPixelValue(candle.close) >= toPixelValue(candle.open);

export interface ChartEvents {
  /** The candle under the pointer, else the latest. */
  onLegend: (candle: Candle | null) => void;
  onHistory: (state: "idle" | "loading" | "complete" | "failed") => void;
}

export class CandleChart {
  readonly #host: HTMLElement;
  readonly #chart: IChartApi;
  readonly #bars: ISeriesApi<"Candlestick">;
  readonly #volumes: ISeriesApi<"Histogram">;
  /** Where the price is now. */
  readonly #now: IPriceLine;
  readonly #view: CandlesView;
  readonly #events: ChartEvents;
  readonly #market: string;
  readonly #interval: CandleInterval;
  readonly #ends: (() => void)[];
  readonly #abort = new AbortController();
  #candles: Candle[] = [];
  #epoch: number | null = null;
  /** How many there were when all of them were last drawn. */
  #drawn = 0;
  #isLoading = false;
  #isComplete = false;
  #hovered: number | null = null;
  #hasShown = false;
  readonly #since: number | null;

  /** `since` is what was looked at before, in another interval: see `lookedAt`. */
  constructor(
    host: HTMLElement,
    view: CandlesView,
    market: string,
    interval: CandleInterval,
    decimals: number,
    events: ChartEvents,
    since: number | null,
  ) {
    this.#host = host;
    this.#view = view;
    this.#since = since;
    this.#events = events;
    this.#market = market;
    this.#interval = interval;
    this.#chart = createChart(host, {
      autoSize: true,
      // It would bring inline style, which the page's policy forbids; the page links to its makers itself.
      layout: { attributionLogo: false },
      crosshair: { mode: CrosshairMode.Normal },
      timeScale: {
        timeVisible: true,
        secondsVisible: interval === "1s",
        rightOffset: 6,
        tickMarkFormatter: (time: Time, kind: TickMarkType) =>
          formatAxis(Number(time) * 1_000_000, getSettings().zone, AXIS_KIND[kind], !/[dw]$/.test(interval)),
      },
      localization: {
        // Labels of the axis are places on the screen: the number nearest to the pixel will do.
        priceFormatter: (price: number) => grouped(price.toFixed(decimals)),
        timeFormatter: (time: Time) => formatDateTime(Number(time) * 1_000_000, getSettings().zone),
      },
    });
    this.#bars = this.#chart.addSeries(CandlestickSeries, {
      priceFormat: { type: "price", precision: decimals, minMove: 1 / 10 ** decimals },
      // Its own label would be of the last candle in sight, whatever the price is now.
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#now = this.#bars.createPriceLine({
      price: 0,
      lineWidth: 1,
      lineStyle: LineStyle.Dotted,
      lineVisible: false,
      axisLabelVisible: false,
    });
    this.#volumes = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#bars.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.24 } });
    this.#volumes.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange(this.#onRange);
    this.#chart.subscribeCrosshairMove(this.#onPointer);
    this.#ends = [view.listen(() => paintInTurn(this.#follow)), onSettings(() => paintSoon(this.#colours))];
    this.#colours();
    this.#follow();
  }

  end(): void {
    this.#abort.abort();
    for (const end of this.#ends) end();
    paintNever(this.#follow);
    paintNever(this.#colours);
    this.#chart.remove();
  }

  /** Moves by whole bars: for the keyboard. */
  scroll(bars: number): void {
    const scale = this.#chart.timeScale();
    // Some candles stay in sight.
    const furthest = Math.min(0, BARS_IN_SIGHT - this.#candles.length);
    scale.scrollToPosition(Math.max(furthest, scale.scrollPosition() + bars), false);
  }

  zoom(factor: number): void {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (!range) return;
    const length = (range.to - range.from) * factor;
    scale.setVisibleLogicalRange({ from: range.to - length, to: range.to });
  }

  toNow(): void {
    this.#chart.timeScale().scrollToRealTime();
  }

  /** Puts what the stream holds onto the chart; only what changed, unless the numbers have started over. */
  readonly #follow = (): void => {
    const { frame, candles } = this.#view;
    if (!frame) return;
    const newest = this.#candles.at(-1);
    // After a long absence there may be a hole between what is shown and what came: older ones are loaded anew.
    const isTorn = newest !== undefined && candles[0] !== undefined && candles[0].open_time > newest.open_time;
    if (this.#epoch !== frame.epoch || isTorn) {
      this.#epoch = frame.epoch;
      this.#candles = [];
      this.#isComplete = false;
    }
    const last = this.#candles.at(-1);
    const changed = candles.filter((candle) => !last || candle.open_time >= last.open_time || this.#differs(candle));
    for (const candle of changed) insertCandle(this.#candles, candle);
    const isSmall = last && changed.length < 10 && changed.every((candle) => candle.open_time >= last.open_time);
    if (isSmall) for (const candle of changed) this.#update(candle);
    else this.#redraw();
    this.#shorten();
    this.#legend();
    this.#tellAxis();
    this.#showPrice();
    if (!this.#hasShown && this.#candles.length > 0) {
      this.#hasShown = true;
      this.#show(this.#candles.length + BARS_TO_COME);
      if (this.#since !== null) void this.#goBackTo(this.#since);
    }
  };

  #showPrice(): void {
    const last = this.#candles.at(-1);
    const color = last && colour(isRising(last) ? "bid" : "ask");
    const price = last && toPixelValue(last.close);
    const held = this.#now.options();
    if (price === undefined || color === undefined || (held.price === price && held.color === color)) return;
    this.#now.applyOptions({ price, color, axisLabelColor: color, lineVisible: true, axisLabelVisible: true });
  }

  /** Tells what stands beside the chart how wide the axis of prices is. */
  #tellAxis(): void {
    const style = this.#host.parentElement?.style;
    const width = `${this.#bars.priceScale().width()}px`;
    if (style && style.getPropertyValue("--axis") !== width) style.setProperty("--axis", width);
  }

  #show(to: number): void {
    this.#chart.timeScale().setVisibleLogicalRange({ from: to - BARS_AT_FIRST, to });
  }

  /** The opening time of the last candle in sight, where somebody has gone back; `null` while the latest is in sight. */
  get lookedAt(): number | null {
    const to = this.#chart.timeScale().getVisibleLogicalRange()?.to ?? Infinity;
    return this.#candles[Math.ceil(to)]?.open_time ?? null;
  }

  /** Has the candles up to a moment in sight, if they are not too far back. */
  async #goBackTo(moment: number): Promise<void> {
    const isHeld = (): boolean => (this.#candles[0]?.open_time ?? moment) <= moment;
    for (let pages = 0; pages < PAGES_BACK_MAX && !isHeld() && !this.#isComplete; pages += 1) await this.#loadOlder();
    if (this.#abort.signal.aborted || !isHeld()) return;
    const end = this.#candles.findLastIndex(({ open_time }) => open_time <= moment) + 1;
    this.#show(end < this.#candles.length ? end : end + BARS_TO_COME);
  }

  /** Whether an older candle was corrected. */
  #differs(candle: Candle): boolean {
    const held = this.#find(candle.open_time);
    return !held || held.revision !== candle.revision || held.closed !== candle.closed;
  }

  #find(openTime: number): Candle | undefined {
    let [low, high] = [0, this.#candles.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#candles[middle] as Candle).open_time < openTime) low = middle + 1;
      else high = middle;
    }
    const found = this.#candles[low];
    return found?.open_time === openTime ? found : undefined;
  }

  #volumeOf(candle: Candle): { time: UTCTimestamp; value: number; color: string } {
    const color = this.#palette[isRising(candle) ? "bid-volume" : "ask-volume"];
    return { time: timeOf(candle), value: toPixelValue(candle.volume), color };
  }

  #update(candle: Candle): void {
    this.#bars.update(barOf(candle));
    this.#volumes.update(this.#volumeOf(candle));
  }

  #shorten(): void {
    const kept = Math.max(this.#drawn, FOLLOWED_LEAST);
    if (this.#candles.length <= kept + FOLLOWED_MORE) return;
    this.#candles = this.#candles.slice(-kept);
    this.#isComplete = false;
    this.#redraw();
  }

  #redraw(): void {
    if (this.#candles.length > CANDLES_MAX) {
      this.#candles = this.#candles.slice(-CANDLES_MAX);
      this.#isComplete = true;
    }
    this.#drawn = this.#candles.length;
    this.#bars.setData(this.#candles.map(barOf));
    this.#volumes.setData(this.#candles.map((candle) => this.#volumeOf(candle)));
  }

  readonly #onRange = (range: LogicalRange | null): void => {
    if (range && range.from < NEAR_THE_EDGE) void this.#loadOlder();
  };

  async #loadOlder(): Promise<void> {
    const [oldest] = this.#candles;
    if (!oldest || this.#isLoading || this.#isComplete) return;
    const epoch = this.#epoch;
    this.#isLoading = true;
    this.#events.onHistory("loading");
    try {
      const query = { interval: this.#interval, end: oldest.open_time, limit: HISTORY_PAGE };
      const { data } = await get(route("/api/v1/markets/{market}/candles", this.#market, query), this.#abort.signal);
      // The market's numbers may have started over meanwhile.
      if (epoch !== this.#epoch) return this.#events.onHistory("idle");
      this.#isComplete = data.items.length === 0;
      if (data.items.length > 0) {
        this.#candles = [...data.items.filter(({ open_time }) => open_time < oldest.open_time), ...this.#candles];
        this.#redraw();
      }
      this.#events.onHistory(this.#isComplete ? "complete" : "idle");
    } catch {
      if (!this.#abort.signal.aborted) this.#events.onHistory("failed");
    } finally {
      this.#isLoading = false;
    }
  }

  readonly #onPointer = ({ time }: MouseEventParams): void => {
    this.#hovered = time === undefined ? null : Number(time) * 1_000_000;
    this.#legend();
  };

  #legend(): void {
    const hovered = this.#hovered === null ? undefined : this.#find(this.#hovered);
    this.#events.onLegend(hovered ?? this.#candles.at(-1) ?? null);
  }

  #palette: Record<"bid-volume" | "ask-volume", string> = { "bid-volume": "", "ask-volume": "" };

  readonly #colours = (): void => {
    const [bid, ask, muted, line] = [colour("bid"), colour("ask"), colour("muted"), colour("line")];
    this.#palette = { "bid-volume": colour("bid-volume"), "ask-volume": colour("ask-volume") };
    this.#chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colour("panel") },
        textColor: muted,
        fontSize: 11,
        fontFamily: getComputedStyle(document.body).fontFamily,
      },
      grid: { vertLines: { color: colour("grid") }, horzLines: { color: colour("grid") } },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
      crosshair: {
        vertLine: { color: muted, labelBackgroundColor: colour("label") },
        horzLine: { color: muted, labelBackgroundColor: colour("label") },
      },
    });
    this.#bars.applyOptions({
      upColor: bid,
      downColor: ask,
      borderVisible: false,
      wickUpColor: bid,
      wickDownColor: ask,
    });
    if (this.#candles.length > 0) this.#redraw();
    this.#showPrice();
  };
}
