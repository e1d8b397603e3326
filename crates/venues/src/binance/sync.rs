//! Binance's procedure for a local book, one instance a market.
//!
//! Spot, from the venue's documents:
//!  1. Open a stream to `<symbol>@depth@100ms`.
//!  2. Buffer the events received from the stream. Note the `U` of the first event.
//!  3. Get a depth snapshot from `/api/v3/depth?symbol=…&limit=5000`.
//!  4. If the `lastUpdateId` from the snapshot is less than the `U` from step 2, go back to step 3.
//!  5. In the buffered events, discard any event where `u` <= `lastUpdateId`. The first one kept has
//!     `lastUpdateId + 1` within its `U` to `u`.
//!  6. Set the local book to the snapshot; its update id is `lastUpdateId`.
//!  7. Apply the buffered events, then all that follow:
//!     a. if `u` is less than the local update id, ignore the event;
//!     b. if `U` is greater than the local update id + 1, events were lost: go back to step 2;
//!     c. quantities are absolute, zero removes; set the local update id to `u`.
//!
//! Futures differ: ids are not contiguous, each event names in `pu` the `u` of the one before it.
//!  F5. Drop events where `u` < `lastUpdateId`. The first one kept has `U` <= `lastUpdateId` <= `u`,
//!      or `pu` = `lastUpdateId`.
//!  F7. Afterwards `pu` must be the previous `u`; if not, go back to step 2.
//!
//! Two places go a hair beyond the letter, because the ids prove it right. In step 4 a snapshot whose
//! `lastUpdateId + 1` is that first `U` is taken: nothing lies between them. In F5 any first event
//! with `pu` <= `lastUpdateId` is taken: it holds all changes after `pu`, so all after the snapshot.
//!
//! Invariant: buffered events follow each other without a hole, in the sense of step 7 or F7.

use std::collections::VecDeque;

use marketd_domain::{GapFound, Timestamp};

use super::decode::DiffIds;

/// Seven minutes of diffs at ten a second; a snapshot that late is no use to anybody.
const BUFFERED_MAX: usize = 4_096;
/// A busy market fills some 30 KB a second.
const BUFFERED_BYTES_MAX: usize = 8 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SequenceRule {
    Spot,
    Futures,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No connection carries the market: a snapshot now would be out of date at once.
    Closed,
    /// Steps 2 to 4. `newest` is the newest id that was ever applied, zero if it means nothing now.
    Buffering { newest: u64 },
    /// Step 7. `is_fresh` until the first event after the snapshot.
    Synced { local: u64, is_fresh: bool },
}

/// What to do with a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffVerdict {
    Apply,
    /// The book holds it already.
    Repeated,
    /// Kept until a snapshot comes.
    Buffered,
    /// Events before this one were lost; it is kept, and a snapshot is needed.
    Lost(GapFound),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotVerdict {
    Use,
    /// Step 4: ask again.
    TooOld,
    /// Not needed.
    Ignore,
}

/// A diff as it came. Text, because the market's scales may move before it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BufferedDiff {
    last: u64,
    first: u64,
    previous: Option<u64>,
    pub text: Vec<u8>,
}

#[derive(Debug, Clone)]
pub struct BookSync {
    rule: SequenceRule,
    phase: Phase,
    buffer: VecDeque<BufferedDiff>,
    buffered_bytes: usize,
}

impl BookSync {
    pub const fn new(rule: SequenceRule) -> Self {
        Self { rule, phase: Phase::Buffering { newest: 0 }, buffer: VecDeque::new(), buffered_bytes: 0 }
    }

    pub const fn is_synced(&self) -> bool {
        matches!(self.phase, Phase::Synced { .. })
    }

