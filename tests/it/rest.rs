//! The REST face: every route with the documented envelope, shapes, tags, pages and refusals.

use serde_json::{Value, json};

use crate::support::held::levels;
use crate::support::{Answer, TestApp};

const MARKET: &str = "binance:BTC-USDT";
const BASE: &str = "/api/v1/markets/binance:BTC-USDT";

/// The built-in recording at twenty times its pace, and one simulated market.
async fn app() -> TestApp {
    let keys = [("replay.builtin", "true"), ("replay.speed", "20"), ("venues.sim.enabled", "true")];
    let app = TestApp::start(&[&keys[..], &[("venues.sim.markets", "BTC-USD")]].concat()).await;
    app.ready().await;
    app.until("a few trades", async || {
        app.data(&format!("{BASE}/trades")).await["seq"].as_u64().is_some_and(|seq| seq > 300)
    })
    .await;
    app
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap_or_else(|| panic!("an object: {value}")).keys().map(String::as_str).collect()
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

/// `data` in a whole envelope.
fn success(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    let body = answer.json();
    let fields = ["status", "data", "message", "timestamp", "trace_id", "execution_time_ms"];
    assert_eq!((keys(&body), &body["status"]), (sorted(&fields), &json!("success")), "{body}");
    assert!(body["timestamp"].as_i64().is_some_and(|time| time > 1_600_000_000_000_000), "{body}");
    assert!(body["execution_time_ms"].is_number() && body["trace_id"].is_string(), "{body}");
    assert_eq!(answer.header("x-trace-id"), body["trace_id"].as_str());
    body["data"].clone()
}

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    let body = answer.json();
    let fields =
        ["status", "data", "code", "message", "retryable", "timestamp", "trace_id", "execution_time_ms"];
    assert_eq!(keys(&body), sorted(&fields), "{body}");
    let expected = (status, &json!("error"), &Value::Null, &json!(code));
    assert_eq!((answer.status, &body["status"], &body["data"], &body["code"]), expected, "{body}");
    assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
}

/// The examples of docs/rest.md that begin with these fields.
fn documented(beginning: &str) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rest.md");
    let document = std::fs::read_to_string(path).expect("docs/rest.md");
    let line = document.lines().find(|line| line.starts_with(beginning));
    serde_json::from_str(line.unwrap_or_else(|| panic!("no example {beginning}"))).expect("JSON")
}

