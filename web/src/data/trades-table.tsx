/** Trades, newest first, further and further back. */

import type { Trade } from "marketd-client";
import { grouped, groupedCount, NONE } from "../lib/figures.ts";
import { behind, route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";
import { MoreButton } from "./more-button.tsx";
import { downloadCsv, fileName, usePages } from "./pages.ts";

/** A trade of the tape or, without a number, from the store. */
type PastTrade = Omit<Trade, "seq"> & { seq: number | null };

const PAGE = 500;
const COLUMNS = ["seq", "trade_id", "ts", "side", "price", "qty", "backfilled"] as const;

export function TradesTable({ market }: { market: string }) {
  const { zone } = useSettings();
  const newest = route("/api/v1/markets/{market}/trades", market, { limit: PAGE });
  const pages = usePages<PastTrade>(
    market,
    newest,
    (_, cursor) => (cursor === null ? null : behind(newest, "before", cursor)),
    (held, page) => [...held, ...page.toReversed()],
  );
  const tools = (
    <>
      <button type="button" disabled={pages.isLoading} onClick={pages.again}>
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
            {pages.items.map((trade) => (
              <tr key={`${trade.seq} ${trade.ts} ${trade.trade_id}`}>
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
            ))}
          </tbody>
        </table>
        <MoreButton pages={pages} what="trades" />
      </div>
    </Panel>
  );
}
