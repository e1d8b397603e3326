//! Orders that depend on each other.

use super::super::*;
use super::Stand;
use super::stand::{durable, request_of};

/// `a oco sell 5 at 105 / sell 5 stop 95`
fn list(stand: &mut Stand, text: &str) -> String {
    let mut words = text.splitn(3, ' ');
    let account = AccountNo::new(u32::from(words.next().expect("an account").as_bytes()[0] - b'a'));
    let kind = ListKind::parse(words.next().expect("a kind")).expect("a kind");
    let orders: Vec<OrderRequest> = words
        .next()
        .expect("orders")
        .split('/')
        .map(|order| request_of(&order.split_whitespace().collect::<Vec<_>>()))
        .collect();
    match stand.command(Command::PlaceList { account, kind, orders, client_list_id: None }) {
        Ok(_) => stand.run("time 0"),
        Err(reject) => format!("refused {}", reject.as_str()),
    }
}

fn check_list(placed: &str, lines: &[(&str, &str)]) -> Stand {
    let mut stand = Stand::new("100:10 | 101:7");
    assert_eq!(list(&mut stand, placed), "", "{placed}");
    for (line, told) in lines {
        assert_eq!(stand.run(line), *told, "{placed}: {line}");
    }
    assert_eq!(durable(&stand.replayed()), durable(&stand.sandbox));
    stand
}

#[test]
fn one_cancels_the_other() {
    let placed = "a oco sell 5 at 105 / sell 5 stop 95";
    check_list(
        placed,
        &[
            ("print buy 1 at 105", "1 printed 1@105; 2 cancelled list_sibling"),
            ("print buy 9 at 106", "1 printed 4@105"),
        ],
    );
    check_list(placed, &[("print sell 1 at 95", "2 wakes at 95; 1 cancelled list_sibling; 2 takes 5@100")]);
    check_list(placed, &[("a cancel 1", "1 cancelled user_request; 2 cancelled list_sibling")]);
    check_list(placed, &[("a cancel 2", "2 cancelled user_request; 1 cancelled list_sibling")]);
    // In whichever sequence they are named, the limit order is the first.
    check_list(
        "a oco sell 5 stop 95 / sell 5 at 105",
        &[("print buy 1 at 105", "1 printed 1@105; 2 cancelled list_sibling")],
    );
    check_list(
        "a bracket buy 5 at 99 / sell 5 stop 95 / sell 5 at 105",
        &[
            (
                "print sell 9 at 98",
                "1 printed 5@99; 2 enters with 5; 3 enters with 5 for nothing; 2 rests 5@105 behind 0; \
                 3 waits for 95",
            ),
            ("print buy 1 at 105", "2 printed 1@105; 3 cancelled list_sibling"),
        ],
    );
    check_list(
        "a oco sell 5 stop 95 at 94 / sell 5 profit 105",
        &[("print buy 1 at 105", "2 wakes at 105; 1 cancelled list_sibling; 2 takes 5@100")],
    );
    check_list(
        "a oco buy 5 at 90 / buy 5 stop 110 at 120",
        &[("print buy 1 at 110", "2 wakes at 110; 1 cancelled list_sibling; 2 takes 5@101")],
    );
}

