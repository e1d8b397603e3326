//! The sandbox on a recording: 200 orders that a script places at moments of the recording fill in the same way however
//! the recording is paced, and three of the fills are those that `docs/sandbox.md` explains from the recorded frames.

use std::path::Path;

use marketd_domain::instrument::MarketId;
use marketd_domain::journal::StateHash;
use marketd_domain::ledger::{
    AccountNo, Amount, Asset, AssetNo, FeeIn, FeeRate, FeeSchedule, MarketNo, UserNo,
};
use marketd_domain::matching::OrderSide;
use marketd_domain::sandbox::{
    Amend, BookRef, Command, Done, Event, EventBody, Evidence, Fill, Input, MarketEvent, MarketListed,
    MarketRules, OrderId, OrderRequest, OrderType, Sandbox, SandboxBounds, TimeInForce, VenueStatus,
};
use marketd_domain::{
    DepthUpdate, GapFound, Instrument, Level, MarketIndex, Notional, Price, Qty, Scales, StaleReason,
    Timestamp, Trade, UpdateSink,
};
use marketd_testkit::Draw;
use marketd_venues::SessionConfig;
use marketd_venues::replay::{Driver, open, venue_of};

const MARKET: MarketNo = MarketNo::new(0);

/// What the feed told, in its order.
enum News {
    Snapshot(DepthUpdate),
    Depth(DepthUpdate),
    Trade(Trade),
    Status(VenueStatus, Timestamp),
}

impl News {
    const fn at(&self) -> Timestamp {
        match self {
            Self::Snapshot(update) | Self::Depth(update) => update.ts_recv,
            Self::Trade(trade) => trade.ts_recv,
            Self::Status(_, at) => *at,
        }
    }
}

#[derive(Default)]
struct Recorded {
    instrument: Option<Instrument>,
    news: Vec<News>,
}

impl UpdateSink for Recorded {
    fn listed(&mut self, _: MarketIndex, instrument: &Instrument) {
        self.instrument.get_or_insert_with(|| instrument.clone());
    }
    fn snapshot(&mut self, _: MarketIndex, update: &DepthUpdate) {
        self.news.push(News::Snapshot(update.clone()));
        self.news.push(News::Status(VenueStatus::Live, update.ts_recv));
    }
    fn depth(&mut self, _: MarketIndex, update: &DepthUpdate) {
        self.news.push(News::Depth(update.clone()));
    }
    fn trade(&mut self, market: MarketIndex, trade: &Trade) {
        assert_eq!(market, MarketIndex(0));
        self.news.push(News::Trade(*trade));
    }
    fn rescaled(&mut self, _: MarketIndex, _: Scales) {
        panic!("this recording keeps its scales");
    }
    fn gap(&mut self, _: MarketIndex, gap: GapFound) {
        self.news.push(News::Status(VenueStatus::Stale, gap.ts_recv));
    }
    fn stale(&mut self, _: MarketIndex, _: StaleReason, at: Timestamp) {
        self.news.push(News::Status(VenueStatus::Stale, at));
    }
    fn halted(&mut self, _: MarketIndex, _: StaleReason, at: Timestamp) {
        self.news.push(News::Status(VenueStatus::Halted, at));
    }
    fn duplicate(&mut self, _: MarketIndex) {}
    fn venue_bbo(&mut self, _: MarketIndex, _: Level, _: Level, _: u64) {}
}

fn recorded() -> Recorded {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/binance-spot");
    let files = ["btcusdt_20240808.jsonl.zst", "btcusdt_20240809.jsonl.zst"].map(|name| folder.join(name));
    let venue = venue_of(&files, None).expect("the folder names the venue");
    let mut driver = Driver::new(venue, SessionConfig { discover: true, ..SessionConfig::default() });
    let mut recorded = Recorded::default();
    for file in &files {
        let mut reader = open(file).expect("a recording");
        while let Some(line) = reader.next().expect("a whole recording") {
            driver.line(&line, &mut recorded);
        }
    }
    recorded
}

/// What the script does at a moment; prices are away from the last print, in hundredths of a quote unit.
#[derive(Clone, Copy)]
enum Step {
    Place(Order),
    /// Of the order placed as this one.
    Cancel(usize),
    Amend(usize),
}

#[derive(Clone, Copy)]
struct Order {
    kind: u64,
    side: OrderSide,
    qty: i64,
    away: i64,
}

const ORDERS: usize = 200;

/// By time: an order every three seconds or so, some of them cancelled or amended later.
fn script(begin: Timestamp) -> Vec<(Timestamp, Step)> {
    let mut draw = Draw(5);
    let mut script = Vec::new();
    for number in 0..ORDERS {
        let at = begin.plus_millis(2_000 + 3_100 * number as i64 + draw.between(0, 1_999));
        let side = if draw.one_in(2) { OrderSide::Buy } else { OrderSide::Sell };
        let order =
            Order { kind: number as u64 % 12, side, qty: draw.between(1, 400), away: draw.between(0, 299) };
        script.push((at, Step::Place(order)));
        let later = at.plus_millis(1_500 + draw.between(0, 19_999));
        match number % 5 {
            3 => script.push((later, Step::Cancel(number))),
            4 => script.push((later, Step::Amend(number))),
            _ => {}
        }
    }
    script.sort_by_key(|(at, _)| *at);
    script
}

