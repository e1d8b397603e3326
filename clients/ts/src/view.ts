/** What all views have in common: a last frame, a version, and listeners. */

import type { Refusal } from "./subscription.ts";
import type { DataFrame } from "./types.ts";

type Listener = () => void;

export abstract class View<F extends DataFrame = DataFrame> {
  /** The last frame that was applied; `null` until there is one. */
  frame: F | null = null;
  refusal: Refusal | null = null;
  /** Grows with each change, so that a reader knows whether it has seen this one. */
  version = 0;
  readonly #listeners = new Set<Listener>();

  /** Called after each change. Returns what ends the listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** For the subscription only. */
  take(frame: F): void {
    this.apply(frame);
    this.frame = frame;
    this.refusal = null;
    this.#changed();
  }

  /** For the subscription only. */
  refuse(refusal: Refusal): void {
    this.refusal = refusal;
    this.#changed();
  }

  protected abstract apply(frame: F): void;

  #changed(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}
