//! Market makers: each keeps a ladder of quotes on both sides of what it holds for the fair price.

use marketd_domain::matching::{OrderId, OrderSide};

use super::config::SimMarket;
use super::draw::Draw;
use super::exchange::Exchange;
use super::fair_value::FULL_SEVERITY;

/// Quotes a side.
const RANKS: usize = 24;
/// The first ranks are kept in place always, those behind them half of the times.
const WATCHED_RANKS: usize = 4;

/// Makers are businesses: none of their quotes is out of all proportion.
const LOTS_TAIL: u32 = 4;

/// What makers go by when they quote.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outlook {
    pub fair_ticks: i64,
    /// Zero to [`FULL_SEVERITY`].
    pub severity: i64,
    /// Nobody quotes closer to the other side than this, for now.
    pub gap_ticks: i64,
}

impl Outlook {
    /// How much further from the fair price than usual it is dared to quote: 1/2000 at the worst.
    pub const fn widening_ticks(self) -> i64 {
        self.fair_ticks / 2_000 * self.severity / FULL_SEVERITY
    }

    /// What is dared to be offered of `lots`: bids shrink to an eighth at the worst.
    pub const fn dared_lots(self, side: OrderSide, lots: i64) -> i64 {
        match side {
            OrderSide::Buy => lots - lots * 7 / 8 * self.severity / FULL_SEVERITY,
            OrderSide::Sell => lots,
        }
    }
}

pub(super) struct Maker {
    owner: u64,
    /// How far this maker's opinion lies off the fair price.
    skew_ticks: i64,
    bids: [Option<OrderId>; RANKS],
    asks: [Option<OrderId>; RANKS],
}

impl Maker {
    pub const fn new(owner: u64) -> Self {
        Self { owner, skew_ticks: 0, bids: [None; RANKS], asks: [None; RANKS] }
    }

    /// Brings the ladder to where it belongs now.
    pub fn requote(
        &mut self,
        exchange: &mut Exchange,
        draw: &mut Draw,
        market: &SimMarket,
        outlook: Outlook,
    ) {
        let reach = 2 * market.spacing_ticks;
        self.skew_ticks = (self.skew_ticks + draw.around_zero(market.spacing_ticks)).clamp(-reach, reach);
        let reference = outlook.fair_ticks + self.skew_ticks;
        // The side that the price moves towards makes way first: a maker's own asks would keep its bids
        // from rising.
        let rises = exchange.touch().is_none_or(|(bid, ask)| reference * 2 > bid + ask);
        let sides = if rises { [OrderSide::Sell, OrderSide::Buy] } else { [OrderSide::Buy, OrderSide::Sell] };
        for side in sides {
            let mut quoting = Quoting { exchange, draw, market, outlook, owner: self.owner, side, reference };
            match side {
                OrderSide::Buy => quoting.side(&mut self.bids),
                OrderSide::Sell => quoting.side(&mut self.asks),
            }
        }
    }
}

/// Where the quote of a rank belongs.
struct Place {
    /// From the reference, at least, and how much more it may be.
    away: i64,
    play: i64,
    /// How far from the middle of that it may stand before it is moved.
    tolerance: i64,
    /// From the opposite touch, at least.
    step: i64,
}

/// One maker's turn on one side.
struct Quoting<'a> {
    exchange: &'a mut Exchange,
    draw: &'a mut Draw,
    market: &'a SimMarket,
    outlook: Outlook,
    owner: u64,
    side: OrderSide,
    reference: i64,
}

impl Quoting<'_> {
    fn side(&mut self, quotes: &mut [Option<OrderId>; RANKS]) {
        let opposite = self.exchange.best_ticks(self.side.takes_from());
        for (rank, quote) in quotes.iter_mut().enumerate() {
            let place = self.place_of(rank as i64);
            let resting = quote.and_then(|order_id| self.exchange.order_ticks(order_id));
            let is_scared = self.is_scared();
            let middle = self.ticks_at(place.away + place.play / 2, place.step, opposite);
            if resting.is_some_and(|ticks| (ticks - middle).abs() <= place.tolerance) && !is_scared {
                continue;
            }
            if rank >= WATCHED_RANKS && self.draw.chance(1, 2) {
                continue;
            }
            if let Some(order_id) = quote.take() {
                self.exchange.cancel(order_id);
            }
            if is_scared {
                continue;
            }
            let away = place.away + self.draw.between(0, place.play);
            let lots = self.lots(rank as i64);
            let ticks = self.ticks_at(away, place.step, opposite);
            *quote = self.exchange.rest(self.owner, self.side, ticks, lots);
        }
    }

    /// In a crash nobody wants to be the bid.
    fn is_scared(&mut self) -> bool {
        self.side == OrderSide::Buy
            && self.outlook.severity > 0
            && self.draw.chance(self.outlook.severity, 4 * FULL_SEVERITY)
    }

    /// The ladder is dense at the touch and thins out quadratically.
    const fn place_of(&self, rank: i64) -> Place {
        let spacing = self.market.spacing_ticks;
        let distance = 1 + rank * spacing + rank * rank * spacing / 2;
        let play = spacing * (1 + rank / 4);
        Place {
            away: distance + self.outlook.widening_ticks(),
            play,
            tolerance: spacing / 2 + distance / 4 + play / 2,
            step: self.outlook.gap_ticks + rank * spacing / 2,
        }
    }

    /// The price `away` from the reference, but at least `step` behind the opposite touch: a maker does
    /// not take, even when it thinks others are wrong.
    fn ticks_at(&self, away: i64, step: i64, opposite: Option<i64>) -> i64 {
        match self.side {
            OrderSide::Buy => (self.reference - away).min(opposite.map_or(i64::MAX, |ask| ask - step)).max(1),
            OrderSide::Sell => (self.reference + away).max(opposite.map_or(1, |bid| bid + step)),
        }
    }

    /// Larger away from the touch.
    fn lots(&mut self, rank: i64) -> i64 {
        let lots = self.draw.lots(self.market.typical_lots * (4 + rank) / 4, LOTS_TAIL);
        self.outlook.dared_lots(self.side, lots)
    }
}
