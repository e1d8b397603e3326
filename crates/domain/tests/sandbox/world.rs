//! A sandbox with markets and accounts, and somebody who does anything to it.

use marketd_domain::ledger::{
    AccountNo, Amount, Asset, AssetNo, FeeIn, FeeRate, FeeSchedule, MarketNo, UserNo,
};
use marketd_domain::matching::OrderSide;
use marketd_domain::sandbox::{
    Amend, BookRef, Command, Delay, Event, Input, Latency, ListKind, MarketEvent, MarketListed, MarketRules,
    Order, OrderId, OrderRequest, OrderType, Phase, QueueModel, Sandbox, SandboxBounds, SelfTradePrevention,
    TimeInForce, TriggerBy, VenueStatus,
};
use marketd_domain::{
    AggressorSide, Level, MarketId, Notional, Price, Qty, Scale, Scales, Timestamp, Trade, TradeId,
};

use super::draw::Draw;
use super::lines::Lines;
use super::scaled::scaled;
use super::sound::assert_sound;

pub const BOUNDS: SandboxBounds = SandboxBounds {
    ledger: marketd_domain::ledger::LedgerBounds { accounts: 100, assets: 10, markets: 10 },
    orders: 400,
    finished_orders: 100,
    fills: 500,
};

const CROWD_BOUNDS: SandboxBounds = SandboxBounds {
    ledger: marketd_domain::ledger::LedgerBounds { accounts: 10_000, assets: 10, markets: 10 },
    orders: 10_000,
    finished_orders: 2_000,
    fills: 5_000,
};

