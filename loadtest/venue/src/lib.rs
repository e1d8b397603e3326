//! A scripted venue: it speaks Bitstamp's protocol on real sockets and publishes trades and book changes at an exact
//! rate, whether or not its reader keeps up. So what a load test measures is the server's own path, feed included.
//!
//! Each message carries the time at which it was *due*: a reader that stops reading cannot hide its delay.

pub mod market;
pub mod publish;
pub mod schedule;
pub mod server;

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970: the clock that due times are told in.
pub fn wall_micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
