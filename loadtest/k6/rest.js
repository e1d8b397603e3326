// REST as its callers mix it: mostly books, then tickers, trades, candles and lists.
import { check } from 'k6';
import { API, MARKETS, full, get, pick, seconds } from './common.js';

export const options = {
  scenarios: {
    rest: {
      executor: 'constant-arrival-rate',
      rate: full(1000, 200),
      duration: seconds(full(60, 5)),
      preAllocatedVUs: 20,
      maxVUs: 100,
    },
  },
  thresholds: {
    checks: ['rate==1'],
    http_req_failed: ['rate==0'],
    http_req_duration: ['p(99)<250'],
    dropped_iterations: ['count==0'],
  },
};

/** Chances in percent. */
const MIX = [
  [60, (market) => get(`/markets/${market}/book?depth=${pick([10, 25, 50, 100])}`, 'book')],
  [15, (market) => get(`/markets/${market}/ticker`, 'ticker')],
  [10, (market) => get(`/markets/${market}/trades?limit=100`, 'trades')],
  [10, (market) => get(`/markets/${market}/candles?interval=1m&limit=100`, 'candles')],
  [5, () => get('/markets', 'markets')],
];

export default function () {
  let left = Math.random() * 100;
  const [, ask] = MIX.find(([chance]) => (left -= chance) < 0) || MIX[0];
  const answer = ask(pick(MARKETS));
  check(answer, {
    'the status is 200': (answer) => answer.status === 200,
    'the envelope says success': (answer) => answer.json('status') === 'success',
    'the trace id is in body and header': (answer) => answer.json('trace_id') === answer.headers['X-Trace-Id'],
  });
}

export function setup() {
  const answer = get('/system/info', 'info');
  if (answer.status !== 200) throw new Error(`no marketd at ${API}: status ${answer.status}`);
}
