//! `depth`: the book as it is now. Streams never run ahead of it: a market changes its book first and tells then.

use std::time::Duration;

use marketd_protocol::binance::message::push_top;

use super::Call;
use super::error::FaceError;

const LIMIT_DEFAULT: usize = 100;
const LIMIT_MAX: usize = 5_000;
/// A crossed book uncrosses with the next message, or is called stale after a tenth of a second. So long it is waited for.
const UNCROSSING: Duration = Duration::from_millis(120);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

const fn weight_of(limit: usize) -> u32 {
    match limit {
        0..=100 => 5,
        101..=500 => 25,
        501..=1_000 => 50,
        _ => 250,
    }
}

pub async fn depth(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    call.charge(weight_of(limit))?;
    let entry = call.market()?;
    let began = std::time::Instant::now();
    loop {
        {
            let state = entry.state().read();
            let book = state.book();
            if !state.has_book() {
                return Err(FaceError::overloaded());
            }
            if state.is_book_shown() || began.elapsed() > UNCROSSING {
                let levels = book.bids().len().min(limit) + book.asks().len().min(limit);
                let mut body = Vec::with_capacity(64 + levels * 40);
                let (bids, asks) = (book.bids().iter().take(limit), book.asks().iter().take(limit));
                push_top(&mut body, state.book_seq(), state.scales(), bids, asks);
                return Ok(body);
            }
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
