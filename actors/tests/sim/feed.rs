//! The venue and the way to it: a book that changes, frames that get lost, come twice or in the wrong
//! order, a connection that is cut, and REST answers that are late or never come.

use std::collections::{BTreeMap, HashMap, VecDeque};

use marketd_domain::{Instrument, MarketIndex, Scales, StaleReason, Timestamp};
use marketd_testkit::BinanceScript;
use marketd_venues::binance::BINANCE;
use marketd_venues::{Action, Io, SessionConfig, Venue, VenueSession};

use crate::market::Market;
use marketd_testkit::Draw;

pub const MARKET: MarketIndex = MarketIndex(0);
const URL: &str = "wss://stream.binance.com:9443/stream";
/// Prices and quantities in the venue's unit of 1e-8.
const UNIT: i64 = 100_000_000;
const TICK: i64 = UNIT / 100;
const START_CENTS: i64 = 6_000_000;

/// A venue's side: price to quantity, both in units of 1e-8.
pub type VenueSide = BTreeMap<i64, i64>;

/// Chances in a thousand; none of them once the simulation calms down.
#[derive(Clone, Copy)]
pub struct Faults {
    pub lost: u64,
    pub repeated: u64,
    pub reordered: u64,
    pub http_failed: u64,
    /// A bid beyond the asks; what is wrong with it comes in a later frame.
    pub split: u64,
    /// Numbers finer than the market's scales.
    pub finer: u64,
}

impl Faults {
    pub const SOME: Self =
        Self { lost: 20, repeated: 25, reordered: 15, http_failed: 200, split: 60, finer: 3 };
    pub const NONE: Self = Self { lost: 0, repeated: 0, reordered: 0, http_failed: 0, split: 0, finer: 0 };
}

pub struct Feed {
    script: BinanceScript,
    session: Box<dyn VenueSession>,
    actions: Vec<Action>,
    /// Whether a connection is open, and its number.
    conn: Option<u32>,
    conns: u32,
    /// A frame that the next one overtakes.
    overtaken: Option<String>,
    gets: VecDeque<(Timestamp, String)>,
    middle_cents: i64,
    /// The venue's book after each of its frames, by the last id of the frame.
    history: HashMap<u64, (VenueSide, VenueSide)>,
    pub now: Timestamp,
}

fn print(units: i64) -> String {
    format!("{}.{:08}", units / UNIT, units % UNIT)
}

fn units(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    whole.parse::<i64>().expect("digits") * UNIT + format!("{fraction:0<8}").parse::<i64>().expect("digits")
}

pub fn instrument() -> Instrument {
    Instrument { scales: Scales::of(2, 4), ..Instrument::unlisted("BTCUSDT", "BTC", "USDT") }
}

impl Feed {
    pub fn new(now: Timestamp) -> Self {
        let config = SessionConfig { instruments: vec![instrument()], discover: false };
        let mut feed = Self {
            script: BinanceScript::new("BTCUSDT"),
            session: BINANCE.session(config),
            actions: Vec::new(),
            conn: None,
            conns: 0,
            overtaken: None,
            gets: VecDeque::new(),
            middle_cents: START_CENTS,
            history: HashMap::new(),
            now,
        };
        feed.remember();
        feed
    }

    fn sides(&self) -> (VenueSide, VenueSide) {
        let side = |levels: Vec<(String, String)>| {
            levels.into_iter().map(|(price, qty)| (units(&price), units(&qty))).collect()
        };
        (side(self.script.book().bids(usize::MAX)), side(self.script.book().asks(usize::MAX)))
    }

    fn remember(&mut self) {
        let sides = self.sides();
        self.history.insert(self.script.book().last_update_id(), sides);
    }

    /// The venue's book as it was after the frame that ended with `venue_seq`.
    pub fn at(&self, venue_seq: u64) -> Option<&(VenueSide, VenueSide)> {
        self.history.get(&venue_seq)
    }

    pub fn is_connected(&self) -> bool {
        self.conn.is_some()
    }

    /// One change of the venue's book.
    pub fn depth(&mut self, draw: &mut Draw, faults: Faults, market: &mut Market) {
        let mut bids: Vec<(i64, i64)> = Vec::new();
        let mut asks: Vec<(i64, i64)> = Vec::new();
        if draw.chance(250) {
            self.middle_cents += draw.below(7) as i64 - 3;
        }
        for _ in 0..draw.below(6) {
            let away = draw.below(30).min(draw.below(30)) as i64;
            let step = if draw.chance(faults.finer) { UNIT / 1_000_000 } else { UNIT / 10_000 };
            let qty = if draw.chance(350) { 0 } else { (1 + draw.below(900)) as i64 * step };
            let finer = if draw.chance(faults.finer) { TICK / 10 } else { 0 };
            match draw.below(2) {
                0 => bids.push(((self.middle_cents - away) * TICK + finer, qty)),
                _ => asks.push(((self.middle_cents + 1 + away) * TICK - finer, qty)),
            }
        }
        if draw.chance(faults.split) {
            let far = (self.middle_cents + 1 + draw.below(4) as i64) * TICK;
            bids.push((far, UNIT / 10));
        } else {
            self.uncross(&mut bids, &mut asks);
        }
        let text = |levels: &[(i64, i64)]| -> Vec<(String, String)> {
            levels.iter().map(|(price, qty)| (print(*price), print(*qty))).collect()
        };
        let (bids, asks) = (text(&bids), text(&asks));
        let frame = self.script.depth(&borrowed(&bids), &borrowed(&asks));
        self.remember();
        self.carry(frame, draw, faults, market);
    }

