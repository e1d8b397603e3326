//! Book-keeping of one Bitstamp pair.
//!
//! The venue publishes no ids but the time of each book change in microseconds. Its procedure for
//! the channel `diff_order_book_<pair>` together with `/api/v2/order_book/<pair>/`:
//!
//! 1. Subscribe, and buffer the diffs.
//! 2. Request the full book.
//! 3. Discard buffered diffs whose `microtimestamp` is not greater than the book's; apply the rest.
//! 4. Apply each further diff: amounts are absolute, zero removes.
//!
//! REST answers may come from a cache. A book older than the first buffered diff may lack changes
//! between the two:
//!
//! 5. Such a book is used, marked stale, and a newer one is requested; the buffer is kept until one
//!    comes that is covered by it.
//!
//! A loss within one connection cannot be seen from the data. A change of connection is a loss.

use std::collections::VecDeque;

use marketd_domain::Timestamp;

use crate::pacing::Retry;
use crate::session::ConnId;

/// More diffs than this are some minutes of the busiest pair: by then the book has come, or the
/// buffer is better begun anew.
const JOURNAL_MAX: usize = 4_096;

#[derive(Debug, Default)]
pub struct BookSync {
    /// The connection that the diffs come from.
    conn: Option<ConnId>,
    /// Time of the last change that the book contains; `None` while there is no book to go by.
    last_micros: Option<u64>,
    /// Diffs as received, with their times, since a full book was asked for.
    journal: VecDeque<(u64, Vec<u8>)>,
    full_book: Retry,
    /// A request is under way.
    asking: bool,
    /// It was made for a connection that is gone.
    asked_before: bool,
    in_doubt: bool,
}

/// What to do with a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffVerdict {
    Apply,
    /// There is no book yet; it was buffered.
    Buffered,
    /// The book contains it.
    Contained,
}

/// What a full book is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookVerdict {
    /// Apply it, then the buffered diffs.
    Apply,
    /// 5. As above, but something may be missing.
    ApplyInDoubt,
    /// The book at hand is newer.
    Outdated,
}

impl BookSync {
    /// 1. Subscribed on `conn`. `true`: a book was kept from another connection, which is lost. A
    ///    book that came before any connection spoke of the pair stays.
    pub fn carried_by(&mut self, conn: ConnId) -> bool {
        let before = self.conn.replace(conn);
        if before.is_none_or(|before| before == conn) {
            return false;
        }
        self.journal.clear();
        self.in_doubt = false;
        self.last_micros.take().is_some()
    }

    /// The connection is gone. `true`: it carried this book.
    pub fn disconnected(&mut self, conn: ConnId) -> bool {
        let carried = self.conn == Some(conn);
        if carried {
            self.conn = None;
            self.last_micros = None;
            self.journal.clear();
            self.in_doubt = false;
            self.full_book.done();
            self.asked_before = self.asking;
        }
        carried
    }

    /// 3. and 4. for a diff as it comes in; `text` is its frame.
    pub fn take_diff(&mut self, micros: u64, text: &[u8]) -> DiffVerdict {
        if self.last_micros.is_some_and(|last| micros <= last) {
            return DiffVerdict::Contained;
        }
        if self.last_micros.is_none() || self.full_book.is_wanted() {
            if self.journal.len() == JOURNAL_MAX {
                self.journal.clear();
            }
            self.journal.push_back((micros, text.to_vec()));
        }
        if self.last_micros.is_none() {
            return DiffVerdict::Buffered;
        }
        self.last_micros = Some(micros);
        DiffVerdict::Apply
    }

    /// 3. and 5. for a full book as it comes in.
    pub fn take_book(&mut self, micros: u64) -> BookVerdict {
        let first_buffered = self.journal.front().map(|(first, _)| *first);
        let behind = self.last_micros.is_some_and(|last| micros < last);
        // The buffer brings a book up to date if it goes back to the book's time.
        if behind && first_buffered.is_none_or(|first| first > micros) {
            return BookVerdict::Outdated;
        }
        let covered = first_buffered.is_none_or(|first| first <= micros);
        self.last_micros = Some(micros);
        self.in_doubt = false;
        if covered {
            self.full_book.done();
            BookVerdict::Apply
        } else {
            BookVerdict::ApplyInDoubt
        }
    }

    /// 3. The buffered diffs that a full book leaves to be applied, in order, with the rest counted
    ///    by `contained`. What doubts may still need stays in the buffer.
    pub fn replay_journal(&mut self, mut contained: impl FnMut(), mut apply: impl FnMut(&[u8])) {
        for (micros, text) in &self.journal {
            if self.last_micros.is_some_and(|last| *micros <= last) {
                contained();
            } else {
                apply(text);
                self.last_micros = Some(*micros);
            }
        }
        if !self.full_book.is_wanted() {
            self.journal.clear();
        }
    }

    pub fn doubt(&mut self) {
        self.in_doubt = self.last_micros.is_some();
    }

    /// Says once that the book came into doubt.
    pub fn take_doubt(&mut self) -> bool {
        core::mem::take(&mut self.in_doubt)
    }

