/** One line about the market: its price, its day, and whether it can be believed. */

import { useRef } from "react";
import { compareAtScale, type StatusFrame, type TickerView } from "marketd-client";
import type { Market, Replay } from "../lib/api.ts";
import { baseOf, brief, NONE, quoteOf, shown, signed, signOf } from "../lib/figures.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useConnection, useVersion } from "../lib/server.ts";
import { SourceTag, StatusBadge } from "../ui/status.tsx";
import { MarketPicker } from "./market-picker.tsx";

interface MarketBarProps {
  markets: Market[];
  market: Market;
  view: TickerView | null;
  status: StatusFrame | undefined;
}

export function MarketBar({ markets, market, view, status }: MarketBarProps) {
  useVersion(view);
  const isConnected = useConnection().phase === "open";
  const ticker = view?.frame ?? null;
  const direction = useDirection(ticker?.last ?? null);
  const day = signOf(ticker?.change_percent);
  const tone = day < 0 ? "down" : day > 0 ? "up" : "";
  // Name and figure; what is shown short has the whole figure as its title.
  const figures: [name: string, figure: string, tone?: string, whole?: string | undefined][] = [
    ["24 h change", ticker ? `${signed(ticker.change)} (${signed(ticker.change_percent, " %")})` : NONE, tone],
    ["24 h high", shown(ticker?.high)],
    ["24 h low", shown(ticker?.low)],
    [`24 h volume, ${baseOf(market.market)}`, ticker ? brief(ticker.volume) : NONE, "", ticker?.volume],
    [`24 h volume, ${quoteOf(market.market)}`, ticker ? brief(ticker.quote_volume) : NONE, "", ticker?.quote_volume],
    ["Spread", shown(ticker?.spread)],
    ["Imbalance", ticker?.imbalance ?? NONE],
  ];
  return (
    <section className="market-bar" aria-label="Market">
      <MarketPicker markets={markets} chosen={market.market} />
      <p className={`last ${direction}`}>
        <span className="visually-hidden">Last price </span>
        {shown(ticker?.last)}
      </p>
      <span className="market-marks">
        <StatusBadge status={status?.status ?? (isConnected ? "connecting" : "unknown")} reason={status?.reason} />
        {market.source === "replay" ? <ReplayTag market={market.market} /> : <SourceTag source={market.source} />}
      </span>
      <dl>
        {figures.map(([name, figure, tone, whole]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={tone} title={whole}>
              {figure}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const REPLAY_EVERY_MS = 2_000;

function paceOf({ ended, paused, speed }: Replay): string {
  if (ended) return "ended";
  if (paused) return "paused";
  if (speed === "max") return "at full speed";
  return speed === "1" ? "" : `${speed}×`;
}

/** A recording is live as far as it goes: that it stands still, or runs, is said beside it. */
function ReplayTag({ market }: { market: string }) {
  const { data } = usePoll(route("/api/v1/replay"), REPLAY_EVERY_MS);
  const replay = data?.items.find(({ markets }) => markets.includes(market));
  return <SourceTag source="replay" more={replay ? paceOf(replay) : ""} />;
}

/** Which way the price last went. */
function useDirection(last: string | null): "up" | "down" | "" {
  const held = useRef<{ last: string | null; direction: "up" | "down" | "" }>({ last: null, direction: "" });
  if (last !== held.current.last) {
    const before = held.current.last;
    const order = before === null || last === null ? 0 : compareAtScale(last, before);
    held.current = { last, direction: order > 0 ? "up" : order < 0 ? "down" : "" };
  }
  return held.current.direction;
}
