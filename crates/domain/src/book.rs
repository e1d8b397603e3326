//! The L2 book: price levels of both sides, best first.
//!
//! Each side is a pair of sorted vectors whose *last* element is the best level: nearly all changes
//! happen near the best price, where little has to be moved. Asks are kept under negated keys, so
//! that on both sides a greater key is a better price and one code serves both.
//!
//! Invariants: keys strictly ascend; no level has quantity zero; a side never holds more than the
//! book's depth limit once a message has been applied.

use crate::numbers::{Price, Qty, Scale};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BookSide {
    Bid,
    Ask,
}

impl BookSide {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bid => "bid",
            Self::Ask => "ask",
        }
    }
}

/// A price with the total quantity resting there. As part of an update, quantity zero removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Level {
    pub price: Price,
    pub qty: Qty,
}

impl Level {
    pub const fn new(price: Price, qty: Qty) -> Self {
        Self { price, qty }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    #[error("level quantity is negative")]
    NegativeQty,
    #[error("a level does not fit the new scale")]
    Rescale,
}

/// Sorted messages with at least this many levels on a side are applied together: on deep sides each
/// insertion or removal moves kilobytes, together they move them once.
const TOGETHER_FROM: usize = 4;

/// Levels that come and go are gathered up to this number: more are rare, and so the memory for them is
/// taken once.
const EDITS_MAX: usize = 256;

/// A level that comes or goes, as part of a message that is applied together.
#[derive(Debug, Clone, Copy)]
struct Edit {
    /// Where it is, or before which level it belongs.
    at: usize,
    key: i64,
    /// Zero: it goes.
    qty: i64,
}

impl Edit {
    const fn growth(&self) -> isize {
        if self.qty == 0 { -1 } else { 1 }
    }

    /// Where the levels begin that are better.
    const fn run_start(&self) -> usize {
        if self.qty == 0 { self.at + 1 } else { self.at }
    }
}

/// One side of a book.
#[derive(Debug, Clone)]
pub struct Ladder {
    side: BookSide,
    keys: Vec<i64>,
    qtys: Vec<i64>,
    /// Kept between messages so that applying them does not allocate. Best first.
    edits: Vec<Edit>,
}

impl Ladder {
    fn new(side: BookSide) -> Self {
        Self { side, keys: Vec::new(), qtys: Vec::new(), edits: Vec::with_capacity(EDITS_MAX) }
    }

    #[inline]
    const fn key(&self, price: Price) -> i64 {
        match self.side {
            BookSide::Bid => price.mantissa(),
            BookSide::Ask => -price.mantissa(),
        }
    }

    #[inline]
    const fn price(&self, key: i64) -> Price {
        match self.side {
            BookSide::Bid => Price::from_mantissa(key),
            BookSide::Ask => Price::from_mantissa(-key),
        }
    }

    pub const fn side(&self) -> BookSide {
        self.side
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub fn best(&self) -> Option<Level> {
        self.level(0)
    }

    /// The level at `rank`, 0 being the best.
    pub fn level(&self, rank: usize) -> Option<Level> {
        let at = self.keys.len().checked_sub(rank + 1)?;
        Some(Level::new(self.price(self.keys[at]), Qty::from_mantissa(self.qtys[at])))
    }

    /// Best first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Level> + '_ {
        self.keys
            .iter()
            .rev()
            .zip(self.qtys.iter().rev())
            .map(|(key, qty)| Level::new(self.price(*key), Qty::from_mantissa(*qty)))
    }

    /// The quantity resting at `price`; zero when there is no such level.
    pub fn qty_at(&self, price: Price) -> Qty {
        match self.find(self.key(price), self.keys.len()) {
            Ok(at) => Qty::from_mantissa(self.qtys[at]),
            Err(_) => Qty::ZERO,
        }
    }

