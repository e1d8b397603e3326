/**
 * One WebSocket to a marketd server, for as long as it is wanted. It connects, subscribes, notices silence, connects
 * again with a growing pause, and resumes each stream behind the last frame that was handed out. What it hands out
 * follows the rule of the protocol: a snapshot, then frames without a hole.
 *
 * Nothing here grows with what the server sends: frames go to their handlers at once, requests are made anew from the
 * list of subscriptions.
 */

import { backoffMs, type BackoffOptions } from "./backoff.ts";
import { Calls, type CallName, type CallFields, type CallAnswer } from "./calls.ts";
import type {
  ClientOptions,
  ConnectionState,
  Credentials,
  Socket,
  SocketConstructor,
  Subscription,
} from "./options.ts";
import type { components } from "./generated/ws.ts";
import { advance } from "./position.ts";
import { frameKey, isPrivate, streamKey, type AccountStream, type MarketStream, type StreamName } from "./stream.ts";
import { StreamRecord, type Refusal, type StreamHandlers } from "./subscription.ts";
import type { DataFrame, ErrorFrame, FrameOf, ReplyFrame, ServerFrame, StatusFrame } from "./types.ts";

const OPEN = 1;
/** What one request may name. */
const MARKETS_OF_A_REQUEST = 100;
const WATCH_EVERY_MS = 1_000;
/** A connection that lived this long was a good one: the pauses begin anew. */
const GOOD_AFTER_MS = 10_000;
/** An identity is shown anew before it lapses. */
const RENEW_BEFORE_MS = 30_000;
/** Close codes that say: do not come back before something was changed. */
const isFinal = (code: number): boolean => code >= 4500 && code <= 4999;

type Result = components["schemas"]["SubscriptionReply"]["results"][number] | components["schemas"]["AccountReply"];
type Listener<T> = (value: T) => void;

export class MarketClient {
  readonly #url: string | URL;
  readonly #Socket: SocketConstructor;
  readonly #backoff: BackoffOptions;
  readonly #silenceMs: number;
  readonly #answerMs: number;
  readonly #random: () => number;
  readonly #credentials: (() => Promise<Credentials | null>) | null;

  readonly #records = new Map<string, StreamRecord>();
  readonly #statuses = new Map<string, StatusFrame>();
  readonly #calls = new Calls();
  /** Subscriptions without an answer: what they asked for, and when. */
  readonly #pending = new Map<number, { at: number; records: StreamRecord[] }>();
  readonly #stateListeners = new Set<Listener<ConnectionState>>();
  readonly #statusListeners = new Set<Listener<StatusFrame>>();
  readonly #errorListeners = new Set<Listener<ErrorFrame>>();

  #socket: Socket | null = null;
  #state: ConnectionState = { phase: "closed", why: "not connected yet" };
  #attempt = 0;
  #openedAt = 0;
  #heardAt = 0;
  #lastId = 0;
  #isAskingSoon = false;
  #reconnect: ReturnType<typeof setTimeout> | null = null;
  #watch: ReturnType<typeof setInterval> | null = null;
  /** The server's clock minus ours, in milliseconds, as of the last heartbeat. */
  #clockOffsetMs: number | null = null;
  #framesReceived = 0;
  /** The request that said who this is, until it is answered. */
  #authId: number | null = null;
  /** When to say so again, by the client's clock. */
  #renewAt: number | null = null;

  constructor(options: ClientOptions) {
    const global = (globalThis as { WebSocket?: SocketConstructor }).WebSocket;
    const Socket = options.WebSocket ?? global;
    if (!Socket) throw new Error("there is no WebSocket here: pass one, or start node with --experimental-websocket");
    this.#url = options.url;
    this.#Socket = Socket;
    this.#backoff = options.backoff ?? { firstMs: 500, lastMs: 10_000 };
    this.#silenceMs = options.silenceMs ?? 15_000;
    this.#answerMs = options.answerMs ?? 10_000;
    this.#random = options.random ?? Math.random;
    this.#credentials = options.credentials ?? null;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get clockOffsetMs(): number | null {
    return this.#clockOffsetMs;
  }

  /** How long nothing has been heard from the server; at the latest after `silenceMs` the connection is given up. */
  get silentMs(): number {
    return this.#socket ? now() - this.#heardAt : Infinity;
  }

  /** Frames of every kind since the client was made. */
  get framesReceived(): number {
    return this.#framesReceived;
  }

  /** The market's last status frame on this connection; there is one for each market that is subscribed to. */
  status(market: string): StatusFrame | undefined {
    return this.#statuses.get(market);
  }

