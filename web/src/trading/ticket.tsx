/** The order ticket: what is filled in, what is wrong with it, what it would cost, and what came of it. */

import { useEffect, useRef, useState, type FormEvent } from "react";
import {
  EMPTY_DRAFT,
  fieldsOf,
  listOf,
  problemsOf,
  sizeOf,
  takes,
  timesInForce,
  type Balance,
  type BookView,
  type DraftField,
  type Order,
  type OrderDraft,
  type StatusFrame,
} from "marketd-client";
import type { Account, Market } from "../lib/api.ts";
import { grouped } from "../lib/figures.ts";
import { send } from "../lib/rest.ts";
import { serverNow, useConnection } from "../lib/server.ts";
import { reasonOf, statusText } from "../account/words.ts";
import { sentence } from "../ui/dialog.tsx";
import { TicketFields } from "./ticket-fields.tsx";
import { TicketSummary } from "./ticket-summary.tsx";

/** A price that was picked in the book; `at` tells one pick from the next. */
export interface Picked {
  price: string;
  at: number;
}

interface TicketProps {
  market: Market;
  account: Account;
  balances: readonly Balance[];
  book: BookView | null;
  status: StatusFrame | undefined;
  picked: Picked | null;
  onDone: () => void;
}

type Outcome = { order: Order } | { error: Error };

const PERCENTS = [25, 50, 75, 100];

export function Ticket({ market, account, balances, book, status, picked, onDone }: TicketProps) {
  const [draft, setDraft] = useState<OrderDraft>(EMPTY_DRAFT);
  const [touched, setTouched] = useState<ReadonlySet<DraftField>>(new Set());
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const form = useRef<HTMLFormElement>(null);
  // A price that was picked before this ticket was there is of another market, or of another time.
  const seenPick = useRef(picked?.at);

  const edit = (part: Partial<OrderDraft>): void => {
    setDraft((held) => allowed({ ...held, ...part }));
    setTouched((held) => new Set([...held, ...(Object.keys(part) as DraftField[])]));
    setOutcome(null);
  };

  useEffect(() => {
    if (!picked || picked.at === seenPick.current) return;
    seenPick.current = picked.at;
    setOutcome(null);
    setDraft((held) => ({
      ...held,
      [takes(held, "stop_price") && !takes(held, "price") ? "stop_price" : "price"]: picked.price,
    }));
  }, [picked]);

  const problems = problemsOf(draft, market, serverNow());
  // What is still empty is no mistake before somebody tries to send it.
  const shown = new Map(
    problems
      .filter(({ field }) => isTried || (touched.has(field) && draft[field] !== ""))
      .map(({ field, message }) => [field, message]),
  );

  const free = {
    base: balances.find(({ asset }) => asset === market.base)?.free ?? "0",
    quote: balances.find(({ asset }) => asset === market.quote)?.free ?? "0",
  };

  const size = (percent: number): void => {
    const sides = book?.book ?? { bids: [], asks: [] };
    const sized = sizeOf(draft, market, account.fees, free, percent, sides);
    if (!sized) {
      setTried(true);
      return;
    }
    edit("qty" in sized ? { qty: sized.qty, quote_qty: "" } : { qty: "", quote_qty: sized.quote_qty });
  };

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    setTried(true);
    if (problems.length > 0) {
      // The first field that is wrong, in the order of the form; it is marked by the next rendering.
      requestAnimationFrame(() => {
        const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
        const folded = wrong?.closest("details");
        if (folded) folded.open = true;
        wrong?.focus();
      });
      return;
    }
    setBusy(true);
    setOutcome(null);
    try {
      setOutcome({ order: await give(draft, market.market, account.account) });
      setDraft((held) => ({
        ...held,
        qty: "",
        quote_qty: "",
        display_qty: "",
        client_order_id: "",
        take_profit: "",
        stop_loss: "",
        or_stop: "",
      }));
      setTouched(new Set());
      setTried(false);
      onDone();
    } catch (error) {
      setOutcome({ error: error instanceof Error ? error : new Error(String(error)) });
    } finally {
      setBusy(false);
    }
  };

  const obstacle = obstacleOf(account, status);
  const isOld = useConnection().phase !== "open";
  const verb = draft.side === "buy" ? "Buy" : "Sell";
  return (
    <form className="ticket-form" ref={form} onSubmit={(event) => void submit(event)} noValidate aria-label="New order">
      <div className="sides" role="group" aria-label="Side">
        {(["buy", "sell"] as const).map((side) => (
          <button
            key={side}
            type="button"
            data-side={side}
            aria-pressed={draft.side === side}
            onClick={() => edit({ side })}
          >
            {side === "buy" ? "Buy" : "Sell"}
          </button>
        ))}
      </div>
      <TicketFields draft={draft} market={market} book={book} problems={shown} onEdit={edit} />
      <div
        className="percents"
        role="group"
        aria-label={`Share of the free ${draft.side === "buy" ? market.quote : market.base}`}
      >
        {PERCENTS.map((percent) => (
          <button key={percent} type="button" onClick={() => size(percent)}>
            {percent} %
          </button>
        ))}
      </div>
      <TicketSummary
        draft={draft}
        market={market}
        fees={account.fees}
        free={free}
        book={book}
        isReady={problems.length === 0}
      />
      <button type="submit" className="submit" data-side={draft.side} disabled={isBusy || obstacle !== null}>
        {isBusy ? "Sending …" : `${verb} ${market.base}`}
      </button>
      {obstacle !== null && <p className="refusal">{obstacle}</p>}
      {isOld && <p className="warning">The connection is lost: book and balances are old.</p>}
      <div role="status" className="outcome">
        {outcome && <OutcomeText outcome={outcome} market={market} />}
      </div>
    </form>
  );
}

/** Why no order would be taken, whatever it is. */
function obstacleOf({ account, kill_switch }: Account, status: StatusFrame | undefined): string | null {
  if (kill_switch) return `The kill switch of ${account} is on: it takes no orders.`;
  if (!status || status.status === "live") return null;
  return `The market is ${status.status}: it takes no new orders.`;
}

/** Gives the order, with those that are to follow it; of several the first is told of. */
async function give(draft: OrderDraft, market: string, account: string): Promise<Order> {
  const list = listOf(draft, market);
  if (!list) {
    const body = { ...fieldsOf(draft, market), account };
    return (await send("post", "/api/v1/orders", { body })).data;
  }
  const { data } = await send("post", "/api/v1/orders/lists", { body: { ...list, account } });
  const [entry] = data.orders;
  if (!entry) throw new Error(`list ${data.list_id} has no order`);
  return entry;
}

/** A time in force that the type does not take becomes its usual one. */
function allowed(draft: OrderDraft): OrderDraft {
  const times = timesInForce(draft.type);
  const first = times[0];
  return times.includes(draft.time_in_force) || first === undefined ? draft : { ...draft, time_in_force: first };
}

function OutcomeText({ outcome, market }: { outcome: Outcome; market: Market }) {
  if ("error" in outcome) {
    const { error } = outcome;
    const code = "code" in error ? String(error.code) : "";
    return (
      <p className="refusal">
        {sentence(error)} {code && <code>{code}</code>}
      </p>
    );
  }
  const { order } = outcome;
  const got =
    order.avg_price === null
      ? ""
      : ` ${order.side === "buy" ? "Bought" : "Sold"} ${order.filled_qty} ${market.base} at ${grouped(order.avg_price)}.`;
  return (
    <p>
      Order {order.order_id} is {statusText(order.status)}
      {order.reason && `: ${reasonOf(order.reason)}`}.{got}
    </p>
  );
}
