/** One stream that somebody follows, as the client keeps it across connections. */

import type { Position } from "./position.ts";
import { parametersKey, streamKey, type StreamName } from "./stream.ts";
import type { DataFrame } from "./types.ts";

/** Why the server does not serve a stream. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export interface StreamHandlers<F extends DataFrame = DataFrame> {
  /** A frame that follows what came before. A snapshot replaces all that was held. */
  onFrame(frame: F): void;
  /** The server does not serve this stream. One that may be asked for again is. */
  onRefused?(refusal: Refusal): void;
}

/**
 * What the server knows of the stream on this connection.
 * - `wanted`: nothing, it is to be asked
 * - `asked`: a request is on its way
 * - `accepted`, `refused`: it has answered
 */
export type SubscriptionState = "wanted" | "asked" | "accepted" | "refused";

export class StreamRecord {
  readonly stream: StreamName;
  readonly market: string;
  readonly key: string;
  readonly parameters: string;
  readonly handlers: StreamHandlers;
  state: SubscriptionState = "wanted";
  /** The request that the state is of: answers to an older one do not count. */
  requestId = 0;
  position: Position | null = null;
  /** When to ask again after a refusal that can pass, by the client's clock. */
  retryAt: number | null = null;
  refusals = 0;

  constructor(stream: StreamName, market: string, handlers: StreamHandlers) {
    this.stream = stream;
    this.market = market;
    this.handlers = handlers;
    this.key = streamKey(stream, market);
    this.parameters = parametersKey(stream);
  }
}
