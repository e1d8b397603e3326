/** What one may do how often, whoever one is. */

import type { ServerLimits } from "../lib/api.ts";
import { groupedCount } from "../lib/figures.ts";
import { route, usePoll } from "../lib/rest.ts";
import { OldNote } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";
import { Pairs } from "../ui/table.tsx";

const EVERY_MS = 10_000;

/** Zero stands for any number. */
const most = (count: number, unit = ""): string => (count === 0 ? "any number" : `${groupedCount(count)}${unit}`);

const rate = ({ per_second, burst }: ServerLimits["address"]): string =>
  per_second === 0 ? "any number" : `${groupedCount(per_second)} a second, ${groupedCount(burst)} at once`;

export function LimitsPanel() {
  const { data, error } = usePoll(route("/api/v1/limits"), EVERY_MS);
  if (!data) return null;
  const { session } = data;
  const rows: [string, string][] = [
    ["Requests of an address", rate(data.address)],
    ["Requests of a user", rate(data.user)],
    ["Tries to log in", most(data.logins_per_minute, " a minute")],
    ["Body of a request", `${groupedCount(data.body_bytes)} bytes`],
    ["A signature is good for", `${groupedCount(data.signature_window_ms)} ms`],
    ["WebSockets of an address", most(session.connections_per_ip ?? 0)],
    ["Streams of a WebSocket", groupedCount(session.subscriptions)],
    ["Markets of a request", groupedCount(session.markets_per_request)],
    ["A message", `${groupedCount(session.message_bytes)} bytes`],
    ["Messages", `${groupedCount(session.messages_per_second)} a second`],
    ["Pings", `${groupedCount(session.pings_per_second)} a second`],
    ["Refused messages", `${groupedCount(session.refusals_per_minute)} a minute`],
  ];
  return (
    <Panel title="Limits">
      <OldNote error={error} />
      <Pairs rows={rows} />
    </Panel>
  );
}
