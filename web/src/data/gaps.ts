/** Holes in what is stored, to be shown where they are. */

import type { StoredGap } from "../lib/api.ts";
import { route, usePoll } from "../lib/rest.ts";

const EVERY_MS = 30_000;
const GAPS_MAX = 1_000;

const KINDS: Record<string, string> = {
  venue: "messages of the venue never came",
  offline: "nobody was listening",
};

export const gapText = ({ kind }: StoredGap): string => KINDS[kind] ?? kind.replaceAll("_", " ");

/** Holes that began at `since` or later; `null` asks for none. */
export function useGaps(market: string, since: number | null): readonly StoredGap[] {
  const { data } = usePoll(
    since === null ? null : route("/api/v1/markets/{market}/gaps", market, { start: since, limit: GAPS_MAX }),
    EVERY_MS,
  );
  return data?.items ?? [];
}

export type Entry<T> = { readonly item: T } | { readonly gap: StoredGap };

/** Items, newest first, with the holes between them in their places. */
export function withGaps<T>(
  items: readonly T[],
  gaps: readonly StoredGap[],
  timeOf: (item: T) => number,
): readonly Entry<T>[] {
  if (gaps.length === 0) return items.map((item) => ({ item }));
  const left = gaps.toSorted((a, b) => b.since - a.since);
  const entries: Entry<T>[] = [];
  let at = 0;
  for (const item of items) {
    for (; at < left.length; at += 1) {
      const gap = left[at] as StoredGap;
      if (gap.since < timeOf(item)) break;
      entries.push({ gap });
    }
    entries.push({ item });
  }
  return entries;
}
