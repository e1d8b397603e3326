/** What goes over the wire, under the names that this package uses. The types are made from the server's documents. */

import type { components } from "./generated/ws.ts";

type Schemas = components["schemas"];

export type BookFrame = Schemas["BookFrame"];
export type BboFrame = Schemas["BboFrame"];
export type TradesFrame = Schemas["TradesFrame"];
/** Says which trades a reader was too slow for. */
export type LaggedFrame = Schemas["LaggedFrame"];
export type TickerFrame = Schemas["TickerFrame"];
export type CandlesFrame = Schemas["CandlesFrame"];
export type StatusFrame = Schemas["StatusFrame"];

export type Order = Schemas["OrderBody"];
export type Fill = Schemas["FillBody"];
export type Balance = Schemas["BalanceBody"];
export type AccountPosition = Schemas["PositionBody"];

export type OrdersFrame = Schemas["OrdersFrame"];
export type FillsFrame = Schemas["FillsFrame"];
export type BalancesFrame = Schemas["BalancesFrame"];
export type PositionsFrame = Schemas["PositionsFrame"];
/** Of a private channel: a snapshot is whole, an event holds what changed. */
export type AccountFrame = OrdersFrame | FillsFrame | BalancesFrame | PositionsFrame;

export type MarketFrame = BookFrame | BboFrame | TradesFrame | LaggedFrame | TickerFrame | CandlesFrame | StatusFrame;
export type DataFrame = MarketFrame | AccountFrame;
/** The frames of a channel's streams. */
export type FrameOf<C extends DataFrame["channel"]> = Extract<DataFrame, { channel: C }>;

export type HeartbeatFrame = Schemas["Heartbeat"];
/** An order op is answered by its order, or by how many were cancelled. */
export type CallReply = Schemas["OrderReply"] | Schemas["CancelAllReply"];
export type ReplyFrame =
  Schemas["SubscriptionReply"] | Schemas["AccountReply"] | Schemas["PongReply"] | Schemas["AuthReply"] | CallReply;
export type ErrorFrame = Schemas["ErrorFrame"];
export type ServerFrame = Schemas["ServerMessage"];

export type Trade = Schemas["TradeItem"];
export type Candle = Schemas["CandleItem"];
export type MarketStatus = Schemas["MarketStatusName"];
/** A price and a quantity, as printed. */
export type Level = Schemas["LevelPair"];