struct Desk {
    sandbox: Sandbox,
    events: Vec<Event>,
    placed: Vec<Option<OrderId>>,
    scales: Scales,
    last: Option<Price>,
}

impl Desk {
    fn new(instrument: &Instrument, begin: Timestamp) -> Self {
        let sandbox = Sandbox::new(SandboxBounds::default());
        let (placed, scales) = (Vec::new(), instrument.scales);
        let mut desk = Self { sandbox, events: Vec::new(), placed, scales, last: None };
        let (base, quote) = (AssetNo::new(0), AssetNo::new(1));
        for code in ["BTC", "USDT"] {
            let asset = Asset { code: code.to_owned(), scale: Asset::USUAL_SCALE };
            desk.command(&Command::AddAsset(asset), begin);
        }
        let market = MarketId::new("binance-spot", "BTC", "USDT");
        // The venue's own rules, which the recording does not hold: a cent, and a hundred-thousandth of a coin.
        let rules = MarketRules {
            tick_size: Price::from_mantissa(desk.cents(1)),
            lot_size: Qty::from_mantissa(desk.lots(1)),
            ..MarketRules::of(instrument)
        };
        desk.command(
            &Command::ListMarket(Box::new(MarketListed { market, base, quote, scales, rules })),
            begin,
        );
        let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate");
        let fees = FeeSchedule::new(rate(1_000), rate(1_000), FeeIn::Received).expect("a schedule");
        let (user, name) = (UserNo::new(0), "main".to_owned());
        desk.command(&Command::OpenAccount { user, name, fees }, begin);
        let account = AccountNo::new(0);
        for asset in [base, quote] {
            let amount = Amount::from_units(10i128.pow(26));
            desk.command(&Command::Deposit { account, asset, amount }, begin);
        }
        desk
    }

    fn cents(&self, cents: i64) -> i64 {
        cents * 10i64.pow(u32::from(self.scales.price.decimals()) - 2)
    }

    fn lots(&self, lots: i64) -> i64 {
        lots * 10i64.pow(u32::from(self.scales.qty.decimals()) - 5)
    }

    fn command(&mut self, command: &Command, at: Timestamp) -> Option<Done> {
        self.sandbox.apply(Input::Command(command), at, &mut self.events).ok()
    }

    fn hear(&mut self, news: &News) {
        let at = news.at();
        let book = |update: &DepthUpdate| BookRef { book_seq: update.venue_seq, ts_venue: update.ts_venue };
        let event = match news {
            News::Snapshot(update) => {
                MarketEvent::Snapshot { bids: &update.bids, asks: &update.asks, book: book(update) }
            }
            News::Depth(update) => {
                MarketEvent::Changes { bids: &update.bids, asks: &update.asks, book: book(update) }
            }
            News::Trade(trade) => {
                self.last = Some(trade.price);
                MarketEvent::Print(trade)
            }
            News::Status(status, _) => MarketEvent::Status(*status),
        };
        let input = Input::Market { market: MARKET, event };
        self.sandbox.apply(input, at, &mut self.events).expect("market data");
    }

    fn follow(&mut self, step: Step, at: Timestamp) {
        let account = AccountNo::new(0);
        match step {
            Step::Place(order) => {
                let request = self.request(order);
                let placed = self.command(&Command::PlaceOrder { account, request }, at);
                let order_id = match placed {
                    Some(Done::Order(order_id)) => Some(order_id),
                    _ => None,
                };
                self.placed.push(order_id);
            }
            Step::Cancel(nth) => {
                if let Some(order_id) = self.placed[nth] {
                    self.command(&Command::CancelOrder { account, order_id }, at);
                }
            }
            Step::Amend(nth) => {
                let Some(order) = self.placed[nth].and_then(|order_id| self.sandbox.order(order_id)) else {
                    return;
                };
                let (order_id, qty) = (order.order_id, order.request.qty);
                let half = qty.map(|qty| Qty::from_mantissa(self.lots(qty.mantissa() / self.lots(2))));
                let amend = Amend { qty: half, ..Amend::default() };
                self.command(&Command::AmendOrder { account, order_id, amend }, at);
            }
        }
    }

