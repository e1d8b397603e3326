/**
 * The dead man's timer: when it is over, all orders of the account are cancelled. While this page holds it, it is set
 * anew again and again, so it runs out only when the page, or its way to the server, is gone.
 */

import { useState, type FormEvent } from "react";
import { useAction } from "../lib/action.ts";
import { route, usePoll } from "../lib/rest.ts";
import { useSettings } from "../lib/settings.ts";
import { formatTime } from "../lib/time.ts";
import { Wrong } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { holdTimer, letGo, setTimer, useHeldTimer } from "./dead-man.ts";

const EVERY_MS = 2_000;
const SECONDS = { least: 5, most: 86_400 };

export function CancelAfter({ account }: { account: string }) {
  const { zone } = useSettings();
  const { data, refresh } = usePoll(route("/api/v1/risk", undefined, { account }), EVERY_MS);
  const [seconds, setSeconds] = useState("60");
  const heldMs = useHeldTimer(account);
  const { isBusy, error, run } = useAction(refresh);

  const isFine = /^\d{1,5}$/.test(seconds) && Number(seconds) >= SECONDS.least && Number(seconds) <= SECONDS.most;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isFine) return;
    const millis = Number(seconds) * 1_000;
    // Held only once it was set: what was refused is not to be tried for ever.
    run(() => setTimer(account, millis).then(() => holdTimer(account, millis)));
  };
  const end = (): void => {
    letGo(account);
    run(() => setTimer(account, 0));
  };
  const until = data?.cancel_after ?? null;
  return (
    <form onSubmit={submit} noValidate aria-label="Cancel when this page is gone">
      <h3>Cancel when this page is gone</h3>
      <Field
        label="After"
        unit="s"
        inputMode="numeric"
        maxLength={5}
        value={seconds}
        problem={isFine ? undefined : `Whole seconds, from ${SECONDS.least} to ${SECONDS.most}`}
        onChange={(event) => setSeconds(event.target.value)}
      />
      <p className="note" role="status">
        {until === null
          ? "No timer is set."
          : `All orders are cancelled at ${formatTime(until, zone)}${heldMs === null ? "." : ", unless this page sets it anew."}`}
      </p>
      <span className="buttons">
        <button type="submit" disabled={isBusy}>
          Set timer
        </button>
        <button type="button" disabled={isBusy || until === null} onClick={end}>
          Take it back
        </button>
      </span>
      <Wrong error={error} />
    </form>
  );
}
