//! Sandbox orders in the simulated venue's own book: their places are exact, agents meet them, what they take is gone for all,
//! and nothing of it is shown before it is on the disk.

use marketd_domain::book::BookChanges;
use marketd_domain::ledger::{
    AccountNo, Amount, Asset, AssetNo, FeeIn, FeeRate, FeeSchedule, Liquidity, MarketNo, OrderMoney, UserNo,
};
use marketd_domain::matching::OrderSide;
use marketd_domain::sandbox::{
    Amend, Command, Done, Event, EventBody, Evidence, Fill, Input, MarketEvent, MarketListed, MarketRules,
    Order, OrderId, OrderRequest, OrderStatus, OrderType, Reject, Sandbox, SandboxBounds,
    SelfTradePrevention, TimeInForce, VenueStatus,
};
use marketd_domain::{
    Book, BookSide, DepthUpdate, GapFound, Instrument, Level, MarketIndex, Price, Qty, Scales, StaleReason,
    Timestamp, Trade, TradeId, UpdateSink,
};
use marketd_testkit::Draw;
use marketd_venues::sim::{SimConfig, SimMarket, Simulator, VENUE_NAME};

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const MARKET: MarketNo = MarketNo::new(0);
const INDEX: MarketIndex = MarketIndex(0);
const ACCOUNTS: u32 = 3;

/// What the public is told.
#[derive(Default)]
struct Public {
    book: Option<Book>,
    trades: Vec<Trade>,
    snapshots: usize,
    hash: u64,
}

