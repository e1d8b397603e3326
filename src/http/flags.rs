//! Switches that administrators may turn while the server runs. What they are at the start, the configuration says.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::Config;

/// Whether something is on.
#[derive(Debug)]
pub struct Flag(AtomicBool);

impl Flag {
    pub const fn new(is_on: bool) -> Self {
        Self(AtomicBool::new(is_on))
    }

    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub fn set(&self, is_on: bool) {
        self.0.store(is_on, Ordering::Relaxed);
    }
}

/// Those that are not kept by what they switch.
#[derive(Debug)]
pub struct Flags {
    /// Binance's clients are served.
    pub face: Flag,
    /// `/api/v1/ws/echo` is served.
    pub echo: Flag,
    /// Whether echo may be switched on: never in production, nor where others than this machine reach it.
    pub may_echo: bool,
}

impl Flags {
    pub fn of(config: &Config) -> Self {
        Self {
            face: Flag::new(config.is_binance_face_on()),
            echo: Flag::new(config.session_limits().echo),
            may_echo: config.may_echo(),
        }
    }
}
