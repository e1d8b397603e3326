/** What the server watches and starts again when it dies. For administrators. */

import { useState } from "react";
import { groupedCount } from "../lib/figures.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime } from "../lib/time.ts";
import { Panel } from "../ui/panel.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { figure, Table } from "../ui/table.tsx";

const EVERY_MS = 5_000;
const COLUMNS = ["Actor", "State", "Since", figure("Restarts")];

export function ActorsPanel() {
  const { zone } = useSettings();
  const { data } = usePoll(route("/api/v1/actors"), EVERY_MS);
  const [isOnlyRestarted, setOnlyRestarted] = useState(false);
  if (!data) return null;
  const restarted = data.items.filter(({ alive, restarts }) => !alive || restarts > 0);
  const shown = isOnlyRestarted ? restarted : data.items;
  return (
    <Panel
      title={`Actors: ${groupedCount(data.items.length)}, ${groupedCount(restarted.length)} started again`}
      tools={
        <label className="check">
          <input
            type="checkbox"
            checked={isOnlyRestarted}
            onChange={(event) => setOnlyRestarted(event.target.checked)}
          />
          Only those
        </label>
      }
    >
      {shown.length === 0 ? (
        <p className="note pad">No actor has died since the start.</p>
      ) : (
        <Table label="Actors" columns={COLUMNS} className="short">
          {shown.map(({ actor, alive, since, restarts }) => (
            <tr key={actor}>
              <th scope="row">{actor}</th>
              <td>
                <StatusBadge status={alive ? "runs" : "restarting"} />
              </td>
              <td>{formatDateTime(since, zone)}</td>
              <td className={`figure ${restarts > 0 ? "down" : ""}`}>{groupedCount(restarts)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
