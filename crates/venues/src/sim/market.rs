//! One simulated market: its clock, its agents, and what its feed tells of it.

use marketd_domain::{DepthUpdate, GapFound, MarketIndex, StaleReason, Timestamp, UpdateSink};

use super::agents::{Agents, Scene};
use super::config::SimMarket;
use super::draw::Draw;
use super::exchange::Exchange;
use super::fair_value::{FULL_SEVERITY, FairValue};
use super::makers::Outlook;
use super::scenario::Scenario;

/// Time that does not come.
pub(super) const NEVER: Timestamp = Timestamp::from_nanos(i64::MAX);

/// Mean time between steps; each is at most one depth update.
const CALM_STEP_NANOS: i64 = 30_000_000;
const BUSY_STEP_NANOS: i64 = CALM_STEP_NANOS / 10;
const CRASH_STEP_NANOS: i64 = CALM_STEP_NANOS / 4;
const SHORTEST_STEP_NANOS: i64 = 50_000;
/// Steps before the market is shown, so that its book has a past.
const WARM_UP_STEPS: usize = 300;

/// How long depth messages are lost in a gap, and how long the resync takes then.
const LOSING_MS: i64 = 250;
const RESYNC_MS: i64 = 1_000;

/// How lively the market is, in 16ths, and the chance a step that it changes: about every 15 s.
const ACTIVITY: [i64; 6] = [10, 13, 16, 16, 19, 24];
const ACTIVITY_CHANGES: (i64, i64) = (1, 500);
/// The chance a step that the narrowest spread changes: about every 3 s. One tick is as likely as all
/// wider ones together.
const GAP_CHANGES: (i64, i64) = (1, 100);
const GAP_GROWTH: u32 = 4;

/// What subscribers get to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feed {
    Live,
    /// Depth messages get lost, the first of them with this sequence.
    Losing {
        first_lost: u64,
        until: Timestamp,
    },
    /// The gap was noticed; the snapshot comes at `until`.
    Resyncing {
        until: Timestamp,
    },
    Silent,
    Halted,
}

pub(super) struct SimulatedMarket {
    index: MarketIndex,
    market: SimMarket,
    exchange: Exchange,
    agents: Agents,
    fair: FairValue,
    /// For time and news; agents draw from a stream of their own.
    draw: Draw,
    scenario: Scenario,
    feed: Feed,
    activity: i64,
    gap_ticks: i64,
    next_at: Timestamp,
    last_at: Timestamp,
    venue_seq: u64,
    /// The sandbox's events up to this one are on the disk.
    durable_seq: u64,
    update: DepthUpdate,
}

impl SimulatedMarket {
    pub fn new(market: SimMarket, index: MarketIndex, seed: u64, start: Timestamp) -> Self {
        let stream = u64::from(index.0) * 2;
        let mut simulated = Self {
            index,
            exchange: Exchange::new(start),
            agents: Agents::new(Draw::new(seed, stream)),
            fair: FairValue::new(market.start_ticks, market.volatility),
            market,
            draw: Draw::new(seed, stream + 1),
            scenario: Scenario::Calm,
            feed: Feed::Live,
            activity: 16,
            gap_ticks: 1,
            next_at: start,
            last_at: start,
            venue_seq: 0,
            durable_seq: 0,
            update: DepthUpdate::default(),
        };
        simulated.agents.populate(&mut Scene {
            exchange: &mut simulated.exchange,
            market: &simulated.market,
            outlook: Outlook { fair_ticks: simulated.fair.ticks(), severity: 0, gap_ticks: 1 },
            muted: false,
        });
        for _ in 0..WARM_UP_STEPS {
            simulated.act(start);
        }
        simulated.exchange.release(0, start);
        simulated.exchange.forget();
        simulated.exchange.forget_prints();
        simulated.exchange.number_trades_after(0);
        simulated
    }

    pub const fn scenario(&self) -> Scenario {
        self.scenario
    }

    pub const fn next_at(&self) -> Timestamp {
        self.next_at
    }

    #[cfg(test)]
    pub const fn book(&self) -> &marketd_domain::matching::MatchingBook {
        self.exchange.book()
    }

