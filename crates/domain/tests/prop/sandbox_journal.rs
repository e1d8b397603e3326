//! A sandbox out of its journal: each event comes back exactly, and any snapshot with the events after it gives the state
//! of all events.

use std::collections::HashSet;

use marketd_domain::instrument::MarketId;
use marketd_domain::journal::{
    Coded, Reader, RecordKind, Records, StateHash, VERSION, read_record, write_record,
};
use marketd_domain::ledger::{
    AccountNo, Amount, Asset, AssetNo, FeeIn, FeeRate, FeeSchedule, MarketNo, UserNo,
};
use marketd_domain::matching::OrderSide;
use marketd_domain::sandbox::{
    Amend, BookRef, ClientOrderId, Command, Delay, Event, Input, Latency, ListKind, MarketEvent,
    MarketListed, MarketRules, Order, OrderId, OrderRequest, OrderType, QueueModel, Sandbox, SandboxBounds,
    SandboxState, SelfTradePrevention, TimeInForce, VenueStatus,
};
use marketd_domain::{AggressorSide, Level, Notional, Price, Qty, Scales, Timestamp, Trade, TradeId};

use crate::ledger::Draw;
use crate::level;

const MARKET: MarketNo = MarketNo::new(0);
const ACCOUNTS: u32 = 6;

struct Driver {
    draw: Draw,
    sandbox: Sandbox,
    events: Vec<Event>,
    /// The last event of each input: in the middle of one, an order may be about to enter without a timer.
    ends: HashSet<u64>,
    now_ms: i64,
    prints: u64,
}

impl Driver {
    fn new(seed: u64) -> Self {
        let sandbox = Sandbox::new(SandboxBounds::default());
        let mut driver = Self {
            draw: Draw(seed),
            sandbox,
            events: Vec::new(),
            ends: HashSet::new(),
            now_ms: 1_000,
            prints: 0,
        };
        for code in ["BTC", "USD"] {
            driver.sure(Command::AddAsset(Asset { code: code.to_owned(), scale: Asset::USUAL_SCALE }));
        }
        let rules = MarketRules {
            tick_size: Price::from_mantissa(1),
            lot_size: Qty::from_mantissa(1),
            min_notional: Notional::ZERO,
            band_bps: None,
            queue_model: QueueModel::RiskAverse,
            max_depth: None,
            is_full_depth: true,
        };
        let (base, quote, scales) = (AssetNo::new(0), AssetNo::new(1), Scales::of(0, 0));
        let market = MarketId::new("sim", "BTC", "USD");
        driver.sure(Command::ListMarket(Box::new(MarketListed { market, base, quote, scales, rules })));
        let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate");
        for number in 0..ACCOUNTS {
            let paid_in = if number % 2 == 0 { FeeIn::Received } else { FeeIn::Quote };
            let fees = FeeSchedule::new(rate(100), rate(700), paid_in).expect("a schedule");
            driver.sure(Command::OpenAccount { user: UserNo::new(number), name: "a".to_owned(), fees });
            let account = AccountNo::new(number);
            for asset in [base, quote] {
                let amount = Amount::from_units(10i128.pow(24));
                driver.sure(Command::Deposit { account, asset, amount });
            }
        }
        for number in 0..ACCOUNTS / 2 {
            let entry = Delay::Uniform { min_ns: 1_000_000, max_ns: 9_000_000 };
            let cancel = Delay::Constant { ns: 4_000_000 };
            let latency = Latency { entry, cancel, reply: Delay::None, seed: number.into() };
            driver.sure(Command::SetLatency { account: AccountNo::new(number), latency });
        }
        driver.book();
        driver.market(MarketEvent::Status(VenueStatus::Live));
        driver
    }

    fn input(&mut self, input: Input<'_>) -> bool {
        let now = Timestamp::from_millis(self.now_ms);
        let is_done = self.sandbox.apply(input, now, &mut self.events).is_ok();
        self.ends.insert(self.sandbox.seq());
        is_done
    }

    fn sure(&mut self, command: Command) {
        assert!(self.input(Input::Command(&command)));
    }

