// Everything at a moderate rate for long: subscribers that stay, subscribers that come and go, REST. The server must
// not restart, lose a frame or get slower.
import { check, sleep } from 'k6';
import { MARKETS, follow, full, get, noFaults, pick, seconds, seed } from './common.js';

const LASTS_S = full(1800, 10);
const STAYING = full(200, 40);

export const options = {
  scenarios: {
    staying: {
      executor: 'per-vu-iterations',
      exec: 'stay',
      vus: 4,
      iterations: 1,
      maxDuration: seconds(LASTS_S + 60),
    },
    churning: {
      executor: 'constant-arrival-rate',
      exec: 'comeAndGo',
      rate: full(10, 5),
      duration: seconds(LASTS_S),
      preAllocatedVUs: 60,
      maxVUs: 200,
    },
    rest: { executor: 'constant-vus', exec: 'ask', vus: 2, duration: seconds(LASTS_S) },
  },
  thresholds: {
    ...noFaults,
    checks: ['rate==1'],
    http_req_failed: ['rate==0'],
    http_req_duration: ['p(99)<250'],
    sent_to_received_ms: ['p(99)<1000'],
  },
};

export function setup() {
  seed();
  return { startedAt: Date.now() - uptime() * 1000 };
}

const uptime = () => get('/system/info', 'info').json('data.uptime_s');

export function stay() {
  for (let at = 0; at < STAYING / 4; at += 1) {
    const market = pick(MARKETS);
    const wanted = [{ channel: 'book', markets: [market], depth: 10, interval_ms: 250 }, { channel: 'trades', markets: [market] }];
    follow(wanted, LASTS_S * 1000);
  }
}

export function comeAndGo() {
  follow([{ channel: 'book', markets: [pick(MARKETS)], depth: 'full', interval_ms: 1000 }], 2_000);
}

export function ask(run) {
  const book = get(`/markets/${pick(MARKETS)}/book?depth=50`, 'book');
  const startedAt = Date.now() - uptime() * 1000;
  check(book, {
    'the book is there': (book) => book.status === 200 && book.json('data.bids').length > 0,
    'the server was not restarted': () => Math.abs(startedAt - run.startedAt) < 3_000,
  });
  sleep(0.1);
}
