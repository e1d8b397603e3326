//! What subscribers of a book stream hold, and what brings it up to date.

use crate::book::{Book, BookChanges, BookSide, Ladder, Level, diff};
use crate::numbers::Price;

/// The best `depth` levels as the subscribers of one stream hold them.
#[derive(Debug, Clone, Default)]
pub struct DepthView {
    depth: usize,
    bids: Vec<Level>,
    asks: Vec<Level>,
    scratch: Vec<Level>,
}

impl DepthView {
    pub fn new(depth: usize) -> Self {
        Self { depth, ..Self::default() }
    }

    pub const fn depth(&self) -> usize {
        self.depth
    }

    /// Brings the view up to `book` and appends what its holder has to change.
    pub fn advance(&mut self, book: &Book, changes: &mut BookChanges) {
        let sides = [
            (&mut self.bids, book.bids(), BookSide::Bid, &mut changes.bids),
            (&mut self.asks, book.asks(), BookSide::Ask, &mut changes.asks),
        ];
        for (held, now, side, changed) in sides {
            self.scratch.clear();
            self.scratch.extend(now.iter().take(self.depth));
            diff(held.iter().copied(), self.scratch.iter().copied(), side, changed);
            core::mem::swap(held, &mut self.scratch);
        }
    }

    /// Whether a change of the book can show in this view. Cheap, and never wrongly `false`.
    pub fn touched_by(&self, changes: &BookChanges) -> bool {
        let touched = |held: &[Level], changed: &[Level], better: fn(Price, Price) -> bool| match held.last()
        {
            Some(worst) if held.len() == self.depth => {
                changed.iter().any(|level| better(level.price, worst.price))
            }
            _ => !changed.is_empty(),
        };
        touched(&self.bids, &changes.bids, |price, worst| price >= worst)
            || touched(&self.asks, &changes.asks, |price, worst| price <= worst)
    }
}

/// Changes of a whole book gathered between two frames of a conflated stream.
#[derive(Debug, Clone, Default)]
pub struct PendingChanges {
    bids: PendingPrices,
    asks: PendingPrices,
}

#[derive(Debug, Clone, Default)]
struct PendingPrices {
    prices: Vec<Price>,
    /// Length at which duplicates are squeezed out next, so that memory is bounded by the number of
    /// distinct prices.
    squeeze_at: usize,
}

impl PendingPrices {
    const SQUEEZE_FROM: usize = 4_096;

    fn add(&mut self, changed: &[Level]) {
        self.prices.extend(changed.iter().map(|level| level.price));
        if self.prices.len() >= self.squeeze_at.max(Self::SQUEEZE_FROM) {
            self.prices.sort_unstable();
            self.prices.dedup();
            self.squeeze_at = self.prices.len() * 2;
        }
    }

    fn drain_into(&mut self, ladder: &Ladder, changed: &mut Vec<Level>) {
        self.prices.sort_unstable();
        self.prices.dedup();
        if ladder.side() == BookSide::Bid {
            self.prices.reverse();
        }
        changed.extend(self.prices.drain(..).map(|price| Level::new(price, ladder.qty_at(price))));
        self.squeeze_at = 0;
    }
}

impl PendingChanges {
    pub fn is_empty(&self) -> bool {
        self.bids.prices.is_empty() && self.asks.prices.is_empty()
    }

    pub fn clear(&mut self) {
        self.bids.prices.clear();
        self.asks.prices.clear();
    }

    pub fn add(&mut self, changes: &BookChanges) {
        self.bids.add(&changes.bids);
        self.asks.add(&changes.asks);
    }

    /// Appends the pending levels as they now stand, best first, and forgets them.
    pub fn drain_into(&mut self, book: &Book, changes: &mut BookChanges) {
        self.bids.drain_into(book.bids(), &mut changes.bids);
        self.asks.drain_into(book.asks(), &mut changes.asks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Qty;

    fn levels(rows: &[(i64, i64)]) -> Vec<Level> {
        rows.iter()
            .map(|(price, qty)| Level::new(Price::from_mantissa(*price), Qty::from_mantissa(*qty)))
            .collect()
    }

    #[test]
    fn levels_enter_and_leave_the_window() {
        let mut book = Book::new(None);
        let mut view = DepthView::new(2);
        let mut step = |bids: &[(i64, i64)], expected: &[(i64, i64)]| {
            let mut changes = BookChanges::default();
            book.apply(&levels(bids), &[], &mut changes).expect("valid");
            let touched = view.touched_by(&changes);
            let mut shown = BookChanges::default();
            view.advance(&book, &mut shown);
            assert_eq!(shown.bids, levels(expected), "after {bids:?}");
            assert!(touched || shown.is_empty(), "a change was overlooked after {bids:?}");
        };
        step(&[(100, 1)], &[(100, 1)]);
        step(&[(99, 1), (98, 1)], &[(99, 1)]);
        step(&[(97, 5)], &[]);
        step(&[(100, 0)], &[(100, 0), (98, 1)]);
        step(&[(101, 4)], &[(101, 4), (98, 0)]);
        step(&[(98, 9)], &[]);
        step(&[(99, 3)], &[(99, 3)]);
    }

    #[test]
    fn pending_changes_keep_the_last_state_of_each_level() {
        let mut book = Book::new(None);
        let mut pending = PendingChanges::default();
        for bids in [[(100, 1), (99, 1)], [(100, 0), (98, 2)], [(99, 4), (98, 2)]] {
            let mut changes = BookChanges::default();
            book.apply(&levels(&bids), &[], &mut changes).expect("valid");
            pending.add(&changes);
        }
        let mut merged = BookChanges::default();
        pending.drain_into(&book, &mut merged);
        assert_eq!(merged.bids, levels(&[(100, 0), (99, 4), (98, 2)]));
        assert!(pending.is_empty());
    }
}