    /// 2. A full book is wanted. `true`: request it now.
    pub fn want_book(&mut self, now: Timestamp) -> bool {
        if !self.full_book.is_wanted() && self.last_micros.is_some() {
            self.journal.clear();
        }
        let ask = self.conn.is_some() && self.full_book.want(now) && !self.asking;
        self.asking |= ask;
        ask
    }

    /// The full book that was wanted has not come. `true`: request it now.
    pub fn is_book_overdue(&mut self, now: Timestamp) -> bool {
        let ask = self.conn.is_some() && !self.asking && self.full_book.is_due(now);
        self.asking |= ask;
        ask
    }

    pub const fn has_book(&self) -> bool {
        self.last_micros.is_some()
    }

    pub const fn is_carried(&self) -> bool {
        self.conn.is_some()
    }

    /// The request under way was answered, or failed. `false`: the answer is of the time before the
    /// present connection, and changes since then may be missing from both.
    pub fn answered(&mut self) -> bool {
        self.asking = false;
        !core::mem::take(&mut self.asked_before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replayed(book: &mut BookSync) -> (usize, Vec<Vec<u8>>) {
        let (mut contained, mut applied) = (0, Vec::new());
        book.replay_journal(|| contained += 1, |text| applied.push(text.to_vec()));
        (contained, applied)
    }

    #[test]
    fn diffs_before_the_book_are_buffered_and_those_after_it_applied() {
        let mut book = BookSync::default();
        assert!(!book.carried_by(1));
        for micros in [10, 20, 30] {
            assert_eq!(book.take_diff(micros, &[micros as u8]), DiffVerdict::Buffered);
        }
        assert_eq!(book.take_book(20), BookVerdict::Apply);
        assert_eq!(replayed(&mut book), (2, vec![vec![30]]));
        assert_eq!(book.take_diff(30, b""), DiffVerdict::Contained);
        assert_eq!(book.take_diff(29, b""), DiffVerdict::Contained);
        assert_eq!(book.take_diff(31, b""), DiffVerdict::Apply);
        assert_eq!(book.take_book(30), BookVerdict::Outdated);
        assert_eq!(book.take_book(31), BookVerdict::Apply);
    }

    #[test]
    fn a_book_older_than_the_buffer_is_doubted_until_a_newer_one_comes() {
        let mut book = BookSync::default();
        let at = Timestamp::from_millis;
        book.carried_by(1);
        assert!(book.want_book(at(0)));
        assert!(!book.want_book(at(0)) && !book.is_book_overdue(at(9_000)), "one request at a time");
        book.take_diff(10, b"10");
        assert!(book.answered());
        assert_eq!(book.take_book(5), BookVerdict::ApplyInDoubt);
        assert_eq!(replayed(&mut book), (0, vec![b"10".to_vec()]));
        assert_eq!(book.take_diff(20, b"20"), DiffVerdict::Apply);
        assert!(book.is_book_overdue(at(9_000)));
        assert!(book.answered());
        assert_eq!(book.take_book(7), BookVerdict::Outdated, "as old as the first");
        assert_eq!(
            book.take_book(15),
            BookVerdict::Apply,
            "older than the last diff, but the buffer covers it"
        );
        assert_eq!(replayed(&mut book), (1, vec![b"20".to_vec()]));
        assert_eq!(book.take_diff(20, b""), DiffVerdict::Contained);
        assert!(!book.is_book_overdue(at(99_000)));
    }

    #[test]
    fn another_connection_begins_anew() {
        let mut book = BookSync::default();
        book.carried_by(1);
        book.take_book(10);
        assert!(!book.carried_by(1));
        assert!(book.carried_by(2), "the book of connection 1 is lost");
        assert_eq!(book.take_diff(30, b"30"), DiffVerdict::Buffered);
        assert!(!book.disconnected(1));
        assert!(book.disconnected(2));
        assert!(!book.has_book());
    }

    #[test]
    fn an_answer_from_before_the_connection_is_told_apart() {
        let mut book = BookSync::default();
        book.carried_by(1);
        assert!(book.want_book(Timestamp::ZERO));
        book.disconnected(1);
        book.carried_by(2);
        assert!(!book.want_book(Timestamp::from_millis(5_000)), "the first request is still under way");
        assert!(!book.answered());
        assert!(book.is_book_overdue(Timestamp::from_millis(9_000)));
        assert!(book.answered());
    }

    #[test]
    fn a_book_older_than_the_diffs_before_a_doubt_is_outdated() {
        let mut book = BookSync::default();
        book.carried_by(1);
        book.take_book(90);
        assert_eq!(book.take_diff(100, b""), DiffVerdict::Apply);
        assert!(book.want_book(Timestamp::ZERO));
        assert_eq!(book.take_book(95), BookVerdict::Outdated);
        assert_eq!(book.take_book(100), BookVerdict::Apply);
    }

    #[test]
    fn the_buffer_is_bounded() {
        let mut book = BookSync::default();
        for micros in 0..3 * JOURNAL_MAX as u64 {
            book.take_diff(micros + 1, b"");
            assert!(book.journal.len() <= JOURNAL_MAX);
        }
    }
}
