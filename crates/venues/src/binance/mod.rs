//! Binance: the spot exchange, its sister in the United States, and USD-margined futures. One codec;
//! [`Flavour`] holds what differs.

mod encode;
mod rest;
mod session;
mod sync;

pub mod decode;
pub mod scan;
pub mod wire;

use core::time::Duration;

use marketd_domain::Instrument;

use crate::catalog::{ConnectionLimits, Venue};
use crate::error::DecodeError;
use crate::session::{SessionConfig, VenueSession};

use session::BinanceSession;
use sync::{SequenceRule, WeightBudget};

pub static BINANCE: Binance = Binance {
    name: "binance",
    recordings: &["binance-spot", "binance-tr"],
    ws_url: "wss://stream.binance.com:9443",
    rest_url: "https://api.binance.com",
    flavour: Flavour::Spot,
};

pub static BINANCE_US: Binance = Binance {
    name: "binance-us",
    recordings: &["binance-us"],
    ws_url: "wss://stream.binance.us:9443",
    rest_url: "https://api.binance.us",
    flavour: Flavour::SpotUs,
};

pub static BINANCE_USDM: Binance = Binance {
    name: "binance-usdm",
    recordings: &["binance-usdm", "binance-coinm"],
    ws_url: "wss://fstream.binance.com",
    rest_url: "https://fapi.binance.com",
    flavour: Flavour::UsdM,
};

#[derive(Debug)]
pub struct Binance {
    name: &'static str,
    recordings: &'static [&'static str],
    ws_url: &'static str,
    rest_url: &'static str,
    flavour: Flavour,
}

/// Which of Binance's exchanges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    Spot,
    SpotUs,
    UsdM,
}

impl Flavour {
    const fn depth_stream(self) -> &'static str {
        match self {
            Self::Spot | Self::SpotUs => "depth@100ms",
            Self::UsdM => "depth@0ms",
        }
    }

    const fn rest_root(self) -> &'static str {
        match self {
            Self::Spot | Self::SpotUs => "/api/v3",
            Self::UsdM => "/fapi/v1",
        }
    }

    /// The deepest snapshot there is.
    const fn snapshot_limit(self) -> u32 {
        match self {
            Self::Spot | Self::SpotUs => 5_000,
            Self::UsdM => 1_000,
        }
    }

    /// Request weight of such a snapshot.
    const fn snapshot_weight(self) -> i64 {
        match self {
            Self::Spot => 250,
            Self::SpotUs => 50,
            Self::UsdM => 20,
        }
    }

    /// Request weight of past trades, the dearest of the calls that give them.
    const fn past_trades_weight(self) -> i64 {
        match self {
            Self::Spot => 25,
            Self::SpotUs => 5,
            Self::UsdM => 20,
        }
    }

    /// Binance allows weights of 6,000, 1,200 and 2,400 a minute.
    const fn budget(self) -> WeightBudget {
        match self {
            Self::Spot => WeightBudget::new(2_000, 60),
            Self::SpotUs => WeightBudget::new(400, 12),
            Self::UsdM => WeightBudget::new(800, 25),
        }
    }

    const fn sequence_rule(self) -> SequenceRule {
        match self {
            Self::Spot | Self::SpotUs => SequenceRule::Spot,
            Self::UsdM => SequenceRule::Futures,
        }
    }
}

impl Venue for Binance {
    fn name(&self) -> &'static str {
        self.name
    }

    fn recordings(&self) -> &'static [&'static str] {
        self.recordings
    }

    fn default_ws_url(&self) -> &'static str {
        self.ws_url
    }

    fn default_rest_url(&self) -> &'static str {
        self.rest_url
    }

    fn ws_path(&self, _instruments: &[Instrument]) -> String {
        "/stream".to_owned()
    }

    fn limits(&self) -> ConnectionLimits {
        ConnectionLimits {
            // Three streams each, of at most 1,024 a connection; four texts to subscribe to them all,
            // of at most five a second.
            markets_per_connection: 200,
            // Cut at 24 hours.
            max_age: Some(Duration::from_secs(23 * 3_600 + 1_800)),
            silence: Duration::from_secs(5),
        }
    }

    fn symbol(&self, base: &str, quote: &str) -> String {
        let quote = quote.to_uppercase();
        match quote.split_once('-') {
            Some((quote, date)) => format!("{}{quote}_{date}", base.to_uppercase()),
            None => format!("{}{quote}", base.to_uppercase()),
        }
    }

    fn instruments_path(&self, symbols: &[String]) -> String {
        encode::instruments_path(self.flavour, symbols)
    }

    fn parse_instruments(&self, body: &[u8]) -> Result<Vec<Instrument>, DecodeError> {
        let info = decode::exchange_info(body)?;
        Ok(info
            .iter()
            .filter(|symbol| symbol.listing() == decode::Listing::Trading)
            .filter_map(wire::SymbolInfo::instrument)
            .collect())
    }

    fn fetches_missed_trades(&self) -> bool {
        true
    }

    fn session(&self, config: SessionConfig) -> Box<dyn VenueSession> {
        Box::new(BinanceSession::new(self.flavour, config))
    }
}
