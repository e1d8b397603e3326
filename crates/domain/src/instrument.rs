//! What is traded, where, and under which rules.

use core::fmt;
use core::str::FromStr;

use crate::numbers::{Decimal, Scales};

/// The venue's own name for an instrument, raw: `BTCUSDT`, `BTC/USD`.
pub type Symbol = String;

/// `<venue>:<BASE>-<QUOTE>`, for example `binance:BTC-USDT`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarketId(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a market id is <venue>:<BASE>-<QUOTE>")]
pub struct MarketIdError;

impl MarketId {
    /// From parts as a venue names them; the assets are put in upper case.
    pub fn new(venue: &str, base: &str, quote: &str) -> Self {
        Self(format!("{venue}:{}-{}", base.to_uppercase(), quote.to_uppercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn venue(&self) -> &str {
        self.0.split_once(':').map_or("", |(venue, _)| venue)
    }
}

impl fmt::Display for MarketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MarketId {
    type Err = MarketIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (venue, pair) = text.split_once(':').ok_or(MarketIdError)?;
        let (base, quote) = pair.rsplit_once('-').ok_or(MarketIdError)?;
        let plain = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        if text.len() > 64 || !plain(venue) || !plain(base) || !plain(quote) {
            return Err(MarketIdError);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Where a market's data comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    Live,
    Replay,
    Sim,
}

impl Source {
    pub const ALL: [Self; 3] = [Self::Live, Self::Replay, Self::Sim];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Replay => "replay",
            Self::Sim => "sim",
        }
    }
}

/// What is traded at one venue, with its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    pub symbol: Symbol,
    pub base: String,
    pub quote: String,
    pub scales: Scales,
    /// `None` where the venue was not asked: a recording without its instrument list.
    pub tick_size: Option<Decimal>,
    pub lot_size: Option<Decimal>,
    pub min_notional: Option<Decimal>,
    /// Books are cut to this many levels a side where the venue demands it.
    pub max_depth: Option<usize>,
}

impl Instrument {
    /// An instrument known by name only, with scales that hold what venues usually print. They are
    /// widened, exactly, when the data needs more.
    pub fn unlisted(symbol: &str, base: &str, quote: &str) -> Self {
        Self {
            symbol: symbol.to_owned(),
            base: base.to_uppercase(),
            quote: quote.to_uppercase(),
            scales: Scales::of(8, 8),
            tick_size: None,
            lot_size: None,
            min_notional: None,
            max_depth: None,
        }
    }

    /// An instrument with its price and quantity steps, whose decimals become the scales.
    pub fn listed(symbol: &str, base: &str, quote: &str, tick_size: Decimal, lot_size: Decimal) -> Self {
        Self {
            scales: Scales { price: tick_size.scale, qty: lot_size.scale },
            tick_size: Some(tick_size),
            lot_size: Some(lot_size),
            ..Self::unlisted(symbol, base, quote)
        }
    }

    /// Venues hold dust below their lot size: quantities get at least this many decimals.
    pub fn with_qty_decimals(mut self, decimals: u8) -> Self {
        if let Some(scale) = crate::numbers::Scale::new(decimals) {
            self.scales.qty = self.scales.qty.max(scale);
        }
        self
    }

    pub fn market_id(&self, venue: &str) -> MarketId {
        MarketId::new(venue, &self.base, &self.quote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn market_ids_are_venue_base_quote() {
        let check = |text: &str, valid: bool| assert_eq!(MarketId::from_str(text).is_ok(), valid, "{text}");
        check("binance:BTC-USDT", true);
        check("okx:BTC-USD-220527", true);
        check("binance-usdm:BTC-USDT", true);
        check("BTC-USDT", false);
        check("binance:", false);
        check("binance:BTCUSDT", false);
        check("binance:BTC-", false);
        check("binance:../etc-passwd/x", false);
        check("", false);
        assert_eq!(MarketId::new("sim", "btc", "usd").as_str(), "sim:BTC-USD");
        assert_eq!(MarketId::new("sim", "btc", "usd").venue(), "sim");
    }
}
