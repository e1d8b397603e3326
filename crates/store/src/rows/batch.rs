//! Rows of one family, as they are gathered, written and spooled together.

use core::mem::size_of;
use core::ops::Range;
use std::collections::BTreeMap;

use marketd_domain::Timestamp;
use marketd_domain::book::Level;

use super::{CandleRow, DeltaRow, Family, GapRow, MarketKey, Series, SnapshotRow, StatusRow, TradeRow};
use crate::{Extent, Store, StoreError, Written};

/// Rows of one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    Trades(Vec<TradeRow>),
    Candles(Vec<CandleRow>),
    Snapshots(Vec<SnapshotRow>),
    Statuses(Vec<StatusRow>),
    Gaps(Vec<GapRow>),
    Deltas(Vec<DeltaRow>),
}

/// The same for each family.
macro_rules! each_family {
    ($rows:expr, $list:ident => $body:expr) => {
        match $rows {
            Rows::Trades($list) => $body,
            Rows::Candles($list) => $body,
            Rows::Snapshots($list) => $body,
            Rows::Statuses($list) => $body,
            Rows::Gaps($list) => $body,
            Rows::Deltas($list) => $body,
        }
    };
}

/// A row of one family.
pub trait Row: Sized + Clone {
    const FAMILY: Family;

    /// Where rows of this kind are in `rows`; `None` when it holds another family.
    fn list(rows: &mut Rows) -> Option<&mut Vec<Self>>;

    /// Whose it is, and when it happened.
    fn place(&self) -> (MarketKey, Timestamp);

    /// Which list it belongs to.
    fn series(&self) -> Series {
        Series::of(self.place().0, Self::FAMILY)
    }

    /// What it takes in memory, with what it points to.
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

macro_rules! row {
    ($row:ty, $family:ident, $place:expr $(, $bytes:expr)?) => {
        impl Row for $row {
            const FAMILY: Family = Family::$family;

            fn list(rows: &mut Rows) -> Option<&mut Vec<Self>> {
                if let Rows::$family(list) = rows { Some(list) } else { None }
            }

            fn place(&self) -> (MarketKey, Timestamp) {
                let place: fn(&Self) -> (MarketKey, Timestamp) = $place;
                place(self)
            }

            $(fn bytes(&self) -> usize {
                let bytes: fn(&Self) -> usize = $bytes;
                bytes(self)
            })?
        }
    };
}

row!(TradeRow, Trades, |row| (row.market(), row.trade().ts_venue));
impl Row for CandleRow {
    const FAMILY: Family = Family::Candles;

    fn list(rows: &mut Rows) -> Option<&mut Vec<Self>> {
        if let Rows::Candles(list) = rows { Some(list) } else { None }
    }

    fn place(&self) -> (MarketKey, Timestamp) {
        (self.market(), self.candle().open_time)
    }

    fn series(&self) -> Series {
        Series::candles(self.market(), self.interval())
    }
}
row!(SnapshotRow, Snapshots, |row| (row.market(), row.moment().ts_recv), |row| size_of::<Self>()
    + (row.bids.len() + row.asks.len()) * size_of::<Level>());
row!(StatusRow, Statuses, |row| (row.market(), row.report().since));
row!(GapRow, Gaps, |row| (row.market(), row.since()));
row!(DeltaRow, Deltas, |row| (row.market(), row.first().ts_recv), |row| size_of::<Self>()
    + row.packed().len());

impl Rows {
    /// No rows of this family.
    pub const fn none_of(family: Family) -> Self {
        match family {
            Family::Trades => Self::Trades(Vec::new()),
            Family::Candles => Self::Candles(Vec::new()),
            Family::Snapshots => Self::Snapshots(Vec::new()),
            Family::Statuses => Self::Statuses(Vec::new()),
            Family::Gaps => Self::Gaps(Vec::new()),
            Family::Deltas => Self::Deltas(Vec::new()),
        }
    }

    pub const fn family(&self) -> Family {
        match self {
            Self::Trades(_) => Family::Trades,
            Self::Candles(_) => Family::Candles,
            Self::Snapshots(_) => Family::Snapshots,
            Self::Statuses(_) => Family::Statuses,
            Self::Gaps(_) => Family::Gaps,
            Self::Deltas(_) => Family::Deltas,
        }
    }

