//! The ledger's rules, by example. Amounts are in whole units of 10^-8: what is written is what is moved.

use super::*;
use crate::instrument::MarketId;
use crate::matching::OrderSide::{Buy, Sell};
use crate::numbers::{Price, Qty, Scale, Scales};

const BTC: AssetNo = AssetNo::new(0);
const USD: AssetNo = AssetNo::new(1);
const MARKET: MarketNo = MarketNo::new(0);
const ALICE: UserNo = UserNo::new(7);
const DAY_NANOS: i64 = 86_400_000_000_000;

fn units(units: i128) -> Amount {
    Amount::from_units(units)
}

fn at(nanos: i64) -> Timestamp {
    Timestamp::from_nanos(nanos)
}

fn fees(maker: i32, taker: i32, paid_in: FeeIn) -> FeeSchedule {
    let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate in range");
    FeeSchedule::new(rate(maker), rate(taker), paid_in).expect("a schedule in range")
}

/// BTC at 8 decimals, USD at 10; prices in dollars, quantities in BTC at 8 decimals.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new(LedgerBounds::default());
    for (code, decimals) in [("BTC", 8), ("USD", 10)] {
        ledger.add_asset(&Asset { code: code.to_owned(), scale: Scale::of(decimals) }).expect("a new asset");
    }
    ledger.add_market(&MarketId::new("sim", "BTC", "USD"), BTC, USD, Scales::of(0, 8)).expect("a new market");
    ledger
}

/// Of 100 units of quantity at price 1, a unit is 100 units of USD.
const USD_UNITS: i128 = 100;

fn open(ledger: &mut Ledger, name: &str, btc: i128, usd: i128, fees: FeeSchedule) -> AccountNo {
    let account = ledger.open_account(ALICE, name, fees).expect("a new account");
    for (asset, amount) in [(BTC, btc), (USD, usd * USD_UNITS)] {
        if amount > 0 {
            ledger.deposit(account, asset, units(amount)).expect("a deposit");
        }
    }
    account
}

fn need(price: i64, qty: i64) -> Need {
    Need::Base { price: Price::from_mantissa(price), qty: Qty::from_mantissa(qty) }
}

fn taker(money: OrderMoney, left: Need) -> Party {
    Party::Order { money, liquidity: Liquidity::Taker, left }
}

fn maker(money: OrderMoney, left: Need) -> Party {
    Party::Order { money, liquidity: Liquidity::Maker, left }
}

fn trade(price: i64, qty: i64, buyer: Party, seller: Party) -> Settlement {
    let (price, qty) = (Price::from_mantissa(price), Qty::from_mantissa(qty));
    Settlement { market: MARKET, price, qty, buyer, seller, at: at(0) }
}

/// Free and reserved BTC, then USD in the price's own units.
#[track_caller]
fn check(ledger: &Ledger, account: AccountNo, btc: (i128, i128), usd: (i128, i128)) {
    let balance = |(free, reserved): (i128, i128), unit: i128| Balance {
        free: units(free * unit),
        reserved: units(reserved * unit),
    };
    let found = ledger.account(account).expect("an account");
    assert_eq!(found.balance(BTC), balance(btc, 1), "BTC");
    assert_eq!(found.balance(USD), balance(usd, USD_UNITS), "USD");
}

#[test]
fn an_order_reserves_its_worst_cost_and_gives_back_what_it_did_not_need() {
    let mut ledger = ledger();
    let account = open(&mut ledger, "a", 1_000, 100_000, FeeSchedule::FREE);
    let mut buy = ledger.open_order(account, MARKET, Buy, &need(60, 1_000)).expect("covered");
    check(&ledger, account, (1_000, 0), (40_000, 60_000));
    // A fill below the limit: the difference comes back at once.
    let filled = ledger.settle(&trade(50, 400, taker(buy, need(60, 600)), Party::Venue)).expect("covered");
    let leg = filled.buyer.expect("our order");
    assert_eq!((leg.spent, leg.released), (units(20_000 * USD_UNITS), units(4_000 * USD_UNITS)));
    buy = leg.money;
    check(&ledger, account, (1_400, 0), (44_000, 36_000));
    // Smaller and cheaper, then larger than the balance: refused, and nothing has moved.
    ledger.resize_order(&mut buy, &need(50, 500)).expect("less");
    check(&ledger, account, (1_400, 0), (55_000, 25_000));
    let before = (ledger.clone(), buy);
    assert_eq!(ledger.resize_order(&mut buy, &need(100, 900)), Err(Refusal::InsufficientBalance));
    assert_eq!((&ledger, buy), (&before.0, before.1));
    ledger.audit([buy].iter()).expect("all rules hold");
    ledger.close_order(&mut buy).expect("still open");
    check(&ledger, account, (1_400, 0), (80_000, 0));
    ledger.audit([].iter()).expect("all rules hold");
}

