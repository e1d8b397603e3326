//! Markets in whose order-by-order book the orders stand: what happened there comes in turns.

use super::super::*;
use super::stand::{MARKET, durable, request_of};
use super::{Stand, check};
use crate::book::Level;
use crate::matching::OrderSide;
use crate::numbers::{Price, Qty};
use crate::trades::{AggressorSide, Trade, TradeId};

fn level(price: i64, qty: i64) -> Level {
    Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty))
}

/// A stand whose market is one of those, with this book.
fn exact(bids: &[Level], asks: &[Level]) -> Stand {
    let mut stand = Stand::new("1:1 | 999:1");
    let whole = Turn { bids: bids.to_vec(), asks: asks.to_vec(), ..Turn::new(true, BookRef::NONE) };
    assert_eq!(turn(&mut stand, &whole), "");
    stand
}

/// What a turn leads to.
fn turn(stand: &mut Stand, turn: &Turn) -> String {
    let event = MarketEvent::Turn(turn);
    match stand.apply(Input::Market { market: MARKET, event }) {
        Ok(_) => stand.told_since_last(),
        Err(reject) => format!("refused {}", reject.as_str()),
    }
}

fn executed(order: u64, qty: i64, price: i64) -> (OrderId, Trade) {
    let trade = Trade {
        id: TradeId::Number(order),
        price: Price::from_mantissa(price),
        qty: Qty::from_mantissa(qty),
        aggressor: AggressorSide::Sell,
        ts_venue: Timestamp::from_millis(1),
        ts_recv: Timestamp::from_millis(1),
        backfilled: false,
    };
    (OrderId::new(order), trade)
}

fn ahead(stand: &Stand, order: u64) -> Option<i64> {
    stand.sandbox.queue_ahead(OrderId::new(order)).map(Qty::mantissa)
}

#[test]
fn the_venue_says_who_is_met_and_what_is_in_front() {
    let mut stand = exact(&[level(100, 10)], &[level(101, 7)]);
    assert_eq!(stand.run("a buy 5 at 100"), "1 rests 5@100 behind 10");
    // Prints and smaller levels move nobody: they are in what the venue says.
    assert_eq!(stand.run("print sell 50 at 99"), "");
    assert_eq!(ahead(&stand, 1), Some(10));
    let shrunk = Turn {
        bids: vec![level(100, 8)],
        places: vec![(OrderId::new(1), Qty::from_mantissa(3))],
        ..Turn::new(false, BookRef::NONE)
    };
    assert_eq!(turn(&mut stand, &shrunk), "");
    assert_eq!(ahead(&stand, 1), Some(3));
    let met = Turn { fills: vec![executed(1, 2, 100)], ..Turn::new(false, BookRef::NONE) };
    assert_eq!(turn(&mut stand, &met), "1 printed 2@100");
    assert_eq!(stand.sandbox.shown_qty(OrderId::new(1)), Qty::from_mantissa(3));
    assert_eq!(durable(&stand.replayed()), durable(&stand.sandbox));
}

/// The venue has taken it out of its book, so the quantity that it shows now is there.
#[test]
fn what_was_taken_is_not_remembered_once_the_venue_has_told_of_the_level() {
    let mut stand = exact(&[level(100, 10)], &[level(101, 7)]);
    assert_eq!(stand.run("a buy 5 at 101 ioc"), "1 takes 5@101");
    assert_eq!(stand.run("a buy 5 at 101 ioc"), "2 takes 2@101; 2 expired ioc_remainder");
    let told = Turn { asks: vec![level(101, 4)], ..Turn::new(false, BookRef::NONE) };
    assert_eq!(turn(&mut stand, &told), "");
    assert_eq!(stand.run("a buy 5 at 101 ioc"), "3 takes 4@101; 3 expired ioc_remainder");
}

/// The venue's quantity and sandbox orders are met in the sequence in which they stand, in both directions.
#[test]
fn takers_meet_the_queue_as_it_stands() {
    let mut stand = exact(&[level(100, 10)], &[level(101, 5)]);
    assert_eq!(stand.run("a sell 3 at 101"), "1 rests 3@101 behind 5");
    let more = Turn {
        asks: vec![level(101, 9)],
        places: vec![(OrderId::new(1), Qty::from_mantissa(2))],
        ..Turn::new(false, BookRef::NONE)
    };
    assert_eq!(turn(&mut stand, &more), "");
    assert_eq!(
        stand.run("b buy 8 at 101 ioc"),
        "2 takes 2@101; 2 takes 3@101 with 1; 1 gives 3@101 with 2; 2 takes 3@101"
    );
}

