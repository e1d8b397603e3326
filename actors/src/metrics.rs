//! Counters of the running server. Read by `/health` and `/system/info`.

use std::sync::atomic::{AtomicU64, Ordering};

use marketd_store::Family;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts since the start; `*_open` ones go up and down.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $($(#[$doc])* pub $name: AtomicU64,)*
        }

        impl Metrics {
            /// Every counter with its name.
            pub fn snapshot(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.load(Ordering::Relaxed))),*]
            }
        }
    };
}

counters! {
    sessions_open,
    sessions_total,
    subscriptions_open,
    /// Streams that the hubs hold, and the bytes of frames in their rings.
    streams_open,
    ring_bytes,
    frames_encoded,
    /// Frames handed to sockets.
    frames_sent,
    bytes_sent,
    snapshots_sent,
    resumes_recovered,
    resumes_failed,
    /// Notices to readers of events that were too slow.
    lagged_notices,
    /// Connections closed because nothing was read for too long.
    stalled_closed,
    refused_messages,
    /// Handshakes refused: the page's origin, or the address's number of connections.
    refused_origins,
    refused_connections,
    /// Connections closed because a message was too large, or took too long.
    oversized_closed,
    late_closed,
    /// Connections closed after too many refusals, or too many pings.
    refusals_closed,
    pings_closed,
    /// Connections closed because nothing was asked for.
    idle_closed,
    /// Frames that a hub could not take; it recovers by a snapshot.
    hub_overflows,
    /// Batches of updates that a market could not take in time.
    market_overflows,
    actor_restarts,
    feed_reconnects,
    feed_malformed,
}

impl Metrics {
    pub fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }

    pub fn subtract(counter: &AtomicU64, count: u64) {
        counter.fetch_sub(count, Ordering::Relaxed);
    }
}

/// Counts of the rows of one family, since the start.
#[derive(Debug, Default)]
pub struct FamilyMetrics {
    /// New in the store, or better than what was there.
    pub rows_written: AtomicU64,
    /// In the store already.
    pub rows_known: AtomicU64,
    /// Put into the spool, also as copies of rows that the store was slow to take.
    pub rows_spooled: AtomicU64,
    /// Refused by the store; they are lost as well.
    pub rows_refused: AtomicU64,
    pub rows_lost: AtomicU64,
    /// Writes to the store, by the writer; those of the spool are not among them.
    pub batches: AtomicU64,
    /// What these took, in microseconds.
    pub write_us: AtomicU64,
    pub last_batch_rows: AtomicU64,
    pub last_write_us: AtomicU64,
}

/// Counts about the store.
#[derive(Debug, Default)]
pub struct StoreMetrics {
    families: [FamilyMetrics; Family::ALL.len()],
    /// Rows that wait in the spool now, and the part of its file that holds something.
    pub spool_rows: AtomicU64,
    pub spool_bytes: AtomicU64,
    /// Rows that were taken from the spool to the store, since the start.
    pub drained_rows: AtomicU64,
    /// Rows of the spool that could not be read back, or that were not there.
    pub damaged_rows: AtomicU64,
    /// How often the store went away.
    pub outages: AtomicU64,
}

impl StoreMetrics {
    pub const fn family(&self, family: Family) -> &FamilyMetrics {
        &self.families[family.index()]
    }

    pub fn rows_lost(&self) -> u64 {
        self.families.iter().map(|family| family.rows_lost.load(Ordering::Relaxed)).sum()
    }
}