impl Public {
    fn mix(&mut self, word: i64) {
        self.hash = (self.hash ^ word.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }

    fn mix_levels(&mut self, update: &DepthUpdate) {
        self.mix(update.ts_recv.nanos());
        for level in update.bids.iter().chain(&update.asks) {
            self.mix(level.price.mantissa());
            self.mix(level.qty.mantissa());
        }
    }

    fn book(&self) -> &Book {
        self.book.as_ref().expect("a snapshot")
    }

    fn best(&self, side: BookSide) -> Level {
        self.book().side(side).best().expect("a level")
    }
}

impl UpdateSink for Public {
    fn listed(&mut self, _: MarketIndex, _: &Instrument) {}
    fn snapshot(&mut self, _: MarketIndex, update: &DepthUpdate) {
        self.mix_levels(update);
        self.snapshots += 1;
        let book = self.book.get_or_insert_with(|| Book::new(None));
        book.replace(&update.bids, &update.asks, &mut BookChanges::default()).expect("valid");
    }
    fn depth(&mut self, _: MarketIndex, update: &DepthUpdate) {
        self.mix_levels(update);
        let book = self.book.as_mut().expect("a snapshot");
        book.apply(&update.bids, &update.asks, &mut BookChanges::default()).expect("valid");
        assert!(!book.is_crossed());
    }
    fn trade(&mut self, _: MarketIndex, trade: &Trade) {
        assert_eq!(trade.id, TradeId::Number(self.trades.len() as u64 + 1));
        assert!(self.trades.last().is_none_or(|last| last.ts_venue <= trade.ts_venue));
        self.mix(trade.qty.mantissa());
        self.trades.push(*trade);
    }
    fn rescaled(&mut self, _: MarketIndex, _: Scales) {}
    fn gap(&mut self, _: MarketIndex, _: GapFound) {}
    fn stale(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
    fn halted(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
    fn duplicate(&mut self, _: MarketIndex) {}
    fn venue_bbo(&mut self, _: MarketIndex, _: Level, _: Level, _: u64) {}
}

/// The simulator and a sandbox whose orders stand in it.
struct World {
    simulator: Simulator,
    sandbox: Sandbox,
    public: Public,
    events: Vec<Event>,
    now: Timestamp,
    is_attached: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        let config = SimConfig { seed, markets: vec![SimMarket::btc_usd()] };
        let mut world = Self {
            simulator: Simulator::new(config, START),
            sandbox: Sandbox::new(SandboxBounds::default()),
            public: Public::default(),
            events: Vec::new(),
            now: START,
            is_attached: false,
        };
        world.found();
        world.step(1_000);
        world
    }

    fn found(&mut self) {
        for code in ["BTC", "USD"] {
            let asset = Asset { code: code.to_owned(), scale: Asset::USUAL_SCALE };
            self.command(Command::AddAsset(asset)).expect("an asset");
        }
        let btc = SimMarket::btc_usd();
        let instrument = btc.instrument();
        let listed = MarketListed {
            market: instrument.market_id(VENUE_NAME),
            base: AssetNo::new(0),
            quote: AssetNo::new(1),
            scales: instrument.scales,
            rules: MarketRules::of(instrument),
        };
        self.command(Command::ListMarket(Box::new(listed))).expect("a market");
        let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate");
        for number in 0..ACCOUNTS {
            let fees = FeeSchedule::new(rate(200), rate(1_000), FeeIn::Quote).expect("a schedule");
            let open = Command::OpenAccount { user: UserNo::new(number), name: "main".to_owned(), fees };
            self.command(open).expect("an account");
            for asset in [0, 1] {
                let amount = Amount::from_units(10i128.pow(27));
                let account = AccountNo::new(number);
                self.command(Command::Deposit { account, asset: AssetNo::new(asset), amount })
                    .expect("money");
            }
        }
        self.apply(Input::Market { market: MARKET, event: MarketEvent::Status(VenueStatus::Live) })
            .expect("a status");
        self.attach();
    }

    /// As the sandbox's actor does it: what the simulator did, then the input, then what follows there.
    fn apply(&mut self, input: Input<'_>) -> Result<Done, Reject> {
        while let Some(turn) = self.simulator.turn(INDEX).filter(|_| self.is_attached) {
            let turn = Input::Market { market: MARKET, event: MarketEvent::Turn(&turn) };
            self.apply_here(turn).expect("a turn fits");
        }
        self.apply_here(input)
    }

    fn apply_here(&mut self, input: Input<'_>) -> Result<Done, Reject> {
        let before = self.events.len();
        let done = self.sandbox.apply(input, self.now, &mut self.events);
        if self.is_attached {
            self.simulator.follow(INDEX, MARKET, &self.sandbox, &self.events[before..]);
        }
        done
    }

    fn attach(&mut self) {
        let standing = self.sandbox.standing_orders(MARKET);
        let turn = self.simulator.attach(INDEX, &standing, self.sandbox.seq()).expect("a market");
        self.is_attached = true;
        self.apply_here(Input::Market { market: MARKET, event: MarketEvent::Turn(&turn) }).expect("it fits");
        self.simulator.enter(INDEX, &self.sandbox.standing_orders(MARKET), self.sandbox.seq());
    }

    fn command(&mut self, command: Command) -> Result<Done, Reject> {
        self.apply(Input::Command(&command))
    }

    fn place(&mut self, account: u32, request: OrderRequest) -> OrderId {
        let command = Command::PlaceOrder { account: AccountNo::new(account), request };
        match self.command(command) {
            Ok(Done::Order(order_id)) => order_id,
            other => panic!("{request:?}: {other:?}"),
        }
    }

    /// Time passes; what has happened is on the disk then.
    fn step(&mut self, millis: i64) {
        self.pass(millis);
        self.sync();
    }

    fn pass(&mut self, millis: i64) {
        self.now = self.now.plus_millis(millis);
        self.simulator.advance(self.now, &mut self.public);
        self.apply(Input::Time).expect("time");
    }

    fn sync(&mut self) {
        self.simulator.release(self.sandbox.seq(), self.now, &mut self.public);
    }

    fn order(&self, order_id: OrderId) -> &Order {
        self.sandbox.order(order_id).expect("an order")
    }

    fn ahead(&self, order_id: OrderId) -> Option<Qty> {
        self.sandbox.queue_ahead(order_id)
    }

    fn fills(&self) -> Vec<Fill> {
        let fill = |event: &Event| match event.body {
            EventBody::OrderFilled(fill) => Some(fill),
            _ => None,
        };
        self.events.iter().filter_map(fill).collect()
    }

    /// Both have the same orders in the same sequence, and nobody's money is off.
    fn assert_one_book(&self, at: &str) {
        assert_eq!(self.simulator.standing(INDEX), self.sandbox.standing_orders(MARKET), "{at}");
        let open: Vec<OrderMoney> = (self.sandbox.orders())
            .filter(|order| !order.status.is_final())
            .map(|order| order.money)
            .collect();
        self.sandbox.ledger().audit(open.iter()).unwrap_or_else(|broken| panic!("{at}: {broken:?}"));
    }
}

fn lots(lots: i64) -> Qty {
    Qty::from_mantissa(lots)
}

fn ticks_from(price: Price, ticks: i64) -> Price {
    Price::from_mantissa(price.mantissa() + ticks)
}

fn limit(side: OrderSide, qty: i64, price: Price) -> OrderRequest {
    OrderRequest::limit(MARKET, side, lots(qty), price)
}

#[test]
fn an_order_stands_behind_all_others_and_is_shown_when_it_is_on_the_disk() {
    let mut world = World::new(1);
    let best = world.public.best(BookSide::Bid);
    let order = world.place(0, limit(OrderSide::Buy, 700, best.price));
    assert_eq!(world.ahead(order), Some(best.qty));
    world.simulator.release(world.sandbox.seq() - 2, world.now, &mut world.public);
    assert_eq!(world.public.best(BookSide::Bid), best, "not on the disk, not in the book");
    world.sync();
    let shown = Level::new(best.price, lots(best.qty.mantissa() + 700));
    assert_eq!(world.public.best(BookSide::Bid), shown);
    let second = world.place(1, limit(OrderSide::Buy, 50, best.price));
    assert_eq!(world.ahead(second), Some(best.qty), "of others; the sandbox's stand in the same queue");
    world.command(Command::CancelOrder { account: AccountNo::new(0), order_id: order }).expect("it is open");
    world.sync();
    assert_eq!(world.public.best(BookSide::Bid).qty, lots(best.qty.mantissa() + 50));
    world.assert_one_book("at the end");
}

#[test]
fn what_a_taker_takes_is_gone_for_all() {
    let mut world = World::new(2);
    let asks: Vec<Level> = world.public.book().asks().iter().take(3).collect();
    let all = asks[0].qty.mantissa() + asks[1].qty.mantissa() + 1;
    let order = world.place(0, OrderRequest::market(MARKET, OrderSide::Buy, lots(all)));
    assert_eq!(world.order(order).status, OrderStatus::Filled);
    let told = world.public.trades.len();
    world.sync();
    let left = Level::new(asks[2].price, lots(asks[2].qty.mantissa() - 1));
    assert_eq!(world.public.best(BookSide::Ask), left);
    let printed: i64 = world.public.trades[told..].iter().map(|trade| trade.qty.mantissa()).sum();
    assert_eq!(printed, all, "on the tape as anyone's");
    // The next one finds what is left, and no more.
    let rest = OrderRequest {
        time_in_force: TimeInForce::Ioc,
        ..limit(OrderSide::Buy, left.qty.mantissa() + 1, left.price)
    };
    let second = world.place(1, rest);
    assert_eq!(world.order(second).filled_qty, left.qty);
    world.sync();
    assert!(world.public.best(BookSide::Ask).price > left.price);
    world.assert_one_book("at the end");
}

#[test]
fn agents_meet_an_order_when_its_turn_has_come() {
    let mut world = World::new(3);
    let mut made = 0;
    for round in 0..40 {
        let side = if round % 2 == 0 { OrderSide::Buy } else { OrderSide::Sell };
        let best = world.public.best(side.rests_on());
        let order = world.place(0, limit(side, 300, best.price));
        let mut ahead = world.ahead(order).expect("it stands");
        for _ in 0..60 {
            world.step(50);
            world.assert_one_book("while it stands");
            let Some(now) = world.ahead(order) else { break };
            assert!(now <= ahead, "nobody comes in front");
            ahead = now;
        }
        made += i64::from(!world.order(order).filled_qty.is_zero());
        let _ = world.command(Command::CancelOrder { account: AccountNo::new(0), order_id: order });
    }
    assert!(made > 5, "{made} of 40 orders were met");
    world.step(50);
    for fill in world.fills() {
        let Evidence::Print(print) = fill.evidence else { panic!("{fill:?}") };
        let TradeId::Number(id) = print.trade_id else { panic!("{fill:?}") };
        let trade = &world.public.trades[id as usize - 1];
        assert_eq!((trade.price, trade.qty), (fill.price, fill.qty), "told as it was filled");
        assert_eq!((fill.liquidity, print.queue_before), (Liquidity::Maker, Qty::ZERO));
        assert_eq!(trade.aggressor, fill.side.opposite_aggressor());
    }
}

trait Opposite {
    fn opposite_aggressor(self) -> marketd_domain::AggressorSide;
}

impl Opposite for OrderSide {
    fn opposite_aggressor(self) -> marketd_domain::AggressorSide {
        match self {
            Self::Buy => Self::Sell.aggressor(),
            Self::Sell => Self::Buy.aggressor(),
        }
    }
}

/// A print of an order that was met is told no earlier than the fill is on the disk; but a disk that does not come back holds
/// the market up for no more than a second.
#[test]
fn a_disk_that_is_slow_holds_back_what_rests_on_it_for_a_second_at_most() {
    let mut world = World::new(4);
    let best = world.public.best(BookSide::Bid);
    world.place(0, limit(OrderSide::Buy, 100, ticks_from(best.price, -1)));
    let before = world.public.hash;
    world.pass(600);
    assert_eq!(world.public.hash, before, "everything behind it waits");
    world.pass(600);
    assert_ne!(world.public.hash, before);
}

#[test]
fn a_simulator_that_begins_anew_has_the_orders_at_the_back() {
    let mut world = World::new(5);
    let best = world.public.best(BookSide::Bid);
    let near = world.place(0, limit(OrderSide::Buy, 100, best.price));
    let far = world.place(1, limit(OrderSide::Sell, 100, ticks_from(best.price, 100_000)));
    world.step(200);
    let config = SimConfig { seed: 6, markets: vec![SimMarket::btc_usd()] };
    (world.simulator, world.public) = (Simulator::new(config, world.now), Public::default());
    world.is_attached = false;
    world.pass(0);
    world.attach();
    world.sync();
    world.step(0);
    world.assert_one_book("after the restart");
    let standing: Vec<OrderId> =
        world.simulator.standing(INDEX).iter().map(|standing| standing.order_id).collect();
    assert!(standing.contains(&far));
    for order_id in standing {
        let price = world.order(order_id).request.price.expect("a limit");
        let side = world.order(order_id).request.side.rests_on();
        let shown = world.public.book().side(side).qty_at(price);
        let own = world.order(order_id).remaining();
        assert_eq!(world.ahead(order_id), Some(lots(shown.mantissa() - own.mantissa())), "at the end");
    }
    // Where the new book had moved over it, it took what stood there, and that is gone.
    let near = world.order(near);
    assert!(near.status == OrderStatus::Open || near.filled_qty > Qty::ZERO, "{near:?}");
}

fn request(world: &World, draw: &mut Draw) -> OrderRequest {
    let side = if draw.one_in(2) { OrderSide::Buy } else { OrderSide::Sell };
    let best = world.public.best(side.rests_on()).price;
    let toward = if side == OrderSide::Buy { 1 } else { -1 };
    let price = ticks_from(best, toward * draw.between(-120, 39));
    let resting = OrderRequest {
        self_trade_prevention: draw.pick(SelfTradePrevention::ALL),
        ..limit(side, draw.between(1, 4_000), price)
    };
    match draw.below(8) {
        0 => OrderRequest::market(MARKET, side, lots(draw.between(1, 3_000))),
        1 | 2 => OrderRequest {
            display_qty: Some(lots(1 + draw.between(0, 199).min(resting_qty(&resting)))),
            ..resting
        },
        3 => OrderRequest { time_in_force: TimeInForce::Ioc, ..resting },
        4 => OrderRequest {
            order_type: OrderType::Stop,
            price: None,
            stop_price: Some(ticks_from(best, toward * 40)),
            ..resting
        },
        _ => resting,
    }
}

fn resting_qty(request: &OrderRequest) -> i64 {
    request.qty.map_or(0, |qty| qty.mantissa() - 1)
}

/// Everything at once. Between commands time passes in steps of at most so much.
fn soak(seed: u64, step_ms: i64) -> World {
    let mut world = World::new(seed);
    let mut draw = Draw(seed);
    let mut placed: Vec<(u32, OrderId)> = Vec::new();
    for number in 0..600 {
        let account = draw.below(ACCOUNTS.into()) as u32;
        if placed.is_empty() || draw.below(3) > 0 {
            let request = request(&world, &mut draw);
            let place = Command::PlaceOrder { account: AccountNo::new(account), request };
            if let Ok(Done::Order(order_id)) = world.command(place) {
                placed.push((account, order_id));
            }
        } else {
            let (account, order_id) = draw.pick(&placed);
            let account = AccountNo::new(account);
            let qty = Some(lots(draw.between(1, 4_000)));
            let _ = world.command(match draw.below(3) {
                0 => Command::CancelOrder { account, order_id },
                1 => Command::AmendOrder { account, order_id, amend: Amend { qty, ..Amend::default() } },
                _ => {
                    let best = world.public.best(BookSide::Bid).price;
                    let price = Some(ticks_from(best, draw.between(-30, 29)));
                    Command::AmendOrder { account, order_id, amend: Amend { price, ..Amend::default() } }
                }
            });
        }
        if draw.below(3) > 0 {
            world.sync();
        }
        let mut left = draw.between(0, 119);
        while left > 0 {
            let step = left.min(step_ms);
            world.now = world.now.plus_millis(step);
            world.simulator.advance(world.now, &mut world.public);
            left -= step;
        }
        world.apply(Input::Time).expect("time");
        world.assert_one_book(&format!("seed {seed}, command {number}"));
    }
    world.step(1);
    world
}

#[test]
fn the_sandbox_and_the_simulated_book_never_differ_and_a_seed_gives_one_story() {
    let seeds = if std::env::var_os("MARKETD_LONG").is_some() { 200 } else { 6 };
    let (mut evidences, mut slices) = ([0; 3], 0);
    for seed in 0..seeds {
        let world = soak(seed, 1_000);
        for fill in world.fills() {
            match fill.evidence {
                Evidence::Level(_) => evidences[0] += 1,
                Evidence::Order { .. } => evidences[1] += 1,
                Evidence::Print(_) => evidences[2] += 1,
                Evidence::Crossed(_) => panic!("nothing crosses where orders stand in the book: {fill:?}"),
            }
        }
        let is_slice = |event: &&Event| matches!(event.body, EventBody::OrderRested(_));
        slices += world.events.iter().filter(is_slice).count();
        let again = soak(seed, 7);
        assert!(again.events == world.events, "seed {seed}: other events");
        assert_eq!(again.public.hash, world.public.hash, "seed {seed}: another market");
    }
    let enough = evidences.iter().all(|count| *count > seeds as usize * 5);
    assert!(enough && slices > 100, "{evidences:?} fills and {slices} rests prove little");
}
