//! What there is of a market, from when until when.

use marketd_domain::{CandleInterval, Timestamp};

/// The times of the first and the last row of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    pub first: Timestamp,
    pub last: Timestamp,
}

/// Each class of rows; `None` where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    pub trades: Option<Extent>,
    /// Of those intervals that have any.
    pub candles: Vec<(CandleInterval, Extent)>,
    pub snapshots: Option<Extent>,
    /// From the first change of a row to the last.
    pub deltas: Option<Extent>,
    pub statuses: Option<Extent>,
    pub gaps: Option<Extent>,
}

/// A class in the order of [`Kept`]: its table, its column of time, and the interval of candles.
pub(crate) type Class = (&'static str, &'static str, Option<CandleInterval>);

pub(crate) fn classes() -> impl Iterator<Item = Class> {
    let candles = CandleInterval::ALL.map(|interval| ("candles", "open_us", Some(interval)));
    let others = [
        ("trades", "ts_us", None),
        ("snapshots", "ts_us", None),
        ("deltas", "ts_us", None),
        ("market_statuses", "since_us", None),
        ("gaps", "since_us", None),
    ];
    others.into_iter().chain(candles)
}

/// Two looks at the ends of the key's tree: nothing in between is read. The market is the first value.
pub(crate) fn query(class: Class) -> String {
    let (table, time, interval) = class;
    let of_interval =
        interval.map_or(String::new(), |interval| format!(" and interval_s = {}", interval.seconds()));
    let end = |way: &str, column: &str| {
        format!(
            "(select {column} from {table} where market_id = $1{of_interval} order by {time} {way} limit 1)"
        )
    };
    let last = if table == "deltas" { "last_us" } else { time };
    format!("select {}, {}", end("asc", time), end("desc", last))
}

impl Kept {
    pub(crate) fn put(&mut self, class: Class, found: (Option<i64>, Option<i64>)) {
        let (Some(first_us), Some(last_us)) = found else { return };
        let extent =
            Extent { first: Timestamp::from_micros(first_us), last: Timestamp::from_micros(last_us) };
        match class {
            (_, _, Some(interval)) => self.candles.push((interval, extent)),
            ("trades", ..) => self.trades = Some(extent),
            ("snapshots", ..) => self.snapshots = Some(extent),
            ("deltas", ..) => self.deltas = Some(extent),
            ("gaps", ..) => self.gaps = Some(extent),
            _ => self.statuses = Some(extent),
        }
    }
}
