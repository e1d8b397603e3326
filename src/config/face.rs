//! The section `face`.

use marketd_actors::face_names::FaceNames;
use marketd_domain::MarketId;
use serde::Deserialize;

use super::{Config, ConfigError, bad};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Face {
    pub binance: FaceBinance,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceBinance {
    enabled: Enabled,
    markets: Vec<String>,
    pub weight_per_minute: u32,
    pub refusals_before_ban: u32,
    pub ban_s: u32,
    pub orders_per_10s: u32,
    pub orders_per_day: u32,
    pub streams: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Enabled {
    Loopback,
    On,
    Off,
}

impl Face {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let binance = &self.binance;
        FaceNames::parse(binance.markets.iter().map(String::as_str), &[])
            .map_err(|reason| bad("face.binance.markets", reason))?;
        for (key, value) in [
            ("face.binance.refusals_before_ban", binance.refusals_before_ban),
            ("face.binance.ban_s", binance.ban_s),
            ("face.binance.orders_per_10s", binance.orders_per_10s),
            ("face.binance.orders_per_day", binance.orders_per_day),
            ("face.binance.streams", u32::try_from(binance.streams).unwrap_or(u32::MAX)),
        ] {
            if value == 0 {
                return Err(bad(key, "must be at least 1"));
            }
        }
        Ok(())
    }
}

impl Config {
    /// Whether Binance's clients are served.
    pub fn is_binance_face_on(&self) -> bool {
        match self.face.binance.enabled {
            Enabled::On => true,
            Enabled::Off => false,
            Enabled::Loopback => self.http.bind.ip().is_loopback(),
        }
    }

    /// What Binance's clients call the markets, also while they are not served: that may change. Those that the configuration
    /// names are known before they come.
    pub fn face_names(&self) -> FaceNames {
        let expected: Vec<(MarketId, String, String)> = (self.venues.iter())
            .filter(|(_, section)| section.enabled)
            .flat_map(|(venue, section)| section.markets.iter().map(move |market| (venue, market)))
            .filter_map(|(venue, market)| {
                let (base, quote) = market.split_once('-')?;
                let venue = marketd_venues::venue_named(venue).map_or(venue.as_str(), |venue| venue.name());
                Some((MarketId::new(venue, base, quote), base.to_owned(), quote.to_owned()))
            })
            .collect();
        // Checked when the configuration was read.
        FaceNames::parse(self.face.binance.markets.iter().map(String::as_str), &expected).unwrap_or_default()
    }
}
