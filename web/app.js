// The page: markets on the left, one market's book, ticker and tape. Follows docs/ws-protocol.md: a snapshot
// resets, a delta applies iff its epoch is the held one and its prev the last seq, otherwise subscribe anew.

const LEVELS = 15;
const TRADES = 30;
const SILENCE_MS = 15_000; // A heartbeat comes every 5 s.
const MARKETS_EVERY_MS = 2_000;
const RECONNECT_FIRST_MS = 500;
const RECONNECT_LAST_MS = 10_000;

const CHANNELS = {
  book: { channel: "book", depth: 25, interval_ms: 100 },
  ticker: { channel: "ticker" },
  trades: { channel: "trades" },
};

const byId = (id) => document.getElementById(id);

const page = {
  socket: null,
  attempts: 0,
  silence: 0,
  market: null,
  streams: {},
  status: null,
  isDirty: false,
};

// A market's decimals have a fixed scale: without the point they compare as whole numbers.
const whole = (decimal) => BigInt(decimal.replace(".", ""));
const higher = ([a], [b]) => (whole(a) < whole(b) ? 1 : -1);

function freshStreams() {
  return {
    book: { position: null, bids: new Map(), asks: new Map() },
    ticker: { position: null, shown: null },
    trades: { position: null, list: [] },
  };
}

function send(request) {
  if (page.socket?.readyState === WebSocket.OPEN) page.socket.send(JSON.stringify(request));
}

function subscribe(name) {
  const { position } = page.streams[name];
  const request = { op: "subscribe", ...CHANNELS[name], markets: [page.market] };
  send(position ? { ...request, resume: position } : request);
}

function unsubscribe(name) {
  send({ op: "unsubscribe", ...CHANNELS[name], markets: [page.market] });
}

function begin(name) {
  page.streams[name].position = null;
  unsubscribe(name);
  subscribe(name);
}

function choose(market) {
  if (market === page.market) return;
  if (page.market) Object.keys(CHANNELS).forEach(unsubscribe);
  page.market = market;
  page.streams = freshStreams();
  page.status = null;
  location.hash = market;
  Object.keys(CHANNELS).forEach(subscribe);
  redraw();
}

// Says whether the frame may be applied, and keeps its position.
function follows(stream, frame) {
  const { position } = stream;
  const fits = position && position.epoch === frame.epoch && position.seq === frame.prev;
  if (frame.type !== "snapshot" && !fits) return false;
  stream.position = { epoch: frame.epoch, seq: frame.seq };
  return true;
}

function applyBook(stream, frame) {
  for (const side of ["bids", "asks"]) {
    if (frame.type === "snapshot") stream[side].clear();
    for (const [price, qty] of frame[side]) {
      if (whole(qty) === 0n) stream[side].delete(price);
      else stream[side].set(price, qty);
    }
  }
}

function applyTrades(stream, frame) {
  if (frame.type === "snapshot") stream.list = [];
  const newestFirst = (frame.trades ?? []).slice(-TRADES).reverse();
  stream.list = newestFirst.concat(stream.list).slice(0, TRADES);
}

function take(frame) {
  if (frame.market !== page.market) return;
  if (frame.channel === "status") {
    page.status = frame;
    return redraw();
  }
  const stream = page.streams[frame.channel];
  if (!stream) return;
  if (!follows(stream, frame)) {
    // Without a position a snapshot is on its way, and what comes before it is of the old subscription.
    if (stream.position) begin(frame.channel);
    return;
  }
  if (frame.channel === "book") applyBook(stream, frame);
  else if (frame.channel === "trades") applyTrades(stream, frame);
  else stream.shown = frame;
  redraw();
}

function onMessage({ data }) {
  listenForSilence();
  const frame = JSON.parse(data);
  if (frame.type === "reply" || frame.type === "error") {
    const refusals = (frame.results ?? [frame]).filter((result) => result.code);
    for (const refusal of refusals) showConnection("connected", `refused: ${refusal.message}`);
  } else {
    take(frame);
  }
}

function listenForSilence() {
  clearTimeout(page.silence);
  page.silence = setTimeout(() => drop(page.socket, "nothing heard for 15 s"), SILENCE_MS);
}

