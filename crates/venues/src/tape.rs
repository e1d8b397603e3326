//! The tape of one market where trade ids are contiguous: a hole in the ids is seen, fetched and
//! closed, and trades leave in the order of their ids.
//!
//! While a hole is open the live trades behind it are held back, for at most [`HOLD_MS`] a request
//! and [`HELD_MAX`] trades; then they are let go and what is missing is counted. A hole wider than
//! [`MISSING_MAX`] is fetched from its end only: after so long an outage the latest trades are what
//! candles and readers still need, and the REST budget has to serve other markets too. The first
//! trade ever seen shows no hole, unless the tape was resumed behind an earlier one. A first trade that
//! is later than that one and has a lower id shows that the venue began to number anew.
//!
//! Invariant: outside of a hole every trade leaves at once, after one comparison of its id.

use std::collections::VecDeque;

use marketd_domain::{MarketIndex, Scales, Timestamp, Trade, TradeId, UpdateSink};

use crate::session::LastTrade;

/// Live trades held back behind a hole.
pub const HELD_MAX: usize = 10_000;
/// How long live trades wait for one answer.
pub const HOLD_MS: i64 = 2_000;
/// Trades fetched for one hole: ten answers of the 1,000 that venues give at once.
pub const MISSING_MAX: u64 = 10_000;

/// How much later than the last trade of before one with a lower id is, where the venue numbers anew.
const RENUMBERED_AFTER_MS: i64 = 1_000;

/// No trade has this id: the tape is empty or held back, and the next trade must be looked at.
const LOOK_CLOSER: u64 = u64::MAX;

/// Ids to be fetched, both included. An answer may bring fewer; the tape then asks for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingTrades {
    pub first: u64,
    pub last: u64,
}

/// Where a tape's trades go, and at which scales its market stands now.
pub struct TapeOut<'a> {
    pub market: MarketIndex,
    pub scales: Scales,
    pub now: Timestamp,
    pub updates: &'a mut dyn UpdateSink,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TapeCounters {
    pub holes: u64,
    pub backfilled: u64,
    /// Ids that never came and could not be fetched.
    pub missed: u64,
}

/// Puts the trades of one market in the order of their ids.
#[derive(Debug, Clone)]
pub struct Tape {
    /// The id that continues the tape, or [`LOOK_CLOSER`].
    next: u64,
    /// The tape goes on from before, and no live trade has been seen yet.
    resumed: Option<Resumed>,
    hold: Option<Box<Hold>>,
    /// The latest ids that were given up: should they come after all, they are late, not repeated.
    lost: Option<MissingTrades>,
    counters: TapeCounters,
}

/// Where a tape goes on.
#[derive(Debug, Clone, Copy)]
struct Resumed {
    next: u64,
    /// Venue time of the trade before.
    at: Timestamp,
    fetched: u64,
}

/// An open hole and what waits behind it.
#[derive(Debug, Clone)]
struct Hold {
    missing: MissingTrades,
    deadline: Timestamp,
    /// In the order of ids, none twice, all above `missing.first`.
    held: VecDeque<Held>,
    /// The scales of the trades in `held`.
    scales: Scales,
}

#[derive(Debug, Clone)]
struct Held {
    id: u64,
    /// `None` for an id that is taken but is not a public print.
    trade: Option<Trade>,
}

impl Default for Tape {
    fn default() -> Self {
        Self::new()
    }
}

impl Tape {
    pub const fn new() -> Self {
        Self {
            next: LOOK_CLOSER,
            resumed: None,
            hold: None,
            lost: None,
            counters: TapeCounters { holes: 0, backfilled: 0, missed: 0 },
        }
    }

    /// A tape that goes on behind a trade of an earlier session.
    pub fn behind(last: LastTrade) -> Self {
        let next = last.trade_id.saturating_add(1);
        Self { resumed: Some(Resumed { next, at: last.ts_venue, fetched: 0 }), ..Self::new() }
    }

