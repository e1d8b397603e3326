export { BalancesView, FillsView, isFinal, OrdersView, PositionsView } from "./account-views.ts";
export { backoffMs, type BackoffOptions } from "./backoff.ts";
export { Book } from "./book.ts";
export { CallError, type CallAnswer, type CallFields, type CallName } from "./calls.ts";
export { checksumOf } from "./checksum.ts";
export { MarketClient } from "./client.ts";
export {
  atScale,
  compareAtScale,
  compareDecimals,
  decimalsOf,
  formatUnits,
  isZero,
  minus,
  parseDecimal,
  plus,
  rescale,
  times,
  trimmed,
  unitsOf,
  type Decimal,
} from "./decimal.ts";
export {
  EMPTY_DRAFT,
  fieldsOf,
  hasLimit,
  listOf,
  ORDER_TYPES,
  problemsOf,
  stepUnits,
  takes,
  timesInForce,
  waitsForPrice,
  type DraftField,
  type ListFields,
  type MarketRules,
  type OrderDraft,
  type OrderFields,
  type OrderType,
  type Problem,
  type Side,
  type TimeInForce,
} from "./draft.ts";
export { estimate, sizeOf, type Estimate, type Fees, type Sides, type Sum } from "./estimate.ts";
export { frames, RefusedError } from "./frames.ts";
export { opened } from "./opened.ts";
export type {
  ClientOptions,
  ConnectionState,
  Credentials,
  Socket,
  SocketConstructor,
  Subscription,
} from "./options.ts";
export { advance, type Position } from "./position.ts";
export {
  CANDLE_INTERVALS,
  frameKey,
  parametersKey,
  streamKey,
  type BookDepth,
  type BookInterval,
  type CandleInterval,
  isPrivate,
  type AccountStream,
  type Channel,
  type MarketStream,
  type StreamName,
} from "./stream.ts";
export type { Refusal, StreamHandlers } from "./subscription.ts";
export type { components as RestComponents, paths as RestPaths } from "./generated/rest.ts";
export type * from "./types.ts";
export { View } from "./view.ts";
export {
  BboView,
  BookView,
  CandlesView,
  insertCandle,
  TickerView,
  TradesView,
  Views,
  type Held,
  type Print,
  type ViewsOptions,
} from "./views.ts";
