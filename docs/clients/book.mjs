// Holds one order book by the rule of docs/ws-protocol.md. Node 20 needs the flag, 22 and browsers do not.
// usage: node --experimental-websocket book.mjs ws://127.0.0.1:8080/api/v1/ws binance:BTC-USDT 10 30
const [url, market, depth, seconds] = process.argv.slice(2);
const request = { op: "subscribe", id: 1, channel: "book", markets: [market], depth };
const book = { bids: new Map(), asks: new Map() }; // price as printed -> quantity as printed
let position = null; // epoch and seq of the last frame applied

// A market's scale is fixed: without the point, its decimals compare as whole numbers.
const whole = (decimal) => BigInt(decimal.replace(".", ""));
const ascending = ([a], [b]) => (whole(a) < whole(b) ? -1 : 1);
const best = (count) => ({
  bids: [...book.bids].sort(ascending).reverse().slice(0, count),
  asks: [...book.asks].sort(ascending).slice(0, count),
});

function apply(frame) { // says whether the book is still true
  if (frame.type === "snapshot") book.bids.clear(), book.asks.clear();
  else if (frame.epoch !== position?.epoch || frame.prev !== position.seq) return false;
  for (const side of ["bids", "asks"])
    for (const [price, qty] of frame[side]) whole(qty) ? book[side].set(price, qty) : book[side].delete(price);
  position = { epoch: frame.epoch, seq: frame.seq };
  return true;
}

function connect() {
  const socket = new WebSocket(url);
  const silence = setTimeout(() => socket.close(), 15_000); // a heartbeat comes every 5 s
  socket.onopen = () => socket.send(JSON.stringify(position ? { ...request, resume: position } : request));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    silence.refresh();
    if (frame.type === "error" || frame.status === "error") return console.error("refused:", data), process.exit(1);
    if (frame.channel !== "book" || !frame.bids) return;
    if (!apply(frame)) return (position = null), socket.close(); // a gap: subscribe anew, without resume
    console.log("best bid and ask", ...Object.values(best(1)).map(([level]) => level?.join(" x ")));
  };
  socket.onclose = ({ code }) => (clearTimeout(silence), console.log("connection lost:", code), setTimeout(connect, 500));
}

connect();
setTimeout(() => (console.log(JSON.stringify({ ...position, ...best(10) })), process.exit()), seconds * 1000);
