import type { MarketStatus } from "marketd-client";

const SAYS: Record<string, string> = {
  starting: "starting",
  disconnected: "the feed lost its connection",
  gap: "messages of the venue are missing",
  checksum_mismatch: "the book's checksum does not match the venue's",
  crossed: "the venue's book is crossed",
  silence: "the venue has been silent",
  malformed: "the venue sent what cannot be read",
  overloaded: "more came than could be taken",
  precision: "a number has more decimals than the market",
  restarted: "the market was started again",
  venue_reset: "the venue began anew",
  replay_ended: "the recording has ended",
  replay_moved: "the replay was moved",
  delisted: "the venue does not list it any more",
  suspended: "the venue suspended trading",
};

export const reasonText = (reason: string | null | undefined): string => (reason ? (SAYS[reason] ?? reason) : "");

export type ShownStatus = MarketStatus | "disconnected";

export function StatusBadge({ status, reason }: { status: ShownStatus | string; reason?: string | null | undefined }) {
  return (
    <span className="badge" data-status={status} title={reasonText(reason) || undefined}>
      {status.replaceAll("_", " ")}
    </span>
  );
}

export function SourceTag({ source, more = "" }: { source: string; more?: string }) {
  const title = { live: "from the venue itself", replay: "from a recording", sim: "from the simulated venue" }[source];
  return (
    <span className="tag" data-source={source} title={title}>
      {source} {more}
    </span>
  );
}
