//! Counters of the bus.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::gcra::Allowance;
use crate::types::Begin;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts since the start.
        #[derive(Debug, Default)]
        pub struct BusMetrics {
            $($(#[$doc])* pub $name: AtomicU64,)*
        }

        impl BusMetrics {
            /// Every counter with its name.
            pub fn snapshot(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.load(Ordering::Relaxed))),*]
            }
        }
    };
}

counters! {
    bus_cache_hits,
    bus_cache_misses,
    bus_cache_puts,
    /// Snapshots that were not taken, or not given, because something newer was known.
    bus_cache_older,
    /// Values of ours in Redis that we did not write so: removed, and nothing was served from them.
    bus_damaged,
    bus_claims_fresh,
    bus_claims_repeated,
    bus_claims_mismatched,
    bus_limits_passed,
    bus_limits_refused,
    bus_frames_published,
    /// Frames for other nodes that Redis did not take in time.
    bus_frames_unsent,
    /// Frames of other nodes, and those among them that cannot be read or came twice.
    bus_frames_received,
    bus_frames_malformed,
    bus_frames_repeated,
    /// Frames that a subscriber had no room for.
    bus_frames_dropped,
    /// How often a topic's subscribers were told that they may have missed something.
    bus_missed,
    /// Calls to Redis that were answered, the microseconds that took, and how many took no longer than that.
    bus_calls,
    bus_call_us,
    bus_calls_within_1ms,
    bus_calls_within_5ms,
    bus_calls_within_25ms,
    bus_calls_within_100ms,
    /// Calls that were not answered in time, that were refused, and that were too many at once.
    bus_timeouts,
    bus_errors,
    bus_busy,
    /// Answers from this node's memory because Redis had none.
    bus_fallbacks,
    /// How often a connection to Redis was made, and lost.
    bus_connects,
    bus_disconnects,
}

impl BusMetrics {
    pub(crate) fn count(counter: &AtomicU64) {
        Self::add(counter, 1);
    }

    pub(crate) fn add(counter: &AtomicU64, count: usize) {
        counter.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn answered_after(&self, took: Duration) {
        Self::count(&self.bus_calls);
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.bus_call_us.fetch_add(took_us, Ordering::Relaxed);
        for (bound_us, counter) in [
            (1_000, &self.bus_calls_within_1ms),
            (5_000, &self.bus_calls_within_5ms),
            (25_000, &self.bus_calls_within_25ms),
            (100_000, &self.bus_calls_within_100ms),
        ] {
            if took_us <= bound_us {
                Self::count(counter);
            }
        }
    }

    pub(crate) fn put(&self, taken: bool) {
        Self::count(if taken { &self.bus_cache_puts } else { &self.bus_cache_older });
    }

    pub(crate) fn looked_up(&self, found: bool) {
        Self::count(if found { &self.bus_cache_hits } else { &self.bus_cache_misses });
    }

    pub(crate) fn begun(&self, begun: &Begin) {
        Self::count(match begun {
            Begin::Fresh(_) => &self.bus_claims_fresh,
            Begin::Done(_) | Begin::InFlight => &self.bus_claims_repeated,
            Begin::Mismatch => &self.bus_claims_mismatched,
        });
    }

    pub(crate) fn drawn(&self, allowance: &Allowance) {
        Self::count(if allowance.allowed { &self.bus_limits_passed } else { &self.bus_limits_refused });
    }
}
