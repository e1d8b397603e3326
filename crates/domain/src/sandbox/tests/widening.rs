//! A venue prints more decimals than before.

use super::super::*;
use super::stand::{MARKET, check_on, durable};
use super::{Stand, check};
use crate::ledger::{MarketLimits, RiskLimits};
use crate::numbers::{Price, Qty};

const A: AccountNo = AccountNo::new(0);

#[test]
fn everything_of_a_market_moves_to_finer_scales() {
    let stand = check(
        "100:10 | 101:7",
        &[
            ("a buy 5 at 101", "1 takes 5@101"),
            ("b buy 5 at 100", "2 rests 5@100 behind 10"),
            ("b sell 9 at 103 show 3", "3 rests 3@103 behind 0"),
            ("c sell 4 stop 95", "4 waits for 95"),
            ("rescaled 1 2", "scales 1/2"),
            // Until the venue has sent its book in the new scales, there is none.
            ("print sell 1200 at 1000", ""),
            ("d buy 100 market", "refused market_stale"),
            ("book 1000:900 | 1010:700", ""),
            ("d buy 100 market", "refused market_stale"),
            ("snapshot 1000:1000 | 1010:700", ""),
            // What was taken before stays taken.
            ("d buy 300 market", "5 takes 200@1010; 5 takes 100@1030 with 3; 3 gives 100@1030 with 5"),
            ("print sell 1200 at 1000", "2 printed 200@1000"),
            (
                "print sell 100 at 950",
                "2 printed 100@1000; 4 wakes at 950; 4 takes 200@1000 with 2; 2 gives 200@1000 with 4; \
                 4 takes 200@1000",
            ),
            ("b amend 3 price 1025", "refused tick_size"),
            ("b amend 3 price 1020", "3 amended to 900; 3 rests 300@1020 behind 0"),
        ],
    );
    let first = stand.sandbox.fills().next().expect("a fill").fill;
    assert_eq!((first.price, first.qty), (Price::from_mantissa(1_010), Qty::from_mantissa(500)));
    let Evidence::Level(level) = first.evidence else { panic!("{first:?}") };
    assert_eq!((level.price.mantissa(), level.displayed.mantissa()), (1_010, 700));
}

#[test]
fn rules_and_limits_move_along() {
    let mut stand = Stand::new("100:10 | 101:7");
    let of_market =
        MarketLimits { market: MARKET, max_order_qty: Some(Qty::from_mantissa(5)), max_position: None };
    let limits = RiskLimits { markets: vec![of_market], ..RiskLimits::default() };
    stand.command(Command::SetLimits { account: A, limits }).expect("an account");
    check_on(
        stand,
        &[
            ("rescaled 1 2", "scales 1/2"),
            ("snapshot 1000:1000 | 1010:700", ""),
            ("a buy 600 at 1000", "refused max_order_qty"),
            ("a buy 500 at 1000", "1 rests 500@1000 behind 1000"),
            ("b buy 500 at 1001", "refused tick_size"),
            ("b buy 550 at 1000", "refused lot_size"),
        ],
    );
}

#[test]
fn a_venue_that_speaks_coarser_than_its_market_is_understood() {
    check(
        "100:10 | 101:7",
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 10"),
            ("rescaled 1 2", "scales 1/2"),
            // Its feed was restarted, and has seen no finer number yet.
            ("rescaled 0 0", ""),
            ("snapshot 100:8 | 101:7", ""),
            ("print sell 10 at 100", "1 printed 200@1000"),
            ("b buy 100 at 1010", "2 takes 100@1010"),
            // Coarser in one and finer in the other: the market widens in the other only.
            ("rescaled 2 0", "scales 2/2"),
            ("snapshot 10000:8 | 10100:7", ""),
            ("b buy 700 at 10100", "3 takes 600@10100; 3 rests 100@10100 behind 0"),
            // Nothing new: the book stays.
            ("rescaled 2 0", ""),
            ("b cancel 3", "3 cancelled user_request"),
        ],
    );
}

