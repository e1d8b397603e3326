/** How long to wait before the next attempt to connect. */

export interface BackoffOptions {
  /** Pause after the first failure. */
  firstMs: number;
  /** No pause is longer. */
  lastMs: number;
}

/**
 * Doubles with each attempt, and is between half of that and all of it: clients that were closed together do not come
 * back together. `random` is in 0..1.
 */
export function backoffMs(attempt: number, { firstMs, lastMs }: BackoffOptions, random: number): number {
  const whole = Math.min(firstMs * 2 ** Math.min(attempt, 30), lastMs);
  return whole * (0.5 + random / 2);
}
