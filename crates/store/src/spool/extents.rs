//! Between which times the rows lie that wait in a spool. So a reader of the store knows where it may miss some.

use std::collections::{BTreeMap, BTreeSet};

use marketd_domain::{CandleInterval, Timestamp};
use parking_lot::Mutex;
use sqlx::sqlite::SqliteConnection;

use super::codec;
use crate::Extent;
use crate::rows::{MarketKey, Rows, Series};

/// Of each series the first and the last time of any row since the spool was empty: rows that have left do not narrow
/// it. The file has the same, for the next run.
#[derive(Debug, Default)]
pub(super) struct Extents(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_series: BTreeMap<Series, Extent>,
    /// Wider than what the file says.
    unsaved: BTreeSet<Series>,
    /// The file has rows of which it does not say this.
    are_incomplete: bool,
}

impl Extents {
    pub(super) fn of(&self, series: Series) -> Option<Extent> {
        let known = self.0.lock();
        if known.are_incomplete { Some(Extent::ALWAYS) } else { known.by_series.get(&series).copied() }
    }

    /// Rows are about to be kept. Returns what the file has to say from now on.
    pub(super) fn widen(&self, rows: &Rows, kept: usize) -> Vec<(Series, Extent)> {
        let mut guard = self.0.lock();
        let known = &mut *guard;
        for (series, extent) in rows.extents(kept) {
            let before = known.by_series.get(&series).copied();
            let after = before.map_or(extent, |before| before.around(extent));
            if before != Some(after) {
                known.by_series.insert(series, after);
                known.unsaved.insert(series);
            }
        }
        known.unsaved.iter().filter_map(|series| Some((*series, *known.by_series.get(series)?))).collect()
    }

    /// The file says what it had to.
    pub(super) fn saved(&self) {
        self.0.lock().unsaved.clear();
    }

    /// No rows wait any more.
    pub(super) fn clear(&self) {
        *self.0.lock() = Known::default();
    }

    pub(super) async fn load(&self, file: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let stored: Vec<(i64, i64, i64, i64, i64)> =
            sqlx::query_as("select market_id, family, interval_s, first_us, last_us from extents")
                .fetch_all(&mut *file)
                .await?;
        let has_rows: bool =
            sqlx::query_scalar("select exists (select * from entries)").fetch_one(file).await?;
        let are_incomplete = has_rows && stored.is_empty();
        let mut known = Known { are_incomplete, ..Known::default() };
        for (market, family, interval_s, first_us, last_us) in stored {
            let Some(family) = codec::family_of(family) else { continue };
            let interval = CandleInterval::ALL.into_iter().find(|interval| interval.seconds() == interval_s);
            let series = Series { market: MarketKey::from_stored(market), family, interval };
            let extent =
                Extent { first: Timestamp::from_micros(first_us), last: Timestamp::from_micros(last_us) };
            known.by_series.insert(series, extent);
        }
        *self.0.lock() = known;
        Ok(())
    }
}

pub(super) async fn save(
    file: &mut SqliteConnection,
    changed: &[(Series, Extent)],
) -> Result<(), sqlx::Error> {
    const SAVE: &str = "insert or replace into extents values (?, ?, ?, ?, ?)";
    for (series, extent) in changed {
        sqlx::query(SAVE)
            .bind(series.market.get())
            .bind(codec::number_of(series.family))
            .bind(series.interval.map_or(0, CandleInterval::seconds))
            .bind(extent.first.micros())
            .bind(extent.last.micros())
            .execute(&mut *file)
            .await?;
    }
    Ok(())
}
