/** What one trades with: the ticket of a market, and what the account holds. */

import { useEffect, useMemo } from "react";
import { parseDecimal, rescale, type BookView, type Order, type StatusFrame } from "marketd-client";
import { AccountPanel } from "../account/account-panel.tsx";
import { useBalances, useOpenOrders } from "../account/follow.ts";
import type { Accounts } from "../account/use-accounts.ts";
import type { Account, Market } from "../lib/api.ts";
import { Waiting } from "../ui/notes.tsx";
import { Panel } from "../ui/panel.tsx";
import type { OwnOrder } from "./grouping.ts";
import { Ticket, type Picked } from "./ticket.tsx";

export const NONE_OWN: readonly OwnOrder[] = [];

interface DeskProps {
  markets: Market[];
  market: Market;
  account: Account;
  accounts: Accounts;
  book: BookView | null;
  status: StatusFrame | undefined;
  picked: Picked | null;
  onOwn: (own: readonly OwnOrder[]) => void;
}

/** Ticket and holdings of one account. */
export function Desk({ markets, market, account, accounts, book, status, picked, onOwn }: DeskProps) {
  const orders = useOpenOrders(account);
  const balances = useBalances(account);
  const own = useOwn(orders.items, market);
  useEffect(() => onOwn(own), [own]);
  const done = (): void => {
    for (const { refresh } of [orders, balances, accounts]) refresh();
  };
  return (
    <>
      <Panel title="Order" className="ticket" tools={<AccountChoice accounts={accounts} account={account} />}>
        <Ticket
          key={market.market}
          market={market}
          account={account}
          balances={balances.items ?? []}
          book={book}
          status={status}
          picked={picked}
          onDone={done}
        />
      </Panel>
      <AccountPanel
        account={account}
        market={market}
        markets={markets}
        orders={orders}
        balances={balances}
        onDone={done}
      />
    </>
  );
}

/** The resting orders of this market, as the ladder marks them; the same object while nothing about them changes. */
function useOwn(
  orders: readonly Order[] | null,
  { market, price_decimals, qty_decimals }: Market,
): readonly OwnOrder[] {
  const resting = (orders ?? []).filter(
    (order) => order.market === market && order.price !== null && order.status !== "pending",
  );
  const text = JSON.stringify(
    resting.map(({ side, price, qty, filled_qty, queue_ahead }) => [side, price, qty, filled_qty, queue_ahead]),
  );
  return useMemo(
    () =>
      resting.length === 0
        ? NONE_OWN
        : resting.map(({ side, price, qty, filled_qty, queue_ahead }) => ({
            isBuy: side === "buy",
            price: rescale(parseDecimal(price ?? "0"), price_decimals),
            qty: rescale(parseDecimal(qty ?? "0"), qty_decimals) - rescale(parseDecimal(filled_qty), qty_decimals),
            ahead: queue_ahead,
          })),
    [text, price_decimals, qty_decimals],
  );
}

function AccountChoice({ accounts, account }: { accounts: Accounts; account: Account }) {
  return (
    <label>
      <span className="visually-hidden">Account</span>
      <select value={account.account} onChange={(event) => accounts.choose(event.target.value)}>
        {(accounts.items ?? []).map((each) => (
          <option key={each.account_id} value={each.account}>
            {each.account}
          </option>
        ))}
      </select>
    </label>
  );
}

export function NoAccount({ accounts: { items, error } }: { accounts: Accounts }) {
  if (items) return <p className="note pad">There is no account to trade with.</p>;
  if (!error) return <Waiting what="the account" />;
  return (
    <p className="refusal" role="alert">
      No orders can be given: {error.message}.
    </p>
  );
}
