/** The whole rule of the protocol, in one function. */

/** Where a stream stands: the numbers of the last frame that was applied. */
export interface Position {
  readonly epoch: number;
  readonly seq: number;
}

interface Numbered {
  type: string;
  epoch: number;
  seq: number;
  prev: number;
}

/**
 * The position after the frame, or `null` when the frame may not be applied: what is held is then not true any more.
 * A snapshot resets, and so does a status frame, which is whole; anything else applies iff its epoch is the one held
 * and its `prev` the last `seq`.
 */
export function advance(held: Position | null, frame: Numbered): Position | null {
  const isWhole = frame.type === "snapshot" || frame.type === "status";
  const follows = held !== null && held.epoch === frame.epoch && held.seq === frame.prev;
  return isWhole || follows ? { epoch: frame.epoch, seq: frame.seq } : null;
}
