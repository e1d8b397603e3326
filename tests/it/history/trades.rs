//! Trades, from memory into the store.

use marketd_actors::sink::Update;
use marketd_domain::{Trade, TradeId};
use serde_json::{Value, json};

use super::place::{BASE, Database, MIDNIGHT_US, feed, field, start, trade, write_trades};
use crate::support::TestApp;

crate::on_both_databases! {
    pages_go_from_memory_into_the_store,
    a_cursor_survives_what_comes_meanwhile_and_a_restart,
    a_range_of_time_is_half_open,
    trades_out_of_order_have_one_place,
}

const SMALL_RING: (&str, &str) = ("markets.trades", "40");

fn ids(page: &Value) -> Vec<u64> {
    let id = |value: &Value| value.as_str().and_then(|id| id.parse().ok());
    field(page, "trade_id").into_iter().map(|value| id(value).expect("a numbered trade")).collect()
}

/// Trades `first..=last`, one in ten milliseconds.
fn tape(first: u64, last: u64) -> Vec<Trade> {
    (first..=last).map(|id| trade(id, id as i64 * 10)).collect()
}

async fn print_to(app: &TestApp, trades: &[Trade]) {
    feed(app, trades.iter().copied().map(Update::Trade).collect()).await;
}

/// Pages backwards from the newest, or from a cursor, and returns all ids, oldest first.
async fn pages(app: &TestApp, query: &str, cursor: Option<&str>) -> Vec<u64> {
    let mut cursor = cursor.map(str::to_owned);
    let mut found: Vec<u64> = Vec::new();
    loop {
        let before = cursor.map_or_else(String::new, |cursor| format!("&before={cursor}"));
        let page = app.data(&format!("{BASE}/trades?{query}{before}")).await;
        let mut part = ids(&page);
        part.append(&mut found);
        found = part;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return found,
        }
    }
}

async fn pages_go_from_memory_into_the_store(database: &Database) {
    let app = start(&database.url, &[SMALL_RING]).await;
    let all = tape(1, 100);
    print_to(&app, &all).await;
    // More than memory has lost: the same trade is in both.
    write_trades(&app, &all[..80]).await;
    for limit in [1, 3, 7, 39, 40, 41, 60, 99, 100, 1_000] {
        assert_eq!(
            pages(&app, &format!("limit={limit}"), None).await,
            (1..=100).collect::<Vec<_>>(),
            "{limit}"
        );
    }
    let page = app.data(&format!("{BASE}/trades?limit=50")).await;
    assert_eq!(page["next_cursor"], format!("{}-51", MIDNIGHT_US + 510_000));
    assert_eq!(field(&page, "seq")[..11], [vec![&Value::Null; 10], vec![&json!(61)]].concat());
    assert_eq!(field(&page, "price")[0], "60000.51000000", "as those from memory");
    app.stop().await;
}

async fn a_cursor_survives_what_comes_meanwhile_and_a_restart(database: &Database) {
    let app = start(&database.url, &[SMALL_RING]).await;
    print_to(&app, &tape(1, 60)).await;
    write_trades(&app, &tape(1, 60)).await;
    let first = app.data(&format!("{BASE}/trades?limit=10")).await;
    assert_eq!(ids(&first), (51..=60).collect::<Vec<_>>());
    let cursor = first["next_cursor"].as_str().expect("there is more");
    // What the cursor names leaves memory.
    print_to(&app, &tape(61, 130)).await;
    write_trades(&app, &tape(61, 130)).await;
    assert_eq!(pages(&app, "limit=7", Some(cursor)).await, (1..=50).collect::<Vec<_>>());
    app.stop().await;
    let app = start(&database.url, &[SMALL_RING]).await;
    assert_eq!(pages(&app, "limit=7", Some(cursor)).await, (1..=50).collect::<Vec<_>>());
    assert_eq!(pages(&app, "limit=7", None).await, (1..=130).collect::<Vec<_>>(), "memory is empty");
    print_to(&app, &tape(131, 140)).await;
    assert_eq!(pages(&app, "limit=7", None).await, (1..=140).collect::<Vec<_>>(), "memory is new");
    app.stop().await;
}

