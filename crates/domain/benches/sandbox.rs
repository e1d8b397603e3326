//! The sandbox under the load in `load`: every order checked, reserved, matched, settled and told as an event.
//! Beside it, a market that moves: a venue's book and prints around orders that rest.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use marketd_domain::instrument::MarketId;
use marketd_domain::ledger::{
    AccountNo, Amount, Asset, AssetNo, FeeIn, FeeRate, FeeSchedule, MarketNo, UserNo,
};
use marketd_domain::sandbox::{
    BookRef, Command, Done, Event, Input, MarketEvent, MarketListed, MarketRules, OrderId, OrderRequest,
    QueueModel, Sandbox, SandboxBounds, SelfTradePrevention, TimeInForce, VenueStatus,
};
use marketd_domain::{AggressorSide, Level, Notional, Price, Qty, Scales, Timestamp, Trade, TradeId};

mod load;
use load::{COMMANDS, Generator};

const ACCOUNTS: u32 = 1_000;
const MARKET: MarketNo = MarketNo::new(0);

#[derive(Clone)]
struct Exchange {
    sandbox: Sandbox,
    events: Vec<Event>,
    placed_ids: Vec<OrderId>,
}

/// A command with its order known by its place among those placed.
#[derive(Clone)]
enum Step {
    Place(Box<Command>),
    Cancel { account: AccountNo, nth: usize },
}

impl Exchange {
    fn new() -> Self {
        let bounds = SandboxBounds { finished_orders: 1_000, fills: 10_000, ..SandboxBounds::default() };
        let mut exchange = Self { sandbox: Sandbox::new(bounds), events: Vec::new(), placed_ids: Vec::new() };
        for code in ["BTC", "USD"] {
            exchange.command(&Command::AddAsset(Asset { code: code.to_owned(), scale: Asset::USUAL_SCALE }));
        }
        exchange.command(&Command::ListMarket(Box::new(MarketListed {
            market: MarketId::new("sim", "BTC", "USD"),
            base: AssetNo::new(0),
            quote: AssetNo::new(1),
            scales: Scales::of(2, 5),
            rules: MarketRules {
                tick_size: Price::from_mantissa(1),
                lot_size: Qty::from_mantissa(1),
                min_notional: Notional::ZERO,
                band_bps: None,
                queue_model: QueueModel::RiskAverse,
                max_depth: None,
                is_full_depth: true,
            },
        })));
        let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate in range");
        let fees = FeeSchedule::new(rate(1_000), rate(2_000), FeeIn::Received).expect("a schedule");
        for user in 0..ACCOUNTS {
            exchange.command(&Command::OpenAccount {
                user: UserNo::new(user),
                name: "main".to_owned(),
                fees,
            });
            for asset in 0..2 {
                let amount = Amount::from_units(10i128.pow(30));
                let (account, asset) = (AccountNo::new(user), AssetNo::new(asset));
                exchange.command(&Command::Deposit { account, asset, amount });
            }
        }
        exchange.market(MarketEvent::Snapshot { bids: &[], asks: &[], book: BookRef::NONE });
        exchange.market(MarketEvent::Status(VenueStatus::Live));
        exchange
    }

    fn command(&mut self, command: &Command) -> Done {
        self.events.clear();
        self.sandbox
            .apply(Input::Command(command), Timestamp::ZERO, &mut self.events)
            .expect("a valid command")
    }

    fn market(&mut self, event: MarketEvent<'_>) {
        self.events.clear();
        let input = Input::Market { market: MARKET, event };
        self.sandbox.apply(input, Timestamp::ZERO, &mut self.events).expect("market data");
    }

    fn run(&mut self, steps: &[Step]) -> u64 {
        let before = self.sandbox.seq();
        for step in steps {
            match step {
                Step::Place(command) => {
                    if let Done::Order(order_id) = self.command(command) {
                        self.placed_ids.push(order_id);
                    }
                }
                Step::Cancel { account, nth } => {
                    let order_id = self.placed_ids[*nth];
                    self.command(&Command::CancelOrder { account: *account, order_id });
                }
            }
        }
        self.sandbox.seq() - before
    }
}

