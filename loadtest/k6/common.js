// What the scenarios share: where the server is, how long and how wide a run is, and a client that checks the rule of
// the data frames.
import http from 'k6/http';
import { Counter, Trend } from 'k6/metrics';
// From k6 1.2 on it is also called k6/websockets.
import { WebSocket } from 'k6/experimental/websockets';

export const HTTP = __ENV.MARKETD_URL || 'http://127.0.0.1:8080';
export const WS = `${HTTP.replace(/^http/, 'ws')}/api/v1/ws`;
export const API = `${HTTP}/api/v1`;
export const MARKETS = (__ENV.MARKETS || 'sim:BTC-USD,sim:ETH-USD,sim:SOL-USD').split(',');

const IS_FULL = __ENV.FULL === '1';
/** The first where the run is a full one, else the second. */
export const full = (long, short) => (IS_FULL ? long : short);

export const seconds = (count) => `${count}s`;
export const pick = (list) => list[Math.floor(Math.random() * list.length)];
export const get = (path, name) => http.get(`${API}${path}`, { tags: { name } });

export const frames = new Counter('frames');
/** Data frames whose `prev` is not what the client holds: must stay zero. */
export const gaps = new Counter('sequence_gaps');
/** Requests and handshakes that were refused, and connections that ended by themselves: must stay zero. */
export const faults = new Counter('faults');
/** From the server's `ts_sent` to the client; k6 has a clock of milliseconds, and its own queue is in it. */
export const sentToReceived = new Trend('sent_to_received_ms', true);
export const connecting = new Trend('ws_connecting_ms', true);
export const firstFrame = new Trend('ws_first_frame_ms', true);

/** Positions of a connection's streams, kept by the rule of docs/ws-protocol.md. */
export class Positions {
  constructor() {
    this.held = {};
  }

  /** Whether the frame follows what is held. */
  take(frame) {
    const parts = [frame.market, frame.channel, frame.depth, frame.interval_ms, frame.interval, frame.checksum];
    const key = parts.join('|');
    const held = this.held[key];
    const isWhole = frame.type === 'snapshot' || frame.type === 'status';
    this.held[key] = { epoch: frame.epoch, seq: frame.seq };
    return isWhole || (held !== undefined && held.epoch === frame.epoch && held.seq === frame.prev);
  }
}

/** Opens a connection, subscribes, and closes after `lasts` milliseconds. `subscriptions` are request objects. */
export function follow(subscriptions, lasts, url = WS) {
  const began = Date.now();
  const socket = new WebSocket(url);
  const positions = new Positions();
  const seen = { frames: 0, isClosing: false };
  const close = () => {
    seen.isClosing = true;
    socket.close();
  };
  socket.onopen = () => {
    connecting.add(Date.now() - began);
    subscriptions.forEach((wanted, at) => socket.send(JSON.stringify({ op: 'subscribe', id: at, ...wanted })));
    setTimeout(close, lasts);
  };
  socket.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    if (frame.op !== undefined || frame.type === 'error') {
      if (isRefusal(frame)) fault(`refused: ${event.data.slice(0, 300)}`);
      return;
    }
    if (frame.channel === undefined) return;
    if (seen.frames === 0) firstFrame.add(Date.now() - began);
    seen.frames += 1;
    frames.add(1);
    // A stream that others follow begins with frames that were made before this client came.
    const sentAt = frame.ts_sent / 1000;
    if (sentAt >= began) sentToReceived.add(Date.now() - sentAt);
    if (!positions.take(frame)) {
      gaps.add(1);
      console.error(`a frame does not follow: ${event.data.slice(0, 300)}`);
    }
  };
  socket.onerror = (event) => {
    if (!seen.isClosing) fault(`connection: ${event.error}`);
  };
  socket.onclose = () => {
    if (!seen.isClosing) fault('the server closed the connection');
    else if (seen.frames === 0) fault('a connection got no frame');
  };
}

const isRefusal = (reply) =>
  reply.type === 'error' || (reply.results || []).some((result) => result.status === 'error');

function fault(text) {
  faults.add(1);
  console.error(text);
}

/** Seeds the counters: k6 takes a threshold on a counter that never counted as passed, and leaves it out of the summary. */
export function seed() {
  [frames, gaps, faults].forEach((counter) => counter.add(0));
}

export const noFaults = { sequence_gaps: ['count==0'], faults: ['count==0'] };
