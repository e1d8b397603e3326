/** The chart with its intervals and the figures of one candle. */

import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { CANDLE_INTERVALS, compareAtScale, type Candle, type CandleInterval } from "marketd-client";
import { grouped } from "../lib/figures.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useView, views } from "../lib/server.ts";
import { change, useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";
import { CandleChart, type ChartEvents } from "./candle-chart.ts";

/** Candles that make a picture. */
const ENOUGH = 15;
/** Asked again so seldom that the interval does not change under somebody's eyes. */
const ONCE_MS = 3_600_000;

type History = Parameters<ChartEvents["onHistory"]>[0];

export function Chart({ market, decimals }: { market: string; decimals: number }) {
  const settings = useSettings();
  const suggested = useSuggestedInterval(market);
  const interval = CANDLE_INTERVALS.find((known) => known === settings.interval) ?? suggested;
  const view = useView(() => views.candles(market, interval), `${market} ${interval}`);
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<CandleChart | null>(null);
  // Where somebody had gone back to, so that another interval is looked at there as well.
  const looked = useRef<{ market: string; at: number | null }>({ market, at: null });
  // What changes with the market is rendered by itself, not with the chart and its buttons.
  const legend = useRef<(candle: Candle | null) => void>(() => {});
  const [history, setHistory] = useState<History>("idle");

  useEffect(() => {
    legend.current(null);
    setHistory("idle");
    if (!host.current || !view) return;
    const events: ChartEvents = { onLegend: (candle) => legend.current(candle), onHistory: setHistory };
    const since = looked.current.market === market ? looked.current.at : null;
    const made = new CandleChart(host.current, view, market, interval, decimals, events, since);
    chart.current = made;
    return () => {
      chart.current = null;
      looked.current = { market, at: made.lookedAt };
      made.end();
    };
  }, [view, decimals]);

  const onKey = (event: KeyboardEvent): void => {
    const act = {
      ArrowLeft: () => chart.current?.scroll(-10),
      ArrowRight: () => chart.current?.scroll(10),
      "+": () => chart.current?.zoom(0.8),
      "-": () => chart.current?.zoom(1.25),
      End: () => chart.current?.toNow(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  return (
    <Panel title="Chart" className="chart" tools={<Intervals chosen={interval} />}>
      <div className="legend">
        <Legend show={legend} />
        {history === "loading" && <span className="note">loading older candles</span>}
        {history === "failed" && <span className="note">older candles could not be loaded</span>}
      </div>
      <div
        ref={host}
        className="chart-host"
        role="application"
        tabIndex={0}
        aria-label={`Candlestick chart of ${market}, ${interval}. Arrow keys move, plus and minus zoom, End goes to the latest.`}
        onKeyDown={onKey}
      />
      <a className="attribution" href="https://www.tradingview.com/" target="_blank" rel="noreferrer noopener">
        Charts by TradingView
      </a>
      {view?.refusal && <p className="refusal">Candles are not served: {view.refusal.message}</p>}
    </Panel>
  );
}

/** Minutes, unless the market is so young that there is next to nothing to see of them. */
function useSuggestedInterval(market: string): CandleInterval {
  const { data } = usePoll(
    route("/api/v1/markets/{market}/candles", market, { interval: "1m", limit: ENOUGH }),
    ONCE_MS,
  );
  const [suggested, setSuggested] = useState<CandleInterval>("1m");
  useEffect(() => {
    if (data) setSuggested(data.items.length < ENOUGH ? "1s" : "1m");
  }, [data]);
  return suggested;
}

function Intervals({ chosen }: { chosen: CandleInterval }) {
  return (
    <div className="segments" role="group" aria-label="Interval">
      {CANDLE_INTERVALS.map((interval) => (
        <button key={interval} type="button" aria-pressed={interval === chosen} onClick={() => change({ interval })}>
          {interval}
        </button>
      ))}
    </div>
  );
}

function Legend({ show }: { show: RefObject<(candle: Candle | null) => void> }) {
  const { zone } = useSettings();
  const [candle, setCandle] = useState<Candle | null>(null);
  show.current = setCandle;
  if (!candle) return null;
  const tone = compareAtScale(candle.close, candle.open) < 0 ? "down" : "up";
  const figures = [
    ["O", candle.open],
    ["H", candle.high],
    ["L", candle.low],
    ["C", candle.close],
  ];
  return (
    <>
      <span className="when">{formatDateTime(candle.open_time, zone)}</span>
      {figures.map(([name, figure]) => (
        <span key={name}>
          <b>{name}</b> <span className={tone}>{grouped(figure ?? "")}</span>
        </span>
      ))}
      <span>
        <b>V</b> {grouped(candle.volume)}
      </span>
      {candle.revision > 0 && (
        <span className="note" title="Trades that came late have changed this candle">
          corrected {candle.revision}×
        </span>
      )}
    </>
  );
}