/// The quote asset is the second.
const ASSETS: [&str; 10] = ["BTC", "USD", "ETH", "SOL", "XRP", "ADA", "DOT", "LTC", "UNI", "BCH"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorldKind {
    Everything,
    /// Everything, with 1,000 accounts, 9 markets and 10 assets.
    Crowd,
    /// What the model knows.
    Plain,
}

/// What was done, in a form that outlives the call.
#[derive(Debug, Clone)]
pub enum Done {
    Command(Command),
    Snapshot {
        bids: Vec<Level>,
        asks: Vec<Level>,
        book: BookRef,
    },
    Changes {
        bids: Vec<Level>,
        asks: Vec<Level>,
        book: BookRef,
    },
    Print(Trade),
    Status(VenueStatus),
    /// The venue prints this many decimals of prices and quantities.
    Rescaled(u8, u8),
    Time,
}

pub struct World {
    pub sandbox: Sandbox,
    pub events: Vec<Event>,
    /// Of all events.
    pub lines: Lines,
    kind: WorldKind,
    draw: Draw,
    now: i64,
    venue_now: i64,
    book_seq: u64,
    trade_id: u64,
    /// The venue's middle.
    middle: i64,
    accounts: u64,
    markets: u64,
    /// Decimals that the venue prints, by market; everything is made without any.
    printed: Vec<Scales>,
}

const UNIT: i128 = 100_000_000;

fn rules(kind: WorldKind, number: u64) -> MarketRules {
    let is_plain = kind == WorldKind::Plain;
    MarketRules {
        tick_size: Price::from_mantissa(1),
        lot_size: Qty::from_mantissa(1),
        min_notional: Notional::ZERO,
        band_bps: None,
        queue_model: if is_plain || number == 0 { QueueModel::RiskAverse } else { QueueModel::Proportional },
        max_depth: (!is_plain && number == 1).then_some(6),
        is_full_depth: is_plain,
    }
}

impl World {
    pub fn new(seed: u64, kind: WorldKind) -> Self {
        let (accounts, markets) = match kind {
            WorldKind::Plain => (3, 1),
            WorldKind::Everything => (5, 2),
            WorldKind::Crowd => (1_000, 9),
        };
        let bounds = if kind == WorldKind::Crowd { CROWD_BOUNDS } else { BOUNDS };
        let mut world = Self {
            sandbox: Sandbox::new(bounds),
            events: Vec::new(),
            lines: Lines::default(),
            kind,
            draw: Draw::new(seed),
            now: 1_000,
            venue_now: 1_000,
            book_seq: 0,
            trade_id: 0,
            middle: 100,
            accounts,
            markets,
            printed: vec![Scales::of(0, 0); markets as usize],
        };
        for code in &ASSETS[..world.asset_count()] {
            world.do_it(Command::AddAsset(Asset { code: (*code).to_owned(), scale: Scale::of(8) }));
        }
        for number in 0..markets {
            let base_no = if number == 0 { 0 } else { number as u32 + 1 };
            let base = ASSETS[base_no as usize];
            world.do_it(Command::ListMarket(Box::new(MarketListed {
                market: MarketId::new("sim", base, "USD"),
                base: AssetNo::new(base_no),
                quote: AssetNo::new(1),
                scales: Scales::of(0, 0),
                rules: rules(kind, number),
            })));
        }
        for account in 0..accounts {
            world.open_account(account);
        }
        world
    }

    pub fn bounds(&self) -> SandboxBounds {
        if self.kind == WorldKind::Crowd { CROWD_BOUNDS } else { BOUNDS }
    }

    fn asset_count(&self) -> usize {
        if self.kind == WorldKind::Crowd { ASSETS.len() } else { 3 }
    }

    fn open_account(&mut self, number: u64) {
        let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate in range");
        let fees = match (self.kind, number % 3) {
            (WorldKind::Plain, _) | (_, 0) => FeeSchedule::FREE,
            (_, 1) => FeeSchedule::new(rate(-100), rate(1_000), FeeIn::Received).expect("rates"),
            _ => FeeSchedule::new(rate(1_003), rate(2_007), FeeIn::Quote).expect("rates"),
        };
        self.do_it(Command::OpenAccount { user: UserNo::new(0), name: format!("account {number}"), fees });
        let account = AccountNo::new(number as u32);
        for asset in 0..self.asset_count() as u32 {
            // Some are too poor for what they will ask for.
            let whole = if self.kind == WorldKind::Plain {
                1_000_000_000
            } else {
                [2_000, 5_000, 400][asset.min(2) as usize]
            };
            let amount = Amount::from_units(whole * UNIT);
            self.do_it(Command::Deposit { account, asset: AssetNo::new(asset), amount });
        }
        if self.kind != WorldKind::Plain && number.is_multiple_of(2) {
            let delay = Delay::Uniform { min_ns: 0, max_ns: 8_000_000 };
            let latency = Latency { entry: delay, cancel: delay, reply: delay, seed: number };
            self.do_it(Command::SetLatency { account, latency });
        }
    }

    fn do_it(&mut self, command: Command) {
        self.apply(&Done::Command(command), MarketNo::new(0));
    }

    fn apply(&mut self, done: &Done, market: MarketNo) {
        let finer = scaled(done, self.scales_of(done, market));
        let input = match &finer {
            Done::Command(command) => Input::Command(command),
            Done::Snapshot { bids, asks, book } => {
                Input::Market { market, event: MarketEvent::Snapshot { bids, asks, book: *book } }
            }
            Done::Changes { bids, asks, book } => {
                Input::Market { market, event: MarketEvent::Changes { bids, asks, book: *book } }
            }
            Done::Print(print) => Input::Market { market, event: MarketEvent::Print(print) },
            Done::Status(status) => Input::Market { market, event: MarketEvent::Status(*status) },
            Done::Rescaled(price, qty) => {
                let scales = Scales::of(*price, *qty);
                self.printed[market.index()] = scales;
                Input::Market { market, event: MarketEvent::Rescaled(scales) }
            }
            Done::Time => Input::Time,
        };
        // A crowd's ledger is too large to be compared with every step.
        let held = (self.kind != WorldKind::Crowd).then(|| self.sandbox.ledger().clone());
        let before = self.events.len();
        let now = Timestamp::from_millis(self.now);
        let outcome = self.sandbox.apply(input, now, &mut self.events);
        if outcome.is_err() && self.events.len() == before {
            assert!(
                held.is_none_or(|held| *self.sandbox.ledger() == held),
                "refused and yet changed: {done:?}"
            );
        }
        for event in &self.events[before..] {
            self.lines.add(&self.sandbox, event);
        }
        self.accounts = self.sandbox.ledger().account_count().into();
    }

    /// Those that its numbers are to be in: the venue's for its news, the sandbox's for commands.
    fn scales_of(&self, done: &Done, market: MarketNo) -> Scales {
        let of = |market| self.sandbox.ledger().terms(market).map_or(Scales::of(0, 0), |terms| terms.scales);
        match done {
            Done::Command(Command::PlaceOrder { request, .. }) => of(request.market),
            Done::Command(Command::PlaceList { orders, .. }) => of(orders[0].market),
            Done::Command(Command::AmendOrder { order_id, .. }) => {
                self.sandbox.order(*order_id).map_or(Scales::of(0, 0), |order| of(order.request.market))
            }
            _ => self.printed[market.index()],
        }
    }

    /// Does something, and says what.
    pub fn step(&mut self) -> Done {
        self.now += self.draw.between(0, 5);
        let market = MarketNo::new(self.draw.below(self.markets) as u32);
        let done = match self.draw.below(100) {
            0..28 => Done::Command(self.place(market)),
            28..36 => Done::Command(self.cancel_or_amend()),
            36..38 if self.kind != WorldKind::Plain => Done::Command(self.anything_else()),
            38..62 => self.changes(),
            62..90 => self.print(),
            90..92 => self.snapshot(),
            92..94 => Done::Status(self.draw.pick(&[
                VenueStatus::Stale,
                VenueStatus::Halted,
                VenueStatus::Live,
                VenueStatus::Live,
            ])),
            // Now and then more than the assets have decimals for.
            94 if self.kind != WorldKind::Plain && self.draw.one_in(5) => {
                Done::Rescaled(self.draw.below(5) as u8, self.draw.below(6) as u8)
            }
            94..97 => Done::Status(VenueStatus::Live),
            _ => Done::Time,
        };
        self.apply(&done, market);
        done
    }

    fn price_near(&mut self) -> i64 {
        (self.middle + self.draw.between(-6, 6)).max(1)
    }

    fn place(&mut self, market: MarketNo) -> Command {
        let account = AccountNo::new(self.draw.below(self.accounts) as u32);
        let request = self.request(market);
        if self.kind != WorldKind::Plain && self.draw.one_in(6) {
            return self.list(account, market);
        }
        Command::PlaceOrder { account, request }
    }

    fn request(&mut self, market: MarketNo) -> OrderRequest {
        let side = self.draw.pick(&[OrderSide::Buy, OrderSide::Sell]);
        let qty = Qty::from_mantissa(self.draw.between(1, 30));
        let price = Price::from_mantissa(self.price_near());
        let mut request = if self.draw.one_in(4) {
            OrderRequest::market(market, side, qty)
        } else {
            OrderRequest::limit(market, side, qty, price)
        };
        if request.price.is_some() {
            request.time_in_force = self.draw.pick(&[
                TimeInForce::Gtc,
                TimeInForce::Gtc,
                TimeInForce::Gtc,
                TimeInForce::Ioc,
                TimeInForce::Fok,
            ]);
            request.post_only = self.draw.one_in(5);
        }
        request.self_trade_prevention =
            self.draw.pick(&[SelfTradePrevention::None, SelfTradePrevention::ExpireTaker]);
        if self.kind != WorldKind::Plain {
            self.make_unusual(&mut request);
        }
        request
    }

    fn make_unusual(&mut self, request: &mut OrderRequest) {
        request.self_trade_prevention = self.draw.pick(SelfTradePrevention::ALL);
        let near = Price::from_mantissa(self.price_near());
        match self.draw.below(8) {
            0 if request.price.is_none() => {
                let quote = self.draw.between(50, 3_000);
                (request.qty, request.quote_qty) = (None, Some(Notional::from_mantissa(i128::from(quote))));
            }
            1 | 2 => {
                request.stop_price = Some(near);
                request.trigger_by = self.draw.pick(TriggerBy::ALL);
                request.order_type = match (request.price, self.draw.one_in(2)) {
                    (Some(_), true) => OrderType::StopLimit,
                    (Some(_), false) => OrderType::TakeProfitLimit,
                    (None, true) => OrderType::Stop,
                    (None, false) => OrderType::TakeProfit,
                };
                request.post_only = false;
                if request.price.is_none() {
                    request.time_in_force = TimeInForce::Gtc;
                }
            }
            3 if request.price.is_none() => {
                request.order_type = OrderType::TrailingStop;
                request.trailing_bps = Some(self.draw.between(50, 500) as u32);
                request.time_in_force = TimeInForce::Gtc;
            }
            4 if request.may_rest() => {
                request.display_qty = Some(Qty::from_mantissa(self.draw.between(1, 30)))
            }
            5 if request.may_rest() => {
                request.time_in_force = TimeInForce::Gtd;
                request.expires_at = Some(Timestamp::from_millis(self.now + self.draw.between(0, 60)));
            }
            _ => {}
        }
    }

    fn list(&mut self, account: AccountNo, market: MarketNo) -> Command {
        let side = self.draw.pick(&[OrderSide::Buy, OrderSide::Sell]);
        let exit = if side == OrderSide::Buy { OrderSide::Sell } else { OrderSide::Buy };
        let qty = Qty::from_mantissa(self.draw.between(1, 30));
        let price = |away: i64| Price::from_mantissa((self.middle + away).max(1));
        let (up, down) = if exit == OrderSide::Sell { (4, -4) } else { (-4, 4) };
        let profit = OrderRequest::limit(market, exit, qty, price(up));
        let mut stop = OrderRequest::market(market, exit, qty);
        (stop.order_type, stop.stop_price, stop.time_in_force) =
            (OrderType::Stop, Some(price(down)), TimeInForce::Gtc);
        let entry = OrderRequest::limit(market, side, qty, price(0));
        let mut profit = profit;
        if self.draw.one_in(3) {
            (profit.order_type, profit.stop_price) = (OrderType::TakeProfitLimit, profit.price);
        }
        match self.draw.below(4) {
            0 => Command::PlaceList {
                account,
                kind: ListKind::Oco,
                orders: vec![profit, stop],
                client_list_id: None,
            },
            3 => Command::PlaceList {
                account,
                kind: ListKind::Oco,
                orders: vec![stop, profit],
                client_list_id: None,
            },
            1 => Command::PlaceList {
                account,
                kind: ListKind::Oto,
                orders: vec![entry, profit],
                client_list_id: None,
            },
            _ => Command::PlaceList {
                account,
                kind: ListKind::Bracket,
                orders: vec![entry, profit, stop],
                client_list_id: None,
            },
        }
    }

    fn cancel_or_amend(&mut self) -> Command {
        let is_open = |order: &&Order| order.phase != Phase::Done;
        let of = |order: &Order| (order.account, order.order_id);
        let open: Vec<(AccountNo, OrderId)> = if self.kind == WorldKind::Crowd {
            let account = AccountNo::new(self.draw.below(self.accounts) as u32);
            self.sandbox.open_orders(account).map(of).collect()
        } else {
            self.sandbox.orders().filter(is_open).map(of).collect()
        };
        if open.is_empty() {
            return Command::CancelOrder { account: AccountNo::new(0), order_id: OrderId::new(1) };
        }
        let (account, order_id) = self.draw.pick(&open);
        if self.draw.one_in(2) {
            return Command::CancelOrder { account, order_id };
        }
        let mut amend = Amend::default();
        if self.draw.one_in(2) {
            amend.qty = Some(Qty::from_mantissa(self.draw.between(1, 30)));
        }
        if self.kind != WorldKind::Plain && self.draw.one_in(4) {
            amend.stop_price = Some(Price::from_mantissa(self.price_near()));
        }
        if self.draw.one_in(3) {
            amend.price = Some(Price::from_mantissa(self.price_near()));
        }
        Command::AmendOrder { account, order_id, amend }
    }

    fn anything_else(&mut self) -> Command {
        let account = AccountNo::new(self.draw.below(self.accounts) as u32);
        match self.draw.below(9) {
            5 => Command::ResetAccount { account },
            6 => Command::CloneAccount { source: account, name: format!("clone {}", self.now) },
            7 | 8 => {
                let asset = AssetNo::new(self.draw.below(self.asset_count() as u64) as u32);
                Command::Deposit { account, asset, amount: Amount::from_units(3_000 * UNIT) }
            }
            0 => Command::CancelAll { account, market: None },
            1 => Command::SetKillSwitch { account: Some(account), is_on: self.draw.one_in(3) },
            2 => {
                let at = Timestamp::from_millis(self.now + self.draw.between(1, 40));
                Command::CancelAfter { account, at: Some(at) }
            }
            // Of a crowd it would end everything.
            3 => {
                let is_on = self.draw.one_in(if self.kind == WorldKind::Crowd { 200 } else { 8 });
                Command::SetKillSwitch { account: None, is_on }
            }
            _ => Command::SetKillSwitch { account: Some(account), is_on: false },
        }
    }

    fn book_ref(&mut self) -> BookRef {
        self.book_seq += 1;
        self.venue_now += self.draw.between(0, 2);
        BookRef { book_seq: self.book_seq, ts_venue: Timestamp::from_millis(self.venue_now) }
    }

    /// A few levels, mostly on the right side of the middle, now and then crossed.
    fn changes(&mut self) -> Done {
        self.middle = (self.middle + self.draw.between(-1, 1)).clamp(60, 140);
        let (mut bids, mut asks) = (Vec::new(), Vec::new());
        for away in 1..=4 {
            if self.draw.one_in(2) {
                let qty = Qty::from_mantissa(self.draw.pick(&[0, 3, 8, 20, 50]));
                bids.push(Level::new(Price::from_mantissa(self.middle - away), qty));
            }
            if self.draw.one_in(2) {
                let qty = Qty::from_mantissa(self.draw.pick(&[0, 3, 8, 20, 50]));
                asks.push(Level::new(Price::from_mantissa(self.middle + away), qty));
            }
        }
        // What stands on the wrong side of the middle goes, unless the message is late.
        if !self.draw.one_in(10) {
            for away in 0..=12 {
                bids.push(Level::new(Price::from_mantissa(self.middle + away), Qty::ZERO));
                asks.push(Level::new(Price::from_mantissa(self.middle - away), Qty::ZERO));
            }
        }
        Done::Changes { bids, asks, book: self.book_ref() }
    }

    fn snapshot(&mut self) -> Done {
        let mut side = |direction: i64| -> Vec<Level> {
            (1..=8)
                .map(|away| {
                    let qty = Qty::from_mantissa(self.draw.between(1, 40));
                    Level::new(Price::from_mantissa(self.middle + direction * away), qty)
                })
                .collect()
        };
        let (bids, asks) = (side(-1), side(1));
        Done::Snapshot { bids, asks, book: self.book_ref() }
    }

    fn print(&mut self) -> Done {
        self.trade_id += 1;
        let ts_venue = Timestamp::from_millis(self.venue_now + self.draw.between(-2, 2));
        Done::Print(Trade {
            id: TradeId::Number(self.trade_id),
            price: Price::from_mantissa(self.price_near()),
            qty: Qty::from_mantissa(self.draw.between(1, 40)),
            aggressor: self.draw.pick(&[AggressorSide::Buy, AggressorSide::Sell]),
            ts_venue: if self.draw.one_in(10) { Timestamp::ZERO } else { ts_venue },
            ts_recv: Timestamp::from_millis(self.now),
            backfilled: self.draw.one_in(20),
        })
    }

    /// What holds after every step.
    pub fn assert_sound(&self, at: &str) {
        assert_sound(&self.sandbox, at);
        self.lines.assert_equal(&self.sandbox, at);
    }
}
