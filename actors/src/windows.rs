//! Whose turn it is to be written to. Pure.
//!
//! Invariant: windows take turns. One that always has somebody waiting, as that of sessions without a
//! window has when there is more to write than time, does not keep the others from theirs.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The lengths that windows have, in milliseconds. Each turn looks at all windows, so there must not be as many as clients
/// can think of.
const STEPS_MS: [u64; 28] = [
    0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250, 300, 400, 500,
    700, 1_000,
];

/// The longest step that is not longer: who asks for a length waits no longer than that.
fn step_of(every: Duration) -> Duration {
    let steps = STEPS_MS.map(Duration::from_millis);
    steps[steps.partition_point(|step| *step <= every).saturating_sub(1)]
}

/// Number of a flush window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowNo(usize);

/// Who is visited at most once in so long.
struct Window<T> {
    every: Duration,
    /// Those who may ever wait here.
    members: usize,
    waiting: VecDeque<T>,
    /// Those of the round under way who have not had their turn.
    left: usize,
    /// When the round under way, or the last one, began.
    began: Instant,
    /// When the next round may begin.
    next: Instant,
}

/// When there is somebody to visit.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn<T> {
    Of(T),
    /// A window opens then.
    At(Instant),
    /// Nobody waits.
    Nobody,
}

pub struct Windows<T> {
    windows: Vec<Window<T>>,
    /// The window that is looked at first.
    first: usize,
    /// What the last round of visits took.
    round: Duration,
}

impl<T> Default for Windows<T> {
    fn default() -> Self {
        Self { windows: Vec::new(), first: 0, round: Duration::ZERO }
    }
}

impl<T> Windows<T> {
    /// Somebody enters the window of this length, or of the step below it.
    pub fn enter(&mut self, every: Duration, now: Instant) -> WindowNo {
        let every = step_of(every);
        let at = self.windows.iter().position(|window| window.every == every).unwrap_or_else(|| {
            let waiting = VecDeque::new();
            self.windows.push(Window { every, members: 0, waiting, left: 0, began: now, next: now });
            self.windows.len() - 1
        });
        self.windows[at].members += 1;
        WindowNo(at)
    }

    /// Somebody who had entered will not wait there any more.
    pub fn leave(&mut self, window: WindowNo) {
        self.windows[window.0].members -= 1;
    }

    /// Until when nobody can be visited, whoever comes to wait meanwhile.
    pub fn closed_until(&self) -> Option<Instant> {
        let entered = self.windows.iter().filter(|window| window.members > 0);
        entered.map(|window| window.next).min()
    }

    /// Adds somebody; `true` when nobody waited in that window before.
    pub fn push(&mut self, window: WindowNo, who: T) -> bool {
        let waiting = &mut self.windows[window.0].waiting;
        waiting.push_back(who);
        waiting.len() == 1
    }

    /// What the last round of visits took: who is not visited within it has no use for news before.
    pub const fn round(&self) -> Duration {
        self.round
    }

    pub fn next(&mut self, now: Instant) -> Turn<T> {
        let mut opens: Option<Instant> = None;
        let count = self.windows.len();
        for at in (self.first..count).chain(0..self.first) {
            let window = &mut self.windows[at];
            if window.left == 0 {
                if window.waiting.is_empty() {
                    continue;
                }
                if window.next > now {
                    opens = Some(opens.map_or(window.next, |held| held.min(window.next)));
                    continue;
                }
                // Who comes during a round is for the next one.
                window.left = window.waiting.len();
                window.began = now;
            }
            window.left -= 1;
            if window.left == 0 {
                self.round = now.saturating_duration_since(window.began);
                // From its end, or who was last in this round and is first in the next would be visited sooner.
                window.next = now + window.every;
            }
            if let Some(who) = window.waiting.pop_front() {
                self.first = (at + 1) % count;
                return Turn::Of(who);
            }
        }
        opens.map_or(Turn::Nobody, Turn::At)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Duration = Duration::from_millis(5);

    #[test]
    fn a_window_opens_once_in_its_length() {
        let (mut windows, start) = (Windows::default(), Instant::now());
        let five = windows.enter(FIVE, start);
        assert_eq!(windows.next(start), Turn::Nobody);
        assert!(windows.push(five, 'a') && !windows.push(five, 'b'));
        assert_eq!(windows.next(start), Turn::Of('a'));
        windows.push(five, 'c');
        assert_eq!(windows.next(start), Turn::Of('b'));
        let opens = start + FIVE;
        assert_eq!(windows.next(start), Turn::At(opens), "who came during the round waits");
        assert_eq!(windows.closed_until(), Some(opens));
        assert_eq!(windows.next(opens), Turn::Of('c'));
        assert_eq!(windows.next(start + FIVE), Turn::Nobody);
        windows.leave(five);
        assert_eq!(windows.closed_until(), None, "nobody is left who could be visited");
        assert_eq!(windows.enter(FIVE, start), five);
    }

    #[test]
    fn a_window_counts_from_the_end_of_its_round() {
        let (mut windows, start) = (Windows::default(), Instant::now());
        let five = windows.enter(FIVE, start);
        for who in ['a', 'b'] {
            windows.push(five, who);
        }
        let two = Duration::from_millis(2);
        assert_eq!(windows.next(start), Turn::Of('a'));
        assert_eq!(windows.next(start + two), Turn::Of('b'));
        assert_eq!(windows.round(), two);
        windows.push(five, 'b');
        assert_eq!(windows.next(start + FIVE), Turn::At(start + two + FIVE), "5 ms after the last time");
    }

    #[test]
    fn however_many_lengths_are_asked_for_there_are_few_windows() {
        let (mut windows, start) = (Windows::<()>::default(), Instant::now());
        for ms in 0..=1_000 {
            let asked = Duration::from_millis(ms);
            let WindowNo(at) = windows.enter(asked, start);
            let given = windows.windows[at].every;
            assert!(given <= asked && given * 10 >= asked * 7, "{given:?} for {asked:?}");
        }
        assert_eq!(windows.windows.len(), STEPS_MS.len());
        assert_eq!(step_of(Duration::from_millis(5)), FIVE);
        assert_eq!(step_of(Duration::from_secs(5)), Duration::from_secs(1));
    }

    #[test]
    fn a_window_that_never_empties_does_not_keep_the_others_waiting() {
        let (mut windows, start) = (Windows::default(), Instant::now());
        let none = windows.enter(Duration::ZERO, start);
        let five = windows.enter(FIVE, start);
        windows.push(none, 0);
        windows.push(none, 1);
        windows.push(five, 7);
        let mut turns = Vec::new();
        for _ in 0..4 {
            let Turn::Of(who) = windows.next(start) else { panic!("somebody waits") };
            turns.push(who);
            if who != 7 {
                windows.push(none, who);
            }
        }
        assert_eq!(turns, [0, 7, 1, 0]);
    }
}