    /// Whether `price` ranks among the best `depth` levels, or would if it were inserted.
    pub fn within(&self, price: Price, depth: usize) -> bool {
        match self.keys.len().checked_sub(depth) {
            None => true,
            Some(0) if self.keys.len() < depth => true,
            Some(worst) => self.key(price) >= self.keys[worst],
        }
    }

    /// Where `key` is, or where it belongs, among the worst `end` levels. Most changes are near the best
    /// level, so a few are bisected before the rest.
    #[inline]
    fn find(&self, key: i64, end: usize) -> Result<usize, usize> {
        const NEAR: usize = 32;
        let near = end.saturating_sub(NEAR);
        if self.keys[..end].get(near).is_some_and(|held| *held <= key) {
            return match self.keys[near..end].binary_search(&key) {
                Ok(at) => Ok(near + at),
                Err(at) => Err(near + at),
            };
        }
        self.keys[..near].binary_search(&key)
    }

    /// Sets one level; quantity zero removes it. Says whether anything changed.
    #[inline]
    pub fn set(&mut self, level: Level) -> bool {
        let key = self.key(level.price);
        let qty = level.qty.mantissa();
        match self.find(key, self.keys.len()) {
            Ok(at) if qty == 0 => {
                self.keys.remove(at);
                self.qtys.remove(at);
                true
            }
            Ok(at) => core::mem::replace(&mut self.qtys[at], qty) != qty,
            Err(_) if qty == 0 => false,
            Err(at) => {
                self.keys.insert(at, key);
                self.qtys.insert(at, qty);
                true
            }
        }
    }

    /// Applies `levels` in order and appends those that changed something to `changed`.
    fn apply(&mut self, levels: &[Level], changed: &mut Vec<Level>) {
        if levels.len() >= TOGETHER_FROM {
            if levels.windows(2).all(|pair| self.key(pair[0].price) > self.key(pair[1].price)) {
                return self.apply_best_first(levels.iter(), changed);
            }
            if levels.windows(2).all(|pair| self.key(pair[0].price) < self.key(pair[1].price)) {
                return self.apply_best_first(levels.iter().rev(), changed);
            }
        }
        for level in levels {
            if self.set(*level) {
                changed.push(*level);
            }
        }
    }

    /// Applies levels that come best first, no price twice.
    fn apply_best_first<'a>(&mut self, levels: impl Iterator<Item = &'a Level>, changed: &mut Vec<Level>) {
        // What stands from here on is better than any level still to come.
        let mut end = self.keys.len();
        for level in levels {
            if self.edits.len() == EDITS_MAX {
                // What is worse than the last of them has not moved, so `end` stays true.
                self.restructure();
            }
            let key = self.key(level.price);
            let qty = level.qty.mantissa();
            match self.find(key, end) {
                Ok(at) => {
                    end = at;
                    if qty == 0 {
                        self.edits.push(Edit { at, key, qty });
                    } else if core::mem::replace(&mut self.qtys[at], qty) == qty {
                        continue;
                    }
                }
                Err(at) => {
                    end = at;
                    if qty == 0 {
                        continue;
                    }
                    self.edits.push(Edit { at, key, qty });
                }
            }
            changed.push(*level);
        }
        self.restructure();
    }

    /// Lets the levels of `edits` come and go. What stands between two of them is moved at most once,
    /// by as many places as levels came less those that went on its worse side.
    fn restructure(&mut self) {
        let grown: isize = self.edits.iter().map(Edit::growth).sum();
        let len = self.keys.len();
        let len_after = len.saturating_add_signed(grown);
        self.keys.resize(len.max(len_after), 0);
        self.qtys.resize(len.max(len_after), 0);
        // Two runs that move in different directions never meet: where one ends the other begins. So
        // it is enough that those to the right go best first and those to the left worst first.
        let (mut run_end, mut shift) = (len, grown);
        for at in 0..self.edits.len() {
            let edit = self.edits[at];
            if shift > 0 {
                self.shift(edit.run_start()..run_end, shift);
            }
            (run_end, shift) = (edit.at, shift - edit.growth());
        }
        let mut shift = 0;
        for at in (0..self.edits.len()).rev() {
            let edit = self.edits[at];
            shift += edit.growth();
            if shift < 0 {
                let run_end = if at == 0 { len } else { self.edits[at - 1].at };
                self.shift(edit.run_start()..run_end, shift);
            }
        }
        let mut shift = 0;
        for edit in self.edits.iter().rev() {
            if edit.qty != 0 {
                let at = edit.at.saturating_add_signed(shift);
                self.keys[at] = edit.key;
                self.qtys[at] = edit.qty;
            }
            shift += edit.growth();
        }
        self.keys.truncate(len_after);
        self.qtys.truncate(len_after);
        self.edits.clear();
    }

