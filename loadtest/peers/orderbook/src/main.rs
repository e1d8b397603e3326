//! Our matching and orderbook-rs, with one load, in turn, in one process.
//!
//!     cargo run --release --manifest-path loadtest/peers/orderbook/Cargo.toml
//!
//! Both get the same commands: 48 % limit orders that rest, 42 % cancels, 8 % limit orders that take, 2 % market orders. What is
//! said to be filled differs by the immediate orders that fill in part: those are errors there, after they have filled.

use std::time::{Duration, Instant};

use marketd_domain::matching::{MatchingBook, OrderId, OrderSide, TimeInForce};
use orderbook_rs::{Id, OrderBook, Side, TimeInForce as PeerTimeInForce};

#[allow(dead_code, reason = "shared with benches that use the rest")]
#[path = "../../../../crates/domain/benches/load/mod.rs"]
mod load;
use load::{COMMANDS, Command, Generator};

const ROUNDS: usize = 5;

fn run_ours(before: &[Command], commands: &[Command]) -> (Duration, i64) {
    let mut book = MatchingBook::new(load::MAX_ORDERS);
    let mut placed: Vec<OrderId> = Vec::with_capacity(before.len() + commands.len());
    let mut run = |commands: &[Command]| {
        let mut filled = 0;
        for command in commands {
            match *command {
                Command::Limit(order) => {
                    let outcome = book.place_limit(order, |fill| filled += fill.qty.mantissa());
                    placed.push(outcome.expect("a valid order").order_id);
                }
                Command::Market(order) => {
                    book.place_market(order, |fill| filled += fill.qty.mantissa()).expect("a valid order");
                }
                Command::Cancel(nth) => {
                    book.cancel(placed[nth]).expect("generated from live orders");
                }
            }
        }
        filled
    };
    run(before);
    let began = Instant::now();
    let filled = run(commands);
    (began.elapsed(), filled)
}

const fn peer_side(side: OrderSide) -> Side {
    match side {
        OrderSide::Buy => Side::Buy,
        OrderSide::Sell => Side::Sell,
    }
}

fn run_peer(before: &[Command], commands: &[Command]) -> (Duration, i64) {
    let book: OrderBook<()> = OrderBook::new("BTC-USD");
    let (mut placed, mut next) = (0u64, 1u64 << 40);
    let mut run = |commands: &[Command]| {
        let mut filled = 0;
        for command in commands {
            match *command {
                Command::Limit(order) => {
                    let (price, qty) = (order.price.mantissa() as u128, order.qty.mantissa() as u64);
                    let time_in_force = match order.time_in_force {
                        TimeInForce::Gtc => PeerTimeInForce::Gtc,
                        TimeInForce::Ioc => PeerTimeInForce::Ioc,
                        TimeInForce::Fok => PeerTimeInForce::Fok,
                    };
                    let (id, side) = (Id::from_u64(placed), peer_side(order.side));
                    placed += 1;
                    let outcome = book.add_limit_order_with_result(id, price, qty, side, time_in_force, None);
                    if let Ok((_, Some(trades))) = outcome {
                        filled +=
                            trades.match_result.executed_quantity().map_or(0, |qty| qty.as_u64() as i64);
                    }
                }
                Command::Market(order) => {
                    next += 1;
                    let (id, side) = (Id::from_u64(next), peer_side(order.side));
                    if let Ok(result) = book.submit_market_order(id, order.qty.mantissa() as u64, side) {
                        filled += result.executed_quantity().map_or(0, |qty| qty.as_u64() as i64);
                    }
                }
                Command::Cancel(nth) => {
                    let _ = book.cancel_order(Id::from_u64(nth as u64));
                }
            }
        }
        filled
    };
    run(before);
    let began = Instant::now();
    let filled = run(commands);
    (began.elapsed(), filled)
}

fn main() {
    let mut generator = Generator::new();
    let before = generator.fill();
    let commands: Vec<Command> = (0..COMMANDS).map(|_| generator.next()).collect();
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (our_time, our_filled) = run_ours(&before, &commands);
        let (peer_time, peer_filled) = run_peer(&before, &commands);
        println!(
            "round {round}: ours {:.2} M/s, {our_filled} filled; orderbook-rs {:.3} M/s, {peer_filled} filled; ratio {:.0}",
            COMMANDS as f64 / our_time.as_secs_f64() / 1e6,
            COMMANDS as f64 / peer_time.as_secs_f64() / 1e6,
            peer_time.as_secs_f64() / our_time.as_secs_f64(),
        );
        ours.push(our_time);
        peers.push(peer_time);
    }
    ours.sort();
    peers.sort();
    let median = |times: &[Duration]| times[ROUNDS / 2].as_secs_f64();
    println!(
        "median: ours {:.2} M/s, orderbook-rs {:.3} M/s, ratio {:.0}",
        COMMANDS as f64 / median(&ours) / 1e6,
        COMMANDS as f64 / median(&peers) / 1e6,
        median(&peers) / median(&ours),
    );
}