    pub const fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    pub const fn exchange_mut(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// Lists the market and shows its book for the first time.
    pub fn announce(&mut self, updates: &mut dyn UpdateSink) {
        updates.listed(self.index, &self.market.instrument);
        self.venue_seq += 1;
        self.send_snapshot(self.last_at, updates);
        self.schedule(self.last_at);
    }

    /// Runs what is due at [`Self::next_at`].
    pub fn step(&mut self, updates: &mut dyn UpdateSink) {
        let at = self.next_at;
        self.act(at);
        self.exchange.release(self.durable_seq, at);
        self.publish(at, updates);
        self.last_at = at;
        self.schedule(at);
    }

    /// Tells what had to wait for the disk. While steps are due it goes out with them, in its place.
    pub fn release(&mut self, durable_seq: u64, now: Timestamp, updates: &mut dyn UpdateSink) {
        self.durable_seq = durable_seq;
        if now < self.last_at || now > self.next_at {
            return;
        }
        if self.exchange.release(durable_seq, now) {
            self.publish(now, updates);
            self.last_at = now;
        }
    }

    fn act(&mut self, at: Timestamp) {
        self.exchange.set_now(at);
        self.fair.step(&mut self.draw, at);
        if self.scenario == Scenario::Crash && !self.fair.is_crashing() {
            self.scenario = Scenario::Calm;
        }
        if self.draw.chance(ACTIVITY_CHANGES.0, ACTIVITY_CHANGES.1) {
            self.activity = ACTIVITY[self.draw.below(ACTIVITY.len() as u64) as usize];
        }
        if self.draw.chance(GAP_CHANGES.0, GAP_CHANGES.1) {
            self.gap_ticks = 1 + i64::from(self.draw.doublings(GAP_GROWTH));
        }
        let outlook = Outlook {
            fair_ticks: self.fair.ticks(),
            severity: self.fair.severity(at),
            gap_ticks: self.gap_ticks,
        };
        let pressure = self.agents.step(&mut Scene {
            exchange: &mut self.exchange,
            market: &self.market,
            outlook,
            muted: self.feed == Feed::Silent,
        });
        self.fair.press(pressure);
    }

    fn schedule(&mut self, now: Timestamp) {
        if self.feed == Feed::Halted {
            self.next_at = NEVER;
            return;
        }
        let mean = match self.scenario {
            Scenario::Busy => BUSY_STEP_NANOS,
            Scenario::Crash => {
                let hurry = (CALM_STEP_NANOS - CRASH_STEP_NANOS) / FULL_SEVERITY * self.fair.severity(now);
                CALM_STEP_NANOS - hurry
            }
            _ => CALM_STEP_NANOS,
        };
        let mean = mean * 16 / self.activity;
        // A run of takers comes fast.
        let mean = if self.agents.is_bursting() { mean / 3 } else { mean };
        let wait = self.draw.exponential(mean).max(SHORTEST_STEP_NANOS);
        self.next_at = Timestamp::from_nanos(now.nanos().saturating_add(wait));
    }

    fn publish(&mut self, at: Timestamp, updates: &mut dyn UpdateSink) {
        self.send_trades(at, updates);
        self.begin_update(at);
        self.exchange.write_changes(&mut self.update);
        let changed = !self.update.bids.is_empty() || !self.update.asks.is_empty();
        if changed {
            self.venue_seq += 1;
            self.update.venue_seq = self.venue_seq;
        }
        match self.feed {
            Feed::Live if changed => updates.depth(self.index, &self.update),
            // The first message after the lost ones shows that they are missing, and is of no use itself.
            Feed::Losing { first_lost, until } if changed && at >= until && self.venue_seq > first_lost => {
                let gap = GapFound { expected: first_lost, found: self.venue_seq, ts_recv: at };
                updates.gap(self.index, gap);
                self.feed = Feed::Resyncing { until: at.plus_millis(RESYNC_MS) };
            }
            Feed::Resyncing { until } if at >= until => {
                self.feed = Feed::Live;
                self.scenario = Scenario::Calm;
                self.send_snapshot(at, updates);
            }
            Feed::Live | Feed::Losing { .. } | Feed::Resyncing { .. } | Feed::Silent | Feed::Halted => {}
        }
        self.exchange.forget();
    }

    fn begin_update(&mut self, at: Timestamp) {
        self.update.clear();
        self.update.venue_seq = self.venue_seq;
        self.update.ts_venue = at;
        self.update.ts_recv = at;
    }

    fn send_trades(&mut self, at: Timestamp, updates: &mut dyn UpdateSink) {
        // What waited for the disk waits on until the feed speaks again.
        if matches!(self.feed, Feed::Silent | Feed::Halted) {
            return;
        }
        for print in self.exchange.prints() {
            updates.trade(self.index, &print.trade(at));
        }
        self.exchange.forget_prints();
    }

    fn send_snapshot(&mut self, at: Timestamp, updates: &mut dyn UpdateSink) {
        self.begin_update(at);
        self.exchange.write_book(&mut self.update);
        updates.snapshot(self.index, &self.update);
    }

    pub const fn number_trades_after(&mut self, last: u64) {
        self.exchange.number_trades_after(last);
    }

    /// Shows the whole book again to someone who lost track, if there is one to be shown.
    pub fn resync(&mut self, updates: &mut dyn UpdateSink) {
        if self.feed == Feed::Live {
            self.send_snapshot(self.last_at, updates);
        }
    }

    pub fn set_scenario(&mut self, scenario: Scenario, now: Timestamp, updates: &mut dyn UpdateSink) {
        let is_lasting =
            matches!(scenario, Scenario::Calm | Scenario::Busy | Scenario::Halt | Scenario::Stale);
        if is_lasting && scenario == self.scenario {
            return;
        }
        // Steps that were due but have not run make way: time does not go back.
        let now = now.max(self.last_at);
        self.last_at = now;
        self.scenario = scenario;
        self.fair.end_crash();
        match scenario {
            Scenario::Halt => {
                self.feed = Feed::Halted;
                updates.halted(self.index, StaleReason::Suspended, now);
            }
            Scenario::Stale => {
                self.feed = Feed::Silent;
                updates.stale(self.index, StaleReason::Silence, now);
            }
            Scenario::Calm | Scenario::Busy | Scenario::Crash | Scenario::Gap => {
                if self.feed != Feed::Live {
                    self.feed = Feed::Live;
                    self.send_snapshot(now, updates);
                }
            }
        }
        if scenario == Scenario::Crash {
            self.fair.begin_crash(&mut self.draw, now);
        }
        if scenario == Scenario::Gap {
            let until = now.plus_millis(LOSING_MS);
            self.feed = Feed::Losing { first_lost: self.venue_seq + 1, until };
        }
        self.schedule(now);
    }
}