    pub fn has_buffered(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Steps 1 and 2.
    pub fn open(&mut self) {
        if self.phase == Phase::Closed {
            self.phase = Phase::Buffering { newest: 0 };
        }
    }

    pub fn close(&mut self) {
        self.clear_buffer();
        self.phase = Phase::Closed;
    }

    /// The book is in doubt for another reason than its sequence: back to step 2.
    pub fn restart(&mut self) {
        if let Phase::Synced { local, .. } = self.phase {
            self.phase = Phase::Buffering { newest: local };
        }
    }

    #[inline]
    pub fn on_diff(&mut self, ids: &DiffIds, text: &[u8], now: Timestamp) -> DiffVerdict {
        let Phase::Synced { local, is_fresh } = self.phase else {
            self.open();
            return self.buffer_diff(ids, text, now);
        };
        // 7a, F5
        let is_repeated = match self.rule {
            SequenceRule::Futures if is_fresh => ids.last < local,
            SequenceRule::Futures | SequenceRule::Spot => ids.last <= local,
        };
        if is_repeated {
            return DiffVerdict::Repeated;
        }
        // 7b, F7
        let follows = match self.rule {
            SequenceRule::Futures if is_fresh => ids.previous.is_some_and(|previous| previous <= local),
            SequenceRule::Futures | SequenceRule::Spot => self.follows(local, ids.first, ids.previous),
        };
        if !follows {
            self.phase = Phase::Buffering { newest: local };
            self.push(ids, text);
            return DiffVerdict::Lost(self.gap(local, ids, now));
        }
        // 7c
        self.phase = Phase::Synced { local: ids.last, is_fresh: false };
        DiffVerdict::Apply
    }

    /// Step 2. A hole among the buffered events makes all before it useless.
    fn buffer_diff(&mut self, ids: &DiffIds, text: &[u8], now: Timestamp) -> DiffVerdict {
        let Some(held) = self.buffer.back() else {
            self.push(ids, text);
            return DiffVerdict::Buffered;
        };
        let last = held.last;
        if ids.last <= last {
            return DiffVerdict::Repeated;
        }
        if !self.follows(last, ids.first, ids.previous) {
            self.clear_buffer();
            self.push(ids, text);
            return DiffVerdict::Lost(self.gap(last, ids, now));
        }
        self.push(ids, text);
        DiffVerdict::Buffered
    }

    /// Whether an event goes on where `last` ended.
    fn follows(&self, last: u64, first: u64, previous: Option<u64>) -> bool {
        match self.rule {
            SequenceRule::Spot => first <= last.saturating_add(1),
            SequenceRule::Futures => previous == Some(last),
        }
    }

    fn gap(&self, last: u64, ids: &DiffIds, ts_recv: Timestamp) -> GapFound {
        match self.rule {
            SequenceRule::Spot => GapFound { expected: last.saturating_add(1), found: ids.first, ts_recv },
            SequenceRule::Futures => {
                GapFound { expected: last, found: ids.previous.unwrap_or_default(), ts_recv }
            }
        }
    }

    /// Keeps a diff; the oldest go where there are too many. The rest still follow each other.
    fn push(&mut self, ids: &DiffIds, text: &[u8]) {
        let mut spare = Vec::new();
        self.buffered_bytes += text.len();
        while self.buffer.len() >= BUFFERED_MAX
            || (self.buffered_bytes > BUFFERED_BYTES_MAX && !self.buffer.is_empty())
        {
            let Some(oldest) = self.buffer.pop_front() else { break };
            self.buffered_bytes -= oldest.text.len();
            spare = oldest.text;
        }
        spare.clear();
        spare.extend_from_slice(text);
        let DiffIds { first, last, previous, .. } = *ids;
        self.buffer.push_back(BufferedDiff { last, first, previous, text: spare });
    }

    fn clear_buffer(&mut self) {
        self.buffer = VecDeque::new();
        self.buffered_bytes = 0;
    }

    /// Step 4.
    pub fn on_snapshot(&self, last_update_id: u64) -> SnapshotVerdict {
        match (self.phase, self.buffer.front()) {
            (Phase::Closed, _) => SnapshotVerdict::Ignore,
            // Nobody asked, but it holds what we have not seen yet.
            (Phase::Synced { local, .. }, _) if last_update_id > local => SnapshotVerdict::Use,
            (Phase::Synced { .. }, _) => SnapshotVerdict::Ignore,
            (Phase::Buffering { newest }, None) if last_update_id < newest => SnapshotVerdict::TooOld,
            (Phase::Buffering { .. }, None) => SnapshotVerdict::Use,
            (Phase::Buffering { .. }, Some(oldest)) => {
                let reaches = match self.rule {
                    SequenceRule::Spot => last_update_id.saturating_add(1) >= oldest.first,
                    SequenceRule::Futures => {
                        oldest.previous.is_some_and(|previous| last_update_id >= previous)
                    }
                };
                if reaches { SnapshotVerdict::Use } else { SnapshotVerdict::TooOld }
            }
        }
    }

    /// Step 6. What was buffered is given back, to go through [`Self::on_diff`] again, which discards
    /// and applies as steps 5 and 7 say.
    pub fn start(&mut self, last_update_id: u64) -> VecDeque<BufferedDiff> {
        self.phase = Phase::Synced { local: last_update_id, is_fresh: true };
        self.buffered_bytes = 0;
        core::mem::take(&mut self.buffer)
    }
}

/// Wait after a failed request; doubled with each failure in a row.
const FIRST_BACKOFF_MS: i64 = 1_000;
const LONGEST_BACKOFF_MS: i64 = 30_000;
/// An answer that has not come by then will not: the driver's own limit is below this.
const ANSWER_TIMEOUT_MS: i64 = 30_000;

/// The wish for a snapshot of one market: one request at a time, never two within a second, and
/// growing waits between failures.
#[derive(Debug, Clone)]
pub struct SnapshotWish {
    due: Option<Timestamp>,
    under_way_since: Option<Timestamp>,
    not_before: Timestamp,
    backoff_ms: i64,
}

impl Default for SnapshotWish {
    fn default() -> Self {
        Self { due: None, under_way_since: None, not_before: Timestamp::ZERO, backoff_ms: FIRST_BACKOFF_MS }
    }
}

impl SnapshotWish {
    /// A snapshot is wanted at `when`, unless it is wanted earlier or on its way.
    pub fn want(&mut self, when: Timestamp) {
        if self.under_way_since.is_none() {
            self.due = Some(self.due.map_or(when, |due| due.min(when)).max(self.not_before));
        }
    }