#[actix_web::test]
async fn every_route_answers_in_the_envelope() {
    let app = app().await;
    let routes = [
        "/api/v1/exchanges",
        "/api/v1/symbols",
        "/api/v1/markets",
        "/api/v1/markets/binance:BTC-USDT",
        "/api/v1/markets/binance:BTC-USDT/book",
        "/api/v1/markets/binance:BTC-USDT/trades",
        "/api/v1/markets/binance:BTC-USDT/ticker",
        "/api/v1/markets/binance:BTC-USDT/candles",
        "/api/v1/markets/sim:BTC-USD/book",
        "/api/v1/markets/sim%3ABTC-USD/ticker",
        "/api/v1/system/info",
        "/api/v1/replay",
        "/api/v1/sim",
        "/health",
        "/healthz",
        "/readyz",
        "/livez",
    ];
    for route in routes {
        let answer = app.get(route).await;
        assert_eq!(answer.status, 200, "{route}: {}", answer.body);
        assert!(success(&answer).is_object(), "{route}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn answers_have_the_documented_fields() {
    let app = app().await;
    let check = |data: &Value, example: &Value| assert_eq!(keys(data), keys(example));
    let market = app.data(BASE).await;
    let example = documented(r#"{"market":"binance:BTC-USDT","venue""#);
    check(&market, &example);
    check(&market["counters"], &example["counters"]);
    for (name, value) in
        [("symbol", "BTCUSDT"), ("tick_size", "0.01"), ("min_notional", "5"), ("source", "replay")]
    {
        assert_eq!(market[name], value);
    }
    let book = app.book(MARKET, "10").await;
    let shown = documented(
        r#"{"market":"binance:BTC-USDT","source":"replay","status":"live","reason":null,"since":1763722800500000,"epoch":1763722800123,"seq":1207"#,
    );
    check(&book, &shown);
    let trades = app.data(&format!("{BASE}/trades")).await;
    let shown = documented(
        r#"{"market":"binance:BTC-USDT","source":"replay","status":"live","reason":null,"since":1763722800500000,"epoch":1763722800123,"seq":412"#,
    );
    check(&trades, &shown);
    check(&trades["items"][0], &shown["items"][0]);
    let candles = app.data(&format!("{BASE}/candles")).await;
    let shown = documented(
        r#"{"market":"binance:BTC-USDT","source":"replay","status":"live","reason":null,"since":1763722800500000,"epoch":1763722800123,"interval""#,
    );
    check(&candles, &shown);
    check(&candles["items"][0], &shown["items"][0]);
    let ticker = app.data(&format!("{BASE}/ticker")).await;
    for name in
        ["last", "open", "high", "low", "volume", "quote_volume", "change", "mid", "microprice", "spread"]
    {
        assert!(ticker[name].is_string(), "{name}: {ticker}");
    }
    let markets = app.data("/api/v1/markets").await;
    let names: Vec<&Value> =
        markets["items"].as_array().expect("items").iter().map(|item| &item["market"]).collect();
    assert!(names.contains(&&json!(MARKET)) && names.contains(&&json!("sim:BTC-USD")), "{names:?}");
    let symbols = app.data("/api/v1/symbols").await;
    let first = &symbols["items"].as_array().expect("items").iter().find(|item| item["market"] == MARKET);
    assert_eq!(first.expect("listed")["lot_size"], "0.00001");
    let exchanges = app.data("/api/v1/exchanges").await;
    let of = |name: &str| {
        let items = exchanges["items"].as_array().expect("items");
        items.iter().find(|item| item["venue"] == name).cloned().unwrap_or_else(|| panic!("no {name}"))
    };
    assert_eq!((&of("binance")["enabled"], &of("sim")["enabled"]), (&json!(true), &json!(true)));
    assert_eq!((&of("kraken")["enabled"], &of("okx")["markets"]), (&json!(false), &json!([])));
    let info = app.data("/api/v1/system/info").await;
    assert_eq!((&info["name"], &info["version"]), (&json!("marketd"), &json!(env!("CARGO_PKG_VERSION"))));
    app.stop().await;
}

fn tag_of(book: &Value) -> String {
    match book["status"].as_str().expect("a status") {
        "live" => format!("\"{}-{}\"", book["epoch"], book["seq"]),
        status => format!("\"{}-{}-{status}\"", book["epoch"], book["seq"]),
    }
}

#[actix_web::test]
async fn a_book_that_did_not_change_is_not_sent_again() {
    let app = app().await;
    let path = format!("{BASE}/book?depth=10");
    app.pause_replay().await;
    let first = app.get(&path).await;
    let tag = tag_of(&success(&first));
    assert_eq!(first.header("etag"), Some(tag.as_str()));
    for held in [tag.clone(), format!("W/{tag}"), format!("\"1-2\", {tag}"), "*".to_owned()] {
        let answer = app.request("GET", &path, &[("If-None-Match", &held)], "").await;
        assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{held}");
        assert_eq!(answer.header("etag"), Some(tag.as_str()), "{held}");
    }
    let unquoted = tag.trim_matches('"').to_owned();
    for other in ["\"1-2\"", "", "nonsense", unquoted.as_str()] {
        let answer = app.request("GET", &path, &[("If-None-Match", other)], "").await;
        assert_eq!(answer.status, 200, "{other:?}");
    }
    // Another depth of the same book has the same tag; its body is its own.
    assert_eq!(app.get(&format!("{BASE}/book?depth=11")).await.header("etag"), Some(tag.as_str()));
    app.post("/api/v1/replay/resume", "").await;
    app.until("another book", async || {
        app.request("GET", &path, &[("If-None-Match", &tag)], "").await.status == 200
    })
    .await;
    let second = app.get(&path).await;
    assert_eq!(second.header("etag"), Some(tag_of(&success(&second)).as_str()));
    assert_ne!(second.header("etag"), Some(tag.as_str()));
    app.stop().await;
}

/// A path that has to be decoded goes by the router; the plain one does not.
#[actix_web::test]
async fn a_book_is_the_same_by_the_short_way_and_by_the_long_one() {
    let app = app().await;
    app.pause_replay().await;
    let (short, long) = (format!("{BASE}/book"), "/api/v1/markets/binance%3ABTC-USDT/book");
    let counted = async || {
        let text = app.get("/metrics").await.body;
        let of_books = |line: &&str| line.contains("requests_total{") && line.contains("/{market}/book\"");
        let count = |line: &str| line.rsplit(' ').next().and_then(|count| count.parse::<u64>().ok());
        text.lines().filter(of_books).filter_map(count).sum::<u64>()
    };
    let queries = [
        "",
        "?depth=3",
        "?depth=full",
        "?depth=0",
        "?depth=x",
        "?format=csv",
        "?format=json",
        "?at=1",
        "?at=x",
    ];
    let tag = app.get(&short).await.header("etag").expect("a tag").to_owned();
    let given: [&[(&str, &str)]; 5] = [
        &[],
        &[("if-none-match", &tag)],
        &[("accept", "text/csv")],
        &[("accept", "image/png")],
        &[("origin", "https://example.org"), ("x-trace-id", "mine")],
    ];
    let before = counted().await;
    for query in queries {
        for headers in given {
            let one = app.request("GET", &format!("{short}{query}"), headers, "").await;
            let other = app.request("GET", &format!("{long}{query}"), headers, "").await;
            let shown = |answer: &Answer| {
                let named = |(name, _): &&(String, String)| {
                    !["date", "x-trace-id", "content-length"].contains(&name.as_str())
                };
                let mut headers: Vec<_> = answer.headers.iter().filter(named).cloned().collect();
                headers.sort();
                let body = serde_json::from_str::<Value>(&answer.body);
                let body =
                    body.map_or_else(|_| json!(answer.body), |body| json!([body["data"], body["code"]]));
                (answer.status, headers, body)
            };
            assert_eq!(shown(&one), shown(&other), "{query} {headers:?}");
            let trace = headers.iter().find(|(name, _)| *name == "x-trace-id").map(|(_, id)| *id);
            assert!(trace.is_none_or(|id| one.header("x-trace-id") == Some(id)), "{one:?}");
        }
    }
    assert_eq!(counted().await - before, (queries.len() * given.len() * 2) as u64);
    for (method, path, status) in [
        ("GET", "/api/v1/markets/binance:NO-SUCH/book", 404),
        ("HEAD", &*short, 200),
        ("POST", &*short, 405),
        ("GET", &*format!("{short}/"), 404),
    ] {
        assert_eq!(app.request(method, path, &[], "").await.status, status, "{method} {path}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn the_tag_of_a_book_in_doubt_says_so() {
    let app = app().await;
    let path = "/api/v1/markets/sim:BTC-USD/book?depth=10";
    for (scenario, status) in [("stale", "stale"), ("calm", "live"), ("halt", "halted"), ("calm", "live")] {
        let body = json!({"scenario": scenario, "market": "sim:BTC-USD"}).to_string();
        assert_eq!(app.post("/api/v1/sim/scenario", &body).await.status, 200);
        app.status_is("sim:BTC-USD", status).await;
        let answer = app.get(path).await;
        let book = success(&answer);
        assert_eq!(answer.header("etag"), Some(tag_of(&book).as_str()), "{scenario}");
        assert_eq!(book["reason"].is_null(), book["status"] == "live", "{book}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn depths_are_honoured_or_refused() {
    let app = app().await;
    app.pause_replay().await;
    let full = app.book(MARKET, "full").await;
    let (bids, asks) = (levels(&full["bids"]), levels(&full["asks"]));
    assert!(bids.len() > 500 && asks.len() > 500, "{} and {}", bids.len(), asks.len());
    for (depth, count) in [("1", 1), ("10", 10), ("100", 100), ("999", 999), ("5000", 5_000)] {
        let book = app.book(MARKET, depth).await;
        assert_eq!(book["seq"], full["seq"]);
        assert_eq!(levels(&book["bids"]), bids[..count.min(bids.len())], "{depth}");
        assert_eq!(levels(&book["asks"]), asks[..count.min(asks.len())], "{depth}");
    }
    let default = app.data(&format!("{BASE}/book")).await;
    assert_eq!(levels(&default["bids"]).len(), 100);
    for depth in ["0", "-1", "abc", "5001", "", "1.5", "FULL", "99999999999999999999", "%00"] {
        refused(&app.get(&format!("{BASE}/book?depth={depth}")).await, 400, "bad_depth");
    }
    app.stop().await;
}

#[actix_web::test]
async fn trades_are_read_backwards_without_seam_or_duplicate() {
    let app = app().await;
    app.pause_replay().await;
    let trades = format!("{BASE}/trades");
    let seqs = |page: &Value| -> Vec<u64> {
        page["items"].as_array().expect("items").iter().filter_map(|trade| trade["seq"].as_u64()).collect()
    };
    let newest = app.data(&format!("{trades}?limit=1")).await;
    let last = newest["seq"].as_u64().expect("seq");
    assert_eq!(seqs(&newest), [last]);
    let (mut cursor, mut found) = (None, Vec::new());
    loop {
        let before = cursor.map_or_else(String::new, |cursor: String| format!("&before={cursor}"));
        let page = app.data(&format!("{trades}?limit=7{before}")).await;
        let mut part = seqs(&page);
        part.append(&mut found);
        found = part;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(found, (1..=last).collect::<Vec<_>>());
    assert_eq!(seqs(&app.data(&format!("{trades}?before=1")).await), [0_u64; 0]);
    for limit in ["0", "-1", "1001", "x", ""] {
        refused(&app.get(&format!("{trades}?limit={limit}")).await, 400, "bad_limit");
    }
    for before in ["0", "-1", "x", "", "99999999999999999999"] {
        refused(&app.get(&format!("{trades}?before={before}")).await, 400, "bad_cursor");
    }
    app.stop().await;
}

#[actix_web::test]
async fn candles_are_read_forwards_without_seam_or_duplicate() {
    let app = app().await;
    app.until("ten candles", async || {
        app.data(&format!("{BASE}/candles?interval=1s")).await["items"]
            .as_array()
            .is_some_and(|all| all.len() > 10)
    })
    .await;
    app.pause_replay().await;
    let candles = format!("{BASE}/candles?interval=1s");
    let times = |page: &Value| -> Vec<i64> {
        let items = page["items"].as_array().expect("items");
        items.iter().filter_map(|candle| candle["open_time"].as_i64()).collect()
    };
    let all = app.data(&candles).await;
    let opened = times(&all);
    assert!(opened.is_sorted() && all["next_cursor"].is_null());
    let closed: Vec<bool> =
        all["items"].as_array().expect("items").iter().map(|candle| candle["closed"] == true).collect();
    assert_eq!(closed.iter().filter(|closed| !**closed).count(), 1, "only the newest is open");
    let (mut start, mut found) = (opened[0].to_string(), Vec::new());
    loop {
        let page = app.data(&format!("{candles}&start={start}&limit=3")).await;
        found.extend(times(&page));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut start),
            None => break,
        }
    }
    assert_eq!(found, opened);
    let bounded = app.data(&format!("{candles}&start={}&end={}", opened[2], opened[5])).await;
    assert_eq!(times(&bounded), opened[2..5], "the end is not part of it");
    assert_eq!(
        times(&app.data(&format!("{candles}&limit=2")).await),
        opened[opened.len() - 2..],
        "the newest"
    );
    assert_eq!(times(&app.data(&format!("{candles}&end={}&limit=2", opened[5])).await), opened[3..5]);
    assert_eq!(
        times(&app.data(&format!("{candles}&start={}&end={}", opened[2], opened[2])).await),
        [0_i64; 0]
    );
    for (query, code) in [
        ("interval=2m", "bad_interval"),
        ("interval=", "bad_interval"),
        ("limit=0", "bad_limit"),
        ("limit=1501", "bad_limit"),
        ("start=x", "bad_time"),
        ("end=1.5", "bad_time"),
        ("start=2&end=1", "bad_time"),
        ("start=99999999999999999999", "bad_time"),
    ] {
        refused(&app.get(&format!("{BASE}/candles?{query}")).await, 400, code);
    }
    for far in [i64::MIN, i64::MAX, i64::MAX / 1_000 + 1] {
        let answer = app.get(&format!("{candles}&start={far}")).await;
        assert!([200, 400].contains(&answer.status), "{far}: {answer:?}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn what_is_not_there_is_refused_in_the_envelope() {
    let app = app().await;
    for path in ["", "/book", "/trades", "/ticker", "/candles"] {
        refused(&app.get(&format!("/api/v1/markets/binance:NOPE-USDT{path}")).await, 404, "unknown_market");
    }
    for path in
        ["/nothing", "/api/v1", "/api/v1/nothing", "/api/v1/markets/a/b/c", "/api/v2/markets", "/app.mjs"]
    {
        refused(&app.get(path).await, 404, "not_found");
    }
    for (method, path) in [
        ("POST", "/api/v1/markets"),
        ("DELETE", "/api/v1/markets/binance:BTC-USDT/book"),
        ("PUT", "/readyz"),
        ("POST", "/"),
        ("GET", "/api/v1/replay/pause"),
        ("GET", "/api/v1/sim/scenario"),
        ("POST", "/api/v1/ws"),
    ] {
        refused(&app.request(method, path, &[], "").await, 405, "method_not_allowed");
    }
    refused(&app.get("/api/v1/ws").await, 400, "bad_request");
    let bad_version = [("upgrade", "websocket"), ("connection", "upgrade"), ("sec-websocket-version", "8")];
    refused(&app.request("GET", "/api/v1/ws", &bad_version, "").await, 400, "bad_request");
    app.stop().await;
}

#[actix_web::test]
async fn a_market_without_a_book_is_not_ready() {
    // A venue that nobody answers at: the port was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("127.0.0.1:{}", free.local_addr().expect("an address").port());
    drop(free);
    let (ws, rest) = (format!("ws://{url}"), format!("http://{url}"));
    let keys = [
        ("venues.binance.enabled", "true"),
        ("venues.binance.ws_url", &ws),
        ("venues.binance.rest_url", &rest),
    ];
    let app = TestApp::start(&keys).await;
    let answer = app.get(&format!("{BASE}/book")).await;
    refused(&answer, 503, "market_not_ready");
    assert_eq!(answer.json()["retryable"], true);
    assert_eq!(app.data(BASE).await["status"], "connecting");
    assert_eq!(app.data(&format!("{BASE}/trades")).await["items"], json!([]));
    let ticker = app.data(&format!("{BASE}/ticker")).await;
    assert_eq!((&ticker["last"], &ticker["bid"], &ticker["mid"]), (&Value::Null, &Value::Null, &Value::Null));
    let readiness = app.get("/readyz").await;
    refused(&readiness, 503, "market_not_ready");
    assert!(readiness.body.contains(MARKET), "it says what it waits for: {}", readiness.body);
    for path in ["/livez", "/healthz"] {
        success(&app.get(path).await);
    }
    let health = app.get("/health").await;
    assert_eq!((health.status, &health.json()["data"]["ready"]), (200, &json!(false)), "{}", health.body);
    app.stop().await;
}

#[actix_web::test]
async fn a_trace_id_is_taken_over_when_it_is_plain_and_made_when_not() {
    let app = app().await;
    let given = app.request("GET", "/livez", &[("X-Trace-Id", "a-1_b.C")], "").await;
    assert_eq!((given.header("x-trace-id"), &given.json()["trace_id"]), (Some("a-1_b.C"), &json!("a-1_b.C")));
    let mut made = Vec::new();
    for id in ["", "two words", "<script>", "\"", &"x".repeat(65)] {
        let answer = app.request("GET", "/livez", &[("X-Trace-Id", id)], "").await;
        success(&answer);
        made.push(answer.header("x-trace-id").expect("made").to_owned());
        assert_ne!(made.last().map(String::as_str), Some(id));
    }
    let count = made.len();
    made.sort_unstable();
    made.dedup();
    assert_eq!(made.len(), count, "each request has its own");
    app.stop().await;
}

/// A decimal as the independent results print it.
fn trimmed(value: &Value) -> String {
    let text = value.as_str().expect("a decimal");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

#[actix_web::test]
async fn the_whole_recording_ends_in_the_independent_results() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/binance-spot");
    let files = format!("{folder}/btcusdt_20240808.jsonl.zst,{folder}/btcusdt_20240809.jsonl.zst");
    let keys = [("replay.files", files.as_str()), ("replay.speed", "max"), ("replay.loop", "false")];
    let app = TestApp::start(&keys).await;
    app.until("the end", async || app.replay().await["ended"] == true).await;
    app.status_is(MARKET, "stale").await;
    assert_eq!(app.data(BASE).await["reason"], "replay_ended");
    let expected = std::fs::read_to_string(format!("{folder}/expected.json")).expect("shipped");
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    let expected = &expected["sessions"][0]["symbols"]["BTCUSDT"];
    let market = app.data(BASE).await;
    assert_eq!(market["counters"]["trades"], expected["trades"]["count"]);
    assert_eq!(market["counters"]["depth_updates"], expected["counters"]["book_msgs_applied"]);
    let book = app.book(MARKET, "full").await;
    for (side, count) in [("bids", "bid_levels"), ("asks", "ask_levels")] {
        let held = book[side].as_array().expect("levels");
        assert_eq!(json!(held.len()), expected["final"][count], "{side}");
        let top: Vec<Value> =
            held.iter().take(10).map(|level| json!([trimmed(&level[0]), trimmed(&level[1])])).collect();
        assert_eq!(json!(top), expected["final"][side], "{side}");
    }
    let candles = app.data(&format!("{BASE}/candles?interval=1m")).await;
    let rows: Vec<Value> = (candles["items"].as_array().expect("items").iter())
        .map(|candle| {
            let text = |name: &str| trimmed(&candle[name]);
            let open_time = candle["open_time"].as_i64().expect("a time") / 1_000;
            json!([
                open_time,
                text("open"),
                text("high"),
                text("low"),
                text("close"),
                text("volume"),
                text("quote_volume"),
                candle["trades"]
            ])
        })
        .collect();
    assert_eq!(json!(rows), expected["trades"]["candles_1m"]);
    let trades = app.data(&format!("{BASE}/trades?limit=1")).await;
    assert_eq!(
        (&trades["seq"], &trades["items"][0]["trade_id"]),
        (&json!(19_904), &expected["trades"]["last_id"])
    );
    app.stop().await;
}

/// The head and the bytes of an answer to a GET.
async fn bytes_of(app: &TestApp, path: &str, headers: &str) -> (Answer, Vec<u8>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(&app.address).await.expect("a connection");
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{headers}\r\n", app.address);
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("an answer");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = std::str::from_utf8(&bytes[..end]).expect("a head of text");
    (Answer::parse(head, ""), bytes[end + 4..].to_vec())
}

#[actix_web::test]
async fn large_answers_are_compressed_for_who_takes_that() {
    use std::io::Read;
    let app = app().await;
    assert_eq!(app.request("POST", "/api/v1/replay/pause", &[], "").await.status, 200);
    for path in
        [format!("{BASE}/book?depth=full"), "/openapi.json".to_owned(), format!("{BASE}/trades?limit=1000")]
    {
        let (plain, whole) = bytes_of(&app, &path, "").await;
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None), "{path}");
        assert!(whole.len() >= 16_384, "{path}: {}", whole.len());
        let (packed, bytes) = bytes_of(&app, &path, "accept-encoding: br, gzip\r\n").await;
        assert_eq!((packed.status, packed.header("content-encoding")), (200, Some("gzip")), "{path}");
        let varies = |(name, value): &(String, String)| name == "vary" && value == "accept-encoding";
        assert!(packed.headers.iter().any(varies), "{packed:?}");
        assert!(bytes.len() * 2 < whole.len(), "{path}: {} of {}", bytes.len(), whole.len());
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).expect("gzip");
        let (one, other): (Value, Value) =
            (serde_json::from_str(&text).expect("JSON"), serde_json::from_slice(&whole).expect("JSON"));
        assert_eq!(one["data"], other["data"], "{path}");
        let Some(etag) = plain.header("etag") else { continue };
        assert_eq!(packed.header("etag"), Some(&*format!("W/{etag}")), "{path}");
        for held in [etag, packed.header("etag").expect("a tag")] {
            let known = format!("accept-encoding: gzip\r\nif-none-match: {held}\r\n");
            assert_eq!(bytes_of(&app, &path, &known).await.0.status, 304, "{path}: {held}");
        }
    }
    for (path, offered) in
        [("/book?depth=2", "gzip"), ("/book?depth=full", "gzip;q=0"), ("/book?depth=full", "br")]
    {
        let (answer, _) =
            bytes_of(&app, &format!("{BASE}{path}"), &format!("accept-encoding: {offered}\r\n")).await;
        assert_eq!((answer.status, answer.header("content-encoding")), (200, None), "{path} {offered}");
    }
    app.stop().await;
}
