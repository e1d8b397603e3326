//! How long rows are kept, and what keeping to it did.

use marketd_domain::Timestamp;

pub(crate) const DAY_US: i64 = 86_400_000_000;

/// For how many days rows are kept; `None` is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    pub trades_days: Option<u32>,
    pub candles_days: Option<u32>,
    pub snapshots_days: Option<u32>,
    pub deltas_days: Option<u32>,
    /// Changes of status, and gaps.
    pub events_days: Option<u32>,
}

/// The first microsecond that is kept.
pub(crate) fn kept_from_us(now: Timestamp, days: Option<u32>) -> Option<i64> {
    days.map(|days| now.micros().saturating_sub(i64::from(days) * DAY_US))
}

/// What a store's maintenance did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Maintained {
    /// Partitions made for the days to come.
    pub created: Vec<String>,
    /// Partitions dropped with all their rows.
    pub dropped: Vec<String>,
    /// Rows deleted one by one, where there are no partitions.
    pub rows_deleted: u64,
}
