/** What the private channels of an account add up to. */

import type {
  AccountPosition,
  Balance,
  BalancesFrame,
  Fill,
  FillsFrame,
  Order,
  OrdersFrame,
  PositionsFrame,
} from "./types.ts";
import { View } from "./view.ts";

const FINAL: readonly Order["status"][] = ["filled", "cancelled", "rejected", "expired"];

export const isFinal = ({ status }: Order): boolean => FINAL.includes(status);

export class OrdersView extends View<OrdersFrame> {
  /** Open orders by their id, in the order in which they came to be known. */
  readonly open = new Map<number, Order>();
  /** Those that ended while they were followed, newest first, bounded. */
  ended: Order[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  protected apply(frame: OrdersFrame): void {
    if (frame.type === "snapshot") this.open.clear();
    for (const order of frame.items) {
      if (!isFinal(order)) {
        this.open.set(order.order_id, order);
        continue;
      }
      this.open.delete(order.order_id);
      this.ended = [order, ...this.ended.filter(({ order_id }) => order_id !== order.order_id)].slice(0, this.#limit);
    }
  }
}

export class FillsView extends View<FillsFrame> {
  /** Newest first, bounded. */
  fills: Fill[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  protected apply(frame: FillsFrame): void {
    const held = new Map<number, Fill>();
    if (frame.type !== "snapshot") for (const fill of this.fills) held.set(fill.fill_id, fill);
    for (const fill of frame.items) held.set(fill.fill_id, fill);
    this.fills = [...held.values()].sort((a, b) => b.fill_id - a.fill_id).slice(0, this.#limit);
  }
}

export class BalancesView extends View<BalancesFrame> {
  readonly balances = new Map<string, Balance>();

  protected apply(frame: BalancesFrame): void {
    if (frame.type === "snapshot") this.balances.clear();
    for (const balance of frame.items) this.balances.set(balance.asset, balance);
  }
}

export class PositionsView extends View<PositionsFrame> {
  readonly positions = new Map<string, AccountPosition>();

  protected apply(frame: PositionsFrame): void {
    if (frame.type === "snapshot") this.positions.clear();
    for (const position of frame.items) this.positions.set(position.market, position);
  }
}
