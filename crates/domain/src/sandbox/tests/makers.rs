//! Orders that rest: queues, prints, books that move.

use super::super::*;
use super::stand::{check_on, rules};
use super::{Stand, check};
use crate::numbers::Qty;

#[test]
fn prints_eat_the_queue_before_the_order() {
    check(
        "100:10 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 10"),
            ("print sell 4 at 100", ""),
            ("print sell 6 at 100", ""),
            ("print sell 2 at 100", "1 printed 2@100"),
            ("print sell 9 at 100", "1 printed 3@100"),
        ],
    );
}

#[test]
fn prints_of_the_other_side_or_at_worse_prices_do_nothing() {
    check(
        "100:10 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 10"),
            ("print buy 99 at 101", ""),
            ("print sell 99 at 101", ""),
            ("print buy 99 at 100", ""),
            ("print sell 11 at 100", "1 printed 1@100"),
        ],
    );
}

#[test]
fn a_print_through_the_price_fills_at_the_order_s_price_with_what_was_printed() {
    check(
        "98:9 100:10 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 10"),
            ("print sell 3 at 99", "1 printed 3@100"),
            ("print sell 3 at 98", "1 printed 2@100"),
        ],
    );
}

#[test]
fn a_print_is_shared_and_never_handed_out_twice() {
    check(
        "100:2 | 103:7",
        &[
            ("a buy 3 at 101", "1 rests 3@101 behind 0"),
            ("b buy 3 at 101", "2 rests 3@101 behind 0"),
            ("c buy 3 at 100", "3 rests 3@100 behind 2"),
            ("d buy 3 at 102", "4 rests 3@102 behind 0"),
            // 3 to order 4, 3 to order 1, 1 to order 2, and nothing reaches the venue's queue at 100.
            ("print sell 7 at 100", "4 printed 3@102; 1 printed 3@101; 2 printed 1@101"),
            // 2 to order 2, 2 to the queue, 1 to order 3.
            ("print sell 5 at 100", "2 printed 2@101; 3 printed 1@100"),
        ],
    );
}

#[test]
fn what_sandbox_orders_in_front_took_does_not_move_the_queue_behind() {
    let mut stand = check(
        "100:2 | 103:7",
        &[
            ("a buy 3 at 100", "1 rests 3@100 behind 2"),
            ("book 100:6 |", ""),
            ("b buy 3 at 100", "2 rests 3@100 behind 6"),
            // 2 from the queue, 3 to order 1: of the six in front of order 2 two went.
            ("print sell 5 at 100", "1 printed 3@100"),
        ],
    );
    assert_eq!(stand.sandbox.queue_ahead(OrderId::new(2)), Some(Qty::from_mantissa(4)));
    assert_eq!(stand.run("print sell 5 at 100"), "2 printed 1@100");
}

#[test]
fn sells_rest_as_buys_do() {
    check(
        "100:10 | 101:7",
        &[
            ("a sell 5 at 101", "1 rests 5@101 behind 7"),
            ("print buy 9 at 101", "1 printed 2@101"),
            ("print buy 1 at 102", "1 printed 1@101"),
            ("book | 101:0", ""),
            ("book 101:1 |", "1 crossed 1@101"),
        ],
    );
}

#[test]
fn who_cancels_is_taken_to_stand_behind() {
    let mut stand = check(
        "100:10 | 101:7",
        &[("a buy 5 at 100", "1 rests 5@100 behind 10"), ("book 100:18 |", ""), ("book 100:12 |", "")],
    );
    let ahead = |stand: &Stand| stand.sandbox.queue_ahead(OrderId::new(1)).map(Qty::mantissa);
    assert_eq!(ahead(&stand), Some(10));
    // Fewer than were in front: somebody in front has gone.
    stand.run("book 100:4 |");
    assert_eq!(ahead(&stand), Some(4));
    stand.run("book 100:40 |");
    assert_eq!(ahead(&stand), Some(4), "who comes later stands behind");
}