    /// Whether to ask now.
    pub fn is_due(&mut self, now: Timestamp) -> bool {
        if self.under_way_since.is_some_and(|since| now >= since.plus_millis(ANSWER_TIMEOUT_MS)) {
            self.failed(now);
        }
        self.due.is_some_and(|due| now >= due)
    }

    pub fn asked(&mut self, now: Timestamp) {
        self.due = None;
        self.under_way_since = Some(now);
        self.not_before = now.plus_millis(FIRST_BACKOFF_MS);
    }

    /// The book stands.
    pub fn fulfilled(&mut self) {
        self.dropped();
        self.backoff_ms = FIRST_BACKOFF_MS;
    }

    /// The answer was no use, or there was none: ask again after a while.
    pub fn failed(&mut self, now: Timestamp) {
        self.under_way_since = None;
        self.not_before = now.plus_millis(self.backoff_ms);
        self.due = Some(self.not_before);
        self.backoff_ms = (self.backoff_ms * 2).min(LONGEST_BACKOFF_MS);
    }

    /// An answer came that is not needed, or nothing is wanted any more.
    pub fn dropped(&mut self) {
        self.due = None;
        self.under_way_since = None;
    }
}

/// What we may ask of the venue's REST service, in its own request weights: a bucket that fills
/// steadily. Full bucket and a minute's filling together stay below the venue's limit a minute.
#[derive(Debug, Clone)]
pub struct WeightBudget {
    capacity: i64,
    per_second: i64,
    millis_left: i64,
    filled_at: Timestamp,
}

impl WeightBudget {
    pub const fn new(capacity: i64, per_second: i64) -> Self {
        Self { capacity, per_second, millis_left: capacity * 1_000, filled_at: Timestamp::ZERO }
    }

