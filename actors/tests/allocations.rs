//! Memory taken per message, counted: a market that has been up for a day takes none for what arrives,
//! and one piece for each frame of each form that leaves, which is the frame itself.

#[allow(dead_code, reason = "shared with the benchmark, which uses more of it")]
mod path;

use std::sync::OnceLock;

use std::time::Duration;

use allocation_counter::{AllocationInfo, measure};
use marketd_actors::board::Board;
use marketd_actors::sink::BatchSink;
use marketd_actors::storage::{DeltaSettings, Storage, StoreSettings};
use marketd_actors::traces::{Sampling, TraceId, Traces, current_id, enter};
use marketd_actors::writer::handover::Handover;
use marketd_actors::writer::intake::Lane;
use marketd_actors::writer::plan::FlushRule;
use marketd_domain::market::{MarketLimits, MarketState};
use marketd_domain::{
    AggressorSide, Instrument, MarketId, Price, Qty, Scales, Source, Timestamp, Trade, TradeId, UpdateSink,
};
use marketd_protocol::{BookDepth, BookInterval, Encoding, Form, StreamKey};
use marketd_store::{Family, Retention, StoreOptions};

use path::{Pipeline, Recorded};

const EVERY_CHANGE: BookInterval = BookInterval::EVERY_CHANGE;

/// Trades of the day before, so that the rings of trades, candles and minutes are at their full size.
fn live_through_a_day(pipeline: &mut Pipeline, until: Timestamp) {
    const TRADES: i64 = 12_000;
    let step_ms = 24 * 3_600_000 / TRADES;
    for nth in 0..TRADES {
        let trade = Trade {
            id: TradeId::None,
            price: Price::from_mantissa(6_180_000 + nth % 100),
            qty: Qty::from_mantissa(1 + nth),
            aggressor: AggressorSide::Buy,
            ts_venue: until.plus_millis((nth - TRADES) * step_ms),
            ts_recv: until,
            backfilled: false,
        };
        pipeline.sink.trade(marketd_domain::MarketIndex(0), &trade);
    }
}

/// Plays the recording; counts what its second half takes. Says also how many frames came of it.
fn second_half(keys: &[StreamKey], forms: &[Form]) -> (usize, u64, AllocationInfo) {
    static RECORDING: OnceLock<(Vec<Recorded>, Vec<Recorded>)> = OnceLock::new();
    let (start, lines) = RECORDING.get_or_init(|| path::split_at_snapshot(path::recording()));
    let mut pipeline = Pipeline::new(keys, forms, start);
    live_through_a_day(&mut pipeline, lines[0].recv);
    let (first, second) = lines.split_at(lines.len() / 2);
    first.iter().for_each(|line| pipeline.take(line));
    let frames_before = pipeline.sink.frames;
    let info = measure(|| second.iter().for_each(|line: &Recorded| pipeline.take(line)));
    (second.len(), pipeline.sink.frames - frames_before, info)
}

#[test]
fn what_arrives_is_decoded_and_applied_without_allocation() {
    let (lines, frames, info) = second_half(&[], &[Form::JSON]);
    println!("{lines} messages in, no stream open: {} allocations", info.count_total);
    assert_eq!((frames, info.count_total), (0, 0));
}

#[test]
fn a_frame_costs_one_allocation() {
    for (name, keys) in [
        (
            "the full book",
            &[StreamKey::Book { depth: BookDepth::Full, interval: EVERY_CHANGE, checksum: false }][..],
        ),
        (
            "ten levels",
            &[StreamKey::Book { depth: BookDepth::Top(10), interval: EVERY_CHANGE, checksum: true }],
        ),
        ("best prices and trades", &[StreamKey::Bbo, StreamKey::Trades]),
    ] {
        for forms in [&[Form::JSON][..], &[Form::MSGPACK, Form::new(Encoding::Json, true)]] {
            let (lines, frames, info) = second_half(keys, forms);
            println!(
                "{lines} messages in, {name} in {} forms: {frames} frames out, {} allocations",
                forms.len(),
                info.count_total
            );
            assert!(frames > 1_000);
            assert_eq!(info.count_total, frames, "{name}, {forms:?}");
            assert_eq!(info.count_current, 0, "a frame is given back with its last reader");
        }
    }
}

