/**
 * A tab that was made from another has the same login. Whoever renews it first ends what the others hold, and a refresh
 * token that comes a second time ends the login altogether: so tabs tell each other, and renew one after the other.
 */

import type { Login } from "./api.ts";

interface Said {
  /** The refresh token that is used up, and what came of it. */
  renewed?: { from: string; login: Login };
  /** Who has used up this one? */
  asked?: string;
}

/** Long enough for the tabs of a busy browser; nothing on the page waits for it but a renewal. */
const ANSWER_MS = 250;
const REMEMBERED_MAX = 20;

const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("marketd.login") : null;
/** What this tab has used up or seen used up, oldest first, and what is good now. */
const used = new Set<string>();
let latest: Login | null = null;
const listeners = new Set<(from: string, login: Login) => void>();

function remember(from: string, login: Login): void {
  used.add(from);
  for (const oldest of used) if (used.size > REMEMBERED_MAX) used.delete(oldest);
  latest = login;
}

const say = (said: Said): void => channel?.postMessage(said);

channel?.addEventListener("message", ({ data }: MessageEvent<Said>) => {
  const { renewed, asked } = data;
  if (renewed) {
    remember(renewed.from, renewed.login);
    for (const listener of listeners) listener(renewed.from, renewed.login);
  }
  if (asked !== undefined && latest && used.has(asked)) say({ renewed: { from: asked, login: latest } });
});

/** Called when another tab has renewed the login that belongs to the refresh token. */
export function onRenewed(listener: (refreshToken: string, login: Login) => void): void {
  listeners.add(listener);
}

export function tellRenewed(refreshToken: string, login: Login): void {
  remember(refreshToken, login);
  say({ renewed: { from: refreshToken, login } });
}

/** Whether another tab has used it up; then what came of it has been told by the time of the answer. */
export async function isRenewed(refreshToken: string): Promise<boolean> {
  if (!channel) return false;
  say({ asked: refreshToken });
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  return used.has(refreshToken);
}

/** No two tabs do it at the same time. Browsers have locks only where the connection is encrypted or local. */
export function oneAtATime(work: () => Promise<void>): Promise<void> {
  return navigator.locks ? navigator.locks.request("marketd.login", work) : work();
}
