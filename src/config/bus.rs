//! The section `bus`.

use std::time::Duration;

use marketd_actors::relay::RelayLimits;
use marketd_bus::BusOptions;
use serde::Deserialize;

use super::{ConfigError, bad, without_password};

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

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
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
