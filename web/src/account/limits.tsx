/** What the account may do at most. The server refuses whatever goes beyond it. */

import { useState, type FormEvent } from "react";
import { useAction } from "../lib/action.ts";
import type { Limits as AccountLimits } from "../lib/api.ts";
import { route, send, usePoll } from "../lib/rest.ts";
import { Wrong } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";

const EVERY_MS = 5_000;

export function Limits({ account }: { account: string }) {
  const { data, refresh } = usePoll(route("/api/v1/risk", undefined, { account }), EVERY_MS);
  // The form begins with what is set, once that is known.
  return data && <LimitsForm account={account} limits={data.limits} onDone={refresh} />;
}

type Name = "max_open_orders" | "price_collar_bps";

const textOf = (limit: number | null | undefined): string => (limit == null ? "" : String(limit));

function LimitsForm({ account, limits, onDone }: { account: string; limits: AccountLimits; onDone: () => void }) {
  const [texts, setTexts] = useState<Record<Name, string>>({
    max_open_orders: textOf(limits.max_open_orders),
    price_collar_bps: textOf(limits.price_collar_bps),
  });
  const { isBusy, error, run } = useAction(onDone);
  const problem = (name: Name): string | undefined =>
    /^\d{0,6}$/.test(texts[name]) ? undefined : "A whole number, or nothing for no limit";
  const limitOf = (name: Name): number | null => (texts[name] === "" ? null : Number(texts[name]));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (problem("max_open_orders") || problem("price_collar_bps")) return;
    // All limits are set together: those that this form does not show stay as they are.
    const body = {
      ...limits,
      max_open_orders: limitOf("max_open_orders"),
      price_collar_bps: limitOf("price_collar_bps"),
    };
    run(() => send("put", "/api/v1/risk/limits", { query: { account }, body }));
  };
  const field = (name: Name, label: string, unit?: string) => (
    <Field
      label={label}
      {...(unit ? { unit } : {})}
      inputMode="numeric"
      placeholder="no limit"
      maxLength={7}
      value={texts[name]}
      problem={problem(name)}
      onChange={(event) => setTexts({ ...texts, [name]: event.target.value.trim() })}
    />
  );
  return (
    <form onSubmit={submit} noValidate aria-label="Limits">
      <h3>Limits</h3>
      <div className="pair-of-fields">
        {field("max_open_orders", "Open orders")}
        {field("price_collar_bps", "Price from mark", "bp")}
      </div>
      <button type="submit" disabled={isBusy}>
        Set limits
      </button>
      <Wrong error={error} />
    </form>
  );
}
