//! The stand on which tables run, and what has to hold after every line of every table.

use std::fmt::Write;

use super::super::*;
use crate::book::Level;
use crate::instrument::MarketId;
use crate::ledger::{Amount, Asset, AssetNo, FeeSchedule, Need, OrderMoney, UserNo, worst_cost};
use crate::matching::OrderSide;
use crate::numbers::{Notional, Price, Qty, Scale, Scales};
use crate::trades::{AggressorSide, Trade, TradeId};

pub const MARKET: MarketNo = MarketNo::new(0);

pub fn rules() -> MarketRules {
    MarketRules {
        tick_size: Price::from_mantissa(1),
        lot_size: Qty::from_mantissa(1),
        min_notional: Notional::ZERO,
        band_bps: None,
        queue_model: QueueModel::RiskAverse,
        max_depth: None,
        is_full_depth: true,
    }
}

/// A sandbox with one market and accounts a to e, and all that it ever told.
pub struct Stand {
    pub sandbox: Sandbox,
    pub events: Vec<Event>,
    pub now: Timestamp,
    print_id: u64,
    book_seq: u64,
    /// Of the events, those that were told.
    told: usize,
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or_else(|_| panic!("number in {text:?}"))
}

fn levels(text: &str) -> Vec<Level> {
    text.split_whitespace()
        .map(|level| {
            let (price, qty) = level.split_once(':').expect("price:quantity");
            Level::new(Price::from_mantissa(number(price)), Qty::from_mantissa(number(qty)))
        })
        .collect()
}

fn account(text: &str) -> AccountNo {
    AccountNo::new(u32::from(text.as_bytes()[0] - b'a'))
}

impl Stand {
    /// A live market with this book.
    pub fn new(book: &str) -> Self {
        Self::with_rules(book, rules())
    }

    pub fn with_rules(book: &str, rules: MarketRules) -> Self {
        let mut stand = Self {
            sandbox: Sandbox::new(SandboxBounds { orders: 10_000, ..SandboxBounds::default() }),
            events: Vec::new(),
            now: Timestamp::from_millis(1_000),
            print_id: 0,
            book_seq: 0,
            told: 0,
        };
        for code in ["BTC", "USD"] {
            stand
                .command(Command::AddAsset(Asset { code: code.to_owned(), scale: Scale::of(8) }))
                .expect("new asset");
        }
        let listed = MarketListed {
            market: MarketId::new("sim", "BTC", "USD"),
            base: AssetNo::new(0),
            quote: AssetNo::new(1),
            scales: Scales::of(0, 0),
            rules,
        };
        stand.command(Command::ListMarket(Box::new(listed))).expect("new market");
        for name in ["a", "b", "c", "d", "e"] {
            let user = UserNo::new(0);
            let open = Command::OpenAccount { user, name: name.to_owned(), fees: FeeSchedule::FREE };
            stand.command(open).expect("new account");
            stand.deposit(name, 0, 1_000_000);
            stand.deposit(name, 1, 1_000_000_000);
        }
        stand.run(&format!("snapshot {book}"));
        stand.run("live");
        stand
    }

    pub fn deposit(&mut self, name: &str, asset: u32, whole: i64) {
        let amount = Amount::from_units(i128::from(whole) * 100_000_000);
        let deposit = Command::Deposit { account: account(name), asset: AssetNo::new(asset), amount };
        self.command(deposit).expect("a deposit");
    }

    pub fn command(&mut self, command: Command) -> Result<Done, Reject> {
        self.apply(Input::Command(&command))
    }

    pub fn market(&mut self, event: MarketEvent<'_>) {
        self.apply(Input::Market { market: MARKET, event }).expect("market data is taken");
    }

    pub fn apply(&mut self, input: Input<'_>) -> Result<Done, Reject> {
        let before = self.events.len();
        let held = self.sandbox.ledger.clone();
        let done = self.sandbox.apply(input, self.now, &mut self.events);
        if done.is_err() && self.events.len() == before {
            assert_eq!(self.sandbox.ledger, held, "a refused command has changed nothing");
        }
        done
    }

