//! Keeping OKX's books, one [`BookSync`] a market.
//!
//! OKX's procedure, in the three forms that recordings and the live venue show:
//!
//! A. Without ids (until 2023): the channel starts with a snapshot, updates follow. Nothing but the
//!    checksum tells a loss; the market verifies it and calls `resync`.
//! B. With ids and a snapshot:
//!    1. The event with `prevSeqId` -1 (or action `snapshot`) replaces the book.
//!    2. Each later event must have `prevSeqId` equal to the last `seqId`, or events are missing.
//!    3. An event with equal ids and empty sides is a keep-alive; it chains like any other.
//!    4. After maintenance `seqId` may be smaller than `prevSeqId` once. It is the chain that counts,
//!       never which number is larger.
//!
//! C. With ids but without a snapshot (announced for August 2026):
//!    1. Subscribe, and ignore the first event.
//!    2. Hold the events after it; remember `prevSeqId` of the first one held.
//!    3. GET `/api/v5/market/books`. If its `seqId` is below the remembered id, GET again.
//!    4. Drop held events with `seqId` at or below the snapshot's.
//!    5. The first one kept must have `prevSeqId` <= snapshot's `seqId` < `seqId`.
//!    6. From there on as B.2 to B.4.
//!
//! Which form is at hand is learnt from what comes first after a subscription. A lost chain is mended
//! in the way the book was begun: by a new subscription (A, B) or by holding and asking REST (C).

use marketd_domain::{StaleReason, Timestamp};

use super::decode::BookChannel;
use crate::pacing::Retry;
use crate::session::ConnId;

/// How long a subscription may take to bring its first event before it is made again.
const FIRST_EVENT_WITHIN_MS: i64 = 10_000;

/// Ids of applied events that are remembered, to know a repeated event from a gap.
const RECENT_IDS: usize = 64;

/// Held while REST is asked: at ten events a second these are more than a minute and a half.
const HELD_EVENTS_MAX: usize = 1_000;
const HELD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What matters of a book event.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    pub channel: BookChannel,
    pub conn: ConnId,
    pub is_snapshot: bool,
    pub prev_seq_id: Option<i64>,
    pub seq_id: Option<i64>,
}

/// What to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Replace,
    Apply,
    Duplicate,
    /// Belongs to no book yet, or to a channel that the market does not follow.
    Ignore,
    /// Step C.2.
    Hold,
    /// Events are missing before this one, which is to be held.
    Gap {
        expected: i64,
        found: i64,
    },
}

/// What to do with a REST snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestVerdict {
    /// Put it in place, then run the held events through [`BookSync::judge`].
    Replace,
    /// Step C.3: ask again.
    TooOld,
    /// The book needs none, or this one cannot be placed.
    Ignore,
}

/// How to get a book that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    Resubscribe(ConnId),
    Fetch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    /// There is no book that an event could follow on.
    #[default]
    Waiting,
    /// Step C.5: the book is a REST snapshot with this id.
    Bridging(i64),
    /// The book holds the event with this id; `None` in form A.
    Chained(Option<i64>),
}

/// An event that waits for its snapshot, as it came.
#[derive(Debug)]
pub struct HeldEvent {
    pub conn: ConnId,
    pub text: Vec<u8>,
    prev_seq_id: i64,
}

#[derive(Debug, Default)]
pub struct BookSync {
    phase: Phase,
    /// What the market follows, once something came.
    channel: Option<BookChannel>,
    conn: Option<ConnId>,
    /// Step C.1 is done for this subscription.
    saw_first: bool,
    /// The subscription began with a snapshot: forms A and B.
    began_with_snapshot: bool,
    recent: Vec<i64>,
    oldest_recent: usize,
    held: Vec<HeldEvent>,
    held_bytes: usize,
    wanted: Option<StaleReason>,
    retry: Retry,
    patient_until: Timestamp,
    is_fetching: bool,
    /// Why the venue does not trade the market; a book that comes all the same does not change that.
    pub halted: Option<StaleReason>,
}