async fn a_range_of_time_is_half_open(database: &Database) {
    let app = start(&database.url, &[SMALL_RING]).await;
    print_to(&app, &tape(1, 100)).await;
    write_trades(&app, &tape(1, 70)).await;
    let check = async |first: i64, last: i64| {
        let at = |id: i64| MIDNIGHT_US + id * 10_000;
        let query = format!("start={}&end={}&limit=9", at(first), at(last));
        let found = pages(&app, &query, None).await;
        assert_eq!(found, (first.max(1) as u64..last.min(101) as u64).collect::<Vec<_>>(), "{first}..{last}");
    };
    check(90, 95).await;
    check(50, 70).await;
    check(10, 20).await;
    check(-5, 5).await;
    check(95, 300).await;
    check(40, 40).await;
    check(200, 300).await;
    let from = app.data(&format!("{BASE}/trades?start={}&limit=1000", MIDNIGHT_US + 300_000)).await;
    assert_eq!(ids(&from), (30..=100).collect::<Vec<_>>());
    for query in ["start=2&end=1", "start=x", "end=", "end=1.5"] {
        let answer = app.get(&format!("{BASE}/trades?{query}")).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (400, Some("bad_time")), "{query}");
    }
    app.stop().await;
}

/// Fetched afterwards by id, they come behind later ones.
async fn trades_out_of_order_have_one_place(database: &Database) {
    let app = start(&database.url, &[SMALL_RING]).await;
    write_trades(&app, &tape(1, 50)).await;
    let missed: Vec<Trade> =
        tape(51, 59).into_iter().map(|trade| Trade { backfilled: true, ..trade }).collect();
    print_to(&app, &tape(60, 65)).await;
    print_to(&app, &missed).await;
    let nameless = Trade { id: TradeId::None, ..trade(0, 640) };
    for limit in [1, 2, 5, 8, 14, 100] {
        let found = pages(&app, &format!("limit={limit}"), None).await;
        assert_eq!(found, (1..=65).collect::<Vec<_>>(), "{limit}");
    }
    // The store gets them as well.
    write_trades(&app, &missed).await;
    assert_eq!(pages(&app, "limit=4", None).await, (1..=65).collect::<Vec<_>>());
    let page = app.data(&format!("{BASE}/trades?limit=8")).await;
    assert_eq!(field(&page, "backfilled")[..3], [&json!(true), &json!(true), &Value::Null]);
    // Two of one time without an id are two trades, and both are passed by a cursor.
    print_to(&app, &[nameless, nameless]).await;
    let mut cursor = String::new();
    let mut found = Vec::new();
    for _ in 0..4 {
        let page = app.data(&format!("{BASE}/trades?limit=1{cursor}")).await;
        found.push(field(&page, "trade_id")[0].as_str().expect("text").to_owned());
        cursor = format!("&before={}", page["next_cursor"].as_str().expect("more"));
    }
    assert_eq!(found, ["65", "64", "", ""]);
    app.stop().await;
}

#[actix_web::test]
async fn a_number_is_the_seq_of_a_trade_in_memory() {
    let database = super::place::sqlite().expect("a folder");
    let app = start(&database.url, &[SMALL_RING]).await;
    print_to(&app, &tape(101, 110)).await;
    write_trades(&app, &tape(91, 110)).await;
    let before = async |text: &str| app.get(&format!("{BASE}/trades?limit=5&before={text}")).await;
    assert_eq!(ids(&before("8").await.json()["data"]), [103, 104, 105, 106, 107]);
    assert_eq!(ids(&before("999").await.json()["data"]), [106, 107, 108, 109, 110]);
    assert_eq!(ids(&before("3").await.json()["data"]), [98, 99, 100, 101, 102], "and on in the store");
    print_to(&app, &tape(111, 150)).await;
    for text in ["0", "5", "11", "-1", "x", "", "5-", "99999999999999999999", "1-2-3"] {
        let answer = before(text).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (400, Some("bad_cursor")), "{text}");
    }
    assert_eq!(ids(&before("13").await.json()["data"])[4], 112);
    app.stop().await;
}

#[actix_web::test]
async fn without_the_store_memory_is_served_and_then_nothing_is_made_up() {
    let app = start("postgres://nobody@127.0.0.1:9/none", &[SMALL_RING]).await;
    let answer = app.get(&format!("{BASE}/trades")).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("store_unavailable")));
    assert_eq!(answer.json()["retryable"], true);
    print_to(&app, &tape(1, 60)).await;
    let page = app.data(&format!("{BASE}/trades?limit=100")).await;
    assert_eq!(ids(&page), (21..=60).collect::<Vec<_>>());
    let cursor = page["next_cursor"].as_str().expect("there may be more");
    let answer = app.get(&format!("{BASE}/trades?before={cursor}")).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("store_unavailable")));
    assert_eq!(ids(&app.data(&format!("{BASE}/trades?limit=10")).await), (51..=60).collect::<Vec<_>>());
    let recent = format!("{BASE}/trades?start={}", MIDNIGHT_US + 400_000);
    assert_eq!(app.data(&recent).await["next_cursor"], Value::Null, "memory has the whole of it");
    app.stop().await;
}

