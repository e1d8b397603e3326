//! Each order type with each time in force: what becomes of it, or that it is refused.

use super::super::*;
use super::check;
use super::stand::request_of;

const BOOK: &str = "98:4 99:5 100:10 | 101:7 102:3";
/// A moment long after every date in the tables.
const LATER: &str = "time 80000000";

/// Lines, and what each leads to.
type Ladder = &'static [(&'static str, &'static str)];

const REFUSED: &str = "refused bad_time_in_force";

/// Each ladder begins with the order that it is about; a print at 100 has come before.
const LADDERS: &[(OrderType, TimeInForce, Ladder)] = &[
    (OrderType::Market, TimeInForce::Gtc, &[("a buy 9 market gtc", REFUSED)]),
    (
        OrderType::Market,
        TimeInForce::Ioc,
        &[("a buy 12 market ioc", "1 takes 7@101; 1 takes 3@102; 1 expired ioc_remainder")],
    ),
    (
        OrderType::Market,
        TimeInForce::Fok,
        &[
            ("a buy 11 market fok", "1 expired fok_unfilled"),
            ("a buy 10 market fok", "2 takes 7@101; 2 takes 3@102"),
        ],
    ),
    (OrderType::Market, TimeInForce::Gtd, &[("a buy 9 market until 500", REFUSED)]),
    (
        OrderType::Limit,
        TimeInForce::Gtc,
        &[
            ("a buy 9 at 101 gtc", "1 takes 7@101; 1 rests 2@101 behind 0"),
            (LATER, ""),
            ("print sell 1 at 101", "1 printed 1@101"),
        ],
    ),
    (
        OrderType::Limit,
        TimeInForce::Ioc,
        &[("a buy 9 at 101 ioc", "1 takes 7@101; 1 expired ioc_remainder"), ("print sell 1 at 101", "")],
    ),
    (
        OrderType::Limit,
        TimeInForce::Fok,
        &[("a buy 8 at 101 fok", "1 expired fok_unfilled"), ("a buy 7 at 101 fok", "2 takes 7@101")],
    ),
    (
        OrderType::Limit,
        TimeInForce::Gtd,
        &[
            ("a buy 9 at 101 until 500", "1 takes 7@101; 1 rests 2@101 behind 0"),
            ("time 499", ""),
            ("time 500", "1 expired expires_at"),
            ("print sell 1 at 101", ""),
        ],
    ),
    (
        OrderType::Stop,
        TimeInForce::Gtc,
        &[
            ("a sell 12 stop 99 gtc", "1 waits for 99"),
            (LATER, ""),
            ("print sell 1 at 99", "1 wakes at 99; 1 takes 10@100; 1 takes 2@99"),
        ],
    ),
    (OrderType::Stop, TimeInForce::Ioc, &[("a sell 12 stop 99 ioc", REFUSED)]),
    (OrderType::Stop, TimeInForce::Fok, &[("a sell 12 stop 99 fok", REFUSED)]),
    (
        OrderType::Stop,
        TimeInForce::Gtd,
        &[
            ("a sell 3 stop 99 until 500", "1 waits for 99"),
            ("a sell 3 stop 99 until 600", "2 waits for 99"),
            ("time 500", "1 expired expires_at"),
            ("print sell 1 at 99", "2 wakes at 99; 2 takes 3@100"),
            ("time 600", ""),
        ],
    ),
    (
        OrderType::StopLimit,
        TimeInForce::Gtc,
        &[
            ("a sell 12 stop 99 at 100 gtc", "1 waits for 99"),
            (LATER, ""),
            ("print sell 1 at 99", "1 wakes at 99; 1 takes 10@100; 1 rests 2@100 behind 0"),
        ],
    ),
    (
        OrderType::StopLimit,
        TimeInForce::Ioc,
        &[
            ("a sell 12 stop 99 at 100 ioc", "1 waits for 99"),
            ("print sell 1 at 99", "1 wakes at 99; 1 takes 10@100; 1 expired ioc_remainder"),
        ],
    ),
    (
        OrderType::StopLimit,
        TimeInForce::Fok,
        &[
            ("a sell 11 stop 99 at 100 fok", "1 waits for 99"),
            ("a sell 10 stop 99 at 100 fok", "2 waits for 99"),
            ("print sell 1 at 99", "1 wakes at 99; 1 expired fok_unfilled; 2 wakes at 99; 2 takes 10@100"),
        ],
    ),
    (
        OrderType::StopLimit,
        TimeInForce::Gtd,
        &[
            ("a sell 12 stop 99 at 100 until 500", "1 waits for 99"),
            ("a sell 12 stop 98 at 100 until 400", "2 waits for 98"),
            ("print sell 1 at 99", "1 wakes at 99; 1 takes 10@100; 1 rests 2@100 behind 0"),
            ("time 450", "2 expired expires_at"),
            ("time 500", "1 expired expires_at"),
        ],
    ),
    (
        OrderType::TakeProfit,
        TimeInForce::Gtc,
        &[
            ("a sell 12 profit 103 gtc", "1 waits for 103"),
            (LATER, ""),
            ("print buy 1 at 103", "1 wakes at 103; 1 takes 10@100; 1 takes 2@99"),
        ],
    ),
    (OrderType::TakeProfit, TimeInForce::Ioc, &[("a sell 12 profit 103 ioc", REFUSED)]),
    (OrderType::TakeProfit, TimeInForce::Fok, &[("a sell 12 profit 103 fok", REFUSED)]),
    (
        OrderType::TakeProfit,
        TimeInForce::Gtd,
        &[
            ("a buy 3 profit 99 until 500", "1 waits for 99"),
            ("a buy 3 profit 99 until 600", "2 waits for 99"),
            ("time 500", "1 expired expires_at"),
            ("print sell 1 at 98", "2 wakes at 98; 2 takes 3@101"),
            ("time 600", ""),
        ],
    ),
    (
        OrderType::TakeProfitLimit,
        TimeInForce::Gtc,
        &[
            ("a buy 9 profit 99 at 101 gtc", "1 waits for 99"),
            (LATER, ""),
            ("print sell 1 at 99", "1 wakes at 99; 1 takes 7@101; 1 rests 2@101 behind 0"),
        ],
    ),
    (
        OrderType::TakeProfitLimit,
        TimeInForce::Ioc,
        &[
            ("a buy 9 profit 99 at 101 ioc", "1 waits for 99"),
            ("print sell 1 at 99", "1 wakes at 99; 1 takes 7@101; 1 expired ioc_remainder"),
        ],
    ),
    (
        OrderType::TakeProfitLimit,
        TimeInForce::Fok,
        &[
            ("a buy 8 profit 99 at 101 fok", "1 waits for 99"),
            ("a buy 7 profit 99 at 101 fok", "2 waits for 99"),
            ("print sell 1 at 99", "1 wakes at 99; 1 expired fok_unfilled; 2 wakes at 99; 2 takes 7@101"),
        ],
    ),
    (
        OrderType::TakeProfitLimit,
        TimeInForce::Gtd,
        &[
            ("a buy 9 profit 99 at 101 until 500", "1 waits for 99"),
            ("a buy 9 profit 98 at 101 until 400", "2 waits for 98"),
            ("print sell 1 at 99", "1 wakes at 99; 1 takes 7@101; 1 rests 2@101 behind 0"),
            ("time 450", "2 expired expires_at"),
            ("time 500", "1 expired expires_at"),
        ],
    ),
    (
        OrderType::TrailingStop,
        TimeInForce::Gtc,
        &[
            ("a sell 12 trail 100 gtc", "1 waits for 99"),
            (LATER, ""),
            ("print buy 1 at 102", "1 follows to 100"),
            ("print sell 1 at 100", "1 wakes at 100; 1 takes 10@100; 1 takes 2@99"),
        ],
    ),
    (OrderType::TrailingStop, TimeInForce::Ioc, &[("a sell 12 trail 100 ioc", REFUSED)]),
    (OrderType::TrailingStop, TimeInForce::Fok, &[("a sell 12 trail 100 fok", REFUSED)]),
    (
        OrderType::TrailingStop,
        TimeInForce::Gtd,
        &[
            ("a sell 3 trail 100 until 500", "1 waits for 99"),
            ("a sell 3 trail 100 until 600", "2 waits for 99"),
            ("print buy 1 at 102", "1 follows to 100; 2 follows to 100"),
            ("time 500", "1 expired expires_at"),
            ("print sell 1 at 100", "2 wakes at 100; 2 takes 3@100"),
            ("time 600", ""),
        ],
    ),
];

