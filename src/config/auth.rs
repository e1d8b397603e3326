//! The section `[auth]`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use marketd_bus::RateLimit;
use marketd_domain::identity::Role;
use serde::Deserialize;

use super::{ConfigError, bad};
use crate::auth::{AuthSettings, HashingLimits, Policy};

/// Longer, and a role that was taken away lives on for too long.
const ACCESS_S_MAX: i64 = 900;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    disabled: String,
    key_file: String,
    signup: bool,
    default_role: String,
    access_s: i64,
    refresh_days: i64,
    hash_memory_kib: u32,
    hash_passes: u32,
    hash_threads: usize,
    hash_waiting: usize,
    keys_held: usize,
    signature_window_ms: u64,
}

impl Auth {
    /// Who is let in without credentials.
    pub fn policy(&self, bind: SocketAddr) -> Result<Policy, ConfigError> {
        let is_loopback = bind.ip().is_loopback();
        match self.disabled.as_str() {
            "true" if is_loopback => Ok(Policy::Off),
            "true" => {
                let reason = format!(
                    "refused: {bind} is not a loopback address, and without it everybody there is an administrator"
                );
                Err(bad("auth.disabled", reason))
            }
            "auto" if is_loopback => Ok(Policy::Open),
            "auto" | "false" => Ok(Policy::Closed),
            other => Err(bad("auth.disabled", format!("{other:?} is neither true, false nor auto"))),
        }
    }

    fn role(&self) -> Result<Role, ConfigError> {
        let role = Role::parse(&self.default_role).filter(|role| *role != Role::Admin);
        role.ok_or_else(|| bad("auth.default_role", "is neither viewer nor trader"))
    }

    pub fn key_file(&self, data_dir: &Path) -> PathBuf {
        if self.key_file.is_empty() { data_dir.join("server.key") } else { PathBuf::from(&self.key_file) }
    }

    pub(super) fn validate(&self, bind: SocketAddr) -> Result<(), ConfigError> {
        self.policy(bind)?;
        self.role()?;
        if !(1..=ACCESS_S_MAX).contains(&self.access_s) {
            return Err(bad("auth.access_s", format!("must be 1 to {ACCESS_S_MAX}")));
        }
        if !(1..=3_650).contains(&self.refresh_days) {
            return Err(bad("auth.refresh_days", "must be 1 to 3650"));
        }
        if !(64..=1024 * 1024).contains(&self.hash_memory_kib) {
            return Err(bad("auth.hash_memory_kib", "must be 64 to 1048576"));
        }
        if !(1..=60_000).contains(&self.signature_window_ms) {
            return Err(bad("auth.signature_window_ms", "must be 1 to 60000"));
        }
        for (key, value) in [
            ("auth.hash_passes", self.hash_passes as usize),
            ("auth.hash_threads", self.hash_threads),
            ("auth.keys_held", self.keys_held),
        ] {
            if value == 0 {
                return Err(bad(key, "must be at least 1"));
            }
        }
        Ok(())
    }

    pub(super) fn settings(
        &self,
        bind: SocketAddr,
        data_dir: &Path,
        logins: Option<RateLimit>,
    ) -> Result<AuthSettings, ConfigError> {
        Ok(AuthSettings {
            policy: self.policy(bind)?,
            key_file: self.key_file(data_dir),
            signup: self.signup,
            default_role: self.role()?,
            access_s: self.access_s,
            refresh_s: self.refresh_days.saturating_mul(24 * 3_600),
            hashing: HashingLimits {
                memory_kib: self.hash_memory_kib,
                passes: self.hash_passes,
                threads: self.hash_threads,
                waiting: self.hash_waiting,
            },
            keys_held: self.keys_held,
            signature_window: Duration::from_millis(self.signature_window_ms),
            logins,
        })
    }
}
