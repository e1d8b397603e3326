//! The scanner against serde: it reads a frame as serde does, or declines it.

use std::path::Path;

use marketd_domain::{DepthUpdate, Level, Scales, Timestamp, Trade};
use marketd_venues::binance::decode::{self, Body, DiffIds, Parsed};
use marketd_venues::binance::{BINANCE, scan};
use marketd_venues::container::{Direction, Reader};
use proptest::prelude::*;

use crate::support::{Bench, DEPTH_URL, diff};

#[derive(Debug, PartialEq)]
enum Decoded {
    Depth(String, DiffIds, Vec<Level>, Vec<Level>),
    Print(String, decode::PrintKind, Trade),
    Bbo(String, u64, Level, Level),
}

fn scanned(text: &[u8], scales: Scales) -> Option<Decoded> {
    let frame = scan::frame(text)?;
    let symbol = frame.symbol.to_owned();
    Some(match frame.body {
        Body::Depth { ids, levels } => {
            let (mut bids, mut asks) = (Vec::new(), Vec::new());
            scan::levels(&levels, scales, &mut bids, &mut asks)?;
            Decoded::Depth(symbol, ids, bids, asks)
        }
        Body::Print(print) => Decoded::Print(symbol, print.kind, print.trade(scales, Timestamp::ZERO).ok()?),
        Body::Bbo(bbo) => {
            let (bid, ask) = bbo.levels(scales).ok()?;
            Decoded::Bbo(symbol, bbo.venue_seq, bid, ask)
        }
    })
}

fn parsed(text: &[u8], scales: Scales) -> Option<Decoded> {
    Some(match decode::parse(text).ok()? {
        Parsed::Depth(diff) => {
            let mut update = DepthUpdate::default();
            decode::sides(diff.b, diff.a, scales, &mut update).ok()?;
            Decoded::Depth(diff.s.to_string(), diff.ids(), update.bids, update.asks)
        }
        Parsed::Trade(trade) => {
            let print = trade.print();
            let taken = print.trade(scales, Timestamp::ZERO).ok()?;
            Decoded::Print(trade.s.to_string(), print.kind, taken)
        }
        Parsed::BookTicker(ticker) => {
            let (bid, ask) = ticker.bbo().levels(scales).ok()?;
            Decoded::Bbo(ticker.s.to_string(), ticker.u, bid, ask)
        }
        Parsed::AggTrade(_) | Parsed::Shutdown | Parsed::Ignored => return None,
    })
}

fn usual_frames() -> Vec<String> {
    let inner = [
        "{\"e\":\"depthUpdate\",\"E\":1723161255208,\"s\":\"BTCUSDT\",\"U\":50093239189,\"u\":50093239202,\"b\":[[\"61737.63000000\",\"0.00000000\"],[\"56854.58000000\",\"12.50000000\"]],\"a\":[[\"61837.64000000\",\"1.54698000\"]]}",
        "{\"e\":\"depthUpdate\",\"E\":1723161255208,\"s\":\"BTCUSDT\",\"U\":1,\"u\":2,\"b\":[],\"a\":[]}",
        "{\"e\":\"depthUpdate\",\"E\":1723161256299,\"T\":1723161256298,\"s\":\"BTCUSDT\",\"U\":5123107832006,\"u\":5123107837557,\"pu\":5123107831937,\"b\":[[\"58710.20\",\"0.014\"]],\"a\":[[\"61496.50\",\"0.010\"],[\"7\",\"1\"]]}",
        "{\"e\":\"trade\",\"E\":1723161255343,\"s\":\"BTCUSDT\",\"t\":3735683259,\"p\":\"61837.63000000\",\"q\":\"0.02000000\",\"T\":1723161255342,\"m\":true,\"M\":true}",
        "{\"e\":\"trade\",\"E\":1,\"s\":\"BTCUSDT\",\"t\":2,\"p\":\"1\",\"q\":\"2\",\"b\":88,\"a\":50,\"T\":4,\"m\":false,\"M\":true}",
        "{\"e\":\"trade\",\"E\":1723161256322,\"T\":1723161256322,\"s\":\"BTCUSDT\",\"t\":5266583935,\"p\":\"61800.30\",\"q\":\"0.006\",\"X\":\"MARKET\",\"m\":false}",
        "{\"u\":50093239212,\"s\":\"BTCUSDT\",\"b\":\"61837.63000000\",\"B\":\"3.78826000\",\"a\":\"61837.64000000\",\"A\":\"1.54698000\"}",
        "{\"e\":\"bookTicker\",\"u\":5123107839020,\"s\":\"BTCUSDT\",\"b\":\"61800.20\",\"B\":\"2.507\",\"a\":\"61800.30\",\"A\":\"2.510\",\"T\":1723161256313,\"E\":1723161256313}",
    ];
    let wrapped = inner.iter().map(|text| format!("{{\"stream\":\"btcusdt@depth\",\"data\":{text}}}"));
    wrapped.chain(inner.iter().map(|text| (*text).to_owned())).collect()
}

