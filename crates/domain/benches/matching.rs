//! Price-time matching alone, under the load in `load`.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use marketd_domain::matching::{MatchingBook, OrderId};

mod load;
use load::{COMMANDS, Command, Generator};

fn run(book: &mut MatchingBook, placed_ids: &mut Vec<OrderId>, commands: &[Command]) -> i64 {
    let mut filled = 0;
    for command in commands {
        match *command {
            Command::Limit(order) => {
                let placed = book.place_limit(order, |fill| filled += fill.qty.mantissa());
                placed_ids.push(placed.expect("valid order").order_id);
            }
            Command::Market(order) => {
                book.place_market(order, |fill| filled += fill.qty.mantissa()).expect("valid order");
            }
            Command::Cancel(nth) => {
                black_box(book.cancel(placed_ids[nth]).expect("generated from live orders"));
            }
        }
    }
    filled
}

fn mixed(criterion: &mut Criterion) {
    let mut generator = Generator::new();
    generator.fill();
    let (start, mut start_ids) = (generator.book.clone(), generator.placed_ids.clone());
    start_ids.reserve(COMMANDS);
    let commands: Vec<Command> = (0..COMMANDS).map(|_| generator.next()).collect();
    println!("live orders: {} at the start, {} at the end", start.len(), generator.book.len());

    let mut group = criterion.benchmark_group("matching");
    group.throughput(Throughput::Elements(COMMANDS as u64));
    group.bench_function("mixed", |bencher| {
        bencher.iter_batched_ref(
            || {
                let mut placed_ids = Vec::with_capacity(start_ids.len() + COMMANDS);
                placed_ids.extend_from_slice(&start_ids);
                (start.clone(), placed_ids)
            },
            |(book, placed_ids)| run(book, placed_ids, &commands),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, mixed);
criterion_main!(benches);
