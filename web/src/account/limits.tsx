/** What the account may do at most. The server refuses whatever goes beyond it. */

import { useState, type FormEvent } from "react";
import { useAction } from "../lib/action.ts";
import type { Limits as AccountLimits, Market } from "../lib/api.ts";
import { route, send, usePoll } from "../lib/rest.ts";
import { Wrong } from "../ui/dialog.tsx";
import { DecimalField } from "../ui/field.tsx";

const EVERY_MS = 5_000;

export function Limits({ account, market }: { account: string; market: Market }) {
  const { data, refresh } = usePoll(route("/api/v1/risk", undefined, { account }), EVERY_MS);
  // The form begins with what is set, once that is known.
  return (
    data && <LimitsForm key={market.market} account={account} market={market} limits={data.limits} onDone={refresh} />
  );
}

const NAMES = [
  "max_open_orders",
  "price_collar_bps",
  "max_order_qty",
  "max_position",
  "max_order_notional",
  "max_daily_loss",
] as const;
type Name = (typeof NAMES)[number];
type Texts = Record<Name, string>;

const isCount = (name: Name): boolean => name === "max_open_orders" || name === "price_collar_bps";

function problemOf(name: Name, text: string): string | undefined {
  if (text === "") return undefined;
  if (isCount(name)) return /^\d{1,6}$/.test(text) ? undefined : "A whole number, or nothing for no limit";
  return /^\d{1,18}(\.\d{1,18})?$/.test(text) ? undefined : "A number, or nothing for no limit";
}

/** The account's limits as the form holds them: those of the market that is shown, and of its quote. */
function textsOf(limits: AccountLimits, market: Market): Texts {
  const text = (limit: string | number | null | undefined): string => (limit == null ? "" : String(limit));
  const ofMarket = limits.markets.find((each) => each.market === market.market);
  const ofQuote = limits.assets.find(({ asset }) => asset === market.quote);
  return {
    max_open_orders: text(limits.max_open_orders),
    price_collar_bps: text(limits.price_collar_bps),
    max_order_qty: text(ofMarket?.max_order_qty),
    max_position: text(ofMarket?.max_position),
    max_order_notional: text(ofQuote?.max_order_notional),
    max_daily_loss: text(ofQuote?.max_daily_loss),
  };
}

/** All limits are set together: those that the form does not show stay as they are. */
function bodyOf(limits: AccountLimits, market: Market, texts: Texts): AccountLimits {
  const decimal = (name: Name): string | null => texts[name] || null;
  const count = (name: Name): number | null => (texts[name] === "" ? null : Number(texts[name]));
  const ofMarket = {
    market: market.market,
    max_order_qty: decimal("max_order_qty"),
    max_position: decimal("max_position"),
  };
  const ofQuote = {
    asset: market.quote,
    max_order_notional: decimal("max_order_notional"),
    max_daily_loss: decimal("max_daily_loss"),
  };
  return {
    ...limits,
    max_open_orders: count("max_open_orders"),
    price_collar_bps: count("price_collar_bps"),
    markets: [...limits.markets.filter((each) => each.market !== market.market), ofMarket].filter(
      ({ max_order_qty, max_position }) => max_order_qty !== null || max_position !== null,
    ),
    assets: [...limits.assets.filter(({ asset }) => asset !== market.quote), ofQuote].filter(
      ({ max_order_notional, max_daily_loss }) => max_order_notional !== null || max_daily_loss !== null,
    ),
  };
}

interface LimitsFormProps {
  account: string;
  market: Market;
  limits: AccountLimits;
  onDone: () => void;
}

function LimitsForm({ account, market, limits, onDone }: LimitsFormProps) {
  const [texts, setTexts] = useState(() => textsOf(limits, market));
  const { isBusy, error, run } = useAction(onDone);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (NAMES.some((name) => problemOf(name, texts[name]))) return;
    run(() => send("put", "/api/v1/risk/limits", { query: { account }, body: bodyOf(limits, market, texts) }));
  };
  const field = (name: Name, label: string, unit?: string) => (
    <DecimalField
      label={label}
      {...(unit ? { unit } : {})}
      placeholder="none"
      value={texts[name]}
      problem={problemOf(name, texts[name])}
      onText={(text) => setTexts({ ...texts, [name]: text })}
    />
  );
  return (
    <form onSubmit={submit} noValidate aria-label="Limits" className="wide">
      <h3>Limits</h3>
      <div className="fields">
        {field("max_open_orders", "Open orders")}
        {field("price_collar_bps", "Price from mark", "bp")}
        {field("max_order_qty", "Size of an order", market.base)}
        {field("max_position", "Position", market.base)}
        {field("max_order_notional", "Worth of an order", market.quote)}
        {field("max_daily_loss", "Loss of a day", market.quote)}
      </div>
      <button type="submit" disabled={isBusy}>
        Set limits
      </button>
      <Wrong error={error} />
    </form>
  );
}
