//! Book- and tape-keeping of one Coinbase Exchange product.
//!
//! The venue's procedure for the book (channels `level2` and `level2_batch`):
//!
//! 1. "The easiest way to keep a snapshot of the order book is to use the level2 channel. It
//!    guarantees delivery of all updates": subscribe, within 5 s of connecting.
//! 2. "When subscribing to the channel it will send a message with the type `snapshot`".
//! 3. "Subsequent updates will have the type `l2update`. The `changes` property is an array with
//!    [side, price, size] tuples. Please note that size is the updated size at that price level, not
//!    a delta. A size of "0" indicates the price level can be removed."
//!
//! There is no sequence: what is lost with a connection comes back with the next snapshot, and a
//! silent line is noticed by its missing heartbeats.
//!
//! And for the tape (channels `matches` and `heartbeat`):
//!
//! 4. Trade ids of a product count up by one: a jump is a loss.
//! 5. "Heartbeats also include sequence numbers and last trade ids that can be used to verify no
//!    messages were missed." A heartbeat may overtake the trade that it names, so only an id that is
//!    still missing at the next heartbeat, a second later, is lost.

use marketd_domain::Timestamp;

use crate::pacing::Retry;
use crate::session::ConnId;

/// The snapshots of a whole connection take some seconds on a slow line.
const SNAPSHOT_PATIENCE_MS: i64 = 5_000;

#[derive(Debug, Clone, Default)]
pub struct BookSync {
    /// The connection that carries this book: the one that sent its snapshot, or should.
    conn: Option<ConnId>,
    synced: bool,
    /// An update could not be read: the book lacks it.
    in_doubt: bool,
    fresh_book: Retry,
}

impl BookSync {
    pub const fn conn(&self) -> Option<ConnId> {
        self.conn
    }

    /// 1. Subscribed on `conn`. A book that another connection still carries stays with it until the
    ///    new snapshot is there.
    pub fn subscribed(&mut self, conn: ConnId, now: Timestamp) {
        if !self.synced {
            self.conn = Some(conn);
            self.fresh_book.expect_by(now.plus_millis(SNAPSHOT_PATIENCE_MS));
        }
    }

    /// The subscription was refused: it has to be made again, without what it was refused for.
    pub fn unsubscribed(&mut self, conn: ConnId, now: Timestamp) {
        if !self.synced && self.conn == Some(conn) {
            self.fresh_book.expect_by(now);
        }
    }

    /// 2. A snapshot replaces whatever there was.
    pub fn snapshot(&mut self, conn: ConnId) {
        self.conn = Some(conn);
        self.synced = true;
        self.in_doubt = false;
        self.fresh_book.done();
    }

    /// 3. Updates continue the snapshot of their own connection only.
    pub fn takes_update(&self, conn: ConnId) -> bool {
        self.synced && self.conn == Some(conn)
    }

    pub fn doubt(&mut self) {
        self.in_doubt = self.synced;
    }

    /// Says once that the book came into doubt.
    pub fn take_doubt(&mut self) -> bool {
        core::mem::take(&mut self.in_doubt)
    }

    /// A new snapshot is wanted. `true`: subscribe again now.
    pub fn want_snapshot(&mut self, now: Timestamp) -> bool {
        self.conn.is_some() && self.fresh_book.want(now)
    }

    /// The snapshot that was wanted has not come. `true`: subscribe again now.
    pub fn is_snapshot_overdue(&mut self, now: Timestamp) -> bool {
        self.conn.is_some() && self.fresh_book.is_due(now)
    }

    /// The connection is gone. `true`: it carried this book.
    pub fn disconnected(&mut self, conn: ConnId) -> bool {
        if self.conn != Some(conn) {
            return false;
        }
        *self = Self { fresh_book: core::mem::take(&mut self.fresh_book), ..Self::default() };
        self.fresh_book.done();
        true
    }
}

/// Trades from `first` to `last`, both included, that never came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissedTrades {
    pub first: u64,
    pub last: u64,
}

#[derive(Debug, Clone, Default)]
pub struct TapeSync {
    last_seen: Option<u64>,
    /// That one is of an earlier session.
    is_resumed: bool,
    /// The last trade that the previous heartbeat named.
    claimed: Option<u64>,
    missed: Option<MissedTrades>,
    /// What the request under way asks for.
    asking: Option<MissedTrades>,
    retry: Retry,
}

impl TapeSync {
    /// Goes on behind a trade of an earlier session.
    pub fn resume(&mut self, trade_id: u64) {
        (self.last_seen, self.is_resumed) = (Some(trade_id), true);
    }

