/** What this server is: version, limits, counters, and where to read on. */

import { useEffect, useState, type ReactNode } from "react";
import { groupedCount } from "../lib/figures.ts";
import { route, usePoll } from "../lib/rest.ts";
import { client } from "../lib/server.ts";
import { useSettings } from "../lib/settings.ts";
import { formatDateTime, formatSpan, zoneName } from "../lib/time.ts";
import { ConfigPanel } from "../system/config-panel.tsx";
import { KeysPanel } from "../system/keys-panel.tsx";
import { LimitsPanel } from "../system/limits-panel.tsx";
import { LoginPanel } from "../system/login-panel.tsx";
import { Failure, OldNote, Waiting } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { Pairs, TableRegion } from "../ui/table.tsx";

const EVERY_MS = 5_000;

/** What the server's own document says can be looked at by following a link. */
function Interfaces() {
  const [links, setLinks] = useState<[string, string][]>([["/openapi.json", "This document"]]);
  useEffect(() => {
    const abort = new AbortController();
    linksOf(abort.signal).then(setLinks, () => {
      // Without the document the link to it is what there is.
    });
    return () => abort.abort();
  }, []);
  return (
    <Panel title="Interfaces">
      <TableRegion label="Interfaces" className="short">
        <table className="pairs">
          <tbody>
            {links.map(([path, what]) => (
              <tr key={path}>
                <th scope="row">
                  <a href={path}>{path}</a>
                </th>
                <td>{what}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableRegion>
    </Panel>
  );
}

interface ApiDocument {
  paths: Record<string, { get?: { summary?: string; responses: Record<string, unknown> } }>;
}

async function linksOf(signal: AbortSignal): Promise<[string, string][]> {
  const { paths } = (await (await fetch("/openapi.json", { signal })).json()) as ApiDocument;
  const links = Object.entries(paths).flatMap(([path, { get }]): [string, string][] =>
    // Routes with parameters and the WebSocket are nothing to follow.
    get && "200" in get.responses && !path.includes("{") ? [[path, get.summary ?? ""]] : [],
  );
  // What people read before what programs ask for.
  const isApi = ([path]: [string, string]): boolean => path.startsWith("/api/");
  return [...links.filter((link) => !isApi(link)), ...links.filter(isApi)];
}

const countersOf = (counters: Record<string, number>): [string, string][] =>
  Object.entries(counters)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name.replaceAll("_", " "), groupedCount(value)]);

export function SystemPage() {
  const info = usePoll(route("/api/v1/system/info"), EVERY_MS);
  const health = usePoll(route("/health"), EVERY_MS);
  const { zone } = useSettings();
  if (!info.data)
    return info.error ? (
      <Failure what="The server's figures" error={info.error} />
    ) : (
      <Waiting what="the server's figures" />
    );
  const { name, version, uptime_s, markets, hubs, counters } = info.data;
  const offset = client.clockOffsetMs;
  const state: [string, ReactNode][] = health.data
    ? [
        [
          "Health",
          <>
            <StatusBadge status={health.data.status} /> {health.data.ready ? "ready" : "not ready"}
          </>,
        ],
      ]
    : [];
  const rows: [string, ReactNode][] = [
    ...state,
    ["Program", `${name} ${version}`],
    ["Address", location.origin],
    ["Running for", formatSpan(uptime_s * 1000)],
    ["Server's time", `${formatDateTime(info.timestamp, zone)} ${zoneName(zone)}`],
    [
      "This browser's clock",
      offset === null ? "not compared yet" : `${Math.abs(Math.round(offset))} ms ${offset >= 0 ? "behind" : "ahead"}`,
    ],
    ["Markets", groupedCount(markets)],
    ["Workers", groupedCount(hubs)],
    ["Frames on this page", groupedCount(client.framesReceived)],
  ];
  return (
    <div className="page columns">
      <OldNote error={info.error} />
      <Panel title="Server">
        <Pairs rows={rows} />
      </Panel>
      <LoginPanel />
      <Interfaces />
      <KeysPanel />
      <ConfigPanel />
      <LimitsPanel />
      <Panel title="Counters since the start">
        <TableRegion label="Counters" className="tall">
          <Pairs className="counters" rows={countersOf(counters)} />
        </TableRegion>
      </Panel>
    </div>
  );
}