#[test]
fn orders_of_a_pair_are_amended_in_price_and_not_in_quantity() {
    let usd = crate::ledger::AssetNo::new(1);
    let held = |stand: &Stand| {
        let account = stand.sandbox.ledger.account(AccountNo::new(0)).expect("an account");
        account.balance(usd).reserved.units() / 100_000_000
    };
    let mut stand = check_list(
        "a oco buy 5 at 90 / buy 5 stop 110",
        &[
            ("a amend 1 qty 3", "refused not_amendable"),
            ("a amend 2 qty 3 stop 111", "refused not_amendable"),
            ("a amend 1 price 92", "1 amended to 5; 1 rests 5@92 behind 0"),
        ],
    );
    assert_eq!(held(&stand), 550);
    // The first holds back for the second, and the second wakes at its new price.
    assert_eq!(stand.run("a amend 2 stop 130"), "2 amended to 5");
    assert_eq!(held(&stand), 650);
    assert_eq!(stand.run("a amend 2 stop 300000000"), "refused insufficient_balance");
    assert_eq!(held(&stand), 650);
    assert_eq!(stand.run("a amend 2 stop 120"), "2 amended to 5");
    assert_eq!(held(&stand), 600);
    assert_eq!(stand.run("print buy 1 at 115"), "");
    assert_eq!(stand.run("print buy 1 at 120"), "2 wakes at 120; 1 cancelled list_sibling; 2 takes 5@101");
    assert_eq!(held(&stand), 0);
    // A price at which it takes: the other one goes.
    let stand = check_list(
        "a oco buy 9 at 90 / buy 9 stop 110",
        &[(
            "a amend 1 price 101",
            "1 amended to 9; 1 takes 7@101; 1 rests 2@101 behind 0; 2 cancelled list_sibling",
        )],
    );
    assert_eq!(held(&stand), 2 * 110, "at the price that it was paid for with");
    // An entry is an order like others; what waits for it is nothing yet.
    check_list(
        "a bracket buy 5 at 95 / sell 5 at 105 / sell 5 stop 90",
        &[
            ("a amend 2 price 106", "refused not_amendable"),
            ("a amend 1 price 99 qty 4", "1 amended to 4; 1 rests 4@99 behind 0"),
            (
                "print sell 9 at 99",
                "1 printed 4@99; 2 enters with 4; 3 enters with 4 for nothing; 2 rests 4@105 behind 0; \
                 3 waits for 90",
            ),
            ("a amend 3 stop 91", "3 amended to 4"),
            ("print sell 1 at 91", "3 wakes at 91; 2 cancelled list_sibling; 3 takes 4@100"),
        ],
    );
}

#[test]
fn two_orders_of_which_one_can_fill_hold_back_the_costlier_once() {
    let usd = crate::ledger::AssetNo::new(1);
    let held = |stand: &Stand| {
        let account = stand.sandbox.ledger.account(AccountNo::new(0)).expect("an account");
        account.balance(usd).reserved.units() / 100_000_000
    };
    let mut stand = check_list("a oco buy 5 at 90 / buy 5 stop 110 at 120", &[]);
    assert_eq!(held(&stand), 600);
    stand.run("print sell 1 at 90");
    assert_eq!(held(&stand), 4 * 120, "what is left of it, at the price that it was accepted with");
    stand.run("print sell 9 at 90");
    assert_eq!(held(&stand), 0);
}

#[test]
fn one_triggers_the_other() {
    let placed = "a oto buy 5 at 99 / sell 5 at 105";
    check_list(
        placed,
        &[
            ("print sell 3 at 99", "1 printed 3@99"),
            ("print sell 3 at 99", "1 printed 2@99; 2 enters with 5; 2 rests 5@105 behind 0"),
        ],
    );
    check_list(placed, &[("a cancel 1", "1 cancelled user_request; 2 cancelled list_entry_unfilled")]);
    check_list(
        placed,
        &[("a cancel 2", "2 cancelled user_request"), ("print sell 9 at 98", "1 printed 5@99")],
    );
    // What has filled is protected.
    check_list(
        placed,
        &[
            ("print sell 3 at 99", "1 printed 3@99"),
            ("a cancel 1", "1 cancelled user_request; 2 enters with 3; 2 rests 3@105 behind 0"),
        ],
    );
}

#[test]
fn a_bracket_guards_what_its_entry_filled() {
    let placed = "a bracket buy 5 at 99 / sell 5 at 105 / sell 5 stop 95";
    let entered = (
        "print sell 9 at 99",
        "1 printed 5@99; 2 enters with 5; 3 enters with 5 for nothing; 2 rests 5@105 behind 0; 3 waits for 95",
    );
    check_list(placed, &[entered, ("print buy 9 at 105", "2 printed 5@105; 3 cancelled list_sibling")]);
    check_list(
        placed,
        &[entered, ("print sell 1 at 95", "3 wakes at 95; 2 cancelled list_sibling; 3 takes 5@100")],
    );
    check_list(
        placed,
        &[("a cancel all", "1 cancelled cancel_all; 2 cancelled cancel_all; 3 cancelled cancel_all")],
    );
}

