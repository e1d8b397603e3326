//! The store in `/health`.

use marketd_actors::storage::{Maintenance, StoreReport, WriterReport};
use serde::Serialize;

#[derive(Serialize)]
pub struct StoreHealth {
    backend: &'static str,
    /// `ok`; `degraded` while rows are in the spool or lost without a gap that says so; `away` while it takes none.
    state: &'static str,
    since: Option<i64>,
    reason: Option<String>,
    lag_ms: i64,
    spooled_rows: u64,
    spool_bytes: u64,
    spool_error: Option<String>,
    spool_set_aside: Option<String>,
    lost_rows: u64,
    writers: Vec<WriterHealth>,
    maintenance: Option<MaintenanceHealth>,
}

#[derive(Serialize)]
struct WriterHealth {
    family: &'static str,
    rows_written: u64,
    rows_known: u64,
    rows_spooled: u64,
    rows_refused: u64,
    rows_lost: u64,
    batches: u64,
    last_batch_rows: u64,
    last_write_us: u64,
    lag_ms: i64,
}

#[derive(Serialize)]
struct MaintenanceHealth {
    at: i64,
    took_ms: u64,
    partitions_created: Vec<String>,
    partitions_dropped: Vec<String>,
    rows_deleted: u64,
    error: Option<String>,
}

impl StoreHealth {
    pub fn of(report: StoreReport) -> Self {
        Self {
            backend: report.backend,
            state: report.state.as_str(),
            since: report.since.map(marketd_domain::Timestamp::micros),
            reason: report.reason,
            lag_ms: report.lag_ms,
            spooled_rows: report.spooled_rows,
            spool_bytes: report.spool_bytes,
            spool_error: report.spool_reason,
            spool_set_aside: report.spool_set_aside,
            lost_rows: report.lost_rows,
            writers: report.writers.iter().map(WriterHealth::of).collect(),
            maintenance: report.maintained.map(MaintenanceHealth::of),
        }
    }
}

impl WriterHealth {
    const fn of(report: &WriterReport) -> Self {
        Self {
            family: report.family.as_str(),
            rows_written: report.rows_written,
            rows_known: report.rows_known,
            rows_spooled: report.rows_spooled,
            rows_refused: report.rows_refused,
            rows_lost: report.rows_lost,
            batches: report.batches,
            last_batch_rows: report.last_batch_rows,
            last_write_us: report.last_write_us,
            lag_ms: report.lag_ms,
        }
    }
}

impl MaintenanceHealth {
    fn of(maintenance: Maintenance) -> Self {
        let (done, error) = match maintenance.result {
            Ok(done) => (done, None),
            Err(error) => (marketd_store::Maintained::default(), Some(error)),
        };
        Self {
            at: maintenance.at.micros(),
            took_ms: maintenance.took_ms,
            partitions_created: done.created,
            partitions_dropped: done.dropped,
            rows_deleted: done.rows_deleted,
            error,
        }
    }
}
