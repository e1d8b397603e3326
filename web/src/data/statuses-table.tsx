/** Changes of a market's status, as they were stored, oldest first. */

import { useState } from "react";
import type { StoredStatus } from "../lib/api.ts";
import { counted } from "../lib/figures.ts";
import { behind, route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan } from "../lib/time.ts";
import { reasonText, StatusBadge } from "../ui/status.tsx";
import { figure } from "../ui/table.tsx";
import { ListPanel } from "./list-panel.tsx";
import { MomentField } from "./moment-field.tsx";
import { usePages } from "./pages.ts";

const PAGE = 500;
const COLUMNS = ["Since", "Status", "Reason", figure("Lasted")];

export function StatusesTable({ market }: { market: string }) {
  const { zone } = useSettings();
  const [start, setStart] = useState<number | null>(null);
  const oldest = route("/api/v1/markets/{market}/statuses", market, {
    limit: PAGE,
    ...(start === null ? {} : { start }),
  });
  const pages = usePages<StoredStatus>(
    `${market} ${start}`,
    oldest,
    (_, cursor) => (cursor === null ? null : behind(oldest, "cursor", cursor)),
    (held, page) => [...held, ...page],
  );
  return (
    <ListPanel
      title={`${counted(pages.items.length, "change")} of status`}
      market={market}
      what="changes of status"
      columns={COLUMNS}
      pages={pages}
      further="Later"
      csv={{ columns: ["since", "status", "reason"], name: "statuses" }}
      again={{ name: "Load anew", onClick: pages.again }}
      tools={<MomentField name="From" value={start} onChange={setStart} />}
    >
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
    </ListPanel>
  );
}