#[test]
fn in_proportion_who_cancels_may_stand_in_front() {
    let rules = MarketRules { queue_model: QueueModel::Proportional, ..rules() };
    check_on(
        Stand::with_rules("100:10 | 101:7", rules),
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 10"),
            ("book 100:20 |@10", ""),
            // Ten of twenty cancelled: five of the ten in front.
            ("book 100:10 |@20", ""),
            ("print sell 5 at 100 at 30", ""),
            ("print sell 1 at 100 at 31", "1 printed 1@100"),
        ],
    );
    // What a print explains was no cancel.
    check_on(
        Stand::with_rules("100:10 | 101:7", rules),
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 10"),
            ("book 100:20 |@10", ""),
            ("print sell 4 at 100 at 15", ""),
            ("book 100:16 |@20", ""),
            ("print sell 6 at 100 at 30", ""),
            ("print sell 1 at 100 at 31", "1 printed 1@100"),
        ],
    );
}

#[test]
fn a_print_that_comes_after_the_change_it_caused_counts_once() {
    // Undated: within a second of the change.
    check(
        "100:10 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 10"),
            ("book 100:4 |", ""),
            ("print sell 6 at 100", ""),
            ("print sell 4 at 100", ""),
            ("print sell 1 at 100", "1 printed 1@100"),
        ],
    );
    // Dated: up to the moment of the change.
    check(
        "100:10 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 10"),
            ("book 100:4 |@50", ""),
            ("print sell 6 at 100 at 50", ""),
            ("print sell 4 at 100 at 60", ""),
            ("print sell 1 at 100 at 61", "1 printed 1@100"),
        ],
    );
    // Dated later: the six had cancelled.
    check(
        "100:10 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 10"),
            ("book 100:4 |@50", ""),
            ("print sell 6 at 100 at 60", "1 printed 2@100"),
        ],
    );
}

#[test]
fn prints_from_before_the_order_are_none_of_its_business() {
    check(
        "100:10 | 101:7",
        &[
            ("book 100:2 |@50", ""),
            ("a buy 5 at 100", "1 rests 5@100 behind 2"),
            ("print sell 8 at 100 at 49", ""),
            ("print sell 8 at 99 at 50", ""),
            ("print sell 3 at 100 at 51", "1 printed 1@100"),
        ],
    );
}

#[test]
fn the_venue_s_other_side_at_the_price_fills_what_it_displays_once() {
    check(
        "99:9 100:10 | 102:7",
        &[
            ("a buy 5 at 101", "1 rests 5@101 behind 0"),
            ("book | 101:2", "1 crossed 2@101"),
            ("book | 101:1", ""),
            ("book | 101:2", "1 crossed 1@101"),
            // The book moves through the price: what is offered there would have met the order.
            ("book 99:0 100:0 98:3 | 100:1 99:1 101:0", "1 crossed 1@101; 1 crossed 1@101"),
            ("b buy 9 at 100 ioc", "2 expired ioc_remainder"),
        ],
    );
}

#[test]
fn icebergs_queue_anew_with_each_slice() {
    check(
        "100:4 | 101:7",
        &[
            ("a buy 5 at 100 show 2", "1 rests 2@100 behind 4"),
            ("b buy 1 at 100", "2 rests 1@100 behind 4"),
            ("print sell 6 at 100", "1 printed 2@100; 1 rests 2@100 behind 4"),
            ("print sell 1 at 100", "2 printed 1@100"),
            // The four that were displayed when the slice came are in front of it.
            ("print sell 3 at 100", ""),
            ("print sell 9 at 100", "1 printed 2@100; 1 rests 1@100 behind 4"),
            (
                "c sell 9 at 100",
                "3 takes 4@100; 3 takes 1@100 with 1; 1 gives 1@100 with 3; 3 rests 4@100 behind 0",
            ),
        ],
    );
}

#[test]
fn amending_keeps_the_place_only_of_what_shrinks() {
    check(
        "100:4 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 4"),
            ("book 100:9 |", ""),
            ("a amend 1 qty 3", "1 amended to 3 in place"),
            ("print sell 5 at 100", "1 printed 1@100"),
            ("a amend 1 qty 1", "refused below_filled"),
            ("a amend 1 qty 4", "1 amended to 4; 1 rests 3@100 behind 9"),
            ("a amend 1 qty 4", "refused nothing_to_amend"),
            ("a amend 1 price 99", "1 amended to 4; 1 rests 3@99 behind 0"),
            ("a amend 1 price 101", "1 amended to 4; 1 takes 3@101"),
            ("a amend 1 price 101", "refused order_final"),
        ],
    );
}

