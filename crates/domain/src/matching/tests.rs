//! Ladders in text: `99:b3 100:a5,c2 | 101:d4` is bids left, asks right, prices rising; within a level
//! the order that came first, `a5`, is owner a with quantity 5. Commands are from owner x.

use core::fmt::Write;

use proptest::prelude::*;

use super::*;

const BOTH_SIDES: [BookSide; 2] = [BookSide::Bid, BookSide::Ask];

fn owner(text: &str) -> u64 {
    u64::from(text.as_bytes()[0])
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or_else(|_| panic!("number in {text:?}"))
}

fn limit(owner: u64, side: OrderSide, price: i64, qty: i64) -> PlaceLimit {
    PlaceLimit {
        owner,
        side,
        price: Price::from_mantissa(price),
        qty: Qty::from_mantissa(qty),
        time_in_force: TimeInForce::Gtc,
        post_only: false,
    }
}

fn book_of(ladder: &str) -> MatchingBook {
    let mut book = MatchingBook::new(100);
    let (bids, asks) = ladder.split_once('|').expect("a bar between the sides");
    for (side, text) in [(OrderSide::Buy, bids), (OrderSide::Sell, asks)] {
        for level in text.split_whitespace() {
            let (price, queue) = level.split_once(':').expect("price:orders");
            for order in queue.split(',') {
                let order = limit(owner(order), side, number(price), number(&order[1..]));
                book.place_limit(order, |_| panic!("a ladder does not trade")).expect("valid ladder");
            }
        }
    }
    book
}

fn ladder_of(book: &MatchingBook) -> String {
    let level_text = |side: BookSide, level: Level| {
        let queue: Vec<String> = (book.orders(side))
            .filter(|order| order.price == level.price)
            .map(|order| format!("{}{}", char::from(order.owner as u8), order.qty.mantissa()))
            .collect();
        format!("{}:{}", level.price.mantissa(), queue.join(","))
    };
    let mut bids: Vec<String> =
        book.levels(BookSide::Bid).map(|level| level_text(BookSide::Bid, level)).collect();
    bids.reverse();
    let asks: Vec<String> =
        book.levels(BookSide::Ask).map(|level| level_text(BookSide::Ask, level)).collect();
    format!("{} | {}", bids.join(" "), asks.join(" ")).trim().to_owned()
}

fn find(book: &MatchingBook, name: &str) -> OrderId {
    let all = BOTH_SIDES.into_iter().flat_map(|side| book.orders(side));
    all.into_iter().find(|order| order.owner == owner(name)).expect("named order").order_id
}

fn outcome(placed: Result<OrderPlaced, Reject>) -> String {
    match placed {
        Ok(placed) => {
            let parts = [("filled", placed.filled), ("rests", placed.resting), ("expired", placed.expired)];
            let told: Vec<String> = (parts.iter())
                .filter(|(_, qty)| !qty.is_zero())
                .map(|(word, qty)| format!("{word} {}", qty.mantissa()))
                .collect();
            told.join(", ")
        }
        Err(reject) => format!("{reject:?}"),
    }
}

/// Runs a command in text and returns its outcome and fills (`a5@100` is 5 of owner a's order).
fn run(book: &mut MatchingBook, command: &str) -> (String, String) {
    let mut fills = String::new();
    let mut on_fill = |fill: Fill| {
        let (name, qty, price) =
            (char::from(fill.maker_owner as u8), fill.qty.mantissa(), fill.price.mantissa());
        let separator = if fills.is_empty() { "" } else { " " };
        write!(fills, "{separator}{name}{qty}@{price}").expect("strings take text");
    };
    let words: Vec<&str> = command.split_whitespace().collect();
    let side = if words[0] == "buy" { OrderSide::Buy } else { OrderSide::Sell };
    let told = match words[..] {
        ["cancel", name] => match book.cancel(find(book, name)) {
            Ok(cancelled) => format!("cancelled {}", cancelled.qty.mantissa()),
            Err(reject) => format!("{reject:?}"),
        },
        ["reduce", name, by] => match book.reduce(find(book, name), Qty::from_mantissa(number(by))) {
            Ok(remaining) => format!("rests {}", remaining.mantissa()),
            Err(reject) => format!("{reject:?}"),
        },
        [_, qty, "market"] => {
            let order = PlaceMarket { owner: owner("x"), side, qty: Qty::from_mantissa(number(qty)) };
            outcome(book.place_market(order, &mut on_fill))
        }
        [_, qty, "at", price, ref how @ ..] => {
            let order = PlaceLimit {
                time_in_force: match how {
                    ["ioc", ..] => TimeInForce::Ioc,
                    ["fok", ..] => TimeInForce::Fok,
                    _ => TimeInForce::Gtc,
                },
                post_only: how.last() == Some(&"post"),
                ..limit(owner("x"), side, number(price), number(qty))
            };
            outcome(book.place_limit(order, &mut on_fill))
        }
        _ => panic!("unknown command {command:?}"),
    };
    (told, fills)
}