#[test]
fn the_scanner_takes_every_usual_frame() {
    for frame in usual_frames() {
        let taken = scanned(frame.as_bytes(), Scales::of(8, 8));
        assert!(taken.is_some(), "{frame}");
        assert_eq!(taken, parsed(frame.as_bytes(), Scales::of(8, 8)), "{frame}");
    }
}

#[test]
fn the_scanner_takes_every_recorded_frame() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut taken = 0;
    for name in
        ["binance-spot/btcusdt_20240808", "binance-spot/multi4_20211012", "binance-us/multi4_20211012"]
    {
        let mut reader = Reader::open(&root.join(format!("{name}.jsonl.zst"))).expect("a recording");
        while let Some(line) = reader.next().expect("layout") {
            let is_usual = ["@depth", "@trade", "@bookTicker"].iter().any(|stream| line.raw.contains(stream));
            if line.direction == Direction::Out || !is_usual {
                continue;
            }
            let scanned = scanned(line.raw.as_bytes(), Scales::of(8, 8));
            assert!(scanned.is_some(), "{}", line.raw);
            // serde is slow without optimization; every tenth frame of each kind is held against it.
            if taken % 10 == 0 {
                assert_eq!(scanned, parsed(line.raw.as_bytes(), Scales::of(8, 8)), "{}", line.raw);
            }
            taken += 1;
        }
    }
    assert!(taken > 40_000, "only {taken} frames");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_scanner_reads_as_serde_reads_or_declines(
        frame in 0..16usize,
        price in 0..=12u8,
        qty in 0..=12u8,
        edits in prop::collection::vec(
            (any::<prop::sample::Index>(), 0..4u8, prop::sample::select(b"0123456789.\"\\[]{},:eEuUsbaATX- \x00\x7f\xc3\xff".to_vec())),
            0..4,
        ),
    ) {
        let mut text = usual_frames()[frame].clone().into_bytes();
        for (at, kind, byte) in edits {
            if text.is_empty() {
                break;
            }
            let at = at.index(text.len());
            match kind {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                2 => { text.remove(at); }
                _ => text.truncate(at + 1),
            }
        }
        let scales = Scales::of(price, qty);
        if let Some(taken) = scanned(&text, scales) {
            prop_assert_eq!(Some(taken), parsed(&text, scales), "{}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn numbers_of_any_form_are_read_alike(
        price in "[0-9]{0,10}(\\.[0-9]{0,10})?",
        qty in "[0-9]{0,20}(\\.[0-9]{0,20})?",
        decimals in 0..=18u8,
    ) {
        let text = diff(1, 2, &format!("[\"{price}\",\"{qty}\"],[\"{qty}\",\"{price}\"]"), "");
        let scales = Scales::of(decimals, 18 - decimals);
        prop_assert_eq!(scanned(text.as_bytes(), scales), parsed(text.as_bytes(), scales));
    }

    #[test]
    fn foreign_bytes_never_panic(text in prop::collection::vec(any::<u8>(), 0..200), frame in 0..16usize, at in any::<prop::sample::Index>()) {
        let mut bench = Bench::discovering(&BINANCE);
        let mut spliced = usual_frames()[frame].clone().into_bytes();
        let at = at.index(spliced.len());
        spliced.splice(at..at, text.iter().copied());
        for text in [&text, &spliced] {
            let _ = bench.io(|session, now, io| session.on_message(1, text, now, io));
            let _ = bench.io(|session, now, io| session.on_http(DEPTH_URL, text, now, io));
            let _ = bench.io(|session, now, io| session.on_http("/api/v3/exchangeInfo", text, now, io));
        }
    }
}
