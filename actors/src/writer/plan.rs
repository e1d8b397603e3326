//! What a writer does next, decided without doing it.
//!
//! Rows gather until there are enough of them, or until the oldest has waited long enough. Then they go to the store, or
//! to the spool while the store is away. A write that takes longer than rows may wait is *insured*: a copy of its rows
//! goes to the spool, and so does what gathers behind it. So no row is in memory alone for much longer than it may
//! wait, however slow the store is. What is written twice, the store knows by its natural key. Rows that neither took
//! go back to those that gather, in front.

use std::time::{Duration, Instant};

/// When rows that gather are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlushRule {
    pub rows: usize,
    pub age: Duration,
}

/// How long a spool that took nothing is left in peace.
pub const SPOOL_RETRY: Duration = Duration::from_secs(1);

/// What gathers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gathering {
    pub rows: usize,
    /// Since when the oldest waits.
    pub since: Option<Instant>,
}

/// What can be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    pub has_store: bool,
    /// Everything is due at once: the server stops.
    pub is_flushing: bool,
}

/// The batch that was taken for the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    None,
    Storing {
        since: Instant,
        is_insured: bool,
    },
    /// The store did not take it while its copy was on its way into the spool.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Take what has gathered and write it to the store.
    Store,
    /// Take what has gathered and put it into the spool.
    Spool,
    /// Put a copy of the batch that the store has not answered for into the spool.
    Insure,
    /// Nothing before this moment, unless something happens; without one, until something happens.
    Wait(Option<Instant>),
}

/// What becomes of the batch that was taken for the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// It is where it belongs.
    Settled,
    /// Nobody took it: its rows go back.
    Back,
    /// Not decided yet, or there is none.
    Open,
}

#[derive(Debug)]
pub struct Plan {
    rule: FlushRule,
    taken: Taken,
    is_spooling: bool,
    /// The spool took nothing: it is asked again then.
    spool_stuck_until: Option<Instant>,
}

impl Plan {
    pub const fn new(rule: FlushRule) -> Self {
        Self { rule, taken: Taken::None, is_spooling: false, spool_stuck_until: None }
    }

    pub fn next(&self, now: Instant, gathering: Gathering, outlook: Outlook) -> Next {
        if self.is_spooling {
            return Next::Wait(None);
        }
        let stuck_until = self.spool_stuck_until.filter(|until| *until > now);
        match (self.taken, stuck_until) {
            (Taken::Storing { since, is_insured: false }, stuck_until) => {
                match stuck_until.unwrap_or(since + self.rule.age) {
                    slow_at if slow_at > now => Next::Wait(Some(slow_at)),
                    _ => Next::Insure,
                }
            }
            (Taken::None, _) if outlook.has_store => self.when_due(now, gathering, outlook, Next::Store),
            (_, Some(until)) => Next::Wait(Some(until)),
            (_, None) => self.when_due(now, gathering, outlook, Next::Spool),
        }
    }

    fn when_due(&self, now: Instant, gathering: Gathering, outlook: Outlook, next: Next) -> Next {
        let Some(since) = gathering.since.filter(|_| gathering.rows > 0) else { return Next::Wait(None) };
        let due = since + self.rule.age;
        if gathering.rows >= self.rule.rows || due <= now || outlook.is_flushing {
            next
        } else {
            Next::Wait(Some(due))
        }
    }

    pub const fn storing(&mut self, now: Instant) {
        self.taken = Taken::Storing { since: now, is_insured: false };
    }

    /// Whether the batch for the store is in the spool as well.
    pub const fn is_insured(&self) -> bool {
        matches!(self.taken, Taken::Storing { is_insured: true, .. })
    }

    /// The store has answered.
    pub const fn answered(&mut self, is_stored: bool) -> Batch {
        let is_insured = self.is_insured();
        let (taken, batch) = match (is_stored || is_insured, self.is_spooling) {
            (true, _) => (Taken::None, Batch::Settled),
            (false, true) => (Taken::Failed, Batch::Open),
            (false, false) => (Taken::None, Batch::Back),
        };
        self.taken = taken;
        batch
    }

    pub const fn spooling(&mut self) {
        self.is_spooling = true;
    }

    /// The spool has all of it: what had gathered, or the copy.
    pub const fn spooled(&mut self) -> Batch {
        self.is_spooling = false;
        match &mut self.taken {
            Taken::None => Batch::Open,
            Taken::Storing { is_insured, .. } => {
                *is_insured = true;
                Batch::Open
            }
            Taken::Failed => {
                self.taken = Taken::None;
                Batch::Settled
            }
        }
    }

