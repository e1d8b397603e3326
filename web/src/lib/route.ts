/** Where the page is: `#/trade/binance:BTC-USDT`. The server knows nothing of it. */

import { useSyncExternalStore } from "react";

export const PAGES = ["trade", "markets", "services", "data", "system"] as const;
export type PageName = (typeof PAGES)[number];

export interface Route {
  page: PageName;
  /** As it stands in the address; whether there is such a market is for the page to find out. */
  market: string | null;
}

function parse(hash: string): Route {
  const [, page = "", market = ""] = hash.replace(/^#/, "").split("/");
  const known = PAGES.find((name) => name === page) ?? "trade";
  let decoded: string;
  try {
    decoded = decodeURIComponent(market);
  } catch {
    decoded = "";
  }
  return { page: known, market: decoded || null };
}

let held = { hash: location.hash, route: parse(location.hash) };

function current(): Route {
  if (held.hash !== location.hash) held = { hash: location.hash, route: parse(location.hash) };
  return held.route;
}

function listen(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

export const useRoute = (): Route => useSyncExternalStore(listen, current);

export const hrefOf = (page: PageName, market?: string | null): string =>
  `#/${page}${market ? `/${encodeURIComponent(market).replaceAll("%3A", ":")}` : ""}`;

export function go(page: PageName, market?: string | null): void {
  location.hash = hrefOf(page, market);
}
