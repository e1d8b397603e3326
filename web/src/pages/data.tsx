/** What is kept of a market: trades and candles to read and to take home. */

import { useState } from "react";
import type { Market } from "../lib/api.ts";
import { CandlesTable } from "../data/candles-table.tsx";
import { GapsTable } from "../data/gaps-table.tsx";
import { PastBook } from "../data/past-book.tsx";
import { StatusesTable } from "../data/statuses-table.tsx";
import { StoredTable } from "../data/stored-table.tsx";
import { TradesTable } from "../data/trades-table.tsx";
import { go } from "../lib/route.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { Failure, OldNote, Waiting } from "../ui/notes.tsx";

const KINDS = {
  trades: "Trades",
  candles: "Candles",
  book: "Book at a moment",
  gaps: "Gaps",
  statuses: "Statuses",
  stored: "What is stored",
} as const;
type Kind = keyof typeof KINDS;

export function DataPage({ wanted }: { wanted: string | null }) {
  const { data, error } = usePoll(route("/api/v1/markets"), 10_000);
  const settings = useSettings();
  const [kind, setKind] = useState<Kind>("trades");
  if (!data) return error ? <Failure what="The markets" error={error} /> : <Waiting what="the markets" />;
  const find = (name: string | null): Market | undefined => data.items.find(({ market }) => market === name);
  const market = find(wanted) ?? find(settings.market) ?? data.items[0];
  if (!market) return <p className="empty-page">This server has no market yet.</p>;
  return (
    <div className="page">
      <OldNote error={error} />
      {wanted !== null && !find(wanted) && (
        <p className="old-note" role="alert">
          This server has no market {wanted}.
        </p>
      )}
      <div className="controls">
        <label>
          Market{" "}
          <select value={market.market} onChange={(event) => go("data", event.target.value)}>
            {data.items.map((each) => (
              <option key={each.market} value={each.market}>
                {each.market}
              </option>
            ))}
          </select>
        </label>
        <div className="segments" role="group" aria-label="Kind of data">
          {(Object.keys(KINDS) as Kind[]).map((each) => (
            <button key={each} type="button" aria-pressed={each === kind} onClick={() => setKind(each)}>
              {KINDS[each]}
            </button>
          ))}
        </div>
      </div>
      {kind === "trades" && <TradesTable key={market.market} market={market.market} />}
      {kind === "candles" && <CandlesTable key={market.market} market={market.market} />}
      {kind === "book" && <StoredBook key={market.market} market={market.market} />}
      {kind === "gaps" && <GapsTable key={market.market} market={market} />}
      {kind === "statuses" && <StatusesTable key={market.market} market={market.market} />}
      {kind === "stored" && <StoredTable key={market.market} market={market.market} />}
    </div>
  );
}

function StoredBook({ market }: { market: string }) {
  const { data } = usePoll(route("/api/v1/markets/{market}/history", market), 10_000);
  return data && <PastBook market={market} span={data.deltas} />;
}
