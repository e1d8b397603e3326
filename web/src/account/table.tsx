import type { ReactNode } from "react";
import { groupedCount } from "../lib/figures.ts";
import { Table, type Column } from "../ui/table.tsx";

/** A table of the account: while nothing is known it says so, and when there is nothing as well. */
export function AccountTable<T>({
  label,
  columns,
  rows,
  error,
  nothing,
  most = Infinity,
  children,
}: {
  label: string;
  columns: readonly (Column | string)[];
  rows: readonly T[] | null;
  error: Error | null;
  nothing: string;
  /** More are not shown, the first of which are. */
  most?: number;
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
  const shown = rows.length > most ? rows.slice(0, most) : rows;
  const end = rows.length >= most && (
    <p className="note pad">
      {rows.length === most
        ? `The latest ${groupedCount(most)}.`
        : `The latest ${groupedCount(most)} of ${groupedCount(rows.length)}.`}
    </p>
  );
  return (
    <Table label={label} columns={columns} className="fill" isLive end={end}>
      {shown.map(children)}
    </Table>
  );
}
