//! Changes of a book in few bytes, exactly, and how they are gathered.
//!
//! A byte of version, then each change: steps of sequence and receive time since the one before, what the venue's time is
//! behind, and for each side how many levels, each as in [`crate::levels`]. The whole is compressed with zstd.

use marketd_domain::book::BookChanges;
use marketd_domain::past::BookChange;
use marketd_domain::{Scales, Timestamp};

use crate::levels::{put_side, take_side};
use crate::packing::{put, put_signed, take, take_signed};
use crate::rows::{DeltaPlace, DeltaRow, MarketKey, RowError};

const VERSION: u8 = 1;
/// Fast: a second of changes takes some 20 microseconds.
const LEVEL: i32 = 1;
/// A row is far below that; more is damage.
const UNPACKED_MAX: usize = 64 * 1024 * 1024;

/// A row spans so much receive time at most: whoever looks for a change knows how far back its row can begin.
pub const SPAN_MAX_US: i64 = 60_000_000;

/// Changes of one book on their way to a row. Between rows its memory is kept.
#[derive(Debug, Default)]
pub struct DeltaGatherer {
    packed: Vec<u8>,
    first: Option<DeltaPlace>,
    last: DeltaPlace,
}

impl DeltaGatherer {
    pub const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Bytes that are gathered, before compression.
    pub fn bytes(&self) -> usize {
        self.packed.len()
    }

    /// The place of the last change.
    pub const fn last(&self) -> DeltaPlace {
        self.last
    }

    /// Whether this place may stand in the same row: it is the next of the same epoch, time does not go back, and the
    /// row does not grow too long.
    pub fn continues(&self, place: DeltaPlace) -> bool {
        let Some(first) = self.first else { return true };
        let after_last = place.ts_recv.micros() - self.last.ts_recv.micros();
        let span = place.ts_recv.micros() - first.ts_recv.micros();
        place.epoch == self.last.epoch
            && place.seq == self.last.seq + 1
            && after_last >= 0
            && span <= SPAN_MAX_US
    }

    /// Adds a change that continues what is here.
    pub fn push(&mut self, place: DeltaPlace, ts_venue: Timestamp, changes: &BookChanges) {
        debug_assert!(self.continues(place), "a row has no holes");
        let recv_us = place.ts_recv.micros();
        let before = match self.first {
            Some(_) => self.last,
            None => {
                self.first = Some(place);
                self.packed.clear();
                self.packed.push(VERSION);
                place
            }
        };
        put(&mut self.packed, place.seq - before.seq);
        put_signed(&mut self.packed, recv_us - before.ts_recv.micros());
        // Zero where the venue does not say; else close to ours.
        match ts_venue.micros() {
            0 => put(&mut self.packed, 0),
            venue_us => {
                put(&mut self.packed, 1);
                put_signed(&mut self.packed, recv_us - venue_us);
            }
        }
        put_side(&mut self.packed, &changes.bids);
        put_side(&mut self.packed, &changes.asks);
        self.last = place;
    }

    /// What was gathered, as a row; `None` when nothing was.
    pub fn take(&mut self, market: MarketKey, scales: Scales) -> Option<Result<DeltaRow, RowError>> {
        let first = self.first.take()?;
        let row = compress(&self.packed)
            .and_then(|changes| DeltaRow::new(market, scales, first, self.last, changes));
        self.packed.clear();
        Some(row)
    }
}

fn compress(packed: &[u8]) -> Result<Vec<u8>, RowError> {
    zstd::bulk::compress(packed, LEVEL).map_err(|_| RowError::Packed)
}

/// The changes of a row, in order.
pub(crate) fn unpack(first: DeltaPlace, compressed: &[u8]) -> Result<Vec<BookChange>, RowError> {
    let size = zstd::zstd_safe::get_frame_content_size(compressed).ok().flatten().ok_or(RowError::Packed)?;
    let size = usize::try_from(size).ok().filter(|size| *size <= UNPACKED_MAX).ok_or(RowError::Packed)?;
    let bytes = zstd::bulk::decompress(compressed, size).map_err(|_| RowError::Packed)?;
    let mut rest = bytes.strip_prefix(&[VERSION]).ok_or(RowError::Packed)?;
    let mut changes = Vec::new();
    let (mut seq, mut recv_us) = (first.seq, first.ts_recv.micros());
    while !rest.is_empty() {
        let change = take_change(&mut rest, seq, recv_us).ok_or(RowError::Packed)?;
        (seq, recv_us) = (change.seq, change.ts_recv.micros());
        changes.push(change);
    }
    Ok(changes)
}

