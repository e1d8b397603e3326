//! What orders do to balances, and what stops an account.

use super::super::*;
use super::stand::durable;
use super::{Stand, check};
use crate::ledger::{AssetNo, FeeIn, FeeRate, FeeSchedule, Liquidity, RiskLimits, UserNo};

const UNIT: i128 = 100_000_000;
const BTC: AssetNo = AssetNo::new(0);
const USD: AssetNo = AssetNo::new(1);
const A: AccountNo = AccountNo::new(0);

fn balances(stand: &Stand, account: AccountNo) -> [i128; 4] {
    let found = stand.sandbox.ledger.account(account).expect("an account");
    let (base, quote) = (found.balance(BTC), found.balance(USD));
    [base.free, base.reserved, quote.free, quote.reserved].map(|amount| amount.units())
}

#[test]
fn a_buy_pays_quote_and_a_sell_gives_base() {
    let mut stand = Stand::new("100:10 | 101:7");
    let (base, quote) = (1_000_000 * UNIT, 1_000_000_000 * UNIT);
    stand.run("a buy 5 at 90");
    assert_eq!(balances(&stand, A), [base, 0, quote - 450 * UNIT, 450 * UNIT]);
    stand.run("a buy 2 market");
    assert_eq!(balances(&stand, A), [base + 2 * UNIT, 0, quote - 652 * UNIT, 450 * UNIT]);
    stand.run("a sell 3 market");
    assert_eq!(balances(&stand, A), [base - UNIT, 0, quote - 352 * UNIT, 450 * UNIT]);
    stand.run("a sell 4 at 200");
    assert_eq!(balances(&stand, A), [base - 5 * UNIT, 4 * UNIT, quote - 352 * UNIT, 450 * UNIT]);
    stand.run("a cancel all");
    assert_eq!(balances(&stand, A), [base - UNIT, 0, quote + 98 * UNIT, 0]);
}

#[test]
fn a_limit_order_that_fills_better_gives_back_the_difference() {
    let mut stand = Stand::new("100:10 | 101:7");
    stand.run("a buy 10 at 105");
    let [_, _, free, reserved] = balances(&stand, A);
    assert_eq!(reserved, 3 * 105 * UNIT);
    assert_eq!(free, 1_000_000_000 * UNIT - 7 * 101 * UNIT - reserved);
}

#[test]
fn fees_follow_liquidity_and_are_in_what_is_received() {
    let mut stand = Stand::new("100:10 | 101:7");
    let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate");
    let fees = FeeSchedule::new(rate(1_000), rate(2_000), FeeIn::Received).expect("rates");
    stand.command(Command::SetFees { account: A, fees }).expect("an account");
    stand.run("a buy 5 market");
    stand.run("a sell 5 at 102");
    stand.run("print buy 5 at 102");
    let fills: Vec<_> = stand.sandbox.fills().map(|record| record.fill).collect();
    let told: Vec<_> = fills.iter().map(|fill| (fill.liquidity, fill.fee.units(), fill.fee_asset)).collect();
    assert_eq!(told, [(Liquidity::Taker, UNIT / 100, BTC), (Liquidity::Maker, 510 * UNIT / 1_000, USD)]);
    // In quote a buyer pays on top, and it is held back beforehand.
    let fees = FeeSchedule::new(rate(1_000), rate(2_000), FeeIn::Quote).expect("rates");
    stand.command(Command::SetFees { account: A, fees }).expect("an account");
    stand.run("a cancel all");
    stand.run("a buy 5 at 90");
    assert_eq!(balances(&stand, A)[3], 450 * UNIT * 1_002 / 1_000);
    stand.run("a buy 1 market");
    stand.run("print sell 1 at 80");
    stand.assert_sound("after a fill");
}

#[test]
fn the_kill_switch_cancels_and_then_refuses() {
    let mut stand = check(
        "100:10 | 101:7",
        &[
            ("a buy 5 at 90", "1 rests 5@90 behind 0"),
            ("a sell 5 stop 80", "2 waits for 80"),
            ("b buy 5 at 90", "3 rests 5@90 behind 0"),
        ],
    );
    let done = stand.command(Command::SetKillSwitch { account: Some(A), is_on: true });
    assert_eq!(done, Ok(Done::Cancelled(2)));
    assert_eq!(stand.run("a buy 5 at 90"), "refused kill_switch");
    stand.command(Command::SetKillSwitch { account: Some(A), is_on: false }).expect("an account");
    assert_eq!(stand.run("a buy 5 at 90"), "4 rests 5@90 behind 0");
    assert_eq!(stand.command(Command::SetKillSwitch { account: None, is_on: true }), Ok(Done::Cancelled(2)));
    assert_eq!(stand.run("b buy 5 at 90"), "refused kill_switch_global");
    assert_eq!(durable(&stand.replayed()), durable(&stand.sandbox));
}

#[test]
fn a_reset_cancels_and_opens_an_empty_successor() {
    let mut stand = check("100:10 | 101:7", &[("a buy 5 at 90", "1 rests 5@90 behind 0")]);
    let Ok(Done::Account(successor)) = stand.command(Command::ResetAccount { account: A }) else {
        panic!("a successor");
    };
    assert_eq!(
        stand.sandbox.order(OrderId::new(1)).and_then(|order| order.reason),
        Some(EndReason::AccountReset)
    );
    assert_eq!(stand.run("a buy 5 at 90"), "refused account_closed");
    assert_eq!(balances(&stand, successor), [0; 4]);
    assert_eq!(stand.sandbox.ledger.account_named(UserNo::new(0), "a"), Some(successor));
    assert_eq!(durable(&stand.replayed()), durable(&stand.sandbox));
}

#[test]
fn limits_are_asked_before_anything_is_held_back() {
    let mut stand = Stand::new("100:10 | 101:7");
    let limits =
        RiskLimits { max_open_orders: Some(1), price_collar_bps: Some(1_000), ..RiskLimits::default() };
    stand.command(Command::SetLimits { account: A, limits }).expect("an account");
    assert_eq!(stand.run("a buy 1 at 80"), "refused price_collar");
    assert_eq!(stand.run("a buy 1 at 95"), "1 rests 1@95 behind 0");
    assert_eq!(stand.run("a buy 1 at 95"), "refused max_open_orders");
}
