//! The simulated venue `sim`: markets that exist here only, matched order by order, traded by agents.
//!
//! Invariants: one [`SimConfig`] makes one stream of events, bit for bit, however often and in whatever
//! steps [`Simulator::advance`] is called; the snapshot and depth updates told so far make exactly the
//! levels of the order-by-order book, whenever the feed is not held back by a scenario or by orders of the sandbox that are
//! not on the disk yet; no book is ever crossed. Events carry the simulated time at which they happened, never the caller's.

mod agents;
mod config;
mod draw;
mod exchange;
mod fair_value;
mod guests;
mod makers;
mod market;
mod scenario;
#[cfg(test)]
mod tests;

use marketd_domain::{Instrument, MarketIndex, Timestamp, UpdateSink};

pub use self::config::{SimConfig, SimMarket};
use self::market::{NEVER, SimulatedMarket};
pub use self::scenario::Scenario;

/// As in market ids: `sim:BTC-USD`.
pub const VENUE_NAME: &str = "sim";

/// Steps one call runs at most: five seconds of three busy markets, some 20 ms of work. A caller that was
/// away for longer catches up over several calls.
const MAX_STEPS_PER_CALL: usize = 5_000;

/// The simulated venue. Has no clock: the caller says how late it is.
pub struct Simulator {
    markets: Vec<SimulatedMarket>,
    instruments: Vec<Instrument>,
    start: Timestamp,
    is_announced: bool,
}

impl Simulator {
    pub fn new(config: SimConfig, start: Timestamp) -> Self {
        let instruments = config.markets.iter().map(|market| market.instrument().clone()).collect();
        let markets = (config.markets.into_iter().zip(0..))
            .map(|(market, index)| SimulatedMarket::new(market, MarketIndex(index), config.seed, start))
            .collect();
        Self { markets, instruments, start, is_announced: false }
    }

    /// In the order of their [`MarketIndex`].
    pub fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// What a market goes through now; `None` for an unknown market.
    pub fn scenario(&self, market: MarketIndex) -> Option<Scenario> {
        self.markets.get(market.usize()).map(SimulatedMarket::scenario)
    }

    /// When the next event is due; the end of time when every market is halted. Not later than the last
    /// `now` while a call has left work behind.
    pub fn next_event_at(&self) -> Timestamp {
        if !self.is_announced {
            return self.start;
        }
        self.markets.iter().map(SimulatedMarket::next_at).min().unwrap_or(NEVER)
    }

    /// Runs events due up to `now`, in the order of their time. The first call lists the markets and
    /// shows their books.
    pub fn advance(&mut self, now: Timestamp, updates: &mut dyn UpdateSink) {
        if now < self.start {
            return;
        }
        if !self.is_announced {
            self.is_announced = true;
            for market in &mut self.markets {
                market.announce(updates);
            }
        }
        for _ in 0..MAX_STEPS_PER_CALL {
            // The first of those that are due at the same time: the order must not depend on anything
            // but the time.
            let Some(next) = self.markets.iter_mut().min_by_key(|market| market.next_at()) else { return };
            if next.next_at() > now {
                return;
            }
            next.step(updates);
        }
    }

    /// Puts one market, or all of them, through a scenario from `now` on. Events due before come first.
    /// A feed that was held back and is not any more starts with a snapshot.
    pub fn set_scenario(
        &mut self,
        market: Option<MarketIndex>,
        scenario: Scenario,
        now: Timestamp,
        updates: &mut dyn UpdateSink,
    ) {
        let now = now.max(self.start);
        self.advance(now, updates);
        for (index, simulated) in self.markets.iter_mut().enumerate() {
            if market.is_none_or(|market| market.usize() == index) {
                simulated.set_scenario(scenario, now, updates);
            }
        }
    }

    /// Lets a market's trades go on behind this id, for a receiver that has seen others before.
    pub fn number_trades_after(&mut self, market: MarketIndex, last: u64) {
        if let Some(simulated) = self.markets.get_mut(market.usize()) {
            simulated.number_trades_after(last);
        }
    }

    /// Shows a market's whole book again, for a receiver that lost track of it. While a scenario holds
    /// the feed back nothing comes; the snapshot that ends it will do.
    pub fn resync(&mut self, market: MarketIndex, updates: &mut dyn UpdateSink) {
        if self.is_announced
            && let Some(simulated) = self.markets.get_mut(market.usize())
        {
            simulated.resync(updates);
        }
    }
}