    /// Runs a line and tells what happened.
    pub fn run(&mut self, line: &str) -> String {
        let before = self.events.len();
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut told = match words[..] {
            ["time", millis] => {
                self.now = Timestamp::from_millis(1_000 + number(millis));
                self.apply(Input::Time).map(drop)
            }
            ["book" | "snapshot", ..] => {
                self.book(line);
                Ok(())
            }
            ["print", side, qty, "at", price, ref at @ ..] => {
                self.print(side, number(qty), number(price), at);
                Ok(())
            }
            ["stale" | "live" | "halted" | "delisted" | "connecting"] => {
                self.market(MarketEvent::Status(VenueStatus::parse(words[0]).expect("a status")));
                Ok(())
            }
            ["last", price] => {
                let print = Trade {
                    id: TradeId::Number(1),
                    price: Price::from_mantissa(number(price)),
                    qty: Qty::from_mantissa(1),
                    aggressor: AggressorSide::Buy,
                    ts_venue: Timestamp::ZERO,
                    ts_recv: self.now,
                    backfilled: false,
                };
                self.market(MarketEvent::Last(&print));
                Ok(())
            }
            ["rescaled", price, qty] => {
                let scales = Scales::of(number(price) as u8, number(qty) as u8);
                self.apply(Input::Market { market: MARKET, event: MarketEvent::Rescaled(scales) }).map(drop)
            }
            [who, "cancel", "all"] => {
                self.command(Command::CancelAll { account: account(who), market: None }).map(drop)
            }
            [who, "cancel", order] => {
                let order_id = OrderId::new(number(order) as u64);
                self.command(Command::CancelOrder { account: account(who), order_id }).map(drop)
            }
            [who, "amend", order, ref changes @ ..] => {
                let order_id = OrderId::new(number(order) as u64);
                let amend = amend_of(changes);
                self.command(Command::AmendOrder { account: account(who), order_id, amend }).map(drop)
            }
            [who, ref order @ ..] => {
                let request = request_of(order);
                self.command(Command::PlaceOrder { account: account(who), request }).map(drop)
            }
            [] => panic!("an empty line"),
        }
        .map_or_else(|reject| format!("refused {}", reject.as_str()), |()| String::new());
        tell(&self.events[before..], &mut told);
        self.told = self.events.len();
        self.assert_sound(line);
        told
    }

    /// What happened since a line was run or this was asked.
    pub fn told_since_last(&mut self) -> String {
        let mut told = String::new();
        tell(&self.events[self.told..], &mut told);
        self.told = self.events.len();
        self.assert_sound(&told);
        told
    }

    fn book(&mut self, line: &str) {
        let (kind, text) = line.split_once(' ').unwrap_or((line, "|"));
        let (text, ts_venue) = match text.split_once('@') {
            Some((text, at)) => (text, Timestamp::from_millis(number(at.trim()))),
            None => (text, Timestamp::ZERO),
        };
        let (bids, asks) = text.split_once('|').expect("a bar between the sides");
        let (bids, asks) = (levels(bids), levels(asks));
        self.book_seq += 1;
        let book = BookRef { book_seq: self.book_seq, ts_venue };
        self.market(match kind {
            "book" => MarketEvent::Changes { bids: &bids, asks: &asks, book },
            _ => MarketEvent::Snapshot { bids: &bids, asks: &asks, book },
        });
    }

    fn print(&mut self, side: &str, qty: i64, price: i64, at: &[&str]) {
        self.print_id += 1;
        let trade = Trade {
            id: TradeId::Number(self.print_id),
            price: Price::from_mantissa(price),
            qty: Qty::from_mantissa(qty),
            aggressor: if side == "buy" { AggressorSide::Buy } else { AggressorSide::Sell },
            ts_venue: at.get(1).map_or(Timestamp::ZERO, |millis| Timestamp::from_millis(number(millis))),
            ts_recv: self.now,
            backfilled: at.first() == Some(&"backfilled"),
        };
        self.market(MarketEvent::Print(&trade));
    }

    /// What has to hold whatever happened: see the invariants of the module and of the ledger.
    pub fn assert_sound(&self, line: &str) {
        let sandbox = &self.sandbox;
        for order in sandbox.orders() {
            let terms = sandbox.ledger.terms(order.request.market).expect("a market");
            let worst =
                worst_cost(terms, order.request.side, &order.need, order.money.fees(), order.money.carry());
            assert_eq!(worst.ok(), Some(order.money.hold()), "{line}: {order:?}");
            assert_eq!(order.phase == Phase::Done, order.status.is_final(), "{line}: {order:?}");
            if order.phase == Phase::Done {
                assert_eq!(order.need, Need::Nothing, "{line}: {order:?}");
            }
            if let Some(qty) = order.request.qty {
                assert!(
                    order.filled_qty.mantissa() + order.prevented_qty.mantissa() <= qty.mantissa(),
                    "{line}"
                );
            }
        }
        let open: Vec<OrderMoney> =
            sandbox.orders().filter(|order| !order.status.is_final()).map(|order| order.money).collect();
        sandbox.ledger.audit(open.iter()).unwrap_or_else(|broken| panic!("{line}: {broken:?}"));
    }

