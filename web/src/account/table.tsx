import type { ReactNode } from "react";
import { Table, type Column } from "../ui/table.tsx";

/** A table of the account: while nothing is known it says so, and when there is nothing as well. */
export function AccountTable<T>({
  label,
  columns,
  rows,
  error,
  nothing,
  children,
}: {
  label: string;
  columns: readonly (Column | string)[];
  rows: readonly T[] | null;
  error: Error | null;
  nothing: string;
  children: (row: T) => ReactNode;
}) {
  if (!rows) {
    return error ? (
      <p className="refusal" role="alert">
        {label} could not be loaded: {error.message}.
      </p>
    ) : (
      <p className="note pad" role="status">
        Loading …
      </p>
    );
  }
  if (rows.length === 0) return <p className="note pad">{nothing}</p>;
  return (
    <Table label={label} columns={columns} className="fill" isLive>
      {rows.map(children)}
    </Table>
  );
}
