/** REST: one envelope around every answer. Routes, parameters and answers have the types of the server's document. */

import { useEffect, useRef, useState } from "react";
import type { RestPaths } from "marketd-client";

const TIMEOUT_MS = 10_000;

export class ApiError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, retryable: boolean) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.retryable = retryable;
  }
}

type Json<T> = { content: { "application/json": T } };
type DataOf<P> = P extends { get: { responses: { 200: Json<{ data: infer D }> } } } ? D : never;
type QueryOf<P> = P extends { get: { parameters: { query?: infer Q } } } ? Q : never;
type BodyOf<P> = P extends { post: { requestBody: Json<infer B> } } ? B : undefined;

export type GetPath = { [P in keyof RestPaths]: DataOf<RestPaths[P]> extends never ? never : P }[keyof RestPaths];
export type PostPath = { [P in keyof RestPaths]: RestPaths[P] extends { post: object } ? P : never }[keyof RestPaths];

/** Something that can be asked for, with the type of its answer. */
export interface Route<T> {
  readonly url: string;
  /** Never set: it only carries the type. */
  readonly data?: T;
}

export function route<P extends GetPath>(
  path: P,
  market?: string,
  query?: QueryOf<RestPaths[P]>,
): Route<DataOf<RestPaths[P]>> {
  const filled =
    market === undefined ? path : path.replace("{market}", encodeURIComponent(market).replaceAll("%3A", ":"));
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const parameters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return { url: parameters.size > 0 ? `${filled}?${parameters}` : filled };
}

/** The page of a list behind a cursor, which goes back as it came. */
export function behind<T>({ url }: Route<T>, parameter: "before" | "end", cursor: string): Route<T> {
  return { url: `${url}${url.includes("?") ? "&" : "?"}${parameter}=${encodeURIComponent(cursor)}` };
}

interface Answer<T> {
  data: T;
  /** The server's time, microseconds UTC. */
  timestamp: number;
}

async function call<T>(path: string, init: RequestInit, signal?: AbortSignal): Promise<Answer<T>> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(
      "unreachable",
      timeout.aborted ? "the server did not answer in time" : "the server cannot be reached",
      true,
    );
  }
  let body: { status: string; data: T; timestamp: number; code?: string; message?: string; retryable?: boolean };
  try {
    body = await response.json();
  } catch {
    throw new ApiError("not_json", `the answer (${response.status}) is not JSON`, response.status >= 500);
  }
  if (body.status !== "success") {
    throw new ApiError(body.code ?? "internal", body.message ?? `status ${response.status}`, body.retryable === true);
  }
  return body;
}

export const get = <T>({ url }: Route<T>, signal?: AbortSignal): Promise<Answer<T>> => call<T>(url, {}, signal);

export function post<P extends PostPath>(path: P, body: BodyOf<RestPaths[P]>): Promise<Answer<unknown>> {
  const init: RequestInit = { method: "POST" };
  if (body !== undefined) {
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  return call(path, init);
}

export interface Polled<T> {
  /** What was last had; stays through a failure, which is told beside it. */
  data: T | null;
  timestamp: number;
  error: Error | null;
  /** Asks at once. */
  refresh: () => void;
}

/** Asks again and again, one question at a time, while the page is visible. `null` asks nothing. */
export function usePoll<T>(asked: Route<T> | null, everyMs: number): Polled<T> {
  const path = asked?.url ?? null;
  const [state, setState] = useState<{ path: string | null; data: T | null; timestamp: number; error: Error | null }>({
    path,
    data: null,
    timestamp: 0,
    error: null,
  });
  const again = useRef<() => void>(() => {});
  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAsking = false;
    let isWanted = false;
    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      if (isAsking) {
        isWanted = true;
        return;
      }
      isAsking = true;
      isWanted = false;
      try {
        const { data, timestamp } = await get<T>({ url: path }, abort.signal);
        if (!abort.signal.aborted) setState({ path, data, timestamp, error: null });
      } catch (error) {
        if (abort.signal.aborted) return;
        setState((held) => ({
          path,
          data: held.path === path ? held.data : null,
          timestamp: held.path === path ? held.timestamp : 0,
          error: error instanceof Error ? error : new Error(String(error)),
        }));
      }
      isAsking = false;
      if (isWanted) return ask();
      timer = setTimeout(() => void (document.visibilityState === "visible" ? ask() : waitForSight()), everyMs);
    };
    const waitForSight = (): void => {
      document.addEventListener("visibilitychange", () => void ask(), { once: true, signal: abort.signal });
    };
    again.current = () => void ask();
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs]);
  const held = state.path === path ? state : { data: null, timestamp: 0, error: null };
  return { data: held.data, timestamp: held.timestamp, error: held.error, refresh: () => again.current() };
}