#[test]
fn two_accounts_trade_with_each_other_and_the_fees_get_the_rest() {
    let mut ledger = ledger();
    let buyer = open(&mut ledger, "buyer", 0, 100_000, fees(0, 10_000, FeeIn::Received));
    let seller = open(&mut ledger, "seller", 1_000, 0, fees(5_000, 0, FeeIn::Received));
    let sell = ledger.open_order(seller, MARKET, Sell, &need(50, 1_000)).expect("covered");
    let buy = ledger.open_order(buyer, MARKET, Buy, &need(50, 400)).expect("covered");
    let filled = ledger.settle(&trade(50, 400, taker(buy, Need::Nothing), maker(sell, need(50, 600))));
    let filled = filled.expect("covered");
    // 1 % of 400 units of BTC, and 0.5 % of 20,000 dollars.
    check(&ledger, buyer, (396, 0), (80_000, 0));
    check(&ledger, seller, (0, 600), (19_900, 0));
    let totals = |asset: AssetNo| ledger.assets().nth(asset.index()).expect("an asset").2;
    assert_eq!((totals(BTC).fees, totals(USD).fees), (units(4), units(100 * USD_UNITS)));
    assert_eq!((totals(BTC).venue, totals(USD).venue), (Amount::ZERO, Amount::ZERO));
    let open_orders = [filled.buyer.expect("ours").money, filled.seller.expect("ours").money];
    ledger.audit(open_orders.iter()).expect("all rules hold");
    // Shorted from a deposit: sold 400 for 20,000. The buyer is long what is left after the fee.
    let position = ledger.account(seller).expect("ours").position(MARKET);
    assert_eq!((position.qty, position.cost), (units(-400), units(-20_000 * USD_UNITS)));
    let position = ledger.account(buyer).expect("ours").position(MARKET);
    assert_eq!((position.qty, position.fees), (units(396), units(200 * USD_UNITS)));
}

#[test]
fn a_buyer_who_pays_fees_in_quote_reserves_them() {
    let mut ledger = ledger();
    let account = open(&mut ledger, "a", 0, 10_100, fees(1_000, 10_000, FeeIn::Quote));
    assert_eq!(
        ledger.open_order(account, MARKET, Buy, &need(50, 201)),
        Err(Refusal::InsufficientBalance),
        "the notional is covered, the fee is not"
    );
    let buy = ledger.open_order(account, MARKET, Buy, &need(50, 200)).expect("covered to the last unit");
    check(&ledger, account, (0, 0), (0, 10_100));
    // Half as maker: a tenth of the fee that was reserved for it.
    let filled = ledger.settle(&trade(50, 100, maker(buy, need(50, 100)), Party::Venue)).expect("covered");
    let leg = filled.buyer.expect("ours");
    assert_eq!((leg.fee, leg.fee_asset), (units(5 * USD_UNITS), USD));
    check(&ledger, account, (100, 0), (45, 5_050));
    let filled = ledger.settle(&trade(50, 100, taker(leg.money, Need::Nothing), Party::Venue));
    assert_eq!(filled.expect("covered").buyer.expect("ours").money.hold(), Amount::ZERO);
    check(&ledger, account, (200, 0), (45, 0));
    let found = ledger.account(account).expect("ours");
    assert_eq!(found.position(MARKET).net(), Some(units(-55 * USD_UNITS)));
    assert_eq!(found.day_result(USD, at(0)), units(-55 * USD_UNITS));
}

#[test]
fn an_order_of_so_much_quote_never_takes_more() {
    let mut ledger = ledger();
    let account = open(&mut ledger, "a", 0, 1_000, FeeSchedule::FREE);
    let buy =
        ledger.open_order(account, MARKET, Buy, &Need::Quote(units(1_000 * USD_UNITS))).expect("covered");
    let left = Need::Quote(units(400 * USD_UNITS));
    let filled = ledger.settle(&trade(60, 10, taker(buy, left), Party::Venue)).expect("covered");
    check(&ledger, account, (10, 0), (0, 400));
    let money = filled.buyer.expect("ours").money;
    let before = ledger.clone();
    let too_much = trade(60, 7, taker(money, Need::Nothing), Party::Venue);
    assert_eq!(ledger.settle(&too_much), Err(Refusal::Inconsistent));
    assert_eq!(ledger, before);
}

