//! The sandbox's part of the store: its journal, states to start from, what requests were answered, and projections of
//! accounts, orders, fills, positions, balances and ledger entries to be queried.
//!
//! The journal has one writer at a time. Who takes it over gets a higher fence, and every append says under which fence
//! and after which seq it comes: whoever has lost the journal, and does not know it yet, is refused. An append is one
//! transaction with its projections, and is on the disk when it returns: what is acknowledged afterwards is not lost.

mod backend;
mod rows;
pub(crate) mod statements;
mod table;

use async_trait::async_trait;
use marketd_domain::Timestamp;
use marketd_domain::ledger::{AccountNo, UserNo};

pub(crate) use backend::{Append, Backend};
pub use rows::{
    AccountRow, AmendmentRow, AssetRow, BalanceRow, EntryOwner, EntryRow, FillRow, IdempotencyRow,
    OrderListRow, OrderRow, PositionRow, PreventedRow, SandboxMarketRow,
};
pub(crate) use table::{Arg, Cell, CellKind, Cells, Table, TableBatch, TableRow};

use crate::{Fault, StoreError, TimeRange};

/// How far the journal is, and who may go on with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalHead {
    pub fence: u64,
    /// Of the last event; zero for an empty journal.
    pub seq: u64,
}

/// An event as it is kept: a record of the domain's journal, with what one may want to find it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    pub seq: u64,
    pub ts: Timestamp,
    pub kind: String,
    pub record: Vec<u8>,
}

/// The whole state after the event `seq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRow {
    pub seq: u64,
    pub ts: Timestamp,
    pub record: Vec<u8>,
}

/// What a batch of events changes in the tables that are queried. Rows are whole: each replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projections {
    pub assets: Vec<AssetRow>,
    pub markets: Vec<SandboxMarketRow>,
    pub accounts: Vec<AccountRow>,
    pub orders: Vec<OrderRow>,
    pub fills: Vec<FillRow>,
    pub positions: Vec<PositionRow>,
    pub balances: Vec<BalanceRow>,
    pub entries: Vec<EntryRow>,
    pub idempotency: Vec<IdempotencyRow>,
    pub prevented: Vec<PreventedRow>,
    pub amendments: Vec<AmendmentRow>,
    pub lists: Vec<OrderListRow>,
}

/// What became of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// On the disk; `false` when it was there already, from an append whose outcome was not known.
    Done { is_new: bool },
    /// Somebody else has the journal, or it is elsewhere: nothing was written.
    Stale(JournalHead),
}

impl JournalHead {
    pub(crate) fn of(doing: &'static str, found: Option<(i64, i64)>) -> Result<Self, StoreError> {
        let (fence, seq) = found.ok_or_else(|| StoreError::new(Fault::Damaged, doing, "there is no head"))?;
        Ok(Self { fence: fence.cast_unsigned(), seq: seq.cast_unsigned() })
    }
}

impl Appended {
    /// The head was elsewhere. If it is where this append would have left it, and holds its last event, then it was this
    /// append whose outcome was not known.
    pub(crate) fn unless_known(
        head: JournalHead,
        last: &JournalRow,
        found: JournalHead,
        stored: Option<&[u8]>,
    ) -> Self {
        let is_known = found.fence == head.fence && found.seq == last.seq && stored == Some(&last.record);
        if is_known { Self::Done { is_new: false } } else { Self::Stale(found) }
    }
}

/// A part of a list, by the numbers of its orders, fills or events. The last one's number leads on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub order: PageOrder,
    /// Only what has this number or a higher one.
    pub from: u64,
    /// Only what has a lower number.
    pub before: Option<u64>,
    pub range: TimeRange,
    pub limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageOrder {
    NewestFirst,
    OldestFirst,
}

impl Page {
    /// The newest first, below a number.
    pub const fn before(before: Option<u64>, range: TimeRange, limit: u32) -> Self {
        Self { order: PageOrder::NewestFirst, from: 0, before, range, limit }
    }
}

/// Which orders of an account.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    pub market: Option<marketd_domain::ledger::MarketNo>,
    /// Any when empty.
    pub statuses: Vec<String>,
}

