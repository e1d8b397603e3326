//! What a database does for the sandbox, and the sandbox's calls made of it.

use async_trait::async_trait;
use marketd_domain::Timestamp;
use marketd_domain::ledger::{AccountNo, MarketNo, UserNo};

use super::rows::{
    AccountRow, AmendmentRow, BalanceRow, FillRow, IdempotencyRow, JournalCells, OrderListRow, OrderRow,
    PositionRow, PreventedRow,
};
use super::statements;
use super::table::{Arg, Cell, CellKind, Cells, Table, TableBatch, TableRow};
use super::{
    Appended, EntryRow, FillFilter, JournalHead, JournalRow, OrderFilter, Page, PreventedFilter, Projections,
    SandboxStore, StateRow,
};
use crate::{Fault, StoreError};

/// An append as the databases write it.
pub(crate) struct Append<'r> {
    pub head: JournalHead,
    pub last: &'r JournalRow,
    pub batches: Vec<TableBatch>,
}

#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// The statement that reads a table, up to its conditions.
    fn selected(table: &Table) -> String;
    async fn cells(
        &self,
        doing: &'static str,
        sql: String,
        columns: &'static [(&'static str, CellKind)],
        args: Vec<Arg>,
    ) -> Result<Vec<Vec<Cell>>, StoreError>;
    async fn claim(&self, fence_at_least: i64) -> Result<JournalHead, StoreError>;
    async fn append(&self, append: Append<'_>) -> Result<Appended, StoreError>;
    async fn keep_state(&self, fence: i64, state: &StateRow) -> Result<bool, StoreError>;
    async fn delete(&self, doing: &'static str, sql: &'static str, arg: i64) -> Result<u64, StoreError>;
}

async fn read<B: Backend, R: TableRow>(
    backend: &B,
    doing: &'static str,
    conditions: &str,
    args: Vec<Arg>,
) -> Result<Vec<R>, StoreError> {
    let sql = B::selected(R::TABLE) + conditions;
    let stored = backend.cells(doing, sql, R::TABLE.columns, args).await?;
    crate::stored::rows(doing, stored, |cells| R::from_cells(Cells(cells.into_iter())))
}

const HEAD_COLUMNS: &[(&str, CellKind)] = &[("fence", CellKind::Int), ("seq", CellKind::Int)];

/// A state is read with the columns of its own, since it has none of the journal's kinds.
const STATE_COLUMNS: &[(&str, CellKind)] =
    &[("seq", CellKind::Int), ("ts_us", CellKind::Int), ("record", CellKind::Bytes)];

fn number(account: AccountNo) -> Arg {
    Arg::Int(account.get().into())
}

fn market_or_any(market: Option<MarketNo>) -> Arg {
    Arg::Int(market.map_or(-1, |market| market.get().into()))
}

