/** Candles, newest first, further and further back. */

import { useState } from "react";
import { CANDLE_INTERVALS, compareAtScale, type Candle, type CandleInterval } from "marketd-client";
import { counted, grouped, groupedCount } from "../lib/figures.ts";
import { route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { figure } from "../ui/table.tsx";
import { GapRow } from "./gap-row.tsx";
import { useGaps, withGaps } from "./gaps.ts";
import { ListPanel } from "./list-panel.tsx";
import { MomentField } from "./moment-field.tsx";
import { usePages } from "./pages.ts";
import { WholeLink } from "./whole-link.tsx";

const PAGE = 500;
const COLUMNS = [
  "Opens",
  figure("Open"),
  figure("High"),
  figure("Low"),
  figure("Close"),
  figure("Volume"),
  figure("Quote volume"),
  figure("Trades"),
  "State",
];
const CSV = [
  "open_time",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "quote_volume",
  "trades",
  "revision",
  "closed",
] as const;

export function CandlesTable({ market }: { market: string }) {
  const [interval, setInterval] = useState<CandleInterval>("1m");
  const [latest, setLatest] = useState<number | null>(null);
  const before = (end: number | null | undefined, limit = PAGE) =>
    route("/api/v1/markets/{market}/candles", market, { interval, limit, ...(end == null ? {} : { end }) });
  const pages = usePages<Candle>(
    `${market} ${interval} ${latest}`,
    before(latest),
    (_, cursor) => (cursor === null ? null : before(Number(cursor))),
    (held, page) => [...held, ...page.toReversed()],
  );
  const gaps = useGaps(market, pages.items.at(-1)?.open_time ?? null);
  const name = `candles_${interval}`;
  return (
    <ListPanel
      title={counted(pages.items.length, "candle")}
      market={market}
      what="candles"
      columns={COLUMNS}
      pages={pages}
      csv={{ columns: CSV, name }}
      whole={<WholeLink market={market} name={name} of={(limit) => before(latest, limit)} />}
      again={{ name: "Newest", onClick: () => (latest === null ? pages.again() : setLatest(null)) }}
      tools={
        <>
          <MomentField name="Before" value={latest} onChange={setLatest} />
          <label>
            <span className="visually-hidden">Interval</span>
            <select value={interval} onChange={(event) => setInterval(event.target.value as CandleInterval)}>
              {CANDLE_INTERVALS.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        </>
      }
    >
      {withGaps(pages.items, gaps, ({ open_time }) => open_time).map((entry, at) =>
        "gap" in entry ? (
          <GapRow key={`gap ${at} ${entry.gap.since}`} gap={entry.gap} columns={COLUMNS.length} />
        ) : (
          <CandleRow key={entry.item.open_time} candle={entry.item} />
        ),
      )}
    </ListPanel>
  );
}

function CandleRow({ candle }: { candle: Candle }) {
  const { zone } = useSettings();
  return (
    <tr>
      <td>{formatDateTime(candle.open_time, zone)}</td>
      <td className="figure">{grouped(candle.open)}</td>
      <td className="figure">{grouped(candle.high)}</td>
      <td className="figure">{grouped(candle.low)}</td>
      <td className={`figure ${compareAtScale(candle.close, candle.open) < 0 ? "down" : "up"}`}>
        {grouped(candle.close)}
      </td>
      <td className="figure">{grouped(candle.volume)}</td>
      <td className="figure">{grouped(candle.quote_volume)}</td>
      <td className="figure">{groupedCount(candle.trades)}</td>
      <td>
        {candle.closed ? "closed" : "open"}
        {candle.revision > 0 && <span className="note"> corrected {candle.revision}×</span>}
      </td>
    </tr>
  );
}