#[track_caller]
fn check(before: &str, command: &str, told: &str, fills: &str, after: &str) {
    let mut book = book_of(before);
    let run = run(&mut book, command);
    assert_eq!((run.0.as_str(), run.1.as_str()), (told, fills), "{before} <- {command}");
    assert_eq!(ladder_of(&book), after, "{before} <- {command}");
    for side in BOTH_SIDES {
        for level in book.levels(side) {
            assert_eq!(book.level_qty(side, level.price), level.qty);
            let sum: i64 = (book.orders(side))
                .filter(|order| order.price == level.price)
                .map(|order| order.qty.mantissa())
                .sum();
            assert_eq!(sum, level.qty.mantissa(), "{before} <- {command}");
        }
    }
}

const BOOK: &str = "99:b3 100:a5,c2 | 101:d4,e1 103:f9";

#[test]
fn limit_orders_fill_what_crosses_and_rest() {
    check(BOOK, "buy 5 at 98", "rests 5", "", "98:x5 99:b3 100:a5,c2 | 101:d4,e1 103:f9");
    check(BOOK, "buy 5 at 100", "rests 5", "", "99:b3 100:a5,c2,x5 | 101:d4,e1 103:f9");
    check(BOOK, "buy 3 at 101", "filled 3", "d3@101", "99:b3 100:a5,c2 | 101:d1,e1 103:f9");
    check(BOOK, "buy 4 at 105", "filled 4", "d4@101", "99:b3 100:a5,c2 | 101:e1 103:f9");
    check(BOOK, "buy 8 at 102", "filled 5, rests 3", "d4@101 e1@101", "99:b3 100:a5,c2 102:x3 | 103:f9");
    check(BOOK, "sell 12 at 99", "filled 10, rests 2", "a5@100 c2@100 b3@99", "| 99:x2 101:d4,e1 103:f9");
    check("|", "sell 1 at 1", "rests 1", "", "| 1:x1");
}

#[test]
fn immediate_or_cancel_never_rests() {
    check(BOOK, "buy 8 at 102 ioc", "filled 5, expired 3", "d4@101 e1@101", "99:b3 100:a5,c2 | 103:f9");
    check(BOOK, "buy 8 at 100 ioc", "expired 8", "", BOOK);
    check(BOOK, "sell 6 at 100 ioc", "filled 6", "a5@100 c1@100", "99:b3 100:c1 | 101:d4,e1 103:f9");
}

#[test]
fn fill_or_kill_fills_whole_or_not_at_all() {
    check(BOOK, "buy 5 at 102 fok", "filled 5", "d4@101 e1@101", "99:b3 100:a5,c2 | 103:f9");
    check(BOOK, "buy 6 at 102 fok", "expired 6", "", BOOK);
    check(BOOK, "buy 14 at 103 fok", "filled 14", "d4@101 e1@101 f9@103", "99:b3 100:a5,c2 |");
    check(BOOK, "buy 15 at 999 fok", "expired 15", "", BOOK);
    check(BOOK, "sell 8 at 100 fok", "expired 8", "", BOOK);
}

#[test]
fn post_only_rests_or_is_refused() {
    check(BOOK, "buy 1 at 101 post", "PostOnlyWouldTake", "", BOOK);
    check(BOOK, "sell 1 at 99 post", "PostOnlyWouldTake", "", BOOK);
    check(BOOK, "sell 1 at 101 ioc post", "PostOnlyMustRest", "", BOOK);
    check(BOOK, "sell 1 at 101 post", "rests 1", "", "99:b3 100:a5,c2 | 101:d4,e1,x1 103:f9");
}

#[test]
fn market_orders_walk_the_book_and_the_rest_expires() {
    check(BOOK, "buy 6 market", "filled 6", "d4@101 e1@101 f1@103", "99:b3 100:a5,c2 | 103:f8");
    check(BOOK, "sell 11 market", "filled 10, expired 1", "a5@100 c2@100 b3@99", "| 101:d4,e1 103:f9");
    check("1:a1 |", "buy 1 market", "expired 1", "", "1:a1 |");
}