#[test]
fn an_account_may_trade_with_itself() {
    let mut ledger = ledger();
    let account = open(&mut ledger, "a", 1_000, 100_000, fees(0, 10_000, FeeIn::Quote));
    let sell = ledger.open_order(account, MARKET, Sell, &need(50, 100)).expect("covered");
    let buy = ledger.open_order(account, MARKET, Buy, &need(50, 100)).expect("covered");
    ledger
        .settle(&trade(50, 100, taker(buy, Need::Nothing), maker(sell, Need::Nothing)))
        .expect("both are covered");
    check(&ledger, account, (1_000, 0), (99_950, 0));
    ledger.audit([].iter()).expect("all rules hold");
    let position = ledger.account(account).expect("ours").position(MARKET);
    assert_eq!((position.qty, position.cost, position.realized), (Amount::ZERO, Amount::ZERO, Amount::ZERO));
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let mut ledger = ledger();
    let account = open(&mut ledger, "a", 1_000, 100_000, FeeSchedule::FREE);
    let before = ledger.clone();
    let check = |refused: Result<OrderMoney, Refusal>, refusal| assert_eq!(refused, Err(refusal));
    check(ledger.open_order(account, MARKET, Sell, &need(1, 1_001)), Refusal::InsufficientBalance);
    check(ledger.open_order(account, MARKET, Buy, &need(i64::MAX, 1)), Refusal::InsufficientBalance);
    check(ledger.open_order(account, MARKET, Buy, &need(i64::MAX, i64::MAX)), Refusal::OutOfRange);
    for (price, qty) in [(0, 5), (-1, 5), (5, 0), (5, -1)] {
        check(ledger.open_order(account, MARKET, Buy, &need(price, qty)), Refusal::OutOfRange);
    }
    check(ledger.open_order(account, MARKET, Sell, &need(5, i64::MIN)), Refusal::OutOfRange);
    check(ledger.open_order(account, MARKET, Sell, &Need::Quote(units(5))), Refusal::OutOfRange);
    check(ledger.open_order(account, MARKET, Buy, &Need::Quote(units(-5))), Refusal::OutOfRange);
    check(ledger.open_order(account, MarketNo::new(9), Buy, &need(1, 1)), Refusal::UnknownMarket);
    check(ledger.open_order(AccountNo::new(9), MARKET, Buy, &need(1, 1)), Refusal::UnknownAccount);
    assert_eq!(ledger.reserve(account, AssetNo::new(9), units(1)), Err(Refusal::UnknownAsset));
    assert_eq!(ledger.reserve(account, BTC, units(-1)), Err(Refusal::OutOfRange));
    assert_eq!(ledger.release(account, BTC, units(1)), Err(Refusal::Inconsistent));
    for amount in [0, -1, i128::MIN, i128::MAX, 1 << 121] {
        assert_eq!(ledger.deposit(account, BTC, units(amount)), Err(Refusal::OutOfRange), "{amount}");
    }
    assert_eq!(ledger, before);
}

#[test]
fn a_fill_that_its_order_does_not_cover_is_never_settled() {
    let mut ledger = ledger();
    let account = open(&mut ledger, "a", 1_000, 100_000, FeeSchedule::FREE);
    let buy = ledger.open_order(account, MARKET, Buy, &need(50, 100)).expect("covered");
    let before = ledger.clone();
    for (settlement, refusal) in [
        (trade(51, 100, taker(buy, Need::Nothing), Party::Venue), Refusal::Inconsistent),
        (trade(50, 100, taker(buy, need(50, 1)), Party::Venue), Refusal::Inconsistent),
        (trade(50, 100, Party::Venue, taker(buy, Need::Nothing)), Refusal::Inconsistent),
        (trade(0, 100, taker(buy, Need::Nothing), Party::Venue), Refusal::OutOfRange),
        (trade(50, -100, taker(buy, Need::Nothing), Party::Venue), Refusal::OutOfRange),
    ] {
        assert_eq!(ledger.settle(&settlement), Err(refusal), "{settlement:?}");
        assert_eq!(ledger, before);
    }
}

#[test]
fn a_reset_closes_the_account_and_keeps_it_readable() {
    let mut ledger = ledger();
    let account = open(&mut ledger, "a", 1_000, 100_000, fees(0, 0, FeeIn::Quote));
    ledger.set_cancel_after(account, Some(at(5))).expect("an account");
    let mut sell = ledger.open_order(account, MARKET, Sell, &need(1, 10)).expect("covered");
    assert_eq!(ledger.reset_account(account), Err(Refusal::ReservedBalance));
    ledger.close_order(&mut sell).expect("open");
    let successor = ledger.reset_account(account).expect("no orders");
    let (old, new) = (ledger.account(account).expect("kept"), ledger.account(successor).expect("new"));
    assert_eq!((old.version, old.successor, old.balance(BTC).free), (1, Some(successor), units(1_000)));
    assert_eq!((new.version, new.predecessor, new.balance(BTC).free), (2, Some(account), Amount::ZERO));
    assert_eq!((ledger.account_named(ALICE, "a"), new.fees), (Some(successor), old.fees));
    assert_eq!(ledger.next_cancel_after(), None);
    assert_eq!(ledger.deposit(account, BTC, units(1)), Err(Refusal::AccountClosed));
    assert_eq!(ledger.open_order(account, MARKET, Sell, &need(1, 1)), Err(Refusal::AccountClosed));
    assert_eq!(ledger.reset_account(account), Err(Refusal::AccountClosed));
    ledger.audit([].iter()).expect("all rules hold");
}