    /// 4. A trade came, or at subscription the last one before it.
    pub fn seen(&mut self, trade_id: u64) {
        if core::mem::take(&mut self.is_resumed) && self.last_seen > Some(trade_id) {
            // The venue's last trade cannot lie before one that it had already: it began to number anew.
            self.last_seen = Some(trade_id);
        }
        if let Some(last) = self.last_seen.filter(|last| trade_id > last.saturating_add(1)) {
            self.miss(MissedTrades { first: last + 1, last: trade_id - 1 });
        }
        self.last_seen = self.last_seen.max(Some(trade_id));
    }

    /// 5. A heartbeat names the venue's last trade.
    pub fn heartbeat(&mut self, last_trade_id: u64) {
        match (self.last_seen, self.claimed) {
            (Some(seen), Some(claimed)) if claimed > seen => {
                self.miss(MissedTrades { first: seen + 1, last: claimed });
                self.last_seen = Some(claimed);
            }
            // Nothing was seen before the first heartbeat, so nothing is known to be missing.
            (None, _) => self.last_seen = Some(last_trade_id),
            _ => {}
        }
        self.claimed = Some(last_trade_id);
    }

    fn miss(&mut self, lost: MissedTrades) {
        let first = self.missed.map_or(lost.first, |missed| missed.first.min(lost.first));
        self.missed = Some(MissedTrades { first, last: lost.last });
    }

    /// Whether to ask the venue for the missed trades now: one request at a time, and not in haste.
    pub fn ask(&mut self, now: Timestamp) -> Option<MissedTrades> {
        let missed = self.missed.filter(|_| self.asking.is_none())?;
        let now_is_the_time = self.retry.want(now) || self.retry.is_due(now);
        self.asking = now_is_the_time.then_some(missed);
        self.asking
    }

    pub const fn asking(&self) -> Option<MissedTrades> {
        self.asking
    }

    /// The venue answered. What its one page did not hold is further back than the tape is worth
    /// mending; what was lost since the question was asked stays on the list.
    pub fn answered(&mut self) {
        let Some(asked) = self.asking.take() else { return };
        self.missed = self.missed.filter(|missed| missed.last > asked.last).map(|missed| MissedTrades {
            first: missed.first.max(asked.last.saturating_add(1)),
            last: missed.last,
        });
        self.retry.done();
    }

    pub fn failed(&mut self) {
        self.asking = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn missed(first: u64, last: u64) -> Option<MissedTrades> {
        Some(MissedTrades { first, last })
    }

    #[test]
    fn a_jump_in_trade_ids_is_a_loss() {
        let mut tape = TapeSync::default();
        tape.seen(10);
        tape.seen(11);
        assert_eq!(tape.missed, None);
        tape.seen(14);
        assert_eq!(tape.missed, missed(12, 13));
        assert_eq!(tape.ask(Timestamp::ZERO), missed(12, 13));
        tape.seen(20);
        assert_eq!(tape.missed, missed(12, 19));
        tape.answered();
        assert_eq!(tape.missed, missed(14, 19), "lost since the question");
        assert_eq!(tape.ask(Timestamp::from_millis(1_000)), missed(14, 19));
        tape.answered();
        tape.seen(5);
        assert_eq!(tape.missed, None, "late, not lost");
    }

    #[test]
    fn a_heartbeat_that_overtakes_its_trade_is_no_loss() {
        let mut tape = TapeSync::default();
        tape.heartbeat(10);
        tape.heartbeat(12);
        tape.seen(11);
        tape.seen(12);
        tape.heartbeat(13);
        assert_eq!(tape.missed, None);
        tape.heartbeat(13);
        assert_eq!(tape.missed, missed(13, 13));
    }

    #[test]
    fn a_resumed_tape_lacks_what_came_since() {
        let check = |seen: u64, expected: Option<MissedTrades>| {
            let mut tape = TapeSync::default();
            tape.resume(10);
            tape.seen(seen);
            assert_eq!(tape.missed, expected, "{seen}");
            tape.seen(seen + 1);
            assert_eq!(tape.missed, expected, "{seen} and one more");
        };
        check(10, None);
        check(11, None);
        check(14, missed(11, 13));
        check(3, None);
    }

    #[test]
    fn missed_trades_are_asked_for_one_request_at_a_time() {
        let mut tape = TapeSync::default();
        let at = Timestamp::from_millis;
        tape.seen(1);
        tape.seen(3);
        assert_eq!(tape.ask(at(0)), missed(2, 2));
        assert_eq!(tape.ask(at(5_000)), None, "an answer is due");
        tape.failed();
        assert_eq!(tape.ask(at(5_000)), missed(2, 2));
        tape.failed();
        assert_eq!(tape.ask(at(6_000)), None, "two seconds after the second try");
        assert_eq!(tape.ask(at(7_000)), missed(2, 2));
    }
}
