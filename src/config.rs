//! Configuration: `config/default.toml`, then a profile, then the environment, then flags.
//!
//! The default file is built in and holds every key, so it also tells the type of each: that is how a
//! variable of the environment is read.

mod address;
mod auth;
mod bus;
mod clients;
mod face;
mod layers;
mod markets;
mod sandbox;
mod store;
mod telemetry;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use marketd_actors::storage::StoreSettings;
use marketd_bus::RateLimit;
use serde::Deserialize;
use toml::{Table, Value};

use crate::auth::AuthSettings;
use layers::{longest, merge, read_profile, set_path, set_port};

pub use address::without_password;
pub use auth::Auth;
pub use bus::Bus;
pub use clients::{Http, Limits, Session};
pub use face::{Face, FaceBinance};
pub use markets::{Feeds, Hub, InstrumentSection, Markets, Replay, VenueSection};
pub use sandbox::Sandbox;
pub use store::Store;
pub use telemetry::{Log, LogFormat, Tracing};

const DEFAULT: &str = include_str!("../config/default.toml");
const PREFIX: &str = "MARKETD__";
/// Variables of the environment that others gave their names.
const KNOWN_NAMES: [&str; 9] = [
    "DATABASE_URL",
    "REDIS_URL",
    "RATE_LIMIT_RPS",
    "DISABLE_AUTH",
    "GATEWAY_PORT",
    "RUST_LOG",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_SERVICE_NAME",
];
/// Of one kind; each costs a stack and more.
const THREADS_MAX: usize = 1_024;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{place}: {reason}")]
    Key { place: String, reason: String },
    #[error("cannot read {place}: {reason}")]
    File { place: String, reason: String },
}

/// A wrong value, and of which key.
fn bad(place: impl Into<String>, reason: impl Into<String>) -> ConfigError {
    ConfigError::Key { place: place.into(), reason: reason.into() }
}

/// Values of these keys are not zero: what they bound would never come about, or never end.
fn all_positive<const N: usize>(values: [(&str, u64); N]) -> Result<(), ConfigError> {
    match values.into_iter().find(|(_, value)| *value == 0) {
        Some((key, _)) => Err(bad(key, "must be at least 1")),
        None => Ok(()),
    }
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
pub struct Shutdown {
    pub sessions_ms: u64,
    pub flush_ms: u64,
    pub deadline_ms: u64,
}

impl Shutdown {
    fn validate(&self) -> Result<(), ConfigError> {
        all_positive([
            ("shutdown.sessions_ms", self.sessions_ms),
            ("shutdown.flush_ms", self.flush_ms),
            ("shutdown.deadline_ms", self.deadline_ms),
        ])?;
        if self.deadline_ms < self.sessions_ms.saturating_add(self.flush_ms) {
            return Err(bad(
                "shutdown.deadline_ms",
                "is shorter than shutdown.sessions_ms and shutdown.flush_ms together",
            ));
        }
        Ok(())
    }
}

/// The process's own environment. What is not text is left out, unless it is for us.
pub fn environment() -> Result<Vec<(String, String)>, ConfigError> {
    let is_ours = |name: &str| name.starts_with("MARKETD") || KNOWN_NAMES.contains(&name);
    let texts = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        match value.into_string() {
            Ok(value) => Some(Ok((name, value))),
            Err(_) if is_ours(&name) => Some(Err(bad(name, "is not UTF-8"))),
            Err(_) => None,
        }
    });
    texts.collect()
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
        read_known_names(&mut table, &environment)?;
        for (key, value) in &overrides.set {
            let path: Vec<String> = key.split('.').map(str::to_owned).collect();
            set_path(&mut table, &path, value).map_err(|reason| bad(key, reason))?;
        }
        longest(&table, "")?;
        let mut config: Self = Value::Table(table.clone()).try_into().map_err(wrong_value)?;
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
        self.store.validate()?;
        self.sandbox.validate()?;
        self.auth.validate(self.http.bind)?;
        self.validate_markets()?;
        self.validate_clients()?;
        self.face.validate()?;
        self.log.validate()?;
        self.tracing.validate()?;
        self.bus.validate()?;
        self.shutdown.validate()
    }

    /// All keys as they hold, with their secrets starred.
    pub fn shown(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut shown = match serde_json::to_value(&self.effective.0) {
            Ok(serde_json::Value::Object(shown)) => shown,
            _ => serde_json::Map::new(),
        };
        shown.values_mut().for_each(address::star_passwords);
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
}

/// What the field calls some of the keys in the environment.
fn read_known_names(table: &mut Table, environment: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    telemetry::read_environment(table, environment)?;
    let disabled = environment.get("DISABLE_AUTH").map(|value| match value.as_str() {
        "1" => "true",
        "0" => "false",
        "" => "auto",
        other => other,
    });
    let plain = |name: &str| environment.get(name).map(String::as_str);
    for (name, (section, key), value) in [
        ("DATABASE_URL", ("store", "url"), plain("DATABASE_URL")),
        ("REDIS_URL", ("bus", "url"), plain("REDIS_URL")),
        ("RATE_LIMIT_RPS", ("limits", "requests_per_second"), plain("RATE_LIMIT_RPS")),
        ("DISABLE_AUTH", ("auth", "disabled"), disabled),
    ] {
        if let Some(value) = value {
            set_path(table, &[section.to_owned(), key.to_owned()], value)
                .map_err(|reason| bad(name, reason))?;
        }
    }
    if let Some(port) = plain("GATEWAY_PORT") {
        let port: u16 = port.parse().map_err(|_| bad("GATEWAY_PORT", format!("{port:?} is not a port")))?;
        set_port(table, port)?;
    }
    Ok(())
}

/// A value that is not of its key's type or range. The library says the key last.
fn wrong_value(error: toml::de::Error) -> ConfigError {
    let text = error.to_string();
    match text.trim_end().rsplit_once("\nin `") {
        Some((reason, key)) => bad(key.trim_end_matches('`'), reason.replace('\n', " ")),
        None => bad("configuration", text.replace('\n', " ")),
    }
}

#[cfg(test)]
mod tests;
