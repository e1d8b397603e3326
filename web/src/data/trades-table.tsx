/** Trades, newest first, further and further back. */

import { useState } from "react";
import type { Trade } from "marketd-client";
import { grouped, groupedCount, NONE } from "../lib/figures.ts";
import { behind, route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";
import { BeforeField } from "./before-field.tsx";
import { GapRow } from "./gap-row.tsx";
import { useGaps, withGaps } from "./gaps.ts";
import { MoreButton } from "./more-button.tsx";
import { downloadCsv, fileName, usePages } from "./pages.ts";

/** A trade of the tape or, without a number, from the store. */
type PastTrade = Omit<Trade, "seq"> & { seq: number | null };

const PAGE = 500;
const COLUMNS = ["seq", "trade_id", "ts", "side", "price", "qty", "backfilled"] as const;

export function TradesTable({ market }: { market: string }) {
  const [end, setEnd] = useState<number | null>(null);
  const newest = route("/api/v1/markets/{market}/trades", market, {
    limit: PAGE,
    ...(end === null ? {} : { end }),
  });
  const pages = usePages<PastTrade>(
    `${market} ${end}`,
    newest,
    (_, cursor) => (cursor === null ? null : behind(newest, "before", cursor)),
    (held, page) => [...held, ...page.toReversed()],
  );
  // From the oldest trade on that is shown, to the whole second: the question stays the same while it does.
  const oldest = pages.items.at(-1)?.ts ?? null;
  const gaps = useGaps(market, oldest === null ? null : oldest - (oldest % 1_000_000));
  const tools = (
    <>
      <BeforeField value={end} onChange={setEnd} />
      <button type="button" disabled={pages.isLoading} onClick={() => (end === null ? pages.again() : setEnd(null))}>
        Newest
      </button>
      <button
        type="button"
        disabled={pages.items.length === 0}
        onClick={() => downloadCsv(fileName(market, "trades"), COLUMNS, pages.items)}
      >
        Download shown as CSV
      </button>
    </>
  );
  return (
    <Panel title={`${groupedCount(pages.items.length)} trades`} tools={tools}>
      <div className="table-scroll tall" tabIndex={0} role="group" aria-label="Trades">
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Side</th>
              <th scope="col" className="figure">
                Price
              </th>
              <th scope="col" className="figure">
                Quantity
              </th>
              <th scope="col">Id</th>
              <th scope="col" className="figure">
                Number
              </th>
            </tr>
          </thead>
          <tbody>
            {withGaps(pages.items, gaps, ({ ts }) => ts).map((entry, at) =>
              "gap" in entry ? (
                <GapRow key={`gap ${at} ${entry.gap.since}`} gap={entry.gap} columns={6} />
              ) : (
                <TradeRow key={`${entry.item.seq} ${entry.item.ts} ${entry.item.trade_id}`} trade={entry.item} />
              ),
            )}
          </tbody>
        </table>
        <MoreButton pages={pages} what="trades" />
      </div>
    </Panel>
  );
}

function TradeRow({ trade }: { trade: PastTrade }) {
  const { zone } = useSettings();
  return (
    <tr>
      <td>{trade.ts ? formatDateTime(trade.ts, zone, true) : NONE}</td>
      <td className={trade.side === "buy" ? "up" : "down"}>{trade.side}</td>
      <td className="figure">{grouped(trade.price)}</td>
      <td className="figure">{grouped(trade.qty)}</td>
      <td>
        {trade.trade_id || NONE}
        {trade.backfilled && <span className="note"> fetched afterwards</span>}
      </td>
      <td className="figure">{trade.seq ?? NONE}</td>
    </tr>
  );
}
