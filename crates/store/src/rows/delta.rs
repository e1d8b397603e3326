//! Changes of books.

use marketd_domain::past::BookChange;
use marketd_domain::{Scales, Timestamp};

use super::{MarketKey, RowError, check_count, key_time, stored_time};
use crate::changes;

/// Where a change stands: `seq` counts within its epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeltaPlace {
    pub epoch: u64,
    pub seq: u64,
    pub ts_recv: Timestamp,
}

/// All changes of a book from one place through another, packed. Its market, first time, epoch and first number tell it
/// from every other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaRow {
    market: MarketKey,
    scales: Scales,
    first: DeltaPlace,
    last: DeltaPlace,
    packed: Vec<u8>,
}

impl DeltaRow {
    pub(crate) fn new(
        market: MarketKey,
        scales: Scales,
        first: DeltaPlace,
        last: DeltaPlace,
        packed: Vec<u8>,
    ) -> Result<Self, RowError> {
        check_count("epoch", first.epoch)?;
        check_count("book_seq", last.seq)?;
        if first.epoch != last.epoch || first.seq > last.seq {
            return Err(RowError::out_of_range("last of the changes", last.seq));
        }
        let first = DeltaPlace { ts_recv: key_time(first.ts_recv)?, ..first };
        let last = DeltaPlace { ts_recv: stored_time(last.ts_recv), ..last };
        Ok(Self { market, scales, first, last, packed })
    }

    pub const fn market(&self) -> MarketKey {
        self.market
    }

    pub const fn scales(&self) -> Scales {
        self.scales
    }

    pub const fn first(&self) -> DeltaPlace {
        self.first
    }

    pub const fn last(&self) -> DeltaPlace {
        self.last
    }

    /// The changes, in order.
    pub fn changes(&self) -> Result<Vec<BookChange>, RowError> {
        changes::unpack(self.first, &self.packed)
    }

    pub(crate) fn packed(&self) -> &[u8] {
        &self.packed
    }

    /// epoch, first_seq, last_seq
    pub(crate) const fn stored_places(&self) -> (i64, i64, i64) {
        (self.first.epoch.cast_signed(), self.first.seq.cast_signed(), self.last.seq.cast_signed())
    }
}
