//! Configuration: `config/default.toml`, then a profile, then the environment, then flags.
//!
//! The default file is built in and holds every key, so it also tells the type of each: that is how a
//! variable of the environment is read.

mod auth;
mod face;
mod sandbox;
mod store;
mod telemetry;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use marketd_actors::feed::FeedLimits;
use marketd_actors::hub::HubLimits;
use marketd_actors::relay::RelayLimits;
use marketd_actors::replay::Speed;
use marketd_actors::ring::RingLimits;
use marketd_actors::session::{OriginRules, SessionLimits};
use marketd_actors::storage::StoreSettings;
use marketd_bus::{BusOptions, RateLimit};
use marketd_domain::Instrument;
use marketd_domain::market::MarketLimits;
use marketd_domain::numbers::Decimal;
use parking_lot::RwLock;
use serde::Deserialize;
use toml::{Table, Value};

use crate::auth::AuthSettings;
use crate::http::forwarded::TrustedProxies;
use crate::http::limits::{Rate, RequestRates};
pub use face::{Face, FaceBinance};
pub use sandbox::Sandbox;

pub use auth::Auth;
pub use store::Store;
pub use telemetry::{Log, LogFormat, Tracing};

const DEFAULT: &str = include_str!("../config/default.toml");
const PREFIX: &str = "MARKETD__";
/// What a client may make the server hold for one message, at the most.
const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{place}: {reason}")]
    Key { place: String, reason: String },
    #[error("cannot read {place}: {reason}")]
    File { place: String, reason: String },
}

fn bad(place: impl Into<String>, reason: impl Into<String>) -> ConfigError {
    ConfigError::Key { place: place.into(), reason: reason.into() }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub data_dir: PathBuf,
    pub http: Http,
    pub store: Store,
    pub bus: Bus,
    pub auth: Auth,
    pub log: Log,
    pub tracing: Tracing,
    pub replay: Replay,
    pub venues: BTreeMap<String, VenueSection>,
    pub feeds: Feeds,
    pub markets: Markets,
    pub sandbox: Sandbox,
    pub hub: Hub,
    pub limits: Limits,
    pub face: Face,
    pub session: Session,
    pub shutdown: Shutdown,
    /// All layers put together, before they were read.
    #[serde(skip)]
    effective: Effective,
    #[serde(skip)]
    is_production: bool,
}

/// Not printed: it holds the secrets that the sections take care not to print.
#[derive(Clone, Default)]
struct Effective(Table);

impl std::fmt::Debug for Effective {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Effective(…)")
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    pub bind: SocketAddr,
    pub workers: usize,
    pub max_connections: usize,
    pub keep_alive_s: u64,
    pub compress_bytes: usize,
    allowed_origins: Vec<String>,
    trusted_proxies: Vec<String>,
    pub public_metrics: bool,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Url {
    pub url: String,
}

impl std::fmt::Debug for Url {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Url").field("url", &without_password(&self.url)).finish()
    }
}

/// An address as it may be shown: a password is starred, between the user's name and the host as well as among the parameters.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    // Up to the last @, wherever it is: a password that was not escaped must not be shown either.
    let shown = match rest.rsplit_once('@').and_then(|(user, _)| user.split_once(':')) {
        Some((user, password)) if !password.is_empty() => {
            format!("{scheme}://{user}:***{}", &rest[user.len() + 1 + password.len()..])
        }
        _ => url.to_owned(),
    };
    let Some((address, parameters)) = shown.split_once('?') else { return shown };
    let starred: Vec<_> = parameters
        .split('&')
        .map(|parameter| match parameter.split_once('=') {
            Some((name, _)) if name.contains("password") => format!("{name}=***"),
            _ => parameter.to_owned(),
        })
        .collect();
    format!("{address}?{}", starred.join("&"))
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bus {
    pub url: String,
    prefix: String,
    timeout_ms: u64,
    snapshot_ms: u64,
    snapshot_levels: usize,
}

impl std::fmt::Debug for Bus {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { url, prefix, timeout_ms, snapshot_ms, snapshot_levels } = self;
        f.debug_struct("Bus")
            .field("url", &without_password(url))
            .field("prefix", prefix)
            .field("timeout_ms", timeout_ms)
            .field("snapshot_ms", snapshot_ms)
            .field("snapshot_levels", snapshot_levels)
            .finish()
    }
}

