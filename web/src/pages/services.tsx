/** What runs: feeds, markets, sessions; and the levers of recordings and of the simulated venue. */

import type { Health, SystemInfo } from "../lib/api.ts";
import { groupedCount, NONE } from "../lib/figures.ts";
import { route, usePoll, type Polled } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan } from "../lib/time.ts";
import { ReplayBar } from "../services/replay-bar.tsx";
import { SimPanel } from "../services/sim-panel.tsx";
import { ActorsPanel } from "../services/actors-panel.tsx";
import { SandboxPanel } from "../services/sandbox-panel.tsx";
import { SessionsPanel } from "../services/sessions-panel.tsx";
import { StorePanel } from "../services/store-panel.tsx";
import { Failure, OldNote, Waiting } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";
import { reasonText, SourceTag, StatusBadge } from "../ui/status.tsx";
import { figure, Table } from "../ui/table.tsx";

const EVERY_MS = 2_000;
const FEEDS = [
  "Feed",
  "Venue",
  "State",
  "Since",
  "Last message",
  figure("Messages"),
  figure("Malformed"),
  figure("Reconnects"),
  "Last error",
  "Source",
];
const MARKETS = ["Market", "Status", "Reason", "Since", figure("Book's age"), "Actor"];

export function ServicesPage() {
  const health = usePoll(route("/health"), EVERY_MS);
  const info = usePoll(route("/api/v1/system/info"), EVERY_MS);
  const replays = usePoll(route("/api/v1/replay"), 1_000);
  const scenarios = usePoll(route("/api/v1/sim"), EVERY_MS);

  if (!health.data)
    return health.error ? (
      <Failure what="The state of the services" error={health.error} />
    ) : (
      <Waiting what="the services" />
    );
  return (
    <div className="page">
      <OldNote error={health.error} />
      {info.data && <Summary health={health.data} info={info.data} />}
      <div className="side-by-side">
        {replays.data && replays.data.items.length > 0 && (
          <ReplayBar replays={replays.data.items} onDone={replays.refresh} />
        )}
        {scenarios.data && scenarios.data.items.length > 0 && (
          <SimPanel scenarios={scenarios.data.items} onDone={scenarios.refresh} />
        )}
      </div>
      <Feeds health={health} />
      <Markets health={health} />
      {health.data.sandbox && info.data && <SandboxPanel sandbox={health.data.sandbox} counters={info.data.counters} />}
      {health.data.store && <StorePanel store={health.data.store} bus={health.data.bus} />}
      <SessionsPanel open={info.data?.counters["sessions_open"]} />
      <ActorsPanel />
    </div>
  );
}

function Summary({ health, info }: { health: Health; info: SystemInfo }) {
  const { counters } = info;
  const count = (name: string): string => (counters[name] === undefined ? NONE : groupedCount(counters[name]));
  const figures: [string, string][] = [
    ["Uptime", formatSpan(info.uptime_s * 1000)],
    ["Sessions", count("sessions_open")],
    ["Subscriptions", count("subscriptions_open")],
    ["Streams", count("streams_open")],
    ["Frames sent", count("frames_sent")],
    ["Snapshots sent", count("snapshots_sent")],
    ["Resumed", count("resumes_recovered")],
    ["Actor restarts", count("actor_restarts")],
    ["Feed reconnects", count("feed_reconnects")],
  ];
  return (
    <section className="tiles" aria-label="Summary">
      <div className="tile">
        <span className="tile-name">Health</span>
        <StatusBadge status={health.status} />
      </div>
      {figures.map(([name, figure]) => (
        <div className="tile" key={name}>
          <span className="tile-name">{name}</span>
          <span className="tile-figure">{figure}</span>
        </div>
      ))}
    </section>
  );
}

function Feeds({ health }: { health: Polled<Health> }) {
  const { zone } = useSettings();
  const feeds = health.data?.feeds ?? [];
  return (
    <Panel title="Feeds">
      <Table label="Feeds" columns={FEEDS}>
        {feeds.map((feed) => (
          <tr key={feed.feed}>
            <th scope="row">{feed.feed}</th>
            <td>{feed.venue}</td>
            <td>
              <StatusBadge status={feed.state} />
            </td>
            <td>{formatDateTime(feed.since, zone)}</td>
            <td>{feed.last_message > 0 ? ago(health.timestamp - feed.last_message) : NONE}</td>
            <td className="figure">{groupedCount(feed.messages)}</td>
            <td className={`figure ${feed.malformed > 0 ? "down" : ""}`}>{groupedCount(feed.malformed)}</td>
            <td className="figure">{groupedCount(feed.reconnects)}</td>
            <td className="wrap">{feed.last_error ?? NONE}</td>
            <td>
              <SourceTag source={feed.source} />
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

const ago = (micros: number): string => (micros < 1_000_000 ? "just now" : `${formatSpan(micros / 1000)} ago`);

function Markets({ health }: { health: Polled<Health> }) {
  const { zone } = useSettings();
  return (
    <Panel title="Markets">
      <Table label="Markets" columns={MARKETS}>
        {(health.data?.markets ?? []).map((market) => (
          <tr key={market.market}>
            <th scope="row">{market.market}</th>
            <td>
              <StatusBadge status={market.status} reason={market.reason} />
            </td>
            <td>{reasonText(market.reason) || NONE}</td>
            <td>{formatDateTime(market.since, zone)}</td>
            <td className="figure">{market.age_ms === null ? NONE : `${groupedCount(market.age_ms)} ms`}</td>
            <td>{market.actor_alive ? "runs" : <span className="down">restarting</span>}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
