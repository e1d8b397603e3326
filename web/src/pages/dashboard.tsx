/** All markets at a glance. */

import { useEffect, useMemo, useRef, useState } from "react";
import { compareDecimals } from "marketd-client";
import type { Market } from "../lib/api.ts";
import { counted, groupedCount, NONE, pairOf, shown, signed, signOf } from "../lib/figures.ts";
import { hrefOf } from "../lib/route.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useStatus, useVersion, useView, views } from "../lib/server.ts";
import { Portfolio } from "../dashboard/portfolio.tsx";
import { Failure, OldNote, Waiting } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";
import { Sparkline } from "../ui/sparkline.tsx";
import { SourceTag, StatusBadge } from "../ui/status.tsx";
import { figure, Table, type Column } from "../ui/table.tsx";

const EVERY_MS = 2_000;
/** Each row follows its ticker, and a connection has room for 256 streams. */
const ROWS_MAX = 200;

type Order = "name" | "change" | "rate" | "status";

export function DashboardPage() {
  const { data, timestamp, error } = usePoll(route("/api/v1/markets"), EVERY_MS);
  const rates = useRates(data?.items ?? null, timestamp);
  const [text, setText] = useState("");
  const [order, setOrder] = useState<Order>("name");
  const changes = useRef(new Map<string, string>());

  const rows = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = (data?.items ?? []).filter(({ market, status, source }) =>
      words.every((word) => `${market} ${status} ${source}`.toLowerCase().includes(word)),
    );
    return found.sort((a, b) => compare(a, b, order, rates, changes.current)).slice(0, ROWS_MAX);
  }, [data, text, order, rates]);

  if (!data) return error ? <Failure what="The markets" error={error} /> : <Waiting what="the markets" />;
  const live = data.items.filter(({ status }) => status === "live").length;
  return (
    <div className="page">
      <OldNote error={error} />
      <Portfolio markets={data.items} />
      <Panel
        title={`${counted(data.items.length, "market")}, ${live} live`}
        tools={
          <label>
            <span className="visually-hidden">Filter markets</span>
            <input type="text" placeholder="Filter" value={text} onChange={(event) => setText(event.target.value)} />
          </label>
        }
      >
        <Table label="Markets" columns={columnsOf(order, setOrder)} isLive>
          {rows.map((market) => (
            <Row key={market.market} market={market} rate={rates.get(market.market)} changes={changes.current} />
          ))}
        </Table>
        {rows.length === 0 && <p className="empty-page">No market matches.</p>}
        {data.items.length > ROWS_MAX && (
          <p className="note pad">The first {ROWS_MAX} are shown; filter to see others.</p>
        )}
      </Panel>
    </div>
  );
}

/** By some columns the rows can be sorted. */
function columnsOf(chosen: Order, choose: (order: Order) => void): (Column | string)[] {
  const sorted = (name: string, by: Order, isFigure = false): Column => {
    const sort = by === chosen ? (by === "name" ? "ascending" : "descending") : undefined;
    const head = (
      <button type="button" className="sort" onClick={() => choose(by)}>
        {name}
        <span aria-hidden="true">{sort === undefined ? "" : sort === "ascending" ? " ▴" : " ▾"}</span>
      </button>
    );
    return { name, isFigure, head, sort };
  };
  return [
    sorted("Market", "name"),
    sorted("Status", "status"),
    figure("Last"),
    sorted("24 h", "change", true),
    "Last hour",
    figure("Bid"),
    figure("Ask"),
    figure("Spread"),
    sorted("Messages/s", "rate", true),
    figure("Gaps"),
    "Source",
  ];
}

function compare(a: Market, b: Market, order: Order, rates: Map<string, number>, changes: Map<string, string>): number {
  const byName = a.market < b.market ? -1 : 1;
  switch (order) {
    case "name":
      return byName;
    case "status":
      return Number(a.status === "live") - Number(b.status === "live") || byName;
    case "rate":
      return (rates.get(b.market) ?? -1) - (rates.get(a.market) ?? -1) || byName;
    case "change":
      return compareDecimals(changes.get(b.market) ?? "-1000", changes.get(a.market) ?? "-1000") || byName;
  }
}

const messagesOf = ({ counters }: Market): number => counters.depth_updates + counters.trades;

/** Messages a second between the last two answers, by the server's clock. */
function useRates(markets: Market[] | null, timestamp: number): Map<string, number> {
  const before = useRef<{ timestamp: number; messages: Map<string, number> } | null>(null);
  const [rates, setRates] = useState(new Map<string, number>());
  useEffect(() => {
    if (!markets) return;
    const messages = new Map(markets.map((market) => [market.market, messagesOf(market)]));
    const held = before.current;
    before.current = { timestamp, messages };
    if (!held || timestamp <= held.timestamp) return;
    const seconds = (timestamp - held.timestamp) / 1e6;
    setRates(
      new Map(
        [...messages].flatMap(([market, count]) => {
          const earlier = held.messages.get(market);
          // Counters begin anew with the market.
          return earlier === undefined || earlier > count ? [] : [[market, (count - earlier) / seconds]];
        }),
      ),
    );
  }, [timestamp]);
  return rates;
}

function Row({ market, rate, changes }: { market: Market; rate: number | undefined; changes: Map<string, string> }) {
  const view = useView(() => views.ticker(market.market), market.market);
  useVersion(view);
  const live = useStatus(market.market);
  const ticker = view?.frame;
  if (ticker?.change_percent != null) changes.set(market.market, ticker.change_percent);
  const sign = signOf(ticker?.change_percent);
  const status = live?.status ?? market.status;
  const openGaps = market.gaps.filter(({ closed_at }) => closed_at === null).length;
  return (
    <tr data-status={status}>
      <th scope="row">
        <a href={hrefOf("trade", market.market)}>
          {pairOf(market.market)} <span className="note">{market.venue}</span>
        </a>
      </th>
      <td>
        <StatusBadge status={status} reason={live?.reason ?? market.reason} />
      </td>
      <td className="figure strong">{shown(ticker?.last)}</td>
      <td className={`figure ${sign < 0 ? "down" : sign > 0 ? "up" : ""}`}>{signed(ticker?.change_percent, " %")}</td>
      <td>
        <Sparkline market={market.market} />
      </td>
      <td className="figure">{shown(ticker?.bid?.[0])}</td>
      <td className="figure">{shown(ticker?.ask?.[0])}</td>
      <td className="figure">{shown(ticker?.spread)}</td>
      <td className="figure">{rate === undefined ? NONE : rate.toFixed(1)}</td>
      <td className="figure">
        {groupedCount(market.counters.gaps)}
        {openGaps > 0 && <span className="down"> ({openGaps} open)</span>}
      </td>
      <td>
        <SourceTag source={market.source} />
      </td>
    </tr>
  );
}
