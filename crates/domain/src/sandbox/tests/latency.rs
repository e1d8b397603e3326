//! Orders that take time to come to the market.

use super::super::*;
use super::Stand;
use super::stand::check_on;

const MILLI: u64 = 1_000_000;

fn stand(entry: u64, cancel: u64, reply: u64) -> Stand {
    let mut stand = Stand::new("100:4 | 101:7");
    let of = |millis| if millis == 0 { Delay::None } else { Delay::Constant { ns: millis * MILLI } };
    let latency = Latency { entry: of(entry), cancel: of(cancel), reply: of(reply), seed: 1 };
    stand.command(Command::SetLatency { account: AccountNo::new(0), latency }).expect("an account");
    stand
}

#[test]
fn an_order_meets_the_book_as_it_is_when_it_arrives() {
    check_on(
        stand(10, 0, 0),
        &[
            ("a buy 5 at 101", ""),
            ("time 5", ""),
            ("book | 101:2 102:9", ""),
            ("b buy 1 at 101", "2 takes 1@101"),
            // What comes at 12 comes after what arrived at 10.
            ("time 9", ""),
            ("time 12", "1 takes 1@101; 1 rests 4@101 behind 0"),
        ],
    );
    check_on(
        stand(10, 0, 0),
        &[
            ("a buy 5 at 101 post", ""),
            ("time 10", "1 rejected would_cross"),
            ("a buy 5 market", ""),
            ("stale", ""),
            ("time 20", "2 rejected market_not_live"),
        ],
    );
}

#[test]
fn ticks_of_time_change_nothing_but_when_it_is_told() {
    let run = |ticks: &[&str]| {
        let mut stand = stand(10, 5, 3);
        stand.run("a buy 5 at 100");
        stand.run("a sell 5 at 102 until 30");
        for tick in ticks {
            stand.run(tick);
        }
        stand.run("time 40");
        stand.events
    };
    let told = run(&[]);
    assert_eq!(run(&["time 1", "time 10", "time 11", "time 29", "time 30"]), told);
    let rested = told.iter().find(|event| matches!(event.body, EventBody::OrderRested(_))).expect("it rests");
    assert_eq!(rested.ts, Timestamp::from_millis(1_010));
    assert_eq!(rested.visible_at, Timestamp::from_millis(1_013));
}

#[test]
fn a_fill_may_come_before_the_cancel() {
    check_on(
        stand(0, 10, 0),
        &[
            ("a buy 5 at 100", "1 rests 5@100 behind 4"),
            ("a cancel 1", "1 cancel on its way"),
            ("a cancel 1", "refused change_pending"),
            ("print sell 6 at 100", "1 printed 2@100"),
            ("time 10", "1 cancelled user_request"),
            ("a buy 5 at 100", "2 rests 5@100 behind 4"),
            ("a cancel all", "2 cancel on its way"),
            ("print sell 6 at 99", "2 printed 5@100"),
            ("time 20", ""),
            ("a cancel 2", "refused order_final"),
        ],
    );
}

#[test]
fn an_amendment_on_its_way_may_come_too_late() {
    check_on(
        stand(10, 0, 0),
        &[
            ("a buy 5 at 100", ""),
            ("time 10", "1 rests 5@100 behind 4"),
            ("a amend 1 qty 3", "1 amendment on its way"),
            ("print sell 7 at 100", "1 printed 3@100"),
            ("time 20", "1 change refused"),
            ("a amend 1 qty 4", "1 amendment on its way"),
            ("time 30", "1 amended to 4 in place"),
            ("a amend 1 price 101", "1 amendment on its way"),
            ("a cancel 1", "refused change_pending"),
            ("time 40", "1 amended to 4; 1 takes 1@101"),
        ],
    );
}

#[test]
fn what_is_due_at_one_moment_comes_in_the_order_in_which_it_was_asked() {
    check_on(
        stand(10, 10, 0),
        &[
            ("a buy 5 at 101 ioc", ""),
            ("a buy 5 at 101 ioc", ""),
            ("time 10", "1 takes 5@101; 2 takes 2@101; 2 expired ioc_remainder"),
        ],
    );
}

#[test]
fn a_dead_man_timer_cancels_once() {
    let mut stand = Stand::new("100:4 | 101:7");
    let account = AccountNo::new(0);
    let at = |millis: i64| Some(Timestamp::from_millis(1_000 + millis));
    stand.run("a buy 5 at 100");
    stand.run("b buy 5 at 100");
    assert_eq!(
        stand.command(Command::CancelAfter { account, at: at(0) }),
        Err(Reject::Rule(Rule::BadTimer)),
        "not in the future"
    );
    stand.command(Command::CancelAfter { account, at: at(10) }).expect("a timer");
    stand.command(Command::CancelAfter { account, at: at(20) }).expect("moved");
    assert_eq!(stand.sandbox.next_due(), at(20));
    assert_eq!(stand.run("time 19"), "");
    // A restart does not stop the clock.
    let mut restarted = stand.replayed();
    assert_eq!(restarted.next_due(), at(20));
    let mut told = Vec::new();
    restarted.apply(Input::Time, Timestamp::from_millis(1_020), &mut told).expect("time passes");
    assert_eq!(stand.run("time 20"), "1 cancelled cancel_after");
    assert_eq!(told, stand.events[stand.events.len() - told.len()..]);
    stand.run("a buy 5 at 100");
    assert_eq!(stand.run("time 90000"), "");
}
