/** Why an order was filled, or was not: the server's evidence, in sentences. */

import type { ExplainedFill, Explanation } from "../lib/api.ts";
import { grouped, NONE } from "../lib/figures.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { Dialog } from "../ui/dialog.tsx";
import { OldNote } from "../ui/notes.tsx";
import { priceText, sizeText } from "./orders-table.tsx";
import { reasonOf, statusText, typeText } from "./words.ts";

const EVERY_MS = 1_000;

export function ExplainDialog({
  account,
  orderId,
  onClose,
}: {
  account: string;
  orderId: number;
  onClose: () => void;
}) {
  const { data, error } = usePoll(route("/api/v1/orders/{order_id}/explain", orderId, { account }), EVERY_MS);
  return (
    <Dialog title={`Why: order ${orderId}`} className="explain" onClose={onClose}>
      {data ? (
        <>
          <OldNote error={error} />
          <Told explanation={data} />
        </>
      ) : error ? (
        <p className="refusal" role="alert">
          It cannot be explained now: {error.message}.
        </p>
      ) : (
        <p className="note" role="status">
          Loading …
        </p>
      )}
    </Dialog>
  );
}

function Told({ explanation }: { explanation: Explanation }) {
  const { zone } = useSettings();
  const { order, fills, queue, trigger_price, message } = explanation;
  return (
    <div className="told">
      <p>
        <strong className={order.side === "buy" ? "up" : "down"}>{order.side}</strong> {sizeText(order)} {order.market},{" "}
        {[typeText(order.type), priceText(order)].filter((text) => text !== NONE).join(", ")}:{" "}
        {statusText(order.status)}
        {order.reason !== null && `, ${reasonOf(order.reason)}`}.
      </p>
      {message !== order.status && <p className="message">{message}</p>}
      {trigger_price !== null && <p>The price that it waits for is at {grouped(trigger_price)} now.</p>}
      {queue && (
        <dl className="estimate">
          {(
            [
              ["Stands at", grouped(queue.price)],
              ["Of it in the queue", grouped(queue.shown)],
              ["Venue's quantity ahead", queue.queue_ahead === null ? "not in view" : grouped(queue.queue_ahead)],
              ["Sandbox orders ahead", grouped(queue.sandbox_ahead)],
              ["Displayed there now", grouped(queue.displayed)],
              ["Traded there since", grouped(queue.traded_since)],
            ] as const
          ).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {fills.length > 0 && (
        <ol className="evidence">
          {fills.map((fill) => (
            <li key={fill.fill_id}>
              <span className="note">{formatDateTime(fill.ts, zone, true)}</span>{" "}
              <b>
                {grouped(fill.qty)} at {grouped(fill.price)}
              </b>{" "}
              as {fill.liquidity}: <Evidence evidence={fill.evidence} price={fill.price} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** `price` is the fill's: what resting orders get is their own. */
function Evidence({ evidence, price }: Pick<ExplainedFill, "evidence" | "price">) {
  switch (evidence.kind) {
    case "level":
      return (
        <>
          it took from the level {grouped(evidence.price)}, where the venue displayed {grouped(evidence.displayed)}
          {consumed(evidence.consumed_before)} (book {evidence.book_seq}).
        </>
      );
    case "crossed":
      return (
        <>
          the venue&rsquo;s other side came to {grouped(evidence.price)} with {grouped(evidence.displayed)}
          {consumed(evidence.consumed_before)} (book {evidence.book_seq}).
        </>
      );
    case "order":
      return (
        <>
          it met sandbox order {evidence.order_id} (book {evidence.book_seq}).
        </>
      );
    case "print":
      return (
        <>
          somebody {evidence.side === "sell" ? "sold" : "bought"} {grouped(evidence.qty)} at {grouped(evidence.price)}{" "}
          {evidence.price !== price || evidence.queue_before === null
            ? "– beyond its price, so nothing can have been left in front of it"
            : `– ${quantity(evidence.queue_before)} stood in front of it before, ${quantity(evidence.queue_after ?? "0")} afterwards`}
          {isSome(evidence.shared_before) && `, and ${grouped(evidence.shared_before)} went to orders before this one`}{" "}
          (print {evidence.trade_id}).
        </>
      );
    default:
      return <>in a way that this page does not know.</>;
  }
}

const isSome = (text: string): boolean => /[1-9]/.test(text);
const quantity = (text: string): string => (isSome(text) ? grouped(text) : "nothing");

const consumed = (text: string): string =>
  isSome(text) ? `, of which ${grouped(text)} had been taken here before` : "";