    #[inline]
    fn shift(&mut self, run: core::ops::Range<usize>, by: isize) {
        let to = run.start.saturating_add_signed(by);
        self.keys.copy_within(run.clone(), to);
        self.qtys.copy_within(run, to);
    }

    /// Removes what lies beyond `depth` and appends the removed levels, quantity zero, to `changed`.
    fn truncate(&mut self, depth: usize, changed: &mut Vec<Level>) {
        let Some(beyond) = self.keys.len().checked_sub(depth).filter(|beyond| *beyond > 0) else { return };
        for at in 0..beyond {
            changed.push(Level::new(self.price(self.keys[at]), Qty::ZERO));
        }
        self.keys.drain(..beyond);
        self.qtys.drain(..beyond);
    }

    fn clear(&mut self) {
        self.keys.clear();
        self.qtys.clear();
    }

    fn rescale(&mut self, price: (Scale, Scale), qty: (Scale, Scale)) -> Result<(), BookError> {
        let moved_keys: Option<Vec<i64>> = (self.keys.iter())
            .map(|key| Price::from_mantissa(*key).rescaled(price.0, price.1).map(Price::mantissa))
            .collect();
        let moved_qtys: Option<Vec<i64>> = (self.qtys.iter())
            .map(|held| Qty::from_mantissa(*held).rescaled(qty.0, qty.1).map(Qty::mantissa))
            .collect();
        self.keys = moved_keys.ok_or(BookError::Rescale)?;
        self.qtys = moved_qtys.ok_or(BookError::Rescale)?;
        Ok(())
    }
}

/// What a message really changed, in the caller's buffers, which are reused.
#[derive(Debug, Clone, Default)]
pub struct BookChanges {
    pub bids: Vec<Level>,
    pub asks: Vec<Level>,
}

impl BookChanges {
    pub fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.bids.is_empty() && self.asks.is_empty()
    }
}

/// Both sides of one market.
#[derive(Debug, Clone)]
pub struct Book {
    bids: Ladder,
    asks: Ladder,
    max_depth: Option<usize>,
}

impl Book {
    /// `max_depth` is for venues that never remove what falls out of the subscribed depth.
    pub fn new(max_depth: Option<usize>) -> Self {
        Self { bids: Ladder::new(BookSide::Bid), asks: Ladder::new(BookSide::Ask), max_depth }
    }

    pub const fn bids(&self) -> &Ladder {
        &self.bids
    }

    pub const fn asks(&self) -> &Ladder {
        &self.asks
    }

    pub fn side(&self, side: BookSide) -> &Ladder {
        match side {
            BookSide::Bid => &self.bids,
            BookSide::Ask => &self.asks,
        }
    }

    pub const fn max_depth(&self) -> Option<usize> {
        self.max_depth
    }

    pub fn set_max_depth(&mut self, max_depth: Option<usize>) {
        self.max_depth = max_depth;
    }

    pub fn is_empty(&self) -> bool {
        self.bids.is_empty() && self.asks.is_empty()
    }