    fn market(&mut self, event: MarketEvent<'_>) {
        self.input(Input::Market { market: MARKET, event });
    }

    /// A name, every other time, of few: some are taken.
    fn name(&mut self) -> Option<ClientOrderId> {
        let number = self.draw.below(40);
        (number < 20).then(|| ClientOrderId::parse(&format!("name-{number}")).expect("a short name"))
    }

    fn book_ref(&self) -> BookRef {
        BookRef { book_seq: self.now_ms as u64, ts_venue: Timestamp::from_millis(self.now_ms) }
    }

    fn side_of_book(&mut self, from: i64, step: i64) -> Vec<Level> {
        (0..6).map(|nth| level(from + nth * step, 1 + self.draw.below(40) as i64)).collect()
    }

    fn book(&mut self) {
        let middle = 95 + self.draw.below(11) as i64;
        let (bids, asks) = (self.side_of_book(middle - 1, -1), self.side_of_book(middle + 1, 1));
        let book = self.book_ref();
        self.market(MarketEvent::Snapshot { bids: &bids, asks: &asks, book });
    }

    fn print(&mut self) {
        self.prints += 1;
        let at = Timestamp::from_millis(self.now_ms);
        let trade = Trade {
            id: TradeId::Number(self.prints),
            price: Price::from_mantissa(90 + self.draw.below(21) as i64),
            qty: Qty::from_mantissa(1 + self.draw.below(30) as i64),
            aggressor: if self.draw.below(2) == 0 { AggressorSide::Buy } else { AggressorSide::Sell },
            ts_venue: at,
            ts_recv: at,
            backfilled: false,
        };
        self.market(MarketEvent::Print(&trade));
    }

    fn request(&mut self) -> OrderRequest {
        let side = if self.draw.below(2) == 0 { OrderSide::Buy } else { OrderSide::Sell };
        let (qty, price) =
            (Qty::from_mantissa(1 + self.draw.below(20) as i64), 90 + self.draw.below(21) as i64);
        let price = Price::from_mantissa(price);
        let stops =
            [OrderType::Stop, OrderType::TakeProfit, OrderType::StopLimit, OrderType::TakeProfitLimit];
        let mut request = OrderRequest::limit(MARKET, side, qty, price);
        request.self_trade_prevention =
            SelfTradePrevention::ALL[self.draw.below(SelfTradePrevention::ALL.len() as u64) as usize];
        match self.draw.below(10) {
            0 => OrderRequest::market(MARKET, side, qty),
            1 => OrderRequest { time_in_force: TimeInForce::Ioc, ..request },
            2 => OrderRequest {
                time_in_force: TimeInForce::Gtd,
                expires_at: Some(Timestamp::from_millis(self.now_ms + 200)),
                ..request
            },
            3 => OrderRequest { display_qty: Some(Qty::from_mantissa(1)), ..request },
            4 => OrderRequest {
                order_type: OrderType::TrailingStop,
                trailing_bps: Some(300),
                ..OrderRequest::market(MARKET, side, qty)
            },
            5 | 6 => {
                let order_type = stops[self.draw.below(4) as usize];
                let stop_price = Some(Price::from_mantissa(90 + self.draw.below(21) as i64));
                if order_type.has_limit() {
                    OrderRequest { order_type, stop_price, ..request }
                } else {
                    OrderRequest { order_type, stop_price, ..OrderRequest::market(MARKET, side, qty) }
                }
            }
            _ => request,
        }
    }

    fn list(&mut self, account: AccountNo) -> Command {
        let qty = Qty::from_mantissa(4);
        let at = |price: i64| Price::from_mantissa(price);
        let profit = OrderRequest::limit(MARKET, OrderSide::Sell, qty, at(108));
        let stop = OrderRequest {
            order_type: OrderType::Stop,
            stop_price: Some(at(92)),
            ..OrderRequest::market(MARKET, OrderSide::Sell, qty)
        };
        let entry = OrderRequest::limit(MARKET, OrderSide::Buy, qty, at(99));
        let (kind, orders) = match self.draw.below(3) {
            0 => (ListKind::Oco, vec![profit, stop]),
            1 => (ListKind::Oto, vec![entry, profit]),
            _ => (ListKind::Bracket, vec![entry, profit, stop]),
        };
        Command::PlaceList { account, kind, orders, client_list_id: self.name() }
    }

