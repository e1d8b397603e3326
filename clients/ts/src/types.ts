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

export type DataFrame = BookFrame | BboFrame | TradesFrame | LaggedFrame | TickerFrame | CandlesFrame | StatusFrame;
/** The frames of a channel's streams. */
export type FrameOf<C extends DataFrame["channel"]> = Extract<DataFrame, { channel: C }>;

export type HeartbeatFrame = Schemas["Heartbeat"];
export type ReplyFrame = Schemas["SubscriptionReply"] | Schemas["PongReply"];
export type ErrorFrame = Schemas["ErrorFrame"];
export type ServerFrame = Schemas["ServerMessage"];

export type Trade = Schemas["TradeItem"];
export type Candle = Schemas["CandleItem"];
export type MarketStatus = Schemas["MarketStatusName"];
/** A price and a quantity, as printed. */
export type Level = Schemas["LevelPair"];
