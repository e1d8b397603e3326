/** What a client is made with, and what it says of its connection. */

import type { BackoffOptions } from "./backoff.ts";
import type { StreamName } from "./stream.ts";

export type ConnectionState =
  | { readonly phase: "connecting"; readonly attempt: number }
  | { readonly phase: "open" }
  | { readonly phase: "waiting"; readonly attempt: number; readonly pauseMs: number; readonly why: string }
  | { readonly phase: "closed"; readonly why: string };

/** The part of the standard WebSocket that is used: the browser's, node's, or a package's. */
export interface Socket {
  readonly readyState: number;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type SocketConstructor = new (url: string | URL) => Socket;

export interface ClientOptions {
  /** `ws://127.0.0.1:8080/api/v1/ws` */
  url: string | URL;
  /** The global `WebSocket` unless said otherwise. */
  WebSocket?: SocketConstructor;
  /** Half a second at first, doubling up to ten. */
  backoff?: BackoffOptions;
  /** Without any frame for so long the connection is dead. A heartbeat comes every 5 s. */
  silenceMs?: number;
  /** How long connecting, and the answer to a request, may take. */
  answerMs?: number;
  /** In 0..1, for the pauses. */
  random?: () => number;
  /**
   * What shows the server who this is, asked for at each connection: a ticket, which is good once, or an access token.
   * `null` shows nothing: then the connection is a stranger's, or on an open server the local user's.
   */
  credentials?: () => Promise<Credentials | null>;
}

export type Credentials = { readonly ticket: string } | { readonly token: string };

export interface Subscription {
  readonly stream: StreamName;
  readonly market: string;
  /** Gives up what is held and has the server begin with a snapshot. */
  restart(): void;
  close(): void;
}
