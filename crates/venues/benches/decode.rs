//! Bytes to book: decoding alone, and a session that decodes and applies to a domain book. A group a
//! venue; figures are messages a second.
//!
//! Recorded frames are read from `MARKETD_DATA`, the repository's `testdata` or a folder of shared
//! data beside the repository, whichever is there first.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use marketd_domain::book::BookChanges;
use marketd_domain::{
    Book, DepthUpdate, GapFound, Instrument, Level, MarketIndex, Scales, StaleReason, Timestamp, Trade,
    UpdateSink,
};
use marketd_venues::binance::decode::{self, Body, Parsed};
use marketd_venues::binance::{BINANCE, scan};
use marketd_venues::bitstamp::BITSTAMP;
use marketd_venues::bybit::BYBIT;
use marketd_venues::coinbase::COINBASE;
use marketd_venues::container::{Direction, Reader};
use marketd_venues::kraken::KRAKEN;
use marketd_venues::okx::OKX;
use marketd_venues::{Action, Io, SessionConfig, Venue, VenueSession};

/// Keeps one book; everything else is counted and forgotten.
struct BookSink {
    book: Book,
    changes: BookChanges,
    others: u64,
}

impl BookSink {
    fn new() -> Self {
        Self { book: Book::new(None), changes: BookChanges::default(), others: 0 }
    }
}

impl UpdateSink for BookSink {
    fn listed(&mut self, _: MarketIndex, _: &Instrument) {}

    fn snapshot(&mut self, _: MarketIndex, update: &DepthUpdate) {
        self.changes.clear();
        self.book.replace(&update.bids, &update.asks, &mut self.changes).expect("a valid snapshot");
    }

    fn depth(&mut self, _: MarketIndex, update: &DepthUpdate) {
        self.changes.clear();
        self.book.apply(&update.bids, &update.asks, &mut self.changes).expect("a valid update");
    }

    fn trade(&mut self, _: MarketIndex, _: &Trade) {
        self.others += 1;
    }

    fn rescaled(&mut self, _: MarketIndex, _: Scales) {
        unreachable!("the instrument's scales hold all its numbers");
    }

    fn gap(&mut self, _: MarketIndex, gap: GapFound) {
        unreachable!("the frames follow each other: {gap:?}");
    }

    fn stale(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}

    fn halted(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}

    fn duplicate(&mut self, _: MarketIndex) {
        self.others += 1;
    }

    fn venue_bbo(&mut self, _: MarketIndex, _: Level, _: Level, _: u64) {
        self.others += 1;
    }
}

/// A session that is synced, and its book.
struct Running {
    session: Box<dyn VenueSession>,
    sink: BookSink,
    actions: Vec<Action>,
}

impl Running {
    fn start(venue: &dyn Venue, instrument: &Instrument, snapshot: Option<&(String, String)>) -> Self {
        let config = SessionConfig { instruments: vec![instrument.clone()], discover: false };
        let mut running =
            Self { session: venue.session(config), sink: BookSink::new(), actions: Vec::with_capacity(64) };
        if let Some((url, body)) = snapshot {
            let mut io = Io { updates: &mut running.sink, actions: &mut running.actions };
            running
                .session
                .on_http(url, body.as_bytes(), Timestamp::ZERO, &mut io)
                .expect("a valid snapshot");
        }
        running
    }

    fn take(&mut self, frames: &[String]) {
        let mut io = Io { updates: &mut self.sink, actions: &mut self.actions };
        for frame in frames {
            self.session.on_message(1, frame.as_bytes(), Timestamp::ZERO, &mut io).expect("a valid frame");
        }
    }
}

/// The frames of one market, and what has to come before them.
struct Feed {
    name: &'static str,
    instrument: Instrument,
    snapshot: Option<(String, String)>,
    frames: Vec<String>,
}