    fn some_order(&mut self, account: AccountNo) -> OrderId {
        let open: Vec<OrderId> = self.sandbox.open_orders(account).map(|order| order.order_id).collect();
        let nth = self.draw.below(open.len().max(1) as u64) as usize;
        open.get(nth).copied().unwrap_or(OrderId::new(u64::MAX))
    }

    fn step(&mut self) {
        self.now_ms += self.draw.below(4) as i64;
        let account = AccountNo::new(self.draw.below(u64::from(ACCOUNTS)) as u32);
        let command = match self.draw.below(100) {
            0..40 => Command::PlaceOrder { account, request: self.request() },
            40..44 => self.list(account),
            44..50 => Command::CancelOrder { account, order_id: self.some_order(account) },
            50..56 => {
                let qty = Some(Qty::from_mantissa(1 + self.draw.below(20) as i64));
                let client_order_id = self.name();
                let amend = Amend { qty, client_order_id, ..Amend::default() };
                Command::AmendOrder { account, order_id: self.some_order(account), amend }
            }
            56 => Command::CancelAll { account, market: None },
            57 => Command::SetKillSwitch { account: Some(account), is_on: self.draw.below(3) == 0 },
            58 => {
                let at = Some(Timestamp::from_millis(self.now_ms + 30));
                Command::CancelAfter { account, at }
            }
            59..75 => return self.book(),
            75..98 => return self.print(),
            98 => {
                self.market(MarketEvent::Status(VenueStatus::Stale));
                self.book();
                return self.market(MarketEvent::Status(VenueStatus::Live));
            }
            _ => {
                self.input(Input::Time);
                return;
            }
        };
        self.input(Input::Command(&command));
    }
}

fn replayed(mut sandbox: Sandbox, journal: &[u8], next_seq: u64) -> Sandbox {
    for record in Records::new(journal, next_seq) {
        let event: Event = record.expect("intact").decode().expect("an event");
        sandbox.replay(&event).unwrap_or_else(|error| panic!("{error}: {event:?}"));
    }
    sandbox
}

fn empty() -> Sandbox {
    Sandbox::new(SandboxBounds::default())
}

#[test]
fn a_sandbox_is_its_snapshot_and_the_events_after_it() {
    let mut driver = Driver::new(7);
    (0..6_000).for_each(|_| driver.step());
    let (mut journal, mut offsets, mut kinds) = (Vec::new(), Vec::new(), HashSet::new());
    for (seq, event) in (1..).zip(&driver.events) {
        assert_eq!(event.seq, seq);
        let mut bytes = Vec::new();
        event.put(&mut bytes);
        assert_eq!(Reader::new(&bytes, VERSION).whole().as_ref(), Ok(event));
        kinds.insert(event.body.kind());
        offsets.push(journal.len());
        write_record(&mut journal, RecordKind::Event, seq, event).expect("short");
    }
    assert!(kinds.len() >= 18, "only {kinds:?}");

    let whole = replayed(empty(), &journal, 1);
    let hash = StateHash::of(&whole.state());
    assert_eq!(StateHash::of(whole.ledger()), StateHash::of(driver.sandbox.ledger()));
    let open = whole.orders().filter(|order| !order.status.is_final());
    whole.ledger().audit(open.map(|order| &order.money)).expect("all rules hold");
    // Snapshots all along the way: what falls due is not in a state, but follows from it.
    let mut growing = empty();
    for event in &driver.events {
        growing.replay(event).expect("an event that follows");
        if event.seq.is_multiple_of(9) && driver.ends.contains(&event.seq) {
            let restored =
                Sandbox::restore(growing.state(), SandboxBounds::default()).expect("a state that fits");
            assert_eq!(restored.next_due(), growing.next_due(), "after event {}", event.seq);
        }
    }
    for _ in 0..20 {
        let cut = driver.draw.below(offsets.len() as u64) as usize;
        let before = replayed(empty(), &journal[..offsets[cut]], 1);
        let mut snapshot = Vec::new();
        write_record(&mut snapshot, RecordKind::Snapshot, before.seq(), &before.state()).expect("short");
        let (record, _) = read_record(&snapshot).expect("intact");
        let state: SandboxState = record.decode().expect("a state");
        let restored = Sandbox::restore(state, SandboxBounds::default()).expect("a state that fits");
        assert_eq!(StateHash::of(&restored.state()), StateHash::of(&before.state()), "at {cut}");
        let after = replayed(restored, &journal[offsets[cut]..], record.seq + 1);
        assert_eq!(StateHash::of(&after.state()), hash, "cut at {cut}");
        assert_eq!(after.next_due(), whole.next_due(), "timers after a cut at {cut}");
    }
}

