/** REST's types, under the names of this page. They are made from the server's documents. */

import type { RestComponents } from "marketd-client";

type Schemas = RestComponents["schemas"];

export type Market = Schemas["MarketInfo"];
export type Health = Schemas["Health"];
export type SystemInfo = Schemas["Info"];
export type Replay = Schemas["ReplayInfo"];
export type Scenario = Schemas["Playing"];
export type ScenarioName = Schemas["ScenarioName"];