fn bench_session(criterion: &mut Criterion, venue: &dyn Venue, feed: &Feed) {
    let mut group = criterion.benchmark_group(venue.name());
    group.throughput(Throughput::Elements(feed.frames.len() as u64));
    group.sample_size(20);
    group.bench_function(format!("{}: decode and apply", feed.name), |bencher| {
        bencher.iter_batched(
            || Running::start(venue, &feed.instrument, feed.snapshot.as_ref()),
            |mut running| {
                running.take(&feed.frames);
                running
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn recording(name: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let roots = [
        std::env::var_os("MARKETD_DATA").map(PathBuf::from),
        Some(here.join("../../testdata")),
        Some(here.join("../../../shared/data")),
    ];
    let found = roots.into_iter().flatten().map(|root| root.join(name)).find(|path| path.is_file());
    if found.is_none() {
        println!(
            "skipped: the recording {name} is not at hand; set MARKETD_DATA to the folder that holds it"
        );
    }
    found
}

/// Inbound frames that `keep` wants, with the last REST exchange before the first of them.
fn recorded(path: &Path, keep: impl Fn(&str) -> bool) -> (Option<(String, String)>, Vec<String>) {
    let (mut url, mut snapshot, mut frames) = (String::new(), None, Vec::new());
    let mut reader = Reader::open(path).expect("a recording");
    while let Some(line) = reader.next().expect("the recording layout") {
        match (line.conn.as_ref(), line.direction) {
            ("rest", Direction::Out) => url = line.raw.trim_start_matches("GET ").to_owned(),
            ("rest", Direction::In) => snapshot = Some((url.clone(), line.raw.into_owned())),
            (_, Direction::In) if keep(&line.raw) => frames.push(line.raw.into_owned()),
            _ => {}
        }
    }
    (snapshot, frames)
}

// Binance.

const BINANCE_DEPTH: &str = "/api/v3/depth?symbol=BTCUSDT&limit=5000";

/// The lot is 0.00001, but far levels are printed with up to eight decimals that are not zero.
fn btcusdt() -> Instrument {
    Instrument { scales: Scales::of(2, 8), ..Instrument::unlisted("BTCUSDT", "BTC", "USDT") }
}

/// Diffs of ten levels a side within 60 ticks of the best, a third of them removals.
fn binance_synthetic() -> Feed {
    let mut draw = 7u64;
    let mut next = move |below: u64| {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (draw >> 33) % below
    };
    let mut side = |best: u64, step: i64| {
        let rows: Vec<String> = (0..10)
            .map(|_| {
                let cents = best.saturating_add_signed(step * next(60) as i64);
                let qty = if next(3) == 0 { 0 } else { 1 + next(500_000) };
                let (price, fraction) = (cents / 100, cents % 100);
                format!("[\"{price}.{fraction:02}000000\",\"{}.{:05}000\"]", qty / 100_000, qty % 100_000)
            })
            .collect();
        rows.join(",")
    };
    let frames = (1..=10_000u64)
        .map(|id| {
            format!(
                "{{\"stream\":\"btcusdt@depth@100ms\",\"data\":{{\"e\":\"depthUpdate\",\"E\":1723161255208,\
                 \"s\":\"BTCUSDT\",\"U\":{id},\"u\":{id},\"b\":[{}],\"a\":[{}]}}}}",
                side(6_000_000, -1),
                side(6_000_001, 1)
            )
        })
        .collect();
    let rows = |best: i64, step: i64| {
        let rows: Vec<String> = (0..1_000)
            .map(|rank| best + step * rank)
            .map(|cents| format!("[\"{}.{:02}000000\",\"1.00000000\"]", cents / 100, cents % 100))
            .collect();
        rows.join(",")
    };
    let body = format!(
        "{{\"lastUpdateId\":0,\"bids\":[{}],\"asks\":[{}]}}",
        rows(6_000_000, -1),
        rows(6_000_001, 1)
    );
    Feed {
        name: "20 levels",
        instrument: btcusdt(),
        snapshot: Some((BINANCE_DEPTH.to_owned(), body)),
        frames,
    }
}

fn bench_binance_decoders(criterion: &mut Criterion, feed: &Feed) {
    let scales = feed.instrument.scales;
    let mut update = DepthUpdate::default();
    let mut group = criterion.benchmark_group("binance");
    group.throughput(Throughput::Elements(feed.frames.len() as u64));
    group.sample_size(20);
    group.bench_function(format!("{}: decode, scanner", feed.name), |bencher| {
        bencher.iter(|| {
            for frame in &feed.frames {
                let Some(Body::Depth { levels, .. }) = scan::frame(frame.as_bytes()).map(|frame| frame.body)
                else {
                    unreachable!("a usual depth update");
                };
                update.clear();
                scan::levels(&levels, scales, &mut update.bids, &mut update.asks).expect("usual levels");
                black_box(&update);
            }
        });
    });
    group.bench_function(format!("{}: decode, serde", feed.name), |bencher| {
        bencher.iter(|| {
            for frame in &feed.frames {
                let Ok(Parsed::Depth(diff)) = decode::parse(frame.as_bytes()) else {
                    unreachable!("a depth update");
                };
                decode::sides(diff.b, diff.a, scales, &mut update).expect("levels");
                black_box(&update);
            }
        });
    });
    group.finish();
}

fn binance(criterion: &mut Criterion) {
    let synthetic = binance_synthetic();
    bench_binance_decoders(criterion, &synthetic);
    bench_session(criterion, &BINANCE, &synthetic);

    let Some(path) = recording("binance-spot/btcusdt_20240808.jsonl.zst") else { return };
    let (_, frames) = recorded(&path, |raw| raw.contains("\"depthUpdate\""));
    bench_binance_decoders(
        criterion,
        &Feed { name: "recorded BTCUSDT depth", instrument: btcusdt(), snapshot: None, frames },
    );
    // Diffs that the snapshot holds already come first; they are ignored, as in the recording.
    for (name, wanted) in
        [("recorded BTCUSDT depth", "\"depthUpdate\""), ("recorded BTCUSDT, all frames", "")]
    {
        let (snapshot, frames) = recorded(&path, |raw| raw.contains(wanted));
        bench_session(criterion, &BINANCE, &Feed { name, instrument: btcusdt(), snapshot, frames });
    }
}

// Kraken.

fn kraken(criterion: &mut Criterion) {
    let Some(path) = recording("kraken-v2/btcusd_d25_20260802.jsonl.zst") else { return };
    let (_, frames) = recorded(&path, |raw| raw.contains("\"channel\":\"book\",\"type\""));
    let instrument = Instrument {
        scales: Scales::of(1, 8),
        max_depth: Some(25),
        ..Instrument::unlisted("BTC/USD", "BTC", "USD")
    };
    let feed = Feed { name: "recorded BTC/USD book, depth 25", instrument, snapshot: None, frames };
    bench_session(criterion, &KRAKEN, &feed);
}

// OKX.

fn okx(criterion: &mut Criterion) {
    let Some(path) = recording("okx/tbt_20210722.jsonl.zst") else { return };
    let book = r#"{"arg":{"channel":"books-l2-tbt","instId":"ONT-USDT"},"action""#;
    let (_, frames) = recorded(&path, |raw| raw.starts_with(book));
    let instrument = Instrument::unlisted("ONT-USDT", "ONT", "USDT");
    let feed = Feed { name: "recorded ONT-USDT books-l2-tbt", instrument, snapshot: None, frames };
    bench_session(criterion, &OKX, &feed);
}

// Coinbase Exchange.

fn coinbase(criterion: &mut Criterion) {
    let Some(path) = recording("coinbase-exchange/multi6_20210417.jsonl.zst") else { return };
    let is_book = |raw: &str| raw.starts_with("{\"type\":\"snapshot\"") || raw.contains("\"l2update\"");
    let (_, frames) = recorded(&path, |raw| raw.contains("\"product_id\":\"SKL-USD\"") && is_book(raw));
    let instrument = Instrument::unlisted("SKL-USD", "SKL", "USD");
    let feed = Feed { name: "recorded SKL-USD level2", instrument, snapshot: None, frames };
    bench_session(criterion, &COINBASE, &feed);
}

// Bitstamp and Bybit: the recordings at hand are short, so the frames are made.

/// Ten levels within 60 ticks of the best, a third of them removals.
fn made_rows(frame: u64, best_cents: u64, step: i64) -> String {
    let rows: Vec<String> = (0..10)
        .map(|rank| {
            let cents = best_cents.saturating_add_signed(step * ((frame * 7 + rank * 11) % 60) as i64);
            let qty = if (frame + rank).is_multiple_of(3) { 0 } else { 1 + (frame * 31 + rank) % 500 };
            format!("[\"{}.{:02}\",\"{qty}.25000\"]", cents / 100, cents % 100)
        })
        .collect();
    rows.join(",").replace("\"0.25000\"", "\"0.00000\"")
}

fn bitstamp(criterion: &mut Criterion) {
    let frames: Vec<String> = (1..=10_000u64)
        .map(|id| {
            format!(
                "{{\"data\":{{\"timestamp\":\"1618677692\",\"microtimestamp\":\"{id}\",\"bids\":[{}],\
                 \"asks\":[{}]}},\"channel\":\"diff_order_book_btcusd\",\"event\":\"data\"}}",
                made_rows(id, 6_000_000, -1),
                made_rows(id, 6_000_001, 1)
            )
        })
        .collect();
    let instrument = Instrument::unlisted("btcusd", "BTC", "USD");
    let body = "{\"timestamp\":\"0\",\"microtimestamp\":\"1\",\"bids\":[],\"asks\":[]}";
    let mut group = criterion.benchmark_group("bitstamp");
    group.throughput(Throughput::Elements(frames.len() as u64));
    group.sample_size(20);
    group.bench_function("20 levels: decode and apply", |bencher| {
        bencher.iter_batched(
            || {
                let mut running = Running::start(&BITSTAMP, &instrument, None);
                // The book is only believed for a connection whose diffs are being kept.
                running.take(&frames[..1]);
                let mut io = Io { updates: &mut running.sink, actions: &mut running.actions };
                let url = "/api/v2/order_book/btcusd/";
                running.session.on_http(url, body.as_bytes(), Timestamp::ZERO, &mut io).expect("a book");
                running
            },
            |mut running| {
                running.take(&frames);
                running
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn bybit(criterion: &mut Criterion) {
    let frames = (1..=10_000u64)
        .map(|id| {
            let kind = if id == 1 { "snapshot" } else { "delta" };
            format!(
                "{{\"topic\":\"orderbook.200.BTCUSDT\",\"ts\":1687565171067,\"type\":\"{kind}\",\"data\":\
                 {{\"s\":\"BTCUSDT\",\"b\":[{}],\"a\":[{}],\"u\":{id},\"seq\":7961607{id}}},\"cts\":1687565171060}}",
                made_rows(id, 6_000_000, -1),
                made_rows(id, 6_000_001, 1)
            )
        })
        .collect();
    let instrument = Instrument::unlisted("BTCUSDT", "BTC", "USDT");
    bench_session(criterion, &BYBIT, &Feed { name: "20 levels", instrument, snapshot: None, frames });
}

criterion_group!(benches, binance, coinbase, kraken, okx, bitstamp, bybit);
criterion_main!(benches);
