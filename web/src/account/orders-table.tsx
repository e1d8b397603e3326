/** Open orders, with what can be done about them. */

import { useState } from "react";
import type { Order } from "marketd-client";
import { useAction } from "../lib/action.ts";
import type { Market } from "../lib/api.ts";
import { grouped, NONE, shown } from "../lib/figures.ts";
import { hrefOf } from "../lib/route.ts";
import { send } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatTime } from "../lib/time.ts";
import { sentence } from "../ui/dialog.tsx";
import { figure } from "../ui/table.tsx";
import { AmendDialog } from "./amend-dialog.tsx";
import { AccountTable } from "./table.tsx";
import { reasonOf, statusText, typeText } from "./words.ts";

const COLUMNS = [
  "Order",
  "Market",
  "Side",
  "Type",
  figure("Price"),
  figure("Quantity"),
  figure("Filled"),
  figure("Queue ahead"),
  "Status",
  "Since",
  { name: "Actions", isHidden: true },
];

/** With more rows each change would take longer than a frame. */
const SHOWN_MAX = 200;

interface OrdersTableProps {
  orders: readonly Order[] | null;
  markets: readonly Market[];
  error: Error | null;
  onExplain: (orderId: number) => void;
  onDone: () => void;
}

export function OrdersTable({ orders, markets, error, onExplain, onDone }: OrdersTableProps) {
  const [amended, setAmended] = useState<Order | null>(null);
  const market = amended && markets.find((each) => each.market === amended.market);
  return (
    <>
      <AccountTable
        label="Open orders"
        columns={COLUMNS}
        rows={orders}
        error={error}
        nothing="No order is open."
        most={SHOWN_MAX}
      >
        {(order) => (
          <OrderRow
            key={order.order_id}
            order={order}
            onAmend={() => setAmended(order)}
            onExplain={() => onExplain(order.order_id)}
            onDone={onDone}
          />
        )}
      </AccountTable>
      {amended && market && (
        <AmendDialog order={amended} market={market} onDone={onDone} onClose={() => setAmended(null)} />
      )}
    </>
  );
}

/** What an order waits for, or rests at. */
export function priceText(order: Order): string {
  const parts = [
    order.stop_price !== null ? `wakes at ${grouped(order.stop_price)}` : "",
    order.trailing_bps !== null ? `${order.trailing_bps} bp behind` : "",
    order.price !== null ? grouped(order.price) : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : NONE;
}

/** What is asked for, of base or of quote. */
export const sizeText = ({ qty, quote_qty }: Order): string =>
  qty === null ? `for ${shown(quote_qty)}` : grouped(qty);

export function SideCell({ side }: { side: string }) {
  return <td className={side === "buy" ? "up" : "down"}>{side}</td>;
}

function OrderRow({
  order,
  onAmend,
  onExplain,
  onDone,
}: {
  order: Order;
  onAmend: () => void;
  onExplain: () => void;
  onDone: () => void;
}) {
  const { zone } = useSettings();
  const { isBusy, error, run } = useAction(onDone);
  const { order_id, account, client_order_id } = order;
  const cancel = (): void =>
    run(() => send("delete", "/api/v1/orders/{order_id}", { parameter: order_id, query: { account } }));
  return (
    <tr data-order={order_id}>
      <th scope="row">
        {order_id}
        {client_order_id !== null && <span className="note name"> {client_order_id}</span>}
      </th>
      <td>
        <a href={hrefOf("trade", order.market)}>{order.market}</a>
      </td>
      <SideCell side={order.side} />
      <td>
        {typeText(order.type)}{" "}
        <span className="note">
          {order.expires_at === null ? order.time_in_force : `until ${formatDateTime(order.expires_at, zone)}`}
        </span>
        {order.post_only && <span className="note"> post only</span>}
        {order.list_id !== null && <span className="note"> of list {order.list_id}</span>}
      </td>
      <td className="figure">{priceText(order)}</td>
      <td className="figure">{sizeText(order)}</td>
      <td className="figure">
        {grouped(order.filled_qty)}
        {order.avg_price !== null && <span className="note"> at {grouped(order.avg_price)}</span>}
      </td>
      <td className="figure">{order.queue_ahead === null ? NONE : grouped(order.queue_ahead)}</td>
      <td>
        {statusText(order.status)}
        {order.change_pending && <span className="note"> changing</span>}
        {order.reason !== null && <span className="note"> {reasonOf(order.reason)}</span>}
      </td>
      <td>{formatTime(order.created_at, zone)}</td>
      <td>
        <span className="row-actions">
          <button type="button" data-sign="?" aria-label={`Why is order ${order_id} where it is?`} onClick={onExplain}>
            Why?
          </button>
          <button
            type="button"
            data-sign="✎"
            aria-label={`Amend order ${order_id}`}
            disabled={order.change_pending}
            onClick={onAmend}
          >
            Amend
          </button>
          <button
            type="button"
            data-sign="✕"
            aria-label={`Cancel order ${order_id}`}
            disabled={isBusy}
            onClick={cancel}
          >
            Cancel
          </button>
          {error && (
            <span className="down" role="alert">
              {sentence(error)}
            </span>
          )}
        </span>
      </td>
    </tr>
  );
}