    /// The fold of the events so far.
    pub fn replayed(&self) -> Sandbox {
        let mut sandbox = Sandbox::new(SandboxBounds { orders: 10_000, ..SandboxBounds::default() });
        for event in &self.events {
            sandbox.replay(event).expect("a journal that was just written");
        }
        sandbox
    }
}

/// All that outlives a restart.
pub fn durable(sandbox: &Sandbox) -> (Vec<Order>, &Ledger, Vec<FillRecord>, u64, Vec<Vec<u64>>) {
    let queues = sandbox.desks.iter().flat_map(|desk| {
        [crate::book::BookSide::Bid, crate::book::BookSide::Ask]
            .into_iter()
            .flat_map(|side| desk.levels.iter(side))
    });
    let queues = queues.map(|level| {
        let mut ids = Vec::new();
        let mut at = level.head;
        while at != crate::matching::NIL {
            ids.push(sandbox.orders.get(at).order_id.get());
            ids.push(sandbox.orders.node(at).qty.mantissa().cast_unsigned());
            at = sandbox.orders.node(at).next;
        }
        ids
    });
    let fills = sandbox.fills().copied().collect();
    (sandbox.orders().cloned().collect(), &sandbox.ledger, fills, sandbox.seq, queues.collect())
}

pub fn request_of(words: &[&str]) -> OrderRequest {
    let side = if words[0] == "buy" { OrderSide::Buy } else { OrderSide::Sell };
    let mut request = OrderRequest::market(MARKET, side, Qty::ZERO);
    let mut rest = &words[1..];
    let price = |text| Some(Price::from_mantissa(number(text)));
    let mut time_in_force = None;
    while let Some((word, after)) = rest.split_first() {
        let (argument, used) = match *word {
            "market" | "post" | "ioc" | "fok" | "gtc" => ("", 0),
            _ => (after.first().copied().unwrap_or(""), 1),
        };
        match *word {
            "market" => {}
            "quote" => {
                request.qty = None;
                request.quote_qty = Some(Notional::from_mantissa(i128::from(number(argument))));
            }
            "at" => request.price = price(argument),
            "stop" => {
                (request.order_type, request.stop_price) = (OrderType::Stop, price(argument));
            }
            "profit" => {
                (request.order_type, request.stop_price) = (OrderType::TakeProfit, price(argument));
            }
            "trail" => {
                request.order_type = OrderType::TrailingStop;
                request.trailing_bps = Some(number(argument) as u32);
            }
            "by" => request.trigger_by = TriggerBy::parse(argument).expect("a price"),
            "post" => request.post_only = true,
            "show" => request.display_qty = Some(Qty::from_mantissa(number(argument))),
            "stp" => request.self_trade_prevention = SelfTradePrevention::parse(argument).expect("a rule"),
            "id" => request.client_order_id = ClientOrderId::parse(argument),
            "until" => {
                time_in_force = Some(TimeInForce::Gtd);
                request.expires_at = Some(Timestamp::from_millis(1_000 + number(argument)));
            }
            "ioc" | "fok" | "gtc" => time_in_force = TimeInForce::parse(word),
            qty => {
                request.qty = Some(Qty::from_mantissa(number(qty)));
                rest = after;
                continue;
            }
        }
        rest = &after[used..];
    }
    request.order_type = match (request.order_type, request.price) {
        (OrderType::Market, Some(_)) => OrderType::Limit,
        (OrderType::Stop, Some(_)) => OrderType::StopLimit,
        (OrderType::TakeProfit, Some(_)) => OrderType::TakeProfitLimit,
        (order_type, _) => order_type,
    };
    let usual = if request.order_type == OrderType::Market { TimeInForce::Ioc } else { TimeInForce::Gtc };
    request.time_in_force = time_in_force.unwrap_or(usual);
    request
}