    pub const fn counters(&self) -> TapeCounters {
        self.counters
    }

    /// Of a resumed tape on which nothing was traded since: what there may be to fetch.
    pub fn unseen(&self) -> Option<MissingTrades> {
        let resumed = self.resumed.filter(|resumed| resumed.fetched < MISSING_MAX)?;
        let last = resumed.next.checked_add(MISSING_MAX - resumed.fetched - 1)?;
        Some(MissingTrades { first: resumed.next, last })
    }

    /// A trade from the live feed. If it shows a hole, says what to fetch.
    #[inline]
    pub fn live(&mut self, trade: &Trade, out: &mut TapeOut<'_>) -> Option<MissingTrades> {
        if trade.id == TradeId::Number(self.next) {
            self.next = self.next.saturating_add(1);
            out.updates.trade(out.market, trade);
            return None;
        }
        match trade.id {
            TradeId::Number(id) => self.out_of_line(Held { id, trade: Some(*trade) }, out),
            TradeId::None | TradeId::Uuid(_) => {
                out.updates.trade(out.market, trade);
                None
            }
        }
    }

    /// An id of the live feed that is no public print (a liquidation, an internal transfer).
    pub fn skip(&mut self, id: u64, out: &mut TapeOut<'_>) -> Option<MissingTrades> {
        if id == self.next {
            self.next = self.next.saturating_add(1);
            return None;
        }
        self.out_of_line(Held { id, trade: None }, out)
    }

    fn out_of_line(&mut self, held: Held, out: &mut TapeOut<'_>) -> Option<MissingTrades> {
        if self.hold.is_some() {
            return self.hold_back(held, out);
        }
        let id = held.id;
        if let Some(resumed) = self.resumed.take() {
            let at = held.trade.map_or(out.now, |trade| trade.ts_venue);
            let is_later = at.nanos_since(resumed.at) > RENUMBERED_AFTER_MS * 1_000_000;
            self.next = if id < resumed.next && is_later { id } else { resumed.next };
        }
        if self.next == LOOK_CLOSER || self.next == id {
            self.next = id.saturating_add(1);
            emit(&held, out);
            return None;
        }
        if id < self.next {
            match self.lost {
                Some(lost) if (lost.first..=lost.last).contains(&id) => emit(&held, out),
                _ => out.updates.duplicate(out.market),
            }
            return None;
        }
        let missing = self.open_hole(self.next, id - 1);
        self.next = LOOK_CLOSER;
        self.hold = Some(Box::new(Hold {
            missing,
            deadline: out.now.plus_millis(HOLD_MS),
            held: VecDeque::from([held]),
            scales: out.scales,
        }));
        Some(missing)
    }

    fn open_hole(&mut self, from: u64, last: u64) -> MissingTrades {
        self.counters.holes += 1;
        let first = from.max(last.saturating_sub(MISSING_MAX - 1));
        self.counters.missed += first - from;
        MissingTrades { first, last }
    }

    fn hold_back(&mut self, new: Held, out: &mut TapeOut<'_>) -> Option<MissingTrades> {
        self.rescale(out.scales);
        let hold = self.hold.as_mut()?;
        let at = hold.held.partition_point(|held| held.id < new.id);
        if new.id < hold.missing.first || hold.held.get(at).is_some_and(|held| held.id == new.id) {
            out.updates.duplicate(out.market);
        } else {
            hold.held.insert(at, new);
        }
        // Trades that merely came in another order fill the hole by themselves.
        while let Some(held) = hold.held.front().filter(|held| held.id == hold.missing.first) {
            emit(held, out);
            hold.missing.first += 1;
            hold.held.pop_front();
            if hold.missing.first > hold.missing.last {
                return self.go_on(out);
            }
        }
        if hold.held.len() >= HELD_MAX || out.now >= hold.deadline {
            self.release(out);
        }
        None
    }

