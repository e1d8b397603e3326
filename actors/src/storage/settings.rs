//! How rows are kept, from the configuration.

use std::path::{Path, PathBuf};
use std::time::Duration;

use marketd_domain::Source;
use marketd_store::{Family, Fault, Retention, StoreError, StoreOptions};

use crate::writer::plan::FlushRule;

/// Of which books every change is kept, and how often what has gathered of them becomes a row.
#[derive(Debug, Clone)]
pub struct DeltaSettings {
    pub sources: Vec<Source>,
    pub flush: Duration,
}

#[derive(Debug, Clone)]
pub struct StoreSettings {
    pub url: String,
    pub options: StoreOptions,
    pub spool_path: PathBuf,
    pub spool_bytes: u64,
    /// Rows that wait in memory, of all families.
    pub buffer_bytes: usize,
    pub flush: FlushRule,
    pub snapshot: Duration,
    pub deltas: DeltaSettings,
    pub maintain: Duration,
    pub retention: Retention,
}

impl StoreSettings {
    /// A family's part of the rows in memory: trades are many, snapshots are large.
    pub const fn intake_bytes(&self, family: Family) -> usize {
        match family {
            Family::Trades => self.buffer_bytes / 2,
            Family::Snapshots | Family::Deltas => self.buffer_bytes / 8,
            Family::Candles => self.buffer_bytes / 8,
            Family::Statuses | Family::Gaps => self.buffer_bytes / 16,
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    pub fn backend(&self) -> &'static str {
        if self.is_sqlite() { "sqlite" } else { "postgres" }
    }

    /// The file of a SQLite store.
    pub fn sqlite_path(&self) -> Option<&Path> {
        let path = self.url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split('?').next()?;
        (!path.is_empty() && path != ":memory:").then(|| Path::new(path))
    }

    /// Whether a store that could not be opened will not be there by waiting. A server that is away comes back; a file
    /// that cannot be opened needs somebody to look at it, unless it is only locked, or the disk full.
    pub fn is_hopeless(&self, error: &StoreError) -> bool {
        let is_file_away = self.is_sqlite()
            && !error.is_locked()
            && matches!(error.fault(), Fault::Unavailable | Fault::ReadOnly);
        is_file_away || !error.is_retryable()
    }
}
