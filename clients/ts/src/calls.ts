/** Requests over the connection that do something: each has one answer, or none that will ever be known. */

import type { components } from "./generated/rest.ts";
import type { ErrorFrame, Order } from "./types.ts";

type Schemas = components["schemas"];

/** An order is named by the server's number or by the client's own name for it. */
type Named = { order_id: number } | { client_order_id: string };
type OfAccount = { account?: string };

/** What each op takes, and what it answers. */
interface Ops {
  "order.place": { fields: Schemas["OrderFields"]; answer: Order };
  "order.amend": { fields: Named & Omit<Schemas["AmendFields"], "account"> & OfAccount; answer: Order };
  "order.cancel": { fields: Named & OfAccount; answer: Order };
  "order.cancel_all": { fields: OfAccount & { market?: string }; answer: { cancelled: number } };
}

export type CallName = keyof Ops;
export type CallFields<N extends CallName> = Ops[N]["fields"];
export type CallAnswer<N extends CallName> = Ops[N]["answer"];

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

  /** Whether the reply is one to a call. */
  answer(reply: { id?: unknown; data?: unknown }): boolean {
    const waiting = this.#take(reply.id);
    waiting?.resolve(reply.data as never);
    return waiting !== undefined;
  }

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
