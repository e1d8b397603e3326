//! The section `[store]`.

use std::path::Path;
use std::time::Duration;

use marketd_actors::storage::{DeltaSettings, StoreSettings};
use marketd_actors::writer::plan::FlushRule;
use marketd_domain::Source;
use marketd_store::{Retention, StoreOptions};
use serde::Deserialize;

use super::{ConfigError, bad, without_password};

const MIB: u64 = 1024 * 1024;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    pub url: String,
    timeout_ms: u64,
    flush_rows: usize,
    flush_ms: u64,
    buffer_mb: u64,
    spool_mb: u64,
    snapshot_s: u64,
    deltas: Deltas,
    maintain_h: u64,
    retention: Kept,
}

/// Of which books every change is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deltas {
    sources: Vec<String>,
    flush_s: u64,
}

impl Deltas {
    fn sources(&self) -> Result<Vec<Source>, ConfigError> {
        let source = |text: &String| {
            Source::parse(text).ok_or_else(|| bad("store.deltas.sources", "takes live, replay and sim"))
        };
        self.sources.iter().map(source).collect()
    }
}

/// For how many days rows are kept; 0 is for ever.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    trades_days: u32,
    candles_days: u32,
    snapshots_days: u32,
    deltas_days: u32,
    events_days: u32,
}

impl std::fmt::Debug for Store {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("url", &without_password(&self.url))
            .field("timeout_ms", &self.timeout_ms)
            .field("flush_rows", &self.flush_rows)
            .field("flush_ms", &self.flush_ms)
            .field("buffer_mb", &self.buffer_mb)
            .field("spool_mb", &self.spool_mb)
            .field("snapshot_s", &self.snapshot_s)
            .field("deltas", &self.deltas)
            .field("maintain_h", &self.maintain_h)
            .field("retention", &self.retention)
            .finish()
    }
}

impl Store {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let schemes = ["sqlite:", "postgres:", "postgresql:"];
        if !self.url.is_empty() && !schemes.iter().any(|scheme| self.url.starts_with(scheme)) {
            // The address itself is not told: it may hold a password.
            return Err(bad("store.url", "is neither empty nor postgres://host/database nor sqlite://path"));
        }
        for (key, value) in [
            ("store.timeout_ms", self.timeout_ms),
            ("store.flush_rows", self.flush_rows as u64),
            ("store.flush_ms", self.flush_ms),
            ("store.buffer_mb", self.buffer_mb),
            ("store.spool_mb", self.spool_mb),
            ("store.snapshot_s", self.snapshot_s),
            ("store.deltas.flush_s", self.deltas.flush_s),
            ("store.maintain_h", self.maintain_h),
        ] {
            if value == 0 {
                return Err(bad(key, "must be at least 1"));
            }
        }
        self.deltas.sources()?;
        // A write that is slower than its rows may wait is insured, and that has to come before it has failed.
        if self.flush_ms > self.timeout_ms {
            return Err(bad("store.flush_ms", "is longer than store.timeout_ms"));
        }
        if self.buffer_mb > 64 * 1024 || self.spool_mb > 64 * MIB {
            return Err(bad("store", "buffer_mb is at most 65536, spool_mb at most 67108864"));
        }
        Ok(())
    }

    pub const fn options(&self) -> StoreOptions {
        StoreOptions { connections: 8, timeout: Duration::from_millis(self.timeout_ms) }
    }

    pub(super) fn settings(&self, url: String, data_dir: &Path) -> StoreSettings {
        let days = |days: u32| (days > 0).then_some(days);
        StoreSettings {
            url,
            options: self.options(),
            spool_path: data_dir.join("spool.db"),
            spool_bytes: self.spool_mb * MIB,
            buffer_bytes: usize::try_from(self.buffer_mb * MIB).unwrap_or(usize::MAX),
            flush: FlushRule { rows: self.flush_rows, age: Duration::from_millis(self.flush_ms) },
            snapshot: Duration::from_secs(self.snapshot_s),
            deltas: DeltaSettings {
                // Checked by `validate`.
                sources: self.deltas.sources().unwrap_or_default(),
                flush: Duration::from_secs(self.deltas.flush_s),
            },
            maintain: Duration::from_secs(self.maintain_h.saturating_mul(3_600)),
            retention: Retention {
                trades_days: days(self.retention.trades_days),
                candles_days: days(self.retention.candles_days),
                snapshots_days: days(self.retention.snapshots_days),
                deltas_days: days(self.retention.deltas_days),
                events_days: days(self.retention.events_days),
            },
        }
    }
}
