import type { Balance } from "marketd-client";
import { grouped } from "../lib/figures.ts";
import { AccountTable, type Column } from "./table.tsx";

const COLUMNS: readonly Column[] = [
  { name: "Asset" },
  { name: "Free", isFigure: true },
  { name: "Held by orders", isFigure: true },
  { name: "Total", isFigure: true },
];

export function BalancesTable({ balances, error }: { balances: readonly Balance[] | null; error: Error | null }) {
  return (
    <AccountTable
      label="Balances"
      columns={COLUMNS}
      rows={balances}
      error={error}
      nothing="The account is empty: deposit something under Account."
    >
      {({ asset, free, reserved, total }) => (
        <tr key={asset}>
          <th scope="row">{asset}</th>
          <td className="figure">{grouped(free)}</td>
          <td className="figure">{grouped(reserved)}</td>
          <td className="figure strong">{grouped(total)}</td>
        </tr>
      )}
    </AccountTable>
  );
}