/// Lists that wait for readers who do not read take memory, so there are only so many.
#[actix_web::test]
async fn so_many_large_lists_are_under_way_at_once() {
    let app = start("postgres://nobody@127.0.0.1:9/none", &[("limits.requests_per_second", "0")]).await;
    print_to(&app, &tape(1, 10_000)).await;
    let path = format!("{BASE}/trades?limit=9999&format=csv");
    let address: std::net::SocketAddr = app.address.parse().expect("an address");
    let ask = || {
        let socket =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        // Before it connects: the kernel of the other side shall not take the whole of it.
        socket.set_recv_buffer_size(4_096).expect("a size");
        socket.connect(&address.into()).expect("a connection");
        let mut socket = std::net::TcpStream::from(socket);
        std::io::Write::write_all(&mut socket, format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes())
            .expect("a request");
        socket
    };
    let stalled: Vec<_> = (0..32).map(|_| ask()).collect();
    app.until("a refusal", async || {
        let answer = app.get(&path).await;
        answer.status == 503 && answer.json()["code"] == "busy"
    })
    .await;
    assert_eq!(
        app.get(&format!("{BASE}/trades?limit=1000&format=csv")).await.status,
        200,
        "small ones go on"
    );
    drop(stalled);
    app.until("room", async || app.get(&path).await.body.lines().count() == 10_000).await;
    app.stop().await;
}

#[actix_web::test]
async fn trades_come_as_csv_and_as_lines() {
    let database = super::place::sqlite().expect("a folder");
    let app = start(&database.url, &[SMALL_RING]).await;
    print_to(&app, &tape(1, 60)).await;
    write_trades(&app, &tape(1, 30)).await;
    let path = format!("{BASE}/trades?limit=50");
    let json = app.data(&path).await;
    let csv = app.request("GET", &path, &[("accept", "text/csv")], "").await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let lines: Vec<&str> = csv.body.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "seq,trade_id,price,qty,side,ts,backfilled");
    let items = json["items"].as_array().expect("items");
    let as_csv = |item: &Value| {
        let text = |name: &str| item[name].as_str().map_or_else(|| item[name].to_string(), str::to_owned);
        let seq = if item["seq"].is_null() { String::new() } else { item["seq"].to_string() };
        [seq, text("trade_id"), text("price"), text("qty"), text("side"), text("ts"), "false".to_owned()]
            .join(",")
    };
    assert_eq!(lines[1..], items.iter().map(as_csv).collect::<Vec<_>>());
    assert!(csv.body.ends_with("\r\n") && lines[1].starts_with(",11,") && lines[50].starts_with("60,60,"));
    let cursor = json["next_cursor"].as_str().expect("more");
    assert_eq!(csv.header("x-next-cursor"), Some(cursor));
    let link = csv.header("link").expect("a link");
    let next =
        link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).expect("a next one");
    let rest = app.request("GET", next, &[("accept", "application/x-ndjson")], "").await;
    assert_eq!(rest.header("content-type"), Some("application/x-ndjson"));
    assert_eq!((rest.header("link"), rest.header("x-next-cursor")), (None, None));
    let lines: Vec<Value> =
        rest.body.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    assert_eq!(
        lines,
        app.data(&format!("{BASE}/trades?limit=50&before={cursor}")).await["items"]
            .as_array()
            .expect("items")[..]
    );
    assert_eq!(app.get(&format!("{path}&format=csv")).await.body, csv.body, "by name");
    let named = app.request("GET", &format!("{path}&format=json"), &[("accept", "text/csv")], "").await;
    assert_eq!(named.json()["data"]["items"], json["items"], "the name goes over the header");
    for (query, accept) in [("", "image/png"), ("&format=xml", "*/*"), ("&format=", "*/*")] {
        let answer = app.request("GET", &format!("{path}{query}"), &[("accept", accept)], "").await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (406, Some("not_acceptable")),
            "{query} {accept}"
        );
    }
    // More rows than JSON has, and still a bound.
    assert_eq!(app.get(&format!("{BASE}/trades?limit=10000&format=csv")).await.body.lines().count(), 61);
    for (format, limit) in [("csv", "10001"), ("json", "1001"), ("ndjson", "0")] {
        let answer = app.get(&format!("{BASE}/trades?limit={limit}&format={format}")).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (400, Some("bad_limit")),
            "{format} {limit}"
        );
    }
    app.stop().await;
}