    fn request(&self, order: Order) -> OrderRequest {
        let Order { kind, side, qty, away } = order;
        let (last, worse) =
            (self.last.map_or(0, Price::mantissa), if side == OrderSide::Buy { -1 } else { 1 });
        let at = |cents: i64| Some(Price::from_mantissa(last + worse * self.cents(cents)));
        let qty = Qty::from_mantissa(self.lots(qty * 100));
        let market = OrderRequest::market(MARKET, side, qty);
        let limit = |price: Option<Price>| OrderRequest {
            price,
            order_type: OrderType::Limit,
            time_in_force: TimeInForce::Gtc,
            ..market
        };
        let waiting = |order_type, stop_price| OrderRequest {
            order_type,
            stop_price,
            time_in_force: TimeInForce::Gtc,
            ..market
        };
        match kind {
            0 => market,
            1 => OrderRequest {
                qty: None,
                quote_qty: Some(Notional::from_mantissa(
                    i128::from(self.cents(100_000)) * i128::from(self.lots(100_000)),
                )),
                ..market
            },
            2 => OrderRequest { time_in_force: TimeInForce::Ioc, ..limit(at(-away)) },
            3 => waiting(OrderType::Stop, at(-away - 200)),
            4 => waiting(OrderType::TakeProfit, at(away + 200)),
            5 => OrderRequest { price: at(-away - 300), ..waiting(OrderType::StopLimit, at(-away - 200)) },
            6 => OrderRequest { trailing_bps: Some(2), ..waiting(OrderType::TrailingStop, None) },
            7 => OrderRequest { display_qty: Some(Qty::from_mantissa(self.lots(100))), ..limit(at(0)) },
            8 => OrderRequest { post_only: true, ..limit(at(1)) },
            9 => OrderRequest { time_in_force: TimeInForce::Fok, ..limit(at(-away)) },
            _ => limit(at(if kind == 10 { 0 } else { away })),
        }
    }
}

/// A replay; between the news time passes in steps of so many milliseconds, or in none.
fn replay(recorded: &Recorded, step_ms: i64) -> Desk {
    let begin = recorded.news[0].at();
    let mut desk = Desk::new(recorded.instrument.as_ref().expect("a market"), begin);
    let mut script = script(begin).into_iter().peekable();
    let mut ticked = begin;
    for news in &recorded.news {
        // A snapshot is dated by the request for it.
        let now = news.at().max(desk.sandbox.now());
        while let Some((at, step)) = script.next_if(|(at, _)| *at <= now) {
            desk.follow(step, at);
        }
        while step_ms > 0 && ticked.plus_millis(step_ms) < now {
            ticked = ticked.plus_millis(step_ms);
            desk.sandbox.apply(Input::Time, ticked, &mut desk.events).expect("time");
        }
        desk.hear(news);
    }
    assert!(script.next().is_none(), "the recording ends before the script");
    desk
}

fn fills(desk: &Desk) -> Vec<Fill> {
    let fill = |event: &Event| match event.body {
        EventBody::OrderFilled(fill) => Some(fill),
        _ => None,
    };
    desk.events.iter().filter_map(fill).collect()
}

#[test]
fn scripted_orders_fill_in_the_same_way_in_every_replay() {
    let recorded = recorded();
    let first = replay(&recorded, 0);
    let filled = fills(&first);
    assert!(filled.len() > 150, "{} fills", filled.len());
    for step_ms in [1_000, 500, 250, 200, 150, 100, 75, 50, 40] {
        let again = replay(&recorded, step_ms);
        assert!(again.events == first.events, "every {step_ms} ms");
        assert_eq!(StateHash::of(&again.sandbox.state()), StateHash::of(&first.sandbox.state()));
    }
    assert_explained(&filled);
}

/// The fills that `docs/sandbox.md` explains, in the venue's units.
fn assert_explained(fills: &[Fill]) {
    let check = |id: usize,
                 order: u64,
                 (price, qty): (i64, i64),
                 told: &dyn Fn(&Evidence) -> Option<[i64; 3]>,
                 numbers| {
        let fill = &fills[id - 1];
        let found = (fill.order_id.get(), fill.price.mantissa() / 1_000_000, fill.qty.mantissa() / 1_000);
        assert_eq!(found, (order, price, qty), "fill {id}");
        assert_eq!(told(&fill.evidence).map(|told| told.map(|qty| qty / 1_000)), Some(numbers), "fill {id}");
    };
    let of_print = |evidence: &Evidence| match evidence {
        Evidence::Print(print) => {
            Some([print.qty, print.shared_before, print.queue_before].map(Qty::mantissa))
        }
        _ => None,
    };
    let of_level = |evidence: &Evidence| match evidence {
        Evidence::Level(level) => Some([level.displayed.mantissa(), level.consumed_before.mantissa(), 0]),
        _ => None,
    };
    check(1_126, 93, (6_173_958, 3_012), &of_print, [7_320, 0, 4_308]);
    check(369, 57, (6_172_613, 14_024), &of_print, [14_080, 56, 0]);
    check(2_049, 198, (6_167_600, 2_425), &of_level, [8_970, 6_545, 0]);
}
