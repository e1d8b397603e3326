/** Holes in the venue's sequence. */

import type { Market } from "../lib/api.ts";
import { groupedCount } from "../lib/figures.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";

export function GapsTable({ market }: { market: Market }) {
  const { zone } = useSettings();
  const { counters, gaps } = market;
  return (
    <Panel
      title={`${groupedCount(counters.gaps)} gaps since the market was made, ${groupedCount(counters.resyncs)} resyncs`}
    >
      {gaps.length === 0 ? (
        <p className="empty-page">No message of the venue's book was missed.</p>
      ) : (
        <div className="table-scroll" tabIndex={0} role="group" aria-label="Gaps">
          <table className="figures">
            <thead>
              <tr>
                <th scope="col">Noticed</th>
                <th scope="col" className="figure">
                  Expected
                </th>
                <th scope="col" className="figure">
                  Found
                </th>
                <th scope="col">Closed</th>
                <th scope="col" className="figure">
                  Lasted
                </th>
              </tr>
            </thead>
            <tbody>
              {[...gaps].reverse().map((gap) => (
                <tr key={`${gap.detected_at} ${gap.expected}`}>
                  <td>{formatDateTime(gap.detected_at, zone, true)}</td>
                  <td className="figure">{gap.expected}</td>
                  <td className="figure">{gap.found}</td>
                  <td>
                    {gap.closed_at === null ? (
                      <span className="down">open</span>
                    ) : (
                      formatDateTime(gap.closed_at, zone, true)
                    )}
                  </td>
                  <td className="figure">
                    {gap.closed_at === null ? "–" : formatSpan((gap.closed_at - gap.detected_at) / 1000)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
