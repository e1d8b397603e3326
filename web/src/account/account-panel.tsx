/** What the account holds: open orders, what has ended, fills, positions, balances; and the levers of the account. */

import { useState } from "react";
import type { Balance } from "marketd-client";
import type { Account, Market } from "../lib/api.ts";
import { groupedCount } from "../lib/figures.ts";
import { OldNote } from "../ui/notes.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { AccountControls } from "./account-controls.tsx";
import { BalancesTable } from "./balances-table.tsx";
import { ExplainDialog } from "./explain-dialog.tsx";
import { FillsTable } from "./fills-table.tsx";
import { useFills, usePositions, type Followed, type OpenOrders } from "./follow.ts";
import { HistoryTable } from "./history-table.tsx";
import { CancelAll, KillSwitch } from "./levers.tsx";
import { OrdersTable } from "./orders-table.tsx";
import { PositionsTable } from "./positions-table.tsx";

type Tab = "orders" | "history" | "fills" | "positions" | "balances" | "account";

interface AccountPanelProps {
  account: Account;
  market: Market;
  markets: readonly Market[];
  orders: OpenOrders;
  balances: Followed<Balance>;
  onDone: () => void;
}

export function AccountPanel({ account, market, markets, orders, balances, onDone }: AccountPanelProps) {
  const [tab, setTab] = useState<Tab>("orders");
  const [isThisMarket, setThisMarket] = useState(false);
  const [explained, setExplained] = useState<number | null>(null);
  const name = account.account;
  const fills = useFills(account);
  const positions = usePositions(account);
  const only = <T extends { market: string }>(items: readonly T[] | null): readonly T[] | null =>
    isThisMarket ? (items?.filter((item) => item.market === market.market) ?? null) : items;
  const open = orders.items?.length;
  const tabs: readonly (readonly [Tab, string])[] = [
    ["orders", `Open orders${open === undefined ? "" : ` (${groupedCount(open)})`}`],
    ["fills", "Fills"],
    ["positions", "Positions"],
    ["balances", "Balances"],
    ["history", "Past orders"],
    ["account", "Account"],
  ];
  const done = (): void => {
    for (const { refresh } of [orders, balances, fills, positions]) refresh();
    onDone();
  };
  const followed: Partial<Record<Tab, Followed<unknown>>> = { orders, fills, positions, balances };
  const shown = followed[tab];
  return (
    <section className="panel account" aria-label={`Account ${name}`}>
      <Tabs
        label={`What ${name} holds`}
        tabs={tabs}
        chosen={tab}
        onChoose={setTab}
        tools={
          <>
            <label className="check">
              <input type="checkbox" checked={isThisMarket} onChange={(event) => setThisMarket(event.target.checked)} />
              This market only
            </label>
            <CancelAll
              account={name}
              market={isThisMarket ? market.market : null}
              count={only(orders.items)?.length ?? 0}
              onDone={done}
            />
            <KillSwitch account={account} onDone={done} />
          </>
        }
      >
        <OldNote error={shown?.items ? shown.error : null} />
        {tab === "orders" && (
          <OrdersTable
            orders={only(orders.items)}
            markets={markets}
            error={orders.error}
            onExplain={setExplained}
            onDone={done}
          />
        )}
        {tab === "fills" && <FillsTable fills={only(fills.items)} error={fills.error} onExplain={setExplained} />}
        {tab === "positions" && <PositionsTable positions={only(positions.items)} error={positions.error} />}
        {tab === "balances" && <BalancesTable balances={balances.items} error={balances.error} />}
        {tab === "history" && (
          <HistoryTable
            account={name}
            market={isThisMarket ? market.market : null}
            lastEnded={orders.lastEnded}
            onExplain={setExplained}
          />
        )}
        {tab === "account" && (
          <AccountControls key={name} account={account} market={market} balances={balances.items ?? []} onDone={done} />
        )}
      </Tabs>
      {explained !== null && <ExplainDialog account={name} orderId={explained} onClose={() => setExplained(null)} />}
    </section>
  );
}
