//! Markets of the simulated venue: orders stand in its own book, order by order.
//!
//! The simulator is held while the sandbox takes an input: first what the simulator did since is taken in, then the input is, and
//! what the sandbox's orders did is done in the simulator's book. So neither ever acts on a book that the other one has
//! changed meanwhile. A market's orders stand there while it is followed and live; otherwise none of them does, and they
//! come back at the end of their queues.

use marketd_domain::MarketIndex;
use marketd_domain::ledger::MarketNo;
use marketd_domain::sandbox::{Event, Input, MarketEvent, VenueStatus};

use super::floor::Floor;
use crate::sim::HeldSimulator;

/// What follows from news is news again, a few times over: of an order that wakes, of one that this one met.
const ROUNDS: usize = 16;

impl Floor {
    /// Takes in what the simulated markets did since the last input.
    pub(super) fn look_at_simulated(&mut self) {
        self.forget_noted();
        let Some(shared) = self.board.simulator() else { return };
        let mut held = shared.lock();
        self.hear_simulated(&mut held);
        self.settle_simulated(&mut held);
    }

    pub(super) fn hear_simulated(&mut self, held: &mut HeldSimulator) {
        for number in 0..self.followed.len() {
            for _ in 0..ROUNDS {
                if !self.hear_turn(number, held) {
                    break;
                }
            }
        }
    }

    /// Says whether there was something.
    fn hear_turn(&mut self, number: usize, held: &mut HeldSimulator) -> bool {
        let Some(index) = self.standing_in(number, held) else { return false };
        let Some(mut turn) = held.simulator.as_mut().and_then(|simulator| simulator.turn(index)) else {
            return false;
        };
        turn.book.book_seq = self.followed[number].book_seq;
        let market = MarketNo::new(number as u32);
        let input = Input::Market { market, event: MarketEvent::Turn(&turn) };
        if let Err(reject) = self.apply_with(input, Some(&mut *held)) {
            let id = self.market_id(market);
            tracing::error!(market = %id, %reject, "orders stand otherwise in the simulated book, entering them anew");
            self.followed[number].standing_in = None;
            return false;
        }
        true
    }

    /// Does in the simulated books what the sandbox's orders did.
    pub(super) fn follow_in_simulated(&self, held: &mut HeldSimulator, events: &[Event]) {
        for number in 0..self.followed.len() {
            if let (Some(index), Some(simulator)) = (self.standing_in(number, held), &mut held.simulator) {
                simulator.follow(index, MarketNo::new(number as u32), &self.sandbox, events);
            }
        }
    }

    /// The simulator's number of a market in whose book our orders stand.
    fn standing_in(&self, number: usize, held: &HeldSimulator) -> Option<MarketIndex> {
        let followed = &self.followed[number];
        followed.simulated.filter(|_| followed.standing_in == Some(held.generation))
    }

    /// Enters orders where they are to stand, and takes them away where not.
    pub(super) fn settle_simulated(&mut self, held: &mut HeldSimulator) {
        for number in 0..self.followed.len() {
            let followed = &self.followed[number];
            let Some(index) = followed.simulated else { continue };
            let is_live = self.sandbox.market_status(MarketNo::new(number as u32)) == Some(VenueStatus::Live);
            let is_wanted = followed.is_followed() && is_live;
            match (is_wanted, self.standing_in(number, held).is_some()) {
                (true, false) => self.enter_simulated(number, index, held),
                (false, true) => self.leave_simulated(number, index, held),
                _ => {}
            }
        }
    }

    fn enter_simulated(&mut self, number: usize, index: MarketIndex, held: &mut HeldSimulator) {
        let (market, seq) = (MarketNo::new(number as u32), self.sandbox.seq());
        let Some(simulator) = &mut held.simulator else { return };
        let Some(mut turn) = simulator.attach(index, &self.sandbox.standing_orders(market), seq) else {
            return;
        };
        turn.book.book_seq = self.followed[number].book_seq;
        self.followed[number].standing_in = Some(held.generation);
        let input = Input::Market { market, event: MarketEvent::Turn(&turn) };
        if let Err(reject) = self.apply_with(input, Some(&mut *held)) {
            tracing::error!(market = %self.market_id(market), %reject, "the simulated book does not fit");
        }
        // Those that this book had moved over.
        let (standing, seq) = (self.sandbox.standing_orders(market), self.sandbox.seq());
        if let Some(simulator) = &mut held.simulator {
            simulator.enter(index, &standing, seq);
        }
    }

    fn leave_simulated(&mut self, number: usize, index: MarketIndex, held: &mut HeldSimulator) {
        self.followed[number].standing_in = None;
        if let Some(simulator) = &mut held.simulator {
            simulator.detach(index);
        }
    }
}

/// A sandbox that ends, however it does, leaves no orders behind that nobody answers for.
impl Drop for Floor {
    fn drop(&mut self) {
        let Some(shared) = self.board.simulator() else { return };
        let mut held = shared.lock();
        for number in 0..self.followed.len() {
            if let Some(index) = self.standing_in(number, &held) {
                self.leave_simulated(number, index, &mut held);
            }
        }
    }
}
