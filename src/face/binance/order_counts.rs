//! How many orders an account has placed: in windows of ten seconds and of a day, by the clock.

use std::collections::HashMap;

use marketd_domain::Timestamp;
use marketd_domain::ledger::UserNo;
use parking_lot::Mutex;

use super::error::FaceError;

const SPANS_MS: [i64; 2] = [10_000, 86_400_000];
/// Users in the table; beyond it those who have placed nothing lately are forgotten.
const USERS_MAX: usize = 100_000;

/// Number of a window, and how many orders fell into it.
type Window = (i64, u32);

#[derive(Debug)]
pub struct OrderCounts {
    limits: [u32; 2],
    by_user: Mutex<HashMap<UserNo, [Window; 2]>>,
}

impl OrderCounts {
    pub fn new(per_10s: u32, per_day: u32) -> Self {
        Self { limits: [per_10s, per_day], by_user: Mutex::default() }
    }

    pub const fn limits(&self) -> (u32, u32) {
        (self.limits[0], self.limits[1])
    }

    /// Counts so many orders more, and tells how many that makes.
    pub fn count(&self, user: UserNo, orders: u32, now: Timestamp) -> Result<(u32, u32), FaceError> {
        let mut table = self.by_user.lock();
        if table.len() >= USERS_MAX && !table.contains_key(&user) {
            let window = now.millis().div_euclid(SPANS_MS[0]);
            table.retain(|_, held| held[0].0 == window);
        }
        let held = table.entry(user).or_default();
        let mut made = [0; 2];
        for ((window, span), made) in held.iter_mut().zip(SPANS_MS).zip(&mut made) {
            let number = now.millis().div_euclid(span);
            if window.0 != number {
                *window = (number, 0);
            }
            *made = window.1.saturating_add(orders);
        }
        for ((made, limit), name) in made.iter().zip(self.limits).zip(["10 SECOND", "1 DAY"]) {
            if *made > limit {
                let message = format!("Too many new orders; current limit is {limit} orders per {name}.");
                return Err(FaceError::new(429, -1015, message));
            }
        }
        for (window, made) in held.iter_mut().zip(made) {
            window.1 = made;
        }
        Ok((made[0], made[1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_counted_in_windows_of_the_clock() {
        let counts = OrderCounts::new(2, 4);
        let (one, other) = (UserNo::new(1), UserNo::new(2));
        let count = |user, orders, second: i64| {
            counts.count(user, orders, Timestamp::from_millis(second * 1_000)).map_err(|error| error.code)
        };
        assert_eq!([count(one, 1, 0), count(one, 1, 9)], [Ok((1, 1)), Ok((2, 2))]);
        assert_eq!(count(one, 1, 9), Err(-1015));
        assert_eq!(count(other, 2, 9), Ok((2, 2)));
        assert_eq!([count(one, 0, 10), count(one, 2, 11)], [Ok((0, 2)), Ok((2, 4))]);
        assert_eq!(count(one, 1, 20), Err(-1015), "of the day");
        assert_eq!(count(one, 1, 86_400), Ok((1, 1)));
    }
}
