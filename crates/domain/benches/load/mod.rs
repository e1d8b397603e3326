//! A mixed load of orders: 48 % limit orders that rest, 42 % cancels, 8 % limit orders that take, 2 % market orders,
//! around 10,000 live orders within 1,000 ticks of a drifting middle, of 1,000 owners.

// By its file: as a dependency the testkit would bring a runtime and a database client into the tests of a crate that has neither.
#[allow(dead_code, reason = "others use the rest of it")]
#[path = "../../../testkit/src/draw.rs"]
mod draw;

use marketd_domain::matching::{MatchingBook, OrderId, OrderSide, PlaceLimit, PlaceMarket, TimeInForce};
use marketd_domain::{Price, Qty};

use draw::Draw;

pub const LIVE_ORDERS: usize = 10_000;
pub const COMMANDS: usize = 200_000;
pub const MAX_ORDERS: u32 = 1_000_000;

/// Commands are made before the clock starts, so a cancel names the order by its place among those
/// placed; the run that executes them learns the ids.
#[derive(Clone, Copy)]
pub enum Command {
    Limit(PlaceLimit),
    Market(PlaceMarket),
    Cancel(usize),
}

impl Draw {
    fn side(&mut self) -> OrderSide {
        if self.below(2) == 0 { OrderSide::Buy } else { OrderSide::Sell }
    }
}

pub struct Generator {
    draw: Draw,
    pub book: MatchingBook,
    /// All orders placed so far, and those of them that may still rest.
    pub placed_ids: Vec<OrderId>,
    live: Vec<usize>,
    middle: i64,
}

impl Generator {
    pub fn new() -> Self {
        Self {
            draw: Draw(1),
            book: MatchingBook::new(MAX_ORDERS),
            placed_ids: Vec::new(),
            live: Vec::new(),
            middle: 100_000,
        }
    }

    /// The orders that stand in the book before anything is measured.
    pub fn fill(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        while (self.book.len() as usize) < LIVE_ORDERS {
            commands.push(self.limit(false));
        }
        commands
    }

    fn place(&mut self, order: PlaceLimit) -> Command {
        let placed = self.book.place_limit(order, |_| ()).expect("valid order");
        self.live.push(self.placed_ids.len());
        self.placed_ids.push(placed.order_id);
        Command::Limit(order)
    }

    pub fn limit(&mut self, takes: bool) -> Command {
        let side = self.draw.side();
        // The smaller of two draws puts most orders near the touch.
        let distance = 1 + self.draw.below(1_000).min(self.draw.below(1_000)) as i64;
        let away = if takes { -20 } else { distance };
        let price = if side == OrderSide::Buy { self.middle - away } else { self.middle + away };
        // Takers are smaller, so that what they remove makes up for more adds than cancels.
        let qty = Qty::from_mantissa(1 + self.draw.below(if takes { 120 } else { 200 }) as i64);
        let time_in_force = if takes { TimeInForce::Ioc } else { TimeInForce::Gtc };
        let price = Price::from_mantissa(price);
        let owner = self.draw.below(1_000);
        self.place(PlaceLimit { owner, side, price, qty, time_in_force, post_only: false })
    }

    fn market(&mut self) -> Command {
        let qty = Qty::from_mantissa(1 + self.draw.below(200) as i64);
        let order = PlaceMarket { owner: self.draw.below(1_000), side: self.draw.side(), qty };
        self.book.place_market(order, |_| ()).expect("valid order");
        Command::Market(order)
    }

    fn cancel(&mut self) -> Command {
        loop {
            let at = self.draw.below(self.live.len() as u64) as usize;
            let nth = self.live.swap_remove(at);
            if self.book.cancel(self.placed_ids[nth]).is_ok() {
                return Command::Cancel(nth);
            }
        }
    }

    pub fn next(&mut self) -> Command {
        self.middle += self.draw.below(3) as i64 - 1;
        match self.draw.below(100) {
            0..48 => self.limit(false),
            48..90 => self.cancel(),
            90..98 => self.limit(true),
            _ => self.market(),
        }
    }
}
