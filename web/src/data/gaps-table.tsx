/** Holes in what is stored of a market: those in the venue's sequence, and those of our own. */

import { useState } from "react";
import type { Market, StoredGap } from "../lib/api.ts";
import { counted, groupedCount, NONE } from "../lib/figures.ts";
import { behind, route } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan } from "../lib/time.ts";
import { figure } from "../ui/table.tsx";
import { gapText } from "./gaps.ts";
import { ListPanel } from "./list-panel.tsx";
import { MomentField } from "./moment-field.tsx";
import { usePages } from "./pages.ts";

const PAGE = 500;
const COLUMNS = ["From", "To", figure("Lasted"), "What", figure("Expected"), figure("Found"), figure("Rows lost")];
const CSV = ["since", "until", "kind", "expected", "found", "rows_lost"] as const;

export function GapsTable({ market: { market, counters } }: { market: Market }) {
  const { zone } = useSettings();
  const [start, setStart] = useState<number | null>(null);
  const oldest = route("/api/v1/markets/{market}/gaps", market, { limit: PAGE, ...(start === null ? {} : { start }) });
  const pages = usePages<StoredGap>(
    `${market} ${start}`,
    oldest,
    (_, cursor) => (cursor === null ? null : behind(oldest, "cursor", cursor)),
    (held, page) => [...held, ...page],
  );
  return (
    <ListPanel
      title={`${counted(counters.gaps, "gap")} since the market was made, ${counted(counters.resyncs, "resync")}`}
      market={market}
      what="gaps"
      columns={COLUMNS}
      pages={pages}
      further="Later"
      csv={{ columns: CSV, name: "gaps" }}
      again={{ name: "Load anew", onClick: pages.again }}
      tools={<MomentField name="From" value={start} onChange={setStart} />}
    >
      {pages.items.map((gap, at) => (
        <tr key={`${gap.since} ${gap.kind} ${at}`}>
          <td>{formatDateTime(gap.since, zone, true)}</td>
          <td>{gap.until === null ? <span className="down">open</span> : formatDateTime(gap.until, zone, true)}</td>
          <td className="figure">{gap.until === null ? NONE : formatSpan((gap.until - gap.since) / 1000)}</td>
          <td>{gapText(gap)}</td>
          <td className="figure">{gap.expected ?? NONE}</td>
          <td className="figure">{gap.found ?? NONE}</td>
          <td className="figure">{groupedCount(gap.rows_lost)}</td>
        </tr>
      ))}
    </ListPanel>
  );
}
