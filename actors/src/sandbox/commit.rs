//! What has happened and is not on the disk yet: events as journal records, and what they change in the tables that are
//! queried.
//!
//! Rows of orders, balances and positions are whole, so they are made once a commit, of the state as it is then; what is
//! only ever added is made at once.

use std::collections::{BTreeMap, BTreeSet};

use marketd_domain::Timestamp;
use marketd_domain::journal::{Coded, RecordKind, VERSION, write_record};
use marketd_domain::ledger::{AccountNo, AssetNo, LedgerEvent, MarketNo, Owner};
use marketd_domain::sandbox::{
    Event, EventBody, Fill, ListId, Order, OrderAmended, OrderId, OrderList, PreventedMatch, Sandbox,
};
use marketd_store::sandbox::{
    AccountRow, AmendmentRow, AssetRow, BalanceRow, EntryOwner, EntryRow, FillRow, IdempotencyRow,
    JournalHead, JournalRow, OrderListRow, OrderRow, PositionRow, PreventedRow, Projections,
    SandboxMarketRow,
};

/// What is to be written in one transaction.
pub struct Commit {
    pub head: JournalHead,
    pub rows: Vec<JournalRow>,
    pub projections: Projections,
}

impl Commit {
    /// The head once it is written.
    pub fn next_head(&self) -> JournalHead {
        JournalHead { seq: self.rows.last().map_or(self.head.seq, |row| row.seq), ..self.head }
    }
}

/// Gathers until the store can take it.
pub struct Batch {
    /// Where the journal is once everything taken before is written.
    head: JournalHead,
    rows: Vec<JournalRow>,
    orders: BTreeSet<OrderId>,
    /// With the moment of what changed first: of a new account, when it was opened.
    accounts: BTreeMap<AccountNo, Timestamp>,
    balances: BTreeSet<(AccountNo, AssetNo)>,
    positions: BTreeSet<(AccountNo, MarketNo)>,
    added: Projections,
}