  /** Each returns what ends the listening. */
  onState(listener: Listener<ConnectionState>): () => void {
    return listen(this.#stateListeners, listener);
  }

  onStatus(listener: Listener<StatusFrame>): () => void {
    return listen(this.#statusListeners, listener);
  }

  /** Errors that belong to no subscription. */
  onError(listener: Listener<ErrorFrame>): () => void {
    return listen(this.#errorListeners, listener);
  }

  connect(): void {
    if (this.#socket || this.#reconnect) return;
    this.#watch ??= setInterval(() => this.#look(), WATCH_EVERY_MS);
    this.#open();
  }

  /** Does not wait for the end of a pause; for when the network is known to be back. */
  connectNow(): void {
    if (!this.#reconnect) return;
    clearTimeout(this.#reconnect);
    this.#reconnect = null;
    this.#open();
  }

  /** Ends the connection and comes back only after `connect`. Subscriptions and their positions stay. */
  close(): void {
    this.#end("closed by the client", 1000);
  }

  #end(why: string, code?: number): void {
    if (this.#watch) clearInterval(this.#watch);
    if (this.#reconnect) clearTimeout(this.#reconnect);
    this.#watch = null;
    this.#reconnect = null;
    this.#detach(code);
    this.#setState({ phase: "closed", why });
  }

  /**
   * Asks for one of the order ops, and answers what the server answers. A refusal is a `CallError` with its code. When
   * the connection is lost before the answer came, or there is none, the error says whether the outcome is unknown:
   * then look the order up by its `client_order_id` before doing anything again.
   */
  call<N extends CallName>(op: N, fields: CallFields<N>): Promise<CallAnswer<N>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const isOpen = this.#socket?.readyState === OPEN && this.#state.phase === "open";
    const answer = this.#calls.add(op, id, now(), isOpen);
    if (isOpen) this.#send({ op, id, ...fields });
    return answer;
  }

  /** What happens to an account: its orders, fills, balances or positions. */
  follow<N extends AccountStream>(stream: N, handlers: StreamHandlers<FrameOf<N["channel"]>>): Subscription {
    return this.#subscribe(stream, "", handlers);
  }

  subscribe<N extends MarketStream>(
    stream: N,
    market: string,
    handlers: StreamHandlers<FrameOf<N["channel"]>>,
  ): Subscription {
    return this.#subscribe(stream, market, handlers);
  }

  #subscribe<N extends StreamName>(
    stream: N,
    market: string,
    handlers: StreamHandlers<FrameOf<N["channel"]>>,
  ): Subscription {
    const key = streamKey(stream, market);
    if (this.#records.has(key)) throw new Error(`there is a subscription to ${key} already: share it, see Views`);
    // Frames reach a record by its key, which names the channel: they are of the handler's type.
    const record = new StreamRecord(stream, market, handlers as unknown as StreamHandlers);
    this.#records.set(key, record);
    this.#askSoon();
    return {
      stream,
      market,
      restart: () => this.#restart(record),
      close: () => this.#leave(record),
    };
  }

  #leave(record: StreamRecord): void {
    if (this.#records.get(record.key) !== record) return;
    this.#records.delete(record.key);
    if (record.state === "asked" || record.state === "accepted") this.#sendUnsubscribe(record);
    for (const other of this.#records.values()) if (other.market === record.market) return;
    this.#statuses.delete(record.market);
  }

  #restart(record: StreamRecord): void {
    if (this.#records.get(record.key) !== record) return;
    record.position = null;
    if (record.state === "asked" || record.state === "accepted") this.#sendUnsubscribe(record);
    record.state = "wanted";
    this.#askSoon();
  }

  #open(): void {
    this.#setState({ phase: "connecting", attempt: this.#attempt });
    this.#heardAt = now();
    let socket: Socket;
    try {
      socket = new this.#Socket(this.#url);
    } catch (error) {
      this.#setState({ phase: "closed", why: `cannot connect to ${this.#url}: ${String(error)}` });
      return;
    }
    this.#socket = socket;
    socket.onopen = () => {
      this.#openedAt = this.#heardAt = now();
      // Tells the server's time, and that somebody is here: who asks nothing for 30 s is disconnected.
      this.#send({ op: "ping" });
      if (this.#credentials) void this.#authenticate(socket, this.#credentials);
      else this.#begin();
    };
    socket.onmessage = ({ data }: { data: unknown }) => this.#onMessage(data);
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }: { code: number; reason: string }) =>
      // 1006 is what browsers say when nobody closed it.
      this.#drop(code === 1006 ? "it broke off" : `closed with ${code} ${reason}`.trimEnd(), isFinal(code));
  }

  /** The connection is as good as it gets: what is wanted is asked for. */
  #begin(): void {
    this.#authId = null;
    this.#renewAt = null;
    this.#setState({ phase: "open" });
    this.#ask();
  }

  /** Says who this is. Without credentials, or when they are refused, the connection goes on as a stranger's. */
  async #authenticate(socket: Socket, credentials: () => Promise<Credentials | null>): Promise<void> {
    const shown = await credentials().catch(() => null);
    if (this.#socket !== socket || socket.readyState !== OPEN) return;
    if (!shown) {
      if (this.#state.phase !== "open") this.#begin();
      return;
    }
    this.#lastId += 1;
    this.#authId = this.#lastId;
    this.#pending.set(this.#lastId, { at: now(), records: [] });
    this.#send({ op: "auth", id: this.#lastId, ...shown });
  }

  #onAuthReply({ id, expires_at }: { id?: unknown; expires_at: number | null }): void {
    if (id !== this.#authId) return;
    this.#pending.delete(this.#authId as number);
    const isFirst = this.#state.phase !== "open";
    if (isFirst) this.#begin();
    this.#authId = null;
    const leftMs = expires_at === null ? null : expires_at / 1000 - (Date.now() + (this.#clockOffsetMs ?? 0));
    this.#renewAt = leftMs === null ? null : now() + Math.max(1_000, leftMs - RENEW_BEFORE_MS);
  }

  /** Lets go of the socket without waiting for it: a dead connection may take long to close. */
  #detach(code?: number): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#pending.clear();
    this.#calls.lose();
    this.#authId = this.#renewAt = null;
    this.#statuses.clear();
    for (const record of this.#records.values()) {
      record.state = "wanted";
      record.retryAt = null;
    }
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  #drop(why: string, final = false): void {
    if (this.#openedAt && now() - this.#openedAt > GOOD_AFTER_MS) this.#attempt = 0;
    this.#openedAt = 0;
    if (final) return this.#end(why);
    this.#detach();
    const pauseMs = backoffMs(this.#attempt, this.#backoff, this.#random());
    this.#attempt += 1;
    this.#reconnect = setTimeout(() => {
      this.#reconnect = null;
      this.#open();
    }, pauseMs);
    this.#setState({ phase: "waiting", attempt: this.#attempt, pauseMs, why });
  }

  /** Every second: is the connection alive, are requests answered, may something be asked for again. */
  #look(): void {
    if (!this.#socket) return;
    const at = now();
    const isOpen = this.#socket.readyState === OPEN;
    const patience = isOpen ? this.#silenceMs : this.#answerMs;
    if (at - this.#heardAt > patience) {
      return this.#drop(isOpen ? `nothing heard for ${patience / 1000} s` : "connecting took too long");
    }
    for (const { at: askedAt } of this.#pending.values()) {
      if (at - askedAt > this.#answerMs) return this.#drop("a request was not answered");
    }
    if (this.#calls.waitsSince(at - this.#answerMs)) return this.#drop("an order request was not answered");
    if (this.#renewAt !== null && this.#renewAt <= at && this.#credentials) {
      this.#renewAt = null;
      void this.#authenticate(this.#socket, this.#credentials);
    }
    for (const record of this.#records.values()) {
      if (record.retryAt !== null && record.retryAt <= at) {
        record.retryAt = null;
        record.state = "wanted";
        this.#askSoon();
      }
    }
  }

  /** Several subscriptions of one moment become one request. */
  #askSoon(): void {
    if (this.#isAskingSoon) return;
    this.#isAskingSoon = true;
    queueMicrotask(() => {
      this.#isAskingSoon = false;
      this.#ask();
    });
  }

  #ask(): void {
    // Before it is known who this is, private channels would be refused.
    if (this.#socket?.readyState !== OPEN || this.#state.phase !== "open") return;
    const groups = new Map<string, StreamRecord[]>();
    for (const record of this.#records.values()) {
      if (record.state !== "wanted") continue;
      const group = groups.get(record.parameters) ?? [];
      group.push(record);
      groups.set(record.parameters, group);
    }
    for (const group of groups.values()) {
      for (let at = 0; at < group.length; at += MARKETS_OF_A_REQUEST) {
        this.#sendSubscribe(group.slice(at, at + MARKETS_OF_A_REQUEST));
      }
    }
  }

  #sendSubscribe(records: StreamRecord[]): void {
    const [first] = records;
    if (!first) return;
    const positions = records.flatMap(({ market, position }) => (position ? [[market, position] as const] : []));
    const resume = isPrivate(first.stream) ? positions[0]?.[1] : Object.fromEntries(positions);
    this.#lastId += 1;
    for (const record of records) {
      record.state = "asked";
      record.requestId = this.#lastId;
    }
    this.#pending.set(this.#lastId, { at: now(), records });
    this.#send({
      op: "subscribe",
      id: this.#lastId,
      ...first.stream,
      ...(isPrivate(first.stream) ? {} : { markets: records.map(({ market }) => market) }),
      ...(positions.length > 0 ? { resume } : {}),
    });
  }

  #sendUnsubscribe(record: StreamRecord): void {
    const { stream, market } = record;
    this.#send({ op: "unsubscribe", ...stream, ...(isPrivate(stream) ? {} : { markets: [market] }) });
  }

  #send(request: object): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(request));
  }

  #onMessage(data: unknown): void {
    this.#heardAt = now();
    this.#framesReceived += 1;
    let frame: ServerFrame;
    try {
      frame = JSON.parse(String(data)) as ServerFrame;
    } catch {
      return this.#drop("the server sent what is not JSON");
    }
    switch (frame.type) {
      case "heartbeat":
        return this.#compareClocks(frame.server_time);
      case "reply":
        return this.#onReply(frame);
      case "error":
        return this.#onErrorFrame(frame);
      case "snapshot":
      case "delta":
      case "event":
      case "status":
        return this.#onData(frame);
      default:
      // New types may be added.
    }
  }

  #onReply(reply: ReplyFrame): void {
    if (reply.op === "ping") return this.#compareClocks(reply.server_time);
    if (reply.op === "auth") return this.#onAuthReply(reply);
    if ("data" in reply) return this.#calls.answer(reply);
    const asked = this.#take(reply.id);
    if (reply.op !== "subscribe" || !asked) return;
    // A channel of an account has one result, which is the reply.
    const results = new Map<string, Result>(
      "results" in reply ? reply.results.map((result) => [result.market, result]) : [["", reply]],
    );
    for (const record of asked) {
      if (record.requestId !== reply.id) continue;
      const result = results.get(record.market);
      if (result?.status === "error") {
        this.#refuse(record, result);
        continue;
      }
      record.state = "accepted";
      record.refusals = 0;
      // A snapshot comes, and what is held may not be gone on with before.
      if (result?.recovered === false) record.position = null;
    }
  }

  #compareClocks(serverMicros: number): void {
    this.#clockOffsetMs = serverMicros / 1000 - Date.now();
  }

