/** The account itself: deposits, a fresh start, fees, another account, and the timer that cancels everything. */

import { useState, type FormEvent } from "react";
import type { Balance } from "marketd-client";
import { useAction } from "../lib/action.ts";
import type { Account, Market } from "../lib/api.ts";
import { counted } from "../lib/figures.ts";
import { send } from "../lib/rest.ts";
import { change } from "../lib/settings.ts";
import { Confirm, Wrong } from "../ui/dialog.tsx";
import { DecimalField, Field } from "../ui/field.tsx";
import { CancelAfter } from "./cancel-after.tsx";
import { Limits } from "./limits.tsx";

interface ControlsProps {
  account: Account;
  market: Market;
  balances: readonly Balance[];
  onDone: () => void;
}

export function AccountControls({ account, market, balances, onDone }: ControlsProps) {
  return (
    <div className="controls-grid" tabIndex={0} role="group" aria-label="Settings of the account">
      <Deposit account={account} balances={balances} onDone={onDone} />
      <Fees account={account} onDone={onDone} />
      <CancelAfter account={account.account} />
      <Limits account={account.account} market={market} />
      <NewAccount account={account} onDone={onDone} />
      <Reset account={account} onDone={onDone} />
    </div>
  );
}

const DECIMAL = /^\d+(\.\d+)?$/;

function Deposit({ account, balances, onDone }: Omit<ControlsProps, "market">) {
  const [asset, setAsset] = useState("");
  const [amount, setAmount] = useState("");
  const [isTried, setTried] = useState(false);
  const { isBusy, error, run } = useAction(() => {
    setAmount("");
    setTried(false);
    onDone();
  });
  const problems = {
    asset: asset === "" ? "Which asset?" : undefined,
    amount: DECIMAL.test(amount) && /[1-9]/.test(amount) ? undefined : "An amount is a number above zero",
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (problems.asset || problems.amount) return;
    run(() =>
      send("post", "/api/v1/accounts/{account}/deposits", { parameter: account.account, body: { asset, amount } }),
    );
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Deposit">
      <h3>Deposit</h3>
      <div className="pair-of-fields">
        <Field
          label="Asset"
          list="assets"
          maxLength={20}
          value={asset}
          problem={isTried ? problems.asset : undefined}
          onChange={(event) => setAsset(event.target.value.trim().toUpperCase())}
        />
        <DecimalField
          label="Amount"
          value={amount}
          problem={isTried ? problems.amount : undefined}
          onText={setAmount}
        />
      </div>
      <datalist id="assets">
        {balances.map((balance) => (
          <option key={balance.asset} value={balance.asset} />
        ))}
      </datalist>
      <button type="submit" disabled={isBusy}>
        Deposit
      </button>
      <Wrong error={error} />
    </form>
  );
}

const RATE = /^-?\d(\.\d{1,6})?$/;

function Fees({ account, onDone }: { account: Account; onDone: () => void }) {
  const [maker, setMaker] = useState(account.fees.maker);
  const [taker, setTaker] = useState(account.fees.taker);
  const { isBusy, error, run } = useAction(onDone);
  const problem = (rate: string): string | undefined =>
    RATE.test(rate) ? undefined : "A share, for example 0.001 for 0.1 %";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (problem(maker) || problem(taker)) return;
    run(() =>
      send("patch", "/api/v1/accounts/{account}", {
        parameter: account.account,
        body: { maker_fee: maker, taker_fee: taker },
      }),
    );
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Fees">
      <h3>Fees, in {account.fees.fee_in === "received" ? "what is received" : "quote"}</h3>
      <div className="pair-of-fields">
        <DecimalField label="Makers" value={maker} problem={problem(maker)} onText={setMaker} />
        <DecimalField label="Takers" value={taker} problem={problem(taker)} onText={setTaker} />
      </div>
      <button type="submit" disabled={isBusy || (maker === account.fees.maker && taker === account.fees.taker)}>
        Set fees
      </button>
      <Wrong error={error} />
    </form>
  );
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

function NewAccount({ account, onDone }: { account: Account; onDone: () => void }) {
  const [name, setName] = useState("");
  const [isClone, setClone] = useState(false);
  const [isTried, setTried] = useState(false);
  const { isBusy, error, run } = useAction(() => {
    change({ account: name });
    setName("");
    setTried(false);
    onDone();
  });
  const problem = NAME.test(name) ? undefined : "A letter, then up to 31 of A-Z a-z 0-9 _ -";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (problem) return;
    run(() =>
      send("post", "/api/v1/accounts", { body: { account: name, ...(isClone ? { clone_of: account.account } : {}) } }),
    );
  };
  return (
    <form onSubmit={submit} noValidate aria-label="New account">
      <h3>New account</h3>
      <Field
        label="Name"
        maxLength={80}
        value={name}
        problem={isTried ? problem : undefined}
        onChange={(event) => setName(event.target.value)}
      />
      <label className="check">
        <input type="checkbox" checked={isClone} onChange={(event) => setClone(event.target.checked)} />
        With all that {account.account} has
      </label>
      <button type="submit" disabled={isBusy}>
        Open it
      </button>
      <Wrong error={error} />
    </form>
  );
}

function Reset({ account, onDone }: { account: Account; onDone: () => void }) {
  const [isAsked, setAsked] = useState(false);
  const { isBusy, error, run } = useAction(() => {
    onDone();
    setAsked(false);
  });
  const reset = (): void =>
    run(() => send("post", "/api/v1/accounts/{account}/reset", { parameter: account.account, body: {} }));
  return (
    <div>
      <h3>Start anew</h3>
      <p className="note">
        {account.account} is in its version {account.version}. A reset opens the next one, with what a new account
        begins with.
      </p>
      <button type="button" className="danger" disabled={account.open_orders > 0} onClick={() => setAsked(true)}>
        Reset account
      </button>
      {account.open_orders > 0 && (
        <p className="note">Not while {counted(account.open_orders, "order")} of it can still fill.</p>
      )}
      {isAsked && (
        <Confirm
          title={`Reset ${account.account}?`}
          action="Reset it"
          isBusy={isBusy}
          error={error}
          onConfirm={reset}
          onClose={() => setAsked(false)}
        >
          <p>Its balances and positions are closed for good, and it begins again as a new account does.</p>
        </Confirm>
      )}
    </div>
  );
}
