//! What the sandbox counts, for the metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use marketd_domain::journal::StateHash;
use marketd_domain::sandbox::{Event, EventBody, OrderStatus};
use marketd_protocol::code::ErrorCode;
use parking_lot::Mutex;

/// Counters of the sandbox. They only grow, but for those that say so.
#[derive(Debug, Default)]
pub struct SandboxCounters {
    pub orders_accepted: AtomicU64,
    pub orders_ended: AtomicU64,
    /// Accepted, and refused when they came to the market.
    pub orders_rejected: AtomicU64,
    pub fills: AtomicU64,
    pub commits: AtomicU64,
    pub commits_failed: AtomicU64,
    pub events_committed: AtomicU64,
    /// Of all commits together, in microseconds.
    pub commit_us: AtomicU64,
    /// The slowest of the last 64 commits, in microseconds; goes up and down.
    pub commit_us_max: AtomicU64,
    /// Events that wait for the store; goes up and down.
    pub backlog: AtomicU64,
    /// Orders that are open; goes up and down.
    pub open_orders: AtomicU64,
    /// Markets that are followed; goes up and down.
    pub markets_followed: AtomicU64,
    pub seq: AtomicU64,
    pub answers_replayed: AtomicU64,
    /// The event that the last start came to, and the hash of what it found.
    pub restored: Mutex<Option<(u64, StateHash)>>,
    /// Requests refused, by code.
    pub refusals: DashMap<&'static str, u64>,
}

impl SandboxCounters {
    pub fn note(&self, event: &Event) {
        let add = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
        match &event.body {
            EventBody::OrderAccepted(_) => add(&self.orders_accepted),
            EventBody::OrderFilled(_) => add(&self.fills),
            EventBody::OrderEnded { status, .. } => {
                if *status == OrderStatus::Rejected {
                    add(&self.orders_rejected);
                }
                add(&self.orders_ended)
            }
            _ => return,
        };
    }

    pub fn note_refusal(&self, code: ErrorCode) {
        *self.refusals.entry(code.code).or_default() += 1;
    }

    pub fn set(counter: &AtomicU64, value: usize) {
        counter.store(value as u64, Ordering::Relaxed);
    }
}
