//! Book-keeping of one Bybit instrument.
//!
//! The venue's procedure for the topics `orderbook.<depth>.<symbol>`:
//!
//! 1. "Once you have subscribed successfully, you will receive a snapshot."
//! 2. "The WebSocket will keep pushing delta messages every time the orderbook changes." Sizes are
//!    absolute, zero removes. The update id `u` of a topic counts up by one with each push: a jump
//!    is a loss, after which only a new subscription brings a new snapshot.
//! 3. "If you receive a new snapshot message, you will have to reset your local orderbook.
//!    Occasionally you'll receive u=1, which is a snapshot data due to the restart of the service."
//!    `orderbook.1` sends snapshots only, and repeats the last one after three quiet seconds.
//! 4. `u` = 1 with both sides empty is a market in between: delisting, auction, or a change of its
//!    steps. The book is cleared and not believed before the next snapshot.
//!
//! Each depth is a sequence of its own. Where several arrive for one instrument, the deepest is kept.

use marketd_domain::Timestamp;

use crate::pacing::Retry;
use crate::session::ConnId;

/// The snapshots of a whole connection take some seconds on a slow line.
const SNAPSHOT_PATIENCE_MS: i64 = 5_000;

#[derive(Debug, Clone, Default)]
pub struct BookSync {
    /// The connection that carries this book: the one that sent its snapshot, or should.
    conn: Option<ConnId>,
    /// Depth of the topic that it comes from; zero before the first snapshot.
    depth: u32,
    /// Update id that the book stands at; `None` without a book to go by.
    last_u: Option<u64>,
    fresh_book: Retry,
}

/// What is known of a push before it is applied.
#[derive(Debug, Clone, Copy)]
pub struct Push {
    pub conn: ConnId,
    pub depth: u32,
    pub is_snapshot: bool,
    pub is_empty: bool,
    pub u: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the whole book.
    Replace,
    Apply,
    /// The book contains it.
    Contained,
    /// It does not continue this book.
    Ignore,
    Lost {
        expected: u64,
    },
    /// 4. It is the whole book, which is nothing.
    Reset,
}

impl BookSync {
    pub const fn conn(&self) -> Option<ConnId> {
        self.conn
    }

    /// 1. Subscribed on `conn`. A book that another connection still carries stays with it until the
    ///    new snapshot is there.
    pub fn subscribed(&mut self, conn: ConnId, now: Timestamp) {
        if self.last_u.is_none() {
            self.conn = Some(conn);
            self.fresh_book.expect_by(now.plus_millis(SNAPSHOT_PATIENCE_MS));
        }
    }

    /// The subscription was refused: it has to be made again, without what it was refused for.
    pub fn unsubscribed(&mut self, conn: ConnId, now: Timestamp) {
        if self.last_u.is_none() && self.conn == Some(conn) {
            self.fresh_book.expect_by(now);
        }
    }

    pub fn take(&mut self, push: Push) -> Verdict {
        if push.depth < self.depth {
            return Verdict::Ignore;
        }
        if push.is_snapshot || push.u == 1 {
            return self.replace(push);
        }
        let continues = self.conn == Some(push.conn) && self.depth == push.depth;
        let Some(last) = self.last_u.filter(|_| continues) else { return Verdict::Ignore };
        // 2.
        if push.u <= last {
            return Verdict::Contained;
        }
        let expected = last + 1;
        if push.u > expected {
            self.last_u = None;
            return Verdict::Lost { expected };
        }
        self.last_u = Some(push.u);
        Verdict::Apply
    }

    /// 3. and 4.
    fn replace(&mut self, push: Push) -> Verdict {
        self.conn = Some(push.conn);
        self.depth = push.depth;
        if push.u == 1 && push.is_empty {
            self.last_u = None;
            return Verdict::Reset;
        }
        self.last_u = Some(push.u);
        self.fresh_book.done();
        Verdict::Replace
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
        let carried = self.conn == Some(conn);
        if carried {
            self.conn = None;
            self.depth = 0;
            self.last_u = None;
            self.fresh_book.done();
        }
        carried
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(conn: ConnId, depth: u32, kind: &str, u: u64) -> Push {
        Push { conn, depth, is_snapshot: kind == "snapshot", is_empty: false, u }
    }

    /// One row a push: its connection, depth, type and update id, and what becomes of it.
    fn check(rows: &[(ConnId, u32, &str, u64, Verdict)]) {
        let mut book = BookSync::default();
        for (at, (conn, depth, kind, u, expected)) in rows.iter().enumerate() {
            assert_eq!(book.take(push(*conn, *depth, kind, *u)), *expected, "row {at}");
        }
    }

    #[test]
    fn deltas_follow_their_snapshot_one_by_one() {
        check(&[
            (1, 50, "delta", 9, Verdict::Ignore),
            (1, 50, "snapshot", 10, Verdict::Replace),
            (1, 50, "delta", 11, Verdict::Apply),
            (1, 50, "delta", 11, Verdict::Contained),
            (1, 50, "delta", 10, Verdict::Contained),
            (1, 50, "delta", 13, Verdict::Lost { expected: 12 }),
            (1, 50, "delta", 14, Verdict::Ignore),
            (1, 50, "snapshot", 15, Verdict::Replace),
            (1, 50, "delta", 16, Verdict::Apply),
            (1, 50, "delta", 1, Verdict::Replace),
            (1, 50, "delta", 2, Verdict::Apply),
        ]);
    }

    #[test]
    fn the_deepest_topic_is_kept() {
        check(&[
            (1, 1, "snapshot", 900, Verdict::Replace),
            (1, 50, "snapshot", 10, Verdict::Replace),
            (1, 1, "snapshot", 901, Verdict::Ignore),
            (1, 50, "delta", 11, Verdict::Apply),
            (1, 200, "delta", 12, Verdict::Ignore),
        ]);
    }

    #[test]
    fn another_connection_takes_over_with_its_snapshot() {
        check(&[
            (1, 50, "snapshot", 10, Verdict::Replace),
            (2, 50, "delta", 11, Verdict::Ignore),
            (2, 50, "snapshot", 20, Verdict::Replace),
            (1, 50, "delta", 11, Verdict::Ignore),
            (2, 50, "delta", 21, Verdict::Apply),
        ]);
    }

    #[test]
    fn an_empty_first_update_resets() {
        let mut book = BookSync::default();
        book.take(push(1, 50, "snapshot", 10));
        assert_eq!(book.take(Push { is_empty: true, ..push(1, 50, "delta", 1) }), Verdict::Reset);
        assert_eq!(book.take(push(1, 50, "delta", 2)), Verdict::Ignore);
        assert!(book.want_snapshot(Timestamp::ZERO));
    }
}