#[test]
fn cancelling_leaves_the_others_in_their_order() {
    let queue = "100:a1,b2,c3 |";
    check(queue, "cancel a", "cancelled 1", "", "100:b2,c3 |");
    check(queue, "cancel b", "cancelled 2", "", "100:a1,c3 |");
    check(queue, "cancel c", "cancelled 3", "", "100:a1,b2 |");
    check(BOOK, "cancel b", "cancelled 3", "", "100:a5,c2 | 101:d4,e1 103:f9");
    check(BOOK, "cancel f", "cancelled 9", "", "99:b3 100:a5,c2 | 101:d4,e1");
}

#[test]
fn reducing_keeps_the_place_in_the_queue() {
    check(BOOK, "reduce a 2", "rests 3", "", "99:b3 100:a3,c2 | 101:d4,e1 103:f9");
    check(BOOK, "reduce a 5", "BadQty", "", BOOK);
    check(BOOK, "reduce a 0", "BadQty", "", BOOK);
    check(BOOK, "reduce a -1", "BadQty", "", BOOK);
}

#[test]
fn bad_numbers_are_refused() {
    check(BOOK, "buy 0 at 100", "BadQty", "", BOOK);
    check(BOOK, "buy -1 at 100", "BadQty", "", BOOK);
    check(BOOK, "buy 0 market", "BadQty", "", BOOK);
    check(BOOK, "sell 1 at 0", "BadPrice", "", BOOK);
    check(BOOK, "sell 1 at -9223372036854775808", "BadPrice", "", BOOK);
    let full = "100:a9223372036854775807 |";
    check(full, "buy 1 at 100", "QtyOutOfRange", "", full);
    check(
        full,
        "sell 9223372036854775807 at 100",
        "filled 9223372036854775807",
        "a9223372036854775807@100",
        "|",
    );
}

#[test]
fn the_touch_follows_what_happens() {
    let mut book = book_of(BOOK);
    let touch = |book: &MatchingBook| {
        BOTH_SIDES.map(|side| book.best(side).map(|best| (best.price.mantissa(), best.qty.mantissa())))
    };
    assert_eq!(touch(&book), [Some((100, 7)), Some((101, 5))]);
    for (command, expected) in [
        ("cancel d", [Some((100, 7)), Some((101, 1))]),
        ("cancel e", [Some((100, 7)), Some((103, 9))]),
        ("sell 8 market", [Some((99, 2)), Some((103, 9))]),
        ("buy 1 at 102", [Some((102, 1)), Some((103, 9))]),
        ("buy 9 market", [Some((102, 1)), None]),
        ("sell 9 market", [None, None]),
    ] {
        run(&mut book, command);
        assert_eq!(touch(&book), expected, "after {command}");
    }
    assert!(book.is_empty());
}

#[test]
fn queue_ahead_counts_what_comes_first_at_the_price() {
    let mut book = book_of("100:a5,b2,c9 |");
    let ids = ["a", "b", "c"].map(|name| find(&book, name));
    let ahead = |book: &MatchingBook| ids.map(|id| book.queue_ahead(id).map(Qty::mantissa));
    assert_eq!(ahead(&book), [Some(0), Some(5), Some(7)]);
    run(&mut book, "sell 1 market");
    assert_eq!(ahead(&book), [Some(0), Some(4), Some(6)]);
    run(&mut book, "cancel a");
    assert_eq!(ahead(&book), [None, Some(0), Some(2)]);
}

#[test]
fn an_id_names_one_order_only() {
    let mut book = MatchingBook::new(2);
    let place = |book: &mut MatchingBook, price: i64| {
        book.place_limit(limit(1, OrderSide::Buy, price, 1), |_| ()).map(|placed| placed.order_id)
    };
    let first = place(&mut book, 10).expect("room");
    assert!(book.cancel(first).is_ok());
    assert_eq!(book.cancel(first), Err(Reject::UnknownOrder));
    let second = place(&mut book, 10).expect("room");
    assert_eq!(first.index(), second.index(), "slots are used again");
    assert_eq!(book.order(first), None);
    assert_eq!(book.reduce(first, Qty::from_mantissa(1)), Err(Reject::UnknownOrder));
    assert_eq!(OrderId::from_raw(second.get()), second);
    for forged in [0, u64::MAX, second.get() + 1, second.get() + (1 << 32)] {
        assert_eq!(book.cancel(OrderId::from_raw(forged)), Err(Reject::UnknownOrder), "{forged:x}");
    }
    assert!(place(&mut book, 11).is_ok());
    assert_eq!(place(&mut book, 12), Err(Reject::BookFull));
    assert_eq!(book.len(), 2);
}

