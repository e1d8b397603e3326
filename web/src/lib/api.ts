/** What REST answers. */

import type { MarketStatus } from "marketd-client";

export interface List<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Market {
  market: string;
  venue: string;
  symbol: string;
  base: string;
  quote: string;
  tick_size: string | null;
  lot_size: string | null;
  min_notional: string | null;
  price_decimals: number;
  qty_decimals: number;
  status: MarketStatus;
  reason: string | null;
  since: number;
  source: string;
  epoch: number;
  book_seq: number;
  counters: Record<"snapshots" | "depth_updates" | "trades" | "duplicates" | "gaps" | "resyncs" | "checksums_ok" | "checksums_bad" | "crossed", number>;
  gaps: { expected: number; found: number; detected_at: number; closed_at: number | null }[];
}

export interface FeedHealth {
  feed: string;
  venue: string;
  source: string;
  state: string;
  since: number;
  last_message: number;
  messages: number;
  malformed: number;
  reconnects: number;
  last_error: string | null;
}

export interface MarketHealth {
  market: string;
  status: string;
  reason: string | null;
  since: number;
  age_ms: number | null;
  actor_alive: boolean;
}

export interface Health {
  status: string;
  ready: boolean;
  feeds: FeedHealth[];
  markets: MarketHealth[];
}

export interface SystemInfo {
  name: string;
  version: string;
  uptime_s: number;
  markets: number;
  hubs: number;
  counters: Record<string, number>;
}

export interface Replay {
  replay: string;
  markets: string[];
  speed: string;
  paused: boolean;
  ended: boolean;
  position_ms: number;
  round: number;
  lines: number;
}

export interface Scenario {
  market: string;
  scenario: string;
}
