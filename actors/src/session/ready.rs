//! Which subscriptions of a session have something to send. Pure.
//!
//! Apart from the subscriptions themselves: each frame asks for each of its readers whether it is here already, and what is
//! asked for lies in one place of memory then.

use std::collections::VecDeque;

/// Numbers of subscriptions in the order of their turns, each at most once.
#[derive(Debug, Default)]
pub(super) struct Ready {
    turns: VecDeque<usize>,
    is_in: Vec<bool>,
}

impl Ready {
    /// `false` when it is here already.
    pub fn add(&mut self, at: usize) -> bool {
        if self.is_in.len() <= at {
            self.is_in.resize(at + 1, false);
        }
        let is_new = !std::mem::replace(&mut self.is_in[at], true);
        if is_new {
            self.turns.push_back(at);
        }
        is_new
    }

    /// Takes the one whose turn it is.
    pub fn pop(&mut self) -> Option<usize> {
        let at = self.turns.pop_front()?;
        self.is_in[at] = false;
        Some(at)
    }

    /// The one whose turn it is, if there is no other.
    pub fn only(&self) -> Option<usize> {
        if self.turns.len() == 1 { self.turns.front().copied() } else { None }
    }

    /// It has nothing to send any more.
    pub fn remove(&mut self, at: usize) {
        if self.is_in.get(at).copied().unwrap_or_default() {
            self.is_in[at] = false;
            self.turns.retain(|held| *held != at);
        }
    }

    pub fn clear(&mut self) {
        self.turns.clear();
        self.is_in.fill(false);
    }

    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_turn() {
        let mut ready = Ready::default();
        assert!(ready.add(3) && ready.add(0) && !ready.add(3));
        assert_eq!((ready.only(), ready.pop()), (None, Some(3)));
        assert_eq!(ready.only(), Some(0));
        assert!(ready.add(3), "its turn is over");
        ready.remove(0);
        ready.remove(7);
        assert_eq!((ready.pop(), ready.pop()), (Some(3), None));
        assert!(ready.add(0));
        ready.clear();
        assert!(ready.is_empty() && ready.add(0));
    }
}
