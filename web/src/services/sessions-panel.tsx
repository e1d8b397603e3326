/** Who is connected, and how far behind; the furthest first. For administrators. */

import type { SessionInfo } from "../lib/api.ts";
import { counted, groupedCount, NONE } from "../lib/figures.ts";
import { ApiError, route, usePoll } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan } from "../lib/time.ts";
import { OldNote } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";
import { figure, Table } from "../ui/table.tsx";

const EVERY_MS = 2_000;
const SHOWN_MAX = 50;
/** From so much on a session is behind, and not just between two frames. */
const BEHIND_MS = 1_000;

const COLUMNS = [
  "Session",
  "Address",
  "User",
  "Since",
  "Speaks",
  figure("Streams"),
  figure("Behind by"),
  figure("For"),
  figure("Takes nothing for"),
];

const FORMS: Record<string, string> = { json: "JSON", msgpack: "MessagePack", binance: "Binance's" };

/** Milliseconds while they are few. */
const lag = (millis: number): string => (millis < 10_000 ? `${groupedCount(millis)} ms` : formatSpan(millis));

export function SessionsPanel({ open }: { open: number | undefined }) {
  const { data, error } = usePoll(route("/api/v1/sessions", undefined, { limit: SHOWN_MAX }), EVERY_MS);
  const items = data?.items ?? [];
  return (
    <Panel title={`Sessions${open === undefined ? "" : `: ${groupedCount(open)}`}`}>
      <OldNote error={data ? error : null} />
      {data ? (
        <>
          <Table label="Sessions" columns={COLUMNS}>
            {items.map((session) => (
              <SessionRow key={session.session} session={session} />
            ))}
          </Table>
          {items.length === SHOWN_MAX && <p className="note pad">The {SHOWN_MAX} that are furthest behind.</p>}
        </>
      ) : (
        <p className="note pad" role="status">
          {error instanceof ApiError && ["forbidden", "unauthenticated"].includes(error.code)
            ? "Administrators see who is connected."
            : error
              ? `Who is connected could not be found out: ${error.message}.`
              : "Loading …"}
        </p>
      )}
    </Panel>
  );
}

function SessionRow({ session }: { session: SessionInfo }) {
  const { zone } = useSettings();
  const { lag_frames, lag_ms, blocked_ms, snapshots_due } = session;
  const tone = lag_ms >= BEHIND_MS ? "figure down" : "figure";
  return (
    <tr>
      <th scope="row">{session.session}</th>
      <td>{session.address ?? NONE}</td>
      <td>{session.user ?? <span className="note">nobody known</span>}</td>
      <td>{formatDateTime(session.opened_at, zone)}</td>
      <td>
        {FORMS[session.form] ?? session.form}
        {session.compressed && <span className="note"> compressed</span>}
      </td>
      <td className="figure">
        {groupedCount(session.subscriptions)}
        {snapshots_due > 0 && <span className="note"> ({groupedCount(snapshots_due)} wait)</span>}
      </td>
      <td className={tone}>{counted(lag_frames, "frame")}</td>
      <td className={tone}>{lag(lag_ms)}</td>
      <td className={blocked_ms === null ? "figure" : "figure down"}>{blocked_ms === null ? NONE : lag(blocked_ms)}</td>
    </tr>
  );
}
