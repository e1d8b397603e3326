/** A WebSocket whose other end is the test. */
export class FakeSocket {
  static made = [];
  readyState = 0;
  sent = [];
  pings = 0;
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;

  constructor(url) {
    this.url = url;
    FakeSocket.made.push(this);
  }

  static get last() {
    return FakeSocket.made.at(-1);
  }

  open() {
    this.readyState = 1;
    this.onopen?.({});
  }

  say(frame) {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }

  fail(code, reason = "") {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  /** Keeps what was sent, but for the greeting of a connection. */
  send(text) {
    const request = JSON.parse(text);
    if (request.op === "ping") this.pings += 1;
    else this.sent.push(request);
  }

  close() {
    this.readyState = 3;
  }
}

export const frame = (fields) => ({
  type: "delta",
  channel: "book",
  depth: 10,
  interval_ms: 100,
  market: "x:A-B",
  epoch: 1,
  ts_venue: 0,
  ts_recv: 0,
  ts_sent: 0,
  bids: [],
  asks: [],
  ...fields,
});
