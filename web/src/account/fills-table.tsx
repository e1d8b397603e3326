import type { Fill } from "marketd-client";
import { grouped } from "../lib/figures.ts";
import { hrefOf } from "../lib/route.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { figure } from "../ui/table.tsx";
import { FILLS_MAX } from "./follow.ts";
import { SideCell } from "./orders-table.tsx";
import { AccountTable } from "./table.tsx";

const COLUMNS = [
  "Time",
  "Market",
  "Side",
  figure("Price"),
  figure("Quantity"),
  figure("Fee"),
  "As",
  figure("Order"),
  { name: "Why", isHidden: true },
];

/** The latest fills, newest first. */
export function FillsTable({
  fills,
  error,
  onExplain,
}: {
  fills: readonly Fill[] | null;
  error: Error | null;
  onExplain: (orderId: number) => void;
}) {
  const { zone } = useSettings();
  return (
    <AccountTable
      label="Fills"
      columns={COLUMNS}
      rows={fills}
      error={error}
      nothing="Nothing has been filled yet."
      most={FILLS_MAX}
    >
      {(fill) => (
        <tr key={fill.fill_id} data-fill={fill.fill_id}>
          <td>{formatDateTime(fill.ts, zone, true)}</td>
          <td>
            <a href={hrefOf("trade", fill.market)}>{fill.market}</a>
          </td>
          <SideCell side={fill.side} />
          <td className="figure">{grouped(fill.price)}</td>
          <td className="figure">{grouped(fill.qty)}</td>
          <td className="figure">
            {grouped(fill.fee)} {fill.fee_asset}
          </td>
          <td>{fill.liquidity}</td>
          <td className="figure">{fill.order_id}</td>
          <td>
            <span className="row-actions">
              <button
                type="button"
                data-sign="?"
                aria-label={`Why was fill ${fill.fill_id} of order ${fill.order_id}?`}
                onClick={() => onExplain(fill.order_id)}
              >
                Why?
              </button>
            </span>
          </td>
        </tr>
      )}
    </AccountTable>
  );
}