#[test]
fn a_market_that_cannot_follow_its_venue_is_halted() {
    let mut stand = Stand::new("100:10 | 101:7");
    stand.run("a buy 5 at 100");
    // Assets have eight decimals here, and a notional would have nine.
    assert_eq!(stand.run("rescaled 5 4"), "refused scale_mismatch");
    let status = |stand: &Stand| stand.sandbox.market_status(MARKET);
    assert_eq!(status(&stand), Some(VenueStatus::Halted));
    let mut stand = check_on(
        stand,
        &[
            ("live", ""),
            ("snapshot 100:10 | 101:7", ""),
            ("print sell 500 at 1", ""),
            ("b buy 5 at 100", "refused market_halted"),
            ("a amend 1 qty 3", "1 amended to 3 in place"),
            ("rescaled 1 2", "scales 1/2"),
        ],
    );
    assert_eq!(status(&stand), Some(VenueStatus::Live), "what the venue said all the while");
    assert_eq!(stand.run("b buy 500 at 1000"), "refused market_stale");
    stand.run("snapshot 1000:1000 | 1010:700");
    assert_eq!(stand.run("b buy 500 at 1000"), "2 rests 500@1000 behind 1000");
    // A venue that no longer lists it cancels, whether its numbers are understood or not.
    stand.run("rescaled 5 4");
    assert_eq!(stand.run("delisted"), "1 cancelled delisted; 2 cancelled delisted");
    assert_eq!(durable(&stand.replayed()), durable(&stand.sandbox));
}

#[test]
fn what_does_not_fit_ends_and_is_forgotten() {
    let stand = check(
        "100:10 | 101:7",
        &[
            ("a sell 1 at 500000000000000000", "1 rests 1@500000000000000000 behind 0"),
            ("a sell 1 at 400000000000000000", "2 rests 1@400000000000000000 behind 0"),
            ("a cancel 2", "2 cancelled user_request"),
            ("b sell 1 at 102", "3 rests 1@102 behind 0"),
            ("rescaled 1 0", "1 cancelled out_of_range; scales 1/0"),
            ("snapshot 1000:10 | 1010:7", ""),
            ("b cancel 3", "3 cancelled user_request"),
            // Still known, since it fits by a hair less than an open order has to.
            ("a cancel 1", "refused order_final"),
        ],
    );
    let known: Vec<u64> = stand.sandbox.orders().map(|order| order.order_id.get()).collect();
    assert_eq!(known, [1, 2, 3]);
    let stand = check_on(stand, &[("rescaled 2 0", "scales 2/0")]);
    let known: Vec<u64> = stand.sandbox.orders().map(|order| order.order_id.get()).collect();
    assert_eq!(known, [3]);
}

#[test]
fn a_level_ends_what_it_has_no_room_for() {
    let mut stand = Stand::new("100:10 | 101:7");
    stand.deposit("a", 0, 1_200_000_000_000_000_000);
    for _ in 0..17 {
        stand.run("a sell 57646075230342348 at 105");
    }
    check_on(
        stand,
        &[("rescaled 0 1", "17 cancelled out_of_range; scales 0/1"), ("rescaled 0 2", TOLD_LAST)],
    );
}

/// By one more decimal, none of them is within what an order may be.
const TOLD_LAST: &str = "1 cancelled out_of_range; 2 cancelled out_of_range; 3 cancelled out_of_range; \
    4 cancelled out_of_range; 5 cancelled out_of_range; 6 cancelled out_of_range; 7 cancelled out_of_range; \
    8 cancelled out_of_range; 9 cancelled out_of_range; 10 cancelled out_of_range; 11 cancelled out_of_range; \
    12 cancelled out_of_range; 13 cancelled out_of_range; 14 cancelled out_of_range; \
    15 cancelled out_of_range; 16 cancelled out_of_range; scales 0/2";