fn amend_of(words: &[&str]) -> Amend {
    let mut amend = Amend::default();
    for pair in words.chunks(2) {
        match pair[0] {
            "qty" => amend.qty = Some(Qty::from_mantissa(number(pair[1]))),
            "price" => amend.price = Some(Price::from_mantissa(number(pair[1]))),
            "stop" => amend.stop_price = Some(Price::from_mantissa(number(pair[1]))),
            "name" => amend.client_order_id = super::super::ClientOrderId::parse(pair[1]),
            other => panic!("unknown change {other:?}"),
        }
    }
    amend
}

fn tell(events: &[Event], told: &mut String) {
    for event in events {
        let text = event_text(event);
        if !text.is_empty() {
            let separator = if told.is_empty() { "" } else { "; " };
            write!(told, "{separator}{text}").expect("strings take text");
        }
    }
}

/// An event in a few words; those that only prepare others are not told.
fn event_text(event: &Event) -> String {
    let money = |need: &Need| if *need == Need::Nothing { " for nothing" } else { "" };
    match &event.body {
        EventBody::OrderArmed { order_id, stop_price, .. } => {
            format!("{order_id} waits for {}", stop_price.mantissa())
        }
        EventBody::StopMoved { order_id, stop_price, .. } => {
            format!("{order_id} follows to {}", stop_price.mantissa())
        }
        EventBody::OrderTriggered { order_id, price, .. } => {
            format!("{order_id} wakes at {}", price.mantissa())
        }
        EventBody::OrderRested(rested) => {
            let ahead = rested.queue_ahead.map_or("?".to_owned(), |ahead| ahead.mantissa().to_string());
            format!(
                "{} rests {}@{} behind {ahead}",
                rested.order_id,
                rested.shown.mantissa(),
                rested.price.mantissa()
            )
        }
        EventBody::OrderFilled(fill) => {
            let how = match fill.evidence {
                Evidence::Level(_) => "takes",
                Evidence::Order { .. } if fill.liquidity == crate::ledger::Liquidity::Taker => "takes",
                Evidence::Order { .. } => "gives",
                Evidence::Print(_) => "printed",
                Evidence::Crossed(_) => "crossed",
            };
            let with = match fill.evidence {
                Evidence::Order { order_id, .. } => format!(" with {order_id}"),
                _ => String::new(),
            };
            format!("{} {how} {}@{}{with}", fill.order_id, fill.qty.mantissa(), fill.price.mantissa())
        }
        EventBody::MarketWidened(widened) => {
            format!("scales {}/{}", widened.to.price.decimals(), widened.to.qty.decimals())
        }
        EventBody::SelfTradePrevented(prevented) => format!(
            "{} not with {} {}@{} off {}/{}",
            prevented.taker,
            prevented.maker,
            prevented.qty.mantissa(),
            prevented.price.mantissa(),
            prevented.taker_qty.mantissa(),
            prevented.maker_qty.mantissa()
        ),
        EventBody::OrderPrevented { order_id, qty, .. } => format!("{order_id} loses {}", qty.mantissa()),
        EventBody::OrderAmended(amended) => {
            let place = if amended.kept_place { " in place" } else { "" };
            let name = amended.client_order_id.map_or(String::new(), |name| format!(" as {}", name.as_str()));
            format!("{} amended to {}{place}{name}", amended.order_id, amended.qty.mantissa())
        }
        EventBody::OrderEnded { order_id, status, reason, .. } => {
            format!("{order_id} {} {}", status.as_str(), reason.as_str())
        }
        EventBody::CancelRequested { order_id, .. } => format!("{order_id} cancel on its way"),
        EventBody::AmendRequested { order_id, .. } => format!("{order_id} amendment on its way"),
        EventBody::ChangeRefused { order_id } => format!("{order_id} change refused"),
        EventBody::OrderActivated { order_id, qty, need, .. } => {
            format!("{order_id} enters with {}{}", qty.mantissa(), money(need))
        }
        _ => String::new(),
    }
}

/// A book, then lines, each with what it leads to. At the end the events alone give the same state.
#[track_caller]
pub fn check(book: &str, lines: &[(&str, &str)]) -> Stand {
    check_on(Stand::new(book), lines)
}

#[track_caller]
pub fn check_on(mut stand: Stand, lines: &[(&str, &str)]) -> Stand {
    for (at, (line, told)) in lines.iter().enumerate() {
        assert_eq!(stand.run(line), *told, "line {at}: {line}");
    }
    assert_eq!(durable(&stand.replayed()), durable(&stand.sandbox), "the fold of the events");
    stand
}