#[test]
fn each_type_has_a_ladder_with_each_time_in_force() {
    for order_type in OrderType::ALL {
        for time_in_force in TimeInForce::ALL {
            let ladders: Vec<&Ladder> = LADDERS
                .iter()
                .filter(|row| (row.0, row.1) == (*order_type, *time_in_force))
                .map(|row| &row.2)
                .collect();
            let [ladder] = ladders[..] else {
                panic!("{} ladders of {order_type:?} {time_in_force:?}", ladders.len())
            };
            let words: Vec<&str> = ladder[0].0.split_whitespace().skip(1).collect();
            let request = request_of(&words);
            assert_eq!((request.order_type, request.time_in_force), (*order_type, *time_in_force));
            let before = [("print sell 1 at 100", "")];
            check(BOOK, &[&before[..], ladder].concat());
        }
    }
}

/// What may stand in the queue may hide a part of itself, until its date and after it has woken.
#[test]
fn icebergs_of_other_types_and_times() {
    check(
        BOOK,
        &[
            ("print sell 1 at 100", ""),
            ("a sell 9 stop 99 at 103 show 4", "1 waits for 99"),
            ("b buy 6 at 99 show 2 until 500", "2 rests 2@99 behind 5"),
            ("print sell 6 at 99", "2 printed 1@99; 1 wakes at 99; 1 rests 4@103 behind 0"),
            ("time 500", "2 expired expires_at"),
            ("print buy 5 at 103", "1 printed 4@103; 1 rests 4@103 behind 0"),
            ("c buy 1 at 90 show 1 ioc", "refused bad_display_qty"),
            ("c buy 1 at 90 show 1 fok", "refused bad_display_qty"),
            ("c sell 1 stop 98 show 1", "refused bad_display_qty"),
            ("c sell 5 trail 100 show 1", "refused bad_display_qty"),
        ],
    );
}