/// The book as one would write it first: a list in order of arrival, searched each time.
#[derive(Default)]
struct NaiveBook {
    arrivals: Vec<RestingOrder>,
}

impl NaiveBook {
    fn side_sorted(&self, side: OrderSide) -> Vec<RestingOrder> {
        let mut orders: Vec<RestingOrder> =
            self.arrivals.iter().copied().filter(|order| order.side == side).collect();
        // Stable: within a price, arrival order stays.
        orders.sort_by_key(|order| match side {
            OrderSide::Buy => -order.price.mantissa(),
            OrderSide::Sell => order.price.mantissa(),
        });
        orders
    }

    fn take(&mut self, side: OrderSide, limit: Option<Price>, qty: i64, id: OrderId) -> (i64, Vec<Fill>) {
        let (mut missing, mut fills) = (qty, Vec::new());
        let against = if side == OrderSide::Buy { OrderSide::Sell } else { OrderSide::Buy };
        for maker in self.side_sorted(against) {
            let reached = limit.is_none_or(|limit| match side {
                OrderSide::Buy => maker.price <= limit,
                OrderSide::Sell => maker.price >= limit,
            });
            if !reached || missing == 0 {
                break;
            }
            let traded = missing.min(maker.qty.mantissa());
            missing -= traded;
            let held = (self.arrivals.iter_mut())
                .find(|order| order.order_id == maker.order_id)
                .expect("came from the list");
            held.qty = Qty::from_mantissa(held.qty.mantissa() - traded);
            fills.push(Fill {
                maker_order_id: maker.order_id,
                maker_owner: maker.owner,
                taker_order_id: id,
                price: maker.price,
                qty: Qty::from_mantissa(traded),
                maker_remaining: held.qty,
            });
        }
        self.arrivals.retain(|order| !order.qty.is_zero());
        (missing, fills)
    }

    /// As [`MatchingBook::place_limit`], given the id that the book handed out.
    fn place_limit(&mut self, order: PlaceLimit, id: OrderId) -> (OrderPlaced, Vec<Fill>) {
        let qty = order.qty.mantissa();
        let before = self.arrivals.clone();
        let (mut missing, mut fills) = self.take(order.side, Some(order.price), qty, id);
        if order.time_in_force == TimeInForce::Fok && missing > 0 {
            self.arrivals = before;
            (missing, fills) = (qty, Vec::new());
        }
        let rests = order.time_in_force == TimeInForce::Gtc && missing > 0;
        let rest = Qty::from_mantissa(missing);
        if rests {
            let PlaceLimit { owner, side, price, .. } = order;
            self.arrivals.push(RestingOrder { order_id: id, owner, side, price, qty: rest });
        }
        let (resting, expired) = if rests { (rest, Qty::ZERO) } else { (Qty::ZERO, rest) };
        (OrderPlaced { order_id: id, filled: Qty::from_mantissa(qty - missing), resting, expired }, fills)
    }

    fn would_take(&self, order: PlaceLimit) -> bool {
        self.arrivals.iter().any(|maker| match order.side {
            OrderSide::Buy => maker.side == OrderSide::Sell && maker.price <= order.price,
            OrderSide::Sell => maker.side == OrderSide::Buy && maker.price >= order.price,
        })
    }

    /// [`MatchingBook::state_hash`], written apart.
    fn state_hash(&self) -> u64 {
        let mut words = Vec::new();
        for (mark, side) in [(0, OrderSide::Buy), (1, OrderSide::Sell)] {
            words.push(mark);
            for order in self.side_sorted(side) {
                let (price, qty) = (order.price.mantissa() as u64, order.qty.mantissa() as u64);
                words.extend([order.order_id.get(), order.owner, price, qty]);
            }
        }
        (words.iter().flat_map(|word| word.to_le_bytes()))
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    }
}

#[derive(Debug, Clone)]
enum Command {
    Limit(PlaceLimit),
    Market(PlaceMarket),
    /// Of the n-th order placed so far.
    Cancel(usize),
    Reduce(usize, i64),
}

