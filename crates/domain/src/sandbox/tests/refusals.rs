//! Orders that are refused, each with its code, and nothing held back.

use super::super::*;
use super::stand::{check_on, rules};
use super::{Stand, check};
use crate::numbers::{Notional, Price, Qty};

fn strict() -> Stand {
    let rules = MarketRules {
        tick_size: Price::from_mantissa(5),
        lot_size: Qty::from_mantissa(10),
        min_notional: Notional::from_mantissa(2_000),
        ..rules()
    };
    Stand::with_rules("100:100 | 105:100", rules)
}

#[test]
fn numbers_keep_to_the_market_s_steps() {
    check_on(
        strict(),
        &[
            ("a buy 20 at 101", "refused tick_size"),
            ("a buy 20 at 100 stop 106", "refused tick_size"),
            ("a buy 25 at 100", "refused lot_size"),
            ("a buy 30 at 100 show 15", "refused lot_size"),
            ("a buy 10 at 100", "refused min_notional"),
            ("a buy quote 1999", "refused min_notional"),
            ("a buy 10 market", "refused min_notional"),
            ("a buy 0 at 100", "refused out_of_range"),
            ("a buy -10 at 100", "refused out_of_range"),
            ("a buy 20 at 0", "refused out_of_range"),
            ("a buy 20 at -5", "refused out_of_range"),
            ("a buy 9223372036854775800 at 100", "refused out_of_range"),
            ("a buy 20 at 9223372036854775805", "refused out_of_range"),
            ("a buy quote 0", "refused out_of_range"),
            ("a buy quote -5", "refused out_of_range"),
            ("a buy 20 at 100", "1 rests 20@100 behind 100"),
            ("a amend 1 qty 25", "refused lot_size"),
            ("a amend 1 price 99", "refused tick_size"),
            ("a amend 1 qty 10", "refused min_notional"),
        ],
    );
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    check(
        "100:10 | 101:7",
        &[
            ("a buy 576460752303423487 at 576460752303423487", "refused out_of_range"),
            ("a sell 576460752303423487 at 576460752303423487", "refused insufficient_balance"),
            ("a buy quote 9223372036854775807", "1 takes 7@101; 1 expired ioc_remainder"),
        ],
    );
}

#[test]
fn fields_that_do_not_go_together() {
    let check_request = |change: &dyn Fn(&mut OrderRequest), rule: Rule| {
        let mut stand = Stand::new("100:10 | 101:7");
        let mut request = OrderRequest::limit(
            super::stand::MARKET,
            crate::matching::OrderSide::Buy,
            Qty::from_mantissa(5),
            Price::from_mantissa(100),
        );
        change(&mut request);
        let placed = stand.command(Command::PlaceOrder { account: AccountNo::new(0), request });
        assert_eq!(placed, Err(Reject::Rule(rule)), "{request:?}");
        stand.assert_sound(rule.as_str());
    };
    let price = Some(Price::from_mantissa(100));
    check_request(&|request| request.price = None, Rule::MissingPrice);
    check_request(&|request| request.order_type = OrderType::Market, Rule::UnexpectedPrice);
    check_request(&|request| request.stop_price = price, Rule::UnexpectedStopPrice);
    check_request(&|request| request.order_type = OrderType::StopLimit, Rule::MissingStopPrice);
    check_request(&|request| request.trailing_bps = Some(5), Rule::UnexpectedTrailing);
    check_request(
        &|request| {
            (request.order_type, request.price, request.trailing_bps) =
                (OrderType::TrailingStop, None, Some(0))
        },
        Rule::MissingTrailing,
    );
    check_request(
        &|request| (request.order_type, request.price) = (OrderType::TrailingStop, None),
        Rule::MissingTrailing,
    );
    check_request(&|request| request.qty = None, Rule::MissingQty);
    check_request(&|request| request.quote_qty = Some(Notional::from_mantissa(5)), Rule::MissingQty);
    check_request(
        &|request| (request.qty, request.quote_qty) = (None, Some(Notional::from_mantissa(500))),
        Rule::MissingQty,
    );
    check_request(
        &|request| {
            *request = OrderRequest::market(request.market, request.side, Qty::ZERO);
            (request.qty, request.quote_qty) = (None, Some(Notional::from_mantissa(500)));
            request.self_trade_prevention = SelfTradePrevention::Decrement;
        },
        Rule::BadFields,
    );
    check_request(&|request| request.time_in_force = TimeInForce::Gtd, Rule::BadExpiry);
    check_request(&|request| request.expires_at = Some(Timestamp::from_millis(9_999)), Rule::BadExpiry);
    check_request(
        &|request| {
            request.time_in_force = TimeInForce::Gtd;
            request.expires_at = Some(Timestamp::from_millis(1_000));
        },
        Rule::BadExpiry,
    );
    check_request(
        &|request| (request.post_only, request.time_in_force) = (true, TimeInForce::Ioc),
        Rule::BadPostOnly,
    );
    check_request(&|request| request.display_qty = Some(Qty::from_mantissa(6)), Rule::BadDisplayQty);
    check_request(&|request| request.display_qty = Some(Qty::ZERO), Rule::BadDisplayQty);
    check_request(
        &|request| {
            *request = OrderRequest::market(request.market, request.side, Qty::from_mantissa(5));
            request.time_in_force = TimeInForce::Gtc;
        },
        Rule::BadTimeInForce,
    );
}

