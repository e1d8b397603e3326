export { backoffMs, type BackoffOptions } from "./backoff.ts";
export { Book } from "./book.ts";
export { checksumOf } from "./checksum.ts";
export {
  MarketClient,
  type ClientOptions,
  type ConnectionState,
  type Socket,
  type SocketConstructor,
  type Subscription,
} from "./client.ts";
export {
  compareAtScale,
  compareDecimals,
  decimalsOf,
  formatUnits,
  isZero,
  parseDecimal,
  rescale,
  unitsOf,
  type Decimal,
} from "./decimal.ts";
export { frames, RefusedError } from "./frames.ts";
export { advance, type Position } from "./position.ts";
export {
  CANDLE_INTERVALS,
  frameKey,
  parametersKey,
  streamKey,
  type BookDepth,
  type BookInterval,
  type CandleInterval,
  type Channel,
  type StreamName,
} from "./stream.ts";
export type { Refusal, StreamHandlers } from "./subscription.ts";
export type { components as RestComponents, paths as RestPaths } from "./generated/rest.ts";
export type * from "./types.ts";
export {
  BboView,
  BookView,
  CandlesView,
  insertCandle,
  TickerView,
  TradesView,
  View,
  Views,
  type Held,
  type Print,
  type ViewsOptions,
} from "./views.ts";
