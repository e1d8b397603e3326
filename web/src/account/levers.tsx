/** What ends things at once: all orders, or all trading of an account. */

import { useState } from "react";
import { useAction } from "../lib/action.ts";
import type { Account } from "../lib/api.ts";
import { counted } from "../lib/figures.ts";
import { send } from "../lib/rest.ts";
import { Confirm, sentence } from "../ui/dialog.tsx";

export function CancelAll({
  account,
  market,
  count,
  onDone,
}: {
  account: string;
  /** `null` for all markets. */
  market: string | null;
  count: number;
  onDone: () => void;
}) {
  const [isAsked, setAsked] = useState(false);
  const { isBusy, error, run } = useAction(() => {
    onDone();
    setAsked(false);
  });
  const cancel = (): void =>
    run(() => send("delete", "/api/v1/orders", { query: { account, ...(market === null ? {} : { market }) } }));
  return (
    <>
      <button type="button" disabled={count === 0} onClick={() => setAsked(true)}>
        Cancel all
      </button>
      {isAsked && (
        <Confirm
          title="Cancel all orders?"
          action={`Cancel ${counted(count, "order")}`}
          isBusy={isBusy}
          error={error}
          onConfirm={cancel}
          onClose={() => setAsked(false)}
        >
          <p>
            Every open order of {account} {market === null ? "in all markets" : `in ${market}`} is cancelled.
          </p>
        </Confirm>
      )}
    </>
  );
}

export function KillSwitch({ account, onDone }: { account: Account; onDone: () => void }) {
  const [isAsked, setAsked] = useState(false);
  const { isBusy, error, run } = useAction(() => {
    onDone();
    setAsked(false);
  });
  const turn = (on: boolean): void =>
    run(() => send("post", "/api/v1/risk/kill", { body: { account: account.account, on, global: false } }));
  if (account.kill_switch) {
    return (
      <>
        {error && (
          <span className="down" role="alert">
            {sentence(error)}
          </span>
        )}
        <button type="button" className="danger" aria-pressed="true" disabled={isBusy} onClick={() => turn(false)}>
          Kill switch is on: take it back
        </button>
      </>
    );
  }
  return (
    <>
      <button type="button" className="danger" aria-pressed="false" onClick={() => setAsked(true)}>
        Kill switch
      </button>
      {isAsked && (
        <Confirm
          title="Turn the kill switch on?"
          action="Turn it on"
          isBusy={isBusy}
          error={error}
          onConfirm={() => turn(true)}
          onClose={() => setAsked(false)}
        >
          <p>
            All open orders of {account.account} are cancelled, and new ones are refused until the switch is taken back.
          </p>
        </Confirm>
      )}
    </>
  );
}
