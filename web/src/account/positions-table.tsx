import type { AccountPosition } from "marketd-client";
import { grouped, shown, signed, signOf } from "../lib/figures.ts";
import { hrefOf } from "../lib/route.ts";
import { figure } from "../ui/table.tsx";
import { AccountTable } from "./table.tsx";

const COLUMNS = [
  "Market",
  figure("Quantity"),
  figure("Entry price"),
  figure("Mark price"),
  figure("Unrealized"),
  figure("Realized, before fees"),
  figure("Fees"),
];

const tone = (figure: string | null): string => ["down", "", "up"][signOf(figure) + 1] ?? "";

export function PositionsTable({
  positions,
  error,
}: {
  positions: readonly AccountPosition[] | null;
  error: Error | null;
}) {
  return (
    <AccountTable label="Positions" columns={COLUMNS} rows={positions} error={error} nothing="Nothing was traded yet.">
      {({ market, qty, entry_price, mark_price, unrealized_pnl, realized_pnl, fees, quote }) => (
        <tr key={market}>
          <th scope="row">
            <a href={hrefOf("trade", market)}>{market}</a>
          </th>
          <td className={`figure ${tone(qty)}`}>{grouped(qty)}</td>
          <td className="figure">{shown(entry_price)}</td>
          <td className="figure">{shown(mark_price)}</td>
          <td className={`figure ${tone(unrealized_pnl)}`}>{signed(unrealized_pnl, ` ${quote}`)}</td>
          <td className={`figure ${tone(realized_pnl)}`}>{signed(realized_pnl, ` ${quote}`)}</td>
          <td className="figure">
            {grouped(fees)} {quote}
          </td>
        </tr>
      )}
    </AccountTable>
  );
}