impl Bus {
    pub fn options(&self) -> BusOptions {
        BusOptions { timeout: Duration::from_millis(self.timeout_ms), prefix: self.prefix.clone() }
    }

    pub const fn relay_limits(&self) -> RelayLimits {
        RelayLimits { every: Duration::from_millis(self.snapshot_ms), levels: self.snapshot_levels }
    }

    /// A book of another node is read again after so long: often enough to see each that is put.
    pub const fn refresh(&self) -> Duration {
        Duration::from_millis(self.snapshot_ms / 4)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let schemes = ["redis://", "rediss://", "redis+unix://", "unix://"];
        if !self.url.is_empty() && !schemes.iter().any(|scheme| self.url.starts_with(scheme)) {
            return Err(bad("bus.url", "is neither empty nor redis://host[:port] nor rediss://host[:port]"));
        }
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'{' | b'}');
        if self.prefix.is_empty() || self.prefix.len() > 64 || !self.prefix.bytes().all(is_plain) {
            return Err(bad("bus.prefix", "is 1 to 64 letters, digits, '-', '_', '.' or braces"));
        }
        if !(1..=marketd_bus::TIMEOUT_MAX.as_millis()).contains(&u128::from(self.timeout_ms)) {
            return Err(bad(
                "bus.timeout_ms",
                format!("must be 1 to {}", marketd_bus::TIMEOUT_MAX.as_millis()),
            ));
        }
        if !(10..=3_000).contains(&self.snapshot_ms) {
            return Err(bad("bus.snapshot_ms", "must be 10 to 3000"));
        }
        if !(1..=5_000).contains(&self.snapshot_levels) {
            return Err(bad("bus.snapshot_levels", "must be 1 to 5000"));
        }
        Ok(())
    }
}

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

#[derive(Debug, Clone, Deserialize)]
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

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    subscriptions: usize,
    markets_per_request: usize,
    requests_per_second: u32,
    requests_burst: u32,
    account_requests_per_second: u32,
    account_requests_burst: u32,
    logins_per_minute: u32,
    pub head_ms: u64,
    pub body_ms: u64,
    connections_per_ip: u32,
    count_loopback: bool,
    message_bytes: usize,
    fragments: usize,
    message_ms: u64,
    first_message_ms: u64,
    messages_per_second: u32,
    pings_per_second: u32,
    refusals_per_minute: u32,
    stall_timeout_ms: u64,
    pub tcp_user_timeout_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    pub flush_ms: u64,
    deflate: bool,
    heartbeat_ms: u64,
    ping_ms: u64,
    pong_timeout_ms: u64,
    close_grace_ms: u64,
    echo: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shutdown {
    pub sessions_ms: u64,
    pub flush_ms: u64,
    pub deadline_ms: u64,
}

/// What the command line says; it goes over everything else.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub profile: Option<String>,
    /// `key.path=value`
    pub set: Vec<(String, String)>,
}

