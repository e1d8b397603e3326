//! The venues marketd knows, one line each.

use core::time::Duration;

use marketd_domain::Instrument;

use crate::error::DecodeError;
use crate::session::{SessionConfig, VenueSession};

/// How a venue wants to be connected to.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Markets that one connection carries.
    pub markets_per_connection: usize,
    /// The venue cuts connections of this age; we rotate before.
    pub max_age: Option<Duration>,
    /// Neither data nor heartbeat for this long: the feed is silent.
    pub silence: Duration,
}

/// What is fixed about a venue.
pub trait Venue: Send + Sync {
    /// As in market ids and configuration: `binance`.
    fn name(&self) -> &'static str;
    /// Folder names of recordings that follow this venue's protocol.
    fn recordings(&self) -> &'static [&'static str];
    /// `wss://…` without a path.
    fn default_ws_url(&self) -> &'static str;
    fn default_rest_url(&self) -> &'static str;
    /// Path to connect to for a set of instruments.
    fn ws_path(&self, instruments: &[Instrument]) -> String;
    fn limits(&self) -> ConnectionLimits;
    /// The venue's own symbol of a pair.
    fn symbol(&self, base: &str, quote: &str) -> String;
    /// REST path that tells the rules of these symbols.
    fn instruments_path(&self, symbols: &[String]) -> String;
    /// Reads what [`Self::instruments_path`] answered; only instruments that can be traded now.
    fn parse_instruments(&self, body: &[u8]) -> Result<Vec<Instrument>, DecodeError>;
    /// Whether its sessions fetch the trades that were missed while nobody listened.
    fn fetches_missed_trades(&self) -> bool {
        false
    }
    fn session(&self, config: SessionConfig) -> Box<dyn VenueSession>;
}

static CATALOG: &[&dyn Venue] = &[
    &crate::binance::BINANCE,
    &crate::binance::BINANCE_US,
    &crate::binance::BINANCE_USDM,
    &crate::coinbase::COINBASE,
    &crate::kraken::KRAKEN,
    &crate::okx::OKX,
    &crate::bitstamp::BITSTAMP,
    &crate::bybit::BYBIT,
];

pub fn catalog() -> &'static [&'static dyn Venue] {
    CATALOG
}

/// Finds a venue by its own name or by the name of a recording folder.
pub fn venue_named(name: &str) -> Option<&'static dyn Venue> {
    CATALOG.iter().copied().find(|venue| venue.name() == name || venue.recordings().contains(&name))
}