/// Which prevented matches of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PreventedFilter {
    pub market: Option<marketd_domain::ledger::MarketNo>,
    /// As taker or as maker.
    pub order_id: Option<u64>,
}

/// Which fills of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FillFilter {
    pub market: Option<marketd_domain::ledger::MarketNo>,
    pub order_id: Option<u64>,
}

/// The sandbox's tables, in both databases.
#[async_trait]
pub trait SandboxStore: Send + Sync {
    /// Takes the journal over. The new fence is above all before, and at least the one given: that of a lease.
    async fn claim_journal(&self, fence_at_least: u64) -> Result<JournalHead, StoreError>;
    async fn journal_head(&self) -> Result<JournalHead, StoreError>;
    /// Appends events, the first with the seq after the head's, and their projections. Durable when it returns.
    async fn append_journal(
        &self,
        head: JournalHead,
        rows: &[JournalRow],
        projections: &Projections,
    ) -> Result<Appended, StoreError>;
    /// Up to `limit` events from `seq` on.
    async fn journal_from(&self, seq: u64, limit: u32) -> Result<Vec<JournalRow>, StoreError>;
    /// Keeps a state, and of older ones the last. `false` when the fence is no longer the journal's.
    async fn put_state(&self, fence: u64, state: &StateRow) -> Result<bool, StoreError>;
    /// Up to two, the newest first: the second is for when the first is damaged.
    async fn latest_states(&self) -> Result<Vec<StateRow>, StoreError>;

    async fn idempotency(&self, account: AccountNo, key: &str) -> Result<Option<IdempotencyRow>, StoreError>;
    /// Removes what has expired, and says how much.
    async fn expire_idempotency(&self, now: Timestamp) -> Result<u64, StoreError>;

    async fn sandbox_accounts(&self, user: UserNo) -> Result<Vec<AccountRow>, StoreError>;
    async fn orders(
        &self,
        account: AccountNo,
        filter: &OrderFilter,
        page: Page,
    ) -> Result<Vec<OrderRow>, StoreError>;
    async fn order(&self, order_id: u64) -> Result<Option<OrderRow>, StoreError>;
    /// The newest of this name: it may be used again once its order is done.
    async fn order_by_client_id(&self, account: AccountNo, id: &str) -> Result<Option<OrderRow>, StoreError>;
    async fn fills(
        &self,
        account: AccountNo,
        filter: FillFilter,
        page: Page,
    ) -> Result<Vec<FillRow>, StoreError>;
    /// Oldest first.
    async fn fills_of_order(&self, order_id: u64) -> Result<Vec<FillRow>, StoreError>;
    /// Pages by the number of the match.
    async fn prevented(
        &self,
        account: AccountNo,
        filter: PreventedFilter,
        page: Page,
    ) -> Result<Vec<PreventedRow>, StoreError>;
    /// Of one order, oldest first, from the event of this number on.
    async fn amendments(
        &self,
        order_id: u64,
        from_seq: u64,
        limit: u32,
    ) -> Result<Vec<AmendmentRow>, StoreError>;
    /// Pages by the number of the list.
    async fn order_lists(&self, account: AccountNo, page: Page) -> Result<Vec<OrderListRow>, StoreError>;
    async fn order_list(&self, list_id: u64) -> Result<Option<OrderListRow>, StoreError>;
    /// The newest of this name: it may be used again once its list is over.
    async fn order_list_by_client_id(
        &self,
        account: AccountNo,
        id: &str,
    ) -> Result<Option<OrderListRow>, StoreError>;
    /// The orders of an account's lists from the one number to the other, both included; oldest first.
    async fn orders_of_lists(
        &self,
        account: AccountNo,
        lists: std::ops::RangeInclusive<u64>,
    ) -> Result<Vec<OrderRow>, StoreError>;
    async fn balances(&self, account: AccountNo) -> Result<Vec<BalanceRow>, StoreError>;
    async fn positions(&self, account: AccountNo) -> Result<Vec<PositionRow>, StoreError>;
    /// Pages by event: all lines of an event are on one page, so there may be a few more than the limit.
    async fn ledger_entries(&self, account: AccountNo, page: Page) -> Result<Vec<EntryRow>, StoreError>;
}