    /// An answer to a request: trades with rising ids. Says what is to be fetched next.
    pub fn fetched(
        &mut self,
        trades: impl IntoIterator<Item = Trade>,
        out: &mut TapeOut<'_>,
    ) -> Option<MissingTrades> {
        self.rescale(out.scales);
        if let Some(resumed) = self.resumed {
            return self.fetched_unseen(resumed, trades, out);
        }
        let Some(hold) = self.hold.as_mut() else {
            self.fetched_late(trades, out);
            return None;
        };
        let before = hold.missing.first;
        for trade in trades {
            let TradeId::Number(id) = trade.id else { continue };
            if id < hold.missing.first {
                continue;
            }
            let reached = id.min(hold.missing.last + 1);
            self.counters.missed += reached - hold.missing.first;
            hold.missing.first = reached;
            if id > hold.missing.last {
                break;
            }
            self.counters.backfilled += 1;
            out.updates.trade(out.market, &Trade { backfilled: true, ..trade });
            hold.missing.first = id + 1;
        }
        if hold.missing.first > hold.missing.last {
            return self.go_on(out);
        }
        if hold.missing.first == before {
            self.release(out);
            return None;
        }
        hold.deadline = out.now.plus_millis(HOLD_MS);
        Some(hold.missing)
    }

    /// Trades that nobody saw go out as they are: no live trade waits behind them. As long as an answer brings some,
    /// there may be more.
    fn fetched_unseen(
        &mut self,
        mut resumed: Resumed,
        trades: impl IntoIterator<Item = Trade>,
        out: &mut TapeOut<'_>,
    ) -> Option<MissingTrades> {
        let before = resumed.next;
        for trade in trades {
            let TradeId::Number(id) = trade.id else { continue };
            if id >= resumed.next {
                self.counters.missed += id - resumed.next;
                self.counters.backfilled += 1;
                out.updates.trade(out.market, &Trade { backfilled: true, ..trade });
                let fetched = resumed.fetched + 1;
                let at = resumed.at.max(trade.ts_venue);
                resumed = Resumed { next: id.saturating_add(1), at, fetched };
            }
        }
        self.resumed = Some(resumed);
        if resumed.next == before { None } else { self.unseen() }
    }

    /// Nothing waits for this answer any more; it may still hold trades that were given up.
    fn fetched_late(&mut self, trades: impl IntoIterator<Item = Trade>, out: &mut TapeOut<'_>) {
        let Some(lost) = self.lost.take() else { return };
        for trade in trades {
            if matches!(trade.id, TradeId::Number(id) if (lost.first..=lost.last).contains(&id)) {
                self.counters.backfilled += 1;
                self.counters.missed = self.counters.missed.saturating_sub(1);
                out.updates.trade(out.market, &Trade { backfilled: true, ..trade });
            }
        }
    }

    /// The hole is closed: lets go what was held, up to the next hole.
    fn go_on(&mut self, out: &mut TapeOut<'_>) -> Option<MissingTrades> {
        let mut hold = self.hold.take()?;
        let mut next = hold.missing.last + 1;
        while let Some(held) = hold.held.pop_front() {
            if held.id < next {
                out.updates.duplicate(out.market);
                continue;
            }
            if held.id > next {
                hold.missing = self.open_hole(next, held.id - 1);
                hold.deadline = out.now.plus_millis(HOLD_MS);
                hold.held.push_front(held);
                let missing = hold.missing;
                self.hold = Some(hold);
                return Some(missing);
            }
            emit(&held, out);
            next = held.id.saturating_add(1);
        }
        self.next = next;
        None
    }

    /// Lets go everything that was held, holes or not.
    fn release(&mut self, out: &mut TapeOut<'_>) {
        self.rescale(out.scales);
        let Some(hold) = self.hold.take() else { return };
        let mut next = hold.missing.first;
        for held in &hold.held {
            if held.id < next {
                out.updates.duplicate(out.market);
                continue;
            }
            if held.id > next {
                self.counters.missed += held.id - next;
                self.lost = Some(MissingTrades { first: next, last: held.id - 1 });
            }
            emit(held, out);
            next = held.id.saturating_add(1);
        }
        self.next = next;
    }

