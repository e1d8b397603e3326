//! Orders that take: levels, sandbox orders, times in force, self-trade prevention.

use super::check;

const BOOK: &str = "98:20 99:5 100:10 | 101:7 102:3 105:50";

#[test]
fn a_market_order_walks_the_displayed_levels() {
    check(
        BOOK,
        &[
            ("a buy 5 market", "1 takes 5@101"),
            ("a buy 8 market", "2 takes 2@101; 2 takes 3@102; 2 takes 3@105"),
            ("a sell 12 market", "3 takes 10@100; 3 takes 2@99"),
        ],
    );
}

#[test]
fn what_the_book_does_not_hold_expires() {
    check(
        "100:10 | 101:7",
        &[
            ("a buy 9 market", "1 takes 7@101; 1 expired ioc_remainder"),
            ("a buy 1 market", "2 expired no_liquidity"),
            ("a sell 11 market fok", "3 expired fok_unfilled"),
            ("a sell 10 market fok", "4 takes 10@100"),
        ],
    );
    check(
        "|",
        &[("a sell 1 market", "1 expired no_liquidity"), ("a buy 1 at 5 ioc", "2 expired ioc_remainder")],
    );
}

#[test]
fn a_displayed_quantity_is_taken_once_by_whoever_comes_first() {
    check(
        BOOK,
        &[
            ("a buy 5 at 101 ioc", "1 takes 5@101"),
            ("b buy 5 at 101 ioc", "2 takes 2@101; 2 expired ioc_remainder"),
            ("c buy 5 at 101 ioc", "3 expired ioc_remainder"),
            // Nothing new: what is left was taken before.
            ("book | 101:4", ""),
            ("c buy 5 at 101 ioc", "4 expired ioc_remainder"),
            // Two more than before.
            ("book | 101:6", ""),
            ("c buy 5 at 101 ioc", "5 takes 2@101; 5 expired ioc_remainder"),
            // The level went and came back: all of it is new.
            ("book | 101:0", ""),
            ("book | 101:6", ""),
            ("c buy 5 at 101 ioc", "6 takes 5@101"),
            // A new snapshot of the same book is the same book.
            ("snapshot 100:10 | 101:6 102:3", ""),
            ("c buy 5 at 101 ioc", "7 takes 1@101; 7 expired ioc_remainder"),
        ],
    );
}

#[test]
fn a_limit_order_takes_to_its_limit_and_rests_with_the_remainder() {
    check(
        BOOK,
        &[
            ("a buy 12 at 102", "1 takes 7@101; 1 takes 3@102; 1 rests 2@102 behind 0"),
            ("b sell 5 at 102", "2 takes 2@102 with 1; 1 gives 2@102 with 2; 2 rests 3@102 behind 3"),
        ],
    );
}

#[test]
fn times_in_force_of_limits() {
    check(
        BOOK,
        &[
            ("a buy 8 at 101 ioc", "1 takes 7@101; 1 expired ioc_remainder"),
            ("a buy 4 at 102 fok", "2 expired fok_unfilled"),
            ("a buy 3 at 102 fok", "3 takes 3@102"),
            ("a buy 1 at 104 fok", "4 expired fok_unfilled"),
            ("a buy 1 at 103 until 500", "5 rests 1@103 behind 0"),
            ("time 499", ""),
            ("time 500", "5 expired expires_at"),
        ],
    );
}

#[test]
fn sandbox_orders_meet_by_price_then_by_their_place_in_the_queue() {
    check(
        "100:10 | 105:5",
        &[
            ("a sell 4 at 103", "1 rests 4@103 behind 0"),
            ("b sell 4 at 103", "2 rests 4@103 behind 0"),
            ("c sell 4 at 105", "3 rests 4@105 behind 5"),
            ("d sell 1 at 102", "4 rests 1@102 behind 0"),
            (
                "e buy 7 at 104",
                "5 takes 1@102 with 4; 4 gives 1@102 with 5; 5 takes 4@103 with 1; 1 gives 4@103 with 5; \
             5 takes 2@103 with 2; 2 gives 2@103 with 5",
            ),
            // At 105 the venue's five stand in front of order 3.
            (
                "e buy 9 market",
                "6 takes 2@103 with 2; 2 gives 2@103 with 6; 6 takes 5@105; 6 takes 2@105 with 3; 3 gives 2@105 with 6",
            ),
        ],
    );
}

#[test]
fn venue_quantity_that_came_later_stands_behind() {
    check(
        "100:10 | 105:5",
        &[
            ("a sell 4 at 105", "1 rests 4@105 behind 5"),
            ("book | 105:8", ""),
            ("b buy 10 market", "2 takes 5@105; 2 takes 4@105 with 1; 1 gives 4@105 with 2; 2 takes 1@105"),
            ("b buy 10 market", "3 takes 2@105; 3 expired ioc_remainder"),
        ],
    );
}