    /// Best bid at or above best ask: no market stands so, the feed is wrong or half read.
    pub fn is_crossed(&self) -> bool {
        match (self.bids.best(), self.asks.best()) {
            (Some(bid), Some(ask)) => bid.price >= ask.price,
            _ => false,
        }
    }

    /// Applies a whole message or nothing: the levels are checked before the first one is set.
    /// What really changed is appended to `changes`.
    pub fn apply(
        &mut self,
        bids: &[Level],
        asks: &[Level],
        changes: &mut BookChanges,
    ) -> Result<(), BookError> {
        if bids.iter().chain(asks).any(|level| level.qty.mantissa() < 0) {
            return Err(BookError::NegativeQty);
        }
        self.bids.apply(bids, &mut changes.bids);
        self.asks.apply(asks, &mut changes.asks);
        if let Some(depth) = self.max_depth {
            self.bids.truncate(depth, &mut changes.bids);
            self.asks.truncate(depth, &mut changes.asks);
        }
        Ok(())
    }

    /// Puts a snapshot in the place of everything and appends the difference to `changes`.
    pub fn replace(
        &mut self,
        bids: &[Level],
        asks: &[Level],
        changes: &mut BookChanges,
    ) -> Result<(), BookError> {
        if bids.iter().chain(asks).any(|level| level.qty.mantissa() < 0) {
            return Err(BookError::NegativeQty);
        }
        let before = self.clone();
        for (ladder, levels) in [(&mut self.bids, bids), (&mut self.asks, asks)] {
            ladder.clear();
            // Snapshots come best first; setting from the worst keeps insertion at the end.
            for level in levels.iter().rev() {
                ladder.set(*level);
            }
        }
        if let Some(depth) = self.max_depth {
            let mut cut = Vec::new();
            self.bids.truncate(depth, &mut cut);
            self.asks.truncate(depth, &mut cut);
        }
        diff(before.bids.iter(), self.bids.iter(), BookSide::Bid, &mut changes.bids);
        diff(before.asks.iter(), self.asks.iter(), BookSide::Ask, &mut changes.asks);
        Ok(())
    }

    pub fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
    }

    /// Moves every level to other scales, exactly, or fails and leaves the book as it was.
    pub fn rescale(
        &mut self,
        from: crate::numbers::Scales,
        to: crate::numbers::Scales,
    ) -> Result<(), BookError> {
        let mut moved = self.clone();
        moved.bids.rescale((from.price, to.price), (from.qty, to.qty))?;
        moved.asks.rescale((from.price, to.price), (from.qty, to.qty))?;
        *self = moved;
        Ok(())
    }
}

