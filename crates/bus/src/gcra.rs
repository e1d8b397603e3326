//! The rate limit: the generic cell rate algorithm in whole microseconds, the same in memory and in Redis.
//!
//! One number is kept for each key: the time at which all that was taken would have been earned. Each request moves it
//! on by the interval of one; it may lie in the future by `burst` intervals. The script `redis/take.lua` says the same
//! in Lua, whose numbers are exact up to 2^53: until the year 2255.

use std::time::Duration;

/// So much at once, and one more after each interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    interval_us: u64,
    burst: u32,
}

impl RateLimit {
    /// At least one a second and one at once; at most a million a second.
    pub const fn per_second(rate: u32, burst: u32) -> Self {
        let rate = if rate == 0 { 1 } else { rate as u64 };
        let interval_us = 1_000_000_u64.div_ceil(rate);
        Self { interval_us, burst: if burst == 0 { 1 } else { burst } }
    }

    /// At least one a minute and one at once.
    pub const fn per_minute(rate: u32, burst: u32) -> Self {
        let rate = if rate == 0 { 1 } else { rate as u64 };
        let interval_us = 60_000_000_u64.div_ceil(rate);
        Self { interval_us, burst: if burst == 0 { 1 } else { burst } }
    }

    pub const fn burst(self) -> u32 {
        self.burst
    }

    pub(crate) const fn interval_us(self) -> u64 {
        self.interval_us
    }

    /// How far into the future the kept time may lie.
    const fn span_us(self) -> u64 {
        self.interval_us * self.burst as u64
    }
}

/// Whether a request may pass, and what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub allowed: bool,
    pub remaining: u32,
    /// Until one may pass; zero when this one did.
    pub retry_after: Duration,
    /// Until all of the burst is there again, if nothing more is taken.
    pub full_after: Duration,
}

impl Allowance {
    /// From what the script answers: the kept time and the present, in microseconds.
    pub(crate) fn of(allowed: bool, kept_us: u64, now_us: u64, limit: RateLimit) -> Self {
        let ahead = kept_us.saturating_sub(now_us);
        let left = limit.span_us().saturating_sub(ahead);
        let remaining = u32::try_from(left / limit.interval_us).unwrap_or(limit.burst);
        let retry = if allowed { 0 } else { limit.interval_us.saturating_sub(left) };
        Self {
            allowed,
            remaining,
            retry_after: Duration::from_micros(retry),
            full_after: Duration::from_micros(ahead),
        }
    }
}

/// The time that is kept from now on, and the answer.
pub(crate) fn take(kept_us: Option<u64>, now_us: u64, limit: RateLimit) -> (u64, Allowance) {
    // A time further ahead than the limit can make it is not of this limit, or of a clock that went back.
    let kept = kept_us.unwrap_or(now_us).clamp(now_us, now_us + limit.span_us());
    let next = kept + limit.interval_us;
    let allowed = next <= now_us + limit.span_us();
    let kept = if allowed { next } else { kept };
    (kept, Allowance::of(allowed, kept, now_us, limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_one_each_interval() {
        let limit = RateLimit::per_second(10, 3);
        let at = 1_000_000;
        let mut kept = None;
        let mut step = |now| {
            let (next, allowance) = take(kept, now, limit);
            kept = Some(next);
            (allowance.allowed, allowance.remaining, allowance.retry_after.as_micros())
        };
        assert_eq!(step(at), (true, 2, 0));
        assert_eq!(step(at), (true, 1, 0));
        assert_eq!(step(at), (true, 0, 0));
        assert_eq!(step(at), (false, 0, 100_000));
        assert_eq!(step(at + 40_000), (false, 0, 60_000), "a refusal costs nothing");
        assert_eq!(step(at + 100_000), (true, 0, 0));
        assert_eq!(step(at + 100_000), (false, 0, 100_000));
        assert_eq!(step(at + 10_000_000), (true, 2, 0), "not more than the burst is saved up");
    }

    #[test]
    fn a_time_that_cannot_be_is_cut_to_what_can() {
        let limit = RateLimit::per_second(10, 3);
        let (kept, allowance) = take(Some(u64::MAX), 1_000_000, limit);
        assert_eq!((kept, allowance.allowed), (1_300_000, false));
        assert_eq!(allowance.retry_after, Duration::from_millis(100));
        assert_eq!(allowance.full_after, Duration::from_millis(300));
        let (kept, allowance) = take(Some(0), 1_000_000, limit);
        assert_eq!((kept, allowance.remaining), (1_100_000, 2));
    }

    #[test]
    fn whatever_is_asked_not_more_passes_than_burst_and_rate() {
        // Irregular times from a small generator: what passes in any span is bounded by burst + span / interval.
        let limit = RateLimit::per_second(50, 7);
        let (mut seed, mut now, mut kept, mut passed) = (17_u64, 5_000_000_u64, None, Vec::new());
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            now += (seed >> 33) % 15_000;
            let (next, allowance) = take(kept, now, limit);
            kept = Some(next);
            if allowance.allowed {
                passed.push(now);
            }
        }
        assert!(passed.len() > 1_000);
        for (first, &begin) in passed.iter().enumerate() {
            for (count, &end) in passed[first..].iter().enumerate().take(200) {
                let bound = 7 + (end - begin) / 20_000;
                assert!((count as u64) < bound, "{} within {} us", count + 1, end - begin);
            }
        }
    }
}
