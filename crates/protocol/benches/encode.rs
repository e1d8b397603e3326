//! Book frames from levels to the bytes of a socket, WebSocket header included. Figures are frames a
//! second. `forms` compares the encodings, plain and compressed, and prints their sizes. The baseline is `serde_json` over strings, as servers usually do it.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use marketd_domain::{Level, Price, Qty, Scale, Scales, Timestamp};
use marketd_protocol::deflate::Deflater;
use marketd_protocol::frame::{self, FrameHead, FrameKind, FramePrefix};
use marketd_protocol::{BookDepth, BookInterval, DataFrame, Form, StreamKey};
use serde::Serialize;

const SCALES: Scales = Scales::of(2, 8);

/// Quantities of all lengths, a fifth of them removals, as in a recorded market.
fn levels(count: usize, best_cents: i64, step: i64) -> Vec<Level> {
    let qtys = [0, 1_400_000, 51_200_000, 1_234_567_800, 100_000_000_000];
    (0..count)
        .map(|rank| {
            let price = best_cents + step * (rank as i64) * 7;
            Level::new(Price::from_mantissa(price), Qty::from_mantissa(qtys[rank % qtys.len()]))
        })
        .collect()
}

fn head(kind: FrameKind) -> FrameHead {
    FrameHead {
        kind,
        seq: 12_071,
        prev: 12_070,
        ts_venue: Timestamp::from_micros(1_723_161_255_208_000),
        ts_recv: Timestamp::from_micros(1_723_161_253_938_120),
        ts_sent: Timestamp::from_micros(1_723_161_253_938_145),
    }
}

#[derive(Serialize)]
struct SerdeFrame<'a> {
    r#type: &'a str,
    channel: &'a str,
    depth: &'a str,
    interval_ms: u32,
    market: &'a str,
    epoch: u64,
    seq: u64,
    prev: u64,
    ts_venue: i64,
    ts_recv: i64,
    ts_sent: i64,
    bids: Vec<(String, String)>,
    asks: Vec<(String, String)>,
}

fn serde_levels(levels: &[Level]) -> Vec<(String, String)> {
    let text = |mantissa: i64, scale: Scale| Price::from_mantissa(mantissa).to_text(scale);
    levels
        .iter()
        .map(|level| (text(level.price.mantissa(), SCALES.price), text(level.qty.mantissa(), SCALES.qty)))
        .collect()
}

fn encode(criterion: &mut Criterion) {
    let key =
        StreamKey::Book { depth: BookDepth::Full, interval: BookInterval::EVERY_CHANGE, checksum: false };
    let prefix = FramePrefix::new("binance:BTC-USDT", key, 1_763_722_800_123);
    let mut payload = Vec::new();
    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Elements(1));
    for (name, kind, count) in [
        ("delta of 1 level", FrameKind::Delta, 1usize),
        ("delta of 20 levels", FrameKind::Delta, 20),
        ("delta of 46 levels", FrameKind::Delta, 46),
        ("snapshot of 100 levels a side", FrameKind::Snapshot, 200),
    ] {
        let (bids, asks) = (levels(count - count / 2, 6_183_763, -1), levels(count / 2, 6_183_764, 1));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                payload.clear();
                frame::push_head(&mut payload, &prefix, &head(kind));
                frame::push_book(&mut payload, SCALES, bids.iter().copied(), asks.iter().copied(), None);
                black_box(frame::websocket_text(&payload))
            });
        });
    }
    let (bids, asks) = (levels(23, 6_183_763, -1), levels(23, 6_183_764, 1));
    group.bench_function("baseline: delta of 46 levels by serde_json", |bencher| {
        bencher.iter(|| {
            let frame = SerdeFrame {
                r#type: "delta",
                channel: "book",
                depth: "full",
                interval_ms: 0,
                market: "binance:BTC-USDT",
                epoch: 1_763_722_800_123,
                seq: 12_071,
                prev: 12_070,
                ts_venue: 1_723_161_255_208_000,
                ts_recv: 1_723_161_253_938_120,
                ts_sent: 1_723_161_253_938_145,
                bids: serde_levels(&bids),
                asks: serde_levels(&asks),
            };
            black_box(frame::websocket_text(&serde_json::to_vec(&frame).expect("plain data")))
        });
    });
    group.finish();
}

fn forms(criterion: &mut Criterion) {
    let key =
        StreamKey::Book { depth: BookDepth::Top(50), interval: BookInterval::EVERY_CHANGE, checksum: false };
    let prefix = FramePrefix::new("binance:BTC-USDT", key, 1_763_722_800_123);
    let (mut payload, mut deflater) = (Vec::new(), Deflater::new());
    let mut group = criterion.benchmark_group("forms");
    group.throughput(Throughput::Elements(1));
    for (name, kind, count) in [
        ("delta of 20 levels", FrameKind::Delta, 20usize),
        ("snapshot of 50 levels a side", FrameKind::Snapshot, 100),
    ] {
        let (bids, asks) = (levels(count / 2, 6_183_763, -1), levels(count / 2, 6_183_764, 1));
        for form in Form::NATIVE {
            let mut frame = || {
                payload.clear();
                let head = head(kind);
                DataFrame::begin(form.encoding(), &mut payload, &prefix, &head, SCALES).book(
                    bids.iter().copied(),
                    asks.iter().copied(),
                    None,
                );
                let deflated =
                    if form.is_deflated() { deflater.frame(form.encoding(), &payload) } else { None };
                deflated.unwrap_or_else(|| frame::websocket_message(form.encoding(), &payload))
            };
            println!("{name}, {form:?}: {} bytes", frame().len());
            let deflated = if form.is_deflated() { " deflated" } else { "" };
            group.bench_function(format!("{name}: {:?}{deflated}", form.encoding()), |bencher| {
                bencher.iter(|| black_box(frame()));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, encode, forms);
criterion_main!(benches);
