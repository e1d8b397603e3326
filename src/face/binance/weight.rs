//! How much an address may ask for: Binance's weights, in windows of a minute of the clock.
//!
//! Invariant: an address is in the table for the minute in which it asked, or while it is banned.

use std::collections::HashMap;
use std::net::IpAddr;

use marketd_actors::peers::peer_of;
use marketd_domain::Timestamp;
use parking_lot::Mutex;

use super::error::FaceError;

const MINUTE_MS: i64 = 60_000;
/// What the refusals end with there.
pub const INSTEAD: &str = "Please use WebSocket Streams for live updates to avoid polling the API.";
/// Addresses in the table; beyond it nobody new is counted in this minute.
const ADDRESSES_MAX: usize = 100_000;

#[derive(Debug, Clone, Copy)]
pub struct WeightLimits {
    /// `None`: any amount.
    pub per_minute: Option<u32>,
    pub refusals_before_ban: u32,
    pub ban_s: u32,
}

#[derive(Debug, Default, Clone, Copy)]
struct Used {
    weight: u32,
    refusals: u32,
    banned_until_ms: i64,
}

#[derive(Debug, Default)]
struct Table {
    minute: i64,
    used: HashMap<IpAddr, Used>,
}

#[derive(Debug)]
pub struct Weights {
    limits: WeightLimits,
    table: Mutex<Table>,
}

impl Weights {
    pub fn new(limits: WeightLimits) -> Self {
        Self { limits, table: Mutex::default() }
    }

    pub const fn limits(&self) -> WeightLimits {
        self.limits
    }

    /// Counts a request. Tells what the address has used in this minute.
    pub fn charge(&self, address: IpAddr, weight: u32, now: Timestamp) -> Result<u32, FaceError> {
        let now_ms = now.millis();
        let mut table = self.table.lock();
        let minute = now_ms.div_euclid(MINUTE_MS);
        if table.minute != minute {
            table.minute = minute;
            table.used.retain(|_, used| used.banned_until_ms > now_ms);
            for used in table.used.values_mut() {
                (used.weight, used.refusals) = (0, 0);
            }
        }
        let peer = peer_of(address);
        if table.used.len() >= ADDRESSES_MAX && !table.used.contains_key(&peer) {
            return Ok(weight);
        }
        let used = table.used.entry(peer).or_default();
        if used.banned_until_ms > now_ms {
            return Err(banned(address, used.banned_until_ms, now_ms));
        }
        used.weight = used.weight.saturating_add(weight);
        let Some(limit) = self.limits.per_minute.filter(|limit| used.weight > *limit) else {
            return Ok(used.weight);
        };
        let message = format!(
            "Too much request weight used; current limit is {limit} request weight per 1 MINUTE. {INSTEAD}"
        );
        let left_ms = (minute + 1) * MINUTE_MS - now_ms;
        Err(self.refused(address, used, (left_ms, message), now_ms))
    }

    /// Refuses a request for another limit than that of weights: whoever goes on is banned all the same.
    pub fn refuse(&self, address: IpAddr, wait_ms: i64, message: String, now: Timestamp) -> FaceError {
        let mut table = self.table.lock();
        let peer = peer_of(address);
        // One that is not in the table was not counted: it is not banned either.
        let mut none = Used::default();
        let used = table.used.get_mut(&peer).unwrap_or(&mut none);
        self.refused(address, used, (wait_ms, message), now.millis())
    }

    fn refused(
        &self,
        address: IpAddr,
        used: &mut Used,
        (wait_ms, message): (i64, String),
        now_ms: i64,
    ) -> FaceError {
        used.refusals += 1;
        if used.refusals > self.limits.refusals_before_ban {
            used.banned_until_ms = now_ms + i64::from(self.limits.ban_s) * 1_000;
            return banned(address, used.banned_until_ms, now_ms);
        }
        FaceError { retry_after: Some(seconds(wait_ms)), ..FaceError::new(429, -1003, message) }
    }
}

fn banned(address: IpAddr, until_ms: i64, now_ms: i64) -> FaceError {
    let message = format!(
        "Way too much request weight used; IP banned until {until_ms}. Please use WebSocket Streams for live updates to \
         avoid bans. ({address})"
    );
    FaceError { retry_after: Some(seconds(until_ms - now_ms)), ..FaceError::new(418, -1003, message) }
}

fn seconds(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0).div_ceil(1_000).max(1)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn windows_follow_the_clock_and_the_stubborn_are_banned() {
        let limits = WeightLimits { per_minute: Some(10), refusals_before_ban: 2, ban_s: 120 };
        let weights = Weights::new(limits);
        let one = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
        let ask = |weight: u32, second: i64| {
            let answer = weights.charge(one, weight, Timestamp::from_millis(second * 1_000));
            answer.map_err(|error| (error.status, error.code, error.retry_after))
        };
        assert_eq!([ask(4, 30), ask(6, 40)], [Ok(4), Ok(10)]);
        assert_eq!([ask(1, 50), ask(1, 51)], [Err((429, -1003, Some(10))), Err((429, -1003, Some(9)))]);
        assert_eq!(ask(1, 60), Ok(1), "a new minute");
        assert_eq!(ask(20, 61), Err((429, -1003, Some(59))));
        assert_eq!(ask(1, 62), Err((429, -1003, Some(58))));
        assert_eq!(ask(1, 63), Err((418, -1003, Some(120))));
        assert_eq!(ask(1, 182), Err((418, -1003, Some(1))), "a new minute does not end a ban");
        assert_eq!(ask(1, 183), Ok(1));
        let other = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));
        assert_eq!(weights.charge(other, 10, Timestamp::from_millis(183_000)), Ok(10));
    }

    #[test]
    fn without_a_limit_it_only_counts() {
        let limits = WeightLimits { per_minute: None, refusals_before_ban: 1, ban_s: 1 };
        let weights = Weights::new(limits);
        let one = IpAddr::V4(Ipv4Addr::LOCALHOST);
        for nth in 1..=100 {
            assert_eq!(weights.charge(one, 1_000, Timestamp::ZERO), Ok(nth * 1_000));
        }
    }
}
