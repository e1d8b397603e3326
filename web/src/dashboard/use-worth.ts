/** Asks for what the worth of an account over time is made of, now and then. */

import { useEffect, useState } from "react";
import type { Candle, CandleInterval } from "marketd-client";
import type { Entry, Market } from "../lib/api.ts";
import { behind, get, route, type Route } from "../lib/rest.ts";
import { marketFor, worthOver, type WorthAt } from "./worth.ts";

export interface Range {
  readonly name: string;
  readonly interval: CandleInterval;
  readonly steps: number;
  readonly stepMs: number;
}

export const RANGES: readonly Range[] = [
  { name: "5 min", interval: "1s", steps: 300, stepMs: 1_000 },
  { name: "1 h", interval: "1m", steps: 60, stepMs: 60_000 },
  { name: "6 h", interval: "5m", steps: 72, stepMs: 300_000 },
  { name: "1 d", interval: "15m", steps: 96, stepMs: 900_000 },
  { name: "1 w", interval: "1h", steps: 168, stepMs: 3_600_000 },
];

export interface Worth {
  readonly points: readonly WorthAt[];
  readonly unpriced: readonly string[];
  /** There were more movements than are looked at: what is shown begins where they are known. */
  readonly isCut: boolean;
}

const EVERY_MS = 10_000;
const ENTRIES_OF_A_PAGE = 1_000;
const PAGES_MAX = 10;

interface EntryPage {
  items: Entry[];
  next_cursor: string | null;
}

async function entriesSince(account: string, start: number, signal: AbortSignal): Promise<[Entry[], boolean]> {
  const newest = route("/api/v1/ledger", undefined, { account, start, limit: ENTRIES_OF_A_PAGE });
  const entries: Entry[] = [];
  let next: Route<EntryPage> | null = newest;
  for (let pages = 0; next && pages < PAGES_MAX; pages += 1) {
    const data: EntryPage = (await get(next, signal)).data;
    entries.push(...data.items);
    next = data.next_cursor ? behind(newest, "cursor", data.next_cursor) : null;
  }
  return [entries, next !== null];
}

async function load(
  account: string,
  quote: string,
  range: Range,
  markets: readonly Market[],
  signal: AbortSignal,
): Promise<Worth> {
  // By the server's clock: what it says of now is as of its answer.
  const { data: balances, timestamp: end } = await get(route("/api/v1/balances", undefined, { account }), signal);
  const stepUs = range.stepMs * 1_000;
  const start = end - range.steps * stepUs;
  const [entries, isCut] = await entriesSince(account, start, signal);
  // Also what is not held any more was held once.
  const assets = new Map(balances.items.map(({ asset, total }) => [asset, total]));
  for (const { asset } of entries) if (!assets.has(asset)) assets.set(asset, "0");
  const candles = new Map<string, readonly Candle[]>();
  for (const asset of assets.keys()) {
    const market = asset === quote ? null : marketFor(asset, quote, markets);
    if (!market) continue;
    const asked = route("/api/v1/markets/{market}/candles", market.market, {
      interval: range.interval,
      // Some before the first moment, so that it has a price.
      limit: range.steps * 2,
    });
    candles.set(asset, (await get(asked, signal)).data.items);
  }
  const oldest = isCut ? Math.max(start, entries.at(-1)?.ts ?? start) : start;
  const moments = Array.from({ length: range.steps + 1 }, (_, at) => end - (range.steps - at) * stepUs).filter(
    (at) => at >= oldest,
  );
  const holdings = [...assets].map(([asset, total]) => ({ asset, total }));
  return { ...worthOver(holdings, entries, candles, quote, moments), isCut };
}

export function useWorth(
  account: string | null,
  quote: string,
  range: Range,
  markets: readonly Market[],
): { worth: Worth | null; error: Error | null } {
  const key = `${account} ${quote} ${range.name}`;
  const [state, setState] = useState<{ key: string; worth: Worth | null; error: Error | null }>({
    key,
    worth: null,
    error: null,
  });
  useEffect(() => {
    if (account === null) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        if (document.visibilityState === "visible") {
          const worth = await load(account, quote, range, markets, abort.signal);
          setState({ key, worth, error: null });
        }
      } catch (reason) {
        if (abort.signal.aborted) return;
        const error = reason instanceof Error ? reason : new Error(String(reason));
        setState((held) => ({ key, worth: held.key === key ? held.worth : null, error }));
      }
      if (!abort.signal.aborted) timer = setTimeout(() => void ask(), EVERY_MS);
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
    // Which markets there are changes seldom, and is looked at with the next question.
  }, [key, markets.length]);
  return state.key === key ? { worth: state.worth, error: state.error } : { worth: null, error: null };
}