/// Orders that were met in one turn cannot be met by what follows from one of them.
#[test]
fn all_of_a_turn_has_happened_before_anything_follows() {
    let mut stand = exact(&[level(99, 1)], &[level(110, 7)]);
    assert_eq!(stand.run("b buy 2 at 100"), "1 rests 2@100 behind 0");
    let orders = ["buy 5 at 100", "sell 5 at 100"]
        .map(|text| request_of(&text.split_whitespace().collect::<Vec<_>>()));
    let (account, kind) = (AccountNo::new(0), ListKind::Oto);
    stand
        .command(Command::PlaceList { account, kind, orders: orders.to_vec(), client_list_id: None })
        .expect("a list");
    let _ = stand.told_since_last();
    let both =
        Turn { fills: vec![executed(1, 2, 100), executed(2, 5, 100)], ..Turn::new(false, BookRef::NONE) };
    assert_eq!(
        turn(&mut stand, &both),
        "1 printed 2@100; 2 printed 5@100; 3 enters with 5; 3 rests 5@100 behind 0"
    );
}

#[test]
fn a_slice_that_the_market_has_moved_over_takes() {
    for (order, told) in [
        ("a buy 5 at 100 show 2", "1 printed 2@100; 1 takes 1@100; 1 rests 2@100 behind 0"),
        ("a buy 5 at 100 show 2 post", "1 printed 2@100; 1 expired would_cross"),
    ] {
        let mut stand = exact(&[level(99, 3)], &[level(101, 7)]);
        assert_eq!(stand.run(order), "1 rests 2@100 behind 0");
        let moved = Turn {
            asks: vec![level(100, 1)],
            fills: vec![executed(1, 2, 100)],
            ..Turn::new(false, BookRef::NONE)
        };
        assert_eq!(turn(&mut stand, &moved), told);
    }
}

/// Only when orders come into a book that they did not stand in.
#[test]
fn a_new_book_that_has_moved_over_a_price_fills_there() {
    let mut stand = exact(&[level(100, 10)], &[level(101, 7)]);
    stand.run("a buy 5 at 100");
    let whole = Turn {
        bids: vec![level(97, 4)],
        asks: vec![level(99, 3), level(100, 1), level(101, 1)],
        ..Turn::new(true, BookRef::NONE)
    };
    assert_eq!(turn(&mut stand, &whole), "1 crossed 3@100; 1 crossed 1@100");
}

#[test]
fn a_turn_that_does_not_fit_changes_nothing() {
    let mut stand = exact(&[level(100, 10)], &[level(101, 7)]);
    assert_eq!(stand.run("a buy 5 at 100"), "1 rests 5@100 behind 10");
    for fills in
        [vec![executed(1, 6, 100)], vec![executed(1, 3, 100), executed(1, 3, 100)], vec![executed(9, 1, 100)]]
    {
        let unfit = Turn { bids: vec![level(100, 1)], fills, ..Turn::new(false, BookRef::NONE) };
        assert_eq!(turn(&mut stand, &unfit), "refused inconsistent");
    }
    assert_eq!(stand.run("b sell 9 at 100 ioc"), "2 takes 9@100");
    stand.run("stale");
    let met = Turn { fills: vec![executed(1, 2, 100)], ..Turn::new(false, BookRef::NONE) };
    assert_eq!(turn(&mut stand, &met), "refused market_stale");
    assert_eq!(OrderSide::Buy, stand.sandbox.standing_orders(MARKET)[0].side);
}

/// Elsewhere nothing of this is so.
#[test]
fn other_markets_remember_what_was_taken() {
    check(
        "100:10 | 101:7",
        &[
            ("a buy 5 at 101 ioc", "1 takes 5@101"),
            ("book | 101:4", ""),
            ("a buy 5 at 101 ioc", "2 expired ioc_remainder"),
        ],
    );
}
