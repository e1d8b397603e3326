//! Whether what is committed reaches the disk.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sqlx::sqlite::SqliteConnection;

/// How often the log is moved into the file, with both of them synced: what a power cut may cost.
const EVERY: Duration = Duration::from_secs(5);

/// When the log was last moved. SQLite does that by itself as well, when the log is large, and says nothing when the disk
/// answers with an error: then commits would go on succeeding for ever, into memory. After a failure the log is kept, and
/// the next attempt writes everything again, so that nothing depends on what the kernel has dropped.
pub(crate) struct Synced(Mutex<Instant>);

impl Synced {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    /// Moves the log if it is time. What was committed before an error stays so, but may not survive the machine.
    pub(crate) async fn keep(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        if self.0.lock().elapsed() < EVERY {
            return Ok(());
        }
        // Passive: who reads or writes is not waited for, and what they hold is moved another time.
        sqlx::query("pragma wal_checkpoint(passive)").execute(connection).await?;
        *self.0.lock() = Instant::now();
        Ok(())
    }
}
