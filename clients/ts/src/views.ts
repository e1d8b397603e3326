/**
 * What streams add up to: a book, a tape, a ticker, a series of candles. A view is shared by all who want the same,
 * and its subscription ends with the last of them.
 */

import { BalancesView, FillsView, OrdersView, PositionsView } from "./account-views.ts";
import { Book } from "./book.ts";
import type { MarketClient } from "./client.ts";
import type { Subscription } from "./options.ts";
import {
  isPrivate,
  streamKey,
  type BookDepth,
  type BookInterval,
  type CandleInterval,
  type StreamName,
} from "./stream.ts";
import type { Refusal } from "./subscription.ts";
import type { Candle, CandlesFrame, FrameOf, TickerFrame, Trade } from "./types.ts";
import { View } from "./view.ts";

export class BookView extends View<FrameOf<"book">> {
  readonly book = new Book();
  /** Frames whose checksum was compared, and those that differed; a difference begins the stream anew. */
  checksums = { compared: 0, different: 0 };
  /** For the subscription only. */
  onDifference: () => void = () => {};

  protected apply(frame: FrameOf<"book">): void {
    if (frame.type === "snapshot") this.book.reset(frame.bids, frame.asks);
    else this.book.apply(frame.bids, frame.asks);
    if (frame.checksum == null) return;
    this.checksums.compared += 1;
    if (frame.checksum === this.book.checksum()) return;
    this.checksums.different += 1;
    this.onDifference();
  }
}

export class TickerView extends View<TickerFrame> {
  protected apply(): void {}
}

export class BboView extends View<FrameOf<"bbo">> {
  protected apply(): void {}
}

/** A trade, or the numbers of trades that are known to be missing. */
export type Print = Trade | { readonly missed: { readonly from: number; readonly to: number } };

export class TradesView extends View<FrameOf<"trades">> {
  /** Oldest first, bounded. */
  prints: Print[] = [];
  /** How many have been put onto this tape, those included that have left it; begins anew when the tape does. */
  taken = 0;
  /** Grows when the tape begins anew. */
  generation = 0;
  readonly #limit: number;
  #last: { epoch: number; seq: number } | null = null;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  protected apply(frame: FrameOf<"trades">): void {
    const last = this.#last;
    let trades: readonly Trade[] = "trades" in frame ? frame.trades : [];
    if (frame.type === "snapshot" && last?.epoch === frame.epoch) {
      // The tape goes on where it was, and shows what it lacks.
      trades = trades.filter(({ seq }) => seq > last.seq);
      const first = trades[0]?.seq ?? frame.seq + 1;
      if (first > last.seq + 1) this.#put({ missed: { from: last.seq + 1, to: first - 1 } });
    } else if (frame.type === "snapshot") {
      this.prints = [];
      this.taken = 0;
      this.generation += 1;
    }
    if ("lagged" in frame) this.#put({ missed: frame.lagged });
    for (const trade of trades) this.#put(trade);
    if (this.prints.length > this.#limit) this.prints = this.prints.slice(-this.#limit);
    this.#last = { epoch: frame.epoch, seq: frame.seq };
  }

  #put(print: Print): void {
    this.prints.push(print);
    this.taken += 1;
  }
}

export class CandlesView extends View<CandlesFrame> {
  /** By opening time, oldest first, bounded. */
  candles: Candle[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  protected apply(frame: CandlesFrame): void {
    if (frame.type === "snapshot") this.candles = [];
    for (const candle of frame.candles) insertCandle(this.candles, candle);
    if (this.candles.length > this.#limit) this.candles = this.candles.slice(-this.#limit);
  }
}

/** Replaces the candle of the same opening time, or puts it into its place. */
export function insertCandle(candles: Candle[], candle: Candle): void {
  // Nearly always it is the last one, or the one after it.
  let at = candles.length;
  while (at > 0 && (candles[at - 1] as Candle).open_time > candle.open_time) at -= 1;
  if (at > 0 && (candles[at - 1] as Candle).open_time === candle.open_time) candles[at - 1] = candle;
  else candles.splice(at, 0, candle);
}

/** A view that is held until it is released. */
export interface Held<V> {
  readonly view: V;
  release(): void;
}

interface Shared {
  readonly view: View;
  readonly subscription: Subscription;
  holders: number;
}

export interface ViewsOptions {
  /** Trades that a tape keeps. */
  trades?: number;
  /** Candles that a series keeps. */
  candles?: number;
  /** Fills, and orders that ended, that an account's views keep. */
  fills?: number;
}

export class Views {
  readonly #client: MarketClient;
  readonly #shared = new Map<string, Shared>();
  readonly #limits: Required<ViewsOptions>;

  constructor(client: MarketClient, { trades = 500, candles = 2_000, fills = 200 }: ViewsOptions = {}) {
    this.#client = client;
    this.#limits = { trades, candles, fills };
  }

  book(
    market: string,
    parameters: { depth: BookDepth; interval_ms: BookInterval; checksum?: boolean },
  ): Held<BookView> {
    const stream = { channel: "book", ...parameters } as const;
    return this.#hold(stream, market, (restart) => {
      const view = new BookView();
      view.onDifference = restart;
      return view;
    });
  }

  bbo(market: string): Held<BboView> {
    return this.#hold({ channel: "bbo" }, market, () => new BboView());
  }

  ticker(market: string): Held<TickerView> {
    return this.#hold({ channel: "ticker" }, market, () => new TickerView());
  }

  trades(market: string): Held<TradesView> {
    return this.#hold({ channel: "trades" }, market, () => new TradesView(this.#limits.trades));
  }

  candles(market: string, interval: CandleInterval): Held<CandlesView> {
    return this.#hold({ channel: "candles", interval }, market, () => new CandlesView(this.#limits.candles));
  }

  orders(account: string): Held<OrdersView> {
    return this.#hold({ channel: "orders", account }, "", () => new OrdersView(this.#limits.fills));
  }

  fills(account: string): Held<FillsView> {
    return this.#hold({ channel: "fills", account }, "", () => new FillsView(this.#limits.fills));
  }

  balances(account: string): Held<BalancesView> {
    return this.#hold({ channel: "balances", account }, "", () => new BalancesView());
  }

  positions(account: string): Held<PositionsView> {
    return this.#hold({ channel: "positions", account }, "", () => new PositionsView());
  }

  #hold<V extends object>(stream: StreamName, market: string, make: (restart: () => void) => V): Held<V> {
    const key = streamKey(stream, market);
    let shared = this.#shared.get(key);
    if (!shared) {
      const restart = (): void => this.#shared.get(key)?.subscription.restart();
      // The key names the channel, so the view under it is of the channel's class.
      const view = make(restart) as unknown as View;
      const handlers = {
        onFrame: (frame: View["frame"] & object) => view.take(frame),
        onRefused: (refusal: Refusal) => view.refuse(refusal),
      };
      const subscription = isPrivate(stream)
        ? this.#client.follow(stream, handlers)
        : this.#client.subscribe(stream, market, handlers);
      shared = { view, subscription, holders: 0 };
      this.#shared.set(key, shared);
    }
    shared.holders += 1;
    let isHeld = true;
    return {
      view: shared.view as unknown as V,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#release(key);
      },
    };
  }

  #release(key: string): void {
    const shared = this.#shared.get(key);
    if (!shared) return;
    shared.holders -= 1;
    if (shared.holders > 0) return;
    this.#shared.delete(key);
    shared.subscription.close();
  }
}
