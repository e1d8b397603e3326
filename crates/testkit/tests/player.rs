//! Recordings played over a real socket.

use std::time::Duration;

use futures_util::StreamExt as _;
use marketd_testkit::{
    BinanceBook, BinanceScript, HttpResponse, Line, Player, Recording, ScriptedVenue, Speed, testdata,
    wait_until,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const SOON: Duration = Duration::from_secs(10);
const DEPTH: &str = "/api/v3/depth?symbol=BTCUSDT&limit=5000";

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The body of a request on a connection of its own.
async fn get(venue: &ScriptedVenue, target: &str) -> String {
    let mut stream = TcpStream::connect(venue.address()).await.expect("open");
    let request = format!("GET {target} HTTP/1.1\r\nhost: venue\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut received = String::new();
    stream.read_to_string(&mut received).await.expect("an answer");
    received.split_once("\r\n\r\n").expect("a head").1.to_owned()
}

async fn connect(venue: &ScriptedVenue) -> Client {
    connect_async(venue.ws_url()).await.expect("handshake").0
}

/// The next texts, as many as there are until the connection ends.
async fn drain(mut client: Client) -> Vec<String> {
    let mut texts = Vec::new();
    while let Some(Ok(message)) = client.next().await {
        if let Message::Text(text) = message {
            texts.push(text.to_string());
        }
    }
    texts
}

fn binance_day() -> Recording {
    Recording::open(&testdata("binance-spot/btcusdt_20240808.jsonl.zst")).expect("shipped")
}

fn is_depth(line: &Line) -> bool {
    line.raw.contains("\"depthUpdate\"")
}

#[tokio::test]
async fn all_frames_arrive_as_recorded() {
    let venue = ScriptedVenue::start().await.expect("start");
    let recording = Recording::open(&testdata("kraken-v2/btcusd_d25_20260802.jsonl.zst")).expect("shipped");
    let expected: Vec<String> = recording.lines().iter().map(|line| line.raw.clone()).collect();
    let client = tokio::spawn(drain(connect(&venue).await));
    let conn = venue.accept(SOON).await.expect("accepted");
    let mut player = Player::new(recording);
    let played = player.play(&conn).await.expect("played");
    assert_eq!((played.frames, played.connection_lost), (expected.len(), false));
    drop(conn);
    assert_eq!(client.await.expect("no panic"), expected);
}

#[tokio::test]
async fn the_recorded_snapshot_comes_when_its_time_has() {
    let venue = ScriptedVenue::start().await.expect("start");
    let _client = tokio::spawn(drain(connect(&venue).await));
    let conn = venue.accept(SOON).await.expect("accepted");
    let mut player = Player::new(binance_day());
    player.serve_rest(&venue);
    let snapshot_line = 8;
    player.play_to(&conn, snapshot_line - 1).await.expect("played");
    let asked = async { tokio::time::timeout(Duration::from_millis(50), get(&venue, DEPTH)).await };
    assert!(asked.await.is_err(), "the request is held");
    player.play_to(&conn, 20).await.expect("played");
    let mut book = BinanceBook::default();
    book.apply_snapshot(&get(&venue, DEPTH).await).expect("a snapshot");
    assert_eq!(book.last_update_id(), 50_093_239_218);
    assert_eq!(get(&venue, "/api/v3/depth?symbol=ETHUSDT").await, "not in the recording");
}

#[tokio::test]
async fn a_player_waits_for_the_snapshot_to_be_fetched() {
    let venue = ScriptedVenue::start().await.expect("start");
    let _client = tokio::spawn(drain(connect(&venue).await));
    let conn = venue.accept(SOON).await.expect("accepted");
    let mut player = Player::new(binance_day()).wait_for_rest(SOON);
    player.serve_rest(&venue);
    let (played, body) = tokio::join!(player.play_to(&conn, 1000), get(&venue, DEPTH));
    assert_eq!(played.expect("played").frames, 998);
    assert!(body.contains("50093239218"), "{}", &body[..100]);
}

#[tokio::test]
async fn live_snapshots_hold_what_a_cut_client_missed() {
    let venue = ScriptedVenue::start().await.expect("start");
    let first_client = tokio::spawn(drain(connect(&venue).await));
    let conn = venue.accept(SOON).await.expect("accepted");
    // One depth frame in fifty never reaches the client, which must not make the snapshots wrong.
    let recording = binance_day().skip(|line| is_depth(line) && line.number % 50 == 0);
    let mut player = Player::new(recording).live_snapshots();
    player.serve_rest(&venue);
    player.play_to(&conn, 4000).await.expect("played");
    conn.reset().await;
    first_client.await.expect("no panic");
    let lost = player.play_to(&conn, 4100).await.expect("played");
    assert!(lost.connection_lost);
    player.pass_to(6000);
    assert!(player.next_line() >= 6000);

    let second_client = tokio::spawn(drain(connect(&venue).await));
    let conn = venue.accept(SOON).await.expect("accepted");
    player.play_to(&conn, 8998).await.expect("played");
    let mut client_book = BinanceBook::default();
    client_book.apply_snapshot(&get(&venue, DEPTH).await).expect("a snapshot");
    let expected = player.book("BTCUSDT").expect("a book");
    assert_eq!(client_book.snapshot_body(5000), expected.snapshot_body(5000));
    // expected.json, checkpoint 0:8997.
    assert_eq!(client_book.level_counts(), (1206, 1233));
    assert_eq!(client_book.last_update_id(), 50_093_277_411);
    drop(conn);
    assert!(second_client.await.expect("no panic").len() > 2000);
}

#[tokio::test]
async fn recorded_time_can_be_kept_or_shortened() {
    let line = |number: usize| Line {
        number,
        recv_ns: Some(number as i64 * 1_000_000_000),
        conn: "ws.1".to_owned(),
        inbound: true,
        raw: number.to_string(),
    };
    let venue = ScriptedVenue::start().await.expect("start");
    let client = tokio::spawn(drain(connect(&venue).await));
    let conn = venue.accept(SOON).await.expect("accepted");
    let began = std::time::Instant::now();
    let mut player = Player::new(Recording::from_lines((0..5).map(line).collect())).speed(Speed::Times(50.0));
    player.play(&conn).await.expect("played");
    assert!(began.elapsed() >= Duration::from_millis(80), "{:?}", began.elapsed());
    player.rewind();
    assert_eq!(player.play(&conn).await.expect("played").frames, 5);
    drop(conn);
    assert_eq!(client.await.expect("no panic").len(), 10);
}

#[tokio::test]
async fn a_script_serves_its_rest_side() {
    let venue = ScriptedVenue::start().await.expect("start");
    let script = BinanceScript::new("BTCUSDT").shared();
    let other = BinanceScript::new("ETHUSDT").shared();
    BinanceScript::serve_all(&[script.clone(), other], &venue);
    let frames: Vec<String> = {
        let mut script = script.lock().expect("no panic");
        (0..5).map(|_| script.tick()).collect()
    };
    let mut book = BinanceBook::default();
    book.apply_snapshot(&get(&venue, DEPTH).await).expect("a snapshot");
    let before = book.snapshot_body(5000);
    for frame in &frames {
        book.apply_frame(frame).expect("a frame");
    }
    assert_eq!(book.snapshot_body(5000), before, "the snapshot held the frames already");
    assert!(get(&venue, "/api/v3/exchangeInfo").await.contains("ETHUSDT"));
    let trade = script.lock().expect("no panic").trade("60000.01", "0.5", false);
    assert!(trade.contains("\"t\":3735683259"), "{trade}");
    for path in ["historicalTrades", "aggTrades"] {
        let body = get(&venue, &format!("/api/v3/{path}?symbol=BTCUSDT&fromId=3735683259")).await;
        assert!(body.contains("3735683259"), "{body}");
    }
    script.lock().expect("no panic").delist();
    assert!(get(&venue, DEPTH).await.contains("-1121"));
    assert!(get(&venue, "/api/v3/exchangeInfo?symbol=BTCUSDT").await.contains("-1121"));
    venue.on_get("/api/v3/depth", HttpResponse::json("{}"));
    assert_eq!(get(&venue, DEPTH).await, "{}");
    wait_until(SOON, "all requests to be counted", async || venue.requests().len() == 7).await;
}
