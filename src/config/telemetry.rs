//! The sections `log` and `tracing`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use marketd_actors::traces::Sampling;
use serde::Deserialize;
use toml::Table;
use tracing_subscriber::EnvFilter;

use super::{ConfigError, bad, set_path};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub filter: String,
    pub format: LogFormat,
    /// Empty: none.
    pub file: PathBuf,
    file_mb: u64,
    pub files: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

impl Log {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        EnvFilter::try_new(&self.filter)
            .map_err(|error| bad("log.filter", format!("{:?} is no filter: {error}", self.filter)))?;
        if !(1..=10_000).contains(&self.file_mb) {
            return Err(bad("log.file_mb", "must be 1 to 10000"));
        }
        if !(1..=1_000).contains(&self.files) {
            return Err(bad("log.files", "must be 1 to 1000"));
        }
        Ok(())
    }

    /// At this length a file is put aside.
    pub const fn file_bytes(&self) -> u64 {
        self.file_mb * 1024 * 1024
    }
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tracing {
    pub otlp_endpoint: String,
    otlp_headers: Vec<String>,
    pub service_name: String,
    requests_one_in: u32,
    frames_one_in: u32,
    traces_per_second: u32,
    pub queue_spans: usize,
    pub batch_spans: usize,
    flush_ms: u64,
    timeout_ms: u64,
}

impl std::fmt::Debug for Tracing {
    /// Without the headers' values, which may be passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracing")
            .field("otlp_endpoint", &super::without_password(&self.otlp_endpoint))
            .field("otlp_headers", &self.starred_headers())
            .field("service_name", &self.service_name)
            .field("sampling", &self.sampling())
            .field("queue_spans", &self.queue_spans)
            .field("batch_spans", &self.batch_spans)
            .field("flush_ms", &self.flush_ms)
            .field("timeout_ms", &self.timeout_ms)
            .finish()
    }
}

impl Tracing {
    pub const fn sampling(&self) -> Sampling {
        Sampling {
            requests_one_in: self.requests_one_in,
            frames_one_in: self.frames_one_in,
            per_second: self.traces_per_second,
        }
    }

    pub const fn flush(&self) -> Duration {
        Duration::from_millis(self.flush_ms)
    }

    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// Names and values.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.otlp_headers.iter().filter_map(|pair| pair.split_once('='));
        pairs.map(|(name, value)| (name.trim(), value.trim()))
    }

    pub(super) fn starred_headers(&self) -> Vec<String> {
        self.headers().map(|(name, _)| format!("{name}=***")).collect()
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let schemes = ["http://", "https://"];
        let is_address = |url: &str| {
            schemes.iter().any(|scheme| url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
                && !url.contains(['?', '#', ' ', '@'])
        };
        if !self.otlp_endpoint.is_empty() && !is_address(&self.otlp_endpoint) {
            return Err(bad(
                "tracing.otlp_endpoint",
                "is neither empty nor http://host:port nor https://host:port",
            ));
        }
        for pair in &self.otlp_headers {
            let is_plain =
                |text: &str| !text.trim().is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            if !pair.split_once('=').is_some_and(|(name, value)| is_plain(name) && is_plain(value)) {
                // The pair itself is not told: it may hold a password.
                return Err(bad("tracing.otlp_headers", "an entry is not NAME=VALUE"));
            }
        }
        for (key, value, range) in [
            ("tracing.queue_spans", self.queue_spans as u64, 1..=1_000_000),
            ("tracing.batch_spans", self.batch_spans as u64, 1..=10_000),
            ("tracing.flush_ms", self.flush_ms, 10..=60_000),
            ("tracing.timeout_ms", self.timeout_ms, 10..=60_000),
        ] {
            if !range.contains(&value) {
                return Err(bad(key, format!("must be {} to {}", range.start(), range.end())));
            }
        }
        Ok(())
    }
}

/// What the field has agreed to call these keys in the environment.
pub(super) fn read_environment(
    table: &mut Table,
    environment: &BTreeMap<String, String>,
) -> Result<(), ConfigError> {
    for (name, section, key) in [
        ("RUST_LOG", "log", "filter"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "tracing", "otlp_endpoint"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "tracing", "otlp_headers"),
        ("OTEL_SERVICE_NAME", "tracing", "service_name"),
    ] {
        if let Some(value) = environment.get(name).filter(|value| !value.is_empty()) {
            let path = [section.to_owned(), key.to_owned()];
            set_path(table, &path, value).map_err(|reason| bad(name, reason))?;
        }
    }
    Ok(())
}