#[test]
fn nothing_fills_while_the_market_is_not_live() {
    check(
        "100:4 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 4"),
            ("stale", ""),
            ("print sell 99 at 99", ""),
            ("book 99:1 100:0 | 99:5", ""),
            ("b buy 1 market", "refused market_stale"),
            ("b sell 1 at 200", "refused market_stale"),
            ("snapshot 99:1 100:3 | 101:2", ""),
            ("print sell 99 at 99", ""),
            ("live", ""),
            // Three can be in front at most.
            ("print sell 4 at 100", "1 printed 1@100"),
            ("halted", ""),
            ("print sell 4 at 99", ""),
            ("b buy 1 market", "refused market_halted"),
            ("a cancel 1", "1 cancelled user_request"),
        ],
    );
}

#[test]
fn only_a_snapshot_makes_a_market_believed_again() {
    check(
        "100:4 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 4"),
            ("stale", ""),
            ("live", ""),
            ("print sell 9 at 100", ""),
            ("b buy 1 market", "refused market_stale"),
            ("snapshot 100:9 | 101:7", ""),
            // Nine may have come behind: the place is what it was.
            ("print sell 5 at 100", "1 printed 1@100"),
        ],
    );
}

#[test]
fn what_the_book_moved_through_during_a_break_fills_at_the_order_s_price() {
    check(
        "100:4 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 4"),
            ("stale", ""),
            ("snapshot 95:4 | 96:2 97:9", ""),
            ("live", "1 crossed 2@100; 1 crossed 3@100"),
        ],
    );
}

#[test]
fn a_crossed_book_is_half_read() {
    check(
        "100:4 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 4"),
            ("book | 99:5", ""),
            ("b buy 5 market", "refused market_stale"),
            ("book 100:0 |", "1 crossed 5@100"),
        ],
    );
}

#[test]
fn delisting_cancels() {
    check(
        "100:4 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 4"),
            ("a sell 5 stop 90", "2 waits for 90"),
            ("delisted", "1 cancelled delisted; 2 cancelled delisted"),
            ("a buy 5 at 100", "refused market_delisted"),
        ],
    );
}

#[test]
fn out_of_view_everything_shown_later_is_ahead() {
    let rules = MarketRules { is_full_depth: false, ..rules() };
    let mut stand = check_on(
        Stand::with_rules("99:1 100:4 | 101:7", rules),
        &[
            ("a buy 5 at 95", "1 rests 5@95 behind ?"),
            ("print sell 50 at 95", ""),
            ("book 99:0 100:0 95:6 94:1 | 96:4 101:0", ""),
            ("print sell 5 at 95", ""),
            ("print sell 3 at 95", "1 printed 2@95"),
        ],
    );
    assert_eq!(stand.run("print sell 9 at 94"), "1 printed 3@95");
}

#[test]
fn trades_that_were_fetched_later_fill_nothing() {
    check(
        "100:4 | 101:7",
        &[("a buy 5 at 100", "1 rests 5@100 behind 4"), ("print sell 99 at 99 backfilled", "")],
    );
}

#[test]
fn an_explanation_tells_the_queue_and_the_evidence() {
    let stand = check(
        "100:4 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 4"),
            ("b buy 5 at 100", "2 rests 5@100 behind 4"),
            ("print sell 6 at 100", "1 printed 2@100"),
        ],
    );
    let (a, b) = (AccountNo::new(0), AccountNo::new(1));
    assert!(stand.sandbox.explain(b, OrderId::new(1)).is_none(), "another account's order is unknown");
    let filled = stand.sandbox.explain(a, OrderId::new(1)).expect("an order");
    let [record] = filled.fills[..] else { panic!("one fill: {:?}", filled.fills) };
    let Evidence::Print(print) = record.fill.evidence else { panic!("a print: {record:?}") };
    assert_eq!((print.queue_before.mantissa(), print.queue_after.mantissa()), (4, 0));
    assert_eq!((print.qty.mantissa(), print.shared_before.mantissa()), (6, 0));
    let queue = stand.sandbox.explain(b, OrderId::new(2)).and_then(|told| told.queue).expect("it rests");
    assert_eq!(queue.queue_ahead.map(Qty::mantissa), Some(0));
    assert_eq!(queue.sandbox_ahead.mantissa(), 3);
    assert_eq!(queue.traded_since.mantissa(), 6);
    assert_eq!(queue.displayed.mantissa(), 4);
}
