import type { ReactNode } from "react";

export interface Column {
  name: string;
  isFigure?: boolean;
  /** Heads a column of buttons: it needs a name, not one that is seen. */
  isHidden?: boolean;
}

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
  columns: readonly Column[];
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
    <div className="table-scroll fill" tabIndex={0} role="group" aria-label={label}>
      <table className="figures live-figures">
        <thead>
          <tr>
            {columns.map(({ name, isFigure, isHidden }) => (
              <th key={name} scope="col" className={isFigure ? "figure" : undefined}>
                {isHidden ? <span className="visually-hidden">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{rows.map(children)}</tbody>
      </table>
    </div>
  );
}
