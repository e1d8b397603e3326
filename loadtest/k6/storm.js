// Clients that come back all at once, as after a restart: connect, subscribe, wait for the first frames, leave.
import { MARKETS, follow, full, noFaults, seconds, seed } from './common.js';

const STAYS_MS = 1_000;

export const options = {
  scenarios: {
    storm: {
      executor: 'constant-arrival-rate',
      rate: full(200, 40),
      duration: seconds(full(30, 5)),
      preAllocatedVUs: full(800, 160),
      maxVUs: full(1500, 300),
      gracefulStop: '30s',
    },
  },
  thresholds: {
    ...noFaults,
    ws_connecting_ms: ['p(95)<1000'],
    ws_first_frame_ms: ['p(95)<2000'],
    dropped_iterations: ['count==0'],
  },
};

export function setup() {
  seed();
}

export default function () {
  // Few frames: what is measured is how they begin.
  follow([{ channel: 'book', markets: MARKETS, depth: 25, interval_ms: 1000 }, { channel: 'ticker', markets: MARKETS }], STAYS_MS);
}
