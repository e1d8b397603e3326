//! What was lost: rows that neither the store nor the spool could take. One entry for each market and family, however
//! many rows.

use std::collections::BTreeMap;

use marketd_domain::Timestamp;
use parking_lot::Mutex;
use sqlx::Connection;
use sqlx::sqlite::SqlitePool;

use super::codec;
use crate::lease::Lease;
use crate::rows::{Family, GapKind, GapRow, MarketKey, Rows};

/// How many rows of a family were lost, and between which times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Loss {
    since: Timestamp,
    until: Timestamp,
    rows: u64,
}

#[derive(Debug, Default)]
struct Counted {
    losses: BTreeMap<(MarketKey, Family), Loss>,
    is_saved: bool,
}

/// Counts of lost rows, until the store has them as gaps.
#[derive(Debug, Default)]
pub struct Losses(Mutex<Counted>);

impl Losses {
    /// Rows are lost, from this one on.
    pub fn count(&self, rows: &Rows, from: usize) {
        let mut counted = self.0.lock();
        for nth in from..rows.len() {
            let (market, at) = rows.place(nth);
            counted.add(market, rows.family(), Loss { since: at, until: at, rows: 1 });
        }
    }

    /// A row that could not even be made is lost.
    pub fn count_one(&self, market: MarketKey, family: Family, at: Timestamp) {
        self.0.lock().add(market, family, Loss { since: at, until: at, rows: 1 });
    }

    pub fn is_empty(&self) -> bool {
        self.0.lock().losses.is_empty()
    }

    /// What was lost, as rows for the store.
    pub fn gaps(&self) -> Vec<GapRow> {
        let counted = self.0.lock();
        let row = |((market, family), loss): (&(MarketKey, Family), &Loss)| {
            GapRow::new(*market, GapKind::Unstored(*family), loss.since, Some(loss.until), loss.rows).ok()
        };
        counted.losses.iter().filter_map(row).collect()
    }

    /// The store has these gaps. What was lost meanwhile is a gap of its own.
    pub fn stored(&self, gaps: &[GapRow]) {
        let mut counted = self.0.lock();
        for gap in gaps {
            let GapKind::Unstored(family) = gap.kind() else { continue };
            let key = (gap.market(), family);
            let Some(loss) = counted.losses.get_mut(&key) else { continue };
            loss.rows = loss.rows.saturating_sub(gap.rows_lost());
            loss.since = gap.until().unwrap_or(loss.since).max(loss.since);
            if loss.rows == 0 {
                counted.losses.remove(&key);
            }
        }
        counted.is_saved = false;
    }

    /// What cannot be saved, because the disk is full, is saved another time.
    pub(super) async fn save(&self, file: &SqlitePool) -> Result<(), sqlx::Error> {
        let losses = {
            let mut counted = self.0.lock();
            if counted.is_saved {
                return Ok(());
            }
            counted.is_saved = true;
            counted.losses.clone()
        };
        let saved = write(file, &losses).await;
        if saved.is_err() {
            self.0.lock().is_saved = false;
        }
        saved
    }

    pub(super) async fn load(&self, file: &SqlitePool) -> Result<(), sqlx::Error> {
        let saved: Vec<(i64, i64, i64, i64, i64)> =
            sqlx::query_as("select market_id, family, since_us, until_us, rows from losses")
                .fetch_all(file)
                .await?;
        let mut counted = self.0.lock();
        for (market, family, since_us, until_us, rows) in saved {
            let Some(family) = codec::family_of(family) else { continue };
            let loss = Loss {
                since: Timestamp::from_micros(since_us),
                until: Timestamp::from_micros(until_us),
                rows: rows.cast_unsigned(),
            };
            counted.add(MarketKey::from_stored(market), family, loss);
        }
        Ok(())
    }
}

impl Counted {
    fn add(&mut self, market: MarketKey, family: Family, more: Loss) {
        let none = Loss { rows: 0, ..more };
        let loss = self.losses.entry((market, family)).or_insert(none);
        loss.since = loss.since.min(more.since);
        loss.until = loss.until.max(more.until);
        loss.rows += more.rows;
        self.is_saved = false;
    }
}

async fn write(file: &SqlitePool, losses: &BTreeMap<(MarketKey, Family), Loss>) -> Result<(), sqlx::Error> {
    let mut lease = Lease::of(file).await?;
    let mut transaction = lease.begin_with("begin immediate").await?;
    sqlx::query("delete from losses").execute(&mut *transaction).await?;
    for ((market, family), loss) in losses {
        sqlx::query("insert into losses values (?, ?, ?, ?, ?)")
            .bind(market.get())
            .bind(codec::number_of(*family))
            .bind(loss.since.micros())
            .bind(loss.until.micros())
            .bind(loss.rows.cast_signed())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    lease.settle();
    Ok(())
}
