/**
 * An order before it is sent: which fields its type takes, what of it the server would refuse, what it would cost.
 * The rules are those of the server (docs/sandbox.md), so that a form can tell early; the server decides.
 * All figures are decimals as text, and arithmetic on them is on whole numbers.
 */

import type { components } from "./generated/rest.ts";
import { formatUnits, parseDecimal } from "./decimal.ts";

type Schemas = components["schemas"];

export type Side = "buy" | "sell";
export type OrderType = Schemas["OrderTypeName"];
export type TimeInForce = Schemas["TimeInForceName"];
export type OrderFields = Schemas["OrderFields"];
export type ListFields = Schemas["ListFields"];

export const ORDER_TYPES: readonly OrderType[] = [
  "limit",
  "market",
  "stop",
  "stop_limit",
  "take_profit",
  "take_profit_limit",
  "trailing_stop",
];

/** What a form holds: of every field its text, whether or not the chosen type takes it. */
export interface OrderDraft {
  readonly side: Side;
  readonly type: OrderType;
  readonly time_in_force: TimeInForce;
  /** Microseconds UTC. */
  readonly expires_at: number | null;
  readonly qty: string;
  /** Of a market order: quote instead of base. */
  readonly quote_qty: string;
  readonly price: string;
  readonly stop_price: string;
  readonly trailing_bps: string;
  readonly trigger_by: Schemas["TriggerByName"];
  readonly display_qty: string;
  readonly post_only: boolean;
  readonly self_trade_prevention: Schemas["SelfTradePreventionName"];
  readonly client_order_id: string;
  /** Once it has filled: the price at which to take profit, and the one at which to stop the loss. */
  readonly take_profit: string;
  readonly stop_loss: string;
  /** Beside a limit order: the price at which the same is done as a stop. What comes first cancels the other. */
  readonly or_stop: string;
}

export type DraftField = keyof OrderDraft;

export const EMPTY_DRAFT: OrderDraft = {
  side: "buy",
  type: "limit",
  time_in_force: "gtc",
  expires_at: null,
  qty: "",
  quote_qty: "",
  price: "",
  stop_price: "",
  trailing_bps: "",
  trigger_by: "last",
  display_qty: "",
  post_only: false,
  self_trade_prevention: "expire_taker",
  client_order_id: "",
  take_profit: "",
  stop_loss: "",
  or_stop: "",
};

/** What a market asks of orders; null where its venue has no such rule, or none that is known. */
export interface MarketRules {
  readonly market: string;
  readonly base: string;
  readonly quote: string;
  readonly price_decimals: number;
  readonly qty_decimals: number;
  readonly tick_size: string | null;
  readonly lot_size: string | null;
  readonly min_notional: string | null;
}

const NEEDS_PRICE: readonly OrderType[] = ["limit", "stop_limit", "take_profit_limit"];
const NEEDS_STOP: readonly OrderType[] = ["stop", "stop_limit", "take_profit", "take_profit_limit"];

export const hasLimit = (type: OrderType): boolean => NEEDS_PRICE.includes(type);
export const waitsForPrice = (type: OrderType): boolean => NEEDS_STOP.includes(type) || type === "trailing_stop";

/** The times in force that a type takes, its usual one first. */
export function timesInForce(type: OrderType): readonly TimeInForce[] {
  if (type === "market") return ["ioc", "fok"];
  return hasLimit(type) ? ["gtc", "ioc", "fok", "gtd"] : ["gtc", "gtd"];
}

const mayRest = ({ type, time_in_force }: OrderDraft): boolean =>
  hasLimit(type) && (time_in_force === "gtc" || time_in_force === "gtd");

/** Whether the type, with the draft's time in force, takes the field. */
export function takes(draft: OrderDraft, field: DraftField): boolean {
  switch (field) {
    case "price":
      return hasLimit(draft.type);
    case "stop_price":
      return NEEDS_STOP.includes(draft.type);
    case "trailing_bps":
      return draft.type === "trailing_stop";
    case "trigger_by":
      return waitsForPrice(draft.type);
    case "expires_at":
      return draft.time_in_force === "gtd";
    case "quote_qty":
      return draft.type === "market";
    case "post_only":
      return draft.type === "limit" && mayRest(draft);
    case "display_qty":
      return mayRest(draft);
    case "take_profit":
    case "stop_loss":
      return (
        (draft.type === "limit" || draft.type === "market") &&
        draft.time_in_force !== "fok" &&
        !isByQuote(draft) &&
        draft.or_stop === ""
      );
    case "or_stop":
      return draft.type === "limit" && mayRest(draft) && draft.take_profit === "" && draft.stop_loss === "";
    default:
      return true;
  }
}

