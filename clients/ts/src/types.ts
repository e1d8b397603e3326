/** What goes over the wire, under the names that this package uses. The types are made from the server's documents. */

import type { components as rest } from "./generated/rest.ts";
import type { components } from "./generated/ws.ts";

type Schemas = components["schemas"];
type RestSchemas = rest["schemas"];

export type BookFrame = Schemas["BookFrame"];
export type BboFrame = Schemas["BboFrame"];
export type TradesFrame = Schemas["TradesFrame"];
/** Says which trades a reader was too slow for. */
export type LaggedFrame = Schemas["LaggedFrame"];
export type TickerFrame = Schemas["TickerFrame"];
export type CandlesFrame = Schemas["CandlesFrame"];
export type StatusFrame = Schemas["StatusFrame"];

export type Order = RestSchemas["OrderBody"];
export type Fill = RestSchemas["FillBody"];
export type Balance = RestSchemas["BalanceBody"];
export type AccountPosition = RestSchemas["PositionBody"];

/** Of a private channel: a snapshot is whole, an event holds what changed. */
interface AccountFrameOf<C extends string, T> {
  type: "snapshot" | "event";
  channel: C;
  account: string;
  epoch: number;
  seq: number;
  prev: number;
  ts_sent: number;
  items: T[];
}
export type OrdersFrame = AccountFrameOf<"orders", Order>;
export type FillsFrame = AccountFrameOf<"fills", Fill>;
export type BalancesFrame = AccountFrameOf<"balances", Balance>;
export type PositionsFrame = AccountFrameOf<"positions", AccountPosition>;
export type AccountFrame = OrdersFrame | FillsFrame | BalancesFrame | PositionsFrame;

export type MarketFrame = BookFrame | BboFrame | TradesFrame | LaggedFrame | TickerFrame | CandlesFrame | StatusFrame;
export type DataFrame = MarketFrame | AccountFrame;
/** The frames of a channel's streams. */
export type FrameOf<C extends DataFrame["channel"]> = Extract<DataFrame, { channel: C }>;

export type HeartbeatFrame = Schemas["Heartbeat"];
export type ReplyFrame = Schemas["SubscriptionReply"] | Schemas["PongReply"] | Schemas["AuthReply"];
export type ErrorFrame = Schemas["ErrorFrame"];
export type ServerFrame = Schemas["ServerMessage"];

export type Trade = Schemas["TradeItem"];
export type Candle = Schemas["CandleItem"];
export type MarketStatus = Schemas["MarketStatusName"];
/** A price and a quantity, as printed. */
export type Level = Schemas["LevelPair"];
