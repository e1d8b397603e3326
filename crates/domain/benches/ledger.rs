//! Matching and money: the load in `load`, with every order's worst cost reserved, and every fill settled between both
//! accounts, with fees, positions and realized results.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use marketd_domain::instrument::MarketId;
use marketd_domain::ledger::{
    AccountNo, Amount, Asset, FeeIn, FeeRate, FeeSchedule, Ledger, LedgerBounds, Liquidity, MarketNo, Need,
    OrderMoney, Party, Settlement, UserNo,
};
use marketd_domain::matching::{Fill, MatchingBook, OrderId, OrderSide, PlaceLimit, PlaceMarket};
use marketd_domain::{Price, Qty, Scales, Timestamp};

mod load;
use load::{COMMANDS, Command, Generator, MAX_ORDERS};

const ACCOUNTS: u32 = 1_000;
const MARKET: MarketNo = MarketNo::new(0);
/// Far above what market orders meet: what they reserve is given back at once.
const MARKET_ORDER_PRICE: Price = Price::from_mantissa(1_000_000);

#[derive(Clone)]
struct Exchange {
    book: MatchingBook,
    ledger: Ledger,
    /// By slot of the order.
    moneys: Vec<Option<OrderMoney>>,
    placed_ids: Vec<OrderId>,
    fills: Vec<Fill>,
    settled: u64,
}

fn left(price: Price, qty: Qty) -> Need {
    if qty.is_zero() { Need::Nothing } else { Need::Base { price, qty } }
}

impl Exchange {
    fn new() -> Self {
        let mut ledger = Ledger::new(LedgerBounds::default());
        let mut add = |code: &str| {
            let asset = Asset { code: code.to_owned(), scale: Asset::USUAL_SCALE };
            ledger.add_asset(&asset).expect("a new asset")
        };
        let (base, quote) = (add("BTC"), add("USD"));
        ledger
            .add_market(&MarketId::new("sim", "BTC", "USD"), base, quote, Scales::of(2, 5))
            .expect("a market");
        let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate in range");
        let fees = FeeSchedule::new(rate(1_000), rate(2_000), FeeIn::Received).expect("a schedule");
        for user in 0..ACCOUNTS {
            let account = ledger.open_account(UserNo::new(user), "main", fees).expect("a new account");
            for asset in [base, quote] {
                ledger.deposit(account, asset, Amount::from_units(10i128.pow(30))).expect("a deposit");
            }
        }
        Self {
            book: MatchingBook::new(MAX_ORDERS),
            ledger,
            moneys: vec![None; 20_000],
            placed_ids: Vec::new(),
            fills: Vec::new(),
            settled: 0,
        }
    }

    fn reserve(&mut self, owner: u64, side: OrderSide, price: Price, qty: Qty) -> OrderMoney {
        let account = AccountNo::new(owner as u32);
        self.ledger.open_order(account, MARKET, side, &Need::Base { price, qty }).expect("rich accounts")
    }

    fn limit(&mut self, order: PlaceLimit) {
        let PlaceLimit { owner, side, price, qty, .. } = order;
        let mut money = self.reserve(owner, side, price, qty);
        let fills = &mut self.fills;
        let placed = self.book.place_limit(order, |fill| fills.push(fill)).expect("a valid order");
        self.placed_ids.push(placed.order_id);
        self.settle(&mut money, price, qty);
        if placed.resting.is_zero() {
            self.ledger.close_order(&mut money).expect("an open order");
        } else {
            self.moneys[placed.order_id.index() as usize] = Some(money);
        }
    }

    fn market(&mut self, order: PlaceMarket) {
        let PlaceMarket { owner, side, qty } = order;
        let mut money = self.reserve(owner, side, MARKET_ORDER_PRICE, qty);
        let fills = &mut self.fills;
        self.book.place_market(order, |fill| fills.push(fill)).expect("a valid order");
        self.settle(&mut money, MARKET_ORDER_PRICE, qty);
        self.ledger.close_order(&mut money).expect("an open order");
    }

    fn settle(&mut self, taker: &mut OrderMoney, price: Price, qty: Qty) {
        let mut remaining = qty;
        for fill in self.fills.drain(..) {
            remaining = remaining.checked_sub(fill.qty).expect("a fill is a part");
            let maker = &mut self.moneys[fill.maker_order_id.index() as usize];
            let of_taker =
                Party::Order { money: *taker, liquidity: Liquidity::Taker, left: left(price, remaining) };
            let of_maker = Party::Order {
                money: maker.expect("a maker rests with its money"),
                liquidity: Liquidity::Maker,
                left: left(fill.price, fill.maker_remaining),
            };
            let (buyer, seller) = match taker.side() {
                OrderSide::Buy => (of_taker, of_maker),
                OrderSide::Sell => (of_maker, of_taker),
            };
            let at = Timestamp::from_millis(self.settled as i64);
            let settlement =
                Settlement { market: MARKET, price: fill.price, qty: fill.qty, buyer, seller, at };
            let settled = self.ledger.settle(&settlement).expect("both are covered");
            self.settled += 1;
            let (bought, sold) = (settled.buyer.expect("ours").money, settled.seller.expect("ours").money);
            (*taker, *maker) = match taker.side() {
                OrderSide::Buy => (bought, Some(sold)),
                OrderSide::Sell => (sold, Some(bought)),
            };
        }
    }

    fn cancel(&mut self, nth: usize) {
        let order_id = self.placed_ids[nth];
        self.book.cancel(order_id).expect("generated from live orders");
        let money = self.moneys[order_id.index() as usize].as_mut().expect("it rests with its money");
        self.ledger.close_order(money).expect("an open order");
    }

    fn run(&mut self, commands: &[Command]) {
        for command in commands {
            match *command {
                Command::Limit(order) => self.limit(order),
                Command::Market(order) => self.market(order),
                Command::Cancel(nth) => self.cancel(nth),
            }
        }
    }
}

fn mixed(criterion: &mut Criterion) {
    let mut generator = Generator::new();
    let start = generator.fill();
    let commands: Vec<Command> = (0..COMMANDS).map(|_| generator.next()).collect();
    let mut exchange = Exchange::new();
    exchange.run(&start);
    exchange.placed_ids.reserve(COMMANDS);
    let mut checked = exchange.clone();
    checked.run(&commands);
    let orders: Vec<OrderMoney> = [marketd_domain::BookSide::Bid, marketd_domain::BookSide::Ask]
        .into_iter()
        .flat_map(|side| checked.book.orders(side).collect::<Vec<_>>())
        .filter_map(|order| checked.moneys[order.order_id.index() as usize])
        .collect();
    checked.ledger.audit(orders.iter()).expect("all rules hold after the load");
    println!("{} settlements in {COMMANDS} commands", checked.settled - exchange.settled);

    let mut group = criterion.benchmark_group("ledger");
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

criterion_group!(benches, mixed);
criterion_main!(benches);
