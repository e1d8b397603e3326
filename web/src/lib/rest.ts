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
type Operation<P, M extends string> = P extends { [K in M]: infer O } ? Exclude<O, undefined> : never;
type DataOf<O> = O extends { responses: { 200: Json<{ data: infer D }> } }
  ? D
  : O extends { responses: { 201: Json<{ data: infer D }> } }
    ? D
    : never;
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? Q : never;
type BodyOf<O> = O extends { requestBody: Json<infer B> }
  ? B
  : O extends { requestBody?: Json<infer B> }
    ? B
    : undefined;

type Method = "post" | "put" | "patch" | "delete";
export type PathWith<M extends string> = {
  [P in keyof RestPaths]: [Operation<RestPaths[P], M>] extends [never] ? never : P;
}[keyof RestPaths];
export type GetPath = {
  [P in keyof RestPaths]: [DataOf<Operation<RestPaths[P], "get">>] extends [never] ? never : P;
}[keyof RestPaths];
type GetData<P extends keyof RestPaths> = DataOf<Operation<RestPaths[P], "get">>;

/** Something that can be asked for, with the type of its answer. */
export interface Route<T> {
  readonly url: string;
  /** Never set: it only carries the type. */
  readonly data?: T;
}

/** The value of a path's one parameter, and the query. */
function address(path: string, parameter: string | number | undefined, query: object | undefined): string {
  const filled =
    parameter === undefined
      ? path
      : path.replace(/\{\w+\}/, () => encodeURIComponent(parameter).replaceAll("%3A", ":"));
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const parameters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return parameters.size > 0 ? `${filled}?${parameters}` : filled;
}

export function route<P extends GetPath>(
  path: P,
  parameter?: string | number,
  query?: QueryOf<Operation<RestPaths[P], "get">>,
): Route<GetData<P>> {
  return { url: address(path, parameter, query as object | undefined) };
}

/** The page of a list behind a cursor, which goes back as it came. */
export function behind<T>({ url }: Route<T>, parameter: "before" | "end" | "cursor", cursor: string): Route<T> {
  return { url: `${url}${url.includes("?") ? "&" : "?"}${parameter}=${encodeURIComponent(cursor)}` };
}

interface Answer<T> {
  data: T;
  /** The server's time, microseconds UTC. */
  timestamp: number;
}

let authorization: () => Promise<string | null> = async () => null;

let onRefused: () => void = () => {};

/** Says what the header `Authorization` is to be, and hears when it was not good enough. */
export function identifyBy(header: () => Promise<string | null>, refused: () => void): void {
  authorization = header;
  onRefused = refused;
}

interface Asked extends RequestInit {
  /** Nobody is named: the request is about who somebody is. */
  isAnonymous?: boolean;
}

async function call<T>(path: string, { isAnonymous, ...init }: Asked, signal?: AbortSignal): Promise<Answer<T>> {
  const identity = isAnonymous ? null : await authorization();
  const headers = { ...(init.headers as Record<string, string>), ...(identity ? { Authorization: identity } : {}) };
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
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
    if (identity && response.status === 401) onRefused();
    throw new ApiError(body.code ?? "internal", body.message ?? `status ${response.status}`, body.retryable === true);
  }
  return body;
}

export const get = <T>({ url }: Route<T>, signal?: AbortSignal): Promise<Answer<T>> => call<T>(url, {}, signal);

interface Sent<O> {
  /** Fills the path's parameter. */
  parameter?: string | number;
  query?: QueryOf<O>;
  body?: BodyOf<O>;
  isAnonymous?: boolean;
}

const TRIES_MAX = 3;
const RETRY_AFTER_MS = 400;

/**
 * Has the server do something, once: the request carries a key by which the server knows it again, so it may be sent
 * again when no answer came. When none comes at all, what became of it is not known, and the error says so.
 */
export async function send<M extends Method, P extends PathWith<M>>(
  method: M,
  path: P,
  { parameter, query, body, isAnonymous = false }: Sent<Operation<RestPaths[P], M>> = {},
): Promise<Answer<DataOf<Operation<RestPaths[P], M>>>> {
  const headers: Record<string, string> = { "Idempotency-Key": randomKey() };
  const init: Asked = { method: method.toUpperCase(), headers, isAnonymous };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const url = address(path, parameter, query as object | undefined);
  for (let tries = 1; ; tries += 1) {
    try {
      return await call<DataOf<Operation<RestPaths[P], M>>>(url, init);
    } catch (error) {
      if (!(error instanceof ApiError) || !NO_ANSWER.includes(error.code)) throw error;
      // What says who somebody is is good once, and asked for again by whoever wants it.
      if (tries === (isAnonymous ? 1 : TRIES_MAX))
        throw new ApiError(error.code, `${error.message}, and whether it was done is not known`, true);
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS * tries));
    }
  }
}

/** After these it is not known what became of the request. */
const NO_ANSWER = ["unreachable", "not_json", "timed_out", "in_progress"];

/** 128 random bits; `randomUUID` is only there where the connection is encrypted or local. */
export const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

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
