//! The documented example clients, and a strict one, against the whole server: the book they hold is the server's.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use marketd_testkit::{BinanceScript, HttpResponse, Player, Recording, ScriptedVenue, Speed, testdata};
use serde_json::{Value, json};

use crate::support::held::HeldBook;
use crate::support::{PATIENCE, TestApp, tool};

const MARKET: &str = "binance:BTC-USDT";
const STREAMS: usize = 20;

fn repository_file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs a client to its end while the server and the test go on.
async fn run(mut command: Command) -> Output {
    let output = actix_web::rt::task::spawn_blocking(move || command.output());
    output.await.expect("not cancelled").expect("the client starts")
}

/// The last line of a client's output.
fn summary(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|error| {
        panic!("{error}: {line:?}\n{}", String::from_utf8_lossy(&output.stderr));
    })
}

async fn replaying() -> TestApp {
    let app = TestApp::start(&[("replay.builtin", "true"), ("replay.speed", "20")]).await;
    app.ready().await;
    app
}

/// Runs an example for some seconds beside a client of our own, and compares at the example's last position.
async fn example_holds_the_true_book(mut command: Command) {
    let app = replaying().await;
    let url = format!("ws://{}/api/v1/ws", app.address);
    command.args([url.as_str(), MARKET, "10", "5"]);
    let mut watcher = app.connect().await;
    watcher.send(json!({"op": "subscribe", "channel": "book", "market": MARKET, "depth": 10})).await;
    let mut held = HeldBook::default();
    let mut books = HashMap::new();
    let example = run(command);
    tokio::pin!(example);
    let output = loop {
        tokio::select! {
            output = &mut example => break output,
            frame = watcher.next() => {
                if held.take(&frame) {
                    books.insert((held.epoch, held.seq), (held.bids(), held.asks()));
                }
            }
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.lines().count() > 20 && !shown.contains("connection lost"), "{shown}");
    let last = summary(&output);
    let position = (last["epoch"].as_u64().expect("epoch"), last["seq"].as_u64().expect("seq"));
    // The same stream has the same frames for everyone, so this client stood there, too, or soon does.
    while held.seq < position.1 {
        held.take(&watcher.next().await);
        books.insert((held.epoch, held.seq), (held.bids(), held.asks()));
    }
    let levels = |side: &str| crate::support::held::levels(&last[side]);
    let book = books.get(&position).unwrap_or_else(|| panic!("nobody else was at {position:?}"));
    assert_eq!((&levels("bids"), &levels("asks")), (&book.0, &book.1));
    app.stop().await;
}

#[actix_web::test]
async fn the_python_example_holds_the_true_book() {
    let Some(mut python) = tool("MARKETD_TEST_PYTHON") else { return };
    python.arg(repository_file("docs/clients/book.py"));
    example_holds_the_true_book(python).await;
}

#[actix_web::test]
async fn the_javascript_example_holds_the_true_book() {
    let Some(mut node) = tool("MARKETD_TEST_NODE") else { return };
    node.arg("--experimental-websocket").arg(repository_file("docs/clients/book.mjs"));
    example_holds_the_true_book(node).await;
}

/// The strict client on every book stream; it compares with REST at equal seq.
fn strict(app: &TestApp, arguments: &[&str]) -> Option<Command> {
    let mut python = tool("MARKETD_TEST_PYTHON")?;
    python.arg(repository_file("tests/clients/hold_book.py"));
    python.args(["--ws", &format!("ws://{}/api/v1/ws", app.address)]);
    python.args(["--rest", &format!("http://{}", app.address), "--market", MARKET]);
    python.args(arguments);
    Some(python)
}

/// No violation, and so many comparisons on each stream: with REST, or with the stream of every change, which
/// itself is compared with REST. The slower a stream, the less often REST is asked at its very position.
fn assert_true(output: &Output, comparisons: u64) -> Value {
    let summary = summary(output);
    assert_eq!(summary["violations"], json!([]), "{summary}");
    assert!(output.status.success(), "{}\n{summary}", String::from_utf8_lossy(&output.stderr));
    let streams = summary["per_stream"].as_object().expect("streams");
    assert_eq!(streams.len(), STREAMS);
    for (name, stream) in streams {
        let (rest, cross) = (stream["rest"].as_u64(), stream["cross"].as_u64());
        assert!(rest.zip(cross).is_some_and(|(rest, cross)| rest + cross >= comparisons), "{name}: {stream}");
        assert!(!name.ends_with(":0") || rest >= Some(comparisons), "{name}: {stream}");
    }
    summary
}

#[actix_web::test]
async fn every_book_stream_is_true_through_the_whole_recording() {
    let app = replaying().await;
    // 650 s at twenty times the pace are 32.5 s; the rest is the second round.
    let Some(client) = strict(&app, &["--seconds", "35", "--connections", "2"]) else { return };
    let summary = assert_true(&run(client).await, 10);
    assert_eq!(app.replay().await["round"], 1, "the whole recording was played");
    assert_eq!(summary["closes"], json!([]), "{summary}");
    assert!(summary["heartbeats"].as_u64() >= Some(6), "{summary}");
    app.stop().await;
}

#[actix_web::test]
async fn every_book_stream_is_true_after_a_pause_of_ten_seconds() {
    let app = replaying().await;
    let pause = ["--seconds", "22", "--pause-at", "3", "--pause-for", "10"];
    let Some(client) = strict(&app, &pause) else { return };
    let summary = assert_true(&run(client).await, 3);
    assert_eq!(summary["closes"], json!([]), "a reader that comes back in time is not disconnected");
    app.stop().await;
}

#[actix_web::test]
async fn every_book_stream_is_true_while_the_feed_is_cut_and_restored() {
    let venue = ScriptedVenue::start().await.expect("a free port");
    let files = ["btcusdt_20240808", "btcusdt_20240809"]
        .map(|day| testdata(&format!("binance-spot/{day}.jsonl.zst")));
    let recording = Recording::open_all(&[&files[0], &files[1]]).expect("shipped");
    let lines = recording.lines().len();
    let mut player = Player::new(recording).speed(Speed::Times(20.0)).live_snapshots();
    player.serve_rest(&venue);
    venue.on_get("/api/v3/exchangeInfo", HttpResponse::json(BinanceScript::exchange_info(&["BTCUSDT"])));
    let (ws, rest) = (venue.ws_url(), venue.rest_url());
    let app = TestApp::start(&[
        ("venues.binance.enabled", "true"),
        ("venues.binance.markets", "BTC-USDT"),
        ("venues.binance.ws_url", &ws),
        ("venues.binance.rest_url", &rest),
        ("feeds.backoff_first_ms", "50"),
    ])
    .await;
    let cuts = [lines / 5, lines / 3];
    let playing = async {
        for cut in cuts {
            let conn = venue.accept(PATIENCE).await.expect("the feed connects");
            player.play_to(&conn, cut).await.expect("played");
            conn.reset().await;
            // What happens while nobody is connected is lost to the feed, as it would be.
            player.pass_to(cut + 500);
        }
        let conn = venue.accept(PATIENCE).await.expect("the feed comes back");
        player.play_to(&conn, lines * 3 / 5).await.expect("played");
        conn
    };
    let Some(client) = strict(&app, &["--seconds", "22", "--deflate"]) else { return };
    let watching = async {
        app.ready().await;
        run(client).await
    };
    let (_conn, output) = tokio::join!(playing, watching);
    let summary = assert_true(&output, 5);
    assert_eq!(summary["compressed"], json!(true), "this client took the books compressed");
    let statuses = summary["statuses"].as_array().expect("statuses");
    let count = |status: Value| statuses.iter().filter(|shown| **shown == status).count();
    assert!(count(json!(["stale", "disconnected"])) >= 2 && count(json!(["live", null])) >= 3, "{summary}");
    assert_eq!(summary["closes"], json!([]), "clients' connections live on");
    app.stop().await;
}
