//! Who trades in a simulated market. Makers give it depth, passers-by a busy touch, patient investors
//! the far levels, and takers the tape: some without a reason, some in a run after the price, seldom a
//! large one, and those who take what the makers were too slow to withdraw.

use marketd_domain::BookSide;
use marketd_domain::matching::{OrderId, OrderSide};

use super::config::SimMarket;
use super::draw::Draw;
use super::exchange::Exchange;
use super::fair_value::FULL_SEVERITY;
use super::makers::{Maker, Outlook};

const MAKERS: u64 = 5;
/// Makers that look at the market each step.
const MAKERS_A_STEP: usize = 2;
/// Owners below are the makers.
const PASSER_BY: u64 = 100;
const PATIENT: u64 = 101;
const WHALE: u64 = 102;
const TAKER: u64 = 103;
const MOMENTUM: u64 = 104;
const ARBITRAGEUR: u64 = 105;

/// Passers-by with an order in the book, at most.
const PASSERS_BY: usize = 60;
/// Orders of patient investors, each side.
const PATIENT_ORDERS: usize = 50;
const WALLS: usize = 3;

/// The largest of ordinary orders is about 2^8 times the usual one.
const LOTS_TAIL: u32 = 8;

/// A run of takers on one side.
#[derive(Debug, Clone, Copy)]
struct Burst {
    side: OrderSide,
    left: i64,
}

pub(super) struct Agents {
    draw: Draw,
    makers: Vec<Maker>,
    passers_by: Vec<OrderId>,
    patient_bids: Vec<OrderId>,
    patient_asks: Vec<OrderId>,
    walls: Vec<OrderId>,
    burst: Option<Burst>,
    /// Follows the fair price at a distance; momentum is the difference.
    slow_ticks: i64,
}

/// What goes on in one step: where it happens, and in which mood.
pub(super) struct Scene<'a> {
    pub exchange: &'a mut Exchange,
    pub market: &'a SimMarket,
    pub outlook: Outlook,
    /// Nobody takes: what nobody may see printed must not be printed.
    pub muted: bool,
}

impl Agents {
    pub fn new(draw: Draw) -> Self {
        Self {
            draw,
            makers: (1..=MAKERS).map(Maker::new).collect(),
            passers_by: Vec::with_capacity(PASSERS_BY),
            patient_bids: Vec::with_capacity(PATIENT_ORDERS),
            patient_asks: Vec::with_capacity(PATIENT_ORDERS),
            walls: Vec::with_capacity(WALLS + 1),
            burst: None,
            slow_ticks: 0,
        }
    }

    pub const fn is_bursting(&self) -> bool {
        self.burst.is_some()
    }

    /// Fills an empty book. Quotes are placed by chance, so it takes a few rounds.
    pub fn populate(&mut self, scene: &mut Scene<'_>) {
        self.slow_ticks = scene.outlook.fair_ticks;
        for _ in 0..8 {
            for maker in &mut self.makers {
                maker.requote(scene.exchange, &mut self.draw, scene.market, scene.outlook);
            }
        }
        for _ in 0..PATIENT_ORDERS {
            self.invest(scene, OrderSide::Buy);
            self.invest(scene, OrderSide::Sell);
        }
    }

    /// Everybody's chance to do something. Returns which way takers pressed: buys less sells.
    pub fn step(&mut self, scene: &mut Scene<'_>) -> i64 {
        for _ in 0..MAKERS_A_STEP {
            let at = self.draw.below(MAKERS) as usize;
            self.makers[at].requote(scene.exchange, &mut self.draw, scene.market, scene.outlook);
        }
        self.pass_by(scene);
        if self.draw.chance(1, 6) {
            let side = self.draw.side();
            self.invest(scene, side);
        }
        if scene.outlook.severity > 0 {
            self.flee(scene);
        }
        self.slow_ticks += (scene.outlook.fair_ticks - self.slow_ticks) / 64;
        if scene.muted {
            withdraw(scene);
            return 0;
        }
        self.take(scene)
    }