/// What an iceberg hides is there for who takes it, and counts for what must fill whole.
#[test]
fn what_is_hidden_fills_an_order_that_must_fill_whole() {
    check(
        "100:10 | 101:7",
        &[
            ("a sell 5 at 101 show 2", "1 rests 2@101 behind 7"),
            ("b buy 13 at 101 fok", "2 expired fok_unfilled"),
            (
                "b buy 12 at 101 fok",
                "3 takes 7@101; 3 takes 2@101 with 1; 1 gives 2@101 with 3; 1 rests 2@101 behind 7; \
                 3 takes 2@101 with 1; 1 gives 2@101 with 3; 1 rests 1@101 behind 7; \
                 3 takes 1@101 with 1; 1 gives 1@101 with 3",
            ),
        ],
    );
}

/// At the edge of what is displayed: the last unit, and one more.
#[test]
fn immediate_orders_at_the_edge_of_what_is_displayed() {
    for (order, told) in [
        ("a buy 7 at 101 ioc", "1 takes 7@101"),
        ("a buy 7 at 101 fok", "1 takes 7@101"),
        ("a buy 8 at 101 fok", "1 expired fok_unfilled"),
        ("a buy 10 at 102 fok", "1 takes 7@101; 1 takes 3@102"),
        ("a buy 11 at 102 ioc", "1 takes 7@101; 1 takes 3@102; 1 expired ioc_remainder"),
        ("a buy 11 at 102 fok", "1 expired fok_unfilled"),
        ("a buy quote 707 fok", "1 takes 7@101; 1 filled quote_remainder"),
        ("a buy quote 1013 fok", "1 takes 7@101; 1 takes 3@102; 1 filled quote_remainder"),
        ("a buy quote 1120 fok", "1 expired fok_unfilled"),
    ] {
        check(BOOK, &[(order, told)]);
    }
    // What was taken is there for nobody.
    check(BOOK, &[("b buy 1 market", "1 takes 1@101"), ("a buy 7 at 101 fok", "2 expired fok_unfilled")]);
}

#[test]
fn only_limit_orders_that_rest_can_be_post_only() {
    for (order, told) in [
        ("a buy 5 at 100 post", "1 rests 5@100 behind 10"),
        ("a buy 5 at 100 post until 500", "1 rests 5@100 behind 10"),
        ("a buy 5 at 100 post ioc", "refused bad_post_only"),
        ("a buy 5 at 100 post fok", "refused bad_post_only"),
        ("a buy 5 market post", "refused bad_post_only"),
        ("a buy 5 stop 103 post", "refused bad_post_only"),
        ("a buy 5 stop 103 at 104 post", "refused bad_post_only"),
        ("a buy 5 profit 99 at 98 post", "refused bad_post_only"),
        ("a buy 5 trail 100 post", "refused bad_post_only"),
    ] {
        check(BOOK, &[("print sell 1 at 100", ""), (order, told)]);
    }
}
