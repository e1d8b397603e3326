/** A panel around a list that is read page by page: its tools, its table, and the way further. */

import type { ReactNode } from "react";
import { Panel } from "../ui/panel.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { MoreButton } from "./more-button.tsx";
import { downloadCsv, fileName, type Paged } from "./pages.ts";

interface ListPanelProps<T extends object> {
  title: string;
  market: string;
  /** In the plural: what the list is of. */
  what: string;
  columns: readonly (Column | string)[];
  pages: Paged<T>;
  further?: "Older" | "Later";
  /** Columns of the file, and its name without the market's. */
  csv: { columns: readonly (keyof T & string)[]; name: string };
  /** Where the server has more at once than the page shows. */
  whole?: ReactNode;
  /** Begins the list anew. */
  again: { name: string; onClick: () => void };
  tools?: ReactNode;
  children: ReactNode;
}

export function ListPanel<T extends object>({
  title,
  market,
  what,
  columns,
  pages,
  further = "Older",
  csv,
  whole,
  again,
  tools,
  children,
}: ListPanelProps<T>) {
  const all = (
    <>
      {tools}
      <button type="button" disabled={pages.isLoading} onClick={again.onClick}>
        {again.name}
      </button>
      <button
        type="button"
        disabled={pages.items.length === 0}
        onClick={() => downloadCsv(fileName(market, csv.name), csv.columns, pages.items)}
      >
        Download shown as CSV
      </button>
      {whole}
    </>
  );
  return (
    <Panel title={title} tools={all}>
      <Table
        label={what.charAt(0).toUpperCase() + what.slice(1)}
        columns={columns}
        className="tall"
        end={<MoreButton pages={pages} what={what} further={further} />}
      >
        {children}
      </Table>
    </Panel>
  );
}
