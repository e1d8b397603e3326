//! The latest fills with their evidence, each knowing the one before it of the same order.

use std::collections::VecDeque;

use super::event::Fill;
use super::ids::FillId;
use crate::time::Timestamp;

/// A fill as it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillRecord {
    pub fill: Fill,
    pub ts: Timestamp,
    /// The order's fill before this one.
    pub previous: Option<FillId>,
}

#[derive(Debug, Clone)]
pub(super) struct Fills {
    ring: VecDeque<FillRecord>,
    max: usize,
}

impl Fills {
    pub const fn new(max: usize) -> Self {
        Self { ring: VecDeque::new(), max }
    }

    /// Fill ids are contiguous.
    pub fn push(&mut self, fill: Fill, ts: Timestamp, previous: Option<FillId>) {
        if self.ring.len() >= self.max {
            self.ring.pop_front();
        }
        self.ring.push_back(FillRecord { fill, ts, previous });
    }

    /// While it is remembered.
    pub fn get(&self, fill_id: FillId) -> Option<&FillRecord> {
        let first = self.ring.front()?.fill.fill_id.get();
        let at = usize::try_from(fill_id.get().checked_sub(first)?).ok()?;
        self.ring.get(at)
    }

    /// An order's fills, the latest first, as far back as they are remembered.
    pub fn of_order(&self, last: Option<FillId>) -> impl Iterator<Item = &FillRecord> + '_ {
        core::iter::successors(last.and_then(|fill_id| self.get(fill_id)), |record| {
            record.previous.and_then(|fill_id| self.get(fill_id))
        })
    }

    /// Puts what `widen` makes of each in its place. With one that it has nothing for, the older ones are forgotten.
    pub fn widen(&mut self, widen: impl Fn(&Fill) -> Option<Fill>) {
        let mut forgotten = 0;
        for (at, record) in self.ring.iter_mut().enumerate() {
            match widen(&record.fill) {
                Some(fill) => record.fill = fill,
                None => forgotten = at + 1,
            }
        }
        self.ring.drain(..forgotten);
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &FillRecord> + '_ {
        self.ring.iter()
    }
}