impl Config {
    /// Reads all layers. `environment` is passed in, so that tests need not change the process's own.
    pub fn load(
        environment: impl Iterator<Item = (String, String)>,
        overrides: &Overrides,
    ) -> Result<Self, ConfigError> {
        let mut table: Table =
            DEFAULT.parse().map_err(|error| bad("config/default.toml", format!("{error}")))?;
        let environment: BTreeMap<String, String> = environment.collect();
        let profile = overrides.profile.clone().or_else(|| environment.get("MARKETD_PROFILE").cloned());
        if let Some(profile) = &profile {
            let (place, text) = read_profile(profile)?;
            let layer: Table = text.parse().map_err(|error| bad(place.clone(), format!("{error}")))?;
            merge(&mut table, layer, &place)?;
        }
        for (name, value) in &environment {
            if let Some(path) = name.strip_prefix(PREFIX) {
                let path: Vec<String> = path.split("__").map(str::to_lowercase).collect();
                set_path(&mut table, &path, value).map_err(|reason| bad(name, reason))?;
            }
        }
        telemetry::read_environment(&mut table, &environment)?;
        let mut seed = |name: &str, path: &[&str], value: Option<String>| match value {
            Some(value) => {
                let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
                set_path(&mut table, &path, &value).map_err(|reason| bad(name, reason))
            }
            None => Ok(()),
        };
        seed("DATABASE_URL", &["store", "url"], environment.get("DATABASE_URL").cloned())?;
        seed("REDIS_URL", &["bus", "url"], environment.get("REDIS_URL").cloned())?;
        let rate = environment.get("RATE_LIMIT_RPS").cloned();
        seed("RATE_LIMIT_RPS", &["limits", "requests_per_second"], rate)?;
        let disabled = environment.get("DISABLE_AUTH").map(|value| match value.as_str() {
            "1" => "true".to_owned(),
            "0" => "false".to_owned(),
            "" => "auto".to_owned(),
            other => other.to_owned(),
        });
        seed("DISABLE_AUTH", &["auth", "disabled"], disabled)?;
        if let Some(port) = environment.get("GATEWAY_PORT") {
            let port: u16 =
                port.parse().map_err(|_| bad("GATEWAY_PORT", format!("{port:?} is not a port")))?;
            set_port(&mut table, port)?;
        }
        for (key, value) in &overrides.set {
            let path: Vec<String> = key.split('.').map(str::to_owned).collect();
            set_path(&mut table, &path, value).map_err(|reason| bad(key, reason))?;
        }
        let mut config: Self = Value::Table(table.clone())
            .try_into()
            .map_err(|error: toml::de::Error| bad("configuration", error.to_string().replace('\n', " ")))?;
        config.effective = Effective(table);
        let is_production = |profile: &String| {
            Path::new(profile).file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("production"))
        };
        config.is_production = profile.as_ref().is_some_and(is_production);
        config.validate()?;
        Ok(config)
    }

    /// Whether messages may be sent back to whoever sends them.
    pub fn may_echo(&self) -> bool {
        self.http.bind.ip().is_loopback() && !self.is_production
    }

    /// The store's address; without one a SQLite file in `data_dir`.
    pub fn store_url(&self) -> String {
        if self.store.url.is_empty() {
            format!("sqlite://{}", self.data_dir.join("marketd.db").display())
        } else {
            self.store.url.clone()
        }
    }

    /// How rows are kept.
    pub fn store_settings(&self) -> StoreSettings {
        self.store.settings(self.store_url(), &self.data_dir)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        self.speed()?;
        self.instruments()?;
        self.store.validate()?;
        self.sandbox.validate()?;
        if self.markets.candles < 2 {
            // The latest one is open: with one only, a closed candle would be gone before it could be stored.
            return Err(bad("markets.candles", "must be at least 2"));
        }
        self.auth.validate(self.http.bind)?;
        for (name, section) in &self.venues {
            if name != "sim" && marketd_venues::venue_named(name).is_none() {
                return Err(bad(format!("venues.{name}"), "there is no such venue"));
            }
            for market in &section.markets {
                if market.rsplit_once('-').is_none_or(|(base, quote)| base.is_empty() || quote.is_empty()) {
                    return Err(bad(
                        format!("venues.{name}.markets"),
                        format!("{market:?} is not BASE-QUOTE"),
                    ));
                }
            }
            if name == "sim"
                && let Some(unknown) = section
                    .markets
                    .iter()
                    .find(|market| marketd_venues::sim::SimMarket::named(market).is_none())
            {
                return Err(bad("venues.sim.markets", format!("{unknown:?} is not simulated")));
            }
        }
        for (key, value) in [
            ("markets.mailbox", self.markets.mailbox),
            ("markets.trades", self.markets.trades),
            ("hub.mailbox", self.hub.mailbox),
            ("hub.ring_frames", self.hub.ring_frames),
            ("limits.fragments", self.limits.fragments),
            ("limits.message_ms", self.limits.message_ms as usize),
            ("limits.head_ms", self.limits.head_ms as usize),
            ("limits.body_ms", self.limits.body_ms as usize),
            ("limits.messages_per_second", self.limits.messages_per_second as usize),
            ("limits.pings_per_second", self.limits.pings_per_second as usize),
            ("limits.refusals_per_minute", self.limits.refusals_per_minute as usize),
        ] {
            if value == 0 {
                return Err(bad(key, "must be at least 1"));
            }
        }
        if !(125..=MESSAGE_BYTES_MAX).contains(&self.limits.message_bytes) {
            return Err(bad("limits.message_bytes", format!("must be 125 to {MESSAGE_BYTES_MAX}")));
        }
        if self.session.flush_ms > crate::http::FLUSH_MS_MAX {
            return Err(bad("session.flush_ms", format!("at most {}", crate::http::FLUSH_MS_MAX)));
        }
        if self.session.echo && self.is_production {
            return Err(bad("session.echo", "refused: the profile is production"));
        }
        if self.session.echo && !self.http.bind.ip().is_loopback() {
            return Err(bad(
                "session.echo",
                format!("refused: {} is not a loopback address", self.http.bind),
            ));
        }
        self.origins()?;
        self.trusted_proxies()?;
        self.face.validate()?;
        self.log.validate()?;
        self.tracing.validate()?;
        self.bus.validate()?;
        if self.session.pong_timeout_ms < self.session.ping_ms {
            return Err(bad("session.pong_timeout_ms", "is shorter than session.ping_ms"));
        }
        Ok(())
    }

    /// How many requests one address and one user may send.
    pub fn request_rates(&self) -> RequestRates {
        let Limits { requests_per_second, requests_burst, .. } = self.limits;
        let Limits { account_requests_per_second, account_requests_burst, .. } = self.limits;
        RequestRates {
            address: RwLock::new(Rate { per_second: requests_per_second, burst: requests_burst }),
            user: RwLock::new(Rate {
                per_second: account_requests_per_second,
                burst: account_requests_burst,
            }),
        }
    }

    /// All keys as they hold, with their secrets starred.
    pub fn shown(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut shown = match serde_json::to_value(&self.effective.0) {
            Ok(serde_json::Value::Object(shown)) => shown,
            _ => serde_json::Map::new(),
        };
        for (section, url) in [("store", &self.store.url), ("bus", &self.bus.url)] {
            if let Some(section) = shown.get_mut(section) {
                section["url"] = without_password(url).into();
            }
        }
        if let Some(section) = shown.get_mut("tracing") {
            section["otlp_headers"] = self.tracing.starred_headers().into();
        }
        shown
    }

    /// How identity works.
    pub fn auth_settings(&self) -> Result<AuthSettings, ConfigError> {
        let a_minute = self.limits.logins_per_minute;
        let logins = (a_minute > 0).then(|| RateLimit::per_minute(a_minute, a_minute));
        self.auth.settings(self.http.bind, &self.data_dir, logins)
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

    /// Proxies that are believed whose requests they pass on.
    pub fn trusted_proxies(&self) -> Result<TrustedProxies, ConfigError> {
        TrustedProxies::parse(self.http.trusted_proxies.iter().map(String::as_str)).map_err(|entry| {
            bad(
                "http.trusted_proxies",
                format!("{entry:?} is neither an address nor a network, address/bits"),
            )
        })
    }

    fn origins(&self) -> Result<OriginRules, ConfigError> {
        OriginRules::parse(self.http.allowed_origins.iter().map(String::as_str)).map_err(|entry| {
            let reason = format!("{entry:?} is neither same-host, loopback, * nor scheme://host[:port]");
            bad("http.allowed_origins", reason)
        })
    }

    pub fn session_limits(&self) -> SessionLimits {
        let limits = &self.limits;
        SessionLimits {
            // Checked when the configuration was read; nobody is the answer that harms nobody.
            origins: self.origins().unwrap_or_default(),
            connections_per_ip: (limits.connections_per_ip > 0).then_some(limits.connections_per_ip),
            count_loopback: limits.count_loopback,
            subscriptions: limits.subscriptions,
            markets_per_request: limits.markets_per_request,
            message_bytes: limits.message_bytes,
            fragments: limits.fragments,
            message_time: Duration::from_millis(limits.message_ms),
            messages_per_second: limits.messages_per_second,
            pings_per_second: limits.pings_per_second,
            refusals_per_minute: limits.refusals_per_minute,
            first_message: (limits.first_message_ms > 0)
                .then_some(Duration::from_millis(limits.first_message_ms)),
            heartbeat: Duration::from_millis(self.session.heartbeat_ms),
            ping: Duration::from_millis(self.session.ping_ms),
            pong_timeout: Duration::from_millis(self.session.pong_timeout_ms),
            close_grace: Duration::from_millis(self.session.close_grace_ms),
            deflate: self.session.deflate,
            echo: self.session.echo,
        }
    }
}

