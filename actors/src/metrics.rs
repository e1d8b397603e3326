//! Counters of the running server. Read by `/metrics` and `/system/info`.
//!
//! A new one is one line below: its comment is the meaning that `/metrics` tells, its name that of the metric
//! (`marketd_<name>_total`, or without the ending for what goes up and down). docs/metrics.md lists them all.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use marketd_store::Family;

/// Whether a figure only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    Counter,
    Gauge,
}

/// A figure with what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    pub name: &'static str,
    pub kind: MetricKind,
    pub help: &'static str,
    pub value: u64,
}

impl Metric {
    /// Its name for Prometheus, without the prefix.
    pub fn exposed_name(&self) -> String {
        match self.kind {
            MetricKind::Counter if !self.name.ends_with("_total") => format!("{}_total", self.name),
            _ => self.name.to_owned(),
        }
    }
}

macro_rules! kind {
    () => {
        MetricKind::Counter
    };
    (gauge) => {
        MetricKind::Gauge
    };
}

macro_rules! counters {
    ($($(#[doc = $doc:literal])* $name:ident $(: $kind:ident)?,)*) => {
        /// Counts since the start; gauges go up and down.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $($(#[doc = $doc])* pub $name: AtomicU64,)*
        }

        impl Metrics {
            /// Every counter with its name.
            pub fn snapshot(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.load(Ordering::Relaxed))),*]
            }

            /// Every counter with its kind and meaning.
            pub fn describe(&self) -> Vec<Metric> {
                vec![$(Metric {
                    name: stringify!($name),
                    kind: kind!($($kind)?),
                    help: concat!($($doc,)*),
                    value: self.$name.load(Ordering::Relaxed),
                }),*]
            }
        }
    };
}

counters! {
    /// WebSocket sessions that are open.
    sessions_open: gauge,
    /// WebSocket sessions begun.
    sessions_total,
    /// Subscriptions of all sessions.
    subscriptions_open: gauge,
    /// Streams that the hubs hold.
    streams_open: gauge,
    /// Bytes of frames in the hubs' rings.
    ring_bytes: gauge,
    /// Frames handed from markets to hubs.
    frames_encoded,
    /// Frames handed to sockets.
    frames_sent,
    /// Bytes of frames handed to sockets.
    bytes_sent,
    /// Changes that went out in a frame together with a change before, as the stream's interval has it.
    conflated_changes,
    /// Readers whose place had left the ring and who got a snapshot instead of what they missed.
    conflated_readers,
    /// Snapshots handed to sockets.
    snapshots_sent,
    /// Resumes that went on where the client had been.
    resumes_recovered,
    /// Resumes that began anew with a snapshot.
    resumes_failed,
    /// Notices to readers of events that were too slow.
    lagged_notices,
    /// Connections closed because nothing was read for too long.
    stalled_closed,
    /// Requests over the WebSocket that were refused.
    refused_messages,
    /// Handshakes refused because of the page's origin.
    refused_origins,
    /// Handshakes refused because of the address's number of connections.
    refused_connections,
    /// Connections closed because a message was too large.
    oversized_closed,
    /// Connections closed because a message took too long.
    late_closed,
    /// Connections closed after too many refusals.
    refusals_closed,
    /// Connections closed after too many pings.
    pings_closed,
    /// Connections closed because nothing was asked for.
    idle_closed,
    /// Batches of frames that a hub could not take; it recovers by snapshots.
    hub_overflows,
    /// Batches of updates that a market could not take in time.
    market_overflows,
    /// Actors that died and were started again.
    actor_restarts,
    /// Times that feeds had to connect again.
    feed_reconnects,
    /// Messages of venues that could not be read.
    feed_malformed,
    /// Requests that are no HTTP, or whose head is too large; each ends its connection.
    http_malformed,
}

impl Metrics {
    pub fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }

    pub fn subtract(counter: &AtomicU64, count: u64) {
        counter.fetch_sub(count, Ordering::Relaxed);
    }
}