    /// The spool did not take everything.
    pub fn spool_stuck(&mut self, now: Instant) -> Batch {
        self.is_spooling = false;
        self.spool_stuck_until = Some(now + SPOOL_RETRY);
        if self.taken == Taken::Failed {
            self.taken = Taken::None;
            return Batch::Back;
        }
        Batch::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: FlushRule = FlushRule { rows: 100, age: Duration::from_millis(200) };
    const STORE: Outlook = Outlook { has_store: true, is_flushing: false };
    const AWAY: Outlook = Outlook { has_store: false, is_flushing: false };

    /// A plan, and a clock that begins at zero.
    struct Desk {
        plan: Plan,
        zero: Instant,
    }

    impl Desk {
        fn new() -> Self {
            Self { plan: Plan::new(RULE), zero: Instant::now() }
        }

        fn at(&self, ms: u64) -> Instant {
            self.zero + Duration::from_millis(ms)
        }

        /// What is next at this time, with so many rows of which the oldest came then.
        fn check(&self, ms: u64, rows: usize, since_ms: u64, outlook: Outlook, expected: Next) {
            let gathering = Gathering { rows, since: (rows > 0).then(|| self.at(since_ms)) };
            assert_eq!(self.plan.next(self.at(ms), gathering, outlook), expected, "at {ms} ms with {rows}");
        }

        fn wait(&self, ms: u64) -> Next {
            Next::Wait(Some(self.at(ms)))
        }
    }

    #[test]
    fn rows_are_due_when_they_are_many_or_have_waited() {
        let desk = Desk::new();
        desk.check(0, 0, 0, STORE, Next::Wait(None));
        desk.check(10, 1, 5, STORE, desk.wait(205));
        desk.check(205, 1, 5, STORE, Next::Store);
        desk.check(6, 100, 5, STORE, Next::Store);
        desk.check(6, 1, 5, Outlook { is_flushing: true, ..STORE }, Next::Store);
        desk.check(205, 1, 5, AWAY, Next::Spool);
        desk.check(10, 1, 5, AWAY, desk.wait(205));
    }

    #[test]
    fn one_write_is_under_way_at_a_time() {
        let mut desk = Desk::new();
        desk.plan.storing(desk.at(0));
        desk.check(10, 500, 0, STORE, desk.wait(200));
        assert_eq!(desk.plan.answered(true), Batch::Settled);
        desk.check(11, 500, 0, STORE, Next::Store);
    }

    #[test]
    fn a_slow_write_is_insured_and_what_gathers_behind_it_goes_to_the_spool() {
        let mut desk = Desk::new();
        desk.plan.storing(desk.at(0));
        desk.check(200, 0, 0, STORE, Next::Insure);
        desk.plan.spooling();
        desk.check(201, 500, 0, STORE, Next::Wait(None));
        assert_eq!(desk.plan.spooled(), Batch::Open);
        desk.check(202, 1, 100, STORE, desk.wait(300));
        desk.check(300, 1, 100, STORE, Next::Spool);
        // Whatever the store says now, the batch is safe.
        assert_eq!(desk.plan.answered(false), Batch::Settled);
        desk.check(301, 1, 100, AWAY, Next::Spool);
    }

    #[test]
    fn a_write_that_fails_before_it_is_insured_gives_its_rows_back() {
        let mut desk = Desk::new();
        desk.plan.storing(desk.at(0));
        assert_eq!(desk.plan.answered(false), Batch::Back);
    }

    #[test]
    fn a_write_that_fails_while_it_is_insured_is_settled_by_the_spool() {
        for takes in [true, false] {
            let mut desk = Desk::new();
            desk.plan.storing(desk.at(0));
            desk.plan.spooling();
            assert_eq!(desk.plan.answered(false), Batch::Open);
            desk.check(250, 500, 0, AWAY, Next::Wait(None));
            if takes {
                assert_eq!(desk.plan.spooled(), Batch::Settled);
            } else {
                assert_eq!(desk.plan.spool_stuck(desk.at(250)), Batch::Back);
            }
        }
    }

    #[test]
    fn a_spool_that_takes_nothing_is_asked_once_a_second() {
        let mut desk = Desk::new();
        desk.plan.spooling();
        assert_eq!(desk.plan.spool_stuck(desk.at(300)), Batch::Open);
        desk.check(301, 500, 0, AWAY, desk.wait(1_300));
        desk.check(1_300, 500, 0, AWAY, Next::Spool);
        // A store that is back does not wait for it.
        desk.check(301, 500, 0, STORE, Next::Store);
        desk.plan.storing(desk.at(302));
        desk.check(600, 500, 0, STORE, desk.wait(1_300));
        desk.check(1_300, 500, 0, STORE, Next::Insure);
    }
}
