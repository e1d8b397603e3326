/**
 * Who uses this page. The tokens stay in its tabs: they are gone with them, and other sites cannot have them sent. An open
 * server on the own machine needs none of it.
 */

import { useSyncExternalStore } from "react";
import type { Login } from "./api.ts";
import { isRenewed, onRenewed, oneAtATime, tellRenewed } from "./login-tabs.ts";
import { ApiError, identifyBy, send } from "./rest.ts";

const KEY = "marketd.login";
/** A token is renewed when so much of it is left, and not in all tabs at once; of a short-lived one, half of it. */
const RENEW_BEFORE_MS = 60_000 + Math.random() * 15_000;

let held: Login | null = stored();
let renewAt = renewalOf(held);
/** One renewal at a time: a refresh token is good once. */
let renewal: Promise<void> | null = null;
const listeners = new Set<() => void>();

function stored(): Login | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Partial<Login> | null;
    return typeof found?.access_token === "string" && typeof found.refresh_token === "string" ? (found as Login) : null;
  } catch {
    return null;
  }
}

function renewalOf(login: Login | null): number {
  if (!login) return Infinity;
  const leftMs = login.expires_at / 1000 - Date.now();
  return Date.now() + leftMs - Math.min(RENEW_BEFORE_MS, leftMs / 2);
}

function hold(login: Login | null): void {
  const isSame = held?.user === login?.user;
  held = login;
  renewAt = renewalOf(login);
  try {
    if (login) sessionStorage.setItem(KEY, JSON.stringify(login));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Then it lasts until the page is loaded anew.
  }
  if (!isSame) for (const listener of listeners) listener();
}

/** Called when somebody else uses the page than before. */
export function onLogin(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useLogin = (): Login | null => useSyncExternalStore(onLogin, () => held);

export async function logIn(name: string, password: string, isNew: boolean): Promise<void> {
  const path = isNew ? "/api/v1/auth/signup" : "/api/v1/auth/login";
  hold((await send("post", path, { body: { name, password }, isAnonymous: true })).data);
}

export async function logOut(): Promise<void> {
  const refresh_token = held?.refresh_token;
  hold(null);
  if (refresh_token) await send("post", "/api/v1/auth/logout", { body: { refresh_token }, isAnonymous: true });
}

async function renew(login: Login): Promise<void> {
  const { refresh_token } = login;
  // Another tab of the same login may have done so, and then has said it.
  if ((await isRenewed(refresh_token)) || held !== login) return;
  try {
    const { data } = await send("post", "/api/v1/auth/refresh", { body: { refresh_token }, isAnonymous: true });
    if (held === login) hold(data);
    tellRenewed(refresh_token, data);
  } catch (error) {
    // A server that is away has not ended the login.
    if (held === login && error instanceof ApiError && !error.retryable) hold(null);
  }
}

/** What shows the server who this is; `null` for nobody in particular. */
async function authorization(): Promise<string | null> {
  if (held && renewAt <= Date.now()) {
    renewal ??= oneAtATime(async () => {
      if (held && renewAt <= Date.now()) await renew(held);
    }).finally(() => (renewal = null));
    await renewal;
  }
  return held && `Bearer ${held.access_token}`;
}

/** A ticket for the WebSocket, which takes no header from a browser. */
export async function credentials(): Promise<{ ticket: string } | null> {
  if (!held) return null;
  return { ticket: (await send("post", "/api/v1/auth/ws-ticket")).data.ticket };
}

// A login that the server does not know any more is renewed before the next request, or over.
identifyBy(authorization, () => (renewAt = 0));

onRenewed((refreshToken, login) => {
  if (held?.refresh_token === refreshToken) hold(login);
});
