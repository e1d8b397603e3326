//! Counters of the running server. Read by `/health` and `/system/info`.

use std::sync::atomic::{AtomicU64, Ordering};

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
