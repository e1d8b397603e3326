/** What the server goes by; for administrators only. */

import { NONE } from "../lib/figures.ts";
import { route, usePoll } from "../lib/rest.ts";
import { Panel } from "../ui/panel.tsx";
import { Pairs, TableRegion } from "../ui/table.tsx";

const EVERY_MS = 30_000;

/** `section.key` and its value, as far down as there are sections. */
function lines(value: unknown, name = ""): [string, string][] {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, held]) => lines(held, name === "" ? key : `${name}.${key}`));
  }
  return [[name, typeof value === "string" ? value || NONE : JSON.stringify(value)]];
}

export function ConfigPanel() {
  const { data } = usePoll(route("/api/v1/config"), EVERY_MS);
  if (!data) return null;
  return (
    <Panel title="Configuration">
      <TableRegion label="Configuration" className="tall">
        <Pairs rows={lines(data.config)} />
      </TableRegion>
    </Panel>
  );
}
