/** REST's types, under the names of this page. They are made from the server's documents. */

import type { RestComponents } from "marketd-client";

type Schemas = RestComponents["schemas"];

export type Market = Schemas["MarketInfo"];
export type Health = Schemas["Health"];
export type SystemInfo = Schemas["Info"];
export type SessionInfo = Schemas["SessionInfo"];
export type Replay = Schemas["ReplayInfo"];
export type Scenario = Schemas["Playing"];
export type ScenarioName = Schemas["ScenarioName"];

export type Account = Schemas["AccountBody"];
export type Entry = Schemas["EntryBody"];
export type Explanation = Schemas["ExplainBody"];
export type ExplainedFill = Schemas["ExplainedFill"];
export type Risk = Schemas["RiskBody"];
export type Limits = Schemas["LimitsBody"];
export type ServerLimits = Schemas["Limits"];
export type StoredGap = Schemas["StoredGap"];
export type StoredStatus = Schemas["StoredStatus"];
export type PastBook = Schemas["PastBookBody"];
export type Login = Schemas["Login"];
export type ApiKey = Schemas["KeyInfo"];
export type ScopeName = Schemas["ScopeName"];
export type Span = Schemas["Span"];