/// A snapshot of the running sandbox: with the same inputs from here on, the restored one makes the same events.
#[test]
fn a_restored_sandbox_goes_on_as_the_original_would() {
    for seed in 11..16 {
        let mut driver = Driver::new(seed);
        (0..1_500).for_each(|_| driver.step());
        // A restart: the book is gone until the venue sends it again.
        driver.market(MarketEvent::Status(VenueStatus::Stale));
        let state = driver.sandbox.state();
        let restored = Sandbox::restore(state.clone(), SandboxBounds::default()).expect("a state that fits");
        assert_eq!(StateHash::of(&restored.state()), StateHash::of(&state));
        assert_eq!(restored.next_due(), driver.sandbox.next_due());
        let mut other = Driver {
            draw: Draw(seed + 1_000),
            sandbox: restored,
            events: Vec::new(),
            ends: HashSet::new(),
            now_ms: driver.now_ms,
            prints: driver.prints,
        };
        (driver.draw, driver.events) = (Draw(seed + 1_000), Vec::new());
        for driver in [&mut driver, &mut other] {
            driver.book();
            driver.market(MarketEvent::Status(VenueStatus::Live));
            // The last print is the venue's as well, and orders may wait for it.
            driver.print();
            driver.now_ms += 60_000;
            driver.input(Input::Time);
        }
        assert!(!driver.events.is_empty(), "seed {seed} has nothing that falls due");
        assert_eq!(driver.events, other.events, "seed {seed}");
    }
}

/// A journal of a program of version 1, and at its end the state that this one made of it.
#[test]
fn a_journal_of_version_1_gives_the_state_that_was_kept() {
    let mut sandbox = empty();
    let mut rest = &include_bytes!("journal-v1.bin")[..];
    while !rest.is_empty() {
        let (record, after) = read_record(rest).expect("intact");
        assert_eq!(record.version, 1);
        rest = after;
        if record.kind == RecordKind::Event {
            let event: Event = record.decode().expect("an event");
            sandbox.replay(&event).unwrap_or_else(|error| panic!("{error}: {event:?}"));
            continue;
        }
        let state: SandboxState = record.decode().expect("a state");
        assert_eq!((state.seq(), rest.len()), (sandbox.seq(), 0));
        let kept = Sandbox::restore(state, SandboxBounds::default()).expect("a state that fits");
        assert!(kept.state() == sandbox.state(), "the events make another state than was kept");
    }
    let is_amended = |order: &Order| order.change.is_some_and(|change| change.amend.is_some());
    assert!(sandbox.orders().any(is_amended), "an amendment is on its way");
    assert!(sandbox.orders().any(|order| !order.prevented_qty.is_zero()));
    // It goes on, in the present version.
    let mut events = Vec::new();
    let cancel = Command::CancelAll { account: AccountNo::new(ACCOUNTS - 1), market: None };
    sandbox
        .apply(Input::Command(&cancel), Timestamp::from_millis(i64::MAX / 4_000_000), &mut events)
        .expect("done");
    let mut journal = Vec::new();
    let first = events.first().expect("something was due").seq;
    for event in &events {
        write_record(&mut journal, RecordKind::Event, event.seq, event).expect("short");
    }
    for record in Records::new(&journal, first) {
        assert_eq!(record.expect("intact").version, VERSION);
    }
}
