/** What an account is worth, and was. */

import { useState } from "react";
import { useAccounts } from "../account/use-accounts.ts";
import type { Market } from "../lib/api.ts";
import { grouped, signed } from "../lib/figures.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { OldNote } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";
import { RANGES, useWorth } from "./use-worth.ts";
import { worthText, type WorthAt } from "./worth.ts";

export function Portfolio({ markets }: { markets: readonly Market[] }) {
  const accounts = useAccounts();
  const quotes = [...new Set(markets.filter(({ source }) => source !== "replay").map(({ quote }) => quote))];
  const [wanted, setWanted] = useState<string | null>(null);
  const [range, setRange] = useState(RANGES[1] as (typeof RANGES)[number]);
  const quote = wanted ?? quotes[0] ?? "USD";
  const name = accounts.chosen?.account ?? null;
  const { worth, error } = useWorth(name, quote, range, markets);
  if (!accounts.items) return null;
  if (name === null) return null;
  const tools = (
    <>
      {quotes.length > 1 && (
        <label>
          <span className="visually-hidden">Valued in</span>
          <select value={quote} onChange={(event) => setWanted(event.target.value)}>
            {quotes.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      )}
      <div className="segments" role="group" aria-label="Span of time">
        {RANGES.map((each) => (
          <button key={each.name} type="button" aria-pressed={each === range} onClick={() => setRange(each)}>
            {each.name}
          </button>
        ))}
      </div>
    </>
  );
  const last = worth?.points.at(-1);
  const first = worth?.points[0];
  return (
    <Panel title={`Worth of ${name}`} className="portfolio" tools={tools}>
      <OldNote error={worth ? error : null} />
      {worth && last && first ? (
        <>
          <p className="worth">
            <strong>
              {grouped(worthText(last.units))} {quote}
            </strong>{" "}
            {worth.unpriced.length === 0 && (
              <span className={last.units < first.units ? "down" : last.units > first.units ? "up" : "note"}>
                {signed(worthText(last.units - first.units), ` ${quote}`)}
              </span>
            )}
          </p>
          <Line points={worth.points} quote={quote} />
          <p className="note pad">
            At the closing prices of candles, deposits included.
            {worth.unpriced.length > 0 &&
              ` Without ${worth.unpriced.join(", ")}: no price in ${quote} is known. What was paid with it, or sold for it, looks like a gain or a loss here.`}
            {worth.isCut && " There were too many movements to look further back."}
          </p>
        </>
      ) : (
        <p className={error ? "refusal" : "note pad"} role="status">
          {error
            ? `What it was worth could not be found out: ${error.message}.`
            : worth
              ? `Nothing that it holds has a price in ${quote} yet.`
              : "Loading …"}
        </p>
      )}
    </Panel>
  );
}

const WIDTH = 1_000;
const HEIGHT = 120;

function Line({ points, quote }: { points: readonly WorthAt[]; quote: string }) {
  const { zone } = useSettings();
  const [first, last] = [points[0] as WorthAt, points.at(-1) as WorthAt];
  const low = points.reduce((least, { units }) => (units < least ? units : least), first.units);
  const high = points.reduce((most, { units }) => (units > most ? units : most), first.units);
  const x = (at: number): number => ((at - first.at) / Math.max(1, last.at - first.at)) * WIDTH;
  // Pixels: the share of the span that lies below.
  const y = (units: bigint): number =>
    high === low ? HEIGHT / 2 : 4 + (1 - Number(((units - low) * 10_000n) / (high - low)) / 10_000) * (HEIGHT - 8);
  // One moment alone is a level, not a line.
  const drawn =
    points.length > 1
      ? points.map(({ at, units }) => [x(at), y(units)] as const)
      : [0, WIDTH].map((at) => [at, y(first.units)] as const);
  const line = drawn.map(([across, down]) => `${across.toFixed(1)},${down.toFixed(1)}`).join(" ");
  const said = `Between ${worthText(low)} and ${worthText(high)} ${quote} from ${formatDateTime(first.at, zone)} to ${formatDateTime(last.at, zone)}`;
  return (
    <div className="worth-line">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={said}>
        <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
        <polyline points={line} vectorEffect="non-scaling-stroke" />
      </svg>
      <div className="worth-scale note" aria-hidden="true">
        <span>{grouped(worthText(high))}</span>
        <span>{grouped(worthText(low))}</span>
      </div>
      <div className="worth-times note" aria-hidden="true">
        <span>{formatDateTime(first.at, zone)}</span>
        <span>{formatDateTime(last.at, zone)}</span>
      </div>
    </div>
  );
}
