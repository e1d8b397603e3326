/** Whether what is shown is of now. Nothing on any page is, while the connection is lost. */

import { useEffect, useState } from "react";
import { client, useConnection } from "../lib/server.ts";

const PHASES = {
  open: "connected",
  connecting: "connecting",
  waiting: "disconnected",
  closed: "disconnected",
} as const;

/** A heartbeat comes every 5 s: without one for so long, something is wrong already. */
const SILENT_MS = 6_500;

export function ConnectionPill() {
  const { phase } = useConnection();
  const isSilent = useSilence(phase === "open");
  const says = isSilent ? "silent" : PHASES[phase];
  return (
    <span
      className="pill"
      role="status"
      data-connection={says}
      title={isSilent ? "Nothing has come from the server for some seconds: what is shown may be old" : undefined}
    >
      {says}
    </span>
  );
}

/** Whether nothing has come for longer than something should have. */
function useSilence(isOpen: boolean): boolean {
  const [isSilent, setSilent] = useState(false);
  useEffect(() => {
    setSilent(false);
    if (!isOpen) return;
    const timer = setInterval(() => setSilent(client.silentMs > SILENT_MS), 500);
    return () => clearInterval(timer);
  }, [isOpen]);
  return isSilent;
}

export function ConnectionBanner() {
  const state = useConnection();
  // A first connection that is just being made is no news; `attempt` counts those that failed.
  const isNews =
    state.phase === "waiting" || state.phase === "closed" || (state.phase === "connecting" && state.attempt > 0);
  useEffect(() => {
    document.documentElement.dataset["connection"] = isNews ? "lost" : "held";
  }, [isNews]);
  if (!isNews) return null;
  return (
    <div className="banner" role="alert">
      <span>
        <strong>Connection lost.</strong> What is shown is old
        {"why" in state ? `: ${state.why}.` : "."} {state.phase === "connecting" && "Connecting again."}
        {state.phase === "waiting" && <Countdown key={state.attempt} millis={state.pauseMs} />}
      </span>
      {state.phase !== "connecting" && (
        <button type="button" onClick={() => (state.phase === "closed" ? client.connect() : client.connectNow())}>
          Connect now
        </button>
      )}
    </div>
  );
}

function Countdown({ millis }: { millis: number }) {
  const [until] = useState(() => performance.now() + millis);
  const [left, setLeft] = useState(millis);
  useEffect(() => {
    const timer = setInterval(() => setLeft(Math.max(0, until - performance.now())), 250);
    return () => clearInterval(timer);
  }, [until]);
  return <span aria-hidden="true">Next attempt in {Math.ceil(left / 1000)} s.</span>;
}
