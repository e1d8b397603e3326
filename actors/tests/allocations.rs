//! Memory taken per message, counted: a market that has been up for a day takes none for what arrives,
//! and one piece for each frame of each form that leaves, which is the frame itself.

#[allow(dead_code, reason = "shared with the benchmark, which uses more of it")]
mod path;

use std::sync::OnceLock;

use allocation_counter::{AllocationInfo, measure};
use marketd_domain::{AggressorSide, Price, Qty, Timestamp, Trade, TradeId, UpdateSink};
use marketd_protocol::{BookDepth, BookInterval, Encoding, Form, StreamKey};

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
