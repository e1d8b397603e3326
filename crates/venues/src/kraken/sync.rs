//! Keeping Kraken's books, one [`BookSync`] a market.
//!
//! Kraken's procedure (WebSocket v2, "book" and "book checksum"):
//!
//! 1. Subscribe to `book` with a depth. The first message is a snapshot with that many levels a side.
//! 2. Each update carries absolute quantities; quantity zero removes the level. Apply the levels in
//!    the order of the message: one price can come twice.
//! 3. After all levels of a message, cut both sides to the subscribed depth: what falls out is never
//!    removed by a message.
//! 4. Compare the CRC-32 of the top ten of each side with `checksum`.
//! 5. When it differs the book is wrong: unsubscribe, subscribe again, and take the new snapshot.
//!
//! There are no sequence numbers, so a loss shows only in step 4. Steps 2 to 4 are the market's own;
//! it calls `resync` for step 5.

use marketd_domain::{Scale, Scales, StaleReason, Timestamp};

use crate::pacing::Retry;
use crate::session::ConnId;

/// How long a subscription may take to bring its snapshot before it is made again.
const SNAPSHOT_WITHIN_MS: i64 = 10_000;

/// What to do with a book message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Step 1: put it in place of the book.
    Replace,
    /// Steps 2 to 4.
    Apply,
    /// An update without its snapshot means nothing.
    Ignore,
}

#[derive(Debug, Default)]
pub struct BookSync {
    /// Who carries the book, once a connection brought it.
    conn: Option<ConnId>,
    has_snapshot: bool,
    /// Why a snapshot is waited for.
    wanted: Option<StaleReason>,
    retry: Retry,
    /// Until then a fresh subscription is given the time to bring its snapshot.
    patient_until: Timestamp,
    /// Why the venue does not trade the market; a book that comes all the same does not change that.
    pub halted: Option<StaleReason>,
    /// Whether a snapshot has told the decimals that Kraken prints.
    pub is_scaled: bool,
    /// What the trades before that snapshot need.
    pub trade_scales: Option<Scales>,
    pub last_trade_id: Option<u64>,
}

impl BookSync {
    pub fn judge(&mut self, is_snapshot: bool, conn: ConnId) -> Verdict {
        if is_snapshot {
            self.conn = Some(conn);
            self.has_snapshot = true;
            self.wanted = None;
            self.retry.done();
            self.patient_until = Timestamp::ZERO;
            return Verdict::Replace;
        }
        // Updates of a second connection belong to a snapshot that is still to come.
        if self.has_snapshot && self.conn == Some(conn) { Verdict::Apply } else { Verdict::Ignore }
    }

    /// Step 1 is under way on a new connection.
    pub fn subscribed(&mut self, now: Timestamp) {
        self.halted = None;
        if !self.has_snapshot {
            self.wanted.get_or_insert(StaleReason::Starting);
        }
        self.patient_until = now.plus_millis(SNAPSHOT_WITHIN_MS);
    }

    /// The subscription ended; says why the book is stale now.
    pub fn unsubscribed(&mut self) -> StaleReason {
        self.has_snapshot = false;
        self.wanted.unwrap_or(StaleReason::VenueReset)
    }

    /// The connection is gone. Says whether the book was carried by it.
    pub fn closed(&mut self, conn: ConnId) -> bool {
        if self.conn != Some(conn) {
            return false;
        }
        self.conn = None;
        self.has_snapshot = false;
        self.wanted.get_or_insert(StaleReason::Disconnected);
        true
    }

    /// Step 5 is wanted, now or as soon as the venue may be asked again.
    pub fn want(&mut self, reason: StaleReason) {
        self.wanted = Some(reason);
    }

    /// Whether to send step 5 now, and on which connection.
    pub fn try_resubscribe(&mut self, latest: Option<ConnId>, now: Timestamp) -> Option<ConnId> {
        let is_hopeless = self.wanted.is_none() || self.halted == Some(StaleReason::Delisted);
        if is_hopeless || now < self.patient_until {
            return None;
        }
        let conn = self.conn.or(latest)?;
        (self.retry.want(now) || self.retry.is_due(now)).then_some(conn)
    }

    /// Takes the decimals that a trade needs into account for the scales of the first snapshot.
    pub fn note_trade(&mut self, needed: Scales) {
        if !self.is_scaled {
            self.trade_scales = Some(self.trade_scales.map_or(needed, |held| wider(held, needed)));
        }
    }
}

/// The scales that hold what either holds.
pub fn wider(a: Scales, b: Scales) -> Scales {
    let max = |a: Scale, b: Scale| if a >= b { a } else { b };
    Scales { price: max(a.price, b.price), qty: max(a.qty, b.qty) }
}