    /// Removes what stands beyond the middle, on the side where it must not.
    fn uncross(&self, bids: &mut Vec<(i64, i64)>, asks: &mut Vec<(i64, i64)>) {
        let (held_bids, held_asks) = self.sides();
        let middle = self.middle_cents * TICK + TICK / 2;
        let gone = |held: Vec<i64>, new: &[(i64, i64)], beyond: &dyn Fn(i64) -> bool| -> Vec<(i64, i64)> {
            let mut prices: Vec<i64> = held.into_iter().chain(new.iter().map(|level| level.0)).collect();
            prices.retain(|price| beyond(*price));
            prices.sort_unstable();
            prices.dedup();
            prices.into_iter().map(|price| (price, 0)).collect()
        };
        let bids_gone = gone(held_bids.into_keys().collect(), bids, &|price| price > middle);
        let asks_gone = gone(held_asks.into_keys().collect(), asks, &|price| price < middle);
        bids.extend(bids_gone);
        asks.extend(asks_gone);
    }

    pub fn trade(&mut self, draw: &mut Draw, faults: Faults, market: &mut Market) {
        let price = print((self.middle_cents + draw.below(2) as i64) * TICK);
        let qty = print((1 + draw.below(500)) as i64 * (UNIT / 10_000));
        let maker = draw.chance(500);
        let frame = self.script.trade(&price, &qty, maker);
        self.carry(frame, draw, faults, market);
    }

    fn carry(&mut self, frame: String, draw: &mut Draw, faults: Faults, market: &mut Market) {
        if self.conn.is_none() || draw.chance(faults.lost) {
            return;
        }
        if draw.chance(faults.reordered) && self.overtaken.is_none() {
            self.overtaken = Some(frame);
            return;
        }
        self.deliver(&frame, market);
        if draw.chance(faults.repeated) {
            self.deliver(&frame, market);
        }
        if let Some(late) = self.overtaken.take() {
            self.deliver(&late, market);
        }
    }

    fn deliver(&mut self, frame: &str, market: &mut Market) {
        let Some(conn) = self.conn else { return };
        let mut io = Io { updates: market, actions: &mut self.actions };
        self.session.on_message(conn, frame.as_bytes(), self.now, &mut io).expect("a valid frame");
        self.settle(market);
    }

    pub fn connect(&mut self, market: &mut Market) {
        if self.conn.is_some() {
            return;
        }
        self.conns += 1;
        self.conn = Some(self.conns);
        let mut io = Io { updates: market, actions: &mut self.actions };
        self.session.on_open(self.conns, URL, self.now, &mut io);
        self.settle(market);
    }

    pub fn cut(&mut self, market: &mut Market) {
        let Some(conn) = self.conn.take() else { return };
        self.overtaken = None;
        let mut io = Io { updates: market, actions: &mut self.actions };
        self.session.on_close(conn, self.now, &mut io);
        self.settle(market);
    }

    /// Time has passed: answers arrive, the session looks at its clock.
    pub fn pass(&mut self, draw: &mut Draw, faults: Faults, market: &mut Market) {
        let mut io = Io { updates: market, actions: &mut self.actions };
        self.session.on_timer(self.now, &mut io);
        self.settle(market);
        while self.gets.front().is_some_and(|(due, _)| *due <= self.now) {
            let Some((_, path)) = self.gets.pop_front() else { return };
            let mut io = Io { updates: market, actions: &mut self.actions };
            if draw.chance(faults.http_failed) {
                self.session.on_http_failed(&path, self.now, &mut io);
            } else {
                let body = self.answer(&path);
                let mut io = Io { updates: market, actions: &mut self.actions };
                self.session.on_http(&path, body.as_bytes(), self.now, &mut io).expect("a valid answer");
            }
            self.settle(market);
        }
    }

    fn answer(&self, path: &str) -> String {
        let number = |name: &str| {
            path.split(['?', '&'])
                .find_map(|part| part.strip_prefix(name))
                .and_then(|text| text.parse::<u64>().ok())
        };
        if path.contains("/depth") {
            return self.script.snapshot_body(5_000);
        }
        self.script.trades_body(number("fromId="), number("limit=").unwrap_or(500) as usize)
    }

    /// Does what the session wants, and asks for the snapshots that the market wants.
    fn settle(&mut self, market: &mut Market) {
        if let Some(reason) = market.doubt.take() {
            let mut io = Io { updates: market, actions: &mut self.actions };
            self.session.resync(MARKET, reason, self.now, &mut io);
        }
        let actions = std::mem::take(&mut self.actions);
        for (nth, action) in actions.into_iter().enumerate() {
            match action {
                Action::Get { path } => {
                    let due = self.now.plus_millis(50 + 70 * nth as i64);
                    self.gets.push_back((due, path));
                }
                Action::Reconnect { .. } => self.cut(market),
                Action::Send { .. } => {}
            }
        }
    }

    /// The market lost updates on their way from the feed.
    pub fn overload(&mut self, market: &mut Market) {
        market.say_stale(StaleReason::Overloaded);
        market.doubt = Some(StaleReason::Overloaded);
        self.settle(market);
    }

    /// The market's actor died; a new one asks for a snapshot.
    pub fn restart_market(&mut self, market: &mut Market) {
        market.restart();
        self.settle(market);
    }
}

fn borrowed(levels: &[(String, String)]) -> Vec<(&str, &str)> {
    levels.iter().map(|(price, qty)| (price.as_str(), qty.as_str())).collect()
}
