//! Connections are cut at random moments and come back: within the ring each missed frame comes exactly once and in
//! order, beyond it the client is told and gets a snapshot, and nobody's book is ever another than the server's.
//!
//! A witness that is never cut records every frame of every stream; what the others got is compared with it, byte by
//! byte, when all is over. `MARKETD_LONG=1`: 10,000 cuts. `SEED=17` repeats a run's choices, not its timing.

mod witness;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use marketd_testkit::Draw;
use marketd_testkit::wire::{CLOSE, FIN, TEXT, WireClient, masked};

use crate::support::{TestApp, sized};
use witness::{Connection, Record, RingLimits, Verdict};

/// The streams, as their parameters stand in requests and in frames.
const STREAMS: [&str; 8] = [
    r#""channel":"book","depth":10,"interval_ms":100"#,
    r#""channel":"book","depth":25,"interval_ms":0,"checksum":true"#,
    r#""channel":"book","depth":"full","interval_ms":0"#,
    r#""channel":"book","depth":100,"interval_ms":1000"#,
    r#""channel":"bbo""#,
    r#""channel":"trades""#,
    r#""channel":"ticker""#,
    r#""channel":"candles","interval":"1s""#,
];
const MARKET: &str = r#""market":"binance:BTC-USDT""#;
/// Small, so that each of the three limits is met by one of the streams within seconds.
const RING: RingLimits = RingLimits { frames: 400, bytes: 200_000, age_ms: 4_000 };
/// A client's streams at a time.
const HELD: usize = 3;

type Position = (u64, u64);

