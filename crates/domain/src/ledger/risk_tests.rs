//! Limits, each at its edge and one beyond.

use super::*;
use crate::instrument::MarketId;
use crate::matching::OrderSide::{self, Buy, Sell};
use crate::numbers::{Price, Qty, Scale, Scales};

const BTC: AssetNo = AssetNo::new(0);
const USD: AssetNo = AssetNo::new(1);
const MARKET: MarketNo = MarketNo::new(0);
const ACCOUNT: AccountNo = AccountNo::new(0);
/// Units of USD in price 1 times quantity 1.
const USD_UNITS: i128 = 100;

fn units(units: i128) -> Amount {
    Amount::from_units(units)
}

fn ms(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn ledger(limits: &RiskLimits) -> Ledger {
    let mut ledger = Ledger::new(LedgerBounds::default());
    for (code, decimals) in [("BTC", 8), ("USD", 10)] {
        ledger.add_asset(&Asset { code: code.to_owned(), scale: Scale::of(decimals) }).expect("a new asset");
    }
    ledger.add_market(&MarketId::new("sim", "BTC", "USD"), BTC, USD, Scales::of(0, 8)).expect("a new market");
    ledger.open_account(UserNo::new(0), "a", FeeSchedule::FREE).expect("a new account");
    for asset in [BTC, USD] {
        ledger.deposit(ACCOUNT, asset, units(1_000_000_000)).expect("a deposit");
    }
    ledger.set_limits(ACCOUNT, limits).expect("valid limits");
    ledger
}

fn intent(side: OrderSide, price: Option<i64>, qty: i64) -> OrderIntent {
    OrderIntent {
        account: ACCOUNT,
        market: MARKET,
        side,
        qty: Qty::from_mantissa(qty),
        price: price.map(Price::from_mantissa),
        mark: Some(Price::from_mantissa(10_000)),
        open_orders: 0,
        open_same_side: Qty::ZERO,
    }
}

fn trade(ledger: &mut Ledger, side: OrderSide, price: i64, qty: i64, at: Timestamp) {
    let (price, qty) = (Price::from_mantissa(price), Qty::from_mantissa(qty));
    let money = ledger.open_order(ACCOUNT, MARKET, side, &Need::Base { price, qty }).expect("covered");
    let ours = Party::Order { money, liquidity: Liquidity::Taker, left: Need::Nothing };
    let (buyer, seller) = if side == Buy { (ours, Party::Venue) } else { (Party::Venue, ours) };
    ledger.settle(&Settlement { market: MARKET, price, qty, buyer, seller, at }).expect("covered");
}

#[test]
fn the_collar_is_a_share_of_the_mark() {
    let ledger = ledger(&RiskLimits { price_collar_bps: Some(500), ..RiskLimits::default() });
    let check = |price, mark: Option<i64>, expected| {
        let intent = OrderIntent { mark: mark.map(Price::from_mantissa), ..intent(Buy, price, 1) };
        assert_eq!(ledger.check_risk(&intent, ms(0)), expected, "{price:?} at mark {mark:?}");
    };
    check(Some(10_500), Some(10_000), Ok(()));
    check(Some(10_501), Some(10_000), Err(Refusal::PriceCollar));
    check(Some(9_500), Some(10_000), Ok(()));
    check(Some(9_499), Some(10_000), Err(Refusal::PriceCollar));
    check(Some(i64::MAX), Some(i64::MAX), Ok(()));
    check(Some(10_000), None, Err(Refusal::NoMarkPrice));
    check(Some(10_000), Some(0), Err(Refusal::NoMarkPrice));
    check(None, None, Ok(()));
}

#[test]
fn orders_are_limited_by_qty_notional_and_number() {
    let limits = RiskLimits {
        max_open_orders: Some(2),
        markets: vec![MarketLimits {
            market: MARKET,
            max_order_qty: Some(Qty::from_mantissa(100)),
            max_position: None,
        }],
        assets: vec![AssetLimits {
            asset: USD,
            max_order_notional: Some(units(5_000 * USD_UNITS)),
            max_daily_loss: None,
        }],
        ..RiskLimits::default()
    };
    let ledger = ledger(&limits);
    let check =
        |intent: OrderIntent, expected| assert_eq!(ledger.check_risk(&intent, ms(0)), expected, "{intent:?}");
    check(intent(Buy, Some(50), 100), Ok(()));
    check(intent(Buy, Some(1), 101), Err(Refusal::MaxOrderQty));
    check(intent(Buy, Some(51), 100), Err(Refusal::MaxOrderNotional));
    // Without a price of its own an order counts at the mark.
    let at_mark =
        |mark: Option<i64>| OrderIntent { mark: mark.map(Price::from_mantissa), ..intent(Sell, None, 100) };
    check(at_mark(Some(50)), Ok(()));
    check(at_mark(Some(51)), Err(Refusal::MaxOrderNotional));
    check(at_mark(None), Err(Refusal::NoMarkPrice));
    check(OrderIntent { open_orders: 1, ..intent(Buy, Some(1), 1) }, Ok(()));
    check(OrderIntent { open_orders: 2, ..intent(Buy, Some(1), 1) }, Err(Refusal::MaxOpenOrders));
    check(OrderIntent { market: MarketNo::new(1), ..intent(Buy, Some(1), 1) }, Err(Refusal::UnknownMarket));
    check(
        OrderIntent { account: AccountNo::new(1), ..intent(Buy, Some(1), 1) },
        Err(Refusal::UnknownAccount),
    );
}

#[test]
fn a_position_is_limited_with_its_open_orders_on_both_sides() {
    let limit = MarketLimits { market: MARKET, max_order_qty: None, max_position: Some(units(100)) };
    let mut ledger = ledger(&RiskLimits { markets: vec![limit], ..RiskLimits::default() });
    trade(&mut ledger, Buy, 10, 60, ms(0));
    let check = |side, open: i64, qty, expected| {
        let intent = OrderIntent { open_same_side: Qty::from_mantissa(open), ..intent(side, Some(10), qty) };
        assert_eq!(ledger.check_risk(&intent, ms(0)), expected, "{side:?} {qty} with {open} open");
    };
    check(Buy, 0, 40, Ok(()));
    check(Buy, 0, 41, Err(Refusal::MaxPosition));
    check(Buy, 30, 11, Err(Refusal::MaxPosition));
    // From 60 long to 100 short.
    check(Sell, 0, 160, Ok(()));
    check(Sell, 0, 161, Err(Refusal::MaxPosition));
    check(Sell, 160, 1, Err(Refusal::MaxPosition));
}

#[test]
fn who_has_lost_too_much_today_may_only_close() {
    let limit =
        AssetLimits { asset: USD, max_order_notional: None, max_daily_loss: Some(units(500 * USD_UNITS)) };
    let mut ledger = ledger(&RiskLimits { assets: vec![limit], ..RiskLimits::default() });
    trade(&mut ledger, Buy, 100, 60, ms(0));
    trade(&mut ledger, Sell, 51, 10, ms(1));
    assert_eq!(ledger.check_risk(&intent(Buy, Some(51), 1), ms(1)), Ok(()), "490 of 500 are lost");
    trade(&mut ledger, Sell, 90, 1, ms(2));
    let check = |side, open: i64, qty, at, expected| {
        let intent = OrderIntent { open_same_side: Qty::from_mantissa(open), ..intent(side, Some(51), qty) };
        assert_eq!(ledger.check_risk(&intent, at), expected, "{side:?} {qty} with {open} open");
    };
    check(Buy, 0, 1, ms(2), Err(Refusal::MaxDailyLoss));
    check(Sell, 0, 49, ms(2), Ok(()));
    check(Sell, 0, 50, ms(2), Err(Refusal::MaxDailyLoss));
    check(Sell, 40, 10, ms(2), Err(Refusal::MaxDailyLoss));
    check(Buy, 0, 1, ms(86_400_000), Ok(()));
}

#[test]
fn orders_are_counted_in_windows_of_the_clock() {
    let rate = OrderRate { orders: 2, window_ms: 1_000 };
    let mut ledger = ledger(&RiskLimits { order_rate: Some(rate), ..RiskLimits::default() });
    let mut place = |at| {
        let checked = ledger.check_risk(&intent(Buy, Some(1), 1), ms(at));
        if checked.is_ok() {
            ledger.count_order(ACCOUNT, ms(at)).expect("an account");
        }
        checked
    };
    assert_eq!([place(1_000), place(1_500)], [Ok(()), Ok(())]);
    assert_eq!([place(1_999), place(1_999)], [Err(Refusal::OrderRate); 2]);
    assert_eq!([place(2_000), place(2_001)], [Ok(()), Ok(())]);
    assert_eq!(place(2_002), Err(Refusal::OrderRate));
    assert_eq!(place(1_999_999), Ok(()));
}

#[test]
fn kill_switches_refuse_everything_of_their_own() {
    let mut ledger = ledger(&RiskLimits::default());
    let other = ledger.open_account(UserNo::new(0), "other", FeeSchedule::FREE).expect("a new account");
    let check = |ledger: &Ledger, account, expected| {
        let intent = OrderIntent { account, ..intent(Buy, Some(1), 1) };
        assert_eq!(ledger.check_risk(&intent, ms(0)), expected);
    };
    ledger.apply(&LedgerEvent::KillSwitchSet { account: ACCOUNT, is_killed: true }).expect("an account");
    check(&ledger, ACCOUNT, Err(Refusal::KillSwitch));
    check(&ledger, other, Ok(()));
    // A way around the switch it is not.
    let successor = ledger.reset_account(ACCOUNT).expect("no orders");
    check(&ledger, successor, Err(Refusal::KillSwitch));
    ledger.apply(&LedgerEvent::GlobalKillSwitchSet { is_killed: true }).expect("always");
    check(&ledger, other, Err(Refusal::KillSwitchGlobal));
    ledger.apply(&LedgerEvent::GlobalKillSwitchSet { is_killed: false }).expect("always");
    ledger.apply(&LedgerEvent::KillSwitchSet { account: successor, is_killed: false }).expect("an account");
    check(&ledger, successor, Ok(()));
}

#[test]
fn timers_come_due_in_order_and_move() {
    let mut ledger = ledger(&RiskLimits::default());
    let other = ledger.open_account(UserNo::new(0), "other", FeeSchedule::FREE).expect("a new account");
    assert_eq!(ledger.next_cancel_after(), None);
    ledger.set_cancel_after(ACCOUNT, Some(ms(60))).expect("an account");
    ledger.set_cancel_after(other, Some(ms(50))).expect("an account");
    assert_eq!(ledger.next_cancel_after(), Some((ms(50), other)));
    ledger.set_cancel_after(other, Some(ms(90))).expect("an account");
    assert_eq!(ledger.next_cancel_after(), Some((ms(60), ACCOUNT)));
    ledger.set_cancel_after(ACCOUNT, None).expect("an account");
    assert_eq!(ledger.next_cancel_after(), Some((ms(90), other)));
    ledger.audit([].iter()).expect("all rules hold");
}

#[test]
fn limits_name_what_there_is_and_name_it_once() {
    let mut ledger = ledger(&RiskLimits::default());
    let of_market =
        |number| MarketLimits { market: MarketNo::new(number), max_order_qty: None, max_position: None };
    let of_asset =
        |number| AssetLimits { asset: AssetNo::new(number), max_order_notional: None, max_daily_loss: None };
    let mut check = |markets: &[u32], assets: &[u32], expected| {
        let markets = markets.iter().map(|number| of_market(*number)).collect();
        let assets = assets.iter().map(|number| of_asset(*number)).collect();
        let limits = RiskLimits { markets, assets, ..RiskLimits::default() };
        assert_eq!(ledger.set_limits(ACCOUNT, &limits), expected);
    };
    check(&[0], &[0, 1], Ok(()));
    check(&[1], &[], Err(Refusal::UnknownMarket));
    check(&[], &[2], Err(Refusal::UnknownAsset));
    check(&[0, 0], &[], Err(Refusal::AlreadyExists));
    check(&[], &[1, 0, 1], Err(Refusal::AlreadyExists));
}
