/** Changes of a market's status, as they were stored, oldest first. */

import type { StoredStatus } from "../lib/api.ts";
import { groupedCount } from "../lib/figures.ts";
import { behind, route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";
import { reasonText, StatusBadge } from "../ui/status.tsx";
import { MoreButton } from "./more-button.tsx";
import { downloadCsv, fileName, usePages } from "./pages.ts";

const PAGE = 500;

export function StatusesTable({ market }: { market: string }) {
  const { zone } = useSettings();
  const oldest = route("/api/v1/markets/{market}/statuses", market, { limit: PAGE });
  const pages = usePages<StoredStatus>(
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
        onClick={() => downloadCsv(fileName(market, "statuses"), ["since", "status", "reason"], pages.items)}
      >
        Download shown as CSV
      </button>
    </>
  );
  return (
    <Panel title={`${groupedCount(pages.items.length)} changes of status`} tools={tools}>
      <div className="table-scroll tall" tabIndex={0} role="group" aria-label="Changes of status">
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">Since</th>
              <th scope="col">Status</th>
              <th scope="col">Reason</th>
              <th scope="col" className="figure">
                Lasted
              </th>
            </tr>
          </thead>
          <tbody>
            {pages.items.map(({ since, status, reason }, at) => {
              const next = pages.items[at + 1];
              return (
                <tr key={`${since} ${status} ${at}`}>
                  <td>{formatDateTime(since, zone, true)}</td>
                  <td>
                    <StatusBadge status={status} reason={reason} />
                  </td>
                  <td>{reasonText(reason)}</td>
                  <td className="figure">{next ? formatSpan((next.since - since) / 1000) : ""}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <MoreButton pages={pages} what="changes of status" further="Later" />
      </div>
    </Panel>
  );
}
