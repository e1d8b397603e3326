//! The venues' own proofs of a book.

use crate::book::{Book, Ladder};
use crate::numbers::{Scales, write_trimmed};

/// A checksum as a venue sent it, with the rule it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VenueChecksum {
    /// Kraken v2: CRC-32 over the top ten asks, then bids, digits as sent without point and leading zeros.
    KrakenV2(u32),
    /// OKX until mid 2026: signed CRC-32 over the top 25 levels of both sides, interleaved.
    OkxLegacy(i32),
}

impl VenueChecksum {
    /// Whether `book` is the book that the venue sent this checksum for. `scratch` is reused.
    pub fn holds(self, book: &Book, scales: Scales, scratch: &mut Vec<u8>) -> bool {
        match self {
            Self::KrakenV2(expected) => kraken_v2(book, scratch) == expected,
            Self::OkxLegacy(expected) => okx_legacy(book, scales, scratch) == expected,
        }
    }
}

/// CRC-32 (IEEE), as every rule here uses it.
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// Kraken's rule; also the rule of our own `checksum` on request.
pub fn kraken_v2(book: &Book, scratch: &mut Vec<u8>) -> u32 {
    scratch.clear();
    push_kraken(book.asks(), scratch);
    push_kraken(book.bids(), scratch);
    crc32(scratch)
}

/// A decimal at a fixed scale without its point and leading zeros is its mantissa.
fn push_kraken(ladder: &Ladder, out: &mut Vec<u8>) {
    for level in ladder.iter().take(10) {
        crate::numbers::write_fixed(out, level.price.mantissa(), 0);
        crate::numbers::write_fixed(out, level.qty.mantissa(), 0);
    }
}

fn okx_legacy(book: &Book, scales: Scales, scratch: &mut Vec<u8>) -> i32 {
    scratch.clear();
    let (mut bids, mut asks) = (book.bids().iter(), book.asks().iter());
    for _ in 0..25 {
        for level in [bids.next(), asks.next()].into_iter().flatten() {
            if !scratch.is_empty() {
                scratch.push(b':');
            }
            write_trimmed(scratch, level.price.mantissa(), scales.price.decimals());
            scratch.push(b':');
            write_trimmed(scratch, level.qty.mantissa(), scales.qty.decimals());
        }
    }
    crc32(scratch).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::{BookChanges, Level};
    use crate::numbers::{Price, Qty};

    fn levels(rows: &[(&str, &str)], scales: Scales) -> Vec<Level> {
        rows.iter()
            .map(|(price, qty)| {
                Level::new(
                    Price::parse(price.as_bytes(), scales.price).expect("price"),
                    Qty::parse(qty.as_bytes(), scales.qty).expect("qty"),
                )
            })
            .collect()
    }

    #[test]
    fn kraken_v2_follows_its_rule() {
        let scales = Scales::of(1, 8);
        let asks = [("45285.2", "0.00100000"), ("45286.4", "1.54571953"), ("45286.6", "1.54571109")];
        let bids = [("45283.5", "0.10000000"), ("45283.4", "1.54582015"), ("45282.1", "0.10000000")];
        let mut book = Book::new(None);
        let (asks, bids) = (levels(&asks, scales), levels(&bids, scales));
        book.apply(&bids, &asks, &mut BookChanges::default()).expect("valid");
        let mut scratch = Vec::new();
        assert!(VenueChecksum::KrakenV2(697_723_538).holds(&book, scales, &mut scratch));
        assert!(!VenueChecksum::KrakenV2(1_559_609_455).holds(&book, scales, &mut scratch));
    }

    #[test]
    fn okx_legacy_interleaves_and_goes_on_with_the_longer_side() {
        let scales = Scales::of(8, 8);
        let mut book = Book::new(None);
        let bids = levels(&[("3366.1", "7"), ("3366", "6")], scales);
        let asks = levels(&[("3366.8", "9"), ("3368", "8"), ("3372", "8")], scales);
        book.apply(&bids, &asks, &mut BookChanges::default()).expect("valid");
        assert!(VenueChecksum::OkxLegacy(1_362_239_393).holds(&book, scales, &mut Vec::new()));
    }
}
