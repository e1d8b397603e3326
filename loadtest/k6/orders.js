// Order entry: place a limit order far from the market, read it, cancel it. Skipped, with a word, on a server without a
// sandbox. ACCESS_TOKEN is that of a user, where the server asks for one.
import http from 'k6/http';
import { check } from 'k6';
import exec from 'k6/execution';
import { API, MARKETS, full, get, pick, seconds } from './common.js';

export const options = {
  scenarios: {
    orders: {
      executor: 'constant-arrival-rate',
      rate: full(200, 20),
      duration: seconds(full(60, 5)),
      preAllocatedVUs: 20,
      maxVUs: 100,
    },
  },
  thresholds: {
    checks: ['rate==1'],
    'http_req_duration{name:place}': ['p(99)<500'],
    'http_req_duration{name:cancel}': ['p(99)<500'],
  },
};

const token = __ENV.ACCESS_TOKEN;
const params = (name) => ({
  tags: { name },
  headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
});

export function setup() {
  // A route that exists answers anything but this, be it a refusal.
  const answer = get('/orders', 'probe');
  const hasOrders = !(answer.status === 404 && answer.json('code') === 'not_found');
  if (!hasOrders) console.warn(`skipped: ${API} has no route for orders`);
  return { hasOrders };
}

/** Half the best bid, in whole units: no risk rule of prices would be met by chance, and nothing is filled. */
function restingPrice(market) {
  const [price] = get(`/markets/${market}/book?depth=1`, 'book').json('data.bids.0');
  return String(Math.max(1, Math.floor(Number(price) / 2)));
}

export default function (run) {
  if (!run.hasOrders) return;
  const market = pick(MARKETS);
  const order = {
    market,
    side: 'buy',
    type: 'limit',
    time_in_force: 'gtc',
    price: restingPrice(market),
    qty: '0.1',
    client_order_id: `k6-${exec.vu.idInTest}-${exec.vu.iterationInScenario}-${Date.now()}`,
  };
  const placed = http.post(`${API}/orders`, JSON.stringify(order), params('place'));
  const isPlaced = check(placed, { 'the order is taken': (answer) => answer.status >= 200 && answer.status < 300 });
  if (!isPlaced) return;
  const id = placed.json('data.order_id');
  const read = http.get(`${API}/orders/${id}`, params('read'));
  check(read, { 'the order is there': (answer) => answer.status === 200 });
  const cancelled = http.del(`${API}/orders/${id}`, null, params('cancel'));
  check(cancelled, { 'the order is cancelled': (answer) => answer.status === 200 });
}