#[test]
fn a_clone_has_what_its_source_has_and_money_of_its_own() {
    let mut ledger = ledger();
    let source = open(&mut ledger, "a", 1_000, 100_000, FeeSchedule::FREE);
    let buy = ledger.open_order(source, MARKET, Buy, &need(50, 400)).expect("covered");
    let filled = ledger.settle(&trade(50, 100, taker(buy, need(50, 300)), Party::Venue)).expect("covered");
    assert_eq!(ledger.clone_account(source, "a"), Err(Refusal::AlreadyExists));
    let clone = ledger.clone_account(source, "b").expect("a new name");
    check(&ledger, clone, (1_100, 0), (95_000, 0));
    check(&ledger, source, (1_100, 0), (80_000, 15_000));
    let position = |account| ledger.account(account).expect("ours").position(MARKET);
    assert_eq!(position(clone), position(source));
    ledger.audit([filled.buyer.expect("ours").money].iter()).expect("all rules hold");
    let accounts: Vec<AccountNo> = ledger.accounts_of(ALICE).collect();
    assert_eq!((accounts, ledger.accounts_of(UserNo::new(8)).count()), (vec![source, clone], 0));
}

#[test]
fn every_events_entries_sum_to_zero() {
    let mut ledger = ledger();
    let buyer = open(&mut ledger, "buyer", 0, 100_000, fees(0, 10_000, FeeIn::Received));
    let seller = open(&mut ledger, "seller", 1_000, 0, fees(5_000, 0, FeeIn::Received));
    let sell = ledger.open_order(seller, MARKET, Sell, &need(50, 1_000)).expect("covered");
    let buy = ledger.open_order(buyer, MARKET, Buy, &need(60, 700)).expect("covered");
    let first = trade(50, 400, taker(buy, need(60, 300)), maker(sell, need(50, 600)));
    let first = ledger.settle(&first).expect("covered");
    let money = first.buyer.expect("ours").money;
    let second = ledger.settle(&trade(55, 300, taker(money, Need::Nothing), Party::Venue)).expect("covered");
    ledger.clone_account(buyer, "clone").expect("a new name");
    let cloned = LedgerEvent::AccountCloned { source: buyer, name: "clone".to_owned() };
    let deposited = LedgerEvent::Deposited { account: buyer, asset: USD, amount: units(5) };
    for event in
        [LedgerEvent::Settled(Box::new(first)), LedgerEvent::Settled(Box::new(second)), cloned, deposited]
    {
        let entries = ledger.entries(&event);
        assert!(entries.len() >= 2, "{event:?}");
        for asset in [BTC, USD] {
            let of_asset = entries.iter().filter(|entry| entry.asset == asset);
            assert_eq!(of_asset.map(|entry| entry.amount.units()).sum::<i128>(), 0, "{event:?}: {entries:?}");
        }
    }
}

#[test]
fn a_day_ends_at_midnight_utc_and_never_comes_back() {
    let mut ledger = ledger();
    let account = open(&mut ledger, "a", 0, 100_000, fees(0, 10_000, FeeIn::Quote));
    let mut bought_at = |nanos| {
        let buy = ledger.open_order(account, MARKET, Buy, &need(50, 100)).expect("covered");
        let settlement =
            Settlement { at: at(nanos), ..trade(50, 100, taker(buy, Need::Nothing), Party::Venue) };
        ledger.settle(&settlement).expect("covered");
        ledger.account(account).expect("ours").day_result(USD, at(nanos)).units() / USD_UNITS
    };
    assert_eq!(bought_at(DAY_NANOS - 2), -50);
    assert_eq!(bought_at(DAY_NANOS - 1), -100);
    assert_eq!(bought_at(DAY_NANOS), -50);
    assert_eq!(bought_at(DAY_NANOS - 1), -100, "a clock that went back counts towards the later day");
    let found = ledger.account(account).expect("ours");
    assert_eq!(found.day_result(USD, at(2 * DAY_NANOS)), Amount::ZERO);
}
