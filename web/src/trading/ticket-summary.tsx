/** What the order would come to at the book that is shown. */

import {
  compareDecimals,
  estimate,
  type BookView,
  type Estimate,
  type Fees,
  type OrderDraft,
  type Sum,
} from "marketd-client";
import type { Market } from "../lib/api.ts";
import { grouped, NONE } from "../lib/figures.ts";
import { useSampled } from "../lib/server.ts";

/** Often enough to be of now, seldom enough to be read. */
const EVERY_MS = 500;

interface TicketSummaryProps {
  draft: OrderDraft;
  market: Market;
  fees: Fees;
  free: { base: string; quote: string };
  book: BookView | null;
  isReady: boolean;
}

const sum = ({ amount, asset }: Sum): string => `${grouped(amount)} ${asset}`;

export function TicketSummary({ draft, market, fees, free, book, isReady }: TicketSummaryProps) {
  useSampled(book, EVERY_MS);
  const sides = book?.book ?? { bids: [], asks: [] };
  const found = isReady ? estimate(draft, market, fees, sides) : null;
  const isBuy = draft.side === "buy";
  const has = isBuy ? free.quote : free.base;
  const lines: [name: string, value: string, tone?: string][] = [
    ["Free", `${grouped(has)} ${isBuy ? market.quote : market.base}`],
    ["Takes at once", found ? takes(found, market) : NONE],
    [isBuy ? "You pay" : "You sell", found ? `${about(found)}${sum(found.gives)}` : NONE],
    ["Fee", found ? `${about(found)}${sum(found.fee)}` : NONE],
    ["You receive", found ? `${about(found)}${sum(found.receives)}` : NONE],
  ];
  return (
    <>
      <dl className="estimate">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {found && <Warning draft={draft} found={found} has={has} />}
    </>
  );
}

const about = ({ isAtStopPrice }: Estimate): string => (isAtStopPrice ? "about " : "");

function takes({ takenQty, takenPrice }: Estimate, { base }: Market): string {
  return takenPrice === null ? "nothing" : `${grouped(takenQty)} ${base} at ${grouped(takenPrice)}`;
}

function Warning({ draft, found, has }: { draft: OrderDraft; found: Estimate; has: string }) {
  const warnings: string[] = [];
  if (compareDecimals(found.needs.amount, has) > 0) warnings.push(`It needs ${sum(found.needs)}, and less is free.`);
  if (draft.post_only && found.takenPrice !== null) warnings.push("It would take, so a post-only order is refused.");
  const isAtOnce = draft.time_in_force === "ioc" || draft.time_in_force === "fok";
  if (isAtOnce && draft.type !== "stop_limit" && draft.type !== "take_profit_limit" && !found.isWhole)
    warnings.push(
      draft.time_in_force === "fok"
        ? "The shown book does not have all of it, so it would expire."
        : "The shown book does not have all of it; the rest would expire.",
    );
  if (warnings.length === 0) return null;
  return <p className="warning">{warnings.join(" ")}</p>;
}
