/** A stream as an async iterator, with a buffer that is bounded without leaving a hole. */

import type { MarketClient } from "./client.ts";
import type { MarketStream } from "./stream.ts";
import type { Refusal } from "./subscription.ts";
import type { FrameOf } from "./types.ts";

export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.message}`);
    this.name = "RefusedError";
    this.refusal = refusal;
  }
}

/**
 * The frames of a stream, for `for await`. Whoever takes them too slowly is treated as the server treats slow readers:
 * what has piled up is let go and the stream begins anew with a snapshot, so what is taken is without a hole. Leaving
 * the loop ends the subscription. A refusal that will not pass is thrown.
 */
export async function* frames<N extends MarketStream>(
  client: MarketClient,
  stream: N,
  market: string,
  { limit = 1024 }: { limit?: number } = {},
): AsyncGenerator<FrameOf<N["channel"]>, never, void> {
  let waiting: FrameOf<N["channel"]>[] = [];
  let refused: Refusal | null = null;
  let wake: (() => void) | null = null;
  const subscription = client.subscribe(stream, market, {
    onFrame: (frame) => {
      if (waiting.length >= limit) {
        waiting = [];
        subscription.restart();
      } else {
        waiting.push(frame);
      }
      wake?.();
    },
    onRefused: (refusal) => {
      if (!refusal.retryable) refused = refusal;
      wake?.();
    },
  });
  try {
    for (;;) {
      const taken = waiting;
      waiting = [];
      yield* taken;
      if (refused) throw new RefusedError(refused);
      if (waiting.length === 0) {
        await new Promise<void>((resolve) => (wake = resolve));
        wake = null;
      }
    }
  } finally {
    subscription.close();
  }
}