impl BookSync {
    pub fn judge(&mut self, event: Event) -> Verdict {
        self.conn.get_or_insert(event.conn);
        let is_snapshot =
            event.is_snapshot || event.channel.is_always_full() || event.prev_seq_id == Some(-1);
        match self.channel {
            Some(followed) if event.channel < followed => return Verdict::Ignore,
            // A more detailed channel is followed from its snapshot on.
            Some(followed) if event.channel > followed && !is_snapshot => return Verdict::Ignore,
            _ => self.channel = Some(event.channel),
        }
        if is_snapshot {
            self.conn = Some(event.conn);
            self.began_with_snapshot = true;
            self.begin(Phase::Chained(event.seq_id));
            return Verdict::Replace;
        }
        let verdict = match (event.prev_seq_id, event.seq_id) {
            (Some(prev), Some(seq)) => self.judge_ids(prev, seq),
            _ => self.judge_without_ids(event.conn),
        };
        if verdict == Verdict::Apply {
            self.conn = Some(event.conn);
        }
        verdict
    }

    /// Form A. Without ids, events of a second connection cannot be placed before its snapshot.
    fn judge_without_ids(&mut self, conn: ConnId) -> Verdict {
        match self.phase {
            Phase::Chained(_) if self.conn == Some(conn) => {
                self.phase = Phase::Chained(None);
                Verdict::Apply
            }
            _ => Verdict::Ignore,
        }
    }

    fn judge_ids(&mut self, prev: i64, seq: i64) -> Verdict {
        match self.phase {
            // B.2 to B.4, and C.6.
            Phase::Chained(None) => self.chain(seq),
            Phase::Chained(Some(last)) if prev == last => self.chain(seq),
            Phase::Chained(Some(_)) if self.recent.contains(&seq) => Verdict::Duplicate,
            Phase::Chained(Some(last)) => self.lose(last, prev),
            // C.4 and C.5.
            Phase::Bridging(snapshot) if seq <= snapshot => Verdict::Duplicate,
            Phase::Bridging(snapshot) if prev <= snapshot => self.chain(seq),
            Phase::Bridging(snapshot) => self.lose(snapshot, prev),
            // C.1 and C.2.
            Phase::Waiting if !self.saw_first => {
                self.saw_first = true;
                Verdict::Ignore
            }
            Phase::Waiting => Verdict::Hold,
        }
    }

    fn chain(&mut self, seq: i64) -> Verdict {
        self.phase = Phase::Chained(Some(seq));
        self.remember(seq);
        Verdict::Apply
    }

    fn remember(&mut self, seq: i64) {
        if self.recent.len() < RECENT_IDS {
            self.recent.push(seq);
        } else {
            self.recent[self.oldest_recent] = seq;
            self.oldest_recent = (self.oldest_recent + 1) % RECENT_IDS;
        }
    }

    fn lose(&mut self, expected: i64, found: i64) -> Verdict {
        self.phase = Phase::Waiting;
        self.saw_first = true;
        self.wanted = Some(StaleReason::Gap);
        Verdict::Gap { expected, found }
    }

    /// A book is in place.
    fn begin(&mut self, phase: Phase) {
        self.phase = phase;
        self.saw_first = true;
        self.recent.clear();
        self.oldest_recent = 0;
        if let Phase::Chained(Some(seq)) = phase {
            self.remember(seq);
            self.drop_held();
        }
        self.wanted = None;
        self.retry.done();
        self.patient_until = Timestamp::ZERO;
    }

    /// Keeps an event for the snapshot to come. When there are too many, the oldest are of no use any
    /// more: the snapshot will be younger.
    pub fn hold(&mut self, event: Event, text: &[u8]) {
        if self.held.len() >= HELD_EVENTS_MAX || self.held_bytes + text.len() > HELD_BYTES_MAX {
            self.drop_held();
        }
        self.held_bytes += text.len();
        let prev_seq_id = event.prev_seq_id.unwrap_or_default();
        self.held.push(HeldEvent { conn: event.conn, text: text.to_vec(), prev_seq_id });
        self.wanted.get_or_insert(StaleReason::Starting);
        self.patient_until = Timestamp::ZERO;
    }