/// Appends what turns `old` into `new`, both best first: changed and new levels with their quantity,
/// vanished ones with quantity zero.
pub fn diff(
    old: impl Iterator<Item = Level>,
    new: impl Iterator<Item = Level>,
    side: BookSide,
    changes: &mut Vec<Level>,
) {
    let better = |left: Price, right: Price| match side {
        BookSide::Bid => left > right,
        BookSide::Ask => left < right,
    };
    let (mut old, mut new) = (old.peekable(), new.peekable());
    loop {
        match (old.peek().copied(), new.peek().copied()) {
            (None, None) => return,
            (Some(gone), None) => {
                changes.push(Level::new(gone.price, Qty::ZERO));
                old.next();
            }
            (None, Some(come)) => {
                changes.push(come);
                new.next();
            }
            (Some(held), Some(now)) if held.price == now.price => {
                if held.qty != now.qty {
                    changes.push(now);
                }
                old.next();
                new.next();
            }
            (Some(held), Some(now)) if better(held.price, now.price) => {
                changes.push(Level::new(held.price, Qty::ZERO));
                old.next();
            }
            (Some(_), Some(now)) => {
                changes.push(now);
                new.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(price: i64, qty: i64) -> Level {
        Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty))
    }

    fn levels(rows: &[(i64, i64)]) -> Vec<Level> {
        rows.iter().map(|(price, qty)| level(*price, *qty)).collect()
    }

    fn ladder(side: &Ladder) -> Vec<(i64, i64)> {
        side.iter().map(|level| (level.price.mantissa(), level.qty.mantissa())).collect()
    }

    #[test]
    fn levels_are_set_replaced_and_removed() {
        let mut book = Book::new(None);
        let mut changes = BookChanges::default();
        book.apply(&levels(&[(100, 1), (99, 2)]), &levels(&[(101, 3), (102, 4)]), &mut changes)
            .expect("valid");
        assert_eq!(ladder(book.bids()), [(100, 1), (99, 2)]);
        assert_eq!(ladder(book.asks()), [(101, 3), (102, 4)]);
        changes.clear();
        let bids = levels(&[(100, 0), (98, 7), (99, 2), (50, 0)]);
        book.apply(&bids, &levels(&[(102, 5)]), &mut changes).expect("valid");
        assert_eq!(ladder(book.bids()), [(99, 2), (98, 7)]);
        assert_eq!(ladder(book.asks()), [(101, 3), (102, 5)]);
        assert_eq!(changes.bids, levels(&[(100, 0), (98, 7)]), "only what changed is reported");
        assert_eq!(changes.asks, levels(&[(102, 5)]));
    }

    #[test]
    fn a_bad_level_changes_nothing() {
        let mut book = Book::new(None);
        let mut changes = BookChanges::default();
        let refused = book.apply(&levels(&[(100, 1)]), &levels(&[(101, -1)]), &mut changes);
        assert_eq!(refused, Err(BookError::NegativeQty));
        assert!(book.is_empty() && changes.is_empty());
    }

    #[test]
    fn depth_limit_cuts_the_worst_levels_and_says_so() {
        let mut book = Book::new(Some(2));
        let mut changes = BookChanges::default();
        book.apply(&levels(&[(100, 1), (99, 1)]), &[], &mut changes).expect("valid");
        changes.clear();
        book.apply(&levels(&[(101, 1)]), &[], &mut changes).expect("valid");
        assert_eq!(ladder(book.bids()), [(101, 1), (100, 1)]);
        assert_eq!(changes.bids, levels(&[(101, 1), (99, 0)]));
    }

    #[test]
    fn replacing_reports_the_difference() {
        let mut book = Book::new(None);
        let mut changes = BookChanges::default();
        book.apply(&levels(&[(100, 1), (99, 2), (98, 3)]), &levels(&[(101, 3)]), &mut changes)
            .expect("valid");
        changes.clear();
        book.replace(&levels(&[(100, 1), (99, 5), (97, 3)]), &levels(&[(102, 3)]), &mut changes)
            .expect("valid");
        assert_eq!(changes.bids, levels(&[(99, 5), (98, 0), (97, 3)]));
        assert_eq!(changes.asks, levels(&[(101, 0), (102, 3)]));
    }

    #[test]
    fn crossed_means_bid_at_or_above_ask() {
        let check = |bid: i64, ask: i64, crossed: bool| {
            let mut book = Book::new(None);
            book.apply(&levels(&[(bid, 1)]), &levels(&[(ask, 1)]), &mut BookChanges::default())
                .expect("valid");
            assert_eq!(book.is_crossed(), crossed, "{bid} {ask}");
        };
        check(100, 101, false);
        check(100, 100, true);
        check(101, 100, true);
    }

    #[test]
    fn within_tells_the_window_from_the_rest() {
        let mut book = Book::new(None);
        let bids = levels(&[(100, 1), (99, 1), (98, 1)]);
        book.apply(&bids, &[], &mut BookChanges::default()).expect("valid");
        let check = |price: i64, depth: usize, within: bool| {
            assert_eq!(book.bids().within(Price::from_mantissa(price), depth), within, "{price} in {depth}");
        };
        check(99, 2, true);
        check(98, 2, false);
        check(98, 3, true);
        check(97, 3, false);
        check(97, 4, true);
        check(101, 1, true);
    }
}