  #onErrorFrame(error: ErrorFrame): void {
    if (this.#calls.refuse(error)) return;
    if (this.#authId !== null && error.id === this.#authId) {
      this.#pending.delete(this.#authId);
      for (const listener of this.#errorListeners) listener(error);
      return this.#begin();
    }
    const asked = this.#take(error.id);
    for (const record of asked ?? []) if (record.requestId === error.id) this.#refuse(record, error);
    if (!asked) for (const listener of this.#errorListeners) listener(error);
  }

  #take(id: number | string | undefined): StreamRecord[] | undefined {
    if (typeof id !== "number") return undefined;
    const asked = this.#pending.get(id);
    this.#pending.delete(id);
    return asked?.records;
  }

  #refuse(record: StreamRecord, refusal: Refusal): void {
    record.state = "refused";
    record.position = null;
    if (refusal.retryable) record.retryAt = now() + backoffMs(record.refusals, this.#backoff, this.#random());
    record.refusals += 1;
    record.handlers.onRefused?.(refusal);
  }

  #onData(frame: DataFrame): void {
    if (frame.channel === "status") this.#onStatusFrame(frame);
    const record = this.#records.get(frameKey(frame));
    if (!record) return;
    const position = advance(record.position, frame);
    if (!position) {
      // Without a position a snapshot is on its way, and what comes before it is of an older subscription.
      if (record.position) this.#restart(record);
      return;
    }
    record.position = position;
    record.handlers.onFrame(frame);
  }

  #onStatusFrame(frame: StatusFrame): void {
    this.#statuses.set(frame.market, frame);
    for (const listener of this.#statusListeners) listener(frame);
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

/** Milliseconds that only grow, whatever is done to the clock. */
function now(): number {
  return performance.now();
}

function listen<T>(listeners: Set<Listener<T>>, listener: Listener<T>): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