    /// The request failed.
    pub fn failed(&mut self, out: &mut TapeOut<'_>) {
        self.release(out);
    }

    /// Lets go what has waited too long.
    pub fn on_timer(&mut self, out: &mut TapeOut<'_>) {
        if self.hold.as_ref().is_some_and(|hold| out.now >= hold.deadline) {
            self.release(out);
        }
    }

    /// Nothing more will come.
    pub fn finish(&mut self, out: &mut TapeOut<'_>) {
        self.release(out);
    }

    /// Moves held trades to the scales that their market has now. One that would have to be rounded
    /// is given up: no scale of the market holds it.
    fn rescale(&mut self, to: Scales) {
        let Some(hold) = self.hold.as_mut().filter(|hold| hold.scales != to) else { return };
        let from = hold.scales;
        hold.scales = to;
        for held in &mut hold.held {
            let Some(trade) = held.trade else { continue };
            held.trade = (trade.price.rescaled(from.price, to.price))
                .zip(trade.qty.rescaled(from.qty, to.qty))
                .map(|(price, qty)| Trade { price, qty, ..trade });
            if held.trade.is_none() {
                self.counters.missed += 1;
            }
        }
    }
}

fn emit(held: &Held, out: &mut TapeOut<'_>) {
    if let Some(trade) = &held.trade {
        out.updates.trade(out.market, trade);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use marketd_domain::{AggressorSide, DepthUpdate, GapFound, Instrument, Level, Price, Qty, StaleReason};

    const SCALES: Scales = Scales::of(2, 2);

    /// `7` for a trade, `-7` for a backfilled one, `0` for a duplicate.
    #[derive(Default)]
    struct Seen {
        ids: Vec<i64>,
        prices: Vec<i64>,
    }

    impl UpdateSink for Seen {
        fn listed(&mut self, _: MarketIndex, _: &Instrument) {}
        fn snapshot(&mut self, _: MarketIndex, _: &DepthUpdate) {}
        fn depth(&mut self, _: MarketIndex, _: &DepthUpdate) {}
        fn trade(&mut self, _: MarketIndex, trade: &Trade) {
            if let TradeId::Number(id) = trade.id {
                self.ids.push(if trade.backfilled { -(id as i64) } else { id as i64 });
                self.prices.push(trade.price.mantissa());
            }
        }
        fn rescaled(&mut self, _: MarketIndex, _: Scales) {}
        fn gap(&mut self, _: MarketIndex, _: GapFound) {}
        fn stale(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
        fn halted(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
        fn duplicate(&mut self, _: MarketIndex) {
            self.ids.push(0);
        }
        fn venue_bbo(&mut self, _: MarketIndex, _: Level, _: Level, _: u64) {}
    }

    #[derive(Clone, Copy)]
    enum Step {
        Live(u64),
        /// At this venue time, in milliseconds.
        LiveAt(u64, i64),
        Skip(u64),
        /// From the first id to the last.
        Fetched(u64, u64),
        Failed,
        /// Milliseconds since the start.
        At(i64),
        Timer,
        Finish,
    }
    use Step::{At, Failed, Fetched, Finish, Live, LiveAt, Skip, Timer};

    fn trade(id: u64) -> Trade {
        Trade {
            id: TradeId::Number(id),
            price: Price::from_mantissa(100),
            qty: Qty::from_mantissa(1),
            aggressor: AggressorSide::Buy,
            ts_venue: Timestamp::ZERO,
            ts_recv: Timestamp::ZERO,
            backfilled: false,
        }
    }

    fn run(tape: &mut Tape, steps: &[Step], scales: Scales) -> (Seen, Vec<(u64, u64)>) {
        let mut seen = Seen::default();
        let mut asked = Vec::new();
        let mut now = Timestamp::ZERO;
        for step in steps {
            let mut out = TapeOut { market: MarketIndex(0), scales, now, updates: &mut seen };
            let missing = match *step {
                Live(id) => tape.live(&trade(id), &mut out),
                LiveAt(id, millis) => {
                    let ts_venue = Timestamp::from_millis(millis);
                    tape.live(&Trade { ts_venue, ..trade(id) }, &mut out)
                }
                Skip(id) => tape.skip(id, &mut out),
                Fetched(first, last) => tape.fetched((first..=last).map(trade), &mut out),
                Failed => {
                    tape.failed(&mut out);
                    None
                }
                Timer => {
                    tape.on_timer(&mut out);
                    None
                }
                Finish => {
                    tape.finish(&mut out);
                    None
                }
                At(millis) => {
                    now = Timestamp::from_millis(millis);
                    None
                }
            };
            asked.extend(missing.map(|missing| (missing.first, missing.last)));
        }
        (seen, asked)
    }

    #[track_caller]
    fn check(steps: &[Step], ids: &[i64], asked: &[(u64, u64)], missed: u64) {
        check_tape(Tape::new(), steps, ids, asked, missed);
    }

    #[track_caller]
    fn check_tape(mut tape: Tape, steps: &[Step], ids: &[i64], asked: &[(u64, u64)], missed: u64) {
        let (seen, requests) = run(&mut tape, steps, SCALES);
        assert_eq!(seen.ids, ids);
        assert_eq!(requests, asked);
        assert_eq!(tape.counters().missed, missed);
    }

    #[test]
    fn contiguous_trades_leave_at_once_and_repeated_ones_are_told() {
        check(&[Live(5), Live(6), Live(6), Live(4), Live(7)], &[5, 6, 0, 0, 7], &[], 0);
    }

    #[test]
    fn a_resumed_tape_lacks_what_came_since() {
        // The last one of before was 5, at 10 s.
        #[track_caller]
        fn check(steps: &[Step], ids: &[i64], asked: &[(u64, u64)], missed: u64) {
            let last = LastTrade { trade_id: 5, ts_venue: Timestamp::from_millis(10_000) };
            check_tape(Tape::behind(last), steps, ids, asked, missed);
        }
        check(&[LiveAt(6, 11_000), Live(7)], &[6, 7], &[], 0);
        check(&[LiveAt(9, 11_000), Fetched(6, 8), Live(10)], &[-6, -7, -8, 9, 10], &[(6, 8)], 0);
        // Repeated; and later but lower, which only a new numbering can be.
        check(&[LiveAt(5, 10_000), Live(6)], &[0, 6], &[], 0);
        check(&[LiveAt(2, 11_001), Live(3), Live(4), Live(3)], &[2, 3, 4, 0], &[], 0);
        // Once a live trade fits, a lower id is a repetition whatever its time.
        check(&[LiveAt(6, 11_000), LiveAt(2, 99_000), Live(7)], &[6, 0, 7], &[], 0);
        // Fetched before anything was traded: again, until an answer brings nothing.
        let steps = [Fetched(4, 7), Fetched(8, 8), Fetched(9, 8), LiveAt(8, 10_000), Live(9)];
        check(&steps, &[-6, -7, -8, 0, 9], &[(8, 10_005), (9, 10_005)], 0);
        // The answer comes when a live trade has shown the hole.
        let steps = [LiveAt(9, 11_000), Fetched(6, 9), Fetched(6, 8), Live(10)];
        check(&steps, &[-6, -7, -8, 9, 10], &[(6, 8)], 0);
    }

    #[test]
    fn a_hole_is_fetched_and_closed_in_order() {
        let steps = [Live(5), Live(9), Live(10), Live(10), Fetched(6, 8), Live(11)];
        check(&steps, &[5, 0, -6, -7, -8, 9, 10, 11], &[(6, 8)], 0);
        // The answer overlaps on both sides.
        check(&[Live(5), Live(9), Fetched(1, 20), Live(10)], &[5, -6, -7, -8, 9, 10], &[(6, 8)], 0);
    }

    #[test]
    fn an_answer_in_pages_is_asked_for_to_its_end() {
        let steps = [Live(1), Live(3_000), Fetched(2, 1_001), Fetched(1_002, 2_001), Fetched(2_002, 3_001)];
        let ids: Vec<i64> = [1].into_iter().chain((2..3_000).map(|id: i64| -id)).chain([3_000]).collect();
        check(&steps, &ids, &[(2, 2_999), (1_002, 2_999), (2_002, 2_999)], 0);
    }

    #[test]
    fn what_cannot_be_fetched_is_let_go_and_counted() {
        check(&[Live(1), Live(4), Failed, Live(5)], &[1, 4, 5], &[(2, 3)], 2);
        check(&[Live(1), Live(4), Fetched(9, 8), Live(5)], &[1, 4, 5], &[(2, 3)], 2);
        check(&[Live(1), Live(4), Live(5), Finish], &[1, 4, 5], &[(2, 3)], 2);
        check(&[Live(1), Live(4), At(1_999), Timer, Live(5), At(2_000), Timer], &[1, 4, 5], &[(2, 3)], 2);
        check(&[Live(1), Live(4), At(2_000), Live(5)], &[1, 4, 5], &[(2, 3)], 2);
        // The venue has only the last one.
        check(&[Live(1), Live(4), Fetched(3, 3)], &[1, -3, 4], &[(2, 3)], 1);
    }

    #[test]
    fn a_late_answer_still_counts() {
        check(&[Live(1), Live(4), Failed, Fetched(1, 5), Fetched(1, 5)], &[1, 4, -2, -3], &[(2, 3)], 0);
        check(&[Live(1), Live(4), Failed, Live(2), Live(1)], &[1, 4, 2, 0], &[(2, 3)], 2);
    }

    #[test]
    fn a_hole_behind_a_hole_is_fetched_next() {
        let steps = [Live(1), Live(3), Live(6), Fetched(2, 2), Fetched(4, 5)];
        check(&steps, &[1, -2, 3, -4, -5, 6], &[(2, 2), (4, 5)], 0);
    }

    #[test]
    fn ids_that_are_no_prints_make_no_hole() {
        check(
            &[Live(1), Skip(2), Live(3), Skip(6), Live(7), Fetched(4, 5)],
            &[1, 3, -4, -5, 7],
            &[(4, 5)],
            0,
        );
    }

    #[test]
    fn trades_in_another_order_are_put_in_order() {
        check(&[Live(5), Live(7), Live(6), Live(8)], &[5, 6, 7, 8], &[(6, 6)], 0);
        check(&[Live(5), Live(8), Live(7), Live(6), Live(9)], &[5, 6, 7, 8, 9], &[(6, 7)], 0);
        check(&[Live(5), Live(8), Live(7), Fetched(6, 7)], &[5, -6, -7, 0, 8], &[(6, 7)], 0);
        check(&[Live(5), Live(8), Live(7), Failed, Fetched(6, 6)], &[5, 7, 8, -6], &[(6, 7)], 0);
    }

    #[test]
    fn only_the_end_of_a_wide_hole_is_asked_for() {
        check(&[Live(1), Live(50_002), Finish], &[1, 50_002], &[(40_002, 50_001)], 50_000);
    }

    #[test]
    fn held_trades_are_bounded() {
        let mut tape = Tape::new();
        let steps: Vec<Step> = [Live(1)].into_iter().chain((3..3 + HELD_MAX as u64).map(Live)).collect();
        assert_eq!(run(&mut tape, &steps, SCALES).0.ids.len(), HELD_MAX + 1);
    }

    #[test]
    fn held_trades_follow_their_markets_scales() {
        let mut tape = Tape::new();
        run(&mut tape, &[Live(1), Live(4)], SCALES);
        assert_eq!(run(&mut tape, &[Finish], Scales::of(4, 2)).0.prices, [10_000]);
    }
}