/// A profile's name means `config/<name>.toml`; anything with a dot or a slash is a path.
fn read_profile(profile: &str) -> Result<(String, String), ConfigError> {
    let builtin = match profile {
        "dev" => Some(include_str!("../config/dev.toml")),
        "test" => Some(include_str!("../config/test.toml")),
        "production" => Some(include_str!("../config/production.toml")),
        _ => None,
    };
    let place =
        if profile.contains(['.', '/']) { profile.to_owned() } else { format!("config/{profile}.toml") };
    match std::fs::read_to_string(&place) {
        Ok(text) => Ok((place, text)),
        Err(error) => match builtin {
            Some(text) => Ok((place, text.to_owned())),
            None => Err(ConfigError::File { place, reason: error.to_string() }),
        },
    }
}

/// Puts a layer over a table. Keys must be there already: the default file holds all of them.
fn merge(table: &mut Table, layer: Table, place: &str) -> Result<(), ConfigError> {
    for (key, value) in layer {
        let here = format!("{place}: {key}");
        match (table.get_mut(&key), value) {
            (None, _) => return Err(bad(here, "unknown key")),
            (Some(Value::Table(inner)), Value::Table(layer)) => merge(inner, layer, &here)?,
            (Some(held), value) if held.type_str() == value.type_str() => *held = value,
            // A switch that may also be left to decide for itself.
            (Some(held), Value::Boolean(value)) if held.as_str() == Some("auto") => {
                *held = Value::String(value.to_string());
            }
            (Some(held), value) => {
                return Err(bad(here, format!("must be {}, not {}", held.type_str(), value.type_str())));
            }
        }
    }
    Ok(())
}

