import type { ReactNode } from "react";

export interface Column {
  readonly name: string;
  readonly isFigure?: boolean;
  /** Heads a column of buttons: it needs a name, not one that is seen. */
  readonly isHidden?: boolean;
  /** Stands in the head instead of the name. */
  readonly head?: ReactNode;
  readonly sort?: "ascending" | "descending" | undefined;
}

/** A column of figures, which stand below each other digit by digit. */
export const figure = (name: string): Column => ({ name, isFigure: true });

interface TableProps {
  label: string;
  columns: readonly (Column | string)[];
  /** How much room it takes: `fill`, `tall` or `short`, and then it scrolls. */
  className?: string;
  /** Whether what it shows is of now, and is old when the connection is lost. */
  isLive?: boolean;
  /** Stands below the rows and scrolls with them. */
  end?: ReactNode;
  /** The rows. */
  children: ReactNode;
}

export function Table({ label, columns, className = "", isLive = false, end, children }: TableProps) {
  return (
    <TableRegion label={label} className={className}>
      <table className={isLive ? "figures live-figures" : "figures"}>
        <thead>
          <tr>
            {columns.map((column) => {
              const { name, isFigure, isHidden, head, sort }: Column =
                typeof column === "string" ? { name: column } : column;
              return (
                <th key={name} scope="col" className={isFigure ? "figure" : undefined} aria-sort={sort}>
                  {head ?? (isHidden ? <span className="visually-hidden">{name}</span> : name)}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {end}
    </TableRegion>
  );
}

/** Names and what belongs to them. */
export function Pairs({
  rows,
  className = "",
}: {
  rows: readonly (readonly [string, ReactNode])[];
  className?: string;
}) {
  return (
    <table className={`pairs ${className}`}>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What may be wider or higher than its place, and then scrolls by itself; also by keyboard. */
export function TableRegion({
  label,
  className = "",
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <div className={`table-scroll ${className}`} tabIndex={0} role="group" aria-label={label}>
      {children}
    </div>
  );
}
