//! Orders that wait for a price.

use super::check;

#[test]
fn stops_wake_by_the_last_print() {
    check(
        "99:5 100:10 | 101:7 102:9",
        &[
            ("a sell 3 stop 98", "1 waits for 98"),
            ("b buy 3 stop 103", "2 waits for 103"),
            ("print sell 1 at 99", ""),
            ("book 97:1 98:1 |", ""),
            ("print sell 1 at 98", "1 wakes at 98; 1 takes 3@100"),
            ("print buy 1 at 103", "2 wakes at 103; 2 takes 3@101"),
            ("print buy 1 at 103", ""),
        ],
    );
}

#[test]
fn stop_limits_and_take_profits() {
    check(
        "99:5 100:10 | 101:7 102:9",
        &[
            ("a sell 3 stop 98 at 101", "1 waits for 98"),
            ("a sell 3 profit 103", "2 waits for 103"),
            ("b buy 3 profit 97 at 90", "3 waits for 97"),
            ("print buy 1 at 102", ""),
            ("print buy 1 at 104", "2 wakes at 104; 2 takes 3@100"),
            (
                "print sell 1 at 97",
                "1 wakes at 97; 1 rests 3@101 behind 7; 3 wakes at 97; 3 rests 3@90 behind 0",
            ),
        ],
    );
}

#[test]
fn a_stop_that_would_wake_at_once_is_refused() {
    check(
        "100:10 | 101:7",
        &[
            ("print buy 1 at 101", ""),
            ("a sell 3 stop 101", "refused would_trigger"),
            ("a buy 3 stop 101", "refused would_trigger"),
            ("a sell 3 profit 100", "refused would_trigger"),
            ("a sell 3 stop 100", "1 waits for 100"),
            ("a amend 1 stop 101", "refused would_trigger"),
            ("a amend 1 stop 99", "1 amended to 3"),
            ("print sell 1 at 100", ""),
            ("print sell 1 at 99", "1 wakes at 99; 1 takes 3@100"),
        ],
    );
}

/// It fills nothing and wakes nothing, and an older one is no news.
#[test]
fn the_last_price_of_a_market_that_is_followed_anew_counts_for_what_comes() {
    check(
        "100:10 | 101:7",
        &[
            ("b buy 1 at 100", "1 rests 1@100 behind 10"),
            ("a sell 3 stop 99", "2 waits for 99"),
            ("last 99", ""),
            ("a sell 3 stop 99", "refused would_trigger"),
            ("print buy 1 at 101", ""),
            ("last 90", ""),
            ("a sell 3 stop 100", "3 waits for 100"),
        ],
    );
}

#[test]
fn of_one_price_the_older_order_wakes_first() {
    check(
        "100:4 | 101:7",
        &[
            ("a sell 3 stop 98", "1 waits for 98"),
            ("b sell 3 stop 99", "2 waits for 99"),
            ("c sell 3 stop 98", "3 waits for 98"),
            (
                "print sell 1 at 97",
                "2 wakes at 97; 2 takes 3@100; 1 wakes at 97; 1 takes 1@100; 1 expired ioc_remainder; \
             3 wakes at 97; 3 expired no_liquidity",
            ),
        ],
    );
}

#[test]
fn by_the_best_price_or_the_middle_no_print_is_needed() {
    check(
        "100:10 | 104:7",
        &[
            ("a sell 3 stop 98 by best", "1 waits for 98"),
            ("a sell 3 stop 99 by mark", "2 waits for 99"),
            ("print sell 1 at 97", ""),
            // The middle is 100.
            ("book 97:5 100:0 |", "1 wakes at 97; 1 takes 3@97"),
            ("book | 102:5", "2 wakes at 99; 2 takes 2@97; 2 expired ioc_remainder"),
        ],
    );
}

#[test]
fn trailing_stops_follow_and_never_come_back() {
    check(
        "1000:10 | 1001:7",
        &[
            ("print buy 1 at 1000", ""),
            ("a sell 3 trail 100", "1 waits for 990"),
            ("b buy 3 trail 100", "2 waits for 1010"),
            ("print buy 1 at 1005", "1 follows to 994"),
            ("print sell 1 at 1001", ""),
            ("print sell 1 at 995", "2 follows to 1005"),
            ("print sell 1 at 994", "2 follows to 1004; 1 wakes at 994; 1 takes 3@1000"),
            ("print buy 1 at 1004", "2 wakes at 1004; 2 takes 3@1001"),
        ],
    );
}

#[test]
fn makers_fill_before_the_same_print_wakes_stops() {
    check(
        "100:0 95:5 | 101:7",
        &[
            ("a buy 2 at 98", "1 rests 2@98 behind 0"),
            ("b sell 4 stop 99", "2 waits for 99"),
            (
                "print sell 1 at 98",
                "1 printed 1@98; 2 wakes at 98; 2 takes 1@98 with 1; 1 gives 1@98 with 2; 2 takes 3@95",
            ),
        ],
    );
}

#[test]
fn what_a_woken_order_cannot_pay_is_rejected() {
    check(
        "100:5 | 101:1000000 900:9999999",
        &[
            // It holds back what it costs at its stop price.
            ("a buy 900000 stop 200", "1 waits for 200"),
            ("a buy 8000000 at 100", "2 rests 8000000@100 behind 5"),
            ("book | 101:0", ""),
            ("print buy 1 at 200", "1 wakes at 200; 1 rejected insufficient_balance"),
            ("a buy 1 stop 300", "3 waits for 300"),
            ("print buy 1 at 300", "3 wakes at 300; 3 takes 1@900"),
        ],
    );
}

#[test]
fn a_print_that_comes_late_wakes_nobody() {
    check(
        "100:10 | 101:7",
        &[
            ("print sell 1 at 100 at 50", ""),
            ("a sell 3 stop 98", "1 waits for 98"),
            ("print sell 1 at 97 at 49", ""),
            ("print sell 1 at 98 at 50", "1 wakes at 98; 1 takes 3@100"),
        ],
    );
}