/// The load's commands as the sandbox takes them. It counts market orders among those placed, the load does not.
fn steps(commands: &[load::Command], placed: &mut Vec<(usize, AccountNo)>, count: &mut usize) -> Vec<Step> {
    let taken = SelfTradePrevention::None;
    (commands.iter())
        .map(|command| match *command {
            load::Command::Limit(order) => {
                let account = AccountNo::new(order.owner as u32);
                placed.push((*count, account));
                *count += 1;
                let time_in_force = match order.time_in_force {
                    marketd_domain::matching::TimeInForce::Gtc => TimeInForce::Gtc,
                    marketd_domain::matching::TimeInForce::Ioc => TimeInForce::Ioc,
                    marketd_domain::matching::TimeInForce::Fok => TimeInForce::Fok,
                };
                let request = OrderRequest::limit(MARKET, order.side, order.qty, order.price);
                let request = OrderRequest { time_in_force, self_trade_prevention: taken, ..request };
                Step::Place(Box::new(Command::PlaceOrder { account, request }))
            }
            load::Command::Market(order) => {
                *count += 1;
                let account = AccountNo::new(order.owner as u32);
                let request = OrderRequest::market(MARKET, order.side, order.qty);
                let request = OrderRequest { self_trade_prevention: taken, ..request };
                Step::Place(Box::new(Command::PlaceOrder { account, request }))
            }
            load::Command::Cancel(nth) => {
                let (nth, account) = placed[nth];
                Step::Cancel { account, nth }
            }
        })
        .collect()
}

fn mixed(criterion: &mut Criterion) {
    let mut generator = Generator::new();
    let (mut placed, mut count) = (Vec::new(), 0);
    let start = steps(&generator.fill(), &mut placed, &mut count);
    let commands: Vec<load::Command> = (0..COMMANDS).map(|_| generator.next()).collect();
    let commands = steps(&commands, &mut placed, &mut count);
    let mut exchange = Exchange::new();
    exchange.run(&start);
    exchange.placed_ids.reserve(COMMANDS);
    println!("{} events in {COMMANDS} commands", exchange.clone().run(&commands));

    let mut group = criterion.benchmark_group("sandbox");
    group.throughput(Throughput::Elements(COMMANDS as u64));
    group.bench_function("mixed", |bencher| {
        bencher.iter_batched_ref(
            || exchange.clone(),
            |exchange| exchange.run(&commands),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

const MOVES: u64 = 100_000;

/// The book moves by a level and prints, again and again, beside 1,000 orders that rest at ten prices.
fn moving(criterion: &mut Criterion) {
    let mut exchange = Exchange::new();
    let level = |price: i64, qty: i64| Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty));
    let (bids, asks) = ([level(10_000, 1_000_000)], [level(10_020, 1_000_000)]);
    exchange.market(MarketEvent::Snapshot { bids: &bids, asks: &asks, book: BookRef::NONE });
    for number in 0..1_000 {
        let price = Price::from_mantissa(10_000 - i64::from(number % 10));
        let qty = Qty::from_mantissa(1_000_000);
        let request = OrderRequest::limit(MARKET, marketd_domain::matching::OrderSide::Buy, qty, price);
        exchange.command(&Command::PlaceOrder { account: AccountNo::new(number), request });
    }
    let mut group = criterion.benchmark_group("sandbox");
    group.throughput(Throughput::Elements(2 * MOVES));
    group.bench_function("moving market", |bencher| {
        bencher.iter_batched_ref(
            || exchange.clone(),
            |exchange| {
                for number in 1..=MOVES {
                    let bids = [level(10_000 - (number % 40) as i64, 1_000_000 + number as i64)];
                    let ts_venue = Timestamp::from_nanos(number as i64);
                    let book = BookRef { book_seq: number, ts_venue };
                    exchange.market(MarketEvent::Changes { bids: &bids, asks: &[], book });
                    exchange.market(MarketEvent::Print(&Trade {
                        id: TradeId::Number(number),
                        price: Price::from_mantissa(10_000),
                        qty: Qty::from_mantissa(1),
                        aggressor: AggressorSide::Sell,
                        ts_venue,
                        ts_recv: ts_venue,
                        backfilled: false,
                    }));
                }
                black_box(exchange.sandbox.seq())
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, mixed, moving);
criterion_main!(benches);
