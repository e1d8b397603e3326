//! Counters of the bus.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::gcra::Allowance;
use crate::types::Begin;

macro_rules! counters {
    ($(#[doc = $help:literal] $name:ident,)*) => {
        /// Counts since the start.
        #[derive(Debug, Default)]
        pub struct BusMetrics {
            $(#[doc = $help] pub $name: AtomicU64,)*
        }

        impl BusMetrics {
            /// Every counter with its name.
            pub fn snapshot(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.load(Ordering::Relaxed))),*]
            }

            /// Every counter with its name and meaning, but for the times of calls.
            pub fn describe(&self) -> Vec<(&'static str, &'static str, u64)> {
                let all = [$((stringify!($name), $help.trim_ascii(), self.$name.load(Ordering::Relaxed))),*];
                all.into_iter().filter(|(name, ..)| !name.starts_with("bus_call")).collect()
            }
        }
    };
}

counters! {
    /// Snapshots that were found.
    bus_cache_hits,
    /// Snapshots that were not found.
    bus_cache_misses,
    /// Snapshots that were put.
    bus_cache_puts,
    /// Snapshots that were not taken, or not given, because something newer was known.
    bus_cache_older,
    /// Values of ours in Redis that we did not write so: removed, and nothing was served from them.
    bus_damaged,
    /// Idempotency keys seen for the first time.
    bus_claims_fresh,
    /// Idempotency keys seen again.
    bus_claims_repeated,
    /// Idempotency keys used for another request.
    bus_claims_mismatched,
    /// Counted requests within the limit.
    bus_limits_passed,
    /// Counted requests beyond the limit.
    bus_limits_refused,
    /// Frames published by this node.
    bus_frames_published,
    /// Frames for other nodes that Redis did not take in time.
    bus_frames_unsent,
    /// Frames of other nodes.
    bus_frames_received,
    /// Frames that cannot be read.
    bus_frames_malformed,
    /// Frames that came twice.
    bus_frames_repeated,
    /// Frames that a subscriber had no room for.
    bus_frames_dropped,
    /// How often a topic's subscribers were told that they may have missed something.
    bus_missed,
    /// Calls that Redis answered.
    bus_calls,
    /// Microseconds that these took together.
    bus_call_us,
    /// How many took no longer than this.
    bus_calls_within_1ms,
    /// How many took no longer than this.
    bus_calls_within_5ms,
    /// How many took no longer than this.
    bus_calls_within_25ms,
    /// How many took no longer than this.
    bus_calls_within_100ms,
    /// Calls that Redis did not answer in time.
    bus_timeouts,
    /// Calls that Redis refused.
    bus_errors,
    /// Calls that were not made because too many were under way.
    bus_busy,
    /// Answers from this node's memory because Redis had none.
    bus_fallbacks,
    /// How often a connection to Redis was made.
    bus_connects,
    /// How often a connection to Redis was lost.
    bus_disconnects,
}

/// How long Redis took to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTimes {
    /// Upper bounds in microseconds, and how many calls took no longer.
    pub within_us: [(u64, u64); 4],
    pub calls: u64,
    pub total_us: u64,
}

impl BusMetrics {
    pub fn call_times(&self) -> CallTimes {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CallTimes {
            within_us: [
                (1_000, read(&self.bus_calls_within_1ms)),
                (5_000, read(&self.bus_calls_within_5ms)),
                (25_000, read(&self.bus_calls_within_25ms)),
                (100_000, read(&self.bus_calls_within_100ms)),
            ],
            calls: read(&self.bus_calls),
            total_us: read(&self.bus_call_us),
        }
    }

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