const isByQuote = (draft: OrderDraft): boolean => draft.type === "market" && draft.quote_qty !== "";

/** The draft as the server takes it: only what its type has a use for, and only what is not the default anyway. */
export function fieldsOf(draft: OrderDraft, market: string): OrderFields {
  const text = (field: "price" | "stop_price" | "display_qty" | "client_order_id" | "qty" | "quote_qty") =>
    draft[field] !== "" && takes(draft, field) ? { [field]: draft[field] } : {};
  return {
    market,
    side: draft.side,
    type: draft.type,
    time_in_force: draft.time_in_force,
    ...(draft.expires_at !== null && takes(draft, "expires_at") ? { expires_at: draft.expires_at } : {}),
    ...text(isByQuote(draft) ? "quote_qty" : "qty"),
    ...text("price"),
    ...text("stop_price"),
    ...(takes(draft, "trailing_bps") ? { trailing_bps: Number(draft.trailing_bps) } : {}),
    ...(takes(draft, "trigger_by") ? { trigger_by: draft.trigger_by } : {}),
    ...text("display_qty"),
    ...(draft.post_only && takes(draft, "post_only") ? { post_only: true } : {}),
    self_trade_prevention: draft.self_trade_prevention,
    ...text("client_order_id"),
  };
}

/**
 * The draft as a list of orders. Where something is to follow when it has filled: the entry, then a limit order, a stop, or both of
 * which one cancels the other. Where it may come otherwise: a limit order and a stop of which one cancels the other. `null` where
 * it is one order alone.
 */
export function listOf(draft: OrderDraft, market: string): ListFields | null {
  if (draft.or_stop !== "" && takes(draft, "or_stop")) {
    const { side, qty, or_stop, time_in_force, expires_at } = draft;
    const until = time_in_force === "gtd" && expires_at !== null ? { time_in_force, expires_at } : {};
    const stop: OrderFields = { market, side, qty, type: "stop", stop_price: or_stop, ...until };
    return { kind: "oco", orders: [fieldsOf(draft, market), stop] };
  }
  const exit = (fields: Pick<OrderFields, "type" | "price" | "stop_price">): OrderFields => ({
    market,
    side: draft.side === "buy" ? "sell" : "buy",
    qty: draft.qty,
    ...fields,
  });
  const exits: OrderFields[] = [];
  if (draft.take_profit !== "" && takes(draft, "take_profit"))
    exits.push(exit({ type: "limit", price: draft.take_profit }));
  if (draft.stop_loss !== "" && takes(draft, "stop_loss"))
    exits.push(exit({ type: "stop", stop_price: draft.stop_loss }));
  if (exits.length === 0) return null;
  return { kind: exits.length === 2 ? "bracket" : "oto", orders: [fieldsOf(draft, market), ...exits] };
}

/** Why the server would refuse a draft: its code, and a sentence for who fills in the form. */
export interface Problem {
  readonly field: DraftField;
  readonly code: string;
  readonly message: string;
}

const CLIENT_ORDER_ID = /^[A-Za-z0-9._:/-]{1,64}$/;
const DECIMAL = /^\d+(\.\d+)?$/;
const MANTISSA_MAX = (1n << 63n) / 16n;

/** A step of prices or quantities in units of their last decimal; one unit where none is known, or a finer one. */
export function stepUnits(step: string | null, decimals: number): bigint {
  if (step === null) return 1n;
  const parsed = parseDecimal(step);
  if (parsed.decimals > decimals) return 1n;
  const units = parsed.units * 10n ** BigInt(decimals - parsed.decimals);
  return units > 0n ? units : 1n;
}

type Checked = { readonly units: bigint } | { readonly problem: Omit<Problem, "field"> };

/** A number of the form, in units of the last decimal of its place. */
function checkNumber(
  text: string,
  { what, decimals, step, code }: { what: string; decimals: number; step: bigint; code: string },
): Checked {
  const refuse = (code: string, message: string): Checked => ({ problem: { code, message } });
  if (!DECIMAL.test(text)) return refuse("bad_request", `${what} is a number like 0.5`);
  const { units, decimals: given } = parseDecimal(text);
  const cut = 10n ** BigInt(Math.max(0, given - decimals));
  if (units % cut !== 0n) return refuse("precision", `${what} has at most ${decimals} decimals here`);
  const scaled = (units / cut) * 10n ** BigInt(Math.max(0, decimals - given));
  if (scaled <= 0n) return refuse("out_of_range", `${what} is above zero`);
  if (scaled > MANTISSA_MAX) return refuse("out_of_range", `${what} is too large`);
  if (scaled % step !== 0n) return refuse(code, `${what} is a multiple of ${formatUnits(step, decimals)}`);
  return { units: scaled };
}