    /// Small orders at the touch, between it and a little behind; soon cancelled again.
    fn pass_by(&mut self, scene: &mut Scene<'_>) {
        let action = self.draw.below(8);
        if self.passers_by.len() >= PASSERS_BY || (4..7).contains(&action) {
            if let Some(order_id) = pick(&mut self.draw, &mut self.passers_by) {
                scene.exchange.cancel(order_id);
            }
        } else if action == 7 {
            if let Some(order_id) = pick(&mut self.draw, &mut self.passers_by) {
                scene.exchange.halve(order_id);
                self.passers_by.push(order_id);
            }
        } else if let Some((bid, ask)) = scene.exchange.touch() {
            let side = self.draw.side();
            let behind = match self.draw.below(10) {
                0..4 => 0,
                4 => -self.draw.between(1, 3).min(ask - bid - scene.outlook.gap_ticks).max(0),
                _ => {
                    let spacing = scene.market.spacing_ticks;
                    spacing * i64::from(self.draw.doublings(6)) + self.draw.between(1, 2 * spacing)
                }
            };
            let ticks = if side == OrderSide::Buy { bid - behind } else { ask + behind };
            let lots = scene.outlook.dared_lots(side, self.draw.lots(scene.market.typical_lots, LOTS_TAIL));
            self.passers_by.extend(scene.exchange.rest(PASSER_BY, side, ticks, lots));
        }
    }

    /// An order far away that waits, mostly at a round price; the oldest idea makes room for it.
    fn invest(&mut self, scene: &mut Scene<'_>, side: OrderSide) {
        let orders = match side {
            OrderSide::Buy => &mut self.patient_bids,
            OrderSide::Sell => &mut self.patient_asks,
        };
        if orders.len() >= PATIENT_ORDERS
            && let Some(order_id) = pick(&mut self.draw, orders)
        {
            scene.exchange.cancel(order_id);
        }
        // Between 1/4096 and 1/32 of the price, each doubling of the distance as likely as the last.
        let nearest = (scene.outlook.fair_ticks >> self.draw.between(6, 12)).max(1);
        let distance = nearest + self.draw.between(0, nearest);
        let round = scene.market.round_ticks;
        let step = if self.draw.chance(1, 2) { round } else { (round / 10).max(1) };
        let ticks = match side {
            OrderSide::Buy => (scene.outlook.fair_ticks - distance) / step * step,
            OrderSide::Sell => ((scene.outlook.fair_ticks + distance) / step + 1) * step,
        };
        let lots = scene.outlook.dared_lots(side, self.draw.lots(scene.market.typical_lots * 8, LOTS_TAIL));
        orders.extend(scene.exchange.rest(PATIENT, side, ticks, lots));
    }

    /// In a crash patient buyers lose their patience.
    fn flee(&mut self, scene: &mut Scene<'_>) {
        if self.draw.chance(scene.outlook.severity, FULL_SEVERITY)
            && let Some(order_id) = pick(&mut self.draw, &mut self.patient_bids)
        {
            scene.exchange.cancel(order_id);
        }
    }

    fn take(&mut self, scene: &mut Scene<'_>) -> i64 {
        self.arbitrage(scene);
        self.whale(scene) + self.run_after(scene) + self.take_at_random(scene)
    }

    /// Everyday takers; in a crash five times as many, and most of them sell.
    fn take_at_random(&mut self, scene: &mut Scene<'_>) -> i64 {
        let severity = scene.outlook.severity;
        if !self.draw.chance(FULL_SEVERITY + 4 * severity, 40 * FULL_SEVERITY) {
            return 0;
        }
        let panics = self.draw.chance(severity.max(1), FULL_SEVERITY + 64);
        let side = if panics { OrderSide::Sell } else { self.draw.side() };
        let lots = self.draw.lots(scene.market.typical_lots, LOTS_TAIL);
        // Some protect themselves with a limit, most do not care.
        let limit = if self.draw.chance(1, 4) { protected(scene, side, 512) } else { None };
        pressure(side, scene.exchange.take(TAKER, side, lots, limit))
    }

