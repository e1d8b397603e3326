/** Holes in what is stored of a market: those in the venue's sequence, and those of our own. */

import type { Market, StoredGap } from "../lib/api.ts";
import { groupedCount, NONE } from "../lib/figures.ts";
import { behind, route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";
import { gapText } from "./gaps.ts";
import { MoreButton } from "./more-button.tsx";
import { downloadCsv, fileName, usePages } from "./pages.ts";

const PAGE = 500;
const COLUMNS = ["since", "until", "kind", "expected", "found", "rows_lost"] as const;

export function GapsTable({ market: { market, counters } }: { market: Market }) {
  const { zone } = useSettings();
  const oldest = route("/api/v1/markets/{market}/gaps", market, { limit: PAGE });
  const pages = usePages<StoredGap>(
    market,
    oldest,
    (_, cursor) => (cursor === null ? null : behind(oldest, "cursor", cursor)),
    (held, page) => [...held, ...page],
  );
  const tools = (
    <>
      <button type="button" disabled={pages.isLoading} onClick={pages.again}>
        Load anew
      </button>
      <button
        type="button"
        disabled={pages.items.length === 0}
        onClick={() => downloadCsv(fileName(market, "gaps"), COLUMNS, pages.items)}
      >
        Download shown as CSV
      </button>
    </>
  );
  return (
    <Panel
      title={`${groupedCount(counters.gaps)} gaps since the market was made, ${groupedCount(counters.resyncs)} resyncs`}
      tools={tools}
    >
      <div className="table-scroll tall" tabIndex={0} role="group" aria-label="Gaps">
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col" className="figure">
                Lasted
              </th>
              <th scope="col">What</th>
              <th scope="col" className="figure">
                Expected
              </th>
              <th scope="col" className="figure">
                Found
              </th>
              <th scope="col" className="figure">
                Rows lost
              </th>
            </tr>
          </thead>
          <tbody>
            {pages.items.map((gap, at) => (
              <tr key={`${gap.since} ${gap.kind} ${at}`}>
                <td>{formatDateTime(gap.since, zone, true)}</td>
                <td>
                  {gap.until === null ? <span className="down">open</span> : formatDateTime(gap.until, zone, true)}
                </td>
                <td className="figure">{gap.until === null ? NONE : formatSpan((gap.until - gap.since) / 1000)}</td>
                <td>{gapText(gap)}</td>
                <td className="figure">{gap.expected ?? NONE}</td>
                <td className="figure">{gap.found ?? NONE}</td>
                <td className="figure">{groupedCount(gap.rows_lost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <MoreButton pages={pages} what="gaps" further="Later" />
      </div>
    </Panel>
  );
}
