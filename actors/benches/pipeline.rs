//! Bytes in to frames out, on one core: recorded Binance frames through the venue's session into the
//! market's state, and out as encoded frames of its full book, its best prices and its trades.
//!
//! All frames are in memory before the clock starts; sockets, mailboxes and fan-out are not in it.
//! Figures are input frames a second.

#[path = "../tests/path/mod.rs"]
mod path;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use marketd_protocol::{BookDepth, BookInterval, Form, StreamKey};

use path::{Pipeline, Recorded};

const BOOK: StreamKey =
    StreamKey::Book { depth: BookDepth::Full, interval: BookInterval::EVERY_CHANGE, checksum: false };
const TOP: StreamKey =
    StreamKey::Book { depth: BookDepth::Top(50), interval: BookInterval::EVERY_CHANGE, checksum: false };

fn run(pipeline: &mut Pipeline, lines: &[Recorded]) -> u64 {
    for line in lines {
        pipeline.take(line);
    }
    pipeline.sink.bytes
}

fn bench_lines(criterion: &mut Criterion, name: &str, start: &[Recorded], lines: &[Recorded]) {
    let mut group = criterion.benchmark_group("pipeline");
    group.throughput(Throughput::Elements(lines.len() as u64));
    group.sample_size(20);
    for (what, keys) in [
        ("session and book", &[][..]),
        ("session, book and frames", &[BOOK, StreamKey::Bbo, StreamKey::Trades]),
        ("session, book and frames of 50 levels", &[TOP, StreamKey::Bbo, StreamKey::Trades]),
    ] {
        let mut probe = Pipeline::new(keys, &[Form::JSON], start);
        let bytes = run(&mut probe, lines);
        println!("{name}, {what}: {} frames in, {} out of {bytes} bytes", lines.len(), probe.sink.frames);
        group.bench_function(format!("{name}: {what}"), |bencher| {
            bencher.iter_batched_ref(
                || Pipeline::new(keys, &[Form::JSON], start),
                |pipeline| black_box(run(pipeline, lines)),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// Bytes of one stream's frames over the whole recording, in each form.
fn print_sizes(start: &[Recorded], lines: &[Recorded]) {
    let tenth = StreamKey::Book {
        depth: BookDepth::Full,
        interval: BookInterval::from_millis(100).expect("served"),
        checksum: false,
    };
    for (what, key) in [
        ("full book, every change", BOOK),
        ("full book, every 100 ms", tenth),
        ("50 levels, every change", TOP),
        ("best prices", StreamKey::Bbo),
        ("trades", StreamKey::Trades),
    ] {
        for form in Form::NATIVE {
            let mut pipeline = Pipeline::new(&[key], &[form], start);
            let bytes = run(&mut pipeline, lines);
            let each = bytes / pipeline.sink.frames.max(1);
            println!("{what}, {form:?}: {} frames of {each} bytes", pipeline.sink.frames);
        }
    }
}

fn pipeline(criterion: &mut Criterion) {
    let (start, lines) = path::split_at_snapshot(path::recording());
    print_sizes(&start, &lines);
    bench_lines(criterion, "all frames", &start, &lines);
    let (_, lines) = path::split_at_snapshot(path::recording());
    let depth: Vec<Recorded> = lines.into_iter().filter(path::is_depth).collect();
    bench_lines(criterion, "depth frames", &start, &depth);
}

criterion_group!(benches, pipeline);
criterion_main!(benches);