    /// Runs of takers after the price: they begin seldom, mostly in the direction of the last minute.
    fn run_after(&mut self, scene: &mut Scene<'_>) -> i64 {
        let Some(burst) = &mut self.burst else {
            if self.draw.chance(1, 600) {
                let rising = scene.outlook.fair_ticks >= self.slow_ticks;
                let follows = self.draw.chance(3, 4);
                let side = if rising == follows { OrderSide::Buy } else { OrderSide::Sell };
                self.burst = Some(Burst { side, left: self.draw.between(5, 25) });
            }
            return 0;
        };
        let side = burst.side;
        burst.left -= 1;
        if burst.left == 0 {
            self.burst = None;
        }
        if self.draw.chance(1, 2) {
            return 0;
        }
        let lots = self.draw.lots(scene.market.typical_lots * 2, LOTS_TAIL);
        let limit = protected(scene, side, 1_024);
        pressure(side, scene.exchange.take(MOMENTUM, side, lots, limit))
    }

    /// Seldom someone large: sweeps levels, or shows a wall.
    fn whale(&mut self, scene: &mut Scene<'_>) -> i64 {
        if !self.draw.chance(1, 1_500) {
            return 0;
        }
        let side = self.draw.side();
        let lots = scene.market.typical_lots * self.draw.between(30, 120);
        if self.draw.chance(1, 2) {
            let limit = protected(scene, side, 8_192);
            return pressure(side, scene.exchange.take(WHALE, side, lots, limit));
        }
        let away = scene.market.spacing_ticks * self.draw.between(4, 40);
        let ticks = match side {
            OrderSide::Buy => scene.outlook.fair_ticks - away,
            OrderSide::Sell => scene.outlook.fair_ticks + away,
        };
        let shown = scene.outlook.dared_lots(side, lots);
        self.walls.extend(scene.exchange.rest(WHALE, side, ticks, shown));
        if self.walls.len() > WALLS {
            scene.exchange.cancel(self.walls.remove(0));
        }
        0
    }

    /// Takes what stands on the wrong side of the fair price, the more surely the worse it gets.
    fn arbitrage(&mut self, scene: &mut Scene<'_>) {
        let Some((side, limit)) = mispriced(scene) else { return };
        let severity = scene.outlook.severity;
        if !self.draw.chance(FULL_SEVERITY / 16 + severity, FULL_SEVERITY * 2) {
            return;
        }
        let eager = 1 + 31 * severity / FULL_SEVERITY;
        let lots = self.draw.lots(scene.market.typical_lots * 4 * eager, LOTS_TAIL);
        scene.exchange.take(ARBITRAGEUR, side, lots, Some(limit));
    }
}

/// Takes one out of `orders`, none when it is empty. It may be filled or cancelled already.
fn pick(draw: &mut Draw, orders: &mut Vec<OrderId>) -> Option<OrderId> {
    if orders.is_empty() {
        return None;
    }
    let at = draw.below(orders.len() as u64) as usize;
    Some(orders.swap_remove(at))
}

/// What side would profit from taking, up to which price, if the touch is too far off the fair price.
fn mispriced(scene: &Scene<'_>) -> Option<(OrderSide, i64)> {
    let (bid, ask) = scene.exchange.touch()?;
    let fair_ticks = scene.outlook.fair_ticks;
    let band = 3 * scene.market.spacing_ticks;
    if ask < fair_ticks - band {
        Some((OrderSide::Buy, fair_ticks - band))
    } else if bid > fair_ticks + band {
        Some((OrderSide::Sell, fair_ticks + band))
    } else {
        None
    }
}

/// Where nobody takes, mispriced orders would hold the price for ever; their owners take them back.
fn withdraw(scene: &mut Scene<'_>) {
    if let Some((side, _)) = mispriced(scene)
        && let Some(order_id) = scene.exchange.first_order(side.takes_from())
    {
        scene.exchange.cancel(order_id);
    }
}

/// A limit that keeps a taker within a `part`th of the price off the touch.
fn protected(scene: &Scene<'_>, side: OrderSide, part: i64) -> Option<i64> {
    let touch = match side {
        OrderSide::Buy => scene.exchange.best_ticks(BookSide::Ask)?,
        OrderSide::Sell => scene.exchange.best_ticks(BookSide::Bid)?,
    };
    let slack = (touch / part).max(1);
    Some(if side == OrderSide::Buy { touch + slack } else { touch - slack })
}

/// Others believe a taker that got something.
const fn pressure(side: OrderSide, fills: usize) -> i64 {
    match side {
        _ if fills == 0 => 0,
        OrderSide::Buy => 1,
        OrderSide::Sell => -1,
    }
}