#[test]
fn what_is_not_traced_pays_for_no_trace() {
    let sampling = Sampling { requests_one_in: u32::MAX, frames_one_in: u32::MAX, per_second: 10 };
    let (traces, _spans) = Traces::new(sampling, 10);
    let mut sink = BatchSink::new(Vec::new(), &traces);
    let given = TraceId::plain(b"mine");
    // The seed of the numbers is made with the first.
    drop(traces.request(None, None));
    let info = measure(|| {
        for _ in 0..1_000 {
            assert!(sink.trace(&traces, "feed", 100, Timestamp::ZERO).is_none());
            let mut context = Some(traces.request(given, None));
            let _entered = enter(&mut context);
            assert!(current_id().is_some());
        }
    });
    println!("1,000 frames and requests that are not traced: {} allocations", info.count_total);
    assert_eq!(info.count_total, 0);
}

async fn storage(folder: &std::path::Path) -> std::sync::Arc<Storage> {
    let settings = StoreSettings {
        url: format!("sqlite://{}", folder.join("market.db").display()),
        options: StoreOptions::default(),
        spool_path: folder.join("spool.db"),
        spool_bytes: 1 << 20,
        buffer_bytes: 64 << 20,
        flush: FlushRule { rows: 5_000, age: Duration::from_millis(200) },
        snapshot: Duration::from_secs(60),
        deltas: DeltaSettings { sources: Vec::new(), flush: Duration::from_secs(1) },
        maintain: Duration::from_secs(3_600),
        retention: Retention::default(),
    };
    Storage::open(settings).await.expect("a new store")
}

#[test]
fn rows_are_handed_over_without_allocation() {
    const BATCH: i64 = 10_000;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let storage = runtime.block_on(storage(folder.path()));
    let instrument =
        Instrument { scales: Scales::of(2, 8), ..Instrument::unlisted("BTCUSDT", "BTC", "USDT") };
    let start = Timestamp::from_millis(1_795_219_200_000);
    let mut state = MarketState::new(instrument, MarketLimits { trades: 100, candles: 10 }, start);
    let entry =
        Board::default().register(MarketId::new("binance", "BTC", "USDT"), Source::Live, state.clone());
    let mut handover = Handover::new(storage.clone(), &entry, "binance");
    // A trade a second, so that each closes a candle.
    let mut batch = |first: i64| {
        for nth in first..first + BATCH {
            let trade = Trade {
                id: TradeId::Number(nth.cast_unsigned()),
                price: Price::from_mantissa(6_180_000 + nth % 100),
                qty: Qty::from_mantissa(1 + nth),
                aggressor: AggressorSide::Buy,
                ts_venue: start.plus_millis(nth * 1_000),
                ts_recv: start,
                backfilled: false,
            };
            assert!(state.apply_trade(&trade).is_some());
            handover.trade(&state, &trade);
            if nth % 10 == 0 {
                handover.send();
            }
        }
    };
    // More than a day, and the buffers that take turns have their size.
    let turns = 10;
    for turn in 0..turns {
        batch(1 + turn * BATCH);
        for family in [Family::Trades, Family::Candles] {
            assert!(storage.intake(family).take(Lane::Spool).len() as i64 >= BATCH - 10);
            storage.intake(family).settle(Lane::Spool);
        }
    }
    let info = measure(|| batch(1 + turns * BATCH));
    println!("{BATCH} trades and as many candles handed over: {} allocations", info.count_total);
    assert_eq!(info.count_total, 0);
    runtime.block_on(storage.close());
}
