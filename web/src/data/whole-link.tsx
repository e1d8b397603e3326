import type { Route } from "../lib/rest.ts";
import { groupedCount } from "../lib/figures.ts";
import { fileName } from "./pages.ts";

/** As many rows as the server puts into one file. */
const ROWS_MAX = 10_000;

/** Takes home from the server at once what the page would have to be asked for page by page. */
export function WholeLink({
  market,
  name,
  of,
}: {
  market: string;
  name: string;
  of: (limit: number) => Route<unknown>;
}) {
  return (
    <a
      className="button"
      href={`${of(ROWS_MAX).url}&format=csv`}
      download={fileName(market, name)}
      title="From the server; older ones are behind them, see Before"
    >
      Download {groupedCount(ROWS_MAX)} as CSV
    </a>
  );
}
