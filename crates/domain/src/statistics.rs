//! Figures read off a book: spread, mid, microprice, imbalance. Exact, or rounded as stated.

use crate::book::Book;

/// Extra decimals, beyond the market's price scale, that averages carry.
pub const EXTRA_DECIMALS: u8 = 4;
const EXTRA: i128 = 10_000;

/// Figures of one moment. Prices are mantissas at the price scale plus [`EXTRA_DECIMALS`], but for
/// the spread, which is at the price scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookStatistics {
    pub spread: i64,
    /// Exact: half a tick needs one extra decimal.
    pub mid: i128,
    /// The mid weighted by the opposite side's best quantity, rounded half up.
    pub microprice: i128,
    /// (bid - ask) / (bid + ask) over the quantities of the best ten levels, in ten-thousandths,
    /// rounded towards zero: 10,000 is all bids, -10,000 all asks.
    pub imbalance: i32,
}

/// `None` while a side is empty.
pub fn book_statistics(book: &Book) -> Option<BookStatistics> {
    let (bid, ask) = (book.bids().best()?, book.asks().best()?);
    let (bid_price, ask_price) = (i128::from(bid.price.mantissa()), i128::from(ask.price.mantissa()));
    let (bid_qty, ask_qty) = (i128::from(bid.qty.mantissa()), i128::from(ask.qty.mantissa()));
    let top = |levels: &crate::book::Ladder| -> i128 {
        levels.iter().take(10).map(|level| i128::from(level.qty.mantissa())).sum()
    };
    let (bids, asks) = (top(book.bids()), top(book.asks()));
    let weight = bid_qty + ask_qty;
    let micro =
        bid_price.checked_mul(ask_qty)?.checked_add(ask_price.checked_mul(bid_qty)?)?.checked_mul(EXTRA)?;
    Some(BookStatistics {
        spread: ask.price.mantissa().checked_sub(bid.price.mantissa())?,
        mid: (bid_price + ask_price) * (EXTRA / 2),
        microprice: (micro + weight / 2).checked_div(weight)?,
        imbalance: i32::try_from(((bids - asks) * EXTRA).checked_div(bids + asks)?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::{BookChanges, Level};
    use crate::numbers::{Price, Qty};

    #[test]
    fn figures_follow_their_definitions() {
        let level =
            |(price, qty): (i64, i64)| Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty));
        let check = |bid: (i64, i64), ask: (i64, i64), expected: (i64, i128, i128, i32)| {
            let mut book = Book::new(None);
            book.apply(&[level(bid)], &[level(ask)], &mut BookChanges::default()).expect("valid");
            let found = book_statistics(&book).expect("two sides");
            assert_eq!(
                (found.spread, found.mid, found.microprice, found.imbalance),
                expected,
                "{bid:?} {ask:?}"
            );
        };
        check((100, 1), (101, 1), (1, 1_005_000, 1_005_000, 0));
        check((100, 3), (104, 1), (4, 1_020_000, 1_030_000, 5_000));
        check((100, 1), (101, 2), (1, 1_005_000, 1_003_333, -3_333));
        assert_eq!(book_statistics(&Book::new(None)), None);
    }
}