/// Upper bounds of a histogram's buckets, in microseconds.
pub const BOUNDS_US: [u64; 12] =
    [250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 10_000_000];

/// How long something took, in buckets.
#[derive(Debug, Default)]
pub struct Histogram {
    /// The last is for what took longer than all bounds.
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    total_us: AtomicU64,
}

/// What a histogram holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// Each with those below it.
    pub within: [(u64, u64); BOUNDS_US.len()],
    pub count: u64,
    pub total_us: u64,
}

impl Histogram {
    pub fn note(&self, us: u64) {
        self.buckets[BOUNDS_US.partition_point(|bound| *bound < us)].fetch_add(1, Ordering::Relaxed);
        self.total_us.fetch_add(us, Ordering::Relaxed);
    }

    pub fn read(&self) -> Times {
        let mut count = 0;
        let within = std::array::from_fn(|at| {
            count += self.buckets[at].load(Ordering::Relaxed);
            (BOUNDS_US[at], count)
        });
        count += self.buckets[BOUNDS_US.len()].load(Ordering::Relaxed);
        Times { within, count, total_us: self.total_us.load(Ordering::Relaxed) }
    }
}

/// How many messages wait for an actor: who sends counts up, the actor down.
#[derive(Debug, Default)]
pub struct Queue(AtomicI64);

impl Queue {
    pub fn sent(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn taken(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// A new actor has an empty mailbox.
    pub fn begin(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// The two sides do not count in one moment, so a message may have been taken before it was sent.
    pub fn depth(&self) -> u64 {
        u64::try_from(self.0.load(Ordering::Relaxed)).unwrap_or(0)
    }
}

/// How long a hub takes to write to all who have something pending: what came before a round is over reaches nobody
/// sooner. Zero while it has time.
#[derive(Debug, Default)]
pub struct Pace(AtomicU64);

impl Pace {
    pub fn set(&self, round: Duration) {
        self.0.store(round.as_micros() as u64, Ordering::Relaxed);
    }

    pub fn round(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
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
    pub write_times: Histogram,
    pub rows_in_batches: AtomicU64,
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
    /// Calls of the store that failed.
    pub errors: AtomicU64,
}

impl StoreMetrics {
    pub const fn family(&self, family: Family) -> &FamilyMetrics {
        &self.families[family.index()]
    }

    pub fn rows_lost(&self) -> u64 {
        self.families.iter().map(|family| family.rows_lost.load(Ordering::Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_says_what_it_counts() {
        for metric in Metrics::default().describe() {
            assert!(!metric.help.trim().is_empty(), "{} has no comment", metric.name);
            let is_gauge = metric.kind == MetricKind::Gauge;
            assert!(is_gauge || !metric.name.ends_with("_open"), "{} goes up and down", metric.name);
        }
    }

    #[test]
    fn a_duration_is_in_the_first_bucket_that_holds_it_and_in_all_above() {
        let histogram = Histogram::default();
        for us in [0, 250, 251, 10_000_000, 10_000_001] {
            histogram.note(us);
        }
        let times = histogram.read();
        assert_eq!((times.within[0], times.within[1]), ((250, 2), (500, 3)));
        assert_eq!((times.within[11], times.count, times.total_us), ((10_000_000, 4), 5, 20_000_502));
    }

    #[test]
    fn a_queue_is_as_deep_as_more_was_sent_than_taken() {
        let queue = Queue::default();
        queue.taken();
        assert_eq!(queue.depth(), 0);
        (0..3).for_each(|_| queue.sent());
        assert_eq!(queue.depth(), 2);
        queue.begin();
        assert_eq!(queue.depth(), 0);
    }

    #[test]
    fn counters_end_in_total() {
        let names: Vec<String> = Metrics::default().describe().iter().map(Metric::exposed_name).collect();
        for name in ["sessions_open", "sessions_total", "ring_bytes", "frames_sent_total"] {
            assert!(names.iter().any(|held| held == name), "{name} in {names:?}");
        }
    }
}
