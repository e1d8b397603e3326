/** Candles, newest first, further and further back. */

import { useState } from "react";
import { CANDLE_INTERVALS, compareAtScale, type Candle, type CandleInterval } from "marketd-client";
import { grouped, groupedCount } from "../lib/figures.ts";
import { route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";
import { BeforeField } from "./before-field.tsx";
import { GapRow } from "./gap-row.tsx";
import { useGaps, withGaps } from "./gaps.ts";
import { MoreButton } from "./more-button.tsx";
import { downloadCsv, fileName, usePages } from "./pages.ts";

const PAGE = 500;
const COLUMNS = [
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
  const before = (end: number | null | undefined) =>
    route("/api/v1/markets/{market}/candles", market, { interval, limit: PAGE, ...(end == null ? {} : { end }) });
  const pages = usePages<Candle>(
    `${market} ${interval} ${latest}`,
    before(latest),
    (items) => before(items.at(-1)?.open_time),
    (held, page) => [...held, ...page.toReversed()],
  );
  const gaps = useGaps(market, pages.items.at(-1)?.open_time ?? null);
  const tools = (
    <>
      <BeforeField value={latest} onChange={setLatest} />
      <label>
        <span className="visually-hidden">Interval</span>
        <select value={interval} onChange={(event) => setInterval(event.target.value as CandleInterval)}>
          {CANDLE_INTERVALS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <button
        type="button"
        disabled={pages.isLoading}
        onClick={() => (latest === null ? pages.again() : setLatest(null))}
      >
        Newest
      </button>
      <button
        type="button"
        disabled={pages.items.length === 0}
        onClick={() => downloadCsv(fileName(market, `candles_${interval}`), COLUMNS, pages.items)}
      >
        Download shown as CSV
      </button>
    </>
  );
  return (
    <Panel title={`${groupedCount(pages.items.length)} candles`} tools={tools}>
      <div className="table-scroll tall" tabIndex={0} role="group" aria-label="Candles">
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">Opens</th>
              <th scope="col" className="figure">
                Open
              </th>
              <th scope="col" className="figure">
                High
              </th>
              <th scope="col" className="figure">
                Low
              </th>
              <th scope="col" className="figure">
                Close
              </th>
              <th scope="col" className="figure">
                Volume
              </th>
              <th scope="col" className="figure">
                Quote volume
              </th>
              <th scope="col" className="figure">
                Trades
              </th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {withGaps(pages.items, gaps, ({ open_time }) => open_time).map((entry, at) =>
              "gap" in entry ? (
                <GapRow key={`gap ${at} ${entry.gap.since}`} gap={entry.gap} columns={9} />
              ) : (
                <CandleRow key={entry.item.open_time} candle={entry.item} />
              ),
            )}
          </tbody>
        </table>
        <MoreButton pages={pages} what="candles" />
      </div>
    </Panel>
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