/// Numbers beyond what is stored are beyond all that is stored.
fn bounded(value: u64) -> Arg {
    Arg::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

impl Page {
    fn args(self, first: AccountNo) -> Vec<Arg> {
        let (start_us, end_us) = self.range.micros();
        let before = self.before.map_or(Arg::Int(i64::MAX), bounded);
        let limit = Arg::Int(self.limit.into());
        vec![number(first), bounded(self.from), before, Arg::Int(start_us), Arg::Int(end_us), limit]
    }
}

/// Events have to follow the head without a hole.
fn check_rows(head: JournalHead, rows: &[JournalRow]) -> Result<&JournalRow, StoreError> {
    let refused = |detail: &str| StoreError::new(Fault::Refused, "append to the journal", detail);
    let is_in_order = (head.seq + 1..).zip(rows).all(|(seq, row)| row.seq == seq);
    let last = rows.last().ok_or_else(|| refused("an append has at least one event"))?;
    if !is_in_order || i64::try_from(last.seq).is_err() || i64::try_from(head.fence).is_err() {
        return Err(refused("events are numbered one after the other, from the head on"));
    }
    Ok(last)
}

fn batches(fence: u64, rows: &[JournalRow], projections: &Projections) -> Vec<TableBatch> {
    let journal: Vec<JournalCells> =
        rows.iter().map(|row| JournalCells { fence, row: row.clone() }).collect();
    let Projections {
        assets,
        markets,
        accounts,
        orders,
        fills,
        positions,
        balances,
        entries,
        idempotency,
        prevented,
        amendments,
        lists,
    } = projections;
    let mut batches = vec![
        TableBatch::of(&journal),
        TableBatch::of(assets),
        TableBatch::of(markets),
        TableBatch::of(accounts),
        TableBatch::of(orders),
        TableBatch::of(fills),
        TableBatch::of(positions),
        TableBatch::of(balances),
        TableBatch::of(entries),
        TableBatch::of(idempotency),
        TableBatch::of(prevented),
        TableBatch::of(amendments),
        TableBatch::of(lists),
    ];
    batches.retain(|batch| !batch.rows.is_empty());
    batches
}

#[async_trait]
impl<B: Backend> SandboxStore for B {
    async fn claim_journal(&self, fence_at_least: u64) -> Result<JournalHead, StoreError> {
        let fence = i64::try_from(fence_at_least)
            .map_err(|_| StoreError::new(Fault::Refused, "claim the journal", "the fence is out of range"))?;
        self.claim(fence).await
    }

    async fn journal_head(&self) -> Result<JournalHead, StoreError> {
        const DOING: &str = "read the journal's head";
        let stored = self.cells(DOING, statements::HEAD.to_owned(), HEAD_COLUMNS, Vec::new()).await?;
        let heads = crate::stored::rows(DOING, stored, |cells| {
            let mut cells = Cells(cells.into_iter());
            Ok(JournalHead { fence: cells.count()?, seq: cells.count()? })
        })?;
        heads.first().copied().ok_or_else(|| StoreError::new(Fault::Damaged, DOING, "there is no head"))
    }

    async fn append_journal(
        &self,
        head: JournalHead,
        rows: &[JournalRow],
        projections: &Projections,
    ) -> Result<Appended, StoreError> {
        let last = check_rows(head, rows)?;
        self.append(Append { head, last, batches: batches(head.fence, rows, projections) }).await
    }

    async fn journal_from(&self, seq: u64, limit: u32) -> Result<Vec<JournalRow>, StoreError> {
        let args = vec![bounded(seq), Arg::Int(limit.into())];
        let rows: Vec<JournalCells> = read(self, "read the journal", statements::JOURNAL, args).await?;
        Ok(rows.into_iter().map(|cells| cells.row).collect())
    }

    async fn put_state(&self, fence: u64, state: &StateRow) -> Result<bool, StoreError> {
        const DOING: &str = "keep a state";
        let out_of_range = || StoreError::new(Fault::Refused, DOING, "a number is out of range");
        let fence = i64::try_from(fence).map_err(|_| out_of_range())?;
        i64::try_from(state.seq).map_err(|_| out_of_range())?;
        self.keep_state(fence, state).await
    }

    async fn latest_states(&self) -> Result<Vec<StateRow>, StoreError> {
        const DOING: &str = "read the latest states";
        let sql = format!("select seq, ts_us, record from sandbox_states{}", statements::STATES);
        let stored = self.cells(DOING, sql, STATE_COLUMNS, Vec::new()).await?;
        crate::stored::rows(DOING, stored, |cells| {
            let mut cells = Cells(cells.into_iter());
            let (seq, ts) = (cells.count()?, Timestamp::from_micros(cells.int()?));
            Ok(StateRow { seq, ts, record: cells.bytes()? })
        })
    }

    async fn idempotency(&self, account: AccountNo, key: &str) -> Result<Option<IdempotencyRow>, StoreError> {
        let args = vec![number(account), Arg::Text(key.to_owned())];
        let mut rows = read(self, "look up a request", statements::IDEMPOTENCY, args).await?;
        Ok(rows.pop())
    }

    async fn expire_idempotency(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.delete("forget old requests", statements::EXPIRE, now.micros()).await
    }

    async fn sandbox_accounts(&self, user: UserNo) -> Result<Vec<AccountRow>, StoreError> {
        read(self, "read accounts", statements::ACCOUNTS, vec![Arg::Int(user.get().into())]).await
    }

    async fn orders(
        &self,
        account: AccountNo,
        filter: &OrderFilter,
        page: Page,
    ) -> Result<Vec<OrderRow>, StoreError> {
        let mut args = page.args(account);
        args.push(market_or_any(filter.market));
        let statuses = match filter.statuses.as_slice() {
            [] => String::new(),
            statuses => format!(",{},", statuses.join(",")),
        };
        args.push(Arg::Text(statuses));
        read(self, "read orders", &statements::orders(page.order), args).await
    }

    async fn order(&self, order_id: u64) -> Result<Option<OrderRow>, StoreError> {
        let mut rows = read(self, "read an order", statements::ORDER, vec![bounded(order_id)]).await?;
        Ok(rows.pop())
    }

    async fn order_by_client_id(&self, account: AccountNo, id: &str) -> Result<Option<OrderRow>, StoreError> {
        let args = vec![number(account), Arg::Text(id.to_owned())];
        let mut rows = read(self, "read an order", statements::ORDER_BY_CLIENT_ID, args).await?;
        Ok(rows.pop())
    }

    async fn fills(
        &self,
        account: AccountNo,
        filter: FillFilter,
        page: Page,
    ) -> Result<Vec<FillRow>, StoreError> {
        let mut args = page.args(account);
        args.push(market_or_any(filter.market));
        let sql = match filter.order_id {
            Some(order_id) => {
                args.push(bounded(order_id));
                statements::fills_of_order_in(page.order)
            }
            None => statements::fills(page.order),
        };
        read(self, "read fills", &sql, args).await
    }

    async fn fills_of_order(&self, order_id: u64) -> Result<Vec<FillRow>, StoreError> {
        read(self, "read fills", statements::FILLS_OF_ORDER, vec![bounded(order_id)]).await
    }

    async fn prevented(
        &self,
        account: AccountNo,
        filter: PreventedFilter,
        page: Page,
    ) -> Result<Vec<PreventedRow>, StoreError> {
        let mut args = page.args(account);
        args.push(market_or_any(filter.market));
        args.extend(filter.order_id.map(bounded));
        let sql = statements::prevented(page.order, filter.order_id.is_some());
        read(self, "read prevented matches", &sql, args).await
    }

    async fn amendments(
        &self,
        order_id: u64,
        from_seq: u64,
        limit: u32,
    ) -> Result<Vec<AmendmentRow>, StoreError> {
        let args = vec![bounded(order_id), bounded(from_seq), Arg::Int(limit.into())];
        read(self, "read amendments", statements::AMENDMENTS, args).await
    }

    async fn order_lists(&self, account: AccountNo, page: Page) -> Result<Vec<OrderListRow>, StoreError> {
        read(self, "read order lists", &statements::lists(page.order), page.args(account)).await
    }

    async fn order_list(&self, list_id: u64) -> Result<Option<OrderListRow>, StoreError> {
        let mut rows = read(self, "read an order list", statements::LIST, vec![bounded(list_id)]).await?;
        Ok(rows.pop())
    }

    async fn order_list_by_client_id(
        &self,
        account: AccountNo,
        id: &str,
    ) -> Result<Option<OrderListRow>, StoreError> {
        let args = vec![number(account), Arg::Text(id.to_owned())];
        let mut rows = read(self, "read an order list", statements::LIST_BY_CLIENT_ID, args).await?;
        Ok(rows.pop())
    }

    async fn orders_of_lists(
        &self,
        account: AccountNo,
        lists: std::ops::RangeInclusive<u64>,
    ) -> Result<Vec<OrderRow>, StoreError> {
        let args = vec![number(account), bounded(*lists.start()), bounded(*lists.end())];
        read(self, "read the orders of lists", statements::ORDERS_OF_LISTS, args).await
    }

    async fn balances(&self, account: AccountNo) -> Result<Vec<BalanceRow>, StoreError> {
        read(self, "read balances", statements::BALANCES, vec![number(account)]).await
    }

    async fn positions(&self, account: AccountNo) -> Result<Vec<PositionRow>, StoreError> {
        read(self, "read positions", statements::POSITIONS, vec![number(account)]).await
    }

    async fn ledger_entries(&self, account: AccountNo, page: Page) -> Result<Vec<EntryRow>, StoreError> {
        read(self, "read ledger entries", &statements::entries(page.order), page.args(account)).await
    }
}
