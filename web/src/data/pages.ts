/** A list that is read page by page, and taken home as a file. */

import { useCallback, useEffect, useState } from "react";
import { get, type Route } from "../lib/rest.ts";

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

export interface Paged<T> {
  items: T[];
  isLoading: boolean;
  isComplete: boolean;
  error: Error | null;
  more: () => void;
  again: () => void;
}

/**
 * `next` makes the path of the page after those that are held, or says with `null` that there is none. Pages are
 * asked for one at a time; what comes late, after a change of `key`, is let go.
 */
export function usePages<T>(
  key: string,
  first: Route<Page<T>>,
  next: (items: T[], cursor: string | null) => Route<Page<T>> | null,
  join: (held: T[], page: T[]) => T[],
): Paged<T> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{
    items: T[];
    path: Route<Page<T>> | null;
    isLoading: boolean;
    error: Error | null;
  }>({ items: [], path: first, isLoading: false, error: null });
  const [wanted, setWanted] = useState<{ path: Route<Page<T>>; round: number; isFirst: boolean } | null>(null);

  useEffect(() => setState({ items: [], path: first, isLoading: false, error: null }), [key]);
  // What is asked for again stays until there is something newer.
  useEffect(() => setWanted({ path: first, round, isFirst: true }), [key, round]);

  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    setState((held) => ({ ...held, isLoading: true, error: null }));
    get(wanted.path, abort.signal).then(
      ({ data }) =>
        setState((held) => {
          const items = join(wanted.isFirst ? [] : held.items, data.items);
          return {
            items,
            path: data.items.length === 0 ? null : next(items, data.next_cursor ?? null),
            isLoading: false,
            error: null,
          };
        }),
      (error: Error) => {
        if (!abort.signal.aborted) setState((held) => ({ ...held, isLoading: false, error }));
      },
    );
    return () => abort.abort();
  }, [wanted]);

  const { path } = state;
  const more = useCallback(() => {
    if (path !== null) setWanted((held) => ({ path, round: (held?.round ?? 0) + 1, isFirst: false }));
  }, [path]);
  return {
    items: state.items,
    isLoading: state.isLoading,
    isComplete: path === null,
    error: state.error,
    more,
    again: () => setRound((held) => held + 1),
  };
}

const cell = (value: unknown): string => {
  const text = value === null || value === undefined ? "" : String(value);
  // A text that a spreadsheet would take for a formula is none.
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** The rows as CSV, as a file that the browser keeps. */
export function downloadCsv<T extends object>(
  name: string,
  columns: readonly (keyof T & string)[],
  rows: readonly T[],
): void {
  const lines = [columns.join(","), ...rows.map((row) => columns.map((column) => cell(row[column])).join(","))];
  const url = URL.createObjectURL(new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export const fileName = (market: string, what: string): string =>
  `${market.replace(/[^A-Za-z0-9-]+/g, "_")}_${what}.csv`;
