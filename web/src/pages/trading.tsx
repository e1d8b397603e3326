/** One market: chart, depth, book and tape; and the account that trades in it. */

import { useEffect, useState } from "react";
import { stepUnits, type StatusFrame } from "marketd-client";
import { useAccounts } from "../account/use-accounts.ts";
import type { Market } from "../lib/api.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useStatus, useView, views } from "../lib/server.ts";
import { change, useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { Chart } from "../trading/chart.tsx";
import { Depth } from "../trading/depth.tsx";
import { Desk, NoAccount, NONE_OWN } from "../trading/desk.tsx";
import type { OwnOrder } from "../trading/grouping.ts";
import { Ladder } from "../trading/ladder.tsx";
import { MarketBar } from "../trading/market-bar.tsx";
import { MarketPicker } from "../trading/market-picker.tsx";
import { Tape } from "../trading/tape.tsx";
import type { Picked } from "../trading/ticket.tsx";
import { Failure, Waiting } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";
import { reasonText } from "../ui/status.tsx";

const MARKETS_EVERY_MS = 5_000;

export function TradingPage({ wanted }: { wanted: string | null }) {
  const { data, error } = usePoll(route("/api/v1/markets"), MARKETS_EVERY_MS);
  const settings = useSettings();
  const markets = data?.items ?? [];
  const find = (name: string | null): Market | undefined => markets.find(({ market }) => market === name);
  // Real data before simulated data, where nobody chose.
  const chosen =
    wanted === null
      ? (find(settings.market) ?? markets.find(({ source }) => source !== "sim") ?? markets[0])
      : find(wanted);

  useEffect(() => {
    if (chosen && chosen.market !== settings.market) change({ market: chosen.market });
  }, [chosen?.market]);

  if (!data) return error ? <Failure what="The markets" error={error} /> : <Waiting what="the markets" />;
  if (markets.length === 0) return <p className="empty-page">This server has no market yet.</p>;
  if (!chosen) {
    return (
      <div className="empty-page">
        <p>This server has no market {wanted}.</p>
        <MarketPicker markets={markets} chosen={markets[0]?.market ?? ""} />
      </div>
    );
  }
  return <Trading markets={markets} market={chosen} />;
}

function Trading({ markets, market }: { markets: Market[]; market: Market }) {
  const name = market.market;
  // All levels: wide rows and the depth chart need them, and one stream serves both.
  const book = useView(() => views.book(name, { depth: "full", interval_ms: 100 }), name);
  const trades = useView(() => views.trades(name), name);
  const ticker = useView(() => views.ticker(name), name);
  const status = useStatus(name);
  const accounts = useAccounts();
  const [picked, setPicked] = useState<Picked | null>(null);
  const [own, setOwn] = useState<readonly OwnOrder[]>(NONE_OWN);
  const scales = { price: market.price_decimals, qty: market.qty_decimals };
  const { chosen } = accounts;
  return (
    <div className="trading" data-status={status?.status ?? "connecting"}>
      <MarketBar markets={markets} market={market} view={ticker} status={status} />
      <StatusNote status={status} isRecording={market.source === "replay"} />
      <Chart market={name} decimals={market.price_decimals} />
      <Depth view={book} scales={scales} />
      <Ladder
        view={book}
        scales={scales}
        tick={stepUnits(market.tick_size, market.price_decimals)}
        own={chosen ? own : NONE_OWN}
        onPick={(price) => setPicked((held) => ({ price, at: (held?.at ?? 0) + 1 }))}
      />
      <Tape view={trades} />
      {chosen ? (
        <Desk
          markets={markets}
          market={market}
          account={chosen}
          accounts={accounts}
          book={book}
          status={status}
          picked={picked}
          onOwn={setOwn}
        />
      ) : (
        <Panel title="Orders" className="ticket">
          <NoAccount accounts={accounts} />
        </Panel>
      )}
    </div>
  );
}

const STATUS_SAYS = {
  stale: "The data is stale: what is shown is the last that was known.",
  halted: "The venue has halted this market.",
  connecting: "There is no book of this market yet.",
};

function StatusNote({ status, isRecording }: { status: StatusFrame | undefined; isRecording: boolean }) {
  const { zone } = useSettings();
  if (!status || status.status === "live") return null;
  return (
    <p className="status-note" role="alert" data-status={status.status}>
      <strong>{STATUS_SAYS[status.status]}</strong> Since {formatDateTime(status.since, zone)}
      {isRecording && " by the recording's clock"}
      {status.reason && `: ${reasonText(status.reason)}`}.
    </p>
  );
}
