/** Orders that have ended, newest first, further and further back. */

import type { Order } from "marketd-client";
import { MoreButton } from "../data/more-button.tsx";
import { usePages } from "../data/pages.ts";
import { grouped, shown } from "../lib/figures.ts";
import { behind, route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { priceText, SideCell, sizeText } from "./orders-table.tsx";
import { reasonOf, statusText, typeText } from "./words.ts";

const PAGE = 100;

export function HistoryTable({
  account,
  market,
  onExplain,
}: {
  account: string;
  market: string | null;
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
  return (
    <div className="table-scroll fill" tabIndex={0} role="group" aria-label="Past orders">
      <table className="figures">
        <thead>
          <tr>
            <th scope="col">Order</th>
            <th scope="col">Market</th>
            <th scope="col">Side</th>
            <th scope="col">Type</th>
            <th scope="col" className="figure">
              Price
            </th>
            <th scope="col" className="figure">
              Quantity
            </th>
            <th scope="col" className="figure">
              Filled
            </th>
            <th scope="col" className="figure">
              Average price
            </th>
            <th scope="col">Ended</th>
            <th scope="col">When</th>
            <th scope="col">
              <button type="button" className="quiet" disabled={pages.isLoading} onClick={pages.again}>
                Newest
              </button>
            </th>
          </tr>
        </thead>
        <tbody>
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
                    aria-label={`Why did order ${order.order_id} end as it did?`}
                    onClick={() => onExplain(order.order_id)}
                  >
                    Why?
                  </button>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton pages={pages} what="orders" />
    </div>
  );
}
