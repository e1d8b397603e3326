//! Markets, and the keys that their names give.

use core::fmt;

use marketd_domain::instrument::{Instrument, MarketId, Source};
use sha2::{Digest, Sha256};

/// The integer that stands for a market in every table.
///
/// It is computed from the market's source and id, so that rows can be made, and spooled, before any store could be
/// asked, and mean the same in every store. With 53 bits it is exact in JSON and in spreadsheets, and two of ten
/// thousand markets share one with a probability below 10^-8; registering a market finds that out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarketKey(i64);

impl MarketKey {
    pub fn of(source: Source, market: &MarketId) -> Self {
        Self(key_of(&format!("{}/{market}", source.as_str())))
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    pub(crate) const fn from_stored(key: i64) -> Self {
        Self(key)
    }
}

impl fmt::Display for MarketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The first 53 bits of the name's SHA-256.
pub(crate) fn key_of(name: &str) -> i64 {
    let digest = Sha256::digest(name.as_bytes());
    let (first, _) = digest.split_at(8);
    let first = first.try_into().map_or(0, u64::from_be_bytes);
    (first >> 11).cast_signed()
}

/// A market with its rules, as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketRecord {
    pub source: Source,
    pub venue: String,
    pub instrument: Instrument,
}

impl MarketRecord {
    pub fn key(&self) -> MarketKey {
        MarketKey::of(self.source, &self.instrument.market_id(&self.venue))
    }

    pub(crate) fn venue_key(&self) -> i64 {
        key_of(&self.venue)
    }
}
