// Many WebSocket clients, each with some streams. Every frame is checked against the rule of epoch, seq and prev.
import { MARKETS, follow, full, noFaults, pick, seed } from './common.js';

const VUS = 10;
const SOCKETS = full(1000, 200) / VUS;
const LASTS_MS = full(60_000, 8_000);

export const options = {
  scenarios: {
    subscribers: { executor: 'per-vu-iterations', vus: VUS, iterations: 1, maxDuration: `${LASTS_MS / 1000 + 60}s` },
  },
  thresholds: {
    ...noFaults,
    // k6 itself is most of this: at a thousand sockets its tail is several times the server's.
    sent_to_received_ms: ['p(99)<1000'],
    frames: [`count>${SOCKETS * VUS}`],
  },
};

/** What clients of different kinds follow: a trading page, a tape, a list of markets, a chart, a copy of the book. */
const KINDS = [
  (market) => [{ channel: 'book', markets: [market], depth: 10, interval_ms: 250 }],
  (market) => [{ channel: 'trades', markets: [market] }],
  () => [{ channel: 'ticker', markets: MARKETS }],
  (market) => [{ channel: 'candles', markets: [market], interval: '1m' }, { channel: 'bbo', markets: [market] }],
  (market) => [{ channel: 'book', markets: [market], depth: 'full', interval_ms: 1000 }],
];

export function setup() {
  seed();
}

export default function () {
  for (let at = 0; at < SOCKETS; at += 1) {
    // A few milliseconds apart: storm.js is the one that comes all at once.
    setTimeout(() => follow(KINDS[at % KINDS.length](pick(MARKETS)), LASTS_MS), at * 10);
  }
}
