import type { MarketClient } from "./client.ts";

/** Resolves when the client's connection is open, and rejects when it is closed for good. */
export function opened(client: MarketClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): boolean => {
      const { state } = client;
      if (state.phase === "open") resolve();
      else if (state.phase === "closed") reject(new Error(state.why));
      else return false;
      return true;
    };
    if (look()) return;
    const end = client.onState(() => {
      if (look()) end();
    });
  });
}