    /// Takes `weight` if there is as much.
    pub fn take(&mut self, weight: i64, now: Timestamp) -> bool {
        let elapsed_ms = (now.nanos_since(self.filled_at) / 1_000_000).clamp(0, 3_600_000);
        if elapsed_ms > 0 {
            self.filled_at = now;
            self.millis_left = (self.millis_left + elapsed_ms * self.per_second).min(self.capacity * 1_000);
        }
        let is_enough = self.millis_left >= weight * 1_000;
        if is_enough {
            self.millis_left -= weight * 1_000;
        }
        is_enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy)]
    enum Step {
        /// `U`, `u` and `pu`.
        Diff(u64, u64, u64),
        Snapshot(u64),
        Close,
        Restart,
    }
    use Step::{Close, Diff, Restart, Snapshot};

    /// One letter a step: `b`uffered, `a`pplied, `r`epeated, `!` lost; `s` a snapshot used, followed by
    /// what became of the buffered diffs, `o` too old, `i` ignored; `.` for the rest.
    fn letters(rule: SequenceRule, steps: &[Step]) -> String {
        let mut sync = BookSync::new(rule);
        let mut seen = String::new();
        let ids = |first, last, previous| DiffIds {
            first,
            last,
            previous: Some(previous),
            ts_venue: Timestamp::ZERO,
        };
        let letter = |verdict: DiffVerdict| match verdict {
            DiffVerdict::Apply => 'a',
            DiffVerdict::Repeated => 'r',
            DiffVerdict::Buffered => 'b',
            DiffVerdict::Lost(_) => '!',
        };
        for step in steps {
            match *step {
                Diff(first, last, previous) => {
                    let verdict = sync.on_diff(&ids(first, last, previous), b"text", Timestamp::ZERO);
                    seen.push(letter(verdict));
                }
                Snapshot(last_update_id) => match sync.on_snapshot(last_update_id) {
                    SnapshotVerdict::Use => {
                        seen.push('s');
                        for held in sync.start(last_update_id) {
                            let ids = ids(held.first, held.last, held.previous.unwrap_or_default());
                            seen.push(letter(sync.on_diff(&ids, &held.text, Timestamp::ZERO)));
                        }
                    }
                    SnapshotVerdict::TooOld => seen.push('o'),
                    SnapshotVerdict::Ignore => seen.push('i'),
                },
                Close => {
                    sync.close();
                    seen.push('.');
                }
                Restart => {
                    sync.restart();
                    seen.push('.');
                }
            }
        }
        seen
    }

    #[test]
    fn spot_books_follow_the_procedure() {
        let check = |steps: &[Step], expected: &str| {
            assert_eq!(letters(SequenceRule::Spot, steps), expected, "{steps:?}");
        };
        let diff = |first, last| Diff(first, last, 0);
        // Stale, straddling, following.
        check(&[diff(1, 3), diff(4, 6), diff(7, 9), Snapshot(5), diff(10, 10)], "bbbsraaa");
        check(&[diff(1, 3), Snapshot(3), diff(4, 4), diff(4, 4), diff(2, 3), diff(5, 9)], "bsrarra");
        // Step 4, and the snapshot that touches the first event.
        check(&[diff(10, 12), Snapshot(8), Snapshot(9), diff(13, 13)], "bosaa");
        check(&[Snapshot(5), diff(3, 7), diff(8, 8)], "saa");
        check(&[Snapshot(5), diff(3, 5), diff(6, 8)], "sra");
        // 7b: lost, buffered, snapshot too old, snapshot.
        check(&[Snapshot(5), diff(6, 6), diff(9, 9), diff(10, 11), Snapshot(7), Snapshot(9)], "sa!bosra");
        check(&[Snapshot(5), diff(7, 7), Snapshot(7), diff(8, 8)], "s!sra");
        // A hole among the buffered: what lies before it is useless.
        check(&[diff(1, 3), diff(6, 7), Snapshot(3), Snapshot(6)], "b!osa");
        check(&[diff(1, 3), diff(1, 3), diff(2, 2), diff(4, 4), Snapshot(3)], "brrbsra");
        // Unasked snapshots.
        check(&[Snapshot(5), Snapshot(4), Snapshot(5), Snapshot(9), diff(8, 10)], "siisa");
        // Closed: no book without a connection.
        check(&[Snapshot(5), Close, Snapshot(9), diff(20, 21), Snapshot(20)], "s.ibsa");
        check(&[Snapshot(5), Restart, Snapshot(4), Snapshot(5), diff(6, 6)], "s.osa");
    }

