//! What is to happen at a moment: in the order of time, and of equal times in the order in which it was asked.

use std::collections::BTreeMap;

use super::ids::OrderId;
use crate::time::Timestamp;

/// What falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    /// An order's date has come. Before everything else of the same event.
    Expire(OrderId),
    /// An order comes to the market.
    Enter(OrderId),
    Cancel(OrderId),
    Amend(OrderId),
}

/// When, and the number of the event that asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due {
    pub at: Timestamp,
    pub seq: u64,
}

/// Whoever sets a timer takes it back when it is no longer needed, so there are never more than a few an
/// order.
#[derive(Debug, Clone, Default)]
pub(super) struct Timers {
    tasks: BTreeMap<(Due, Task), ()>,
}

impl Timers {
    pub fn set(&mut self, due: Due, task: Task) {
        self.tasks.insert((due, task), ());
    }

    pub fn clear(&mut self, due: Due, task: Task) {
        self.tasks.remove(&(due, task));
    }

    /// The first task due at `now` or before.
    pub fn pop_due(&mut self, now: Timestamp) -> Option<(Due, Task)> {
        let first = self.tasks.first_entry()?;
        if first.key().0.at > now {
            return None;
        }
        Some(first.remove_entry().0)
    }

    /// When to call again.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.tasks.first_key_value().map(|((due, _), ())| due.at)
    }
}
