/** Play, pause, step, seek and pace of the replayed recordings. */

import { useId, useState, type FormEvent } from "react";
import type { Replay } from "../lib/api.ts";
import { counted, groupedCount } from "../lib/figures.ts";
import { send } from "../lib/rest.ts";
import { Panel } from "../ui/panel.tsx";
import { useAction } from "../lib/action.ts";

const SPEEDS = ["0.25", "1", "2", "5", "20", "100", "max"];
const JUMP_MS = 30_000;

const clock = (millis: number): string => {
  const seconds = Math.floor(millis / 1000);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return `${minutes}:${String(rest).padStart(2, "0")}`;
};

/** `2:30` or `150` in milliseconds; `null` where it is neither. */
function parseClock(text: string): number | null {
  const found = /^(?:(\d{1,5}):)?(\d{1,6})$/.exec(text.trim());
  return found ? (Number(found[1] ?? 0) * 60 + Number(found[2])) * 1000 : null;
}

export function ReplayBar({ replays, onDone }: { replays: Replay[]; onDone: () => void }) {
  const { isBusy, error, run } = useAction(onDone);
  const [first] = replays;
  if (!first) return null;
  const command = (name: "resume" | "pause" | "step") => (): void => run(() => send("post", `/api/v1/replay/${name}`));
  const seek = (position_ms: number): void =>
    run(() => send("post", "/api/v1/replay/seek", { body: { position_ms: Math.max(0, position_ms) } }));
  const play = (speed: string): void => run(() => send("post", "/api/v1/replay/speed", { body: { speed } }));
  const allPaused = replays.every(({ paused }) => paused);
  const speeds = SPEEDS.includes(first.speed) ? SPEEDS : [first.speed, ...SPEEDS];
  return (
    <Panel title="Recordings">
      <div className="controls">
        {allPaused ? (
          <button type="button" className="primary" disabled={isBusy} onClick={command("resume")}>
            Play
          </button>
        ) : (
          <button type="button" className="primary" disabled={isBusy} onClick={command("pause")}>
            Pause
          </button>
        )}
        <button
          type="button"
          disabled={isBusy || !allPaused}
          onClick={command("step")}
          title="One recorded line; while paused"
        >
          Step
        </button>
        <button type="button" disabled={isBusy} onClick={() => seek(0)}>
          Beginning
        </button>
        <button type="button" disabled={isBusy} onClick={() => seek(first.position_ms - JUMP_MS)}>
          −30 s
        </button>
        <button type="button" disabled={isBusy} onClick={() => seek(first.position_ms + JUMP_MS)}>
          +30 s
        </button>
        <SeekForm isBusy={isBusy} onSeek={seek} />
        <label>
          Speed{" "}
          <select value={first.speed} disabled={isBusy} onChange={(event) => play(event.target.value)}>
            {speeds.map((speed) => (
              <option key={speed} value={speed}>
                {speed === "max" ? "as fast as possible" : `${speed}×`}
              </option>
            ))}
          </select>
        </label>
      </div>
      {error && (
        <p className="refusal" role="alert">
          Not done: {error.message}.
        </p>
      )}
      <ul className="lines">
        {replays.map((replay) => (
          <li key={replay.replay}>
            <b>{replay.markets.join(", ") || replay.replay}</b> at {clock(replay.position_ms)}
            <span className="note">
              {" "}
              · {replay.ended ? "ended" : replay.paused ? "paused" : "plays"} at{" "}
              {replay.speed === "max" ? "full speed" : `${replay.speed}×`} · round {groupedCount(replay.round + 1)} ·{" "}
              {counted(replay.lines, "line")}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function SeekForm({ isBusy, onSeek }: { isBusy: boolean; onSeek: (millis: number) => void }) {
  const id = useId();
  const [text, setText] = useState("");
  const millis = parseClock(text);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (millis !== null) onSeek(millis);
  };
  return (
    <form className="inline" onSubmit={submit}>
      <label htmlFor={id}>Go to</label>
      <input
        id={id}
        type="text"
        inputMode="numeric"
        size={6}
        placeholder="m:ss"
        value={text}
        aria-invalid={text !== "" && millis === null}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" disabled={isBusy || millis === null}>
        Seek
      </button>
    </form>
  );
}
