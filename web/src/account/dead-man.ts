/** The timers that this page holds: set anew while the page is there, whatever part of it is shown. */

import { useSyncExternalStore } from "react";
import { send } from "../lib/rest.ts";

interface HeldTimer {
  readonly millis: number;
  readonly interval: ReturnType<typeof setInterval>;
}

const held = new Map<string, HeldTimer>();
const listeners = new Set<() => void>();

export const setTimer = (account: string, timeout_ms: number): Promise<unknown> =>
  send("post", "/api/v1/risk/cancel-after", { body: { account, timeout_ms } });

function told(): void {
  for (const listener of listeners) listener();
}

/** From now on the account's timer is set anew three times in its span. */
export function holdTimer(account: string, millis: number): void {
  letGo(account);
  const interval = setInterval(() => {
    // What cannot be set anew runs out, as it should; the next turn tries again.
    setTimer(account, millis).catch(() => {});
  }, millis / 3);
  held.set(account, { millis, interval });
  told();
}

export function letGo(account: string): void {
  const timer = held.get(account);
  if (!timer) return;
  clearInterval(timer.interval);
  held.delete(account);
  told();
}

/** How long the account's timer is, where this page holds it. */
export const useHeldTimer = (account: string): number | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => held.get(account)?.millis ?? null,
  );