function connect() {
  showConnection("connecting", page.attempts ? `connecting again, attempt ${page.attempts + 1}` : "connecting");
  const url = new URL("/api/v1/ws", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  page.socket = socket;
  listenForSilence();
  socket.onopen = () => {
    page.attempts = 0;
    showConnection("connected", "connected");
    if (page.market) Object.keys(CHANNELS).forEach(subscribe);
  };
  socket.onmessage = onMessage;
  socket.onclose = ({ code, reason }) => drop(socket, `closed: ${code}${reason ? ` ${reason}` : ""}`);
}

// A dead connection may take long to close, so it is not waited for.
function drop(socket, why) {
  if (socket !== page.socket) return;
  page.socket = null;
  clearTimeout(page.silence);
  socket.onmessage = null;
  socket.close();
  const pause = Math.min(RECONNECT_FIRST_MS * 2 ** page.attempts, RECONNECT_LAST_MS) * (0.5 + Math.random() / 2);
  page.attempts += 1;
  showConnection("disconnected", `disconnected (${why}), next attempt in ${(pause / 1000).toFixed(1)} s`);
  setTimeout(connect, pause);
}

function showConnection(state, text) {
  byId("connection").dataset.state = state;
  byId("connection").textContent = text;
  redraw();
}

async function loadMarkets() {
  try {
    const response = await fetch("/api/v1/markets");
    const { data, message } = await response.json();
    if (!response.ok) throw new Error(message);
    drawMarkets(Array.isArray(data) ? data : data.items);
    byId("markets").dataset.state = "fresh";
    byId("markets-note").hidden = true;
  } catch (error) {
    byId("markets").dataset.state = "old";
    byId("markets-note").textContent = `the list could not be loaded: ${error.message}`;
    byId("markets-note").hidden = false;
  }
  setTimeout(loadMarkets, MARKETS_EVERY_MS);
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// Keeps the rows that are there, so that focus and selection survive.
function rowsOf(parent, count, make) {
  while (parent.children.length > count) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(make());
  return [...parent.children];
}

function drawMarkets(markets) {
  const makeItem = () => {
    const item = element("li");
    const button = element("button");
    button.type = "button";
    button.append(element("span"), element("span", "", "badge"));
    button.addEventListener("click", () => choose(button.dataset.market));
    item.append(button);
    return item;
  };
  rowsOf(byId("markets"), markets.length, makeItem).forEach((item, at) => {
    const { market, status, source } = markets[at];
    const button = item.firstElementChild;
    const [name, badge] = button.children;
    button.dataset.market = market;
    button.setAttribute("aria-current", String(market === page.market));
    name.textContent = market;
    badge.textContent = status;
    badge.dataset.status = status;
    if (market === page.market) byId("market-source").textContent = `source: ${source}`;
  });
  if (!page.market && markets.length > 0) {
    const wanted = decodeURIComponent(location.hash.slice(1));
    // Real data before simulated data.
    const preferred = markets.find(({ market }) => market === wanted) ?? markets.find(({ source }) => source !== "sim");
    choose((preferred ?? markets[0]).market);
  }
}

// At most once a frame of the screen, however many frames come.
function redraw() {
  if (page.isDirty) return;
  page.isDirty = true;
  requestAnimationFrame(() => {
    page.isDirty = false;
    draw();
  });
}

function draw() {
  if (!page.market) return;
  const isConnected = page.socket?.readyState === WebSocket.OPEN;
  const status = isConnected ? page.status?.status ?? "connecting" : "disconnected";
  const reason = isConnected ? page.status?.reason : null;
  byId("market").dataset.status = status;
  byId("market-name").textContent = page.market;
  byId("market-status").textContent = reason ? `${status}: ${reason}` : status;
  byId("market-status").dataset.status = status;
  for (const button of document.querySelectorAll("#markets button")) {
    button.setAttribute("aria-current", String(button.dataset.market === page.market));
  }
  drawBook(page.streams.book);
  drawTicker(page.streams.ticker.shown);
  drawTrades(page.streams.trades.list);
}

function drawBook({ position, bids, asks }) {
  const sides = {
    bids: [...bids].sort(higher).slice(0, LEVELS),
    asks: [...asks].sort(higher).reverse().slice(0, LEVELS),
  };
  const sums = { bids: running(sides.bids), asks: running(sides.asks) };
  const deepest = [...sums.bids, ...sums.asks].reduce((most, sum) => (sum > most ? sum : most), 1n);
  for (const name of ["bids", "asks"]) {
    // Asks stand above the spread, the best one lowest.
    const order = sides[name].map((_, at) => at);
    if (name === "asks") order.reverse();
    const rows = rowsOf(byId(name), order.length, () => rowOf(3));
    order.forEach((at, row) => {
      const [price, qty] = sides[name][at];
      const sum = sums[name][at];
      fill(rows[row], [price, qty, atScaleOf(sum, qty)]);
      rows[row].style.setProperty("--share", String((sum * 100n) / deepest));
    });
  }
  byId("spread").textContent = spreadText(sides.bids[0], sides.asks[0]);
  byId("position").textContent = position ? `book at epoch ${position.epoch}, seq ${position.seq}` : "";
}

function running(levels) {
  let sum = 0n;
  return levels.map(([, qty]) => (sum += whole(qty)));
}

function spreadText(bid, ask) {
  if (!bid || !ask) return "no spread while a side is empty";
  return `spread ${atScaleOf(whole(ask[0]) - whole(bid[0]), ask[0])}`;
}

// A whole number printed with as many decimals as `like` has.
function atScaleOf(number, like) {
  const decimals = like.includes(".") ? like.length - like.indexOf(".") - 1 : 0;
  const sign = number < 0n ? "-" : "";
  const digits = String(number < 0n ? -number : number).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  return sign + digits.slice(0, point) + (decimals ? `.${digits.slice(point)}` : "");
}

function drawTicker(ticker) {
  const figures = !ticker ? [] : [
    ["last", ticker.last],
    ["24 h change", ticker.change_percent === null ? null : `${ticker.change_percent} %`],
    ["high", ticker.high],
    ["low", ticker.low],
    ["volume", ticker.volume],
    ["trades", String(ticker.trades)],
    ["imbalance", ticker.imbalance],
  ];
  const makeFigure = () => {
    const figure = element("div");
    figure.append(element("dt"), element("dd"));
    return figure;
  };
  rowsOf(byId("ticker"), figures.length, makeFigure).forEach((figure, at) => {
    fill(figure, [figures[at][0], figures[at][1] ?? "–"]);
  });
}

function drawTrades(trades) {
  rowsOf(byId("trades"), trades.length, () => rowOf(3)).forEach((row, at) => {
    const { ts, price, qty, side } = trades[at];
    const time = ts ? new Date(ts / 1000).toLocaleTimeString([], { hour12: false }) : "–";
    fill(row, [time, price, qty]);
    row.children[1].className = side === "buy" ? "buy" : "sell";
  });
}

function rowOf(cells) {
  const row = element("tr");
  for (let at = 0; at < cells; at += 1) row.append(element("td"));
  return row;
}

function fill(row, texts) {
  texts.forEach((text, at) => {
    if (row.children[at].textContent !== text) row.children[at].textContent = text;
  });
}

connect();
loadMarkets();
