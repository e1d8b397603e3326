//! The sections `http`, `limits` and `session`: who may ask, how much, and how it is sent what it asked for.

use std::net::SocketAddr;
use std::time::Duration;

use marketd_actors::session::{OriginRules, SessionLimits};
use parking_lot::RwLock;
use serde::Deserialize;

use super::{Config, ConfigError, THREADS_MAX, all_positive, bad};
use crate::http::forwarded::TrustedProxies;
use crate::http::limits::{Rate, RequestRates};

/// What a client may make the server hold for one message, at the most.
const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

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

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub(super) subscriptions: usize,
    markets_per_request: usize,
    requests_per_second: u32,
    requests_burst: u32,
    account_requests_per_second: u32,
    account_requests_burst: u32,
    pub(super) logins_per_minute: u32,
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
    pub(super) stall_timeout_ms: u64,
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

impl Http {
    fn validate(&self) -> Result<(), ConfigError> {
        if self.workers > THREADS_MAX {
            return Err(bad("http.workers", format!("must be at most {THREADS_MAX}")));
        }
        all_positive([
            ("http.max_connections", self.max_connections as u64),
            ("http.keep_alive_s", self.keep_alive_s),
        ])
    }
}

impl Limits {
    fn validate(&self) -> Result<(), ConfigError> {
        if !(125..=MESSAGE_BYTES_MAX).contains(&self.message_bytes) {
            return Err(bad("limits.message_bytes", format!("must be 125 to {MESSAGE_BYTES_MAX}")));
        }
        all_positive([
            ("limits.subscriptions", self.subscriptions as u64),
            ("limits.markets_per_request", self.markets_per_request as u64),
            ("limits.fragments", self.fragments as u64),
            ("limits.message_ms", self.message_ms),
            ("limits.head_ms", self.head_ms),
            ("limits.body_ms", self.body_ms),
            ("limits.messages_per_second", self.messages_per_second.into()),
            ("limits.pings_per_second", self.pings_per_second.into()),
            ("limits.refusals_per_minute", self.refusals_per_minute.into()),
            ("limits.stall_timeout_ms", self.stall_timeout_ms),
            ("limits.tcp_user_timeout_ms", self.tcp_user_timeout_ms),
        ])
    }
}

impl Session {
    fn validate(&self) -> Result<(), ConfigError> {
        if self.flush_ms > crate::http::FLUSH_MS_MAX {
            return Err(bad("session.flush_ms", format!("must be at most {}", crate::http::FLUSH_MS_MAX)));
        }
        all_positive([
            ("session.heartbeat_ms", self.heartbeat_ms),
            ("session.ping_ms", self.ping_ms),
            ("session.close_grace_ms", self.close_grace_ms),
        ])?;
        if self.pong_timeout_ms < self.ping_ms {
            return Err(bad("session.pong_timeout_ms", "is shorter than session.ping_ms"));
        }
        Ok(())
    }
}

impl Config {
    pub(super) fn validate_clients(&self) -> Result<(), ConfigError> {
        self.origins()?;
        self.trusted_proxies()?;
        self.http.validate()?;
        self.limits.validate()?;
        self.session.validate()?;
        if self.session.echo && self.is_production {
            return Err(bad("session.echo", "refused: the profile is production"));
        }
        if self.session.echo && !self.http.bind.ip().is_loopback() {
            return Err(bad(
                "session.echo",
                format!("refused: {} is not a loopback address", self.http.bind),
            ));
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