fn take_change(rest: &mut &[u8], seq: u64, recv_us: i64) -> Option<BookChange> {
    let seq = seq.checked_add(take(rest)?)?;
    let recv_us = recv_us.checked_add(take_signed(rest)?)?;
    let venue_us = match take(rest)? {
        0 => 0,
        _ => recv_us.checked_sub(take_signed(rest)?)?,
    };
    let (ts_recv, ts_venue) = (Timestamp::from_micros(recv_us), Timestamp::from_micros(venue_us));
    Some(BookChange { seq, ts_recv, ts_venue, bids: take_side(rest)?, asks: take_side(rest)? })
}

#[cfg(test)]
mod tests {
    use marketd_domain::book::Level;
    use marketd_domain::{Price, Qty};

    use super::*;

    const SCALES: Scales = Scales::of(2, 8);
    const SOME_US: i64 = 1_795_132_800_000_000;

    fn market() -> MarketKey {
        MarketKey::from_stored(7)
    }

    fn levels(rows: &[(i64, i64)]) -> Vec<Level> {
        (rows.iter())
            .map(|(price, qty)| Level::new(Price::from_mantissa(*price), Qty::from_mantissa(*qty)))
            .collect()
    }

    fn place(epoch: u64, seq: u64, us: i64) -> DeltaPlace {
        DeltaPlace { epoch, seq, ts_recv: Timestamp::from_micros(SOME_US + us) }
    }

    fn gather(changes: &[BookChange]) -> DeltaRow {
        let mut gatherer = DeltaGatherer::default();
        for change in changes {
            let changed = BookChanges { bids: change.bids.clone(), asks: change.asks.clone() };
            let place = DeltaPlace { epoch: 3, seq: change.seq, ts_recv: change.ts_recv };
            assert!(gatherer.continues(place));
            gatherer.push(place, change.ts_venue, &changed);
        }
        gatherer.take(market(), SCALES).expect("changes").expect("a valid row")
    }

    fn change(seq: u64, us: i64, bids: &[(i64, i64)], asks: &[(i64, i64)]) -> BookChange {
        let ts_recv = Timestamp::from_micros(SOME_US + us);
        let ts_venue =
            if seq.is_multiple_of(2) { Timestamp::ZERO } else { Timestamp::from_micros(SOME_US + us - 700) };
        BookChange { seq, ts_recv, ts_venue, bids: levels(bids), asks: levels(asks) }
    }

    #[test]
    fn changes_come_back_exactly() {
        let changes = [
            change(8, 0, &[(6_000_010, 51_200_000), (6_000_009, 0)], &[]),
            change(9, 0, &[], &[(i64::MAX, i64::MAX), (i64::MIN, 0)]),
            change(10, 59_000_000, &[(1, 1)], &[(2, 2)]),
        ];
        let row = gather(&changes);
        assert_eq!((row.first(), row.last()), (place(3, 8, 0), place(3, 10, 59_000_000)));
        assert_eq!(row.changes(), Ok(changes.to_vec()));
    }

    #[test]
    fn a_row_has_one_epoch_no_hole_and_an_end() {
        let mut gatherer = DeltaGatherer::default();
        assert!(gatherer.continues(place(1, 99, 0)), "any may be the first");
        gatherer.push(place(1, 5, 1_000), Timestamp::ZERO, &BookChanges::default());
        let check = |place: DeltaPlace, continues: bool| {
            assert_eq!(gatherer.continues(place), continues, "{place:?}")
        };
        check(place(1, 6, 1_000), true);
        check(place(1, 6, 1_000 + SPAN_MAX_US), true);
        check(place(1, 6, 1_001 + SPAN_MAX_US), false);
        check(place(1, 6, 999), false);
        check(place(1, 7, 1_000), false);
        check(place(1, 5, 1_000), false);
        check(place(2, 6, 1_000), false);
        assert!(gatherer.take(market(), SCALES).is_some() && gatherer.is_empty());
        assert!(gatherer.take(market(), SCALES).is_none());
    }

    #[test]
    fn damaged_bytes_are_refused() {
        let row = gather(&[change(1, 0, &[(6_000_010, 51_200_000)], &[(6_000_011, 3)])]);
        let (first, whole) = (row.first(), row.packed());
        for end in 0..whole.len() {
            assert_eq!(unpack(first, &whole[..end]), Err(RowError::Packed), "cut off at {end}");
        }
        let of = |bytes: &[u8]| unpack(first, &compress(bytes).expect("compressed"));
        assert_eq!(of(&[]), Err(RowError::Packed));
        assert_eq!(of(&[2, 1]), Err(RowError::Packed));
        assert_eq!(of(&[VERSION, 1, 0, 0, 0xff, 0xff, 0x03]), Err(RowError::Packed), "too many levels");
        assert_eq!(of(&[VERSION]), Ok(Vec::new()));
    }
}
