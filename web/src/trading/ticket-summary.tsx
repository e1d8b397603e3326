/** What the order would come to at the book that is shown. */

import {
  compareDecimals,
  estimate,
  formatUnits,
  parseDecimal,
  rescale,
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

type Sides = Pick<BookView["book"], "bids" | "asks">;

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
  const sides: Sides = book?.book ?? { bids: [], asks: [] };
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
      {found && <Warning draft={draft} found={found} has={has} sides={sides} />}
    </>
  );
}

const about = ({ isAtStopPrice }: Estimate): string => (isAtStopPrice ? "about " : "");

function takes({ takenQty, takenPrice }: Estimate, { base }: Market): string {
  return takenPrice === null ? "nothing" : `${grouped(takenQty)} ${base} at ${grouped(takenPrice)}`;
}

/** From so far beyond the other side on, in hundredths of a percent, a price is rather a slip of the finger. */
const SLIP_BPS = 200n;

function slipOf({ side, type, price }: OrderDraft, { bids, asks }: Sides): string | null {
  const best = (side === "buy" ? asks : bids)[0];
  if (!best || type !== "limit") return null;
  const [own, other] = [parseDecimal(price), parseDecimal(best[0])];
  const scale = Math.max(own.decimals, other.decimals);
  const beyond = (rescale(own, scale) - rescale(other, scale)) * (side === "buy" ? 1n : -1n);
  const bps = (beyond * 10_000n) / rescale(other, scale);
  if (bps < SLIP_BPS) return null;
  return `The price is ${formatUnits(bps / 10n, 1)} % ${side === "buy" ? "above the best ask" : "below the best bid"}.`;
}

interface WarningProps {
  draft: OrderDraft;
  found: Estimate;
  has: string;
  sides: Sides;
}

function Warning({ draft, found, has, sides }: WarningProps) {
  const warnings: string[] = [];
  const slip = slipOf(draft, sides);
  if (slip) warnings.push(slip);
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