fn subscribe(stream: usize, position: Option<Position>) -> String {
    let resume = position
        .map(|(epoch, seq)| format!(r#","resume":{{"epoch":{epoch},"seq":{seq}}}"#))
        .unwrap_or_default();
    format!(r#"{{"op":"subscribe","id":{stream},{},{MARKET}{resume}}}"#, STREAMS[stream])
}

/// Which of the streams a frame is of.
fn stream_of(name: &str) -> Option<usize> {
    let parameters = name.strip_suffix(MARKET)?.strip_suffix(',')?;
    // In frames `checksum` is a figure of their own.
    let named = |stream: &&str| stream.strip_suffix(r#","checksum":true"#).unwrap_or(stream) == parameters;
    STREAMS.iter().position(named)
}

/// How a connection ends.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Reset,
    /// Our half is ended properly.
    Finish,
    /// Reset when a part of a frame has been read.
    InFrame,
    /// Ended when a part of a request has been sent.
    InRequest,
    /// A close frame, and no waiting for its answer.
    Close,
    /// Reset before the subscriptions can have been answered.
    InSubscribe,
}

const CUTS: [Cut; 6] = [Cut::Reset, Cut::Finish, Cut::InFrame, Cut::InRequest, Cut::Close, Cut::InSubscribe];

async fn cut(mut client: WireClient, how: Cut) {
    // Each of these may fail: the server may have ended the connection for its own reasons.
    match how {
        Cut::Reset | Cut::InSubscribe => client.reset(),
        Cut::Finish => drop(client.finish().await),
        Cut::InFrame => {
            let _ = tokio::time::timeout(Duration::from_millis(100), client.read_byte()).await;
            client.reset();
        }
        Cut::InRequest => {
            let request = masked(FIN | TEXT, subscribe(0, None).as_bytes());
            let _ = client.send(&request[..request.len() / 2]).await;
        }
        Cut::Close => drop(client.send(&masked(FIN | CLOSE, &1_000_u16.to_be_bytes())).await),
    }
}

/// A client that is cut again and again.
struct Returning {
    address: String,
    draw: Draw,
    streams: Vec<usize>,
    positions: [Option<Position>; STREAMS.len()],
    log: Vec<Connection>,
}

impl Returning {
    fn new(address: &str, seed: u64) -> Self {
        let mut draw = Draw(seed);
        let mut streams = Vec::new();
        while streams.len() < HELD {
            let stream = draw.below(STREAMS.len() as u64) as usize;
            if !streams.contains(&stream) {
                streams.push(stream);
            }
        }
        Self { address: address.to_owned(), draw, streams, positions: Default::default(), log: Vec::new() }
    }

    /// The position to ask for; now and then one that never was.
    fn position(&mut self, stream: usize) -> Option<Position> {
        let (epoch, seq) = self.positions[stream]?;
        Some(match self.draw.below(50) {
            0 => (epoch + 1, seq),
            1 => (epoch, seq + 1_000_000_000),
            _ => (epoch, seq),
        })
    }

    async fn connect_once(&mut self) {
        let address = self.address.parse().expect("an address");
        let mut client = WireClient::connect(address, None).await.expect("the handshake");
        let mut connection = Connection::default();
        for stream in self.streams.clone() {
            let position = self.position(stream);
            client.send_text(&subscribe(stream, position)).await.expect("sent");
            connection.asked.insert(stream, position);
        }
        let how = self.draw.pick(&CUTS);
        let span = match how {
            Cut::InSubscribe => Duration::ZERO,
            _ => Duration::from_millis(10 + self.draw.below(140)),
        };
        let until = tokio::time::Instant::now() + span;
        while let Ok(next) = tokio::time::timeout_at(until, client.next()).await {
            let frame = next.expect("an open connection").expect("not closed");
            if let Some((stream, position)) = connection.take(&frame) {
                self.positions[stream] = Some(position);
            }
        }
        cut(client, how).await;
        self.log.push(connection);
    }

    async fn come_back(mut self, times: usize) -> Vec<Connection> {
        for _ in 0..=times {
            self.connect_once().await;
            let away_ms = match self.draw.below(10) {
                0..=6 => self.draw.below(500),
                7 | 8 => 500 + self.draw.below(1_500),
                _ => 2_000 + self.draw.below(3_000),
            };
            tokio::time::sleep(Duration::from_millis(away_ms)).await;
        }
        self.log
    }
}

/// Records what comes until the test is over.
async fn watch(mut client: WireClient, record: Rc<RefCell<Record>>) {
    while let Ok(Some(frame)) = client.next().await {
        record.borrow_mut().take(&frame);
    }
}

fn seed() -> u64 {
    let chosen = std::env::var("SEED").ok().map(|seed| seed.parse().expect("SEED is a number"));
    chosen.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        u64::from(now.subsec_nanos())
    })
}

async fn come_back_and_compare(workers: &str, clients: usize, times: usize) -> Verdict {
    let seed = seed();
    println!("SEED={seed}, {workers} workers, {clients} clients are cut {times} times each");
    let keys = [
        ("replay.builtin", "true"),
        ("replay.speed", "20"),
        ("http.workers", workers),
        ("hub.ring_frames", "400"),
        ("hub.ring_bytes", "200000"),
        ("hub.ring_age_ms", "4000"),
    ];
    let app = TestApp::start(&keys).await;
    app.ready().await;
    let address = app.address.parse().expect("an address");
    // The kernel keeps for the witness what this thread is too busy to read.
    let mut watching = WireClient::connect(address, Some(4 << 20)).await.expect("the handshake");
    for stream in 0..STREAMS.len() {
        watching.send_text(&subscribe(stream, None)).await.expect("sent");
    }
    let record = Rc::new(RefCell::new(Record::default()));
    let watcher = actix_web::rt::spawn(watch(watching, record.clone()));
    app.until("snapshots for the witness", async || record.borrow().has_begun()).await;

    let began = Instant::now();
    let returning: Vec<_> = (0..clients)
        .map(|no| {
            let client = Returning::new(&app.address, seed.wrapping_add(no as u64 * 7_919));
            actix_web::rt::spawn(client.come_back(times))
        })
        .collect();
    let mut logs = Vec::new();
    for client in returning {
        logs.extend(client.await.expect("a client that ran to its end"));
    }
    let took = began.elapsed();
    app.pause_replay().await;
    // Everything is compared with the witness, so it must have read to the end, where its book must be the server's.
    let book = app.book("binance:BTC-USDT", "full").await;
    app.until("a witness of all", async || record.borrow().full_book_stands_at(&book)).await;
    watcher.abort();
    record.borrow().full_book().assert_is(&book);
    app.nobody_is_connected().await;
    app.stop().await;

    let verdict = record.borrow().judge(&logs, RING);
    println!("in {took:.1?}: {verdict:?}");
    verdict
}

#[actix_web::test]
async fn who_comes_back_misses_nothing_or_is_told() {
    let (clients, times) = sized((200, 5), (500, 20));
    let verdict = come_back_and_compare("1", clients, times).await;
    let subscriptions = (clients * times * HELD) as u64;
    // The mix is what it is meant to be: some come back in time, some do not. How many, a busy machine has a say in.
    assert!(verdict.recovered > subscriptions / 10, "{verdict:?}");
    assert!(verdict.too_old > subscriptions / 50, "{verdict:?}");
    assert!(verdict.other_epoch > 0 && verdict.unknown > 0, "{verdict:?}");
    assert!(verdict.frames > 5 * subscriptions, "{verdict:?}");
    // Only where the witness itself lost its place there is nothing to compare with.
    assert!(verdict.unproven <= (verdict.frames + verdict.snapshots) / 100, "{verdict:?}");
}
