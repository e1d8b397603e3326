//! OKX: frames in, what the market is told out.

mod driven;

use driven::Driven;
use marketd_domain::{Instrument, StaleReason};
use marketd_venues::okx::OKX;
use marketd_venues::{DecodeError, Venue};

/// An event without ids, as before 2023.
fn old(action: &str, ask: &str, checksum: i64) -> String {
    format!(
        r#"{{"arg":{{"channel":"books","instId":"BTC-USDT"}},"action":"{action}","data":[{{"asks":[["{ask}","2","0","1"]],"bids":[],"ts":"1652459225464","checksum":{checksum}}}]}}"#
    )
}

/// An event with ids; its only level tells it from others.
fn event(prev: i64, seq: i64) -> String {
    let action = if prev == -1 { "snapshot" } else { "update" };
    let level = if prev == seq { String::new() } else { format!(r#"["{seq}","1","0","1"]"#) };
    format!(
        r#"{{"arg":{{"channel":"books","instId":"BTC-USDT"}},"action":"{action}","data":[{{"asks":[],"bids":[{level}],"ts":"1785542400000","checksum":0,"seqId":{seq},"prevSeqId":{prev}}}]}}"#
    )
}

fn told_event(kind: &str, seq: i64) -> String {
    format!("{kind} 0 [{seq}.00000000x1.00000000] [] seq {seq}")
}

fn rest(seq: i64) -> String {
    format!(
        r#"{{"code":"0","msg":"","data":[{{"asks":[],"bids":[["{seq}","1","0","1"]],"ts":"1785542400000","seqId":{seq}}}]}}"#
    )
}

const BOOK_PATH: &str = "/api/v5/market/books?instId=BTC-USDT&sz=400";
const BOOK_URL: &str = "https://www.okx.com/api/v5/market/books?instId=BTC-USDT&sz=400";
const SUBSCRIBED: &str =
    r#"{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"a4d3ae55"}"#;
const UNSUBSCRIBED: &str = r#"{"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT"}}"#;
const RESUBSCRIBE: [&str; 2] = [
    r#"1 {"op":"unsubscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#,
    r#"1 {"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#,
];

fn carrying() -> Driven {
    let mut driven = Driven::carrying(&OKX, vec![Instrument::unlisted("BTC-USDT", "BTC", "USDT")]);
    driven.open(1);
    assert_eq!(driven.wants().len(), 2, "instrument states; books and trades");
    driven.take(SUBSCRIBED);
    driven
}

/// Form B with the events up to 12.
fn chained() -> Driven {
    let mut driven = carrying();
    driven.take(&event(-1, 10));
    driven.take(&event(10, 12));
    assert_eq!(driven.told(), [told_event("snapshot", 10), told_event("depth", 12)]);
    driven
}

/// Form C, holding the events 5 to 9, with REST asked.
fn holding() -> Driven {
    let mut driven = carrying();
    for (prev, seq) in [(3, 4), (4, 5), (5, 7), (7, 9)] {
        driven.take(&event(prev, seq));
    }
    assert_eq!(driven.told(), [""; 0]);
    assert_eq!(driven.wants(), [format!("GET {BOOK_PATH}")]);
    driven
}

#[test]
fn an_old_recording_is_verified_by_checksums_alone() {
    let mut driven = Driven::discovering(&OKX);
    driven.take(SUBSCRIBED);
    driven.take(&old("update", "30238.8", 5));
    driven.take(&old("snapshot", "30238.8", -1_431_042_442));
    driven.take(&old("update", "30238.85", 0));
    driven.take(SUBSCRIBED);
    driven.take(&old("update", "30238", 1));
    assert_eq!(
        driven.told(),
        [
            "listed 0 BTC-USDT",
            "snapshot 0 [] [30238.80000000x2.00000000] OkxLegacy(-1431042442)",
            "depth 0 [] [30238.85000000x2.00000000]",
            "depth 0 [] [30238.00000000x2.00000000] OkxLegacy(1)",
        ]
    );
    driven.resync(StaleReason::ChecksumMismatch);
    driven.take(&old("update", "30238", 1));
    assert_eq!(driven.told().len(), 1, "the book goes on while a new one is waited for");
    driven.take(UNSUBSCRIBED);
    driven.take(&old("update", "30238", 1));
    driven.take(&old("snapshot", "1", 2));
    let told = ["stale 0 checksum_mismatch", "snapshot 0 [] [1.00000000x2.00000000] OkxLegacy(2)"];
    assert_eq!(driven.told(), told);
}

#[test]
fn chained_events_are_applied_whatever_their_size() {
    let mut driven = chained();
    driven.take(&event(12, 12));
    // After maintenance ids may start below.
    driven.take(&event(12, 3));
    driven.take(&event(3, 5));
    let told = ["depth 0 [] [] seq 12".to_owned(), told_event("depth", 3), told_event("depth", 5)];
    assert_eq!(driven.told(), told);
}

#[test]
fn repeated_events_are_duplicates() {
    let mut driven = chained();
    driven.take(&event(10, 12));
    driven.take(&event(12, 13));
    driven.take(&event(10, 12));
    driven.take(&event(13, 14));
    let told = [
        "duplicate 0".to_owned(),
        told_event("depth", 13),
        "duplicate 0".to_owned(),
        told_event("depth", 14),
    ];
    assert_eq!(driven.told(), told);
}

#[test]
fn a_gap_in_a_book_that_began_with_a_snapshot_is_resubscribed() {
    let mut driven = chained();
    driven.take(&event(14, 15));
    driven.take(&event(15, 16));
    assert_eq!(driven.told(), ["gap 0 expected 12 found 14"]);
    assert_eq!(driven.wants(), RESUBSCRIBE);
    driven.take(UNSUBSCRIBED);
    driven.take(SUBSCRIBED);
    driven.take(&event(-1, 20));
    driven.take(&event(20, 21));
    assert_eq!(
        driven.told(),
        ["stale 0 gap".to_owned(), told_event("snapshot", 20), told_event("depth", 21)]
    );
    driven.seconds(10);
    assert!(driven.wants().iter().all(|text| text == "1 ping"), "nothing is wanted any more");
}

#[test]
fn a_venue_that_stopped_sending_snapshots_is_noticed_at_the_next_subscription() {
    let mut driven = chained();
    driven.take(&event(14, 15));
    assert_eq!(driven.wants(), RESUBSCRIBE);
    driven.take(UNSUBSCRIBED);
    driven.take(SUBSCRIBED);
    driven.take(&event(16, 17));
    driven.take(&event(17, 18));
    driven.seconds(1);
    assert_eq!(driven.wants(), [format!("GET {BOOK_PATH}")]);
    driven.http(BOOK_PATH, &rest(17)).expect("read");
    let told = driven.told();
    assert_eq!(told[2..], [told_event("snapshot", 17), told_event("depth", 18)]);
}

#[test]
fn without_a_snapshot_the_book_is_aligned_with_rest() {
    let check = |snapshot: i64, expected: &[String]| {
        let mut driven = holding();
        driven.http(BOOK_URL, &rest(snapshot)).expect("read");
        driven.take(&event(9, 11));
        assert_eq!(driven.told(), expected, "snapshot {snapshot}");
        driven.wants()
    };
    let duplicate = || "duplicate 0".to_owned();
    let (snapshot, depth) = (|seq| told_event("snapshot", seq), |seq| told_event("depth", seq));
    assert_eq!(check(3, &[]), [""; 0], "too old: asked again by the timer");
    check(4, &[snapshot(4), depth(5), depth(7), depth(9), depth(11)]);
    check(5, &[snapshot(5), duplicate(), depth(7), depth(9), depth(11)]);
    // Between two events: 7 straddles it.
    check(6, &[snapshot(6), duplicate(), depth(7), depth(9), depth(11)]);
    check(9, &[snapshot(9), duplicate(), duplicate(), duplicate(), depth(11)]);
    check(10, &[snapshot(10), duplicate(), duplicate(), duplicate(), depth(11)]);
    check(11, &[snapshot(11), duplicate(), duplicate(), duplicate(), duplicate()]);
}

#[test]
fn a_snapshot_that_is_too_old_or_failed_is_fetched_again_without_a_storm() {
    let mut driven = holding();
    driven.seconds(5);
    let ping = |text: &String| text == "1 ping";
    assert!(driven.wants().iter().all(ping), "one request at a time");
    driven.http(BOOK_URL, &rest(3)).expect("read");
    driven.seconds(1);
    let asked = |driven: &mut Driven| driven.wants().iter().filter(|text| !ping(text)).count();
    assert_eq!(asked(&mut driven), 1);
    driven.http_failed(BOOK_URL);
    assert_eq!(asked(&mut driven), 0);
    driven.seconds(4);
    assert_eq!(asked(&mut driven), 1);
    driven.http(BOOK_URL, &rest(7)).expect("read");
    assert_eq!(driven.told()[0], told_event("snapshot", 7));
    driven.seconds(60);
    assert_eq!(asked(&mut driven), 0);
}

#[test]
fn a_gap_among_the_held_events_is_mended_from_there_on() {
    let mut driven = holding();
    driven.take(&event(10, 11));
    driven.http(BOOK_URL, &rest(6)).expect("read");
    let told = driven.told();
    assert_eq!(
        told[2..],
        [told_event("depth", 7), told_event("depth", 9), "gap 0 expected 9 found 10".to_owned()]
    );
    driven.seconds(1);
    assert_eq!(driven.wants(), [format!("GET {BOOK_PATH}")]);
    driven.http(BOOK_URL, &rest(10)).expect("read");
    assert_eq!(driven.told(), [told_event("snapshot", 10), told_event("depth", 11)]);
}

#[test]
fn a_snapshot_that_nobody_asked_for_is_used_when_it_fits() {
    let mut driven = Driven::discovering(&OKX);
    driven.http(BOOK_URL, &rest(6)).expect("read");
    driven.take(&event(4, 5));
    driven.take(&event(5, 7));
    driven.http(BOOK_URL, &rest(6)).expect("read");
    driven.take(&event(7, 8));
    assert_eq!(
        driven.told(),
        [
            "listed 0 BTC-USDT".to_owned(),
            told_event("snapshot", 6),
            "duplicate 0".to_owned(),
            told_event("depth", 7),
            told_event("depth", 8),
        ]
    );
}

#[test]
fn a_doubted_book_without_snapshots_is_fetched_and_caught_up_with() {
    let mut driven = holding();
    driven.http(BOOK_URL, &rest(9)).expect("read");
    driven.take(&event(9, 10));
    driven.told();
    driven.seconds(1);
    driven.wants();
    driven.resync(StaleReason::Crossed);
    assert_eq!(driven.wants(), [format!("GET {BOOK_PATH}")]);
    driven.take(&event(10, 12));
    driven.http(BOOK_URL, &rest(11)).expect("read");
    assert_eq!(driven.told(), [told_event("snapshot", 11), told_event("depth", 12)]);
}

#[test]
fn what_is_held_is_bounded() {
    let mut driven = holding();
    for seq in 9..5_000 {
        driven.take(&event(seq, seq + 1));
    }
    driven.http(BOOK_URL, &rest(4_998)).expect("read");
    let told = driven.told();
    assert!(told.len() < 1_100, "{}", told.len());
    assert_eq!(told[told.len() - 1], told_event("depth", 5_000));
}

#[test]
fn a_closed_connection_forgets_its_books() {
    let mut driven = chained();
    driven.close(2);
    assert_eq!(driven.told(), [""; 0]);
    driven.close(1);
    driven.open(2);
    driven.wants();
    driven.message(2, &event(12, 13)).expect("read");
    assert_eq!(driven.told(), ["stale 0 disconnected"], "the first event of a subscription is ignored");
    driven.message(2, &event(-1, 14)).expect("read");
    assert_eq!(driven.told(), [told_event("snapshot", 14)]);
}

#[test]
fn ids_chain_across_connections() {
    let mut driven = chained();
    driven.open(2);
    driven.message(2, &event(10, 12)).expect("read");
    driven.message(2, &event(12, 13)).expect("read");
    driven.close(1);
    driven.message(2, &event(13, 14)).expect("read");
    assert_eq!(driven.told(), ["duplicate 0".to_owned(), told_event("depth", 13), told_event("depth", 14)]);
}

#[test]
fn the_most_detailed_channel_is_followed() {
    let five = r#"{"arg":{"channel":"books5","instId":"BTC-USDT"},"data":[{"asks":[["9","1","0","1"]],"bids":[["8","1","0","1"]],"instId":"BTC-USDT","ts":"1785542400000","seqId":7}]}"#;
    let best = five.replace("books5", "bbo-tbt");
    let mut driven = Driven::discovering(&OKX);
    driven.take(&best);
    driven.take(five);
    driven.take(&best);
    driven.take(&event(-1, 10));
    driven.take(five);
    let whole = "snapshot 0 [8.00000000x1.00000000] [9.00000000x1.00000000] seq 7".to_owned();
    let told = ["listed 0 BTC-USDT".to_owned(), whole.clone(), whole, told_event("snapshot", 10)];
    assert_eq!(driven.told(), told);
}

#[test]
fn trades_name_the_taker() {
    let mut driven = Driven::discovering(&OKX);
    driven.take(r#"{"arg":{"channel":"trades","instId":"BTC-USD-220527"},"data":[{"instId":"BTC-USD-220527","tradeId":"7849","px":"30218.8","sz":"1","side":"buy","ts":"1652459199958","count":"3"},{"instId":"BTC-USD-220527","tradeId":"7850","px":"30218.123456789","sz":"2","side":"sell","ts":"1652459199959"}]}"#);
    assert_eq!(
        driven.told(),
        [
            "listed 0 BTC-USD-220527",
            "trade 0 #7849 buy 30218.80000000x1.00000000 at 1652459199958",
            "rescaled 0 9/8",
            "trade 0 #7850 sell 30218.123456789x2.00000000 at 1652459199959",
        ]
    );
}

#[test]
fn malformed_messages_change_nothing() {
    let valid = event(12, 13);
    let mut messages: Vec<String> = (0..valid.len()).map(|end| valid[..end].to_owned()).collect();
    for number in [
        "NaN",
        "null",
        "7",
        "\"\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"null\"",
        "\"-1\"",
        "\"1e5\"",
        "\"1E-8\"",
        "\" 1\"",
        "{}",
        "\"99999999999999999999999999\"",
        "\"0.0000000000000000000001\"",
        "\"1.\"",
        "\".5\"",
        "\"1,5\"",
        "\"\\u0031\"",
    ] {
        for row in [format!(r#"[{number},"1","0","1"]"#), format!(r#"["1",{number},"0","1"]"#)] {
            messages.push(format!(
                r#"{{"arg":{{"channel":"books","instId":"BTC-USDT"}},"action":"snapshot","data":[{{"asks":[{row}],"bids":[["1","1"]],"ts":"1","seqId":13,"prevSeqId":-1}}]}}"#
            ));
        }
    }
    for data in [
        r#"{"asks":[],"seqId":13,"prevSeqId":12}"#,
        r#"{"asks":[],"bids":null,"seqId":13,"prevSeqId":12}"#,
        r#"{"asks":[["1"]],"bids":[],"seqId":13,"prevSeqId":12}"#,
        r#"{"asks":{},"bids":[],"seqId":13,"prevSeqId":12}"#,
        r#"{"asks":[],"bids":[],"seqId":"13","prevSeqId":12}"#,
        r#"{"asks":[],"bids":[],"seqId":13.5,"prevSeqId":12}"#,
        r#"{"asks":[],"bids":[],"seqId":13,"prevSeqId":12,"checksum":4294967295}"#,
        "7",
    ] {
        messages.push(format!(
            r#"{{"arg":{{"channel":"books","instId":"BTC-USDT"}},"action":"update","data":[{data}]}}"#
        ));
    }
    for trade in [
        r#""px":"1","sz":"1","side":"hold","ts":"1""#,
        r#""px":"1","sz":"1","side":"buy","ts":"now""#,
        r#""px":"1","sz":"","side":"buy","ts":"1""#,
        r#""px":1,"sz":"1","side":"buy","ts":"1""#,
        r#""sz":"1","side":"buy","ts":"1""#,
    ] {
        messages.push(format!(
            r#"{{"arg":{{"channel":"trades","instId":"BTC-USDT"}},"data":[{{"instId":"BTC-USDT","tradeId":"1",{trade}}}]}}"#
        ));
    }
    messages.push(valid.replace("update", "other"));
    messages.push("pang".to_owned());
    let (mut driven, mut fresh) = (chained(), Driven::discovering(&OKX));
    for message in &messages {
        for driven in [&mut driven, &mut fresh] {
            assert!(driven.message(1, message).is_err(), "{message}");
            assert_eq!(driven.told(), [""; 0], "{message}");
        }
    }
    driven.take(&valid);
    assert_eq!(driven.told(), [told_event("depth", 13)]);
    assert!(driven.http(BOOK_URL, "<html>").is_err());
    assert!(driven.http(BOOK_URL, r#"{"code":"50011","msg":"Too Many Requests","data":[]}"#).is_err());
    assert!(driven.http(BOOK_URL, r#"{"code":"0","data":[]}"#).is_err());
    assert_eq!(driven.told(), [""; 0]);
}

#[test]
fn unknown_things_are_read_past() {
    let mut driven = chained();
    for message in [
        "pong",
        r#"{"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"last":"1","askPx":"","ts":"x"}]}"#,
        r#"{"event":"channel-conn-count","channel":"books","connCount":"2","connId":"a"}"#,
        r#"{"arg":{"channel":"books","instId":"ETH-USDT"},"action":"update","data":[{"asks":[],"bids":[],"ts":"1"}]}"#,
        r#"{"something":"new"}"#,
    ] {
        driven.take(message);
    }
    driven.http("https://www.okx.com/api/v5/public/time", "x").expect("not for us");
    assert_eq!(driven.told(), [""; 0]);
    // The same fields in another order, which needs the slower way.
    driven.take(r#"{"data":[{"bids":[["13","1","0","1"]],"asks":[],"prevSeqId":12,"seqId":13,"new":[1]}],"action":"update","arg":{"instId":"BTC-USDT","channel":"books"}}"#);
    assert_eq!(driven.told(), [told_event("depth", 13)]);
}

#[test]
fn refusals_suspensions_and_notices_are_passed_on() {
    let state = |state: &str| {
        format!(
            r#"{{"arg":{{"channel":"instruments","instType":"SPOT"}},"data":[{{"instId":"BTC-USDT","state":"{state}"}},{{"instId":"X-Y","state":"suspend"}}]}}"#
        )
    };
    let mut driven = chained();
    driven.take(&state("live"));
    driven.take(&state("suspend"));
    assert_eq!((driven.told(), driven.wants()), (vec!["halted 0 suspended".to_owned()], vec![]));
    driven.take(&state("live"));
    assert_eq!(driven.wants(), RESUBSCRIBE);
    let gone = r#"{"event":"error","code":"60018","msg":"Wrong URL or channel:books,instId:BTC-USDT doesn't exist. Please use the correct URL","connId":"a"}"#;
    driven.take(gone);
    driven.resync(StaleReason::Crossed);
    driven.seconds(1);
    assert_eq!((driven.told(), driven.wants()), (vec!["halted 0 delisted".to_owned()], vec![]));
    let refused = driven.message(1, r#"{"event":"error","code":"60011","msg":"Please log in"}"#);
    assert_eq!(refused, Err(DecodeError::Venue("60011 Please log in".to_owned())));
    driven.take(r#"{"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade. Please reconnect."}"#);
    assert_eq!(driven.wants(), ["reconnect 1 venue_reset"]);
    let answer = r#"{"code":"51001","msg":"Instrument ID does not exist","data":[]}"#;
    let refused = driven.http(BOOK_PATH, answer);
    assert_eq!(refused, Err(DecodeError::Venue("51001 Instrument ID does not exist".to_owned())));
    assert_eq!(driven.told(), ["halted 0 delisted"]);
}

#[test]
fn a_quiet_line_is_pinged() {
    let mut driven = chained();
    driven.seconds(1);
    assert_eq!(driven.wants(), [""; 0]);
    driven.seconds(1);
    assert_eq!(driven.wants(), ["1 ping"]);
    driven.take("pong");
    driven.close(1);
    driven.seconds(30);
    assert_eq!(driven.wants(), [""; 0]);
}

#[test]
fn what_the_catalogue_says() {
    assert_eq!(OKX.symbol("btc", "usd-220527"), "BTC-USD-220527");
    assert_eq!(OKX.ws_path(&[]), "/ws/v5/public");
    assert_eq!(OKX.recordings(), ["okx"]);
}
