//! The sandbox's tables in Postgres. Rows go in as arrays, a column each: a statement a table, whatever its rows.

use async_trait::async_trait;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection, Row};

use super::PostgresStore;
use crate::StoreError;
use crate::lease::Lease;
use crate::sandbox::{
    Append, Appended, Arg, Backend, Cell, CellKind, JournalHead, StateRow, Table, TableBatch, statements,
};

/// Money waits for the disk, whatever the server's default is.
pub(super) const BEGIN: &str = "begin; set local synchronous_commit = on";

type PgQuery<'q> = Query<'q, Postgres, PgArguments>;

pub(super) fn bound<'q>(query: PgQuery<'q>, arg: Arg) -> PgQuery<'q> {
    match arg {
        Arg::Int(value) => query.bind(value),
        Arg::Text(value) => query.bind(value),
    }
}

fn cell(row: &PgRow, column: usize, kind: CellKind) -> Result<Cell, sqlx::Error> {
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

/// A column of the rows, to be bound as an array.
fn bind_column<'q>(query: PgQuery<'q>, rows: &mut [Vec<Cell>], column: usize, kind: CellKind) -> PgQuery<'q> {
    macro_rules! values {
        ($pattern:pat => $value:expr) => {
            rows.iter_mut()
                .map(|cells| match std::mem::replace(&mut cells[column], Cell::Int(None)) {
                    $pattern => $value,
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
    }
    match kind {
        CellKind::Int => query.bind(values!(Cell::Int(value) => value)),
        CellKind::Text => query.bind(values!(Cell::Text(value) => value)),
        CellKind::Wide => query.bind(values!(Cell::Wide(value) => value.map(|value| value.to_string()))),
        CellKind::Bytes => query.bind(values!(Cell::Bytes(value) => value)),
    }
}

pub(super) async fn write(connection: &mut PgConnection, batch: TableBatch) -> Result<(), sqlx::Error> {
    let TableBatch { table, mut rows } = batch;
    // The text is made of constants.
    let mut query = sqlx::query(AssertSqlSafe(table.unnested()));
    for (column, (_, kind)) in table.columns.iter().enumerate() {
        query = bind_column(query, &mut rows, column, *kind);
    }
    query.execute(connection).await?;
    Ok(())
}

async fn append(connection: &mut PgConnection, append: Append<'_>) -> Result<Appended, sqlx::Error> {
    let Append { head, last, batches } = append;
    let mut transaction = connection.begin_with(BEGIN).await?;
    let advanced = sqlx::query(statements::ADVANCE)
        .bind(last.seq.cast_signed())
        .bind(head.fence.cast_signed())
        .bind(head.seq.cast_signed())
        .execute(&mut *transaction)
        .await?;
    if advanced.rows_affected() == 0 {
        let (fence, seq): (i64, i64) = sqlx::query_as(statements::HEAD).fetch_one(&mut *transaction).await?;
        let stored: Option<Vec<u8>> = sqlx::query_scalar(statements::RECORD)
            .bind(last.seq.cast_signed())
            .fetch_optional(&mut *transaction)
            .await?;
        let found = JournalHead { fence: fence.cast_unsigned(), seq: seq.cast_unsigned() };
        return Ok(Appended::unless_known(head, last, found, stored.as_deref()));
    }
    for batch in batches {
        write(&mut transaction, batch).await?;
    }
    transaction.commit().await?;
    Ok(Appended::Done { is_new: true })
}

async fn keep_state(
    connection: &mut PgConnection,
    fence: i64,
    state: &StateRow,
) -> Result<bool, sqlx::Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
    if sqlx::query(statements::HOLD).bind(fence).execute(&mut *transaction).await?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(statements::PUT_STATE)
        .bind(state.seq.cast_signed())
        .bind(fence)
        .bind(state.ts.micros())
        .bind(&state.record)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(statements::DROP_STATES).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(true)
}

#[async_trait]
impl Backend for PostgresStore {
    fn selected(table: &Table) -> String {
        table.selected(true)
    }

    async fn cells(
        &self,
        doing: &'static str,
        sql: String,
        columns: &'static [(&'static str, CellKind)],
        args: Vec<Arg>,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        self.within(doing, async {
            let mut lease = Lease::of(&self.pool).await?;
            let query = args.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), bound);
            let rows = query.fetch_all(&mut *lease).await?;
            lease.settle();
            let cells = |row: &PgRow| {
                columns.iter().enumerate().map(|(column, (_, kind))| cell(row, column, *kind)).collect()
            };
            rows.iter().map(cells).collect()
        })
        .await
    }

    async fn claim(&self, fence_at_least: i64) -> Result<JournalHead, StoreError> {
        const DOING: &str = "claim the journal";
        let found: Option<(i64, i64)> = self
            .within(DOING, async {
                let mut lease = Lease::of(&self.pool).await?;
                let mut transaction = lease.begin_with(BEGIN).await?;
                let claim = sqlx::query_as(statements::CLAIM).bind(fence_at_least);
                let head = claim.fetch_optional(&mut *transaction).await?;
                transaction.commit().await?;
                lease.settle();
                Ok(head)
            })
            .await?;
        JournalHead::of(DOING, found)
    }

    async fn append(&self, batch: Append<'_>) -> Result<Appended, StoreError> {
        self.within("append to the journal", async {
            let mut lease = Lease::of(&self.pool).await?;
            let appended = append(&mut lease, batch).await?;
            lease.settle();
            Ok(appended)
        })
        .await
    }

    async fn keep_state(&self, fence: i64, state: &StateRow) -> Result<bool, StoreError> {
        self.within("keep a state", async {
            let mut lease = Lease::of(&self.pool).await?;
            let is_kept = keep_state(&mut lease, fence, state).await?;
            lease.settle();
            Ok(is_kept)
        })
        .await
    }

    async fn delete(&self, doing: &'static str, sql: &'static str, arg: i64) -> Result<u64, StoreError> {
        self.within(doing, async {
            let mut lease = Lease::of(&self.pool).await?;
            let deleted = sqlx::query(sql).bind(arg).execute(&mut *lease).await?.rows_affected();
            lease.settle();
            Ok(deleted)
        })
        .await
    }
}