#[test]
fn by_quote_it_takes_whole_lots_within_the_amount() {
    check(
        "100:10 | 101:7 103:5",
        &[
            ("a buy quote 250", "1 takes 2@101; 1 filled quote_remainder"),
            ("a buy quote 100", "2 expired quote_remainder"),
            // Five more at 101 are 505; of the 112 left, one at 103.
            ("a buy quote 617", "3 takes 5@101; 3 takes 1@103; 3 filled quote_remainder"),
            ("a sell quote 350", "4 takes 3@100; 4 filled quote_remainder"),
            ("a buy quote 9999", "5 takes 4@103; 5 expired ioc_remainder"),
        ],
    );
}

#[test]
fn post_only_is_refused_when_it_would_take() {
    check(
        BOOK,
        &[
            ("a buy 1 at 101 post", "refused would_cross"),
            ("a buy 1 at 100 post", "1 rests 1@100 behind 10"),
            ("b sell 1 at 100 post", "refused would_cross"),
            ("b sell 1 at 101 post", "2 rests 1@101 behind 7"),
        ],
    );
}

#[test]
fn self_trades_are_prevented_as_the_taker_asks() {
    let check_rule = |rule: &str, told: &str| {
        let line = format!("a buy 5 at 100 stp {rule}");
        check(
            "90:1 | 110:1",
            &[
                ("a sell 3 at 99", "1 rests 3@99 behind 0"),
                ("b sell 4 at 100", "2 rests 4@100 behind 0"),
                (&line, told),
            ],
        );
    };
    check_rule("expire_taker", "3 not with 1 3@99 off 5/0; 3 expired self_trade");
    check_rule(
        "expire_maker",
        "3 not with 1 3@99 off 0/3; 1 expired self_trade; 3 takes 4@100 with 2; 2 gives 4@100 with 3; 3 rests 1@100 behind 0",
    );
    check_rule("expire_both", "3 not with 1 3@99 off 5/3; 1 expired self_trade; 3 expired self_trade");
    check_rule(
        "decrement",
        "3 not with 1 3@99 off 3/3; 1 loses 3; 1 expired self_trade; 3 loses 3; 3 takes 2@100 with 2; 3 expired self_trade; 2 gives 2@100 with 3",
    );
    check_rule(
        "none",
        "3 takes 3@99 with 1; 1 gives 3@99 with 3; 3 takes 2@100 with 2; 2 gives 2@100 with 3",
    );
}

#[test]
fn what_self_trade_prevention_takes_is_counted_with_its_match() {
    let mut stand = super::Stand::new("90:1 | 110:1");
    for line in ["a sell 3 at 99", "a sell 2 at 100", "a buy 4 at 100 stp decrement"] {
        stand.run(line);
    }
    let order = |order_id| stand.sandbox.order(crate::sandbox::OrderId::new(order_id)).expect("an order");
    let taken = |order_id| (order(order_id).prevented_qty.mantissa(), order(order_id).prevented_match);
    let seq_of = |nth: usize| {
        let is_match = |event: &&crate::sandbox::Event| event.body.kind() == "self_trade_prevented";
        stand.events.iter().filter(is_match).nth(nth).map(|event| event.seq)
    };
    assert_eq!(taken(1), (3, seq_of(0)));
    // One is left of it, and stands.
    assert_eq!((taken(2), order(2).remaining().mantissa()), ((1, seq_of(1)), 1));
    assert_eq!(taken(3), (4, seq_of(1)), "the last of two");
}

#[test]
fn a_taker_is_stopped_by_its_own_order_only_when_it_comes_to_it() {
    check(
        "90:1 | 99:2 110:1",
        &[
            ("a sell 3 at 99", "1 rests 3@99 behind 2"),
            ("a buy 4 at 99", "2 takes 2@99; 2 not with 1 2@99 off 2/0; 2 expired self_trade"),
            ("a buy 3 at 99 fok", "3 expired fok_unfilled"),
        ],
    );
}

#[test]
fn a_band_keeps_market_orders_near_the_best_price_and_limits_near_the_middle() {
    let rules = super::super::MarketRules { band_bps: Some(1_000), ..super::stand::rules() };
    let stand = super::Stand::with_rules("90:5 100:5 | 100:0 102:1 112:1 113:9", rules);
    super::stand::check_on(
        stand,
        &[
            ("a buy 5 market", "1 takes 1@102; 1 takes 1@112; 1 expired price_band"),
            ("a sell 10 market", "2 takes 5@100; 2 takes 5@90"),
            ("a buy 1 at 112", "refused price_band"),
            ("a buy 1 at 111", "3 rests 1@111 behind 0"),
        ],
    );
}
