//! Frames on their way from the markets to a hub.
//!
//! *Owns* batches that the hub has not taken yet, so many at most. It is told of them by a message, once for all that
//! wait; and not at all while it looks by itself before it could do anything with them, which spares a thread a
//! change of hands for each message of a venue.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use crate::hub::Published;

#[derive(Debug)]
pub struct Inbox {
    batches: Mutex<Vec<Vec<Published>>>,
    limit: usize,
    /// The hub knows that something waits, or looks anyway.
    is_told: AtomicBool,
}

/// What is to be done about a batch.
#[derive(Debug)]
pub enum Put {
    /// Nothing more.
    Done,
    /// The hub has to be told.
    Tell,
    /// There is no room for it.
    Full(Vec<Published>),
}

impl Inbox {
    pub const fn new(limit: usize) -> Self {
        Self { batches: Mutex::new(Vec::new()), limit, is_told: AtomicBool::new(false) }
    }

    pub fn put(&self, frames: Vec<Published>) -> Put {
        let mut batches = self.batches.lock();
        if batches.len() >= self.limit {
            return Put::Full(frames);
        }
        batches.push(frames);
        // Under the lock: who takes has said before that it wants to be told again.
        if self.is_told.swap(true, Ordering::Relaxed) { Put::Done } else { Put::Tell }
    }

    /// The hub did not hear, or wants to hear of what comes from now on.
    pub fn tell_again(&self) {
        let _batches = self.batches.lock();
        self.is_told.store(false, Ordering::Relaxed);
    }

    /// Exchanges what waits for an empty buffer. Unless the hub `looks_again` by itself it is told of what comes next.
    pub fn take(&self, looks_again: bool, taken: &mut Vec<Vec<Published>>) {
        let mut batches = self.batches.lock();
        std::mem::swap(&mut *batches, taken);
        self.is_told.store(looks_again, Ordering::Relaxed);
    }

    /// Batches that wait.
    pub fn len(&self) -> usize {
        self.batches.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hub_is_told_once_for_all_that_waits() {
        let (inbox, mut taken) = (Inbox::new(3), Vec::new());
        assert!(matches!(inbox.put(Vec::new()), Put::Tell));
        assert!(matches!(inbox.put(Vec::new()), Put::Done));
        inbox.take(false, &mut taken);
        assert_eq!((taken.len(), inbox.len()), (2, 0));
        assert!(matches!(inbox.put(Vec::new()), Put::Tell), "of what comes next it is told again");
    }

    #[test]
    fn a_hub_that_looks_by_itself_is_not_told() {
        let (inbox, mut taken) = (Inbox::new(3), Vec::new());
        inbox.take(true, &mut taken);
        assert!(matches!(inbox.put(Vec::new()), Put::Done));
        inbox.take(false, &mut taken);
        assert_eq!(taken.len(), 1);
        assert!(matches!(inbox.put(Vec::new()), Put::Tell));
        inbox.tell_again();
        assert!(matches!(inbox.put(Vec::new()), Put::Tell), "the one before did not reach it");
    }

    #[test]
    fn it_holds_so_many_batches() {
        let inbox = Inbox::new(1);
        assert!(matches!(inbox.put(Vec::new()), Put::Tell));
        assert!(matches!(inbox.put(Vec::new()), Put::Full(_)));
    }
}
