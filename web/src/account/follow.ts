/**
 * What an account holds, as it changes: over the private channels, and by asking again and again where the server
 * does not serve them.
 */

import type { AccountPosition, Balance, Fill, Held, Order, View } from "marketd-client";
import type { Account } from "../lib/api.ts";
import { route, usePoll, type Route } from "../lib/rest.ts";
import { useVersion, useView, views } from "../lib/server.ts";

const ASK_EVERY_MS = 1_500;
/** Open orders that are asked for over REST. */
const ORDERS_MAX = 500;
export const FILLS_MAX = 100;

export interface Followed<T> {
  /** `null` until something is known. */
  items: readonly T[] | null;
  /** The server tells of changes by itself. */
  isPushed: boolean;
  /** What is shown could not be had again. */
  error: Error | null;
  /** Asks at once, where it has to be asked for. */
  refresh: () => void;
}

type AnyView = Pick<View, "version" | "listen" | "refusal"> & { frame: object | null };

/** `key` names the account with its version: after a reset everything begins anew. */
function useFollowed<V extends AnyView, T>(
  key: string,
  open: () => Held<V>,
  read: (view: V) => readonly T[],
  asked: Route<{ items: T[] }>,
): Followed<T> {
  const view = useView(open, key);
  useVersion(view);
  const { data, error, refresh } = usePoll(view?.refusal ? asked : null, ASK_EVERY_MS);
  if (view?.frame && !view.refusal) return { items: read(view), isPushed: true, error: null, refresh };
  return { items: data?.items ?? null, isPushed: false, error, refresh };
}

export interface OpenOrders extends Followed<Order> {
  /** Which order was the last to end, and when; `null` while that is not known. */
  lastEnded: string | null;
}

/** Newest first. */
export function useOpenOrders({ account, account_id }: Account): OpenOrders {
  const asked = route("/api/v1/orders", undefined, { account, status: "open", limit: ORDERS_MAX });
  const key = `orders ${account} ${account_id}`;
  const [last] = useView(() => views.orders(account), key)?.ended ?? [];
  const lastEnded = last ? `${last.order_id} ${last.updated_at}` : null;
  const followed = useFollowed(
    key,
    () => views.orders(account),
    ({ open }) => [...open.values()].sort((a, b) => b.order_id - a.order_id),
    asked,
  );
  // A queue that gets shorter is no change of the order: how far it has come is asked for while something stands in one.
  const isQueued =
    followed.isPushed && followed.items?.some(({ status, price }) => status !== "pending" && price !== null);
  const { data } = usePoll(isQueued ? asked : null, ASK_EVERY_MS);
  if (!isQueued || !data || !followed.items) return { ...followed, lastEnded };
  const ahead = new Map(data.items.map(({ order_id, queue_ahead }) => [order_id, queue_ahead]));
  const items = followed.items.map((order) => {
    const queue_ahead = ahead.get(order.order_id);
    return queue_ahead === undefined || queue_ahead === order.queue_ahead ? order : { ...order, queue_ahead };
  });
  return { ...followed, items, lastEnded };
}

/** Newest first. */
export const useFills = ({ account, account_id }: Account): Followed<Fill> =>
  useFollowed(
    `fills ${account} ${account_id}`,
    () => views.fills(account),
    ({ fills }) => fills.slice(0, FILLS_MAX),
    route("/api/v1/fills", undefined, { account, limit: FILLS_MAX }),
  );

export const useBalances = ({ account, account_id }: Account): Followed<Balance> =>
  useFollowed(
    `balances ${account} ${account_id}`,
    () => views.balances(account),
    ({ balances }) => [...balances.values()],
    route("/api/v1/balances", undefined, { account }),
  );

/** What a position is worth moves with the market and is asked for again and again while there is one. */
const WORTH_EVERY_MS = 1_000;

export function usePositions({ account, account_id }: Account): Followed<AccountPosition> {
  const asked = route("/api/v1/positions", undefined, { account });
  const followed = useFollowed(
    `positions ${account} ${account_id}`,
    () => views.positions(account),
    ({ positions }) => [...positions.values()],
    asked,
  );
  const isAny = followed.items?.some(({ entry_price }) => entry_price !== null) === true;
  const worth = usePoll(isAny ? asked : null, WORTH_EVERY_MS);
  if (!worth.data || !followed.items) return followed;
  // What is held is known from the channel before it is asked for: only the worth of the same position is taken.
  const worths = new Map(worth.data.items.map((position) => [position.market, position]));
  const items = followed.items.map((held) => {
    const valued = worths.get(held.market);
    return valued && valued.qty === held.qty && valued.entry_price === held.entry_price ? valued : held;
  });
  return { ...followed, items, error: worth.error, refresh: worth.refresh };
}