fn any_command() -> impl Strategy<Value = Command> {
    let side = prop_oneof![Just(OrderSide::Buy), Just(OrderSide::Sell)];
    let how = prop_oneof![
        6 => Just((TimeInForce::Gtc, false)),
        2 => Just((TimeInForce::Gtc, true)),
        1 => Just((TimeInForce::Ioc, false)),
        1 => Just((TimeInForce::Fok, false)),
    ];
    let limits = (side.clone(), 90i64..110, 1i64..20, how, 0u64..5).prop_map(
        |(side, price, qty, (time_in_force, post_only), owner)| {
            Command::Limit(PlaceLimit { time_in_force, post_only, ..limit(owner, side, price, qty) })
        },
    );
    let markets = (side, 1i64..60).prop_map(|(side, qty)| {
        Command::Market(PlaceMarket { owner: 9, side, qty: Qty::from_mantissa(qty) })
    });
    prop_oneof![
        12 => limits,
        1 => markets,
        5 => any::<usize>().prop_map(Command::Cancel),
        2 => (any::<usize>(), 0i64..10).prop_map(|(nth, by)| Command::Reduce(nth, by)),
    ]
}

/// Runs one command on both books and compares everything that can be seen.
fn step(book: &mut MatchingBook, naive: &mut NaiveBook, placed_ids: &mut Vec<OrderId>, command: Command) {
    let mut fills = Vec::new();
    match command {
        Command::Limit(order) => {
            let placed = book.place_limit(order, |fill| fills.push(fill));
            if order.post_only && naive.would_take(order) {
                assert_eq!(placed, Err(Reject::PostOnlyWouldTake));
            } else {
                let placed = placed.expect("valid order");
                assert_eq!((placed, fills), naive.place_limit(order, placed.order_id));
                placed_ids.push(placed.order_id);
            }
        }
        Command::Market(order) => {
            let placed = book.place_market(order, |fill| fills.push(fill)).expect("valid order");
            let (missing, expected) = naive.take(order.side, None, order.qty.mantissa(), placed.order_id);
            assert_eq!((placed.expired.mantissa(), fills), (missing, expected));
        }
        Command::Cancel(nth) => {
            let Some(id) = placed_ids.get(nth % placed_ids.len().max(1)).copied() else { return };
            let expected = naive.arrivals.iter().position(|order| order.order_id == id);
            let expected = expected.map(|at| naive.arrivals.remove(at));
            assert_eq!(book.cancel(id).ok(), expected);
        }
        Command::Reduce(nth, by) => {
            let Some(id) = placed_ids.get(nth % placed_ids.len().max(1)).copied() else { return };
            let held = naive.arrivals.iter_mut().find(|order| order.order_id == id);
            let expected = held.filter(|held| by > 0 && by < held.qty.mantissa()).map(|held| {
                held.qty = Qty::from_mantissa(held.qty.mantissa() - by);
                held.qty
            });
            assert_eq!(book.reduce(id, Qty::from_mantissa(by)).ok(), expected);
        }
    }
    assert_eq!(book.state_hash(), naive.state_hash());
    assert_eq!(book.len() as usize, naive.arrivals.len());
}

proptest! {
    #[test]
    fn fast_book_equals_naive_book(commands in prop::collection::vec(any_command(), 1..300)) {
        let (mut book, mut naive, mut placed_ids) = (MatchingBook::new(1_000), NaiveBook::default(), Vec::new());
        for command in commands {
            step(&mut book, &mut naive, &mut placed_ids, command);
            if let (Some(bid), Some(ask)) = (book.best(BookSide::Bid), book.best(BookSide::Ask)) {
                prop_assert!(bid.price < ask.price);
            }
            for (side, of) in [(BookSide::Bid, OrderSide::Buy), (BookSide::Ask, OrderSide::Sell)] {
                let orders: Vec<RestingOrder> = book.orders(side).collect();
                prop_assert_eq!(&orders, &naive.side_sorted(of));
                prop_assert_eq!(book.best(side), book.levels(side).next());
                let mut ahead = 0;
                for (at, order) in orders.iter().enumerate() {
                    if at > 0 && orders[at - 1].price != order.price {
                        ahead = 0;
                    }
                    prop_assert_eq!(book.queue_ahead(order.order_id), Some(Qty::from_mantissa(ahead)));
                    ahead += order.qty.mantissa();
                }
            }
        }
    }
}
