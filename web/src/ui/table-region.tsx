import type { ReactNode } from "react";

/** A table that may be wider than its place, and then scrolls by itself; also by keyboard. */
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
