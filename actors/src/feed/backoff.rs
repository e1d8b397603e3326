//! How long to wait before connecting again.

use std::time::Duration;

use super::FeedLimits;
use crate::clock;

/// Doubling waits with jitter, so that many feeds do not come back in step.
pub struct Backoff {
    first: Duration,
    max: Duration,
    next: Duration,
    noise: u64,
}

impl Backoff {
    pub fn new(limits: &FeedLimits, salt: u32) -> Self {
        let (first, max) = (limits.backoff_first, limits.backoff_max);
        // The clock's low bits differ between feeds; the spread needs no better randomness.
        let noise = (clock::now().nanos().unsigned_abs() ^ u64::from(salt).rotate_left(32)) | 1;
        Self { first, max, next: first, noise }
    }

    pub fn reset(&mut self) {
        self.next = self.first;
    }

    /// Between half of the present wait and the whole of it.
    pub fn next(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(self.max);
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        let half = wait / 2;
        half + half.mul_f64((self.noise % 1_000) as f64 / 1_000.0)
    }
}
