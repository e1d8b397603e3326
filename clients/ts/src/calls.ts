/** Requests over the connection that do something: each has one answer, or none that will ever be known. */

import type { components } from "./generated/ws.ts";
import type { CallReply, ErrorFrame } from "./types.ts";

type Schemas = components["schemas"];

/** An order is named by the server's number or by the client's own name for it. */
type Named = { order_id: number } | { client_order_id: string };
type FieldsOf<R> = Omit<R, "op" | "id">;
type NamedFieldsOf<R> = Named & Omit<R, "op" | "id" | "order_id" | "client_order_id">;

/** What each op takes. */
interface Fields {
  "order.place": FieldsOf<Schemas["PlaceOrderRequest"]>;
  "order.amend": NamedFieldsOf<Schemas["AmendOrderRequest"]>;
  "order.cancel": NamedFieldsOf<Schemas["CancelOrderRequest"]>;
  "order.cancel_all": FieldsOf<Schemas["CancelAllRequest"]>;
}

export type CallName = keyof Fields;
export type CallFields<N extends CallName> = Fields[N];
export type CallAnswer<N extends CallName> = N extends "order.cancel_all"
  ? Schemas["CancelAllReply"]["data"]
  : Schemas["OrderReply"]["data"];

export class CallError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  /** Whether the request may have been carried out nevertheless. */
  readonly isOutcomeUnknown: boolean;

  constructor(code: string, message: string, retryable: boolean, isOutcomeUnknown: boolean) {
    super(`${code}: ${message}`);
    this.name = "CallError";
    this.code = code;
    this.retryable = retryable;
    this.isOutcomeUnknown = isOutcomeUnknown;
  }
}

interface Waiting {
  readonly op: string;
  readonly at: number;
  resolve(data: never): void;
  reject(error: CallError): void;
}

/** The calls of one client that wait for their answers. */
export class Calls {
  readonly #waiting = new Map<number, Waiting>();

  add<N extends CallName>(op: N, id: number, at: number, isOpen: boolean): Promise<CallAnswer<N>> {
    if (!isOpen) return Promise.reject(new CallError("not_connected", "there is no connection", true, false));
    return new Promise((resolve, reject) => this.#waiting.set(id, { op, at, resolve, reject }));
  }

  waitsSince(at: number): boolean {
    for (const waiting of this.#waiting.values()) if (waiting.at < at) return true;
    return false;
  }

  answer({ id, data }: CallReply): void {
    this.#take(id)?.resolve(data as never);
  }

  /** Whether the error is the answer to a call. */
  refuse({ id, code, message, retryable }: ErrorFrame): boolean {
    const waiting = this.#take(id);
    waiting?.reject(new CallError(code, message, retryable, code === "timed_out" || code === "internal"));
    return waiting !== undefined;
  }

  /** The connection is gone, and with it what it would have answered. */
  lose(): void {
    for (const [id, { op, reject }] of [...this.#waiting]) {
      this.#waiting.delete(id);
      reject(new CallError("connection_lost", `the connection was lost before ${op} was answered`, true, true));
    }
  }

  #take(id: unknown): Waiting | undefined {
    if (typeof id !== "number") return undefined;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
