/** The one connection to the server that this page came from, and what is followed over it. */

import { useEffect, useState, useSyncExternalStore } from "react";
import { MarketClient, Views, type ConnectionState, type Held, type StatusFrame } from "marketd-client";
import { credentials, onLogin } from "./login.ts";
import { paintInTurn, paintNever } from "./painter.ts";

function socketUrl(): URL {
  const url = new URL("/api/v1/ws", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

export const client = new MarketClient({ url: socketUrl(), credentials });
export const views = new Views(client, { trades: 300, candles: 2_000 });

export function begin(): void {
  client.connect();
  // A connection is somebody's: for another it is another one.
  onLogin(() => {
    client.close();
    client.connect();
  });
  // The network is back, or somebody looks again: no reason to sit out a pause.
  addEventListener("online", () => client.connectNow());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") client.connectNow();
  });
}

/** The server's clock as well as it is known, in microseconds. */
export const serverNow = (): number => (Date.now() + (client.clockOffsetMs ?? 0)) * 1000;

export function useConnection(): ConnectionState {
  return useSyncExternalStore(
    (listener) => client.onState(listener),
    () => client.state,
  );
}

/** The market's status on this connection; `undefined` while it is not known. */
export function useStatus(market: string | null): StatusFrame | undefined {
  return useSyncExternalStore(
    (listener) => {
      const ends = [client.onStatus(listener), client.onState(listener)];
      return () => ends.forEach((end) => end());
    },
    () => (market === null ? undefined : client.status(market)),
  );
}

/** Holds a view while the component is there and `key` stays the same. */
export function useView<V extends object>(open: () => Held<V>, key: string): V | null {
  const [held, setHeld] = useState<{ key: string; view: V } | null>(null);
  useEffect(() => {
    const { view, release } = open();
    setHeld({ key, view });
    return release;
    // `key` names what `open` opens.
  }, [key]);
  // For one render after a change the view is still the old one.
  return held?.key === key ? held.view : null;
}

/** Renders again when the view changed, in the turn of the streams. */
export function useVersion(view: { version: number; listen(listener: () => void): () => void } | null): number {
  return useSyncExternalStore(
    (listener) => {
      if (!view) return () => {};
      const end = view.listen(() => paintInTurn(listener));
      return () => {
        end();
        paintNever(listener);
      };
    },
    () => view?.version ?? -1,
  );
}

/** Renders again when the view changed, but no more often than every so many milliseconds. */
export function useSampled(view: { version: number } | null, everyMs: number): void {
  const [, setVersion] = useState(-1);
  useEffect(() => {
    if (!view) return;
    setVersion(view.version);
    const timer = setInterval(() => setVersion(view.version), everyMs);
    return () => clearInterval(timer);
  }, [view, everyMs]);
}
