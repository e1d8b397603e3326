/** Trades, newest first, further and further back. */

import { useState } from "react";
import type { Trade } from "marketd-client";
import { counted, grouped, NONE } from "../lib/figures.ts";
import { behind, route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { figure } from "../ui/table.tsx";
import { GapRow } from "./gap-row.tsx";
import { useGaps, withGaps } from "./gaps.ts";
import { ListPanel } from "./list-panel.tsx";
import { MomentField } from "./moment-field.tsx";
import { usePages } from "./pages.ts";
import { WholeLink } from "./whole-link.tsx";

/** A trade of the tape or, without a number, from the store. */
type PastTrade = Omit<Trade, "seq"> & { seq: number | null };

const PAGE = 500;
const COLUMNS = ["Time", "Side", figure("Price"), figure("Quantity"), "Id", figure("Number")];
const CSV = ["seq", "trade_id", "ts", "side", "price", "qty", "backfilled"] as const;

export function TradesTable({ market }: { market: string }) {
  const [end, setEnd] = useState<number | null>(null);
  const until = end === null ? {} : { end };
  const newest = route("/api/v1/markets/{market}/trades", market, { limit: PAGE, ...until });
  const pages = usePages<PastTrade>(
    `${market} ${end}`,
    newest,
    (_, cursor) => (cursor === null ? null : behind(newest, "before", cursor)),
    (held, page) => [...held, ...page.toReversed()],
  );
  // From the oldest trade on that is shown, to the whole second: the question stays the same while it does.
  const oldest = pages.items.at(-1)?.ts ?? null;
  const gaps = useGaps(market, oldest === null ? null : oldest - (oldest % 1_000_000));
  return (
    <ListPanel
      title={counted(pages.items.length, "trade")}
      market={market}
      what="trades"
      columns={COLUMNS}
      pages={pages}
      csv={{ columns: CSV, name: "trades" }}
      whole={
        <WholeLink
          market={market}
          name="trades"
          of={(limit) => route("/api/v1/markets/{market}/trades", market, { limit, ...until })}
        />
      }
      again={{ name: "Newest", onClick: () => (end === null ? pages.again() : setEnd(null)) }}
      tools={<MomentField name="Before" value={end} onChange={setEnd} />}
    >
      {withGaps(pages.items, gaps, ({ ts }) => ts).map((entry, at) =>
        "gap" in entry ? (
          <GapRow key={`gap ${at} ${entry.gap.since}`} gap={entry.gap} columns={COLUMNS.length} />
        ) : (
          <TradeRow key={`${entry.item.seq} ${entry.item.ts} ${entry.item.trade_id}`} trade={entry.item} />
        ),
      )}
    </ListPanel>
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