#[test]
fn lists_that_make_no_sense_are_refused() {
    let mut stand = Stand::new("100:10 | 101:7");
    for placed in [
        "a oco sell 5 at 105 / buy 5 stop 95",
        "a oco sell 5 at 105 / sell 4 stop 95",
        "a oco sell 5 at 105 / sell 5 at 106",
        "a oco sell 5 at 105 ioc / sell 5 stop 95",
        "a oco sell 5 at 105 / sell 5 stop 95 / sell 5 stop 94",
        "a bracket buy 5 at 99 / buy 5 at 98 / buy 5 stop 105",
        "a bracket buy 5 at 99 / sell 5 at 105",
        "a oto buy 5 at 99 id x / sell 5 at 105 id x",
        "a oto buy quote 500 / sell 5 at 105",
    ] {
        assert_eq!(list(&mut stand, placed), "refused bad_list", "{placed}");
    }
    assert_eq!(list(&mut stand, "a oto buy 99999999 at 99 / sell 5 at 105"), "refused insufficient_balance");
    assert_eq!(list(&mut stand, "a oto buy 1 at 99 / sell 5 at 105 post ioc"), "refused bad_post_only");
    assert_eq!(stand.sandbox.orders().count(), 0);
    stand.assert_sound("at the end");
}

#[test]
fn a_bracket_of_a_short_sale_holds_back_what_its_stop_costs() {
    let usd = crate::ledger::AssetNo::new(1);
    let stand = check_list(
        "a bracket sell 5 at 103 / buy 5 at 90 / buy 5 stop 110",
        &[(
            "print buy 9 at 103",
            "1 printed 5@103; 2 enters with 5; 3 enters with 5 for nothing; 2 rests 5@90 behind 0; 3 waits for 110",
        )],
    );
    let account = stand.sandbox.ledger.account(AccountNo::new(0)).expect("an account");
    assert_eq!(account.balance(usd).reserved.units(), 550 * 100_000_000);
}

#[test]
fn a_list_is_found_by_its_name_while_it_is_open_and_told_when_it_ends() {
    let mut stand = Stand::new("100:10 | 101:7");
    let name = ClientOrderId::parse("mine").expect("a name");
    let place = |stand: &mut Stand, account: u32| {
        let orders = ["sell 5 at 105", "sell 5 stop 95"];
        let orders = orders.map(|order| request_of(&order.split_whitespace().collect::<Vec<_>>())).to_vec();
        let account = AccountNo::new(account);
        stand.command(Command::PlaceList { account, kind: ListKind::Oco, orders, client_list_id: Some(name) })
    };
    assert_eq!(place(&mut stand, 0), Ok(Done::List(ListId::new(1))));
    assert_eq!(place(&mut stand, 0), Err(Reject::DuplicateClientListId(ListId::new(1))));
    assert_eq!(place(&mut stand, 1), Ok(Done::List(ListId::new(2))), "each account has its own names");
    let found =
        |sandbox: &Sandbox| sandbox.list_by_client_id(AccountNo::new(0), name).map(|list| list.list_id.get());
    assert_eq!(found(&stand.sandbox), Some(1));
    let state = stand.sandbox.state();
    let restored = Sandbox::restore(state, SandboxBounds::default()).expect("a state that fits");
    assert_eq!((found(&restored), found(&stand.replayed())), (Some(1), Some(1)));
    assert_eq!(stand.sandbox.open_lists(AccountNo::new(0)).count(), 1);
    stand.run("a cancel 1");
    let ended: Vec<_> =
        stand.sandbox.ended_lists().iter().map(|list| (list.list_id.get(), list.client_list_id)).collect();
    assert_eq!((found(&stand.sandbox), ended), (None, vec![(1, Some(name))]));
    assert_eq!(place(&mut stand, 0), Ok(Done::List(ListId::new(3))), "the name is free again");
    assert!(stand.sandbox.ended_lists().is_empty());
}