/// Sets one key from text, by the type that the default has.
fn set_path(table: &mut Table, path: &[String], text: &str) -> Result<(), String> {
    let (key, rest) = path.split_first().ok_or("empty key")?;
    // Venues are written with a dash, which variables cannot have.
    let dashed = key.replace('_', "-");
    let key = if table.contains_key(key) { key } else { &dashed };
    let held = table.get_mut(key).ok_or_else(|| format!("unknown key {key:?}"))?;
    if let Value::Table(inner) = held {
        return set_path(inner, rest, text);
    }
    if !rest.is_empty() {
        return Err(format!("{key:?} has no keys below it"));
    }
    *held = match held {
        Value::Boolean(_) => {
            Value::Boolean(text.parse().map_err(|_| format!("{text:?} is not true or false"))?)
        }
        Value::Integer(_) => Value::Integer(text.parse().map_err(|_| format!("{text:?} is not an integer"))?),
        Value::Array(_) => Value::Array(
            (text.split(',').map(str::trim).filter(|item| !item.is_empty()))
                .map(|item| Value::String(item.to_owned()))
                .collect(),
        ),
        _ => Value::String(text.to_owned()),
    };
    Ok(())
}

fn set_port(table: &mut Table, port: u16) -> Result<(), ConfigError> {
    let bind = table.get_mut("http").and_then(|http| http.get_mut("bind"));
    let Some(Value::String(bind)) = bind else { return Err(bad("http.bind", "must be a string")) };
    let mut address: SocketAddr =
        bind.parse().map_err(|_| bad("http.bind", format!("{bind:?} is not an address with a port")))?;
    address.set_port(port);
    *bind = address.to_string();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Policy;

    fn load(environment: &[(&str, &str)]) -> Result<Config, String> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(environment, &Overrides::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_password_is_not_shown() {
        for (url, shown) in [
            ("postgres://me:s3cret@db:5432/x?a=b", "postgres://me:***@db:5432/x?a=b"),
            ("postgres://me:p@ss@db/x", "postgres://me:***@db/x"),
            ("postgres://me@db/x", "postgres://me@db/x"),
            (
                "postgres://db/x?user=me&password=s3c&sslmode=require",
                "postgres://db/x?user=me&password=***&sslmode=require",
            ),
            ("postgres://me:a?b/c@db/x", "postgres://me:***@db/x"),
            ("redis://:s3cret@cache/0", "redis://:***@cache/0"),
            ("sqlite:///a/b.db", "sqlite:///a/b.db"),
            ("", ""),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }

    #[test]
    fn the_default_is_valid_and_profiles_fit_it() {
        load(&[]).expect("the default");
        for profile in ["dev", "test", "production"] {
            load(&[("MARKETD_PROFILE", profile)]).expect(profile);
        }
    }

    #[test]
    fn the_environment_goes_over_the_files() {
        let config = load(&[
            ("MARKETD__VENUES__BINANCE__WS_URL", "ws://127.0.0.1:9"),
            ("MARKETD__VENUES__BINANCE__ENABLED", "true"),
            ("MARKETD__VENUES__BINANCE__MARKETS", "BTC-USDT,ETH-USDT"),
            ("MARKETD__VENUES__BINANCE_US__ENABLED", "true"),
            ("MARKETD__REPLAY__FILES", "a/b.zst, c.zst"),
            ("MARKETD__LIMITS__SUBSCRIPTIONS", "7"),
            ("GATEWAY_PORT", "9123"),
            ("DATABASE_URL", "postgres://x"),
            ("REDIS_URL", "redis://:s3cret@cache:6379/1"),
            ("RATE_LIMIT_RPS", "7"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=s3cret, tenant=9"),
            ("OTEL_SERVICE_NAME", ""),
            ("UNRELATED", "1"),
        ])
        .expect("valid");
        let binance = &config.venues["binance"];
        assert_eq!((binance.enabled, binance.ws_url.as_str()), (true, "ws://127.0.0.1:9"));
        assert_eq!(binance.markets, ["BTC-USDT", "ETH-USDT"]);
        assert!(config.venues["binance-us"].enabled);
        assert_eq!(config.replay.files, [PathBuf::from("a/b.zst"), PathBuf::from("c.zst")]);
        assert_eq!(config.limits.subscriptions, 7);
        assert_eq!(config.http.bind.to_string(), "127.0.0.1:9123");
        assert_eq!(config.store.url, "postgres://x");
        assert_eq!(config.bus.url, "redis://:s3cret@cache:6379/1");
        assert!(!format!("{config:?}").contains("s3cret"));
        assert_eq!(*config.request_rates().address.read(), Rate { per_second: 7, burst: 100 });
        let shown = serde_json::Value::Object(config.shown());
        assert!(!shown.to_string().contains("s3cret"), "{shown}");
        assert_eq!(shown["bus"]["url"], "redis://:***@cache:6379/1");
        assert_eq!(shown["limits"]["subscriptions"], 7);
        assert_eq!(shown["tracing"]["otlp_headers"], serde_json::json!(["api-key=***", "tenant=***"]));
        let headers: Vec<_> = config.tracing.headers().collect();
        assert_eq!(headers, [("api-key", "s3cret"), ("tenant", "9")]);
        let tracing = &config.tracing;
        assert_eq!((&*tracing.otlp_endpoint, &*tracing.service_name), ("http://collector:4318", "marketd"));
    }

    #[test]
    fn who_is_let_in_follows_the_address_unless_it_is_said() {
        let check = |bind: &str, disabled: &str, expected: Policy| {
            let config = load(&[("MARKETD__HTTP__BIND", bind), ("DISABLE_AUTH", disabled)]).expect("valid");
            assert_eq!(config.auth_settings().expect("valid").policy, expected, "{bind} {disabled}");
        };
        for bind in ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80"] {
            check(bind, "", Policy::Open);
            check(bind, "0", Policy::Closed);
            check(bind, "1", Policy::Off);
        }
        for bind in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80"] {
            check(bind, "", Policy::Closed);
            check(bind, "0", Policy::Closed);
        }
    }

    #[test]
    fn mistakes_are_named() {
        let check = |environment: &[(&str, &str)], part: &str| {
            let error = load(environment).expect_err(part);
            assert!(error.contains(part), "{error:?} does not name {part:?}");
        };
        check(&[("MARKETD__HTTP__PORT", "1")], "MARKETD__HTTP__PORT");
        check(&[("MARKETD__LIMITS__SUBSCRIPTIONS", "many")], "MARKETD__LIMITS__SUBSCRIPTIONS");
        check(&[("MARKETD__VENUES__NOWHERE__ENABLED", "true")], "MARKETD__VENUES__NOWHERE__ENABLED");
        check(&[("MARKETD__VENUES__SIM__MARKETS", "DOGE-USD")], "venues.sim.markets");
        check(&[("MARKETD__VENUES__KRAKEN__MARKETS", "BTCUSD")], "venues.kraken.markets");
        check(&[("MARKETD__REPLAY__SPEED", "fast")], "replay.speed");
        check(&[("MARKETD__HTTP__BIND", "somewhere")], "bind");
        check(&[("GATEWAY_PORT", "port")], "GATEWAY_PORT");
        check(&[("MARKETD__HTTP__BIND", "0.0.0.0:80"), ("DISABLE_AUTH", "1")], "auth.disabled");
        for bind in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80", "[2001:db8::1]:80"] {
            for disabled in
                [("DISABLE_AUTH", "1"), ("DISABLE_AUTH", "true"), ("MARKETD__AUTH__DISABLED", "true")]
            {
                check(&[("MARKETD__HTTP__BIND", bind), disabled], "auth.disabled");
            }
        }
        check(&[("MARKETD__HTTP__TRUSTED_PROXIES", "10.0.0.0/8,proxy")], "\"proxy\"");
        check(&[("DISABLE_AUTH", "maybe")], "auth.disabled");
        check(&[("MARKETD__AUTH__DEFAULT_ROLE", "admin")], "auth.default_role");
        check(&[("MARKETD__AUTH__ACCESS_S", "901")], "auth.access_s");
        check(&[("MARKETD__AUTH__REFRESH_DAYS", "0")], "auth.refresh_days");
        check(&[("MARKETD__AUTH__HASH_MEMORY_KIB", "63")], "auth.hash_memory_kib");
        check(&[("MARKETD__AUTH__HASH_THREADS", "0")], "auth.hash_threads");
        check(&[("MARKETD__AUTH__SIGNATURE_WINDOW_MS", "60001")], "auth.signature_window_ms");
        check(&[("MARKETD__LIMITS__MESSAGE_BYTES", "16777217")], "limits.message_bytes");
        check(&[("MARKETD__LIMITS__MESSAGE_BYTES", "124")], "limits.message_bytes");
        check(&[("MARKETD__LIMITS__BODY_MS", "0")], "limits.body_ms");
        check(&[("MARKETD__LIMITS__PINGS_PER_SECOND", "0")], "limits.pings_per_second");
        check(&[("MARKETD__HTTP__ALLOWED_ORIGINS", "loopback,a.com")], "\"a.com\"");
        check(&[("MARKETD__SESSION__ECHO", "true"), ("MARKETD__HTTP__BIND", "0.0.0.0:80")], "session.echo");
        check(&[("MARKETD__SESSION__ECHO", "true"), ("MARKETD_PROFILE", "production")], "session.echo");
        let by_path = [("MARKETD__SESSION__ECHO", "true"), ("MARKETD_PROFILE", "./config/production.toml")];
        check(&by_path, "session.echo");
        check(&[("MARKETD_PROFILE", "nosuch")], "config/nosuch.toml");
        check(&[("MARKETD__MARKETS__TRADES", "0")], "markets.trades");
        check(&[("REDIS_URL", "http://cache")], "bus.url");
        check(&[("DATABASE_URL", "mysql://db/x")], "store.url");
        check(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318")], "tracing.otlp_endpoint");
        check(&[("MARKETD__TRACING__OTLP_ENDPOINT", "http://")], "tracing.otlp_endpoint");
        check(&[("OTEL_EXPORTER_OTLP_HEADERS", "api-key")], "tracing.otlp_headers");
        check(&[("MARKETD__TRACING__QUEUE_SPANS", "0")], "tracing.queue_spans");
        check(&[("MARKETD__TRACING__TIMEOUT_MS", "60001")], "tracing.timeout_ms");
        check(&[("MARKETD__LOG__FILE_MB", "0")], "log.file_mb");
        check(&[("MARKETD__LOG__FILES", "0")], "log.files");
        check(&[("RATE_LIMIT_RPS", "fast")], "RATE_LIMIT_RPS");
        check(&[("MARKETD__BUS__TIMEOUT_MS", "501")], "bus.timeout_ms");
        check(&[("MARKETD__BUS__PREFIX", "a b")], "bus.prefix");
        check(&[("MARKETD__BUS__SNAPSHOT_MS", "0")], "bus.snapshot_ms");
        check(&[("MARKETD__BUS__SNAPSHOT_LEVELS", "5001")], "bus.snapshot_levels");
        check(&[("MARKETD__MARKETS__CANDLES", "1")], "markets.candles");
        check(&[("MARKETD__STORE__FLUSH_ROWS", "0")], "store.flush_rows");
        check(&[("MARKETD__STORE__FLUSH_MS", "5001")], "store.flush_ms");
        check(&[("MARKETD__STORE__RETENTION__TRADES_DAYS", "-1")], "configuration");
    }
}
