//! One market's book under level updates: about 1,000 levels a side around a drifting middle, 80 % of
//! the updates within the best 20 ticks, 30 % of them removals, both top tens read every 100 updates.
//! The same load on a `BTreeMap` a side is the baseline.

// By its file: as a dependency the testkit would bring a runtime and a database client into the tests of a crate that has neither.
#[allow(dead_code, reason = "others use the rest of it")]
#[path = "../../testkit/src/draw.rs"]
mod draw;

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use marketd_domain::book::BookChanges;
use marketd_domain::{Book, BookSide, Level, Price, Qty};

use draw::Draw;

const UPDATES: usize = 500_000;
const READ_EVERY: usize = 100;
/// Ticks on each side that hold a level with a chance of 70 %.
const REACH: i64 = 1_430;
const NEAR: u64 = 20;

impl Draw {
    fn qty(&mut self) -> i64 {
        if self.below(10) < 3 { 0 } else { 1 + self.below(1_000_000) as i64 }
    }
}

#[derive(Clone, Copy)]
struct SideLevel {
    side: BookSide,
    level: Level,
}

struct Load {
    start: Vec<SideLevel>,
    updates: Vec<SideLevel>,
}

fn at(side: BookSide, price: i64, qty: i64) -> SideLevel {
    SideLevel { side, level: Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty)) }
}

fn make_load() -> Load {
    let mut draw = Draw(1);
    // Bids stand at the middle and below it, asks above it.
    let mut middle = 6_000_000;
    let mut start = Vec::new();
    for distance in 0..REACH {
        for (side, price) in [(BookSide::Bid, middle - distance), (BookSide::Ask, middle + 1 + distance)] {
            let qty = draw.qty();
            start.push(at(side, price, qty));
        }
    }
    let mut updates = Vec::with_capacity(UPDATES + 2);
    while updates.len() < UPDATES {
        // A step of the middle takes the levels that it passes, and those that fall out of reach.
        match draw.below(100) {
            0 => {
                middle += 1;
                updates.extend([at(BookSide::Ask, middle, 0), at(BookSide::Bid, middle - REACH, 0)]);
            }
            1 => {
                updates.extend([at(BookSide::Bid, middle, 0), at(BookSide::Ask, middle + REACH, 0)]);
                middle -= 1;
            }
            _ => {}
        }
        let reach = if draw.below(10) < 8 { NEAR } else { REACH as u64 };
        let distance = draw.below(reach) as i64;
        let qty = draw.qty();
        updates.push(match draw.below(2) {
            0 => at(BookSide::Bid, middle - distance, qty),
            _ => at(BookSide::Ask, middle + 1 + distance, qty),
        });
    }
    updates.truncate(UPDATES);
    Load { start, updates }
}

fn set(book: &mut Book, changes: &mut BookChanges, update: &SideLevel) {
    changes.clear();
    let level = core::slice::from_ref(&update.level);
    let applied = match update.side {
        BookSide::Bid => book.apply(level, &[], changes),
        BookSide::Ask => book.apply(&[], level, changes),
    };
    applied.expect("a valid level");
}

fn sum(levels: impl Iterator<Item = (i64, i64)>) -> i64 {
    levels.take(10).fold(0, |sum, (price, qty)| sum ^ price.wrapping_mul(qty))
}

fn top_tens(book: &Book) -> i64 {
    let plain = |level: Level| (level.price.mantissa(), level.qty.mantissa());
    sum(book.bids().iter().map(plain)) ^ sum(book.asks().iter().map(plain))
}

fn run_book(book: &mut Book, changes: &mut BookChanges, updates: &[SideLevel]) -> i64 {
    let mut read = 0;
    for chunk in updates.chunks(READ_EVERY) {
        for update in chunk {
            set(book, changes, update);
        }
        read ^= top_tens(book);
    }
    read
}

/// The same with twenty levels a message, as venues send them.
fn run_messages(book: &mut Book, changes: &mut BookChanges, messages: &[(Vec<Level>, Vec<Level>)]) -> i64 {
    let mut read = 0;
    for chunk in messages.chunks(READ_EVERY / 20) {
        for (bids, asks) in chunk {
            changes.clear();
            book.apply(bids, asks, changes).expect("valid levels");
        }
        read ^= top_tens(book);
    }
    read
}

#[derive(Clone, Default)]
struct Maps {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

impl Maps {
    fn set(&mut self, update: &SideLevel) {
        let side = match update.side {
            BookSide::Bid => &mut self.bids,
            BookSide::Ask => &mut self.asks,
        };
        match update.level.qty.mantissa() {
            0 => side.remove(&update.level.price.mantissa()),
            qty => side.insert(update.level.price.mantissa(), qty),
        };
    }

    fn run(&mut self, updates: &[SideLevel]) -> i64 {
        let copied = |(price, qty): (&i64, &i64)| (*price, *qty);
        let mut read = 0;
        for chunk in updates.chunks(READ_EVERY) {
            for update in chunk {
                self.set(update);
            }
            read ^= sum(self.bids.iter().rev().map(copied)) ^ sum(self.asks.iter().map(copied));
        }
        read
    }
}

fn messages_of(updates: &[SideLevel]) -> Vec<(Vec<Level>, Vec<Level>)> {
    let of = |chunk: &[SideLevel], side: BookSide| {
        chunk.iter().filter(|update| update.side == side).map(|update| update.level).collect()
    };
    updates.chunks(20).map(|chunk| (of(chunk, BookSide::Bid), of(chunk, BookSide::Ask))).collect()
}

fn book(criterion: &mut Criterion) {
    let load = make_load();
    let (mut book, mut maps, mut changes) = (Book::new(None), Maps::default(), BookChanges::default());
    for update in &load.start {
        set(&mut book, &mut changes, update);
        maps.set(update);
    }
    let messages = messages_of(&load.updates);
    {
        // Equal reads all along, so both did the same work.
        let (mut book, mut maps) = (book.clone(), maps.clone());
        assert_eq!(run_book(&mut book, &mut changes, &load.updates), maps.run(&load.updates));
        println!("levels: {} bids and {} asks at the end", book.bids().len(), book.asks().len());
    }

    let mut group = criterion.benchmark_group("book");
    group.throughput(Throughput::Elements(UPDATES as u64));
    group.sample_size(20);
    group.bench_function("update, top 10 every 100", |bencher| {
        bencher.iter_batched_ref(
            || book.clone(),
            |book| black_box(run_book(book, &mut changes, &load.updates)),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("update in messages of 20 levels, top 10 every 100", |bencher| {
        bencher.iter_batched_ref(
            || book.clone(),
            |book| black_box(run_messages(book, &mut changes, &messages)),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("baseline: BTreeMap a side, top 10 every 100", |bencher| {
        bencher.iter_batched_ref(
            || maps.clone(),
            |maps| black_box(maps.run(&load.updates)),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, book);
criterion_main!(benches);
