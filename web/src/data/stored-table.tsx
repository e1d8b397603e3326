/** What the store holds of a market, and since when. */

import { CANDLE_INTERVALS } from "marketd-client";
import { NONE } from "../lib/figures.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan } from "../lib/time.ts";
import { Failure, OldNote, Waiting } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";
import { figure, Table } from "../ui/table.tsx";

const EVERY_MS = 5_000;
const COLUMNS = ["What", "From", "To", figure("Span")];

export function StoredTable({ market }: { market: string }) {
  const { zone } = useSettings();
  const { data, error } = usePoll(route("/api/v1/markets/{market}/history", market), EVERY_MS);
  if (!data) return error ? <Failure what="What is stored" error={error} /> : <Waiting what="what is stored" />;
  const rows = [
    ["Trades", data.trades],
    ...CANDLE_INTERVALS.map((interval) => [`Candles of ${interval}`, data.candles[interval] ?? null] as const),
    ["Changes of the book", data.deltas],
    ["Whole books", data.snapshots],
    ["Changes of status", data.statuses],
    ["Gaps", data.gaps],
  ] as const;
  return (
    <Panel title={`What is stored of ${market}, which is ${data.source}`}>
      <OldNote error={error} />
      <Table label="What is stored" columns={COLUMNS}>
        {rows.map(([what, span]) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td>{span ? formatDateTime(span.first, zone) : "nothing"}</td>
            <td>{span ? formatDateTime(span.last, zone) : NONE}</td>
            <td className="figure">{span ? formatSpan((span.last - span.first) / 1000) : NONE}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