/** What is wrong with the draft, as far as the draft and the market's rules tell. */
export function problemsOf(draft: OrderDraft, rules: MarketRules, nowMicros: number): Problem[] {
  const problems: Problem[] = [];
  const refuse = (field: DraftField, code: string, message: string): void => {
    problems.push({ field, code, message });
  };
  type NumberField = "price" | "stop_price" | "take_profit" | "stop_loss" | "or_stop" | "qty" | "display_qty";
  const number = (field: NumberField, what: string): bigint | null => {
    const isPrice = field !== "qty" && field !== "display_qty";
    const decimals = isPrice ? rules.price_decimals : rules.qty_decimals;
    const step = stepUnits(isPrice ? rules.tick_size : rules.lot_size, decimals);
    const checked = checkNumber(draft[field], { what, decimals, step, code: isPrice ? "tick_size" : "lot_size" });
    if ("units" in checked) return checked.units;
    problems.push({ field, ...checked.problem });
    return null;
  };

  let [price, stop] = [null as bigint | null, null as bigint | null];
  if (takes(draft, "price")) {
    if (draft.price === "") refuse("price", "missing_price", "This type needs a price");
    else price = number("price", "The price");
  }
  if (takes(draft, "stop_price")) {
    if (draft.stop_price === "") refuse("stop_price", "missing_stop_price", "This type needs a stop price");
    else stop = number("stop_price", "The stop price");
  }
  if (takes(draft, "trailing_bps")) {
    const bps = Number(draft.trailing_bps);
    if (!/^\d{1,4}$/.test(draft.trailing_bps) || bps < 1 || bps > 5_000)
      refuse("trailing_bps", "missing_trailing_bps", "The distance is a whole number from 1 to 5000");
  }
  let notional: bigint | null = null;
  const notionalDecimals = rules.price_decimals + rules.qty_decimals;
  if (isByQuote(draft)) {
    const checked = checkNumber(draft.quote_qty, {
      what: "The amount",
      decimals: notionalDecimals,
      step: 1n,
      code: "precision",
    });
    if ("units" in checked) notional = checked.units;
    else problems.push({ field: "quote_qty", ...checked.problem });
    if (draft.self_trade_prevention === "decrement")
      refuse("self_trade_prevention", "bad_fields", "An amount of quote cannot be decremented");
  } else if (draft.qty === "") {
    refuse("qty", "missing_qty", "An order needs a quantity");
  } else {
    const qty = number("qty", "The quantity");
    const at = price ?? stop;
    if (qty !== null && at !== null) notional = qty * at;
    if (draft.display_qty !== "" && takes(draft, "display_qty")) {
      const display = number("display_qty", "The shown quantity");
      if (display !== null && qty !== null && display > qty)
        refuse("display_qty", "bad_display_qty", "No more can be shown than there is");
    }
  }
  if (notional !== null && rules.min_notional !== null && notional < stepUnits(rules.min_notional, notionalDecimals))
    refuse(
      isByQuote(draft) ? "quote_qty" : "qty",
      "min_notional",
      `An order is worth at least ${rules.min_notional} ${rules.quote}`,
    );
  // The first two are for the other side: with profit above what was paid, with loss below it, and for sellers the other way.
  for (const [field, what, isAbove] of [
    ["take_profit", "The price to take profit at", draft.side === "buy"],
    ["stop_loss", "The price to stop the loss at", draft.side === "sell"],
    ["or_stop", "The price of the stop", draft.side === "buy"],
  ] as const) {
    if (draft[field] === "" || !takes(draft, field)) continue;
    const at = number(field, what);
    if (at !== null && price !== null && (isAbove ? at <= price : at >= price))
      refuse(field, "bad_list", `${what} is ${isAbove ? "above" : "below"} the order's own`);
  }
  if (!timesInForce(draft.type).includes(draft.time_in_force))
    refuse("time_in_force", "bad_time_in_force", "This type does not take this time in force");
  if (takes(draft, "expires_at") && (draft.expires_at === null || draft.expires_at <= nowMicros))
    refuse("expires_at", "bad_expiry", "Good till a date needs one in the future");
  if (draft.client_order_id !== "" && !CLIENT_ORDER_ID.test(draft.client_order_id))
    refuse("client_order_id", "bad_client_order_id", "A name is 1 to 64 of A-Z a-z 0-9 . _ : / -");
  return problems;
}
