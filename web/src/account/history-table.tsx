/** Orders that have ended, newest first, further and further back. */

import { useEffect, useRef } from "react";
import type { Order } from "marketd-client";
import { MoreButton } from "../data/more-button.tsx";
import { usePages, type Paged } from "../data/pages.ts";
import { grouped, shown } from "../lib/figures.ts";
import { behind, route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { figure, Table } from "../ui/table.tsx";
import { priceText, SideCell, sizeText } from "./orders-table.tsx";
import { reasonOf, statusText, typeText } from "./words.ts";

const PAGE = 100;
/** Orders often end together. */
const REFRESH_AFTER_MS = 500;
const COLUMNS = [
  "Order",
  "Market",
  "Side",
  "Type",
  figure("Price"),
  figure("Quantity"),
  figure("Filled"),
  figure("Average price"),
  "Ended",
  "When",
];

/** Asks anew when something has changed, unless somebody has gone back. */
function useRefresh({ items, again }: Paged<unknown>, change: string | null): void {
  const seen = useRef(change);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (change === seen.current || items.length > PAGE) return;
    seen.current = change;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      again();
    }, REFRESH_AFTER_MS);
  }, [change]);
  useEffect(() => () => clearTimeout(timer.current), []);
}

function Newest({ pages }: { pages: Paged<unknown> }) {
  return (
    <button type="button" className="quiet" disabled={pages.isLoading} onClick={pages.again}>
      Newest
    </button>
  );
}

export function HistoryTable({
  account,
  market,
  lastEnded,
  onExplain,
}: {
  account: string;
  market: string | null;
  /** Changes with each order that ends: then the list is old. */
  lastEnded: string | null;
  onExplain: (orderId: number) => void;
}) {
  const { zone } = useSettings();
  const newest = route("/api/v1/orders", undefined, {
    account,
    status: "closed",
    limit: PAGE,
    ...(market === null ? {} : { market }),
  });
  const pages = usePages<Order>(
    `${account} ${market}`,
    newest,
    (_, cursor) => (cursor === null ? null : behind(newest, "cursor", cursor)),
    (held, page) => [...held, ...page],
  );
  useRefresh(pages, lastEnded);
  return (
    <Table
      label="Past orders"
      columns={[...COLUMNS, { name: "Newest", head: <Newest pages={pages} /> }]}
      className="fill"
      end={<MoreButton pages={pages} what="orders" />}
    >
      {pages.items.map((order) => (
        <tr key={order.order_id}>
          <th scope="row">
            {order.order_id}
            {order.client_order_id !== null && <span className="note name"> {order.client_order_id}</span>}
          </th>
          <td>{order.market}</td>
          <SideCell side={order.side} />
          <td>{typeText(order.type)}</td>
          <td className="figure">{priceText(order)}</td>
          <td className="figure">{sizeText(order)}</td>
          <td className="figure">{grouped(order.filled_qty)}</td>
          <td className="figure">{shown(order.avg_price)}</td>
          <td>
            {statusText(order.status)}
            {order.reason !== null && <span className="note"> {reasonOf(order.reason)}</span>}
          </td>
          <td>{formatDateTime(order.updated_at, zone)}</td>
          <td>
            <span className="row-actions">
              <button
                type="button"
                data-sign="?"
                aria-label={`Why did order ${order.order_id} end as it did?`}
                onClick={() => onExplain(order.order_id)}
              >
                Why?
              </button>
            </span>
          </td>
        </tr>
      ))}
    </Table>
  );
}