#[test]
fn client_order_ids_are_unique_among_open_orders() {
    check(
        "100:10 | 101:7",
        &[
            ("a buy 1 at 90 id mine", "1 rests 1@90 behind 0"),
            ("a buy 1 at 91 id mine", "refused duplicate_client_order_id"),
            ("b buy 1 at 91 id mine", "2 rests 1@91 behind 0"),
            ("a cancel 1", "1 cancelled user_request"),
            ("a buy 1 at 91 id mine", "3 rests 1@91 behind 0"),
            ("a buy 1 at 91 id mine", "refused duplicate_client_order_id"),
        ],
    );
}

#[test]
fn balances_bound_orders_and_a_refused_one_holds_nothing() {
    check(
        "100:10 | 101:7",
        &[
            ("a sell 1000001 at 200", "refused insufficient_balance"),
            ("a sell 1000000 at 200", "1 rests 1000000@200 behind 0"),
            ("a sell 1 market", "refused insufficient_balance"),
            ("a buy 5000001 at 200 ioc", "refused insufficient_balance"),
            ("a buy 10000001 at 100", "refused insufficient_balance"),
            ("a buy 10000000 at 100", "2 rests 10000000@100 behind 10"),
            ("a buy 1 market", "refused insufficient_balance"),
            ("a cancel all", "1 cancelled cancel_all; 2 cancelled cancel_all"),
            ("a buy 1 market", "3 takes 1@101"),
        ],
    );
}

#[test]
fn others_orders_are_unknown() {
    check(
        "100:10 | 101:7",
        &[
            ("a buy 1 at 90", "1 rests 1@90 behind 0"),
            ("b cancel 1", "refused unknown_order"),
            ("b amend 1 qty 1", "refused unknown_order"),
            ("b cancel 99", "refused unknown_order"),
            ("z buy 1 at 90", "refused unknown_account"),
            ("z cancel all", "refused unknown_account"),
            ("connecting", ""),
            ("a buy 1 at 90", "refused market_connecting"),
            ("a amend 1 price 91", "refused market_connecting"),
            ("a cancel 1", "1 cancelled user_request"),
            ("a cancel 1", "refused order_final"),
        ],
    );
    let mut stand = Stand::new("100:10 | 101:7");
    let elsewhere =
        OrderRequest { market: MarketNo::new(9), ..super::stand::request_of(&["buy", "1", "market"]) };
    let placed = stand.command(Command::PlaceOrder { account: AccountNo::new(0), request: elsewhere });
    assert_eq!(placed, Err(Reject::Ledger(Refusal::UnknownMarket)));
}

#[test]
fn a_full_sandbox_forgets_what_ended_and_then_refuses() {
    let mut stand = Stand::new("100:10 | 101:7");
    for _ in 0..9_999 {
        stand
            .sandbox
            .apply(
                Input::Command(&Command::PlaceOrder {
                    account: AccountNo::new(0),
                    request: super::stand::request_of(&["buy", "1", "at", "50"]),
                }),
                stand.now,
                &mut stand.events,
            )
            .expect("room");
    }
    assert_eq!(stand.run("a buy 1 market"), "10000 takes 1@101");
    assert_eq!(stand.run("a buy 1 market"), "10001 takes 1@101");
    assert!(stand.sandbox.order(OrderId::new(10_000)).is_none(), "forgotten");
    assert_eq!(stand.run("a buy 1 at 60"), "10002 rests 1@60 behind 0");
    assert_eq!(stand.run("a buy 1 at 60"), "refused too_many_orders");
    assert_eq!(stand.run("a cancel 7"), "7 cancelled user_request");
    assert_eq!(stand.run("a buy 1 at 60"), "10003 rests 1@60 behind 0");
}

#[test]
fn an_amendment_may_give_a_free_name() {
    let mut stand = super::Stand::new("90:1 | 110:1");
    let name = |text: &str| super::super::ClientOrderId::parse(text).expect("a name");
    let account = crate::ledger::AccountNo::new(0);
    for line in ["a buy 5 at 95", "a buy 5 at 94", "a amend 2 name second"] {
        stand.run(line);
    }
    for (line, told) in [
        ("a amend 1 name second", "refused duplicate_client_order_id"),
        ("a amend 2 name second", "refused nothing_to_amend"),
        ("a amend 1 qty 3 name first", "1 amended to 3 in place as first"),
        ("a amend 1 name third", "1 amended to 3 in place as third"),
        ("a amend 1 price 96 name first", "1 amended to 3 as first; 1 rests 3@96 behind 0"),
    ] {
        assert_eq!(stand.run(line), told, "{line}");
    }
    let found = |sandbox: &super::super::Sandbox, text: &str| {
        sandbox.order_by_client_id(account, name(text)).map(|order| order.order_id.get())
    };
    for sandbox in [&stand.sandbox, &stand.replayed()] {
        assert_eq!((found(sandbox, "first"), found(sandbox, "second")), (Some(1), Some(2)));
        assert_eq!(found(sandbox, "third"), None, "a name that was given up names nothing");
    }
}
