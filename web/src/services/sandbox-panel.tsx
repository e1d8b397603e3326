/** The sandbox exchange: whether it takes orders, what it has done, and how long the disk takes. */

import type { Health, SystemInfo } from "../lib/api.ts";
import { groupedCount, NONE } from "../lib/figures.ts";
import { Panel } from "../ui/panel.tsx";
import { StatusBadge } from "../ui/status.tsx";

const SAYS: Record<string, string> = {
  restoring: "It is reading its journal; orders are refused until it has.",
  store_away: "The store is away: new orders are refused, and nothing that was acknowledged is lost.",
  lost: "Another process has taken the sandbox over.",
  damaged: "Its journal cannot be read.",
};

interface SandboxPanelProps {
  sandbox: NonNullable<Health["sandbox"]>;
  counters: SystemInfo["counters"];
}

export function SandboxPanel({ sandbox, counters }: SandboxPanelProps) {
  const count = (name: string): string =>
    counters[`sandbox_${name}`] === undefined ? NONE : groupedCount(counters[`sandbox_${name}`] ?? 0);
  const millis = (micros: number): string => `${(micros / 1000).toFixed(1)} ms`;
  const commits = counters["sandbox_commits"] ?? 0;
  const commitUs = counters["sandbox_commit_us"] ?? 0;
  const figures: [name: string, figure: string, isBad?: boolean][] = [
    ["Open orders", groupedCount(sandbox.open_orders)],
    ["Markets with orders", groupedCount(sandbox.markets_followed)],
    ["Events", groupedCount(sandbox.seq)],
    ["Events that wait for the store", groupedCount(sandbox.backlog)],
    ["Orders accepted", count("orders_accepted")],
    ["Fills", count("fills")],
    ["Orders that ended unfilled", count("orders_ended")],
    ["Orders refused at the market", count("orders_rejected")],
    ["Requests refused", count("refusals")],
    ["Requests answered again", count("answers_replayed")],
    ["Commits", count("commits")],
    ["Commits that failed", count("commits_failed"), (counters["sandbox_commits_failed"] ?? 0) > 0],
    ["Commit, on average", commits > 0 ? millis(commitUs / commits) : NONE],
    ["Slowest of the last commits", commits > 0 ? millis(counters["sandbox_commit_us_max"] ?? 0) : NONE],
  ];
  return (
    <Panel title="Sandbox">
      <ul className="lines first">
        <li>
          <StatusBadge status={sandbox.actor_alive ? sandbox.state : "restarting"} />{" "}
          <span className="note">{SAYS[sandbox.state] ?? "Orders are taken."}</span>
        </li>
      </ul>
      <dl className="figure-grid">
        {figures.map(([name, figure, isBad]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={isBad ? "down" : undefined}>{figure}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
