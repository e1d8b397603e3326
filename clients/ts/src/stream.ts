/** Streams and their names: a market, a channel and the channel's parameters make one stream. */

import type { components } from "./generated/ws.ts";

export type BookDepth = components["schemas"]["DepthName"];
export type BookInterval = components["schemas"]["BookIntervalMs"];
export type CandleInterval = components["schemas"]["IntervalName"];

export const CANDLE_INTERVALS: readonly CandleInterval[] = ["1s", "1m", "5m", "15m", "1h", "4h", "1d", "1w"];

/** A channel with its parameters: what a request names, and what each frame of its streams repeats. */
export type MarketStream =
  | { channel: "book"; depth: BookDepth; interval_ms: BookInterval; checksum?: boolean }
  | { channel: "bbo" }
  | { channel: "trades" }
  | { channel: "ticker" }
  | { channel: "candles"; interval: CandleInterval }
  | { channel: "status" };

/** A channel of an account, which is named: what is followed stays the same when another becomes the default. */
export type AccountStream =
  | { channel: "orders"; account: string }
  | { channel: "fills"; account: string }
  | { channel: "balances"; account: string }
  | { channel: "positions"; account: string };

export type StreamName = MarketStream | AccountStream;

export const isPrivate = (stream: StreamName): stream is AccountStream => "account" in stream;

export type Channel = StreamName["channel"];

/** Parameters as text, equal for equal streams. */
export function parametersKey(stream: StreamName): string {
  switch (stream.channel) {
    case "book":
      return `book/${stream.depth}/${stream.interval_ms}/${stream.checksum === true ? "checksum" : ""}`;
    case "candles":
      return `candles/${stream.interval}`;
    case "orders":
    case "fills":
    case "balances":
    case "positions":
      return `${stream.channel}/${stream.account}`;
    default:
      return stream.channel;
  }
}

export function streamKey(stream: StreamName, market: string): string {
  return `${parametersKey(stream)} ${market}`;
}

/** The fields of a data frame that say of which stream it is. */
interface Named {
  channel: string;
  market?: string;
  account?: string;
  depth?: number | string;
  interval_ms?: number;
  interval?: string;
  checksum?: number | null;
}

/** The key of the stream that a data frame is of. A book with checksums is known by its carrying one. */
export function frameKey(frame: Named): string {
  switch (frame.channel) {
    case "book":
      return `book/${frame.depth}/${frame.interval_ms}/${frame.checksum == null ? "" : "checksum"} ${frame.market}`;
    case "candles":
      return `candles/${frame.interval} ${frame.market}`;
    case "orders":
    case "fills":
    case "balances":
    case "positions":
      return `${frame.channel}/${frame.account} `;
    default:
      return `${frame.channel} ${frame.market}`;
  }
}
