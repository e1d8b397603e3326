/** Where rows go, and whether they get there; the bus beside it. */

import type { Health } from "../lib/api.ts";
import { counted, groupedCount, NONE } from "../lib/figures.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { figure, Table } from "../ui/table.tsx";

const COLUMNS = [
  "Rows of",
  figure("Written"),
  figure("Known already"),
  figure("Put into the spool"),
  figure("Refused"),
  figure("Lost"),
  figure("Last batch"),
  figure("Took"),
  figure("Lag"),
];

export function StorePanel({ store, bus }: { store: NonNullable<Health["store"]>; bus: Health["bus"] }) {
  const { zone } = useSettings();
  const since = (micros: number | null | undefined): string =>
    micros ? `, since ${formatDateTime(micros, zone)}` : "";
  const { maintenance } = store;
  const lines: [string, string][] = [
    [
      "Spool",
      store.spooled_rows > 0
        ? `${counted(store.spooled_rows, "row")} in it, ${groupedCount(store.spool_bytes)} bytes`
        : "empty",
    ],
    ["Lost rows", groupedCount(store.lost_rows)],
    ["Lag", `${groupedCount(store.lag_ms)} ms`],
    [
      "Maintenance",
      maintenance
        ? `${formatDateTime(maintenance.at, zone)}${maintenance.error ? `: ${maintenance.error}` : ""}`
        : "none yet",
    ],
  ];
  return (
    <Panel title="Store and bus">
      <ul className="lines first">
        <li>
          <b>Store</b> {store.backend} <StatusBadge status={store.state} />
          <span className="note">
            {store.reason ? ` ${store.reason}` : ""}
            {store.state === "ok" ? "" : since(store.since)}
          </span>
        </li>
        <li>
          <b>Bus</b> {bus.backend} <StatusBadge status={bus.state} />
          {bus.reason && (
            <span className="note">
              {" "}
              {bus.reason}
              {since(bus.since)}
            </span>
          )}
        </li>
        {lines.map(([name, text]) => (
          <li key={name}>
            <b>{name}</b> {text}
          </li>
        ))}
      </ul>
      <Table label="Writers" columns={COLUMNS}>
        {store.writers.map((writer) => (
          <tr key={writer.family}>
            <th scope="row">{writer.family}</th>
            <td className="figure">{groupedCount(writer.rows_written)}</td>
            <td className="figure">{groupedCount(writer.rows_known)}</td>
            <td className="figure">{groupedCount(writer.rows_spooled)}</td>
            <td className={`figure ${writer.rows_refused > 0 ? "down" : ""}`}>{groupedCount(writer.rows_refused)}</td>
            <td className={`figure ${writer.rows_lost > 0 ? "down" : ""}`}>{groupedCount(writer.rows_lost)}</td>
            <td className="figure">{writer.batches > 0 ? counted(writer.last_batch_rows, "row") : NONE}</td>
            <td className="figure">
              {writer.batches > 0 ? `${groupedCount(Math.round(writer.last_write_us / 1000))} ms` : NONE}
            </td>
            <td className="figure">{writer.lag_ms < 1000 ? `${writer.lag_ms} ms` : formatSpan(writer.lag_ms)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
