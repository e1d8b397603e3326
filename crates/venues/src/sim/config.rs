//! The markets the simulated venue lists, and what makes each move as it does.

use marketd_domain::numbers::Decimal;
use marketd_domain::{Instrument, Scale};

/// A market to simulate. Only listed ones exist, so its figures are always sensible: a tick is one
/// unit of the price scale, a lot one unit of the quantity scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimMarket {
    pub(super) instrument: Instrument,
    pub(super) start_ticks: i64,
    /// Distance between neighbouring quotes of one market maker near the touch.
    pub(super) spacing_ticks: i64,
    /// The largest step of the fair value, in 256ths of a tick.
    pub(super) volatility: i64,
    /// An ordinary order: about 300 dollars.
    pub(super) typical_lots: i64,
    /// People like prices that are multiples of this.
    pub(super) round_ticks: i64,
}

impl SimMarket {
    pub fn btc_usd() -> Self {
        Self {
            instrument: instrument("BTC", (1, 2), (1, 5)),
            start_ticks: 6_000_000,
            spacing_ticks: 12,
            volatility: 40 * 256,
            typical_lots: 500,
            round_ticks: 1_000,
        }
    }

    pub fn eth_usd() -> Self {
        Self {
            instrument: instrument("ETH", (1, 2), (1, 4)),
            start_ticks: 300_000,
            spacing_ticks: 2,
            volatility: 3 * 256,
            typical_lots: 1_000,
            round_ticks: 100,
        }
    }

    pub fn sol_usd() -> Self {
        Self {
            instrument: instrument("SOL", (1, 3), (1, 2)),
            start_ticks: 150_000,
            spacing_ticks: 1,
            volatility: 2 * 256,
            typical_lots: 200,
            round_ticks: 100,
        }
    }

    pub fn all() -> Vec<Self> {
        vec![Self::btc_usd(), Self::eth_usd(), Self::sol_usd()]
    }

    /// By symbol, for configuration.
    pub fn named(symbol: &str) -> Option<Self> {
        Self::all().into_iter().find(|market| market.instrument.symbol == symbol)
    }

    pub const fn instrument(&self) -> &Instrument {
        &self.instrument
    }
}

/// `tick` and `lot` are (mantissa, decimals).
fn instrument(base: &str, tick: (i64, u8), lot: (i64, u8)) -> Instrument {
    let decimal = |(mantissa, decimals): (i64, u8)| Decimal { mantissa, scale: Scale::of(decimals) };
    Instrument {
        min_notional: Some(decimal((1, 0))),
        ..Instrument::listed(&format!("{base}-USD"), base, "USD", decimal(tick), decimal(lot))
    }
}

/// What a simulation runs on. The same configuration makes the same stream of events, bit for bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimConfig {
    pub seed: u64,
    /// In the order of their [`MarketIndex`](marketd_domain::MarketIndex).
    pub markets: Vec<SimMarket>,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self { seed: 1, markets: SimMarket::all() }
    }
}
