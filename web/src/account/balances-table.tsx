import type { Balance } from "marketd-client";
import { grouped } from "../lib/figures.ts";
import { figure } from "../ui/table.tsx";
import { AccountTable } from "./table.tsx";

const COLUMNS = ["Asset", figure("Free"), figure("Held by orders"), figure("Total")];

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