    pub fn len(&self) -> usize {
        each_family!(self, list => list.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all rows and keeps the room they had.
    pub fn clear(&mut self) {
        each_family!(self, list => list.clear());
    }

    /// Whose this row is, and when it happened.
    pub fn place(&self, nth: usize) -> (MarketKey, Timestamp) {
        each_family!(self, list => list[nth].place())
    }

    /// Between which times those of a series lie.
    pub fn extent(&self, series: Series) -> Option<Extent> {
        fn extent<R: Row>(list: &[R], series: Series) -> Option<Extent> {
            let times = list.iter().filter(|row| row.series() == series).map(|row| Extent::at(row.place().1));
            times.reduce(Extent::around)
        }
        each_family!(self, list => extent(list, series))
    }

    /// The same of the first `count` rows, for each series that is among them.
    pub fn extents(&self, count: usize) -> BTreeMap<Series, Extent> {
        fn extents<R: Row>(list: &[R]) -> BTreeMap<Series, Extent> {
            let mut extents: BTreeMap<Series, Extent> = BTreeMap::new();
            for row in list {
                let at = Extent::at(row.place().1);
                let extent = extents.entry(row.series()).or_insert(at);
                *extent = extent.around(at);
            }
            extents
        }
        each_family!(self, list => extents(&list[..count.min(list.len())]))
    }

    pub fn bytes(&self) -> usize {
        each_family!(self, list => list.iter().map(Row::bytes).sum())
    }

    /// Adds a row.
    ///
    /// # Panics
    /// When it is of another family.
    pub fn push<R: Row>(&mut self, row: R) {
        R::list(self).expect("a row goes to its own family").push(row);
    }

    /// Moves rows from the other, from its first on, as many as have room, and returns what they take. What has no
    /// room, or is of another family, stays.
    pub fn take_from(&mut self, other: &mut Self, room: usize) -> usize {
        match (self, other) {
            (Self::Trades(to), Self::Trades(from)) => take(to, from, room),
            (Self::Candles(to), Self::Candles(from)) => take(to, from, room),
            (Self::Snapshots(to), Self::Snapshots(from)) => take(to, from, room),
            (Self::Statuses(to), Self::Statuses(from)) => take(to, from, room),
            (Self::Gaps(to), Self::Gaps(from)) => take(to, from, room),
            (Self::Deltas(to), Self::Deltas(from)) => take(to, from, room),
            _ => 0,
        }
    }

    /// Leaves the first `count` rows and returns the others.
    pub fn split_off(&mut self, count: usize) -> Self {
        match self {
            Self::Trades(list) => Self::Trades(list.split_off(count.min(list.len()))),
            Self::Candles(list) => Self::Candles(list.split_off(count.min(list.len()))),
            Self::Snapshots(list) => Self::Snapshots(list.split_off(count.min(list.len()))),
            Self::Statuses(list) => Self::Statuses(list.split_off(count.min(list.len()))),
            Self::Gaps(list) => Self::Gaps(list.split_off(count.min(list.len()))),
            Self::Deltas(list) => Self::Deltas(list.split_off(count.min(list.len()))),
        }
    }

    /// A copy of some of the rows.
    pub fn piece(&self, range: Range<usize>) -> Self {
        match self {
            Self::Trades(list) => Self::Trades(list[range].to_vec()),
            Self::Candles(list) => Self::Candles(list[range].to_vec()),
            Self::Snapshots(list) => Self::Snapshots(list[range].to_vec()),
            Self::Statuses(list) => Self::Statuses(list[range].to_vec()),
            Self::Gaps(list) => Self::Gaps(list[range].to_vec()),
            Self::Deltas(list) => Self::Deltas(list[range].to_vec()),
        }
    }

    pub async fn write_to(&self, store: &dyn Store) -> Result<Written, StoreError> {
        match self {
            Self::Trades(rows) => store.write_trades(rows).await,
            Self::Candles(rows) => store.write_candles(rows).await,
            Self::Snapshots(rows) => store.write_snapshots(rows).await,
            Self::Statuses(rows) => store.write_statuses(rows).await,
            Self::Gaps(rows) => store.write_gaps(rows).await,
            Self::Deltas(rows) => store.write_deltas(rows).await,
        }
    }
}

fn take<R: Row>(to: &mut Vec<R>, from: &mut Vec<R>, room: usize) -> usize {
    let (mut count, mut used) = (0, 0);
    for row in from.iter() {
        if used + row.bytes() > room {
            break;
        }
        used += row.bytes();
        count += 1;
    }
    to.extend(from.drain(..count));
    used
}
