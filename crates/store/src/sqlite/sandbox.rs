//! The sandbox's tables in SQLite. Appends share the one writing connection, and wait in its queue rather than for the
//! file's lock; for their transaction it is switched to syncing with every commit.

use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use super::SqliteStore;
use crate::StoreError;
use crate::sandbox::{
    Append, Appended, Arg, Backend, Cell, CellKind, JournalHead, StateRow, Table, TableBatch, statements,
};

/// A commit of market data may be lost in a power cut, one of money may not.
pub(super) const SYNC_EVERY_COMMIT: &str = "pragma synchronous = full";
pub(super) const SYNC_AT_CHECKPOINTS: &str = "pragma synchronous = normal";

/// SQLite takes 32,766 values a statement.
const VALUES_MAX: usize = 30_000;

type SqliteQuery<'q> = Query<'q, Sqlite, SqliteArguments>;

pub(super) fn bound(query: SqliteQuery<'_>, arg: Arg) -> SqliteQuery<'_> {
    match arg {
        Arg::Int(value) => query.bind(value),
        Arg::Text(value) => query.bind(value),
    }
}

fn bound_cell(query: SqliteQuery<'_>, cell: Cell) -> SqliteQuery<'_> {
    match cell {
        Cell::Int(value) => query.bind(value),
        Cell::Text(value) => query.bind(value),
        Cell::Wide(value) => query.bind(value.map(|value| value.to_string())),
        Cell::Bytes(value) => query.bind(value),
    }
}

fn cell(row: &SqliteRow, column: usize, kind: CellKind) -> Result<Cell, sqlx::Error> {
    Ok(match kind {
        CellKind::Int => Cell::Int(row.try_get(column)?),
        CellKind::Text => Cell::Text(row.try_get(column)?),
        CellKind::Bytes => Cell::Bytes(row.try_get(column)?),
        CellKind::Wide => {
            let text: Option<String> = row.try_get(column)?;
            let value = text.map(|text| text.parse::<i128>()).transpose();
            Cell::Wide(value.map_err(|error| sqlx::Error::Decode(Box::new(error)))?)
        }
    })
}

/// So many rows a statement that few statements are known: powers of two.
pub(super) async fn write(connection: &mut SqliteConnection, batch: TableBatch) -> Result<(), sqlx::Error> {
    let TableBatch { table, rows } = batch;
    let most = VALUES_MAX / table.columns.len();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let size = (1 << rows.len().min(most).ilog2()).min(64);
        // The text is made of constants.
        let query = sqlx::query(AssertSqlSafe(table.inserted(size)));
        let piece = rows.by_ref().take(size).flatten();
        piece.fold(query, bound_cell).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Work that is on the disk once it is committed.
macro_rules! durably {
    ($store:ident, $doing:expr, |$transaction:ident| $body:block) => {
        $store.within($doing, async {
            use sqlx::Connection;
            let mut connection = $crate::lease::Lease::of(&$store.writer).await?;
            sqlx::query($crate::sqlite::sandbox::SYNC_EVERY_COMMIT).execute(&mut *connection).await?;
            // If this is dropped on the way, the connection stays at the safer setting.
            let mut $transaction = connection.begin_with($crate::sqlite::write::BEGIN).await?;
            let done = $body;
            sqlx::query($crate::sqlite::sandbox::SYNC_AT_CHECKPOINTS).execute(&mut *connection).await?;
            connection.settle();
            Ok(done)
        })
    };
}
pub(super) use durably;

async fn advance(
    connection: &mut SqliteConnection,
    append: &Append<'_>,
) -> Result<Option<Appended>, sqlx::Error> {
    let Append { head, last, .. } = append;
    let advanced = sqlx::query(statements::ADVANCE)
        .bind(last.seq.cast_signed())
        .bind(head.fence.cast_signed())
        .bind(head.seq.cast_signed())
        .execute(&mut *connection)
        .await?;
    if advanced.rows_affected() > 0 {
        return Ok(None);
    }
    let (fence, seq): (i64, i64) = sqlx::query_as(statements::HEAD).fetch_one(&mut *connection).await?;
    let stored: Option<Vec<u8>> = sqlx::query_scalar(statements::RECORD)
        .bind(last.seq.cast_signed())
        .fetch_optional(&mut *connection)
        .await?;
    let found = JournalHead { fence: fence.cast_unsigned(), seq: seq.cast_unsigned() };
    Ok(Some(Appended::unless_known(*head, last, found, stored.as_deref())))
}

async fn put_state(
    connection: &mut SqliteConnection,
    fence: i64,
    state: &StateRow,
) -> Result<bool, sqlx::Error> {
    if sqlx::query(statements::HOLD).bind(fence).execute(&mut *connection).await?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(statements::PUT_STATE)
        .bind(state.seq.cast_signed())
        .bind(fence)
        .bind(state.ts.micros())
        .bind(&state.record)
        .execute(&mut *connection)
        .await?;
    sqlx::query(statements::DROP_STATES).execute(&mut *connection).await?;
    Ok(true)
}

#[async_trait]
impl Backend for SqliteStore {
    fn selected(table: &Table) -> String {
        table.selected(false)
    }

    async fn cells(
        &self,
        doing: &'static str,
        sql: String,
        columns: &'static [(&'static str, CellKind)],
        args: Vec<Arg>,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        self.within(doing, async {
            let query = args.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), bound);
            let rows = query.fetch_all(&mut *self.readers.acquire().await?).await?;
            let cells = |row: &SqliteRow| {
                columns.iter().enumerate().map(|(column, (_, kind))| cell(row, column, *kind)).collect()
            };
            rows.iter().map(cells).collect()
        })
        .await
    }

    async fn claim(&self, fence_at_least: i64) -> Result<JournalHead, StoreError> {
        const DOING: &str = "claim the journal";
        let found = durably!(self, DOING, |transaction| {
            let claim = sqlx::query_as(statements::CLAIM).bind(fence_at_least);
            let head: Option<(i64, i64)> = claim.fetch_optional(&mut *transaction).await?;
            transaction.commit().await?;
            head
        })
        .await?;
        JournalHead::of(DOING, found)
    }

    async fn append(&self, append: Append<'_>) -> Result<Appended, StoreError> {
        durably!(self, "append to the journal", |transaction| {
            match advance(&mut transaction, &append).await? {
                Some(appended) => {
                    transaction.rollback().await?;
                    appended
                }
                None => {
                    for batch in append.batches {
                        write(&mut transaction, batch).await?;
                    }
                    transaction.commit().await?;
                    Appended::Done { is_new: true }
                }
            }
        })
        .await
    }

    async fn keep_state(&self, fence: i64, state: &StateRow) -> Result<bool, StoreError> {
        durably!(self, "keep a state", |transaction| {
            let is_kept = put_state(&mut transaction, fence, state).await?;
            transaction.commit().await?;
            is_kept
        })
        .await
    }

    async fn delete(&self, doing: &'static str, sql: &'static str, arg: i64) -> Result<u64, StoreError> {
        self.within(doing, async {
            let delete = sqlx::query(sql).bind(arg);
            Ok(delete.execute(&mut *self.writer.acquire().await?).await?.rows_affected())
        })
        .await
    }
}
