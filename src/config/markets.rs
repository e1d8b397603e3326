//! The sections `replay`, `venues`, `feeds`, `markets` and `hub`: where markets come from, and how they are kept.

use std::path::PathBuf;
use std::time::Duration;

use marketd_actors::feed::FeedLimits;
use marketd_actors::hub::HubLimits;
use marketd_actors::replay::Speed;
use marketd_actors::ring::RingLimits;
use marketd_domain::Instrument;
use marketd_domain::market::MarketLimits;
use marketd_domain::numbers::Decimal;
use serde::Deserialize;

use super::{Config, ConfigError, THREADS_MAX, all_positive, bad, without_password};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    pub files: Vec<PathBuf>,
    pub venue: String,
    pub speed: String,
    #[serde(rename = "loop")]
    pub is_looping: bool,
    pub builtin: bool,
    pub instruments: Vec<InstrumentSection>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentSection {
    symbol: String,
    base: String,
    quote: String,
    tick_size: String,
    lot_size: String,
    min_notional: Option<String>,
    /// At least so many decimals of quantities, where the venue holds finer ones than its lots.
    qty_decimals: Option<u8>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VenueSection {
    pub enabled: bool,
    pub markets: Vec<String>,
    #[serde(default)]
    pub ws_url: String,
    #[serde(default)]
    pub rest_url: String,
    pub seed: Option<u64>,
}

impl std::fmt::Debug for VenueSection {
    /// Without the passwords that addresses may hold.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { enabled, markets, ws_url, rest_url, seed } = self;
        f.debug_struct("VenueSection")
            .field("enabled", enabled)
            .field("markets", markets)
            .field("ws_url", &without_password(ws_url))
            .field("rest_url", &without_password(rest_url))
            .field("seed", seed)
            .finish()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feeds {
    connect_timeout_ms: u64,
    http_timeout_ms: u64,
    message_bytes: usize,
    http_bytes: usize,
    ping_ms: u64,
    backoff_first_ms: u64,
    backoff_max_ms: u64,
    healthy_after_ms: u64,
    malformed_per_minute: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Markets {
    pub arbiters: usize,
    pub mailbox: usize,
    trades: usize,
    candles: usize,
    past_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hub {
    mailbox: usize,
    ring_frames: usize,
    ring_bytes: usize,
    ring_age_ms: i64,
    linger_ms: u64,
}

impl Feeds {
    fn validate(&self) -> Result<(), ConfigError> {
        all_positive([
            ("feeds.connect_timeout_ms", self.connect_timeout_ms),
            ("feeds.http_timeout_ms", self.http_timeout_ms),
            ("feeds.message_bytes", self.message_bytes as u64),
            ("feeds.http_bytes", self.http_bytes as u64),
            ("feeds.ping_ms", self.ping_ms),
            ("feeds.backoff_first_ms", self.backoff_first_ms),
            ("feeds.malformed_per_minute", self.malformed_per_minute.into()),
        ])?;
        if self.backoff_max_ms < self.backoff_first_ms {
            return Err(bad("feeds.backoff_max_ms", "is shorter than feeds.backoff_first_ms"));
        }
        Ok(())
    }
}

/// Markets are of a venue that is known, and written as they have to be.
fn validate_venue(name: &str, section: &VenueSection) -> Result<(), ConfigError> {
    let is_simulated = name == "sim";
    if !is_simulated && marketd_venues::venue_named(name).is_none() {
        return Err(bad(format!("venues.{name}"), "there is no such venue"));
    }
    for market in &section.markets {
        if market.rsplit_once('-').is_none_or(|(base, quote)| base.is_empty() || quote.is_empty()) {
            return Err(bad(format!("venues.{name}.markets"), format!("{market:?} is not BASE-QUOTE")));
        }
        if is_simulated && marketd_venues::sim::SimMarket::named(market).is_none() {
            return Err(bad("venues.sim.markets", format!("{market:?} is not simulated")));
        }
    }
    Ok(())
}

impl Config {
    pub(super) fn validate_markets(&self) -> Result<(), ConfigError> {
        self.speed()?;
        self.instruments()?;
        self.venues.iter().try_for_each(|(name, section)| validate_venue(name, section))?;
        self.feeds.validate()?;
        if self.markets.candles < 2 {
            // The latest one is open: with one only, a closed candle would be gone before it could be stored.
            return Err(bad("markets.candles", "must be at least 2"));
        }
        if self.markets.arbiters > THREADS_MAX {
            return Err(bad("markets.arbiters", format!("must be at most {}", THREADS_MAX)));
        }
        if self.hub.ring_age_ms <= 0 {
            return Err(bad("hub.ring_age_ms", "must be at least 1"));
        }
        all_positive([
            ("markets.mailbox", self.markets.mailbox as u64),
            ("markets.trades", self.markets.trades as u64),
            ("hub.mailbox", self.hub.mailbox as u64),
            ("hub.ring_frames", self.hub.ring_frames as u64),
            ("hub.ring_bytes", self.hub.ring_bytes as u64),
        ])
    }

    pub fn speed(&self) -> Result<Speed, ConfigError> {
        Speed::parse(&self.replay.speed).ok_or_else(|| {
            bad("replay.speed", format!("{:?} is neither a number nor \"max\"", self.replay.speed))
        })
    }

    pub fn instruments(&self) -> Result<Vec<Instrument>, ConfigError> {
        let step = |text: &str| {
            Decimal::parse(text.as_bytes())
                .map_err(|error| bad("replay.instruments", format!("{text:?}: {error}")))
        };
        (self.replay.instruments.iter())
            .map(|section| {
                let (tick, lot) = (step(&section.tick_size)?, step(&section.lot_size)?);
                let min_notional = section.min_notional.as_deref().map(step).transpose()?;
                let listed = Instrument::listed(&section.symbol, &section.base, &section.quote, tick, lot);
                let listed = listed.with_qty_decimals(section.qty_decimals.unwrap_or(0));
                Ok(Instrument { min_notional, ..listed })
            })
            .collect()
    }

    /// Live venues that are switched on.
    pub fn live_venues(&self) -> impl Iterator<Item = (&String, &VenueSection)> {
        self.venues.iter().filter(|(name, section)| *name != "sim" && section.enabled)
    }

    pub const fn feed_limits(&self) -> FeedLimits {
        FeedLimits {
            connect_timeout: Duration::from_millis(self.feeds.connect_timeout_ms),
            http_timeout: Duration::from_millis(self.feeds.http_timeout_ms),
            message_bytes: self.feeds.message_bytes,
            http_bytes: self.feeds.http_bytes,
            ping: Duration::from_millis(self.feeds.ping_ms),
            backoff_first: Duration::from_millis(self.feeds.backoff_first_ms),
            backoff_max: Duration::from_millis(self.feeds.backoff_max_ms),
            healthy_after: Duration::from_millis(self.feeds.healthy_after_ms),
            malformed_per_minute: self.feeds.malformed_per_minute,
        }
    }

    pub const fn market_limits(&self) -> MarketLimits {
        MarketLimits { trades: self.markets.trades, candles: self.markets.candles }
    }

    /// How long markets wait for what the store knows of them; `None`: they begin without.
    pub fn past_deadline(&self) -> Option<Duration> {
        Some(Duration::from_millis(self.markets.past_ms)).filter(|deadline| !deadline.is_zero())
    }

    pub const fn hub_limits(&self) -> HubLimits {
        HubLimits {
            mailbox: self.hub.mailbox,
            ring: RingLimits {
                frames: self.hub.ring_frames,
                bytes: self.hub.ring_bytes,
                age_ms: self.hub.ring_age_ms,
            },
            stall_timeout: Duration::from_millis(self.limits.stall_timeout_ms),
            linger: Duration::from_millis(self.hub.linger_ms),
        }
    }
}
