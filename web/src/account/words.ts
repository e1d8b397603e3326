/** The server's names as people say them. */

import { NONE } from "../lib/figures.ts";

const TYPES: Record<string, string> = {
  limit: "Limit",
  market: "Market",
  stop: "Stop",
  stop_limit: "Stop limit",
  take_profit: "Take profit",
  take_profit_limit: "Take-profit limit",
  trailing_stop: "Trailing stop",
};
export const typeText = (type: string): string => TYPES[type] ?? type;

export const TIMES_IN_FORCE: Record<string, string> = {
  gtc: "Until cancelled",
  ioc: "At once or not (IOC)",
  fok: "All at once or not (FOK)",
  gtd: "Until a date",
};

const STATUSES: Record<string, string> = { partially_filled: "partly filled" };
export const statusText = (status: string): string => STATUSES[status] ?? status;

const REASONS: Record<string, string> = {
  user_request: "on request",
  cancel_all: "with all others",
  kill_switch: "by the kill switch",
  cancel_after: "by the timer",
  account_reset: "the account was reset",
  delisted: "the market was delisted",
  list_sibling: "the other order of its list came first",
  list_entry_unfilled: "the entry of its list was not filled",
  ioc_remainder: "not there at once",
  no_liquidity: "nothing was there",
  fok_unfilled: "not all of it was there",
  quote_remainder: "less than a lot was left",
  expires_at: "its date came",
  self_trade: "it would have met an own order",
  would_cross: "it would have taken",
  would_trigger: "its stop price was reached already",
  price_band: "the price went too far",
  market_not_live: "the market was not live",
  insufficient_balance: "not enough balance",
  out_of_range: "too large",
};
export const reasonOf = (reason: string | null): string => (reason === null ? "" : (REASONS[reason] ?? reason));

export const orDash = (text: string | null | undefined): string => (text == null || text === "" ? NONE : text);
