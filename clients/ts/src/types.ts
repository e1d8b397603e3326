/** What goes over the wire. */

import type { Level } from "./book.ts";

export type MarketStatus = "connecting" | "live" | "stale" | "halted";

interface FrameHead {
  market: string;
  epoch: number;
  seq: number;
  prev: number;
  ts_venue: number;
  ts_recv: number;
  ts_sent: number;
}

export interface BookFrame extends FrameHead {
  type: "snapshot" | "delta";
  channel: "book";
  depth: number | "full";
  interval_ms: number;
  bids: Level[];
  asks: Level[];
  checksum?: number;
}

export interface BboFrame extends FrameHead {
  type: "snapshot" | "delta";
  channel: "bbo";
  bid: Level | null;
  ask: Level | null;
}

export interface Trade {
  seq: number;
  trade_id: string;
  price: string;
  qty: string;
  side: "buy" | "sell";
  ts: number;
  backfilled?: boolean;
}

export interface TradesFrame extends FrameHead {
  type: "snapshot" | "event";
  channel: "trades";
  trades?: Trade[];
  lagged?: { from: number; to: number };
}

export interface Ticker {
  last: string | null;
  last_qty: string | null;
  open: string | null;
  high: string | null;
  low: string | null;
  volume: string;
  quote_volume: string;
  trades: number;
  change: string | null;
  change_percent: string | null;
  bid: Level | null;
  ask: Level | null;
  spread: string | null;
  mid: string | null;
  microprice: string | null;
  imbalance: string | null;
}

export interface TickerFrame extends FrameHead, Ticker {
  type: "snapshot" | "delta";
  channel: "ticker";
}

export interface Candle {
  open_time: number;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
  quote_volume: string;
  trades: number;
  revision: number;
  closed: boolean;
}

export interface CandlesFrame extends FrameHead {
  type: "snapshot" | "delta";
  channel: "candles";
  interval: string;
  candles: Candle[];
}

export interface StatusFrame extends FrameHead {
  type: "status";
  channel: "status";
  status: MarketStatus;
  reason: string | null;
  since: number;
}

export type DataFrame = BookFrame | BboFrame | TradesFrame | TickerFrame | CandlesFrame | StatusFrame;

export interface HeartbeatFrame {
  type: "heartbeat";
  server_time: number;
}

export interface SubscribeResult {
  market: string;
  status: "accepted" | "error";
  recovered?: boolean;
  reason?: string;
  code?: string;
  message?: string;
  retryable?: boolean;
}

export interface ReplyFrame {
  type: "reply";
  op: string;
  id?: number | string;
  status: "ok" | "partial" | "error";
  results?: SubscribeResult[];
}

export interface ErrorFrame {
  type: "error";
  op?: string;
  id?: number | string;
  code: string;
  message: string;
  retryable: boolean;
}

export type ServerFrame = DataFrame | HeartbeatFrame | ReplyFrame | ErrorFrame;

/** The frames of a stream. */
export type FrameOf<C extends DataFrame["channel"]> = Extract<DataFrame, { channel: C }>;