    pub fn take_held(&mut self) -> Vec<HeldEvent> {
        self.held_bytes = 0;
        core::mem::take(&mut self.held)
    }

    fn drop_held(&mut self) {
        self.held.clear();
        self.held_bytes = 0;
    }

    /// Steps C.3 and C.4.
    pub fn judge_rest(&mut self, seq_id: Option<i64>) -> RestVerdict {
        let is_needed = self.phase == Phase::Waiting || self.wanted.is_some();
        match (seq_id, self.held.first(), self.phase) {
            _ if !is_needed => RestVerdict::Ignore,
            // From before REST had ids: of use where the events have none either.
            (None, None, Phase::Waiting | Phase::Chained(None)) => {
                self.begin(Phase::Chained(None));
                RestVerdict::Replace
            }
            (None, ..) => RestVerdict::Ignore,
            (Some(snapshot), Some(first), _) if snapshot < first.prev_seq_id => RestVerdict::TooOld,
            (Some(snapshot), None, Phase::Chained(Some(last))) if snapshot < last => RestVerdict::TooOld,
            (Some(snapshot), ..) => {
                let saw_first = self.saw_first;
                self.begin(Phase::Bridging(snapshot));
                self.saw_first = saw_first;
                RestVerdict::Replace
            }
        }
    }

    /// A new connection asks for the book.
    pub fn subscribed(&mut self, now: Timestamp) {
        self.halted = None;
        if self.phase == Phase::Waiting {
            self.wanted.get_or_insert(StaleReason::Starting);
        }
        self.patient_until = now.plus_millis(FIRST_EVENT_WITHIN_MS);
    }

    /// The venue confirmed a subscription. What it brings first tells its form; one that joins a book
    /// in order changes nothing.
    pub fn confirmed(&mut self) {
        if self.phase == Phase::Waiting {
            self.forget();
        }
    }

    /// The subscription ended; says why the book is stale now, if the market followed that channel.
    pub fn unsubscribed(&mut self, channel: BookChannel) -> Option<StaleReason> {
        if self.channel != Some(channel) {
            return None;
        }
        self.forget();
        Some(self.wanted.unwrap_or(StaleReason::VenueReset))
    }

    /// The connection is gone. Says whether the book was carried by it.
    pub fn closed(&mut self, conn: ConnId) -> bool {
        if self.conn != Some(conn) {
            return false;
        }
        self.conn = None;
        self.forget();
        self.wanted.get_or_insert(StaleReason::Disconnected);
        true
    }

    fn forget(&mut self) {
        self.phase = Phase::Waiting;
        self.channel = None;
        self.saw_first = false;
        self.began_with_snapshot = false;
        self.drop_held();
    }

    /// The market doubts its book. In form C events are held from now on, because the snapshot that
    /// REST answers with is older than they are.
    pub fn want(&mut self, reason: StaleReason) {
        self.wanted = Some(reason);
        self.patient_until = Timestamp::ZERO;
        if !self.began_with_snapshot {
            self.phase = Phase::Waiting;
        }
    }

    /// A GET was answered or has failed.
    pub fn fetched(&mut self) {
        self.is_fetching = false;
    }

    /// What to do now for a book that is wanted, if anything.
    pub fn try_remedy(&mut self, latest: Option<ConnId>, now: Timestamp) -> Option<Remedy> {
        let is_hopeless = self.wanted.is_none() || self.halted == Some(StaleReason::Delisted);
        if is_hopeless || self.is_fetching || now < self.patient_until {
            return None;
        }
        let conn = self.conn.or(latest)?;
        if !(self.retry.want(now) || self.retry.is_due(now)) {
            return None;
        }
        if self.began_with_snapshot || !self.saw_first {
            return Some(Remedy::Resubscribe(conn));
        }
        self.is_fetching = true;
        Some(Remedy::Fetch)
    }
}
