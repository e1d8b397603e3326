//! What `/health` says of the store.

use std::sync::atomic::Ordering;

use marketd_domain::Timestamp;
use marketd_store::{Family, Maintained};

use super::Storage;
use crate::clock;

/// Rows may be in the spool for so long without anybody being told: a write was slow.
const SPOOLED_UNTOLD_MS: i64 = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreState {
    Ok,
    /// It takes rows, but not all are there yet, or some are lost.
    Degraded,
    /// It takes no rows.
    Away,
}

impl StoreState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Away => "away",
        }
    }
}

/// The last time that old rows were removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    pub at: Timestamp,
    pub took_ms: u64,
    /// What it did, or why it could not.
    pub result: Result<Maintained, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreReport {
    pub backend: &'static str,
    pub state: StoreState,
    pub since: Option<Timestamp>,
    pub reason: Option<String>,
    /// How long the oldest row that is not in the store has waited; for rows in the spool, since it was last empty.
    pub lag_ms: i64,
    pub spooled_rows: u64,
    pub spool_bytes: u64,
    pub spool_reason: Option<String>,
    /// A spool that was damaged lies there.
    pub spool_set_aside: Option<String>,
    pub lost_rows: u64,
    pub writers: Vec<WriterReport>,
    pub maintained: Option<Maintenance>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriterReport {
    pub family: Family,
    pub rows_written: u64,
    pub rows_known: u64,
    pub rows_spooled: u64,
    pub rows_refused: u64,
    pub rows_lost: u64,
    pub batches: u64,
    pub last_batch_rows: u64,
    pub last_write_us: u64,
    /// How long the oldest row in memory has waited.
    pub lag_ms: i64,
}

impl Storage {
    pub fn report(&self) -> StoreReport {
        let now = clock::now();
        let age_ms = |since: Timestamp| (now.nanos_since(since) / 1_000_000).max(0);
        let trouble = self.trouble();
        let spooled_since = *self.spooled_since.lock();
        let spool_reason = self.spool_trouble.lock().as_ref().map(|trouble| trouble.reason.clone());
        let spool_set_aside = self.set_aside.lock().as_ref().map(|aside| aside.path.display().to_string());
        let is_spooled = spooled_since.filter(|since| age_ms(*since) > SPOOLED_UNTOLD_MS);
        let (state, since, reason) = match (trouble, is_spooled) {
            (Some(trouble), _) => (StoreState::Away, Some(trouble.since), Some(trouble.reason)),
            (None, Some(since)) => {
                (StoreState::Degraded, Some(since), Some("rows in the spool are on their way".to_owned()))
            }
            (None, None) if spool_reason.is_some() => (StoreState::Degraded, None, spool_reason.clone()),
            (None, None) if !self.losses.is_empty() => {
                (StoreState::Degraded, None, Some("rows were lost that are no gap yet".to_owned()))
            }
            (None, None) => (StoreState::Ok, None, None),
        };
        let writers: Vec<WriterReport> = (self.intakes.iter())
            .map(|intake| {
                let metrics = self.metrics.family(intake.family());
                let of = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
                WriterReport {
                    family: intake.family(),
                    rows_written: of(&metrics.rows_written),
                    rows_known: of(&metrics.rows_known),
                    rows_spooled: of(&metrics.rows_spooled),
                    rows_refused: of(&metrics.rows_refused),
                    rows_lost: of(&metrics.rows_lost),
                    batches: of(&metrics.batches),
                    last_batch_rows: of(&metrics.last_batch_rows),
                    last_write_us: of(&metrics.last_write_us),
                    lag_ms: intake.oldest().map_or(0, age_ms),
                }
            })
            .collect();
        let in_memory = writers.iter().map(|writer| writer.lag_ms).max().unwrap_or(0);
        StoreReport {
            backend: self.settings.backend(),
            state,
            since,
            reason,
            lag_ms: spooled_since.map_or(0, age_ms).max(in_memory),
            spooled_rows: self.metrics.spool_rows.load(Ordering::Relaxed),
            spool_bytes: self.metrics.spool_bytes.load(Ordering::Relaxed),
            spool_reason,
            spool_set_aside,
            lost_rows: self.metrics.rows_lost(),
            writers,
            maintained: self.maintained.lock().clone(),
        }
    }
}