impl Batch {
    pub fn new(head: JournalHead) -> Self {
        Self {
            head,
            rows: Vec::new(),
            orders: BTreeSet::new(),
            accounts: BTreeMap::new(),
            balances: BTreeSet::new(),
            positions: BTreeSet::new(),
            added: Projections::default(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Notes an event that has just been applied.
    pub fn add(&mut self, sandbox: &Sandbox, event: &Event) {
        let mut record = Vec::with_capacity(256);
        write_record(&mut record, RecordKind::Event, event.seq, event)
            .expect("an event is far below the bound");
        let kind = event.body.kind().to_owned();
        self.rows.push(JournalRow { seq: event.seq, ts: event.ts, kind, record });
        self.note_entries(sandbox, event);
        match &event.body {
            EventBody::Ledger(ledger) => self.note_ledger(sandbox, event.ts, ledger),
            EventBody::MarketListed(_) => {
                let last = sandbox.ledger().markets().last().map(|(market, _)| market);
                last.into_iter().for_each(|market| self.note_market(sandbox, market));
            }
            EventBody::MarketWidened(widened) => {
                // Rows of orders that are open are written anew with their new numbers, those of others keep theirs.
                self.note_market(sandbox, widened.market);
                let open =
                    |order: &&Order| order.request.market == widened.market && !order.status.is_final();
                self.orders.extend(sandbox.orders().filter(open).map(|order| order.order_id));
            }
            EventBody::OrderAccepted(accepted) => self.note_order(accepted.order_id),
            EventBody::OrderRested(rested) => self.note_order(rested.order_id),
            EventBody::OrderAmended(amended) => {
                self.note_order(amended.order_id);
                self.added.amendments.extend(amendment_row(sandbox, event, amended));
            }
            EventBody::SelfTradePrevented(prevented) => {
                self.orders.extend([prevented.taker, prevented.maker]);
                self.added.prevented.extend(prevented_row(sandbox, event, prevented));
            }
            EventBody::ListAccepted(list) => self.added.lists.extend(list_row(sandbox, event, list)),
            EventBody::OrderFilled(fill) => {
                self.note_order(fill.order_id);
                self.positions.insert((fill.account, fill.market));
                self.added.fills.extend(fill_row(sandbox, event, fill));
            }
            EventBody::OrderArmed { order_id, .. }
            | EventBody::StopMoved { order_id, .. }
            | EventBody::OrderTriggered { order_id, .. }
            | EventBody::OrderPrevented { order_id, .. }
            | EventBody::NeedChanged { order_id, .. }
            | EventBody::OrderEnded { order_id, .. }
            | EventBody::CancelRequested { order_id, .. }
            | EventBody::AmendRequested { order_id, .. }
            | EventBody::ChangeRefused { order_id, .. }
            | EventBody::OrderActivated { order_id, .. } => self.note_order(*order_id),
            EventBody::RulesSet { .. }
            | EventBody::MarketStatusChanged { .. }
            | EventBody::LatencySet { .. } => {}
        }
    }

    fn note_order(&mut self, order_id: OrderId) {
        self.orders.insert(order_id);
    }

    fn note_market(&mut self, sandbox: &Sandbox, market: MarketNo) {
        let Some(terms) = sandbox.ledger().terms(market) else { return };
        self.added.markets.retain(|row| row.market != market);
        self.added.markets.push(SandboxMarketRow {
            market,
            id: terms.market.as_str().to_owned(),
            base: terms.base,
            quote: terms.quote,
            scales: terms.scales,
        });
    }

    fn note_ledger(&mut self, sandbox: &Sandbox, at: Timestamp, event: &LedgerEvent) {
        let ledger = sandbox.ledger();
        match event {
            LedgerEvent::AssetAdded(_) => {
                self.added.assets.extend(ledger.assets().last().map(|(asset, held, _)| AssetRow {
                    asset,
                    code: held.code.clone(),
                    scale: held.scale,
                }));
            }
            LedgerEvent::AccountOpened { .. } => self.note_last_account(sandbox, at),
            LedgerEvent::AccountReset { account } => {
                self.accounts.entry(*account).or_insert(at);
                self.note_last_account(sandbox, at);
            }
            LedgerEvent::AccountCloned { .. } => {
                self.note_last_account(sandbox, at);
                if let Some((clone, account)) = ledger.accounts().last() {
                    self.positions.extend(account.positions().map(|(market, _)| (clone, market)));
                }
            }
            LedgerEvent::FeesSet { account, .. } => {
                self.accounts.entry(*account).or_insert(at);
            }
            _ => {}
        }
    }

    fn note_last_account(&mut self, sandbox: &Sandbox, at: Timestamp) {
        self.accounts.extend(sandbox.ledger().accounts().last().map(|(account, _)| (account, at)));
    }

    fn note_entries(&mut self, sandbox: &Sandbox, event: &Event) {
        for (line, entry) in (0..).zip(sandbox.entries(event)) {
            let (account, owner) = match entry.owner {
                Owner::Free(account) => (Some(account), EntryOwner::Free),
                Owner::Reserved(account) => (Some(account), EntryOwner::Reserved),
                Owner::Fees => (None, EntryOwner::Fees),
                Owner::Faucet => (None, EntryOwner::Faucet),
                Owner::Venue => (None, EntryOwner::Venue),
            };
            self.balances.extend(account.map(|account| (account, entry.asset)));
            self.added.entries.push(EntryRow {
                seq: event.seq,
                line,
                account,
                owner,
                asset: entry.asset,
                amount: entry.amount,
                kind: event.body.kind().to_owned(),
                at: event.ts,
            });
        }
    }

    /// Remembers, together with what it did, that a request was carried out.
    pub fn add_answer(&mut self, row: IdempotencyRow) {
        self.added.idempotency.push(row);
    }

    /// Takes what has gathered, with the rows as they are now. `None` when there is nothing.
    pub fn take(&mut self, sandbox: &Sandbox) -> Option<Commit> {
        if self.rows.is_empty() {
            return None;
        }
        let now = sandbox.now();
        let mut projections = std::mem::take(&mut self.added);
        let ledger = sandbox.ledger();
        for (account, at) in std::mem::take(&mut self.accounts) {
            projections.accounts.extend(account_row(sandbox, account, at));
        }
        for order_id in std::mem::take(&mut self.orders) {
            // One that was forgotten meanwhile has ended long ago: its last row was written.
            projections.orders.extend(sandbox.order(order_id).and_then(|order| order_row(sandbox, order)));
        }
        for (account, asset) in std::mem::take(&mut self.balances) {
            let balance = ledger.account(account).map(|found| found.balance(asset));
            projections.balances.extend(balance.map(|balance| BalanceRow {
                account,
                asset,
                balance,
                updated_at: now,
            }));
        }
        for (account, market) in std::mem::take(&mut self.positions) {
            let position = ledger.account(account).map(|found| found.position(market));
            projections.positions.extend(position.map(|position| PositionRow {
                account,
                market,
                position,
                updated_at: now,
            }));
        }
        let commit = Commit { head: self.head, rows: std::mem::take(&mut self.rows), projections };
        self.head = commit.next_head();
        Some(commit)
    }

    pub const fn head(&self) -> JournalHead {
        self.head
    }
}

/// The store keeps the moment that it was told first.
fn account_row(sandbox: &Sandbox, account: AccountNo, opened_at: Timestamp) -> Option<AccountRow> {
    let found = sandbox.ledger().account(account)?;
    Some(AccountRow {
        account,
        user: found.user,
        name: found.name.clone(),
        version: found.version,
        predecessor: found.predecessor,
        successor: found.successor,
        fees: found.fees,
        opened_at,
    })
}

fn order_row(sandbox: &Sandbox, order: &Order) -> Option<OrderRow> {
    let request = &order.request;
    let mut body = Vec::with_capacity(256);
    order.put(&mut body);
    Some(OrderRow {
        order_id: order.order_id.get(),
        account: order.account,
        market: request.market,
        client_order_id: request.client_order_id.map(|id| id.as_str().to_owned()),
        side: request.side,
        order_type: request.order_type.as_str().to_owned(),
        time_in_force: request.time_in_force.as_str().to_owned(),
        status: order.status.as_str().to_owned(),
        reason: order.reason.map(|reason| reason.as_str().to_owned()),
        price: request.price,
        stop_price: request.stop_price,
        qty: request.qty,
        quote_qty: request.quote_qty,
        filled_qty: order.filled_qty,
        filled_quote: order.filled_quote,
        scales: sandbox.ledger().terms(request.market)?.scales,
        created_at: order.accepted_at,
        updated_at: order.updated_at,
        order: body,
        body_version: VERSION,
        list_id: order.list.map(ListId::get),
    })
}

fn prevented_row(sandbox: &Sandbox, event: &Event, prevented: &PreventedMatch) -> Option<PreventedRow> {
    Some(PreventedRow {
        seq: event.seq,
        account: prevented.account,
        market: prevented.market,
        taker_order_id: prevented.taker.get(),
        maker_order_id: prevented.maker.get(),
        prevention: prevented.prevention.as_str().to_owned(),
        price: prevented.price,
        qty: prevented.qty,
        taker_qty: prevented.taker_qty,
        maker_qty: prevented.maker_qty,
        scales: sandbox.ledger().terms(prevented.market)?.scales,
        at: event.ts,
    })
}

fn amendment_row(sandbox: &Sandbox, event: &Event, amended: &OrderAmended) -> Option<AmendmentRow> {
    let (order, before) = (sandbox.order(amended.order_id)?, amended.before?);
    let client_order_id = amended.client_order_id.or(before.client_order_id);
    Some(AmendmentRow {
        seq: event.seq,
        order_id: amended.order_id.get(),
        account: order.account,
        market: order.request.market,
        qty_before: before.qty,
        qty: amended.qty,
        price_before: before.price,
        price: amended.price,
        stop_price_before: before.stop_price,
        stop_price: amended.stop_price,
        client_order_id_before: before.client_order_id.map(|id| id.as_str().to_owned()),
        client_order_id: client_order_id.map(|id| id.as_str().to_owned()),
        kept_place: amended.kept_place,
        scales: sandbox.ledger().terms(order.request.market)?.scales,
        at: event.ts,
    })
}

fn list_row(sandbox: &Sandbox, event: &Event, list: &OrderList) -> Option<OrderListRow> {
    Some(OrderListRow {
        list_id: list.list_id.get(),
        account: list.account,
        market: sandbox.order(list.first)?.request.market,
        kind: list.kind.as_str().to_owned(),
        client_list_id: list.client_list_id.map(|id| id.as_str().to_owned()),
        first: list.first.get(),
        second: list.second.get(),
        third: list.third.map(OrderId::get),
        created_at: event.ts,
    })
}

fn fill_row(sandbox: &Sandbox, event: &Event, fill: &Fill) -> Option<FillRow> {
    let mut body = Vec::with_capacity(128);
    fill.put(&mut body);
    Some(FillRow {
        fill_id: fill.fill_id.get(),
        order_id: fill.order_id.get(),
        account: fill.account,
        market: fill.market,
        side: fill.side,
        liquidity: fill.liquidity,
        price: fill.price,
        qty: fill.qty,
        scales: sandbox.ledger().terms(fill.market)?.scales,
        fee: fill.fee,
        fee_asset: fill.fee_asset,
        at: event.ts,
        seq: event.seq,
        fill: body,
    })
}

/// When a request that was answered now is forgotten.
pub fn expiry(now: Timestamp) -> Timestamp {
    let kept = i64::try_from(super::settings::ANSWERS_KEPT.as_millis()).unwrap_or(i64::MAX);
    now.plus_millis(kept)
}