    #[test]
    fn futures_books_follow_their_own() {
        let check = |steps: &[Step], expected: &str| {
            assert_eq!(letters(SequenceRule::Futures, steps), expected, "{steps:?}");
        };
        check(&[Diff(10, 15, 8), Diff(18, 25, 15), Diff(30, 31, 25), Snapshot(20)], "bbbsraa");
        // `u` equal to the snapshot's id is kept, `pu` equal to it too.
        check(&[Diff(10, 15, 8), Snapshot(15), Diff(18, 25, 15)], "bsaa");
        check(&[Snapshot(15), Diff(18, 25, 15), Diff(18, 25, 15), Diff(30, 31, 25)], "sara");
        // Between `pu` and `U` nothing happened to this symbol.
        check(&[Snapshot(16), Diff(18, 25, 15), Diff(26, 27, 25)], "saa");
        check(&[Snapshot(14), Diff(18, 25, 15)], "s!");
        check(&[Snapshot(15), Diff(16, 17, 15), Diff(18, 25, 16)], "sa!");
        check(&[Diff(10, 15, 8), Snapshot(7), Snapshot(8)], "bosa");
        check(&[Diff(10, 15, 8), Diff(20, 25, 16), Snapshot(12), Snapshot(22)], "b!osa");
    }

    #[test]
    fn buffers_are_bounded_and_keep_the_latest() {
        let mut sync = BookSync::new(SequenceRule::Spot);
        let text = vec![b' '; 64 * 1024];
        for id in 1..=10_000 {
            let ids = DiffIds { first: id, last: id, previous: None, ts_venue: Timestamp::ZERO };
            let text = if id <= 5_000 { &text[..1] } else { &text[..] };
            assert_eq!(sync.on_diff(&ids, text, Timestamp::ZERO), DiffVerdict::Buffered);
            assert!(sync.buffer.len() <= BUFFERED_MAX && sync.buffered_bytes <= BUFFERED_BYTES_MAX);
        }
        assert_eq!(sync.buffer.len(), BUFFERED_BYTES_MAX / text.len());
        assert_eq!(sync.on_snapshot(9_000), SnapshotVerdict::TooOld);
        assert_eq!(sync.on_snapshot(9_950), SnapshotVerdict::Use);
    }

    #[test]
    fn snapshots_are_asked_for_one_at_a_time_with_growing_waits() {
        let at = |second: i64| Timestamp::from_millis(second * 1_000);
        let mut wish = SnapshotWish::default();
        assert!(!wish.is_due(at(0)));
        wish.want(at(0));
        assert!(wish.is_due(at(0)));
        wish.asked(at(0));
        wish.want(at(1));
        assert!(!wish.is_due(at(1)), "one is under way");
        let mut now = 1;
        let mut waits = Vec::new();
        for _ in 0..7 {
            wish.failed(at(now));
            // Diffs that go on coming do not shorten the wait.
            wish.want(at(now));
            let failed = now;
            while !wish.is_due(at(now)) {
                now += 1;
            }
            waits.push(now - failed);
            wish.asked(at(now));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        assert!(!wish.is_due(at(now + 29)) && !wish.is_due(at(now + 30)), "no answer counts as a failure");
        assert!(wish.is_due(at(now + 60)));
        wish.fulfilled();
        assert!(!wish.is_due(at(now + 90)));
    }

    #[test]
    fn requests_stay_within_the_venues_budget() {
        let at = |second: i64| Timestamp::from_millis(second * 1_000);
        let mut budget = WeightBudget::new(2_000, 60);
        let taken = (0..20).filter(|_| budget.take(250, at(1_000))).count();
        assert_eq!(taken, 8);
        let taken = (1_001..=1_060).filter(|second| budget.take(250, at(*second))).count();
        assert_eq!(taken, 14);
    }
}
