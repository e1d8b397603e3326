//! When to ask again, and when to remind a venue that we are there. No clock: `now` comes in.

use marketd_domain::Timestamp;

/// A wish for a fresh book that is repeated until it is granted: at once, then after 1 s, 2 s, 4 s
/// and so on up to 30 s. Two wishes in quick succession are still a second apart.
#[derive(Debug, Clone, Default)]
pub struct Retry {
    due: Option<Timestamp>,
    asked: Option<Timestamp>,
    doublings: u32,
}

const FIRST_WAIT_MS: i64 = 1_000;
const LONGEST_WAIT_MS: i64 = 30_000;

impl Retry {
    /// Something is wanted from now on. `true`: ask for it now.
    pub fn want(&mut self, now: Timestamp) -> bool {
        if self.due.is_some() {
            return false;
        }
        match self.asked.map(|asked| asked.plus_millis(FIRST_WAIT_MS)) {
            Some(earliest) if now < earliest => {
                self.due = Some(earliest);
                false
            }
            _ => {
                self.ask(now);
                true
            }
        }
    }

    /// It is on its way already; should it not have come at `due`, it is asked for.
    pub fn expect_by(&mut self, due: Timestamp) {
        self.doublings = 0;
        self.due = Some(due);
    }

    /// `true`: it was asked for, did not come, and is to be asked for again now.
    pub fn is_due(&mut self, now: Timestamp) -> bool {
        let due = self.due.is_some_and(|due| now >= due);
        if due {
            self.ask(now);
        }
        due
    }

    pub const fn is_wanted(&self) -> bool {
        self.due.is_some()
    }

    /// It came, or is no longer wanted.
    pub fn done(&mut self) {
        self.due = None;
        self.doublings = 0;
    }

    fn ask(&mut self, now: Timestamp) {
        self.asked = Some(now);
        self.due = Some(now.plus_millis((FIRST_WAIT_MS << self.doublings).min(LONGEST_WAIT_MS)));
        // 1 s doubled five times is beyond the longest wait already.
        self.doublings = (self.doublings + 1).min(5);
    }
}

/// Pings of one connection: regularly, and sooner when nothing was heard, so that a quiet market is
/// told from a dead line before the silence limit.
#[derive(Debug, Clone)]
pub struct Pings {
    heard: Timestamp,
    sent: Timestamp,
}

const PING_EVERY_NANOS: i64 = 20_000_000_000;
const PING_AFTER_QUIET_NANOS: i64 = 2_000_000_000;

impl Pings {
    pub const fn new(now: Timestamp) -> Self {
        Self { heard: now, sent: now }
    }

    pub fn heard(&mut self, now: Timestamp) {
        self.heard = now;
    }

    /// `true`: send a ping now.
    pub fn is_due(&mut self, now: Timestamp) -> bool {
        let since_ping = now.nanos_since(self.sent);
        let quiet = now.nanos_since(self.heard).min(since_ping) >= PING_AFTER_QUIET_NANOS;
        let due = quiet || since_ping >= PING_EVERY_NANOS;
        if due {
            self.sent = now;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute_and_start_again() {
        let mut retry = Retry::default();
        assert!(!retry.is_due(Timestamp::ZERO) && !retry.is_wanted());
        let mut asked = Vec::new();
        if retry.want(Timestamp::ZERO) {
            asked.push(0);
        }
        for second in 1..=100 {
            let now = Timestamp::from_millis(second * 1_000);
            assert!(!retry.want(now), "one wish at a time");
            if retry.is_due(now) {
                asked.push(second);
            }
        }
        assert_eq!(asked, [0, 1, 3, 7, 15, 31, 61, 91]);
        retry.done();
        assert!(retry.want(Timestamp::from_millis(101_000)));
    }

    #[test]
    fn wishes_in_quick_succession_are_a_second_apart() {
        let mut retry = Retry::default();
        let at = Timestamp::from_millis;
        assert!(retry.want(at(0)));
        retry.done();
        assert!(!retry.want(at(300)));
        assert!(!retry.is_due(at(900)));
        assert!(retry.is_due(at(1_000)));
    }

    #[test]
    fn what_is_on_its_way_is_asked_for_when_it_does_not_come() {
        let mut retry = Retry::default();
        let at = Timestamp::from_millis;
        retry.expect_by(at(5_000));
        assert!(!retry.want(at(0)) && !retry.is_due(at(4_999)));
        assert!(retry.is_due(at(5_000)));
        assert!(!retry.is_due(at(5_999)) && retry.is_due(at(6_000)));
    }

    #[test]
    fn a_quiet_line_is_pinged_sooner_than_a_busy_one() {
        let mut pings = Pings::new(Timestamp::ZERO);
        let mut sent = Vec::new();
        for second in 1..=30 {
            let now = Timestamp::from_millis(second * 1_000);
            if second < 25 {
                pings.heard(now);
            }
            if pings.is_due(now) {
                sent.push(second);
            }
        }
        assert_eq!(sent, [20, 26, 28, 30]);
    }
}
