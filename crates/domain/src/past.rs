//! A book as it was: a snapshot, and behind it every change up to a moment, without a hole.

use crate::book::{Book, BookChanges, Level};
use crate::time::Timestamp;

/// One step of a book's sequence: the levels that it changed, with their new quantities; zero removes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BookChange {
    pub seq: u64,
    pub ts_recv: Timestamp,
    pub ts_venue: Timestamp,
    pub bids: Vec<Level>,
    pub asks: Vec<Level>,
}

/// What a change was to a book that is brought to a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The book has it already.
    Known,
    Applied,
    /// It came after the moment, and right behind what the book has: the book is the one of that moment.
    Beyond,
    /// Changes before it are missing, or it is not one: nothing can be said of this moment.
    Broken,
}

/// A book on its way to a moment.
#[derive(Debug, Clone)]
pub struct PastBook {
    book: Book,
    seq: u64,
    ts_recv: Timestamp,
    ts_venue: Timestamp,
    changes: BookChanges,
}

impl PastBook {
    /// Begins with a snapshot: the whole book behind the change `snapshot.seq`.
    pub fn new(snapshot: &BookChange) -> Option<Self> {
        // Levels beyond a venue's depth were removed by the changes themselves.
        let mut book = Book::new(None);
        let mut changes = BookChanges::default();
        book.replace(&snapshot.bids, &snapshot.asks, &mut changes).ok()?;
        Some(Self {
            book,
            seq: snapshot.seq,
            ts_recv: snapshot.ts_recv,
            ts_venue: snapshot.ts_venue,
            changes,
        })
    }

    pub const fn book(&self) -> &Book {
        &self.book
    }

    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// When its last change was received.
    pub const fn ts_recv(&self) -> Timestamp {
        self.ts_recv
    }

    pub const fn ts_venue(&self) -> Timestamp {
        self.ts_venue
    }

    /// Takes the next change, unless it came after `at`. Times are compared as they are stored, in microseconds.
    pub fn step(&mut self, change: &BookChange, at: Timestamp) -> Step {
        if change.seq <= self.seq {
            return Step::Known;
        }
        if change.seq != self.seq + 1 {
            return Step::Broken;
        }
        if change.ts_recv.micros() > at.micros() {
            return Step::Beyond;
        }
        self.changes.clear();
        if self.book.apply(&change.bids, &change.asks, &mut self.changes).is_err() {
            return Step::Broken;
        }
        (self.seq, self.ts_recv, self.ts_venue) = (change.seq, change.ts_recv, change.ts_venue);
        Step::Applied
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Price, Qty};

    fn level(price: i64, qty: i64) -> Level {
        Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty))
    }

    fn change(seq: u64, us: i64, bids: &[(i64, i64)], asks: &[(i64, i64)]) -> BookChange {
        let side = |levels: &[(i64, i64)]| levels.iter().map(|(price, qty)| level(*price, *qty)).collect();
        let ts_recv = Timestamp::from_micros(us);
        BookChange { seq, ts_recv, ts_venue: Timestamp::ZERO, bids: side(bids), asks: side(asks) }
    }

    #[test]
    fn a_book_goes_as_far_as_the_moment_and_no_further() {
        let snapshot = change(5, 100, &[(10, 1), (9, 1)], &[(11, 1)]);
        let mut past = PastBook::new(&snapshot).expect("a book");
        let at = Timestamp::from_nanos(200_999);
        assert_eq!(past.step(&change(4, 90, &[(1, 1)], &[]), at), Step::Known);
        assert_eq!(past.step(&change(5, 100, &[(1, 1)], &[]), at), Step::Known);
        assert_eq!(past.step(&change(6, 150, &[(10, 0)], &[(11, 7)]), at), Step::Applied);
        assert_eq!(past.step(&change(7, 200, &[(9, 4)], &[]), at), Step::Applied);
        assert_eq!(past.step(&change(8, 201, &[(9, 0)], &[]), at), Step::Beyond);
        assert_eq!(past.step(&change(9, 202, &[(9, 0)], &[]), at), Step::Broken);
        let bids: Vec<Level> = past.book().bids().iter().collect();
        assert_eq!((bids, past.book().asks().best()), (vec![level(9, 4)], Some(level(11, 7))));
        assert_eq!((past.seq(), past.ts_recv()), (7, Timestamp::from_micros(200)));
    }

    #[test]
    fn a_hole_is_never_stepped_over() {
        let mut past = PastBook::new(&change(1, 0, &[(10, 1)], &[])).expect("a book");
        let at = Timestamp::from_micros(1_000);
        assert_eq!(past.step(&change(3, 5, &[(10, 2)], &[]), at), Step::Broken);
        assert_eq!(past.step(&change(2, 5, &[(10, -2)], &[]), at), Step::Broken, "no such quantity");
        assert_eq!((past.seq(), past.book().bids().best()), (1, Some(level(10, 1))));
        assert!(PastBook::new(&change(1, 0, &[(10, -1)], &[])).is_none());
    }
}
